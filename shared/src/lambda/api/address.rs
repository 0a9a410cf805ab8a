//! A postal address in requests and responses.

use serde::{Deserialize, Serialize};

use super::Defects;
use crate::domain::customer::{Address, Personal};

fn japan() -> String {
    "JP".to_owned()
}

/// A postal address 住所, and who lives there.
#[derive(Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddressBody {
    /// Full name.
    #[schema(example = "山田太郎")]
    pub name: String,
    /// Phone number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "03-1234-5678")]
    pub phone: Option<String>,
    /// ISO 3166-1 alpha-2.
    #[serde(default = "japan")]
    #[schema(example = "JP")]
    pub country: String,
    /// Postal code.
    #[schema(example = "150-0042")]
    pub postal_code: String,
    /// Prefecture 都道府県, or the state abroad.
    #[schema(example = "東京都")]
    pub prefecture: String,
    /// City 市区町村.
    #[schema(example = "渋谷区")]
    pub city: String,
    /// Town, block, house number 町名番地.
    #[schema(example = "宇田川町1-1")]
    pub line1: String,
    /// Building and room 建物名.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line2: Option<String>,
    /// How the name is read フリガナ.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kana: Option<String>,
    /// The firm and department 会社名・部署名.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub company: Option<String>,
}

impl AddressBody {
    /// The address in the domain's terms; `field` is where it stands in the request.
    pub fn read(self, field: &str, defects: &mut Defects) -> Address {
        let Self { name, phone, country, postal_code, prefecture, city, line1, line2, kana, company } = self;
        let parts = [
            ("name", &name, Address::NAME),
            ("prefecture", &prefecture, Address::PLACE),
            ("city", &city, Address::PLACE),
            ("line1", &line1, Address::PLACE),
            ("postal_code", &postal_code, Address::POSTAL_CODE),
        ];
        for (part, text, max) in parts {
            defects.check_text(text, max, &format!("{field}.{part}"));
        }
        let optional = [
            ("phone", &phone, Address::PHONE),
            ("line2", &line2, Address::PLACE),
            ("kana", &kana, Address::NAME),
            ("company", &company, Address::NAME),
        ];
        for (part, text, max) in optional {
            if let Some(text) = text {
                defects.check_text(text, max, &format!("{field}.{part}"));
            }
        }
        let code = Address::is_country_code(&country);
        defects.check(code, format!("{field}.country"), "must be an ISO 3166-1 alpha-2 code such as JP");
        Address {
            name: Personal::new(name),
            phone: phone.map(Personal::new),
            country,
            postal_code: Personal::new(postal_code),
            prefecture: Personal::new(prefecture),
            city: Personal::new(city),
            line1: Personal::new(line1),
            line2: line2.map(Personal::new),
            kana: kana.map(Personal::new),
            company: company.map(Personal::new),
        }
    }
}

impl From<&Address> for AddressBody {
    fn from(address: &Address) -> Self {
        let shown = |text: &Personal| text.reveal().to_owned();
        Self {
            name: shown(&address.name),
            phone: address.phone.as_ref().map(shown),
            country: address.country.clone(),
            postal_code: shown(&address.postal_code),
            prefecture: shown(&address.prefecture),
            city: shown(&address.city),
            line1: shown(&address.line1),
            line2: address.line2.as_ref().map(shown),
            kana: address.kana.as_ref().map(shown),
            company: address.company.as_ref().map(shown),
        }
    }
}

//! The parts of Shopify's order resource, each with how it is read.

use serde::Deserialize;
use serde_json::Value;

use super::super::wire::{Defects, Figure, NAME, PHONE, PLACE, POSTAL_CODE, TITLE, nullable, shorten, tidy};
use crate::domain::billing::FeeKind;
use crate::domain::customer::Address;
use crate::domain::ids::Sku;
use crate::domain::prefecture::{from_foreign_name, is_prefecture};

#[derive(Deserialize)]
pub(super) struct TaxLine {
    /// A fraction: 0.08 is 8 %.
    pub(super) rate: Figure,
    pub(super) price: Option<Figure>,
}

#[derive(Deserialize)]
pub(super) struct Allocation {
    pub(super) amount: Option<Figure>,
}

#[derive(Deserialize)]
pub(super) struct Item {
    pub(super) id: Option<Figure>,
    sku: Option<String>,
    variant_id: Option<Figure>,
    title: Option<String>,
    /// The title with the variant's.
    name: Option<String>,
    pub(super) price: Option<Figure>,
    pub(super) quantity: Option<i64>,
    pub(super) taxable: Option<bool>,
    pub(super) total_discount: Option<Figure>,
    #[serde(default, deserialize_with = "nullable")]
    pub(super) discount_allocations: Vec<Allocation>,
    #[serde(default, deserialize_with = "nullable")]
    pub(super) tax_lines: Vec<TaxLine>,
    #[serde(default, deserialize_with = "nullable")]
    properties: Vec<Attribute>,
}

impl Item {
    /// The SKU; where there is none, or one we could not store, a stand-in by the variant or, for an
    /// item typed in by hand, by the line. A stand-in is in no catalogue, so a person looks at it.
    pub(super) fn stock_keeping_unit(&self) -> Option<Sku> {
        let own = self.sku.as_deref().and_then(|sku| Sku::new(sku.trim()).ok());
        let stand_in = |kind: &str, id: &Option<Figure>| {
            id.as_ref().and_then(|id| Sku::new(format!("shopify-{kind}{}", id.0)).ok())
        };
        own.or_else(|| stand_in("", &self.variant_id)).or_else(|| stand_in("item-", &self.id))
    }

    pub(super) fn shown_title(&self) -> String {
        let name = [&self.name, &self.title].into_iter().flatten().find(|name| !name.trim().is_empty());
        shorten(name.map(|name| tidy(name, false)).unwrap_or_default(), TITLE)
    }

    /// What the customer chose or wrote for this line, a text each.
    pub(super) fn property_lines(&self) -> impl Iterator<Item = String> {
        let title = self.shown_title();
        self.properties.iter().filter_map(Attribute::line).map(move |line| format!("{title} – {line}"))
    }
}

#[derive(Deserialize)]
pub(super) struct ShippingLine {
    title: Option<String>,
    pub(super) price: Option<Figure>,
    #[serde(default, deserialize_with = "nullable")]
    pub(super) discount_allocations: Vec<Allocation>,
    #[serde(default, deserialize_with = "nullable")]
    pub(super) tax_lines: Vec<TaxLine>,
}

impl ShippingLine {
    /// Apps charge for cash on delivery by a shipping line of its own, 代引手数料.
    pub(super) fn fee_kind(&self) -> FeeKind {
        let title = self.title.as_deref().unwrap_or_default();
        if title.contains("手数料") { FeeKind::Payment } else { FeeKind::Shipping }
    }
}

/// A name and value that the shop's theme or an app added.
#[derive(Deserialize)]
pub(super) struct Attribute {
    name: Option<String>,
    value: Option<Value>,
}

impl Attribute {
    pub(super) fn name(&self) -> &str {
        self.name.as_deref().unwrap_or_default().trim()
    }

    pub(super) fn value(&self) -> String {
        match &self.value {
            None | Some(Value::Null) => String::new(),
            Some(Value::String(text)) => tidy(text, true),
            Some(value @ (Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_))) => {
                value.to_string()
            }
        }
    }

    /// The attribute as a person reads it; `None` when it is empty, or hidden from people by the
    /// underscore that its name begins with.
    pub(super) fn line(&self) -> Option<String> {
        let (name, value) = (self.name(), self.value());
        let shown = !name.is_empty() && !name.starts_with('_') && !value.is_empty();
        shown.then(|| format!("{}: {value}", tidy(name, false)))
    }
}

#[derive(Deserialize)]
pub(super) struct Person {
    first_name: Option<String>,
    last_name: Option<String>,
    pub(super) email: Option<String>,
    pub(super) phone: Option<String>,
}

impl Person {
    pub(super) fn full_name(&self, country: &str) -> String {
        full_name(self.first_name.as_deref(), self.last_name.as_deref(), country)
    }
}

/// The family name first in Japan, last elsewhere.
fn full_name(first: Option<&str>, last: Option<&str>, country: &str) -> String {
    let (first, last) = (first.unwrap_or_default().trim(), last.unwrap_or_default().trim());
    let names = if country == "JP" { [last, first] } else { [first, last] };
    names.join(" ").trim().to_owned()
}

#[derive(Default, Deserialize)]
pub(super) struct Place {
    first_name: Option<String>,
    last_name: Option<String>,
    name: Option<String>,
    company: Option<String>,
    pub(super) phone: Option<String>,
    country_code: Option<String>,
    zip: Option<String>,
    province: Option<String>,
    province_code: Option<String>,
    city: Option<String>,
    address1: Option<String>,
    address2: Option<String>,
}

impl Place {
    pub(super) fn country_code(&self) -> Option<&str> {
        self.country_code.as_deref().filter(|code| !code.is_empty())
    }

    pub(super) fn full_name(&self) -> String {
        let country = self.country_code().unwrap_or("JP");
        let parts = full_name(self.first_name.as_deref(), self.last_name.as_deref(), country);
        if parts.is_empty() { self.name.as_deref().unwrap_or_default().trim().to_owned() } else { parts }
    }

    /// The firm and the person: a parcel for a firm does not arrive under a person's name alone.
    fn addressee(&self) -> String {
        let company = self.company.as_deref().unwrap_or_default().trim();
        format!("{company} {}", self.full_name()).trim().to_owned()
    }

    pub(super) fn read(&self, at: &str, defects: &mut Defects) -> Address {
        let country = defects.country(&format!("{at}.country_code"), self.country_code().unwrap_or("JP"));
        let mut part = |field: &str, text: Option<&str>, max: usize| {
            defects.personal(&format!("{at}.{field}"), text, max)
        };
        let prefecture = self.prefecture(&country);
        Address {
            name: part("name", Some(&self.addressee()), NAME).unwrap_or_default(),
            phone: part("phone", self.phone.as_deref(), PHONE),
            postal_code: part("zip", self.zip.as_deref(), POSTAL_CODE).unwrap_or_default(),
            prefecture: part("province", prefecture, PLACE).unwrap_or_default(),
            city: part("city", self.city.as_deref(), PLACE).unwrap_or_default(),
            line1: part("address1", self.address1.as_deref(), PLACE).unwrap_or_default(),
            line2: part("address2", self.address2.as_deref(), PLACE),
            country,
            ..Address::default()
        }
    }

    /// The prefecture by its Japanese name, which Shopify gives by code and in Latin letters.
    fn prefecture(&self, country: &str) -> Option<&str> {
        let province = self.province.as_deref();
        if country != "JP" || province.is_some_and(is_prefecture) {
            return province;
        }
        [self.province_code.as_deref(), province]
            .into_iter()
            .flatten()
            .find_map(from_foreign_name)
            .or(province)
    }
}

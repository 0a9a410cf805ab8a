//! The people of an order. Nothing here can be printed by accident: personal data hides in `Debug`.

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// A piece of personal data 個人情報, words of a person that may hold some, or a secret such as a card
/// token. Its `Debug` shows nothing; reading it is explicit.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Personal(String);

impl Personal {
    /// Takes a text as personal data.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself. Never log it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Whether there is no text.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<String> for Personal {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for Personal {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl fmt::Debug for Personal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_empty() { "∅" } else { "▒▒▒" })
    }
}

/// A language we write to customers in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub enum Language {
    /// Japanese, and the fallback for every other.
    #[default]
    #[serde(rename = "ja")]
    Ja,
    /// English.
    #[serde(rename = "en")]
    En,
    /// Chinese, simplified.
    #[serde(rename = "zh-Hans")]
    ZhHans,
}

impl Language {
    /// The language a BCP 47 tag asks for; Japanese when it is one we do not write.
    #[must_use]
    pub fn from_tag(tag: &str) -> Self {
        let tag = tag.to_ascii_lowercase();
        if tag.starts_with("en") {
            Self::En
        } else if tag.starts_with("zh") {
            Self::ZhHans
        } else {
            Self::Ja
        }
    }
}

/// Who ordered 注文者.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Customer {
    /// Full name.
    pub name: Personal,
    /// Mail address as the channel gave it; it may be one no mail server accepts.
    pub mail: Option<Personal>,
    /// Phone number.
    pub phone: Option<Personal>,
    /// The language we write in.
    pub language: Language,
    /// How the name is read フリガナ.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kana: Option<Personal>,
    /// The firm they order for 会社名.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub company: Option<Personal>,
    /// The channel's own number of the customer 顧客コード.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// Where they live, if the channel says so: the goods may go elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Box<Address>>,
}

/// A postal address 住所, and who lives there 届け先.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// Full name.
    pub name: Personal,
    /// Phone number.
    pub phone: Option<Personal>,
    /// ISO 3166-1 alpha-2, `JP` for Japan.
    pub country: String,
    /// Postal code; seven digits in Japan, a hyphen allowed.
    pub postal_code: Personal,
    /// Prefecture 都道府県, or the state abroad.
    pub prefecture: Personal,
    /// City 市区町村.
    pub city: Personal,
    /// Town, block, house number 町名番地.
    pub line1: Personal,
    /// Building and room 建物名.
    pub line2: Option<Personal>,
    /// How the name is read フリガナ.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kana: Option<Personal>,
    /// The firm, where the channel tells it from the name 会社名・部署名.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub company: Option<Personal>,
}

impl Address {
    /// The longest name, in characters.
    pub const NAME: usize = 200;
    /// The longest phone number.
    pub const PHONE: usize = 40;
    /// The longest postal code.
    pub const POSTAL_CODE: usize = 20;
    /// The longest prefecture, city or line.
    pub const PLACE: usize = 300;

    /// Whether `code` can be a country's: two capital letters (ISO 3166-1).
    #[must_use]
    pub fn is_country_code(code: &str) -> bool {
        code.len() == 2 && code.bytes().all(|b| b.is_ascii_uppercase())
    }

    /// The address on one line, without the name.
    #[must_use]
    pub fn one_line(&self) -> String {
        let parts = [&self.prefecture, &self.city, &self.line1].map(Personal::reveal);
        let line2 = self.line2.as_ref().map(Personal::reveal);
        if self.country == "JP" {
            let building = line2.map_or_else(String::new, |line2| format!(" {line2}"));
            format!("〒{} {}{building}", self.postal_code.reveal(), parts.concat())
        } else {
            let [prefecture, city, line1] = parts;
            let all = [
                line2.unwrap_or_default(),
                line1,
                city,
                prefecture,
                self.postal_code.reveal(),
                &self.country,
            ];
            all.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
        }
    }
}

/// When the customer wants the goods お届け希望日時.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DesiredDelivery {
    /// The day; `None` is 指定なし.
    pub date: Option<Date>,
    /// The carrier's time slot, two hours each: `0812` is the morning, `1416` is 14 to 16 o'clock.
    pub time_slot: Option<String>,
}

impl DesiredDelivery {
    /// The years a delivery may be in; everything else is a slip of the pen.
    pub const YEARS: std::ops::Range<i16> = 2000..2100;

    /// Whether a delivery may be wanted on `day`.
    #[must_use]
    pub fn is_possible_on(day: Date) -> bool {
        Self::YEARS.contains(&day.year())
    }
}

/// Hours between which a carrier delivers 時間帯. A slot that ends at 12 is the morning 午前中.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct TimeSlot {
    /// First hour, 0–23.
    pub from_hour: u8,
    /// Last hour, 1–24.
    pub to_hour: u8,
}

impl TimeSlot {
    /// Reads a code of four digits: `1416` is 14 to 16 o'clock. `None` for any other text.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        let digits = code.bytes().all(|b| b.is_ascii_digit());
        let (from, to) = code.split_at_checked(2).filter(|(_, to)| digits && to.len() == 2)?;
        let slot = Self { from_hour: from.parse().ok()?, to_hour: to.parse().ok()? };
        (slot.from_hour < slot.to_hour && slot.to_hour <= 24).then_some(slot)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Command;

    #[test]
    fn debug_output_never_shows_personal_data() {
        let customer = Customer {
            name: Personal::new("山田太郎"),
            mail: Some(Personal::new("taro@example.com")),
            phone: None,
            language: Language::Ja,
            ..Customer::default()
        };
        let shown = format!("{customer:?}");
        assert!(!shown.contains("山田") && !shown.contains("example"), "{shown}");
    }

    #[test]
    fn what_people_write_and_what_pays_is_hidden_as_well() {
        let mut draft = crate::domain::testing::an_order();
        draft.intake.customer_note = Some("call Taro".into());
        draft.intake.payments[0].token = Some("tok_taro".into());
        let mut case = crate::domain::testing::given(draft);
        let (code, by) = (crate::domain::order::HoldCode::Quality, "sato".to_owned());
        let reason = Personal::new("Taro called");
        let note = Command::AddNote { id: "1".to_owned(), by: by.clone(), text: "Taro again".into() };
        let close = Command::OverrideHold { code, by, reason: reason.clone() };
        let commands = [note, Command::PlaceHold { code, reason }, close];
        for command in &commands {
            case.does(command);
        }
        let shown = format!("{commands:?} {:?} {:?}", case.order, case.history).to_lowercase();
        assert!(!shown.contains("taro"), "{shown}");
    }

    #[test]
    fn a_time_slot_is_two_hours_of_a_day() {
        assert_eq!(TimeSlot::from_code("1416"), Some(TimeSlot { from_hour: 14, to_hour: 16 }));
        assert!(TimeSlot::from_code("0812").is_some() && TimeSlot::from_code("2024").is_some());
        for bad in
            ["", "12", "1208", "1414", "1425", "9999", "14-16", "14165", "+1+2", "十四十六", "１４１６"]
        {
            assert_eq!(TimeSlot::from_code(bad), None, "{bad}");
        }
    }

    #[test]
    fn an_unknown_language_falls_back_to_japanese() {
        for (tag, language) in [
            ("en-US", Language::En),
            ("zh-TW", Language::ZhHans),
            ("ja", Language::Ja),
            ("fr", Language::Ja),
            ("", Language::Ja),
        ] {
            assert_eq!(Language::from_tag(tag), language, "{tag}");
        }
    }
}

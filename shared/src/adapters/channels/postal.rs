//! Addresses: from what a platform has to ours. Japanese ones often come with the city and the street
//! in one field.

use super::place;
use super::reader::Reader;
use super::wire::{NAME, PHONE, PLACE, POSTAL_CODE};
use crate::domain::customer::Address;
use crate::domain::prefecture::{from_foreign_name, is_prefecture};
use crate::domain::text::fold;

/// An address as a platform has it; what it has not is empty.
#[derive(Default)]
pub(super) struct Place<'a> {
    pub(super) name: String,
    pub(super) company: &'a str,
    pub(super) kana: String,
    pub(super) phone: &'a str,
    pub(super) country: &'a str,
    pub(super) postal_code: &'a str,
    pub(super) prefecture: &'a str,
    pub(super) city: String,
    pub(super) line1: String,
    pub(super) line2: String,
}

impl Place<'_> {
    /// The address in our terms, with the prefecture by its Japanese name and the city by itself.
    pub(super) fn read(&self, at: &str, reader: &mut Reader) -> Address {
        let country = self.country(reader);
        let line2 = self.line2.trim();
        let (prefecture, city, line1, line2) = if country == "JP" {
            let (prefecture, city, line1) = self.told_apart();
            let (line1, line2) = join_number(line1, line2);
            (prefecture, city, line1, line2)
        } else {
            (self.prefecture.to_owned(), self.city.clone(), self.line1.clone(), line2)
        };
        let mut part = |field: &str, text: &str, max: usize| {
            reader.defects.personal(&format!("{at}.{field}"), Some(text), max)
        };
        Address {
            name: part("name", &self.name, NAME).unwrap_or_default(),
            company: part("company", self.company, NAME),
            kana: part("kana", &self.kana, NAME),
            phone: part("phone", self.phone, PHONE),
            postal_code: part("postal_code", self.postal_code, POSTAL_CODE).unwrap_or_default(),
            prefecture: part("prefecture", &prefecture, PLACE).unwrap_or_default(),
            city: part("city", &city, PLACE).unwrap_or_default(),
            line1: part("line1", &line1, PLACE).unwrap_or_default(),
            line2: part("line2", line2, PLACE),
            country,
        }
    }

    /// Prefecture, city and street of an address in Japan, from however many fields it comes in.
    fn told_apart(&self) -> (String, String, String) {
        let (named, city, line1) = (self.prefecture.trim(), self.city.trim(), self.line1.trim());
        // WooCommerce writes JP13 for JP-13.
        let number = named.strip_prefix("JP").filter(|number| number.len() == 2);
        let code = number.map(|number| format!("JP-{number}"));
        let prefecture = from_foreign_name(code.as_deref().unwrap_or(named)).unwrap_or(named);
        let as_given = || (prefecture.to_owned(), city.to_owned(), line1.to_owned());
        if [prefecture, city, line1].iter().all(|part| !part.is_empty()) {
            return as_given();
        }
        let rest = format!("{city}{line1}");
        // Some repeat the prefecture in front of the city.
        let rest = rest.strip_prefix(prefecture).unwrap_or(&rest);
        let known = if is_prefecture(prefecture) { prefecture } else { "" };
        match place::split(&format!("{known}{rest}")) {
            (_, city, _) if city.is_empty() => as_given(),
            (found, city, street) if found.is_empty() => (prefecture.to_owned(), city, street),
            apart => apart,
        }
    }

    /// Whether there is anything to send a parcel to.
    pub(super) fn is_empty(&self) -> bool {
        let parts = [self.postal_code, self.prefecture, &self.city, &self.line1, &self.line2];
        parts.iter().all(|part| part.trim().is_empty())
    }

    /// The country's code; Japan where none is named.
    fn country(&self, reader: &mut Reader) -> String {
        let named = self.country.trim();
        if named.is_empty() || ["japan", "日本", "日本国", "jpn"].contains(&named.to_lowercase().as_str())
        {
            return "JP".to_owned();
        }
        let code = named.to_ascii_uppercase();
        if Address::is_country_code(&code) {
            return code;
        }
        let known = COUNTRIES.iter().find(|(name, _)| name.eq_ignore_ascii_case(named));
        known.map_or_else(
            || {
                reader.caution("COUNTRY_UNKNOWN", "the country's name is none we know: it is ZZ here");
                "ZZ".to_owned()
            },
            |(_, code)| (*code).to_owned(),
        )
    }
}

/// The countries that shops in Japan send to most, by name.
const COUNTRIES: [(&str, &str); 24] = [
    ("United States", "US"),
    ("United States of America", "US"),
    ("アメリカ合衆国", "US"),
    ("China", "CN"),
    ("中華人民共和国", "CN"),
    ("Taiwan", "TW"),
    ("台湾", "TW"),
    ("Hong Kong", "HK"),
    ("香港", "HK"),
    ("South Korea", "KR"),
    ("Korea, Republic of", "KR"),
    ("大韓民国", "KR"),
    ("Singapore", "SG"),
    ("Thailand", "TH"),
    ("Malaysia", "MY"),
    ("Australia", "AU"),
    ("New Zealand", "NZ"),
    ("Canada", "CA"),
    ("United Kingdom", "GB"),
    ("Germany", "DE"),
    ("France", "FR"),
    ("Italy", "IT"),
    ("Spain", "ES"),
    ("Netherlands", "NL"),
];

/// The street with its house number, which many forms have people write with the building.
fn join_number(line1: String, line2: &str) -> (String, &str) {
    let has_digit = |text: &str| fold(text).contains(|c: char| c.is_ascii_digit());
    let (number, building) = line2.split_once(char::is_whitespace).unwrap_or((line2, ""));
    if line1.is_empty() || has_digit(&line1) || !fold(number).starts_with(|c: char| c.is_ascii_digit()) {
        return (line1, line2);
    }
    (format!("{line1}{number}"), building.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_house_number_stands_with_its_street() {
        let joined = |line1: &str, line2| {
            let (line1, line2) = join_number(line1.to_owned(), line2);
            (line1, line2.to_owned())
        };
        let pair = |line1: &str, line2: &str| (line1.to_owned(), line2.to_owned());
        assert_eq!(joined("六本木", "4-11-4 六本木ビル 301"), pair("六本木4-11-4", "六本木ビル 301"));
        assert_eq!(joined("六本木", "４－１１－４"), pair("六本木４－１１－４", ""));
        assert_eq!(joined("六本木4-11-4", "301"), pair("六本木4-11-4", "301"));
        assert_eq!(joined("六本木", "六本木ビル 301"), pair("六本木", "六本木ビル 301"));
    }
}

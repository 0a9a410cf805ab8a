//! Addresses: from what a platform has to ours. Japanese ones often come with the city and the street
//! in one field.

use super::reader::Reader;
use super::wire::{NAME, PLACE, POSTAL_CODE};
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
        let (mut prefecture, mut city, mut line1) =
            (self.prefecture.trim(), self.city.trim(), self.line1.trim());
        if country == "JP" {
            // WooCommerce writes JP13 for JP-13.
            let number = prefecture.strip_prefix("JP").filter(|number| number.len() == 2);
            let code = number.map(|number| format!("JP-{number}"));
            prefecture = from_foreign_name(code.as_deref().unwrap_or(prefecture)).unwrap_or(prefecture);
            if prefecture.is_empty() {
                let from = if city.is_empty() { &mut line1 } else { &mut city };
                (prefecture, *from) = split_prefecture(from);
            }
            if city.is_empty() {
                // The prefecture is sometimes repeated.
                let rest = line1.strip_prefix(prefecture).filter(|_| !prefecture.is_empty()).unwrap_or(line1);
                (city, line1) = split_city(rest);
            } else if line1.is_empty() {
                (city, line1) = split_city(city);
            }
        }
        let (line1, line2) = if country == "JP" { join_number(line1, &self.line2) } else { (line1.to_owned(), self.line2.trim()) };
        let mut part = |field: &str, text: &str, max: usize| {
            reader.defects.personal(&format!("{at}.{field}"), Some(text), max)
        };
        Address {
            name: part("name", &self.name, NAME).unwrap_or_default(),
            company: part("company", self.company, NAME),
            kana: part("kana", &self.kana, NAME),
            phone: part("phone", self.phone, super::wire::PHONE),
            postal_code: part("postal_code", self.postal_code, POSTAL_CODE).unwrap_or_default(),
            prefecture: part("prefecture", prefecture, PLACE).unwrap_or_default(),
            city: part("city", city, PLACE).unwrap_or_default(),
            line1: part("line1", &line1, PLACE).unwrap_or_default(),
            line2: part("line2", line2, PLACE),
            country,
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
        if named.is_empty() || ["japan", "日本", "日本国", "jpn"].contains(&named.to_lowercase().as_str()) {
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

/// The prefecture that `text` begins with, and the rest.
fn split_prefecture(text: &str) -> (&str, &str) {
    let ends = text.char_indices().map(|(i, c)| i + c.len_utf8()).take(4);
    let splits = ends.filter_map(|end| text.split_at_checked(end));
    splits.into_iter().find(|(start, _)| is_prefecture(start)).unwrap_or(("", text))
}

/// The street with its house number, which many forms have people write with the building.
fn join_number<'a>(line1: &str, line2: &'a str) -> (String, &'a str) {
    let has_digit = |text: &str| fold(text).contains(|c: char| c.is_ascii_digit());
    let line2 = line2.trim();
    let (number, building) = line2.split_once(char::is_whitespace).unwrap_or((line2, ""));
    if line1.is_empty() || has_digit(line1) || !fold(number).starts_with(|c: char| c.is_ascii_digit()) {
        return (line1.to_owned(), line2);
    }
    (format!("{line1}{number}"), building.trim())
}

/// Cities whose wards are part of the city's name 政令指定都市.
const CITIES_WITH_WARDS: [&str; 20] = [
    "札幌市", "仙台市", "さいたま市", "千葉市", "横浜市", "川崎市", "相模原市", "新潟市", "静岡市", "浜松市",
    "名古屋市", "京都市", "大阪市", "堺市", "神戸市", "岡山市", "広島市", "北九州市", "福岡市", "熊本市",
];

/// The city that `text` begins with, with its county or ward, and the rest. A simple rule for names in
/// which 市, 区, 郡, 町 and 村 end the city's name; without one, everything is the rest.
fn split_city(text: &str) -> (&str, &str) {
    let text = text.trim();
    let end = county(text).or_else(|| city_or_ward(text)).or_else(|| first(text, 1, 8, &['町', '村']));
    end.and_then(|end| text.split_at_checked(end)).map_or(("", text), |(city, rest)| (city, rest.trim()))
}

/// Where the first of `endings` ends that is the `from`th character or a later one, up to the `to`th.
fn first(text: &str, from: usize, to: usize, endings: &[char]) -> Option<usize> {
    let mut characters = text.char_indices().take(to).skip(from);
    characters.find(|(_, c)| endings.contains(c)).map(|(i, c)| i + c.len_utf8())
}

/// Where a town or village of a county ends 郡.
fn county(text: &str) -> Option<usize> {
    let cities = ["郡山市", "大和郡山市", "蒲郡市", "小郡市", "郡上市"];
    if cities.iter().any(|city| text.starts_with(city)) {
        return None;
    }
    let end = first(text, 1, 6, &['郡'])?;
    let town = first(text.get(end..)?, 1, 8, &['町', '村'])?;
    Some(end + town)
}

fn city_or_ward(text: &str) -> Option<usize> {
    let city = first(text, 1, 8, &['市']).map(|end| {
        // 四日市市, 廿日市市, 野々市市
        if text.get(end..).is_some_and(|rest| rest.starts_with('市')) { end + '市'.len_utf8() } else { end }
    });
    let ward = first(text, 1, 5, &['区']);
    match (city, ward) {
        (Some(city), Some(ward)) if ward < city => Some(ward),
        (Some(city), _) => {
            let (name, rest) = text.split_at_checked(city)?;
            let of_it = CITIES_WITH_WARDS.contains(&name).then(|| first(rest, 1, 6, &['区'])).flatten();
            Some(city + of_it.unwrap_or_default())
        }
        (None, ward) => ward,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_city_is_told_from_its_street() {
        for (text, city, rest) in [
            ("港区六本木", "港区", "六本木"),
            ("渋谷区道玄坂2-10-12", "渋谷区", "道玄坂2-10-12"),
            ("千代田区神田神保町1-1", "千代田区", "神田神保町1-1"),
            ("横浜市中区山下町1", "横浜市中区", "山下町1"),
            ("京都市中京区烏丸通", "京都市中京区", "烏丸通"),
            ("八王子市旭町9-1", "八王子市", "旭町9-1"),
            ("四日市市諏訪町1", "四日市市", "諏訪町1"),
            ("市川市八幡1-1", "市川市", "八幡1-1"),
            ("町田市森野2-2", "町田市", "森野2-2"),
            ("郡山市朝日1-1", "郡山市", "朝日1-1"),
            ("西多摩郡瑞穂町箱根ケ崎1", "西多摩郡瑞穂町", "箱根ケ崎1"),
            ("高市郡明日香村岡55", "高市郡明日香村", "岡55"),
            ("小笠原村父島", "小笠原村", "父島"),
            ("somewhere", "", "somewhere"),
            ("", "", ""),
        ] {
            assert_eq!(split_city(text), (city, rest), "{text}");
        }
    }

    #[test]
    fn a_house_number_stands_with_its_street() {
        let joined = |line1, line2| {
            let (line1, line2) = join_number(line1, line2);
            (line1, line2.to_owned())
        };
        let pair = |line1: &str, line2: &str| (line1.to_owned(), line2.to_owned());
        assert_eq!(joined("六本木", "4-11-4 六本木ビル 301"), pair("六本木4-11-4", "六本木ビル 301"));
        assert_eq!(joined("六本木", "４－１１－４"), pair("六本木４－１１－４", ""));
        assert_eq!(joined("六本木4-11-4", "301"), pair("六本木4-11-4", "301"));
        assert_eq!(joined("六本木", "六本木ビル 301"), pair("六本木", "六本木ビル 301"));
    }

    #[test]
    fn a_prefecture_in_front_is_told_from_the_rest() {
        assert_eq!(split_prefecture("東京都港区芝"), ("東京都", "港区芝"));
        assert_eq!(split_prefecture("神奈川県横浜市"), ("神奈川県", "横浜市"));
        assert_eq!(split_prefecture("横浜市中区"), ("", "横浜市中区"));
    }
}

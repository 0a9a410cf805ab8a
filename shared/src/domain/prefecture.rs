//! The 47 prefectures 都道府県.

/// Name and romanized name, in the order of JIS X 0401, which ISO 3166-2 counts by too.
const PREFECTURES: [(&str, &str); 47] = [
    ("北海道", "hokkaido"),
    ("青森県", "aomori"),
    ("岩手県", "iwate"),
    ("宮城県", "miyagi"),
    ("秋田県", "akita"),
    ("山形県", "yamagata"),
    ("福島県", "fukushima"),
    ("茨城県", "ibaraki"),
    ("栃木県", "tochigi"),
    ("群馬県", "gunma"),
    ("埼玉県", "saitama"),
    ("千葉県", "chiba"),
    ("東京都", "tokyo"),
    ("神奈川県", "kanagawa"),
    ("新潟県", "niigata"),
    ("富山県", "toyama"),
    ("石川県", "ishikawa"),
    ("福井県", "fukui"),
    ("山梨県", "yamanashi"),
    ("長野県", "nagano"),
    ("岐阜県", "gifu"),
    ("静岡県", "shizuoka"),
    ("愛知県", "aichi"),
    ("三重県", "mie"),
    ("滋賀県", "shiga"),
    ("京都府", "kyoto"),
    ("大阪府", "osaka"),
    ("兵庫県", "hyogo"),
    ("奈良県", "nara"),
    ("和歌山県", "wakayama"),
    ("鳥取県", "tottori"),
    ("島根県", "shimane"),
    ("岡山県", "okayama"),
    ("広島県", "hiroshima"),
    ("山口県", "yamaguchi"),
    ("徳島県", "tokushima"),
    ("香川県", "kagawa"),
    ("愛媛県", "ehime"),
    ("高知県", "kochi"),
    ("福岡県", "fukuoka"),
    ("佐賀県", "saga"),
    ("長崎県", "nagasaki"),
    ("熊本県", "kumamoto"),
    ("大分県", "oita"),
    ("宮崎県", "miyazaki"),
    ("鹿児島県", "kagoshima"),
    ("沖縄県", "okinawa"),
];

/// Whether `name` is a prefecture's full Japanese name.
#[must_use]
pub fn is_prefecture(name: &str) -> bool {
    PREFECTURES.iter().any(|(japanese, _)| *japanese == name)
}

/// The name of the prefecture with a number, 1 to 47 (JIS X 0401).
#[must_use]
pub fn by_number(number: u8) -> Option<&'static str> {
    PREFECTURES.get(usize::from(number).checked_sub(1)?).map(|(japanese, _)| *japanese)
}

/// The names of all prefectures, in the order of their numbers.
pub fn names() -> impl Iterator<Item = &'static str> {
    PREFECTURES.iter().map(|(japanese, _)| *japanese)
}

/// The prefecture that a platform names by its ISO 3166-2 code (`JP-13`) or its romanized name
/// (`Tokyo`, `Tōkyō`); `None` for anything else.
#[must_use]
pub fn from_foreign_name(name: &str) -> Option<&'static str> {
    if let Some(code) = name.strip_prefix("JP-") {
        let index = code.parse::<usize>().ok()?.checked_sub(1)?;
        return PREFECTURES.get(index).map(|(japanese, _)| *japanese);
    }
    let plain = |c: char| match c {
        'ō' | 'Ō' => 'o',
        'ū' | 'Ū' => 'u',
        _ => c.to_ascii_lowercase(),
    };
    let name: String = name.trim().chars().map(plain).collect();
    PREFECTURES.iter().find(|(_, romanized)| *romanized == name).map(|(japanese, _)| *japanese)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefecture_is_found_by_its_iso_code_and_by_its_romanized_name() {
        for name in ["JP-13", "Tokyo", "Tōkyō"] {
            assert_eq!(from_foreign_name(name), Some("東京都"), "{name}");
        }
        assert_eq!(from_foreign_name("JP-01"), Some("北海道"));
        assert_eq!(from_foreign_name("JP-47"), Some("沖縄県"));
        for name in ["JP-00", "JP-48", "JP-", "JP-+1x", "KY", "", "東京"] {
            assert_eq!(from_foreign_name(name), None, "{name}");
        }
    }

    #[test]
    fn only_the_full_japanese_name_is_a_prefecture() {
        assert!(is_prefecture("京都府"));
        assert!(!is_prefecture("京都"));
        assert!(!is_prefecture("Kyoto"));
    }
}

//! Whether goods can reach people as they wrote it.

use super::text::{fold, is_kanji_digit};

/// Whether the text is a Japanese postal code 郵便番号: seven digits, a hyphen after the third and
/// a leading 〒 allowed, half-width or full-width.
#[must_use]
pub fn is_postal_code(text: &str) -> bool {
    let code = fold(text);
    let code = code.trim().trim_start_matches('〒').trim();
    let (area, town) = code.split_once('-').or_else(|| code.split_at_checked(3)).unwrap_or_default();
    let digits = |part: &str, length| part.len() == length && part.bytes().all(|b| b.is_ascii_digit());
    digits(area, 3) && digits(town, 4)
}

/// Whether the part of a Japanese address below the city has a house number 番地.
///
/// Arabic digits always count. Kanji ones are part of many names (六本木), so they count only when
/// something says they are a number: a dash or の between two, or 丁目, 番地, 番 or 号 after one.
/// A place that has no house numbers says so: 無番地, 番外地.
#[must_use]
pub fn has_house_number(line: &str) -> bool {
    let line = fold(line);
    if line.bytes().any(|b| b.is_ascii_digit()) || line.contains("無番地") || line.contains("番外地") {
        return true;
    }
    let mut rest = line.chars();
    while let Some(c) = rest.next() {
        if is_kanji_digit(c) && makes_a_number(rest.as_str()) {
            return true;
        }
    }
    false
}

/// Whether what follows a kanji digit makes it a number. 番 alone does not: 麻布十番 is a name.
fn makes_a_number(rest: &str) -> bool {
    let before_a_digit =
        rest.strip_prefix(['-', 'の', 'ノ', '之', '番']).is_some_and(|rest| rest.starts_with(is_kanji_digit));
    before_a_digit || ["丁目", "番地", "号"].iter().any(|unit| rest.starts_with(unit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_postal_code_has_seven_digits_however_they_are_written() {
        for good in ["1500001", "150-0001", "〒150-0001", "１５０－０００１", "150ー0001", " 〒 1500001 "]
        {
            assert!(is_postal_code(good), "{good}");
        }
        for bad in
            ["", "150-001", "15-00001", "150-00011", "150-0001a", "40202", "あいうえおかき", "150--0001"]
        {
            assert!(!is_postal_code(bad), "{bad}");
        }
    }

    #[test]
    fn a_house_number_may_be_written_in_kanji_but_a_place_name_is_none() {
        for good in [
            "神宮前1-2-3",
            "神宮前１－２－３",
            "西五反田三-十一-六",
            "六本木一二四-五",
            "神宮前一丁目二番三号",
            "字三の二",
            "大字中野無番地",
        ] {
            assert!(has_house_number(good), "{good}");
        }
        for bad in ["一二三四", "六本木", "麻布十番", "一番町", "一之宮", "セントーの里", ""]
        {
            assert!(!has_house_number(bad), "{bad}");
        }
    }
}

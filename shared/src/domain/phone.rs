//! Phone numbers that can be dialled.

use super::text::fold;

/// Why nobody can be called at a number. Never holds the number: it is personal data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPhone {
    /// There is more in it than digits and what separates them.
    #[error("has other characters than digits, + and separators")]
    Characters,
    /// Too few or too many digits for how it begins.
    #[error("has {found} digits instead of {expected}")]
    Length {
        /// How many there are.
        found: usize,
        /// How many there should be.
        expected: &'static str,
    },
    /// Nobody is given a number that begins so.
    #[error("begins as no number in Japan does")]
    Prefix,
    /// One digit repeated: the form would not be sent without something.
    #[error("is a placeholder")]
    Placeholder,
}

/// Checks a number as people in `country` (ISO 3166-1) write it, with any spaces, dashes, dots and
/// brackets, half-width or full-width. One with `+` and a country code is measured by E.164, one
/// within Japan by the numbering plan (総務省 電気通信番号計画), any other only by its length.
///
/// # Errors
/// The first thing that is wrong with it.
pub fn check(number: &str, country: &str) -> Result<(), InvalidPhone> {
    let is_separator = |c: &char| matches!(c, ' ' | '-' | '.' | '(' | ')' | '/');
    let plain: String = fold(number).chars().filter(|c| !is_separator(c)).collect();
    let (has_code, digits) = match plain.strip_prefix('+') {
        Some(digits) => (true, digits),
        None => (false, plain.as_str()),
    };
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(InvalidPhone::Characters);
    }
    if is_repeated(digits) {
        return Err(InvalidPhone::Placeholder);
    }
    match digits.strip_prefix("81") {
        Some(rest) if has_code => check_in_japan(&format!("0{}", rest.strip_prefix('0').unwrap_or(rest))),
        _ if has_code => of_length(digits, (8, 15), "8 to 15"),
        _ if country == "JP" => check_in_japan(digits),
        _ => of_length(digits, (6, 15), "6 to 15"),
    }
}

/// Whether [`check`] finds nothing.
#[must_use]
pub fn is_phone(number: &str, country: &str) -> bool {
    check(number, country).is_ok()
}

/// The number in half-width characters; `None` when it is so already.
#[must_use]
pub fn half_width(number: &str) -> Option<String> {
    let folded = fold(number).trim().to_owned();
    (folded != number).then_some(folded)
}

fn check_in_japan(digits: &str) -> Result<(), InvalidPhone> {
    let (prefix, rest) = digits.split_at_checked(3).unwrap_or((digits, ""));
    match prefix {
        // 0800 is フリーコール; the other mobile and IP numbers have no 0 there.
        "050" | "060" | "070" | "090" if rest.starts_with('0') => Err(InvalidPhone::Prefix),
        "050" | "060" | "070" | "080" | "090" => of_length(digits, (11, 11), "11"),
        // 010 dials abroad, 020 belongs to machines.
        "010" | "020" => Err(InvalidPhone::Prefix),
        _ if !digits.starts_with('0') || digits.starts_with("00") => Err(InvalidPhone::Prefix),
        _ => {
            of_length(digits, (10, 10), "10")?;
            let subscriber = digits.get(2..).unwrap_or_default();
            if is_repeated(subscriber) { Err(InvalidPhone::Placeholder) } else { Ok(()) }
        }
    }
}

fn of_length(
    digits: &str,
    (least, most): (usize, usize),
    expected: &'static str,
) -> Result<(), InvalidPhone> {
    let found = digits.len();
    if (least..=most).contains(&found) { Ok(()) } else { Err(InvalidPhone::Length { found, expected }) }
}

fn is_repeated(digits: &str) -> bool {
    let first = digits.bytes().next();
    digits.bytes().all(|digit| Some(digit) == first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_japan_are_measured_by_how_they_begin() {
        for good in [
            "03-1234-5678",
            "(03)12345678",
            "０９０－１２３４－５６７８",
            "070 1234 5678",
            "060-1234-5678",
            "050-3786-1234",
            "0120-123-456",
            "0570-012-345",
            "0800-123-4567",
            "0166-12-3456",
            "+81 90 1234 5678",
            "+81 (0)3-1234-5678",
        ] {
            assert_eq!(check(good, "JP"), Ok(()), "{good}");
        }
        let length = |found, expected| InvalidPhone::Length { found, expected };
        for (bad, why) in [
            ("", InvalidPhone::Characters),
            ("なし", InvalidPhone::Characters),
            ("090-1234-567x", InvalidPhone::Characters),
            ("090-1234-567", length(10, "11")),
            ("090-1234-56789", length(12, "11")),
            ("03-1234-567", length(9, "10")),
            ("0120-123-4567", length(11, "10")),
            ("+81 90 1234 567", length(10, "11")),
            ("090-0123-4567", InvalidPhone::Prefix),
            ("123-456-7890", InvalidPhone::Prefix),
            ("0012-345-678", InvalidPhone::Prefix),
            ("020-1234-5678", InvalidPhone::Prefix),
            ("000-0000-0000", InvalidPhone::Placeholder),
            ("03-0000-0000", InvalidPhone::Placeholder),
            ("9999999999", InvalidPhone::Placeholder),
        ] {
            assert_eq!(check(bad, "JP"), Err(why), "{bad}");
        }
    }

    #[test]
    fn a_number_abroad_is_measured_by_its_length_alone() {
        for good in ["555-625-1199", "+1 555 625 1199", "+852 2345 6789", "1234567"] {
            assert_eq!(check(good, "US"), Ok(()), "{good}");
        }
        assert!(!is_phone("12345", "US") && !is_phone("+1", "US") && !is_phone("+1234567890123456", "US"));
        assert!(!is_phone("555-625-1199", "JP"), "within Japan it cannot be dialled");
    }

    #[test]
    fn full_width_digits_become_half_width_and_nothing_else_changes() {
        assert_eq!(half_width("０９０－１２３４－５６７８").as_deref(), Some("090-1234-5678"));
        assert_eq!(half_width("０３（１２３４）５６７８").as_deref(), Some("03(1234)5678"));
        assert_eq!(half_width("090-1234-5678"), None);
    }
}

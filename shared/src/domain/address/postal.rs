//! Postal codes and the place that an address names.

use std::borrow::Cow;

use super::city::City;
use super::code::{Destination, PostalCode};
use super::fold::is_dash;
use super::note;
use super::reading::{AddressRemark, Reading};
use super::town::Town;
use super::town_part::TownPart;

/// The postal code in front of a text, after 〒 anywhere, or in an address in Latin letters; and the
/// text without it.
pub(super) fn split_code(text: &str) -> (Option<PostalCode>, Cow<'_, str>) {
    if let Some((code, rest)) = code_in_front(text) {
        return (Some(code), Cow::Borrowed(rest));
    }
    let Some((code, start, end)) = code_within(text) else { return (None, Cow::Borrowed(text)) };
    let part = |range: Option<&str>| range.unwrap_or_default().trim_matches(beside_code).to_owned();
    let (before, after) = (part(text.get(..start)), part(text.get(end..)));
    (Some(code), Cow::Owned(format!("{before} {after}").trim().to_owned()))
}

/// What stands around a postal code without meaning anything.
fn beside_code(c: char) -> bool {
    matches!(c, '〒' | ' ' | ':' | ',' | '、' | '(' | ')' | '[' | ']' | '【' | '】')
}

fn code_in_front(text: &str) -> Option<(PostalCode, &str)> {
    let begin = text.trim_start_matches(beside_code);
    let begin = begin.strip_prefix("郵便番号").unwrap_or(begin).trim_start_matches(beside_code);
    let is_marked = begin.len() < text.len();
    let (code, end) = seven_digits(begin)?;
    let rest = begin.get(end..).unwrap_or_default();
    // 123-4567-8 is something else, and so is a longer number.
    let goes_on = rest.chars().next().is_some_and(|c| c.is_ascii_digit() || is_dash(c));
    (is_marked || !goes_on).then(|| (code, rest.trim_start_matches(beside_code)))
}

/// A code that stands in the midst or at the end, its first byte, its mark included, and the one after it.
fn code_within(text: &str) -> Option<(PostalCode, usize, usize)> {
    if let Some(mark) = text.find('〒') {
        let after = text.get(mark..)?;
        let digits = after.trim_start_matches(beside_code);
        let (code, end) = seven_digits(digits)?;
        return Some((code, mark, mark + after.len() - digits.len() + end));
    }
    let words = text.split([' ', ',']).filter(|word| word.len() == 8 && text.is_ascii());
    let (word, code) = words.filter_map(|word| Some((word, seven_digits(word)?.0))).next_back()?;
    let start = text.rfind(word)?;
    Some((code, start, start + word.len()))
}

/// The code that a text begins with, and the byte after it.
fn seven_digits(text: &str) -> Option<(PostalCode, usize)> {
    let mut digits = String::new();
    for (at, c) in text.char_indices() {
        match c {
            _ if c.is_ascii_digit() => digits.push(c),
            _ if is_dash(c) && digits.len() == 3 => {}
            _ => return None,
        }
        if digits.len() == 7 {
            return PostalCode::parse(&digits).map(|code| (code, at + 1));
        }
    }
    None
}

/// Notes which postal codes the place may have, and whether the one that was written is one of them.
pub(super) fn note_codes(town: &TownPart, reading: &mut Reading) {
    if let Some(city) = reading.known_city {
        let rows = if town.rows.is_empty() { city.rest() } else { note::narrowed(town, reading) };
        reading.postal_codes = rows.into_iter().map(Town::code).collect();
        reading.postal_codes.sort_unstable();
        reading.postal_codes.dedup();
    }
    let Some(code) = reading.written_code else { return };
    let destinations = code.destinations();
    if destinations.is_empty() {
        reading.remarks.push(AddressRemark::PostalCodeUnknown);
    } else if !destinations.iter().any(|it| leads_there(*it, reading)) {
        reading.remarks.push(AddressRemark::PostalCodeMismatch);
    }
}

/// Whether a code that leads to `destination` may be the code of the address. Codes for all the
/// rest of a city, for businesses and for whole buildings fit every town near enough; so do towns
/// one of whose names begins with the other's.
fn leads_there(destination: Destination, reading: &Reading) -> bool {
    let Some(city) = reading.known_city else {
        return reading.prefecture.is_empty() || reading.prefecture == destination.city().prefecture();
    };
    if destination.city() != city {
        return false;
    }
    let Some(town) = destination.town() else { return true };
    let is_office = matches!(destination, Destination::Office { .. });
    let name = town.name();
    let known = reading.known_towns.first().map_or_else(|| reading.town.clone(), |row| row.name());
    is_office || known.is_empty() || known.starts_with(&name) || name.starts_with(&known)
}

impl City {
    /// The rows for all towns that have no code of their own.
    fn rest(self) -> Vec<Town> {
        self.towns().take_while(|row| row.is_whole_city()).collect()
    }

    /// Whether any of its towns has a code of its own.
    pub(super) fn lists_towns(self) -> bool {
        self.towns().any(|row| !row.is_whole_city())
    }
}

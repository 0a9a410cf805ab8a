//! Postal codes and the place that an address names.

use super::city::City;
use super::code::{Destination, PostalCode};
use super::fold::is_dash;
use super::kyoto;
use super::reading::{AddressRemark, Reading};
use super::town::Town;
use super::town_part::TownPart;

/// The postal code in front of a text, or anywhere after 〒, and the text without it.
pub(super) fn split_code(text: &str) -> (Option<PostalCode>, &str) {
    let plain = |c: char| matches!(c, '〒' | ' ' | ':' | '：' | ',' | '、');
    let begin = text.trim_start_matches(plain);
    let begin = begin.strip_prefix("郵便番号").unwrap_or(begin).trim_start_matches(plain);
    let is_marked = begin.len() < text.len();
    let mut digits = String::new();
    for (at, c) in begin.char_indices() {
        match c {
            _ if digits.len() == 7 => {
                // 123-4567-8 is something else, and so is a longer number.
                let ends = is_marked || !(c.is_ascii_digit() || is_dash(c));
                return match PostalCode::parse(&digits).filter(|_| ends) {
                    Some(code) => (Some(code), begin.get(at..).unwrap_or_default().trim_start_matches(plain)),
                    None => (None, text),
                };
            }
            _ if c.is_ascii_digit() => digits.push(c),
            _ if is_dash(c) && digits.len() == 3 => {}
            _ => break,
        }
    }
    if digits.len() == 7 { (PostalCode::parse(&digits), "") } else { (None, text.trim_start_matches(plain)) }
}

/// Notes which postal codes the place may have, and whether the one that was written is one of them.
pub(super) fn note_codes(town: &TownPart, reading: &mut Reading) {
    if let Some(city) = reading.known_city {
        let rows = if town.rows.is_empty() { city.rest() } else { narrowed(town, &reading.street) };
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

/// Of a town's rows, those whose note fits what the address says; all where none does.
fn narrowed(town: &TownPart, street: &str) -> Vec<Town> {
    let rows = &town.rows;
    let fitting: Vec<Town> = if !street.is_empty() {
        kyoto::on_the_way(rows, street)
    } else if let Some(side) = town.side {
        rows.iter().filter(|row| row.note().is_some_and(|note| note.chars().eq([side]))).copied().collect()
    } else if let Some(chome) = town.chome {
        let fitting = rows.iter().filter(|row| row.note().is_some_and(|note| covers(note, chome)));
        let fitting: Vec<Town> = fitting.copied().collect();
        if fitting.is_empty() { general(rows) } else { fitting }
    } else {
        Vec::new()
    };
    if fitting.is_empty() { rows.clone() } else { fitting }
}

/// The rows for what no other row names.
fn general(rows: &[Town]) -> Vec<Town> {
    rows.iter()
        .filter(|row| row.note().is_none_or(|note| matches!(note, "その他" | "丁目")))
        .copied()
        .collect()
}

/// Whether a note, such as 1〜4丁目 or 1、3丁目, covers a 丁目 whole.
fn covers(note: &str, chome: u32) -> bool {
    let Some(list) = note.strip_suffix("丁目").filter(|list| !list.contains(['「', '番'])) else {
        return false;
    };
    list.split('、').any(|part| {
        let (from, to) = part.split_once('〜').unwrap_or((part, part));
        let number = |text: &str| text.trim_end_matches("丁目").parse::<u32>();
        matches!((number(from), number(to)), (Ok(from), Ok(to)) if (from..=to).contains(&chome))
    })
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

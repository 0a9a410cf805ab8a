//! Reading an address, from the left: postal code, prefecture, city, town, numbers, building.

use std::borrow::Cow;

use super::code::PostalCode;
use super::islands;
use super::lead;
use super::locate::{self, Located};
use super::number::block_at;
use super::postal;
use super::reading::{AddressRemark, Reading, Step};
use super::scan::{Scan, clean};
use super::town_part::{self, TownPart};

/// The longest address that is read, in characters.
pub const LONGEST: usize = 300;

/// Reads a Japanese address as people write it, on one line or several. `postal_code` is the one that
/// was given beside it; one that stands in front of the address is found there.
///
/// Reading what [`Reading::one_line`] gives yields the same parts again.
#[must_use]
pub fn read(text: &str, postal_code: Option<&str>) -> Reading {
    let mut reading = Reading::default();
    // A character may become up to eighteen others, so the length counts before and after.
    let cleaned = if text.chars().nth(LONGEST * 2).is_some() { None } else { Some(clean(text)) };
    let Some(cleaned) = cleaned.filter(|text| text.chars().nth(LONGEST).is_none()) else {
        reading.remarks.push(AddressRemark::TooLong);
        return reading;
    };
    if cleaned != text {
        reading.steps.push(Step::CharactersUnified);
    }
    let address = read_code(&cleaned, postal_code, &mut reading);
    let address = lead::without_marks(&address);
    if address.is_empty() {
        reading.remarks.push(AddressRemark::Empty);
        return reading;
    }
    let (scan, located, lead) = find_place(address, reading.written_code);
    note_place(&located, &mut reading);
    let at = scan.place_after(located.keys);
    let below = scan.text(at, scan.chars.len());
    [below.trim(), lead].join(" ").trim().clone_into(&mut reading.below_city);
    let town = town_part::read(&scan, &located);
    note_town(&scan, &town, &mut reading);
    let block = block_at(&scan.chars, town.end, town.chome_left_out);
    if block.is_rewritten {
        reading.steps.push(Step::NumbersInDigits);
    }
    if !block.is_numbered {
        reading.remarks.push(AddressRemark::HouseNumberMissing);
    }
    reading.block = block.text;
    [block.building.as_str(), lead].join(" ").trim().clone_into(&mut reading.building);
    postal::note_codes(&town, &mut reading);
    reading.remarks.extend(islands::remark(&reading.prefecture, &reading.city, &reading.town));
    reading.steps.dedup();
    reading
}

/// Finds the city; when the text does not begin with it, behind what stands before the prefecture.
fn find_place(address: &str, code: Option<PostalCode>) -> (Scan, Located, &str) {
    let scan = Scan::new(address);
    let located = locate::locate(&scan, code);
    if located.remarks.contains(&AddressRemark::CityMissing)
        && let Some((lead, behind)) = lead::split(address)
    {
        let scan = Scan::new(behind);
        let located = locate::locate(&scan, code);
        if located.city.is_some() {
            return (scan, located, lead);
        }
    }
    (scan, located, "")
}

/// Takes the postal code out of the text, and remembers it or the one given.
fn read_code<'a>(cleaned: &'a str, given: Option<&str>, reading: &mut Reading) -> Cow<'a, str> {
    let (found, address) = postal::split_code(cleaned);
    if found.is_some() {
        reading.steps.push(Step::PostalCodeTaken);
    }
    reading.written_code = match given.map(str::trim).filter(|code| !code.is_empty()) {
        None => found,
        Some(code) => {
            let parsed = PostalCode::parse(code);
            if parsed.is_none() {
                reading.remarks.push(AddressRemark::PostalCodeMalformed);
            } else if found.is_some() && found != parsed {
                reading.remarks.push(AddressRemark::PostalCodeMismatch);
            }
            parsed.or(found)
        }
    };
    address
}

fn note_place(located: &Located, reading: &mut Reading) {
    located.prefecture.unwrap_or_default().clone_into(&mut reading.prefecture);
    reading.city.clone_from(&located.city_name);
    reading.known_city = located.city;
    reading.steps.extend(&located.steps);
    reading.remarks.extend(&located.remarks);
}

fn note_town(scan: &Scan, town: &TownPart, reading: &mut Reading) {
    reading.town.clone_from(&town.name);
    reading.street = town.street.map(|(from, to)| scan.text(from, to)).unwrap_or_default();
    reading.known_towns.clone_from(&town.rows);
    reading.steps.extend(&town.steps);
    reading.remarks.extend(&town.remarks);
}

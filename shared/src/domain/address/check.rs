//! What validation checks of an address 住所チェック.

use super::proposal::{Trust, propose, read_fields};
use super::reading::AddressRemark;
use crate::domain::contact::{has_house_number, is_postal_code};
use crate::domain::customer::Address;
use crate::domain::order::HoldCode;
use crate::domain::prefecture::is_prefecture;
use crate::domain::validation::{Finding, FindingCode, Severity};

/// Adds what is wrong with `address`, or worth a look, to `findings`. `at` is its path in the order.
pub fn check(address: &Address, at: &str, findings: &mut Vec<Finding>) {
    let mut note = |severity, code, field: &str, message: &str| {
        findings.push(Finding {
            code,
            severity,
            field: format!("{at}.{field}"),
            message: message.to_owned(),
        });
    };
    let defect = Severity::Blocking(HoldCode::AddressDefect);
    let incomplete = FindingCode::AddressIncomplete;
    if address.name.is_empty() {
        note(defect, incomplete, "name", "The addressee's name is missing: ask the customer.");
    }
    if address.city.is_empty() {
        note(
            defect,
            incomplete,
            "city",
            "The city is missing: accept the proposal, if there is one, or ask.",
        );
    }
    if address.line1.is_empty() {
        note(defect, incomplete, "line1", "Town and house number are missing: ask the customer.");
    }
    if address.country == "JP" {
        check_japanese(address, &mut note);
    } else {
        let message = "The goods go abroad: check the carrier, the customs papers and the tax exemption.";
        note(Severity::Warning, FindingCode::DestinationAbroad, "country", message);
    }
}

fn check_japanese(address: &Address, note: &mut impl FnMut(Severity, FindingCode, &str, &str)) {
    let defect = Severity::Blocking(HoldCode::AddressDefect);
    let incomplete = FindingCode::AddressIncomplete;
    if !is_postal_code(address.postal_code.reveal()) {
        note(defect, incomplete, "postal_code", AddressRemark::PostalCodeMalformed.message());
    }
    if !is_prefecture(address.prefecture.reveal()) {
        let message = "This is none of the 47 prefectures: write its full Japanese name, like 東京都.";
        note(defect, incomplete, "prefecture", message);
    }
    if !address.line1.is_empty() && !has_house_number(address.line1.reveal()) {
        let message = "There is no house number: move it here from the building's line, or ask the customer.";
        note(defect, FindingCode::HouseNumberMissing, "line1", message);
    }
    let reading = read_fields(address);
    for remark in &reading.remarks {
        if let Some((severity, code, field)) = finding(*remark, address) {
            note(severity, code, field, remark.message());
        }
    }
    // Most addresses are in the right city: those are read only once.
    let is_misplaced = reading.known_city.is_some()
        && !address.city.is_empty()
        && reading.city != address.city.reveal()
        && propose(address, Trust::Safe)
            .is_some_and(|it| it.address.city != address.city && it.address.line1 != address.line1);
    if is_misplaced && !reading.has(AddressRemark::CityRepeated) {
        let message = AddressRemark::CityMisplaced.message();
        note(Severity::Warning, FindingCode::CityMisplaced, "city", message);
    }
}

/// What a remark on the reading means to the order, where the fields do not say it already.
fn finding(remark: AddressRemark, address: &Address) -> Option<(Severity, FindingCode, &'static str)> {
    let defect = Severity::Blocking(HoldCode::AddressDefect);
    match remark {
        AddressRemark::PostalCodeUnknown => Some((defect, FindingCode::PostalCodeUnknown, "postal_code")),
        AddressRemark::PostalCodeMismatch => Some((defect, FindingCode::PostalCodeMismatch, "postal_code")),
        AddressRemark::PrefectureMismatch => Some((defect, FindingCode::PrefectureMismatch, "prefecture")),
        AddressRemark::CityMissing if !address.city.is_empty() => {
            Some((defect, FindingCode::CityUnknown, "city"))
        }
        AddressRemark::CityAmbiguous | AddressRemark::WardMissing => {
            Some((Severity::Warning, FindingCode::CityUnknown, "city"))
        }
        AddressRemark::CityRepeated => Some((Severity::Warning, FindingCode::CityRepeated, "city")),
        AddressRemark::TownUnknown => Some((Severity::Warning, FindingCode::TownUnknown, "line1")),
        AddressRemark::RemoteIsland => Some((Severity::Warning, FindingCode::RemoteIsland, "city")),
        AddressRemark::Unservable => Some((defect, FindingCode::Unservable, "city")),
        AddressRemark::Empty
        | AddressRemark::TooLong
        | AddressRemark::NotText
        | AddressRemark::PostalCodeMalformed
        | AddressRemark::PrefectureMissing
        | AddressRemark::CityMissing
        | AddressRemark::CityMisplaced
        | AddressRemark::TownMissing
        | AddressRemark::HouseNumberMissing => None,
    }
}

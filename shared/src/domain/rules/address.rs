//! Whether a carrier can deliver to an address.

use super::Report;
use crate::domain::contact::{has_house_number, is_postal_code};
use crate::domain::customer::Address;
use crate::domain::kana;
use crate::domain::phone;
use crate::domain::prefecture::is_prefecture;
use crate::domain::validation::FindingCode;

pub(super) fn check(address: &Address, at: &str, report: &mut Report<'_>) {
    let mut find = |code, field: &str, message: &str| report.find(code, format!("{at}.{field}"), message);
    let incomplete = FindingCode::AddressIncomplete;
    if address.name.is_empty() {
        find(incomplete, "name", "The addressee's name is missing: ask the customer.");
    }
    if address.city.is_empty() {
        find(incomplete, "city", "The city is missing: ask the customer.");
    }
    if address.line1.is_empty() {
        find(incomplete, "line1", "Town and house number are missing: ask the customer.");
    }
    if address.country == "JP" {
        if !is_postal_code(address.postal_code.reveal()) {
            let message = "A Japanese postal code has seven digits: correct it from the address, or ask.";
            find(incomplete, "postal_code", message);
        }
        if !is_prefecture(address.prefecture.reveal()) {
            let message = "This is none of the 47 prefectures: write its full Japanese name, like 東京都.";
            find(incomplete, "prefecture", message);
        }
        if !address.line1.is_empty() && !has_house_number(address.line1.reveal()) {
            let message =
                "There is no house number: move it here from the building's line, or ask the customer.";
            find(FindingCode::HouseNumberMissing, "line1", message);
        }
        if address.kana.as_ref().is_some_and(|text| kana::reading(text.reveal()).is_none()) {
            find(FindingCode::ReadingInvalid, "kana", "The reading of the name is not in kana: correct it.");
        }
    } else {
        let message = "The goods go abroad: check the carrier, the customs papers and the tax exemption.";
        find(FindingCode::DestinationAbroad, "country", message);
    }
    if let Some(Err(why)) = address.phone.as_ref().map(|text| phone::check(text.reveal(), &address.country)) {
        let message = format!("The number {why}: correct it for the carrier, or ask the customer.");
        find(FindingCode::PhoneInvalid, "phone", &message);
    }
}

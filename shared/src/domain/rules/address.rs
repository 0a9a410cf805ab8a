//! Whether a carrier can deliver to an address, and call there.

use super::Report;
use crate::domain::customer::Address;
use crate::domain::validation::FindingCode;
use crate::domain::{address, kana, phone};

pub(super) fn check(to: &Address, at: &str, report: &mut Report<'_>) {
    let mut findings = Vec::new();
    address::check(to, at, &mut findings);
    report.findings.extend(findings.into_iter().filter_map(|finding| report.pack.treated(finding)));
    let reading = to.kana.as_ref().filter(|_| to.country == "JP");
    if reading.is_some_and(|text| kana::reading(text.reveal()).is_none()) {
        let message = "The reading of the name is not in kana: correct it.";
        report.find(FindingCode::ReadingInvalid, format!("{at}.kana"), message);
    }
    if let Some(Err(why)) = to.phone.as_ref().map(|text| phone::check(text.reveal(), &to.country)) {
        let message = format!("The number {why}: correct it for the carrier, or ask the customer.");
        report.find(FindingCode::PhoneInvalid, format!("{at}.phone"), message);
    }
}

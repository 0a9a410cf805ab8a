//! Whether the customer can be reached.

use super::Report;
use crate::domain::customer::Personal;
use crate::domain::mail_address::MailAddress;
use crate::domain::order::Order;
use crate::domain::validation::FindingCode;
use crate::domain::{kana, mail_typos, phone};

/// One usable way to reach the customer is enough: an address no mail server accepts stops the
/// order only when there is no phone to call.
pub(super) fn check(order: &Order, report: &mut Report<'_>) {
    let customer = &order.customer;
    if customer.name.is_empty() {
        let message = "The customer's name is missing: ask for it.";
        report.find(FindingCode::NameMissing, "customer.name", message);
    }
    let country = order.country();
    let reading = customer.kana.as_ref().filter(|_| country == "JP");
    if reading.is_some_and(|text| kana::reading(text.reveal()).is_none()) {
        let message = "The reading of the name is not in kana: correct it.";
        report.find(FindingCode::ReadingInvalid, "customer.kana", message);
    }
    let number = customer.phone.as_ref().map(|text| phone::check(text.reveal(), country));
    let can_call = number == Some(Ok(()));
    if let Some(Err(why)) = number {
        let message = format!("The number {why}: correct it, or write to the customer.");
        report.find(FindingCode::PhoneInvalid, "customer.phone", message);
    }
    let can_write = customer.mail.as_ref().is_some_and(|mail| check_mail(mail, report));
    if !can_write && !can_call {
        let message =
            "There is neither a mail address nor a phone number that works: ask through the channel.";
        report.find(FindingCode::Unreachable, "customer", message);
    }
}

/// Whether a mail to this address can be sent.
fn check_mail(mail: &Personal, report: &mut Report<'_>) -> bool {
    let meant = mail_typos::proposal(mail.reveal());
    let meant = meant.as_ref().map(|meant| format!(" Perhaps the domain is {}.", meant.domain()));
    match mail.reveal().parse::<MailAddress>() {
        Ok(_) => {
            if let Some(meant) = meant {
                let message = format!("The address looks mistyped.{meant} Ask the customer.");
                report.find(FindingCode::MailSuspect, "customer.mail", message);
            }
            true
        }
        Err(why) => {
            let message = format!(
                "No mail is sent: {why}.{} Call the customer, or ask through the channel.",
                meant.unwrap_or_default()
            );
            report.find(FindingCode::MailInvalid, "customer.mail", message);
            false
        }
    }
}

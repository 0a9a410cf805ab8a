//! What validation checks of an order 検証ルール. Pure; one function per subject.
//!
//! A blocking finding opens its hold, a warning is only shown. No message holds personal data:
//! findings are stored, listed and logged.

use super::contact::{has_house_number, is_plausible_phone, is_postal_code};
use super::customer::{Address, Personal};
use super::mail_address::MailAddress;
use super::merchant::{Product, UnknownProductPolicy};
use super::money::{Amount, Currency};
use super::order::{HoldCode, Line, Order};
use super::prefecture::is_prefecture;
use super::validation::{Finding, FindingCode, Severity};

/// Checks an order against the rules and against `products`, the merchant's catalogue as far as
/// it knows the order's SKUs.
#[must_use]
pub fn check(order: &Order, products: &[Product]) -> Vec<Finding> {
    let mut findings = Vec::new();
    check_contact(order, &mut findings);
    for (i, group) in order.ship_groups.iter().enumerate() {
        check_address(&group.address, &format!("ship_groups[{i}].address"), &mut findings);
    }
    for (i, line) in order.lines.iter().enumerate() {
        check_line(order, line, products, &format!("lines[{i}]"), &mut findings);
    }
    check_figures(order, &mut findings);
    if order.customer_note.is_some() {
        let message = "The customer wrote a note: read it before the goods leave.";
        findings.push(warning(FindingCode::CustomerNote, "customer_note", message));
    }
    findings
}

fn warning(code: FindingCode, field: impl Into<String>, message: impl Into<String>) -> Finding {
    Finding { code, severity: Severity::Warning, field: field.into(), message: message.into() }
}

fn blocking(
    code: FindingCode,
    hold: HoldCode,
    field: impl Into<String>,
    message: impl Into<String>,
) -> Finding {
    Finding { severity: Severity::Blocking(hold), ..warning(code, field, message) }
}

/// One usable way to reach the customer is enough: an address no mail server accepts stops the
/// order only when there is no phone to call.
fn check_contact(order: &Order, findings: &mut Vec<Finding>) {
    let customer = &order.customer;
    if customer.name.is_empty() {
        let message = "The customer's name is missing: ask for it.";
        findings.push(warning(FindingCode::AddressIncomplete, "customer.name", message));
    }
    let can_call = customer.phone.as_ref().is_some_and(|phone| is_plausible_phone(phone.reveal()));
    if customer.phone.is_some() && !can_call {
        let message = "This is no phone number: 10 or 11 digits, or + and the country code.";
        findings.push(warning(FindingCode::PhoneInvalid, "customer.phone", message));
    }
    let hold = HoldCode::ContactDefect;
    match &customer.mail {
        Some(mail) if mail.reveal().parse::<MailAddress>().is_ok() => {}
        Some(_) if can_call => {
            let message =
                "No mail server accepts this address, so no mail is sent: call the customer instead.";
            findings.push(warning(FindingCode::MailInvalid, "customer.mail", message));
        }
        Some(_) => {
            let message = "No mail server accepts this address and there is no phone number to call: \
                           ask through the channel for one that works.";
            findings.push(blocking(FindingCode::MailInvalid, hold, "customer.mail", message));
        }
        None if can_call => {}
        None => {
            let message =
                "There is neither a mail address nor a phone number: ask through the channel for one.";
            findings.push(blocking(FindingCode::Unreachable, hold, "customer", message));
        }
    }
}

fn check_address(address: &Address, at: &str, findings: &mut Vec<Finding>) {
    let mut defect = |code, field: &str, message: &str| {
        findings.push(blocking(code, HoldCode::AddressDefect, format!("{at}.{field}"), message));
    };
    let incomplete = FindingCode::AddressIncomplete;
    if address.name.is_empty() {
        defect(incomplete, "name", "The addressee's name is missing: ask the customer.");
    }
    if address.city.is_empty() {
        defect(incomplete, "city", "The city is missing: ask the customer.");
    }
    if address.line1.is_empty() {
        defect(incomplete, "line1", "Town and house number are missing: ask the customer.");
    }
    if address.country == "JP" {
        if !is_postal_code(address.postal_code.reveal()) {
            let message = "A Japanese postal code has seven digits: correct it from the address, or ask.";
            defect(incomplete, "postal_code", message);
        }
        if !is_prefecture(address.prefecture.reveal()) {
            let message = "This is none of the 47 prefectures: write its full Japanese name, like 東京都.";
            defect(incomplete, "prefecture", message);
        }
        if !address.line1.is_empty() && !has_house_number(address.line1.reveal()) {
            let message =
                "There is no house number: move it here from the building's line, or ask the customer.";
            defect(FindingCode::HouseNumberMissing, "line1", message);
        }
    } else {
        let message = "The goods go abroad: check the carrier, the customs papers and the tax exemption.";
        findings.push(warning(FindingCode::DestinationAbroad, format!("{at}.country"), message));
    }
    if !address.phone.as_ref().map(Personal::reveal).is_none_or(is_plausible_phone) {
        let message = "This is no phone number the carrier could call: correct it, or ask the customer.";
        findings.push(warning(FindingCode::PhoneInvalid, format!("{at}.phone"), message));
    }
}

fn check_line(order: &Order, line: &Line, products: &[Product], at: &str, findings: &mut Vec<Finding>) {
    let Some(product) = products.iter().find(|product| product.sku == line.sku) else {
        let code = FindingCode::UnknownProduct;
        let message =
            "The SKU is not in the catalogue: register the product, or correct the SKU at the channel.";
        let field = format!("{at}.sku");
        findings.push(match order.policy.unknown_product {
            UnknownProductPolicy::Hold => blocking(code, HoldCode::UnknownProduct, field, message),
            UnknownProductPolicy::Accept => warning(code, field, message),
        });
        return;
    };
    // The catalogue is in yen, and an order from abroad may rightly be tax-exempt.
    if order.currency != Currency::Jpy {
        return;
    }
    if line.unit_price != product.price {
        let message = format!(
            "The channel sold it for {} yen, the catalogue says {}: correct whichever is wrong.",
            line.unit_price.units(),
            product.price.units()
        );
        findings.push(warning(FindingCode::PriceDiffers, format!("{at}.unit_price"), message));
    }
    let domestic = order.ship_groups.iter().all(|group| group.address.country == "JP");
    if domestic && line.tax_rate != product.tax_rate {
        let message = format!(
            "The channel taxes it at {} basis points, the catalogue says {}: correct whichever is wrong.",
            line.tax_rate.basis_points(),
            product.tax_rate.basis_points()
        );
        findings.push(warning(FindingCode::TaxDiffers, format!("{at}.tax_rate"), message));
    }
}

/// The channel's figures are what the customer agreed to, so a difference is shown, not corrected.
fn check_figures(order: &Order, findings: &mut Vec<Finding>) {
    let Some(declared) = &order.declared else { return };
    let own = order.own_billing();
    let unit = format!("in the smallest unit of {}", order.currency.code());
    let message = |what: &str, theirs: Amount, ours: Amount| {
        let (theirs, ours) = (theirs.units(), ours.units());
        format!(
            "The channel's {what} is {theirs}, our arithmetic gives {ours} ({unit}). The channel's is billed."
        )
    };
    if declared.total != own.total {
        let message = message("total", declared.total, own.total);
        findings.push(warning(FindingCode::TotalDiffers, "declared.total", message));
    }
    for (i, (rate, tax)) in declared.taxes.iter().enumerate() {
        let ours = own.taxes.iter().find(|line| line.rate == *rate).map_or(Amount::ZERO, |line| line.tax);
        if *tax != ours {
            let what = format!("tax at {} basis points", rate.basis_points());
            let message = message(&what, *tax, ours);
            findings.push(warning(FindingCode::TaxDiffers, format!("declared.taxes[{i}]"), message));
        }
    }
}

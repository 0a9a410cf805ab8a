//! Whether the order is whole, and its figures add up.

use super::Report;
use crate::domain::money::{Amount, Currency};
use crate::domain::order::Order;
use crate::domain::validation::FindingCode;

/// A part of an order must not leave as if it were all of it.
pub(super) fn check_lines(order: &Order, report: &mut Report<'_>) {
    let Some(expected) = order.particulars.expected_lines.filter(|_| order.is_partial()) else { return };
    let message = format!(
        "The channel says {expected} lines, and {} came: send the whole order again, which completes it.",
        order.lines.len()
    );
    report.find(FindingCode::PartialImport, "lines", message);
}

/// The channel's figures are what the customer agreed to, so a difference is shown, not corrected.
pub(super) fn check(order: &Order, report: &mut Report<'_>) {
    check_amount(order, report);
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
        report.find(FindingCode::TotalDiffers, "declared.total", message);
    }
    for (i, (rate, tax)) in declared.taxes.iter().enumerate() {
        let ours = own.taxes.iter().find(|line| line.rate == *rate).map_or(Amount::ZERO, |line| line.tax);
        if *tax != ours {
            let what = format!("tax at {} basis points", rate.basis_points());
            let message = message(&what, *tax, ours);
            report.find(FindingCode::TaxDiffers, format!("declared.taxes[{i}]"), message);
        }
    }
}

fn check_amount(order: &Order, report: &mut Report<'_>) {
    let Some(most) = report.pack.thresholds.total.filter(|_| order.currency == Currency::Jpy) else { return };
    let total = order.billing().total.units();
    if total > i64::from(most) {
        let message = format!("It costs {total} yen, more than {most}: ask whether that is meant.");
        report.find(FindingCode::LargeAmount, "total", message);
    }
}

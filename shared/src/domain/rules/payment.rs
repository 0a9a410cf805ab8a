//! Whether the order can be paid as agreed.

use super::Report;
use crate::domain::money::{Amount, Currency};
use crate::domain::order::Order;
use crate::domain::payment::{Payment, PaymentMethod};
use crate::domain::validation::FindingCode;

pub(super) fn check(order: &Order, report: &mut Report<'_>) {
    for (i, payment) in order.payments.iter().enumerate() {
        check_limit(order, payment, &format!("payments[{i}].amount"), report);
        let has_token = payment.token.as_ref().is_some_and(|token| !token.is_empty());
        if payment.method == PaymentMethod::Card && !has_token {
            let message = "The channel sent nothing to charge the card by: the provider will refuse it.";
            report.find(FindingCode::CardTokenMissing, format!("payments[{i}].token"), message);
        }
    }
    let in_cash = order.payments.iter().position(|one| one.method == PaymentMethod::CashOnDelivery);
    let abroad = order.ship_groups.iter().any(|group| group.address.country != "JP");
    if let Some(i) = in_cash.filter(|_| abroad) {
        let message = "No carrier collects cash abroad: agree on another way to pay, or cancel.";
        report.find(FindingCode::CashAbroad, format!("payments[{i}].method"), message);
    }
}

/// The limits are those of carriers, stores and insurers, in yen.
fn check_limit(order: &Order, payment: &Payment, field: &str, report: &mut Report<'_>) {
    if order.currency != Currency::Jpy {
        return;
    }
    let thresholds = &report.pack.thresholds;
    let (code, limit, who) = match payment.method {
        PaymentMethod::CashOnDelivery => {
            (FindingCode::CashAboveLimit, thresholds.cash_on_delivery, "Carriers collect")
        }
        PaymentMethod::ConvenienceStore => {
            (FindingCode::ConvenienceStoreAboveLimit, thresholds.convenience_store, "Convenience stores take")
        }
        PaymentMethod::PayLater => {
            (FindingCode::PayLaterAboveLimit, thresholds.pay_later, "The service insures")
        }
        PaymentMethod::Card | PaymentMethod::BankTransfer | PaymentMethod::ChannelSettled => return,
    };
    if payment.amount > Amount::new(i64::from(limit)) {
        let message = format!(
            "{who} at most {limit} yen, this is {}: agree on another way to pay, or split the order.",
            payment.amount.units()
        );
        report.find(code, field, message);
    }
}

//! How an order is paid, from what a shop calls the way.

use super::figures::the_rest;
use crate::domain::intake::IntakePayment;
use crate::domain::payment::PaymentMethod;

/// Whether the shop has the money.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// It has, or its own payment provider will bring it.
    Paid,
    /// Not yet.
    Awaited,
}

/// The payment of an order whose shop collects by this method, as far as it is known.
pub(super) fn payment(method: Option<PaymentMethod>, standing: Standing) -> IntakePayment {
    use PaymentMethod::{BankTransfer, Card, CashOnDelivery, ChannelSettled, ConvenienceStore, PayLater};
    match (method, standing) {
        (Some(CashOnDelivery), _) => the_rest(CashOnDelivery, false),
        (Some(method @ (BankTransfer | ConvenienceStore | PayLater)), Standing::Awaited) => {
            the_rest(method, false)
        }
        // Its own provider has the card: we could not charge it.
        (Some(BankTransfer | ConvenienceStore | PayLater | Card | ChannelSettled) | None, standing) => {
            the_rest(ChannelSettled, standing == Standing::Awaited)
        }
    }
}

/// The method that any of these names, in whatever case, means. `None` for a card, a wallet, and
/// everything else that the shop's payment provider settles.
pub(super) fn by_name(names: &[&str]) -> Option<PaymentMethod> {
    let names = names.join(" ").to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| names.contains(word));
    // コンビニ後払い is paid later, not at the till.
    if says(&[
        "後払",
        "atobarai",
        "pay later",
        "pay_later",
        "paylater",
        "paidy",
        "post_payment",
        "掛売",
        "on_credit",
    ]) {
        Some(PaymentMethod::PayLater)
    } else if says(&["コンビニ", "konbini", "convenience", "cvs", "ペイジー", "pay_easy", "payeasy"])
    {
        Some(PaymentMethod::ConvenienceStore)
    } else if says(&["代引", "代金引換", "cash on delivery", "cash_on_delivery", "(cod)"])
        || names.split([' ', '_', '-']).any(|word| word == "cod")
    {
        Some(PaymentMethod::CashOnDelivery)
    } else if says(&[
        "振込",
        "振替",
        "bank",
        "現金書留",
        "bacs",
        "postal_transfer",
        "registered_mail",
        "cheque",
    ]) {
        Some(PaymentMethod::BankTransfer)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_method_is_known_by_what_shops_call_it() {
        for (name, method) in [
            ("銀行振込", Some(PaymentMethod::BankTransfer)),
            ("bank deposit", Some(PaymentMethod::BankTransfer)),
            ("郵便振替", Some(PaymentMethod::BankTransfer)),
            ("コンビニ決済", Some(PaymentMethod::ConvenienceStore)),
            ("KOMOJU - Konbini", Some(PaymentMethod::ConvenienceStore)),
            ("コンビニ後払い", Some(PaymentMethod::PayLater)),
            ("後払い", Some(PaymentMethod::PayLater)),
            ("代金引換", Some(PaymentMethod::CashOnDelivery)),
            ("cod", Some(PaymentMethod::CashOnDelivery)),
            ("Cash on Delivery (COD)", Some(PaymentMethod::CashOnDelivery)),
            ("barcode", None),
            ("クレジットカード", None),
            ("stripe", None),
            ("", None),
        ] {
            assert_eq!(by_name(&[name]), method, "{name}");
        }
    }

    #[test]
    fn what_the_shops_provider_settles_is_only_awaited() {
        let of = |method, standing| {
            let payment = payment(method, standing);
            (payment.method, payment.awaited)
        };
        let (bank, settled) = (PaymentMethod::BankTransfer, PaymentMethod::ChannelSettled);
        assert_eq!(of(Some(bank), Standing::Awaited), (bank, false));
        assert_eq!(of(Some(bank), Standing::Paid), (settled, false));
        assert_eq!(of(None, Standing::Awaited), (settled, true));
        assert_eq!(of(None, Standing::Paid), (settled, false));
        let cash = PaymentMethod::CashOnDelivery;
        assert_eq!(of(Some(cash), Standing::Paid), (cash, false));
    }
}

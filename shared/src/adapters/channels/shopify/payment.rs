//! How a Shopify order is paid: by its financial status, and where it is still to be paid, by the
//! name of its gateway.

use super::super::wire::TOKEN;
use super::Reader;
use crate::domain::customer::Personal;
use crate::domain::intake::IntakePayment;
use crate::domain::payment::PaymentMethod;

impl Reader<'_> {
    pub(super) fn payments(&mut self) -> Vec<IntakePayment> {
        let order = self.order;
        let rest = |method, token| IntakePayment { method, amount: None, token, awaited: false };
        match order.financial_status.as_deref().unwrap_or("pending") {
            "authorized" => vec![rest(PaymentMethod::Card, self.card_token())],
            "paid" | "partially_refunded" => vec![rest(PaymentMethod::ChannelSettled, None)],
            "pending" => vec![rest(self.method_to_come(), None)],
            "partially_paid" => vec![self.paid_part(), rest(self.method_to_come(), None)],
            "voided" | "expired" => {
                self.refuse("the payment was given up in Shopify: cancel the order there, or take a new one")
            }
            "refunded" => self.refuse("the money was given back in Shopify: there is nothing to do"),
            _ => self.refuse(
                "must be pending, authorized, partially_paid, paid, partially_refunded, refunded, voided or expired",
            ),
        }
    }

    fn refuse(&mut self, advice: &str) -> Vec<IntakePayment> {
        self.defects.add("financial_status", advice);
        Vec::new()
    }

    /// The gateway's own reference, or the order's id, by which Shopify finds the transaction.
    fn card_token(&mut self) -> Option<Personal> {
        let reference = self.order.reference.as_deref().map(str::trim).filter(|text| !text.is_empty());
        let id = self.order.id.as_ref().map(|id| format!("shopify-order-{}", id.0));
        let token = reference.map(str::to_owned).or(id);
        if token.is_none() {
            self.defects.add("id", "is missing, and so is `reference`: one of them finds the card payment");
        }
        token.map(|token| self.defects.text("reference", &token, TOKEN).into())
    }

    /// The part of a partially paid order that the shop has already.
    fn paid_part(&mut self) -> IntakePayment {
        let total = self.optional("total_price", self.order.total_price.as_ref());
        let outstanding = self.required("total_outstanding", self.order.total_outstanding.as_ref());
        if outstanding > total {
            self.defects.add("total_outstanding", "is more than `total_price`");
        }
        let paid = Some((total - outstanding).or_zero());
        IntakePayment { method: PaymentMethod::ChannelSettled, amount: paid, token: None, awaited: false }
    }

    fn method_to_come(&self) -> PaymentMethod {
        let gateways = self.order.gateway.iter().chain(&self.order.payment_gateway_names);
        // A gift card is money the shop has already; the other gateway says how the rest comes.
        let gateway =
            gateways.map(|name| name.to_lowercase()).find(|name| !name.is_empty() && name != "gift_card");
        method_of(&gateway.unwrap_or_default())
    }
}

/// The method that a shop calls its gateway by (in lower case). One we do not know is a bank
/// transfer, so that nothing leaves before money comes.
fn method_of(gateway: &str) -> PaymentMethod {
    let says = |words: &[&str]| words.iter().any(|word| gateway.contains(word));
    // コンビニ後払い is paid later, not at the till.
    if says(&["後払", "atobarai", "pay later", "pay_later", "paylater", "paidy"]) {
        PaymentMethod::PayLater
    } else if says(&["コンビニ", "konbini", "convenience"]) {
        PaymentMethod::ConvenienceStore
    } else if says(&["代引", "代金引換", "cash on delivery", "cash_on_delivery", "(cod)"]) || gateway == "cod"
    {
        PaymentMethod::CashOnDelivery
    } else {
        PaymentMethod::BankTransfer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pending_order_is_paid_as_the_gateway_is_called() {
        for (gateway, method) in [
            ("銀行振込", PaymentMethod::BankTransfer),
            ("bank deposit", PaymentMethod::BankTransfer),
            ("コンビニ決済", PaymentMethod::ConvenienceStore),
            ("komoju - konbini", PaymentMethod::ConvenienceStore),
            ("コンビニ後払い", PaymentMethod::PayLater),
            ("後払い", PaymentMethod::PayLater),
            ("代金引換", PaymentMethod::CashOnDelivery),
            ("代引き", PaymentMethod::CashOnDelivery),
            ("cash on delivery (cod)", PaymentMethod::CashOnDelivery),
            ("qr code", PaymentMethod::BankTransfer),
            ("manual", PaymentMethod::BankTransfer),
            ("", PaymentMethod::BankTransfer),
        ] {
            assert_eq!(method_of(gateway), method, "{gateway}");
        }
    }
}

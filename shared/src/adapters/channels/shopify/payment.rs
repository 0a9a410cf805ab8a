//! How a Shopify order is paid: by its financial status, and where it is still to be paid, by the
//! name of its gateway.

use super::super::figures::the_rest;
use super::super::payment::by_name;
use super::super::wire::TOKEN;
use super::{Parser, Wire};
use crate::domain::customer::Personal;
use crate::domain::intake::IntakePayment;
use crate::domain::money::Amount;
use crate::domain::payment::PaymentMethod;

impl Parser<'_> {
    pub(super) fn payments(&mut self, total: Option<Amount>) -> Vec<IntakePayment> {
        let settled = |awaited| vec![the_rest(PaymentMethod::ChannelSettled, awaited)];
        match self.order.financial_status.text() {
            "authorized" => {
                let token = self.card_token();
                vec![IntakePayment { token, ..the_rest(PaymentMethod::Card, false) }]
            }
            "paid" | "partially_refunded" | "refunded" => settled(false),
            "pending" => vec![the_rest(self.method_to_come(), false)],
            "partially_paid" => vec![self.paid_part(total), the_rest(self.method_to_come(), false)],
            "voided" | "expired" => {
                let meaning = "the payment was given up in Shopify: the customer has to pay anew";
                self.reader.caution("PAYMENT_GIVEN_UP", meaning);
                settled(true)
            }
            "" => {
                self.reader.lacks("payments", super::FETCH);
                settled(true)
            }
            _ => {
                let meaning = "how the order is paid is in words we do not know: nothing leaves before it is";
                self.reader.caution("PAYMENT_UNKNOWN", meaning);
                settled(true)
            }
        }
    }

    /// The gateway's own reference, or the order's id, by which Shopify finds the transaction.
    fn card_token(&mut self) -> Option<Personal> {
        let id = self.order.id.get().map(|id| format!("shopify-order-{id}"));
        let token = self.order.reference.owned().or(id);
        if token.is_none() {
            let message = "is missing, and so is `reference`: one of them finds the card payment";
            self.reader.defects.add("id", message);
        }
        token.map(|token| self.reader.defects.text("reference", &token, TOKEN).into())
    }

    /// The part of a partially paid order that the shop has already.
    fn paid_part(&mut self, total: Option<Amount>) -> IntakePayment {
        let total = total.unwrap_or_default();
        let outstanding = self.reader.amount("total_outstanding", &self.order.total_outstanding);
        let paid = Some((total - outstanding).or_zero());
        IntakePayment { amount: paid, ..the_rest(PaymentMethod::ChannelSettled, false) }
    }

    /// The names of the gateways, each once.
    pub(super) fn every_gateway(&self) -> impl Iterator<Item = &str> {
        let Wire { gateway, payment_gateway_names: names, .. } = self.order;
        let older = gateway.get().filter(|gateway| names.iter().all(|name| name.get() != Some(gateway)));
        older.into_iter().chain(names.iter().filter_map(|name| name.get()))
    }

    /// Those that money is still to come by. A gift card is money the shop has already: the other
    /// gateway says how the rest comes.
    fn gateways(&self) -> impl Iterator<Item = &str> {
        self.every_gateway().filter(|name| *name != "gift_card")
    }

    /// One we do not know is a bank transfer, so that nothing leaves before money comes.
    fn method_to_come(&self) -> PaymentMethod {
        let gateway = self.gateways().next().unwrap_or_default();
        by_name(&[gateway]).unwrap_or(PaymentMethod::BankTransfer)
    }
}

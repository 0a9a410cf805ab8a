//! How an order of the mall is paid.

use super::super::method;
use super::super::wire::{TOKEN, shorten, tidy};
use super::order::Reader;
use crate::domain::intake::IntakePayment;
use crate::domain::payment::PaymentMethod;

/// The mall's codes of its ways to pay.
const METHODS: [(&str, &str); 15] = [
    ("1", "クレジットカード"),
    ("2", "代金引換"),
    ("4", "ショッピングクレジット／ローン"),
    ("5", "オートローン"),
    ("6", "リース"),
    ("7", "請求書払い"),
    ("8", "ポイント"),
    ("9", "銀行振込"),
    ("12", "Apple Pay"),
    ("13", "セブンイレブン（前払）"),
    ("14", "ローソン、郵便局ATM等（前払）"),
    ("16", "Alipay"),
    ("17", "PayPal"),
    ("21", "後払い決済"),
    ("27", "Alipay（支付宝）"),
];

impl Reader<'_> {
    /// The mall takes the money for the shop, whatever the customer pays with, and has it when it
    /// lets the order go to 発送待ち. The carrier collects 代引, and of the methods that a shop offers
    /// on its own 選択制決済 nobody but the shop knows whether money came.
    pub(super) fn payment(&mut self) -> IntakePayment {
        let settlement = &self.order.settlement;
        let code = settlement.settlement_method_code.or_empty();
        let named = settlement.settlement_method.text().and_then(method::named);
        let cash = code == "2" || (code.is_empty() && named == Some(PaymentMethod::CashOnDelivery));
        // Loans, leases and invoices are never the mall's.
        let of_shop = settlement.rpay_settlement_flag.text() == Some("0")
            || matches!(code, "4" | "5" | "6" | "7")
            || settlement.settlement_method.or_empty().contains("請求書");
        let nothing_due = self.order.request_price.number() == Some(0);
        let (method, awaited) = if nothing_due {
            (PaymentMethod::ChannelSettled, false)
        } else if cash {
            (PaymentMethod::CashOnDelivery, false)
        } else if of_shop {
            (PaymentMethod::BankTransfer, false)
        } else {
            (PaymentMethod::ChannelSettled, self.is_unpaid())
        };
        if code.is_empty() && settlement.settlement_method.text().is_none() && !nothing_due {
            self.fetch("payments", super::GET_ORDER);
        }
        IntakePayment { method, amount: None, token: None, awaited }
    }

    /// What the mall calls the way, which `getOrderItem` tells by its code alone.
    pub(super) fn paid_by(&self) -> Option<String> {
        let settlement = &self.order.settlement;
        let by_code =
            || METHODS.iter().find(|(code, _)| settlement.settlement_method_code.text() == Some(code));
        let words = settlement.settlement_method.text().or_else(|| by_code().map(|(_, name)| *name))?;
        Some(shorten(tidy(words, false), TOKEN))
    }

    /// Whether the mall does not have the money yet: while the order is 注文確認待ち or 楽天処理中.
    fn is_unpaid(&self) -> bool {
        matches!(self.order.order_progress.or_empty(), "" | "100" | "200" | "注文確認待ち" | "楽天処理中")
    }
}

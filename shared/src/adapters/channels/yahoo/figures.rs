//! What an order of the mall costs.

use super::super::given::Given;
use super::super::wire::fitting;
use super::Reader;
use crate::domain::billing::{Declared, Discount, DiscountKind, FeeKind};
use crate::domain::intake::{IntakeFee, IntakeLine};
use crate::domain::money::Amount;
use crate::domain::tax::TaxRate;

/// Who grants the points, which are `PayPay`'s today.
const ISSUER: &str = "YAHOO";

impl Reader<'_> {
    fn yen(&mut self, field: &str, given: &Given) -> Amount {
        let field = self.path(&format!("Detail.{field}"));
        self.defects.signed_yen(&field, given).unwrap_or_default()
    }

    pub(super) fn fees(&mut self, tax_rate: TaxRate) -> Vec<IntakeFee> {
        let detail = &self.wire.detail;
        let charges = [
            (FeeKind::Shipping, "ShipCharge", &detail.ship_charge),
            (FeeKind::Payment, "PayCharge", &detail.pay_charge),
            (FeeKind::Wrapping, "GiftWrapCharge", &detail.gift_wrap_charge),
            (FeeKind::Other, "LineGiftCharge", &detail.line_gift_charge),
            (FeeKind::Other, "Adjustments", &detail.adjustments),
        ];
        let charges = charges.map(|(kind, field, given)| (kind, self.yen(field, given)));
        let due = charges.into_iter().filter(|(_, amount)| amount.is_positive());
        due.map(|(kind, amount)| IntakeFee { kind, amount, tax_rate }).collect()
    }

    /// Platforms of the mall write what lowers the total with or without a minus.
    pub(super) fn discounts(&mut self, lines: &[IntakeLine], fees: &[IntakeFee]) -> Vec<Discount> {
        let detail = &self.wire.detail;
        let coupon = self.yen("TotalMallCouponDiscount", &detail.total_mall_coupon_discount);
        let discount = self.yen("Discount", &detail.discount);
        let adjustment = self.yen("Adjustments", &detail.adjustments);
        let points = self.yen("UsePoint", &detail.use_point);
        let gift_card = self.yen("GiftCardDiscount", &detail.gift_card_discount);
        let bonus = self.yen("TotalImmediateBonusAmount", &detail.total_immediate_bonus_amount);
        let all = [
            (DiscountKind::Coupon, Some("YAHOO"), coupon.max(-coupon)),
            (DiscountKind::Other, None, discount.max(-discount)),
            (DiscountKind::Other, None, (-adjustment).or_zero()),
            (DiscountKind::Points, Some(ISSUER), points.max(-points)),
            (DiscountKind::Points, Some("GIFT_CARD"), gift_card.max(-gift_card)),
            (DiscountKind::Points, Some("PAYPAY_BONUS"), bonus.max(-bonus)),
        ];
        let discount = |(kind, code, amount): (DiscountKind, Option<&str>, Amount)| Discount {
            kind,
            code: code.map(str::to_owned),
            amount,
        };
        fitting(all.into_iter().map(discount), lines, fees)
    }

    /// What the customer pays. The mall does not say how much tax is in it.
    pub(super) fn declared(&mut self) -> Option<Declared> {
        let (field, given) = (self.path("Detail.TotalPrice"), &self.wire.detail.total_price);
        let total = self.defects.yen(&field, given);
        if total.is_none() {
            self.fetch("declared.total");
        }
        Some(Declared { total: total?, taxes: Vec::new() })
    }
}

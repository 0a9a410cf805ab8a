//! What an order of the file costs.

use super::super::given::Given;
use super::super::table::Row;
use super::super::wire::{TOKEN, fitting, shorten};
use super::Reader;
use crate::domain::billing::{Declared, Discount, DiscountKind, FeeKind};
use crate::domain::intake::{IntakeFee, IntakeLine};
use crate::domain::money::Amount;
use crate::domain::tax::{PriceBasis, TaxRate};

/// The rates that have columns of their own.
const RATES: [(&str, TaxRate); 3] =
    [("(0%対象)", TaxRate::EXEMPT), ("(8%対象)", TaxRate::REDUCED), ("(10%対象)", TaxRate::STANDARD)];

impl Reader<'_> {
    fn yen(&mut self, column: &str) -> Option<Amount> {
        let at = self.at(column);
        self.defects.signed_yen(&at, &Given::from(self.block.first(column)))
    }

    /// A charge at each of its rates; where those do not make its sum, at the usual rate.
    fn by_rate(&mut self, column: &str) -> Vec<(Amount, TaxRate)> {
        let whole = self.yen(column).unwrap_or_default();
        let parts =
            RATES.map(|(suffix, rate)| (self.yen(&format!("{column}{suffix}")).unwrap_or_default(), rate));
        let sum: Amount = parts.iter().map(|(amount, _)| *amount).sum();
        let all = if sum == whole { parts.to_vec() } else { vec![(whole, self.usual_rate)] };
        all.into_iter().filter(|(amount, _)| !amount.is_zero()).collect()
    }

    pub(super) fn fees(&mut self) -> Vec<IntakeFee> {
        let charges =
            [(FeeKind::Shipping, "発送料"), (FeeKind::Payment, "手数料"), (FeeKind::Other, "その他費用")];
        let mut fees = Vec::new();
        for (kind, column) in charges {
            let due = self.by_rate(column).into_iter().filter(|(amount, _)| amount.is_positive());
            fees.extend(due.map(|(amount, tax_rate)| IntakeFee { kind, amount, tax_rate }));
        }
        fees
    }

    /// Coupons, points, and what is given back as a negative charge.
    pub(super) fn discounts(&mut self, lines: &[IntakeLine], fees: &[IntakeFee]) -> Vec<Discount> {
        let coupon = self.yen("クーポン割引額").map(|amount| (DiscountKind::Coupon, amount.max(-amount)));
        let points = self.yen("ポイント").map(|amount| (DiscountKind::Points, amount.max(-amount)));
        let charges = ["発送料", "手数料", "その他費用"].map(|column| self.by_rate(column)).concat();
        let given_back: Amount = charges.iter().map(|(amount, _)| (-*amount).or_zero()).sum();
        let other = Some((DiscountKind::Other, given_back));
        let discounts = coupon.into_iter().chain(other).chain(points);
        let discounts = discounts.map(|(kind, amount)| Discount { kind, code: None, amount });
        fitting(self.negative_items().into_iter().chain(discounts), lines, fees)
    }

    /// The items that take something off.
    fn negative_items(&self) -> Vec<Discount> {
        let discount = |row: &Row| {
            let number = |column| Given::from(self.block.cell(row, column)).number();
            let amount = number("商品価格")?.checked_mul(number("受注数量")?)?.checked_neg()?;
            let code = self.block.cell(row, "商品名");
            Some(Discount {
                kind: DiscountKind::Other,
                code: Some(shorten(code.to_owned(), TOKEN)),
                amount: Amount::new(amount),
            })
        };
        self.block.rows.iter().filter_map(discount).filter(|discount| discount.amount.is_positive()).collect()
    }

    /// Whether 税金 comes on top of the prices: when it has to, to make the total.
    pub(super) fn basis(&mut self, lines: &[IntakeLine]) -> PriceBasis {
        let tax = self.yen("税金").unwrap_or_default();
        let Some(total) = self.yen("合計金額").filter(|_| tax.is_positive()) else {
            return PriceBasis::TaxIncluded;
        };
        let of_lines: Amount = lines.iter().map(|line| line.unit_price * line.quantity).sum();
        let goods = self.yen("商品計").unwrap_or(of_lines);
        let charges: Amount =
            ["発送料", "手数料", "その他費用"].map(|it| self.yen(it).unwrap_or_default()).into_iter().sum();
        let discounts: Amount = ["ポイント", "クーポン割引額"]
            .map(|column| self.yen(column).unwrap_or_default())
            .into_iter()
            .map(|amount| amount.max(-amount))
            .sum();
        let without_tax = goods + charges - discounts;
        if without_tax == total { PriceBasis::TaxIncluded } else { PriceBasis::TaxExcluded }
    }

    /// What the customer was told to pay, and the tax in it as far as it is stated.
    pub(super) fn declared(&mut self, basis: PriceBasis) -> Option<Declared> {
        let at = self.at("合計金額");
        let total = self.defects.yen(&at, &Given::from(self.block.first("合計金額")))?;
        let mut taxes = Vec::new();
        for (suffix, rate) in RATES {
            let tax = self.yen(&format!("請求額に対する税額{suffix}"));
            let base = self.yen(&format!("請求金額{suffix}")).unwrap_or_default();
            let tax = tax.filter(|tax| *tax >= Amount::ZERO && (!tax.is_zero() || !base.is_zero()));
            taxes.extend(tax.map(|tax| (rate, tax)));
        }
        let on_top = self.yen("税金").filter(|tax| tax.is_positive() && basis == PriceBasis::TaxExcluded);
        if let (true, Some(tax)) = (taxes.is_empty(), on_top) {
            taxes.push((self.usual_rate, tax));
        }
        Some(Declared { total, taxes })
    }
}

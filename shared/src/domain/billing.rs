//! What an order costs now: computed from the units that are still wanted, never stored.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::money::Amount;
use super::order::{Line, Order};
use super::tax::{PriceBasis, Rounding, TaxRate, tax_on};

/// What a fee is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum FeeKind {
    /// 送料.
    Shipping,
    /// 代引手数料, 決済手数料.
    Payment,
    /// ラッピング料.
    Wrapping,
    /// Any other.
    Other,
}

/// A fee on the whole order. It stays as long as one unit is wanted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fee {
    /// What for.
    pub kind: FeeKind,
    /// How much.
    pub amount: Amount,
    /// Its tax rate.
    pub tax_rate: TaxRate,
    /// Its share of the order's discounts.
    pub discount: Amount,
}

/// Where a discount comes from, which decides what it lowers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DiscountKind {
    /// クーポン: lowers the goods.
    Coupon,
    /// ポイント利用: lowers goods and fees.
    Points,
    /// Any other: lowers the goods.
    Other,
}

/// A discount on the whole order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Discount {
    /// Where it comes from.
    pub kind: DiscountKind,
    /// Its code, if it has one.
    pub code: Option<String>,
    /// How much, positive.
    pub amount: Amount,
}

/// The channel's own figures. They are what the customer agreed to, so they are what we bill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Declared {
    /// What the customer pays.
    pub total: Amount,
    /// Tax per rate, where the channel states it.
    pub taxes: Vec<(TaxRate, Amount)>,
}

/// The tax of one rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaxLine {
    /// The rate.
    pub rate: TaxRate,
    /// Everything invoiced at this rate, in the order's price basis.
    pub base: Amount,
    /// The tax on it, contained in `base` or on top of it by the order's price basis.
    pub tax: Amount,
}

/// What an order costs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Billing {
    /// Units × price, before discounts.
    pub goods: Amount,
    /// All fees, before discounts.
    pub fees: Amount,
    /// All discounts, positive.
    pub discount: Amount,
    /// Tax per rate, by falling rate.
    pub taxes: Vec<TaxLine>,
    /// What the channel's total has more (or less) than our own sum, as far as units are left.
    pub adjustment: Amount,
    /// What the customer pays.
    pub total: Amount,
}

/// One line of a sales posting 売上明細: amounts append, and are never edited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SalesEntry {
    /// The tax rate; `None` for the channel's adjustment, which belongs to no rate.
    pub rate: Option<TaxRate>,
    /// Without tax 税抜金額.
    pub net: Amount,
    /// The tax 消費税額.
    pub tax: Amount,
}

impl Line {
    fn gross(&self, units: u32) -> Amount {
        self.unit_price * units
    }

    /// The discount that remains when only `units` are wanted: what falls to the other units goes
    /// with them, rounded so that any sequence of cancellations ends in the same figure.
    fn discount_on(&self, units: u32) -> Amount {
        self.discount - self.discount.proportion(self.ordered - units, self.ordered)
    }
}

impl Order {
    /// What the order costs now.
    #[must_use]
    pub fn billing(&self) -> Billing {
        if self.is_empty() {
            return Billing::default();
        }
        let stated: &[_] = self.declared.as_ref().map_or(&[], |declared| &declared.taxes);
        let mut billing = self.compute(Line::active, stated);
        if let Some(declared) = &self.declared {
            let full = self.compute(|line| line.ordered, stated).total;
            // It belongs to all units alike, so it goes with those that go.
            billing.adjustment = (declared.total - full).share(billing.total, full);
            billing.total += billing.adjustment;
        }
        billing
    }

    /// What the order costs by our own arithmetic, before anything was cancelled.
    #[must_use]
    pub fn own_billing(&self) -> Billing {
        self.compute(|line| line.ordered, &[])
    }

    fn compute(&self, units: impl Fn(&Line) -> u32, stated: &[(TaxRate, Amount)]) -> Billing {
        let mut billing = Billing::default();
        for line in &self.lines {
            billing.goods += line.gross(units(line));
            billing.discount += line.discount_on(units(line));
        }
        for fee in &self.fees {
            billing.fees += fee.amount;
            billing.discount += fee.discount;
        }
        let bases = self.bases(units);
        billing.taxes = bases.iter().rev().map(|(rate, base)| self.tax_line(*rate, *base, stated)).collect();
        billing.total = billing.goods + billing.fees - billing.discount;
        if self.basis == PriceBasis::TaxExcluded {
            billing.total += billing.taxes.iter().map(|line| line.tax).sum();
        }
        billing
    }

    /// Everything invoiced at each rate.
    fn bases(&self, units: impl Fn(&Line) -> u32) -> BTreeMap<TaxRate, Amount> {
        let net = |line: &Line| line.gross(units(line)) - line.discount_on(units(line));
        let of_lines = self.lines.iter().map(|line| (line.tax_rate, net(line)));
        let of_fees = self.fees.iter().map(|fee| (fee.tax_rate, fee.amount - fee.discount));
        let mut bases: BTreeMap<TaxRate, Amount> = BTreeMap::new();
        for (rate, amount) in of_lines.chain(of_fees) {
            *bases.entry(rate).or_default() += amount;
        }
        bases
    }

    /// The tax the channel states stands, and shrinks with what it is on when units are cancelled:
    /// a channel may tax less than its rate says, and never was paid what our arithmetic gives.
    fn tax_line(&self, rate: TaxRate, base: Amount, stated: &[(TaxRate, Amount)]) -> TaxLine {
        let rounding: Rounding = self.policy.rounding;
        let left_of = |tax: Amount| {
            let whole = self.bases(|line| line.ordered).get(&rate).copied().unwrap_or_default();
            tax.share(base, whole)
        };
        let stated = stated.iter().find(|(of, _)| *of == rate).map(|(_, tax)| left_of(*tax));
        TaxLine { rate, base, tax: stated.unwrap_or_else(|| tax_on(base, rate, self.basis, rounding)) }
    }

    /// What each payment has to bring of what the order costs now: the first ones first, each at
    /// most its agreed amount. A reduction therefore frees the last payments.
    #[must_use]
    pub fn targets(&self) -> Vec<Amount> {
        let mut left = self.billing().total;
        let target = |amount: Amount| {
            let target = amount.min(left);
            left -= target;
            target
        };
        self.payments.iter().map(|payment| payment.amount).map(target).collect()
    }

    /// What we hold of the customer's money.
    #[must_use]
    pub fn held(&self) -> Amount {
        self.payments.iter().map(super::payment::Payment::held).sum()
    }

    /// The entries that post this order as a sale. They sum to what it costs.
    #[must_use]
    pub fn sales_entries(&self) -> Vec<SalesEntry> {
        let billing = self.billing();
        let entry = |line: &TaxLine| {
            let net = match self.basis {
                PriceBasis::TaxIncluded => line.base - line.tax,
                PriceBasis::TaxExcluded => line.base,
            };
            SalesEntry { rate: Some(line.rate), net, tax: line.tax }
        };
        let adjustment = SalesEntry { rate: None, net: billing.adjustment, tax: Amount::ZERO };
        let adjustment = (!billing.adjustment.is_zero()).then_some(adjustment);
        billing.taxes.iter().map(entry).chain(adjustment).collect()
    }
}

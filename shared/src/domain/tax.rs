//! Consumption tax 消費税: rounded once per rate and invoice, never per line
//! (消費税法施行規則, qualified invoice 適格請求書).

use serde::{Deserialize, Serialize};

use super::money::Amount;

/// A tax rate in basis points: 1,000 is 10 %.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TaxRate(u16);

impl TaxRate {
    /// 10 %, the standard rate 標準税率.
    pub const STANDARD: Self = Self(1_000);
    /// 8 %, the reduced rate 軽減税率 for food and newspapers.
    pub const REDUCED: Self = Self(800);
    /// No tax: exports, gift vouchers, orders from abroad.
    pub const EXEMPT: Self = Self(0);

    /// A rate of `basis_points`; `None` above 100 %.
    #[must_use]
    pub const fn from_basis_points(basis_points: u16) -> Option<Self> {
        if basis_points <= 10_000 { Some(Self(basis_points)) } else { None }
    }

    /// The rate in basis points.
    #[must_use]
    pub const fn basis_points(self) -> u16 {
        self.0
    }
}

/// How the issuer rounds a fraction of a yen 端数処理: the issuer's choice, once per rate.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Rounding {
    /// Down 切捨て.
    #[default]
    Down,
    /// To the nearest, halves up 四捨五入.
    HalfUp,
    /// Up 切上げ.
    Up,
}

/// Whether prices contain their tax.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PriceBasis {
    /// 税込: tax is contained in the prices.
    #[default]
    TaxIncluded,
    /// 税抜: tax comes on top.
    TaxExcluded,
}

/// The tax on `base`, the sum of everything invoiced at `rate`, rounded once.
#[must_use]
pub fn tax_on(base: Amount, rate: TaxRate, basis: PriceBasis, rounding: Rounding) -> Amount {
    let rate = i128::from(rate.0);
    let divisor = match basis {
        PriceBasis::TaxIncluded => 10_000 + rate,
        PriceBasis::TaxExcluded => 10_000,
    };
    let product = i128::from(base.units()) * rate;
    let tax = match rounding {
        Rounding::Down => product / divisor,
        Rounding::HalfUp => (product * 2 + divisor) / (divisor * 2),
        Rounding::Up => (product + divisor - 1) / divisor,
    };
    // |tax| ≤ |base|, which was an i64.
    Amount::new(i64::try_from(tax).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p14_three_times_105_at_ten_percent_is_31_yen_of_tax_not_30() {
        let base = Amount::new(105) * 3;
        assert_eq!(tax_on(base, TaxRate::STANDARD, PriceBasis::TaxExcluded, Rounding::Down), Amount::new(31));
        let per_line =
            tax_on(Amount::new(105), TaxRate::STANDARD, PriceBasis::TaxExcluded, Rounding::Down) * 3;
        assert_eq!(per_line, Amount::new(30), "the mistake this rule exists to prevent");
    }

    #[test]
    fn the_issuer_chooses_the_rounding() {
        let base = Amount::new(8_235);
        let with = |rounding| tax_on(base, TaxRate::STANDARD, PriceBasis::TaxIncluded, rounding).units();
        assert_eq!((with(Rounding::Down), with(Rounding::HalfUp), with(Rounding::Up)), (748, 749, 749));
    }

    #[test]
    fn an_exempt_sale_has_no_tax() {
        assert_eq!(
            tax_on(Amount::new(1_000), TaxRate::EXEMPT, PriceBasis::TaxIncluded, Rounding::Up),
            Amount::ZERO
        );
    }
}

//! The arithmetic of the lenient dialects: exact where the platform is, and told where it is not.

use super::lenient::Scalar;
use crate::domain::billing::{Declared, FeeKind};
use crate::domain::intake::{IntakeFee, IntakePayment, MAX_PARTS};
use crate::domain::money::{Amount, Currency};
use crate::domain::payment::PaymentMethod;
use crate::domain::tax::{PriceBasis, Rounding, TaxRate, tax_on};
use crate::domain::text::fold;

/// A decimal number as an amount, and whether it is exactly that.
pub(super) fn rounded(currency: Currency, text: &str) -> Option<(Amount, bool)> {
    let text = fold(text).replace([',', '¥', '円', ' '], "");
    let (negative, digits) = text.strip_prefix('-').map_or((false, text.as_str()), |rest| (true, rest));
    let digits = digits.strip_prefix('+').filter(|_| !negative).unwrap_or(digits);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let whole = if whole.is_empty() && !fraction.is_empty() { "0" } else { whole };
    if !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let (kept, finer) = fraction.split_at_checked(currency.decimals() as usize).unwrap_or((fraction, ""));
    let amount = currency.parse(&format!("{whole}.{kept}")).ok()?;
    let up = finer.starts_with(['5', '6', '7', '8', '9']);
    let amount = if up { amount + Amount::new(1) } else { amount };
    let exact = finer.bytes().all(|b| b == b'0');
    (amount >= Amount::ZERO && amount <= Amount::LIMIT)
        .then_some((if negative { -amount } else { amount }, exact))
}

/// The first of a product's ids, as a stand-in for its SKU.
pub(super) fn stand_in(platform: &str, ids: &[&Scalar]) -> Option<String> {
    let id = ids.iter().find_map(|id| id.get().filter(|id| *id != "0"))?;
    Some(format!("{platform}-{id}"))
}

/// The price of a unit and the discount that together give `total` exactly for `units`, because a
/// platform may state only what all of them cost.
pub(super) fn spread(total: Amount, units: u32) -> (Amount, Amount) {
    let each = total.proportion(1, units);
    if each * units == total {
        return (each, Amount::ZERO);
    }
    let each = each + Amount::new(1);
    (each, each * units - total)
}

/// The rate of which `tax` is on `base`: the round one within a unit of it, or that which gives it.
pub(super) fn rate_of(tax: Amount, base: Amount, basis: PriceBasis) -> Option<TaxRate> {
    const STEP: i64 = 50;
    let net = match basis {
        PriceBasis::TaxIncluded => base - tax,
        PriceBasis::TaxExcluded => base,
    };
    if tax.is_zero() || !net.is_positive() {
        return None;
    }
    let exact = (tax.units() * 20_000 + net.units()) / (net.units() * 2);
    let rate = |points: i64| u16::try_from(points).ok().and_then(TaxRate::from_basis_points);
    let round = rate((exact + STEP / 2) / STEP * STEP);
    let fits = |rate: &TaxRate| {
        let difference = tax_on(base, *rate, basis, Rounding::HalfUp) - tax;
        (Amount::new(-1)..=Amount::new(1)).contains(&difference)
    };
    round.filter(fits).or_else(|| rate(exact))
}

/// Adds a fee; those of the same kind and rate are one.
pub(super) fn add_fee(fees: &mut Vec<IntakeFee>, kind: FeeKind, amount: Amount, tax_rate: TaxRate) {
    match fees.iter_mut().find(|fee| fee.kind == kind && fee.tax_rate == tax_rate) {
        Some(fee) => fee.amount += amount,
        None if amount.is_positive() => fees.push(IntakeFee { kind, amount, tax_rate }),
        None => {}
    }
}

/// Taxes summed by their rate.
#[derive(Default)]
pub(super) struct TaxSums(Vec<(TaxRate, Amount)>);

impl TaxSums {
    pub(super) fn add(&mut self, rate: TaxRate, tax: Amount) {
        match self.0.iter_mut().find(|(of, _)| *of == rate) {
            Some((_, sum)) => *sum += tax,
            None if tax.is_zero() => {}
            None => self.0.push((rate, tax)),
        }
    }

    /// Adds a tax that is stated even when it is none.
    pub(super) fn state(&mut self, rate: TaxRate, tax: Amount) {
        if self.0.iter().all(|(of, _)| *of != rate) {
            self.0.push((rate, Amount::ZERO));
        }
        self.add(rate, tax);
    }

    /// Takes the total of all taxes for that of the only rate.
    pub(super) fn correct(&mut self, total: Amount) {
        if let [(_, tax)] = self.0.as_mut_slice() {
            *tax = total;
        }
    }

    /// What the channel states. More rates than an order can have say nothing.
    pub(super) fn declared(self, total: Option<Amount>) -> Option<Declared> {
        let taxes = if self.0.len() > MAX_PARTS || self.0.iter().any(|(_, tax)| *tax < Amount::ZERO) {
            Vec::new()
        } else {
            self.0
        };
        Some(Declared { total: total?, taxes })
    }
}

/// A payment that brings the rest of the total.
pub(super) const fn the_rest(method: PaymentMethod, awaited: bool) -> IntakePayment {
    IntakePayment { method, amount: None, token: None, awaited }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_finer_than_its_currency_is_rounded_half_up() {
        let jpy = |text| rounded(Currency::Jpy, text).map(|(amount, exact)| (amount.units(), exact));
        assert_eq!(jpy("25.99"), Some((26, false)));
        assert_eq!(jpy("25.4999"), Some((25, false)));
        assert_eq!(jpy("0.5"), Some((1, false)));
        assert_eq!(jpy("-25.5"), Some((-26, false)));
        assert_eq!(jpy("10.00"), Some((10, true)));
        assert_eq!(jpy("¥1,080"), Some((1_080, true)));
        assert_eq!(jpy("１０８０円"), Some((1_080, true)));
        assert_eq!(rounded(Currency::Usd, "9.995").map(|(amount, _)| amount.units()), Some(1_000));
        assert_eq!(rounded(Currency::Usd, ".5").map(|(amount, _)| amount.units()), Some(50));
        for bad in
            ["", "-", "abc", "1e3", "1.2.3", "+-1", "1000000001", "1000000000.5", "99999999999999999999"]
        {
            assert_eq!(jpy(bad), None, "{bad}");
        }
    }

    #[test]
    fn what_all_units_cost_together_is_kept_exactly() {
        let amounts = |total, units| {
            let (each, discount) = spread(Amount::new(total), units);
            (each.units(), discount.units())
        };
        assert_eq!(amounts(18, 2), (9, 0));
        assert_eq!(amounts(1_001, 3), (334, 1));
        assert_eq!(amounts(0, 3), (0, 0));
        assert_eq!(amounts(0, 0), (0, 0));
    }

    #[test]
    fn a_rate_is_found_from_what_it_gives() {
        use PriceBasis::{TaxExcluded, TaxIncluded};
        let rate =
            |tax, base, basis| rate_of(Amount::new(tax), Amount::new(base), basis).map(TaxRate::basis_points);
        assert_eq!(rate(100, 1_100, TaxIncluded), Some(1_000));
        assert_eq!(rate(80, 1_080, TaxIncluded), Some(800));
        assert_eq!(rate(91, 1_000, TaxIncluded), Some(1_000));
        assert_eq!(rate(45, 600, TaxExcluded), Some(750));
        assert_eq!(rate(101, 1_000, TaxExcluded), Some(1_000), "within a unit of 10 %");
        assert_eq!(rate(125, 1_000, TaxExcluded), Some(1_250));
        assert_eq!(rate(333, 8_997, TaxExcluded), Some(370));
        assert_eq!(rate(0, 1_000, TaxExcluded), None);
        assert_eq!(rate(10, 0, TaxExcluded), None);
        assert_eq!(rate(5_000, 10, TaxExcluded), None, "more than 100 %");
    }
}

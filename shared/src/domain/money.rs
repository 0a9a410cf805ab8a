//! Money: whole numbers of the currency's smallest unit, never a float.

use std::iter::Sum;
use std::ops::{Add, AddAssign, Mul, Neg, Sub, SubAssign};

use serde::{Deserialize, Serialize};

/// An amount in the smallest unit of its order's currency: yen for JPY, cents for USD.
///
/// Amounts that enter the system are at most [`Amount::LIMIT`], quantities at most
/// 9,999 and lines at most 100, so sums stay below 10^15 and cannot overflow.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Amount(i64);

impl Amount {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// The largest amount accepted from outside: 1,000,000,000 units.
    pub const LIMIT: Self = Self(1_000_000_000);

    /// An amount of `units` of the currency's smallest unit.
    #[must_use]
    pub const fn new(units: i64) -> Self {
        Self(units)
    }

    /// The number of units.
    #[must_use]
    pub const fn units(self) -> i64 {
        self.0
    }

    /// Whether this is more than nothing.
    #[must_use]
    pub const fn is_positive(self) -> bool {
        self.0 > 0
    }

    /// Whether this is exactly nothing.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// This amount, or nothing when it is negative.
    #[must_use]
    pub fn or_zero(self) -> Self {
        self.max(Self::ZERO)
    }

    /// `self × numerator ÷ denominator`, rounded towards zero; zero when the denominator is zero.
    #[must_use]
    pub fn proportion(self, numerator: u32, denominator: u32) -> Self {
        if denominator == 0 {
            Self::ZERO
        } else {
            Self(self.0 * i64::from(numerator) / i64::from(denominator))
        }
    }

    /// `self × part ÷ whole`, rounded towards zero; unchanged when the whole is nothing.
    #[must_use]
    pub fn share(self, part: Self, whole: Self) -> Self {
        if whole.is_zero() {
            return self;
        }
        let share = i128::from(self.0) * i128::from(part.0) / i128::from(whole.0);
        // A part is at most its whole, so a share is at most the amount, which was an i64.
        Self(i64::try_from(share).unwrap_or(i64::MAX))
    }

    /// Splits this amount over `weights` so that the parts sum to it exactly: each part its
    /// proportional share rounded down, the units left over to the largest remainders (of equal
    /// ones, the first). Returns `None` when the weights sum to nothing and the amount does not.
    #[must_use]
    pub fn split(self, weights: &[Self]) -> Option<Vec<Self>> {
        let whole: i128 = weights.iter().map(|w| i128::from(w.0)).sum();
        if whole == 0 {
            return self.is_zero().then(|| vec![Self::ZERO; weights.len()]);
        }
        let exact = |w: &Self| i128::from(self.0) * i128::from(w.0);
        let mut parts: Vec<i128> = weights.iter().map(|w| exact(w).div_euclid(whole)).collect();
        let mut order: Vec<usize> = (0..weights.len()).collect();
        order.sort_by_key(|&i| std::cmp::Reverse(weights.get(i).map(|w| exact(w).rem_euclid(whole))));
        let mut left = i128::from(self.0) - parts.iter().sum::<i128>();
        for i in order {
            if let Some(part) = parts.get_mut(i).filter(|_| left > 0) {
                *part += 1;
                left -= 1;
            }
        }
        parts.into_iter().map(|part| i64::try_from(part).ok().map(Self)).collect()
    }
}

impl Add for Amount {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl AddAssign for Amount {
    fn add_assign(&mut self, other: Self) {
        self.0 += other.0;
    }
}

impl Sub for Amount {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl SubAssign for Amount {
    fn sub_assign(&mut self, other: Self) {
        self.0 -= other.0;
    }
}

impl Neg for Amount {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl Mul<u32> for Amount {
    type Output = Self;
    fn mul(self, quantity: u32) -> Self {
        Self(self.0 * i64::from(quantity))
    }
}

impl Sum for Amount {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

/// A currency of ISO 4217. A merchant's books are in yen; orders from abroad keep the currency
/// they were placed in, and nothing here converts one into another.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum Currency {
    /// Japanese yen, no decimals.
    #[default]
    Jpy,
    /// US dollar, two decimals.
    Usd,
    /// Euro, two decimals.
    Eur,
    /// Chinese yuan, two decimals.
    Cny,
    /// Taiwan dollar, two decimals.
    Twd,
    /// Hong Kong dollar, two decimals.
    Hkd,
    /// Korean won, no decimals.
    Krw,
    /// British pound, two decimals.
    Gbp,
    /// Australian dollar, two decimals.
    Aud,
    /// Canadian dollar, two decimals.
    Cad,
    /// Singapore dollar, two decimals.
    Sgd,
    /// Thai baht, two decimals.
    Thb,
    /// Swiss franc, two decimals.
    Chf,
    /// New Zealand dollar, two decimals.
    Nzd,
    /// Malaysian ringgit, two decimals.
    Myr,
    /// Philippine peso, two decimals.
    Php,
    /// Indonesian rupiah, two decimals.
    Idr,
    /// Vietnamese dong, no decimals.
    Vnd,
    /// Indian rupee, two decimals.
    Inr,
    /// UAE dirham, two decimals.
    Aed,
    /// Saudi riyal, two decimals.
    Sar,
    /// Israeli shekel, two decimals.
    Ils,
    /// Turkish lira, two decimals.
    Try,
    /// Egyptian pound, two decimals.
    Egp,
    /// South African rand, two decimals.
    Zar,
    /// Swedish krona, two decimals.
    Sek,
    /// Norwegian krone, two decimals.
    Nok,
    /// Danish krone, two decimals.
    Dkk,
    /// Polish zloty, two decimals.
    Pln,
    /// Czech koruna, two decimals.
    Czk,
    /// Hungarian forint, two decimals.
    Huf,
    /// Romanian leu, two decimals.
    Ron,
    /// Mexican peso, two decimals.
    Mxn,
    /// Brazilian real, two decimals.
    Brl,
    /// Chilean peso, no decimals.
    Clp,
    /// Colombian peso, two decimals.
    Cop,
}

impl Currency {
    /// The ISO 4217 code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Jpy => "JPY",
            Self::Usd => "USD",
            Self::Eur => "EUR",
            Self::Cny => "CNY",
            Self::Twd => "TWD",
            Self::Hkd => "HKD",
            Self::Krw => "KRW",
            Self::Gbp => "GBP",
            Self::Aud => "AUD",
            Self::Cad => "CAD",
            Self::Sgd => "SGD",
            Self::Thb => "THB",
            Self::Chf => "CHF",
            Self::Nzd => "NZD",
            Self::Myr => "MYR",
            Self::Php => "PHP",
            Self::Idr => "IDR",
            Self::Vnd => "VND",
            Self::Inr => "INR",
            Self::Aed => "AED",
            Self::Sar => "SAR",
            Self::Ils => "ILS",
            Self::Try => "TRY",
            Self::Egp => "EGP",
            Self::Zar => "ZAR",
            Self::Sek => "SEK",
            Self::Nok => "NOK",
            Self::Dkk => "DKK",
            Self::Pln => "PLN",
            Self::Czk => "CZK",
            Self::Huf => "HUF",
            Self::Ron => "RON",
            Self::Mxn => "MXN",
            Self::Brl => "BRL",
            Self::Clp => "CLP",
            Self::Cop => "COP",
        }
    }

    /// How many decimals a printed amount has (ISO 4217 minor unit).
    #[must_use]
    pub const fn decimals(self) -> u32 {
        match self {
            Self::Jpy | Self::Krw | Self::Vnd | Self::Clp => 0,
            Self::Usd
            | Self::Eur
            | Self::Cny
            | Self::Twd
            | Self::Hkd
            | Self::Gbp
            | Self::Aud
            | Self::Cad
            | Self::Sgd
            | Self::Thb
            | Self::Chf
            | Self::Nzd
            | Self::Myr
            | Self::Php
            | Self::Idr
            | Self::Inr
            | Self::Aed
            | Self::Sar
            | Self::Ils
            | Self::Try
            | Self::Egp
            | Self::Zar
            | Self::Sek
            | Self::Nok
            | Self::Dkk
            | Self::Pln
            | Self::Czk
            | Self::Huf
            | Self::Ron
            | Self::Mxn
            | Self::Brl
            | Self::Cop => 2,
        }
    }

    /// Reads a decimal number as channels write it (`"23600"`, `"409.94"`, `"-1.5"`) exactly.
    ///
    /// # Errors
    /// [`InvalidAmount`] when the text is no plain decimal number, is finer than the currency's
    /// smallest unit (trailing zeros aside), or is beyond [`Amount::LIMIT`].
    pub fn parse(self, text: &str) -> Result<Amount, InvalidAmount> {
        let invalid = || InvalidAmount { currency: self };
        let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let all_digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || whole.len() > 12 || !all_digits(whole) || !all_digits(fraction) {
            return Err(invalid());
        }
        let fraction = fraction.trim_end_matches('0');
        let decimals = self.decimals() as usize;
        if fraction.len() > decimals {
            return Err(invalid());
        }
        let units: i64 = format!("{whole}{fraction:0<decimals$}").parse().map_err(|_| invalid())?;
        if units > Amount::LIMIT.0 {
            return Err(invalid());
        }
        Ok(Amount(if negative { -units } else { units }))
    }
}

/// A text that is no amount of its currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "is no amount: write a plain decimal number with at most {} decimals and at most 1,000,000,000 smallest units",
    currency.decimals()
)]
pub struct InvalidAmount {
    currency: Currency,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_discount_splits_by_largest_remainder() {
        let weights = [Amount(100), Amount(100), Amount(100)];
        assert_eq!(Amount(100).split(&weights), Some(vec![Amount(34), Amount(33), Amount(33)]));
        assert_eq!(Amount(1).split(&[Amount(1), Amount(2)]), Some(vec![Amount(0), Amount(1)]));
        assert_eq!(Amount(1).split(&[Amount(0)]), None);
        assert_eq!(Amount(0).split(&[Amount(0)]), Some(vec![Amount(0)]));
    }

    #[test]
    fn amounts_are_read_exactly_or_refused() {
        assert_eq!(Currency::Jpy.parse("23600"), Ok(Amount(23_600)));
        assert_eq!(Currency::Jpy.parse("23600.00"), Ok(Amount(23_600)));
        assert_eq!(Currency::Usd.parse("409.94"), Ok(Amount(40_994)));
        assert_eq!(Currency::Usd.parse("-1.5"), Ok(Amount(-150)));
        for bad in
            ["", "1,000", "1e3", "0.5", "NaN", "１０", "--1", " 1", "99999999999999999999", "1000000001"]
        {
            assert!(Currency::Jpy.parse(bad).is_err(), "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn the_parts_of_a_split_always_sum_to_the_whole(
            whole in 0i64..1_000_000_000, weights in prop::collection::vec(0i64..1_000_000, 1..40)
        ) {
            let weights: Vec<Amount> = weights.into_iter().map(Amount).collect();
            if let Some(parts) = Amount(whole).split(&weights) {
                prop_assert_eq!(parts.iter().copied().sum::<Amount>(), Amount(whole));
                prop_assert!(parts.iter().zip(&weights).all(|(p, w)| p.0 >= 0 && (w.0 > 0 || p.0 == 0)));
            }
        }
    }
}

//! Amounts as a customer reads them.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Currency of an order (ISO 4217).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Currency {
    /// Japanese yen: no decimals.
    #[default]
    Jpy,
    /// US dollar: amounts in cents.
    Usd,
    /// Chinese yuan renminbi: amounts in fen.
    Cny,
    /// Euro: amounts in cents.
    Eur,
}

impl Currency {
    /// What stands before the figure. Yen and yuan share `¥`, so the yuan carries its country.
    const fn symbol(self) -> &'static str {
        match self {
            Self::Jpy => "¥",
            Self::Usd => "$",
            Self::Cny => "CN¥",
            Self::Eur => "€",
        }
    }

    const fn has_cents(self) -> bool {
        match self {
            Self::Jpy => false,
            Self::Usd | Self::Cny | Self::Eur => true,
        }
    }
}

/// A currency code no mail can be written in: its number of decimals is not known here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a currency of JPY, USD, CNY, EUR")]
pub struct UnknownCurrency;

impl FromStr for Currency {
    type Err = UnknownCurrency;

    /// Reads an ISO 4217 code.
    ///
    /// # Errors
    /// [`UnknownCurrency`] for any code but `JPY`, `USD`, `CNY` and `EUR`.
    fn from_str(code: &str) -> Result<Self, Self::Err> {
        match code {
            "JPY" => Ok(Self::Jpy),
            "USD" => Ok(Self::Usd),
            "CNY" => Ok(Self::Cny),
            "EUR" => Ok(Self::Eur),
            _ => Err(UnknownCurrency),
        }
    }
}

/// Writes an amount, given in the currency's smallest unit: `¥23,600`, `$409.94`, `-¥500`.
/// The same in every language.
#[must_use]
pub fn money(amount: i64, currency: Currency) -> String {
    let sign = if amount < 0 { "-" } else { "" };
    let symbol = currency.symbol();
    let amount = amount.unsigned_abs();
    if currency.has_cents() {
        format!("{sign}{symbol}{}.{:02}", grouped(amount / 100), amount % 100)
    } else {
        format!("{sign}{symbol}{}", grouped(amount))
    }
}

/// Thousands separated by commas.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_written_in_the_currencys_own_decimals() {
        for (amount, currency, text) in [
            (0, Currency::Jpy, "¥0"),
            (100, Currency::Jpy, "¥100"),
            (23_600, Currency::Jpy, "¥23,600"),
            (1_234_567, Currency::Jpy, "¥1,234,567"),
            (-500, Currency::Jpy, "-¥500"),
            (i64::MIN, Currency::Jpy, "-¥9,223,372,036,854,775,808"),
            (40_994, Currency::Usd, "$409.94"),
            (5, Currency::Usd, "$0.05"),
            (-5, Currency::Usd, "-$0.05"),
            (-123_456_789, Currency::Eur, "-€1,234,567.89"),
            (100_000, Currency::Cny, "CN¥1,000.00"),
        ] {
            assert_eq!(money(amount, currency), text);
        }
    }

    #[test]
    fn only_currencies_with_known_decimals_are_read() {
        assert_eq!("USD".parse(), Ok(Currency::Usd));
        assert_eq!("KRW".parse::<Currency>(), Err(UnknownCurrency));
        assert_eq!("jpy".parse::<Currency>(), Err(UnknownCurrency));
        assert_eq!(serde_json::to_string(&Currency::Jpy).unwrap(), r#""JPY""#);
    }
}

//! Amounts as a customer reads them.

use crate::domain::money::Currency;

/// Writes an amount, given in the currency's smallest unit: `¥23,600`, `$409.94`, `-¥500`.
/// The same in every language.
#[must_use]
pub fn money(amount: i64, currency: Currency) -> String {
    let sign = if amount < 0 { "-" } else { "" };
    let symbol = symbol(currency);
    let amount = amount.unsigned_abs();
    match currency.decimals() {
        0 => format!("{sign}{symbol}{}", grouped(amount)),
        decimals => {
            let unit = 10_u64.pow(decimals);
            let width = decimals as usize;
            format!("{sign}{symbol}{}.{:0width$}", grouped(amount / unit), amount % unit)
        }
    }
}

/// What stands before the figure. Yen keep the bare `¥`, dollars of the United States the bare `$`.
const fn symbol(currency: Currency) -> &'static str {
    match currency {
        Currency::Jpy => "¥",
        Currency::Usd => "$",
        Currency::Eur => "€",
        Currency::Cny => "CN¥",
        Currency::Twd => "NT$",
        Currency::Hkd => "HK$",
        Currency::Krw => "₩",
        Currency::Gbp => "£",
        Currency::Aud => "A$",
        Currency::Cad => "C$",
        Currency::Sgd => "S$",
        Currency::Thb => "฿",
        Currency::Chf => "CHF ",
        Currency::Nzd => "NZ$",
        Currency::Myr => "RM",
        Currency::Php => "₱",
        Currency::Idr => "Rp",
        Currency::Vnd => "₫",
        Currency::Inr => "₹",
        Currency::Aed => "AED ",
        Currency::Sar => "SAR ",
        Currency::Ils => "₪",
        Currency::Try => "₺",
        Currency::Egp => "EGP ",
        Currency::Zar => "R ",
        Currency::Sek => "SEK ",
        Currency::Nok => "NOK ",
        Currency::Dkk => "DKK ",
        Currency::Pln => "PLN ",
        Currency::Czk => "CZK ",
        Currency::Huf => "HUF ",
        Currency::Ron => "RON ",
        Currency::Mxn => "MX$",
        Currency::Brl => "R$",
        Currency::Clp => "CLP ",
        Currency::Cop => "COP ",
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
            (99, Currency::Twd, "NT$0.99"),
            (100, Currency::Hkd, "HK$1.00"),
            (5_000, Currency::Krw, "₩5,000"),
        ] {
            assert_eq!(money(amount, currency), text);
        }
    }
}

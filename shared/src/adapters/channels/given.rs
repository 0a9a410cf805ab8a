//! Values of platforms that write the same thing now as a number, now as a text, and leave out what
//! they do not know.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::when;
use super::wire::{Defects, Figure};
use crate::domain::intake::MAX_UNITS;
use crate::domain::money::{Amount, Currency};
use crate::domain::tax::TaxRate;
use crate::domain::text::fold;

/// A text, number or boolean as its sender wrote it; nothing when it is absent, `null` or empty.
#[derive(Clone, Default)]
pub(super) struct Given(Option<String>);

impl Given {
    /// The text, without outer blanks.
    pub(super) fn text(&self) -> Option<&str> {
        self.0.as_deref()
    }

    /// The text, or `""`.
    pub(super) fn or_empty(&self) -> &str {
        self.text().unwrap_or_default()
    }

    /// Whether it says yes: `1`, `true`.
    pub(super) fn is_set(&self) -> bool {
        matches!(self.or_empty(), "1" | "true" | "True" | "TRUE")
    }

    /// The figure without what only people need: `1,980円` is 1980.
    fn figure(&self) -> Option<Figure> {
        let plain = |c: &char| !matches!(c, ',' | '円' | '¥' | '\\' | ' ');
        self.text().map(|text| Figure(fold(text).chars().filter(plain).collect()))
    }

    /// The whole number in it.
    pub(super) fn number(&self) -> Option<i64> {
        let figure = self.figure()?.0;
        let (whole, fraction) = figure.split_once('.').unwrap_or((&figure, ""));
        if fraction.bytes().all(|b| b == b'0') { whole.parse().ok() } else { None }
    }

    /// The tax rate, a fraction (`0.08`) or a percentage (`8`, `8%`).
    pub(super) fn tax_rate(&self) -> Option<TaxRate> {
        let figure = self.figure()?.0;
        let percent = figure.trim_end_matches('%');
        // No percentage below one is a tax rate, and no fraction above one.
        let is_fraction = percent.starts_with("0.") && percent.len() == figure.len();
        super::wire::tax_rate(percent, if is_fraction { 4 } else { 2 })
    }
}

impl From<&str> for Given {
    fn from(text: &str) -> Self {
        let text = text.trim();
        Self((!text.is_empty()).then(|| text.to_owned()))
    }
}

impl<'de> Deserialize<'de> for Given {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::Null => Ok(Self(None)),
            Value::String(text) => Ok(Self::from(text.as_str())),
            Value::Number(number) => Ok(Self(Some(number.to_string()))),
            Value::Bool(flag) => Ok(Self(Some(flag.to_string()))),
            Value::Array(_) | Value::Object(_) => {
                Err(serde::de::Error::custom("expected a text, a number or nothing"))
            }
        }
    }
}

impl Defects {
    /// An amount in yen that is not negative; `None` when none is given.
    pub(super) fn yen(&mut self, field: &str, given: &Given) -> Option<Amount> {
        given.figure().map(|figure| self.amount(field, &figure, Currency::Jpy))
    }

    /// An amount in yen of either sign; `None` when none is given.
    pub(super) fn signed_yen(&mut self, field: &str, given: &Given) -> Option<Amount> {
        given.figure().map(|figure| self.take(field, Currency::Jpy.parse(&figure.0)).unwrap_or_default())
    }

    /// The number of units of a line. Lines of cancelled orders have none.
    pub(super) fn units_or_none(&mut self, field: &str, given: &Given) -> u32 {
        let units = given.number().and_then(|units| u32::try_from(units).ok());
        let units = units.filter(|units| *units <= MAX_UNITS);
        if units.is_none() {
            self.add(field, "must be a number of units, at most 9,999");
        }
        units.unwrap_or(1)
    }

    /// A moment; without an offset it is the time in Japan.
    pub(super) fn given_moment(&mut self, field: &str, given: &Given) -> Option<Timestamp> {
        let at = when::moment(given.text()?);
        if at.is_none() {
            self.add(field, "is no date and time: write it like 2026-11-21T10:15:00+0900");
        }
        at.map(|at| self.moment(field, at))
    }

    /// A day.
    pub(super) fn given_day(&mut self, field: &str, given: &Given) -> Option<Date> {
        let day = when::day(given.text()?);
        if day.is_none() {
            self.add(field, "is no day: write it like 2026-11-25");
        }
        day.map(|day| self.day(field, day))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_read_whatever_it_is_written_as() {
        let given = |json: &str| serde_json::from_str::<Given>(json).unwrap();
        assert_eq!(given("0.1").text(), given("\" 0.1 \"").text());
        for nothing in ["null", "\"\"", "\"  \""] {
            assert_eq!(given(nothing).text(), None, "{nothing}");
        }
        assert!(given("1").is_set() && given("\"1\"").is_set() && given("true").is_set());
        assert!(!given("0").is_set() && !given("null").is_set());
        assert_eq!(given("\"１，９８０円\"").number(), Some(1_980));
        assert_eq!(given("2.0").number(), Some(2));
        assert_eq!(given("2.5").number(), None);
        assert!(serde_json::from_str::<Given>("[]").is_err());
    }

    #[test]
    fn a_tax_rate_is_a_fraction_or_a_percentage() {
        let rate = |text| Given::from(text).tax_rate().map(TaxRate::basis_points);
        for (text, basis_points) in [
            ("0.1", 1_000),
            ("0.08", 800),
            ("10", 1_000),
            ("8", 800),
            ("8%", 800),
            ("10.0", 1_000),
            ("0", 0),
            ("0.0", 0),
        ] {
            assert_eq!(rate(text), Some(basis_points), "{text}");
        }
        assert_eq!(rate("軽減"), None);
    }
}

//! What all dialects need: reading JSON with the path of what is wrong, exact figures, and a
//! collector of defects.

use std::fmt::Display;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::de::value::{Error as ValueError, StrDeserializer};
use serde::de::{DeserializeOwned, Error, IntoDeserializer};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::ChannelError;
use crate::domain::billing::{Discount, DiscountKind};
use crate::domain::customer::{Address, DesiredDelivery, Personal};
use crate::domain::intake::{Impossible, Intake, IntakeFee, IntakeLine, MAX_PARTS, MAX_UNITS};
use crate::domain::japan;
use crate::domain::money::{Amount, Currency};
use crate::domain::tax::TaxRate;

/// The most defects one answer tells.
const MAX_DEFECTS: usize = 100;

/// The most paths of unmapped values one reading tells.
pub(super) const MAX_UNMAPPED: usize = 1_000;

/// The longest name of a person or firm.
pub(super) const NAME: usize = Address::NAME;
/// The longest mail address (RFC 5321).
pub(super) const MAIL: usize = 254;
/// The longest phone number.
pub(super) const PHONE: usize = Address::PHONE;
/// The longest postal code.
pub(super) const POSTAL_CODE: usize = Address::POSTAL_CODE;
/// The longest line of an address.
pub(super) const PLACE: usize = Address::PLACE;
/// The longest title of a line.
pub(super) const TITLE: usize = 500;
/// The longest token or code.
pub(super) const TOKEN: usize = 200;
/// The longest note of a customer.
pub(super) const NOTE: usize = 2_000;

/// Reads `body` as one JSON object of the shape `T`, with the paths of what `T` has no place for.
pub(super) fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<(T, Vec<String>), ChannelError> {
    let malformed = |path: String, error: serde_json::Error| ChannelError::Malformed {
        path: if path == "." { String::new() } else { path },
        message: error.to_string(),
    };
    let body = unmarked(body);
    // Serde would also take an array of a struct's fields.
    if !body.trim_ascii_start().starts_with(b"{") {
        return Err(ChannelError::Malformed {
            path: String::new(),
            message: "expected a JSON object".into(),
        });
    }
    let mut json = serde_json::Deserializer::from_slice(body);
    let (mut track, mut unmapped) = (serde_path_to_error::Track::new(), Vec::new());
    let tracked = serde_path_to_error::Deserializer::new(&mut json, &mut track);
    let value = serde_ignored::deserialize(tracked, |path| {
        if unmapped.len() < MAX_UNMAPPED {
            unmapped.push(path.to_string());
        }
    });
    let value = value.map_err(|error| malformed(track.path().to_string(), error))?;
    json.end().map_err(|error| malformed(String::new(), error))?;
    Ok((value, unmapped))
}

/// A payload without its byte order mark.
pub(super) fn unmarked(body: &[u8]) -> &[u8] {
    body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body)
}

/// The wrapping of what a channel only says to be a gift.
pub(super) const A_GIFT: &str = "ギフト";

/// The JSON value that `body` is. A byte order mark before it is nothing.
pub(super) fn json(body: &[u8]) -> Result<Value, ChannelError> {
    serde_json::from_slice(unmarked(body)).map_err(|error| malformed("", error.to_string()))
}

/// A payload, or the part of it at `path`, that has not the shape it should have.
pub(super) fn malformed(path: impl Into<String>, message: impl Into<String>) -> ChannelError {
    ChannelError::Malformed { path: path.into(), message: message.into() }
}

/// Reads a part of a payload, which is at `at`, with the paths of the values that `T` has no place for.
pub(super) fn part<'v, T: Deserialize<'v>>(
    value: &'v Value,
    at: &str,
) -> Result<(T, Vec<String>), ChannelError> {
    let (mut track, mut ignored) = (serde_path_to_error::Track::new(), Vec::new());
    let tracked = serde_path_to_error::Deserializer::new(value, &mut track);
    let read = serde_ignored::deserialize(tracked, |path| ignored.push(segments(&path)));
    let read = read.map_err(|error| malformed(join(at, &track.path().to_string()), error.to_string()))?;
    let is_something = |path: &&Vec<String>| {
        let found = path.iter().try_fold(value, |value, key| match value.as_array() {
            Some(items) => items.get(key.parse::<usize>().ok()?),
            None => value.get(key),
        });
        found.is_some_and(|value| !is_nothing(value))
    };
    let unmapped = ignored.iter().filter(is_something).take(MAX_UNMAPPED);
    Ok((read, unmapped.map(|path| join(at, &shown(path))).collect()))
}

/// Whether nobody would miss the value.
pub(super) fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

fn segments(path: &serde_ignored::Path<'_>) -> Vec<String> {
    use serde_ignored::Path;
    let (parent, own) = match path {
        Path::Root => return Vec::new(),
        Path::Seq { parent, index } => (parent, Some(index.to_string())),
        Path::Map { parent, key } => (parent, Some(key.clone())),
        Path::Some { parent } | Path::NewtypeStruct { parent } | Path::NewtypeVariant { parent } => {
            (parent, None)
        }
    };
    segments(parent).into_iter().chain(own).collect()
}

/// A path as defects have it: `lines[0].sku`.
fn shown(path: &[String]) -> String {
    path.iter().fold(String::new(), |shown, key| match key.parse::<usize>() {
        Ok(index) => format!("{shown}[{index}]"),
        Err(_) => join(&shown, key),
    })
}

/// The path `inner` of a part that is at `outer`.
pub(super) fn join(outer: &str, inner: &str) -> String {
    match (outer, inner) {
        (_, "" | ".") => outer.to_owned(),
        ("", _) => inner.to_owned(),
        (_, _) => format!("{outer}.{inner}"),
    }
}

/// A figure as its sender wrote it, a JSON number or a string: the digits, never a float.
#[derive(Clone)]
pub(super) struct Figure(pub(super) String);

impl<'de> Deserialize<'de> for Figure {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // By way of `Value`, because it reads numbers alike whatever features serde_json is built
        // with. A number's text is the shortest that means it: exact up to 15 digits, and a
        // figure that passes `Currency::parse` has at most 12.
        match Value::deserialize(deserializer)? {
            Value::String(text) => Ok(Self(text)),
            Value::Number(number) => Ok(Self(number.to_string())),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => {
                Err(D::Error::custom("expected a number, or a number in a string"))
            }
        }
    }
}

/// `null` read as the type's default: platforms write it for an empty list.
pub(super) fn nullable<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(
    deserializer: D,
) -> Result<T, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// A moment, with an error that says how to write one.
pub(super) fn moment<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
    let text = String::deserialize(deserializer)?;
    let advice = "expected RFC 3339 with an offset, like \"2026-11-21T10:15:00+09:00\"";
    text.parse().map_err(|_| D::Error::custom(advice))
}

/// A moment or none.
pub(super) fn optional_moment<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Timestamp>, D::Error> {
    let value = Option::<Value>::deserialize(deserializer)?;
    value.map(moment).transpose().map_err(D::Error::custom)
}

/// A day or none, with an error that says how to write one.
pub(super) fn optional_day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Date>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    let day = text.map(|text| text.parse()).transpose();
    day.map_err(|_| D::Error::custom("expected a day like \"2026-11-25\""))
}

/// The currency of an ISO 4217 code.
pub(super) fn currency(code: &str) -> Option<Currency> {
    let code: StrDeserializer<'_, ValueError> = code.into_deserializer();
    Currency::deserialize(code).ok()
}

/// A tax rate from a plain decimal of which `places` decimals make basis points: 4 for a fraction
/// (`"0.08"`), 2 for a percentage (`"8"`). Finer ones are rounded.
pub(super) fn tax_rate(text: &str, places: usize) -> Option<TaxRate> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let all_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !all_digits(whole) || !all_digits(fraction) {
        return None;
    }
    let padded = format!("{fraction:0<places$}");
    let (kept, finer) = padded.split_at_checked(places)?;
    let rounded_up = u16::from(finer.starts_with(['5', '6', '7', '8', '9']));
    let basis_points: u16 = format!("{whole}{kept}").parse().ok()?;
    TaxRate::from_basis_points(basis_points.checked_add(rounded_up)?)
}

/// The rate of what states none: 10 %, and 8 % before October 2019 (消費税法).
pub(super) fn usual_rate(ordered_at: Timestamp) -> TaxRate {
    const SINCE_OCTOBER_2019: Date = Date::constant(2019, 10, 1);
    let before = japan::local(ordered_at).date() < SINCE_OCTOBER_2019 && ordered_at > Timestamp::UNIX_EPOCH;
    if before { TaxRate::REDUCED } else { TaxRate::STANDARD }
}

/// The discounts as far as there is something for them to lower. What a platform states beyond that
/// is a contradiction, which shows in its total.
pub(super) fn fitting(
    discounts: impl Iterator<Item = Discount>,
    lines: &[IntakeLine],
    fees: &[IntakeFee],
) -> Vec<Discount> {
    let mut goods: Amount = lines.iter().map(|line| line.unit_price * line.quantity - line.discount).sum();
    let mut all = goods + fees.iter().map(|fee| fee.amount).sum();
    let fit = |mut discount: Discount| {
        discount.amount = match discount.kind {
            DiscountKind::Coupon | DiscountKind::Other => discount.amount.min(goods).min(all),
            DiscountKind::Points => discount.amount.min(all),
        };
        all -= discount.amount;
        goods = (goods - discount.amount).or_zero();
        discount
    };
    discounts.map(fit).filter(|discount| discount.amount.is_positive()).take(MAX_PARTS).collect()
}

/// `text` without what no form field should hold: outer blanks, and control characters other than
/// line breaks where `lines` says so.
pub(super) fn tidy(text: &str, lines: bool) -> String {
    let keep = |c: char| !c.is_control() || (lines && c == '\n');
    let text: String = text.chars().map(|c| if keep(c) { c } else { ' ' }).collect();
    text.trim().to_owned()
}

/// `text` cut to `max` characters, with `…` where something is missing.
pub(super) fn shorten(text: String, max: usize) -> String {
    match text.char_indices().nth(max) {
        None => text,
        Some(_) => text.chars().take(max - 1).chain(['…']).collect(),
    }
}

/// Everything wrong with a payload. What cannot be read gets a stand-in, which `finish` discards
/// with the rest of the order.
#[derive(Default)]
pub(super) struct Defects(Vec<Impossible>);

impl Defects {
    pub(super) fn add(&mut self, field: impl Into<String>, message: impl Into<String>) {
        let defect = Impossible { field: field.into(), message: message.into() };
        if self.0.len() < MAX_DEFECTS && !self.0.contains(&defect) {
            self.0.push(defect);
        }
    }

    /// The value, or `None` and a defect that shows the error.
    pub(super) fn take<T, E: Display>(&mut self, field: &str, value: Result<T, E>) -> Option<T> {
        value.map_err(|error| self.add(field, error.to_string())).ok()
    }

    /// An amount that is not negative.
    pub(super) fn amount(&mut self, field: &str, figure: &Figure, currency: Currency) -> Amount {
        let amount = self.take(field, currency.parse(&figure.0)).unwrap_or_default();
        if amount < Amount::ZERO {
            self.add(field, "must not be negative");
        }
        amount.or_zero()
    }

    /// A number of units.
    pub(super) fn units(&mut self, field: &str, quantity: i64) -> u32 {
        let units = u32::try_from(quantity).ok().filter(|units| (1..=MAX_UNITS).contains(units));
        if units.is_none() {
            self.add(field, "must be 1 to 9,999");
        }
        units.unwrap_or(1)
    }

    /// A tidied text of at most `max` characters.
    pub(super) fn text(&mut self, field: &str, text: &str, max: usize) -> String {
        let text = tidy(text, false);
        if text.chars().count() > max {
            self.add(field, format!("must be at most {max} characters"));
        }
        text
    }

    /// A tidied piece of personal data; `None` when there is nothing in it.
    pub(super) fn personal(&mut self, field: &str, text: Option<&str>, max: usize) -> Option<Personal> {
        let text = self.text(field, text?, max);
        (!text.is_empty()).then(|| Personal::new(text))
    }

    /// A country's code.
    pub(super) fn country(&mut self, field: &str, code: &str) -> String {
        if !Address::is_country_code(code) {
            self.add(field, "must be a country's two-letter code (ISO 3166-1), like \"JP\"");
        }
        code.to_owned()
    }

    /// A moment that an order may have been made at.
    pub(super) fn moment(&mut self, field: &str, moment: Timestamp) -> Timestamp {
        let year = jiff::tz::Offset::UTC.to_datetime(moment).year();
        if !DesiredDelivery::YEARS.contains(&year) {
            self.add(field, "must be in the years 2000 to 2099");
        }
        moment
    }

    /// A day that a delivery may be wanted on.
    pub(super) fn day(&mut self, field: &str, day: Date) -> Date {
        if !DesiredDelivery::is_possible_on(day) {
            self.add(field, "must be in the years 2000 to 2099");
        }
        day
    }

    /// The defects themselves.
    pub(super) fn into_inner(self) -> Vec<Impossible> {
        self.0
    }

    /// The order, when nothing was wrong with it.
    pub(super) fn finish(self, order: Intake) -> Result<Intake, ChannelError> {
        if self.0.is_empty() { Ok(order) } else { Err(ChannelError::Impossible(self.0)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tax_rates_are_read_exactly_and_finer_ones_rounded() {
        let read = |text, places| tax_rate(text, places).map(TaxRate::basis_points);
        assert_eq!(read("0.06", 4), Some(600));
        assert_eq!(read("0.1", 4), Some(1_000));
        assert_eq!(read("0.08875", 4), Some(888));
        assert_eq!(read("10", 2), Some(1_000));
        assert_eq!(read("7.25", 2), Some(725));
        assert_eq!(read("0.0", 4), Some(0));
        for bad in ["", ".1", "-0.1", "1e-1", "10%", "1.5", "99999999999"] {
            assert_eq!(read(bad, 4), None, "{bad}");
        }
    }

    #[test]
    fn a_figure_keeps_its_digits_whether_it_comes_as_a_number_or_a_text() {
        for (json, text) in
            [("409.94", "409.94"), ("\"409.940\"", "409.940"), ("0.06", "0.06"), ("23600", "23600")]
        {
            assert_eq!(serde_json::from_str::<Figure>(json).map(|figure| figure.0).unwrap(), text);
        }
        assert!(serde_json::from_str::<Figure>("true").is_err());
    }

    #[test]
    fn a_text_that_is_cut_shows_it() {
        assert_eq!(shorten("日本語".into(), 3), "日本語");
        assert_eq!(shorten("日本語版".into(), 3), "日本…");
    }
}

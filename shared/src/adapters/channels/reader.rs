//! What the lenient dialects read an order with. Nothing refuses an order that a person could read:
//! what was guessed or left out is told as a [`Caution`], what another call has as a [`Missing`], and
//! only a value without a meaning is a defect.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::Offset;

use super::figures::rounded;
use super::lenient::Scalar;
use super::reading::Missing;
use super::wire::{Defects, MAIL, NAME, NOTE, PHONE, TITLE, TOKEN, shorten, tax_rate, tidy};
use super::{ChannelError, ChannelOrder, ChannelStatus, when};
use crate::domain::billing::DiscountKind;
use crate::domain::customer::{DesiredDelivery, Personal, TimeSlot};
use crate::domain::ids::Sku;
use crate::domain::intake::{Intake, MAX_PARTS, MAX_UNITS};
use crate::domain::japan;
use crate::domain::money::{Amount, Currency};
use crate::domain::particulars::{Caution, MAX_PARTICULARS};
use crate::domain::tax::TaxRate;

/// The years an order may be of. Sandboxes send 1970.
const YEARS: std::ops::Range<i16> = 1970..2100;

/// Reads the values of one order, and remembers what is to be said of them.
pub(super) struct Reader {
    pub(super) currency: Currency,
    pub(super) defects: Defects,
    cautions: Vec<Caution>,
    missing: Vec<Missing>,
    updated_at: Option<Timestamp>,
}

impl Reader {
    pub(super) fn new(currency: Currency) -> Self {
        Self {
            currency,
            defects: Defects::default(),
            cautions: Vec::new(),
            missing: Vec::new(),
            updated_at: None,
        }
    }

    /// Says what a person should know of the order. `meaning` must hold no personal data.
    pub(super) fn caution(&mut self, code: &str, meaning: impl Into<String>) {
        self.tell(Caution { code: code.to_owned(), meaning: meaning.into() });
    }

    fn tell(&mut self, caution: Caution) {
        if self.cautions.len() < MAX_PARTICULARS && !self.cautions.contains(&caution) {
            self.cautions.push(caution);
        }
    }

    /// Says that another call has what this payload has not.
    pub(super) fn lacks(&mut self, field: &'static str, fetch: impl Into<String>) {
        if self.missing.iter().all(|missing| missing.field != field) {
            self.missing.push(Missing { field, fetch: fetch.into() });
        }
    }

    /// An amount of any sign; what is finer than the currency is rounded half up.
    pub(super) fn signed(&mut self, field: &str, figure: &Scalar) -> Option<Amount> {
        let Some((amount, exact)) = rounded(self.currency, figure.get()?) else {
            let advice = "is no amount: write a plain decimal number of at most 1,000,000,000 smallest units";
            self.defects.add(field, advice);
            return None;
        };
        if !exact {
            let meaning = "amounts finer than the currency's smallest unit were rounded half up";
            self.caution("ROUNDED", meaning);
        }
        Some(amount)
    }

    /// An amount that is not negative; nothing where there is none.
    pub(super) fn amount(&mut self, field: &str, figure: &Scalar) -> Amount {
        let amount = self.signed(field, figure).unwrap_or_default();
        if amount < Amount::ZERO {
            self.defects.add(field, "must not be negative");
        }
        amount.or_zero()
    }

    /// How much something takes off, which platforms write with either sign.
    pub(super) fn reduction(&mut self, field: &str, figure: &Scalar) -> Amount {
        let amount = self.signed(field, figure).unwrap_or_default();
        if amount < Amount::ZERO { -amount } else { amount }
    }

    /// A number of units; zero where there is none.
    pub(super) fn units(&mut self, field: &str, figure: &Scalar) -> u32 {
        let Some(text) = figure.get() else { return 0 };
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let units = whole.parse().ok().filter(|units| *units <= MAX_UNITS);
        if units.is_none() || fraction.bytes().any(|b| b != b'0') {
            self.defects.add(field, "must be a whole number of 0 to 9,999 units");
        }
        units.unwrap_or_default()
    }

    /// The order's number; without one, another call has it.
    pub(super) fn number(&mut self, field: &str, number: &Scalar, fetch: &str) -> String {
        if number.get().is_none() {
            self.lacks("number", fetch);
        }
        self.defects.text(field, number.text(), 100)
    }

    /// When the order was made. A time that names no offset is one of `offset`.
    pub(super) fn ordered_at(&mut self, field: &str, at: &Scalar, offset: Offset, fetch: &str) -> Timestamp {
        let Some(text) = at.get() else {
            self.lacks("ordered_at", fetch);
            return Timestamp::UNIX_EPOCH;
        };
        let moment = moment(text, offset).filter(|at| YEARS.contains(&Offset::UTC.to_datetime(*at).year()));
        if moment.is_none() {
            self.defects.add(field, "must be a moment of the years 1970 to 2099");
        }
        let moment = moment.unwrap_or_default();
        if !DesiredDelivery::is_possible_on(japan::local(moment).date()) {
            self.caution("DATE_DOUBTFUL", "the order is dated before the year 2000");
        }
        moment
    }

    /// When the channel last changed the order. Without a time that can be read, the last word counts.
    pub(super) fn updated_at(&mut self, at: &Scalar, offset: Offset) {
        self.updated_at = at.get().and_then(|text| moment(text, offset));
    }

    /// The day the customer wants the goods on. One that cannot be read is left for a person.
    pub(super) fn wanted_on(&mut self, text: &Scalar) -> Option<Date> {
        let text = text.get()?;
        let day = day(text).filter(|day| DesiredDelivery::is_possible_on(*day));
        if day.is_none() && !when::is_open(text) {
            self.tell(when::unread_day(text));
        }
        day
    }

    /// The hours the customer wants the goods in. Those that are no time slot are left for a person.
    pub(super) fn wanted_in(&mut self, text: &Scalar) -> Option<String> {
        let text = text.get()?;
        let slot = slot(text);
        if slot.is_none() && !when::is_open(text) {
            self.tell(when::unread_hours(text));
        }
        slot
    }

    /// The day and the hours the customer wants the goods, where one text has both.
    pub(super) fn wanted_at(&mut self, text: &Scalar) -> DesiredDelivery {
        let Some(text) = text.get() else { return DesiredDelivery::default() };
        let is_possible = |it: &DesiredDelivery| it.date.is_some_and(DesiredDelivery::is_possible_on);
        let wanted = when::day_and_slot(text).filter(is_possible);
        if wanted.is_none() && !when::is_open(text) {
            self.tell(when::unread_day(text));
        }
        wanted.unwrap_or_default()
    }

    /// The SKU, or where there is none that we could keep, a stand-in made of the platform's own id of
    /// the product. That is in no catalogue, so a person looks at it.
    pub(super) fn sku(&mut self, at: &str, own: &Scalar, stand_in: Option<String>) -> Option<Sku> {
        let own = own.get().and_then(|sku| Sku::new(sku).ok());
        let sku = own.or_else(|| stand_in.and_then(|id| Sku::new(id).ok()));
        if sku.is_none() {
            let message = "there is no SKU and no id to name the product by: give it a SKU in the shop";
            self.defects.add(format!("{at}.sku"), message);
        }
        sku
    }

    /// A product's name, cut where it is too long.
    pub(super) fn title(text: &str) -> String {
        shorten(tidy(text, false), TITLE)
    }

    pub(super) fn name(&mut self, field: &str, name: &str) -> Personal {
        self.defects.personal(field, Some(name), NAME).unwrap_or_default()
    }

    pub(super) fn mail(&mut self, field: &str, mail: &Scalar) -> Option<Personal> {
        self.defects.personal(field, mail.get(), MAIL)
    }

    pub(super) fn phone(&mut self, field: &str, phone: &Scalar) -> Option<Personal> {
        self.defects.personal(field, phone.get(), PHONE)
    }

    /// An offer, a method, a code: the platform's own words, cut where they are too many.
    pub(super) fn words(text: &Scalar) -> Option<String> {
        text.get().map(|text| shorten(tidy(text, false), TOKEN))
    }

    /// What people wrote, put below each other.
    pub(super) fn note(texts: impl IntoIterator<Item = String>) -> Option<Personal> {
        let texts = texts.into_iter().map(|text| tidy(&text, true)).filter(|text| !text.is_empty());
        let all: Vec<String> = texts.collect();
        (!all.is_empty()).then(|| shorten(all.join("\n"), NOTE).into())
    }

    /// A percentage such as `10` or `8.0`.
    pub(super) fn percent(&mut self, field: &str, percent: &Scalar) -> Option<TaxRate> {
        const PERCENT_PLACES: usize = 2;
        let rate = tax_rate(percent.get()?, PERCENT_PLACES);
        if rate.is_none() {
            self.defects.add(field, "must be a percentage of 0 to 100");
        }
        rate
    }

    /// The rate of what the platform taxes without saying how.
    pub(super) fn assumed_rate(&mut self) -> TaxRate {
        if self.currency == Currency::Jpy {
            self.caution("TAX_RATE_ASSUMED", "the channel does not say the tax rate: 10 % was assumed");
            TaxRate::STANDARD
        } else {
            TaxRate::EXEMPT
        }
    }

    /// The order as the channel tells it.
    pub(super) fn finish(
        mut self,
        status: ChannelStatus,
        order: Intake,
    ) -> Result<ChannelOrder, ChannelError> {
        let mut order = order;
        self.fit(&mut order);
        order.particulars.cautions = self.cautions;
        let parts = [("fees", order.fees.len()), ("ship_groups", order.ship_groups.len())];
        for (field, count) in parts.into_iter().filter(|(_, count)| *count > MAX_PARTS) {
            self.defects.add(field, format!("has {count} entries, {MAX_PARTS} are possible"));
        }
        let (updated_at, order) = (self.updated_at, self.defects.finish(order)?);
        Ok(ChannelOrder { status, updated_at, order, missing: self.missing })
    }

    /// Discounts lower no more than there is: the total that the channel states makes up for the rest.
    fn fit(&mut self, order: &mut Intake) {
        let mut cut = false;
        let mut fit = |discount: &mut Amount, room: Amount| {
            cut |= *discount > room;
            *discount = (*discount).min(room);
        };
        for line in &mut order.lines {
            fit(&mut line.discount, line.unit_price * line.quantity);
        }
        let net = order.lines.iter().map(|line| line.unit_price * line.quantity - line.discount);
        let (mut goods, mut fees): (Amount, Amount) =
            (net.sum(), order.fees.iter().map(|fee| fee.amount).sum());
        // Points lower goods and fees alike; what lowers the goods alone has to come before.
        order.discounts.sort_by_key(|discount| discount.kind == DiscountKind::Points);
        for discount in &mut order.discounts {
            if discount.kind == DiscountKind::Points {
                goods += std::mem::take(&mut fees);
            }
            fit(&mut discount.amount, goods);
            goods -= discount.amount;
        }
        order.discounts.retain(|discount| discount.amount.is_positive());
        if cut {
            self.caution(
                "DISCOUNT_CUT",
                "the discounts are more than what they lower; the total is as stated",
            );
        }
    }
}

/// A moment however it is written: with an offset (`Z`, `+09:00`, `+0900`), without one, as a day, or
/// as seconds since 1970.
fn moment(text: &str, offset: Offset) -> Option<Timestamp> {
    if (9..=11).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit()) {
        return Timestamp::from_second(text.parse().ok()?).ok();
    }
    if offset != Offset::UTC {
        return when::moment(text);
    }
    let utc = || text.parse::<DateTime>().ok().and_then(|local| offset.to_timestamp(local).ok());
    text.parse().ok().or_else(utc)
}

/// A day however it is written; one with an offset is the day in Japan.
fn day(text: &str) -> Option<Date> {
    let local = |text: &str| moment(text, Offset::constant(9)).map(|at| japan::local(at).date());
    match text.len() {
        8 if text.bytes().all(|b| b.is_ascii_digit()) => when::day(text),
        _ => local(text).or_else(|| when::day(text)),
    }
}

/// A time slot's code, as two hours or in words.
fn slot(text: &str) -> Option<String> {
    let code = text.trim();
    let code = if code.len() == 3 { format!("0{code}") } else { code.to_owned() };
    TimeSlot::from_code(&code).map(|_| code).or_else(|| when::time_slot(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_read_however_it_is_written() {
        let tokyo = Offset::constant(9);
        let expected: Timestamp = "2026-11-21T01:15:00Z".parse().unwrap();
        for text in [
            "2026-11-21T10:15:00+09:00",
            "2026-11-21T10:15:00+0900",
            "2026-11-21T01:15:00Z",
            "2026-11-21T10:15:00",
            "2026-11-21 10:15:00",
            "2026/11/21 10:15:00",
            "1795223700",
        ] {
            assert_eq!(moment(text, tokyo), Some(expected), "{text}");
        }
        for bad in ["", "yesterday", "2026-13-01", "99999999999999"] {
            assert_eq!(moment(bad, tokyo), None, "{bad}");
        }
    }

    #[test]
    fn a_day_is_read_however_it_is_written() {
        let expected = Some(Date::constant(2026, 11, 25));
        for text in ["2026-11-25", "2026/11/25", "20261125", "2026-11-24T15:00:00Z", "2026年11月25日(水)"]
        {
            assert_eq!(day(text), expected, "{text}");
        }
        assert_eq!(day("next week"), None);
    }

    #[test]
    fn hours_are_read_however_they_are_written() {
        for (text, code) in [("0812", "0812"), ("812", "0812"), ("午前中", "0812"), ("14:00～16:00", "1416")]
        {
            assert_eq!(slot(text).as_deref(), Some(code), "{text}");
        }
        assert_eq!(slot("evening"), None);
    }
}

//! Days, moments and hours of the day as Japanese platforms and their customers write them.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use super::wire::{shorten, tidy};
use crate::domain::customer::{DesiredDelivery, TimeSlot};
use crate::domain::japan::midnight;
use crate::domain::particulars::Caution;
use crate::domain::text::fold;

/// A day with its year: `2026-11-25`, `2026/11/25(水)`, `2026年11月25日`, `20261125`.
pub(super) fn day(text: &str) -> Option<Date> {
    numbers(&fold(text)).and_then(|(day, _)| day)
}

/// A moment. Without an offset it is the time in Japan, and without a time the day's beginning:
/// `2026-11-21T10:15:00+0900`, `2026/11/21 10:15:00`, `2026年11月21日 10時15分`, `20261121101500`.
pub(super) fn moment(text: &str) -> Option<Timestamp> {
    let text = fold(text.trim()).replace('/', "-");
    if let Ok(moment) = text.parse() {
        return Some(moment);
    }
    let (day, clock) = numbers(&text)?;
    let part = |n: usize, limit: i64| match clock.get(n) {
        None => Some(0),
        Some(number) => number.parse::<i64>().ok().filter(|number| *number < limit),
    };
    let seconds = part(0, 24)? * 3_600 + part(1, 60)? * 60 + part(2, 60)?;
    midnight(day?)?.checked_add(SignedDuration::from_secs(seconds)).ok()
}

/// The day that `text` begins with, and the numbers after it.
fn numbers(text: &str) -> Option<(Option<Date>, Vec<&str>)> {
    let mut groups: Vec<&str> =
        text.split(|c: char| !c.is_ascii_digit()).filter(|digits| !digits.is_empty()).collect();
    let first = groups.first().filter(|digits| digits.starts_with("20"))?;
    if matches!(first.len(), 8 | 12 | 14) {
        let (year, rest) = first.split_at_checked(4)?;
        let pairs = rest.as_bytes().chunks(2).filter_map(|pair| std::str::from_utf8(pair).ok());
        groups.splice(..1, std::iter::once(year).chain(pairs));
    }
    let [year, month, day, clock @ ..] = groups.as_slice() else { return None };
    let year = year.parse().ok().filter(|_| year.len() == 4);
    let date = || Date::new(year?, month.parse().ok()?, day.parse().ok()?).ok();
    Some((date(), clock.to_vec()))
}

/// The two hours of a time slot: `14:00-16:00`, `14時～16時`, `1416`, `午前中`, `午後2時〜4時`.
pub(super) fn time_slot(text: &str) -> Option<String> {
    let folded = fold(text);
    let is = |half_day: &str| folded.trim().eq_ignore_ascii_case(half_day);
    if folded.contains("午前") || is("am") {
        return Some("0812".to_owned());
    }
    if TimeSlot::from_code(folded.trim()).is_some() {
        return Some(folded.trim().to_owned());
    }
    let in_the_afternoon = folded.contains("午後") || is("pm");
    let clock_times = folded.split(|c: char| !c.is_ascii_digit() && c != ':').filter(|time| !time.is_empty());
    let hours: Option<Vec<u8>> = clock_times.map(|time| time.split(':').next()?.parse().ok()).collect();
    let (from, to) = match hours?.as_slice() {
        [] if in_the_afternoon => (12, 18),
        [from, to] => (*from, *to),
        _ => return None,
    };
    let hour = |hour: u8| if in_the_afternoon && hour < 12 { hour + 12 } else { hour };
    let slot = format!("{:02}{:02}", hour(from), hour(to));
    TimeSlot::from_code(&slot).map(|_| slot)
}

/// A day and its hours in one text: `2026年11月25日(水) 14時～16時`. The hours may be left open.
pub(super) fn day_and_slot(text: &str) -> Option<DesiredDelivery> {
    let text = fold(text.trim());
    let is_in_one = text.chars().take_while(char::is_ascii_digit).count() == 8;
    let (date, hours) = text.split_at(after_numbers(&text, if is_in_one { 1 } else { 3 }));
    let hours = hours.trim_start_matches('日').trim_start();
    let hours = hours.strip_prefix('(').and_then(|it| it.split_once(')')).map_or(hours, |(_, hours)| hours);
    let time_slot = time_slot(hours);
    if time_slot.is_none() && !is_open(hours) {
        return None;
    }
    Some(DesiredDelivery { date: Some(day(date)?), time_slot })
}

/// The place after the first `count` numbers of a text.
fn after_numbers(text: &str, count: usize) -> usize {
    let is_digit = |c: char| c.is_ascii_digit();
    let after = |rest: &'_ str| rest.trim_start_matches(|c| !is_digit(c)).trim_start_matches(is_digit).len();
    (0..count).fold(0, |place, _| text.len() - text.get(place..).map_or(0, after))
}

/// Whether the customer leaves the day or the time open.
pub(super) fn is_open(text: &str) -> bool {
    const OPEN: [&str; 7] = ["指定なし", "指定しない", "未指定", "希望なし", "最短", "おまかせ", "お任せ"];
    let text = text.trim();
    text.is_empty()
        || text.starts_with("0000")
        || text.ends_with("なし")
        || OPEN.iter().any(|it| text.contains(it))
}

/// When the customer wants it, as far as that can be read, and what a person has to read.
pub(super) fn wishes(day: &str, hours: &str) -> (DesiredDelivery, Vec<Caution>) {
    let date = self::day(day).filter(|day| DesiredDelivery::is_possible_on(*day));
    let time_slot = time_slot(hours);
    let cautions = [
        (date.is_none() && !is_open(day)).then(|| unread_day(day)),
        (time_slot.is_none() && !is_open(hours)).then(|| unread_hours(hours)),
    ];
    (DesiredDelivery { date, time_slot }, cautions.into_iter().flatten().collect())
}

/// A wanted day that is none we can read.
pub(super) fn unread_day(text: &str) -> Caution {
    unread("DELIVERY_DATE", "the wanted day cannot be read", text)
}

/// Wanted hours that are no time slot.
pub(super) fn unread_hours(text: &str) -> Caution {
    unread("DELIVERY_TIME", "the wanted hours cannot be read", text)
}

fn unread(code: &str, meaning: &str, text: &str) -> Caution {
    let text = shorten(tidy(text, false), 50);
    Caution { code: code.to_owned(), meaning: format!("{meaning}: {text}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_read_with_or_without_a_colon_an_offset_and_a_time() {
        for text in [
            "2026-11-21T10:15:00+0900",
            "2026-11-21T10:15:00+09:00",
            "2026-11-21T01:15:00Z",
            "2026-11-21 10:15:00",
            "2026/11/21 10:15",
            "2026/11/21 10:15:00+09:00",
            "2026年11月21日 10時15分",
            "20261121101500",
            "２０２６／１１／２１　１０：１５",
        ] {
            assert_eq!(moment(text), "2026-11-21T01:15:00Z".parse().ok(), "{text}");
        }
        for text in ["2026/11/21", "20261121", "2026-11-21(土)"] {
            assert_eq!(moment(text), "2026-11-20T15:00:00Z".parse().ok(), "{text}");
        }
        for bad in ["", "JYUCHU_BI", "2026/13/01", "2026/11/21 25:00", "11/21", "2026/11/21 10:60"] {
            assert_eq!(moment(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_wish_that_cannot_be_read_is_for_a_person_and_an_open_one_is_none() {
        let read = |day, hours| {
            let (desired, cautions) = wishes(day, hours);
            (desired.date.is_some(), desired.time_slot.is_some(), cautions.len())
        };
        assert_eq!(read("2026/11/25", "14時-16時"), (true, true, 0));
        assert_eq!(read("0000-00-00", "時間帯なし"), (false, false, 0));
        assert_eq!(read("未指定", "おまかせ"), (false, false, 0));
        assert_eq!(read("来週", "18時以降"), (false, false, 2));
        let (_, cautions) = wishes("12/1頃", "");
        assert_eq!(cautions[0].meaning, "the wanted day cannot be read: 12/1頃");
    }

    #[test]
    fn the_afternoon_alone_is_twelve_to_eighteen() {
        assert_eq!(time_slot("午後").as_deref(), Some("1218"));
        assert_eq!(time_slot("PM").as_deref(), Some("1218"));
        assert_eq!(time_slot("AM").as_deref(), Some("0812"));
        assert_eq!(time_slot("時間帯指定[14時-16時]").as_deref(), Some("1416"));
        assert_eq!(time_slot("18時以降"), None);
    }
}

//! The time in Japan, which has one time zone, nine hours ahead, and no daylight saving time.

use jiff::civil::{Date, DateTime};
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, tz};

const OFFSET: Offset = tz::offset(9);

/// What calendars and clocks in Japan show at that moment.
#[must_use]
pub fn local(at: Timestamp) -> DateTime {
    OFFSET.to_datetime(at)
}

/// The moment at which that day begins in Japan; `None` at the end of all time.
#[must_use]
pub fn midnight(day: Date) -> Option<Timestamp> {
    Some(day.to_zoned(TimeZone::fixed(OFFSET)).ok()?.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_midnight_in_japan() {
        let day = |at: &str| local(at.parse().unwrap()).date();
        assert_eq!(day("2026-07-31T14:59:59Z").to_string(), "2026-07-31");
        assert_eq!(day("2026-07-31T15:00:00Z").to_string(), "2026-08-01");
        assert_eq!(midnight(day("2026-07-31T15:00:00Z")), "2026-07-31T15:00:00Z".parse().ok());
    }
}

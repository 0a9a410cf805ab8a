//! Postal codes 郵便番号 and where they lead.

use std::fmt;

use super::city::City;
use super::table::{
    BUILDING_NAMES, BUILDINGS, CITY_ONLY, FLOORS, OFFICES, RUN_RECORD, RUNS, partition, text_at, u8_at,
    u16_at, u24_at,
};
use super::town::Town;
use crate::domain::text;

/// A postal code 郵便番号 as it may be written: seven digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PostalCode(pub(super) u32);

impl PostalCode {
    /// The code of that number, existing or not.
    #[cfg(test)]
    pub(super) const fn new(number: u32) -> Self {
        Self(number)
    }

    /// Reads seven digits, with a hyphen after the third or without, full-width or half-width, a
    /// leading 〒 allowed. Whether the code exists is another question.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        let digits: String = text::fold(code).chars().filter(|c| !matches!(c, '-' | '〒' | ' ')).collect();
        let is_code = digits.len() == 7 && digits.bytes().all(|b| b.is_ascii_digit());
        is_code.then(|| digits.parse().ok().map(Self)).flatten()
    }

    /// Where the code leads; nowhere when there is no such code.
    #[must_use]
    pub fn destinations(self) -> Vec<Destination> {
        let mut found = Vec::new();
        let end = partition(RUNS.len() / RUN_RECORD, |i| u24_at(RUNS, i * RUN_RECORD) <= self.0);
        if let Some(last) = end.checked_sub(1) {
            let start = u24_at(RUNS, last * RUN_RECORD);
            let same = (0..end).rev().take_while(|i| u24_at(RUNS, i * RUN_RECORD) == start);
            for run in same {
                let city = City(u16_at(RUNS, run * RUN_RECORD + 3));
                found.extend(city.rows().map(Town).filter(|row| row.code() == self).map(Destination::Town));
            }
        }
        let floor = partition(FLOORS.len() / 5, |i| u24_at(FLOORS, i * 5) < self.0);
        if u24_at(FLOORS, floor * 5) == self.0 && self.0 != 0 {
            let building = u8_at(FLOORS, floor * 5 + 3) as usize;
            let name =
                text_at(BUILDING_NAMES, BUILDINGS, building, 6, |i| u24_at(BUILDINGS, i * 6 + 3) as usize);
            found.push(Destination::Building { town: Town(u24_at(BUILDINGS, building * 6)), name });
        }
        let office = partition(OFFICES.len() / 6, |i| u24_at(OFFICES, i * 6) < self.0);
        if u24_at(OFFICES, office * 6) == self.0 && self.0 != 0 {
            let place = u24_at(OFFICES, office * 6 + 3);
            found.push(if place & CITY_ONLY == 0 {
                Destination::Office { city: Town(place).city(), town: Some(Town(place)) }
            } else {
                let city = City(u16::try_from(place & !CITY_ONLY).unwrap_or_default());
                Destination::Office { city, town: None }
            });
        }
        found
    }
}

impl fmt::Display for PostalCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:07}", self.0)
    }
}

/// What a postal code stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Destination {
    /// A town, a part of one, or (where its name is empty) all of a city that has no code of its own
    /// 以下に掲載がない場合.
    Town(Town),
    /// A floor of a large building.
    Building {
        /// The town the building stands in.
        town: Town,
        /// The building's name.
        name: &'static str,
    },
    /// A business with a code of its own 大口事業所.
    Office {
        /// Its city.
        city: City,
        /// Its town, as far as that is one of the table.
        town: Option<Town>,
    },
}

impl Destination {
    /// The city it is in.
    #[must_use]
    pub fn city(self) -> City {
        match self {
            Self::Town(town) | Self::Building { town, .. } => town.city(),
            Self::Office { city, .. } => city,
        }
    }

    /// The town, where it is one.
    #[must_use]
    pub fn town(self) -> Option<Town> {
        match self {
            Self::Town(town) | Self::Building { town, .. } => Some(town).filter(|row| !row.is_whole_city()),
            Self::Office { town, .. } => town,
        }
    }
}

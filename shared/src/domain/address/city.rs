//! Cities 市区町村 and how people write them.

use std::ops::Range;

use super::table::{
    CITIES, CITY_KEYS, CITY_NAMES, CITY_RECORD, KEY_RECORD, KEY_TEXT, partition, text_at, u8_at, u16_at,
    u24_at,
};
use super::town::Town;
use crate::domain::prefecture;

/// A city 市区町村; the wards of a designated city 政令指定都市 are cities here, as in the table.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct City(pub(super) u16);

impl City {
    /// All of them, in the order of their codes.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..u16::try_from(CITIES.len() / CITY_RECORD).unwrap_or_default()).map(Self)
    }

    fn at(self) -> usize {
        usize::from(self.0) * CITY_RECORD
    }

    /// Its code in JIS X 0402, prefecture and city.
    #[must_use]
    pub fn jis(self) -> u16 {
        u16_at(CITIES, self.at())
    }

    /// Its prefecture's number, 1 to 47.
    #[must_use]
    pub fn prefecture_number(self) -> u8 {
        u8::try_from(self.jis() / 1_000).unwrap_or_default()
    }

    /// Its prefecture's name.
    #[must_use]
    pub fn prefecture(self) -> &'static str {
        prefecture::by_number(self.prefecture_number()).unwrap_or_default()
    }

    /// Its name, with its county 郡 or, for a ward, its city.
    #[must_use]
    pub fn name(self) -> &'static str {
        let offset = |i: usize| usize::from(u16_at(CITIES, i * CITY_RECORD + 5));
        text_at(CITY_NAMES, CITIES, usize::from(self.0), CITY_RECORD, offset)
    }

    /// Its towns.
    pub fn towns(self) -> impl Iterator<Item = Town> {
        self.rows().map(Town)
    }

    /// Its rows, by number. The first have an empty name where the city has a code for all the rest.
    #[must_use]
    pub(super) fn rows(self) -> Range<u32> {
        let first = |at: usize| if at < CITIES.len() { u24_at(CITIES, at + 2) } else { Town::count() };
        first(self.at())..first(self.at() + CITY_RECORD)
    }
}

/// How a city was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CityForm {
    /// In full.
    Full,
    /// Without its county 郡 or its island.
    WithoutCounty,
    /// A ward 区 without its city.
    WardOnly,
    /// A designated city without the ward.
    WithoutWard,
}

/// Every city one of whose written forms `key` (folded) begins with, and how many characters that took;
/// the longest first.
#[must_use]
pub(super) fn cities_at_start(key: &[char]) -> Vec<(City, CityForm, usize)> {
    let count = CITY_KEYS.len() / KEY_RECORD;
    let name = |i: usize| {
        text_at(KEY_TEXT, CITY_KEYS, i, KEY_RECORD, |i| u24_at(CITY_KEYS, i * KEY_RECORD) as usize)
    };
    let mut found = Vec::new();
    let mut limit = key.len();
    while limit > 0 {
        let wanted = key.get(..limit).unwrap_or_default();
        let end = partition(count, |i| name(i).chars().le(wanted.iter().copied()));
        let Some(last) = end.checked_sub(1) else { break };
        let shared = name(last).chars().zip(wanted).take_while(|(a, b)| a == *b).count();
        if name(last).chars().count() == shared {
            let same = (0..end).rev().take_while(|i| name(*i) == name(last));
            found.extend(same.map(|i| {
                let form = match u8_at(CITY_KEYS, i * KEY_RECORD + 5) {
                    0 => CityForm::Full,
                    1 => CityForm::WithoutCounty,
                    2 => CityForm::WardOnly,
                    _ => CityForm::WithoutWard,
                };
                (City(u16_at(CITY_KEYS, i * KEY_RECORD + 3)), form, shared)
            }));
            limit = shared.saturating_sub(1);
        } else {
            limit = shared.min(limit - 1);
        }
    }
    found
}

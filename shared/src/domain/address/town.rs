//! Towns 町域.

use std::cmp::Ordering;
use std::ops::Range;

use super::city::City;
use super::code::PostalCode;
use super::table::{
    ALPHABET, BLOCK, BLOCKS, CHOME, CITIES, CITY_RECORD, CODES, NOTE_TEXT, NOTES, REPEATED, SHORT, TOWNS,
    bit, partition, text_at, u8_at, u24_at,
};

/// No town has a longer name.
const LONGEST: usize = 40;

/// A town 町域 with one of its postal codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Town(pub(super) u32);

impl Town {
    pub(super) fn count() -> u32 {
        u32::try_from(CODES.len() / 3).unwrap_or_default()
    }

    /// Its city.
    #[must_use]
    pub fn city(self) -> City {
        let after = partition(CITIES.len() / CITY_RECORD, |i| u24_at(CITIES, i * CITY_RECORD + 2) <= self.0);
        City(u16::try_from(after.saturating_sub(1)).unwrap_or_default())
    }

    /// The postal code.
    #[must_use]
    pub fn code(self) -> PostalCode {
        PostalCode(u24_at(CODES, self.0 as usize * 3))
    }

    /// The town's name; empty for the towns of a city that have no code of their own.
    #[must_use]
    pub fn name(self) -> String {
        let mut names = Names::of_block(self.0);
        names.skip_to(self.0);
        names.letters.iter().map(|letter| letter_at(*letter, 0)).collect()
    }

    /// Whether it stands for the towns of its city that are not in the table.
    #[must_use]
    pub fn is_whole_city(self) -> bool {
        self.name().is_empty()
    }

    /// Whether its blocks have numbers 丁目.
    #[must_use]
    pub fn has_chome(self) -> bool {
        bit(CHOME, self.0)
    }

    /// Which part of the town the code is for, in Japan Post's words.
    #[must_use]
    pub fn note(self) -> Option<&'static str> {
        let i = partition(NOTES.len() / 6, |i| u24_at(NOTES, i * 6) < self.0);
        (u24_at(NOTES, i * 6) == self.0 && i * 6 < NOTES.len())
            .then(|| text_at(NOTE_TEXT, NOTES, i, 6, |i| u24_at(NOTES, i * 6 + 3) as usize))
    }
}

/// Some rows of one city that have the same key, and the length of the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Found {
    /// The first row.
    pub(super) first: Town,
    /// How many rows there are; at least one.
    pub(super) count: u32,
    /// How many characters of the text the name took.
    pub(super) length: usize,
}

impl Found {
    /// One row.
    pub(super) fn one(first: Town, length: usize) -> Self {
        Self { first, count: 1, length }
    }

    /// The rows.
    pub(super) fn rows(self) -> impl Iterator<Item = Town> {
        (self.first.0..self.first.0 + self.count).map(Town)
    }
}

/// The longest town of `city` that the folded text `key` begins with and that may end where it does.
#[must_use]
pub(super) fn longest(city: City, key: &[char], may_end: impl Fn(usize) -> bool) -> Option<Found> {
    let rows = city.rows();
    let mut limit = key.len().min(LONGEST);
    while limit > 0 {
        let (last, shared, length) = last_not_after(&rows, key.get(..limit)?)?;
        if length == shared && length > 0 && may_end(length) {
            let mut first = last;
            while bit(REPEATED, first) {
                first -= 1;
            }
            return Some(Found { first: Town(first), count: last - first + 1, length });
        }
        limit = if length == shared { shared.saturating_sub(1) } else { shared.min(limit - 1) };
    }
    None
}

/// The last of `rows` whose key is not after `wanted`, how many characters the two share from the
/// start, and how many the key has.
fn last_not_after(rows: &Range<u32>, wanted: &[char]) -> Option<(u32, usize, usize)> {
    let (first, last) = (rows.start / BLOCK, rows.end.checked_sub(1)? / BLOCK);
    // Blocks whose first name may be compared are those that begin within the city.
    let blocks = (last - first) as usize;
    let is_before = |i: usize| {
        let block = first + 1 + u32::try_from(i).unwrap_or_default();
        compare(&Names::of_block(block * BLOCK).letters, wanted).0.is_le()
    };
    let block = first + u32::try_from(partition(blocks, is_before)).unwrap_or_default();
    let mut names = Names::of_block(block * BLOCK);
    names.skip_to(rows.start);
    let mut best = None;
    while names.row < rows.end && names.row / BLOCK == block {
        let (order, shared) = compare(&names.letters, wanted);
        if order.is_gt() {
            break;
        }
        best = Some((names.row, shared, names.letters.len()));
        names.next();
    }
    best
}

/// How a name's key compares with `wanted`, and how many characters they share from the start.
fn compare(letters: &[usize], wanted: &[char]) -> (Ordering, usize) {
    let mut shared = 0;
    for (letter, c) in letters.iter().zip(wanted) {
        let order = letter_at(*letter, 3).cmp(c);
        if order.is_ne() {
            return (order, shared);
        }
        shared += 1;
    }
    (letters.len().cmp(&wanted.len()), shared)
}

/// Goes through the keys of a city's towns, for searches that no order helps. `visit` is told each
/// row once and its folded characters.
pub(super) fn each_key(city: City, mut visit: impl FnMut(Town, &[char])) {
    let rows = city.rows();
    let mut names = Names::of_block(rows.start);
    names.skip_to(rows.start);
    let mut key = Vec::with_capacity(24);
    while names.row < rows.end {
        if !bit(REPEATED, names.row) {
            key.clear();
            key.extend(names.letters.iter().map(|letter| letter_at(*letter, 3)));
            visit(Town(names.row), &key);
        }
        names.next();
    }
}

/// The character (0) or the folded character (3) at a place of the alphabet.
fn letter_at(letter: usize, form: usize) -> char {
    char::from_u32(u24_at(ALPHABET, letter * 6 + form)).unwrap_or('\u{FFFD}')
}

/// Walks through the names of rows.
struct Names {
    /// The row whose name stands in `letters`.
    row: u32,
    /// Where the next name begins.
    at: usize,
    letters: Vec<usize>,
}

impl Names {
    /// At the first row of the block that `row` is in.
    fn of_block(row: u32) -> Self {
        let block = row / BLOCK;
        let at = u24_at(BLOCKS, block as usize * 3) as usize;
        let mut names = Self { row: block * BLOCK, at, letters: Vec::with_capacity(24) };
        names.read();
        names
    }

    fn read(&mut self) {
        let head = u8_at(TOWNS, self.at) as usize;
        self.at += 1;
        let (shared, mut further) = (head >> 4, head & 15);
        if further == 15 {
            further += u8_at(TOWNS, self.at) as usize;
            self.at += 1;
        }
        self.letters.truncate(shared);
        for _ in 0..further {
            let mut letter = u8_at(TOWNS, self.at) as usize;
            self.at += 1;
            if letter >= SHORT {
                letter = ((letter - SHORT) << 8) + u8_at(TOWNS, self.at) as usize + SHORT;
                self.at += 1;
            }
            self.letters.push(letter);
        }
    }

    fn next(&mut self) {
        self.row += 1;
        if self.row.is_multiple_of(BLOCK) {
            self.letters.clear();
        }
        self.read();
    }

    fn skip_to(&mut self, row: u32) {
        while self.row < row {
            self.next();
        }
    }
}

//! Kyoto's street names 通り名: which way to go from which crossing, written before the town.

use super::city::City;
use super::scan::Scan;
use super::town::{Found, Town, longest};

/// What ends a way, folded; longer ones first.
const MARKS: [&str; 16] = [
    "西入ル",
    "東入ル",
    "北入ル",
    "南入ル",
    "西入",
    "東入",
    "北入",
    "南入",
    "入ル",
    "上ケル",
    "下ケル",
    "上ル",
    "下ル",
    "通リ",
    "筋",
    "通",
];

/// A town, found behind the way to it.
pub(super) struct Behind {
    pub(super) found: Found,
    /// How many keys come before the town.
    pub(super) start: usize,
}

/// Finds the town of a Kyoto address whose `start` keys have been read.
pub(super) fn town(scan: &Scan, city: City, start: usize) -> Option<Behind> {
    let at = |start: usize| {
        let keys = scan.keys_from(start);
        let may_end = |length| {
            scan.may_end(start + length) && !continues_as_way(keys.get(length..).unwrap_or_default())
        };
        longest(city, keys, may_end).map(|found| Behind { found, start })
    };
    if let Some(direct) = at(start) {
        return Some(direct);
    }
    let ends: Vec<usize> = (start..scan.keys.len()).filter_map(|i| way_ends(scan, i)).collect();
    ends.into_iter().rev().find_map(|end| at(end).or_else(|| at(after_count(scan, end))))
}

/// The number of keys before the place at which a way ends, if a mark begins at `i`.
fn way_ends(scan: &Scan, i: usize) -> Option<usize> {
    let keys = scan.keys_from(i);
    let mark = MARKS.iter().find(|mark| begins(keys, mark))?;
    Some(i + mark.chars().count())
}

/// Steps over 二丁目 and 2筋目, which say how far to go.
fn after_count(scan: &Scan, end: usize) -> usize {
    let digits = scan.keys_from(end).iter().take_while(|c| crate::domain::text::is_kanji_digit(**c)).count();
    let unit = ["丁目", "筋目"].iter().find(|unit| begins(scan.keys_from(end + digits), unit));
    if digits > 0 && unit.is_some() { end + digits + 2 } else { end }
}

/// Whether what follows a name makes it the name of a street.
fn continues_as_way(after: &[char]) -> bool {
    MARKS.iter().any(|mark| begins(after, mark))
}

fn begins(keys: &[char], word: &str) -> bool {
    let mut keys = keys.iter();
    word.chars().all(|c| keys.next() == Some(&c))
}

/// Of the rows of towns that share a name, those whose note names the way.
pub(super) fn on_the_way(rows: &[Town], way: &str) -> Vec<Town> {
    let plain = |text: &str| -> String {
        let folded: String = text.chars().map(super::fold::fold).collect();
        folded.replace("入ル", "入").replace("通リ", "通")
    };
    let way = plain(way);
    let names_it =
        |row: &&Town| row.note().is_some_and(|note| note.split('、').any(|part| way.ends_with(&plain(part))));
    rows.iter().filter(names_it).copied().collect()
}

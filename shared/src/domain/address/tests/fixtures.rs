//! The test sets of two open libraries, of whose columns only what is compared here is kept:
//! normalize-japanese-addresses by Geolonia Inc. (`LICENSE.geolonia`) and japanese-address-parser by
//! Yuuki Toriyama (`LICENSE.japanese-address-parser`), both under the MIT licence.

use super::super::fold::fold;
use super::super::{Reading, read};

const GEOLONIA: &str = include_str!("geolonia.csv");
const JAPANESE_ADDRESS_PARSER: &str = include_str!("japanese-address-parser.csv");

/// How many rows there are, and those that are read otherwise than the library expects, compared as
/// `spelled`.
fn differences(csv: &str, spelled: fn(char) -> char) -> (usize, Vec<String>) {
    let rows: Vec<Vec<&str>> =
        csv.lines().skip(1).filter(|row| !row.starts_with('#')).map(|row| row.split(',').collect()).collect();
    let differs = |row: &&Vec<&str>| {
        let reading = read(row[0], None);
        let parts = [&reading.prefecture, &reading.city, &reading.town];
        !parts.into_iter().zip(&row[1..]).all(|(a, b)| a.chars().map(spelled).eq(b.chars().map(spelled)))
    };
    let show = |row: &Vec<&str>| format!("{row:?} is read as {}", read(row[0], None).one_line());
    (rows.len(), rows.iter().filter(differs).map(show).collect())
}

/// What is left differs on purpose or cannot be known from Japan Post's data: whether a town is
/// officially a 大字, and sub-areas 小字 that the library counts as part of the town.
#[test]
fn of_geolonias_addresses_at_most_20_in_3539_are_read_otherwise() {
    let (rows, differences) = differences(GEOLONIA, |c| c);
    assert_eq!(rows, 3_539);
    assert!(differences.len() <= 20, "{}: {differences:#?}", differences.len());
}

/// These are chosen for their spelling: where Japan Post spells a town otherwise than the library's
/// data, Japan Post's spelling is given. Two are other places: 両替町 has no 丁目 in Japan Post's data,
/// and 上新田 is no 大字 there.
#[test]
fn of_the_address_parsers_hard_cases_2_in_167_are_other_places_and_41_spelled_otherwise() {
    let (rows, others) = differences(JAPANESE_ADDRESS_PARSER, fold);
    assert_eq!(rows, 167);
    assert!(others.len() <= 2, "{others:#?}");
    let (_, differences) = differences(JAPANESE_ADDRESS_PARSER, |c| c);
    assert!(differences.len() <= 43, "{}: {differences:#?}", differences.len());
}

#[test]
fn reading_what_was_read_yields_the_same() {
    let parts = |it: &Reading| {
        (it.prefecture.clone(), it.city.clone(), it.street.clone(), it.town.clone(), it.rest())
    };
    for row in GEOLONIA.lines().chain(JAPANESE_ADDRESS_PARSER.lines()).skip(1) {
        let text = row.split(',').next().unwrap();
        let once = read(text, None);
        let again = read(&once.one_line(), None);
        assert_eq!(parts(&again), parts(&once), "{text}");
    }
}

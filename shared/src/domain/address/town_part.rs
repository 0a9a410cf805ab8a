//! Which town of the city an address is in, and which 丁目.

use super::city::City;
use super::fold::kanji;
use super::former;
use super::kyoto;
use super::locate::Located;
use super::near;
use super::number::{WITHOUT_NUMBERS, chain_at, is_number, list_end, number_at, starts};
use super::reading::{AddressRemark, Step};
use super::scan::{Scan, is_gap};
use super::town::{Found, Town, longest};

/// The town of an address.
#[derive(Default)]
pub(super) struct TownPart {
    /// Its name, 丁目 included.
    pub(super) name: String,
    /// Its rows in the table; none when it is not there.
    pub(super) rows: Vec<Town>,
    /// Where Kyoto's street names stand.
    pub(super) street: Option<(usize, usize)>,
    /// The number of the 丁目.
    pub(super) chome: Option<u32>,
    /// The side of the street that some 丁目 are divided by: 南郷通一丁目南.
    pub(super) side: Option<char>,
    /// The town has 丁目, and the text names none though it could be read so.
    pub(super) chome_left_out: bool,
    /// The place after it.
    pub(super) end: usize,
    pub(super) steps: Vec<Step>,
    pub(super) remarks: Vec<AddressRemark>,
}

/// A match of the text with a town: how many keys come before, and after which it ends.
struct Match {
    found: Found,
    start: usize,
    end: usize,
}

/// Reads the town after the city.
pub(super) fn read(scan: &Scan, located: &Located) -> TownPart {
    let start = located.keys;
    let mut town = TownPart { end: scan.place_after(start), ..TownPart::default() };
    let Some(city) = located.city else {
        if !located.city_name.is_empty() {
            by_rule(scan, None, &mut town);
        }
        return town;
    };
    if let Some(row) = located.town_of_code {
        (town.name, town.rows) = (row.name(), vec![row]);
        read_chome(scan, city, &mut town);
        return town;
    }
    let Some(found) = find(scan, located, city) else {
        by_rule(scan, Some(city), &mut town);
        return town;
    };
    let (from, to) = (scan.place_after(found.start), scan.place_after(found.end));
    let written: String = scan.text(from, to).chars().filter(|c| !is_gap(*c) || *c == 'ー').collect();
    take_rows(&written, found.found, &mut town);
    let prefix = scan.text(scan.place_after(start), from);
    let prefix = prefix.trim();
    if matches!(prefix, "大字" | "字") {
        town.name.insert_str(0, prefix);
    } else if !prefix.is_empty() {
        town.street = Some((scan.place_after(start), from));
        town.steps.push(Step::StreetSetAside);
    }
    town.end = to;
    if prefix != "大字" && prefix != "字" || is_chome(scan, to) {
        read_chome(scan, city, &mut town);
    }
    town
}

/// Takes, of the rows that were found, those whose name is most like what was written.
fn take_rows(written: &str, found: Found, town: &mut TownPart) {
    let alike = |row: &Town| row.name().chars().zip(written.chars()).filter(|(a, b)| a == b).count();
    let Some(best) = found.rows().max_by_key(|row| (alike(row), std::cmp::Reverse(*row))) else { return };
    town.name = best.name();
    town.rows = found.rows().filter(|row| row.name() == town.name).collect();
    if town.name != written {
        town.steps.push(Step::TownSpelled);
    }
}

fn find(scan: &Scan, located: &Located, city: City) -> Option<Match> {
    let start = located.keys;
    let at = |start: usize| {
        let may_end = |length| scan.may_end(start + length);
        longest(city, scan.keys_from(start), may_end).map(|found| Match {
            found,
            start,
            end: start + found.length,
        })
    };
    let nearly = |(found, end)| Match { found, start, end };
    if located.is_former
        && let Some(found) = former::town(scan, city, start)
    {
        return Some(nearly(found));
    }
    if city.name().starts_with("京都市") {
        let behind = kyoto::town(scan, city, start);
        let found =
            behind.map(|it| Match { end: it.start + it.found.length, start: it.start, found: it.found });
        return found.or_else(|| near::with_edits(scan, city, start).map(nearly));
    }
    let prefix = ["大字", "字"].iter().find(|mark| scan.has(start, mark));
    let behind_prefix = prefix.and_then(|mark| at(start + mark.chars().count()));
    behind_prefix.or_else(|| at(start)).or_else(|| {
        let near = near::with_edits(scan, city, start).or_else(|| near::by_a_character(scan, city, start));
        near.or_else(|| near::before_digits(scan, city, start)).map(nearly)
    })
}

/// Takes the town as the text has it: up to the first number, a second 字, or a blank.
fn by_rule(scan: &Scan, city: Option<City>, town: &mut TownPart) {
    let chars = &scan.chars;
    let begin =
        town.end + chars.get(town.end..).unwrap_or_default().iter().take_while(|c| is_gap(**c)).count();
    let stops = |at: usize| {
        let before = at.checked_sub(1).and_then(|i| chars.get(i));
        let is_aza = chars.get(at) == Some(&'字') && !before.is_some_and(|c| matches!(c, '大' | '文'));
        let is_none =
            starts(chars, at, "官有無番地") || WITHOUT_NUMBERS.iter().any(|mark| starts(chars, at, mark));
        is_none
            || is_number(chars, at)
            || at > begin && (is_aza || chars.get(at).is_some_and(|c| matches!(c, ' ' | '(' | '-')))
    };
    let mut end = (begin..chars.len()).find(|at| stops(*at)).unwrap_or(chars.len());
    while end > begin
        && end < chars.len()
        && matches!(chars.get(end - 1), Some('第' | '甲' | '乙' | '丙' | '丁' | '戊'))
    {
        end -= 1;
    }
    let name = scan.text(begin, end);
    let is_road = number_at(chars, end)
        .is_some_and(|(_, after)| starts(chars, after, "線") || starts(chars, after, "号"))
        && matches!(name.as_str(), "東" | "西" | "南" | "北" | "基");
    let lists_towns = city.is_none_or(City::lists_towns);
    if name.is_empty() || name.starts_with('(') || is_road || name.chars().count() > 20 {
        if lists_towns && begin >= chars.len() {
            town.remarks.push(AddressRemark::TownMissing);
        }
        return;
    }
    town.name = name;
    town.end = end;
    town.steps.push(Step::TownByRule);
    if lists_towns && city.is_some() {
        town.remarks.push(AddressRemark::TownUnknown);
    }
    if is_chome(scan, end) {
        read_chome(scan, city.unwrap_or_default(), town);
    }
}

/// Whether a number with 丁目 stands at a place.
fn is_chome(scan: &Scan, place: usize) -> bool {
    let at = skip_gaps(&scan.chars, place);
    number_at(&scan.chars, at).is_some_and(|(_, end)| starts(&scan.chars, end, "丁目"))
}

fn skip_gaps(chars: &[char], place: usize) -> usize {
    place + chars.get(place..).unwrap_or_default().iter().take_while(|c| is_gap(**c)).count()
}

/// Adds the 丁目 that follows the town, written out or, where the town has them, as the first of
/// the house numbers.
fn read_chome(scan: &Scan, city: City, town: &mut TownPart) {
    let chars = &scan.chars;
    let at = skip_gaps(chars, town.end);
    let Some((number, end)) = number_at(chars, at).filter(|(number, _)| (1..=99).contains(number)) else {
        return;
    };
    let has_chome = town.rows.iter().any(|row| row.has_chome());
    let unit = if city.name().starts_with("堺市") && !city.name().ends_with("美原区") {
        "丁"
    } else {
        "丁目"
    };
    let written = ["丁目", "丁"].into_iter().find(|unit| starts(chars, end, unit));
    let is_chome = match written {
        Some(written) => written == "丁目" || unit == "丁" || has_chome,
        None => is_sided(scan, town, end) || has_chome && is_number_of_a_chome(scan, city, town, at),
    };
    if !is_chome {
        return;
    }
    let after = end + written.map_or(0, |written| written.chars().count());
    let unit = if written == Some("丁目") { "丁目" } else { unit };
    let side = chars.get(after).copied().filter(|_| is_sided(scan, town, after));
    town.name.push_str(&kanji(number));
    town.name.push_str(unit);
    town.name.extend(side);
    (town.chome, town.side) = (Some(number), side);
    let after = after + usize::from(side.is_some());
    // 1の2 is 1丁目2.
    let is_joined = matches!(chars.get(after), Some('の' | 'ノ' | '之')) && is_number(chars, after + 1);
    town.end = after + usize::from(is_joined);
    if written.is_none() {
        town.steps.push(Step::ChomeInferred);
    } else if scan.text(at, end) != kanji(number) {
        town.steps.push(Step::ChomeInKanji);
    }
}

/// Whether the side of the street stands at a place, before a number, in a town divided by it.
fn is_sided(scan: &Scan, town: &TownPart, place: usize) -> bool {
    let Some(side) = scan.chars.get(place) else { return false };
    scan.chars.get(place + 1).is_some_and(char::is_ascii_digit)
        && town.rows.iter().any(|row| row.note().is_some_and(|note| note.chars().eq([*side])))
}

/// Whether the number at `at` may be the 丁目 of a town that has them. A lot 番地 is none, and the
/// fewer numbers there are, the smaller it has to be. Where streets are counted (条) it may be large.
fn is_number_of_a_chome(scan: &Scan, city: City, town: &mut TownPart, at: usize) -> bool {
    if !is_number(&scan.chars, at) {
        return false;
    }
    let Some(chain) = chain_at(&scan.chars, at) else { return false };
    if chain.count == 1 && list_end(&scan.chars, chain.end) > chain.end {
        return false;
    }
    let is_grid = city.prefecture_number() == 1;
    let most = match chain.count {
        _ if is_grid => 45,
        1 | 2 => 9,
        _ => 20,
    };
    town.chome_left_out = chain.is_lot && chain.first <= most;
    !chain.is_lot && chain.first <= most
}

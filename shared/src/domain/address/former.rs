//! Cities by names that are not theirs any more: 篠山市 (丹波篠山市), 栗原郡築館町 (栗原市), 浜松市東区.

use super::city::City;
use super::fold::fold;
use super::scan::Scan;
use super::town::{Found, longest};

/// The longest name of a former city or county that is looked for, in characters.
const LONGEST: usize = 9;

/// A city of today, and how many keys the text's names before its town take.
pub(super) struct Today {
    pub(super) city: City,
    pub(super) start: usize,
    /// How many keys the town takes from there.
    pub(super) town: usize,
}

/// The city that took over the one whose name stands at `at`: the only one that is called alike and has
/// the town behind it, or has a town that begins with the old name. Of several, the postal code's one,
/// which need not be called alike.
pub(super) fn today(scan: &Scan, at: usize, prefecture: Option<u8>, of_code: &[City]) -> Option<Today> {
    let at = after_county(scan, at);
    let length = name_length(scan, at)?;
    let name: String = scan.keys_from(at).iter().take(length).collect();
    let mut found: Vec<Today> = Vec::new();
    for city in City::all() {
        let is_of_code = of_code.contains(&city);
        if !is_of_code && Some(city.prefecture_number()) != prefecture {
            continue;
        }
        let behind = without_mark(scan.keys_from(at + length));
        let town = Some(()).filter(|()| is_of_code || is_alike(city, &name));
        let town = town
            .and_then(|()| {
                longest(city, behind, |count| scan.may_end(scan.keys.len() - behind.len() + count))
            })
            .map(|it| (at + length, it.length));
        let of_name =
            || self::town(scan, city, at).map(|(_, end)| (at, end - at)).filter(|it| it.1 >= length);
        found.extend(town.or_else(of_name).map(|(start, town)| Today { city, start, town }));
    }
    if found.iter().any(|it| of_code.contains(&it.city)) {
        found.retain(|it| of_code.contains(&it.city));
    }
    // A town that is called like the old city and no more only raises a doubt.
    let is_sure = |it: &Today| it.start > at || it.town > length;
    if found.iter().any(|it| it.start == at && it.town > length) {
        found.retain(is_sure);
    }
    found.pop().filter(|it| found.is_empty() && is_sure(it))
}

/// The town that begins with the old city's name, with 町 or 市 behind it or without: 築館町薬師 is 築館薬師.
pub(super) fn town(scan: &Scan, city: City, start: usize) -> Option<(Found, usize)> {
    let keys = scan.keys_from(start);
    let length = name_length(scan, start)?;
    let (stem, behind) = (keys.get(..length - 1)?, without_mark(keys.get(length..)?));
    let skipped = keys.len() - stem.len() - behind.len();
    let mut key = stem.to_vec();
    key.extend(behind);
    let full = longest(city, keys, |count| scan.may_end(start + count)).map(|it| (it, start + it.length));
    let short = longest(city, &key, |count| count > stem.len() && scan.may_end(start + count + skipped));
    let short = short.map(|it| (it, start + it.length + skipped));
    [full, short].into_iter().flatten().max_by_key(|(_, end)| *end)
}

/// Whether a city of today is called `name`, more or less: with another suffix, or with a word before it.
fn is_alike(city: City, name: &str) -> bool {
    let mut stem = name.chars();
    stem.next_back();
    let stem = stem.as_str();
    let today: String = city.name().chars().map(fold).collect();
    let own = today.rfind('郡').and_then(|at| today.get(at + '郡'.len_utf8()..)).unwrap_or(&today);
    let ward = own.rfind('市').and_then(|at| own.get(at + '市'.len_utf8()..)).filter(|ward| !ward.is_empty());
    let is_renamed = |own: &str| own.strip_prefix(stem).is_some_and(|rest| rest.chars().count() == 1);
    own.ends_with(name) || is_renamed(own) || ward.is_some_and(is_renamed)
}

fn after_county(scan: &Scan, at: usize) -> usize {
    let county = scan.keys_from(at).iter().take(LONGEST).skip(1).position(|c| *c == '郡');
    county.map_or(at, |length| at + length + 2)
}

/// How many keys the name of a city at `at` takes; 八日市市 has two that might end it.
fn name_length(scan: &Scan, at: usize) -> Option<usize> {
    let is_suffix = |c: &char| matches!(c, '市' | '町' | '村' | '区');
    let keys = scan.keys_from(at);
    let first = keys.iter().take(LONGEST).skip(1).position(is_suffix)? + 2;
    Some(if keys.get(first).is_some_and(is_suffix) { first + 1 } else { first })
}

fn without_mark(keys: &[char]) -> &[char] {
    keys.strip_prefix(&['大', '字']).or_else(|| keys.strip_prefix(&['字'])).unwrap_or(keys)
}

/// How many keys a ward takes that the city does not have: 東区 of 浜松市.
pub(super) fn ward_length(scan: &Scan, at: usize) -> usize {
    let ward = scan.keys_from(at).iter().take(4).position(|c| *c == '区');
    ward.filter(|length| *length > 0).map_or(0, |length| length + 1)
}

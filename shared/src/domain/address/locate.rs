//! Which city an address is in.

use super::city::{City, CityForm, cities_at_start};
use super::code::{Destination, PostalCode};
use super::fold::fold;
use super::former;
use super::kyoto;
use super::reading::{AddressRemark, Step};
use super::scan::Scan;
use super::town::{Town, longest};
use crate::domain::prefecture;

/// Where an address is, as far as its beginning tells.
#[derive(Default)]
pub(super) struct Located {
    pub(super) prefecture: Option<&'static str>,
    pub(super) city: Option<City>,
    pub(super) city_name: String,
    /// The text has another name for it, which is no city's.
    pub(super) is_former: bool,
    /// The text has neither city nor town; the postal code has one of each.
    pub(super) town_of_code: Option<Town>,
    /// How many keys that took.
    pub(super) keys: usize,
    pub(super) steps: Vec<Step>,
    pub(super) remarks: Vec<AddressRemark>,
}

/// A prefecture that stands at the start of the text.
#[derive(Clone, Copy)]
struct Prefecture {
    number: u8,
    keys: usize,
    is_short: bool,
    repeats: bool,
}

/// A city the text may mean.
#[derive(Clone, Copy)]
struct Candidate {
    city: City,
    form: CityForm,
    /// Where its name began.
    start: usize,
    /// Where its name ended, a repetition included.
    end: usize,
    repeats: bool,
    prefecture: Option<Prefecture>,
    /// How many keys prefecture, city and town explain, from the start.
    explained: usize,
    has_town: bool,
    fits_code: bool,
    is_former: bool,
}

/// Finds the city. What the text says counts most, then which reading explains more of it, then the
/// postal code.
pub(super) fn locate(scan: &Scan, code: Option<PostalCode>) -> Located {
    let prefecture = prefecture_at(scan);
    let of_code: Vec<City> = code.map(cities_of).unwrap_or_default();
    let mut candidates = Vec::new();
    let places = [prefecture.map(|it| (it.keys, Some(it))), Some((0, None))];
    for (at, prefecture) in places.into_iter().flatten() {
        collect(scan, at, prefecture, &of_code, &mut candidates);
        let fits = |it: &Candidate| it.prefecture.is_none_or(|p| p.number == it.city.prefecture_number());
        if prefecture.is_some_and(|it| !it.is_short) && candidates.iter().any(fits) {
            break;
        }
    }
    let known = prefecture.filter(|it| !it.is_short);
    let in_prefecture = |it: &Candidate| known.is_none_or(|p| p.number == it.city.prefecture_number());
    if candidates.iter().any(in_prefecture) {
        candidates.retain(in_prefecture);
    } else {
        // A wrong prefecture is believed only where everything else is there, letter by letter.
        let is_spelled = |it: &Candidate| {
            let name = it.city.name();
            scan.text(scan.place_after(it.start), scan.place_after(it.start + name.chars().count())) == name
        };
        candidates.retain(|it| it.has_town || it.form == CityForm::Full && is_spelled(it));
    }
    if !candidates.iter().any(|it| matches!(it.form, CityForm::Full | CityForm::WithoutCounty)) {
        candidates.extend(without_city(scan, prefecture, &of_code));
    }
    if candidates.is_empty() {
        candidates.extend(of_another_name(scan, prefecture, &of_code));
    }
    let wards = candidates.iter().filter(|it| it.is_former && it.form == CityForm::WithoutWard).count();
    candidates.retain(|it| !it.is_former || wards < 2);
    let rank = |it: &Candidate| (it.has_town, it.explained, it.fits_code, std::cmp::Reverse(it.form), it.end);
    let Some(best) = candidates.iter().max_by_key(|it| rank(it)).copied() else {
        return nowhere(prefecture);
    };
    let equal: Vec<Candidate> = candidates.into_iter().filter(|it| rank(it) == rank(&best)).collect();
    let mut located = describe(scan, best, &equal, known);
    if best.explained == 0 {
        located.town_of_code = code.and_then(only_town);
    }
    located
}

/// The town of a code that has one only.
fn only_town(code: PostalCode) -> Option<Town> {
    match code.destinations().as_slice() {
        [only] => only.town(),
        _ => None,
    }
}

/// The city where its name is another one's of old, or where there is nothing but a number and a postal
/// code that has one city.
fn of_another_name(scan: &Scan, prefecture: Option<Prefecture>, of_code: &[City]) -> Option<Candidate> {
    let at = prefecture.map_or(0, |it| it.keys);
    let number = prefecture.map(|it| it.number);
    let candidate = |city: City, start: usize, town: usize, fits_code: bool| Candidate {
        city,
        form: CityForm::Full,
        start,
        end: start,
        repeats: false,
        prefecture,
        explained: start + town,
        has_town: town > 0,
        fits_code,
        is_former: town > 0,
    };
    if let Some(today) = former::today(scan, at, number, of_code) {
        let fits_code = of_code.contains(&today.city);
        return Some(candidate(today.city, today.start, today.town, fits_code));
    }
    let is_number = scan.chars.first().is_some_and(char::is_ascii_digit);
    match of_code {
        [city] if prefecture.is_none() && is_number => Some(candidate(*city, 0, 0, true)),
        _ => None,
    }
}

fn cities_of(code: PostalCode) -> Vec<City> {
    let mut cities: Vec<City> = code.destinations().into_iter().map(Destination::city).collect();
    cities.dedup();
    cities
}

/// The prefecture at the start, once or several times, in full or without 都, 府 or 県.
fn prefecture_at(scan: &Scan) -> Option<Prefecture> {
    let keys = scan.keys_from(0);
    let first = *keys.first()?;
    for (number, name) in (1..).zip(prefecture::names()) {
        if name.chars().next().map(fold) != Some(first) {
            continue;
        }
        let name: Vec<char> = name.chars().map(fold).collect();
        let times = keys.chunks(name.len()).take_while(|part| *part == name).take(3).count();
        if times > 0 {
            let keys = times * name.len();
            return Some(Prefecture { number, keys, is_short: false, repeats: times > 1 });
        }
        let short = name.split_last().map(|(_, short)| short).unwrap_or_default();
        if number != 1 && keys.starts_with(short) {
            // 東京県.
            let suffix = keys.get(short.len()).filter(|c| matches!(c, '都' | '道' | '府' | '県'));
            let keys = short.len() + usize::from(suffix.is_some());
            return Some(Prefecture { number, keys, is_short: true, repeats: false });
        }
    }
    None
}

/// Adds the cities whose names stand at `at`.
fn collect(
    scan: &Scan,
    at: usize,
    prefecture: Option<Prefecture>,
    of_code: &[City],
    candidates: &mut Vec<Candidate>,
) {
    let mut longest_full: Option<&'static str> = None;
    let at = after_branch_office(scan, at, prefecture);
    for (city, form, length) in cities_at_start(scan.keys_from(at)) {
        if form == CityForm::Full {
            longest_full = longest_full.or(Some(city.name()));
        }
        // 大阪市北区 is not 大阪市 with a town called 北区.
        let ward_is_written = longest_full.is_some_and(|name| name.ends_with('区') && name.contains('市'));
        let wrong = prefecture.is_some_and(|it| it.is_short && it.number != city.prefecture_number());
        if wrong || form == CityForm::WithoutWard && ward_is_written || !scan.may_end_city(at + length) {
            continue;
        }
        let end = after_repetition(scan, city, at, at + length);
        let town = town_length(scan, city, end);
        let candidate = Candidate {
            city,
            form,
            start: at,
            end,
            repeats: end > at + length,
            prefecture,
            explained: end + town,
            has_town: town > 0,
            fits_code: of_code.contains(&city),
            is_former: false,
        };
        candidates.push(candidate);
        if form == CityForm::WithoutWard && town == 0 {
            let end = end + former::ward_length(scan, end);
            let town = town_length(scan, city, end);
            let former =
                Candidate { end, explained: end + town, has_town: true, is_former: true, ..candidate };
            candidates.extend(Some(former).filter(|_| town > 0));
        }
    }
}

/// Steps over 大島支庁 and 空知総合振興局, which are no part of a postal address.
fn after_branch_office(scan: &Scan, at: usize, prefecture: Option<Prefecture>) -> usize {
    if !prefecture.is_some_and(|it| matches!(it.number, 1 | 13)) {
        return at;
    }
    let keys: String = scan.keys_from(at).iter().take(12).collect();
    let end = ["支庁", "総合振興局", "振興局"].iter().find_map(|mark| Some(keys.find(mark)? + mark.len()));
    at + end.and_then(|end| keys.get(..end)).map_or(0, |office| office.chars().count())
}

fn town_length(scan: &Scan, city: City, start: usize) -> usize {
    let skipped =
        ["大字", "字"].iter().find(|mark| scan.has(start, mark)).map_or(0, |mark| mark.chars().count());
    let direct = [0, skipped].into_iter().filter_map(|skip| {
        let from = start + skip;
        longest(city, scan.keys_from(from), |length| scan.may_end(from + length)).map(|it| skip + it.length)
    });
    let length = direct.max().unwrap_or(0);
    if length > 0 || !city.name().starts_with("京都市") {
        return length;
    }
    kyoto::town(scan, city, start).map_or(0, |behind| behind.start + behind.found.length - start)
}

/// Steps over the city, or prefecture and city, where they are written again: 渋谷区渋谷区宇田川町.
fn after_repetition(scan: &Scan, city: City, start: usize, end: usize) -> usize {
    let written: String = scan.keys.get(start..end).unwrap_or_default().iter().collect();
    let full: String = city.name().chars().map(fold).collect();
    let prefecture: String = city.prefecture().chars().map(fold).collect();
    let town = town_length(scan, city, end);
    let mut after = end;
    let ward = full.split_once('市').map_or_else(|| full.clone(), |(_, ward)| ward.to_owned());
    let again = [format!("{prefecture}{full}"), format!("{prefecture}{written}"), full, written, ward];
    for _ in 0..3 {
        let Some(name) = again.iter().find(|name| scan.has(after, name)) else { break };
        after += name.chars().count();
    }
    if after - end > town { after } else { end }
}

/// The postal code's cities, where the text begins with one of their towns instead of a city.
fn without_city(scan: &Scan, prefecture: Option<Prefecture>, of_code: &[City]) -> Vec<Candidate> {
    let places = [prefecture.filter(|it| !it.is_short).map(|it| (it.keys, Some(it))), Some((0, None))];
    let mut found = Vec::new();
    for (at, prefecture) in places.into_iter().flatten() {
        for city in of_code {
            let town = town_length(scan, *city, at);
            let wrong = prefecture.is_some_and(|it| it.number != city.prefecture_number());
            if town > 0 && !wrong {
                found.push(Candidate {
                    city: *city,
                    form: CityForm::WithoutWard,
                    start: at,
                    end: at,
                    repeats: false,
                    prefecture,
                    explained: at + town,
                    has_town: true,
                    fits_code: true,
                    is_former: false,
                });
            }
        }
    }
    found
}

/// What can be said where no city was found.
fn nowhere(prefecture: Option<Prefecture>) -> Located {
    let prefecture = prefecture.filter(|it| !it.is_short);
    let mut located = Located { keys: prefecture.map_or(0, |it| it.keys), ..Located::default() };
    located.prefecture = prefecture.and_then(|it| prefecture::by_number(it.number));
    if located.prefecture.is_none() {
        located.remarks.push(AddressRemark::PrefectureMissing);
    }
    located.remarks.push(AddressRemark::CityMissing);
    located
}

fn describe(scan: &Scan, best: Candidate, equal: &[Candidate], written: Option<Prefecture>) -> Located {
    let mut located = Located { keys: best.end, ..Located::default() };
    let is_in_one_prefecture =
        equal.iter().all(|it| it.city.prefecture_number() == best.city.prefecture_number());
    note_prefecture(&mut located, best, written, is_in_one_prefecture);
    if best.repeats || best.prefecture.is_some_and(|it| it.repeats) {
        located.steps.push(Step::RepetitionDropped);
        located.remarks.push(AddressRemark::CityRepeated);
    }
    let as_written = |keys: usize| scan.text(scan.place_after(best.start), scan.place_after(keys));
    if equal.iter().all(|it| it.city == best.city) {
        located.city = Some(best.city);
        best.city.name().clone_into(&mut located.city_name);
        located.is_former = best.is_former;
        let full = as_written(best.start + best.city.name().chars().count());
        note_form(&mut located, best, full.trim());
    } else if best.form == CityForm::WithoutWard && is_in_one_prefecture && best.end > best.start {
        let name = best.city.name();
        let end = name.char_indices().skip(1).find(|(_, c)| *c == '市').map(|(at, c)| at + c.len_utf8());
        name.get(..end.unwrap_or(name.len())).unwrap_or(name).clone_into(&mut located.city_name);
        located.remarks.push(AddressRemark::WardMissing);
    } else {
        as_written(best.end).trim().clone_into(&mut located.city_name);
        located.remarks.push(AddressRemark::CityAmbiguous);
    }
    located
}

/// Notes how the city was written. `written` is what stands where its full name would.
fn note_form(located: &mut Located, best: Candidate, written: &str) {
    if best.is_former || best.end == best.start {
        located.steps.push(Step::CityInferred);
        located.remarks.push(AddressRemark::CityMissing);
        return;
    }
    match best.form {
        CityForm::Full if written == best.city.name() => {}
        CityForm::Full => located.steps.push(Step::CitySpelled),
        CityForm::WithoutCounty => located.steps.push(Step::CountyInferred),
        CityForm::WardOnly => located.steps.push(Step::CityOfWardInferred),
        CityForm::WithoutWard => located.steps.push(Step::WardInferred),
    }
}

fn note_prefecture(located: &mut Located, best: Candidate, written: Option<Prefecture>, is_sure: bool) {
    let number = best.city.prefecture_number();
    located.prefecture = Some(best.city.prefecture()).filter(|_| is_sure);
    match written {
        Some(written) if written.number == number => {}
        Some(_) => {
            located.steps.push(Step::PrefectureReplaced);
            located.remarks.push(AddressRemark::PrefectureMismatch);
        }
        None => {
            located.remarks.push(AddressRemark::PrefectureMissing);
            if best.prefecture.is_some_and(|it| it.is_short) {
                located.steps.push(Step::PrefectureCompleted);
            } else if is_sure {
                located.steps.push(Step::PrefectureInferred);
            }
        }
    }
}

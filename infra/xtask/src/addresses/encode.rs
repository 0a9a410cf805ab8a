//! Writes the table. `shared/src/domain/address/table.rs` reads it and says what is where.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use anyhow::{Context, ensure};

use super::fold::fold;
use super::source::{Delivery, Source};

/// So many towns are written one after the other before one is written in full again.
const BLOCK: usize = 8;
/// So many characters have a code of one byte.
const SHORT: usize = 192;
/// What stands where a business code's town is not among the towns: its city.
const CITY_ONLY: u32 = 1 << 23;

/// A town and one of its postal codes.
struct Row<'a> {
    city: usize,
    key: Vec<char>,
    name: &'a str,
    code: u32,
    note: &'a str,
    has_chome: bool,
}

type Sections = Vec<(&'static str, Vec<u8>)>;

/// The table's sections, in their order.
pub(super) fn sections(source: &Source) -> anyhow::Result<Sections> {
    let cities: BTreeMap<u16, &str> = source.deliveries.iter().map(|it| (it.jis, it.city.as_str())).collect();
    let index: HashMap<u16, usize> = cities.keys().enumerate().map(|(i, jis)| (*jis, i)).collect();
    let (floors, rows): (Vec<&Delivery>, Vec<_>) =
        source.deliveries.iter().partition(|it| is_floor(&it.note));
    let mut rows: Vec<Row<'_>> = rows.into_iter().map(|it| row(it, &index)).collect::<anyhow::Result<_>>()?;
    rows.sort_by(|a, b| (a.city, &a.key, a.name, a.code).cmp(&(b.city, &b.key, b.name, b.code)));
    rows.dedup_by(|a, b| (a.city, a.name, a.code, a.note) == (b.city, b.name, b.code, b.note));
    let alphabet = alphabet(&rows);
    let mut towns: HashMap<(usize, &str), u32> = HashMap::new();
    for (i, row) in (0..).zip(&rows) {
        towns.entry((row.city, row.name)).or_insert(i);
    }

    let (names, blocks) = names(&rows, &alphabet)?;
    let (notes, note_text) = notes(&rows)?;
    let (buildings, building_names, floors) = buildings(&floors, &index, &towns)?;
    let (city_records, city_names) = city_records(&cities, &rows)?;
    let (keys, key_text) = city_keys(&cities)?;
    Ok(vec![
        (
            "alphabet",
            alphabet.iter().flat_map(|c| [u24(u32::from(*c)), u24(u32::from(fold(*c)))]).flatten().collect(),
        ),
        ("cities", city_records),
        ("city names", city_names),
        ("city keys", keys),
        ("key text", key_text),
        ("blocks", blocks),
        ("towns", names),
        ("codes", rows.iter().flat_map(|row| u24(row.code)).collect()),
        ("chome", bits(rows.iter().map(|row| row.has_chome))),
        ("repeated", bits(repeated(&rows))),
        ("runs", runs(&rows)),
        ("notes", notes),
        ("note text", note_text),
        ("buildings", buildings),
        ("building names", building_names),
        ("floors", floors),
        ("offices", offices(source, &index, &towns)),
    ])
}

/// One file of all sections, each after its length.
pub(super) fn join(sections: &Sections) -> anyhow::Result<Vec<u8>> {
    let mut table = Vec::new();
    for (_, bytes) in sections {
        table.extend(u32::try_from(bytes.len())?.to_le_bytes());
        table.extend(bytes);
    }
    Ok(table)
}

fn row<'a>(from: &'a Delivery, index: &HashMap<u16, usize>) -> anyhow::Result<Row<'a>> {
    let city = *index.get(&from.jis).context("a city without a name")?;
    let note = if from.town.is_empty() { "" } else { from.note.as_str() };
    let (key, name) = (key(&from.town), from.town.as_str());
    Ok(Row { city, key, name, code: from.code, note, has_chome: from.has_chome })
}

/// The key a name is sorted and found by.
fn key(name: &str) -> Vec<char> {
    name.chars().map(fold).collect()
}

/// The characters of all towns, the most frequent first.
fn alphabet(rows: &[Row<'_>]) -> Vec<char> {
    let mut counts: BTreeMap<char, usize> = BTreeMap::new();
    for c in rows.iter().flat_map(|row| row.name.chars()) {
        *counts.entry(c).or_default() += 1;
    }
    let mut alphabet: Vec<(char, usize)> = counts.into_iter().collect();
    alphabet.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    alphabet.into_iter().map(|(c, _)| c).collect()
}

/// The towns' names, each as what differs from the one before; and where each block begins.
fn names(rows: &[Row<'_>], alphabet: &[char]) -> anyhow::Result<(Vec<u8>, Vec<u8>)> {
    let letters: HashMap<char, usize> = alphabet.iter().enumerate().map(|(i, c)| (*c, i)).collect();
    let (mut names, mut blocks) = (Vec::new(), Vec::new());
    let mut before: Vec<char> = Vec::new();
    for (i, row) in rows.iter().enumerate() {
        if i % BLOCK == 0 {
            blocks.extend(u24(u32::try_from(names.len())?));
            before.clear();
        }
        let name: Vec<char> = row.name.chars().collect();
        let shared = name.iter().zip(&before).take_while(|(a, b)| a == b).count().min(15);
        let rest = name.get(shared..).unwrap_or_default();
        ensure!(rest.len() < 16 + 256, "the name is too long: {}", row.name);
        names.push(u8::try_from(shared << 4 | rest.len().min(15))?);
        if rest.len() >= 15 {
            names.push(u8::try_from(rest.len() - 15)?);
        }
        for c in rest {
            let letter = *letters.get(c).context("a character outside the alphabet")?;
            if letter < SHORT {
                names.push(u8::try_from(letter)?);
            } else {
                let long = letter - SHORT;
                names.extend([u8::try_from(SHORT + (long >> 8))?, u8::try_from(long & 0xFF)?]);
            }
        }
        before = name;
    }
    blocks.extend(u24(u32::try_from(names.len())?));
    Ok((names, blocks))
}

/// Whether each row has the key of the row before.
fn repeated<'a>(rows: &'a [Row<'_>]) -> impl Iterator<Item = bool> + 'a {
    let before = std::iter::once(None).chain(rows.iter().map(Some));
    rows.iter()
        .zip(before)
        .map(|(row, before)| before.is_some_and(|it| (it.city, &it.key) == (row.city, &row.key)))
}

/// Runs of successive codes that lead to the same city.
fn runs(rows: &[Row<'_>]) -> Vec<u8> {
    let pairs: BTreeSet<(u32, usize)> = rows.iter().map(|row| (row.code, row.city)).collect();
    let mut of_code: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for (code, city) in pairs {
        of_code.entry(code).or_default().push(city);
    }
    let (mut runs, mut before) = (Vec::new(), Vec::new());
    for (code, cities) in of_code {
        if cities != before {
            for city in &cities {
                runs.extend(u24(code));
                runs.extend(u16::try_from(*city).unwrap_or_default().to_le_bytes());
            }
            before = cities;
        }
    }
    runs
}

fn notes(rows: &[Row<'_>]) -> anyhow::Result<(Vec<u8>, Vec<u8>)> {
    let (mut index, mut text) = (Vec::new(), Vec::new());
    for (i, row) in (0..).zip(rows).filter(|(_, row)| !row.note.is_empty()) {
        index.extend(u24(i).into_iter().chain(u24(u32::try_from(text.len())?)));
        text.extend(row.note.as_bytes());
    }
    Ok((index, text))
}

/// Whether the note says that the code is one floor's: the floor's number, or 0 where it is unknown.
fn floor(note: &str) -> Option<u8> {
    if note == "地階・階層不明" { Some(0) } else { note.strip_suffix('階')?.parse().ok() }
}

fn is_floor(note: &str) -> bool {
    floor(note).is_some()
}

/// Buildings that have a code for each floor: the town's first row and the name; and the floors' codes.
fn buildings(
    floors: &[&Delivery],
    cities: &HashMap<u16, usize>,
    towns: &HashMap<(usize, &str), u32>,
) -> anyhow::Result<(Vec<u8>, Vec<u8>, Vec<u8>)> {
    let (mut index, mut text, mut codes) = (Vec::new(), Vec::new(), Vec::new());
    let mut known: Vec<(u16, &str)> = Vec::new();
    for it in floors {
        let key = (it.jis, it.town.as_str());
        let position = known.iter().position(|known| *known == key).unwrap_or(known.len());
        if position == known.len() {
            known.push(key);
            let city = *cities.get(&it.jis).context("a city without a name")?;
            let splits = it.town.char_indices().rev().filter_map(|(at, _)| it.town.split_at_checked(at));
            let mut splits = splits.filter_map(|(town, name)| Some((*towns.get(&(city, town))?, name)));
            let (town, name) = splits.next().with_context(|| format!("{} is in no town", it.town))?;
            index.extend(u24(town).into_iter().chain(u24(u32::try_from(text.len())?)));
            text.extend(name.as_bytes());
        }
        codes.push((it.code, u8::try_from(position)?, floor(&it.note).unwrap_or_default()));
    }
    codes.sort_unstable();
    let floors = codes.into_iter().flat_map(|(code, building, floor)| {
        let [a, b, c] = u24(code);
        [a, b, c, building, floor]
    });
    Ok((index, text, floors.collect()))
}

fn city_records(cities: &BTreeMap<u16, &str>, rows: &[Row<'_>]) -> anyhow::Result<(Vec<u8>, Vec<u8>)> {
    let (mut records, mut names) = (Vec::new(), Vec::new());
    for (i, (jis, name)) in cities.iter().enumerate() {
        let first = rows.partition_point(|row| row.city < i);
        records.extend(jis.to_le_bytes());
        records.extend(u24(u32::try_from(first)?));
        records.extend(u16::try_from(names.len())?.to_le_bytes());
        names.extend(name.as_bytes());
    }
    Ok((records, names))
}

/// How people write a city: in full; without its county 郡 or island; a ward 区 without its city;
/// a city without its ward. The numbers are `CityForm` of `table.rs`.
fn forms(name: &str) -> Vec<(u8, &str)> {
    let mut forms = vec![(0, name)];
    let after = |at: usize, mark: &str| name.get(at + mark.len()..).filter(|rest| !rest.is_empty());
    // Not the first character, which may be 市 or 郡 itself: 市原市, 郡山市.
    let found = |mark: char| name.char_indices().skip(1).find(|(_, c)| *c == mark).map(|(at, _)| at);
    let is_ward = name.ends_with('区');
    if let Some(at) = found('市').filter(|_| is_ward) {
        forms.extend(after(at, "市").map(|ward| (2, ward)));
        forms.extend(name.get(..at + "市".len()).map(|city| (3, city)));
    } else if let Some(rest) =
        found('郡').filter(|_| !is_ward && !name.ends_with('市')).and_then(|at| after(at, "郡"))
    {
        forms.push((1, rest));
    } else if let Some(rest) = found('島')
        .filter(|_| name.starts_with("三宅島") || name.starts_with("八丈島"))
        .and_then(|at| after(at, "島"))
    {
        forms.push((1, rest));
    }
    forms
}

fn city_keys(cities: &BTreeMap<u16, &str>) -> anyhow::Result<(Vec<u8>, Vec<u8>)> {
    let mut keys = Vec::new();
    for (city, name) in (0_u16..).zip(cities.values()) {
        keys.extend(forms(name).into_iter().map(|(form, text)| (key(text), form, city)));
    }
    keys.sort();
    let (mut index, mut text) = (Vec::new(), Vec::new());
    for (key, form, city) in keys {
        index.extend(u24(u32::try_from(text.len())?));
        index.extend(city.to_le_bytes());
        index.push(form);
        text.extend(key.into_iter().collect::<String>().into_bytes());
    }
    Ok((index, text))
}

fn offices(source: &Source, cities: &HashMap<u16, usize>, towns: &HashMap<(usize, &str), u32>) -> Vec<u8> {
    let place = |jis: u16, town: &str| {
        let city = *cities.get(&jis)?;
        let town = ["大字", "字", ""].iter().find_map(|prefix| town.strip_prefix(prefix)).unwrap_or(town);
        let town = towns.get(&(city, town)).copied();
        Some(town.unwrap_or(CITY_ONLY | u32::try_from(city).ok()?))
    };
    let mut offices: Vec<(u32, u32)> =
        source.offices.iter().filter_map(|it| Some((it.code, place(it.jis, &it.town)?))).collect();
    offices.sort_unstable();
    offices.dedup();
    offices.into_iter().flat_map(|(code, place)| [u24(code), u24(place)]).flatten().collect()
}

fn bits(flags: impl Iterator<Item = bool>) -> Vec<u8> {
    let flags: Vec<bool> = flags.collect();
    let byte = |eight: &[bool]| eight.iter().rev().fold(0, |byte, flag| byte << 1 | u8::from(*flag));
    flags.chunks(8).map(byte).collect()
}

fn u24(number: u32) -> [u8; 3] {
    let [a, b, c, _] = number.to_le_bytes();
    [a, b, c]
}

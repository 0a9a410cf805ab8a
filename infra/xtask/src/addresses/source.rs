//! Japan Post's data as it comes.

use std::collections::HashSet;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use anyhow::{Context, ensure};
use flate2::read::GzDecoder;

use super::fold::kanji;

/// Where a postal code leads.
pub(super) struct Delivery {
    pub(super) code: u32,
    pub(super) jis: u16,
    pub(super) city: String,
    /// Empty where the code stands for all towns that have none of their own.
    pub(super) town: String,
    pub(super) note: String,
    pub(super) has_chome: bool,
}

/// A business code 大口事業所個別番号.
pub(super) struct Office {
    pub(super) code: u32,
    pub(super) jis: u16,
    pub(super) town: String,
}

pub(super) struct Source {
    pub(super) deliveries: Vec<Delivery>,
    pub(super) offices: Vec<Office>,
}

pub(super) fn read(postal: &Path, offices: &Path, chome: &Path) -> anyhow::Result<Source> {
    let chome: HashSet<(u16, String)> =
        rows(chome, |[jis, town]| Ok((number(&jis)?, town)))?.into_iter().collect();
    let delivery = |[code, jis, _prefecture, city, town, note]: [String; 6]| {
        let jis = number(&jis)?;
        let has_chome = chome.contains(&(jis, town.clone()));
        let code = number(&code)?;
        let (town, note) = (narrow(&town), narrow(&note));
        Ok(Delivery { code, jis, city, town, note, has_chome })
    };
    let office = |[code, jis, _prefecture, _city, town, ..]: [String; 7]| {
        Ok(Office { code: number(&code)?, jis: number(&jis)?, town: narrow(&town) })
    };
    let mut deliveries = Vec::new();
    for row in rows(postal, delivery)? {
        for town in towns(&row.town) {
            // A village of one town, 利島村利島村, is written without it.
            let is_village = town.ends_with('村') && row.city.ends_with(&town);
            let town = if is_village { String::new() } else { town };
            let (city, note) = (row.city.clone(), row.note.clone());
            deliveries.push(Delivery { town, city, note, ..row });
        }
    }
    Ok(Source { deliveries, offices: rows(offices, office)? })
}

/// Some rows name several towns, or a range of plots 地割 that the source cuts off; these are the names.
fn towns(text: &str) -> Vec<String> {
    let several = text.contains(['、', '〜']);
    let names = text.split('、').map(|part| {
        let name = part.split('〜').next().unwrap_or_default();
        if several {
            name.trim_end_matches("地割").trim_end_matches(|c: char| c.is_ascii_digit())
        } else {
            name
        }
    });
    let mut names: Vec<String> = names.map(str::to_owned).collect();
    names.dedup();
    names.iter().map(|name| numbers_in_kanji(name)).collect()
}

/// 新富3条 as 新富三条: as the cities write their towns, and so that a name's characters are its key's.
fn numbers_in_kanji(name: &str) -> String {
    let (mut text, mut digits) = (String::new(), String::new());
    for c in name.chars().chain(['\0']) {
        if c.is_ascii_digit() {
            digits.push(c);
            continue;
        }
        text.extend(digits.parse().ok().map(kanji));
        digits.clear();
        text.push(c);
    }
    text.pop();
    text
}

/// Full-width letters and digits as half-width ones.
fn narrow(text: &str) -> String {
    let narrow = |c: char| match c {
        '！'..='｝' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        _ => c,
    };
    text.chars().map(narrow).collect()
}

fn number<N: std::str::FromStr<Err = std::num::ParseIntError>>(text: &str) -> anyhow::Result<N> {
    text.parse().with_context(|| format!("\"{text}\" is no number"))
}

/// Reads the rows below the header; each must have `COLUMNS` columns.
fn rows<T, const COLUMNS: usize>(
    path: &Path,
    read: impl Fn([String; COLUMNS]) -> anyhow::Result<T>,
) -> anyhow::Result<Vec<T>> {
    let file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
    let mut rows = Vec::new();
    for (i, line) in BufReader::new(GzDecoder::new(file)).lines().enumerate().skip(1) {
        let line = line.with_context(|| format!("cannot read {}", path.display()))?;
        let columns: Vec<String> = line.split('\t').map(str::to_owned).collect();
        let at = || format!("{} line {}", path.display(), i + 1);
        let columns = <[String; COLUMNS]>::try_from(columns);
        let columns = columns.map_err(|found| anyhow::anyhow!("{} columns, not {COLUMNS}", found.len()));
        rows.push(columns.and_then(&read).with_context(at)?);
    }
    ensure!(!rows.is_empty(), "{} has no rows", path.display());
    Ok(rows)
}

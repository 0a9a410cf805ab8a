//! Japan Post's notes on rows of one town: which part of it a postal code is for.

use super::kyoto;
use super::number::number_at;
use super::reading::Reading;
use super::town::Town;
use super::town_part::TownPart;

/// Of a town's rows, those whose note fits what the address says; all where none does.
pub(super) fn narrowed(town: &TownPart, reading: &Reading) -> Vec<Town> {
    let rows = &town.rows;
    let with_note = |fits: &dyn Fn(&str) -> bool| -> Vec<Town> {
        rows.iter().filter(|row| row.note().is_some_and(fits)).copied().collect()
    };
    let fitting = if rows.len() < 2 {
        Vec::new()
    } else if !reading.street.is_empty() {
        kyoto::on_the_way(rows, &reading.street)
    } else if let Some(side) = town.side {
        with_note(&|note| note.chars().eq([side]))
    } else if let Some(chome) = town.chome {
        let fitting = with_note(&|note| covers(note, chome));
        if fitting.is_empty() { general(rows) } else { fitting }
    } else {
        let (area, number) = parts(&reading.block);
        let fitting = with_note(&|note| names(note, area) || holds(note, area, number) == Some(true));
        let understood = rows
            .iter()
            .filter_map(|row| row.note())
            .all(|note| note == OTHERS || holds(note, area, number) == Some(false));
        if fitting.is_empty() && understood { general(rows) } else { fitting }
    };
    if fitting.is_empty() { rows.clone() } else { fitting }
}

const OTHERS: &str = "その他";

/// The rows for what no other row names.
fn general(rows: &[Town]) -> Vec<Town> {
    rows.iter()
        .filter(|row| row.note().is_none_or(|note| note == OTHERS || note == "丁目"))
        .copied()
        .collect()
}

/// The sub-area 小字 and the number after it.
fn parts(block: &str) -> (&str, Option<u32>) {
    let block = block.trim_start_matches("大字").trim_start_matches("小字").trim_start_matches('字');
    let at = block.find(|c: char| c.is_ascii_digit()).unwrap_or(block.len());
    let (area, numbers) = block.split_at_checked(at).unwrap_or((block, ""));
    let digits: Vec<char> = numbers.chars().take_while(char::is_ascii_digit).collect();
    (area.trim(), number_at(&digits, 0).map(|(number, _)| number))
}

/// Whether a note lists a sub-area: 上前浪、下前浪.
fn names(note: &str, area: &str) -> bool {
    !area.is_empty() && area != "第" && note.split(['、', '(', ')', '「', '」']).any(|part| part == area)
}

/// Whether the numbers that a note bounds, 451番地以上, 1〜131番地 or 第8地割〜第14地割(玉川), hold the
/// one of the address; `None` when it bounds none.
fn holds(note: &str, area: &str, number: Option<u32>) -> Option<bool> {
    let bounds = note.split('(').next()?;
    let is_plot = bounds.contains("地割");
    let number = number.filter(|_| area == if is_plot { "第" } else { "" })?;
    let unit = if is_plot { "地割" } else { "番地" };
    let plain = |text: &str| text.trim_start_matches('第').trim_end_matches(unit).parse::<u32>().ok();
    if let Some(least) = bounds.strip_suffix("番地以上") {
        return Some(number >= plain(least)?);
    }
    if let Some(most) = bounds.strip_suffix("番地以下") {
        return Some(number <= plain(most)?);
    }
    let (from, to) = bounds.strip_suffix(unit)?.split_once('〜')?;
    Some((plain(from)?..=plain(to)?).contains(&number))
}

/// Whether a note, such as 1〜4丁目 or 1、3丁目, covers a 丁目 whole.
fn covers(note: &str, chome: u32) -> bool {
    let Some(list) = note.strip_suffix("丁目").filter(|list| !list.contains(['「', '番'])) else {
        return false;
    };
    list.split('、').any(|part| {
        let (from, to) = part.split_once('〜').unwrap_or((part, part));
        let number = |text: &str| text.trim_end_matches("丁目").parse::<u32>();
        matches!((number(from), number(to)), (Ok(from), Ok(to)) if (from..=to).contains(&chome))
    })
}

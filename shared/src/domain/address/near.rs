//! Towns that are almost spelled as the text has them.

use super::city::City;
use super::scan::Scan;
use super::town::{Found, Town, each_key, longest};
use crate::domain::text::is_kanji_digit;

/// Finds the town when the text has 大字 in the midst of its name, or Hokkaido's 条 left out.
pub(super) fn with_edits(scan: &Scan, city: City, start: usize) -> Option<(Found, usize)> {
    let is_grid = city.prefecture_number() == 1;
    let mut edited: Vec<(char, usize)> = Vec::new();
    let mut at = start;
    while at < scan.keys.len() && edited.len() < 30 {
        let mark = ["大字", "字"].iter().find(|mark| scan.has(at, mark));
        if let Some(mark) = mark {
            at += mark.chars().count();
            continue;
        }
        let Some(c) = scan.keys.get(at).copied() else { break };
        let before = at.checked_sub(1).and_then(|i| scan.keys.get(i)).copied();
        let is_side = |c: char| matches!(c, '東' | '西' | '南' | '北');
        let is_counted = before.is_some_and(is_kanji_digit);
        if is_side(c) && is_counted && edited.first().is_some_and(|(c, _)| is_side(*c)) {
            edited.push(('条', at));
        } else if c == '-' && is_counted && is_grid {
            // 平岸3-5-1 is 平岸三条五丁目1.
            edited.push(('条', at));
            break;
        }
        at += 1;
        edited.push((c, at));
    }
    let key: Vec<char> = edited.iter().map(|(c, _)| *c).collect();
    let end = |length: usize| length.checked_sub(1).and_then(|last| edited.get(last)).map(|(_, end)| *end);
    let found = longest(city, &key, |length| end(length).is_some_and(|end| scan.may_end(end)))?;
    Some((found, end(found.length)?))
}

/// Finds the town whose name ends in the midst of kanji digits: 与一四-1 is 与一, 4-1.
pub(super) fn before_digits(scan: &Scan, city: City, start: usize) -> Option<(Found, usize)> {
    let found = longest(city, scan.keys_from(start), |length| scan.may_end_city(start + length))?;
    let is_digit = |count: usize| scan.keys.get(count).is_some_and(|c| is_kanji_digit(*c));
    let end = start + found.length;
    (is_digit(end) && is_digit(end - 1)).then_some((found, end))
}

/// Finds the only town from whose name the text differs by one 町, ノ or ケ that it leaves out, or one
/// ノ or ケ that it adds: 市ヶ谷本村町. Names with numbers are not looked at: 一番町 without 町 would be
/// a house number.
pub(super) fn by_a_character(scan: &Scan, city: City, start: usize) -> Option<(Found, usize)> {
    let text = scan.keys_from(start);
    let mut best: Option<(usize, Town)> = None;
    let mut is_only = true;
    each_key(city, |row, key| {
        if key.len() < 2 || key.first() != text.first() || key.iter().any(|c| is_kanji_digit(*c)) {
            return;
        }
        let Some(length) = length_but_for_one(text, key) else { return };
        let after = text.get(length..).unwrap_or_default();
        let ends = match after {
            [] | ['字', ..] => true,
            [c, ..] if is_kanji_digit(*c) => true,
            ['-', c, ..] => is_kanji_digit(*c),
            _ => false,
        } && scan.may_end(start + length);
        match best {
            _ if !ends => {}
            Some((most, _)) if length < most => {}
            Some((most, _)) if length == most => is_only = false,
            _ => (best, is_only) = (Some((length, row)), true),
        }
    });
    let (length, first) = best.filter(|_| is_only)?;
    Some((Found::one(first, length), start + length))
}

/// How many characters of `text` are `key`, but for one that is missing there or too many.
fn length_but_for_one(text: &[char], key: &[char]) -> Option<usize> {
    let (mut length, mut edits, mut at) = (0, 0, 0);
    while let Some(c) = key.get(at) {
        match text.get(length) {
            Some(written) if written == c => (length, at) = (length + 1, at + 1),
            Some('ノ' | 'ケ') if text.get(length + 1) == Some(c) => {
                (length, edits) = (length + 1, edits + 1);
            }
            _ if matches!(c, '町' | 'ノ' | 'ケ') => (at, edits) = (at + 1, edits + 1),
            _ => return None,
        }
    }
    (edits == 1).then_some(length)
}

//! The numbers of an address: 丁目, 番地, 番, 号.

use super::fold::is_dash;
use crate::domain::text::is_kanji_digit;

/// No number in an address is longer.
const MOST_DIGITS: usize = 6;

/// The number at a place, in Arabic or kanji digits, and the place after it.
pub(super) fn number_at(chars: &[char], at: usize) -> Option<(u32, usize)> {
    let rest = chars.get(at..)?;
    let arabic = rest.iter().take_while(|c| c.is_ascii_digit()).count();
    if arabic > 0 {
        let digits: String = rest.iter().take(arabic).collect();
        return (arabic <= MOST_DIGITS).then(|| digits.parse().ok()).flatten().map(|n| (n, at + arabic));
    }
    let kanji: Vec<char> =
        rest.iter().copied().take_while(|c| is_kanji_digit(*c)).take(MOST_DIGITS + 2).collect();
    if kanji.is_empty() {
        return formal(*rest.first()?).filter(|_| has_unit(chars, at + 1)).map(|number| (number, at + 1));
    }
    Some((from_kanji(&kanji)?, at + kanji.len()))
}

/// The digits of documents 大字. They are part of many names, so they count only before a unit: 壱丁目.
const fn formal(c: char) -> Option<u32> {
    match c {
        '壱' | '壹' => Some(1),
        '弐' | '貳' => Some(2),
        '参' | '參' => Some(3),
        _ => None,
    }
}

/// Whether a unit of numbers stands at a place.
fn has_unit(chars: &[char], at: usize) -> bool {
    ["丁目", "番地", "号"].iter().any(|unit| starts(chars, at, unit))
}

/// 三十七 and 三七 are both 37.
fn from_kanji(digits: &[char]) -> Option<u32> {
    let value =
        |c: char| "〇一二三四五六七八九".chars().zip(0..).find(|(digit, _)| *digit == c).map(|(_, n)| n);
    let unit = |c: char| match c {
        '十' => Some(10),
        '百' => Some(100),
        '千' => Some(1_000),
        _ => None,
    };
    if !digits.iter().any(|c| unit(*c).is_some()) {
        let mut number: u32 = 0;
        for c in digits {
            number = number.checked_mul(10)?.checked_add(if *c == '零' { 0 } else { value(*c)? })?;
        }
        return (!digits.is_empty() && digits.len() <= MOST_DIGITS).then_some(number);
    }
    let (mut number, mut count, mut last): (u32, Option<u32>, u32) = (0, None, u32::MAX);
    for c in digits {
        match (unit(*c), count) {
            (Some(unit), _) if unit < last => {
                number += unit * count.take().unwrap_or(1);
                last = unit;
            }
            (None, None) => count = value(*c),
            _ => return None,
        }
    }
    Some(number + count.unwrap_or(0))
}

/// Numbers that belong together, such as 8番21号.
pub(super) struct Chain {
    /// The numbers, joined by hyphens: 8-21.
    pub(super) text: String,
    /// The place after them and their last unit.
    pub(super) end: usize,
    /// The first number.
    pub(super) first: u32,
    /// How many there are.
    pub(super) count: usize,
    /// Whether the first was called a block or lot: 番, 番地.
    pub(super) is_lot: bool,
}

/// What stands where there are no house numbers.
pub(super) const WITHOUT_NUMBERS: [&str; 2] = ["無番地", "番外地"];

/// Units and strokes between two numbers, longer ones first.
const BETWEEN: [&str; 10] = ["番地の", "番地ノ", "番地", "番の", "番", "丁目", "丁", "の", "ノ", "之"];

/// Reads the numbers at a place.
pub(super) fn chain_at(chars: &[char], at: usize) -> Option<Chain> {
    let (first, mut end) = number_at(chars, at)?;
    if names_a_building(chars, end) {
        return None;
    }
    let is_lot = starts(chars, end, "番");
    let (mut text, mut count) = (first.to_string(), 1);
    // 北25号3: without a 番 before it, 号 is a unit between numbers like any other.
    let is_road = |end, count| count == 1 && !is_lot && starts(chars, end, "号");
    while let Some((number, after)) =
        next_number(chars, end).or_else(|| number_at(chars, end + 1).filter(|_| is_road(end, count)))
    {
        text = format!("{text}-{number}");
        (end, count) = (after, count + 1);
    }
    for unit in ["番地", "番", "号"] {
        if starts(chars, end, unit) {
            end += unit.chars().count();
            break;
        }
    }
    Some(Chain { text, end, first, count, is_lot })
}

/// The number that continues a chain, if what stands between says so.
fn next_number(chars: &[char], end: usize) -> Option<(u32, usize)> {
    let skip_spaces = |mut at: usize| {
        while chars.get(at) == Some(&' ') {
            at += 1;
        }
        at
    };
    let unit = BETWEEN.iter().find(|unit| starts(chars, end, unit));
    let start = if let Some(unit) = unit {
        // 番地 and a stroke may both stand there.
        let at = skip_spaces(end + unit.chars().count());
        if chars.get(at).is_some_and(|c| is_dash(*c)) { at + 1 } else { at }
    } else {
        let at = skip_spaces(end);
        let at = if starts(chars, at, "号") { at + 1 } else { at };
        skip_spaces(chars.get(at).filter(|c| is_stroke(**c)).map(|_| at + 1)?)
    };
    let (number, after) = number_at(chars, start)?;
    (!names_a_building(chars, after) && !begins_a_word(chars, start, after)).then_some((number, after))
}

/// Whether `c` may stand between two numbers.
pub(super) fn is_stroke(c: char) -> bool {
    is_dash(c) || matches!(c, '.' | '/' | '_' | '=')
}

/// Whether the digits between two places are kanji that begin a word: 1の一部, 1の三田ビル.
fn begins_a_word(chars: &[char], start: usize, end: usize) -> bool {
    let goes_on =
        |c: &char| c.is_alphabetic() && !is_dash(*c) && !matches!(c, '丁' | '番' | '号' | 'の' | 'ノ' | '之');
    chars.get(start).is_some_and(|c| is_kanji_digit(*c)) && chars.get(end).is_some_and(goes_on)
}

/// Whether the number before a place is one of a building: a room, a floor, a wing.
fn names_a_building(chars: &[char], at: usize) -> bool {
    const UNITS: [&str; 13] =
        ["号室", "号棟", "号館", "号車", "番館", "番街", "番町", "室", "階", "棟", "街区", "区画", "館"];
    let is_floor = matches!(chars.get(at), Some('F' | 'f'))
        && !chars.get(at + 1).is_some_and(char::is_ascii_alphanumeric);
    // 室町 is a quarter of several cities, and its buildings have its name.
    let is_quarter = starts(chars, at, "室町");
    is_floor || !is_quarter && UNITS.iter().any(|unit| starts(chars, at, unit))
}

/// Whether `word` stands at a place.
pub(super) fn starts(chars: &[char], at: usize, word: &str) -> bool {
    let rest = chars.get(at..).unwrap_or_default();
    let mut rest = rest.iter();
    word.chars().all(|c| rest.next() == Some(&c))
}

/// Whether a number begins at a place: Arabic digits always; kanji ones, which are part of many
/// names, when a unit or a stroke with another number follows.
pub(super) fn is_number(chars: &[char], at: usize) -> bool {
    let Some(c) = chars.get(at) else { return false };
    if c.is_ascii_digit() {
        return true;
    }
    let Some((_, end)) = number_at(chars, at) else { return false };
    let units = ["丁目", "番地", "号", "地割"];
    let room = chars.get(end).filter(|c| is_dash(**c)).and_then(|_| chars.get(end + 1));
    units.iter().any(|unit| starts(chars, end, unit))
        || next_number(chars, end).is_some()
        || room.is_some_and(char::is_ascii_alphanumeric)
        || {
            let lone = starts(chars, end, "番") && chars.get(end + 1).is_none_or(|c| *c == ' ');
            lone && !names_a_building(chars, end)
        }
}

/// The part of an address below its town.
#[derive(Default)]
pub(super) struct Block {
    /// Sub-area 小字 and numbers.
    pub(super) text: String,
    /// Building and room.
    pub(super) building: String,
    /// Whether there is a house number.
    pub(super) is_numbered: bool,
    /// Whether numbers were written otherwise.
    pub(super) is_rewritten: bool,
}

/// Reads what stands after the town. Where the town's blocks have numbers 丁目 that the text leaves
/// out, `keeps_lot` keeps the word 番地, because 1番 must not become a 1 that is read as 1丁目.
pub(super) fn block_at(chars: &[char], at: usize, keeps_lot: bool) -> Block {
    let rest = chars.get(at..).unwrap_or_default();
    let written = |from: usize, to: usize| rest.get(from..to).unwrap_or_default().iter().collect::<String>();
    let begin = rest.iter().take_while(|c| super::scan::is_gap(**c)).count();
    let mut at = begin;
    while at < rest.len()
        && !is_digits_only(rest, at)
        && (!(is_number(rest, at) && chain_at(rest, at).is_some()) || is_of_a_name(rest, at))
    {
        at = match number_at(rest, at) {
            Some((_, end)) if rest.get(at).is_some_and(char::is_ascii_digit) => end,
            _ => at + 1,
        };
    }
    let Some(chain) = chain_at(rest, at).filter(|_| at < rest.len()) else {
        return unnumbered(written(begin, rest.len()).trim_end());
    };
    let area = written(begin, at);
    let area = if at > begin && area.ends_with(' ') { area.trim_end().to_owned() } else { area };
    let numbers = match chain.text.split_once('-') {
        _ if !(keeps_lot && chain.is_lot) => chain.text.clone(),
        Some((first, more)) => format!("{first}番地{more}"),
        None => format!("{}番地", chain.text),
    };
    let room = attached_room(rest, list_end(rest, chain.end));
    let suffix: String = written(chain.end, room).chars().map(|c| if is_dash(c) { '-' } else { c }).collect();
    let mut after = room;
    while rest.get(after).is_some_and(|c| super::scan::is_gap(*c)) {
        after += 1;
    }
    let is_rewritten = numbers != written(at, chain.end);
    let building = written(after, rest.len()).trim_end().to_owned();
    Block { text: format!("{area}{numbers}{suffix}"), building, is_numbered: true, is_rewritten }
}

/// Whether nothing but kanji digits stands up to the next blank: 串本一二三四. Shorter ones, and those with
/// 十, may be the name of a sub-area.
fn is_digits_only(chars: &[char], at: usize) -> bool {
    let word = chars.get(at..).unwrap_or_default().split(|c| *c == ' ').next().unwrap_or_default();
    at == 0 && word.len() >= 3 && word.iter().all(|c| is_kanji_digit(*c) && !matches!(c, '十' | '百' | '千'))
}

/// The place after further numbers of a list: 395・396, 1-1、8、9.
pub(super) fn list_end(chars: &[char], mut end: usize) -> usize {
    while chars.get(end).is_some_and(|c| is_list(*c)) && chars.get(end + 1).is_some_and(char::is_ascii_digit)
    {
        let Some(next) = chain_at(chars, end + 1) else { break };
        if !chars.get(next.end).is_none_or(|c| is_list(*c) || matches!(c, ' ' | '(')) {
            break;
        }
        end = next.end;
    }
    end
}

/// Whether `c` parts the numbers of a list.
fn is_list(c: char) -> bool {
    matches!(c, '・' | '、' | ',')
}

/// The place after the house numbers that a text begins with, unless they are a building's.
pub(super) fn leading_numbers(chars: &[char]) -> Option<usize> {
    let chain = chain_at(chars, 0).filter(|_| is_number(chars, 0) && !is_of_a_name(chars, 0))?;
    let ends = chars.get(chain.end).is_none_or(|c| !c.is_alphanumeric() || chain.count > 1);
    ends.then_some(chain.end)
}

/// What a place without numbers has. 無番地 and 番外地 say that there are none; a sub-area says 字.
fn unnumbered(text: &str) -> Block {
    let end = WITHOUT_NUMBERS.iter().find_map(|mark| Some(text.find(mark)? + mark.len()));
    let (area, building) = match end.and_then(|end| text.split_at_checked(end)) {
        Some(parts) => parts,
        None if text.contains('字') => (text, ""),
        None => ("", text),
    };
    let building = building.trim_start_matches(super::scan::is_gap).to_owned();
    Block { text: area.to_owned(), building, is_numbered: end.is_some(), ..Block::default() }
}

/// Whether the number at a place is part of a name: 第2地割, 3線, 5区, 北25号, 20部1, 153-1街区.
fn is_of_a_name(chars: &[char], at: usize) -> bool {
    let Some((_, end)) = number_at(chars, at) else { return false };
    let is_part = starts(chars, end, "部") && chars.get(end + 1).is_some_and(char::is_ascii_digit);
    if is_part || starts(chars, end, "丁目") && next_number(chars, end).is_none() {
        return true;
    }
    let direction = at.checked_sub(1).and_then(|before| chars.get(before));
    let is_road =
        direction.is_some_and(|c| matches!(c, '東' | '西' | '南' | '北' | '線')) && starts(chars, end, "号");
    let names = ["地割", "線", "条", "字", "区", "組", "林班", "部落", "街区", "区画"];
    let block = chars
        .get(end)
        .filter(|c| is_dash(**c))
        .and_then(|_| number_at(chars, end + 1))
        .is_some_and(|(_, end)| starts(chars, end, "街区") || starts(chars, end, "区画"));
    is_road || block || names.iter().any(|name| starts(chars, end, name))
}

/// The place after a room or branch written right at the number: 5-A, 12B, 14-イ22.
fn attached_room(chars: &[char], end: usize) -> usize {
    let is_apart = chars.get(end).is_some_and(|c| is_dash(*c));
    let start = if is_apart { end + 1 } else { end };
    let room = chars.get(start..).unwrap_or_default();
    let is_branch = |c: &char| matches!(c, 'ァ'..='ヶ' | '甲' | '乙' | '丙' | '丁');
    let letters = match room.first() {
        Some(c) if is_apart && is_branch(c) && room.get(1).is_some_and(char::is_ascii_digit) => 1,
        _ => room.iter().take_while(|c| c.is_ascii_alphabetic()).count(),
    };
    let further = room.iter().skip(letters).take_while(|c| c.is_ascii_alphanumeric()).count();
    let after = start + letters + further;
    let ends = chars.get(after).is_none_or(|c| *c == ' ');
    if matches!(letters, 1 | 2) && ends && further <= 4 { after } else { end }
}

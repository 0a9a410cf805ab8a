//! A text made ready for reading: cleaned, and beside it the key it is compared by.

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc_quick};

use super::fold::{fold, is_dash, kanji};
use super::number::{is_stroke, number_at};
use crate::domain::text::is_kanji_digit;

/// `text` in one way of writing: NFKC, no characters without width, every run of blanks one space.
pub(super) fn clean(text: &str) -> String {
    let normal = is_nfkc_quick(text.chars()) == IsNormalized::Yes;
    let text: String = if normal { text.to_owned() } else { text.nfkc().collect() };
    let mut cleaned = String::with_capacity(text.len());
    for c in text.chars().filter(|c| !has_no_width(*c)) {
        if c.is_whitespace() || c.is_control() {
            if !cleaned.ends_with(' ') {
                cleaned.push(' ');
            }
        } else {
            cleaned.push(c);
        }
    }
    cleaned.trim().to_owned()
}

/// Marks that choose between drawings of the same character, joiners, and the like.
fn has_no_width(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{2060}'..='\u{2064}' | '\u{FE00}'..='\u{FE0F}'
        | '\u{FEFF}' | '\u{E0100}'..='\u{E01EF}')
}

/// The characters of a text, and its key: folded, numbers in kanji, nothing between words.
pub(super) struct Scan {
    pub(super) chars: Vec<char>,
    pub(super) keys: Vec<char>,
    /// For each key the place of its first character, and the place after its last; no name ends
    /// where that is `None`, in the midst of a number.
    places: Vec<(usize, Option<usize>)>,
}

impl Scan {
    pub(super) fn new(cleaned: &str) -> Self {
        let chars: Vec<char> = cleaned.chars().collect();
        let mut scan = Self { keys: Vec::with_capacity(chars.len()), places: Vec::new(), chars };
        let mut at = 0;
        while let Some(c) = scan.chars.get(at).copied() {
            let rest = scan.chars.get(at..).unwrap_or_default();
            let digits = rest.iter().take_while(|c| c.is_ascii_digit()).count();
            let positional = if digits == 0 { positional(rest, scan.keys.last()) } else { 0 };
            if digits + positional > 0 {
                scan.push_number(at, digits + positional);
                at += digits + positional;
            } else {
                if !is_blank(c) && !scan.is_separator(at) {
                    scan.keys.push(fold(c));
                    scan.places.push((at, Some(at + 1)));
                }
                at += 1;
            }
        }
        scan
    }

    fn push_number(&mut self, at: usize, digits: usize) {
        let number = number_at(&self.chars, at).filter(|_| digits <= 4);
        let text = number.map_or_else(|| self.text(at, at + digits), |(number, _)| kanji(number));
        let count = text.chars().count();
        for (i, c) in text.chars().enumerate() {
            self.keys.push(c);
            self.places.push((at, (i + 1 == count).then_some(at + digits)));
        }
    }

    /// Whether the stroke at a place only parts the names before and after it: 東京都-渋谷区-神宮前.
    fn is_separator(&self, at: usize) -> bool {
        let is_stroke = self.chars.get(at).is_some_and(|c| is_dash(*c) && *c != 'ー');
        let ends = |c: &char| matches!(c, '都' | '道' | '府' | '県' | '市' | '区' | '町' | '村' | '郡');
        is_stroke
            && self.keys.last().is_some_and(ends)
            && self.chars.get(at + 1).is_some_and(|c| c.is_alphabetic())
    }

    /// The place after the first `count` keys.
    pub(super) fn place_after(&self, count: usize) -> usize {
        let last = count.checked_sub(1).and_then(|last| self.places.get(last));
        last.map_or(0, |(start, end)| end.unwrap_or(*start))
    }

    /// Whether a name may end after `count` keys: not in the midst of a number, and not before 町, 村
    /// or 区, which would make it the beginning of another name.
    pub(super) fn may_end(&self, count: usize) -> bool {
        let Some(last) = count.checked_sub(1) else { return true };
        let whole = self.places.get(last).is_some_and(|(_, end)| end.is_some());
        let (before, after) = (self.keys.get(last), self.keys.get(count));
        let splits_number = before.zip(after).is_some_and(|(a, b)| {
            let same_script = self.is_arabic(last) == self.is_arabic(count);
            is_kanji_digit(*a) && is_kanji_digit(*b) && same_script
        });
        whole && !splits_number && !after.is_some_and(|c| matches!(c, '町' | '村' | '区'))
    }

    fn is_arabic(&self, key: usize) -> bool {
        let place = self.places.get(key).and_then(|(start, _)| self.chars.get(*start));
        place.is_some_and(char::is_ascii_digit)
    }

    /// Whether the name of a city may end after `count` keys.
    pub(super) fn may_end_city(&self, count: usize) -> bool {
        count.checked_sub(1).and_then(|last| self.places.get(last)).is_some_and(|(_, end)| end.is_some())
    }

    /// Whether `word`, folded, stands after `count` keys.
    pub(super) fn has(&self, count: usize, word: &str) -> bool {
        let mut keys = self.keys_from(count).iter();
        !word.is_empty() && word.chars().all(|c| keys.next() == Some(&c))
    }

    pub(super) fn keys_from(&self, count: usize) -> &[char] {
        self.keys.get(count..).unwrap_or_default()
    }

    /// The text between two places.
    pub(super) fn text(&self, from: usize, to: usize) -> String {
        self.chars.get(from..to).unwrap_or_default().iter().collect()
    }
}

/// How many kanji digits stand one beside the other before 条 or 線: 北一一条 is 北十一条.
fn positional(chars: &[char], before: Option<&char>) -> usize {
    let is_digit = |c: &char| is_kanji_digit(*c) && !matches!(c, '十' | '百' | '千');
    let count = chars.iter().take_while(|c| is_digit(c)).count();
    let counts = chars.get(count).is_some_and(|c| matches!(c, '条' | '線'));
    if counts && (2..=3).contains(&count) && !before.is_some_and(|c| is_kanji_digit(*c)) { count } else { 0 }
}

/// What may stand between the parts of an address without meaning anything.
fn is_blank(c: char) -> bool {
    matches!(c, ' ' | ',' | '、' | '，' | '､' | '/' | '|')
}

/// What may stand between a town and the number after it.
pub(super) fn is_gap(c: char) -> bool {
    is_blank(c) || is_stroke(c)
}

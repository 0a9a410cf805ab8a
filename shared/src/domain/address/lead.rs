//! What people write around an address: marks, labels, the addressee's name.

use super::fold::is_dash;
use crate::domain::prefecture;

/// Words that announce an address, longer ones first.
const LABELS: [&str; 14] = [
    "お届け先住所",
    "お届け先",
    "お届先",
    "届け先",
    "配送先",
    "送付先",
    "送り先",
    "所在地",
    "ご住所",
    "御住所",
    "住所",
    "日本国",
    "日本",
    "JAPAN",
];

/// The text without the marks around it, and without the labels before it.
pub(super) fn without_marks(text: &str) -> &str {
    let mut text = text.trim_start_matches(opens).trim_end_matches(closes);
    while let Some(rest) = LABELS.iter().find_map(|label| behind(text, label)) {
        text = rest.trim_start_matches(|c| opens(c) || closes(c));
    }
    text
}

fn opens(c: char) -> bool {
    matches!(c, ' ' | '〒' | ':' | ',' | '、' | '・' | '"' | '\'' | '“' | '「' | '『' | '【' | '<')
}

fn closes(c: char) -> bool {
    matches!(c, ' ' | ',' | '、' | '。' | '"' | '\'' | '”' | '」' | '』' | '】' | '>')
}

/// The text behind a label. 日本橋 begins with none: a mark or a prefecture has to follow.
fn behind<'a>(text: &'a str, label: &str) -> Option<&'a str> {
    let (head, rest) = text.split_at_checked(label.len())?;
    if !head.eq_ignore_ascii_case(label) {
        return None;
    }
    let ends = rest.starts_with([' ', ':', ',', '、', '】', '』', '」', '>'])
        || prefecture::names().any(|name| rest.starts_with(name));
    ends.then_some(rest)
}

/// A text in two, before the first prefecture that is not its beginning. What stands before it is a
/// name or a remark.
pub(super) fn split(text: &str) -> Option<(&str, &str)> {
    let second = text.chars().next()?.len_utf8();
    let behind_first = text.get(second..)?;
    let at = second + prefecture::names().filter_map(|name| behind_first.find(name)).min()?;
    let lead = text.get(..at)?.trim_matches(|c| opens(c) || closes(c) || is_dash(c));
    Some((lead, text.get(at..)?))
}

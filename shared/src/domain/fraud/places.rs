//! What an address says about the place: forwarding companies, boxes, hotels.

use super::rules::Signal;
use crate::domain::text::fold;

/// Words of places, as they stand in addresses once folded. The first kind that fits counts.
const PLACES: [(Signal, &[&str]); 6] = [
    (
        Signal::Forwarder,
        &[
            "転送",
            "国際配送",
            "海外発送",
            "フォワーディング",
            "forwarding",
            "forwarder",
            "tenso",
            "転コム",
            "バイイー",
            "buyee",
            "zenmarket",
            "ゼンマーケット",
            "neokyo",
            "from japan",
            "フロムジャパン",
            "jauce",
            "sendico",
            "whiterabbit",
            "ブラックシップ",
            "blackship",
            "spearnet",
            "opas",
            "ohmygoods",
            "doorzo",
            "bibian",
            "ビビアン",
            "samurai buyer",
            "代購",
            "集運",
            "转运",
            "轉運",
        ],
    ),
    (Signal::PostBox, &["私書箱", "私書函", "郵便局留", "局留", "p.o.box", "po box", "p.o. box", "pobox"]),
    (
        Signal::RentalOffice,
        &[
            "レンタルオフィス",
            "バ-チャルオフィス",
            "シェアオフィス",
            "貸事務所",
            "サ-ビスオフィス",
            "コワ-キング",
            "リ-ジャス",
            "regus",
            "wework",
            "servcorp",
            "サ-ブコ-プ",
            "virtual office",
            "rental office",
        ],
    ),
    (
        Signal::WeeklyFlat,
        &[
            "ウィ-クリ-",
            "ウイ-クリ-",
            "マンスリ-",
            "weekly",
            "monthly",
            "レオパレス",
            "民泊",
            "airbnb",
            "ゲストハウス",
            "guest house",
            "guesthouse",
        ],
    ),
    (
        Signal::Hotel,
        &["ホテル", "hotel", "旅館", "カプセルイン", "東横イン", "アパリゾ-ト", "民宿", "ペンション"],
    ),
    (Signal::CareOf, &["気付", "c/o", "様方"]),
];

/// What the text of an address says about the place. `more` are further words of forwarders.
pub(super) fn kind(text: &str, more: &[String]) -> Option<Signal> {
    let text = fold(text).to_lowercase();
    if more.iter().any(|word| !word.is_empty() && text.contains(&fold(word).to_lowercase())) {
        return Some(Signal::Forwarder);
    }
    let fits = |words: &[&str]| words.iter().any(|word| text.contains(word));
    let known = PLACES.iter().find(|(_, words)| fits(words)).map(|(signal, _)| *signal);
    // 〜方 at the end: at somebody's house. 方 elsewhere is part of many names.
    known.or_else(|| text.trim_end().ends_with('方').then_some(Signal::CareOf))
}

/// Whether what should be a house number ends before it is one: `1-`, `1丁目` alone, or a row of
/// letters or zeros in its place.
pub(super) fn is_truncated(line1: &str) -> bool {
    let line = fold(line1);
    let line = line.trim();
    let zeros = line
        .split(|c: char| !c.is_ascii_digit())
        .any(|number| number.len() >= 2 && number.bytes().all(|digit| digit == b'0'));
    let unfinished = line.ends_with('-') || line.ends_with("丁目") || line.ends_with('の');
    let placeholder = ["不明", "なし", "未定", "xxx", "ooo", "○○", "〇〇", "test", "テスト"];
    let lower = line.to_lowercase();
    zeros || unfinished || placeholder.iter().any(|word| lower.contains(word))
}

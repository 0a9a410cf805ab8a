//! Cursors of lists: opaque to clients, bound to their list, harmless when tampered with.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// No sort key is longer (DynamoDB's limit), so no cursor has to be.
const MAX_POSITION: usize = 1_024;

/// The cursor after `position` in the list `scope`.
pub(crate) fn encode(scope: &str, position: &str) -> String {
    URL_SAFE_NO_PAD.encode(format!("{scope}\n{position}"))
}

/// The position a cursor of the list `scope` stands for; `None` when it is of another list or none
/// of ours.
pub(crate) fn decode(scope: &str, cursor: &str) -> Option<String> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
    let (of, position) = text.split_once('\n')?;
    (of == scope && (1..=MAX_POSITION).contains(&position.len())).then(|| position.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_by_its_own_list_only() {
        let cursor = encode("orders#acme", "2026-01-02#x");
        assert_eq!(decode("orders#acme", &cursor).as_deref(), Some("2026-01-02#x"));
        assert_eq!(decode("orders#other", &cursor), None);
        for bad in ["", "%%%", "YQ", &encode("orders#acme", ""), &encode("orders#acme", &"x".repeat(1_025))] {
            assert_eq!(decode("orders#acme", bad), None, "{bad:?}");
        }
    }
}

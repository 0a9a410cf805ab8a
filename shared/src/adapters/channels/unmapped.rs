//! What a payload has at the paths that the canonical order has no place for.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Reading, table, tree, wire, yahoo};

/// The values at the paths, or in the columns, that a reading of `body` lists; none for what is empty.
#[must_use]
pub fn values(body: &[u8], reading: &Reading) -> BTreeMap<String, Value> {
    let text = wire::unmarked(body).trim_ascii_start();
    let payload = match text.first() {
        Some(b'{' | b'[') => wire::json(text).ok(),
        Some(b'<') => tree::read(text, &yahoo::LISTS).ok(),
        _ => {
            let cells = table::samples(body, &reading.unmapped).into_iter();
            return cells.map(|(column, cell)| (column, Value::String(cell))).collect();
        }
    };
    let Some(payload) = payload else { return BTreeMap::new() };
    let found =
        reading.unmapped.iter().filter_map(|path| Some((path.clone(), find(&payload, path)?.clone())));
    found.filter(|(_, value)| !wire::is_nothing(value)).collect()
}

/// The value at a path, written `a[0].b` or `a.0.b`; a `?` in it stands for a value that may be absent.
fn find<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
    let path = path.trim_start_matches(['.', '?']);
    if path.is_empty() {
        return Some(value);
    }
    match value {
        Value::Object(fields) => fields.iter().find_map(|(name, field)| {
            let rest = path.strip_prefix(name.as_str())?;
            let ends = rest.is_empty() || rest.starts_with(['.', '[']);
            ends.then(|| find(field, rest)).flatten()
        }),
        Value::Array(items) => {
            let path = path.trim_start_matches('[');
            let digits = path.find(|c: char| !c.is_ascii_digit()).unwrap_or(path.len());
            let (index, rest) = path.split_at_checked(digits)?;
            find(items.get(index.parse::<usize>().ok()?)?, rest.trim_start_matches(']'))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_is_found_by_its_path() {
        let payload = json!({ "a": [{ "b": { "c": 1 } }], "d.e": 2, "d": { "f": 3 } });
        for (path, expected) in
            [("a[0].b.c", json!(1)), ("a.0.?.b.?.c", json!(1)), ("d.e", json!(2)), ("d.f", json!(3))]
        {
            assert_eq!(find(&payload, path), Some(&expected), "{path}");
        }
        for path in ["a[1]", "a[x]", "b", "a[0].b.c.d", "d.x"] {
            assert_eq!(find(&payload, path), None, "{path}");
        }
    }
}

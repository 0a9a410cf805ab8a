//! Rust source as the architecture tests read it: without comments, texts and tests, as the list of
//! the paths it names.

use std::path::{Path, PathBuf};

/// The code in `text`: comments, literals and the test module at its end left out.
#[must_use]
pub fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or(text);
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let (_, after) = rest.split_at(next.len_utf8());
        let literal = match next {
            '/' if after.starts_with('/') => rest.find('\n').unwrap_or(rest.len()),
            '/' if after.starts_with('*') => rest.find("*/").map_or(rest.len(), |end| end + 2),
            '"' => 1 + end_of_text(after),
            'r' if !ends_in_name(&code) => raw_text(rest),
            '\'' => character(rest),
            _ => 0,
        };
        let (skipped, left) = if literal == 0 { ("", after) } else { rest.split_at(literal) };
        if skipped.is_empty() {
            code.push(next);
        } else {
            code.push(' ');
        }
        rest = left;
    }
    code
}

fn ends_in_name(code: &str) -> bool {
    code.ends_with(|c: char| c.is_alphanumeric() || c == '_')
}

/// The bytes up to and with the quote that ends a text.
fn end_of_text(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            '"' if !escaped => return at + 1,
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    text.len()
}

/// The bytes of the raw text that `text` begins with; 0 if it begins with none.
fn raw_text(text: &str) -> usize {
    let hashes = text.chars().skip(1).take_while(|c| *c == '#').count();
    if text.chars().nth(1 + hashes) != Some('"') {
        return 0;
    }
    let end = format!("\"{}", "#".repeat(hashes));
    let body = 2 + hashes;
    text.get(body..).and_then(|rest| rest.find(&end)).map_or(text.len(), |at| body + at + end.len())
}

/// The bytes of the character that `text` begins with; 0 for a lifetime.
fn character(text: &str) -> usize {
    let mut chars = text.char_indices().skip(1);
    match (chars.next(), chars.next()) {
        (Some((_, '\\')), Some(_)) => chars.find(|(_, c)| *c == '\'').map_or(0, |(at, _)| at + 1),
        (Some(_), Some((at, '\''))) => at + 1,
        _ => 0,
    }
}

/// Every path of two names or more in the code, the trees of `use` spelled out.
#[must_use]
pub fn paths(code: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    for statement in code.split_inclusive(';') {
        let tree = statement.rfind("use ").filter(|at| {
            let before = statement.get(..*at).unwrap_or_default().trim_end();
            before.is_empty() || before.ends_with(['{', '}', ')', ']']) || before.ends_with("pub")
        });
        let (before, tree) = statement.split_at(tree.unwrap_or(statement.len()));
        expressions(before, &mut found);
        expand(&[], tree.trim_start_matches("use ").trim_end_matches(';'), &mut found);
    }
    found
}

fn expressions(code: &str, found: &mut Vec<Vec<String>>) {
    let in_path = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    for word in code.split(|c: char| !in_path(c)) {
        let names: Vec<String> = word
            .split("::")
            .filter(|name| !name.is_empty() && !name.contains(':'))
            .map(str::to_owned)
            .collect();
        if names.len() > 1 {
            found.push(names);
        }
    }
}

fn expand(prefix: &[String], tree: &str, found: &mut Vec<Vec<String>>) {
    let tree = tree.trim();
    let (path, group) = tree.split_once('{').map_or((tree, None), |(path, group)| (path, Some(group)));
    let path = path.split(" as ").next().unwrap_or(path);
    let names = path.split("::").map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned);
    let names: Vec<String> = prefix.iter().cloned().chain(names).collect();
    let Some(group) = group else {
        if names.len() > prefix.len() {
            found.push(names);
        }
        return;
    };
    let group = group.trim_end().strip_suffix('}').unwrap_or(group);
    let mut depth = 0_u32;
    let branches = group.split(|c: char| {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        c == ',' && depth == 0
    });
    for branch in branches {
        expand(&names, branch, found);
    }
}

/// Every file below `folder` that `wanted` says, in order. What is built or stored locally is not
/// looked at.
///
/// # Errors
/// A folder cannot be read.
pub fn files(folder: &Path, wanted: fn(&Path) -> bool) -> std::io::Result<Vec<PathBuf>> {
    const NOT_OURS: [&str; 4] = ["target", ".git", ".aws-sam", ".juchu"];
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let ours = path.file_name().is_none_or(|name| !NOT_OURS.iter().any(|other| name == *other));
        if path.is_dir() && ours {
            found.extend(files(&path, wanted)?);
        } else if ours && wanted(&path) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(text: &str) -> Vec<String> {
        paths(&code(text)).into_iter().map(|names| names.join("::")).collect()
    }

    #[test]
    fn comments_texts_characters_and_tests_are_no_code() {
        let text = "a::b; // c::d\n/* e::f */ \"g::h \\\" i::j\"; r#\"k::\"l\"#; '\"'; 'x: m::n\n#[cfg(test)]\nmod tests { o::p }";
        assert_eq!(joined(text), ["a::b", "m::n"]);
    }

    #[test]
    fn the_tree_of_a_use_is_spelled_out() {
        let text = "use a::{b::{C, D as E}, f};\npub use g::H;\nfn x() { use crate::i; j::k::<l::m>(); }";
        assert_eq!(joined(text), ["a::b::C", "a::b::D", "a::f", "g::H", "crate::i", "j::k", "l::m"]);
    }
}

//! What the files of the repository refer to, and what must not be among them or in any of them.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::{Problems, every, metadata, packages, root, texts};

/// What `text`, the content of `file`, refers to and is not there: links, their headings, and paths
/// in code marks.
fn broken_references(file: &Path, text: &str) -> Problems {
    let folder = root().join(file.parent().unwrap_or(file));
    let mut problems = Problems::new();
    for target in links(text) {
        if target.contains("://") || target.starts_with("mailto:") {
            continue;
        }
        let (path, heading) = target.split_once('#').unwrap_or((target, ""));
        let path = if path.is_empty() { root().join(file) } else { folder.join(path) };
        let known_heading = || {
            let text = fs::read_to_string(&path).unwrap_or_default();
            text.lines().filter(|line| line.starts_with('#')).any(|line| anchor(line) == heading)
        };
        if !path.exists() || (!heading.is_empty() && !known_heading()) {
            problems.push(format!("{}: nothing is at {target}", file.display()));
        }
    }
    for path in text.split('`').skip(1).step_by(2) {
        let ours = ["functions/", "shared/", "infra/", "tests/"].iter().any(|top| path.starts_with(top));
        let literal = !path.contains(|c: char| c.is_whitespace() || "<>{}*…".contains(c));
        if ours && literal && !root().join(path).exists() {
            problems.push(format!("{}: there is no {path}", file.display()));
        }
    }
    problems
}

/// The targets of the links in Markdown.
fn links(text: &str) -> impl Iterator<Item = &str> {
    text.split("](").skip(1).filter_map(|rest| rest.split(')').next())
}

/// The anchor of a heading's line.
fn anchor(line: &str) -> String {
    let title = line.trim_start_matches('#').trim().to_lowercase();
    let kept = title.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}

#[test]
fn every_reference_in_a_document_leads_somewhere() {
    let documents = texts(|file| file.extension().is_some_and(|kind| kind == "md"));
    assert!(documents.iter().any(|(file, _)| file == Path::new("README.md")), "README.md was found");
    assert_eq!(every(&documents, broken_references), Problems::new());
    let readme = Path::new("README.md");
    for mistake in ["[x](nowhere.md)", "[x](README.md#no-such-heading)", "see `shared/src/nowhere.rs`"] {
        assert_ne!(broken_references(readme, mistake), Problems::new(), "{mistake}");
    }
}

fn traces_of_a_machine(file: &Path, text: &str) -> Problems {
    // In parts, so that this file is not found.
    let traces = [
        concat!("/ro", "ot/"),
        concat!("/wo", "rk/"),
        concat!("/ho", "me/"),
        concat!("/Us", "ers/"),
        concat!("art", "ifactory"),
        concat!("index.crates", ".io"),
        concat!("static.crates", ".io"),
        concat!("pypi", ".org"),
        concat!("pythonho", "sted"),
        concat!("registry.npm", "js"),
        concat!("deb.deb", "ian.org"),
    ];
    let found = traces.iter().filter(|trace| text.contains(*trace));
    found.map(|trace| format!("{} names {trace}", file.display())).collect()
}

#[test]
fn no_file_names_a_machine_or_a_registry() {
    let all = texts(|_| true);
    assert!(all.len() > 100, "the files were found");
    assert_eq!(every(&all, traces_of_a_machine), Problems::new());
    let mistake = concat!("include!(\"/ho", "me/me/x.rs\")");
    assert_ne!(traces_of_a_machine(Path::new("x.rs"), mistake), Problems::new());
}

/// The top level is fixed: what is new goes into one of the folders.
fn strangers(entries: &BTreeSet<String>) -> Problems {
    const KNOWN: [&str; 12] = [
        "ARCHITECTURE.md",
        "Cargo.lock",
        "Cargo.toml",
        "LICENSE-APACHE",
        "LICENSE-MIT",
        "README.md",
        "functions",
        "infra",
        "samconfig.toml",
        "shared",
        "target",
        "tests",
    ];
    let strangers =
        entries.iter().filter(|entry| !entry.starts_with('.') && !KNOWN.contains(&entry.as_str()));
    strangers.map(|entry| format!("{entry} does not belong at the top level")).collect()
}

#[test]
fn the_top_level_is_what_it_was_agreed_to_be() {
    assert_eq!(strangers(&names_at_the_top()), Problems::new());
    assert_eq!(strangers(&BTreeSet::from(["scripts".to_owned()])).len(), 1);
}

/// What of `license`, as the packages declare it, is not among the files of the repository.
fn licences_without_a_text(license: &str, entries: &BTreeSet<String>) -> Problems {
    let names = license.split(" OR ").map(|id| id.split('-').next().unwrap_or(id).to_uppercase());
    let files = names.map(|name| format!("LICENSE-{name}"));
    files.filter(|file| !entries.contains(file)).map(|file| format!("{file} is missing")).collect()
}

#[test]
fn the_text_of_every_licence_is_in_the_repository() {
    let entries = names_at_the_top();
    let metadata = metadata();
    for package in packages(&metadata) {
        let license = package["license"].as_str().expect("a licence");
        assert_eq!(licences_without_a_text(license, &entries), Problems::new());
    }
    assert_eq!(licences_without_a_text("MIT OR Apache-2.0", &BTreeSet::new()).len(), 2);
}

/// The names of what lies in the root.
fn names_at_the_top() -> BTreeSet<String> {
    let entries = fs::read_dir(root()).expect("the root");
    entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect()
}

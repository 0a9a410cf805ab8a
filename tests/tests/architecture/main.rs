//! What ARCHITECTURE.md promises, held by tests. A rule is a function from what it looks at to what
//! is wrong; each is shown to hold for the repository, and to find a mistake.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]
#![expect(clippy::indexing_slicing, reason = "a JSON value answers null for what it does not hold")]

mod modules;
mod names;
mod packages;
mod repository;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use juchu_tests::source::files;
use serde_json::Value;

/// What is wrong, one sentence each.
type Problems = Vec<String>;

fn every(files: &[(PathBuf, String)], rule: impl Fn(&Path, &str) -> Problems) -> Problems {
    files.iter().flat_map(|(file, text)| rule(file, text)).collect()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().expect("the workspace's root")
}

/// Path, from the root, and content of every text file that `wanted` says.
fn texts(wanted: fn(&Path) -> bool) -> Vec<(PathBuf, String)> {
    let root = root();
    let files = files(&root, wanted).expect("the repository can be read");
    let read = |file: PathBuf| {
        let text = fs::read_to_string(&file).ok()?;
        Some((file.strip_prefix(&root).unwrap_or(&file).to_owned(), text))
    };
    files.into_iter().filter_map(read).collect()
}

/// The source of a function's library.
fn library(function: &str) -> String {
    fs::read_to_string(root().join("functions").join(function).join("src/lib.rs")).expect("a library")
}

fn metadata() -> Value {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["metadata", "--no-deps", "--offline", "--format-version=1"]).current_dir(root());
    let output = cargo.output().expect("cargo runs");
    serde_json::from_slice(&output.stdout).expect("cargo's metadata is JSON")
}

fn packages(metadata: &Value) -> impl Iterator<Item = &Value> {
    metadata["packages"].as_array().into_iter().flatten()
}

fn functions(metadata: &Value) -> impl Iterator<Item = &Value> {
    packages(metadata).filter(|package| {
        manifest(package).parent().and_then(Path::parent).is_some_and(|folder| folder.ends_with("functions"))
    })
}

fn manifest(package: &Value) -> &Path {
    Path::new(package["manifest_path"].as_str().unwrap_or_default())
}

fn packaged_functions(metadata: &Value) -> BTreeSet<&str> {
    functions(metadata).filter_map(|package| package["name"].as_str()).collect()
}

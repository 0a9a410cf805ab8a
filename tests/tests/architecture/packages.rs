//! What a package is made of, and what a function's binary does.

use std::fs;
use std::path::Path;

use juchu_tests::source::code;
use serde_json::{Value, json};

use crate::{Problems, functions, manifest, metadata, packaged_functions, packages, root};

/// The most lines of a function's wiring.
const MAX_WIRING_LINES: usize = 60;

fn functions_that_are_not_apart(metadata: &Value) -> Problems {
    let names = packaged_functions(metadata);
    let mut problems = Problems::new();
    for package in functions(metadata) {
        let name = package["name"].as_str().unwrap_or_default();
        let folder = manifest(package).parent().and_then(Path::file_name);
        if folder.is_none_or(|folder| folder != name) {
            problems.push(format!("{name} lies in another folder than its own"));
        }
        let dependencies = package["dependencies"].as_array().into_iter().flatten();
        let others =
            dependencies.filter_map(|other| other["name"].as_str()).filter(|other| names.contains(other));
        problems.extend(others.map(|other| format!("{name} depends on {other}")));
        let targets: Vec<&Value> = package["targets"].as_array().into_iter().flatten().collect();
        if !targets.iter().any(|target| target["kind"] == json!(["bin"]) && target["name"] == name) {
            problems.push(format!("{name} builds no binary of its name"));
        }
        if !targets.iter().any(|target| target["kind"] == json!(["lib"])) {
            problems.push(format!("{name} has no library, so nothing can run it without AWS"));
        }
    }
    problems
}

#[test]
fn every_function_is_a_package_a_library_and_a_binary_of_its_own() {
    let metadata = metadata();
    // The number that ADR 4 and its cost speak of.
    assert_eq!(packaged_functions(&metadata).len(), 19);
    assert_eq!(functions_that_are_not_apart(&metadata), Problems::new());
    let package = |change: fn(&mut Value)| {
        let mut package = functions(&metadata).next().expect("a function").clone();
        change(&mut package);
        functions_that_are_not_apart(&json!({ "packages": [package] }))
    };
    assert_ne!(
        package(|package| package["dependencies"] = json!([{ "name": package["name"] }])),
        Problems::new()
    );
    assert_ne!(package(|package| package["targets"] = json!([])), Problems::new());
    assert_ne!(package(|package| package["name"] = json!("other")), Problems::new());
}

fn packages_that_go_their_own_way(manifest: &str, text: &str) -> Problems {
    let inherited = ["version", "edition", "rust-version", "license", "publish"];
    let missing = inherited.iter().map(|key| format!("{key}.workspace = true"));
    let missing = missing.chain(["[lints]\nworkspace = true".to_owned()]);
    missing.filter(|line| !text.contains(line)).map(|line| format!("{manifest} lacks `{line}`")).collect()
}

#[test]
fn every_package_has_the_workspaces_lints_edition_and_licence() {
    for package in packages(&metadata()) {
        let path = manifest(package);
        let text = fs::read_to_string(path).expect("a manifest");
        assert_eq!(packages_that_go_their_own_way(&path.display().to_string(), &text), Problems::new());
    }
    assert_ne!(packages_that_go_their_own_way("x", "[package]\nversion = \"1.0.0\""), Problems::new());
}

fn wiring_that_does_more(name: &str, text: &str) -> Problems {
    let mut problems = Problems::new();
    let lines = text.lines().count();
    if lines > MAX_WIRING_LINES {
        problems
            .push(format!("{name}/src/main.rs has {lines} lines; more than wiring belongs into its library"));
    }
    if code(text).contains("if ") {
        problems.push(format!("{name}/src/main.rs decides something"));
    }
    problems
}

#[test]
fn a_functions_main_only_wires() {
    for package in functions(&metadata()) {
        let name = package["name"].as_str().expect("a name");
        let text =
            fs::read_to_string(root().join("functions").join(name).join("src/main.rs")).expect("a main");
        assert_eq!(wiring_that_does_more(name, &text), Problems::new());
    }
    assert_ne!(wiring_that_does_more("x", &"\n".repeat(MAX_WIRING_LINES + 1)), Problems::new());
    assert_ne!(wiring_that_does_more("x", "fn main() { if order.is_paid() {} }"), Problems::new());
}

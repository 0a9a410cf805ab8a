//! What ARCHITECTURE.md promises, held by tests. A rule is a function from what it looks at to what
//! is wrong; each is shown to hold for the repository, and to find a mistake.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]
#![expect(clippy::indexing_slicing, reason = "a JSON value answers null for what it does not hold")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::process::Command;

use juchu::app::message::{Stage, routes};
use juchu::domain::event::EventKind;
use juchu::lambda::routes::ROUTES;
use juchu_tests::source::{code, files, paths};
use serde_json::{Value, json};

/// What is wrong, one sentence each.
type Problems = Vec<String>;

/// The modules of the shared crate, and what each may know.
const KNOWS: [(&str, &[&str]); 5] = [
    ("domain", &["domain"]),
    ("app", &["app", "domain"]),
    ("adapters", &["adapters", "app", "domain"]),
    ("lambda", &["lambda", "adapters", "app", "domain"]),
    ("testing", &["testing", "adapters", "app", "domain"]),
];

/// The crates `domain` may use: values, their shapes, and nothing that acts.
const DOMAIN_CRATES: [&str; 7] = ["jiff", "lettre", "serde", "serde_json", "thiserror", "utoipa", "uuid"];
/// What of the standard library acts.
const ACTING: [&str; 7] = ["env", "fs", "io", "net", "process", "thread", "time"];
/// What takes the time or chance from the machine.
const IMPURE: [(&str, &str); 5] =
    [("Timestamp", "now"), ("Zoned", "now"), ("SystemTime", "now"), ("Uuid", "new_v4"), ("Uuid", "now_v7")];

/// The most lines of a function's wiring.
const MAX_WIRING_LINES: usize = 60;

// ---------------------------------------------------------------------------------------------------
// Modules
// ---------------------------------------------------------------------------------------------------

/// The module a file of the shared crate is: `src/app/mail/mod.rs` is `app`, `mail`.
fn module(file: &Path) -> Vec<String> {
    let below_src = file.components().skip_while(|part| part.as_os_str() != "src").skip(1);
    let names = below_src.filter_map(|part| match part {
        Component::Normal(name) => name.to_str().map(|name| name.trim_end_matches(".rs").to_owned()),
        Component::Prefix(_) | Component::RootDir | Component::CurDir | Component::ParentDir => None,
    });
    names.filter(|name| name != "mod").collect()
}

/// The modules of the shared crate that `text`, the content of `file`, reaches into.
fn reached(file: &Path, text: &str) -> BTreeSet<String> {
    let here = module(file);
    let top = |path: Vec<String>| {
        let supers = path.iter().take_while(|name| *name == "super").count();
        match path.first()?.as_str() {
            "crate" => path.get(1).cloned(),
            "super" if supers >= here.len() => path.get(supers).cloned(),
            _ => None,
        }
    };
    let known = |name: &String| KNOWS.iter().any(|(module, _)| module == name);
    paths(&code(text)).into_iter().filter_map(top).filter(known).collect()
}

fn wrong_directions(file: &Path, text: &str) -> Problems {
    let here = module(file);
    let Some((name, allowed)) = KNOWS.iter().find(|(name, _)| here.first().is_some_and(|top| top == name))
    else {
        return Problems::new();
    };
    let reached = reached(file, text).into_iter();
    reached
        .filter(|other| !allowed.contains(&other.as_str()))
        .map(|other| format!("{}: {name} knows {other}", file.display()))
        .collect()
}

#[test]
fn the_shared_modules_point_from_the_edge_to_the_domain() {
    assert_eq!(every(&shared_sources(), wrong_directions), Problems::new());
    let finds = |file: &str, text: &str| assert_ne!(wrong_directions(Path::new(file), text), Problems::new());
    finds("shared/src/domain/order.rs", "use crate::app::ports::Clock;");
    finds("shared/src/domain/order.rs", "fn f() { super::super::app::ports::f(); }");
    finds("shared/src/app/ports.rs", "use crate::{adapters::dynamo, domain};");
    finds("shared/src/adapters/sqs.rs", "type X = crate::lambda::http::Problem;");
    finds("shared/src/adapters/mod.rs", "use super::testing::Fakes;");
}

#[test]
fn every_module_of_the_shared_crate_has_its_place_in_the_directions() {
    let root = Path::new("shared/src");
    let top: BTreeSet<String> =
        shared_sources().iter().filter_map(|(file, _)| module(file).into_iter().next()).collect();
    let known: BTreeSet<String> =
        KNOWS.iter().map(|(name, _)| (*name).to_owned()).chain(["lib".to_owned()]).collect();
    assert_eq!(top, known, "{}", root.display());
}

fn domain_that_acts(dependencies: &BTreeSet<String>, file: &Path, text: &str) -> Problems {
    let mut problems = Problems::new();
    for path in paths(&code(text)) {
        let (first, second) = (path[0].as_str(), path[1].as_str());
        let foreign = dependencies.contains(first) && !DOMAIN_CRATES.contains(&first);
        let acting = first == "std" && ACTING.contains(&second);
        let impure = path.windows(2).any(|pair| IMPURE.contains(&(pair[0].as_str(), pair[1].as_str())));
        if foreign || acting || impure {
            problems.push(format!("{}: the domain uses {}", file.display(), path.join("::")));
        }
    }
    problems
}

#[test]
fn the_domain_is_pure() {
    let dependencies = dependencies_of_the_shared_crate();
    let rule = |file: &Path, text: &str| domain_that_acts(&dependencies, file, text);
    let domain: Vec<_> =
        shared_sources().into_iter().filter(|(file, _)| file.starts_with("shared/src/domain")).collect();
    assert!(domain.len() > 20, "the domain was found");
    assert_eq!(every(&domain, rule), Problems::new());
    for mistake in [
        "use tokio::time::sleep;",
        "use aws_sdk_dynamodb::Client;",
        "fn f() { tracing::info!(\"\"); }",
        "use http::StatusCode;",
        "let now = Timestamp::now();",
        "use std::{collections::BTreeMap, time::Instant};",
        "let id = uuid::Uuid::new_v4();",
    ] {
        assert_ne!(rule(Path::new("shared/src/domain/order.rs"), mistake), Problems::new(), "{mistake}");
    }
}

fn aws_outside_its_place(file: &Path, text: &str) -> Problems {
    let place = file.starts_with("shared/src/adapters") || file == Path::new("shared/src/lambda/aws.rs");
    let paths = paths(&code(text)).into_iter();
    let clients = paths.filter(|path| !place && path[0].starts_with("aws_sdk"));
    clients.map(|path| format!("{}: {} belongs into an adapter", file.display(), path.join("::"))).collect()
}

#[test]
fn only_the_adapters_speak_to_aws() {
    let ours = |file: &Path| file.starts_with("shared") || file.starts_with("functions");
    let sources: Vec<_> = rust_sources().into_iter().filter(|(file, _)| ours(file)).collect();
    assert_eq!(every(&sources, aws_outside_its_place), Problems::new());
    let mistake = "async fn f(client: &aws_sdk_sqs::Client) {}";
    assert_ne!(aws_outside_its_place(Path::new("functions/ship-order/src/lib.rs"), mistake), Problems::new());
}

fn scans(file: &Path, text: &str) -> Problems {
    let scans = code(text).contains(".scan()");
    scans.then(|| format!("{} scans a table", file.display())).into_iter().collect()
}

#[test]
fn nothing_scans_the_table() {
    assert_eq!(every(&shared_sources(), scans), Problems::new());
    assert_ne!(scans(Path::new("x.rs"), "client.scan().send()"), Problems::new());
}

// ---------------------------------------------------------------------------------------------------
// Packages
// ---------------------------------------------------------------------------------------------------

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
    assert_eq!(packaged_functions(&metadata).len(), 16);
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

// ---------------------------------------------------------------------------------------------------
// The tables: stages, routes, functions, use cases
// ---------------------------------------------------------------------------------------------------

fn disagreements(functions: &BTreeSet<&str>) -> Problems {
    let expected = juchu_tests::function_names();
    let missing = expected.difference(functions).map(|name| format!("functions/{name} is missing"));
    let surplus = functions.difference(&expected).map(|name| format!("nothing leads to functions/{name}"));
    missing.chain(surplus).collect()
}

#[test]
fn stages_routes_and_functions_agree() {
    let metadata = metadata();
    let functions = packaged_functions(&metadata);
    assert_eq!(disagreements(&functions), Problems::new());
    let mut fewer = functions.clone();
    fewer.remove("ship-order");
    assert_eq!(disagreements(&fewer), ["functions/ship-order is missing"]);
    let mut more = functions;
    more.insert("print-labels");
    assert_eq!(disagreements(&more), ["nothing leads to functions/print-labels"]);
}

#[test]
fn every_stage_is_reached_by_an_event() {
    let reached: BTreeSet<Stage> = EventKind::ALL.iter().flat_map(|kind| routes(*kind)).copied().collect();
    assert_eq!(reached, BTreeSet::from(Stage::ALL));
}

fn routes_not_answered(function: &str, text: &str) -> Problems {
    let ours = ROUTES.iter().filter(|route| route.function == function);
    // The only route of a function needs no look at its key.
    let several = ours.clone().count() > 1;
    let unanswered = ours.filter(|route| several && !text.contains(&format!("\"{}\"", route.key)));
    unanswered.map(|route| format!("{function} does not answer {}", route.key)).collect()
}

#[test]
fn every_function_answers_its_routes() {
    for package in functions(&metadata()) {
        let name = package["name"].as_str().expect("a name");
        assert_eq!(routes_not_answered(name, &library(name)), Problems::new());
    }
    assert_eq!(routes_not_answered("operate-order", "match key {}").len(), 2);
}

/// The function that has the use case of another: its reports are commands like those of staff.
const BORROWED: (&str, &str) = ("receive-fulfilment", "operate_order");

/// Why a function has no use case of its own name.
fn nameless(function: &str, text: &str, use_cases: &BTreeSet<String>) -> Problems {
    let own = function.replace('-', "_");
    let name = if function == BORROWED.0 { BORROWED.1 } else { &own };
    // The relay reaches its own through `lambda::stream`, which takes the batch apart.
    let named = function == "relay-events"
        || paths(&code(text)).iter().any(|path| path.iter().any(|part| part == name));
    let mut problems = Problems::new();
    if !use_cases.contains(name) {
        problems.push(format!("shared/src/app/{name}.rs is missing"));
    }
    if !named {
        problems.push(format!("functions/{function} does not use juchu::app::{name}"));
    }
    problems
}

/// "Where does an order become shipped?" is answered by one word: the function, its use case, and
/// the type that carries it out are called alike.
#[test]
fn every_function_has_the_use_case_of_its_name() {
    let use_cases = fs::read_dir(root().join("shared/src/app")).expect("the use cases");
    let use_cases: BTreeSet<String> =
        use_cases.filter_map(|entry| Some(entry.ok()?.path().file_stem()?.to_str()?.to_owned())).collect();
    for package in functions(&metadata()) {
        let name = package["name"].as_str().expect("a name");
        let text = library(name);
        assert_eq!(nameless(name, &text, &use_cases), Problems::new());
    }
    assert_eq!(nameless("print-labels", "", &use_cases).len(), 2);
}

// ---------------------------------------------------------------------------------------------------
// Documents, and what must not be in any file
// ---------------------------------------------------------------------------------------------------

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

// ---------------------------------------------------------------------------------------------------
// Tools
// ---------------------------------------------------------------------------------------------------

/// The names of what lies in the root.
fn names_at_the_top() -> BTreeSet<String> {
    let entries = fs::read_dir(root()).expect("the root");
    entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect()
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

fn rust_sources() -> Vec<(PathBuf, String)> {
    texts(|file| file.extension().is_some_and(|kind| kind == "rs"))
}

/// The shared crate's own code, the modules that exist for its tests left out.
fn shared_sources() -> Vec<(PathBuf, String)> {
    let sources: Vec<_> =
        rust_sources().into_iter().filter(|(file, _)| file.starts_with("shared/src")).collect();
    let test_modules: Vec<PathBuf> =
        sources.iter().flat_map(|(file, text)| test_modules(file, text)).collect();
    let is_test = |file: &Path| {
        test_modules.iter().any(|module| file.starts_with(module) || file == module.with_extension("rs"))
    };
    sources.into_iter().filter(|(file, _)| !is_test(file)).collect()
}

/// The modules that a file declares for tests only, as paths without an ending.
fn test_modules(file: &Path, text: &str) -> Vec<PathBuf> {
    let is_root = file.ends_with("mod.rs") || file.ends_with("lib.rs");
    let folder = if is_root { file.with_file_name("") } else { file.with_extension("") };
    let declared = text.split("#[cfg(test)]\nmod ").skip(1);
    let names = declared.filter_map(|rest| rest.split_once(';').map(|(name, _)| name));
    names.filter(|name| !name.contains(char::is_whitespace)).map(|name| folder.join(name)).collect()
}

fn every(files: &[(PathBuf, String)], rule: impl Fn(&Path, &str) -> Problems) -> Problems {
    files.iter().flat_map(|(file, text)| rule(file, text)).collect()
}

fn metadata() -> Value {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["metadata", "--no-deps", "--offline", "--format-version=1"]).current_dir(root());
    let output = cargo.output().expect("cargo runs");
    serde_json::from_slice(&output.stdout).expect("cargo's metadata is JSON")
}

/// The crates that the shared crate depends on, as they are called in code.
fn dependencies_of_the_shared_crate() -> BTreeSet<String> {
    let metadata = metadata();
    let shared = packages(&metadata).find(|package| package["name"] == "juchu").expect("the shared crate");
    let names =
        shared["dependencies"].as_array().into_iter().flatten().filter_map(|one| one["name"].as_str());
    names.map(|name| name.replace('-', "_")).collect()
}

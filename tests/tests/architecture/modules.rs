//! What the modules of the shared crate know of each other, and of the world.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use juchu_tests::source::{code, paths};

use crate::{Problems, every, metadata, packages, texts};

/// The modules of the shared crate, and what each may know.
const KNOWS: [(&str, &[&str]); 5] = [
    ("domain", &["domain"]),
    ("app", &["app", "domain"]),
    ("adapters", &["adapters", "app", "domain"]),
    ("lambda", &["lambda", "adapters", "app", "domain"]),
    ("testing", &["testing", "adapters", "app", "domain"]),
];

/// The crates `domain` may use: values, their shapes, and nothing that acts.
const DOMAIN_CRATES: [&str; 8] =
    ["jiff", "lettre", "serde", "serde_json", "thiserror", "unicode_normalization", "utoipa", "uuid"];
/// What of the standard library acts.
const ACTING: [&str; 7] = ["env", "fs", "io", "net", "process", "thread", "time"];
/// What takes the time or chance from the machine.
const IMPURE: [(&str, &str); 5] =
    [("Timestamp", "now"), ("Zoned", "now"), ("SystemTime", "now"), ("Uuid", "new_v4"), ("Uuid", "now_v7")];

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

/// The crates that the shared crate depends on, as they are called in code.
fn dependencies_of_the_shared_crate() -> BTreeSet<String> {
    let metadata = metadata();
    let shared = packages(&metadata).find(|package| package["name"] == "juchu").expect("the shared crate");
    let names =
        shared["dependencies"].as_array().into_iter().flatten().filter_map(|one| one["name"].as_str());
    names.map(|name| name.replace('-', "_")).collect()
}

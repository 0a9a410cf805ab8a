//! Stages, routes, functions and use cases: one word for each, and all of them there.

use std::collections::BTreeSet;
use std::fs;

use juchu::app::message::{Stage, routes};
use juchu::domain::event::EventKind;
use juchu::lambda::routes::ROUTES;
use juchu_tests::source::{code, paths};

use crate::{Problems, functions, library, metadata, packaged_functions, root};

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
    let of_orders = EventKind::ALL.iter().flat_map(|kind| routes(*kind)).copied();
    // A file of orders is no event of an order.
    let reached: BTreeSet<Stage> = of_orders.chain([Stage::TakeUpload]).collect();
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

//! Rules of our own for `infra/template.yaml`, beyond what cfn-lint knows.
//!
//! A rule is a function from the template to what is wrong with it. Each is shown to hold for the
//! template of the repository, and to find a mistake that is put in.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]
#![expect(clippy::indexing_slicing, reason = "a JSON value answers null for what it does not hold")]

mod api;
mod data;
mod functions;
mod operation;
mod permissions;
mod queues;

use juchu_tests::template::Template;
use serde_json::Value;

/// What is wrong, one sentence each.
type Problems = Vec<String>;

fn template() -> Template {
    Template::of_the_repository().expect("infra/template.yaml can be read")
}

fn holds(rule: fn(&Template) -> Problems) {
    assert_eq!(rule(&template()), Problems::new());
}

/// The rule objects once `value` stands at `path` below the template's resources.
fn finds(rule: fn(&Template) -> Problems, path: &str, value: Value) {
    let mistaken = template().with(&format!("/Resources/{path}"), value).expect("a place for the mistake");
    assert_ne!(rule(&mistaken), Problems::new(), "the mistake at {path} was not found");
}

/// Ids and properties of all functions.
fn functions(template: &Template) -> impl Iterator<Item = (&str, &Value)> {
    template.of_type("AWS::Serverless::Function")
}

/// Where the properties of the resource `id` are not as `expected`.
fn wrong_properties(template: &Template, id: &str, expected: &Value) -> Problems {
    deviations(id, Some(template.properties(id)), expected)
}

/// Where `actual` has something else than `expected`; members that `expected` does not name are free.
fn deviations(place: &str, actual: Option<&Value>, expected: &Value) -> Problems {
    match (expected, actual) {
        (Value::Object(members), Some(actual)) => members
            .iter()
            .flat_map(|(key, member)| deviations(&format!("{place}/{key}"), actual.get(key), member))
            .collect(),
        (_, Some(actual)) if actual == expected => Problems::new(),
        (_, Some(actual)) => vec![format!("{place} is {actual}, not {expected}")],
        (_, None) => vec![format!("{place} is missing, not {expected}")],
    }
}

/// The elements of an array, if it is one.
fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

//! The functions: what they are built from, told, and where they log.

use std::collections::BTreeSet;
use std::path::Path;

use juchu::app::message::Stage;
use juchu::lambda::settings::queue_variable;
use juchu_tests::function_names;
use juchu_tests::template::{Template, pascal_case, target};
use serde_json::json;

use crate::{Problems, deviations, finds, functions, holds, template};

/// What a function is told beside `TABLE_NAME` and, where it reads a queue or the stream, `DEAD_LETTER_QUEUE_URL`.
const FURTHER_ENVIRONMENT: [(&str, &[&str]); 7] = [
    ("receive-order", &["ARCHIVE_BUCKET"]),
    ("take-upload", &["ARCHIVE_BUCKET"]),
    ("collect-payment", &["PAYMENT_PROVIDER"]),
    ("manage-merchant", &["MAIL_DOMAIN"]),
    ("release-order", &["ARCHIVE_BUCKET", "WAREHOUSE_QUEUE_URL"]),
    ("notify-customer", &["MAIL_CONFIGURATION_SET"]),
    ("report-channel", &["CHANNEL_REPORTS_QUEUE_URL"]),
];

fn functions_other_than<'a>(template: &Template, names: impl IntoIterator<Item = &'a str>) -> Problems {
    let expected: BTreeSet<String> = names.into_iter().map(pascal_case).collect();
    let found: BTreeSet<String> = functions(template).map(|(id, _)| id.to_owned()).collect();
    let missing = expected.difference(&found).map(|id| format!("no function {id}"));
    let surplus = found.difference(&expected).map(|id| format!("nothing to build {id} from"));
    missing.chain(surplus).collect()
}

#[test]
fn every_package_in_functions_is_one_function_of_the_template_and_the_other_way_round() {
    let packages = packages();
    let rule = |template: &Template| functions_other_than(template, packages.iter().map(String::as_str));
    assert_eq!(rule(&template()), Problems::new());
    assert_eq!(rule(&template().without("PostSales").expect("a stage")), ["no function PostSales"]);
}

#[test]
fn the_functions_are_the_stages_and_what_surrounds_them() {
    let rule = |template: &Template| functions_other_than(template, function_names());
    assert_eq!(rule(&template()), Problems::new());
    assert_eq!(rule(&template().without("ShipOrder").expect("a stage")), ["no function ShipOrder"]);
}

fn functions_not_built_from_their_package(template: &Template) -> Problems {
    function_names()
        .into_iter()
        .flat_map(|name| {
            let id = pascal_case(name);
            let expected = json!({
                "Metadata": { "BuildMethod": "rust-cargolambda", "BuildProperties": { "Binary": name } },
                "Properties": {
                    "CodeUri": format!("../functions/{name}"),
                    "FunctionName": { "Fn::Sub": format!("${{AWS::StackName}}-{name}") },
                },
            });
            deviations(&id, template.at(&format!("/Resources/{id}")), &expected)
        })
        .collect()
}

#[test]
fn every_function_is_built_from_the_package_of_its_name() {
    holds(functions_not_built_from_their_package);
    finds(
        functions_not_built_from_their_package,
        "PostSales/Properties/CodeUri",
        json!("../functions/ship-order"),
    );
}

fn environments_too_wide_or_too_narrow(template: &Template) -> Problems {
    let mut problems = Problems::new();
    for name in function_names() {
        let id = pascal_case(name);
        let mut expected: BTreeSet<String> = match name {
            "relay-events" => Stage::ALL.map(queue_variable).into(),
            _ => BTreeSet::from(["TABLE_NAME".to_owned()]),
        };
        if Stage::from_name(name).is_some() || name == "relay-events" {
            expected.insert("DEAD_LETTER_QUEUE_URL".to_owned());
        }
        let further = FURTHER_ENVIRONMENT.iter().filter(|(function, _)| *function == name);
        expected.extend(further.flat_map(|(_, variables)| variables.iter().map(ToString::to_string)));

        let variables = &template.properties(&id)["Environment"]["Variables"];
        let found: BTreeSet<String> =
            variables.as_object().into_iter().flatten().map(|(k, _)| k.clone()).collect();
        if found != expected {
            problems.push(format!("{id} gets {found:?}, and needs {expected:?}"));
        }
    }
    problems
}

#[test]
fn every_function_gets_the_environment_it_needs_and_no_more() {
    holds(environments_too_wide_or_too_narrow);
    finds(environments_too_wide_or_too_narrow, "RelayEvents/Properties/Environment/Variables", json!({}));
}

fn functions_whose_logs_stay_for_ever(template: &Template) -> Problems {
    let keeps_for_a_time = |group: &str| template.properties(group).get("RetentionInDays").is_some();
    functions(template)
        .filter(|(_, function)| !target(&function["LoggingConfig"]["LogGroup"]).is_some_and(keeps_for_a_time))
        .map(|(id, _)| format!("{id} logs without an end"))
        .collect()
}

#[test]
fn every_function_logs_to_a_group_with_a_retention() {
    holds(functions_whose_logs_stay_for_ever);
    finds(functions_whose_logs_stay_for_ever, "ReceiveOrder/Properties/LoggingConfig", json!({}));
    finds(functions_whose_logs_stay_for_ever, "ReceiveOrderLogs/Properties", json!({}));
}

/// The names of the packages in `functions/`.
fn packages() -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../functions");
    let entries = std::fs::read_dir(folder).expect("functions/ can be read");
    entries
        .map(|entry| entry.expect("an entry of functions/").path())
        .filter(|path| path.join("Cargo.toml").is_file())
        .filter_map(|path| Some(path.file_name()?.to_str()?.to_owned()))
        .collect()
}

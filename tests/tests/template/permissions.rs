//! Permissions and secrets.

use std::collections::BTreeSet;

use juchu_tests::function_names;
use juchu_tests::template::{Template, pascal_case, target};
use serde_json::{Value, json};

use crate::{Problems, finds, functions, holds, items};

/// Actions allowed on every resource: function, action and why nothing narrower is possible.
const UNSCOPED: [(&str, &str, &str); 1] = [(
    "NotifyCustomer",
    "ses:SendRawEmail",
    "only locally; on AWS it is the identity and the configuration set",
)];

/// Every statement that allows something, with the id of the function or policy it is part of.
fn allowing_statements(template: &Template) -> Vec<(&str, &Value)> {
    let inline = functions(template).flat_map(|(id, function)| {
        let policies = items(&function["Policies"]);
        policies.flat_map(move |policy| items(&policy["Statement"]).map(move |statement| (id, statement)))
    });
    let managed = template.of_type("AWS::IAM::ManagedPolicy").flat_map(|(id, policy)| {
        items(&policy["PolicyDocument"]["Statement"]).map(move |statement| (id, statement))
    });
    inline.chain(managed).filter(|(_, statement)| statement["Effect"] == "Allow").collect()
}

fn permissions_too_wide(template: &Template) -> Problems {
    let mut problems = Problems::new();
    for (id, statement) in allowing_statements(template) {
        let actions = strings(&statement["Action"]);
        for action in actions.iter().filter(|action| action.contains('*')) {
            problems.push(format!("{id} may do {action}"));
        }
        let excused =
            |action: &&str| UNSCOPED.iter().any(|(owner, excused, _)| (*owner, *excused) == (id, *action));
        for resource in strings(&statement["Resource"]) {
            let contents_of_one = resource.strip_suffix(".Arn}/*").is_some_and(|start| !start.contains('*'));
            if resource.contains('*') && !contents_of_one && !actions.iter().all(excused) {
                problems.push(format!("{id} may do {actions:?} on {resource}"));
            }
        }
        if statement.get("NotAction").is_some() || statement.get("NotResource").is_some() {
            problems.push(format!("{id} is allowed everything but something"));
        }
    }
    for (id, function) in functions(template) {
        for policy in items(&function["Policies"]) {
            let ours = target(policy)
                .is_some_and(|policy| template.properties(policy).get("PolicyDocument").is_some());
            if !ours && policy.get("Statement").is_none() {
                problems.push(format!("{id} has the foreign policy {policy}"));
            }
        }
    }
    problems
}

#[test]
fn no_function_is_allowed_more_than_named_actions_on_named_resources() {
    holds(permissions_too_wide);
    let statement = "ShipOrder/Properties/Policies/3/Statement/0";
    finds(permissions_too_wide, &format!("{statement}/Action/0"), json!("sqs:*"));
    finds(permissions_too_wide, &format!("{statement}/Resource"), json!("*"));
    finds(
        permissions_too_wide,
        &format!("{statement}/Resource"),
        json!({ "Fn::Sub": "arn:aws:sqs:*:*:juchu-*" }),
    );
    finds(permissions_too_wide, "ShipOrder/Properties/Policies", json!(["AmazonDynamoDBFullAccess"]));
}

/// The kinds of rows that `function` writes; the kind is the beginning of a partition's key.
fn written_by(function: &str) -> BTreeSet<&'static str> {
    let kinds: &[&str] = match function {
        "relay-events" | "query-orders" => &[],
        "allocate-stock" | "ship-order" | "deliver-order" | "cancel-order" => {
            &["ORDER#*", "TALLY#*", "STOCK#*"]
        }
        "receive-order" => &["ORDER#*", "TALLY#*", "IDEMPOTENCY#*", "PAYLOAD#*", "UPLOAD#*"],
        "take-upload" => &["ORDER#*", "TALLY#*", "UPLOAD#*"],
        "operate-order" | "receive-fulfilment" => &["ORDER#*", "TALLY#*", "IDEMPOTENCY#*"],
        "collect-payment" => &["ORDER#*", "TALLY#*", "SANDBOX#*"],
        "validate-order" => &["ORDER#*", "TALLY#*", "SIGHTING#*", "SALT#*"],
        "report-channel" => &["ORDER#*", "TALLY#*", "PACE#*"],
        "manage-merchant" => {
            &["MERCHANT#*", "CHANNEL#*", "ORDER#*", "STOCK#*", "TALLY#*", "SALT#*", "IDEMPOTENCY#*"]
        }
        _ => &["ORDER#*", "TALLY#*"],
    };
    kinds.iter().copied().collect()
}

fn rows_written_by_the_wrong_function(template: &Template) -> Problems {
    let writes = ["dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"];
    let mut problems = Problems::new();
    for name in function_names() {
        let id = pascal_case(name);
        let policies = items(&template.properties(&id)["Policies"]);
        let statements = policies.flat_map(|policy| match target(policy) {
            Some(managed) => items(&template.properties(managed)["PolicyDocument"]["Statement"]),
            None => items(&policy["Statement"]),
        });
        let mut kinds = BTreeSet::new();
        for statement in statements {
            if strings(&statement["Action"]).iter().any(|action| writes.contains(action)) {
                let keys = &statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"];
                let keys = strings(keys);
                kinds.extend(if keys.is_empty() { vec!["anything"] } else { keys });
            }
        }
        if kinds != written_by(name) {
            problems.push(format!("{id} may write {kinds:?}, and writes {:?}", written_by(name)));
        }
    }
    problems
}

#[test]
fn a_function_may_write_only_the_kinds_of_rows_it_is_there_for() {
    holds(rows_written_by_the_wrong_function);
    let condition = "Properties/PolicyDocument/Statement/0/Condition";
    finds(rows_written_by_the_wrong_function, &format!("OrderWriting/{condition}"), json!({}));
    finds(
        rows_written_by_the_wrong_function,
        "NotifyCustomer/Properties/Policies/1",
        json!({ "Ref": "StockWriting" }),
    );
}

fn scans(template: &Template) -> Problems {
    let statements = allowing_statements(template).into_iter();
    statements
        .filter(|(_, statement)| strings(&statement["Action"]).contains(&"dynamodb:Scan"))
        .map(|(id, _)| format!("{id} may scan the table"))
        .collect()
}

#[test]
fn nothing_may_scan_the_table() {
    holds(scans);
    finds(scans, "TableReading/Properties/PolicyDocument/Statement/0/Action/0", json!("dynamodb:Scan"));
}

fn literal_secrets(template: &Template) -> Problems {
    let names = ["password", "secret", "apikey", "api_key", "privatekey", "private_key", "credential"];
    let secret_by_name = |name: &str| names.iter().any(|part| name.to_ascii_lowercase().contains(part));
    let secret_by_look = |text: &str| {
        let access_key = text.len() == 20 && (text.starts_with("AKIA") || text.starts_with("ASIA"));
        access_key || text.contains("-----BEGIN") || text.starts_with("Bearer ")
    };
    let mut problems = Problems::new();
    for (pointer, value) in template.scalars() {
        let Some(text) = value.as_str() else { continue };
        let name = pointer.rsplit('/').next().unwrap_or_default();
        let resolved_by_aws = text.starts_with("{{resolve:");
        if secret_by_look(text) || (secret_by_name(name) && !resolved_by_aws) {
            problems.push(format!("{pointer} is a secret in plain text"));
        }
    }
    for (name, parameter) in template.at("/Parameters").and_then(Value::as_object).into_iter().flatten() {
        if secret_by_name(name) && (parameter["NoEcho"] != true || parameter.get("Default").is_some()) {
            problems.push(format!("the parameter {name} shows a secret"));
        }
    }
    problems
}

#[test]
fn no_secret_is_written_into_the_template() {
    holds(literal_secrets);
    let variables = "ReceiveOrder/Properties/Environment/Variables";
    finds(literal_secrets, variables, json!({ "WEBHOOK_SECRET": "hush" }));
    finds(literal_secrets, variables, json!({ "KEY": format!("AKIA{}", "0".repeat(16)) }));
}

/// Every string in a value, however deep.
fn strings(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(items) => items.iter().flat_map(strings).collect(),
        Value::Object(members) => members.values().flat_map(strings).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => Vec::new(),
    }
}

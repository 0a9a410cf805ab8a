//! Rules of our own for `infra/template.yaml`, beyond what cfn-lint knows.
//!
//! A rule is a function from the template to what is wrong with it. Each is shown to hold for the
//! template of the repository, and to find a mistake that is put in.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]
#![expect(clippy::indexing_slicing, reason = "a JSON value answers null for what it does not hold")]

use std::collections::BTreeSet;
use std::path::Path;

use juchu::adapters::dynamo::table;
use juchu::app::access::Role;
use juchu::app::message::Stage;
use juchu::lambda::routes::{Caller, ROUTES, Route};
use juchu::lambda::settings::queue_variable;
use juchu_tests::function_names;
use juchu_tests::template::{Template, pascal_case, target};
use serde_json::{Value, json};

/// What is wrong, one sentence each.
type Problems = Vec<String>;

/// What a function is told beside `TABLE_NAME` and, where it reads a queue or the stream, `DEAD_LETTER_QUEUE_URL`.
const FURTHER_ENVIRONMENT: [(&str, &[&str]); 5] = [
    ("receive-order", &["ARCHIVE_BUCKET"]),
    ("collect-payment", &["PAYMENT_PROVIDER"]),
    ("manage-merchant", &["MAIL_DOMAIN"]),
    ("release-order", &["ARCHIVE_BUCKET", "WAREHOUSE_QUEUE_URL"]),
    ("notify-customer", &["MAIL_CONFIGURATION_SET"]),
];

/// How often a message is delivered before its queue gives up: at one attempt a minute, the time an
/// outage may last.
const MAX_RECEIVES: u32 = 50;

/// The stages that do not take ten messages at a time, and how many: mails go out slowly.
const BATCH_SIZES: [(Stage, u32); 1] = [(Stage::NotifyCustomer, 1)];

/// Actions allowed on every resource: function, action and why nothing narrower is possible.
const UNSCOPED: [(&str, &str, &str); 1] = [(
    "NotifyCustomer",
    "ses:SendRawEmail",
    "only locally; on AWS it is the identity and the configuration set",
)];

// ---------------------------------------------------------------------------------------------------
// Functions
// ---------------------------------------------------------------------------------------------------

fn functions(template: &Template) -> impl Iterator<Item = (&str, &Value)> {
    template.of_type("AWS::Serverless::Function")
}

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

// ---------------------------------------------------------------------------------------------------
// Queues
// ---------------------------------------------------------------------------------------------------

fn stages_without_a_safe_queue(template: &Template) -> Problems {
    let mut problems = Problems::new();
    for id in stages() {
        let (queue, dead_letters) = (format!("{id}Queue"), format!("{id}DeadLetters"));
        let expected = json!({
            "SqsManagedSseEnabled": true,
            "RedrivePolicy": {
                "deadLetterTargetArn": { "Fn::GetAtt": [dead_letters, "Arn"] },
                "maxReceiveCount": MAX_RECEIVES,
            },
        });
        problems.extend(deviations(&queue, Some(template.properties(&queue)), &expected));
        let expected = json!({ "SqsManagedSseEnabled": true, "MessageRetentionPeriod": 14 * 24 * 60 * 60 });
        problems.extend(deviations(&dead_letters, Some(template.properties(&dead_letters)), &expected));
        let parks_in = &template.properties(&id)["Environment"]["Variables"]["DEAD_LETTER_QUEUE_URL"];
        if target(parks_in) != Some(&dead_letters) {
            problems.push(format!("{id} parks messages in another queue than {dead_letters}"));
        }
    }
    problems
}

#[test]
fn every_stage_has_a_queue_with_a_dead_letter_queue_of_its_own() {
    holds(stages_without_a_safe_queue);
    finds(stages_without_a_safe_queue, "ShipOrderQueue/Properties/RedrivePolicy/maxReceiveCount", json!(1));
    finds(
        stages_without_a_safe_queue,
        "ShipOrderDeadLetters/Properties/MessageRetentionPeriod",
        json!(345_600),
    );
    finds(
        stages_without_a_safe_queue,
        "ShipOrder/Properties/Environment/Variables/DEAD_LETTER_QUEUE_URL/Ref",
        json!("PostSalesDeadLetters"),
    );
}

fn stages_not_fed_in_batches(template: &Template) -> Problems {
    Stage::ALL
        .into_iter()
        .flat_map(|stage| {
            let id = pascal_case(stage.name());
            let mapping = format!("{id}Mapping");
            let of_its_own = BATCH_SIZES.iter().find(|(exception, _)| *exception == stage);
            let batch_size = of_its_own.map_or(10, |(_, size)| *size);
            let expected = json!({
                "FunctionName": { "Ref": id },
                "EventSourceArn": { "Fn::GetAtt": [format!("{id}Queue"), "Arn"] },
                "BatchSize": batch_size,
            });
            deviations(&mapping, Some(template.properties(&mapping)), &expected)
        })
        .collect()
}

#[test]
fn every_stage_is_fed_from_its_own_queue() {
    holds(stages_not_fed_in_batches);
    finds(stages_not_fed_in_batches, "ShipOrderMapping/Properties/FunctionName/Ref", json!("PostSales"));
    finds(stages_not_fed_in_batches, "NotifyCustomerMapping/Properties/BatchSize", json!(10));
}

fn mappings_that_fail_whole_batches(template: &Template) -> Problems {
    let mappings = template.of_type("AWS::Lambda::EventSourceMapping");
    mappings
        .filter(|(_, mapping)| mapping["FunctionResponseTypes"] != json!(["ReportBatchItemFailures"]))
        .map(|(id, _)| format!("{id}: one bad message fails its batch"))
        .collect()
}

#[test]
fn every_mapping_takes_back_single_messages() {
    holds(mappings_that_fail_whole_batches);
    finds(mappings_that_fail_whole_batches, "RelayEventsMapping/Properties/FunctionResponseTypes", json!([]));
}

fn queues_visible_too_soon(template: &Template) -> Problems {
    let mappings = template.of_type("AWS::Lambda::EventSourceMapping");
    mappings
        .filter_map(|(_, mapping)| {
            let queue = target(&mapping["EventSourceArn"])?;
            let function = target(&mapping["FunctionName"])?;
            let visibility_s = template.properties(queue)["VisibilityTimeout"].as_u64()?;
            let timeout_s = template.properties(function)["Timeout"].as_u64().unwrap_or(u64::MAX / 6);
            let window_s = mapping["MaximumBatchingWindowInSeconds"].as_u64().unwrap_or(0);
            (visibility_s < 6 * timeout_s + window_s).then(|| {
                format!("{queue}: {visibility_s} s are less than six times the {timeout_s} s of {function}")
            })
        })
        .collect()
}

#[test]
fn a_message_stays_invisible_for_six_times_the_timeout_of_its_function() {
    holds(queues_visible_too_soon);
    finds(queues_visible_too_soon, "ShipOrderQueue/Properties/VisibilityTimeout", json!(59));
    finds(queues_visible_too_soon, "ShipOrder/Properties/Timeout", json!(11));
}

fn relay_mistakes(template: &Template) -> Problems {
    let mapping = template.properties("RelayEventsMapping");
    let expected = json!({
        "FunctionName": { "Ref": "RelayEvents" },
        "EventSourceArn": { "Fn::GetAtt": ["Table", "StreamArn"] },
        "StartingPosition": "TRIM_HORIZON",
        "BisectBatchOnFunctionError": true,
        "MaximumRetryAttempts": 10_000,
        "DestinationConfig": { "OnFailure": { "Destination": { "Fn::GetAtt": ["RelayEventsDeadLetters", "Arn"] } } },
    });
    let mut problems = deviations("RelayEventsMapping", Some(mapping), &expected);

    let event_row = json!({ (table::KIND_ATTRIBUTE): { "S": [table::EVENT_KIND] } });
    let new_events = json!({ "eventName": ["INSERT"], "dynamodb": { "NewImage": event_row } });
    let filters = mapping["FilterCriteria"]["Filters"].as_array();
    let patterns: Vec<Value> = filters
        .into_iter()
        .flatten()
        .filter_map(|filter| serde_json::from_str(filter["Pattern"].as_str()?).ok())
        .collect();
    if patterns != [new_events] {
        problems.push(format!("the relay is given other rows than new events: {patterns:?}"));
    }

    let relay = template.properties("RelayEvents");
    for stage in Stage::ALL {
        let queue = format!("{}Queue", pascal_case(stage.name()));
        if target(&relay["Environment"]["Variables"][queue_variable(stage)]) != Some(&queue) {
            problems.push(format!("the relay does not know the address of {queue}"));
        }
        if !relay["Policies"].to_string().contains(&format!("\"{queue}\"")) {
            problems.push(format!("the relay may not send to {queue}"));
        }
    }
    problems
}

#[test]
fn the_relay_reads_new_events_and_reaches_every_stage() {
    holds(relay_mistakes);
    finds(relay_mistakes, "RelayEventsMapping/Properties/FilterCriteria", json!({}));
    finds(relay_mistakes, "RelayEventsMapping/Properties/MaximumRetryAttempts", json!(100));
    finds(relay_mistakes, "RelayEventsMapping/Properties/DestinationConfig", json!({}));
    finds(relay_mistakes, "RelayEvents/Properties/Policies", json!([]));
    finds(
        relay_mistakes,
        "RelayEvents/Properties/Environment/Variables/QUEUE_URL_SHIP_ORDER/Ref",
        json!("PostSalesQueue"),
    );
}

// ---------------------------------------------------------------------------------------------------
// HTTP API and staff
// ---------------------------------------------------------------------------------------------------

fn route_mistakes(template: &Template) -> Problems {
    let mut problems = Problems::new();
    let routes = || template.of_type("AWS::ApiGatewayV2::Route").map(|(_, route)| route);

    let known: BTreeSet<&str> = ROUTES.iter().map(|route| route.key).collect();
    let surplus = routes().filter(|route| !route["RouteKey"].as_str().is_some_and(|key| known.contains(key)));
    problems.extend(surplus.map(|route| format!("{} is no route of the API", route["RouteKey"])));

    for Route { key, function, caller } in ROUTES {
        let found: Vec<&Value> = routes().filter(|route| route["RouteKey"] == key).collect();
        let [route] = found.as_slice() else {
            problems.push(format!("{key} is there {} times", found.len()));
            continue;
        };
        let id = pascal_case(function);
        let mut expected = json!({
            "ApiId": { "Ref": "Api" },
            "Target": { "Fn::Sub": format!("integrations/${{{id}Integration}}") },
            "AuthorizationType": "NONE",
        });
        if caller == Caller::Staff {
            expected["AuthorizationType"] = json!("JWT");
            expected["AuthorizerId"] = json!({ "Ref": "StaffAuthorizer" });
        }
        problems.extend(deviations(key, Some(route), &expected));

        let expected = json!({
            "ApiId": { "Ref": "Api" },
            "IntegrationType": "AWS_PROXY",
            "IntegrationUri": { "Fn::GetAtt": [id, "Arn"] },
            "PayloadFormatVersion": "2.0",
        });
        problems.extend(deviations(key, Some(template.properties(&format!("{id}Integration"))), &expected));
        let expected = json!({ "FunctionName": { "Ref": id }, "Principal": "apigateway.amazonaws.com" });
        problems.extend(deviations(key, Some(template.properties(&format!("{id}Permission"))), &expected));
    }
    problems
}

#[test]
fn the_routes_are_those_of_the_api_and_lead_to_their_functions() {
    holds(route_mistakes);
    finds(route_mistakes, "ReceiveOrderRoute/Properties/RouteKey", json!("POST /v1/orders"));
    finds(route_mistakes, "GetOrderRoute/Properties/Target", json!("integrations/elsewhere"));
    finds(route_mistakes, "ManageMerchantPermission/Properties/FunctionName/Ref", json!("QueryOrders"));
}

#[test]
fn every_staff_route_demands_a_token() {
    for (id, access) in [("GetOrderRoute", "NONE"), ("ReceiveStockRoute", "NONE"), ("GetOpenApiRoute", "JWT")]
    {
        finds(route_mistakes, &format!("{id}/Properties/AuthorizationType"), json!(access));
    }
}

fn staff_mistakes(template: &Template) -> Problems {
    let authorizer = json!({
        "AuthorizerType": "JWT",
        "JwtConfiguration": {
            "Issuer": { "Fn::Sub": "https://cognito-idp.${AWS::Region}.${AWS::URLSuffix}/${StaffPool}" },
            "Audience": [{ "Ref": "StaffClient" }],
        },
    });
    let pool = json!({ "AdminCreateUserConfig": { "AllowAdminCreateUserOnly": true } });
    let client = json!({
        "UserPoolId": { "Ref": "StaffPool" },
        "ReadAttributes": ["name", "custom:merchants"],
        "WriteAttributes": ["name"],
    });
    let mut problems =
        deviations("StaffAuthorizer", Some(template.properties("StaffAuthorizer")), &authorizer);
    problems.extend(deviations("StaffPool", Some(template.properties("StaffPool")), &pool));
    problems.extend(deviations("StaffClient", Some(template.properties("StaffClient")), &client));

    let groups = template.of_type("AWS::Cognito::UserPoolGroup");
    let roles: BTreeSet<&str> = groups.filter_map(|(_, group)| group["GroupName"].as_str()).collect();
    if roles != BTreeSet::from(Role::ALL.map(Role::name)) {
        problems.push(format!("the groups of the pool are {roles:?}"));
    }
    problems
}

#[test]
fn staff_are_made_by_an_administrator_and_cannot_widen_their_own_scope() {
    holds(staff_mistakes);
    finds(staff_mistakes, "StaffClient/Properties/WriteAttributes", json!(["name", "custom:merchants"]));
    finds(staff_mistakes, "StaffPool/Properties/AdminCreateUserConfig", json!({}));
    finds(staff_mistakes, "StaffAuthorizer/Properties/JwtConfiguration/Audience", json!([]));
    finds(staff_mistakes, "AuditorGroup/Properties/GroupName", json!("ADMINISTRATOR"));
}

// ---------------------------------------------------------------------------------------------------
// Data
// ---------------------------------------------------------------------------------------------------

fn table_mistakes(template: &Template) -> Problems {
    let mut problems = deviations(
        "Table",
        template.at("/Resources/Table"),
        &json!({
            "DeletionPolicy": "RetainExceptOnCreate",
            "UpdateReplacePolicy": "Retain",
            "Properties": {
                "BillingMode": "PAY_PER_REQUEST",
                "KeySchema": key_schema(table::KEY),
                "StreamSpecification": { "StreamViewType": "NEW_IMAGE" },
                "TimeToLiveSpecification": { "AttributeName": table::TTL_ATTRIBUTE, "Enabled": true },
                "PointInTimeRecoverySpecification": { "PointInTimeRecoveryEnabled": true },
                "SSESpecification": { "SSEEnabled": true },
                "DeletionProtectionEnabled": { "Fn::If": ["IsProduction", true, false] },
            },
        }),
    );
    let indexes = table::INDEXES.map(|index| {
        let projection = match index.carries {
            [] => json!({ "ProjectionType": "KEYS_ONLY" }),
            carries => json!({ "ProjectionType": "INCLUDE", "NonKeyAttributes": carries }),
        };
        json!({ "IndexName": index.name, "KeySchema": key_schema(index.key), "Projection": projection })
    });
    problems.extend(deviations(
        "Table",
        Some(template.properties("Table")),
        &json!({ "GlobalSecondaryIndexes": indexes }),
    ));
    problems
}

#[test]
fn the_table_is_encrypted_recoverable_and_streams_what_is_written() {
    holds(table_mistakes);
    for lost in
        ["StreamSpecification", "TimeToLiveSpecification", "SSESpecification", "GlobalSecondaryIndexes"]
    {
        finds(table_mistakes, &format!("Table/Properties/{lost}"), Value::Null);
    }
    let recovery = "Table/Properties/PointInTimeRecoverySpecification/PointInTimeRecoveryEnabled";
    finds(table_mistakes, recovery, json!(false));
}

fn archive_mistakes(template: &Template) -> Problems {
    let archive = json!({
        "DeletionPolicy": "RetainExceptOnCreate",
        "Properties": {
            "BucketEncryption": {
                "ServerSideEncryptionConfiguration": [{ "ServerSideEncryptionByDefault": { "SSEAlgorithm": "AES256" } }],
            },
            "VersioningConfiguration": { "Status": "Enabled" },
            "PublicAccessBlockConfiguration": {
                "BlockPublicAcls": true,
                "BlockPublicPolicy": true,
                "IgnorePublicAcls": true,
                "RestrictPublicBuckets": true,
            },
        },
    });
    let mut problems = deviations("Archive", template.at("/Resources/Archive"), &archive);
    let rules = template.properties("Archive")["LifecycleConfiguration"]["Rules"].as_array();
    if !rules.is_some_and(|rules| rules.iter().any(|rule| rule["ExpirationInDays"].as_u64() >= Some(7 * 365)))
    {
        problems.push("Archive: nothing is kept for seven years and then removed".to_owned());
    }
    let only_over_tls = json!({
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Condition": { "Bool": { "aws:SecureTransport": "false" } },
    });
    let policy = template.at("/Resources/ArchivePolicy/Properties/PolicyDocument/Statement/0");
    problems.extend(deviations("ArchivePolicy", policy, &only_over_tls));
    problems
}

#[test]
fn the_archive_is_private_encrypted_versioned_and_read_over_tls_only() {
    holds(archive_mistakes);
    finds(
        archive_mistakes,
        "Archive/Properties/PublicAccessBlockConfiguration/BlockPublicPolicy",
        json!(false),
    );
    finds(archive_mistakes, "Archive/Properties/LifecycleConfiguration/Rules", json!([]));
    finds(archive_mistakes, "ArchivePolicy/Properties/PolicyDocument/Statement/0/Effect", json!("Allow"));
}

// ---------------------------------------------------------------------------------------------------
// Permissions and secrets
// ---------------------------------------------------------------------------------------------------

/// Every statement that allows something, with the id of the function or policy it is part of.
fn allowing_statements(template: &Template) -> Vec<(&str, &Value)> {
    let inline = functions(template).flat_map(|(id, function)| {
        let policies = function["Policies"].as_array().into_iter().flatten();
        policies.flat_map(move |policy| {
            policy["Statement"].as_array().into_iter().flatten().map(move |s| (id, s))
        })
    });
    let managed = template.of_type("AWS::IAM::ManagedPolicy").flat_map(|(id, policy)| {
        policy["PolicyDocument"]["Statement"].as_array().into_iter().flatten().map(move |s| (id, s))
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
        for policy in function["Policies"].as_array().into_iter().flatten() {
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
        "allocate-stock" | "ship-order" | "deliver-order" | "cancel-order" => &["ORDER#*", "STOCK#*"],
        "receive-order" | "operate-order" | "receive-fulfilment" => &["ORDER#*", "IDEMPOTENCY#*"],
        "collect-payment" => &["ORDER#*", "SANDBOX#*"],
        "manage-merchant" => &["MERCHANT#*", "CHANNEL#*", "STOCK#*", "IDEMPOTENCY#*"],
        _ => &["ORDER#*"],
    };
    kinds.iter().copied().collect()
}

fn rows_written_by_the_wrong_function(template: &Template) -> Problems {
    let writes = ["dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"];
    let mut problems = Problems::new();
    for name in function_names() {
        let id = pascal_case(name);
        let policies = template.properties(&id)["Policies"].as_array().into_iter().flatten();
        let statements = policies.flat_map(|policy| {
            match target(policy) {
                Some(managed) => &template.properties(managed)["PolicyDocument"]["Statement"],
                None => &policy["Statement"],
            }
            .as_array()
            .into_iter()
            .flatten()
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

// ---------------------------------------------------------------------------------------------------
// Alarms and outputs
// ---------------------------------------------------------------------------------------------------

fn unwatched(template: &Template) -> Problems {
    let alarms = || template.of_type("AWS::CloudWatch::Alarm");
    let watched = |metric: &str, id: &str| {
        alarms().any(|(_, alarm)| {
            alarm["MetricName"] == metric && target(&alarm["Dimensions"][0]["Value"]) == Some(id)
        })
    };
    let mut problems = Problems::new();
    let mut demand = |metric: &str, id: &str| {
        if !watched(metric, id) {
            problems.push(format!("no alarm on {metric} of {id}"));
        }
    };
    for (id, _) in template.of_type("AWS::SQS::Queue") {
        let metric = if id.ends_with("DeadLetters") {
            "ApproximateNumberOfMessagesVisible"
        } else {
            "ApproximateAgeOfOldestMessage"
        };
        demand(metric, id);
    }
    for (id, _) in functions(template) {
        demand("Errors", id);
    }
    demand("IteratorAge", "RelayEvents");
    demand("5xx", "Api");

    for metric in ["StalledOrders", "UnwokenOrders"] {
        let reports = |alarm: &Value| {
            alarm["Namespace"] == json!({ "Ref": "AWS::StackName" })
                && alarm["MetricName"] == metric
                && alarm["Dimensions"] == json!([{ "Name": "operation", "Value": "run-timers" }])
        };
        if !alarms().any(|(_, alarm)| reports(alarm)) {
            problems.push(format!("no alarm on {metric}"));
        }
    }
    let namespace = template.at("/Globals/Function/Environment/Variables/METRICS_NAMESPACE");
    problems.extend(deviations("METRICS_NAMESPACE", namespace, &json!({ "Ref": "AWS::StackName" })));
    let to_the_topic =
        json!({ "Fn::If": ["HasAlarmTopic", [{ "Ref": "AlarmTopicArn" }], { "Ref": "AWS::NoValue" }] });
    let silent = alarms().filter(|(_, alarm)| alarm["AlarmActions"] != to_the_topic);
    problems.extend(silent.map(|(id, _)| format!("{id} tells nobody")));
    problems
}

#[test]
fn every_dead_letter_queue_queue_and_function_is_watched_by_an_alarm() {
    holds(unwatched);
    for alarm in [
        "PostSalesDeadLettersAlarm",
        "PostSalesQueueAgeAlarm",
        "PostSalesErrorsAlarm",
        "RelayEventsAgeAlarm",
        "StalledOrdersAlarm",
        "UnwokenOrdersAlarm",
    ] {
        assert_eq!(unwatched(&template().without(alarm).expect("an alarm")).len(), 1, "{alarm}");
    }
    finds(unwatched, "PostSalesErrorsAlarm/Properties/AlarmActions", json!([]));
    finds(unwatched, "StalledOrdersAlarm/Properties/Namespace", json!("juchu"));
}

fn outputs_missing(template: &Template) -> Problems {
    let queues = template.of_type("AWS::SQS::Queue").map(|(id, _)| (format!("{id}Url"), id));
    let others = [
        ("TableName", "Table"),
        ("ArchiveBucketName", "Archive"),
        ("UserPoolId", "StaffPool"),
        ("UserPoolClientId", "StaffClient"),
        ("ApiUrl", "Api"),
    ];
    queues
        .chain(others.map(|(output, id)| (output.to_owned(), id)))
        .filter(|(output, id)| {
            template.at(&format!("/Outputs/{output}/Value")).and_then(target).is_none_or(|found| found != *id)
        })
        .map(|(output, id)| format!("no output {output} for {id}"))
        .collect()
}

#[test]
fn whoever_calls_or_tests_the_system_finds_its_addresses_among_the_outputs() {
    holds(outputs_missing);
    let renamed = template().with("/Outputs/TableName/Value", json!("orders")).expect("an output");
    assert_eq!(outputs_missing(&renamed), ["no output TableName for Table"]);
}

// ---------------------------------------------------------------------------------------------------
// Tools
// ---------------------------------------------------------------------------------------------------

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

/// The resource ids of the stages.
fn stages() -> impl Iterator<Item = String> {
    Stage::ALL.into_iter().map(|stage| pascal_case(stage.name()))
}

fn key_schema((hash, range): (&str, &str)) -> Value {
    json!([{ "AttributeName": hash, "KeyType": "HASH" }, { "AttributeName": range, "KeyType": "RANGE" }])
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

/// Every string in a value, however deep.
fn strings(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(items) => items.iter().flat_map(strings).collect(),
        Value::Object(members) => members.values().flat_map(strings).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => Vec::new(),
    }
}

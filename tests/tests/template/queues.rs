//! The queues, the stream, and what leads from them to the functions.

use juchu::adapters::dynamo::table;
use juchu::app::message::Stage;
use juchu::lambda::settings::queue_variable;
use juchu_tests::MAX_RECEIVES;
use juchu_tests::template::{Template, pascal_case, target};
use serde_json::{Value, json};

use crate::{Problems, finds, holds, items, wrong_properties};

/// The stages that do not take ten messages at a time, and how many: mails go out slowly, a file of orders
/// is work enough, and orders for the same stock are written together.
const BATCH_SIZES: [(Stage, u32); 3] =
    [(Stage::NotifyCustomer, 1), (Stage::TakeUpload, 1), (Stage::AllocateStock, 25)];

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
        problems.extend(wrong_properties(template, &queue, &expected));
        let expected = json!({ "SqsManagedSseEnabled": true, "MessageRetentionPeriod": 14 * 24 * 60 * 60 });
        problems.extend(wrong_properties(template, &dead_letters, &expected));
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
            wrong_properties(template, &mapping, &expected)
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
    let mut problems = wrong_properties(template, "RelayEventsMapping", &expected);

    let event_row = json!({ (table::KIND_ATTRIBUTE): { "S": [table::EVENT_KIND] } });
    let new_events = json!({ "eventName": ["INSERT"], "dynamodb": { "NewImage": event_row } });
    let filters = items(&mapping["FilterCriteria"]["Filters"]);
    let patterns: Vec<Value> =
        filters.filter_map(|filter| serde_json::from_str(filter["Pattern"].as_str()?).ok()).collect();
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

/// The resource ids of the stages.
fn stages() -> impl Iterator<Item = String> {
    Stage::ALL.into_iter().map(|stage| pascal_case(stage.name()))
}

//! What operators look at: alarms and outputs.

use juchu_tests::template::{Template, target};
use serde_json::{Value, json};

use crate::{Problems, deviations, finds, functions, holds, template};

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

    let metrics = [
        ("StalledOrders", "run-timers"),
        ("ChannelDrift", "run-timers"),
        ("UnwokenOrders", "run-timers"),
        ("MissingOrders", "receive-order"),
    ];
    for (metric, operation) in metrics {
        let reports = |alarm: &Value| {
            alarm["Namespace"] == json!({ "Ref": "AWS::StackName" })
                && alarm["MetricName"] == metric
                && alarm["Dimensions"] == json!([{ "Name": "operation", "Value": operation }])
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
        "ChannelDriftAlarm",
        "UnwokenOrdersAlarm",
        "MissingOrdersAlarm",
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

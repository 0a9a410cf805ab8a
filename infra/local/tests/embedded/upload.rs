//! A file of orders, and the real binary killed while it works through it.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;
use std::time::{Duration, Instant};

use crate::restart::run;
use crate::support::{Caller, PATIENCE, order};
use serde_json::{Value, json};

const ORDERS: usize = 600;

fn file() -> String {
    let payment = json!({ "method": "CHANNEL_SETTLED" });
    let line = |n: usize| order(&format!("F-{n}"), &[("TEA-100", 1)], &payment).to_string() + "\n";
    (0..ORDERS).map(line).collect()
}

async fn uploads(caller: &Caller, file: &str) -> Value {
    let request = caller.client.post(format!("{}/v1/channels/demo-shop/uploads", caller.url));
    let answer = request.header("x-api-key", &caller.credentials.api_key).body(file.to_owned()).send().await;
    answer.unwrap().error_for_status().unwrap().json().await.unwrap()
}

async fn look(caller: &Caller, path: &str) -> Value {
    let request = caller.client.get(format!("{}/v1/channels/demo-shop/uploads/{path}", caller.url));
    let answer = request.header("x-api-key", &caller.credentials.api_key).send().await.unwrap();
    answer.error_for_status().unwrap().json().await.unwrap()
}

/// Waits until the upload is as `is` says.
async fn until(caller: &Caller, id: &str, is: impl Fn(&Value) -> bool) -> Value {
    let begun = Instant::now();
    loop {
        let upload = look(caller, id).await;
        if is(&upload) {
            return upload;
        }
        assert!(begun.elapsed() < PATIENCE, "{upload}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_in_the_middle_of_a_file_it_takes_every_row_once_and_the_report_is_complete() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let file = file();
    let (running, caller) = run(&data);
    let id = uploads(&caller, &file).await["upload"].as_str().unwrap().to_owned();
    let before = until(&caller, &id, |upload| upload["counts"]["OPENED"].as_u64() > Some(0)).await;
    drop(running);
    assert_eq!(before["state"], "WORKING", "it was killed too late to prove anything: {before}");

    let (running, caller) = run(&data);
    let after = until(&caller, &id, |upload| upload["state"] != "WORKING").await;
    assert_eq!((&after["state"], &after["counts"]), (&json!("DONE"), &json!({ "OPENED": ORDERS })));
    let (mut rows, mut orders, mut cursor) = (Vec::new(), BTreeSet::new(), Some(String::new()));
    while let Some(after) = cursor {
        let query = if after.is_empty() { String::new() } else { format!("?cursor={after}") };
        let page = look(&caller, &format!("{id}/report{query}")).await;
        for result in page["results"].as_array().unwrap() {
            rows.push(result["at"].as_str().unwrap().to_owned());
            orders.insert(result["order"].as_str().unwrap().to_owned());
        }
        cursor = page["next_cursor"].as_str().map(str::to_owned);
    }
    assert_eq!(rows, (1..=ORDERS).map(|n| format!("row {n}")).collect::<Vec<_>>());
    assert_eq!(orders.len(), ORDERS);

    let again = uploads(&caller, &file).await;
    assert_eq!((&again["state"], &again["counts"]), (&after["state"], &after["counts"]));
    let mut stored: BTreeMap<String, u64> = BTreeMap::new();
    let mut cursor = Some(String::new());
    while let Some(after) = cursor {
        let page = caller.get(&format!("/v1/orders?merchant=demo&limit=100{after}")).await;
        for order in page["orders"].as_array().unwrap() {
            *stored.entry(order["number"].as_str().unwrap().to_owned()).or_default() += 1;
        }
        cursor = page["next_cursor"].as_str().map(|cursor| format!("&cursor={cursor}"));
    }
    assert!(stored.len() == ORDERS && stored.values().all(|times| *times == 1), "{}", stored.len());
    drop(running);
}

#[test]
fn a_file_of_many_orders_is_taken_and_the_same_file_again_changes_nothing() {
    let run = ["bulk", "--rows", "300", "--json"];
    let output = Command::new(env!("CARGO_BIN_EXE_juchu")).args(run).output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(output.status.success() && report["ok"] == true, "{report:#}");
    assert_eq!(report["counts"], json!({ "OPENED": report["orders"] }));
    assert_eq!(report["again_changed"], false);
}

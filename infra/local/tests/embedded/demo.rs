//! The demonstration, as somebody runs it who has just cloned the repository.

use std::process::Command;

use serde_json::Value;

#[test]
fn every_order_of_the_demonstration_ends_where_it_should() {
    let output = Command::new(env!("CARGO_BIN_EXE_juchu")).args(["demo", "--json"]).output().unwrap();
    // One document and nothing else.
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["ok"], true, "{report:#}");
    assert!(output.status.success());
    assert!(report["orders"].as_array().unwrap().len() >= 12);
}

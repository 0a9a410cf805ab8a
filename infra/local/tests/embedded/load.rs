//! A load run, short enough for every day.

use std::process::Command;

use serde_json::Value;

#[test]
fn every_order_of_a_surge_is_accounted_for() {
    let run = ["load", "--json", "--rate", "4", "--surge", "10", "--seconds", "3", "--surge-seconds", "1"];
    let output = Command::new(env!("CARGO_BIN_EXE_juchu")).args(run).output().unwrap();
    // One document and nothing else.
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["ok"], true, "{report:#}");
    assert_eq!(report["audited"], true);
    assert!(output.status.success());
    assert_eq!(report["orders"], 48);
    let orders = |measured: &str| {
        let phases = report["phases"].as_array().unwrap().iter();
        phases.map(|phase| phase[measured]["count"].as_u64().unwrap()).sum::<u64>()
    };
    let waiting = report["waiting"].as_u64().unwrap();
    assert!(waiting > 0, "there is less than is wanted");
    assert_eq!((orders("answered"), orders("stock_decided"), orders("ready")), (48, 48, 48 - waiting));
    let hot = &report["hot"];
    assert!(hot["writes"].as_u64().unwrap() < hot["orders"].as_u64().unwrap(), "{hot}");
}

//! A merchant's rules through the API.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Caller, order, start};

const RULES: &str = "/v1/merchants/demo/rules";

async fn sent(caller: &Caller, number: &str, units: u32) -> Value {
    let order = order(number, &[("TEA-100", units)], &json!({ "method": "CASH_ON_DELIVERY" }));
    let received: Value = caller.send_order(&order).await.json().await.unwrap();
    let id = received["order"].as_str().unwrap();
    caller.until(id, |order| order["gates"]["validation"] != "PENDING").await
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_are_tried_saved_and_hold_for_the_orders_that_come_then() {
    let (system, caller, _folder) = start().await;
    let before = sent(&caller, "R-1", 9).await;
    assert_eq!(before["holds"], json!([]));

    let mut rules = caller.get(RULES).await["rules"].take();
    rules["thresholds"]["units_per_line"] = json!(5);
    let tried = caller.post(&format!("{RULES}/dry-run"), &json!({ "rules": rules, "days": 1 })).await;
    assert_eq!(tried["judged"], 1);
    assert_eq!(tried["orders"][0]["number"], "R-1");
    assert_eq!(tried["orders"][0]["gained"][0]["code"], "LARGE_QUANTITY");
    assert_eq!(tried["codes"]["LARGE_QUANTITY"]["after"], json!({ "holds": 1, "warnings": 0 }));

    let put = caller.ask(Method::PUT, RULES, Some(&rules)).await;
    assert_eq!(put.status(), 200);
    let saved: Value = put.json().await.unwrap();
    rules["policy"]["version"] = json!(2);
    assert_eq!((&saved["version"], &saved["rules"]), (&json!(2), &rules));
    let after = sent(&caller, "R-2", 9).await;
    assert_eq!(
        (&after["settings_version"], &after["holds"][0]["code"]),
        (&json!(2), &json!("CLIENT_DECISION"))
    );

    let versions = caller.get("/v1/merchants/demo/rule-versions").await;
    assert_eq!(versions["versions"][0]["version"], 2);
    assert_eq!(caller.get(&format!("{RULES}/1")).await["rules"]["thresholds"]["units_per_line"], Value::Null);
    assert_eq!(caller.ask(Method::GET, &format!("{RULES}/3"), None).await.status(), 404);
    assert_eq!(caller.ask(Method::GET, &format!("{RULES}/one"), None).await.status(), 400);
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_that_make_no_sense_are_refused_with_the_place_and_what_is_allowed() {
    let (system, caller, _folder) = start().await;
    let refused = async |status: u16, body: Value| {
        let answer = caller.ask(Method::PUT, RULES, Some(&body)).await;
        assert_eq!(answer.status(), status, "{body}");
        let problem: Value = answer.json().await.unwrap();
        let error = &problem["errors"][0];
        (error["field"].as_str().unwrap().to_owned(), error["message"].as_str().unwrap().to_owned())
    };
    let rule =
        json!({ "name": "a", "when": { "all": [{ "prefektur": [] }] }, "then": "WARN", "reason": "b" });
    let (field, message) = refused(400, json!({ "custom": [rule] })).await;
    assert!(
        field.starts_with("custom[0].when.all[0]") && message.contains("prefecture"),
        "{field} {message}"
    );
    let (field, message) = refused(422, json!({ "treatments": { "PARTIAL_IMPORT": "OFF" } })).await;
    assert!(field == "treatments.PARTIAL_IMPORT" && message.contains("HOLD"), "{field} {message}");
    let days = json!({ "rules": { "thresholds": { "total": 0 } }, "days": 91 });
    let answer = caller.ask(Method::POST, &format!("{RULES}/dry-run"), Some(&days)).await;
    let problem: Value = answer.json().await.unwrap();
    let fields: Vec<&str> =
        problem["errors"].as_array().unwrap().iter().map(|e| e["field"].as_str().unwrap()).collect();
    assert_eq!(fields, ["rules.thresholds.total", "days"]);
    assert_eq!(caller.get(RULES).await["version"], 1);
    system.stop().await;
}

//! What waits for people, over the API.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Caller, order, start};

impl Caller {
    async fn ask_as(&self, role: &str, merchants: &str, path: &str) -> (u16, Value) {
        let request = self.client.get(format!("{}{path}", self.url)).bearer_auth(self.token(role, merchants));
        let response = request.send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap())
    }

    async fn call_center(&self, order: &str, command: &Value) -> (u16, Value) {
        let request = self.client.post(format!("{}/v1/orders/{order}/commands", self.url));
        let request = request.bearer_auth(self.token("CALL_CENTER", "demo")).json(command);
        let response = request.send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_no_mail_reaches_is_on_the_worklist_until_somebody_has_talked_to_them() {
    let (system, caller, _folder) = start().await;
    let cash = json!({ "method": "CASH_ON_DELIVERY" });
    let mut sent = order("CALL-1", &[("TEA-100", 1)], &cash);
    sent["customer"]["mail"] = json!("hana..ko@docomo.ne.jp");
    let received: Value = caller.send_order(&sent).await.json().await.unwrap();
    let id = received["order"].as_str().unwrap();
    let waits = |order: &Value| order["calls"].as_array().is_some_and(|calls| !calls.is_empty());
    let shown = caller.until(id, waits).await;
    let call = &shown["calls"][0];
    assert_eq!((&call["reason"], &call["phone"]), (&json!("UNREACHABLE_BY_MAIL"), &json!("090-1234-5678")));
    assert!(call["script"].as_str().unwrap().contains("CALL-1"), "{call}");

    let list = "/v1/merchants/demo/worklist";
    let (status, listed) = caller.ask_as("CALL_CENTER", "demo", &format!("{list}?owner=CALL_CENTER")).await;
    assert_eq!((status, listed["items"].as_array().unwrap().len()), (200, 1));
    let item = &listed["items"][0];
    assert_eq!((&item["order"], &item["action"]), (&json!(id), &json!("CALL_CUSTOMER")));
    assert_eq!((&item["matter"], &item["overdue"]), (&call["call"], &json!(false)));
    let (_, counted) = caller.ask_as("AUDITOR", "*", "/v1/worklist").await;
    let demo = counted["merchants"].as_array().unwrap().iter().find(|it| it["merchant"] == "demo").unwrap();
    assert_eq!(demo["by_reason"]["UNREACHABLE_BY_MAIL"], 1);

    let assign = json!({ "command": "assign", "matter": { "call": call["call"] }, "to": "佐藤" });
    assert_eq!(caller.call_center(id, &assign).await.0, 200);
    let (_, mine) = caller.ask_as("CALL_CENTER", "demo", &format!("{list}?assigned_to=佐藤")).await;
    assert_eq!(mine["items"][0]["assigned_to"], "佐藤");
    let (_, nobodys) = caller.ask_as("CALL_CENTER", "demo", &format!("{list}?assigned_to=")).await;
    assert_eq!(nobodys["items"], json!([]));

    let record = json!({
        "command": "record_call", "call": call["call"], "called_at": call["opened_at"], "outcome": "REACHED",
        "settled": true, "note": "will read no mails, call instead",
    });
    assert_eq!(caller.call_center(id, &record).await.0, 200);
    let (_, listed) = caller.ask_as("CALL_CENTER", "demo", list).await;
    assert_eq!(listed["items"].as_array().unwrap().iter().filter(|it| it["kind"] == "CALL").count(), 0);
    let (status, problem) = caller.call_center(id, &json!({
        "command": "record_call", "call": call["call"], "called_at": "2026-01-01T00:00:00Z", "outcome": "NO_ANSWER",
    }))
    .await;
    assert_eq!((status, &problem["code"]), (409, &json!("CALL_CLOSED")));
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worklist_is_asked_for_rightly_or_not_at_all() {
    let (system, caller, _folder) = start().await;
    let list = "/v1/merchants/demo/worklist";
    for (query, field) in
        [("reason=LATE", "reason"), ("owner=NOBODY", "owner"), ("cursor=x", "cursor"), ("who=me", "who")]
    {
        let (status, problem) = caller.ask_as("AUDITOR", "*", &format!("{list}?{query}")).await;
        assert_eq!((status, &problem["errors"][0]["field"]), (400, &json!(field)), "{problem}");
    }
    assert_eq!(caller.ask_as("SUPERVISOR", "other", list).await.0, 403);
    assert_eq!(caller.ask(Method::GET, "/v1/worklist?cursor=x", None).await.status(), 400);
    let (status, counted) = caller.ask_as("CLIENT_USER", "other", "/v1/worklist").await;
    assert_eq!((status, &counted["merchants"][0]["open"]), (200, &json!(0)));
    system.stop().await;
}

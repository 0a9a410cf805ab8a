//! The system as its callers see it.

use std::collections::BTreeMap;

use crate::support::{order, start};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::task::JoinSet;

/// Shopify's own sample order, as its webhook sends it.
const SHOPIFY_ORDER: &[u8] =
    include_bytes!("../../../../shared/src/adapters/channels/samples/shopify_usd_card.json");

#[tokio::test(flavor = "multi_thread")]
async fn an_order_goes_from_its_channel_to_its_sales_posting() {
    let (system, caller, _folder) = start().await;
    let sample: Value = serde_json::from_str(include_str!("../../src/sample-order.json")).unwrap();
    let response = caller.send_order(&sample).await;
    assert_eq!(response.status(), 201);
    let received: Value = response.json().await.unwrap();
    let id = received["order"].as_str().unwrap();
    caller.ship_and_deliver(id).await;
    let order = caller.until(id, |order| order["state"] == "COMPLETED").await;
    assert_eq!(order["payments"][0]["captured"], order["billing"]["total"]);
    let list = caller.get("/v1/orders?merchant=demo&state=COMPLETED").await;
    assert_eq!(list["orders"].as_array().unwrap().len(), 1);
    let received_at = order["received_at"].as_str().unwrap();
    let then = caller.get(&format!("/v1/orders/{id}?at={received_at}")).await;
    assert_eq!((&then["state"], &then["version"]), (&json!("RECEIVED"), &json!(1)));
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn shopifys_sample_order_becomes_completed_and_its_mails_can_be_read() {
    let (system, caller, _folder) = start().await;
    let response = caller.send_webhook(SHOPIFY_ORDER).await;
    let status = response.status();
    let received: Value = response.json().await.unwrap();
    assert!(status.is_success(), "{status} {received}");
    let again: Value = caller.send_webhook(SHOPIFY_ORDER).await.json().await.unwrap();
    assert_eq!(again["duplicate"], true);

    let id = received["order"].as_str().unwrap();
    let validated = caller.until(id, |order| order["gates"]["validation"] != "PENDING").await;
    let held = validated["holds"].as_array().unwrap().iter().filter(|hold| hold["closed_at"].is_null());
    for hold in held {
        let resolve =
            json!({ "command": "override_hold", "code": hold["code"], "reason": "checked by a person" });
        caller.post(&format!("/v1/orders/{id}/commands"), &resolve).await;
    }
    caller.ship_and_deliver(id).await;
    let mails = |order: &Value| order["mails"].as_array().unwrap().len();
    let order = caller.until(id, |order| order["state"] == "COMPLETED" && mails(order) >= 3).await;
    assert_eq!(order["currency"], "USD");
    assert_eq!(order["billing"]["total"], 40_994);
    assert_eq!(order["lines"].as_array().unwrap().len(), 3);

    let newest = system.ports().mailbox.newest(10).unwrap();
    assert_eq!(newest.len(), mails(&order));
    let list = page(&caller.url, "/dev/mails").await;
    for mail in newest {
        assert!(mail.to.contains("bob.norman@"), "{}", mail.to);
        assert!(list.contains(&mail.name) && list.contains(&mail.subject));
        let shown = page(&caller.url, &format!("/dev/mails/{}", mail.name)).await;
        assert!(shown.contains("sandbox=\"\"") && shown.contains(&mail.order), "{}", mail.subject);
        assert!(mail.text.contains("409.94") || !mail.subject.contains("ご注文内容"), "{}", mail.text);
        let raw = page(&caller.url, &format!("/dev/mails/{}/raw", mail.name)).await;
        assert!(raw.starts_with("From: "));
    }
    assert!(page(&caller.url, "/dev/warehouse").await.contains("IPOD2008RED"));

    // Shopify is told of the parcel in its own words, and its integration answers.
    let order = caller.until(id, |order| order["reports"][0]["outcome"]["status"] == "SENT").await;
    let told = page(&caller.url, "/dev/channel-reports").await;
    assert!(told.contains("tracking_info") && told.contains("444413758703"), "{told}");
    let report = order["reports"][0]["report"].as_str().unwrap();
    let accepted = json!({ "outcome": "accepted", "channel_status": "SHIPPED" }).to_string();
    let path = format!("/v1/channels/demo-shopify/reports/{report}");
    assert_eq!(caller.send_signed(&path, accepted.as_bytes()).await.status(), 200);
    let order = caller.until(id, |order| order["reports"][0]["outcome"]["status"] == "ACCEPTED").await;
    assert_eq!(order["reports"][0]["fact"], "SHIPPED");
    let other = format!("/v1/channels/demo-shop/reports/{report}");
    assert_eq!(caller.send_signed(&other, accepted.as_bytes()).await.status(), 401);
    assert!(page(&caller.url, "/dev").await.contains("Mails"));
    assert!(page(&caller.url, "/dev/dead-letters").await.contains("Nothing here"));
    system.stop().await;
}

async fn page(url: &str, path: &str) -> String {
    let response = reqwest::get(format!("{url}{path}")).await.unwrap();
    assert_eq!(response.status(), 200, "{path}");
    response.text().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn of_200_parallel_orders_for_one_unit_one_gets_it_and_199_wait() {
    let (system, caller, _folder) = start().await;
    let product = json!({ "title": "the last one", "price": 1080, "tax_rate": 8 });
    let put = caller.ask(Method::PUT, "/v1/merchants/demo/products/LAST-ONE", Some(&product)).await;
    assert!(put.status().is_success());
    let receipt = json!({ "location": "main", "quantity": 1, "reference": "one" });
    caller.post("/v1/stock/demo/LAST-ONE/receipts", &receipt).await;

    let mut sending = JoinSet::new();
    for n in 0..200 {
        let caller = caller.clone();
        sending.spawn(async move {
            let cash = json!({ "method": "CASH_ON_DELIVERY" });
            let response = caller.send_order(&order(&format!("LAST-{n}"), &[("LAST-ONE", 1)], &cash)).await;
            let status = response.status();
            let received: Value = response.json().await.unwrap();
            assert_eq!(status, 201, "{received}");
            received["order"].as_str().unwrap().to_owned()
        });
    }
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for id in sending.join_all().await {
        let order = caller.until(&id, |order| order["lines"][0]["open"] == 0).await;
        let line = &order["lines"][0];
        for place in ["allocated", "released", "backordered"] {
            let units = usize::try_from(line[place].as_u64().unwrap()).unwrap();
            *counts.entry(if place == "released" { "allocated" } else { place }).or_default() += units;
        }
    }
    assert_eq!(counts, BTreeMap::from([("allocated", 1), ("backordered", 199)]));
    let stock = &caller.get("/v1/stock/demo/LAST-ONE").await["stock"][0];
    assert_eq!((&stock["on_hand"], &stock["allocated"]), (&json!(1), &json!(1)));
    assert_eq!((&stock["available"], &stock["backordered"]), (&json!(0), &json!(199)));
    assert_eq!(system.ports().queues.dead_letters(10).unwrap(), []);
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_gateway_refuses_as_api_gateway_does() {
    let (system, caller, _folder) = start().await;
    let get = |path: &str| caller.client.get(format!("{}{path}", caller.url));
    let list = "/v1/orders?merchant=demo";

    for token in ["", "Bearer ", "Bearer a.b.c", "Basic dXNlcjpwYXNz"] {
        let refused = get(list).header("authorization", token).send().await.unwrap();
        assert_eq!(refused.status(), 401, "{token}");
        assert_eq!(refused.json::<Value>().await.unwrap(), json!({ "message": "Unauthorized" }));
    }
    assert_eq!(get(list).send().await.unwrap().status(), 401);
    for path in ["/v1/nothing", "/v1/orders/", "/v1", "/v1/orders/a/b", "/favicon.ico"] {
        let unknown = get(path).bearer_auth(caller.token("AUDITOR", "*")).send().await.unwrap();
        assert_eq!(unknown.status(), 404, "{path}");
        assert_eq!(unknown.json::<Value>().await.unwrap(), json!({ "message": "Not Found" }));
    }
    // Signed by us, but not for this merchant, or not in this role.
    let other = get(list).bearer_auth(caller.token("SUPERVISOR", "other")).send().await.unwrap();
    assert!(matches!(other.status().as_u16(), 403 | 404), "{}", other.status());
    let receipt = json!({ "location": "main", "quantity": 1, "reference": "x" });
    let role = caller.client.post(format!("{}/v1/stock/demo/TEA-100/receipts", caller.url));
    let role = role.bearer_auth(caller.token("AUDITOR", "*")).json(&receipt).send().await.unwrap();
    assert_eq!(role.status(), 403);
    assert_eq!(role.json::<Value>().await.unwrap()["code"], "FORBIDDEN");

    assert_eq!(get(list).bearer_auth(caller.token("AUDITOR", "demo")).send().await.unwrap().status(), 200);
    assert_eq!(get("/openapi.json").send().await.unwrap().status(), 200);
    let huge = caller.client.post(format!("{}/v1/channels/demo-shop/orders", caller.url));
    let huge = huge.body(vec![b'x'; 11 * 1024 * 1024]).send().await;
    // The server may close the connection before everything is sent.
    assert!(huge.is_err() || huge.is_ok_and(|answer| answer.status() == 413));
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_nobody_knows_is_answered_like_a_wrong_key() {
    let (system, caller, _folder) = start().await;
    let mut told = Vec::new();
    for channel in ["demo-shop", "no-such-channel"] {
        let order = caller.client.post(format!("{}/v1/channels/{channel}/orders", caller.url));
        let refused = order.header("x-api-key", "not the key").json(&json!({})).send().await.unwrap();
        assert_eq!(refused.status(), 401, "{channel}");
        let mut problem: Value = refused.json().await.unwrap();
        problem["request_id"] = Value::Null;
        told.push(problem);
    }
    assert_eq!(told[0], told[1]);
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_that_cannot_be_read_is_not_taken_for_none() {
    let (system, caller, _folder) = start().await;
    let url = format!("{}/v1/merchants/demo", caller.url);
    let mut body = caller.get("/v1/merchants/demo").await;
    let merchant = body.as_object_mut().unwrap();
    merchant.retain(|field, _| field != "merchant" && field != "version");
    for version in [&b"one"[..], b"\xe9", b""] {
        let put = caller.client.put(&url).bearer_auth(caller.token("SUPERVISOR", "*")).json(&body);
        let version = reqwest::header::HeaderValue::from_bytes(version).unwrap();
        let refused = put.header("if-match", version).send().await.unwrap();
        assert_eq!(refused.status(), 400);
        assert_eq!(refused.json::<Value>().await.unwrap()["errors"][0]["field"], "If-Match");
    }
    assert_eq!(caller.ask(Method::PUT, "/v1/merchants/demo", Some(&body)).await.status(), 200);
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merchant_whose_mails_could_never_be_sent_is_refused() {
    let (system, caller, _folder) = start().await;
    let mut body = caller.get("/v1/merchants/demo").await;
    body.as_object_mut().unwrap().retain(|field, _| field != "merchant" && field != "version");
    body["shop"]["mail_from"] = json!("orders@shop.test");
    let refused = caller.ask(Method::PUT, "/v1/merchants/demo", Some(&body)).await;
    assert_eq!(refused.status(), 422);
    assert_eq!(refused.json::<Value>().await.unwrap()["errors"][0]["field"], "shop.mail_from");
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_developers_pages_are_for_browsers_that_address_this_machine() {
    let (system, caller, _folder) = start().await;
    let dev = caller.client.get(format!("{}/dev/mails", caller.url));
    let rebound = dev.header("host", "evil.example:3000").send().await.unwrap();
    assert_eq!(rebound.status(), 403);
    let missing = caller.client.get(format!("{}/dev/mails/..%2Fsecrets", caller.url)).send().await.unwrap();
    assert_eq!(missing.status(), 404);
    system.stop().await;
}

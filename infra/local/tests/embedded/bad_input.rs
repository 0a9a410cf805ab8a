//! Whatever is sent, the answer is never a 5xx; what is refused is told as a problem and stored nowhere.

use std::sync::Arc;

use crate::support::{Caller, order, start};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// How many requests are sent.
const REQUESTS: usize = 3_000;
/// How many at the same time.
const AT_ONCE: usize = 16;

/// A request that may be wrong in any way.
#[derive(Debug, Clone)]
struct Attack {
    route: Route,
    body: Vec<u8>,
    id: String,
    idempotency_key: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Route {
    /// Our own channel, with its key.
    Order,
    /// Shopify's, signed.
    Webhook,
    /// Our own channel, with a wrong key.
    WrongKey,
    Command,
    Deposit,
    Report,
    Receipt,
    Adjustment,
    Merchant,
    Product,
    Channel,
}

const ROUTES: [Route; 11] = [
    Route::Order,
    Route::Webhook,
    Route::WrongKey,
    Route::Command,
    Route::Deposit,
    Route::Report,
    Route::Receipt,
    Route::Adjustment,
    Route::Merchant,
    Route::Product,
    Route::Channel,
];

/// A body that would be right, if what the path names existed.
fn right(route: Route) -> Value {
    match route {
        Route::Order | Route::WrongKey => order("M", &[("TEA-100", 1)], &json!({ "method": "CARD" })),
        Route::Webhook => serde_json::from_str(include_str!(
            "../../../../shared/src/adapters/channels/samples/shopify_usd_card.json"
        ))
        .unwrap(),
        Route::Command => {
            json!({ "command": "cancel", "reason": "CUSTOMER", "lines": [{ "line": 1, "quantity": 1 }] })
        }
        Route::Deposit => json!({
            "payment": "a-P1", "amount": 1, "reference": "r", "deposited_at": "2026-11-21T00:00:00Z",
        }),
        Route::Report => json!({
            "kind": "HANDED_OVER",
            "occurred_at": "2026-11-21T00:00:00Z",
            "trackings": [{ "carrier": "YAMATO", "number": "444413758703" }],
        }),
        Route::Receipt => json!({ "location": "main", "quantity": 1, "reference": "r" }),
        Route::Adjustment => json!({ "location": "main", "on_hand": -1, "reference": "r" }),
        Route::Merchant => json!({ "shop": {}, "policy": {}, "language": "ja", "locations": ["main"] }),
        Route::Product => json!({ "title": "t", "price": 1, "tax_rate": 8 }),
        Route::Channel => json!({ "kind": "json", "api_key": "0123456789abcdef" }),
    }
}

/// Anything a JSON value can be, with a liking for what breaks programs.
fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        prop::sample::select(vec![0_i64, -1, 1, 9_999, 10_000, i64::MIN, i64::MAX]).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        prop::sample::select(vec![
            "",
            " ",
            "#",
            "\u{0}",
            "１２３",
            "ｱ",
            "2026-13-45T99:99:99Z",
            "9999-12-31T23:59:59Z",
            "1e999",
            "-0",
            "99999999999999999999",
            "../../etc/passwd",
            "<script>",
            "{{7*7}}",
            "🦀",
            "\u{202e}",
        ])
        .prop_map(Value::from),
        "[a-zA-Z0-9._-]{1,80}".prop_map(Value::from),
        Just(Value::from("x".repeat(100_000))),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec(("[a-z_]{0,8}", inner), 0..4)
                .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

/// Changes a right body in one place, chosen by `place`.
fn mutated(mut body: Value, place: usize, how: u8, value: Value) -> Value {
    let mut paths = Vec::new();
    collect(&body, String::new(), &mut paths);
    let path = &paths[place % paths.len()];
    let (parent, key) = path.rsplit_once('/').unwrap_or(("", ""));
    match (how % 4, body.pointer_mut(parent)) {
        (0, Some(Value::Object(parent))) => {
            parent.remove(key);
        }
        (1, Some(Value::Object(parent))) => {
            parent.insert("an_unknown_field".to_owned(), value);
        }
        _ => {
            if let Some(found) = body.pointer_mut(path) {
                *found = value;
            }
        }
    }
    body
}

fn collect(value: &Value, path: String, paths: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                collect(field, format!("{path}/{}", name.replace('~', "~0").replace('/', "~1")), paths);
            }
        }
        Value::Array(items) => {
            for (n, item) in items.iter().enumerate() {
                collect(item, format!("{path}/{n}"), paths);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    paths.push(path);
}

fn attack() -> impl Strategy<Value = Attack> {
    let route = prop::sample::select(ROUTES.to_vec());
    let body =
        (any::<usize>(), any::<u8>(), any_value(), prop::collection::vec(any::<u8>(), 0..64), 0..10_u8);
    let id = prop_oneof![
        "[a-zA-Z0-9-]{1,40}",
        Just("a-S1".to_owned()),
        Just("%00".to_owned()),
        Just("..%2f..".to_owned()),
        Just("%F0%9F%A6%80".to_owned()),
    ];
    let key = prop::option::of("[ -~]{1,140}");
    (route, body, id, key).prop_map(|(route, (place, how, value, bytes, kind), id, idempotency_key)| {
        let right = right(route);
        let whole = || right.to_string().into_bytes();
        let body = match kind {
            // No JSON at all.
            0 => bytes,
            // JSON cut off, or followed by something.
            1 => whole().into_iter().take(place % 400).collect(),
            2 => whole().into_iter().chain(bytes).collect(),
            // Another value instead of the whole.
            3 => value.to_string().into_bytes(),
            // Deeper than anybody reads.
            4 if how < 32 => b"[".repeat(20_000),
            // One megabyte.
            4 if how < 64 => vec![b' '; 1024 * 1024],
            _ => mutated(right, place, how, value).to_string().into_bytes(),
        };
        Attack { route, body, id, idempotency_key }
    })
}

async fn strike(caller: &Caller, attack: &Attack) -> (u16, String, String) {
    let id = &attack.id;
    let (method, path) = match attack.route {
        Route::Order | Route::WrongKey => (Method::POST, "/v1/channels/demo-shop/orders".to_owned()),
        Route::Webhook => (Method::POST, "/v1/channels/demo-shopify/orders".to_owned()),
        Route::Command => (Method::POST, format!("/v1/orders/{id}/commands")),
        Route::Deposit => (Method::POST, "/v1/payments/deposits".to_owned()),
        Route::Report => (Method::POST, format!("/v1/shipments/{id}/events")),
        Route::Receipt => (Method::POST, format!("/v1/stock/demo/{id}/receipts")),
        Route::Adjustment => (Method::POST, format!("/v1/stock/{id}/TEA-100/adjustments")),
        Route::Merchant => (Method::PUT, format!("/v1/merchants/{id}")),
        Route::Product => (Method::PUT, format!("/v1/merchants/{id}/products/TEA-100")),
        Route::Channel => (Method::PUT, format!("/v1/merchants/{id}/channels/demo-shop")),
    };
    let response = if attack.route == Route::Webhook {
        caller.send_webhook(&attack.body).await
    } else {
        let request = caller.client.request(method, format!("{}{path}", caller.url));
        let request = if attack.route == Route::Order {
            request.header("x-api-key", &caller.credentials.api_key)
        } else if attack.route == Route::WrongKey {
            request.header("x-api-key", "wrong")
        } else {
            request.bearer_auth(caller.token("SUPERVISOR", "*"))
        };
        let request = match &attack.idempotency_key {
            Some(key) => request.header("idempotency-key", key),
            None => request,
        };
        request.header("content-type", "application/json").body(attack.body.clone()).send().await.unwrap()
    };
    let status = response.status().as_u16();
    let kind = response.headers().get("content-type").map(|kind| kind.to_str().unwrap().to_owned());
    (status, kind.unwrap_or_default(), response.text().await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_requests_are_told_what_is_wrong_and_nothing_of_them_is_stored() {
    let (system, caller, _folder) = start().await;
    let mut runner = TestRunner::deterministic();
    let attacks: Vec<Attack> =
        (0..REQUESTS).map(|_| attack().new_tree(&mut runner).unwrap().current()).collect();
    let stock_before = caller.get("/v1/stock/demo/TEA-100").await;
    let merchant_before = caller.get("/v1/merchants/demo").await;
    let product_before = caller.get("/v1/merchants/demo/products/TEA-100").await;

    let (gate, mut striking) = (Arc::new(Semaphore::new(AT_ONCE)), JoinSet::new());
    for attack in attacks {
        let (caller, gate) = (caller.clone(), Arc::clone(&gate));
        striking.spawn(async move {
            let _pass = gate.acquire_owned().await.unwrap();
            let answer = strike(&caller, &attack).await;
            (attack, answer)
        });
    }
    let (mut accepted, mut refused) = (std::collections::BTreeSet::new(), 0);
    for (attack, (status, kind, text)) in striking.join_all().await {
        let body = String::from_utf8_lossy(&attack.body[..attack.body.len().min(2_000)]).into_owned();
        let about = || format!("{:?} {} {body} → {status} {text}", attack.route, attack.id);
        match status {
            200..300 => {
                // A change that left it an order, or one that is over at its channel and is not opened. The other
                // routes name nothing that exists.
                assert!(matches!(attack.route, Route::Order | Route::Webhook), "{}", about());
                let received: Value = serde_json::from_str(&text).unwrap();
                // One order, or what became of each of several.
                let results = received["results"].as_array().cloned().unwrap_or_else(|| vec![received]);
                accepted.extend(results.iter().filter_map(|it| it["order"].as_str().map(str::to_owned)));
            }
            400..500 => {
                refused += 1;
                let problem: Value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{}", about()));
                assert_eq!(kind, "application/problem+json", "{}", about());
                assert_eq!(problem["status"], status, "{}", about());
                let detail = problem["detail"].as_str().unwrap_or_default();
                assert!(!detail.is_empty() && problem["code"].is_string(), "{}", about());
            }
            _ => panic!("{}", about()),
        }
    }
    assert!(refused > REQUESTS / 2, "{refused} refused");

    let mut stored = std::collections::BTreeSet::new();
    let mut path = "/v1/orders?merchant=demo&limit=100".to_owned();
    loop {
        let page = caller.get(&path).await;
        let ids = page["orders"].as_array().unwrap().iter();
        stored.extend(ids.map(|order| order["order"].as_str().unwrap().to_owned()));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("/v1/orders?merchant=demo&limit=100&cursor={cursor}");
    }
    assert_eq!(stored, accepted);
    assert_eq!(caller.get("/v1/merchants/demo").await, merchant_before);
    assert_eq!(caller.get("/v1/merchants/demo/products/TEA-100").await, product_before);
    let on_hand = |stock: &Value| stock["stock"][0]["on_hand"].clone();
    assert_eq!(on_hand(&caller.get("/v1/stock/demo/TEA-100").await), on_hand(&stock_before));
    // By order, not by payload: several payloads with one number that come at once may each be kept.
    let kept = std::fs::read_dir(system.data().join("archive").join("orders").join("demo")).unwrap();
    let kept: std::collections::BTreeSet<_> =
        kept.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(kept, accepted, "payloads of refused orders are kept");
    assert_eq!(system.ports().queues.dead_letters(10).unwrap(), []);
    system.stop().await;
}

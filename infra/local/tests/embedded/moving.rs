//! A merchant's data taken out of one system and over by another, through the API and on the command line.

use std::io::Cursor;

use juchu::adapters::clock::SystemClock;
use juchu::app::import::Import;
use juchu::app::manage_merchant::ManageMerchant;
use juchu::app::records::ImportOutcome;
use juchu::domain::ids::MerchantId;
use juchu_local::embedded::OpenStore;
use juchu_local::moving::{person, read_all, write_all};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Caller, order, start};

const EXPORT: &str = "/v1/merchants/demo/export?limit=20";
const IMPORT: &str = "/v1/merchants/demo/import";

/// Everything, page by page.
async fn taken_out(caller: &Caller) -> Vec<Value> {
    let (mut records, mut next) = (Vec::new(), String::new());
    loop {
        let page = caller.get(&format!("{EXPORT}{next}")).await;
        records.extend(page["records"].as_array().unwrap().iter().cloned());
        let Some(cursor) = page["next_cursor"].as_str() else { return records };
        next = format!("&cursor={cursor}");
    }
}

fn past_order() -> Value {
    let order = order("OLD-1", &[("TEA-100", 2)], &json!({ "method": "CARD" }));
    let ended = json!({
        "state": "COMPLETED",
        "shipped_at": "2026-11-21T03:00:00Z",
        "trackings": [{ "carrier": "YAMATO", "number": "444413758703" }],
    });
    let data = json!({ "channel": "demo-shop", "order": order, "ended": ended });
    json!({ "schema": 1, "kind": "PAST_ORDER", "id": "OLD-1", "data": data })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_moves_with_its_history_and_nobody_gets_a_mail() {
    let (old, caller, folder) = start().await;
    let sent = order("M-1", &[("TEA-100", 1)], &json!({ "method": "CASH_ON_DELIVERY" }));
    let received: Value = caller.send_order(&sent).await.json().await.unwrap();
    let id = received["order"].as_str().unwrap();
    caller.ship_and_deliver(id).await;
    caller.until(id, |order| order["state"] == "COMPLETED").await;

    let told = caller.post(IMPORT, &json!({ "records": [past_order(), { "schema": 1 }] })).await;
    assert_eq!(told["counts"], json!({ "CREATED": 1, "REFUSED": 1 }), "{told}");
    let past = caller.get(&format!("/v1/orders/{}", told["results"][0]["order"].as_str().unwrap())).await;
    assert_eq!((&past["state"], &past["mails"]), (&json!("COMPLETED"), &json!([])));
    assert!(past["imported_at"].is_string() && past["timeline"].as_array().unwrap().len() == 1, "{past}");
    // The channel sends it once more: it stays as it is.
    let again = order("OLD-1", &[("TEA-100", 2)], &json!({ "method": "CASH_ON_DELIVERY" }));
    let answer: Value = caller.send_order(&again).await.json().await.unwrap();
    assert_eq!((&answer["outcome"], &answer["state"]), (&json!("HISTORIC"), &json!("COMPLETED")));
    let stock = caller.get("/v1/stock/demo/TEA-100").await;
    assert_eq!(stock["stock"][0]["on_hand"], 199);

    let records = taken_out(&caller).await;
    let count = |kind: &str| records.iter().filter(|record| record["kind"] == kind).count();
    assert_eq!((count("CHANNEL"), count("PRODUCT"), count("ORDER")), (2, 7, 2));
    assert_eq!(
        caller.ask(Method::POST, IMPORT, Some(&json!({ "records": vec![0; 101] }))).await.status(),
        400
    );
    let auditor = caller.token("AUDITOR", "*");
    let denied = caller.client.get(format!("{}{EXPORT}", caller.url)).bearer_auth(auditor).send().await;
    assert_eq!(denied.unwrap().status(), 403);
    old.stop().await;

    // The command line writes the same, and a new system takes it over.
    let opened = OpenStore::open(&folder.path().join("data")).await.unwrap();
    let app = ManageMerchant { store: opened.store().clone(), clock: SystemClock };
    let mut file = Vec::new();
    write_all(&app, &MerchantId::new("demo").unwrap(), &mut file).await.unwrap();
    opened.close().await;
    let lines: Vec<Value> =
        file.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok()).collect();
    assert_eq!(lines, records);
    let folder = tempfile::tempdir().unwrap();
    let opened = OpenStore::open(folder.path()).await.unwrap();
    let app = ManageMerchant { store: opened.store().clone(), clock: SystemClock };
    let moved = MerchantId::new("moved").unwrap();
    let take = async |file: &[u8]| {
        let import = Import::begin(&app, person(&moved), moved.clone(), false).await.unwrap();
        let (mut told, file) = (Vec::new(), Cursor::new(file));
        let counts = read_all(import, "example", file, &mut told).await.unwrap();
        (counts, String::from_utf8(told).unwrap())
    };
    let (counts, told) = take(&file).await;
    assert_eq!(counts.get(&ImportOutcome::Refused), None, "{told}");
    let (again, told) = take(&file).await;
    let total: u64 = counts.values().sum();
    assert_eq!(again.get(&ImportOutcome::Created), None, "{told}");
    assert_eq!(again.values().sum::<u64>(), total);
    let (bad, told) = take(b"\n{}\nno json\n").await;
    assert_eq!(bad.into_iter().collect::<Vec<_>>(), [(ImportOutcome::Refused, 2)]);
    assert!(told.contains("line 2") && told.contains("line 3") && told.contains("schema"), "{told}");
    opened.close().await;
}

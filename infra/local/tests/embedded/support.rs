//! A system of its own for each test, and a client of it.

use std::time::{Duration, Instant};

use hmac::{Hmac, KeyInit, Mac};
use juchu::adapters::clock::SystemClock;
use juchu::app::ports::Clock;
use juchu_local::credentials::Credentials;
use juchu_local::embedded::{Embedded, Options};
use reqwest::{Client, Method, Response};
use serde_json::{Value, json};
use sha2::Sha256;
use tempfile::TempDir;

/// How long anything may take.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// A client with the development credentials.
#[derive(Clone)]
pub(crate) struct Caller {
    pub(crate) client: Client,
    pub(crate) url: String,
    pub(crate) credentials: Credentials,
}

/// Starts a system on a folder of its own. Dropping the folder's guard removes it.
pub(crate) async fn start() -> (Embedded, Caller, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let options = Options { data: folder.path().join("data"), fresh: false, port: 0 };
    let system = Embedded::start(&options).await.unwrap();
    let caller = Caller::new(system.url(), system.credentials().clone());
    (system, caller, folder)
}

impl Caller {
    pub(crate) fn new(url: String, credentials: Credentials) -> Self {
        Self { client: Client::new(), url, credentials }
    }

    pub(crate) fn token(&self, role: &str, merchants: &str) -> String {
        self.credentials.token(role, merchants, SystemClock.now()).unwrap()
    }

    /// A supervisor's request.
    pub(crate) async fn ask(&self, method: Method, path: &str, body: Option<&Value>) -> Response {
        let request = self.client.request(method, format!("{}{path}", self.url));
        let request = request.bearer_auth(self.token("SUPERVISOR", "*"));
        match body {
            Some(body) => request.json(body),
            None => request,
        }
        .send()
        .await
        .unwrap()
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        let response = self.ask(Method::GET, path, None).await;
        let status = response.status();
        let text = response.text().await.unwrap();
        assert!(status.is_success(), "{path}: {status} {text}");
        serde_json::from_str(&text).unwrap()
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Value {
        let response = self.ask(Method::POST, path, Some(body)).await;
        let status = response.status();
        let text = response.text().await.unwrap();
        assert!(status.is_success(), "{path}: {status} {text}");
        serde_json::from_str(&text).unwrap()
    }

    /// The shop `demo-shop` sends an order.
    pub(crate) async fn send_order(&self, order: &Value) -> Response {
        let request = self.client.post(format!("{}/v1/channels/demo-shop/orders", self.url));
        request.header("x-api-key", &self.credentials.api_key).json(order).send().await.unwrap()
    }

    /// Shopify sends its webhook to `demo-shopify`, signed.
    pub(crate) async fn send_webhook(&self, body: &[u8]) -> Response {
        self.send_signed("/v1/channels/demo-shopify/orders", body).await
    }

    /// Somebody with Shopify's secret sends something.
    pub(crate) async fn send_signed(&self, path: &str, body: &[u8]) -> Response {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.credentials.webhook_secret.as_bytes()).unwrap();
        mac.update(body);
        let signature = base64(&mac.finalize().into_bytes());
        let request = self.client.post(format!("{}{path}", self.url));
        request
            .header("content-type", "application/json")
            .header("x-shopify-topic", "orders/create")
            .header("x-shopify-hmac-sha256", signature)
            .body(body.to_vec())
            .send()
            .await
            .unwrap()
    }

    /// Waits until the order is as `is` says, and returns it.
    pub(crate) async fn until(&self, id: &str, is: impl Fn(&Value) -> bool) -> Value {
        let begun = Instant::now();
        loop {
            let order = self.get(&format!("/v1/orders/{id}")).await;
            if is(&order) {
                return order;
            }
            let last = order["timeline"].as_array().unwrap().last().cloned();
            assert!(begun.elapsed() < PATIENCE, "it is {} after {last:?}", order["state"]);
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Plays the warehouse and the carrier for every shipment of the order.
    pub(crate) async fn ship_and_deliver(&self, id: &str) {
        let instructed =
            |order: &Value| order["shipments"].as_array().unwrap().iter().any(|s| s["instructed"] == true);
        let order = self.until(id, instructed).await;
        for shipment in order["shipments"].as_array().unwrap() {
            let path = format!("/v1/shipments/{}/events", shipment["shipment"].as_str().unwrap());
            for (kind, number) in [("HANDED_OVER", Some("444413758703")), ("DELIVERED", None)] {
                let trackings: Vec<Value> =
                    number.iter().map(|n| json!({ "carrier": "YAMATO", "number": n })).collect();
                let report =
                    json!({ "kind": kind, "occurred_at": "2026-11-22T10:00:00Z", "trackings": trackings });
                self.post(&path, &report).await;
            }
        }
    }
}

pub(crate) fn base64(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// An order of the seeded catalogue, to Tokyo.
pub(crate) fn order(number: &str, lines: &[(&str, u32)], payment: &Value) -> Value {
    let line = |(sku, quantity): &(&str, u32)| json!({ "sku": sku, "title": sku, "unit_price": 1080, "quantity": quantity, "tax_rate": 8 });
    json!({
        "number": number,
        "ordered_at": "2026-11-21T10:15:00+09:00",
        "customer": { "name": "山田 花子", "mail": "hanako@example.com", "phone": "090-1234-5678" },
        "ship_to": {
            "name": "山田 花子",
            "phone": "03-1234-5678",
            "postal_code": "150-0001",
            "prefecture": "東京都",
            "city": "渋谷区",
            "line1": "神宮前1-2-3",
        },
        "lines": lines.iter().map(line).collect::<Vec<_>>(),
        "payments": [payment],
    })
}

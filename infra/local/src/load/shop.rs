//! The shop of a run: a merchant of its own, so that every order of it is one that was sent.

use anyhow::Context;
use juchu::adapters::clock::SystemClock;
use juchu::app::ports::Clock;
use juchu::domain::ids::{LocationId, MerchantId, Sku};
use juchu::domain::stock::StockKey;
use reqwest::Method;
use serde_json::{Value, json};

use super::arrivals::{Arrival, OTHER_SKUS};
use crate::demo::api::Api;
use crate::demo::world::address;

/// Its warehouse.
const LOCATION: &str = "main";
/// What every unit costs, in yen.
const PRICE: i64 = 1_080;
/// Units of everything that is not hot: nobody waits for those.
const PLENTY: i64 = 1_000_000;

/// A shop that is open.
#[derive(Debug, Clone)]
pub struct Shop {
    /// The merchant.
    pub merchant: MerchantId,
    /// Its channel.
    pub channel: String,
    /// The channel's API key.
    pub key: String,
}

impl Shop {
    /// Opens it, with `hot_units` of the hot SKU.
    ///
    /// # Errors
    /// If the system does not allow it.
    pub async fn open(api: &Api, hot_units: u32) -> anyhow::Result<Self> {
        let mut random = [0; 24];
        getrandom::fill(&mut random).context("the system gives no random numbers")?;
        let merchant = format!("juchu-load-{:x}", SystemClock.now().as_millisecond());
        let channel = format!("{merchant}-shop");
        let shop = Self { merchant: MerchantId::new(merchant)?, channel, key: hex::encode(random) };
        let path = format!("/v1/merchants/{}", shop.merchant);
        put(api, &path, &profile()).await?;
        let channel = json!({ "kind": "json", "api_key": shop.key });
        put(api, &format!("{path}/channels/{}", shop.channel), &channel).await?;
        for sku in 0..=OTHER_SKUS {
            let product = json!({ "title": title(sku), "price": PRICE, "tax_rate": 8 });
            put(api, &format!("{path}/products/{}", name(sku)), &product).await?;
            let units = if sku == 0 { hot_units.into() } else { PLENTY };
            if units > 0 {
                let receipt = json!({ "location": LOCATION, "quantity": units, "reference": "LOAD" });
                let path = format!("/v1/stock/{}/{}/receipts", shop.merchant, name(sku));
                api.send::<Value>(Method::POST, &path, &receipt).await?;
            }
        }
        Ok(shop)
    }

    /// The stock of the hot SKU.
    ///
    /// # Errors
    /// Never.
    pub fn hot_stock(&self) -> anyhow::Result<StockKey> {
        Ok(StockKey { sku: Sku::new(name(0))?, location: LocationId::new(LOCATION)? })
    }

    /// The number of the order that comes as the `n`th.
    #[must_use]
    pub fn number(n: usize) -> String {
        format!("LOAD-{n}")
    }

    /// The order as the channel sends it.
    #[must_use]
    pub fn order(n: usize, arrival: &Arrival) -> Value {
        json!({
            "number": Self::number(n),
            "ordered_at": SystemClock.now(),
            // Each is somebody else's.
            "customer": {
                "name": format!("山田 {n}"),
                "mail": format!("customer.{n}@example.com"),
                "phone": format!("090-{:04}-{:04}", n / 10_000 % 10_000, n % 10_000),
            },
            "ship_to": address(&format!("山田 {n}"), &format!("神宮前1-2-{}", n + 1)),
            "lines": [{
                "sku": name(arrival.sku),
                "title": title(arrival.sku),
                "unit_price": PRICE,
                "quantity": arrival.units,
                "tax_rate": 8,
            }],
            "payments": [{ "method": "CARD", "token": "tok_visa" }],
        })
    }
}

/// The SKU with this number.
#[must_use]
pub fn name(sku: u64) -> String {
    if sku == 0 { "HOT".to_owned() } else { format!("SKU-{sku:02}") }
}

fn title(sku: u64) -> String {
    if sku == 0 { "手摘み新茶 限定缶".to_owned() } else { format!("煎茶 {sku}番") }
}

fn profile() -> Value {
    json!({
        "shop": {
            "name": "茶の庵",
            "url": "https://cha-no-iori.example",
            "mail_from": "orders@cha-no-iori.example",
            "support_mail": "support@cha-no-iori.example",
            "phone": "054-000-0000",
            "address": "静岡県静岡市葵区追手町5-1",
            "bank_account": "見本銀行 本店 普通 1234567 チャノイオリ",
        },
        "locations": [LOCATION],
    })
}

async fn put(api: &Api, path: &str, body: &Value) -> anyhow::Result<Value> {
    api.send(Method::PUT, path, body).await
}

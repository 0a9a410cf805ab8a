//! A small shop to begin with, brought in through the deployed API itself.

use serde_json::{Value, json};

use super::http::send;
use super::outputs::{Outputs, random_hex};

/// The shop's merchant.
pub(crate) const MERCHANT: &str = "demo";
/// Its own shop, which sends our JSON with an API key.
pub(crate) const SHOP: &str = "demo-shop";
/// Its shop at Shopify, which signs.
pub(crate) const SHOPIFY: &str = "demo-shopify";
/// The sender of its mails, of the domain that the stack registers.
pub(crate) const MAIL_FROM: &str = "orders@shop.example";
/// Its warehouse.
const LOCATION: &str = "main";

/// SKU, title, price in yen, tax in percent, units in stock.
const PRODUCTS: [(&str, &str, u32, u32, u32); 4] = [
    ("TEA-100", "静岡産 深蒸し煎茶 100g", 1_080, 8, 1_000),
    ("CUP-BLUE", "有田焼 湯呑み 青", 2_200, 10, 1_000),
    ("POT-IRON", "南部鉄器 急須", 7_700, 10, 1_000),
    ("TRAY-RARE", "山中漆器 丸盆", 5_500, 10, 1),
];

/// Brings merchant, channels, products and stock in. Again does no harm: the channels get new
/// secrets, and stock of a known slip counts once.
pub(crate) fn fill(mut outputs: Outputs) -> anyhow::Result<Outputs> {
    println!("Opening the shop {MERCHANT}");
    let (key, secret) = (random_hex()?, random_hex()?);
    let token = outputs.token("SUPERVISOR")?.to_owned();
    let api = outputs.api().to_owned();
    let put = |path: String, body: Value| {
        send("PUT", &format!("{api}/v1/merchants/{MERCHANT}{path}"), &token, &body)
    };
    put(String::new(), merchant())?;
    put(format!("/channels/{SHOP}"), json!({ "kind": "json", "api_key": key }))?;
    put(format!("/channels/{SHOPIFY}"), json!({ "kind": "shopify", "secret": secret }))?;
    for (sku, title, price, tax_rate, units) in PRODUCTS {
        put(format!("/products/{sku}"), json!({ "title": title, "price": price, "tax_rate": tax_rate }))?;
        let receipt = json!({ "location": LOCATION, "quantity": units, "reference": "opening stock" });
        send("POST", &format!("{api}/v1/stock/{MERCHANT}/{sku}/receipts"), &token, &receipt)?;
    }
    outputs.open_shop(&key, &secret);
    Ok(outputs)
}

fn merchant() -> Value {
    json!({
        "shop": {
            "name": "茶と器の店",
            "url": "https://shop.example",
            "mail_from": MAIL_FROM,
            "support_mail": "support@shop.example",
            "phone": "03-0000-0000",
            "address": "〒100-0001 東京都千代田区千代田1-1",
            "bank_account": "みほん銀行 本店営業部 普通 1234567 チャトウツワノミセ",
        },
        "policy": { "split": "AS_AVAILABLE" },
        "language": "ja",
        "locations": [LOCATION],
    })
}

//! What a new data folder begins with: a merchant with two channels, a few products and stock.

use anyhow::{Context, ensure};
use juchu::adapters::clock::SystemClock;
use juchu::app::ports::{Clock, LedgerReason, MerchantStore, StockChange, StockChanged, StockStore};
use juchu::app::record::Cause;
use juchu::domain::customer::Language;
use juchu::domain::ids::{ChannelId, LocationId, MerchantId, Sku};
use juchu::domain::merchant::{
    Channel, ChannelKind, ChannelSecret, Merchant, OrderPolicy, Product, ShopProfile,
};
use juchu::domain::money::Amount;
use juchu::domain::report::ReportSettings;
use juchu::domain::rule_pack::RuleVersion;
use juchu::domain::stock::{StockDelta, StockKey};
use juchu::domain::tax::TaxRate;
use sha2::{Digest, Sha256};

use crate::credentials::Credentials;

/// The merchant.
pub const MERCHANT: &str = "demo";
/// Its channel that speaks our own JSON.
pub const JSON_CHANNEL: &str = "demo-shop";
/// Its channel that speaks Shopify's.
pub const SHOPIFY_CHANNEL: &str = "demo-shopify";
/// Its warehouse.
pub const LOCATION: &str = "main";

/// SKU, title, price in yen, whether it is food (8 %), units on hand. The last three are what
/// Shopify's own sample order orders.
const PRODUCTS: [(&str, &str, i64, bool, i64); 7] = [
    ("TEA-100", "静岡産 深蒸し煎茶 100g", 1_080, true, 200),
    ("TEA-GIFT", "煎茶・玉露 詰め合わせ", 3_240, true, 50),
    ("POT-01", "常滑焼 急須 300ml", 4_950, false, 30),
    ("CUP-02", "湯のみ 2客セット", 2_200, false, 40),
    ("IPOD2008GREEN", "IPod Nano - 8gb (green)", 19_900, false, 100),
    ("IPOD2008RED", "IPod Nano - 8gb (red)", 19_900, false, 100),
    ("IPOD2008BLACK", "IPod Nano - 8gb (black)", 19_900, false, 100),
];

/// Fills a new data folder. The merchant is written last and marks the rest as complete; where it
/// exists nothing is touched, because it may have been changed since.
///
/// # Errors
/// If the store cannot be read or written.
pub async fn seed<S: MerchantStore + StockStore>(store: &S, credentials: &Credentials) -> anyhow::Result<()> {
    let id = MerchantId::new(MERCHANT)?;
    if store.merchant(&id).await?.is_some() {
        return Ok(());
    }
    for channel in channels(&id, credentials)? {
        store.put_channel(&channel).await?;
    }
    for (sku, title, price, is_food, on_hand) in PRODUCTS {
        let sku = Sku::new(sku)?;
        let tax_rate = if is_food { TaxRate::REDUCED } else { TaxRate::STANDARD };
        let price = Amount::new(price);
        store
            .put_product(&id, &Product { sku: sku.clone(), title: title.to_owned(), price, tax_rate })
            .await?;
        let change = StockChange {
            merchant: id.clone(),
            key: StockKey { sku, location: LocationId::new(LOCATION)? },
            delta: StockDelta { on_hand, ..StockDelta::default() },
            reason: LedgerReason::Receipt,
            reference: "FIRST-RECEIPT".to_owned(),
            at: SystemClock.now(),
            cause: Cause::request("development", "seed"),
        };
        let changed = store.change(&change).await?;
        ensure!(
            matches!(changed, StockChanged::Done | StockChanged::AlreadyDone),
            "the stock is {changed:?}"
        );
    }
    let merchant = merchant(id)?;
    let rules = RuleVersion::standard(&merchant);
    store.put_merchant(&merchant, &rules).await.context("another process is filling this folder")
}

fn channels(merchant: &MerchantId, credentials: &Credentials) -> anyhow::Result<[Channel; 2]> {
    let sha256 = hex::encode(Sha256::digest(&credentials.api_key));
    Ok([
        Channel {
            id: ChannelId::new(JSON_CHANNEL)?,
            merchant: merchant.clone(),
            kind: ChannelKind::Json,
            secret: ChannelSecret::ApiKey { sha256 },
            reports: ReportSettings::default(),
        },
        Channel {
            id: ChannelId::new(SHOPIFY_CHANNEL)?,
            merchant: merchant.clone(),
            kind: ChannelKind::Shopify,
            secret: ChannelSecret::Signature { secret: credentials.webhook_secret.clone() },
            reports: ReportSettings::default(),
        },
    ])
}

fn merchant(id: MerchantId) -> anyhow::Result<Merchant> {
    Ok(Merchant {
        id,
        version: 1,
        shop: ShopProfile {
            name: "茶の庵".to_owned(),
            url: "https://cha-no-iori.example".to_owned(),
            mail_from: "orders@cha-no-iori.example".to_owned(),
            support_mail: "support@cha-no-iori.example".to_owned(),
            phone: "054-000-0000".to_owned(),
            address: "静岡県静岡市葵区追手町5-1".to_owned(),
            bank_account: "見本銀行 本店 普通 1234567 チャノイオリ".to_owned(),
        },
        policy: OrderPolicy::default(),
        language: Language::default(),
        locations: vec![LocationId::new(LOCATION)?],
    })
}

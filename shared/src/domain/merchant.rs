//! A merchant and how its orders are handled.

use serde::{Deserialize, Serialize};

use super::customer::Language;
use super::ids::{ChannelId, LocationId, MerchantId, Sku};
use super::money::Amount;
use super::report::ReportSettings;
use super::tax::{Rounding, TaxRate};

/// Whether an order may leave in parts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SplitPolicy {
    /// Everything together: the order waits for its last unit.
    #[default]
    Together,
    /// What is there leaves; the rest follows.
    AsAvailable,
}

/// When a sale is posted 売上計上基準.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SalesPolicy {
    /// 出荷基準.
    Shipped,
    /// 着荷基準.
    #[default]
    Delivered,
}

/// What to do with a line whose SKU is not in the catalogue.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum UnknownProductPolicy {
    /// Stop the order until a person has looked.
    #[default]
    Hold,
    /// Go on; the line waits for stock like any other.
    Accept,
}

/// What to do with an address that can be put right 住所補正.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AddressCorrections {
    /// Show what could be better; a person accepts it.
    #[default]
    Propose,
    /// Put right what contradicts nothing the customer wrote, and propose the rest.
    ApplySafe,
}

/// The part of a merchant's settings that decides an order's way. Each order keeps the copy it
/// began with, so a change of settings never bends an order in flight.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct OrderPolicy {
    /// Counts up with every change of the settings. Set by the system.
    pub version: u32,
    /// How fractions of the smallest unit are rounded in tax.
    pub rounding: Rounding,
    /// Whether an order may leave in parts.
    pub split: SplitPolicy,
    /// When a sale is posted.
    pub sales: SalesPolicy,
    /// What to do with an unknown SKU.
    pub unknown_product: UnknownProductPolicy,
    /// What to do with an address that can be put right.
    pub address_corrections: AddressCorrections,
    /// Days a customer has to pay in advance (1 to 60).
    pub payment_due_days: u8,
    /// Days before the due date at which we remind (1 to 30).
    pub payment_reminder_days: u8,
    /// Days from release to delivery, used to compute the ship-from date (0 to 14).
    pub lead_time_days: u8,
    /// Hours in one state after which an order counts as stalled (1 to 2,160).
    pub stalled_after_hours: u16,
    /// Hours within which the warehouse acknowledges an instruction (1 to 240).
    pub acknowledge_within_hours: u16,
    /// How often a customer who does not answer is called (1 to 10).
    pub call_attempts: u8,
    /// Hours after which a customer who did not answer is called again (1 to 72).
    pub call_retry_hours: u16,
    /// How long people have to deal with what waits for them, in percent of the usual time (10 to 1,000).
    pub response_percent: u16,
}

impl Default for OrderPolicy {
    fn default() -> Self {
        Self {
            version: 1,
            rounding: Rounding::default(),
            split: SplitPolicy::default(),
            sales: SalesPolicy::default(),
            unknown_product: UnknownProductPolicy::default(),
            address_corrections: AddressCorrections::default(),
            payment_due_days: 7,
            payment_reminder_days: 2,
            lead_time_days: 2,
            stalled_after_hours: 72,
            acknowledge_within_hours: 24,
            call_attempts: 3,
            call_retry_hours: 4,
            response_percent: 100,
        }
    }
}

impl OrderPolicy {
    /// The settings that are out of range, each with what is allowed.
    #[must_use]
    pub fn defects(&self) -> Vec<(&'static str, &'static str)> {
        let checks = [
            ((1..=60).contains(&self.payment_due_days), "payment_due_days", "must be 1 to 60"),
            ((1..=30).contains(&self.payment_reminder_days), "payment_reminder_days", "must be 1 to 30"),
            (
                self.payment_reminder_days < self.payment_due_days || self.payment_due_days == 1,
                "payment_reminder_days",
                "must be less than payment_due_days",
            ),
            (self.lead_time_days <= 14, "lead_time_days", "must be 0 to 14"),
            ((1..=2_160).contains(&self.stalled_after_hours), "stalled_after_hours", "must be 1 to 2160"),
            (
                (1..=240).contains(&self.acknowledge_within_hours),
                "acknowledge_within_hours",
                "must be 1 to 240",
            ),
            ((1..=10).contains(&self.call_attempts), "call_attempts", "must be 1 to 10"),
            ((1..=72).contains(&self.call_retry_hours), "call_retry_hours", "must be 1 to 72"),
            ((10..=1_000).contains(&self.response_percent), "response_percent", "must be 10 to 1000"),
        ];
        checks.into_iter().filter(|(ok, ..)| !ok).map(|(_, field, rule)| (field, rule)).collect()
    }
}

/// The shop as its customers see it in mails.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShopProfile {
    /// Name of the shop.
    pub name: String,
    /// Where customers find it.
    pub url: String,
    /// Sender of its mails; an identity verified with the mail service.
    pub mail_from: String,
    /// Where customers write to.
    pub support_mail: String,
    /// Where customers call.
    pub phone: String,
    /// Its postal address, as the law asks of mail order (特定商取引法).
    pub address: String,
    /// Where to pay by bank transfer, in the shop's own words.
    pub bank_account: String,
}

/// A client company お客様企業.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Merchant {
    /// Its id.
    pub id: MerchantId,
    /// Counts up with every change; guards against lost updates.
    pub version: u64,
    /// The shop as customers see it.
    pub shop: ShopProfile,
    /// How its orders are handled.
    pub policy: OrderPolicy,
    /// The language of mails when an order names none.
    pub language: Language,
    /// Its stock locations, the preferred one first. Never empty.
    pub locations: Vec<LocationId>,
}

/// How a channel proves that a request is its own.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ChannelSecret {
    /// An API key in `X-Api-Key`; only its SHA-256 is kept, in hex.
    ApiKey {
        /// Lower-case hex.
        sha256: String,
    },
    /// The secret a platform signs its webhooks with.
    Signature {
        /// The shared secret.
        secret: String,
    },
    /// None was set since the channel was imported: nothing is taken from it.
    Unset,
}

impl std::fmt::Debug for ChannelSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::ApiKey { .. } => "ApiKey(▒▒▒)",
            Self::Signature { .. } => "Signature(▒▒▒)",
            Self::Unset => "Unset",
        })
    }
}

/// The dialect a channel speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChannelKind {
    /// Our own JSON.
    Json,
    /// Our own CSV: a row for each line.
    Csv,
    /// Orders that staff take by phone or chat, in our own JSON.
    Manual,
    /// Shopify's order webhooks.
    Shopify,
    /// 楽天市場: `getOrder` of the RakutenPay Order API, or the order CSV of RMS.
    Rakuten,
    /// Yahoo!ショッピング: `orderInfo`.
    Yahoo,
    /// Amazon: the Orders API, 2026-01-01 or v0.
    Amazon,
    /// WooCommerce's order webhooks.
    #[serde(rename = "woocommerce")]
    WooCommerce,
    /// BASE: `orders/detail`.
    Base,
    /// EC-CUBE 4: its webhook, with the order fetched for it.
    #[serde(rename = "eccube")]
    EcCube,
    /// ネクストエンジン: the 汎用 order CSV.
    #[serde(rename = "nextengine")]
    NextEngine,
    /// LOGILESS: its sales orders 受注伝票.
    Logiless,
}

impl ChannelKind {
    /// All kinds.
    pub const ALL: [Self; 12] = [
        Self::Json,
        Self::Csv,
        Self::Manual,
        Self::Shopify,
        Self::Rakuten,
        Self::Yahoo,
        Self::Amazon,
        Self::WooCommerce,
        Self::Base,
        Self::EcCube,
        Self::NextEngine,
        Self::Logiless,
    ];

    /// Its name in the API and on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Manual => "manual",
            Self::Shopify => "shopify",
            Self::Rakuten => "rakuten",
            Self::Yahoo => "yahoo",
            Self::Amazon => "amazon",
            Self::WooCommerce => "woocommerce",
            Self::Base => "base",
            Self::EcCube => "eccube",
            Self::NextEngine => "nextengine",
            Self::Logiless => "logiless",
        }
    }

    /// Whether the platform signs what it posts. The others are fetched from by an integration,
    /// which proves itself with a key.
    #[must_use]
    pub const fn signs(self) -> bool {
        match self {
            Self::Shopify | Self::WooCommerce | Self::EcCube => true,
            Self::Json
            | Self::Csv
            | Self::Manual
            | Self::Rakuten
            | Self::Yahoo
            | Self::Amazon
            | Self::Base
            | Self::NextEngine
            | Self::Logiless => false,
        }
    }
}

/// One shop of a merchant on one platform 店舗.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Channel {
    /// Its id.
    pub id: ChannelId,
    /// Whose it is.
    pub merchant: MerchantId,
    /// The dialect it speaks.
    pub kind: ChannelKind,
    /// How it proves itself.
    pub secret: ChannelSecret,
    /// How it is told what happens to its orders.
    #[serde(default)]
    pub reports: ReportSettings,
}

/// A product 商品 of a merchant's catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Product {
    /// Its code.
    pub sku: Sku,
    /// Its name.
    pub title: String,
    /// Its usual price, in yen.
    pub price: Amount,
    /// Its tax rate.
    pub tax_rate: TaxRate,
}

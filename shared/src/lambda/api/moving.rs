//! Records of all that a merchant has, as they are taken out and in: one format for both.

mod reading;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::limits::{AccountBody, BlockView, PointIssuerBody, PromotionBody};
use super::merchants::{MerchantBody, ProductBody};
use super::reports::ReportsBody;
use super::rules::RulesBody;
use super::stock::StockView;
use crate::app::limit_store::Registered;
use crate::app::ports::{LedgerEntry, MailRecord, Page};
use crate::app::query_orders::WholeOrder;
use crate::app::record::EventRecord;
use crate::app::records::{Exported, ImportOutcome, Imported, Kind, SCHEMA};
use crate::domain::ids::{LocationId, MerchantId, Sku};
use crate::domain::intake::Impossible;
use crate::domain::merchant::ChannelKind;
use crate::domain::order::Order;
use crate::domain::stock::StockKey;
use crate::lambda::http::{FieldError, Problem};

pub use self::reading::{EndedBody, PastOrderBody, read_row};

/// The most records of one request.
pub const MAX_RECORDS: usize = 100;

/// Something of a merchant's. What `data` holds depends on the `kind`: `infra/docs/MOVING.md` says it.
#[derive(Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MovedRecord {
    /// The version of this format: 1.
    pub schema: u32,
    /// What it is about.
    pub kind: Kind,
    /// Which: a code, a number, an id. Only products, promotions, accounts, issuers and channels need it.
    #[serde(default)]
    pub id: String,
    /// What it says.
    #[schema(value_type = Object)]
    pub data: Value,
}

/// What a `RULES` record says.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RulesData {
    /// Whether they are those in force.
    #[serde(default)]
    current: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    saved_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    saved_by: Option<String>,
    rules: RulesBody,
}

/// What a `CHANNEL` record says.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ChannelData {
    kind: ChannelKind,
    #[serde(default)]
    reports: ReportsBody,
}

/// What a `PROMOTION` record says.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PromotionData {
    promotion: PromotionBody,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ended_at: Option<Timestamp>,
}

/// What a `STOCK` record says. What orders have of it is told, and not taken over.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StockData {
    sku: Sku,
    location: LocationId,
    on_hand: i64,
    #[serde(default)]
    safety: i64,
    #[serde(default)]
    allocated: i64,
    #[serde(default)]
    backordered: i64,
}

/// What a `LEDGER` record says.
#[derive(Serialize)]
struct LedgerData {
    sku: Sku,
    location: LocationId,
    entry: LedgerEntry,
}

/// What an `ORDER` record says: the order and its events as they are stored, a form that only ever grows.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct OrderData {
    order: Order,
    #[serde(default)]
    history: Vec<EventRecord>,
    #[serde(default)]
    mails: Vec<MailRecord>,
}

impl MovedRecord {
    /// The record of what was taken out.
    ///
    /// # Errors
    /// 500 when it has no JSON form.
    pub fn of(exported: Exported) -> Result<Self, Problem> {
        match exported {
            Exported::Merchant(merchant) => {
                let id = merchant.id.to_string();
                Self::new(Kind::Merchant, id, MerchantBody::from(merchant))
            }
            Exported::Rules(version, current) => {
                let (saved_at, saved_by) = version.saved.map(|saved| (saved.at, saved.by)).unzip();
                let data = RulesData { current, saved_at, saved_by, rules: version.pack.into() };
                Self::new(Kind::Rules, version.version.to_string(), data)
            }
            Exported::Channel(channel) => {
                let data = ChannelData { kind: channel.kind, reports: channel.reports.into() };
                Self::new(Kind::Channel, channel.id.to_string(), data)
            }
            Exported::Product(product) => {
                Self::new(Kind::Product, product.sku.to_string(), ProductBody::from(product))
            }
            Exported::Registered(registered) => Self::of_registered(registered),
            Exported::Stock(key, stock) => {
                let StockView { on_hand, safety, allocated, backordered, .. } =
                    StockView::new(&key.location, &stock);
                let id = stock_id(&key);
                let StockKey { sku, location } = key;
                let data = StockData { sku, location, on_hand, safety, allocated, backordered };
                Self::new(Kind::Stock, id, data)
            }
            Exported::Ledger(key, entry) => {
                let id = format!("{} {}", stock_id(&key), entry.reference);
                Self::new(Kind::Ledger, id, LedgerData { sku: key.sku, location: key.location, entry })
            }
            Exported::Order(whole) => {
                let WholeOrder { order, history, mails, .. } = *whole;
                Self::new(Kind::Order, order.number.clone(), OrderData { order, history, mails })
            }
        }
    }

    fn of_registered(registered: Registered) -> Result<Self, Problem> {
        match registered {
            Registered::Promotion(promotion) => {
                let (id, ended_at) = (promotion.code.to_string(), promotion.ended_at);
                Self::new(Kind::Promotion, id, PromotionData { promotion: promotion.into(), ended_at })
            }
            Registered::Account(account) => {
                Self::new(Kind::Account, account.id.to_string(), AccountBody::from(account))
            }
            Registered::PointIssuer(issuer) => {
                Self::new(Kind::PointIssuer, issuer.id.to_string(), PointIssuerBody::from(issuer))
            }
            Registered::Blocked(entry) => {
                let entry = BlockView::from(entry);
                Self::new(Kind::Block, format!("{}-{}", entry.kind.name(), entry.hash), entry)
            }
        }
    }

    fn new(kind: Kind, id: String, data: impl Serialize) -> Result<Self, Problem> {
        let data = serde_json::to_value(data).map_err(Problem::internal)?;
        Ok(Self { schema: SCHEMA, kind, id, data })
    }
}

fn stock_id(key: &StockKey) -> String {
    format!("{}@{}", key.sku, key.location)
}

/// A page of everything a merchant has.
#[derive(Serialize, utoipa::ToSchema)]
pub struct ExportPage {
    /// The records. A page may be empty and yet have a next one.
    pub records: Vec<MovedRecord>,
    /// Where the next page begins; none on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

impl ExportPage {
    /// The page as it is sent.
    ///
    /// # Errors
    /// 500 when it has no JSON form.
    pub fn of(page: Page<Exported>) -> Result<Self, Problem> {
        let records = page.items.into_iter().map(MovedRecord::of).collect::<Result<_, _>>()?;
        Ok(Self { records, next_cursor: page.next })
    }
}

/// Records to take over, in the order in which they were taken out.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportBody {
    /// At most 100.
    #[schema(max_items = 100, value_type = Vec<MovedRecord>)]
    pub records: Vec<Value>,
}

/// A record, and what became of it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ImportedView {
    /// Where it was, such as `records[3]` or `line 4`.
    pub at: String,
    /// What it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<Kind>,
    /// Which.
    pub id: String,
    /// What became of it.
    pub outcome: ImportOutcome,
    /// The id of the order here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<String>,
    /// Why it was not taken over; `field` is a path into the record's `data`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
}

impl From<Imported> for ImportedView {
    fn from(imported: Imported) -> Self {
        let Imported { at, kind, id, outcome, order, errors } = imported;
        let error = |Impossible { field, message }| FieldError { field, message };
        let order = order.map(|order| order.to_string());
        Self { at, kind, id, outcome, order, errors: errors.into_iter().map(error).collect() }
    }
}

/// What became of the records.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ImportReport {
    /// Whose they are now.
    pub merchant: String,
    /// Whether nothing was stored.
    pub dry_run: bool,
    /// How many ended how.
    pub counts: BTreeMap<&'static str, u64>,
    /// Each of them, in the order they were sent.
    pub results: Vec<ImportedView>,
}

impl ImportReport {
    /// What is told about the records.
    #[must_use]
    pub fn new(merchant: &MerchantId, dry_run: bool, imported: Vec<Imported>) -> Self {
        let mut counts = BTreeMap::new();
        for record in &imported {
            *counts.entry(record.outcome.name()).or_default() += 1;
        }
        let results = imported.into_iter().map(Into::into).collect();
        Self { merchant: merchant.to_string(), dry_run, counts, results }
    }
}

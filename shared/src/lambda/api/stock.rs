//! Stock, and how it is received and adjusted.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Defects;
use crate::app::idempotency::Reply;
use crate::app::ports::{LedgerEntry, LedgerReason, Page};
use crate::domain::ids::LocationId;
use crate::domain::intake::Impossible;
use crate::domain::stock::{Stock, StockDelta};

/// The most units one receipt or adjustment moves.
const MAX_MOVE: i64 = 1_000_000;

/// Goods that arrived 入庫.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReceiptBody {
    /// Where.
    #[schema(value_type = String, example = "main")]
    pub location: LocationId,
    /// How many units, 1 to 1,000,000.
    #[schema(example = 100)]
    pub quantity: i64,
    /// The slip: the same one counts once.
    #[schema(example = "ASN-2026-1121-01")]
    pub reference: String,
}

impl ReceiptBody {
    /// Where, what changes, and the slip.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn read(self) -> Result<(LocationId, StockDelta, String), Vec<Impossible>> {
        let mut defects = Defects::default();
        defects.check((1..=MAX_MOVE).contains(&self.quantity), "quantity", "must be 1 to 1,000,000");
        defects.check_text(&self.reference, 100, "reference");
        let delta = StockDelta { on_hand: self.quantity, ..StockDelta::default() };
        defects.or((self.location, delta, self.reference))
    }
}

/// A difference that a count found 棚卸差異, or a change of the safety stock.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AdjustmentBody {
    /// Where.
    #[schema(value_type = String, example = "main")]
    pub location: LocationId,
    /// Units more (or fewer, negative) on hand.
    #[serde(default)]
    #[schema(example = -2)]
    pub on_hand: i64,
    /// Units more (or fewer, negative) kept back.
    #[serde(default)]
    pub safety: i64,
    /// The count: the same one counts once.
    #[schema(example = "COUNT-2026-11-21")]
    pub reference: String,
}

impl AdjustmentBody {
    /// Where, what changes, and the count.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn read(self) -> Result<(LocationId, StockDelta, String), Vec<Impossible>> {
        let mut defects = Defects::default();
        for (field, units) in [("on_hand", self.on_hand), ("safety", self.safety)] {
            let ok = (-MAX_MOVE..=MAX_MOVE).contains(&units);
            defects.check(ok, field, "must be -1,000,000 to 1,000,000");
        }
        defects.check(
            self.on_hand != 0 || self.safety != 0,
            "on_hand",
            "one of on_hand and safety must change",
        );
        defects.check_text(&self.reference, 100, "reference");
        let delta = StockDelta { on_hand: self.on_hand, safety: self.safety, ..StockDelta::default() };
        defects.or((self.location, delta, self.reference))
    }
}

/// The stock of a SKU at one location.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct StockView {
    /// Where.
    pub location: String,
    /// Physically there 実在庫.
    pub on_hand: i64,
    /// Promised to orders 引当済.
    pub allocated: i64,
    /// Kept back 安全在庫.
    pub safety: i64,
    /// Units orders wait for 入荷待ち.
    pub backordered: i64,
    /// What is left: on hand less allocated less safety.
    pub available: i64,
}

impl StockView {
    /// What the caller is told about `stock` at `location` after a change.
    #[must_use]
    pub fn reply(location: &LocationId, stock: &Stock) -> Reply {
        let body = serde_json::to_string(&Self::new(location, stock)).unwrap_or_default();
        Reply { status: 200, body }
    }

    /// What is shown of `stock` at `location`.
    #[must_use]
    pub fn new(location: &LocationId, stock: &Stock) -> Self {
        Self {
            location: location.to_string(),
            on_hand: stock.on_hand,
            allocated: stock.allocated,
            safety: stock.safety,
            backordered: stock.backordered,
            available: stock.available,
        }
    }
}

/// The stock of a SKU.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct StockList {
    /// At each of the merchant's locations.
    pub stock: Vec<StockView>,
}

/// A row of a ledger 在庫台帳.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct LedgerView {
    /// Why.
    pub reason: LedgerReason,
    /// The slip, the count, or the order's event.
    pub reference: String,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: String,
    /// Change of what is on hand.
    pub on_hand: i64,
    /// Change of what is allocated.
    pub allocated: i64,
    /// Change of the safety stock.
    pub safety: i64,
    /// Change of what orders wait for.
    pub backordered: i64,
}

/// A page of a ledger, the newest first.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct LedgerList {
    /// The rows.
    pub entries: Vec<LedgerView>,
    /// Where the next page begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

impl From<Page<LedgerEntry>> for LedgerList {
    fn from(page: Page<LedgerEntry>) -> Self {
        let view = |entry: LedgerEntry| LedgerView {
            reason: entry.reason,
            reference: entry.reference,
            at: entry.at,
            by: entry.cause.actor,
            on_hand: entry.on_hand,
            allocated: entry.allocated,
            safety: entry.safety,
            backordered: entry.backordered,
        };
        Self { entries: page.items.into_iter().map(view).collect(), next_cursor: page.next }
    }
}

//! Stock, and why it changed.

use std::future::Future;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{ListError, Page, StoreError};
use crate::app::record::Cause;
use crate::domain::ids::{LineId, MerchantId, OrderId};
use crate::domain::stock::{Stock, StockDelta, StockKey};

/// Why a stock changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum LedgerReason {
    /// 入庫: goods arrived.
    Receipt,
    /// 棚卸差異: a count found more or fewer.
    Adjustment,
    /// An order: allocation, release, shipping or waiting.
    Order,
}

/// One row of a stock's ledger 在庫台帳: written with the change, never changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerEntry {
    /// Why.
    pub reason: LedgerReason,
    /// The slip, the count, or the order's event and line: makes the change count once.
    pub reference: String,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub cause: Cause,
    /// Change of what is on hand.
    pub on_hand: i64,
    /// Change of what is allocated.
    pub allocated: i64,
    /// Change of the safety stock.
    pub safety: i64,
    /// Change of what orders wait for.
    pub backordered: i64,
    /// Whether it calls for the next ones that wait, though nothing came free.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub calls_next: bool,
}

/// A change of stock that no order causes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StockChange {
    /// Whose.
    pub merchant: MerchantId,
    /// Which.
    pub key: StockKey,
    /// What changes.
    pub delta: StockDelta,
    /// Why; not `Order`.
    pub reason: LedgerReason,
    /// The slip or count: the same one changes the stock once.
    pub reference: String,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub cause: Cause,
}

/// How a change of stock ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StockChanged {
    /// It was written.
    Done,
    /// The same reference with the same change was written before.
    AlreadyDone,
    /// The reference was used before for another change.
    ReferenceReused,
    /// It would leave fewer than nothing on hand, or less than nothing as safety stock.
    BelowZero,
}

/// Where stock is kept.
pub trait StockStore: Send + Sync {
    /// The counts of each key, strongly consistent; all zero for a stock nobody has seen.
    fn counts(
        &self,
        merchant: &MerchantId,
        keys: &[StockKey],
    ) -> impl Future<Output = Result<Vec<Stock>, StoreError>> + Send;

    /// Changes a stock with its ledger row. When units became free, the row is also an event, which
    /// leads to the back orders being filled.
    fn change(&self, change: &StockChange) -> impl Future<Output = Result<StockChanged, StoreError>> + Send;

    /// The order lines that wait for a stock, the first in first, at most `limit`.
    fn waiting(
        &self,
        merchant: &MerchantId,
        key: &StockKey,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<(OrderId, LineId)>, StoreError>> + Send;

    /// A page of a stock's ledger, the newest first.
    fn ledger(
        &self,
        merchant: &MerchantId,
        key: &StockKey,
        cursor: Option<&str>,
        limit: usize,
    ) -> impl Future<Output = Result<Page<LedgerEntry>, ListError>> + Send;
}

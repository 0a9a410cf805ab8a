//! Orders, what is written with them, and the answers they were given.

use std::future::Future;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{ListError, Page, StoreError};
use crate::app::record::EventRecord;
use crate::app::worklist::OrderWork;
use crate::domain::ids::{ChannelId, MerchantId, OrderId};
use crate::domain::money::{Amount, Currency};
use crate::domain::order::{Order, OrderState};
use crate::domain::stock::Movement;

/// Why a commit did not happen. Nothing of it was written.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// Somebody else changed the order: load it and decide again.
    #[error("the order was changed meanwhile")]
    Conflict,
    /// The stock does not have what the movements take: look at it and decide again.
    #[error("the stock was changed meanwhile")]
    StockChanged,
    /// What orders share has no room for what the order takes: look at it and decide again.
    #[error("what orders share was changed meanwhile")]
    TallyChanged,
    /// The request was answered before; this is what it was told.
    #[error("the request was answered before")]
    Answered(Box<Answer>),
    /// The order exists already (only when creating); this is how it stands.
    #[error("the order exists already")]
    Exists(Box<Order>),
    /// The store could not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// An answer to a request with an `Idempotency-Key`, kept for a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Who asked, for what, with which key.
    pub key: String,
    /// SHA-256 of the request, in hex: another request with the same key is a mistake.
    pub request: String,
    /// The HTTP status.
    pub status: u16,
    /// The body, JSON.
    pub body: String,
    /// When it may be forgotten.
    pub expires_at: Timestamp,
}

impl Answer {
    /// How long an answer is kept.
    pub const KEPT: SignedDuration = SignedDuration::from_hours(24);

    /// When it was given. Older answers with the same key that had ended by then make room for it.
    #[must_use]
    pub fn given_at(&self) -> Timestamp {
        self.expires_at - Self::KEPT
    }
}

/// Everything one decision writes, in one transaction.
#[derive(Debug, Clone)]
pub struct Commit {
    /// The order afterwards.
    pub order: Order,
    /// The version it must have before; 0 when it must not exist.
    pub expected_version: u64,
    /// What happened.
    pub records: Vec<EventRecord>,
    /// What happens to the stock.
    pub movements: Vec<Movement>,
    /// What the request is told, if it may be repeated.
    pub answer: Option<Answer>,
    /// Whether more lines wait for what it fills: the fill then calls for the next ones.
    pub calls_next: bool,
}

/// What a list shows of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderSummary {
    /// Which order.
    pub id: OrderId,
    /// The channel.
    pub channel: ChannelId,
    /// The channel's number of it.
    pub number: String,
    /// Where it stands.
    pub state: OrderState,
    /// What it costs.
    pub total: Amount,
    /// In which currency.
    pub currency: Currency,
    /// When we received it.
    pub received_at: Timestamp,
    /// How many holds are open.
    pub holds: usize,
    /// How many tickets are open.
    pub tickets: usize,
    /// How many call requests are open.
    #[serde(default)]
    pub calls: usize,
}

impl OrderSummary {
    /// What a list shows of `order`.
    #[must_use]
    pub fn of(order: &Order) -> Self {
        Self {
            id: order.id.clone(),
            channel: order.channel.clone(),
            number: order.number.clone(),
            state: order.state,
            total: order.billing().total,
            currency: order.currency,
            received_at: order.received_at,
            holds: order.open_holds().count(),
            tickets: order.open_tickets().count(),
            calls: order.open_calls().count(),
        }
    }

    /// Whether a person has to look at it 要対応.
    #[must_use]
    pub const fn needs_attention(&self) -> bool {
        self.holds > 0 || self.tickets > 0 || self.calls > 0
    }
}

/// Which orders to list. Newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderQuery {
    /// Of which merchant.
    pub merchant: MerchantId,
    /// Which of them.
    pub filter: OrderFilter,
    /// Where the last page ended.
    pub cursor: Option<String>,
    /// How many, at most 100.
    pub limit: usize,
}

/// Which orders of a merchant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderFilter {
    /// All of them.
    All,
    /// Those in one state.
    State(OrderState),
    /// Those with an open hold, ticket or call request 要対応.
    Attention,
}

/// Where orders are kept.
pub trait OrderStore: Send + Sync {
    /// The order as it stands, strongly consistent; `None` when there is none.
    fn load(&self, id: &OrderId) -> impl Future<Output = Result<Option<Order>, StoreError>> + Send;

    /// One event of the order; `None` when there is none of that number.
    fn event(
        &self,
        id: &OrderId,
        seq: u64,
    ) -> impl Future<Output = Result<Option<EventRecord>, StoreError>> + Send;

    /// Everything that happened to the order, in order; empty when there is none.
    fn history(&self, id: &OrderId) -> impl Future<Output = Result<Vec<EventRecord>, StoreError>> + Send;

    /// The first event of each of these orders that exists, in any order. At most 100 orders.
    fn receipts(&self, ids: &[OrderId]) -> impl Future<Output = Result<Vec<EventRecord>, StoreError>> + Send;

    /// Writes everything or nothing.
    fn commit(&self, commit: &Commit) -> impl Future<Output = Result<(), CommitError>> + Send;

    /// Writes commits of different orders, each as if it came alone, and tells of each how it ended. They
    /// move no stock.
    fn commit_all(&self, commits: &[Commit]) -> impl Future<Output = Vec<Result<(), CommitError>>> + Send;

    /// A page of orders, eventually consistent.
    fn list(&self, query: &OrderQuery) -> impl Future<Output = Result<Page<OrderSummary>, ListError>> + Send;

    /// The orders of a merchant that people have to deal with, the most urgent first, at most `limit`;
    /// eventually consistent.
    fn work(
        &self,
        merchant: &MerchantId,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<OrderWork>, StoreError>> + Send;

    /// Orders whose next due moment is not after `now`, the earliest first, at most `limit`.
    fn due(
        &self,
        now: Timestamp,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<OrderId>, StoreError>> + Send;
}

/// Where answers to repeatable requests are kept, besides those written with an order.
pub trait AnswerStore: Send + Sync {
    /// What the request with this key was told; `None` when it is new or forgotten.
    fn recall(
        &self,
        key: &str,
        now: Timestamp,
    ) -> impl Future<Output = Result<Option<Answer>, StoreError>> + Send;

    /// Keeps an answer that no commit carries; the one kept first stays.
    fn remember(&self, answer: &Answer) -> impl Future<Output = Result<(), StoreError>> + Send;
}

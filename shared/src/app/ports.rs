//! What the use cases need of the world. Every port says which error means what, and its contract
//! suite in `tests/` runs against the fake and against the real adapter.

mod channels;

use std::future::Future;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

pub use self::channels::{
    ChannelMessage, ChannelPace, ChannelReports, FetchOrder, LONGEST_PACE, OutgoingReport, ReportDialects,
};
use super::message::{Message, Stage};
use super::record::{Cause, EventRecord};
use super::worklist::OrderWork;
use crate::domain::customer::Personal;
use crate::domain::ids::{ChannelId, LineId, MerchantId, OrderId, ShipmentId, Sku};
use crate::domain::merchant::{Channel, Merchant, Product};
use crate::domain::money::{Amount, Currency};
use crate::domain::order::{Order, OrderState};
use crate::domain::payment::{Operation, OperationOutcome, PaymentMethod};
use crate::domain::rule_pack::RuleVersion;
use crate::domain::shipment::Shipment;
use crate::domain::stock::{Movement, Stock, StockDelta, StockKey};

/// The time. The only clock there is.
pub trait Clock: Send + Sync {
    /// This moment.
    fn now(&self) -> Timestamp;
}

/// The store could not answer.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It is busy, throttled or out of reach; the same call may succeed later. For a write it is
    /// unknown whether it happened: repeat it, every write is conditional.
    #[error("the store is unavailable")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A stored item cannot be read; repeating will not help.
    #[error("a stored item cannot be read: {0}")]
    Corrupt(String),
}

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

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// What is on it.
    pub items: Vec<T>,
    /// Where the next page begins; `None` on the last.
    pub next: Option<String>,
}

/// A cursor that is none of ours, or of another list.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// The cursor cannot be read.
    #[error("the cursor is not one this list gave out")]
    BadCursor,
    /// The store could not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
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

/// The merchant or product was changed meanwhile: read it and change it again.
#[derive(Debug, thiserror::Error)]
pub enum PutError {
    /// Somebody else changed it.
    #[error("it was changed meanwhile")]
    Conflict,
    /// The store could not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Where merchants, their rules, channels and products are kept.
pub trait MerchantStore: Send + Sync {
    /// A merchant; `None` when there is none.
    fn merchant(&self, id: &MerchantId) -> impl Future<Output = Result<Option<Merchant>, StoreError>> + Send;

    /// Writes a merchant with the rules of this version, both or neither. The stored version must be
    /// one less; version 1 must not exist.
    fn put_merchant(
        &self,
        merchant: &Merchant,
        rules: &RuleVersion,
    ) -> impl Future<Output = Result<(), PutError>> + Send;

    /// The rules that came with `version` of a merchant's settings; `None` when there were none. They
    /// never change.
    fn rules(
        &self,
        merchant: &MerchantId,
        version: u32,
    ) -> impl Future<Output = Result<Option<RuleVersion>, StoreError>> + Send;

    /// A page of all versions of a merchant's rules, the newest first.
    fn list_rules(
        &self,
        merchant: &MerchantId,
        cursor: Option<&str>,
        limit: usize,
    ) -> impl Future<Output = Result<Page<RuleVersion>, ListError>> + Send;

    /// A page of all merchants, by id.
    fn list_merchants(
        &self,
        cursor: Option<&str>,
        limit: usize,
    ) -> impl Future<Output = Result<Page<MerchantId>, ListError>> + Send;

    /// A channel; `None` when there is none.
    fn channel(&self, id: &ChannelId) -> impl Future<Output = Result<Option<Channel>, StoreError>> + Send;

    /// Writes a channel. `Conflict` when it belongs to another merchant.
    fn put_channel(&self, channel: &Channel) -> impl Future<Output = Result<(), PutError>> + Send;

    /// A page of a merchant's channels by id.
    fn list_channels(
        &self,
        merchant: &MerchantId,
        cursor: Option<&str>,
        limit: usize,
    ) -> impl Future<Output = Result<Page<Channel>, ListError>> + Send;

    /// Those of the SKUs that are in the catalogue, in any order. At most 100 SKUs.
    fn products(
        &self,
        merchant: &MerchantId,
        skus: &[Sku],
    ) -> impl Future<Output = Result<Vec<Product>, StoreError>> + Send;

    /// Writes a product; the last one wins.
    fn put_product(
        &self,
        merchant: &MerchantId,
        product: &Product,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// A page of the catalogue by SKU.
    fn list_products(
        &self,
        merchant: &MerchantId,
        cursor: Option<&str>,
        limit: usize,
    ) -> impl Future<Output = Result<Page<Product>, ListError>> + Send;
}

/// How a mail stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MailStatus {
    /// Being sent; if it stays so, nobody knows whether it went out.
    Sending,
    /// The mail service accepted it.
    Sent {
        /// The service's id of it.
        message_id: String,
    },
    /// The mail service refused it, or there is no address.
    Refused {
        /// Why.
        reason: String,
    },
    /// Nobody knows whether it was sent. It is never sent again.
    Unknown,
}

/// The record that a mail about a fact was begun: it makes the mail go out at most once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailRecord {
    /// The fact: the mail's kind and the event it tells of.
    pub fact: String,
    /// When it was begun.
    pub begun_at: Timestamp,
    /// How it stands.
    #[serde(flatten)]
    pub status: MailStatus,
}

/// Where it is kept which mails went out.
pub trait MailLog: Send + Sync {
    /// Begins the mail about `fact`: `None` when it is begun now, otherwise how it stands since
    /// somebody began it before.
    fn begin(
        &self,
        order: &OrderId,
        fact: &str,
        now: Timestamp,
    ) -> impl Future<Output = Result<Option<MailRecord>, StoreError>> + Send;

    /// Notes how it ended. `None` forgets the beginning: the mail surely was not sent and may be
    /// begun again.
    fn finish(
        &self,
        order: &OrderId,
        fact: &str,
        status: Option<&MailStatus>,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// The mails of an order.
    fn mails(&self, order: &OrderId) -> impl Future<Output = Result<Vec<MailRecord>, StoreError>> + Send;
}

/// A mail, ready to go.
#[derive(Clone)]
pub struct OutgoingMail {
    /// The sender's address.
    pub from: String,
    /// The recipient's address.
    pub to: String,
    /// The whole message, MIME.
    pub raw: Vec<u8>,
}

/// Why a mail was not accepted.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// The mail service refuses it for good: the address, the sender or the content.
    #[error("the mail service refuses the mail: {0}")]
    Refused(String),
    /// It surely was not accepted, and may be later.
    #[error("the mail service is unavailable")]
    NotSent(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The answer was lost: nobody knows.
    #[error("the mail service did not answer")]
    Unknown(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// The mail service.
pub trait Mailer: Send + Sync {
    /// Sends a mail and returns the service's id of it.
    fn send(&self, mail: &OutgoingMail) -> impl Future<Output = Result<String, MailError>> + Send;
}

/// The provider could not be reached, and surely has not done anything.
#[derive(Debug, thiserror::Error)]
#[error("the payment provider is unavailable")]
pub struct ProviderUnavailable(#[source] pub Box<dyn std::error::Error + Send + Sync>);

/// What a provider needs to know besides the operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderContext {
    /// Card or pay-later.
    pub method: PaymentMethod,
    /// The card token or the customer's reference.
    pub token: Option<Personal>,
    /// The provider's reference of the authorization.
    pub reference: Option<String>,
    /// The currency of the amount.
    pub currency: Currency,
}

/// A payment provider 決済代行. Contract: two calls with the same key do the thing at most once and
/// both tell its outcome. An adapter of a provider without idempotency keys has to see to that.
pub trait PaymentProvider: Send + Sync {
    /// Does the operation. A lost answer is `Ok(Unknown)`.
    fn perform(
        &self,
        operation: &Operation,
        context: &ProviderContext,
    ) -> impl Future<Output = Result<OperationOutcome, ProviderUnavailable>> + Send;

    /// What became of the operation; `None` when the provider never got it.
    fn look(
        &self,
        operation: &Operation,
        context: &ProviderContext,
    ) -> impl Future<Output = Result<Option<OperationOutcome>, ProviderUnavailable>> + Send;
}

/// A queue or a bucket could not be reached. What was to be written may have been.
#[derive(Debug, thiserror::Error)]
#[error("{what} is unavailable")]
pub struct Unavailable {
    /// What could not be reached.
    pub what: &'static str,
    /// Why.
    #[source]
    pub source: Box<dyn std::error::Error + Send + Sync>,
}

/// The queues of the stages.
pub trait StageQueues: Send + Sync {
    /// Sends messages to one stage, and returns the indices of those that were not taken.
    fn send(
        &self,
        stage: Stage,
        messages: &[&Message],
    ) -> impl Future<Output = Result<Vec<usize>, Unavailable>> + Send;
}

/// What the warehouse is told. It may be told twice: `id` says that it is the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum WarehouseMessage {
    /// 出荷指示: ship this.
    ShippingInstruction(Box<ShippingInstruction>),
    /// 出荷停止依頼: do not ship this, and say whether that was in time.
    Recall {
        /// The version of this format.
        schema: u32,
        /// The same recall has the same id.
        id: String,
        /// Which shipment.
        shipment: ShipmentId,
        /// Of which merchant.
        merchant: MerchantId,
    },
}

/// A shipping instruction 出荷指示.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShippingInstruction {
    /// The version of this format.
    pub schema: u32,
    /// The same instruction has the same id.
    pub id: String,
    /// Of which merchant.
    pub merchant: MerchantId,
    /// Of which order.
    pub order: OrderId,
    /// The number the customer knows the order by.
    pub order_number: String,
    /// What to ship, and where from.
    pub shipment: InstructedShipment,
    /// Where to.
    pub address: crate::domain::customer::Address,
    /// When the customer wants it.
    pub desired: crate::domain::customer::DesiredDelivery,
    /// Cash the carrier has to collect 代引金額, in the currency's smallest unit.
    pub cash_on_delivery: Option<Amount>,
}

/// What to ship.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstructedShipment {
    /// Which shipment; events are reported for it.
    pub id: ShipmentId,
    /// Where from.
    pub location: crate::domain::ids::LocationId,
    /// What.
    pub lines: Vec<InstructedLine>,
}

/// A line of a shipping instruction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstructedLine {
    /// What.
    pub sku: Sku,
    /// Its name.
    pub title: String,
    /// How many.
    pub quantity: u32,
}

/// The warehouse.
pub trait Warehouse: Send + Sync {
    /// Tells the warehouse something, and keeps a copy of it. Repeating it does no harm.
    fn tell(&self, message: &WarehouseMessage) -> impl Future<Output = Result<(), Unavailable>> + Send;
}

/// Where raw payloads and documents are kept.
pub trait Archive: Send + Sync {
    /// Keeps `body` under `key`. The same key always has the same content, so repeating does no harm.
    fn keep(&self, key: &str, body: &[u8]) -> impl Future<Output = Result<(), Unavailable>> + Send;

    /// The bytes of `key` from the first to before the second, fewer where it ends before; `None` when
    /// there is no such document.
    fn read(
        &self,
        key: &str,
        bytes: (u64, u64),
    ) -> impl Future<Output = Result<Option<Vec<u8>>, Unavailable>> + Send;
}

impl InstructedShipment {
    /// The part of a shipment the warehouse has to know.
    #[must_use]
    pub fn of(order: &Order, shipment: &Shipment) -> Self {
        let lines = shipment.lines.iter().filter_map(|units| {
            let line = order.line(units.line)?;
            Some(InstructedLine {
                sku: line.sku.clone(),
                title: line.title.clone(),
                quantity: units.quantity,
            })
        });
        Self { id: shipment.id.clone(), location: shipment.location.clone(), lines: lines.collect() }
    }
}

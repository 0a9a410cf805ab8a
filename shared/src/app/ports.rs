//! What the use cases need of the world. Every port says which error means what, and its contract
//! suite in `tests/` runs against the fake and against the real adapter.

mod channels;
mod mails;
mod merchants;
mod orders;
mod payments;
mod stock;
mod warehouse;

use std::future::Future;

use jiff::Timestamp;

pub use self::channels::{
    ChannelMessage, ChannelPace, ChannelReports, FetchOrder, LONGEST_PACE, OutgoingReport, ReportDialects,
};
pub use self::mails::{MailError, MailLog, MailRecord, MailStatus, Mailer, OutgoingMail};
pub use self::merchants::{MerchantStore, PutError};
pub use self::orders::{
    Answer, AnswerStore, Commit, CommitError, OrderFilter, OrderQuery, OrderStore, OrderSummary,
};
pub use self::payments::{PaymentProvider, ProviderContext, ProviderUnavailable};
pub use self::stock::{LedgerEntry, LedgerReason, StockChange, StockChanged, StockStore};
pub use self::warehouse::{
    InstructedLine, InstructedShipment, ShippingInstruction, Warehouse, WarehouseMessage,
};
use super::message::{Message, Stage};

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

//! What channels are told 連携, through a queue.

use std::future::Future;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{StoreError, Unavailable};
use crate::domain::ids::{ChannelId, MerchantId, OrderId, ReportId};
use crate::domain::merchant::{Channel, ChannelKind};
use crate::domain::order::Order;
use crate::domain::report::{Fact, FactKind, ReportCall, Unreportable};

/// A report to a channel. It may be given to the queue twice: `id` and `attempt` say that it is the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutgoingReport {
    /// The version of this format.
    pub schema: u32,
    /// The same fact has the same id.
    pub id: ReportId,
    /// Of which merchant.
    pub merchant: MerchantId,
    /// Which channel.
    pub channel: ChannelId,
    /// Its platform.
    pub kind: ChannelKind,
    /// Which order.
    pub order: OrderId,
    /// The channel's number of it.
    pub order_number: String,
    /// What it tells.
    pub fact: FactKind,
    /// How often it was to be told, from 1: somebody has it repeated on purpose.
    pub attempt: u8,
    /// The order's version when this was written: of two reports the one with the higher number knows
    /// more.
    pub sequence: u64,
    /// The platform is not to be called before.
    pub not_before: Timestamp,
    /// The calls, to be made in this order.
    pub calls: Vec<ReportCall>,
}

/// A request to fetch an order from a channel and to post it as channels do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FetchOrder {
    /// The version of this format.
    pub schema: u32,
    /// The same request has the same id.
    pub id: String,
    /// Of which merchant.
    pub merchant: MerchantId,
    /// Which channel.
    pub channel: ChannelId,
    /// Its platform.
    pub kind: ChannelKind,
    /// The channel's number or id of the order.
    pub order_number: String,
    /// What to fetch; the whole order when empty.
    pub wanted: Vec<String>,
    /// The platform is not to be called before.
    pub not_before: Timestamp,
}

/// What the integration of a channel is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ChannelMessage {
    /// Tell the platform something.
    Report(Box<OutgoingReport>),
    /// Fetch an order from it.
    FetchOrder(FetchOrder),
}

impl ChannelMessage {
    /// The message's id.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::Report(report) => report.id.as_str(),
            Self::FetchOrder(fetch) => &fetch.id,
        }
    }
}

/// The queue that the integrations of the channels read: they have the platforms' credentials, we do
/// not. The contract is `infra/docs/CHANNEL_REPORTS.md`.
pub trait ChannelReports: Send + Sync {
    /// Gives a message to the queue, to be read after `delay` at the earliest as far as the queue can
    /// do that. Repeating it does no harm: the integration knows messages by their id.
    fn tell(
        &self,
        message: &ChannelMessage,
        delay: SignedDuration,
    ) -> impl Future<Output = Result<(), Unavailable>> + Send;

    /// Asks for an order of which the channel has told us too little.
    fn fetch(
        &self,
        fetch: FetchOrder,
        delay: SignedDuration,
    ) -> impl Future<Output = Result<(), Unavailable>> + Send {
        async move { self.tell(&ChannelMessage::FetchOrder(fetch), delay).await }
    }
}

/// The longest a call of a channel can lie ahead: shorter than a queue's message may stay invisible.
pub const LONGEST_PACE: SignedDuration = SignedDuration::from_hours(11);

/// How often each channel may be called.
pub trait ChannelPace: Send + Sync {
    /// Takes the next free `length` of the channel's time, and returns when it begins: `now`, or when
    /// what was taken before ends. No two callers get the same. In whole milliseconds.
    ///
    /// [`StoreError::Unavailable`] also when it would begin more than [`LONGEST_PACE`] from now.
    fn reserve(
        &self,
        channel: &ChannelId,
        now: Timestamp,
        length: SignedDuration,
    ) -> impl Future<Output = Result<Timestamp, StoreError>> + Send;
}

/// What platforms call what we tell them.
pub trait ReportDialects: Send + Sync {
    /// The calls that tell `channel` of `fact`; none when its platform does not want to know.
    ///
    /// # Errors
    /// [`Unreportable`], when it wants to know and cannot be told.
    fn write(&self, channel: &Channel, order: &Order, fact: &Fact) -> Result<Vec<ReportCall>, Unreportable>;
}

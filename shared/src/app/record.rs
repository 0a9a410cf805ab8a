//! Who caused what: the frame around every event.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::Event;
use crate::domain::ids::{ChannelId, MerchantId, OrderId};

/// Why something is done: it travels from a request through every event and message it leads to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cause {
    /// Who: a user, a channel, or a stage by its name.
    pub actor: String,
    /// The request that began it all.
    pub correlation: String,
    /// The event that led here; none for a request from outside.
    pub event: Option<String>,
}

impl Cause {
    /// A request from outside.
    #[must_use]
    pub fn request(actor: impl Into<String>, correlation: impl Into<String>) -> Self {
        Self { actor: actor.into(), correlation: correlation.into(), event: None }
    }

    /// A request from a channel.
    #[must_use]
    pub fn of_channel(channel: &ChannelId, correlation: impl Into<String>) -> Self {
        Self::request(format!("channel:{channel}"), correlation)
    }

    /// Whether `channel` itself asked for it.
    #[must_use]
    pub fn is_of_channel(&self, channel: &ChannelId) -> bool {
        self.actor.strip_prefix("channel:") == Some(channel.as_str())
    }
}

/// An event as it is stored: history, outbox and concurrency guard in one row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventRecord {
    /// Whose order.
    pub order: OrderId,
    /// The merchant of the order.
    pub merchant: MerchantId,
    /// Running number within the order, from 1; the order's version after this event.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub cause: Cause,
    /// What.
    pub event: Event,
}

impl EventRecord {
    /// The event's id, unique over all orders.
    #[must_use]
    pub fn id(&self) -> String {
        event_id(&self.order, self.seq)
    }
}

/// The id of the `seq`th event of `order`.
#[must_use]
pub fn event_id(order: &OrderId, seq: u64) -> String {
    format!("{order}:{seq}")
}

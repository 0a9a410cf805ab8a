//! Whether an order stands at its channel where it stands with us.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::order::{Order, OrderState};

/// Where an order stands at its channel.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ChannelStatus {
    /// The channel has not let it go yet: it reviews the payment or waits for it.
    Pending,
    /// It is to be shipped.
    #[default]
    Open,
    /// Some of it has left.
    PartiallyShipped,
    /// All of it has left.
    Shipped,
    /// It was cancelled.
    Cancelled,
}

impl ChannelStatus {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Pending, Self::Open, Self::PartiallyShipped, Self::Shipped, Self::Cancelled];

    /// Its name in tickets and messages.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Open => "OPEN",
            Self::PartiallyShipped => "PARTIALLY_SHIPPED",
            Self::Shipped => "SHIPPED",
            Self::Cancelled => "CANCELLED",
        }
    }
}

/// How what a channel says of an order compares with what we know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Agreement {
    /// Both say the same.
    Agrees,
    /// The channel has not caught up with us yet; it should by itself.
    ChannelLags,
    /// We have not caught up with the channel yet: it was cancelled there, and is being cancelled here.
    WeLag,
    /// Both cannot be right: goods may leave that nobody wants, or never leave.
    Conflict,
}

impl Agreement {
    /// How long it may last before a person must look; `None` when nobody must.
    #[must_use]
    pub const fn grace(self) -> Option<SignedDuration> {
        match self {
            Self::Agrees => None,
            // Longer than an answer to a report may take, which has an alarm of its own.
            Self::ChannelLags | Self::WeLag => Some(SignedDuration::from_hours(12)),
            Self::Conflict => Some(SignedDuration::from_hours(1)),
        }
    }
}

/// A disagreement that lasts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drift {
    /// What the channel said last.
    pub status: ChannelStatus,
    /// Since when it disagrees.
    pub since: Timestamp,
    /// Whether a ticket has told of it.
    pub alarmed: bool,
}

/// Compares what a channel says of an order with what we know: the whole table at one glance.
#[must_use]
pub fn compare(order: &Order, status: ChannelStatus) -> Agreement {
    use Agreement::{Agrees, ChannelLags, Conflict};
    use ChannelStatus::{Cancelled, Open, PartiallyShipped, Pending, Shipped};
    match order.state {
        OrderState::Received | OrderState::Validated => match status {
            Pending | Open => Agrees,
            PartiallyShipped | Shipped => Conflict,
            Cancelled => cancelled_there(order),
        },
        OrderState::Ready | OrderState::Released => match status {
            Open => Agrees,
            Pending | PartiallyShipped | Shipped => Conflict,
            Cancelled => cancelled_there(order),
        },
        OrderState::PartiallyShipped => match status {
            // Several platforms know no partial shipment: their order is open until its last parcel.
            Open | PartiallyShipped => Agrees,
            Pending | Shipped => Conflict,
            Cancelled => cancelled_there(order),
        },
        OrderState::Shipped | OrderState::Delivered | OrderState::Completed => match status {
            Shipped => Agrees,
            Open | PartiallyShipped => ChannelLags,
            Pending | Cancelled => Conflict,
        },
        OrderState::Cancelled => match status {
            Cancelled => Agrees,
            Pending | Open => ChannelLags,
            PartiallyShipped | Shipped => Conflict,
        },
    }
}

const fn cancelled_there(order: &Order) -> Agreement {
    if order.cancellation.is_some() { Agreement::WeLag } else { Agreement::Conflict }
}

impl Order {
    /// When a person must look at the disagreement with the channel; `None` when nobody must, or has
    /// been asked to already.
    #[must_use]
    pub fn drift_alarm_at(&self) -> Option<Timestamp> {
        let drift = self.drift.as_ref().filter(|drift| !drift.alarmed)?;
        Some(drift.since + compare(self, drift.status).grace()?)
    }
}

//! The messages between the stages, and the one table that says where each event goes.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::failure::Failure;
use super::record::{Cause, event_id};
use crate::domain::event::EventKind;
use crate::domain::ids::{ChannelId, LocationId, MerchantId, OrderId, Sku};
use crate::domain::stock::StockKey;

/// The version of the message format this code writes. Older ones stay readable.
pub const SCHEMA: u32 = 1;

/// What a message is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "about", rename_all = "snake_case")]
pub enum Subject {
    /// An event of an order.
    Order {
        /// Which order.
        order: OrderId,
        /// The event's number.
        seq: u64,
        /// The event's kind.
        kind: EventKind,
    },
    /// Stock that arrived or became free.
    Stock {
        /// What.
        sku: Sku,
        /// Where.
        location: LocationId,
    },
    /// A file of orders that is to be worked through, or further.
    Upload {
        /// The channel that sent it.
        channel: ChannelId,
        /// Its SHA-256, in hex.
        upload: String,
    },
}

/// A message to a stage. It names what happened and carries no personal data: the stage reads the
/// order itself, so a message can be late, repeated or overtaken and does no harm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// The version of this format.
    pub schema: u32,
    /// The id of the event; the same message has the same id.
    pub id: String,
    /// Whose.
    pub merchant: MerchantId,
    /// When it happened.
    pub at: Timestamp,
    /// The request that began it all.
    pub correlation: String,
    /// What it is about.
    #[serde(flatten)]
    pub subject: Subject,
}

impl Message {
    /// The message about the event `seq` of `order`.
    #[must_use]
    pub fn of_order(
        order: OrderId,
        seq: u64,
        kind: EventKind,
        merchant: MerchantId,
        at: Timestamp,
        correlation: String,
    ) -> Self {
        let id = event_id(&order, seq);
        Self { schema: SCHEMA, id, merchant, at, correlation, subject: Subject::Order { order, seq, kind } }
    }

    /// The stages this message goes to.
    #[must_use]
    pub fn routes(&self) -> &'static [Stage] {
        match &self.subject {
            Subject::Order { kind, .. } => routes(*kind),
            Subject::Stock { .. } => &[Stage::AllocateStock],
            Subject::Upload { .. } => &[Stage::TakeUpload],
        }
    }

    /// The cause of what `stage` does because of this message.
    #[must_use]
    pub fn cause(&self, stage: Stage) -> Cause {
        Cause {
            actor: stage.name().to_owned(),
            correlation: self.correlation.clone(),
            event: Some(self.id.clone()),
        }
    }

    /// The order the message must be about.
    ///
    /// # Errors
    /// A permanent [`Failure`] when it is about something else: it was routed wrongly.
    pub fn require_order(&self) -> Result<&OrderId, Failure> {
        self.order().ok_or_else(|| Failure::permanent("the message is not about an order"))
    }

    /// The order the message is about.
    #[must_use]
    pub const fn order(&self) -> Option<&OrderId> {
        match &self.subject {
            Subject::Order { order, .. } => Some(order),
            Subject::Stock { .. } | Subject::Upload { .. } => None,
        }
    }

    /// The stock the message is about.
    #[must_use]
    pub fn stock(&self) -> Option<StockKey> {
        match &self.subject {
            Subject::Order { .. } | Subject::Upload { .. } => None,
            Subject::Stock { sku, location } => {
                Some(StockKey { sku: sku.clone(), location: location.clone() })
            }
        }
    }
}

/// A stage of the lifecycle that takes its work from a queue. Each is a function of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// Works through a file of orders.
    TakeUpload,
    /// Checks what was ordered.
    ValidateOrder,
    /// Gives it stock.
    AllocateStock,
    /// Collects, gives up and gives back the money.
    CollectPayment,
    /// Plans shipments and instructs the warehouse.
    ReleaseOrder,
    /// Takes what left off the stock.
    ShipOrder,
    /// Counts what arrived.
    DeliverOrder,
    /// Posts the sale.
    PostSales,
    /// Carries out cancellations.
    CancelOrder,
    /// Writes to the customer.
    NotifyCustomer,
    /// Tells the channel.
    ReportChannel,
}

impl Stage {
    /// All stages, in the order of the lifecycle.
    pub const ALL: [Self; 11] = [
        Self::TakeUpload,
        Self::ValidateOrder,
        Self::AllocateStock,
        Self::CollectPayment,
        Self::ReleaseOrder,
        Self::ShipOrder,
        Self::DeliverOrder,
        Self::PostSales,
        Self::CancelOrder,
        Self::NotifyCustomer,
        Self::ReportChannel,
    ];

    /// The name of the stage's function.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::TakeUpload => "take-upload",
            Self::ValidateOrder => "validate-order",
            Self::AllocateStock => "allocate-stock",
            Self::CollectPayment => "collect-payment",
            Self::ReleaseOrder => "release-order",
            Self::ShipOrder => "ship-order",
            Self::DeliverOrder => "deliver-order",
            Self::PostSales => "post-sales",
            Self::CancelOrder => "cancel-order",
            Self::NotifyCustomer => "notify-customer",
            Self::ReportChannel => "report-channel",
        }
    }

    /// The stage whose function is called `name`.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.name() == name)
    }
}

/// Which stages act on an event: the whole lifecycle at one glance.
#[must_use]
pub const fn routes(kind: EventKind) -> &'static [Stage] {
    use Stage::{
        AllocateStock, CancelOrder, CollectPayment, DeliverOrder, NotifyCustomer, PostSales, ReleaseOrder,
        ReportChannel, ShipOrder, ValidateOrder,
    };
    match kind {
        // The three gates are worked on side by side.
        EventKind::OrderReceived => &[ValidateOrder, AllocateStock, CollectPayment, NotifyCustomer],
        EventKind::AddressChanged | EventKind::AddressCorrected => &[ValidateOrder],
        EventKind::ImportCompleted => &[ValidateOrder, AllocateStock, CollectPayment],
        // A cancellation that came too late lets the payments go on.
        EventKind::PaymentRetried
        | EventKind::PaymentCheckDue
        | EventKind::AuthorizationEnded
        | EventKind::CancelRefused => &[CollectPayment],
        EventKind::PaymentCaptured => &[PostSales, NotifyCustomer],
        // Ready: plan shipments. Released, or to be recalled: tell the warehouse.
        EventKind::OrderReadied | EventKind::OrderReleased | EventKind::RecallRequested => &[ReleaseOrder],
        EventKind::ShipmentHandedOver => &[ShipOrder],
        EventKind::OrderShipped => &[CollectPayment, PostSales, ReportChannel],
        EventKind::ShipmentArrived => &[DeliverOrder],
        // The goods went where the policy says, the money is in.
        EventKind::OrderDelivered => &[PostSales, ReportChannel],
        EventKind::PaymentRefunded => &[PostSales],
        EventKind::CancelRequested | EventKind::ShipmentRecalled => &[CancelOrder],
        EventKind::LinesCancelled | EventKind::OrderCancelled => {
            &[CollectPayment, NotifyCustomer, ReportChannel]
        }
        // What the customer only has to be told.
        EventKind::PaymentRequested
        | EventKind::PaymentReminded
        | EventKind::StockBackordered
        | EventKind::ShipmentDelivered => &[NotifyCustomer],
        // What the channel has to be told as well, or alone.
        EventKind::ShipmentShipped | EventKind::DelayReported => &[NotifyCustomer, ReportChannel],
        EventKind::OrderValidated | EventKind::ChannelReportRepeated => &[ReportChannel],
        EventKind::HistoryImported
        | EventKind::ContactCorrected
        | EventKind::ValidationFailed
        | EventKind::OrderScreened
        | EventKind::ClaimsReturned
        | EventKind::PointsEarned
        | EventKind::HoldOpened
        | EventKind::HoldResolved
        | EventKind::HoldOverridden
        | EventKind::StockAllocated
        | EventKind::BackorderFilled
        | EventKind::PaymentAuthorized
        | EventKind::PaymentInReview
        | EventKind::PaymentDeclined
        | EventKind::DepositRecorded
        | EventKind::PaymentVoided
        | EventKind::PaymentOperationRefused
        | EventKind::PaymentUnknown
        | EventKind::PaymentExpired
        | EventKind::ShipmentInstructed
        | EventKind::ShipmentProgressed
        | EventKind::SalesPosted
        | EventKind::OrderCompleted
        | EventKind::RecallRefused
        | EventKind::UnitsCancelled
        | EventKind::DesiredDeliveryChanged
        | EventKind::ChannelUpdated
        | EventKind::NoteAdded
        | EventKind::ChannelReported
        | EventKind::ChannelReportImpossible
        | EventKind::ChannelAnswered
        | EventKind::ChannelDrifted
        | EventKind::ChannelAgreed
        | EventKind::TicketOpened
        | EventKind::TicketClosed
        | EventKind::CallRequested
        | EventKind::CallMade
        | EventKind::CallClosed
        | EventKind::WorkAssigned
        | EventKind::ClocksRanOut => &[],
    }
}

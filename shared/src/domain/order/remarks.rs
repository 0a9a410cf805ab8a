//! What stops an order 保留, what a person has to see to, and what somebody remarked.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::customer::Personal;

/// Why an order must not go on 保留理由.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum HoldCode {
    /// The address cannot be delivered to as it stands.
    AddressDefect,
    /// The customer cannot be reached as given.
    ContactDefect,
    /// A product is not in the catalogue.
    UnknownProduct,
    /// The figures do not add up.
    AmountDefect,
    /// The order came in part 一部取込: its channel says that it has more lines.
    PartialImport,
    /// It cannot be paid as agreed.
    PaymentDefect,
    /// It cannot be delivered when the customer wants it.
    DeliveryDefect,
    /// A promotion code of ours gives less than the customer was promised.
    Promotion,
    /// The customer has fewer points than the order uses.
    PointRecalc,
    /// The purchase order of an account is incomplete.
    PurchaseOrder,
    /// The account would owe more than was agreed 与信限度額.
    CreditLimit,
    /// Somebody has to approve it 要承認.
    Approval,
    /// The customer wrote something a person must read.
    CustomerNote,
    /// Possible fraud.
    FraudReview,
    /// The payment was refused.
    Payment,
    /// Goods are short.
    Stockout,
    /// The merchant must decide.
    ClientDecision,
    /// Something is wrong with the goods.
    Quality,
    /// The carrier cannot take parcels.
    CarrierOutage,
}

impl HoldCode {
    /// Whether nothing but the validation stage opens and closes this hold by itself.
    #[must_use]
    pub const fn is_of_validation(self) -> bool {
        matches!(
            self,
            Self::AddressDefect
                | Self::ContactDefect
                | Self::UnknownProduct
                | Self::AmountDefect
                | Self::PartialImport
                | Self::PaymentDefect
                | Self::DeliveryDefect
                | Self::Promotion
                | Self::PointRecalc
                | Self::PurchaseOrder
                | Self::CreditLimit
                | Self::Approval
                | Self::FraudReview
                | Self::CustomerNote
        )
    }
}

/// A hold 保留 beside the state: it stops the order without hiding how far it has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// Why.
    pub code: HoldCode,
    /// What exactly, for the person who resolves it.
    pub reason: Personal,
    /// Since when.
    pub opened_at: Timestamp,
    /// Until when, and how it ended.
    pub closed: Option<(Timestamp, HoldEnd)>,
}

impl Hold {
    /// Whether somebody other than `stage` has closed it.
    #[must_use]
    pub fn was_closed_by_other_than(&self, stage: &str) -> bool {
        self.closed.as_ref().is_some_and(|(_, end)| match end {
            HoldEnd::Resolved { by } | HoldEnd::Overridden { by, .. } => by != stage,
        })
    }
}

/// How a hold ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "end", rename_all = "snake_case")]
pub enum HoldEnd {
    /// Its cause is gone.
    Resolved {
        /// By whom.
        by: String,
    },
    /// Its cause remains, and somebody took the responsibility.
    Overridden {
        /// By whom.
        by: String,
        /// Why it is all right.
        reason: Personal,
    },
}

/// What kind of attention a ticket asks for.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum TicketKind {
    /// Nobody knows whether the provider did what we asked.
    PaymentUnknown,
    /// The provider refused a capture, a void or a refund.
    PaymentOperationRefused,
    /// The customer paid too little.
    ShortDeposit,
    /// Money has to be given back by hand.
    RefundByHand,
    /// Nobody knows whether a mail was sent. It is not sent again.
    MailUnknown,
    /// The mail service refuses the address: call the customer.
    MailUndeliverable,
    /// Units are missing; the customer has been told.
    Stockout,
    /// Nothing has happened for too long.
    Stalled,
    /// The warehouse has not acknowledged an instruction.
    AcknowledgementMissing,
    /// The customer refused the parcel.
    ShipmentRefused,
    /// The carrier lost the parcel.
    ShipmentLost,
    /// A cancellation came too late.
    CancelRefused,
    /// A warehouse or carrier report contradicts what happened before.
    ContradictoryReport,
    /// Nobody has called the customer in time.
    CallOverdue,
    /// The customer never answered the phone: cancel, or go on.
    CustomerUnreachable,
    /// The customer does not want to talk: cancel, or go on.
    CustomerRefused,
    /// The channel says something of the order that could not be followed.
    ChannelDiffers,
    /// The channel cannot be told something by its interface: do it there by hand.
    ChannelReportImpossible,
    /// Nobody knows whether the channel took what it was told.
    ChannelReportUnanswered,
    /// The channel refuses what it was told.
    ChannelReportRefused,
    /// The channel says something else of the order than we do.
    ChannelDrift,
}

/// Something a person must look at. Unlike a hold it does not stop the order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    /// Kind and subject: the same matter is never opened twice.
    pub id: String,
    /// What kind.
    pub kind: TicketKind,
    /// What exactly, and what to do.
    pub detail: String,
    /// Since when.
    pub opened_at: Timestamp,
    /// Until when.
    pub closed_at: Option<Timestamp>,
}

/// A remark by a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// Given by the caller; the same note is added once.
    pub id: String,
    /// By whom.
    pub by: String,
    /// The text.
    pub text: Personal,
    /// When.
    pub at: Timestamp,
}

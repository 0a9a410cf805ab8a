//! Call requests 架電依頼: somebody has to talk to the customer, and what comes of it.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::customer::Personal;
use super::matter::Matter;
use super::order::{HoldCode, Order, TicketKind};
use super::phone::is_phone;

/// The most call requests of an order, closed ones included.
pub const MAX_CALLS: usize = 20;
/// How far ahead a deadline may lie.
pub const LONGEST_DEADLINE: SignedDuration = SignedDuration::from_hours(60 * 24);
/// How far the clock of whoever called may be ahead of ours.
pub const CLOCK_SKEW: SignedDuration = SignedDuration::from_mins(5);

/// Why the customer is called. Each has a script of its own, in `shared/calls`.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CallReason {
    /// Mails do not reach the customer.
    UnreachableByMail,
    /// The address cannot be delivered to as it stands.
    Address,
    /// What was ordered is unusual or unclear.
    OrderContent,
    /// The payment failed, or money is missing.
    Payment,
    /// Goods are short: wait, take something else, or cancel.
    Stockout,
    /// 本人確認: whether the customer really placed the order.
    Identity,
    /// The parcel came back, was refused or got lost.
    Delivery,
    /// Anything else; the request says what.
    Other,
}

names!(CallReason {
    UnreachableByMail = "UNREACHABLE_BY_MAIL",
    Address = "ADDRESS",
    OrderContent = "ORDER_CONTENT",
    Payment = "PAYMENT",
    Stockout = "STOCKOUT",
    Identity = "IDENTITY",
    Delivery = "DELIVERY",
    Other = "OTHER",
});

/// What came of one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CallOutcome {
    /// Somebody talked to the customer.
    Reached {
        /// Whether that settled what the call was about.
        settled: bool,
    },
    /// Nobody answered.
    NoAnswer,
    /// The customer does not want to talk about it.
    Refused,
}

/// One call 架電.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallAttempt {
    /// When; the same moment and outcome count once.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
    /// What came of it.
    pub outcome: CallOutcome,
    /// What was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Personal>,
}

/// When somebody is to call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallWindow {
    /// Not before; nobody should be rung up again at once.
    pub from: Timestamp,
    /// Until when, or the request is overdue.
    pub deadline: Timestamp,
}

/// How a call request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CallEnd {
    /// Somebody talked to the customer.
    Reached,
    /// Nobody answered, as often as the merchant wants it tried.
    Unanswered,
    /// The customer does not want to talk about it.
    Refused,
    /// What it was about ended before.
    Withdrawn,
}

/// What somebody asks for who wants the customer called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCall {
    /// Why.
    pub reason: CallReason,
    /// The hold or ticket it is to settle.
    pub about: Option<Matter>,
    /// What exactly is to be asked or told.
    pub detail: Personal,
    /// Until when; the response clock says so when absent.
    pub deadline: Option<Timestamp>,
    /// Who asks.
    pub by: String,
}

/// A call request 架電依頼.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallRequest {
    /// Its reason and a running number.
    pub id: String,
    /// Why; says also which script is read.
    pub reason: CallReason,
    /// The hold or ticket it is to settle.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<Matter>,
    /// What exactly is to be asked or told.
    pub detail: Personal,
    /// Who asked for it.
    pub by: String,
    /// Since when.
    pub opened_at: Timestamp,
    /// When somebody is to call next.
    pub window: CallWindow,
    /// The calls until now.
    #[serde(default)]
    pub attempts: Vec<CallAttempt>,
    /// Until when, and how it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed: Option<(Timestamp, CallEnd)>,
}

impl CallRequest {
    /// The tickets that ask what to do because the customer could not be asked.
    #[must_use]
    pub fn decision_tickets(&self) -> [String; 2] {
        [TicketKind::CustomerUnreachable, TicketKind::CustomerRefused].map(|kind| kind.ticket(&self.id))
    }

    /// The ticket that says nobody has called in time.
    #[must_use]
    pub fn overdue_ticket(&self) -> String {
        TicketKind::CallOverdue.ticket(&self.id)
    }

    /// About the bytes that people have added with it.
    pub(super) fn bytes(&self) -> usize {
        let attempts = self.attempts.iter().map(|attempt| {
            100 + attempt.by.len() + attempt.note.as_ref().map_or(0, |note| note.reveal().len())
        });
        self.detail.reveal().len() + self.by.len() + attempts.sum::<usize>()
    }
}

impl TicketKind {
    /// What the customer is called about as soon as such a ticket is open: the one place that says so.
    #[must_use]
    pub const fn calls_for(self) -> Option<CallReason> {
        match self {
            Self::MailUndeliverable => Some(CallReason::UnreachableByMail),
            Self::ShipmentRefused => Some(CallReason::Delivery),
            Self::PaymentUnknown
            | Self::PaymentOperationRefused
            | Self::ShortDeposit
            | Self::RefundByHand
            | Self::MailUnknown
            | Self::Stockout
            | Self::Stalled
            | Self::AcknowledgementMissing
            | Self::ShipmentLost
            | Self::CancelRefused
            | Self::ContradictoryReport
            | Self::ChannelDiffers
            | Self::ChannelReportImpossible
            | Self::ChannelReportUnanswered
            | Self::ChannelReportRefused
            | Self::ChannelDrift
            | Self::CallOverdue
            | Self::CustomerUnreachable
            | Self::CustomerRefused => None,
        }
    }
}

impl HoldCode {
    /// Whether a word with the customer can be enough for the order to go on. What somebody else has to
    /// decide or to mend, no call settles.
    #[must_use]
    pub const fn may_be_settled_by_call(self) -> bool {
        match self {
            Self::AddressDefect
            | Self::ContactDefect
            | Self::AmountDefect
            | Self::PaymentDefect
            | Self::DeliveryDefect
            | Self::CustomerNote
            | Self::Payment
            | Self::Stockout => true,
            Self::UnknownProduct
            | Self::PartialImport
            | Self::Promotion
            | Self::PointRecalc
            | Self::PurchaseOrder
            | Self::CreditLimit
            | Self::Approval
            | Self::FraudReview
            | Self::ClientDecision
            | Self::Quality
            | Self::CarrierOutage => false,
        }
    }
}

impl Order {
    /// The call request `id`.
    #[must_use]
    pub fn call(&self, id: &str) -> Option<&CallRequest> {
        self.calls.iter().find(|call| call.id == id)
    }

    /// The call requests nobody has ended yet.
    pub fn open_calls(&self) -> impl Iterator<Item = &CallRequest> {
        self.calls.iter().filter(|call| call.closed.is_none())
    }

    /// The number to ring: the customer's, or else an addressee's; `None` when none can be dialled.
    #[must_use]
    pub fn phone(&self) -> Option<&Personal> {
        let own = (self.customer.phone.as_ref(), self.country());
        let of_addressees = self.ship_groups.iter().map(|group| {
            let to = &group.address;
            (to.phone.as_ref(), to.country.as_str())
        });
        std::iter::once(own)
            .chain(of_addressees)
            .find_map(|(number, country)| number.filter(|number| is_phone(number.reveal(), country)))
    }
}

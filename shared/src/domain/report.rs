//! What the channel of an order is told about it 連携, and what it answers.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::event::Event;
use super::ids::ShipmentId;
use super::merchant::ChannelKind;
use super::order::{CancelReason, Order, TicketKind};
use super::shipment::{Carrier, LineQuantity};
use super::timers::ticket_id;

/// How long a channel may take to answer before somebody is asked to look.
pub const ANSWER_PATIENCE: SignedDuration = SignedDuration::from_hours(6);
/// The most reports of an order.
pub const MAX_REPORTS: usize = 200;
/// The most times one is sent.
pub const MAX_ATTEMPTS: u8 = 20;

/// The kinds of [`Fact`].
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum FactKind {
    /// 注文確認.
    Confirmed,
    /// 出荷 of one shipment.
    Shipped,
    /// 出荷済: nothing more is to leave.
    ShippedAll,
    /// 配達完了 of everything.
    Delivered,
    /// 遅延.
    Delayed,
    /// 一部取消.
    LinesCancelled,
    /// 取消 of the whole order.
    Cancelled,
}

impl FactKind {
    /// Its name in messages, tickets and the API.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Confirmed => "CONFIRMED",
            Self::Shipped => "SHIPPED",
            Self::ShippedAll => "SHIPPED_ALL",
            Self::Delivered => "DELIVERED",
            Self::Delayed => "DELAYED",
            Self::LinesCancelled => "LINES_CANCELLED",
            Self::Cancelled => "CANCELLED",
        }
    }

    /// Whether it tells of a cancellation, of which the channel may know because it asked for it.
    #[must_use]
    pub const fn is_cancellation(self) -> bool {
        matches!(self, Self::LinesCancelled | Self::Cancelled)
    }
}

/// Something that happened to an order and that its channel may want to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    /// Nothing stands against the order.
    Confirmed,
    /// A shipment has left.
    Shipped(ShipmentId),
    /// Everything that is to leave has left.
    ShippedAll,
    /// Everything has arrived.
    Delivered,
    /// It will be later.
    Delayed {
        /// Why, in words for the customer.
        reason: String,
        /// The new date, if one is known.
        expected_on: Option<Date>,
    },
    /// Some units were cancelled, others were not.
    LinesCancelled {
        /// Why.
        reason: CancelReason,
        /// Which.
        lines: Vec<LineQuantity>,
    },
    /// All units were cancelled.
    Cancelled(CancelReason),
}

impl Fact {
    /// What a channel may want to know of `event`; `None` for most.
    #[must_use]
    #[expect(clippy::match_same_arms, reason = "a comment for each")]
    pub fn of(event: &Event) -> Option<Self> {
        Some(match event {
            // It knows.
            Event::LinesCancelled { reason: CancelReason::Channel, .. }
            | Event::OrderCancelled { reason: CancelReason::Channel, .. } => return None,
            Event::OrderValidated { .. } => Self::Confirmed,
            Event::ShipmentShipped { shipment } => Self::Shipped(shipment.clone()),
            Event::OrderShipped => Self::ShippedAll,
            Event::OrderDelivered => Self::Delivered,
            Event::DelayReported { reason, expected_on } => {
                Self::Delayed { reason: reason.clone(), expected_on: *expected_on }
            }
            Event::LinesCancelled { reason, lines, .. } => {
                Self::LinesCancelled { reason: *reason, lines: lines.clone() }
            }
            Event::OrderCancelled { reason, .. } => Self::Cancelled(*reason),
            Event::OrderReceived { .. }
            | Event::HistoryImported { .. }
            | Event::ValidationFailed { .. }
            | Event::OrderScreened { .. }
            | Event::ContactCorrected { .. }
            | Event::ClaimsReturned { .. }
            | Event::PointsEarned { .. }
            | Event::HoldOpened { .. }
            | Event::HoldResolved { .. }
            | Event::HoldOverridden { .. }
            | Event::StockAllocated { .. }
            | Event::BackorderFilled { .. }
            | Event::PaymentAuthorized { .. }
            | Event::AuthorizationEnded { .. }
            | Event::PaymentInReview { .. }
            | Event::PaymentDeclined { .. }
            | Event::PaymentRetried { .. }
            | Event::DepositRecorded { .. }
            | Event::PaymentVoided { .. }
            | Event::PaymentRefunded { .. }
            | Event::PaymentOperationRefused { .. }
            | Event::PaymentUnknown { .. }
            | Event::PaymentCheckDue { .. }
            | Event::PaymentExpired { .. }
            | Event::OrderReadied
            | Event::OrderReleased { .. }
            | Event::ShipmentInstructed { .. }
            | Event::ShipmentProgressed { .. }
            | Event::ShipmentHandedOver { .. }
            | Event::ShipmentArrived { .. }
            | Event::SalesPosted { .. }
            | Event::OrderCompleted
            | Event::CancelRequested { .. }
            | Event::RecallRequested { .. }
            | Event::ShipmentRecalled { .. }
            | Event::RecallRefused { .. }
            | Event::UnitsCancelled { .. }
            | Event::CancelRefused { .. }
            | Event::AddressChanged { .. }
            | Event::AddressCorrected { .. }
            | Event::DesiredDeliveryChanged { .. }
            | Event::ChannelUpdated { .. }
            | Event::ImportCompleted { .. }
            | Event::NoteAdded { .. }
            | Event::PaymentRequested { .. }
            | Event::PaymentReminded { .. }
            | Event::PaymentCaptured { .. }
            | Event::StockBackordered { .. }
            | Event::ShipmentDelivered { .. }
            | Event::ChannelReported { .. }
            | Event::ChannelReportImpossible { .. }
            | Event::ChannelAnswered { .. }
            | Event::ChannelReportRepeated { .. }
            | Event::ChannelDrifted { .. }
            | Event::ChannelAgreed
            | Event::TicketOpened { .. }
            | Event::TicketClosed { .. }
            | Event::CallRequested { .. }
            | Event::CallMade { .. }
            | Event::CallClosed { .. }
            | Event::WorkAssigned { .. }
            | Event::ClocksRanOut { .. } => return None,
        })
    }

    /// Which kind it is.
    #[must_use]
    pub const fn kind(&self) -> FactKind {
        match self {
            Self::Confirmed => FactKind::Confirmed,
            Self::Shipped(_) => FactKind::Shipped,
            Self::ShippedAll => FactKind::ShippedAll,
            Self::Delivered => FactKind::Delivered,
            Self::Delayed { .. } => FactKind::Delayed,
            Self::LinesCancelled { .. } => FactKind::LinesCancelled,
            Self::Cancelled(_) => FactKind::Cancelled,
        }
    }
}

/// What a channel answered to a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ReportAnswer {
    /// It took it.
    Accepted,
    /// It refuses it.
    Refused {
        /// The platform's code.
        code: String,
        /// The platform's words.
        message: String,
    },
    /// Nobody knows: the platform did not answer the integration.
    Unknown,
}

/// How a report stands. The furthest answer wins, in whatever order answers come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ReportStatus {
    /// The channel's queue has it.
    Sent {
        /// When the answer is overdue.
        answer_by: Timestamp,
    },
    /// It is to be sent again.
    Repeated,
    /// It cannot be put into the platform's words.
    Impossible,
    /// Nobody knows whether the channel took it.
    Unknown,
    /// The channel refused it.
    Refused {
        /// The platform's code.
        code: String,
    },
    /// The channel took it.
    Accepted,
}

impl ReportStatus {
    const fn rank(&self) -> u8 {
        match self {
            Self::Sent { .. } | Self::Impossible => 0,
            Self::Unknown => 1,
            // Of what is to be sent again, only that the channel has it is still news.
            Self::Refused { .. } | Self::Repeated => 2,
            Self::Accepted => 3,
        }
    }

    /// How it stands after `answer`; `None` when the answer is no news.
    #[must_use]
    pub fn after(&self, answer: &ReportAnswer) -> Option<Self> {
        let status = match answer {
            ReportAnswer::Accepted => Self::Accepted,
            ReportAnswer::Refused { code, .. } => Self::Refused { code: code.clone() },
            ReportAnswer::Unknown => Self::Unknown,
        };
        (status.rank() > self.rank()).then_some(status)
    }
}

/// A report to the channel of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// The number of the event it tells of: each is told of once.
    pub event: u64,
    /// What it tells.
    pub fact: FactKind,
    /// How often it was to be sent, from 1.
    pub attempt: u8,
    /// How it stands.
    #[serde(flatten)]
    pub status: ReportStatus,
    /// Since when.
    pub at: Timestamp,
}

impl Report {
    /// The ticket of `kind` about this report. Each attempt has its own.
    #[must_use]
    pub fn ticket(&self, kind: TicketKind) -> String {
        report_ticket(kind, self.fact, self.event, self.attempt)
    }

    /// All tickets there can be about this attempt.
    #[must_use]
    pub fn tickets(&self) -> [String; 3] {
        let kinds = [
            TicketKind::ChannelReportImpossible,
            TicketKind::ChannelReportUnanswered,
            TicketKind::ChannelReportRefused,
        ];
        kinds.map(|kind| self.ticket(kind))
    }
}

/// The ticket of `kind` about an attempt to tell of an event.
#[must_use]
pub fn report_ticket(kind: TicketKind, fact: FactKind, event: u64, attempt: u8) -> String {
    ticket_id(kind, &format!("{}-{event}.{attempt}", fact.name()))
}

impl Order {
    /// The report about the event of this number.
    #[must_use]
    pub fn report(&self, event: u64) -> Option<&Report> {
        self.reports.iter().find(|report| report.event == event)
    }
}

/// The code a shop's platform has for a carrier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CarrierCode {
    /// Which carrier.
    pub carrier: Carrier,
    /// Its code there.
    pub code: String,
}

/// How a channel is told.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ReportSettings {
    /// Whether it is told at all; what is usual for its kind when `None`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// The least milliseconds between two calls; what is usual for its kind when `None`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interval_ms: Option<u32>,
    /// The shop's account at the platform: Yahoo's seller id, Amazon's merchant id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// Codes of carriers that differ from the usual ones, or that only the shop knows.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub carriers: Vec<CarrierCode>,
}

impl ReportSettings {
    /// Whether a channel of this kind is told what happens to its orders. The shops' platforms are; our
    /// own formats are when the channel asks for it; there is nobody to tell of what staff typed in.
    #[must_use]
    pub fn are_on(&self, kind: ChannelKind) -> bool {
        match kind {
            ChannelKind::Manual => false,
            ChannelKind::Json | ChannelKind::Csv => self.enabled.unwrap_or(false),
            ChannelKind::Shopify
            | ChannelKind::Rakuten
            | ChannelKind::Yahoo
            | ChannelKind::Amazon
            | ChannelKind::WooCommerce
            | ChannelKind::Base
            | ChannelKind::EcCube
            | ChannelKind::NextEngine
            | ChannelKind::Logiless => self.enabled.unwrap_or(true),
        }
    }

    /// The least time between two calls of the platform.
    #[expect(clippy::match_same_arms, reason = "each platform says why")]
    #[must_use]
    pub fn interval(&self, kind: ChannelKind) -> SignedDuration {
        let usual_ms = match kind {
            // One query a second.
            ChannelKind::Yahoo | ChannelKind::Rakuten | ChannelKind::NextEngine | ChannelKind::Logiless => {
                1_000
            }
            // Half a request a second.
            ChannelKind::Amazon => 2_000,
            // Two requests a second.
            ChannelKind::Shopify => 500,
            // A thousand requests an hour.
            ChannelKind::Base => 3_600,
            // A server of the shop's own.
            ChannelKind::WooCommerce | ChannelKind::EcCube => 500,
            ChannelKind::Json | ChannelKind::Csv | ChannelKind::Manual => 100,
        };
        SignedDuration::from_millis(i64::from(self.interval_ms.unwrap_or(usual_ms)))
    }
}

/// A call of a platform that tells it something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportCall {
    /// What the platform calls it.
    pub operation: String,
    /// The HTTP method; `UPLOAD` for a file.
    pub method: String,
    /// The path below the platform's or the shop's address, or the file's name.
    pub path: String,
    /// The body's media type.
    pub content_type: String,
    /// The body, to be sent as it is.
    pub body: String,
    /// The lines it is about, where the platform wants ids that it gave to no order: the integration
    /// looks them up.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lookup: Vec<Lookup>,
}

/// A line whose id at the platform must be looked up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lookup {
    /// The id the channel gave the line with the order.
    pub reference: String,
    /// How many units.
    pub quantity: u32,
}

/// Why something cannot be told to a platform, and what a person does instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unreportable(pub String);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_furthest_answer_wins_in_whatever_order_answers_come() {
        let refused = ReportAnswer::Refused { code: "E1".to_owned(), message: "no".to_owned() };
        let answers = [ReportAnswer::Unknown, refused, ReportAnswer::Accepted];
        let sent = ReportStatus::Sent { answer_by: Timestamp::UNIX_EPOCH };
        for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            let ended =
                order.iter().fold(sent.clone(), |status, n| status.after(&answers[*n]).unwrap_or(status));
            assert_eq!(ended, ReportStatus::Accepted, "{order:?}");
        }
        assert_eq!(ReportStatus::Repeated.after(&answers[1]), None, "a late refusal stops no repetition");
        assert_eq!(ReportStatus::Repeated.after(&answers[2]), Some(ReportStatus::Accepted));
    }

    #[test]
    fn a_shops_platform_is_told_our_own_formats_when_asked_and_staff_never() {
        let (usual, on) =
            (ReportSettings::default(), ReportSettings { enabled: Some(true), ..Default::default() });
        let told =
            |settings: &ReportSettings| ChannelKind::ALL.into_iter().filter(|k| settings.are_on(*k)).count();
        assert_eq!((told(&usual), told(&on)), (9, 11));
        assert!(!on.are_on(ChannelKind::Manual));
        assert_eq!(told(&ReportSettings { enabled: Some(false), ..usual }), 0);
    }
}

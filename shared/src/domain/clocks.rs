//! Response clocks 対応期限: by when somebody should have dealt with what waits for a person.

use jiff::{SignedDuration, Timestamp};

use super::calls::CallReason;
use super::matter::{Matter, Reason};
use super::merchant::OrderPolicy;
use super::order::{HoldCode, Order, TicketKind};

/// The hours within which it is dealt with, unless the merchant wants it faster or has more time.
#[must_use]
pub const fn hours(reason: Reason) -> u16 {
    match reason {
        Reason::Hold(code) => match code {
            HoldCode::CustomerNote | HoldCode::FraudReview => 4,
            HoldCode::AddressDefect => 8,
            HoldCode::ContactDefect
            | HoldCode::UnknownProduct
            | HoldCode::AmountDefect
            | HoldCode::PartialImport
            | HoldCode::PaymentDefect
            | HoldCode::DeliveryDefect
            | HoldCode::Promotion
            | HoldCode::PointRecalc
            | HoldCode::PurchaseOrder
            | HoldCode::CreditLimit
            | HoldCode::Payment
            | HoldCode::Stockout
            | HoldCode::Quality
            | HoldCode::CarrierOutage => 24,
            HoldCode::Approval | HoldCode::ClientDecision => 48,
        },
        Reason::Ticket(kind) => match kind {
            TicketKind::AcknowledgementMissing | TicketKind::CallOverdue => 4,
            TicketKind::ContradictoryReport
            | TicketKind::ChannelReportUnanswered
            | TicketKind::ChannelDiffers
            | TicketKind::ChannelDrift => 8,
            TicketKind::PaymentUnknown
            | TicketKind::PaymentOperationRefused
            | TicketKind::MailUnknown
            | TicketKind::MailUndeliverable
            | TicketKind::Stalled
            | TicketKind::ShipmentRefused
            | TicketKind::ShipmentLost
            | TicketKind::CancelRefused
            | TicketKind::ChannelReportImpossible
            | TicketKind::ChannelReportRefused
            | TicketKind::CustomerRefused => 24,
            TicketKind::CustomerUnreachable => 48,
            TicketKind::ShortDeposit | TicketKind::RefundByHand | TicketKind::Stockout => 72,
        },
        Reason::Call(reason) => match reason {
            CallReason::Identity => 4,
            CallReason::UnreachableByMail
            | CallReason::Address
            | CallReason::OrderContent
            | CallReason::Delivery
            | CallReason::Other => 8,
            CallReason::Payment | CallReason::Stockout => 24,
        },
    }
}

impl OrderPolicy {
    /// How long somebody has to deal with it.
    #[must_use]
    pub fn response_time(&self, reason: Reason) -> SignedDuration {
        // A hundredth of an hour is 36 seconds.
        SignedDuration::from_secs(i64::from(hours(reason)) * i64::from(self.response_percent) * 36)
    }
}

impl Order {
    /// By when an open hold or ticket should have been dealt with. While the customer was being called
    /// about it, or a decision was pending, its clock stood still, and then began anew.
    pub(super) fn response_due(&self, matter: &Matter, reason: Reason, since: Timestamp) -> Timestamp {
        let ends = self.calls_about(matter).flat_map(|call| {
            let decisions = call.decision_tickets();
            let decided = self.tickets.iter().filter(move |ticket| decisions.contains(&ticket.id));
            let ended = call.closed.map(|(at, _)| at);
            ended.into_iter().chain(decided.filter_map(|ticket| ticket.closed_at))
        });
        ends.fold(since, Timestamp::max) + self.policy.response_time(reason)
    }
}

//! What a person has to deal with 要対応: open holds, tickets and call requests; who has them, and
//! whose clock has run out.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::calls::{CallReason, CallRequest};
use super::order::{HoldCode, Order, TicketKind};

names!(HoldCode {
    AddressDefect = "ADDRESS_DEFECT",
    ContactDefect = "CONTACT_DEFECT",
    UnknownProduct = "UNKNOWN_PRODUCT",
    AmountDefect = "AMOUNT_DEFECT",
    PartialImport = "PARTIAL_IMPORT",
    PaymentDefect = "PAYMENT_DEFECT",
    DeliveryDefect = "DELIVERY_DEFECT",
    Promotion = "PROMOTION",
    PointRecalc = "POINT_RECALC",
    PurchaseOrder = "PURCHASE_ORDER",
    CreditLimit = "CREDIT_LIMIT",
    Approval = "APPROVAL",
    CustomerNote = "CUSTOMER_NOTE",
    FraudReview = "FRAUD_REVIEW",
    Payment = "PAYMENT",
    Stockout = "STOCKOUT",
    ClientDecision = "CLIENT_DECISION",
    Quality = "QUALITY",
    CarrierOutage = "CARRIER_OUTAGE",
});

names!(TicketKind {
    PaymentUnknown = "PAYMENT_UNKNOWN",
    PaymentOperationRefused = "PAYMENT_OPERATION_REFUSED",
    ShortDeposit = "SHORT_DEPOSIT",
    RefundByHand = "REFUND_BY_HAND",
    MailUnknown = "MAIL_UNKNOWN",
    MailUndeliverable = "MAIL_UNDELIVERABLE",
    Stockout = "STOCKOUT",
    Stalled = "STALLED",
    AcknowledgementMissing = "ACKNOWLEDGEMENT_MISSING",
    ShipmentRefused = "SHIPMENT_REFUSED",
    ShipmentLost = "SHIPMENT_LOST",
    CancelRefused = "CANCEL_REFUSED",
    ContradictoryReport = "CONTRADICTORY_REPORT",
    ChannelDiffers = "CHANNEL_DIFFERS",
    ChannelReportImpossible = "CHANNEL_REPORT_IMPOSSIBLE",
    ChannelReportUnanswered = "CHANNEL_REPORT_UNANSWERED",
    ChannelReportRefused = "CHANNEL_REPORT_REFUSED",
    ChannelDrift = "CHANNEL_DRIFT",
    CallOverdue = "CALL_OVERDUE",
    CustomerUnreachable = "CUSTOMER_UNREACHABLE",
    CustomerRefused = "CUSTOMER_REFUSED",
});

impl TicketKind {
    /// The id of the ticket of this kind about `subject`.
    #[must_use]
    pub fn ticket(self, subject: &str) -> String {
        format!("{}:{subject}", self.name())
    }
}

/// Something about an order that a person deals with.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Matter {
    /// A hold, by its code: no two of one code are open.
    Hold(HoldCode),
    /// A ticket, by its id.
    Ticket(String),
    /// A call request, by its id.
    Call(String),
}

impl Matter {
    /// Its name within the order.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Hold(code) => code.name(),
            Self::Ticket(id) | Self::Call(id) => id,
        }
    }
}

/// Why a person has to deal with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The order must not go on.
    Hold(HoldCode),
    /// Something needs a look.
    Ticket(TicketKind),
    /// The customer is to be called.
    Call(CallReason),
}

impl Reason {
    /// All reasons there are.
    pub fn all() -> impl Iterator<Item = Self> + Clone {
        let holds = HoldCode::ALL.iter().map(|code| Self::Hold(*code));
        let tickets = TicketKind::ALL.iter().map(|kind| Self::Ticket(*kind));
        holds.chain(tickets).chain(CallReason::ALL.iter().map(|reason| Self::Call(*reason)))
    }

    /// Its name. A hold, a ticket and a call about the same thing may share it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hold(code) => code.name(),
            Self::Ticket(kind) => kind.name(),
            Self::Call(reason) => reason.name(),
        }
    }
}

/// What was noted about an open matter. It is forgotten when the matter ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handling {
    /// Which.
    pub matter: Matter,
    /// Who deals with it, by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assigned_to: Option<String>,
    /// When it was escalated, because its response clock had run out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escalated_at: Option<Timestamp>,
}

/// A matter that waits for a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenMatter {
    /// Until when somebody should have dealt with it.
    pub due_at: Timestamp,
    /// Which.
    pub matter: Matter,
    /// Why.
    pub reason: Reason,
    /// Since when.
    pub since: Timestamp,
    /// Who deals with it, by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assigned_to: Option<String>,
    /// When it was escalated, because its response clock had run out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escalated_at: Option<Timestamp>,
}

impl Order {
    /// Whether the matter is open.
    #[must_use]
    pub fn has_open(&self, matter: &Matter) -> bool {
        match matter {
            Matter::Hold(code) => self.is_held_for(*code),
            Matter::Ticket(id) => self.open_tickets().any(|ticket| ticket.id == *id),
            Matter::Call(id) => self.open_calls().any(|call| call.id == *id),
        }
    }

    /// What waits for a person, what is due first before the others. What the customer is being called
    /// about, or what is to be decided because the customer could not be asked, does not wait itself.
    #[must_use]
    pub fn open_matters(&self) -> Vec<OpenMatter> {
        let holds = self.open_holds().map(|hold| {
            let matter = Matter::Hold(hold.code);
            (matter, Reason::Hold(hold.code), hold.opened_at)
        });
        let tickets = self
            .open_tickets()
            .map(|ticket| (Matter::Ticket(ticket.id.clone()), Reason::Ticket(ticket.kind), ticket.opened_at));
        let own = holds.chain(tickets).filter(|(matter, ..)| !self.is_covered(matter));
        let own = own.map(|(matter, reason, since)| {
            let due_at = self.response_due(&matter, reason, since);
            self.open_matter(matter, reason, since, due_at)
        });
        let calls = self.open_calls().map(|call| {
            let matter = Matter::Call(call.id.clone());
            self.open_matter(matter, Reason::Call(call.reason), call.opened_at, call.window.deadline)
        });
        let mut open: Vec<_> = own.chain(calls).collect();
        open.sort_by(|one, other| (one.due_at, &one.matter).cmp(&(other.due_at, &other.matter)));
        open
    }

    fn open_matter(&self, matter: Matter, reason: Reason, since: Timestamp, due_at: Timestamp) -> OpenMatter {
        let handling = self.handlings.iter().find(|known| known.matter == matter);
        OpenMatter {
            assigned_to: handling.and_then(|handling| handling.assigned_to.clone()),
            escalated_at: handling.and_then(|handling| handling.escalated_at),
            due_at,
            matter,
            reason,
            since,
        }
    }

    /// The calls about a matter, closed ones included.
    pub(super) fn calls_about<'a>(&'a self, matter: &'a Matter) -> impl Iterator<Item = &'a CallRequest> {
        // Whoever is reached about one mail is reached about all of them.
        let undeliverable = |matter: &Matter| match matter {
            Matter::Ticket(id) => id.starts_with(TicketKind::MailUndeliverable.name()),
            Matter::Hold(_) | Matter::Call(_) => false,
        };
        self.calls.iter().filter(move |call| {
            call.about
                .as_ref()
                .is_some_and(|about| about == matter || (undeliverable(about) && undeliverable(matter)))
        })
    }

    fn is_covered(&self, matter: &Matter) -> bool {
        self.calls_about(matter).any(|call| {
            let decisions = call.decision_tickets();
            call.closed.is_none() || self.open_tickets().any(|ticket| decisions.contains(&ticket.id))
        })
    }

    /// What is noted about `matter` from now on.
    pub(super) fn handle(&mut self, matter: &Matter, note: impl FnOnce(&mut Handling)) {
        if let Some(handling) = self.handlings.iter_mut().find(|known| known.matter == *matter) {
            note(handling);
            return;
        }
        let mut handling = Handling { matter: matter.clone(), assigned_to: None, escalated_at: None };
        note(&mut handling);
        self.handlings.push(handling);
    }

    /// Forgets what was noted about matters that are open no more.
    pub(super) fn forget_ended_handlings(&mut self) {
        if self.handlings.is_empty() {
            return;
        }
        let handlings = std::mem::take(&mut self.handlings);
        self.handlings = handlings.into_iter().filter(|handling| self.has_open(&handling.matter)).collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_the_one_that_is_stored() {
        for reason in Reason::all() {
            let stored = match reason {
                Reason::Hold(code) => serde_json::to_value(code),
                Reason::Ticket(kind) => serde_json::to_value(kind),
                Reason::Call(reason) => serde_json::to_value(reason),
            };
            assert_eq!(stored.unwrap(), reason.name());
        }
    }
}

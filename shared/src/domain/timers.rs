//! What the clock asks of an order. One list of what is due gives both the moment an order is
//! woken and what happens then, so the two can never disagree.

use jiff::{SignedDuration, Timestamp};

use super::decide::{Collection, next_collection};
use super::ids::{PaymentId, ShipmentId};
use super::matter::Matter;
use super::money::Amount;
use super::order::{Order, OrderState, Ticket, TicketKind};
use super::payment::{Payment, PaymentMethod, PaymentStatus};
use super::report::ReportStatus;

/// How long we wait before we ask a provider again for the first time.
pub const PROVIDER_CHECK: SignedDuration = SignedDuration::from_mins(10);
/// The longest we wait before we ask a provider again.
const LONGEST_PROVIDER_PAUSE: SignedDuration = SignedDuration::from_hours(24);

/// How long we wait before we ask a provider that was asked `checks` times in vain: twice as long each
/// time, because every question is a row of the order, and a review may take days.
#[must_use]
pub fn provider_pause(checks: u8) -> SignedDuration {
    let doubled = PROVIDER_CHECK * (1 << checks.min(8));
    doubled.min(LONGEST_PROVIDER_PAUSE)
}

/// How long the money of an order may wait for what is to be asked of a provider or the customer
/// before the payment stage is called for again. Usually it acts within seconds; its call may have
/// been put aside while the provider was out of reach, and no authorization may be forgotten.
pub const MONEY_PATIENCE: SignedDuration = SignedDuration::from_hours(1);

/// Something that becomes due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Due {
    /// Remind the customer to pay.
    Reminder(PaymentId),
    /// The customer did not pay in time.
    Expiry(PaymentId),
    /// An account did not pay in time for what it has 支払遅延.
    Overdue(PaymentId),
    /// Ask the provider again.
    ProviderCheck(PaymentId),
    /// Ask for what should have been asked for long ago.
    Collection(PaymentId),
    /// What was authorized is secured no longer.
    AuthorizationEnd(PaymentId),
    /// A ship group may be released from now on.
    ShipFrom,
    /// Nothing has happened for too long.
    Stall,
    /// The warehouse has not acknowledged.
    Acknowledgement(ShipmentId),
    /// Nobody has dealt with it in time.
    Response(Matter),
    /// The channel has not answered the report about the event of this number.
    ReportAnswer(u64),
    /// The channel has disagreed for too long.
    Drift,
}

/// Everything that is or becomes due, unordered.
#[must_use]
pub fn dues(order: &Order) -> Vec<(Timestamp, Due)> {
    let mut dues = Vec::new();
    if order.is_past() {
        return dues;
    }
    for (payment, target) in order.payments.iter().zip(order.targets()) {
        if let Some(at) = payment.check_at {
            dues.push((at, Due::ProviderCheck(payment.id.clone())));
        }
        dues.extend(
            authorization_end(order, payment, target)
                .map(|at| (at, Due::AuthorizationEnd(payment.id.clone()))),
        );
        let unpaid = payment.status == PaymentStatus::Pending && !payment.secures(target);
        let waits = unpaid && order.cancellation.is_none();
        if let Some(request) = payment.requested.as_ref().filter(|_| waits && !order.state.is_final()) {
            if !request.reminded {
                dues.push((request.remind_at, Due::Reminder(payment.id.clone())));
            }
            if !order.is_on_terms(payment) {
                dues.push((request.due_at, Due::Expiry(payment.id.clone())));
            } else if !order.has_ticket(&ticket_id(TicketKind::ShortDeposit, payment.id.as_str())) {
                dues.push((request.due_at, Due::Overdue(payment.id.clone())));
            }
        }
    }
    dues.extend(forgotten_money(order));
    let unheard = order.open_matters().into_iter().filter(|open| open.escalated_at.is_none());
    dues.extend(unheard.map(|open| (open.due_at, Due::Response(open.matter))));
    for report in &order.reports {
        let ReportStatus::Sent { answer_by } = report.status else { continue };
        if !order.has_ticket(&report.ticket(TicketKind::ChannelReportUnanswered)) {
            dues.push((answer_by, Due::ReportAnswer(report.event)));
        }
    }
    dues.extend(order.drift_alarm_at().map(|at| (at, Due::Drift)));
    if order.state.is_final() {
        return dues;
    }
    if !order.ready {
        let waiting = order.ship_groups.iter().filter_map(|group| group.not_before);
        dues.extend(waiting.filter(|at| order.is_releasable_at(*at)).map(|at| (at, Due::ShipFrom)));
    }
    dues.extend(stalled_at(order).map(|at| (at, Due::Stall)));
    let patience = SignedDuration::from_hours(i64::from(order.policy.acknowledge_within_hours));
    for shipment in &order.shipments {
        let silent = shipment.history.is_empty() && shipment.is_in_warehouse();
        if silent && !order.has_ticket(&acknowledgement_ticket(&shipment.id)) {
            dues.push((shipment.released_at + patience, Due::Acknowledgement(shipment.id.clone())));
        }
    }
    dues
}

/// When the order next needs the clock; `None` when it never does.
#[must_use]
pub fn next_due(order: &Order) -> Option<Timestamp> {
    dues(order).into_iter().map(|(at, _)| at).min()
}

/// When the payment stage is called for again, because there is something for it to do.
fn forgotten_money(order: &Order) -> Option<(Timestamp, Due)> {
    let at = order.money_since.map_or(order.state_since, |since| since.max(order.state_since));
    let at = at + MONEY_PATIENCE;
    let id = match next_collection(order, at)? {
        Collection::Ask(operation) | Collection::Look(operation) => operation.payment,
        Collection::Request(payment) => payment,
    };
    // A question that has its moment is no forgotten one.
    order.payment(&id)?.check_at.is_none().then_some((at, Due::Collection(id)))
}

/// When an authorization ends that is still needed. Not once everything has left: then its capture
/// may be on the way, and only the answer to that tells whether it came too late.
fn authorization_end(order: &Order, payment: &Payment, target: Amount) -> Option<Timestamp> {
    let waits = payment.status == PaymentStatus::Authorized && payment.unknown.is_none();
    payment.valid_until.filter(|_| waits && target.is_positive() && order.state < OrderState::Shipped)
}

/// When the order counts as stalled; `None` while a ticket asks somebody to look already, because it
/// is or because it waits for goods. Who closes the ticket has the same time again, so that no order is
/// ever forgotten.
fn stalled_at(order: &Order) -> Option<Timestamp> {
    let patience = SignedDuration::from_hours(i64::from(order.policy.stalled_after_hours));
    let asks = |ticket: &&Ticket| matches!(ticket.kind, TicketKind::Stalled | TicketKind::Stockout);
    let mut tickets = order.tickets.iter().filter(asks);
    let since = tickets.try_fold(order.state_since, |since, ticket| Some(since.max(ticket.closed_at?)))?;
    Some(agreed_waits(order).fold(since, Timestamp::max) + patience)
}

/// Until when the order waits as agreed: for the customer to pay us or the channel, for the day the
/// goods may leave.
fn agreed_waits(order: &Order) -> impl Iterator<Item = Timestamp> {
    let payments = order.payments.iter().zip(order.targets());
    let unpaid = payments.filter(|(payment, target)| !payment.secures(*target));
    let days = SignedDuration::from_hours(24 * i64::from(order.policy.payment_due_days));
    let paid_by = unpaid.filter_map(move |(payment, _)| match payment.method {
        PaymentMethod::ChannelSettled => Some(order.received_at + days),
        PaymentMethod::BankTransfer
        | PaymentMethod::ConvenienceStore
        | PaymentMethod::Card
        | PaymentMethod::PayLater
        | PaymentMethod::CashOnDelivery => Some(payment.requested.as_ref()?.due_at),
    });
    let outstanding = |group: u8| {
        let mut lines = order.lines.iter().filter(move |line| line.ship_group == group);
        lines.any(|line| line.outstanding() > 0)
    };
    let groups = order.ship_groups.iter().filter(move |group| outstanding(group.id));
    paid_by.chain(groups.filter_map(|group| group.not_before))
}

fn stall_tickets(order: &Order) -> impl Iterator<Item = &Ticket> {
    order.tickets.iter().filter(|ticket| ticket.kind == TicketKind::Stalled)
}

/// The next ticket that says the order is stalled where it is.
pub(super) fn stall_ticket(order: &Order) -> String {
    let number = stall_tickets(order).count() + 1;
    ticket_id(TicketKind::Stalled, &format!("{}:{number}", order.state.name()))
}

/// The ticket that says the warehouse is silent about a shipment.
pub(super) fn acknowledgement_ticket(shipment: &ShipmentId) -> String {
    ticket_id(TicketKind::AcknowledgementMissing, shipment.as_str())
}

/// The id of the ticket of `kind` about `subject`.
#[must_use]
pub fn ticket_id(kind: TicketKind, subject: &str) -> String {
    kind.ticket(subject)
}

//! Collecting the money 決済・入金.

use jiff::{SignedDuration, Timestamp};

use super::service::ticket_once;
use super::{Effects, require};
use crate::domain::customer::Personal;
use crate::domain::event::Event;
use crate::domain::ids::PaymentId;
use crate::domain::money::Amount;
use crate::domain::order::{HoldCode, Order, OrderState, TicketKind, Validation};
use crate::domain::payment::{
    Operation, OperationKind, OperationOutcome, Payment, PaymentMethod, PaymentStatus,
};
use crate::domain::rejection::Rejection;
use crate::domain::timers::ticket_id;

/// The next thing to do about an order's money.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Collection {
    /// Have the provider do this.
    Ask(Operation),
    /// Ask the provider what became of this, because nobody knows or it was still deciding.
    Look(Operation),
    /// Ask the customer to pay in advance.
    Request(PaymentId),
}

/// What to do next about the money of `order` at `now`; `None` when nothing is to be done until
/// something else happens. A pure function of the order, so that it can be asked again after
/// every step, every crash and every duplicate.
#[must_use]
pub fn next_collection(order: &Order, now: Timestamp) -> Option<Collection> {
    // What half an order costs is nothing to ask for.
    if order.is_partial() && !order.is_empty() {
        return None;
    }
    let targets = order.targets();
    order.payments.iter().zip(targets).find_map(|(payment, target)| next_of(order, payment, target, now))
}

fn next_of(order: &Order, payment: &Payment, target: Amount, now: Timestamp) -> Option<Collection> {
    if payment.method.is_prepaid() {
        return is_to_be_requested(order, payment, target).then(|| Collection::Request(payment.id.clone()));
    }
    if !payment.method.has_provider() {
        return None;
    }
    // While an outcome is open the provider is only asked about it, and not more often than agreed.
    if let Some(operation) = open_question(payment) {
        let due = payment.check_at.is_none_or(|at| at <= now);
        return due.then_some(Collection::Look(operation));
    }
    let ask =
        |kind, amount| (!payment.was_refused(kind)).then(|| Collection::Ask(payment.operation(kind, amount)));
    match payment.status {
        PaymentStatus::Pending => {
            let wanted = target.is_positive() && order.cancellation.is_none();
            if wanted { ask(OperationKind::Authorize, target) } else { None }
        }
        PaymentStatus::Authorized if target.is_zero() => ask(OperationKind::Void, payment.authorized),
        PaymentStatus::Authorized if order.state >= OrderState::Shipped => {
            ask(OperationKind::Capture, target.min(payment.authorized))
        }
        PaymentStatus::Captured | PaymentStatus::PartiallyRefunded => {
            let surplus = payment.held() - target;
            if surplus.is_positive() { ask(OperationKind::Refund, surplus) } else { None }
        }
        PaymentStatus::Authorized
        | PaymentStatus::Review
        | PaymentStatus::Declined
        | PaymentStatus::Voided
        | PaymentStatus::Expired
        | PaymentStatus::Refunded => None,
    }
}

/// Whether `operation` would secure money that is not due any more.
#[must_use]
pub fn is_withdrawn(order: &Order, operation: &Operation) -> bool {
    operation.kind == OperationKind::Authorize && target_of(order, &operation.payment).is_zero()
}

/// The authorizations of `order` that are not wanted any more and that we never got an answer to. We
/// may have asked for them all the same, and have been cut off before we could note that.
pub fn unwanted_authorizations(order: &Order) -> impl Iterator<Item = Operation> {
    let unwanted = |(payment, target): &(&Payment, Amount)| {
        let open = payment.status == PaymentStatus::Pending && payment.unknown.is_none();
        open && payment.method.has_provider() && payment.amount.is_positive() && target.is_zero()
    };
    let payments = order.payments.iter().zip(order.targets()).filter(unwanted);
    payments.map(|(payment, _)| payment.operation(OperationKind::Authorize, payment.amount))
}

fn is_to_be_requested(order: &Order, payment: &Payment, target: Amount) -> bool {
    // Whether an account pays later is known once the order is checked; then it pays what has left.
    let named = order.particulars.purchase_order.as_ref().is_some_and(|purchase| purchase.account.is_some());
    let is_time = if order.is_on_terms(payment) {
        order.state >= OrderState::Shipped
    } else {
        !named || order.validation == Validation::Passed
    };
    payment.requested.is_none()
        && payment.status == PaymentStatus::Pending
        && !payment.secures(target)
        && is_time
        && order.cancellation.is_none()
        && !order.is_partial()
        && !order.state.is_final()
}

/// The operation whose outcome is open: unknown, or under review.
fn open_question(payment: &Payment) -> Option<Operation> {
    let reviewed = || payment.operation(OperationKind::Authorize, payment.amount);
    payment.unknown.clone().or_else(|| (payment.status == PaymentStatus::Review).then(reviewed))
}

pub(super) fn request(order: &Order, id: &PaymentId, now: Timestamp) -> Result<Effects, Rejection> {
    let payment = known(order, id, PaymentMethod::is_prepaid)?;
    if !is_to_be_requested(order, payment, target_of(order, id)) {
        return Ok(Effects::none());
    }
    let days = |days: u16| SignedDuration::from_hours(24 * i64::from(days));
    let terms = order.screening.terms_days.filter(|_| order.is_on_terms(payment));
    let due_at = now + days(terms.unwrap_or_else(|| order.policy.payment_due_days.into()));
    let remind_at = due_at - days(order.policy.payment_reminder_days.into());
    Ok(Event::PaymentRequested { payment: id.clone(), due_at, remind_at }.into())
}

/// Takes over what the provider answered. Facts are facts: this is accepted in every state, and
/// [`next_collection`] then says what to do about it.
pub(super) fn record(
    order: &Order,
    operation: &Operation,
    outcome: &OperationOutcome,
    now: Timestamp,
) -> Result<Effects, Rejection> {
    let payment = known(order, &operation.payment, PaymentMethod::has_provider)?;
    if is_recorded(payment, operation) {
        return Ok(Effects::none());
    }
    let id = || operation.payment.clone();
    let mut events = match outcome {
        OperationOutcome::Approved { amount, reference, valid_until } => vec![match operation.kind {
            OperationKind::Authorize => Event::PaymentAuthorized {
                payment: id(),
                amount: *amount,
                reference: reference.clone(),
                valid_until: *valid_until,
            },
            OperationKind::Capture => Event::PaymentCaptured { payment: id(), amount: *amount },
            OperationKind::Void => Event::PaymentVoided { payment: id() },
            OperationKind::Refund => {
                Event::PaymentRefunded { payment: id(), amount: *amount, reference: reference.clone() }
            }
        }],
        OperationOutcome::Declined { code } if operation.kind == OperationKind::Authorize => {
            declined(order, operation, code)
        }
        // It came too late: what it was to take is authorized anew, and then taken.
        OperationOutcome::Declined { code }
            if operation.kind == OperationKind::Capture && payment.has_ended_by(now) =>
        {
            let refusal = Event::PaymentOperationRefused { operation: operation.clone(), code: code.clone() };
            vec![refusal, Event::AuthorizationEnded { payment: id() }]
        }
        OperationOutcome::Declined { code } => refused(order, operation, code),
        OperationOutcome::Review { reference } if operation.kind == OperationKind::Authorize => {
            review(payment, operation, reference)
        }
        // Only credit is reviewed. Anything else that is not decided yet is not known yet.
        OperationOutcome::Review { .. } | OperationOutcome::Unknown => unknown(order, payment, operation),
    };
    let is_open =
        operation.kind != OperationKind::Authorize && matches!(outcome, OperationOutcome::Review { .. });
    let settled = !is_open && !matches!(outcome, OperationOutcome::Unknown);
    let ticket = ticket_id(TicketKind::PaymentUnknown, &operation.key);
    if settled && order.open_tickets().any(|open| open.id == ticket) {
        events.push(Event::TicketClosed { id: ticket });
    }
    Ok(events.into())
}

/// Whether the outcome of `operation` is in the books already.
fn is_recorded(payment: &Payment, operation: &Operation) -> bool {
    let current = *operation == payment.operation(operation.kind, operation.amount);
    let done = match operation.kind {
        OperationKind::Authorize => !matches!(payment.status, PaymentStatus::Pending | PaymentStatus::Review),
        OperationKind::Capture => payment.captured.is_positive(),
        OperationKind::Void => payment.status == PaymentStatus::Voided,
        OperationKind::Refund => false,
    };
    !current || done || payment.was_refused(operation.kind)
}

fn declined(order: &Order, operation: &Operation, code: &str) -> Vec<Event> {
    let mut events =
        vec![Event::PaymentDeclined { payment: operation.payment.clone(), code: code.to_owned() }];
    // Nobody has to care for a payment that nothing is due of any more.
    let needed = target_of(order, &operation.payment).is_positive() && !order.state.is_final();
    if needed && !order.is_held_for(HoldCode::Payment) {
        events.push(Event::HoldOpened {
            code: HoldCode::Payment,
            reason: Personal::new(format!(
                "payment {} was declined ({code}); retry it or cancel the order",
                operation.payment
            )),
        });
    }
    events
}

fn refused(order: &Order, operation: &Operation, code: &str) -> Vec<Event> {
    let refused = Event::PaymentOperationRefused { operation: operation.clone(), code: code.to_owned() };
    let detail = format!(
        "the provider refused the {} ({code}); settle the cause, then close this to ask it again",
        operation.kind.verb()
    );
    let ticket = ticket_once(order, TicketKind::PaymentOperationRefused, &operation.key, detail);
    std::iter::once(refused).chain(ticket).collect()
}

fn review(payment: &Payment, operation: &Operation, reference: &str) -> Vec<Event> {
    if payment.status == PaymentStatus::Review && payment.unknown.is_none() && payment.check_at.is_some() {
        return Vec::new();
    }
    vec![Event::PaymentInReview { payment: operation.payment.clone(), reference: reference.to_owned() }]
}

fn unknown(order: &Order, payment: &Payment, operation: &Operation) -> Vec<Event> {
    if payment.unknown.is_some() && payment.check_at.is_some() {
        return Vec::new();
    }
    // Also when it was asked again in vain: that sets the clock for the next time.
    let unknown = Event::PaymentUnknown { operation: operation.clone() };
    let detail = format!(
        "the provider did not answer the {}; it is asked again after ten minutes, then ever more rarely",
        operation.kind.verb()
    );
    let ticket = ticket_once(order, TicketKind::PaymentUnknown, &operation.key, detail);
    std::iter::once(unknown).chain(ticket).collect()
}

/// Counts a deposit, whatever state the order is in: money that came in is a fact.
pub(super) fn deposit(
    order: &Order,
    id: &PaymentId,
    amount: Amount,
    reference: &str,
    deposited_at: Timestamp,
) -> Result<Effects, Rejection> {
    let payment = known(order, id, PaymentMethod::takes_deposits)?;
    if payment.deposits.iter().any(|known| known == reference) {
        return Ok(Effects::none());
    }
    require_positive(amount)?;
    if payment.method == PaymentMethod::CashOnDelivery {
        let delivered = order.state >= OrderState::Delivered;
        require(order, delivered, "the carrier collects it with the delivery")?;
        let missing = (target_of(order, id) - payment.held()).or_zero();
        if amount > missing {
            return Err(Rejection::TooMuch { available: missing.units() });
        }
    }
    if payment.method == PaymentMethod::ChannelSettled {
        // The channel has agreed to so much, and settles it once.
        let open = payment.status == PaymentStatus::Pending;
        let missing = if open { (payment.amount - payment.held()).or_zero() } else { Amount::ZERO };
        if amount > missing {
            return Err(Rejection::TooMuch { available: missing.units() });
        }
    }
    require_room(order)?;
    let mut events = vec![Event::DepositRecorded {
        payment: id.clone(),
        amount,
        reference: reference.to_owned(),
        deposited_at,
    }];
    let missing = target_of(order, id) - payment.held() - amount;
    let short = short_ticket(id);
    if missing.is_positive() && !order.has_ticket(&short) {
        let detail = format!("{} {} are missing; ask the customer", missing.units(), order.currency.code());
        events.push(Event::TicketOpened { id: short, kind: TicketKind::ShortDeposit, detail });
    }
    Ok(events.into())
}

pub(super) fn refund_by_hand(
    order: &Order,
    id: &PaymentId,
    amount: Amount,
    reference: &str,
) -> Result<Effects, Rejection> {
    let payment = known(order, id, |method| !method.has_provider())?;
    if payment.refund_references.iter().any(|known| known == reference) {
        return Ok(Effects::none());
    }
    require_positive(amount)?;
    let surplus = (payment.held() - target_of(order, id)).or_zero();
    if amount > surplus {
        return Err(Rejection::TooMuch { available: surplus.units() });
    }
    require_room(order)?;
    Ok(Event::PaymentRefunded { payment: id.clone(), amount, reference: reference.to_owned() }.into())
}

fn require_room(order: &Order) -> Result<(), Rejection> {
    if order.is_full() { Err(Rejection::TooManyRemarks) } else { Ok(()) }
}

fn require_positive(amount: Amount) -> Result<(), Rejection> {
    if amount.is_positive() { Ok(()) } else { Err(Rejection::NoAmount) }
}

/// The ticket that says a customer paid too little.
pub(super) fn short_ticket(payment: &PaymentId) -> String {
    ticket_id(TicketKind::ShortDeposit, payment.as_str())
}

/// What the payment `id` has to bring now.
fn target_of(order: &Order, id: &PaymentId) -> Amount {
    let mut targets = order.payments.iter().zip(order.targets());
    targets.find(|(payment, _)| payment.id == *id).map(|(_, target)| target).unwrap_or_default()
}

fn known<'a>(
    order: &'a Order,
    id: &PaymentId,
    fits: impl Fn(PaymentMethod) -> bool,
) -> Result<&'a Payment, Rejection> {
    order
        .payment(id)
        .filter(|payment| fits(payment.method))
        .ok_or_else(|| Rejection::NoSuchPayment(id.clone()))
}

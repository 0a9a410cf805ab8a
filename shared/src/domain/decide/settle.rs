//! What follows of itself once something has happened.

use jiff::Timestamp;

use super::payment::short_ticket;
use super::{Decision, Effects, calls, cancellation, cash, channel, evolved, screening};
use crate::domain::event::Event;
use crate::domain::money::Amount;
use crate::domain::order::{Order, OrderState, TicketKind, Validation};
use crate::domain::payment::{Payment, PaymentStatus};
use crate::domain::timers::ticket_id;

/// More consequences than any command can have (up to three for each of 20 payments, and those of
/// the state); a bound, so that no mistake can loop.
const MAX_CONSEQUENCES: usize = 100;

pub(super) fn complete(order: &Order, effects: Effects, now: Timestamp) -> Decision {
    let Effects { mut events, movements } = effects;
    let mut after = evolved(order, &events, now);
    for _ in 0..MAX_CONSEQUENCES {
        let following = consequence(&after, now);
        if following.is_empty() {
            break;
        }
        after = evolved(&after, &following, now);
        events.extend(following);
    }
    Decision { order: after, events, movements }
}

/// What follows next from how the order stands; nothing when it is settled.
fn consequence(order: &Order, now: Timestamp) -> Vec<Event> {
    cancellation::conclusion(order)
        .or_else(|| money(order).or_else(|| nothing_short(order)).map(|event| vec![event]))
        .or_else(|| cash::collected(order))
        .or_else(|| screening::settle(order).map(|event| vec![event]))
        .or_else(|| progress(order, now).map(|event| vec![event]))
        .or_else(|| channel::caught_up(order))
        .or_else(|| calls::following(order, now))
        .unwrap_or_default()
}

fn progress(order: &Order, now: Timestamp) -> Option<Event> {
    if order.state == OrderState::Cancelled {
        return None;
    }
    let held_by_validation = order.open_holds().any(|hold| order.is_of_validation(hold));
    if order.validation == Validation::Failed && !held_by_validation {
        return Some(Event::OrderValidated { findings: order.findings.clone() });
    }
    if order.state < OrderState::Shipped && order.has_shipped_all() {
        return Some(Event::OrderShipped);
    }
    if order.state == OrderState::Shipped && order.has_delivered_all() {
        return Some(Event::OrderDelivered);
    }
    if order.state == OrderState::Delivered && order.sales_posted {
        return Some(Event::OrderCompleted);
    }
    (!order.ready && order.is_releasable_at(now)).then_some(Event::OrderReadied)
}

/// What follows for payments no provider keeps the books of.
fn money(order: &Order) -> Option<Event> {
    paid_up(order)
        .or_else(|| not_short_any_more(order))
        .or_else(|| refund_by_hand(order))
        .or_else(|| hand_refund_done(order))
}

/// 入金済: the last deposit came in, or a partial cancellation left less to pay than was paid.
fn paid_up(order: &Order) -> Option<Event> {
    if order.cancellation.is_some() || order.state.is_final() {
        return None;
    }
    let complete = |payment: &Payment, surplus: Amount| {
        payment.status == PaymentStatus::Pending && payment.held().is_positive() && surplus >= Amount::ZERO
    };
    let mut counted = by_hand(order).filter(|(payment, _)| payment.method.takes_deposits());
    let (payment, _) = counted.find(|(payment, surplus)| complete(payment, *surplus))?;
    // Its money was counted when it came in.
    Some(Event::PaymentCaptured { payment: payment.id.clone(), amount: Amount::ZERO })
}

fn not_short_any_more(order: &Order) -> Option<Event> {
    let enough = by_hand(order).filter(|(_, surplus)| *surplus >= Amount::ZERO);
    let mut tickets = enough.map(|(payment, _)| short_ticket(&payment.id));
    let id = tickets.find(|id| order.open_tickets().any(|ticket| ticket.id == *id))?;
    Some(Event::TicketClosed { id })
}

/// No unit waits any more: stock arrived for all of them, or those that waited were cancelled.
fn nothing_short(order: &Order) -> Option<Event> {
    if order.lines.iter().any(|line| line.quantities.backordered > 0) {
        return None;
    }
    let mut tickets = order.open_tickets().filter(|ticket| ticket.kind == TicketKind::Stockout);
    tickets.next().map(|ticket| Event::TicketClosed { id: ticket.id.clone() })
}

/// Money we hold beyond what is due and no provider can give back: somebody has to transfer it.
fn refund_by_hand(order: &Order) -> Option<Event> {
    // While units are still being cancelled the amount would be too small tomorrow.
    let settled = order.cancellation.is_none();
    by_hand(order).find_map(|(payment, surplus)| {
        let id = hand_refund_ticket(payment);
        let needed = settled && surplus.is_positive() && !order.has_ticket(&id);
        needed.then(|| Event::TicketOpened {
            id,
            kind: TicketKind::RefundByHand,
            detail: format!(
                "give {} {} back to the customer, then record the refund",
                surplus.units(),
                order.currency.code()
            ),
        })
    })
}

/// A refund settles its ticket. If it was not all, what is left has the next one.
fn hand_refund_done(order: &Order) -> Option<Event> {
    let mut tickets = by_hand(order).flat_map(|(payment, surplus)| {
        let wanted = surplus.is_positive().then(|| hand_refund_ticket(payment));
        let of_payment = ticket_id(TicketKind::RefundByHand, &format!("{}:", payment.id));
        let done = move |id: &str| id.starts_with(&of_payment) && wanted.as_deref() != Some(id);
        order.open_tickets().filter(move |ticket| done(&ticket.id))
    });
    tickets.next().map(|ticket| Event::TicketClosed { id: ticket.id.clone() })
}

fn by_hand(order: &Order) -> impl Iterator<Item = (&Payment, Amount)> {
    let payments = order.payments.iter().zip(order.targets());
    payments
        .filter(|(payment, _)| !payment.method.has_provider())
        .map(|(payment, target)| (payment, payment.held() - target))
}

/// One ticket per surplus: the number of refunds until now tells one from the next.
fn hand_refund_ticket(payment: &Payment) -> String {
    ticket_id(TicketKind::RefundByHand, &format!("{}:{}", payment.id, payment.refunds))
}

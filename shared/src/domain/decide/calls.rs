//! Calling the customer, and dividing the work.

use jiff::{SignedDuration, Timestamp};

use super::Effects;
use super::service::{close_hold, close_ticket, ticket_once};
use crate::domain::calls::{
    CLOCK_SKEW, CallAttempt, CallEnd, CallOutcome, CallRequest, CallWindow, LONGEST_DEADLINE, MAX_CALLS,
    NewCall,
};
use crate::domain::customer::Personal;
use crate::domain::event::Event;
use crate::domain::matter::{Matter, Reason};
use crate::domain::order::{Order, TicketKind};
use crate::domain::rejection::Rejection;

/// Who asks for the calls that follow of themselves.
const BY_RULE: &str = "rule";

pub(super) fn request(order: &Order, new: &NewCall, now: Timestamp) -> Result<Effects, Rejection> {
    if order.open_calls().any(|call| call.reason == new.reason && call.about == new.about) {
        return Ok(Effects::none());
    }
    if let Some(about) = &new.about {
        let callable = !matches!(about, Matter::Call(_)) && order.has_open(about);
        callable.then_some(()).ok_or(Rejection::NoSuchMatter)?;
    }
    if order.phone().is_none() {
        return Err(Rejection::NoPhone);
    }
    if order.calls.len() >= MAX_CALLS || order.is_full() {
        return Err(Rejection::TooManyRemarks);
    }
    let deadline = new.deadline.unwrap_or_else(|| response_due(order, new, now));
    if deadline <= now || deadline > now + LONGEST_DEADLINE {
        return Err(Rejection::BadDeadline);
    }
    Ok(requested(order, new, CallWindow { from: now, deadline }).into())
}

fn response_due(order: &Order, new: &NewCall, now: Timestamp) -> Timestamp {
    now + order.policy.response_time(Reason::Call(new.reason))
}

fn requested(order: &Order, new: &NewCall, window: CallWindow) -> Event {
    let NewCall { reason, about, detail, by, .. } = new.clone();
    let number = order.calls.iter().filter(|call| call.reason == reason).count() + 1;
    Event::CallRequested { id: format!("{}:{number}", reason.name()), reason, about, detail, by, window }
}

pub(super) fn record(
    order: &Order,
    id: &str,
    attempt: &CallAttempt,
    now: Timestamp,
) -> Result<Effects, Rejection> {
    let call = order.call(id).ok_or_else(|| Rejection::NoSuchCall(id.to_owned()))?;
    let same = |known: &CallAttempt| known.at == attempt.at && known.outcome == attempt.outcome;
    if call.attempts.iter().any(same) {
        return Ok(Effects::none());
    }
    if call.closed.is_some() {
        return Err(Rejection::CallClosed(id.to_owned()));
    }
    if attempt.at > now + CLOCK_SKEW {
        return Err(Rejection::InFuture);
    }
    if attempt.note.is_some() && order.is_full() {
        return Err(Rejection::TooManyRemarks);
    }
    let (end, following) = match attempt.outcome {
        CallOutcome::Reached { settled } => {
            let settled = if settled { settle(order, call, &attempt.by)? } else { Vec::new() };
            (CallEnd::Reached, settled)
        }
        CallOutcome::NoAnswer if attempt.at < call.window.from => {
            return Err(Rejection::CallTooEarly(call.window.from));
        }
        CallOutcome::NoAnswer => match next_window(order, call, attempt.at) {
            Some(window) => return Ok(made(call, attempt, Some(window)).into()),
            None => (CallEnd::Unanswered, undecided(order, call, TicketKind::CustomerUnreachable)),
        },
        CallOutcome::Refused => (CallEnd::Refused, undecided(order, call, TicketKind::CustomerRefused)),
    };
    let mut events = vec![made(call, attempt, None), Event::CallClosed { id: id.to_owned(), end }];
    events.extend(following);
    Ok(events.into())
}

fn made(call: &CallRequest, attempt: &CallAttempt, again: Option<CallWindow>) -> Event {
    Event::CallMade { id: call.id.clone(), attempt: attempt.clone(), again }
}

/// When to call again after nobody answered; `None` when it was tried often enough.
fn next_window(order: &Order, call: &CallRequest, at: Timestamp) -> Option<CallWindow> {
    if call.attempts.len() + 1 >= usize::from(order.policy.call_attempts) {
        return None;
    }
    let from = at + SignedDuration::from_hours(i64::from(order.policy.call_retry_hours));
    let due = from + order.policy.response_time(Reason::Call(call.reason));
    Some(CallWindow { from, deadline: call.window.deadline.max(due) })
}

/// What is settled with the customer ends.
fn settle(order: &Order, call: &CallRequest, by: &str) -> Result<Vec<Event>, Rejection> {
    let Some(about) = &call.about else { return Ok(Vec::new()) };
    match about {
        Matter::Call(_) => Ok(Vec::new()),
        Matter::Hold(code) if !code.may_be_settled_by_call() => Err(Rejection::NotByCall(*code)),
        Matter::Hold(code) => {
            let resolved = Event::HoldResolved { code: *code, by: by.to_owned() };
            Ok(close_hold(order, *code, resolved)?.events)
        }
        Matter::Ticket(_) => {
            let settled = order.open_tickets().filter(|ticket| {
                let ticket = Matter::Ticket(ticket.id.clone());
                order.calls_about(&ticket).any(|known| known.id == call.id)
            });
            let closed = settled.map(|ticket| Ok(close_ticket(order, &ticket.id)?.events));
            Ok(closed.collect::<Result<Vec<_>, Rejection>>()?.concat())
        }
    }
}

/// The customer cannot be asked: somebody has to decide.
fn undecided(order: &Order, call: &CallRequest, kind: TicketKind) -> Vec<Event> {
    let about = call.about.as_ref().map_or_else(|| call.reason.name(), Matter::name);
    let detail = format!("the customer could not be asked about {about}: cancel, or settle it and go on");
    ticket_once(order, kind, &call.id, detail).into_iter().collect()
}

/// Who closes the ticket of a decision has decided what the call was about.
pub(super) fn decided_ticket<'a>(order: &'a Order, ticket: &str) -> Option<&'a str> {
    let call = order.calls.iter().find(|call| call.decision_tickets().iter().any(|id| id == ticket))?;
    match call.about.as_ref()? {
        Matter::Ticket(about) => Some(about),
        Matter::Hold(_) | Matter::Call(_) => None,
    }
}

pub(super) fn assign(
    order: &Order,
    matter: &Matter,
    to: Option<&str>,
    by: &str,
) -> Result<Effects, Rejection> {
    if !order.has_open(matter) {
        return Err(Rejection::NoSuchMatter);
    }
    let handling = order.handlings.iter().find(|known| known.matter == *matter);
    if handling.and_then(|known| known.assigned_to.as_deref()) == to {
        return Ok(Effects::none());
    }
    let (to, by) = (to.map(str::to_owned), by.to_owned());
    Ok(Event::WorkAssigned { matter: matter.clone(), to, by }.into())
}

/// What follows when the clocks of `matters` have run out.
pub(super) fn escalate(order: &Order, matters: Vec<Matter>) -> Vec<Event> {
    let late = order.open_calls().filter(|call| matters.contains(&Matter::Call(call.id.clone())));
    let tickets = late.filter_map(|call| {
        let detail = format!("nobody has called by {}; see to it that somebody does", call.window.deadline);
        ticket_once(order, TicketKind::CallOverdue, &call.id, detail)
    });
    let tickets: Vec<Event> = tickets.collect();
    let escalated = (!matters.is_empty()).then_some(Event::ClocksRanOut { matters });
    escalated.into_iter().chain(tickets).collect()
}

/// What follows of itself: a call ends with what it was about, and so does the decision it left behind;
/// some tickets want the customer called.
pub(super) fn following(order: &Order, now: Timestamp) -> Option<Vec<Event>> {
    let mut events: Vec<Event> = withdrawn(order).chain(answered(order)).collect();
    if events.is_empty() {
        events.extend(called_for(order, now));
    }
    (!events.is_empty()).then_some(events)
}

/// Nobody has to call, or nobody can: the last number was taken out of the addresses.
fn withdrawn(order: &Order) -> impl Iterator<Item = Event> {
    let mute = order.phone().is_none();
    let gone =
        move |call: &&CallRequest| mute || call.about.as_ref().is_some_and(|about| !order.has_open(about));
    order
        .open_calls()
        .filter(gone)
        .map(|call| Event::CallClosed { id: call.id.clone(), end: CallEnd::Withdrawn })
}

/// The tickets about calls that need nobody any more.
fn answered(order: &Order) -> impl Iterator<Item = Event> {
    let is_open = |id: &String| order.open_tickets().any(|ticket| ticket.id == *id);
    let of_call = move |call: &CallRequest| {
        let gone = call.about.as_ref().is_some_and(|about| !order.has_open(about));
        let decisions = call.decision_tickets().into_iter().filter(move |_| gone);
        let overdue = call.overdue_ticket();
        // Since the ticket was opened somebody has called, or nobody has to any more.
        let was_late = order.tickets.iter().any(|ticket| {
            ticket.id == overdue && (call.closed.is_some() || call.window.deadline > ticket.opened_at)
        });
        decisions.chain(was_late.then_some(overdue)).collect::<Vec<_>>()
    };
    order.calls.iter().flat_map(of_call).filter(is_open).map(|id| Event::TicketClosed { id })
}

/// At most one call for each reason follows of itself, however many tickets there are.
fn called_for(order: &Order, now: Timestamp) -> Option<Event> {
    if order.calls.len() >= MAX_CALLS || order.phone().is_none() {
        return None;
    }
    order.open_tickets().find_map(|ticket| {
        let reason = ticket.kind.calls_for()?;
        let asked = order.calls.iter().any(|call| call.reason == reason);
        let new = NewCall {
            reason,
            about: Some(Matter::Ticket(ticket.id.clone())),
            detail: Personal::new(ticket.detail.clone()),
            deadline: None,
            by: BY_RULE.to_owned(),
        };
        let window = CallWindow { from: now, deadline: response_due(order, &new, now) };
        (!asked).then(|| requested(order, &new, window))
    })
}

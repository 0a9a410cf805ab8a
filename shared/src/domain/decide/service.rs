//! Checking, holding, changing, remarking, posting, and what the clock asks for.

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};

use super::calls::{decided_ticket, escalate};
use super::cancellation::everything;
use super::channel;
use super::fulfilment::is_unreleased;
use super::screening::exceed_credit;
use super::{Effects, require, require_open};
use crate::domain::address::CorrectionReason;
use crate::domain::customer::{Address, DesiredDelivery, Personal};
use crate::domain::event::Event;
use crate::domain::japan;
use crate::domain::merchant::SalesPolicy;
use crate::domain::order::{CancelReason, HoldCode, MAX_REMARKS, Order, OrderState, TicketKind, Validation};
use crate::domain::payment::{Payment, PaymentStatus};
use crate::domain::rejection::Rejection;
use crate::domain::rule_pack::Correction;
use crate::domain::timers::{Due, acknowledgement_ticket, dues, stall_ticket, ticket_id};
use crate::domain::validation::{Finding, Severity};

/// Only before an order is checked: afterwards a person may have seen it as it is.
pub(super) fn correct_contact(order: &Order, corrections: &[Correction]) -> Effects {
    if order.validation != Validation::Pending || order.state.is_final() {
        return Effects::none();
    }
    let due = |correction: &&Correction| correction.is_due(order);
    let corrections: Vec<_> = corrections.iter().filter(due).cloned().collect();
    if corrections.is_empty() { Effects::none() } else { Event::ContactCorrected { corrections }.into() }
}

pub(super) fn validate(order: &Order, findings: &[Finding]) -> Effects {
    if order.validation != Validation::Pending || order.state.is_final() {
        return Effects::none();
    }
    let blocking = |code: HoldCode| findings.iter().find(|f| f.severity == Severity::Blocking(code));
    let mut events = Vec::new();
    for hold in
        order.open_holds().filter(|hold| order.is_of_validation(hold) && blocking(hold.code).is_none())
    {
        events.push(Event::HoldResolved { code: hold.code, by: "validate-order".to_owned() });
    }
    let mut failed = false;
    let mut opened = Vec::new();
    for finding in findings {
        let Severity::Blocking(code) = finding.severity else { continue };
        failed = true;
        if !order.is_held_for(code) && !opened.contains(&code) {
            opened.push(code);
            events.push(Event::HoldOpened { code, reason: finding.reason() });
        }
    }
    let findings = findings.to_vec();
    events.push(if failed {
        Event::ValidationFailed { findings }
    } else {
        Event::OrderValidated { findings }
    });
    events.into()
}

pub(super) fn post_sales(order: &Order) -> Result<Effects, Rejection> {
    if order.sales_posted {
        return Ok(Effects::none());
    }
    let from = match order.policy.sales {
        SalesPolicy::Shipped => OrderState::Shipped,
        SalesPolicy::Delivered => OrderState::Delivered,
    };
    require(order, order.state >= from && order.state != OrderState::Cancelled, "the sale is posted later")?;
    if order.held() != order.billing().total {
        return Err(Rejection::NotPaid);
    }
    Ok(Event::SalesPosted { entries: order.sales_entries() }.into())
}

pub(super) fn place_hold(order: &Order, code: HoldCode, reason: &Personal) -> Result<Effects, Rejection> {
    require_open(order)?;
    if order.is_held_for(code) {
        return Ok(Effects::none());
    }
    limit(order, order.holds.len())?;
    Ok(Event::HoldOpened { code, reason: reason.clone() }.into())
}

pub(super) fn resolve_hold(order: &Order, code: HoldCode, by: &str) -> Result<Effects, Rejection> {
    close_hold(order, code, Event::HoldResolved { code, by: by.to_owned() })
}

pub(super) fn override_hold(
    order: &Order,
    code: HoldCode,
    by: &str,
    reason: &Personal,
) -> Result<Effects, Rejection> {
    close_hold(order, code, Event::HoldOverridden { code, by: by.to_owned(), reason: reason.clone() })
}

pub(super) fn close_hold(order: &Order, code: HoldCode, event: Event) -> Result<Effects, Rejection> {
    if !order.is_held_for(code) {
        let closed_before = order.holds.iter().any(|hold| hold.code == code);
        return if closed_before { Ok(Effects::none()) } else { Err(Rejection::NoSuchHold(code)) };
    }
    let mut events = vec![event];
    if code == HoldCode::CreditLimit {
        events.extend(exceed_credit(order));
    }
    if code == HoldCode::Payment {
        // Letting a payment hold go means: try the payment again.
        let declined = order.payments.iter().filter(|payment| payment.status == PaymentStatus::Declined);
        events.extend(declined.map(|payment| Event::PaymentRetried { payment: payment.id.clone() }));
    }
    Ok(events.into())
}

pub(super) fn change_address(order: &Order, ship_group: u8, address: &Address) -> Result<Effects, Rejection> {
    if !is_another_address(order, ship_group, address)? {
        return Ok(Effects::none());
    }
    Ok(Event::AddressChanged { ship_group, address: address.clone() }.into())
}

pub(super) fn correct_address(
    order: &Order,
    ship_group: u8,
    address: &Address,
    reasons: &[CorrectionReason],
    by: &str,
) -> Result<Effects, Rejection> {
    if !is_another_address(order, ship_group, address)? {
        return Ok(Effects::none());
    }
    let (address, reasons, by) = (address.clone(), reasons.to_vec(), by.to_owned());
    Ok(Event::AddressCorrected { ship_group, address, reasons, by }.into())
}

/// Whether the ship group goes elsewhere now, and may still go to `address` instead.
fn is_another_address(order: &Order, ship_group: u8, address: &Address) -> Result<bool, Rejection> {
    let group = order.ship_groups.iter().find(|group| group.id == ship_group);
    let group = group.ok_or(Rejection::NoSuchShipGroup(ship_group))?;
    if group.address == *address {
        return Ok(false);
    }
    require_unreleased(order, ship_group)?;
    Ok(true)
}

pub(super) fn change_desired_delivery(
    order: &Order,
    ship_group: u8,
    desired: &DesiredDelivery,
) -> Result<Effects, Rejection> {
    let group = order.ship_groups.iter().find(|group| group.id == ship_group);
    let group = group.ok_or(Rejection::NoSuchShipGroup(ship_group))?;
    if group.desired == *desired {
        return Ok(Effects::none());
    }
    require_unreleased(order, ship_group)?;
    let not_before = ship_from(desired, order.policy.lead_time_days);
    Ok(Event::DesiredDeliveryChanged { ship_group, desired: desired.clone(), not_before }.into())
}

fn require_unreleased(order: &Order, ship_group: u8) -> Result<(), Rejection> {
    require_open(order)?;
    require(order, is_unreleased(order, ship_group), "the warehouse has it; cancel it there first")
}

/// The first moment, midnight in Japan, at which goods wanted on a date may leave.
#[must_use]
pub fn ship_from(desired: &DesiredDelivery, lead_time_days: u8) -> Option<Timestamp> {
    let day = desired.date?.checked_sub(i64::from(lead_time_days).days()).ok()?;
    japan::midnight(day)
}

pub(super) fn report_delay(
    order: &Order,
    reason: &str,
    expected_on: Option<Date>,
) -> Result<Effects, Rejection> {
    let known = order.delays.iter().any(|(text, on)| text == reason && *on == expected_on);
    if known {
        return Ok(Effects::none());
    }
    require(order, order.state < OrderState::Delivered, "nothing is left to be delivered")?;
    limit(order, order.delays.len())?;
    Ok(Event::DelayReported { reason: reason.to_owned(), expected_on }.into())
}

pub(super) fn add_note(order: &Order, id: &str, by: &str, text: &Personal) -> Result<Effects, Rejection> {
    match order.notes.iter().find(|note| note.id == id) {
        Some(note) if note.text == *text => return Ok(Effects::none()),
        Some(_) => return Err(Rejection::IdReused(id.to_owned())),
        None => {}
    }
    limit(order, order.notes.len())?;
    Ok(Event::NoteAdded { id: id.to_owned(), by: by.to_owned(), text: text.clone() }.into())
}

pub(super) fn open_ticket(
    order: &Order,
    kind: TicketKind,
    subject: &str,
    detail: &str,
) -> Result<Effects, Rejection> {
    let id = ticket_id(kind, subject);
    if order.has_ticket(&id) {
        return Ok(Effects::none());
    }
    // A stage asks for a person: that must be heard, whatever else the order is full of.
    if order.tickets.len() >= MAX_REMARKS {
        return Err(Rejection::TooManyRemarks);
    }
    Ok(Event::TicketOpened { id, kind, detail: detail.to_owned() }.into())
}

/// The ticket about `subject`, unless it was ever opened.
pub(super) fn ticket_once(order: &Order, kind: TicketKind, subject: &str, detail: String) -> Option<Event> {
    let id = ticket_id(kind, subject);
    (!order.has_ticket(&id)).then_some(Event::TicketOpened { id, kind, detail })
}

pub(super) fn close_ticket(order: &Order, id: &str) -> Result<Effects, Rejection> {
    if !order.has_ticket(id) {
        return Err(Rejection::NoSuchTicket(id.to_owned()));
    }
    let Some(ticket) = order.open_tickets().find(|ticket| ticket.id == id) else {
        return Ok(Effects::none());
    };
    if ticket.kind == TicketKind::RefundByHand {
        return Err(Rejection::RefundOwed);
    }
    let mut events = vec![Event::TicketClosed { id: id.to_owned() }];
    // To settle a refusal of the provider means: ask it again.
    let refused = order.payments.iter().find(|payment| refusal_tickets(payment).any(|ticket| ticket == id));
    events.extend(refused.map(|payment| Event::PaymentRetried { payment: payment.id.clone() }));
    // Money that is owed stays so, whatever was decided.
    let decided = decided_ticket(order, id).and_then(|about| close_ticket(order, about).ok());
    events.extend(decided.into_iter().flat_map(|closed| closed.events));
    Ok(events.into())
}

/// The tickets that say the provider refused an operation it was asked for.
fn refusal_tickets(payment: &Payment) -> impl Iterator<Item = String> {
    let keys = payment.refused.iter().map(|kind| payment.operation(*kind, payment.amount).key);
    keys.map(|key| ticket_id(TicketKind::PaymentOperationRefused, &key))
}

fn limit(order: &Order, count: usize) -> Result<(), Rejection> {
    if count < MAX_REMARKS && !order.is_full() { Ok(()) } else { Err(Rejection::TooManyRemarks) }
}

pub(super) fn tick(order: &Order, now: Timestamp) -> Effects {
    let mut due: Vec<_> = dues(order).into_iter().filter(|(at, _)| *at <= now).collect();
    due.sort_by_key(|(at, _)| *at);
    // When a payment has expired nobody is reminded any more, and the order is cancelled, once.
    let expired = due.iter().any(|(_, due)| matches!(due, Due::Expiry(_)));
    let (mut events, mut late) = (Vec::new(), Vec::new());
    for (_, due) in due {
        match due {
            Due::Reminder(_) if expired => {}
            Due::Reminder(payment) => events.push(Event::PaymentReminded { payment }),
            Due::Expiry(payment) => events.push(Event::PaymentExpired { payment }),
            Due::Overdue(payment) => events.push(Event::TicketOpened {
                id: ticket_id(TicketKind::ShortDeposit, payment.as_str()),
                kind: TicketKind::ShortDeposit,
                detail: format!("the account has not paid {payment} in time; ask it"),
            }),
            Due::ProviderCheck(payment) | Due::Collection(payment) => {
                events.push(Event::PaymentCheckDue { payment });
            }
            Due::AuthorizationEnd(payment) => events.push(Event::AuthorizationEnded { payment }),
            // That the order becomes ready follows of itself.
            Due::ShipFrom => {}
            Due::ReportAnswer(report) => events.extend(channel::unanswered(order, report)),
            Due::Drift => events.extend(channel::drift_alarm(order)),
            Due::Stall => events.push(Event::TicketOpened {
                id: stall_ticket(order),
                kind: TicketKind::Stalled,
                detail: format!("{} since {}; see what it waits for", order.state.name(), order.state_since),
            }),
            Due::Acknowledgement(shipment) => events.push(Event::TicketOpened {
                id: acknowledgement_ticket(&shipment),
                kind: TicketKind::AcknowledgementMissing,
                detail: format!("the warehouse has not acknowledged {shipment}; ask it"),
            }),
            Due::Response(matter) => late.push(matter),
        }
    }
    events.extend(escalate(order, late));
    let lines = everything(order);
    if expired && !lines.is_empty() {
        events.push(Event::CancelRequested { lines, reason: CancelReason::PaymentExpired });
    }
    events.into()
}

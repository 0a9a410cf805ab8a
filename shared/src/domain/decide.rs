//! What a command does to an order: one exhaustive match, pure.

mod calls;
mod cancellation;
mod cash;
mod channel;
mod follow;
mod fulfilment;
mod past;
mod payment;
mod screening;
mod service;
mod settle;
mod stock;

use jiff::Timestamp;

use super::command::Command;
use super::event::Event;
use super::evolve::evolve;
use super::order::{Order, OrderState};
use super::rejection::Rejection;
use super::stock::Movement;

pub use payment::{Collection, is_withdrawn, next_collection, unwanted_authorizations};
pub use service::ship_from;
pub use stock::shortfall;

/// What a command leads to: everything that is written together, or nothing at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The order afterwards.
    pub order: Order,
    /// What happened, in order. Empty when the command had been done already.
    pub events: Vec<Event>,
    /// What happens to the stock in the same moment.
    pub movements: Vec<Movement>,
}

impl Decision {
    /// Both decisions in one: `next` was made on the order as this one leaves it.
    #[must_use]
    pub fn then(mut self, next: Self) -> Self {
        self.events.extend(next.events);
        self.movements.extend(next.movements);
        Self { order: next.order, ..self }
    }

    /// Whether there is nothing to write, because it was all done before.
    #[must_use]
    pub fn is_already_done(&self) -> bool {
        self.events.is_empty()
    }
}

/// What one arm of [`decide`] contributes.
#[derive(Debug, Default)]
struct Effects {
    events: Vec<Event>,
    movements: Vec<Movement>,
}

impl Effects {
    fn none() -> Self {
        Self::default()
    }
}

impl From<Event> for Effects {
    fn from(event: Event) -> Self {
        Self { events: vec![event], movements: Vec::new() }
    }
}

impl From<Vec<Event>> for Effects {
    fn from(events: Vec<Event>) -> Self {
        Self { events, movements: Vec::new() }
    }
}

/// Decides what `command` does to `order` at the moment `now`. The events it leads to are followed
/// by those that follow of themselves: the last gate closed makes the order ready, the last unit
/// shipped makes it shipped.
///
/// # Errors
/// [`Rejection`] when the command cannot be done. A command that has been done before is no error:
/// its decision is empty.
pub fn decide(order: &Order, command: &Command, now: Timestamp) -> Result<Decision, Rejection> {
    if order.is_past() {
        let Effects { events, movements } = past::decide(order, command)?;
        return Ok(Decision { order: evolved(order, &events, now), events, movements });
    }
    let effects = match command {
        Command::CorrectContact { corrections } => service::correct_contact(order, corrections),
        Command::Validate { findings } => service::validate(order, findings),
        Command::Screen { screened } => screening::screen(order, screened),
        Command::Allocate { grants, shortages } => stock::allocate(order, grants, shortages)?,
        Command::FillBackorder { grants } => stock::fill_backorder(order, grants)?,
        Command::RequestPayment { payment } => payment::request(order, payment, now)?,
        Command::RecordOperation { operation, outcome } => payment::record(order, operation, outcome, now)?,
        Command::RecordDeposit { payment, amount, reference, deposited_at } => {
            payment::deposit(order, payment, *amount, reference, *deposited_at)?
        }
        Command::RecordRefund { payment, amount, reference } => {
            payment::refund_by_hand(order, payment, *amount, reference)?
        }
        Command::Release => fulfilment::release(order, now),
        Command::MarkInstructed { shipment } => fulfilment::mark_instructed(order, shipment)?,
        Command::RecordFulfilment { shipment, report } => fulfilment::record(order, shipment, report)?,
        Command::Ship { shipment } => fulfilment::ship(order, shipment)?,
        Command::Deliver { shipment } => fulfilment::deliver(order, shipment)?,
        Command::PostSales => service::post_sales(order)?,
        Command::RequestCancel { lines, reason } => cancellation::request(order, lines, *reason)?,
        Command::Cancel => cancellation::carry_out(order),
        Command::PlaceHold { code, reason } => service::place_hold(order, *code, reason)?,
        Command::ResolveHold { code, by } => service::resolve_hold(order, *code, by)?,
        Command::OverrideHold { code, by, reason } => service::override_hold(order, *code, by, reason)?,
        Command::ChangeAddress { ship_group, address } => {
            service::change_address(order, *ship_group, address)?
        }
        Command::CorrectAddress { ship_group, address, reasons, by } => {
            service::correct_address(order, *ship_group, address, reasons, by)?
        }
        Command::ChangeDesiredDelivery { ship_group, desired } => {
            service::change_desired_delivery(order, *ship_group, desired)?
        }
        Command::FollowChannel { before, word } => follow::follow(order, before, word, now),
        Command::ReportDelay { reason, expected_on } => service::report_delay(order, reason, *expected_on)?,
        Command::AddNote { id, by, text } => service::add_note(order, id, by, text)?,
        Command::OpenTicket { kind, subject, detail } => service::open_ticket(order, *kind, subject, detail)?,
        Command::CloseTicket { id } => service::close_ticket(order, id)?,
        Command::RequestCall { call } => calls::request(order, call, now)?,
        Command::RecordCall { id, attempt } => calls::record(order, id, attempt, now)?,
        Command::AssignWork { matter, to, by } => calls::assign(order, matter, to.as_deref(), by)?,
        Command::MarkReported { report, fact, answer_by } => {
            channel::mark_reported(order, *report, *fact, *answer_by)?
        }
        Command::GiveUpReport { report, fact, why } => channel::give_up(order, *report, *fact, why)?,
        Command::RecordReportAnswer { report, answer } => channel::record_answer(order, *report, answer)?,
        Command::RepeatReport { report } => channel::repeat(order, *report)?,
        Command::CompareWithChannel { status } => channel::compare_with(order, *status),
        Command::Tick => service::tick(order, now),
    };
    Ok(settle::complete(order, effects, now))
}

/// Refuses when the order has ended.
fn require_open(order: &Order) -> Result<(), Rejection> {
    require(order, !order.state.is_final(), "the order has ended; only money and remarks are still taken")
}

fn require(order: &Order, holds: bool, advice: &'static str) -> Result<(), Rejection> {
    if holds { Ok(()) } else { Err(Rejection::WrongState { state: order.state, advice }) }
}

/// Applies `events` one after the other.
fn evolved(order: &Order, events: &[Event], now: Timestamp) -> Order {
    events.iter().fold(order.clone(), |order, event| evolve(order, event, now))
}

/// The states in which units can still be given stock, released or cancelled.
fn before_everything_left(state: OrderState) -> bool {
    state < OrderState::Shipped
}

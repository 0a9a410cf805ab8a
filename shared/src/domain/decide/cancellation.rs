//! Cancelling 取消: accepted at once, carried out as far and as fast as stock and warehouse allow.

use std::collections::BTreeMap;

use super::{Effects, before_everything_left, cash, require};
use crate::domain::event::{CancelledUnits, Event, RefundDue};
use crate::domain::ids::LineId;
use crate::domain::money::Amount;
use crate::domain::order::{CancelReason, Cancellation, LINES_PER_STEP, Line, Order, TicketKind};
use crate::domain::payment::Payment;
use crate::domain::rejection::Rejection;
use crate::domain::shipment::{LineQuantity, Shipment};
use crate::domain::stock::{Movement, MovementKind, StockKey};
use crate::domain::timers::ticket_id;

/// Who resolves the holds of an order that is cancelled.
const RESOLVED_BY: &str = "cancel-order";

pub(super) fn request(
    order: &Order,
    lines: &[LineQuantity],
    reason: CancelReason,
) -> Result<Effects, Rejection> {
    if order.is_empty() {
        return Ok(Effects::none());
    }
    require(order, before_everything_left(order.state), "everything has left; take it back as a return")?;
    let lines = if lines.is_empty() { everything(order) } else { merged(lines) };
    if let Some(under_way) = &order.cancellation {
        // The same request again, or the rest of it, changes nothing.
        let same = under_way.reason == reason && under_way.remaining == lines;
        return if same { Ok(Effects::none()) } else { Err(Rejection::CancellationUnderWay) };
    }
    for units in &lines {
        let line = order.line(units.line).ok_or(Rejection::NoSuchLine(units.line))?;
        let available = line.outstanding();
        if units.quantity > available || units.quantity == 0 {
            return Err(Rejection::TooMany { line: line.id, available });
        }
    }
    let request = Cancellation { reason, remaining: lines, done: Vec::new() };
    require(order, can_go_on(order, &request), "the parcel has left; take it back as a return")?;
    Ok(Event::CancelRequested { lines: request.remaining, reason }.into())
}

/// Whether at least one unit of the request can still be stopped.
fn can_go_on(order: &Order, request: &Cancellation) -> bool {
    with_us(order, request).next().is_some() || recallable(order, request).next().is_some()
}

/// All units that have not left.
pub(super) fn everything(order: &Order) -> Vec<LineQuantity> {
    let units = |line: &Line| LineQuantity { line: line.id, quantity: line.outstanding() };
    order.lines.iter().map(units).filter(|units| units.quantity > 0).collect()
}

fn merged(lines: &[LineQuantity]) -> Vec<LineQuantity> {
    let mut units: BTreeMap<LineId, u32> = BTreeMap::new();
    for LineQuantity { line, quantity } in lines {
        let sum = units.entry(*line).or_default();
        *sum = sum.saturating_add(*quantity);
    }
    units.into_iter().map(|(line, quantity)| LineQuantity { line, quantity }).collect()
}

/// Cancels what is still with us, and asks the warehouse for what it has.
pub(super) fn carry_out(order: &Order) -> Effects {
    let Some(request) = &order.cancellation else { return Effects::none() };
    let with_us: Vec<_> = with_us(order, request).take(LINES_PER_STEP).collect();
    if !with_us.is_empty() {
        let movements = with_us.iter().flat_map(|units| given_back(order, units)).collect();
        return Effects { events: vec![Event::UnitsCancelled { lines: with_us }], movements };
    }
    let to_ask = recallable(order, request).filter(|shipment| !shipment.recall_requested);
    to_ask.map(|shipment| Event::RecallRequested { shipment: shipment.id.clone() }).collect::<Vec<_>>().into()
}

/// How a cancellation ends: done, or too late for what is left of it.
pub(super) fn conclusion(order: &Order) -> Option<Vec<Event>> {
    let request = order.cancellation.as_ref()?;
    let reason = request.reason;
    let (lines, refunds) = (request.done.clone(), refunds(order, &request.done));
    if request.remaining.is_empty() && order.is_empty() {
        // Nothing is left that a hold could stop, and nobody should go on looking for its cause.
        let holds = order
            .open_holds()
            .map(|hold| Event::HoldResolved { code: hold.code, by: RESOLVED_BY.to_owned() });
        return Some(holds.chain([Event::OrderCancelled { reason, lines, refunds }]).collect());
    }
    if request.remaining.is_empty() {
        return Some(
            [Event::LinesCancelled { reason, lines, refunds }]
                .into_iter()
                .chain(cash::recall(order))
                .collect(),
        );
    }
    if can_go_on(order, request) {
        return None;
    }
    let before = order.tickets.iter().filter(|ticket| ticket.kind == TicketKind::CancelRefused).count();
    let refused = Event::CancelRefused { lines: request.remaining.clone() };
    let ticket = Event::TicketOpened {
        id: ticket_id(TicketKind::CancelRefused, &(before + 1).to_string()),
        kind: TicketKind::CancelRefused,
        detail: "the parcel could not be stopped: tell the customer, and expect a return".to_owned(),
    };
    // Some of its units may have been in time.
    Some([refused, ticket].into_iter().chain(cash::recall(order)).collect())
}

/// What the customer gets back because `cancelled` is not wanted any more. What was too much before
/// is none of it.
fn refunds(order: &Order, cancelled: &[LineQuantity]) -> Vec<RefundDue> {
    let mut before = order.clone();
    for units in cancelled {
        if let Some(line) = before.lines.iter_mut().find(|line| line.id == units.line) {
            line.quantities.cancelled -= units.quantity;
            line.quantities.open += units.quantity;
        }
    }
    let targets = before.targets().into_iter().zip(order.targets());
    let due = |(payment, (before, now)): (&Payment, (Amount, Amount))| {
        let surplus = |target: Amount| (payment.held() - target).or_zero();
        RefundDue { payment: payment.id.clone(), amount: surplus(now) - surplus(before) }
    };
    order.payments.iter().zip(targets).map(due).filter(|due| due.amount.is_positive()).collect()
}

/// The units of the request that have not been released.
fn with_us<'a>(order: &'a Order, request: &'a Cancellation) -> impl Iterator<Item = CancelledUnits> + 'a {
    request.remaining.iter().filter_map(|units| cancellable(order.line(units.line)?, units.quantity))
}

/// The shipments with units of the request that the warehouse has and may still give back.
fn recallable<'a>(order: &'a Order, request: &'a Cancellation) -> impl Iterator<Item = &'a Shipment> {
    let wanted = |line: LineId| request.remaining.iter().any(|units| units.line == line);
    order.shipments.iter().filter(move |shipment| {
        shipment.is_in_warehouse()
            && !shipment.recall_refused
            && shipment.lines.iter().any(|units| wanted(units.line))
    })
}

/// Of `wanted` units those that have not been released, the least advanced first.
fn cancellable(line: &Line, wanted: u32) -> Option<CancelledUnits> {
    let quantities = line.quantities;
    let open = quantities.open.min(wanted);
    let backordered = quantities.backordered.min(wanted - open);
    let allocated = quantities.allocated.min(wanted - open - backordered);
    let units = CancelledUnits { line: line.id, open, backordered, allocated };
    (units.total() > 0).then_some(units)
}

fn given_back(order: &Order, units: &CancelledUnits) -> Vec<Movement> {
    let Some((line, location)) =
        order.line(units.line).and_then(|line| Some((line, line.location.as_ref()?)))
    else {
        return Vec::new();
    };
    let key = StockKey { sku: line.sku.clone(), location: location.clone() };
    [(MovementKind::DropBackorder, units.backordered), (MovementKind::Release, units.allocated)]
        .into_iter()
        .filter(|(_, quantity)| *quantity > 0)
        .map(|(kind, quantity)| Movement { key: key.clone(), kind, quantity, line: line.id })
        .collect()
}

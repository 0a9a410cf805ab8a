//! What holds for every order after every step, whoever asked for it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::domain::decide::decide;
use crate::domain::event::Event;
use crate::domain::evolve::evolve;
use crate::domain::ids::LineId;
use crate::domain::money::Amount;
use crate::domain::order::{Line, Order, OrderState};
use crate::domain::payment::{Payment, PaymentMethod};
use crate::domain::shipment::{Shipment, ShipmentStatus};
use crate::domain::stock::{Movement, Stock, StockKey};
use crate::domain::timers::next_due;
use crate::domain::{Command, Rejection};

/// What the movements of one order did to each stock, per line: the warehouse's side of the books.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    stocks: BTreeMap<(LineId, StockKey), Stock>,
}

impl Ledger {
    /// Books movements.
    ///
    /// # Panics
    /// When one moves nothing.
    pub fn book(&mut self, movements: &[Movement]) {
        for movement in movements {
            assert!(movement.quantity > 0, "a movement of nothing: {movement:?}");
            let stock = self.stocks.entry((movement.line, movement.key.clone())).or_default();
            *stock = stock.after(&movement.delta());
        }
    }

    /// P3: each unit was promised, given back and taken exactly as the order says, at its place.
    ///
    /// # Panics
    /// When the two sides disagree.
    pub fn check(&self, order: &Order) {
        for line in &order.lines {
            let quantities = line.quantities;
            let promised = i64::from(quantities.allocated + quantities.released);
            let expected = (promised, i64::from(quantities.backordered), -i64::from(quantities.shipped));
            let counts = |stock: &Stock| (stock.allocated, stock.backordered, stock.on_hand);
            let here = |key: &StockKey| key.sku == line.sku && Some(&key.location) == line.location.as_ref();
            let mut found = (0, 0, 0);
            for ((_, key), stock) in self.stocks.iter().filter(|((of, _), _)| *of == line.id) {
                assert!(here(key), "line {} moved stock at {key:?}", line.id);
                found = counts(stock);
            }
            assert_eq!(found, expected, "allocated, backordered, on hand of line {}", line.id);
        }
    }
}

/// Checks the step from `before` to `after` by `events` at `now`.
///
/// # Panics
/// When something that must always hold does not.
pub fn check(before: &Order, after: &Order, events: &[Event], now: Timestamp) {
    let replayed = events.iter().fold(before.clone(), |order, event| evolve(order, event, now));
    assert_eq!(replayed, *after, "the events do not lead to the decision's order");
    assert_eq!(after.version, before.version + events.len() as u64);
    assert!(after.state >= before.state, "{:?} after {:?}", after.state, before.state);
    assert!(after.billing().total <= before.billing().total, "an order became dearer");
    units(after);
    money(after);
    remarks(after);
    assert_eq!(after.ready, after.is_releasable_at(now), "ready is announced exactly when it is so");
    match after.state {
        OrderState::Cancelled => assert!(after.is_empty()),
        OrderState::Completed => assert!(after.sales_posted && after.has_delivered_all()),
        OrderState::Received
        | OrderState::Validated
        | OrderState::Ready
        | OrderState::Released
        | OrderState::PartiallyShipped
        | OrderState::Shipped
        | OrderState::Delivered => clock(after, now),
    }
}

fn units(order: &Order) {
    let in_shipments = |line: &Line, which: fn(&Shipment) -> bool| -> u32 {
        let shipments = order.shipments.iter().filter(|shipment| which(shipment));
        let units = shipments.flat_map(|shipment| &shipment.lines).filter(|units| units.line == line.id);
        units.map(|units| units.quantity).sum()
    };
    for line in &order.lines {
        let q = line.quantities;
        let sum = q.open + q.allocated + q.backordered + q.released + q.shipped + q.cancelled;
        assert_eq!(sum, line.ordered, "units of line {}: {q:?}", line.id);
        assert!(q.delivered <= q.shipped, "line {}: {q:?}", line.id);
        let to_leave = |shipment: &Shipment| !shipment.shipped && shipment.status != ShipmentStatus::Recalled;
        assert_eq!(q.released, in_shipments(line, to_leave), "released of line {}", line.id);
        assert_eq!(q.shipped, in_shipments(line, |shipment| shipment.shipped), "shipped of line {}", line.id);
        let delivered = in_shipments(line, |shipment| shipment.delivered);
        assert_eq!(q.delivered, delivered, "delivered of line {}", line.id);
    }
}

fn money(order: &Order) {
    let billing = order.billing();
    assert!(billing.total >= Amount::ZERO);
    assert_eq!(order.targets().into_iter().sum::<Amount>(), billing.total, "what payments have to bring");
    let posted: Amount = order.sales_entries().iter().map(|entry| entry.net + entry.tax).sum();
    assert_eq!(posted, billing.total, "what a sale would post");
    for payment in &order.payments {
        let Payment { authorized, captured, refunded, .. } = payment;
        assert!(Amount::ZERO <= *refunded && refunded <= captured, "{payment:?}");
        assert!(!payment.method.has_provider() || captured <= authorized, "{payment:?}");
        let prepaid = payment.method.is_prepaid();
        assert!(prepaid || *captured <= payment.amount, "more taken than agreed: {payment:?}");
        if payment.method == PaymentMethod::CashOnDelivery && order.state < OrderState::Delivered {
            assert!(captured.is_zero(), "cash before delivery");
        }
    }
}

fn remarks(order: &Order) {
    let ids: BTreeSet<_> = order.tickets.iter().map(|ticket| &ticket.id).collect();
    assert_eq!(ids.len(), order.tickets.len(), "the same ticket twice: {:?}", order.tickets);
    let open: BTreeSet<_> = order.open_holds().map(|hold| hold.code).collect();
    assert_eq!(open.len(), order.open_holds().count(), "the same hold twice: {:?}", order.holds);
}

/// No open order is forgotten: it has a time or a ticket. When the time comes something happens, and
/// then it is over, or the timers would call on the order for ever.
fn clock(order: &Order, now: Timestamp) {
    let Some(due) = next_due(order) else {
        assert!(order.open_tickets().next().is_some(), "an open order without a clock or a ticket");
        return;
    };
    let at = due.max(now);
    let ticked = decide(order, &Command::Tick, at);
    assert!(ticked.as_ref().is_ok_and(|ticked| !ticked.is_already_done()), "a due tick did nothing");
    let left = ticked.ok().and_then(|ticked| next_due(&ticked.order));
    assert!(left.is_none_or(|left| left > at), "still due after its tick");
}

/// A command that was accepted is `AlreadyDone` when it comes again at once.
///
/// Three are not: `Allocate` and `FillBackorder` speak of a number of units, so a repetition asks for
/// as many more, and the stock counts guard them; `Cancel` means "carry on", and has steps.
///
/// # Panics
/// When it does something.
pub fn check_repetition(order: &Order, command: &Command, now: Timestamp) {
    if matches!(command, Command::Allocate { .. } | Command::FillBackorder { .. } | Command::Cancel) {
        return;
    }
    let again = decide(order, command, now).map(|again| again.events);
    assert_eq!(again, Ok::<_, Rejection>(Vec::new()), "{} again", command.name());
}

//! Cash on delivery 代引: which parcel collects how much, and what the carrier has in the end.
//!
//! An order is collected once, with its last parcel. That is known when the last unit is released,
//! so the sum is decided then and kept with the shipment: what the driver was told to collect is
//! what he brings, whatever happens to the order afterwards.

use super::payment::short_ticket;
use crate::domain::event::Event;
use crate::domain::money::Amount;
use crate::domain::order::{Line, Order, OrderState, TicketKind};
use crate::domain::payment::{Payment, PaymentMethod, PaymentStatus};
use crate::domain::shipment::{Shipment, ShipmentStatus};

fn by_cash(order: &Order) -> impl Iterator<Item = (&Payment, Amount)> {
    let payments = order.payments.iter().zip(order.targets());
    payments.filter(|(payment, _)| payment.method == PaymentMethod::CashOnDelivery)
}

/// What is due in cash and no parcel collects; negative when they collect too much.
fn uncollected(order: &Order) -> Amount {
    let due: Amount = by_cash(order).map(|(_, target)| target).sum();
    let leaving = order.shipments.iter().filter(|shipment| shipment.status != ShipmentStatus::Recalled);
    due - leaving.filter_map(|shipment| shipment.cash).sum()
}

/// Lets the last of the `planned` shipments collect what no other does, if nothing follows them.
pub(super) fn assign(order: &Order, planned: &mut [Shipment]) {
    let unreleased: u32 = order.lines.iter().map(|line| line.outstanding() - line.quantities.released).sum();
    let leaves: u32 = planned.iter().flat_map(|shipment| &shipment.lines).map(|units| units.quantity).sum();
    if let Some(last) = planned.last_mut().filter(|_| leaves == unreleased) {
        last.cash = Some(uncollected(order)).filter(|cash| cash.is_positive());
    }
}

/// After a cancellation: a parcel still in the warehouse that would collect a wrong sum, or none
/// where one must be collected. It is taken back, and leaves anew with the right sum.
pub(super) fn recall(order: &Order) -> Option<Event> {
    let open = uncollected(order);
    let more_follows = order.lines.iter().any(|line: &Line| line.outstanding() > line.quantities.released);
    let wrong = open < Amount::ZERO || (open.is_positive() && !more_follows);
    let here = || order.shipments.iter().filter(|shipment| shipment.is_in_warehouse());
    if !wrong || here().any(|shipment| shipment.recall_requested) {
        return None;
    }
    let helps =
        |shipment: &&Shipment| !shipment.recall_refused && (open.is_positive() || shipment.cash.is_some());
    let shipment = here().rfind(helps)?;
    Some(Event::RecallRequested { shipment: shipment.id.clone() })
}

/// Once everything is delivered, the carrier has what the delivered parcels collected, no more. What
/// is missing somebody has to ask the customer for.
pub(super) fn collected(order: &Order) -> Option<Vec<Event>> {
    if order.state < OrderState::Delivered || order.state == OrderState::Cancelled {
        return None;
    }
    let delivered = || order.shipments.iter().filter(|shipment| shipment.delivered);
    let mut cash: Amount = delivered().filter_map(|shipment| shipment.cash).sum();
    let brought_by = delivered().rfind(|shipment| shipment.cash.is_some()).map(|shipment| &shipment.id);
    let mut events = Vec::new();
    for (payment, target) in by_cash(order) {
        let short = short_ticket(&payment.id);
        if payment.status != PaymentStatus::Pending || order.has_ticket(&short) {
            continue;
        }
        let part = cash.min(payment.amount);
        cash -= part;
        let id = || payment.id.clone();
        if part >= target {
            events.push(Event::PaymentCaptured { payment: id(), amount: part });
            continue;
        }
        if let Some(shipment) = brought_by.filter(|_| part.is_positive()) {
            let (reference, deposited_at) = (shipment.to_string(), order.state_since);
            events.push(Event::DepositRecorded { payment: id(), amount: part, reference, deposited_at });
        }
        let (missing, currency) = ((target - part).units(), order.currency.code());
        let detail =
            format!("{missing} {currency} were not collected; ask the customer, and record the deposit");
        events.push(Event::TicketOpened { id: short, kind: TicketKind::ShortDeposit, detail });
    }
    (!events.is_empty()).then_some(events)
}

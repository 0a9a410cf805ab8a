//! Releasing 出荷指示, shipping and delivering.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::service::ticket_once;
use super::{Effects, before_everything_left, cash};
use crate::domain::event::Event;
use crate::domain::ids::{LocationId, ShipmentId};
use crate::domain::merchant::SplitPolicy;
use crate::domain::order::{LINES_PER_STEP, Line, Order, OrderState, TicketKind, Validation};
use crate::domain::rejection::Rejection;
use crate::domain::shipment::{
    CARRIER_DELAY, FulfilmentEvent, FulfilmentEventKind, LineQuantity, Shipment, ShipmentStatus,
};
use crate::domain::stock::{Movement, MovementKind, StockKey};
use crate::domain::timers::{acknowledgement_ticket, ticket_id};

/// The most reports a shipment keeps; one that moves it on is kept all the same.
const MAX_REPORTS: usize = 100;

impl Order {
    /// Whether something could be released at `now`: every gate is closed, nothing holds it.
    #[must_use]
    pub fn is_releasable_at(&self, now: Timestamp) -> bool {
        let gates = self.validation == Validation::Passed
            && before_everything_left(self.state)
            && self.cancellation.is_none()
            && self.open_holds().next().is_none()
            && (self.policy.split == SplitPolicy::AsAvailable || self.stock_is_secured());
        gates && self.releasable_lines(now).next().is_some() && self.payment_is_secured()
    }

    fn releasable_lines(&self, now: Timestamp) -> impl Iterator<Item = &Line> {
        let due = move |group: u8| {
            let group = self.ship_groups.iter().find(|known| known.id == group);
            group.is_some_and(|group| group.not_before.is_none_or(|at| at <= now))
        };
        self.lines.iter().filter(move |line| line.quantities.allocated > 0 && due(line.ship_group))
    }
}

pub(super) fn release(order: &Order, now: Timestamp) -> Effects {
    // What has become releasable by the clock alone is announced first, like everything else. What is
    // secured no longer waits for the clock to say so.
    let unsecured = order.payments.iter().any(|payment| payment.has_ended_by(now));
    if !order.ready || unsecured || !order.is_releasable_at(now) {
        return Effects::none();
    }
    let mut parcels: BTreeMap<(u8, &LocationId), Vec<LineQuantity>> = BTreeMap::new();
    for line in order.releasable_lines(now) {
        if let Some(location) = &line.location {
            let units = LineQuantity { line: line.id, quantity: line.quantities.allocated };
            parcels.entry((line.ship_group, location)).or_default().push(units);
        }
    }
    let parcels = parcels.into_iter().flat_map(|(to, lines)| {
        lines.chunks(LINES_PER_STEP).map(|chunk| (to, chunk.to_vec())).collect::<Vec<_>>()
    });
    let first = order.shipments.len() + 1;
    let plan =
        |(n, ((ship_group, location), lines)): (usize, ((u8, &LocationId), Vec<LineQuantity>))| Shipment {
            id: order.id.shipment(n),
            ship_group,
            location: location.clone(),
            lines,
            status: ShipmentStatus::Released,
            released_at: now,
            instructed: false,
            recall_requested: false,
            recall_refused: false,
            shipped: false,
            delivered: false,
            cash: None,
            trackings: Vec::new(),
            history: Vec::new(),
        };
    let mut shipments: Vec<_> = (first..).zip(parcels).map(plan).collect();
    cash::assign(order, &mut shipments);
    Event::OrderReleased { shipments }.into()
}

pub(super) fn mark_instructed(order: &Order, id: &ShipmentId) -> Result<Effects, Rejection> {
    let shipment = known(order, id)?;
    Ok(if shipment.instructed {
        Effects::none()
    } else {
        Event::ShipmentInstructed { shipment: id.clone() }.into()
    })
}

/// Takes over a report. Reports come late, twice and in any order; each is kept once, the furthest
/// one tells where the shipment is, and what cannot be true becomes a ticket instead of an error.
pub(super) fn record(order: &Order, id: &ShipmentId, report: &FulfilmentEvent) -> Result<Effects, Rejection> {
    let shipment = known(order, id)?;
    let is_full = order.is_full();
    let news = report.trackings.iter().filter(|tracking| !shipment.trackings.contains(tracking));
    let same = |known: &FulfilmentEvent| known.occurred_at == report.occurred_at && known.kind == report.kind;
    if shipment.history.iter().any(same) && (is_full || news.clone().next().is_none()) {
        return Ok(Effects::none());
    }
    let status = report.kind.status();
    let is_news = status.is_some_and(|status| status > shipment.status);
    if (shipment.history.len() >= MAX_REPORTS || is_full) && !is_news {
        return Err(Rejection::TooManyRemarks);
    }
    // Each number is kept once, however often it is repeated.
    let trackings = if is_full { Vec::new() } else { news.cloned().collect() };
    let report = &FulfilmentEvent { trackings, ..report.clone() };
    let mut events = vec![Event::ShipmentProgressed { shipment: id.clone(), report: report.clone() }];
    let silent = acknowledgement_ticket(id);
    if order.open_tickets().any(|ticket| ticket.id == silent) {
        events.push(Event::TicketClosed { id: silent });
    }
    let was_out = shipment.is_handed_over();
    let has_arrived = shipment.status == ShipmentStatus::Delivered;
    let recalled = shipment.status == ShipmentStatus::Recalled;
    let out = status.is_some_and(|status| status >= ShipmentStatus::HandedOver);
    if (recalled && out) || (was_out && status == Some(ShipmentStatus::Recalled)) {
        events.extend(ticket(
            order,
            TicketKind::ContradictoryReport,
            id,
            "ask the warehouse where the parcel is",
        ));
        return Ok(events.into());
    }
    if out && !was_out {
        events.push(Event::ShipmentHandedOver { shipment: id.clone() });
    }
    if status == Some(ShipmentStatus::Delivered) && !has_arrived {
        events.push(Event::ShipmentArrived { shipment: id.clone() });
        events.extend(found(order, id));
    }
    if has_arrived {
        // What went wrong on the way matters no more.
        return Ok(events.into());
    }
    match report.kind {
        FulfilmentEventKind::Recalled if !recalled => {
            events.push(Event::ShipmentRecalled { shipment: id.clone() });
        }
        FulfilmentEventKind::RecallRefused if shipment.recall_requested => {
            events.push(Event::RecallRefused { shipment: id.clone() });
        }
        FulfilmentEventKind::Refused => {
            events.extend(ticket(order, TicketKind::ShipmentRefused, id, "the customer refused it: call"));
        }
        FulfilmentEventKind::Lost => {
            events.extend(ticket(
                order,
                TicketKind::ShipmentLost,
                id,
                "claim it with the carrier and replace it",
            ));
        }
        FulfilmentEventKind::Delayed => {
            let reason = CARRIER_DELAY.to_owned();
            if !order.delays.iter().any(|(known, _)| *known == reason) {
                events.push(Event::DelayReported { reason, expected_on: None });
            }
        }
        FulfilmentEventKind::Acknowledged
        | FulfilmentEventKind::Picked
        | FulfilmentEventKind::Inspected
        | FulfilmentEventKind::Packed
        | FulfilmentEventKind::Recalled
        | FulfilmentEventKind::RecallRefused
        | FulfilmentEventKind::HandedOver
        | FulfilmentEventKind::InTransit
        | FulfilmentEventKind::Absent
        | FulfilmentEventKind::Delivered => {}
    }
    Ok(events.into())
}

/// Closes what was opened because the parcel did not arrive.
fn found<'a>(order: &'a Order, shipment: &ShipmentId) -> impl Iterator<Item = Event> + 'a {
    let settled = [TicketKind::ShipmentRefused, TicketKind::ShipmentLost]
        .map(|kind| ticket_id(kind, shipment.as_str()));
    let open = order.open_tickets().filter(move |ticket| settled.contains(&ticket.id));
    open.map(|ticket| Event::TicketClosed { id: ticket.id.clone() })
}

fn ticket(order: &Order, kind: TicketKind, shipment: &ShipmentId, advice: &str) -> Option<Event> {
    ticket_once(order, kind, shipment.as_str(), format!("shipment {shipment}: {advice}"))
}

pub(super) fn ship(order: &Order, id: &ShipmentId) -> Result<Effects, Rejection> {
    let shipment = known(order, id)?;
    if shipment.shipped {
        return Ok(Effects::none());
    }
    if !shipment.is_handed_over() {
        return Err(Rejection::NotHandedOver);
    }
    Ok(shipped(order, shipment))
}

pub(super) fn deliver(order: &Order, id: &ShipmentId) -> Result<Effects, Rejection> {
    let shipment = known(order, id)?;
    if shipment.delivered {
        return Ok(Effects::none());
    }
    if shipment.status != ShipmentStatus::Delivered {
        return Err(Rejection::NotHandedOver);
    }
    // The message about the delivery may overtake the one about the hand-over.
    let mut effects = if shipment.shipped { Effects::none() } else { shipped(order, shipment) };
    effects.events.push(Event::ShipmentDelivered { shipment: id.clone() });
    Ok(effects)
}

fn shipped(order: &Order, shipment: &Shipment) -> Effects {
    let consume = |units: &LineQuantity| {
        let line = order.line(units.line)?;
        let key = StockKey { sku: line.sku.clone(), location: shipment.location.clone() };
        Some(Movement { key, kind: MovementKind::Consume, quantity: units.quantity, line: line.id })
    };
    Effects {
        events: vec![Event::ShipmentShipped { shipment: shipment.id.clone() }],
        movements: shipment.lines.iter().filter_map(consume).collect(),
    }
}

fn known<'a>(order: &'a Order, id: &ShipmentId) -> Result<&'a Shipment, Rejection> {
    order.shipment(id).ok_or_else(|| Rejection::NoSuchShipment(id.clone()))
}

/// Whether the addressee or the date of a ship group can still be changed: nothing of it has been
/// released, or the warehouse has taken it back.
pub(super) fn is_unreleased(order: &Order, ship_group: u8) -> bool {
    let of_group = order.shipments.iter().filter(|shipment| shipment.ship_group == ship_group);
    order.state < OrderState::Shipped
        && of_group.into_iter().all(|shipment| shipment.status == ShipmentStatus::Recalled)
}

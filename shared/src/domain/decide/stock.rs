//! Allocation 引当.

use std::collections::BTreeMap;

use super::service::ticket_once;
use super::{Effects, before_everything_left, require};
use crate::domain::event::{Event, Grant};
use crate::domain::ids::{LineId, LocationId};
use crate::domain::order::{LINES_PER_STEP, Line, Order, TicketKind};
use crate::domain::rejection::Rejection;
use crate::domain::stock::{Movement, MovementKind, StockKey};

/// The lines that still need stock, at most as many as one transaction takes.
pub fn shortfall(order: &Order) -> impl Iterator<Item = &Line> {
    let wanted = order.lines.iter().filter(|line| line.quantities.open > 0);
    wanted.take(if before_everything_left(order.state) { LINES_PER_STEP } else { 0 })
}

pub(super) fn allocate(order: &Order, grants: &[Grant], shortages: &[Grant]) -> Result<Effects, Rejection> {
    if order.lines.iter().all(|line| line.quantities.open == 0) {
        return Ok(Effects::none());
    }
    require(
        order,
        before_everything_left(order.state),
        "stock is only given to orders that have not shipped",
    )?;
    check(order, grants.iter().chain(shortages), |line| line.quantities.open)?;
    let mut effects = Effects::none();
    if !grants.is_empty() {
        effects.events.push(Event::StockAllocated { grants: grants.to_vec() });
        effects.movements.extend(movements(order, grants, MovementKind::Allocate));
    }
    if !shortages.is_empty() {
        effects.events.push(Event::StockBackordered { shortages: shortages.to_vec() });
        effects.movements.extend(movements(order, shortages, MovementKind::Backorder));
        let subject = shortages.iter().map(|grant| grant.line.to_string()).collect::<Vec<_>>().join(",");
        let detail = format!("lines {subject} wait for stock; receive stock, or cancel them");
        effects.events.extend(ticket_once(order, TicketKind::Stockout, &subject, detail));
    }
    Ok(effects)
}

pub(super) fn fill_backorder(order: &Order, grants: &[Grant]) -> Result<Effects, Rejection> {
    if grants.is_empty() || order.lines.iter().all(|line| line.quantities.backordered == 0) {
        return Ok(Effects::none());
    }
    check(order, grants.iter(), |line| line.quantities.backordered)?;
    let events = vec![Event::BackorderFilled { grants: grants.to_vec() }];
    Ok(Effects { events, movements: movements(order, grants, MovementKind::Fill).collect() })
}

/// The movements of `kind` for `grants`; a line's SKU is known from the order.
pub(super) fn movements<'a>(
    order: &'a Order,
    grants: &'a [Grant],
    kind: MovementKind,
) -> impl Iterator<Item = Movement> + 'a {
    grants.iter().filter_map(move |grant| {
        let line = order.line(grant.line)?;
        let key = StockKey { sku: line.sku.clone(), location: grant.location.clone() };
        Some(Movement { key, kind, quantity: grant.quantity, line: line.id })
    })
}

/// Each line gets no more than is `available` to it, and all of it from one location: what is given
/// back later must go where it came from.
fn check<'a>(
    order: &'a Order,
    grants: impl Iterator<Item = &'a Grant>,
    available: impl Fn(&Line) -> u32,
) -> Result<(), Rejection> {
    let mut wanted: BTreeMap<LineId, (u32, &LocationId)> = BTreeMap::new();
    for grant in grants {
        let line = order.line(grant.line).ok_or(Rejection::NoSuchLine(grant.line))?;
        let from = line.location.as_ref().unwrap_or(&grant.location);
        let (sum, location) = wanted.entry(line.id).or_insert((0, from));
        if **location != grant.location {
            return Err(Rejection::OtherLocation { line: line.id, location: location.clone() });
        }
        *sum = sum.saturating_add(grant.quantity);
        let available = available(line);
        if *sum > available || grant.quantity == 0 {
            return Err(Rejection::TooMany { line: line.id, available });
        }
    }
    Ok(())
}

//! Allocation 引当.

use std::collections::BTreeMap;

use super::{Effects, before_everything_left, require};
use crate::domain::event::{Event, Grant};
use crate::domain::ids::LineId;
use crate::domain::order::{LINES_PER_STEP, Line, Order, TicketKind};
use crate::domain::rejection::Rejection;
use crate::domain::stock::{Movement, MovementKind, StockKey};
use crate::domain::timers::ticket_id;

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
        effects.events.push(Event::TicketOpened {
            id: ticket_id(TicketKind::Stockout, &subject),
            kind: TicketKind::Stockout,
            detail: format!("lines {subject} wait for stock; receive stock, or cancel them"),
        });
    }
    Ok(effects)
}

pub(super) fn fill_backorder(order: &Order, grants: &[Grant]) -> Result<Effects, Rejection> {
    if grants.is_empty() || order.lines.iter().all(|line| line.quantities.backordered == 0) {
        return Ok(Effects::none());
    }
    check(order, grants.iter(), |line| line.quantities.backordered)?;
    let mut events = vec![Event::BackorderFilled { grants: grants.to_vec() }];
    let filled: u32 = grants.iter().map(|grant| grant.quantity).sum();
    let waiting: u32 = order.lines.iter().map(|line| line.quantities.backordered).sum();
    if filled == waiting {
        let settled = order.open_tickets().filter(|ticket| ticket.kind == TicketKind::Stockout);
        events.extend(settled.map(|ticket| Event::TicketClosed { id: ticket.id.clone() }));
    }
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

fn check<'a>(
    order: &Order,
    grants: impl Iterator<Item = &'a Grant>,
    available: impl Fn(&Line) -> u32,
) -> Result<(), Rejection> {
    let mut wanted: BTreeMap<LineId, u32> = BTreeMap::new();
    for grant in grants {
        *wanted.entry(grant.line).or_default() += grant.quantity;
    }
    for (id, quantity) in wanted {
        let line = order.line(id).ok_or(Rejection::NoSuchLine(id))?;
        let available = available(line);
        if quantity > available {
            return Err(Rejection::TooMany { line: id, available });
        }
    }
    Ok(())
}

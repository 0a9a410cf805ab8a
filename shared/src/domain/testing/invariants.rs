//! What holds for every order after every step, whoever asked for it.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::domain::audit::violations;
use crate::domain::decide::decide;
use crate::domain::event::{Event, EventKind};
use crate::domain::evolve::evolve;
use crate::domain::ids::LineId;
use crate::domain::money::Amount;
use crate::domain::order::Order;
use crate::domain::stock::{Movement, Stock, StockKey};
use crate::domain::tally::{self, TallyKey};
use crate::domain::timers::next_due;
use crate::domain::{Command, Rejection};

/// What the movements of one order did to each stock, per line: the warehouse's side of the books.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    stocks: BTreeMap<(LineId, StockKey), Stock>,
    tallies: BTreeMap<TallyKey, i64>,
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

    /// Counts what `events` of the order, as they leave it, do to tallies.
    pub fn count(&mut self, order: &Order, events: &[Event]) {
        for change in events.iter().flat_map(|event| tally::changes(order, event)) {
            *self.tallies.entry(change.key).or_default() += change.delta;
        }
    }

    /// Each tally has exactly what the order says it has taken and brought, and P11: no more points come
    /// back than were used.
    ///
    /// # Panics
    /// When the two sides disagree.
    pub fn check_tallies(&self, order: &Order) {
        let counted = |key: &TallyKey| self.tallies.get(key).copied().unwrap_or_default();
        for claim in &order.screening.claims {
            let earned = order.screening.earned.iter().filter(|(key, _)| *key == claim.key);
            let earned: i64 = earned.map(|(_, points)| points.units()).sum();
            let sign = if claim.key.kind.is_balance() { -1 } else { 1 };
            assert_eq!(counted(&claim.key), sign * claim.kept() + earned, "{claim:?}");
            assert!((0..=claim.amount).contains(&claim.returned), "{claim:?}");
        }
        assert!(order.claims_to_return().is_empty(), "what is not needed is given back at once");
        for points in order.points() {
            assert!((Amount::ZERO..=points.used).contains(&points.returned), "{points:?}");
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
    let completed = events.iter().any(|event| event.kind() == EventKind::ImportCompleted);
    assert!(completed || after.billing().total <= before.billing().total, "an order became dearer");
    assert_eq!(violations(after), []);
    assert_eq!(after.ready, after.is_releasable_at(now), "ready is announced exactly when it is so");
    if !after.state.is_final() {
        clock(after, now);
    }
}

/// When the order's time comes something happens, and then it is over, or the timers would call on
/// the order for ever.
fn clock(order: &Order, now: Timestamp) {
    let Some(due) = next_due(order) else { return };
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

//! What must hold of calls and response clocks when nothing moves.

use std::collections::BTreeMap;

use jiff::Timestamp;
use juchu::app::record::EventRecord;
use juchu::domain::calls::{CallAttempt, CallOutcome};
use juchu::domain::matter::Matter;
use juchu::domain::next_action::next_actions;
use juchu::domain::order::Order;
use juchu::domain::{Command, Event, decide};

use crate::world::Broken;

/// No order waits for a call that nobody can make, and what nobody dealt with in time was escalated,
/// and once.
pub(super) fn check(order: &Order, history: &[EventRecord], now: Timestamp) -> Result<(), Broken> {
    let broken = |what: String| Err(Broken(format!("order {}: {what}", order.number)));
    for call in order.open_calls() {
        let (by, outcome) = ("somebody".to_owned(), CallOutcome::Reached { settled: false });
        let attempt = CallAttempt { at: now, by, outcome, note: None };
        let made = decide(order, &Command::RecordCall { id: call.id.clone(), attempt }, now);
        if !made.is_ok_and(|made| made.order.call(&call.id).is_some_and(|call| call.closed.is_some())) {
            return broken(format!("nobody can end the call {}", call.id));
        }
        let listed =
            next_actions(order).into_iter().any(|it| it.open.matter == Matter::Call(call.id.clone()));
        if !listed {
            return broken(format!("nobody is told to make the call {}", call.id));
        }
    }
    let escalated = escalations(history);
    if let Some((matter, times)) = escalated.iter().find(|(_, times)| **times > 1) {
        return broken(format!("{} was escalated {times} times", matter.name()));
    }
    let mut opened: Vec<_> = history.iter().filter_map(|record| opened(&record.event)).collect();
    opened.sort_unstable();
    if let Some([ticket, _]) = opened.array_windows().find(|[one, next]| one == next) {
        return broken(format!("the ticket {ticket} was opened twice"));
    }
    let late = order.open_matters().into_iter().filter(|open| open.due_at <= now);
    match late.map(|open| open.matter).find(|matter| !escalated.contains_key(matter)) {
        None => Ok(()),
        Some(matter) => broken(format!("{} is late and nobody was told", matter.name())),
    }
}

const fn opened(event: &Event) -> Option<&String> {
    if let Event::TicketOpened { id, .. } = event { Some(id) } else { None }
}

/// How often each matter was escalated since it came up last.
fn escalations(history: &[EventRecord]) -> BTreeMap<Matter, u32> {
    let mut times: BTreeMap<Matter, u32> = BTreeMap::new();
    for record in history {
        if let Event::HoldOpened { code, .. } = &record.event {
            times.remove(&Matter::Hold(*code));
        }
        if let Event::ClocksRanOut { matters } = &record.event {
            for matter in matters {
                *times.entry(matter.clone()).or_default() += 1;
            }
        }
    }
    times
}

//! Wakes orders when something of theirs becomes due: reminders, expiries, questions, stalls.

use super::execute::{ExecuteError, Executed, execute};
use super::failure::{Failure, chain};
use super::ports::{Clock, OrderStore};
use super::record::Cause;
use crate::domain::order::TicketKind;
use crate::domain::{Command, Event};

/// How many orders one run wakes. What is left is due at the next run, a minute later.
pub const ORDERS_PER_RUN: usize = 500;

/// What the runs are called in causes and logs.
const OPERATION: &str = "run-timers";

/// What a run did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Woken {
    /// Orders that were due.
    pub due: usize,
    /// Of those, how many were found stalled.
    pub stalled: usize,
    /// Of those, how many were found to disagree with their channel.
    pub drifted: usize,
    /// Of those, how many could not be woken; they stay due.
    pub failed: usize,
}

/// The clock of the lifecycle.
#[derive(Debug, Clone)]
pub struct RunTimers<S, C> {
    /// Orders.
    pub store: S,
    /// The time.
    pub clock: C,
}

impl<S: OrderStore, C: Clock> RunTimers<S, C> {
    /// Wakes every order that is due. One that fails does not keep the others from theirs.
    ///
    /// # Errors
    /// [`Failure`], when it cannot be known what is due.
    pub async fn handle(&self, correlation: &str) -> Result<Woken, Failure> {
        let cause = Cause::request(OPERATION, correlation);
        let due = self.store.due(self.clock.now(), ORDERS_PER_RUN).await?;
        let mut woken = Woken { due: due.len(), ..Woken::default() };
        for id in &due {
            match execute(&self.store, &self.clock, id, &cause, &Command::Tick).await {
                Ok(executed) => {
                    woken.stalled += usize::from(has_opened(&executed, TicketKind::Stalled));
                    woken.drifted += usize::from(has_opened(&executed, TicketKind::ChannelDrift));
                }
                // The index runs a moment behind the order.
                Err(ExecuteError::NoSuchOrder(_)) => {}
                Err(error) => {
                    woken.failed += 1;
                    tracing::warn!(
                        operation = OPERATION,
                        order.id = id.as_str(),
                        correlation.id = correlation,
                        outcome = "retry",
                        error = chain(&error),
                        "an order could not be woken"
                    );
                }
            }
        }
        Ok(woken)
    }
}

fn has_opened(executed: &Executed, wanted: TicketKind) -> bool {
    let is_wanted = |event: &Event| matches!(event, Event::TicketOpened { kind, .. } if *kind == wanted);
    executed.records.iter().any(|record| is_wanted(&record.event))
}

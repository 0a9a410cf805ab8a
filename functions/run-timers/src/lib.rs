//! Wakes orders when something of theirs becomes due. Triggered every minute.

use juchu::app::failure::Failure;
use juchu::app::ports::{Clock, OrderStore};
use juchu::app::run_timers::{RunTimers, Woken};
use juchu::lambda::{metrics, run};

/// Runs once, and reports how many orders were found stalled or in disagreement with their channel, and
/// how many could not be woken: also none, because silence is an alarm of its own.
///
/// # Errors
/// [`Failure`], when it cannot be known what is due.
pub async fn handle(
    app: &RunTimers<impl OrderStore, impl Clock>,
    correlation: &str,
) -> Result<Woken, Failure> {
    let woken = run::tick("run-timers", app.handle(correlation)).await?;
    metrics::timers("run-timers", woken);
    Ok(woken)
}

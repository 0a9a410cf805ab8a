//! Wires [`run_timers`] to AWS.

use aws_lambda_events::eventbridge::EventBridgeEvent;
use juchu::adapters::clock::SystemClock;
use juchu::app::run_timers::RunTimers;
use juchu::lambda::run::{self, Parts};

fn main() -> Result<(), run::Error> {
    let wire = |parts: Parts<'_>| Ok(RunTimers { store: parts.store, clock: SystemClock });
    run::over_table(wire, async |app, tick: EventBridgeEvent| {
        let correlation = tick.id.unwrap_or_default();
        Ok(run_timers::handle(app, &correlation).await.map(|_| ())?)
    })
}

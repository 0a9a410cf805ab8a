//! What the tests that see the system from outside have in common.

use std::collections::BTreeSet;

use juchu::app::message::Stage;
use juchu::lambda::routes::ROUTES;

pub mod emulator;
pub mod harness;
pub mod source;
pub mod template;

/// Functions that neither a queue nor a route leads to: the stream and the clock do.
const OTHERS: [&str; 2] = ["relay-events", "run-timers"];

/// The names of all functions: of the stages, and of what surrounds them.
#[must_use]
pub fn function_names() -> BTreeSet<&'static str> {
    let stages = Stage::ALL.into_iter().map(Stage::name);
    stages.chain(ROUTES.map(|route| route.function)).chain(OTHERS).collect()
}

//! What the tests that see the system from outside have in common.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use juchu::app::message::Stage;
use juchu::lambda::routes::ROUTES;

pub mod emulator;
pub mod harness;
pub mod source;
pub mod template;

/// How often a message is received before its queue puts it aside: at one attempt a minute, the time an
/// outage may last.
pub const MAX_RECEIVES: u32 = 50;
/// How long a message that was received and not deleted stays invisible, as in most queues of the template.
pub const VISIBILITY: SignedDuration = SignedDuration::from_mins(1);

/// Functions that neither a queue nor a route leads to: the stream and the clock do.
const OTHERS: [&str; 2] = ["relay-events", "run-timers"];

/// The names of all functions: of the stages, and of what surrounds them.
#[must_use]
pub fn function_names() -> BTreeSet<&'static str> {
    let stages = Stage::ALL.into_iter().map(Stage::name);
    stages.chain(ROUTES.iter().map(|route| route.function)).chain(OTHERS).collect()
}

//! Wires [`cancel_order`] to AWS.

use juchu::adapters::clock::SystemClock;
use juchu::app::cancel_order::CancelOrder;
use juchu::lambda::run;

fn main() -> Result<(), run::Error> {
    run::stage(|parts| Ok(CancelOrder { store: parts.store, clock: SystemClock }), cancel_order::handle)
}

//! Wires [`validate_order`] to AWS.

use juchu::adapters::clock::SystemClock;
use juchu::app::validate_order::ValidateOrder;
use juchu::lambda::run;

fn main() -> Result<(), run::Error> {
    run::stage(|parts| Ok(ValidateOrder { store: parts.store, clock: SystemClock }), validate_order::handle)
}

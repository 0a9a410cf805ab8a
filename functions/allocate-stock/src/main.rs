//! Wires [`allocate_stock`] to AWS.

use juchu::adapters::clock::SystemClock;
use juchu::app::allocate_stock::AllocateStock;
use juchu::lambda::run;

fn main() -> Result<(), run::Error> {
    run::stage(|parts| Ok(AllocateStock { store: parts.store, clock: SystemClock }), allocate_stock::handle)
}

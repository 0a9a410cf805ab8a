//! Wires [`ship_order`] to AWS.

use juchu::adapters::clock::SystemClock;
use juchu::app::ship_order::ShipOrder;
use juchu::lambda::run;

fn main() -> Result<(), run::Error> {
    run::stage(|parts| Ok(ShipOrder { store: parts.store, clock: SystemClock }), ship_order::handle)
}

//! Wires [`deliver_order`] to AWS.

use juchu::adapters::clock::SystemClock;
use juchu::app::deliver_order::DeliverOrder;
use juchu::lambda::run;

fn main() -> Result<(), run::Error> {
    run::stage(|parts| Ok(DeliverOrder { store: parts.store, clock: SystemClock }), deliver_order::handle)
}

//! Wires [`query_orders`] to AWS.

use juchu::adapters::clock::SystemClock;
use juchu::app::query_orders::QueryOrders;
use juchu::lambda::run;

fn main() -> Result<(), run::Error> {
    run::api(|parts| Ok(QueryOrders { store: parts.store, clock: SystemClock }), query_orders::handle)
}

//! Wires [`post_sales`] to AWS.

use juchu::adapters::clock::SystemClock;
use juchu::app::post_sales::PostSales;
use juchu::lambda::run;

fn main() -> Result<(), run::Error> {
    run::stage(|parts| Ok(PostSales { store: parts.store, clock: SystemClock }), post_sales::handle)
}

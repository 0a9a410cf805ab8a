//! Wires [`receive_fulfilment`] to AWS.

use juchu::adapters::clock::SystemClock;
use juchu::app::operate_order::OperateOrder;
use juchu::lambda::run;

fn main() -> Result<(), run::Error> {
    run::api(|parts| Ok(OperateOrder { store: parts.store, clock: SystemClock }), receive_fulfilment::handle)
}

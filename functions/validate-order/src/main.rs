//! Wires [`validate_order`] to AWS.

use juchu::adapters::clock::SystemClock;
use juchu::app::rule_book::RuleBook;
use juchu::app::validate_order::ValidateOrder;
use juchu::lambda::run;

fn main() -> Result<(), run::Error> {
    let rules = RuleBook::default();
    run::stage(
        |parts| Ok(ValidateOrder { store: parts.store, rules, clock: SystemClock }),
        validate_order::handle,
    )
}

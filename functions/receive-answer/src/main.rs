//! Wires [`receive_answer`] to AWS.

use juchu::adapters::clock::SystemClock;
use juchu::app::receive_answer::ReceiveAnswer;
use juchu::lambda::run;

fn main() -> Result<(), run::Error> {
    run::api(|parts| Ok(ReceiveAnswer { store: parts.store, clock: SystemClock }), receive_answer::handle)
}

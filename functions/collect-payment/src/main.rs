//! Wires [`collect_payment`] to AWS.

use juchu::adapters::clock::SystemClock;
use juchu::adapters::sandbox::Sandbox;
use juchu::app::collect_payment::CollectPayment;
use juchu::lambda::run::{self, Parts};
use juchu::lambda::settings::ProviderName;

fn main() -> Result<(), run::Error> {
    let wire = |Parts { settings, aws, store }: Parts<'_>| {
        let provider = match settings.payment_provider()? {
            ProviderName::Sandbox => Sandbox::new(aws.dynamodb(), settings.table()?, SystemClock),
        };
        Ok(CollectPayment { store, provider, clock: SystemClock })
    };
    run::stage(wire, collect_payment::handle)
}

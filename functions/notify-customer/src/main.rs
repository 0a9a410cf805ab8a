//! Wires [`notify_customer`] to AWS.

use juchu::adapters::clock::SystemClock;
use juchu::adapters::ses::SesMailer;
use juchu::app::notify_customer::NotifyCustomer;
use juchu::lambda::run::{self, Parts};

fn main() -> Result<(), run::Error> {
    let wire = |Parts { settings, aws, store }: Parts<'_>| {
        let mailer = SesMailer::new(&aws.ses(), settings.mail_configuration_set()?);
        Ok(NotifyCustomer { store, mailer, clock: SystemClock })
    };
    run::stage(wire, notify_customer::handle)
}

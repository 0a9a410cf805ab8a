//! Wires [`manage_merchant`] to AWS.

use juchu::adapters::clock::SystemClock;
use juchu::app::manage_merchant::ManageMerchant;
use juchu::lambda::run::{self, Parts};

fn main() -> Result<(), run::Error> {
    let wire = |Parts { settings, store, .. }: Parts<'_>| {
        Ok((ManageMerchant { store, clock: SystemClock }, settings.mail_domain()?))
    };
    run::api(wire, async |(app, mail_domain), request| {
        manage_merchant::handle(app, mail_domain, request).await
    })
}

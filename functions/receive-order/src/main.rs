//! Wires [`receive_order`] to AWS.

use juchu::adapters::clock::SystemClock;
use juchu::adapters::reading::Spoken;
use juchu::adapters::s3::S3Archive;
use juchu::app::payload_desk::PayloadDesk;
use juchu::app::receive_order::ReceiveOrder;
use juchu::lambda::run::{self, Parts};

fn main() -> Result<(), run::Error> {
    let wire = |Parts { settings, aws, store }: Parts<'_>| {
        let archive = S3Archive::new(aws.s3(), settings.archive_bucket()?);
        let door = ReceiveOrder { store, archive, clock: SystemClock };
        Ok(PayloadDesk { door, dialects: Spoken })
    };
    run::api(wire, receive_order::handle)
}

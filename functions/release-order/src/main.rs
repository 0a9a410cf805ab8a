//! Wires [`release_order`] to AWS.

use juchu::adapters::clock::SystemClock;
use juchu::adapters::s3::S3Archive;
use juchu::adapters::sqs::SqsWarehouse;
use juchu::app::release_order::ReleaseOrder;
use juchu::lambda::run::{self, Parts};

fn main() -> Result<(), run::Error> {
    let wire = |Parts { settings, aws, store }: Parts<'_>| {
        let archive = S3Archive::new(aws.s3(), settings.archive_bucket()?);
        let warehouse = SqsWarehouse::new(archive, aws.sqs(), settings.warehouse_queue()?);
        Ok(ReleaseOrder { store, warehouse, clock: SystemClock })
    };
    run::stage(wire, release_order::handle)
}

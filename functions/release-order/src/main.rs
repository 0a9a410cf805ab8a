//! Wires [`release_order`] to AWS.

use juchu::adapters::clock::SystemClock;
use juchu::adapters::dynamo::DynamoStore;
use juchu::adapters::s3::S3Archive;
use juchu::adapters::sqs::SqsParking;
use juchu::adapters::sqs::SqsWarehouse;
use juchu::app::release_order::ReleaseOrder;
use juchu::lambda::aws::{Aws, warm_up_table};
use juchu::lambda::run;

fn main() -> Result<(), run::Error> {
    run::start(async |settings| {
        let aws = Aws::new(&settings.aws()?)?;
        let archive = S3Archive::new(aws.s3(), settings.archive_bucket()?);
        let warehouse = SqsWarehouse::new(archive, aws.sqs(), settings.warehouse_queue()?);
        let app = ReleaseOrder {
            store: DynamoStore::new(aws.dynamodb(), settings.table()?),
            warehouse,
            clock: SystemClock,
        };
        let parking = SqsParking::new(aws.sqs(), settings.dead_letter_queue()?);
        warm_up_table(&aws.dynamodb(), &settings.table()?).await;
        run::serve(async |batch| Ok(release_order::handle(&app, &parking, batch).await)).await
    })
}

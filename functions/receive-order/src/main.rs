//! Wires [`receive_order`] to AWS.

use juchu::adapters::clock::SystemClock;
use juchu::adapters::dynamo::DynamoStore;
use juchu::adapters::s3::S3Archive;
use juchu::app::receive_order::ReceiveOrder;
use juchu::lambda::aws::{Aws, warm_up_table};
use juchu::lambda::run;

fn main() -> Result<(), run::Error> {
    run::start(async |settings| {
        let aws = Aws::new(&settings.aws()?)?;
        let archive = S3Archive::new(aws.s3(), settings.archive_bucket()?);
        let app = ReceiveOrder {
            store: DynamoStore::new(aws.dynamodb(), settings.table()?),
            archive,
            clock: SystemClock,
        };
        warm_up_table(&aws.dynamodb(), &settings.table()?).await;
        run::serve(async |request| Ok(receive_order::handle(&app, request).await)).await
    })
}

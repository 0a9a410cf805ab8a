//! Wires [`cancel_order`] to AWS.

use juchu::adapters::clock::SystemClock;
use juchu::adapters::dynamo::DynamoStore;
use juchu::adapters::sqs::SqsParking;
use juchu::app::cancel_order::CancelOrder;
use juchu::lambda::aws::{Aws, warm_up_table};
use juchu::lambda::run;

fn main() -> Result<(), run::Error> {
    run::start(async |settings| {
        let aws = Aws::new(&settings.aws()?)?;
        let app =
            CancelOrder { store: DynamoStore::new(aws.dynamodb(), settings.table()?), clock: SystemClock };
        let parking = SqsParking::new(aws.sqs(), settings.dead_letter_queue()?);
        warm_up_table(&aws.dynamodb(), &settings.table()?).await;
        run::serve(async |batch| Ok(cancel_order::handle(&app, &parking, batch).await)).await
    })
}

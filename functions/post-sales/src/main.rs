//! Wires [`post_sales`] to AWS.

use juchu::adapters::clock::SystemClock;
use juchu::adapters::dynamo::DynamoStore;
use juchu::adapters::sqs::SqsParking;
use juchu::app::post_sales::PostSales;
use juchu::lambda::aws::{Aws, warm_up_table};
use juchu::lambda::run;

fn main() -> Result<(), run::Error> {
    run::start(async |settings| {
        let aws = Aws::new(&settings.aws()?)?;
        let app =
            PostSales { store: DynamoStore::new(aws.dynamodb(), settings.table()?), clock: SystemClock };
        let parking = SqsParking::new(aws.sqs(), settings.dead_letter_queue()?);
        warm_up_table(&aws.dynamodb(), &settings.table()?).await;
        run::serve(async |batch| Ok(post_sales::handle(&app, &parking, batch).await)).await
    })
}

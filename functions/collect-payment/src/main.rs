//! Wires [`collect_payment`] to AWS.

use juchu::adapters::clock::SystemClock;
use juchu::adapters::dynamo::DynamoStore;
use juchu::adapters::sandbox::Sandbox;
use juchu::adapters::sqs::SqsParking;
use juchu::app::collect_payment::CollectPayment;
use juchu::lambda::aws::{Aws, warm_up_table};
use juchu::lambda::run;
use juchu::lambda::settings::ProviderName;

fn main() -> Result<(), run::Error> {
    run::start(async |settings| {
        let aws = Aws::new(&settings.aws()?)?;
        let provider = match settings.payment_provider()? {
            ProviderName::Sandbox => Sandbox::new(aws.dynamodb(), settings.table()?, SystemClock),
        };
        let app = CollectPayment {
            store: DynamoStore::new(aws.dynamodb(), settings.table()?),
            provider,
            clock: SystemClock,
        };
        let parking = SqsParking::new(aws.sqs(), settings.dead_letter_queue()?);
        warm_up_table(&aws.dynamodb(), &settings.table()?).await;
        run::serve(async |batch| Ok(collect_payment::handle(&app, &parking, batch).await)).await
    })
}

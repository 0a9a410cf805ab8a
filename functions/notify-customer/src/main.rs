//! Wires [`notify_customer`] to AWS.

use juchu::adapters::clock::SystemClock;
use juchu::adapters::dynamo::DynamoStore;
use juchu::adapters::ses::SesMailer;
use juchu::adapters::sqs::SqsParking;
use juchu::app::notify_customer::NotifyCustomer;
use juchu::lambda::aws::{Aws, warm_up_table};
use juchu::lambda::run;

fn main() -> Result<(), run::Error> {
    run::start(async |settings| {
        let aws = Aws::new(&settings.aws()?)?;
        let mailer = SesMailer::new(&aws.ses(), settings.mail_configuration_set()?);
        let app = NotifyCustomer {
            store: DynamoStore::new(aws.dynamodb(), settings.table()?),
            mailer,
            clock: SystemClock,
        };
        let parking = SqsParking::new(aws.sqs(), settings.dead_letter_queue()?);
        warm_up_table(&aws.dynamodb(), &settings.table()?).await;
        run::serve(async |batch| Ok(notify_customer::handle(&app, &parking, batch).await)).await
    })
}

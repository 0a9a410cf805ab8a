//! Wires [`manage_merchant`] to AWS.

use juchu::adapters::clock::SystemClock;
use juchu::adapters::dynamo::DynamoStore;
use juchu::app::manage_merchant::ManageMerchant;
use juchu::lambda::aws::{Aws, warm_up_table};
use juchu::lambda::run;

fn main() -> Result<(), run::Error> {
    run::start(async |settings| {
        let aws = Aws::new(&settings.aws()?)?;
        let app =
            ManageMerchant { store: DynamoStore::new(aws.dynamodb(), settings.table()?), clock: SystemClock };
        let mail_domain = settings.mail_domain()?;
        warm_up_table(&aws.dynamodb(), &settings.table()?).await;
        run::serve(async |request| Ok(manage_merchant::handle(&app, &mail_domain, request).await)).await
    })
}

//! Wires [`operate_order`] to AWS.

use juchu::adapters::clock::SystemClock;
use juchu::adapters::dynamo::DynamoStore;
use juchu::app::operate_order::OperateOrder;
use juchu::lambda::aws::{Aws, warm_up_table};
use juchu::lambda::run;

fn main() -> Result<(), run::Error> {
    run::start(async |settings| {
        let aws = Aws::new(&settings.aws()?)?;
        let app =
            OperateOrder { store: DynamoStore::new(aws.dynamodb(), settings.table()?), clock: SystemClock };
        warm_up_table(&aws.dynamodb(), &settings.table()?).await;
        run::serve(async |request| Ok(operate_order::handle(&app, request).await)).await
    })
}

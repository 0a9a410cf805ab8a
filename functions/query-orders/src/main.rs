//! Wires [`query_orders`] to AWS.

use juchu::adapters::dynamo::DynamoStore;
use juchu::app::query_orders::QueryOrders;
use juchu::lambda::aws::{Aws, warm_up_table};
use juchu::lambda::run;

fn main() -> Result<(), run::Error> {
    run::start(async |settings| {
        let aws = Aws::new(&settings.aws()?)?;
        let app = QueryOrders { store: DynamoStore::new(aws.dynamodb(), settings.table()?) };
        warm_up_table(&aws.dynamodb(), &settings.table()?).await;
        run::serve(async |request| Ok(query_orders::handle(&app, request).await)).await
    })
}

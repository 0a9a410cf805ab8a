//! Wires [`run_timers`] to AWS.

use aws_lambda_events::eventbridge::EventBridgeEvent;
use juchu::adapters::clock::SystemClock;
use juchu::adapters::dynamo::DynamoStore;
use juchu::app::run_timers::RunTimers;
use juchu::lambda::aws::{Aws, warm_up_table};
use juchu::lambda::run;

fn main() -> Result<(), run::Error> {
    run::start(async |settings| {
        let aws = Aws::new(&settings.aws()?)?;
        let app =
            RunTimers { store: DynamoStore::new(aws.dynamodb(), settings.table()?), clock: SystemClock };
        warm_up_table(&aws.dynamodb(), &settings.table()?).await;
        run::serve(async |tick: EventBridgeEvent| {
            let correlation = tick.id.unwrap_or_default();
            Ok(run_timers::handle(&app, &correlation).await.map(|_| ())?)
        })
        .await
    })
}

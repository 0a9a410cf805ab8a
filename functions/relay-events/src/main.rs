//! Wires [`relay_events`] to AWS.

use juchu::adapters::sqs::{SqsParking, SqsStageQueues};
use juchu::lambda::aws::{Aws, warm_up_queue};
use juchu::lambda::run;

fn main() -> Result<(), run::Error> {
    run::start(async |settings| {
        let aws = Aws::new(&settings.aws()?)?;
        let queues = SqsStageQueues::new(aws.sqs(), settings.stage_queues()?);
        let dead_letters = settings.dead_letter_queue()?;
        warm_up_queue(&aws.sqs(), &dead_letters).await;
        let parking = SqsParking::new(aws.sqs(), dead_letters);
        run::serve(async |batch| Ok(relay_events::handle(&queues, &parking, batch).await?)).await
    })
}

//! Relays every event to the stages that act on it. Triggered by the table's stream.

use aws_lambda_events::dynamodb::Event;
use aws_lambda_events::streams::DynamoDbEventResponse;
use juchu::adapters::dynamo::message_of;
use juchu::app::failure::Parking;
use juchu::app::ports::StageQueues;

use juchu::lambda::stream::{NothingRelayed, run_stream};

/// Handles a batch of the stream.
///
/// # Errors
/// [`NothingRelayed`], when no queue could be reached: the whole batch comes again.
pub async fn handle(
    queues: &impl StageQueues,
    parking: &impl Parking,
    event: Event,
) -> Result<DynamoDbEventResponse, NothingRelayed> {
    run_stream("relay-events", queues, parking, event, |row| message_of(row).map(Some)).await
}

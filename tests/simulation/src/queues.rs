//! The queues of the stages and the stream of the table, as AWS runs them: at least once, in any
//! order (queues) or in order per shard (stream).

use std::collections::{HashMap, VecDeque};

use aws_lambda_events::dynamodb::{Event, EventRecord};
use aws_lambda_events::sqs::SqsEvent;
use jiff::Timestamp;
use juchu::app::message::{Message, Stage};
use serde_json::json;

/// How many shards the stream has.
pub const SHARDS: usize = 2;

/// A message in a queue.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// Tells it from all others.
    pub id: String,
    /// Whose queue it is in.
    pub stage: Stage,
    /// What it says, as the relay wrote it.
    pub body: String,
    /// When it can be received.
    pub visible_at: Timestamp,
    /// How often it was received.
    pub receives: u32,
    /// Whether it is here for the second time.
    pub is_duplicate: bool,
}

/// A batch as the queue hands it to a function.
///
/// # Errors
/// When the event cannot be made, which is a defect of the simulation.
pub fn batch(deliveries: &[Delivery]) -> anyhow::Result<SqsEvent> {
    let records: Vec<_> = deliveries.iter().map(|d| json!({ "messageId": d.id, "body": d.body })).collect();
    Ok(serde_json::from_value(json!({ "Records": records }))?)
}

/// An event row in the stream.
#[derive(Debug, Clone)]
pub struct StreamRecord {
    /// Its place in the stream.
    pub sequence_number: String,
    /// The row's message.
    pub message: Message,
}

/// A shard of the stream.
#[derive(Debug, Default)]
pub struct Shard {
    /// What waits, the oldest first.
    pub records: VecDeque<StreamRecord>,
    /// Whether a batch of it is being relayed.
    pub is_busy: bool,
}

/// A batch as the stream hands it to the relay.
///
/// # Errors
/// When the event cannot be made, which is a defect of the simulation.
pub fn stream_batch(records: &[StreamRecord]) -> anyhow::Result<Event> {
    let mut event: Event = serde_json::from_value(json!({ "Records": [] }))?;
    for record in records {
        let mut row: EventRecord = serde_json::from_value(json!({
            "awsRegion": "ap-northeast-1",
            "eventID": record.sequence_number,
            "eventName": "INSERT",
            "dynamodb": {
                "ApproximateCreationDateTime": 1_760_000_000.0,
                "Keys": {},
                "NewImage": {},
                "SequenceNumber": record.sequence_number,
                "SizeBytes": 1,
                "StreamViewType": "NEW_IMAGE",
            },
        }))?;
        let message: serde_dynamo::AttributeValue = serde_dynamo::to_attribute_value(&record.message)?;
        row.change.new_image = HashMap::from([("message".to_owned(), message)]).into();
        event.records.push(row);
    }
    Ok(event)
}

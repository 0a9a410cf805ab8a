//! Queues: those of the stages, the parking place of each, and the warehouse's.

use std::collections::BTreeMap;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{MessageAttributeValue, SendMessageBatchRequestEntry, SendMessageBatchResultEntry};

use crate::app::failure::Parking;
use crate::app::message::{Message, Stage};
use crate::app::ports::{Archive, StageQueues, Unavailable, Warehouse, WarehouseMessage};

/// The most characters of a reason that are kept.
const REASON_LIMIT: usize = 1_000;

fn unavailable(
    what: &'static str,
    source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> Unavailable {
    Unavailable { what, source: source.into() }
}

/// The stages' queues.
#[derive(Clone)]
pub struct SqsStageQueues {
    client: Client,
    urls: BTreeMap<Stage, String>,
}

impl SqsStageQueues {
    /// The queues at these URLs.
    #[must_use]
    pub const fn new(client: Client, urls: BTreeMap<Stage, String>) -> Self {
        Self { client, urls }
    }
}

impl StageQueues for SqsStageQueues {
    /// At most 10 messages: SQS takes no more at once.
    async fn send(&self, stage: Stage, messages: &[&Message]) -> Result<Vec<usize>, Unavailable> {
        let what = "the stage's queue";
        let url = self.urls.get(&stage).ok_or_else(|| unavailable(what, "it has no URL"))?;
        let mut call = self.client.send_message_batch().queue_url(url);
        for (position, message) in messages.iter().enumerate() {
            let entry = serde_json::to_string(message).ok().and_then(|body| {
                SendMessageBatchRequestEntry::builder()
                    .id(position.to_string())
                    .message_body(body)
                    .build()
                    .ok()
            });
            // A message always has a JSON form and an entry both parts; without an entry it is missed.
            if let Some(entry) = entry {
                call = call.entries(entry);
            }
        }
        let sent = call.send().await.map_err(|error| unavailable(what, error))?;
        let taken: Vec<&str> = sent.successful().iter().map(SendMessageBatchResultEntry::id).collect();
        Ok((0..messages.len()).filter(|position| !taken.contains(&position.to_string().as_str())).collect())
    }
}

/// A function's own dead letter queue, as the place for what can never succeed.
#[derive(Clone)]
pub struct SqsParking {
    client: Client,
    url: String,
}

impl SqsParking {
    /// The queue at this URL.
    #[must_use]
    pub const fn new(client: Client, url: String) -> Self {
        Self { client, url }
    }
}

impl Parking for SqsParking {
    /// Sends the body as it came, with the reason as the attribute `reason`. SQS counts both
    /// together and refuses what XML cannot carry, so the reason is cut and cleaned; the body came
    /// from a queue and fits one.
    async fn park(&self, body: &str, reason: &str) -> Result<(), Unavailable> {
        let what = "the dead letter queue";
        let reason: String =
            reason.chars().map(|c| if c.is_control() { ' ' } else { c }).take(REASON_LIMIT).collect();
        let reason = if reason.is_empty() { "no reason given".to_owned() } else { reason };
        let attribute = MessageAttributeValue::builder().data_type("String").string_value(reason);
        let body = if body.is_empty() { "(an empty message)" } else { body };
        self.client
            .send_message()
            .queue_url(&self.url)
            .message_body(body)
            .message_attributes("reason", attribute.build().map_err(|error| unavailable(what, error))?)
            .send()
            .await
            .map_err(|error| unavailable(what, error))?;
        Ok(())
    }
}

/// The warehouse's queue. What it is told is kept in the archive as well.
#[derive(Clone)]
pub struct SqsWarehouse<A> {
    archive: A,
    client: Client,
    url: String,
}

impl<A: Archive> SqsWarehouse<A> {
    /// The queue at this URL, with its archive.
    #[must_use]
    pub const fn new(archive: A, client: Client, url: String) -> Self {
        Self { archive, client, url }
    }
}

impl<A: Archive> Warehouse for SqsWarehouse<A> {
    async fn tell(&self, message: &WarehouseMessage) -> Result<(), Unavailable> {
        let what = "the warehouse's queue";
        let body = serde_json::to_string(message).map_err(|error| unavailable(what, error))?;
        // The copy first: a document without its message is harmless, the other way round is not.
        self.archive.keep(&archive_key(message), body.as_bytes()).await?;
        self.client
            .send_message()
            .queue_url(&self.url)
            .message_body(body)
            .send()
            .await
            .map_err(|error| unavailable(what, error))?;
        Ok(())
    }
}

/// Where the copy of a message to the warehouse is kept.
fn archive_key(message: &WarehouseMessage) -> String {
    match message {
        WarehouseMessage::ShippingInstruction(instruction) => {
            format!("instructions/{}/{}.json", instruction.merchant, instruction.shipment.id)
        }
        WarehouseMessage::Recall { id, merchant, .. } => format!("instructions/{merchant}/{id}.json"),
    }
}

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

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use jiff::Timestamp;
    use serde_json::Value;

    use super::super::stub;
    use super::*;
    use crate::domain::event::EventKind;
    use crate::domain::ids::{ChannelId, MerchantId, OrderId};

    fn acme() -> MerchantId {
        MerchantId::new("acme").unwrap()
    }

    fn message(seq: u64) -> Message {
        let order = OrderId::of(&acme(), &ChannelId::new("acme-shop").unwrap(), "1");
        Message::of_order(
            order,
            seq,
            EventKind::OrderDelivered,
            acme(),
            Timestamp::UNIX_EPOCH,
            "c".to_owned(),
        )
    }

    fn urls() -> BTreeMap<Stage, String> {
        BTreeMap::from([(Stage::PostSales, "http://127.0.0.1/post-sales".to_owned())])
    }

    #[tokio::test]
    async fn a_message_the_queue_does_not_take_is_known_by_its_position() {
        let answer = r#"{"Successful":[{"Id":"0","MessageId":"a","MD5OfMessageBody":""}],
            "Failed":[{"Id":"1","Code":"InternalError","SenderFault":false}]}"#;
        let (aws, service) = stub::service(vec![Some((200, answer))]);
        let (first, second) = (message(1), message(2));
        let queues = SqsStageQueues::new(aws.sqs(), urls());
        assert_eq!(queues.send(Stage::PostSales, &[&first, &second]).await.unwrap(), [1]);

        let asked = service.join().unwrap();
        let sent: Value = serde_json::from_str(&asked[0].body).unwrap();
        assert_eq!(sent["QueueUrl"], "http://127.0.0.1/post-sales");
        let read: Message =
            serde_json::from_str(sent["Entries"][1]["MessageBody"].as_str().unwrap()).unwrap();
        assert_eq!(read, second);
    }

    #[tokio::test]
    async fn a_queue_out_of_reach_or_without_a_url_is_unavailable() {
        let queues = SqsStageQueues::new(stub::nobody().sqs(), urls());
        assert!(queues.send(Stage::PostSales, &[&message(1)]).await.is_err());
        assert!(queues.send(Stage::ShipOrder, &[&message(1)]).await.is_err());
    }

    #[tokio::test]
    async fn a_parked_message_keeps_its_body_and_gets_its_reason() {
        let (aws, service) = stub::service(vec![Some((200, "{}"))]);
        let parking = SqsParking::new(aws.sqs(), "http://127.0.0.1/dead-letters".to_owned());
        parking.park("{\"schema\":2}", &format!("first line\nsecond {}", "x".repeat(5_000))).await.unwrap();
        let asked = service.join().unwrap();
        let sent: Value = serde_json::from_str(&asked[0].body).unwrap();
        assert_eq!(sent["MessageBody"], "{\"schema\":2}");
        let reason = sent["MessageAttributes"]["reason"]["StringValue"].as_str().unwrap();
        assert!(reason.starts_with("first line second xxx"));
        assert_eq!(reason.len(), REASON_LIMIT);
    }

    #[derive(Default)]
    struct Kept(Mutex<Vec<String>>);

    impl Archive for &Kept {
        async fn keep(&self, key: &str, _: &[u8]) -> Result<(), Unavailable> {
            self.0.lock().unwrap().push(key.to_owned());
            Ok(())
        }

        async fn read(&self, _: &str, _: (u64, u64)) -> Result<Option<Vec<u8>>, Unavailable> {
            Ok(None)
        }
    }

    #[tokio::test]
    async fn what_the_warehouse_is_told_is_kept_first() {
        let shipment = message(1).order().unwrap().shipment(1);
        let recall = WarehouseMessage::Recall { schema: 1, id: "o:7".to_owned(), shipment, merchant: acme() };
        let kept = Kept::default();
        let url = || "http://127.0.0.1/warehouse".to_owned();
        assert!(SqsWarehouse::new(&kept, stub::nobody().sqs(), url()).tell(&recall).await.is_err());

        let (aws, service) = stub::service(vec![Some((200, "{}"))]);
        SqsWarehouse::new(&kept, aws.sqs(), url()).tell(&recall).await.unwrap();
        assert_eq!(*kept.0.lock().unwrap(), ["instructions/acme/o:7.json"; 2]);
        let asked = service.join().unwrap();
        let sent: Value = serde_json::from_str(&asked[0].body).unwrap();
        let told: WarehouseMessage = serde_json::from_str(sent["MessageBody"].as_str().unwrap()).unwrap();
        assert_eq!(told, recall);
    }
}

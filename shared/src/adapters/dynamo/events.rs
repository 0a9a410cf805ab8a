//! Event rows: what happened, and at once the message that tells the stages.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::keys::{EVENT_PREFIX, Key, order_partition};
use super::query::Select;
use super::table::EVENT_KIND;
use super::{DynamoStore, Row, decode, encode};
use crate::app::message::Message;
use crate::app::ports::StoreError;
use crate::app::record::EventRecord;
use crate::domain::ids::OrderId;

/// What makes a row a message: the relay needs nothing else of it.
#[derive(Serialize)]
pub(super) struct Outgoing {
    kind: &'static str,
    message: Message,
}

impl Outgoing {
    pub(super) const fn new(message: Message) -> Self {
        Self { kind: EVENT_KIND, message }
    }
}

#[derive(Serialize)]
struct EventRow<'a> {
    #[serde(flatten)]
    outgoing: Outgoing,
    #[serde(with = "super::text")]
    record: &'a EventRecord,
}

#[derive(Deserialize)]
struct StoredEvent {
    #[serde(with = "super::text")]
    record: EventRecord,
}

pub(super) fn row(record: &EventRecord) -> Result<Row, StoreError> {
    let message = Message::of_order(
        record.order.clone(),
        record.seq,
        record.event.kind(),
        record.merchant.clone(),
        record.at,
        record.cause.correlation.clone(),
    );
    let key = Key::event(&record.order, record.seq);
    encode(key, EventRow { outgoing: Outgoing::new(message), record })
}

impl DynamoStore {
    pub(super) async fn event_of(&self, id: &OrderId, seq: u64) -> Result<Option<EventRecord>, StoreError> {
        let stored: Option<StoredEvent> = self.get(Key::event(id, seq)).await?;
        Ok(stored.map(|stored| stored.record))
    }

    pub(super) async fn first_events_of(&self, ids: &[OrderId]) -> Result<Vec<EventRecord>, StoreError> {
        let wanted: BTreeSet<&OrderId> = ids.iter().collect();
        let rows = self.get_all(wanted.into_iter().map(|id| Key::event(id, 1)).collect()).await?;
        rows.into_iter().map(|row| decode::<StoredEvent>(row).map(|stored| stored.record)).collect()
    }

    pub(super) async fn history_of(&self, id: &OrderId) -> Result<Vec<EventRecord>, StoreError> {
        let select = Select::starting_with(order_partition(id), EVENT_PREFIX.to_owned());
        let rows = self.query(select).await?;
        let record = |row| decode::<StoredEvent>(row).map(|stored| stored.record);
        rows.into_iter().map(record).collect()
    }
}

/// The message of a stored event row, of an order or of stock, as the table's stream delivers it
/// (`dynamodb.NewImage`).
///
/// # Errors
/// [`StoreError::Corrupt`] when the row is no event or one this code does not know.
pub fn message_of(image: &serde_dynamo::Item) -> Result<Message, StoreError> {
    let message = image.get("message").cloned();
    let message = message.ok_or_else(|| StoreError::Corrupt("a row without a message".to_owned()))?;
    // A message carries no personal data, so what is wrong with it may be told.
    serde_dynamo::from_attribute_value(message)
        .map_err(|error| StoreError::Corrupt(format!("the message of an event row: {error}")))
}

//! One DynamoDB table for orders, stock, merchants, answers and the mail log.
//!
//! | `pk` | `sk` | holds |
//! |---|---|---|
//! | `ORDER#id` | `ORDER` | the order as it stands, and its place in the indexes |
//! | | `EVENT#seq` | an event: history, outbox and concurrency guard in one |
//! | | `SALES#seq` | a posted sale 売上, by merchant and day |
//! | | `MAIL#fact` | that a mail was begun, and how it ended |
//! | | `UNOPENED` | why there is no such order: its channel did not want it shipped any more |
//! | `STOCK#merchant#sku#location` | `STOCK` | the counts |
//! | | `REFERENCE#reference` | that a slip or count was booked, so that it is booked once |
//! | | `BACKORDER#received_at#order#line` | a line that waits |
//! | `STOCK#merchant#sku#location#part` | `LEDGER#at#reference` | a change 在庫台帳; also an event when units came free |
//! | `MERCHANT#id` | `MERCHANT` | a merchant |
//! | | `RULES#version` | the rules that came with a version of its settings; never changed |
//! | | `PRODUCT#sku` | a product of its catalogue |
//! | | `PROMOTION#code` · `ACCOUNT#id` · `POINT_ISSUER#id` · `BLOCKED#kind-hash` | what it registers of what orders share |
//! | `SALT#merchant` | `SALT` | the key of its marks |
//! | `TALLY#merchant#kind#subject` | `TALLY` | a count with a bound |
//! | | `REFERENCE#reference` | that a slip changed it, so that it does so once |
//! | `SIGHTING#merchant#kind#hash` | `AT#received_at#order` | that an order had the mark; forgotten after 30 days |
//! | `CHANNEL#id` | `CHANNEL` | a channel |
//! | `PAYLOAD#channel` | `digest` | a payload somebody has to look at |
//! | `UPLOAD#channel#digest` | `UPLOAD` | a file of orders, and how far it was worked through; also an event |
//! | | `PAGE#number` | what became of a stretch of it; also an event when there is more to do |
//! | `PACE#channel` | `PACE` | until when the channel's calls are taken |
//! | `IDEMPOTENCY#key` | `ANSWER` | what a request was told; forgotten after a day |
//!
//! Rows whose attribute `kind` is [`table::EVENT_KIND`] are also messages: the table's stream carries
//! them to the relay, which reads them with [`message_of`]. Nothing here scans. An order and what happened to
//! it are each [one text](text) in their rows.

mod answers;
mod commit;
mod events;
mod group;
mod keys;
mod limits;
mod mails;
mod merchants;
mod orders;
mod pace;
mod payloads;
mod query;
mod stock;
pub mod table;
mod text;
mod transact;

use std::collections::HashMap;
use std::error::Error;
use std::sync::Arc;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes, ReturnValuesOnConditionCheckFailure};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_dynamo::aws_sdk_dynamodb_1::{from_item, to_item};

use crate::app::ports::StoreError;
use group::Lanes;
use keys::Key;
use transact::Condition;

pub use events::message_of;
pub use keys::LEDGER_SHARDS;

/// The version of the rows this code writes.
const SCHEMA: u32 = 1;
/// How many items one `BatchGetItem` reads.
const BATCH: usize = 100;
/// How often a read that came back incomplete is completed.
const MAX_READS: usize = 5;

type Row = HashMap<String, AttributeValue>;

/// The ports that keep something, over one table.
#[derive(Debug, Clone)]
pub struct DynamoStore {
    client: Client,
    table: String,
    lanes: Arc<Lanes>,
}

/// A row: its key, the version of its format, and what it holds.
#[derive(Serialize)]
struct Stored<T> {
    #[serde(flatten)]
    key: Key,
    schema: u32,
    #[serde(flatten)]
    content: T,
}

fn encode<T: Serialize>(key: Key, content: T) -> Result<Row, StoreError> {
    to_item(Stored { key, schema: SCHEMA, content })
        .map_err(|error| StoreError::Corrupt(format!("a row cannot be written: {error}")))
}

/// Reads a row. The error names the row and nothing more: what does not fit may be personal data.
fn decode<T: DeserializeOwned>(row: Row) -> Result<T, StoreError> {
    let key = |name| row.get(name).and_then(|value| value.as_s().ok()).cloned().unwrap_or_default();
    let (pk, sk) = (key("pk"), key("sk"));
    from_item(row).map_err(|_| StoreError::Corrupt(format!("{pk} {sk}")))
}

/// What a failed call means to the caller. A request that DynamoDB calls invalid stays so; its SDK
/// has no variant for that, only the code. Everything else may pass.
fn failed<E, R>(error: SdkError<E, R>) -> StoreError
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    R: std::fmt::Debug + Send + Sync + 'static,
{
    if error.code() == Some("ValidationException") {
        let message = error.message().unwrap_or_default();
        return StoreError::Corrupt(format!("DynamoDB refuses the request: {message}"));
    }
    StoreError::Unavailable(Box::new(error))
}

/// How a conditional write ended.
enum Put {
    Done,
    /// The condition did not hold; this is the row that is there.
    Refused(Option<Row>),
}

impl DynamoStore {
    /// The store in `table`.
    #[must_use]
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self { client, table: table.into(), lanes: Arc::default() }
    }

    /// Reads one row, strongly consistent.
    async fn get<T: DeserializeOwned>(&self, key: Key) -> Result<Option<T>, StoreError> {
        let request = self.client.get_item().table_name(&self.table).set_key(Some(key.into_row()));
        let output = request.consistent_read(true).send().await.map_err(failed)?;
        output.item.map(decode).transpose()
    }

    /// Reads the rows of `keys` that exist, strongly consistent, in any order. Keys must differ.
    async fn get_all(&self, keys: Vec<Key>) -> Result<Vec<Row>, StoreError> {
        let mut rows = Vec::with_capacity(keys.len());
        for keys in keys.chunks(BATCH) {
            let mut left: Vec<Row> = keys.iter().cloned().map(Key::into_row).collect();
            for _ in 0..MAX_READS {
                let wanted = KeysAndAttributes::builder().set_keys(Some(left)).consistent_read(true);
                let wanted = wanted.build()?;
                let request = self.client.batch_get_item().request_items(&self.table, wanted);
                let output = request.send().await.map_err(failed)?;
                rows.extend(output.responses.into_iter().flatten().flat_map(|(_, rows)| rows));
                left =
                    output.unprocessed_keys.into_iter().flatten().flat_map(|(_, rest)| rest.keys).collect();
                if left.is_empty() {
                    break;
                }
            }
            if !left.is_empty() {
                return Err(StoreError::Unavailable("DynamoDB keeps returning keys unread".into()));
            }
        }
        Ok(rows)
    }

    /// Deletes one row, if it is there.
    async fn delete(&self, key: Key) -> Result<(), StoreError> {
        let request = self.client.delete_item().table_name(&self.table).set_key(Some(key.into_row()));
        request.send().await.map_err(failed)?;
        Ok(())
    }

    /// Writes one row under a condition.
    async fn put(&self, row: Row, condition: Option<Condition>) -> Result<Put, StoreError> {
        let (expression, values) = Condition::parts(condition);
        let request = self.client.put_item().table_name(&self.table).set_item(Some(row));
        let request = request.set_condition_expression(expression).set_expression_attribute_values(values);
        let request =
            request.return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        match request.send().await {
            Ok(_) => Ok(Put::Done),
            Err(error) => match error.as_service_error() {
                Some(PutItemError::ConditionalCheckFailedException(refused)) => {
                    Ok(Put::Refused(refused.item.clone()))
                }
                _ => Err(failed(error)),
            },
        }
    }
}

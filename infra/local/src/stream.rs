//! The table's stream: carries new events to the relay, in their order, and remembers how far it
//! came only after the relay has put their messages on the queues. So a crash in between repeats
//! some, which does no harm, and loses none.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use aws_lambda_events::dynamodb::Event;
use dynoxide::Database;
use dynoxide::actions::describe_table::DescribeTableRequest;
use dynoxide::actions::get_records::{GetRecordsRequest, Record};
use dynoxide::actions::get_shard_iterator::GetShardIteratorRequest;
use dynoxide::types::AttributeValue;
use juchu::adapters::dynamo::table::{EVENT_KIND, KIND_ATTRIBUTE};
use serde_json::json;
use tokio::sync::{Notify, watch};

use crate::functions::Functions;
use crate::queues::Queues;

/// Records per batch, as in the template.
const BATCH: usize = 100;
/// How long to wait after a failure.
const PAUSE: Duration = Duration::from_secs(1);

/// Tells the pump that something may have been written. The database offers no such signal, and
/// everything that writes is in this process.
#[derive(Clone, Default)]
pub struct Doorbell(Arc<Notify>);

/// Rings when it is dropped, so also after a panic.
pub struct Ring(Doorbell);

impl Doorbell {
    /// Rings when what it returns is dropped.
    #[must_use]
    pub fn ring_when_done(&self) -> Ring {
        Ring(self.clone())
    }
}

impl Drop for Ring {
    fn drop(&mut self) {
        // One permit is kept, so a ring while the pump is at work is not lost.
        self.0.0.notify_one();
    }
}

/// The stream of one table.
pub struct Stream {
    database: Database,
    arn: String,
    shard: String,
}

impl Stream {
    /// The stream of `table`.
    ///
    /// # Errors
    /// If the table has none.
    pub fn of(database: Database, table: &str) -> anyhow::Result<Self> {
        let request = DescribeTableRequest { table_name: table.to_owned() };
        let described = database.describe_table(request)?;
        let arn = described.table.latest_stream_arn.context("the table has no stream")?;
        Ok(Self { database, arn, shard: dynoxide::streams::shard_id(table) })
    }

    /// The records after `checkpoint`, the oldest first.
    fn read(&self, checkpoint: Option<String>) -> anyhow::Result<Vec<Record>> {
        let from = if checkpoint.is_some() { "AFTER_SEQUENCE_NUMBER" } else { "TRIM_HORIZON" };
        let iterator = self.database.get_shard_iterator(GetShardIteratorRequest {
            stream_arn: self.arn.clone(),
            shard_id: self.shard.clone(),
            shard_iterator_type: from.to_owned(),
            sequence_number: checkpoint,
        })?;
        let shard_iterator = iterator.shard_iterator.context("the stream gave no iterator")?;
        let records = self.database.get_records(GetRecordsRequest { shard_iterator, limit: Some(BATCH) })?;
        Ok(records.records)
    }
}

/// Pumps the stream until `stop` says so.
pub async fn pump(
    stream: Stream,
    queues: Queues,
    functions: Arc<Functions>,
    doorbell: Doorbell,
    mut stop: watch::Receiver<bool>,
) {
    while !*stop.borrow() {
        match relay_batch(&stream, &queues, &functions).await {
            Ok(true) => {}
            Ok(false) => tokio::select! {
                () = doorbell.0.notified() => {}
                _ = stop.changed() => {}
            },
            Err(error) => {
                tracing::error!(error = format!("{error:#}"), "the stream could not be relayed");
                tokio::select! {
                    () = tokio::time::sleep(PAUSE) => {}
                    _ = stop.changed() => {}
                }
            }
        }
    }
}

/// Relays one batch. Says whether there was one.
async fn relay_batch(stream: &Stream, queues: &Queues, functions: &Arc<Functions>) -> anyhow::Result<bool> {
    let records = stream.read(queues.checkpoint(&stream.arn)?)?;
    let Some(last) = records.last().map(|record| record.dynamodb.sequence_number.clone()) else {
        return Ok(false);
    };
    let events: Vec<&Record> = records.iter().filter(|record| is_event(record)).collect();
    if events.is_empty() {
        queues.set_checkpoint(&stream.arn, &last)?;
        return Ok(true);
    }
    let event: Event = serde_json::from_value(json!({ "Records": events }))?;
    let functions = Arc::clone(functions);
    // A task of its own: a panic fails this batch, as it would fail one invocation.
    let response = tokio::spawn(async move { functions.relay(event).await }).await??;
    let failed = response.batch_item_failures.first().and_then(|failure| failure.item_identifier.as_deref());
    match failed {
        None => queues.set_checkpoint(&stream.arn, &last)?,
        Some(failed) => {
            let before = records.iter().map(|record| &record.dynamodb.sequence_number);
            if let Some(done) = before.take_while(|number| number.as_str() != failed).last() {
                queues.set_checkpoint(&stream.arn, done)?;
            }
            bail!("the relay stopped at {failed}");
        }
    }
    Ok(true)
}

/// The filter of the template: new rows that are events.
fn is_event(record: &Record) -> bool {
    let kind = record.dynamodb.new_image.as_ref().and_then(|row| row.get(KIND_ATTRIBUTE));
    record.event_name == "INSERT" && matches!(kind, Some(AttributeValue::S(kind)) if kind == EVENT_KIND)
}

//! The relay's batch from the table's stream.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::time::Instant;

use aws_lambda_events::dynamodb::{Event, EventRecord};
use aws_lambda_events::streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse};
use serde_dynamo::Item;
use serde_json::json;

use super::metrics::{self, Outcome};
use super::telemetry::chain;
use crate::app::failure::Parking;
use crate::app::message::Message;
use crate::app::ports::StageQueues;
use crate::app::relay_events::relay_events;

/// Nothing of a batch could be relayed; the stream delivers all of it again.
#[derive(Debug, thiserror::Error)]
#[error("none of {0} events could be relayed")]
pub struct NothingRelayed(usize);

/// Relays the events of a batch, and says from where the stream shall deliver again: from the first
/// event that did not reach all its stages. Those behind it are repeated, which does no harm.
///
/// `message_of` reads the row as it was written; `None` is a row that is no event. What it cannot
/// read is parked: it would hold up its shard otherwise.
///
/// # Errors
/// [`NothingRelayed`]: then the invocation itself fails, and with it the alarm on errors rings.
pub async fn run_stream<Q, P, D, E>(
    operation: &str,
    queues: &Q,
    parking: &P,
    event: Event,
    message_of: D,
) -> Result<DynamoDbEventResponse, NothingRelayed>
where
    Q: StageQueues,
    P: Parking,
    D: Fn(&Item) -> Result<Option<Message>, E>,
    E: Display,
{
    let begun = Instant::now();
    let mut messages = Vec::with_capacity(event.records.len());
    let mut positions = Vec::with_capacity(event.records.len());
    let mut outcomes: BTreeMap<Outcome, usize> = BTreeMap::new();
    // The position of the first record that has to come again.
    let mut again: Option<usize> = None;
    for (position, record) in event.records.iter().enumerate() {
        match message_of(&record.change.new_image) {
            Ok(Some(message)) => {
                messages.push(message);
                positions.push(position);
            }
            Ok(None) => {}
            Err(reason) => {
                let outcome = park(operation, parking, record, &reason.to_string()).await;
                *outcomes.entry(outcome).or_default() += 1;
                if outcome == Outcome::Retry {
                    again = again.or(Some(position));
                }
            }
        }
    }
    let relayed = relay_events(queues, &messages).await;
    if let Some(first) = relayed.missed.first().and_then(|at| positions.get(*at)) {
        again = Some(again.map_or(*first, |parked| parked.min(*first)));
        tracing::warn!(
            operation,
            outcome = Outcome::Retry.name(),
            events = relayed.missed.len(),
            error = relayed.errors.first().map(|error| chain(error)),
            "events did not reach all their stages and will be delivered again"
        );
    }
    *outcomes.entry(Outcome::Done).or_default() += messages.len() - relayed.missed.len();
    *outcomes.entry(Outcome::Retry).or_default() += relayed.missed.len();
    for (outcome, events) in outcomes {
        metrics::count(operation, outcome, &vec![begun.elapsed(); events]);
    }

    if !messages.is_empty() && relayed.missed.len() == messages.len() {
        return Err(NothingRelayed(messages.len()));
    }
    let mut response = DynamoDbEventResponse::default();
    if let Some(record) = again.and_then(|position| event.records.get(position)) {
        let mut failure = DynamoDbBatchItemFailure::default();
        failure.item_identifier.clone_from(&record.change.sequence_number);
        response.batch_item_failures.push(failure);
    }
    Ok(response)
}

/// Parks where the record is found, not what it says: that stays in the table.
async fn park<P: Parking>(operation: &str, parking: &P, record: &EventRecord, reason: &str) -> Outcome {
    let place = json!({ "keys": record.change.keys, "sequence_number": record.change.sequence_number });
    let (outcome, error) = match parking.park(&place.to_string(), reason).await {
        Ok(()) => (Outcome::Parked, reason.to_owned()),
        Err(error) => (Outcome::Retry, format!("{reason}; and it could not be parked: {}", chain(&error))),
    };
    tracing::error!(
        operation,
        sequence_number = record.change.sequence_number,
        outcome = outcome.name(),
        error,
        "an event cannot be read"
    );
    outcome
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use jiff::Timestamp;

    use super::*;
    use crate::app::message::Stage;
    use crate::app::ports::Unavailable;
    use crate::domain::event::EventKind;
    use crate::domain::ids::{ChannelId, MerchantId, OrderId};

    #[derive(Default)]
    struct Outside {
        sent: Mutex<Vec<String>>,
        parked: Mutex<Vec<String>>,
        /// The events that no queue takes.
        refused: Vec<&'static str>,
        is_full: bool,
    }

    impl StageQueues for Outside {
        async fn send(&self, _: Stage, messages: &[&Message]) -> Result<Vec<usize>, Unavailable> {
            let seq = |message: &Message| message.id.rsplit(':').next().unwrap_or_default().to_owned();
            let refused = |message: &Message| self.refused.contains(&seq(message).as_str());
            self.sent.lock().unwrap().extend(messages.iter().filter(|m| !refused(m)).map(|m| seq(m)));
            Ok((0..messages.len()).filter(|at| refused(messages[*at])).collect())
        }
    }

    impl Parking for Outside {
        async fn park(&self, body: &str, _: &str) -> Result<(), Unavailable> {
            if self.is_full {
                return Err(Unavailable { what: "the dead letter queue", source: "throttled".into() });
            }
            self.parked.lock().unwrap().push(body.to_owned());
            Ok(())
        }
    }

    /// Reads the rows of the sample: a sequence number in `sk`, unreadable when it is none.
    fn message_of(row: &Item) -> Result<Option<Message>, String> {
        let Some(serde_dynamo::AttributeValue::S(key)) = row.get("sk") else { return Ok(None) };
        let seq = key.rsplit('#').next().and_then(|n| n.parse().ok()).ok_or("its number cannot be read")?;
        let merchant = MerchantId::new("acme").unwrap();
        let order = OrderId::of(&merchant, &ChannelId::new("acme-shop").unwrap(), "1");
        let kind = EventKind::ShipmentArrived;
        Ok(Some(Message::of_order(order, seq, kind, merchant, Timestamp::UNIX_EPOCH, "c-1".to_owned())))
    }

    async fn run(outside: &Outside) -> Result<Vec<String>, NothingRelayed> {
        let event = serde_json::from_str(include_str!("samples/stream-event.json")).unwrap();
        let response = run_stream("relay-events", outside, outside, event, message_of).await?;
        Ok(response.batch_item_failures.into_iter().filter_map(|item| item.item_identifier).collect())
    }

    #[tokio::test]
    async fn every_event_of_a_batch_is_relayed_and_other_rows_are_passed_over() {
        let outside = Outside::default();
        assert!(run(&outside).await.unwrap().is_empty());
        assert_eq!(*outside.sent.lock().unwrap(), ["1", "2", "3"]);
    }

    #[tokio::test]
    async fn a_row_that_cannot_be_read_is_parked_by_its_place_and_holds_nobody_up() {
        let outside = Outside::default();
        assert!(run(&outside).await.unwrap().is_empty());
        let parked = outside.parked.lock().unwrap();
        assert_eq!(parked.len(), 1);
        assert!(
            parked[0].contains("EVENT#broken") && parked[0].contains("400000000000000000005"),
            "{parked:?}"
        );
        assert!(!parked[0].contains("payload"), "what the row says stays in the table");
    }

    #[tokio::test]
    async fn the_stream_goes_on_from_the_first_event_that_did_not_arrive() {
        let outside = Outside { refused: vec!["3", "2"], ..Outside::default() };
        assert_eq!(run(&outside).await.unwrap(), ["400000000000000000003"]);
        let outside = Outside { is_full: true, ..Outside::default() };
        assert_eq!(run(&outside).await.unwrap(), ["400000000000000000005"]);
    }

    #[tokio::test]
    async fn a_batch_of_which_nothing_arrived_is_a_failed_invocation() {
        let outside = Outside { refused: vec!["1", "2", "3"], ..Outside::default() };
        assert!(run(&outside).await.is_err());
    }
}

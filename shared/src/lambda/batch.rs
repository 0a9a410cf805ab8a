//! A stage's batch from its queue.
//!
//! Each message ends in one of three ways: done; back to the queue, to be tried again; or parked in
//! the stage's dead letter queue with its reason, because trying again would not help. Nothing that
//! happens to one message touches the others. A panic is the exception: it is a defect, the runtime
//! reports it as a failed invocation, and the whole batch comes again, which is harmless.

use std::collections::BTreeMap;
use std::future::Future;
use std::time::{Duration, Instant};

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use futures_util::stream::{self, StreamExt};
use serde::Deserialize;

use super::metrics::{self, Outcome};
use super::telemetry::chain;
use crate::app::failure::{Failure, Parking};
use crate::app::message::{Message, SCHEMA, Stage, Subject};
use crate::domain::ids::OrderId;

/// How many orders of a batch are worked on at once: all of them, at the largest batch size of the template.
const CONCURRENCY: usize = 25;

/// Gives every message of `event` to `handle`, those about the same order one after the other, and
/// says which of them the queue shall deliver again.
pub async fn run_batch<P, H, F>(stage: Stage, parking: &P, event: SqsEvent, handle: H) -> SqsBatchResponse
where
    P: Parking,
    H: Fn(Message) -> F,
    F: Future<Output = Result<(), Failure>>,
{
    let handle = &handle;
    let groups = stream::iter(by_subject(event.records)).map(async |group| {
        let mut ended = Vec::with_capacity(group.len());
        for (record, message) in group {
            let begun = Instant::now();
            let outcome = run_one(stage, parking, &record, message, handle).await;
            ended.push((record.message_id, outcome, begun.elapsed()));
        }
        ended
    });
    let ended: Vec<_> = groups.buffer_unordered(CONCURRENCY).concat().await;

    let mut durations: BTreeMap<Outcome, Vec<Duration>> = BTreeMap::new();
    let mut response = SqsBatchResponse::default();
    for (message_id, outcome, duration) in ended {
        durations.entry(outcome).or_default().push(duration);
        if outcome == Outcome::Retry {
            // A message without an id does not occur; SQS would bring back the whole batch.
            response.add_failure(message_id.unwrap_or_default());
        }
    }
    for (outcome, durations) in durations {
        metrics::count(stage.name(), outcome, &durations);
    }
    response
}

/// A record and what it says; `Err` is the reason it cannot be read.
type Decoded = (SqsMessage, Result<Message, String>);

/// The records, those about the same order or stock together, in the order they came in.
fn by_subject(records: Vec<SqsMessage>) -> Vec<Vec<Decoded>> {
    let mut groups: BTreeMap<String, Vec<Decoded>> = BTreeMap::new();
    for (position, record) in records.into_iter().enumerate() {
        let message = decode(record.body.as_deref().unwrap_or_default());
        let subject = match &message {
            Ok(message) => match &message.subject {
                Subject::Order { order, .. } => format!("{order}"),
                Subject::Stock { sku, location } => format!("{}#{sku}#{location}", message.merchant),
                Subject::Upload { channel, upload } => format!("{channel}#{upload}"),
            },
            Err(_) => format!("#{position}"),
        };
        groups.entry(subject).or_default().push((record, message));
    }
    groups.into_values().collect()
}

fn decode(body: &str) -> Result<Message, String> {
    /// All that is sure about a message of a format to come.
    #[derive(Deserialize)]
    struct Versioned {
        schema: u32,
    }
    let newer = |schema: u32| format!("its format is version {schema}, this function reads up to {SCHEMA}");
    match serde_json::from_str::<Message>(body) {
        Ok(message) if message.schema <= SCHEMA => Ok(message),
        Ok(message) => Err(newer(message.schema)),
        Err(error) => match serde_json::from_str::<Versioned>(body) {
            Ok(Versioned { schema }) if schema > SCHEMA => Err(newer(schema)),
            // The parser's own text may quote the body, which may hold anything.
            Ok(_) | Err(_) => Err(format!(
                "it is not a message of ours: {:?} error at line {} column {}",
                error.classify(),
                error.line(),
                error.column()
            )),
        },
    }
}

async fn run_one<P, H, F>(
    stage: Stage,
    parking: &P,
    record: &SqsMessage,
    message: Result<Message, String>,
    handle: &H,
) -> Outcome
where
    P: Parking,
    H: Fn(Message) -> F,
    F: Future<Output = Result<(), Failure>>,
{
    let message = match message {
        Ok(message) => message,
        Err(reason) => return park(stage, parking, record, None, &reason).await,
    };
    match handle(message.clone()).await {
        Ok(()) => Outcome::Done,
        Err(Failure::Permanent { reason }) => park(stage, parking, record, Some(&message), &reason).await,
        Err(failure @ Failure::Retryable(_)) => {
            tracing::warn!(
                operation = stage.name(),
                order.id = message.order().map(OrderId::as_str),
                merchant.id = message.merchant.as_str(),
                event.id = message.id,
                correlation.id = message.correlation,
                outcome = Outcome::Retry.name(),
                error = chain(&failure),
                "the message will be delivered again"
            );
            Outcome::Retry
        }
    }
}

async fn park<P: Parking>(
    stage: Stage,
    parking: &P,
    record: &SqsMessage,
    message: Option<&Message>,
    reason: &str,
) -> Outcome {
    let parked = parking.park(record.body.as_deref().unwrap_or_default(), reason).await;
    let (outcome, error) = match parked {
        Ok(()) => (Outcome::Parked, reason.to_owned()),
        Err(error) => (Outcome::Retry, format!("{reason}; and it could not be parked: {}", chain(&error))),
    };
    tracing::error!(
        operation = stage.name(),
        message.id = record.message_id,
        order.id = message.and_then(Message::order).map(OrderId::as_str),
        merchant.id = message.map(|message| message.merchant.as_str()),
        event.id = message.map(|message| message.id.as_str()),
        correlation.id = message.map(|message| message.correlation.as_str()),
        outcome = outcome.name(),
        error,
        "the message can never succeed"
    );
    outcome
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use jiff::Timestamp;
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::app::ports::Unavailable;
    use crate::domain::event::EventKind;
    use crate::domain::ids::{ChannelId, MerchantId};

    #[derive(Default)]
    struct Parked {
        parked: Mutex<Vec<(String, String)>>,
        is_full: bool,
    }

    impl Parking for Parked {
        async fn park(&self, body: &str, reason: &str) -> Result<(), Unavailable> {
            if self.is_full {
                return Err(Unavailable { what: "the dead letter queue", source: "throttled".into() });
            }
            self.parked.lock().unwrap().push((body.to_owned(), reason.to_owned()));
            Ok(())
        }
    }

    fn order(number: &str) -> OrderId {
        OrderId::of(&MerchantId::new("acme").unwrap(), &ChannelId::new("acme-shop").unwrap(), number)
    }

    fn message(number: &str, seq: u64) -> String {
        let merchant = MerchantId::new("acme").unwrap();
        let kind = EventKind::OrderDelivered;
        let message =
            Message::of_order(order(number), seq, kind, merchant, Timestamp::UNIX_EPOCH, "c-1".to_owned());
        serde_json::to_string(&message).unwrap()
    }

    fn batch(bodies: &[&str]) -> SqsEvent {
        let record = |(n, body): (usize, &&str)| json!({ "messageId": format!("m{n}"), "body": body });
        let records: Vec<_> = bodies.iter().enumerate().map(record).collect();
        serde_json::from_value(json!({ "Records": records })).unwrap()
    }

    fn failed(response: &SqsBatchResponse) -> Vec<&str> {
        response.batch_item_failures.iter().map(|item| item.item_identifier.as_str()).collect()
    }

    #[tokio::test]
    async fn one_message_that_fails_comes_back_alone_and_one_that_never_can_is_parked_with_its_reason() {
        let parking = Parked::default();
        let (good, later, never) = (message("1", 1), message("2", 1), message("3", 1));
        let response =
            run_batch(Stage::PostSales, &parking, batch(&[&later, &good, &never]), async |message| {
                match message.order() {
                    Some(id) if *id == order("2") => Err(Failure::retryable("throttled")),
                    Some(id) if *id == order("3") => Err(Failure::permanent("no such order")),
                    _ => Ok(()),
                }
            })
            .await;
        assert_eq!(failed(&response), ["m0"]);
        assert_eq!(*parking.parked.lock().unwrap(), [(never, "no such order".to_owned())]);
    }

    #[tokio::test]
    async fn a_batch_is_read_as_the_queue_sends_it() {
        let event = serde_json::from_str(include_str!("samples/queue-event.json")).unwrap();
        let seen = Mutex::new(Vec::new());
        let response = run_batch(Stage::AllocateStock, &Parked::default(), event, async |message| {
            seen.lock().unwrap().push((message.order().is_some(), message.stock().is_some()));
            Err(Failure::retryable("throttled"))
        })
        .await;
        assert_eq!(*seen.lock().unwrap(), [(true, false), (false, true)]);
        let again = ["059f36b4-87a3-44ab-83d2-661970000000", "059f36b4-87a3-44ab-83d2-661970000001"];
        assert_eq!(failed(&response), again);
    }

    #[tokio::test]
    async fn what_cannot_be_parked_stays_in_the_queue() {
        let parking = Parked { is_full: true, ..Parked::default() };
        let response = run_batch(Stage::PostSales, &parking, batch(&["not json"]), async |_| Ok(())).await;
        assert_eq!(failed(&response), ["m0"]);
    }

    #[tokio::test]
    async fn messages_of_one_order_run_one_after_the_other_and_those_of_others_meanwhile() {
        let bodies = [message("1", 1), message("2", 1), message("1", 2)];
        let seen = Mutex::new(Vec::new());
        let seen = &seen;
        let handle = async move |message: Message| {
            let name = format!("{}{}", if *message.order().unwrap() == order("1") { "a" } else { "b" }, {
                message.id.rsplit(':').next().unwrap()
            });
            seen.lock().unwrap().push(format!("{name}<"));
            tokio::task::yield_now().await;
            seen.lock().unwrap().push(format!(">{name}"));
            Ok(())
        };
        let bodies: Vec<_> = bodies.iter().map(String::as_str).collect();
        run_batch(Stage::PostSales, &Parked::default(), batch(&bodies), handle).await;
        let seen = seen.lock().unwrap();
        let at = |step: &str| seen.iter().position(|seen| seen == step).unwrap();
        assert!(at(">a1") < at("a2<"), "{seen:?}");
        assert!(at("b1<") < at(">a1") && at("a1<") < at(">b1"), "{seen:?}");
    }

    #[test]
    fn a_message_of_a_newer_format_says_so_even_when_nothing_else_of_it_can_be_read() {
        for body in
            [r#"{"schema":2,"about":"weather"}"#, &message("1", 1).replace("\"schema\":1", "\"schema\":2")]
        {
            assert_eq!(decode(body).unwrap_err(), "its format is version 2, this function reads up to 1");
        }
    }

    #[test]
    fn the_reason_of_an_unreadable_message_does_not_quote_it() {
        let reason = decode(r#"{"schema":1,"id":"Suzuki Taro","merchant":7}"#).unwrap_err();
        assert!(reason.starts_with("it is not a message of ours: Data error"), "{reason}");
        assert!(!reason.contains("Suzuki"));
    }

    proptest! {
        #[test]
        fn any_body_at_all_is_parked_and_disturbs_nobody(garbage in ".{0,200}") {
            let parking = Parked::default();
            let good = message("1", 1);
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let run = run_batch(Stage::PostSales, &parking, batch(&[&garbage, &good]), async |_| Ok(()));
            prop_assert!(failed(&runtime.block_on(run)).is_empty());
            prop_assert_eq!(parking.parked.lock().unwrap().len(), 1);
        }
    }
}

//! The event source of the stages: takes batches from the queues, as Lambda would, and hands them to
//! the functions' own handlers.

use std::collections::HashMap;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use jiff::SignedDuration;
use juchu::adapters::clock::SystemClock;
use juchu::app::message::Stage;
use juchu::app::ports::Clock;
use tokio::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard, watch};

use crate::queues::{Delivery, Queues};

/// Messages per batch, as in the template; only mails need not go out one by one here.
const fn batch_size(stage: Stage) -> usize {
    match stage {
        Stage::TakeUpload => 1,
        Stage::AllocateStock => 25,
        Stage::ValidateOrder
        | Stage::CollectPayment
        | Stage::ReleaseOrder
        | Stage::ShipOrder
        | Stage::DeliverOrder
        | Stage::PostSales
        | Stage::CancelOrder
        | Stage::NotifyCustomer
        | Stage::ReportChannel => 10,
    }
}

/// Batches of one stage that are worked on at the same time.
pub const CONCURRENCY: usize = 2;
/// How long to wait after the queue's own file could not be used.
const PAUSE: Duration = Duration::from_secs(1);

/// Whose turn it is. All stages share this machine's processors, while on AWS each has its own: so that a
/// large file is taken in before the thousands of orders in it are worked on, both take turns.
#[derive(Debug, Default)]
pub struct Turns(RwLock<()>);

/// A turn, until it is dropped.
enum Turn<'a> {
    Alone { _guard: RwLockWriteGuard<'a, ()> },
    WithOthers { _guard: RwLockReadGuard<'a, ()> },
}

impl Turns {
    async fn of(&self, stage: Stage) -> Turn<'_> {
        if stage == Stage::TakeUpload {
            Turn::Alone { _guard: self.0.write().await }
        } else {
            Turn::WithOthers { _guard: self.0.read().await }
        }
    }
}

/// Works on the queue of `stage` until `stop` says so. What is being worked on is finished first.
pub async fn drive<H, F>(
    stage: Stage,
    queues: Queues,
    turns: Arc<Turns>,
    mut stop: watch::Receiver<bool>,
    handle: H,
) where
    H: Fn(SqsEvent) -> F + Send + Sync + 'static,
    F: Future<Output = SqsBatchResponse> + Send + 'static,
{
    let bell = queues.bell(stage.name());
    while !*stop.borrow() {
        // Listening begins before looking, so that nothing that comes in between is missed.
        let mut rung = pin!(bell.notified());
        rung.as_mut().enable();
        let turn = turns.of(stage).await;
        let worked = work(stage, &queues, &handle).await;
        drop(turn);
        let wait = match worked {
            Ok(true) => continue,
            Ok(false) => until_visible(stage, &queues),
            Err(error) => {
                tracing::error!(operation = stage.name(), error = format!("{error:#}"), "the queue failed");
                PAUSE
            }
        };
        tokio::select! {
            () = rung => {}
            () = tokio::time::sleep(wait) => {}
            _ = stop.changed() => {}
        }
    }
}

/// Works on one batch. Says whether there was one.
async fn work<H, F>(stage: Stage, queues: &Queues, handle: &H) -> anyhow::Result<bool>
where
    H: Fn(SqsEvent) -> F,
    F: Future<Output = SqsBatchResponse> + Send + 'static,
{
    let batch = queues.receive(stage.name(), batch_size(stage), SystemClock.now())?;
    if batch.is_empty() {
        return Ok(false);
    }
    // A task of its own: a panic fails this batch, as it would fail one invocation.
    let failed: Option<Vec<String>> = match tokio::spawn(handle(event(stage, &batch))).await {
        Ok(response) => {
            Some(response.batch_item_failures.into_iter().map(|failure| failure.item_identifier).collect())
        }
        Err(error) => {
            tracing::error!(operation = stage.name(), error = error.to_string(), "the handler panicked");
            None
        }
    };
    let now = SystemClock.now();
    for delivery in &batch {
        if failed.as_ref().is_some_and(|failed| !failed.contains(&delivery.id.to_string())) {
            queues.delete(delivery)?;
        } else {
            queues.retry(delivery, now + backoff(delivery.receives))?;
        }
    }
    Ok(true)
}

/// How long to wait before a message is tried again: 1, 5, 25, and from then on 125 seconds. The waits
/// together are longer than the time for which a mail counts as just being sent.
fn backoff(receives: u32) -> SignedDuration {
    SignedDuration::from_secs(5_i64.saturating_pow(receives.saturating_sub(1)).min(125))
}

fn until_visible(stage: Stage, queues: &Queues) -> Duration {
    let never = Duration::from_secs(3_600);
    match queues.next_visible(stage.name()) {
        Ok(Some(at)) => at.duration_since(SystemClock.now()).try_into().unwrap_or(Duration::ZERO),
        Ok(None) => never,
        Err(_) => PAUSE,
    }
}

/// The batch as SQS and Lambda present it.
fn event(stage: Stage, batch: &[Delivery]) -> SqsEvent {
    let mut event = SqsEvent::default();
    event.records = batch.iter().map(|delivery| message(stage, delivery)).collect();
    event
}

fn message(stage: Stage, delivery: &Delivery) -> SqsMessage {
    let mut message = SqsMessage::default();
    message.message_id = Some(delivery.id.to_string());
    message.receipt_handle = Some(format!("{}:{}", delivery.id, delivery.receives));
    message.body = Some(delivery.body.clone());
    message.attributes =
        HashMap::from([("ApproximateReceiveCount".to_owned(), delivery.receives.to_string())]);
    message.event_source = Some("aws:sqs".to_owned());
    message.event_source_arn = Some(format!("arn:aws:sqs:local:000000000000:{}", stage.name()));
    message.aws_region = Some("local".to_owned());
    message
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use juchu::adapters::clock::SystemClock;

    use super::*;
    use crate::queues::MAX_RECEIVES;

    const QUEUE: Stage = Stage::PostSales;

    fn failing(ids: &[&str]) -> SqsBatchResponse {
        let mut response = SqsBatchResponse::default();
        for id in ids {
            response.add_failure(*id);
        }
        response
    }

    #[test]
    fn the_waits_before_the_last_try_are_longer_than_a_mail_may_be_on_its_way() {
        let waits: SignedDuration = (1..MAX_RECEIVES).map(backoff).sum();
        assert!(waits > SignedDuration::from_mins(2), "{waits}");
    }

    #[tokio::test]
    async fn one_failing_message_comes_again_and_its_batch_mates_are_done() {
        let folder = tempfile::tempdir().unwrap();
        let queues = Queues::open(&folder.path().join("queues.sqlite")).unwrap();
        let bodies: Vec<String> = (1..=10).map(|n| format!("m{n}")).collect();
        queues.send(QUEUE.name(), &bodies, SystemClock.now()).unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&seen);
        let handle = move |event: SqsEvent| {
            let bodies: Vec<String> = event.records.iter().filter_map(|record| record.body.clone()).collect();
            let poison = event.records.iter().find(|record| record.body.as_deref() == Some("m3"));
            let failed = poison.and_then(|record| record.message_id.clone()).unwrap();
            log.lock().unwrap().push(bodies);
            async move { failing(&[&failed]) }
        };
        assert!(work(QUEUE, &queues, &handle).await.unwrap());
        assert_eq!(queues.waiting().unwrap(), 1);
        let again = SystemClock.now() + SignedDuration::from_secs(2);
        assert_eq!(queues.receive(QUEUE.name(), batch_size(QUEUE), again).unwrap()[0].body, "m3");
        assert_eq!(seen.lock().unwrap().len(), 1);
    }

    #[tokio::test]
    async fn a_panic_fails_the_batch_and_not_the_process() {
        let folder = tempfile::tempdir().unwrap();
        let queues = Queues::open(&folder.path().join("queues.sqlite")).unwrap();
        queues.send(QUEUE.name(), &["m1".to_owned()], SystemClock.now()).unwrap();
        let handle = |_| async { panic!("a defect") };
        assert!(work(QUEUE, &queues, &handle).await.unwrap());
        assert_eq!(queues.waiting().unwrap(), 1);
    }

    #[tokio::test]
    async fn a_message_that_comes_in_is_worked_on_at_once_and_stopping_ends_the_work() {
        let folder = tempfile::tempdir().unwrap();
        let queues = Queues::open(&folder.path().join("queues.sqlite")).unwrap();
        let (stop, stopped) = watch::channel(false);
        let handle = |_| async { SqsBatchResponse::default() };
        let driver = tokio::spawn(drive(QUEUE, queues.clone(), Arc::default(), stopped, handle));
        tokio::time::sleep(Duration::from_millis(50)).await;
        queues.send(QUEUE.name(), &["m1".to_owned()], SystemClock.now()).unwrap();
        let begun = std::time::Instant::now();
        while queues.waiting().unwrap() > 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        assert!(begun.elapsed() < Duration::from_millis(500));
        stop.send(true).unwrap();
        driver.await.unwrap();
    }
}

//! The main loop of each kind of function. A function's `main` is [`start`] with its wiring:
//!
//! ```no_run
//! use juchu::app::{failure::Failure, message::{Message, Stage}};
//! use juchu::adapters::sqs::SqsParking;
//! use juchu::lambda::{aws::{Aws, warm_up_table}, run, settings::Settings};
//!
//! fn main() -> Result<(), run::Error> {
//!     run::start(async |settings: Settings| {
//!         let aws = Aws::new(&settings.aws()?)?;
//!         let parking = SqsParking::new(aws.sqs(), settings.dead_letter_queue()?);
//!         warm_up_table(&aws.dynamodb(), &settings.table()?).await;
//!         run::queue(Stage::PostSales, &parking, async |message: Message| Ok::<_, Failure>(())).await
//!     })
//! }
//! ```

use std::fmt::Display;
use std::future::Future;

use aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use aws_lambda_events::dynamodb::Event;
use aws_lambda_events::sqs::SqsEvent;
pub use lambda_runtime::Error;
use lambda_runtime::{LambdaEvent, Runtime, service_fn};
use serde_dynamo::Item;

use super::batch::run_batch;
use super::http::{Problem, Request, Response, respond};
use super::metrics::{self, Outcome};
use super::settings::Settings;
use super::stream::run_stream;
use super::telemetry;
use crate::app::failure::{Failure, Parking};
use crate::app::message::{Message, Stage};
use crate::app::ports::StageQueues;

/// Runs a function on one thread: it works on one event at a time, so a second thread would only
/// cost its start.
///
/// # Errors
/// Whatever keeps the function from starting. Lambda logs it and reports a failed start.
pub fn start<W>(wire: W) -> Result<(), Error>
where
    W: AsyncFnOnce(Settings) -> Result<(), Error>,
{
    let settings = Settings::from_environment();
    telemetry::init(&settings);
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(wire(settings))
}

/// Answers requests of the HTTP API, for ever.
///
/// # Errors
/// When Lambda's runtime API is gone.
pub async fn http<H, F>(operation: &str, handle: H) -> Result<(), Error>
where
    H: Fn(Request) -> F,
    F: Future<Output = Result<Response, Problem>>,
{
    let handle = &handle;
    let service = service_fn(async |event: LambdaEvent<ApiGatewayV2httpRequest>| {
        Ok::<_, Error>(respond(operation, event.payload, handle).await)
    });
    Runtime::new(service).run().await
}

/// Works on the messages of a stage's queue, for ever.
///
/// # Errors
/// When Lambda's runtime API is gone.
pub async fn queue<P, H, F>(stage: Stage, parking: &P, handle: H) -> Result<(), Error>
where
    P: Parking,
    H: Fn(Message) -> F,
    F: Future<Output = Result<(), Failure>>,
{
    let handle = &handle;
    let service = service_fn(async |event: LambdaEvent<SqsEvent>| {
        Ok::<_, Error>(run_batch(stage, parking, event.payload, handle).await)
    });
    Runtime::new(service).run().await
}

/// Relays the events of the table's stream, for ever. See [`run_stream`].
///
/// # Errors
/// When Lambda's runtime API is gone.
pub async fn stream<Q, P, D, E>(operation: &str, queues: &Q, parking: &P, message_of: D) -> Result<(), Error>
where
    Q: StageQueues,
    P: Parking,
    D: Fn(&Item) -> Result<Option<Message>, E>,
    E: Display,
{
    let message_of = &message_of;
    let service = service_fn(async |event: LambdaEvent<Event>| {
        Ok::<_, Error>(run_stream(operation, queues, parking, event.payload, message_of).await?)
    });
    Runtime::new(service).run().await
}

/// Does something on a schedule, for ever. A failure fails the invocation; the next tick tries again.
///
/// # Errors
/// When Lambda's runtime API is gone.
pub async fn schedule<H, F>(operation: &str, handle: H) -> Result<(), Error>
where
    H: Fn() -> F,
    F: Future<Output = Result<(), Failure>>,
{
    let handle = &handle;
    let service = service_fn(async |_: LambdaEvent<serde::de::IgnoredAny>| {
        Ok::<_, Error>(run_tick(operation, handle).await?)
    });
    Runtime::new(service).run().await
}

/// One tick of a schedule: logged if it fails, and counted.
async fn run_tick<H, F>(operation: &str, handle: &H) -> Result<(), Failure>
where
    H: Fn() -> F,
    F: Future<Output = Result<(), Failure>>,
{
    let begun = std::time::Instant::now();
    let result = handle().await;
    let outcome = match &result {
        Ok(()) => Outcome::Done,
        Err(Failure::Retryable(_)) => Outcome::Retry,
        Err(Failure::Permanent { .. }) => Outcome::Failed,
    };
    if let Err(failure) = &result {
        tracing::error!(
            operation,
            outcome = outcome.name(),
            error = telemetry::chain(failure),
            "the scheduled work failed"
        );
    }
    metrics::count(operation, outcome, &[begun.elapsed()]);
    result
}

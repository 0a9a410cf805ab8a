//! The main loop of a function. Its `main` is one of these with its wiring:
//!
//! ```ignore
//! fn main() -> Result<(), run::Error> {
//!     run::stage(|parts| Ok(ShipOrder { store: parts.store, clock: SystemClock }), ship_order::handle)
//! }
//! ```

use std::future::Future;
use std::time::Instant;

use aws_lambda_events::apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpResponse};
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
pub use lambda_runtime::Error;
use lambda_runtime::{LambdaEvent, Runtime, service_fn};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::aws::{Aws, warm_up_table};
use super::metrics::{self, Outcome};
use super::settings::Settings;
use super::telemetry;
use crate::adapters::dynamo::DynamoStore;
use crate::adapters::sqs::SqsParking;
use crate::app::failure::Failure;

/// What the use case of a function is wired from.
pub struct Parts<'a> {
    /// Its settings.
    pub settings: &'a Settings,
    /// The clients of AWS.
    pub aws: &'a Aws,
    /// The table.
    pub store: DynamoStore,
}

/// Runs a stage: gives every batch of its queue to `handle`, with the use case that `wire` makes.
///
/// # Errors
/// As [`start`].
pub fn stage<A>(
    wire: impl FnOnce(Parts<'_>) -> Result<A, Error>,
    handle: impl AsyncFn(&A, &SqsParking, SqsEvent) -> SqsBatchResponse,
) -> Result<(), Error> {
    let wire = |parts: Parts<'_>| {
        let parking = SqsParking::new(parts.aws.sqs(), parts.settings.dead_letter_queue()?);
        Ok((wire(parts)?, parking))
    };
    over_table(wire, async move |(app, parking), batch| Ok(handle(app, parking, batch).await))
}

/// Runs a function of the API: gives every request to `handle`, with the use case that `wire` makes.
///
/// # Errors
/// As [`start`].
pub fn api<A>(
    wire: impl FnOnce(Parts<'_>) -> Result<A, Error>,
    handle: impl AsyncFn(&A, ApiGatewayV2httpRequest) -> ApiGatewayV2httpResponse,
) -> Result<(), Error> {
    over_table(wire, async move |app, request| Ok(handle(app, request).await))
}

/// Runs a function that works with the table: gives every event to `handle`, with the use case that
/// `wire` makes.
///
/// # Errors
/// As [`start`].
pub fn over_table<A, E, R>(
    wire: impl FnOnce(Parts<'_>) -> Result<A, Error>,
    handle: impl AsyncFn(&A, E) -> Result<R, Error>,
) -> Result<(), Error>
where
    E: DeserializeOwned,
    R: Serialize,
{
    start(async move |settings| {
        let (aws, table) = (Aws::new(&settings.aws()?)?, settings.table()?);
        let store = DynamoStore::new(aws.dynamodb(), table.clone());
        let app = wire(Parts { settings: &settings, aws: &aws, store })?;
        warm_up_table(&aws.dynamodb(), &table).await;
        serve(async |event| handle(&app, event).await).await
    })
}

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
    metrics::init(&settings);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let ended = runtime.block_on(wire(settings));
    if let Err(error) = &ended {
        tracing::error!(error = telemetry::chain(error.as_ref()), "the function cannot run");
    }
    ended
}

/// Answers events of one kind, one after the other, for ever.
///
/// # Errors
/// When Lambda's runtime API is gone.
pub async fn serve<E, R>(handle: impl AsyncFn(E) -> Result<R, Error>) -> Result<(), Error>
where
    E: DeserializeOwned,
    R: Serialize,
{
    let handle = &handle;
    Runtime::new(service_fn(async |event: LambdaEvent<E>| handle(event.payload).await)).run().await
}

/// Does the work of one tick of a schedule: logs it if it fails, and counts it.
///
/// # Errors
/// That of the work: it fails the invocation, and the next tick tries again.
pub async fn tick<T>(operation: &str, work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let begun = Instant::now();
    let result = work.await;
    let outcome = match &result {
        Ok(_) => Outcome::Done,
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

//! The main loop of a function. Its `main` is [`start`] with its wiring:
//!
//! ```no_run
//! use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
//! use juchu::lambda::aws::{Aws, warm_up_table};
//! use juchu::lambda::run;
//!
//! fn main() -> Result<(), run::Error> {
//!     run::start(async |settings| {
//!         let aws = Aws::new(&settings.aws()?)?;
//!         warm_up_table(&aws.dynamodb(), &settings.table()?).await;
//!         run::serve(async |batch: SqsEvent| Ok(SqsBatchResponse::default())).await
//!     })
//! }
//! ```

use std::future::Future;
use std::time::Instant;

pub use lambda_runtime::Error;
use lambda_runtime::{LambdaEvent, Runtime, service_fn};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::metrics::{self, Outcome};
use super::settings::Settings;
use super::telemetry;
use crate::app::failure::Failure;

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

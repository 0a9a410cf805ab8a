//! Requests and responses of the HTTP API (API Gateway, payload format 2.0).
//!
//! Everything a caller can get wrong becomes a [`Problem`] (RFC 9457), which says what to do.
//! [`respond`] is the frame around every request: it logs it once, counts it, and answers always.

mod problem;
mod request;
mod response;
#[cfg(test)]
mod tests;

use std::error::Error;
use std::future::Future;
use std::time::Instant;

use aws_lambda_events::apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpResponse};
use http::header::HeaderName;

pub use problem::{FieldError, Problem, ProblemBody};
pub use request::{BODY_LIMIT, Claims, FILE_LIMIT, Request, parse_json};
pub use response::Response;

use super::metrics::{self, Outcome};
use super::telemetry::chain;

/// The header that carries the correlation id in both directions.
const CORRELATION: HeaderName = HeaderName::from_static("x-correlation-id");

/// Answers a request with what `handle` makes of it: always, whatever goes wrong. Logs it in one
/// line and counts it.
pub async fn respond<H, F>(
    operation: &str,
    event: ApiGatewayV2httpRequest,
    handle: H,
) -> ApiGatewayV2httpResponse
where
    H: FnOnce(Request) -> F,
    F: Future<Output = Result<Response, Problem>>,
{
    let begun = Instant::now();
    let request = Request::new(event);
    let (request_id, correlation) = (request.id().to_owned(), request.correlation().to_owned());
    let route = request.route().to_owned();
    let answer = handle(request).await;
    let (outcome, error) = match &answer {
        Ok(_) => (Outcome::Done, None),
        // The caller's text stays out of the log: it may hold anything.
        Err(problem) => {
            (problem.outcome(), Some(problem.source().map_or_else(|| problem.code.to_owned(), chain)))
        }
    };
    let response = answer.unwrap_or_else(|problem| problem.into_response(&request_id));
    let duration = begun.elapsed();
    let duration_ms = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    macro_rules! log {
        ($level:ident) => {
            tracing::$level!(
                operation,
                route,
                status = response.status().as_u16(),
                duration_ms,
                outcome = outcome.name(),
                request.id = request_id,
                correlation.id = correlation,
                error,
                "request answered"
            )
        };
    }
    match outcome {
        Outcome::Done | Outcome::Rejected => log!(info),
        Outcome::Retry => log!(warn),
        Outcome::Parked | Outcome::Failed => log!(error),
    }
    metrics::count(operation, outcome, &[duration]);
    response.into_event(&request_id, &correlation)
}

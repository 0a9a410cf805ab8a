//! What a caller got wrong, or we did (RFC 9457).

use std::error::Error;
use std::fmt::Display;

use http::StatusCode;
use http::header;
use serde::Serialize;

use super::Response;
use crate::app::failure::Failure;
use crate::app::ports::{ListError, PutError, StoreError};
use crate::domain::Rejection;
use crate::lambda::metrics::Outcome;

/// How long a caller shall wait when it is us.
const RETRY_AFTER_SECONDS: u32 = 2;

/// One thing that is wrong with a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct FieldError {
    /// Where: a path into the body such as `lines[0].quantity`, or a parameter's name.
    pub field: String,
    /// What is wrong, and what is expected.
    pub message: String,
}

/// Why a request was not answered as hoped. Sent as `application/problem+json`.
#[derive(Debug, thiserror::Error)]
#[error("{code}: {detail}")]
pub struct Problem {
    status: StatusCode,
    pub(super) code: &'static str,
    detail: String,
    errors: Vec<FieldError>,
    retry_after_s: Option<u32>,
    /// For the log only; it never leaves.
    #[source]
    source: Option<Box<dyn Error + Send + Sync>>,
}

/// The wire form of a [`Problem`] (RFC 9457).
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody<'a> {
    /// Always `about:blank`: `code` tells problems apart.
    r#type: &'a str,
    /// The status in words.
    title: &'a str,
    /// The HTTP status.
    status: u16,
    /// What kind of problem; stable, for programs.
    code: &'a str,
    /// What is wrong and what to do, for people.
    detail: &'a str,
    /// The request's id; quote it when you ask about it.
    request_id: &'a str,
    /// What exactly is wrong with the request, where that can be said.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [FieldError],
}

impl Problem {
    fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self { status, code, detail: detail.into(), errors: Vec::new(), retry_after_s: None, source: None }
    }

    /// 400: the request cannot be understood.
    #[must_use]
    pub fn bad_request(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, detail)
    }

    /// 400: one parameter, header or part of the path is wrong.
    #[must_use]
    pub fn invalid(parameter: &str, expected: impl Display) -> Self {
        Self::bad_request("INVALID_PARAMETER", "a parameter of the request is wrong")
            .and_field(parameter, expected.to_string())
    }

    /// 401: nobody knows who asks. It does not say whether the key, the signature or the channel is wrong.
    #[must_use]
    pub fn unauthorized() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "UNAUTHORIZED", "the credentials are missing or wrong")
    }

    /// 403: who asks may not do this.
    #[must_use]
    pub fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "FORBIDDEN", detail)
    }

    /// 404: there is no such thing, or none the caller may see.
    #[must_use]
    pub fn not_found(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "NOT_FOUND", format!("there is no such {what}"))
    }

    /// 405: the path exists, but not with this method.
    #[must_use]
    pub fn method_not_allowed() -> Self {
        let detail = "this path does not take this method; see /openapi.json";
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", detail)
    }

    /// 409: it contradicts how things stand.
    #[must_use]
    pub fn conflict(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, code, detail)
    }

    /// 413: the body has more than `limit` bytes.
    #[must_use]
    pub fn too_large(limit: usize) -> Self {
        let detail = format!("the body is larger than {} KiB", limit / 1024);
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "TOO_LARGE", detail)
    }

    /// 415: the body is not said to be JSON.
    #[must_use]
    pub fn unsupported_media_type() -> Self {
        let detail = "send the body as `Content-Type: application/json`";
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "UNSUPPORTED_MEDIA_TYPE", detail)
    }

    /// 422: understood, but impossible.
    #[must_use]
    pub fn unprocessable(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, detail)
    }

    /// 429: too often; how many seconds to wait.
    #[must_use]
    pub fn too_many_requests(retry_after_s: u32) -> Self {
        let detail = "too many requests; wait as `Retry-After` says";
        let problem = Self::new(StatusCode::TOO_MANY_REQUESTS, "TOO_MANY_REQUESTS", detail);
        Self { retry_after_s: Some(retry_after_s), ..problem }
    }

    /// 503: it may work when repeated. `source` is logged only.
    #[must_use]
    pub fn unavailable(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        let detail = "this did not work for now; repeat the same request, with the same Idempotency-Key";
        let problem = Self::new(StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE", detail);
        Self { retry_after_s: Some(RETRY_AFTER_SECONDS), source: Some(source.into()), ..problem }
    }

    /// 500: we are at fault, and repeating will not help. `source` is logged only.
    #[must_use]
    pub fn internal(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        let detail = "we made a mistake, and it has been noted; quote request_id when you ask about it";
        let problem = Self::new(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL", detail);
        Self { source: Some(source.into()), ..problem }
    }

    /// The problem with one more thing that is wrong with the request.
    #[must_use]
    pub fn and_field(mut self, field: impl Into<String>, message: impl Into<String>) -> Self {
        self.errors.push(FieldError { field: field.into(), message: message.into() });
        self
    }

    /// The status.
    #[must_use]
    pub const fn status(&self) -> StatusCode {
        self.status
    }

    /// The response that tells it. The only place where a failure becomes text for a caller.
    #[must_use]
    pub fn into_response(self, request_id: &str) -> Response {
        let body = ProblemBody {
            r#type: "about:blank",
            title: self.status.canonical_reason().unwrap_or_default(),
            status: self.status.as_u16(),
            code: self.code,
            detail: &self.detail,
            request_id,
            errors: &self.errors,
        };
        // Texts and a number always have a JSON form.
        let body = serde_json::to_string(&body).unwrap_or_default();
        let response = Response::json_text(self.status, body)
            .with_header(header::CONTENT_TYPE, "application/problem+json");
        match self.retry_after_s {
            Some(seconds) => response.with_header(header::RETRY_AFTER, &seconds.to_string()),
            None => response,
        }
    }

    pub(super) const fn outcome(&self) -> Outcome {
        match self.status {
            StatusCode::SERVICE_UNAVAILABLE => Outcome::Retry,
            status if status.as_u16() >= 500 => Outcome::Failed,
            _ => Outcome::Rejected,
        }
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Retryable(source) => Self::unavailable(source),
            permanent @ Failure::Permanent { .. } => Self::internal(permanent),
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        Failure::from(error).into()
    }
}

impl From<ListError> for Problem {
    fn from(error: ListError) -> Self {
        match error {
            ListError::BadCursor => Self::invalid("cursor", error),
            ListError::Store(error) => error.into(),
        }
    }
}

impl From<PutError> for Problem {
    fn from(error: PutError) -> Self {
        match error {
            PutError::Conflict => {
                Self::conflict("CHANGED_MEANWHILE", "it was changed meanwhile; read it again")
            }
            PutError::Store(error) => error.into(),
        }
    }
}

impl From<Rejection> for Problem {
    fn from(rejection: Rejection) -> Self {
        let (code, detail) = (rejection.code(), rejection.to_string());
        match rejection {
            // It does not fit how the order stands; it did, or will.
            Rejection::WrongState { .. }
            | Rejection::CancellationUnderWay
            | Rejection::NotPaid
            | Rejection::RefundOwed
            | Rejection::NotHandedOver
            | Rejection::IdReused(_)
            | Rejection::TooManyRemarks => Self::conflict(code, detail),
            // It names what the order does not have.
            Rejection::NoSuchLine(_)
            | Rejection::NoSuchShipGroup(_)
            | Rejection::NoSuchShipment(_)
            | Rejection::NoSuchPayment(_)
            | Rejection::NoSuchHold(_)
            | Rejection::NoSuchTicket(_)
            | Rejection::NoSuchReport(_)
            | Rejection::OtherLocation { .. }
            | Rejection::NoAmount
            | Rejection::TooMany { .. }
            | Rejection::TooMuch { .. } => Self::unprocessable(code, detail),
        }
    }
}

//! Requests and responses of the HTTP API (API Gateway, payload format 2.0).
//!
//! Everything a caller can get wrong becomes a [`Problem`] (RFC 9457), which says what to do.
//! [`respond`] is the frame around every request: it logs it once, counts it, and answers always.

use std::borrow::Cow;
use std::error::Error;
use std::fmt::Display;
use std::future::Future;
use std::time::Instant;

use aws_lambda_events::apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpResponse};
use aws_lambda_events::encodings::Body;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::{Method, StatusCode};
use percent_encoding::percent_decode_str;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::metrics::{self, Outcome};
use super::telemetry::chain;
use crate::app::failure::Failure;
use crate::app::idempotency::Reply;
use crate::app::ports::{ListError, PutError, StoreError};
use crate::domain::Rejection;

/// The largest body accepted: 256 KiB. The largest order (100 lines) is a fifth of that.
pub const BODY_LIMIT: usize = 256 * 1024;

/// The header that carries the correlation id in both directions.
const CORRELATION: HeaderName = HeaderName::from_static("x-correlation-id");
/// How long a caller shall wait when it is us.
const RETRY_AFTER_SECONDS: u32 = 2;

/// A request, read as far as one goes: each part is checked when it is asked for.
pub struct Request {
    event: ApiGatewayV2httpRequest,
    id: String,
    correlation: String,
}

/// What the gateway's authorizer verified about the caller. Whether that is enough is for
/// `app::access` to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims<'a> {
    /// The user's unchanging id.
    pub subject: &'a str,
    /// The groups the user is in.
    pub groups: Vec<&'a str>,
    /// The merchants the user works for; `*` is all of them.
    pub merchants: Vec<&'a str>,
}

impl Request {
    /// Wraps the gateway's event.
    #[must_use]
    pub fn new(event: ApiGatewayV2httpRequest) -> Self {
        let id = event.request_context.request_id.clone().unwrap_or_default();
        let given = event.headers.get(CORRELATION).and_then(|value| value.to_str().ok());
        let correlation = given.filter(|id| is_sane(id)).unwrap_or(&id).to_owned();
        Self { event, id, correlation }
    }

    /// The route the gateway chose, as in [`super::routes::ROUTES`]: `GET /v1/orders/{id}`.
    #[must_use]
    pub fn route(&self) -> &str {
        self.event.route_key.as_deref().unwrap_or_default()
    }

    /// The method.
    #[must_use]
    pub const fn method(&self) -> &Method {
        &self.event.request_context.http.method
    }

    /// The gateway's id of this request.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The id that follows the request through every event and message it leads to: the caller's own
    /// (`X-Correlation-Id`, at most 64 characters of `A-Z a-z 0-9 . _ -`), or the request's id.
    #[must_use]
    pub fn correlation(&self) -> &str {
        &self.correlation
    }

    /// A part of the path, read as a `T`.
    ///
    /// # Errors
    /// 400 when it is not one.
    pub fn path<T>(&self, name: &str) -> Result<T, Problem>
    where
        T: TryFrom<String>,
        T::Error: Display,
    {
        let raw = self.event.path_parameters.get(name).map(String::as_str).unwrap_or_default();
        // Whether a gateway has decoded it already does not matter: no identifier contains a `%`.
        let text = percent_decode_str(raw).decode_utf8().unwrap_or(Cow::Borrowed(raw));
        T::try_from(text.into_owned()).map_err(|error| Problem::invalid(name, error))
    }

    /// A parameter of the query. Of a repeated one, the first.
    #[must_use]
    pub fn query(&self, name: &str) -> Option<&str> {
        self.event.query_string_parameters.first(name)
    }

    /// Makes sure that the query has no parameters but these, so that a misspelt filter is not taken
    /// for none.
    ///
    /// # Errors
    /// 400 naming the first other one.
    pub fn only_query(&self, known: &[&str]) -> Result<(), Problem> {
        let mut names = self.event.query_string_parameters.iter().map(|(name, _)| name);
        match names.find(|name| !known.contains(name)) {
            None => Ok(()),
            Some(name) if known.is_empty() => Err(Problem::invalid(name, "this route takes no parameters")),
            Some(name) => Err(Problem::invalid(name, format!("unknown; expected {}", known.join(", ")))),
        }
    }

    /// A parameter of the query that must be there, read as a `T`.
    ///
    /// # Errors
    /// 400 when it is missing or not one.
    pub fn required_query<T>(&self, name: &str) -> Result<T, Problem>
    where
        T: TryFrom<String>,
        T::Error: Display,
    {
        let text = self.query(name).ok_or_else(|| Problem::invalid(name, "is missing"))?;
        T::try_from(text.to_owned()).map_err(|error| Problem::invalid(name, error))
    }

    /// The size of a page: the parameter `limit`, 1 to 100, or 50.
    ///
    /// # Errors
    /// 400 when it is anything else.
    pub fn limit(&self) -> Result<usize, Problem> {
        match self.query("limit").map(str::parse::<usize>) {
            None => Ok(50),
            Some(Ok(limit @ 1..=100)) => Ok(limit),
            Some(_) => Err(Problem::invalid("limit", "must be 1 to 100")),
        }
    }

    /// The path as it was asked for.
    #[must_use]
    pub fn raw_path(&self) -> &str {
        self.event.raw_path.as_deref().unwrap_or_default()
    }

    /// All headers.
    #[must_use]
    pub const fn headers(&self) -> &HeaderMap {
        &self.event.headers
    }

    /// A header, by its name in any case; `None` also when it is not plain text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.event.headers.get(name)?.to_str().ok()
    }

    /// The `Idempotency-Key`, if there is one.
    ///
    /// # Errors
    /// 400 unless it is 1 to 128 printable ASCII characters.
    pub fn idempotency_key(&self) -> Result<Option<&str>, Problem> {
        let Some(value) = self.event.headers.get("idempotency-key") else { return Ok(None) };
        match value.to_str() {
            Ok(key) if (1..=128).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_graphic()) => {
                Ok(Some(key))
            }
            _ => Err(Problem::invalid("Idempotency-Key", "must be 1 to 128 printable ASCII characters")),
        }
    }

    /// The body as it was sent, byte for byte: signatures are over this.
    ///
    /// # Errors
    /// 413 above [`BODY_LIMIT`], 400 when the gateway's encoding cannot be undone.
    pub fn body(&self) -> Result<Cow<'_, [u8]>, Problem> {
        let text = self.event.body.as_deref().unwrap_or_default();
        let body = if self.event.is_base64_encoded {
            // Checked first, so that nothing big is decoded: four characters are three bytes.
            if text.len() / 4 * 3 > BODY_LIMIT + 3 {
                return Err(Problem::too_large());
            }
            let decoded = STANDARD.decode(text);
            Cow::Owned(decoded.map_err(|_| Problem::bad_request("BAD_BODY", "the body cannot be decoded"))?)
        } else {
            Cow::Borrowed(text.as_bytes())
        };
        if body.len() > BODY_LIMIT { Err(Problem::too_large()) } else { Ok(body) }
    }

    /// Makes sure that the body is said to be JSON.
    ///
    /// # Errors
    /// 415 otherwise.
    pub fn expect_json(&self) -> Result<(), Problem> {
        let media_type =
            self.header("content-type").unwrap_or_default().split(';').next().unwrap_or_default();
        let media_type = media_type.trim().to_ascii_lowercase();
        let is_json = media_type == "application/json"
            || media_type.strip_prefix("application/").is_some_and(|subtype| subtype.ends_with("+json"));
        if is_json { Ok(()) } else { Err(Problem::unsupported_media_type()) }
    }

    /// The body, read as JSON.
    ///
    /// # Errors
    /// 415 and 413 as above, and those of [`parse_json`].
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        self.expect_json()?;
        parse_json(&self.body()?)
    }

    /// What the gateway verified about the caller.
    ///
    /// # Errors
    /// 401 on a route without an authorizer.
    pub fn claims(&self) -> Result<Claims<'_>, Problem> {
        let jwt =
            self.event.request_context.authorizer.as_ref().and_then(|authorizer| authorizer.jwt.as_ref());
        let claims = &jwt.ok_or_else(Problem::unauthorized)?.claims;
        let subject = claims.get("sub").filter(|subject| !subject.is_empty());
        let list = |name: &str| claims.get(name).map(|text| list_claim(text)).unwrap_or_default();
        Ok(Claims {
            subject: subject.ok_or_else(Problem::unauthorized)?,
            groups: list("cognito:groups"),
            merchants: list("custom:merchants"),
        })
    }
}

/// The members of a claim that is a list. The gateway flattens arrays to `[A B]`; a claim that was a
/// text to begin with separates by commas.
fn list_claim(text: &str) -> Vec<&str> {
    let separators = |c: char| matches!(c, '[' | ']' | ',' | '"') || c.is_whitespace();
    text.split(separators).filter(|member| !member.is_empty()).collect()
}

/// Whether an id from outside can stand in logs and events.
fn is_sane(id: &str) -> bool {
    (1..=64).contains(&id.len())
        && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
}

/// Reads JSON strictly; what is unknown or of the wrong type is named by its path.
///
/// # Errors
/// 400 `MALFORMED_JSON` when it is no JSON, 400 `INVALID_BODY` when it does not have the shape of `T`.
pub fn parse_json<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    let mut json = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let path = error.path().to_string();
        let error = error.into_inner();
        if error.is_data() {
            let field = if path == "." { "body".to_owned() } else { path };
            Problem::bad_request("INVALID_BODY", "the body does not have the expected shape")
                .and_field(field, error.to_string())
        } else {
            malformed(&error)
        }
    })?;
    json.end().map_err(|error| malformed(&error))?;
    Ok(value)
}

fn malformed(error: &serde_json::Error) -> Problem {
    Problem::bad_request("MALFORMED_JSON", format!("the body is not JSON: {error}"))
}

/// A response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

impl Response {
    /// A JSON response.
    ///
    /// # Errors
    /// 500 when the value has no JSON form.
    pub fn json<T: Serialize>(status: StatusCode, value: &T) -> Result<Self, Problem> {
        Ok(Self::json_text(status, serde_json::to_string(value).map_err(Problem::internal)?))
    }

    /// A response whose body is JSON already.
    #[must_use]
    pub fn json_text(status: StatusCode, body: String) -> Self {
        let response = Self { status, headers: HeaderMap::new(), body };
        response.with_header(header::CONTENT_TYPE, "application/json")
    }

    /// What a use case replied, perhaps for the second time.
    ///
    /// # Errors
    /// 500 when its status is none.
    pub fn reply(reply: Reply) -> Result<Self, Problem> {
        let status = StatusCode::from_u16(reply.status).map_err(Problem::internal)?;
        Ok(Self::json_text(status, reply.body))
    }

    /// The response with a header more. A value that no header can have is left out.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(name, value);
        }
        self
    }

    /// The status.
    #[must_use]
    pub const fn status(&self) -> StatusCode {
        self.status
    }

    /// The body.
    #[must_use]
    pub fn body(&self) -> &str {
        &self.body
    }

    /// The gateway's form of it, with the headers every response has.
    fn into_event(self, request_id: &str, correlation: &str) -> ApiGatewayV2httpResponse {
        let framed = self
            .with_header(header::CACHE_CONTROL, "no-store")
            .with_header(header::X_CONTENT_TYPE_OPTIONS, "nosniff")
            .with_header(header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'")
            .with_header(header::REFERRER_POLICY, "no-referrer")
            .with_header(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000")
            .with_header(HeaderName::from_static("x-request-id"), request_id)
            .with_header(CORRELATION, correlation);
        let mut response = ApiGatewayV2httpResponse::default();
        response.status_code = i64::from(framed.status.as_u16());
        response.headers = framed.headers;
        response.body = Some(Body::Text(framed.body));
        response
    }
}

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
    code: &'static str,
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

    /// 413: the body is above [`BODY_LIMIT`].
    #[must_use]
    pub fn too_large() -> Self {
        let detail = format!("the body is larger than {} KiB", BODY_LIMIT / 1024);
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

    const fn outcome(&self) -> Outcome {
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
            | Rejection::OtherLocation { .. }
            | Rejection::NoAmount
            | Rejection::TooMany { .. }
            | Rejection::TooMuch { .. } => Self::unprocessable(code, detail),
        }
    }
}

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
    let (request_id, correlation) = (request.id.clone(), request.correlation.clone());
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
                status = response.status.as_u16(),
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde::Deserialize;
    use serde_json::{Value, json};

    use super::*;
    use crate::domain::ids::{LineId, OrderId};

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Order {
        lines: Vec<Line>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Line {
        quantity: u16,
    }

    /// A command from the staff's console: JWT, JSON, correlation id.
    fn staff() -> Value {
        serde_json::from_str(include_str!("samples/http-staff.json")).unwrap()
    }

    /// A webhook: no authorizer, the body in Base64.
    fn channel() -> Value {
        serde_json::from_str(include_str!("samples/http-channel.json")).unwrap()
    }

    fn request(event: Value) -> Request {
        Request::new(serde_json::from_value(event).unwrap())
    }

    fn with_body(body: &str) -> Request {
        let mut event = staff();
        event["body"] = json!(body);
        request(event)
    }

    fn told(problem: Problem) -> Value {
        serde_json::from_str(problem.into_response("r-1").body()).unwrap()
    }

    #[test]
    fn a_request_is_read_as_the_gateway_sends_it() {
        let request = request(staff());
        assert_eq!(request.route(), "POST /v1/orders/{id}/commands");
        assert_eq!(request.method(), Method::POST);
        assert_eq!(request.id(), "JKJaXmPLvHcESHA=");
        assert_eq!(request.correlation(), "desk-7f3a.1");
        assert_eq!(request.path::<OrderId>("id").unwrap().as_str(), "0b0e2c4c-6a8e-5d0f-9f0a-3f6f2f9a7e11");
        assert_eq!(request.query("expand"), Some("timeline"));
        assert_eq!(request.header("CONTENT-Type"), Some("application/json; charset=utf-8"));
        assert_eq!(request.idempotency_key().unwrap(), Some("5f0c-1"));
        let order: Order = request.json().unwrap();
        assert_eq!(order.lines[0].quantity, 2);
    }

    #[test]
    fn the_claims_are_those_the_gateway_verified() {
        let staff = request(staff());
        let claims = staff.claims().unwrap();
        assert_eq!(claims.subject, "7d8ca528-4931-4254-9273-ea5ee853f271");
        assert_eq!(claims.groups, ["BACK_OFFICE", "SUPERVISOR"]);
        assert_eq!(claims.merchants, ["acme", "globex"]);
        let channel = request(channel());
        assert_eq!(channel.claims().unwrap_err().status(), StatusCode::UNAUTHORIZED);
    }

    #[test]
    fn a_signature_is_checked_over_the_bytes_that_were_sent() {
        let request = request(channel());
        assert_eq!(&*request.body().unwrap(), "{\"note\":\"買い物\"}\n".as_bytes());
        assert!(request.header("x-shopify-hmac-sha256").is_some());
        // The caller gave no correlation id.
        assert_eq!(request.correlation(), request.id());
    }

    #[test]
    fn a_correlation_id_that_could_forge_a_log_line_is_not_taken_over() {
        for bad in ["a b", "{\"level\":1}", &"x".repeat(65), ""] {
            let mut event = staff();
            event["headers"]["x-correlation-id"] = json!(bad);
            assert_eq!(request(event).correlation(), "JKJaXmPLvHcESHA=", "{bad:?}");
        }
    }

    #[test]
    fn a_wrong_field_is_named_by_its_path_with_what_is_expected() {
        for (body, field, expected) in [
            (r#"{"lines":[{"quantity":1},{"quantity":"two"}]}"#, "lines[1].quantity", "expected u16"),
            (r#"{"lines":[{"quantity":-1}]}"#, "lines[0].quantity", "expected u16"),
            (r#"{"lines":[{"quantity":1e99}]}"#, "lines[0].quantity", "expected u16"),
            (r#"{"lines":[{"quantity":1,"price":9}]}"#, "lines[0].price", "unknown field `price`"),
            (r#"{"lines":[{}]}"#, "lines[0]", "missing field `quantity`"),
            ("{}", "body", "missing field `lines`"),
        ] {
            let body = told(with_body(body).json::<Order>().unwrap_err());
            assert_eq!(body["status"], 400);
            assert_eq!(body["code"], "INVALID_BODY");
            assert_eq!(body["errors"][0]["field"], field);
            let message = body["errors"][0]["message"].as_str().unwrap();
            assert!(message.contains(expected), "{message}");
        }
    }

    #[test]
    fn what_is_no_json_is_malformed_and_so_is_anything_after_it() {
        for body in ["", "{", "{\"lines\":[]} x", "\u{feff}{}", &"[".repeat(10_000)] {
            let problem = with_body(body).json::<Value>().unwrap_err();
            assert_eq!(
                (problem.status(), problem.code),
                (StatusCode::BAD_REQUEST, "MALFORMED_JSON"),
                "{body:.20}"
            );
        }
    }

    #[test]
    fn a_body_that_is_too_large_or_of_another_type_is_refused_before_it_is_read() {
        assert_eq!(with_body(&"x".repeat(BODY_LIMIT)).body().unwrap().len(), BODY_LIMIT);
        let too_large =
            |request: Request| request.body().unwrap_err().status() == StatusCode::PAYLOAD_TOO_LARGE;
        assert!(too_large(with_body(&"x".repeat(BODY_LIMIT + 1))));
        for size in [BODY_LIMIT + 1, 1024 * 1024] {
            let mut event = channel();
            event["body"] = json!(STANDARD.encode("x".repeat(size)));
            assert!(too_large(request(event)));
        }
        for media_type in ["text/plain", "application/x-www-form-urlencoded", "", "application/jsonx"] {
            let mut event = staff();
            event["headers"]["content-type"] = json!(media_type);
            assert_eq!(
                request(event).expect_json().unwrap_err().status(),
                StatusCode::UNSUPPORTED_MEDIA_TYPE
            );
        }
    }

    #[test]
    fn a_misspelt_parameter_is_not_taken_for_none() {
        let request = request(staff());
        assert!(request.only_query(&["expand", "limit"]).is_ok());
        let body = told(request.only_query(&["limit"]).unwrap_err());
        assert_eq!(body["errors"][0]["field"], "expand");
        assert_eq!(body["errors"][0]["message"], "unknown; expected limit");
    }

    #[test]
    fn a_problem_has_the_form_of_rfc_9457_and_never_its_cause() {
        let source = std::io::Error::other("10.0.0.7: connection reset");
        let response = Problem::from(Failure::retryable(source)).into_response("r-1");
        assert_eq!(response.headers.get(header::CONTENT_TYPE).unwrap(), "application/problem+json");
        assert_eq!(response.headers.get(header::RETRY_AFTER).unwrap(), "2");
        assert!(!response.body().contains("10.0.0.7"));
        let body: Value = serde_json::from_str(response.body()).unwrap();
        assert_eq!(body["type"], "about:blank");
        assert_eq!(body["title"], "Service Unavailable");
        assert_eq!(body["status"], 503);
        assert_eq!(body["code"], "UNAVAILABLE");
        assert_eq!(body["request_id"], "r-1");
        assert!(body.get("errors").is_none());
    }

    #[test]
    fn a_refusal_is_409_when_the_order_stands_wrong_and_422_when_it_has_no_such_thing() {
        let status = |rejection: Rejection| Problem::from(rejection).status();
        assert_eq!(status(Rejection::CancellationUnderWay), StatusCode::CONFLICT);
        assert_eq!(status(Rejection::NoSuchLine(LineId(7))), StatusCode::UNPROCESSABLE_ENTITY);
        let body = told(Rejection::NoSuchLine(LineId(7)).into());
        assert_eq!(body["code"], "NO_SUCH_LINE");
        assert_eq!(body["detail"], "the order has no line 7; see `lines` of the order");
    }

    #[tokio::test]
    async fn every_response_has_its_ids_and_the_security_headers() {
        let event = serde_json::from_value(staff()).unwrap();
        let response = respond("operate-order", event, async |_| Err(Problem::not_found("order"))).await;
        assert_eq!(response.status_code, 404);
        for (name, value) in [
            ("x-request-id", "JKJaXmPLvHcESHA="),
            ("x-correlation-id", "desk-7f3a.1"),
            ("cache-control", "no-store"),
            ("x-content-type-options", "nosniff"),
        ] {
            assert_eq!(response.headers.get(name).unwrap(), value);
        }
    }

    /// A handler that looks at everything a request has.
    async fn curious(request: Request) -> Result<Response, Problem> {
        let _: OrderId = request.path("id")?;
        request.only_query(&["limit"])?;
        request.idempotency_key()?;
        let order: Order = request.json()?;
        let claims = request.claims()?;
        Response::json(StatusCode::OK, &json!({ "lines": order.lines.len(), "groups": claims.groups }))
    }

    proptest! {
        #[test]
        fn whatever_is_sent_the_answer_is_never_a_500(
            body in prop_oneof![".{0,200}", r#"\{"lines":\[.{0,40}\]\}"#],
            is_base64 in any::<bool>(),
            id in prop_oneof![".{0,40}", "[a-z%0-9]{1,36}"],
            query in prop_oneof![".{0,20}", Just("limit".to_owned())],
            header in prop_oneof!["[ -~\u{a0}-\u{ff}]{0,100}", Just("application/json".to_owned())],
            groups in ".{0,40}",
        ) {
            let mut event = staff();
            event["body"] = json!(body);
            event["isBase64Encoded"] = json!(is_base64);
            event["pathParameters"]["id"] = json!(id);
            event["queryStringParameters"] = json!({ query: "1" });
            for name in ["x-correlation-id", "idempotency-key", "content-type"] {
                event["headers"][name] = json!(header);
            }
            event["requestContext"]["authorizer"]["jwt"]["claims"]["cognito:groups"] = json!(groups);
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let event = serde_json::from_value(event).unwrap();
            let response = runtime.block_on(respond("operate-order", event, curious));
            prop_assert!(response.status_code == 200 || (400..500).contains(&response.status_code));
            prop_assert!(serde_json::to_string(&response).is_ok());
        }

        #[test]
        fn any_bytes_at_all_are_read_or_refused(body in proptest::collection::vec(any::<u8>(), 0..300)) {
            if let Err(problem) = parse_json::<Order>(&body) {
                prop_assert_eq!(problem.status(), StatusCode::BAD_REQUEST);
            }
        }
    }
}

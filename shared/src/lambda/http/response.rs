//! What a caller is answered.

use aws_lambda_events::apigw::ApiGatewayV2httpResponse;
use aws_lambda_events::encodings::Body;
use http::StatusCode;
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use serde::Serialize;

use super::{CORRELATION, Problem};
use crate::app::idempotency::Reply;

/// A response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    status: StatusCode,
    pub(super) headers: HeaderMap,
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

    /// A table as text.
    #[must_use]
    pub fn csv(body: String) -> Self {
        Self::json_text(StatusCode::OK, body).with_header(header::CONTENT_TYPE, "text/csv; charset=utf-8")
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
    pub(super) fn into_event(self, request_id: &str, correlation: &str) -> ApiGatewayV2httpResponse {
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

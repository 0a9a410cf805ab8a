//! What a caller sent, read as far as one goes.

use std::borrow::Cow;
use std::fmt::Display;

use aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::Method;
use http::header::HeaderMap;
use percent_encoding::percent_decode_str;
use serde::de::DeserializeOwned;

use super::{CORRELATION, Problem};

/// The largest body accepted: 256 KiB. The largest order (100 lines) is a fifth of that.
pub const BODY_LIMIT: usize = 256 * 1024;
/// The largest file of orders accepted: 4 MiB. Lambda takes requests of 6 MB, and this becomes 5.6 in base64.
pub const FILE_LIMIT: usize = 4 * 1024 * 1024;

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
        // Whether a gateway has decoded it already does not matter: no identifier looks encoded.
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
        self.body_up_to(BODY_LIMIT)
    }

    /// The body of a route that takes more than others.
    ///
    /// # Errors
    /// As [`Self::body`], with this limit.
    pub fn body_up_to(&self, limit: usize) -> Result<Cow<'_, [u8]>, Problem> {
        let text = self.event.body.as_deref().unwrap_or_default();
        let body = if self.event.is_base64_encoded {
            // Checked first, so that nothing big is decoded: four characters are three bytes.
            if text.len() / 4 * 3 > limit + 3 {
                return Err(Problem::too_large(limit));
            }
            let decoded = STANDARD.decode(text);
            Cow::Owned(decoded.map_err(|_| Problem::bad_request("BAD_BODY", "the body cannot be decoded"))?)
        } else {
            Cow::Borrowed(text.as_bytes())
        };
        if body.len() > limit { Err(Problem::too_large(limit)) } else { Ok(body) }
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

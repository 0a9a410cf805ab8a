//! The API gateway of the embedded run: routes, verifies staff tokens, and hands the functions the
//! same events that API Gateway would (payload format 2.0), with the same refusals.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context;
use aws_lambda_events::apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpResponse};
use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue, WWW_AUTHENTICATE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, Response, StatusCode};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use juchu::adapters::clock::SystemClock;
use juchu::app::ports::Clock;
use juchu::lambda::routes::{Caller, ROUTES, Route};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use crate::credentials::{Claims, Credentials};
use crate::dev_pages::DevPages;
use crate::functions::Functions;
use crate::stream::Doorbell;

/// The largest body API Gateway takes: 10 MB. The functions take less.
const BODY_LIMIT: usize = 10 * 1024 * 1024;

/// The one door of the system.
pub struct Gateway {
    /// What answers.
    pub functions: Arc<Functions>,
    /// Who verifies staff tokens.
    pub credentials: Credentials,
    /// The developer's pages.
    pub pages: DevPages,
    /// Rung after every request, because it may have written an event.
    pub doorbell: Doorbell,
}

/// The server over the gateway.
pub fn router(gateway: Gateway) -> Router {
    Router::new().fallback(answer).with_state(Arc::new(gateway))
}

async fn answer(
    State(gateway): State<Arc<Gateway>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path();
    if parts.method == Method::GET && (path == "/" || path == "/dev" || path.starts_with("/dev/")) {
        return if path == "/" { redirect("/dev") } else { gateway.pages.get(path, &parts.headers) };
    }
    let Some((route, parameters)) = find(&parts.method, path) else {
        return refusal(StatusCode::NOT_FOUND, "Not Found");
    };
    let claims = match (route.caller, gateway.verify(&parts.headers)) {
        (Caller::Staff, None) => {
            let mut refusal = refusal(StatusCode::UNAUTHORIZED, "Unauthorized");
            refusal.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            return refusal;
        }
        (Caller::Staff, claims) => claims,
        (Caller::Public | Caller::Channel, _) => None,
    };
    let Ok(body) = to_bytes(body, BODY_LIMIT).await else {
        return refusal(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large");
    };
    let invocation = Invocation { route, parameters, claims, peer, now: SystemClock.now() };
    let event = match invocation.event(&parts, &body) {
        Ok(event) => event,
        Err(error) => {
            tracing::error!(error = format!("{error:#}"), "a request could not be handed over");
            return refusal(StatusCode::BAD_REQUEST, "Bad Request");
        }
    };
    // A task of its own: like an invocation, it ends even if the caller hangs up, and a panic in it
    // is one failed request.
    let answered = tokio::spawn(async move {
        let _ring = gateway.doorbell.ring_when_done();
        gateway.functions.answer(route.function, event).await
    });
    match answered.await {
        Ok(Some(answer)) => response(answer),
        Ok(None) | Err(_) => refusal(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error"),
    }
}

impl Gateway {
    fn verify(&self, headers: &HeaderMap) -> Option<Claims> {
        let given = headers.get(AUTHORIZATION)?.to_str().ok()?;
        let token = match given.split_at_checked(7) {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer ") => token,
            _ => given,
        };
        self.credentials.verify(token.trim())
    }
}

/// The route of a request, and the parts of its path by their names.
fn find(method: &Method, path: &str) -> Option<(Route, HashMap<String, String>)> {
    ROUTES.iter().copied().filter(|route| route.method() == method.as_str()).find_map(|route| {
        let parameters = matched(route.path(), path)?;
        Some((route, parameters))
    })
}

/// The parameters of `path` if it is one of `pattern`.
fn matched(pattern: &str, path: &str) -> Option<HashMap<String, String>> {
    let mut parameters = HashMap::new();
    let (mut expected, mut given) = (pattern.split('/'), path.split('/'));
    loop {
        match (expected.next(), given.next()) {
            (None, None) => return Some(parameters),
            (Some(expected), Some(given)) => {
                match expected.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
                    Some(_) if given.is_empty() => return None,
                    Some(name) => {
                        parameters.insert(name.to_owned(), decoded(given));
                    }
                    None if expected == given => {}
                    None => return None,
                }
            }
            (None, Some(_)) | (Some(_), None) => return None,
        }
    }
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// What the gateway knows about a request besides the request.
struct Invocation {
    route: Route,
    parameters: HashMap<String, String>,
    claims: Option<Claims>,
    peer: SocketAddr,
    now: Timestamp,
}

impl Invocation {
    /// The request as API Gateway writes it, read as the functions read it.
    fn event(&self, parts: &Parts, body: &Bytes) -> anyhow::Result<ApiGatewayV2httpRequest> {
        let query = parts.uri.query().unwrap_or_default();
        let text = std::str::from_utf8(body).ok();
        let claims = self.claims.as_ref();
        let event = json!({
            "version": "2.0",
            "routeKey": self.route.key,
            "rawPath": parts.uri.path(),
            "rawQueryString": query,
            "headers": joined(&parts.headers),
            "queryStringParameters": parameters(query),
            "pathParameters": self.parameters,
            "requestContext": {
                "accountId": "000000000000",
                "apiId": "local",
                "domainName": "localhost",
                "http": {
                    "method": parts.method.as_str(),
                    "path": parts.uri.path(),
                    "protocol": "HTTP/1.1",
                    "sourceIp": self.peer.ip().to_string(),
                },
                "authorizer": claims.map(|claims| json!({ "jwt": { "claims": claims, "scopes": null } })),
                "requestId": request_id()?,
                "routeKey": self.route.key,
                "stage": "$default",
                "timeEpoch": self.now.as_millisecond(),
            },
            "body": match text {
                Some("") => Value::Null,
                Some(text) => Value::from(text),
                None => Value::from(STANDARD.encode(body)),
            },
            "isBase64Encoded": text.is_none(),
        });
        serde_json::from_value(event).context("the event does not have the expected shape")
    }
}

/// Each header once, repeated ones joined by commas, as API Gateway does it.
fn joined(headers: &HeaderMap) -> HashMap<&str, String> {
    let mut joined: HashMap<&str, String> = HashMap::new();
    for (name, value) in headers {
        let value = String::from_utf8_lossy(value.as_bytes());
        let all = joined.entry(name.as_str()).or_default();
        if !all.is_empty() {
            all.push(',');
        }
        all.push_str(&value);
    }
    joined
}

/// Each parameter of a query once, repeated ones joined by commas.
fn parameters(query: &str) -> HashMap<String, String> {
    let mut parameters: HashMap<String, String> = HashMap::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let form = |text: &str| decoded(&text.replace('+', " "));
        parameters
            .entry(form(name))
            .and_modify(|all| *all = format!("{all},{}", form(value)))
            .or_insert_with(|| form(value));
    }
    parameters
}

fn request_id() -> anyhow::Result<String> {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).context("the system gives no random numbers")?;
    Ok(hex::encode(bytes))
}

fn response(answer: ApiGatewayV2httpResponse) -> Response<Body> {
    let body = answer.body.map(|body| body.to_vec()).unwrap_or_default();
    let body = if answer.is_base64_encoded { STANDARD.decode(body).unwrap_or_default() } else { body };
    let mut response = Response::new(Body::from(body));
    let status = u16::try_from(answer.status_code).ok().and_then(|status| StatusCode::from_u16(status).ok());
    *response.status_mut() = status.unwrap_or(StatusCode::BAD_GATEWAY);
    *response.headers_mut() = answer.headers;
    response.headers_mut().extend(answer.multi_value_headers);
    response
}

/// A refusal in API Gateway's own words.
fn refusal(status: StatusCode, message: &str) -> Response<Body> {
    let mut response = Response::new(Body::from(json!({ "message": message }).to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

fn redirect(to: &'static str) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::TEMPORARY_REDIRECT;
    response.headers_mut().insert(http::header::LOCATION, HeaderValue::from_static(to));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_finds_its_route_and_its_parameters() {
        let (route, parameters) = find(&Method::POST, "/v1/stock/demo/TEA%2D1/receipts").unwrap();
        assert_eq!(route.key, "POST /v1/stock/{merchant}/{sku}/receipts");
        assert_eq!(parameters["merchant"], "demo");
        assert_eq!(parameters["sku"], "TEA-1");
        let none = ["/", "/v1/orders/", "/v1/orders/1/2", "/v1/stock/demo//receipts", "/V1/orders"];
        assert!(none.iter().all(|path| find(&Method::GET, path).is_none()));
        assert!(find(&Method::DELETE, "/v1/orders/1").is_none());
    }

    #[test]
    fn a_request_becomes_the_event_of_payload_format_2() {
        let (route, parameters) = find(&Method::GET, "/v1/orders/1").unwrap();
        let claims = Some(Claims::from([("sub".to_owned(), "u1".to_owned())]));
        let peer = SocketAddr::from(([127, 0, 0, 1], 9));
        let invocation = Invocation { route, parameters, claims, peer, now: Timestamp::UNIX_EPOCH };
        let request = http::Request::get("/v1/orders/1?state=READY&q=a+b%26c&cursor")
            .header("X-Twice", "a")
            .header("x-twice", "b")
            .body(())
            .unwrap();
        let (parts, ()) = request.into_parts();
        let event = invocation.event(&parts, &Bytes::from_static(b"\xff\x00")).unwrap();
        assert_eq!(event.route_key.as_deref(), Some("GET /v1/orders/{id}"));
        assert_eq!(event.query_string_parameters.first("q"), Some("a b&c"));
        assert_eq!(event.query_string_parameters.first("cursor"), Some(""));
        assert_eq!(event.headers["x-twice"], "a,b");
        assert!(event.is_base64_encoded);
        assert_eq!(event.body.as_deref(), Some("/wA="));
        let jwt = event.request_context.authorizer.unwrap().jwt.unwrap();
        assert_eq!(jwt.claims["sub"], "u1");
        let event = invocation.event(&parts, &Bytes::from_static(b"{}")).unwrap();
        assert_eq!((event.body.as_deref(), event.is_base64_encoded), (Some("{}"), false));
    }
}

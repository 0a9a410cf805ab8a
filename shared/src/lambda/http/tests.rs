//! Requests as the gateway sends them, and what they are answered.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{Method, StatusCode, header};
use proptest::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};

use super::*;
use crate::app::failure::Failure;
use crate::domain::Rejection;
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
    serde_json::from_str(include_str!("../samples/http-staff.json")).unwrap()
}

/// A webhook: no authorizer, the body in Base64.
fn channel() -> Value {
    serde_json::from_str(include_str!("../samples/http-channel.json")).unwrap()
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
    let too_large = |request: Request| request.body().unwrap_err().status() == StatusCode::PAYLOAD_TOO_LARGE;
    assert!(too_large(with_body(&"x".repeat(BODY_LIMIT + 1))));
    for size in [BODY_LIMIT + 1, 1024 * 1024] {
        let mut event = channel();
        event["body"] = json!(STANDARD.encode("x".repeat(size)));
        assert!(too_large(request(event)));
    }
    for media_type in ["text/plain", "application/x-www-form-urlencoded", "", "application/jsonx"] {
        let mut event = staff();
        event["headers"]["content-type"] = json!(media_type);
        assert_eq!(request(event).expect_json().unwrap_err().status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
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

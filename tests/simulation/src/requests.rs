//! Requests as the gateway hands them to the functions.

use aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use jiff::Timestamp;
use juchu::domain::ids::PaymentId;
use serde_json::{Value, json};

/// What a caller wants, which says what the answer means.
#[derive(Debug, Clone)]
pub enum Purpose {
    /// A channel sends an order.
    Order {
        /// Its number.
        number: String,
        /// Which of several orders with this number it is.
        variant: usize,
    },
    /// A channel says something else of an order, perhaps for the second time or too late.
    Word {
        /// Its number.
        number: String,
        /// Which version of it.
        version: usize,
    },
    /// A channel hands in a file.
    Upload {
        /// The numbers of its orders.
        numbers: Vec<String>,
    },
    /// A bank reports a deposit.
    Deposit {
        /// For which payment.
        payment: PaymentId,
        /// The bank's reference.
        reference: String,
        /// How much.
        amount: i64,
    },
    /// Goods arrive, or a count finds a difference.
    Stock {
        /// Of what.
        sku: String,
        /// The slip or the count.
        reference: String,
        /// How many more.
        on_hand: i64,
    },
    /// Staff want units of an order cancelled. They ask again for as long as the key of the request is
    /// known, and no longer: it could be done twice then.
    Cancel {
        /// When they asked first.
        since: Timestamp,
    },
    /// Staff ask for something else.
    Command,
    /// The warehouse or the carrier reports something.
    Report,
    /// The channel's integration answers a report.
    Answer,
    /// Somebody looks.
    Look,
}

/// A request that is not answered yet.
#[derive(Debug, Clone)]
pub struct Ask {
    /// The function that answers.
    pub function: &'static str,
    /// The request.
    pub event: Value,
    /// What for.
    pub purpose: Purpose,
    /// How often it was sent.
    pub attempts: u32,
    /// When it is sent, or sent again.
    pub at: Timestamp,
}

impl Ask {
    /// The event, read as the functions read it.
    ///
    /// # Errors
    /// When it is none, which is a defect of the simulation.
    pub fn read(&self) -> anyhow::Result<ApiGatewayV2httpRequest> {
        Ok(serde_json::from_value(self.event.clone())?)
    }
}

/// Who asks.
#[derive(Debug, Clone, Copy)]
pub enum Who {
    /// The shop's channel, with its key.
    Channel,
    /// Staff with this role.
    Staff(&'static str),
}

/// The channel's key.
pub const API_KEY: &str = "key-of-the-simulated-channel";

/// An event of the gateway. `key` is the caller's `Idempotency-Key`.
#[must_use]
pub fn event(route: &str, parameters: &Value, who: Who, key: &str, body: &Value) -> Value {
    let authorizer = match who {
        Who::Channel => Value::Null,
        Who::Staff(role) => json!({ "jwt": { "scopes": null, "claims": {
            "sub": format!("staff-{role}"),
            "cognito:groups": format!("[{role}]"),
            "custom:merchants": "*",
        }}}),
    };
    let (method, path) = route.split_once(' ').unwrap_or_default();
    let path = parameters.as_object().into_iter().flatten().fold(path.to_owned(), |path, (name, value)| {
        path.replace(&format!("{{{name}}}"), value.as_str().unwrap_or_default())
    });
    json!({
        "version": "2.0",
        "routeKey": route,
        "rawPath": path,
        "rawQueryString": "",
        "headers": {
            "content-type": "application/json",
            "idempotency-key": key,
            "x-api-key": API_KEY,
        },
        "queryStringParameters": {},
        "pathParameters": parameters,
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "simulation",
            "http": { "method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1" },
            "authorizer": authorizer,
            "requestId": key,
            "routeKey": route,
            "stage": "$default",
            "timeEpoch": 0,
        },
        "body": body.as_str().map_or_else(|| body.to_string(), str::to_owned),
        "isBase64Encoded": false,
    })
}

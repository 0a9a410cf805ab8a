//! The HTTP API as its callers see it. The demonstration uses nothing else of the system.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use jiff::Timestamp;
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How long a request may take.
const TIMEOUT: Duration = Duration::from_secs(30);
/// The pause before a request is repeated.
const PAUSE: Duration = Duration::from_millis(300);

/// A caller of the API, with a supervisor's token.
#[derive(Clone)]
pub struct Api {
    client: Client,
    base: String,
    token: String,
    patience: Duration,
    repeated: Arc<AtomicU64>,
}

/// What of an order the demonstration looks at.
#[derive(Debug, Clone, Deserialize)]
pub struct Order {
    /// Its id.
    pub order: String,
    /// The channel's number of it.
    pub number: String,
    /// Where it stands.
    pub state: String,
    /// In which currency.
    pub currency: String,
    /// What it costs.
    pub billing: Billing,
    /// How it is paid.
    pub payments: Vec<Payment>,
    /// How it leaves.
    pub shipments: Vec<Shipment>,
    /// What stops it, or did.
    pub holds: Vec<Hold>,
    /// What needs a person, or did.
    pub tickets: Vec<Ticket>,
    /// What its channel was told.
    pub reports: Vec<Report>,
    /// The mails about it.
    pub mails: Vec<Mail>,
    /// All that happened to it.
    pub timeline: Vec<Happened>,
}

/// What an order costs.
#[derive(Debug, Clone, Deserialize)]
pub struct Billing {
    /// In the currency's smallest unit.
    pub total: i64,
}

/// A payment.
#[derive(Debug, Clone, Deserialize)]
pub struct Payment {
    /// Its id.
    pub payment: String,
    /// How.
    pub method: String,
    /// Where it stands.
    pub status: String,
    /// How much it has to bring.
    pub due: i64,
    /// How much was taken.
    pub captured: i64,
    /// How much was given back.
    pub refunded: i64,
}

/// A shipment.
#[derive(Debug, Clone, Deserialize)]
pub struct Shipment {
    /// Its id.
    pub shipment: String,
    /// Whether the warehouse has been told.
    pub instructed: bool,
}

/// A hold.
#[derive(Debug, Clone, Deserialize)]
pub struct Hold {
    /// Why.
    pub code: String,
    /// Until when.
    pub closed_at: Option<Timestamp>,
}

/// A ticket.
#[derive(Debug, Clone, Deserialize)]
pub struct Ticket {
    /// What kind.
    pub kind: String,
    /// Until when.
    pub closed_at: Option<Timestamp>,
}

/// A mail.
#[derive(Debug, Clone, Deserialize)]
pub struct Mail {
    /// What it tells of: its kind, a colon, the number of the event.
    pub fact: String,
    /// How it stands.
    pub outcome: MailOutcome,
}

/// How a mail stands.
#[derive(Debug, Clone, Deserialize)]
pub struct MailOutcome {
    /// `SENT` is the good one.
    pub status: String,
}

/// Something a channel was told.
#[derive(Debug, Clone, Deserialize)]
pub struct Report {
    /// Its id.
    pub report: String,
    /// What.
    pub fact: String,
    /// How it stands.
    pub outcome: ReportOutcome,
}

/// How a report stands.
#[derive(Debug, Clone, Deserialize)]
pub struct ReportOutcome {
    /// `ACCEPTED` is the good one.
    pub status: String,
}

/// Something that happened to an order.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Happened {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: String,
    /// What.
    pub event: Event,
}

/// What happened.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Event {
    /// Its kind.
    pub r#type: String,
}

/// What a channel is told about the order it sent.
#[derive(Debug, Clone, Deserialize)]
pub struct Received {
    /// The order's id.
    pub order: String,
    /// Whether it was known before.
    pub duplicate: bool,
}

impl Order {
    /// Whether a hold for `code` stops it.
    #[must_use]
    pub fn is_held_for(&self, code: &str) -> bool {
        self.holds.iter().any(|hold| hold.code == code && hold.closed_at.is_none())
    }

    /// Whether a ticket of `kind` waits for somebody.
    #[must_use]
    pub fn needs(&self, kind: &str) -> bool {
        self.tickets.iter().any(|ticket| ticket.kind == kind && ticket.closed_at.is_none())
    }

    /// Whether something of this kind happened to it.
    #[must_use]
    pub fn has(&self, event: &str) -> bool {
        self.timeline.iter().any(|happened| happened.event.r#type == event)
    }

    /// The kinds of the mails that went out, sorted.
    #[must_use]
    pub fn mails_sent(&self) -> Vec<&str> {
        self.mails_that(|status| status == "SENT")
    }

    /// The kinds of the mails that went out, or may have, sorted.
    #[must_use]
    pub fn mails_ended(&self) -> Vec<&str> {
        self.mails_that(|status| status != "SENDING")
    }

    fn mails_that(&self, are: impl Fn(&str) -> bool) -> Vec<&str> {
        let mails = self.mails.iter().filter(|mail| are(&mail.outcome.status));
        let mut kinds: Vec<&str> = mails.filter_map(|mail| mail.fact.split(':').next()).collect();
        kinds.sort_unstable();
        kinds
    }
}

impl Api {
    /// The API at `base`, used with `token`.
    #[must_use]
    pub fn new(base: &str, token: String) -> Self {
        Self {
            client: Client::new(),
            base: base.trim_end_matches('/').to_owned(),
            token,
            patience: Duration::ZERO,
            repeated: Arc::default(),
        }
    }

    /// The same, but what is not answered is repeated for that long, as a channel does that does not
    /// know whether its order arrived.
    #[must_use]
    pub fn repeating_for(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Whether what is not answered is repeated.
    #[must_use]
    pub fn repeats(&self) -> bool {
        !self.patience.is_zero()
    }

    /// How many requests were repeated.
    #[must_use]
    pub fn repeated(&self) -> u64 {
        self.repeated.load(Ordering::Relaxed)
    }

    /// Sends a body and reads the answer.
    ///
    /// # Errors
    /// If the API refuses it; the error tells the problem as the API does.
    pub async fn send<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: &Value,
    ) -> anyhow::Result<T> {
        let request = self.request(method, path).bearer_auth(&self.token).json(body);
        self.read(path, request).await
    }

    /// Sends an order as the channel does that has this API key.
    ///
    /// # Errors
    /// If the API refuses it.
    pub async fn send_order(&self, channel: &str, key: &str, order: &Value) -> anyhow::Result<Received> {
        self.send_as_channel(&format!("/v1/channels/{channel}/orders"), key, order).await
    }

    /// Sends what a channel sends that has this API key.
    ///
    /// # Errors
    /// If the API refuses it.
    pub async fn send_as_channel<T: DeserializeOwned>(
        &self,
        path: &str,
        key: &str,
        body: &Value,
    ) -> anyhow::Result<T> {
        self.read(path, self.request(Method::POST, path).header("x-api-key", key).json(body)).await
    }

    /// The order as it stands.
    ///
    /// # Errors
    /// If the API does not show it.
    pub async fn order(&self, id: &str) -> anyhow::Result<Order> {
        self.get(&format!("/v1/orders/{id}")).await
    }

    /// What is at `path`.
    ///
    /// # Errors
    /// If the API does not show it.
    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> anyhow::Result<T> {
        self.read(path, self.request(Method::GET, path).bearer_auth(&self.token)).await
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.base)).timeout(TIMEOUT)
    }

    async fn read<T: DeserializeOwned>(&self, path: &str, request: RequestBuilder) -> anyhow::Result<T> {
        let begun = Instant::now();
        let (status, body) = loop {
            let request = request.try_clone().context("the request cannot be repeated")?;
            let answer = answer(request).await;
            let is_open = answer.as_ref().map_or(true, |(status, _)| {
                status.is_server_error() || *status == StatusCode::TOO_MANY_REQUESTS
            });
            if !is_open || begun.elapsed() >= self.patience {
                break answer.with_context(|| format!("{path} did not answer"))?;
            }
            self.repeated.fetch_add(1, Ordering::Relaxed);
            tokio::time::sleep(PAUSE).await;
        };
        if !status.is_success() {
            bail!("{path}: {status} {body}");
        }
        serde_json::from_str(&body).with_context(|| format!("{path} answered something unexpected: {body}"))
    }
}

async fn answer(request: RequestBuilder) -> reqwest::Result<(StatusCode, String)> {
    let response = request.send().await?;
    Ok((response.status(), response.text().await?))
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::http::StatusCode as Status;
    use axum::routing::get;
    use tokio::net::TcpListener;

    use super::*;

    /// An API that answers `first` and after that an empty document, and how often it was asked.
    async fn api(first: Status) -> (Api, Arc<AtomicU64>) {
        let asked = Arc::new(AtomicU64::new(0));
        let count = Arc::clone(&asked);
        let answer = move || {
            let is_first = count.fetch_add(1, Ordering::Relaxed) == 0;
            async move { (if is_first { first } else { Status::OK }, "{}") }
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, Router::new().route("/", get(answer))).await });
        (Api::new(&url, String::new()), asked)
    }

    #[tokio::test]
    async fn what_is_not_answered_is_repeated_by_those_who_repeat() {
        let (patient, asked) = api(Status::SERVICE_UNAVAILABLE).await;
        let patient = patient.repeating_for(Duration::from_secs(60));
        patient.get::<Value>("/").await.unwrap();
        assert_eq!((asked.load(Ordering::Relaxed), patient.repeated()), (2, 1));

        let (impatient, asked) = api(Status::SERVICE_UNAVAILABLE).await;
        impatient.get::<Value>("/").await.unwrap_err();
        assert_eq!(asked.load(Ordering::Relaxed), 1);
    }

    #[tokio::test]
    async fn a_refusal_is_an_answer() {
        let (patient, asked) = api(Status::CONFLICT).await;
        patient.repeating_for(Duration::from_secs(60)).get::<Value>("/").await.unwrap_err();
        assert_eq!(asked.load(Ordering::Relaxed), 1);
    }
}

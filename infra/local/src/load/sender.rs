//! Sends every order at its time, whether or not those before it were answered, and repeats like a
//! channel what is not.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use cpu_time::ThreadTime;
use jiff::Timestamp;
use juchu::adapters::clock::SystemClock;
use juchu::app::ports::Clock;
use reqwest::{Client, StatusCode};
use serde_json::Value;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until};

use super::arrivals::Arrival;
use super::shop::Shop;
use crate::demo::api::Received;

/// How long one request may take.
const TIMEOUT: Duration = Duration::from_secs(30);
/// The pause before a request is repeated the first time; each further one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(8);

/// Where orders are sent.
#[derive(Debug, Clone)]
pub struct Door {
    /// The URL of the API.
    pub api: String,
    /// Whose orders.
    pub shop: Shop,
    /// How many requests may be open at the same time. Waiting for one to end is waiting.
    pub connections: usize,
    /// For how long an order is repeated.
    pub patience: Duration,
}

/// An order that was sent.
#[derive(Debug, Clone)]
pub struct Sent {
    /// When it was to come, and what it wants.
    pub arrival: Arrival,
    /// The id it got, or what it was told instead at last.
    pub order: Result<String, String>,
    /// How much later than at its time its first request went out, for want of a thread or a connection.
    pub late: Duration,
    /// From its time until the channel knew that it was taken.
    pub answered: Duration,
}

/// Everything that was sent.
#[derive(Debug)]
pub struct Sending {
    /// When it began: the moment the arrivals count from.
    pub begun_at: Timestamp,
    /// The orders, in the order they came.
    pub sent: Vec<Sent>,
    /// How many requests were answered how: a status, or `no answer`.
    pub answers: BTreeMap<String, u64>,
    /// The time of the processor that sending took.
    pub cpu: Duration,
}

type Answers = Arc<Mutex<BTreeMap<String, u64>>>;

/// Sends all `arrivals`, on a thread of its own: what keeps the system's threads busy must not keep
/// orders from coming.
///
/// # Errors
/// If there can be no such thread.
pub async fn send(door: Door, arrivals: Vec<Arrival>) -> anyhow::Result<Sending> {
    let sending = tokio::task::spawn_blocking(move || {
        let cpu = ThreadTime::now();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let sending = runtime.block_on(send_in_time(door, arrivals))?;
        anyhow::Ok(Sending { cpu: cpu.elapsed(), ..sending })
    });
    sending.await?
}

async fn send_in_time(door: Door, arrivals: Vec<Arrival>) -> anyhow::Result<Sending> {
    let client = Client::builder().timeout(TIMEOUT).pool_max_idle_per_host(door.connections).build()?;
    let connections = Arc::new(Semaphore::new(door.connections));
    let (door, answers) = (Arc::new(door), Answers::default());
    let mut sending = JoinSet::new();
    let (begun, begun_at) = (Instant::now(), SystemClock.now());
    for (n, arrival) in arrivals.into_iter().enumerate() {
        sleep_until(begun + arrival.after).await;
        let channel = Channel {
            client: client.clone(),
            door: Arc::clone(&door),
            connections: Arc::clone(&connections),
            answers: Arc::clone(&answers),
        };
        sending.spawn(async move { (n, channel.sends(n, arrival, begun + arrival.after).await) });
    }
    let mut sent = sending.join_all().await;
    sent.sort_by_key(|(n, _)| *n);
    let answers = answers.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let sent = sent.into_iter().map(|(_, sent)| sent).collect();
    Ok(Sending { begun_at, sent, answers, cpu: Duration::ZERO })
}

struct Channel {
    client: Client,
    door: Arc<Door>,
    connections: Arc<Semaphore>,
    answers: Answers,
}

impl Channel {
    /// Sends an order that is due at `due`, until somebody says yes or no to it.
    async fn sends(&self, n: usize, arrival: Arrival, due: Instant) -> Sent {
        let body = Shop::order(n, &arrival);
        let mut late = None;
        let mut pause = FIRST_PAUSE;
        loop {
            let connection = self.connections.acquire().await;
            let late = *late.get_or_insert_with(|| due.elapsed());
            let answer = self.send_once(&body).await;
            drop(connection);
            let gives_up = due.elapsed() >= self.door.patience;
            let order = match answer {
                Answer::Taken(order) => Ok(order),
                Answer::Refused(reason) => Err(reason),
                Answer::Open(reason) if gives_up => Err(reason),
                Answer::Open(_) => {
                    sleep(pause).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                    continue;
                }
            };
            return Sent { arrival, order, late, answered: due.elapsed() };
        }
    }

    async fn send_once(&self, body: &Value) -> Answer {
        let Door { api, shop, .. } = &*self.door;
        let request = self.client.post(format!("{api}/v1/channels/{}/orders", shop.channel));
        let answer = match request.header("x-api-key", &shop.key).json(body).send().await {
            Ok(response) => Ok((response.status(), response.text().await)),
            Err(error) => Err(error),
        };
        let status = answer.as_ref().map(|(status, _)| *status);
        let told = status.map_or_else(|_| "no answer".to_owned(), |status| status.as_u16().to_string());
        *self.answers.lock().unwrap_or_else(PoisonError::into_inner).entry(told).or_default() += 1;
        match answer {
            Ok((status, Ok(text))) => Answer::of(status, &text),
            Ok((_, Err(error))) | Err(error) => Answer::Open(error.to_string()),
        }
    }
}

/// What a request was told.
#[derive(Debug, PartialEq, Eq)]
enum Answer {
    /// The order has this id.
    Taken(String),
    /// The order is not taken, and never will be.
    Refused(String),
    /// Nobody knows yet: to be asked again.
    Open(String),
}

impl Answer {
    fn of(status: StatusCode, text: &str) -> Self {
        let told = format!("{status}: {text}");
        if status.is_success() {
            return serde_json::from_str::<Received>(text)
                .map_or(Self::Refused(told), |received| Self::Taken(received.order));
        }
        if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS {
            return Self::Open(told);
        }
        Self::Refused(told)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use axum::Router;
    use axum::routing::post;
    use juchu::domain::ids::MerchantId;
    use tokio::net::TcpListener;

    use super::super::arrivals::Phase;
    use super::*;

    const TAKEN: &str = r#"{ "order": "id", "duplicate": false }"#;

    /// An API that answers the `n`th request as `answer` says, after the pause that it says.
    async fn door(answer: fn(usize) -> (u64, StatusCode)) -> Door {
        let asked = Arc::new(AtomicUsize::new(0));
        let orders = post(move || async move {
            let (pause, status) = answer(asked.fetch_add(1, Ordering::Relaxed));
            sleep(Duration::from_millis(pause)).await;
            (status, TAKEN)
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let api = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().route("/v1/channels/shop/orders", orders);
        tokio::spawn(async move { axum::serve(listener, router).await });
        let merchant = MerchantId::new("acme").unwrap();
        let shop = Shop { merchant, channel: "shop".to_owned(), key: "key".to_owned() };
        Door { api, shop, connections: 64, patience: Duration::from_secs(5) }
    }

    /// An order every 10 ms.
    fn arrivals(n: u64) -> Vec<Arrival> {
        let after = |n| Duration::from_millis(10 * n);
        (0..n).map(|n| Arrival { after: after(n), phase: Phase::Surge, sku: 0, units: 1 }).collect()
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn orders_do_not_wait_for_the_answers_of_those_before_them() {
        let door = door(|_| (600, StatusCode::CREATED)).await;
        let sending = send(door, arrivals(20)).await.unwrap();
        assert!(sending.sent.iter().all(|sent| sent.late < Duration::from_millis(400)), "{sending:#?}");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn whoever_waits_for_a_connection_is_counted_as_waiting_from_its_own_time() {
        let door = Door { connections: 1, ..door(|_| (50, StatusCode::CREATED)).await };
        let sending = send(door, arrivals(10)).await.unwrap();
        // The last is due after 90 ms, and nine requests of 50 ms each are before it.
        let last = sending.sent.last().unwrap();
        assert!(last.late >= Duration::from_millis(360), "{last:?}");
        assert!(last.answered >= last.late + Duration::from_millis(50), "{last:?}");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_is_not_taken_and_not_refused_is_repeated_and_its_time_goes_on() {
        let unsure = |n| (0, if n == 0 { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK });
        let sending = send(door(unsure).await, arrivals(1)).await.unwrap();
        assert_eq!(sending.sent[0].order, Ok("id".to_owned()));
        assert!(sending.sent[0].answered >= FIRST_PAUSE);
        assert_eq!(sending.answers, BTreeMap::from([("200".to_owned(), 1), ("503".to_owned(), 1)]));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_is_refused_is_not_repeated() {
        let sending = send(door(|_| (0, StatusCode::UNPROCESSABLE_ENTITY)).await, arrivals(1)).await.unwrap();
        assert!(sending.sent[0].order.as_ref().unwrap_err().starts_with("422"));
        assert_eq!(sending.answers, BTreeMap::from([("422".to_owned(), 1)]));
    }
}

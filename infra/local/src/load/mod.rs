//! A load run 負荷試験: orders come at times that were fixed before, most of them for one SKU, with a
//! surge in the middle. Then everything they did is measured, and each of them accounted for.

pub mod accounts;
pub mod arrivals;
pub mod dice;
pub mod report;
pub mod sender;
pub mod shop;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::ensure;
use clap::Args;
use cpu_time::ProcessTime;
use juchu::adapters::clock::SystemClock;
use juchu::adapters::dynamo::DynamoStore;
use juchu::app::ports::Clock;
use juchu::app::verify::Verify;
use juchu::lambda::aws::Aws;
use juchu::lambda::settings::Settings;

use self::accounts::Books;
use self::arrivals::{Arrival, Shape};
use self::report::{HotStock, Report};
use self::sender::{Door, Sending, Sent};
use self::shop::Shop;
use crate::demo::api::Api;
use crate::embedded::{self, Embedded};
use crate::queues::Queues;

/// How long the queues of a system of its own are empty when nothing happens any more.
const QUIET: Duration = Duration::from_secs(1);
/// How often they are looked at.
const PAUSE: Duration = Duration::from_millis(100);

/// How much load, on what.
#[derive(Debug, Args)]
pub struct Options {
    #[command(flatten)]
    shape: Shape,
    /// How many requests may be open at the same time
    #[arg(long, default_value_t = 256)]
    connections: usize,
    /// For how many seconds an order is repeated, and waited for in the end
    #[arg(long, value_name = "SECONDS", default_value_t = 300)]
    patience: u64,
    /// Print one JSON document instead of text
    #[arg(long)]
    json: bool,
    /// Use the system whose API is at this URL, instead of one of its own that is gone afterwards
    #[arg(long, value_name = "URL", requires = "token")]
    api: Option<String>,
    /// A supervisor's token of that system, for all merchants
    #[arg(long, requires = "api")]
    token: Option<String>,
    /// The table of that system, to count writes and audit it; with `AWS_REGION`, credentials and perhaps
    /// `AWS_ENDPOINT_URL` in the environment
    #[arg(long, value_name = "NAME", requires = "api")]
    table: Option<String>,
}

/// The system under load.
struct Target {
    own: Option<(Embedded, tempfile::TempDir)>,
    url: String,
    token: String,
    store: Option<DynamoStore>,
}

/// Puts the load on the system and prints what came of it. Fails when an order is not accounted for, or
/// anything that is stored does not agree.
///
/// # Errors
/// If the system cannot be started or read, or does not come to rest.
pub async fn run(options: Options) -> anyhow::Result<ExitCode> {
    let Options { shape, connections, patience, json, api, token, table } = options;
    ensure!(connections > 0, "no order can be sent over no connection");
    let target = match api.zip(token) {
        Some(given) => Target::given(given, table)?,
        None => Target::own().await?,
    };
    let report = target.measure(shape, connections, Duration::from_secs(patience)).await;
    if let Some((system, _folder)) = target.own {
        system.stop().await;
    }
    let report = report?;
    if json {
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        print!("{}", report::text(&report));
    }
    Ok(if report.ok { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

impl Target {
    async fn own() -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let options = embedded::Options { data: folder.path().join("data"), fresh: false, port: 0 };
        let system = Embedded::start(&options).await?;
        let token = system.credentials().token("SUPERVISOR", "*", SystemClock.now())?;
        let (url, store) = (system.url(), Some(system.ports().store.clone()));
        Ok(Self { own: Some((system, folder)), url, token, store })
    }

    fn given((url, token): (String, String), table: Option<String>) -> anyhow::Result<Self> {
        let url = url.trim_end_matches('/').to_owned();
        let store = |table: String| {
            let client = Aws::new(&Settings::from_environment().aws()?)?.dynamodb();
            anyhow::Ok(DynamoStore::new(client, table))
        };
        Ok(Self { own: None, url, token, store: table.map(store).transpose()? })
    }

    async fn measure(&self, shape: Shape, connections: usize, patience: Duration) -> anyhow::Result<Report> {
        let api = Api::new(&self.url, self.token.clone());
        let arrivals = shape.arrivals();
        let shop = Shop::open(&api, hot_units(&arrivals)).await?;
        let writes_before = self.hot_writes(&shop).await?;
        let cpu = ProcessTime::now();
        let door = Door { api: self.url.clone(), shop: shop.clone(), connections, patience };
        let sending = sender::send(door, arrivals).await?;
        if let Some((system, _)) = &self.own {
            until_quiet(&system.ports().queues, patience).await?;
        }
        let cpu = cpu.elapsed().saturating_sub(sending.cpu);
        let books = Books::read(&api, &shop, &sending.sent, patience).await?;
        let mut defects = books.defects(&sending.sent);
        if let Some(store) = &self.store {
            let verify = Verify { store: store.clone(), clock: SystemClock };
            let verified = verify.handle(&shop.merchant).await?;
            defects.extend(verified.violations.iter().map(ToString::to_string));
        }
        let writes = self.hot_writes(&shop).await?;
        let mut report = Report::new(shape, &sending, &books, defects)?;
        report.audited = self.store.is_some();
        let hot =
            sending.sent.iter().filter(|sent| sent.arrival.is_hot() && sent.order.is_ok()).count() as u64;
        let writes = writes.zip(writes_before).filter(|_| hot > 0);
        report.hot = writes.map(|(after, before)| HotStock::new(hot, after - before));
        report.cpu_per_order_us = self.own.as_ref().map(|_| per_order(cpu, &sending));
        Ok(report)
    }

    async fn hot_writes(&self, shop: &Shop) -> anyhow::Result<Option<u64>> {
        let Some(store) = &self.store else { return Ok(None) };
        Ok(Some(store.stock_writes(&shop.merchant, &shop.hot_stock()?).await?))
    }
}

/// Three quarters of what is wanted, so that some have to wait.
fn hot_units(arrivals: &[Arrival]) -> u32 {
    let wanted: u32 = arrivals.iter().filter(|arrival| arrival.is_hot()).map(|arrival| arrival.units).sum();
    wanted - wanted / 4
}

fn per_order(cpu: Duration, sending: &Sending) -> u64 {
    let taken = sending.sent.iter().filter(|sent: &&Sent| sent.order.is_ok()).count() as u128;
    cpu.as_micros().checked_div(taken).and_then(|us| u64::try_from(us).ok()).unwrap_or_default()
}

/// Waits until all queues have been empty for a while.
async fn until_quiet(queues: &Queues, patience: Duration) -> anyhow::Result<()> {
    let begun = Instant::now();
    let mut quiet_since = Instant::now();
    while quiet_since.elapsed() < QUIET {
        tokio::time::sleep(PAUSE).await;
        let waiting = queues.waiting()?;
        if waiting > 0 {
            quiet_since = Instant::now();
        }
        ensure!(begun.elapsed() < patience, "{waiting} messages are still in the queues after {patience:?}");
    }
    Ok(())
}

//! A file of many orders, taken in by a system of its own 一括取込: how long until all of them are open, how
//! much memory that takes, and whether the same file again changes anything.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::ensure;
use clap::Args;
use cpu_time::ProcessTime;
use juchu::adapters::clock::SystemClock;
use juchu::app::ports::Clock;
use reqwest::{Client, Method, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::demo::api::Api;
use crate::embedded::{self, Embedded};
use crate::seed::MERCHANT;

/// The channel the file comes from.
const CHANNEL: &str = "demo-files";
/// Its key.
const KEY: &str = "key-of-the-channel-of-files";
/// How often it is looked whether the file is worked through.
const PAUSE: Duration = Duration::from_millis(20);
/// How long that may take.
const PATIENCE: Duration = Duration::from_secs(600);
/// What is ordered, of the catalogue every new system has.
const SKUS: [&str; 4] = ["TEA-100", "TEA-GIFT", "POT-01", "CUP-02"];

/// How large a file.
#[derive(Debug, Args)]
pub struct Options {
    /// How many rows the file has; a row is a line of an order
    #[arg(long, default_value_t = 10_000)]
    rows: usize,
    /// Every how many orders one has a second line
    #[arg(long, value_name = "ORDERS", default_value_t = 10)]
    two_lines_every: usize,
    /// Print one JSON document instead of text
    #[arg(long)]
    json: bool,
}

/// What was measured.
#[derive(Debug, Serialize)]
struct Report {
    /// Whether every row was taken once, and the same file changed nothing.
    ok: bool,
    rows: usize,
    orders: usize,
    bytes: usize,
    /// From the first byte sent until the report of the upload was complete.
    taken_ms: u64,
    /// The time of the processor in that time, of all that the system did.
    cpu_ms: u64,
    /// The most memory of the process until before the upload, and until after it, in KiB.
    peak_before_kib: Option<u64>,
    peak_after_kib: Option<u64>,
    /// How the orders ended.
    counts: BTreeMap<String, usize>,
    /// The same file once more.
    again_ms: u64,
    again_changed: bool,
    /// The same orders in another file.
    duplicates_ms: u64,
    duplicates: BTreeMap<String, usize>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Upload {
    upload: String,
    state: String,
    counts: BTreeMap<String, usize>,
    failure: Option<String>,
}

/// Sends a file to a system of its own and prints what came of it. Fails when a row is not taken, or a
/// repetition changes something.
///
/// # Errors
/// If the system cannot be started or read.
pub async fn run(options: Options) -> anyhow::Result<ExitCode> {
    let folder = tempfile::tempdir()?;
    let data = embedded::Options { data: folder.path().join("data"), fresh: false, port: 0 };
    let system = Embedded::start(&data).await?;
    let report = measure(&system, &options).await;
    system.stop().await;
    let report = report?;
    if options.json {
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        print!("{}", text(&report));
    }
    Ok(if report.ok { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn measure(system: &Embedded, options: &Options) -> anyhow::Result<Report> {
    let token = system.credentials().token("SUPERVISOR", "*", SystemClock.now())?;
    let api = Api::new(&system.url(), token);
    let channel = json!({ "kind": "csv", "api_key": KEY });
    let path = format!("/v1/merchants/{MERCHANT}/channels/{CHANNEL}");
    api.send::<Value>(Method::PUT, &path, &channel).await?;
    let (file, orders) = file(options.rows, options.two_lines_every.max(1));
    let door = Door { client: Client::new(), url: format!("{}/v1/channels/{CHANNEL}/uploads", system.url()) };

    let peak_before_kib = peak_kib();
    let (begun, cpu) = (Instant::now(), ProcessTime::now());
    let first = door.takes(&file, StatusCode::ACCEPTED).await?;
    let (taken_ms, cpu_ms) = (ms(begun.elapsed()), ms(cpu.elapsed()));
    let peak_after_kib = peak_kib();

    let begun = Instant::now();
    let again = door.takes(&file, StatusCode::OK).await?;
    let again_ms = ms(begun.elapsed());
    let begun = Instant::now();
    // A blank row makes it another file.
    let duplicates = door.takes(&format!("{file}\r\n"), StatusCode::ACCEPTED).await?;
    let duplicates_ms = ms(begun.elapsed());

    let all = |outcome: &str| BTreeMap::from([(outcome.to_owned(), orders)]);
    let again_changed = again != first;
    let ok = first.counts == all("OPENED") && !again_changed && duplicates.counts == all("DUPLICATE");
    Ok(Report {
        ok,
        rows: options.rows,
        orders,
        bytes: file.len(),
        taken_ms,
        cpu_ms,
        peak_before_kib,
        peak_after_kib,
        counts: first.counts,
        again_ms,
        again_changed,
        duplicates_ms,
        duplicates: duplicates.counts,
    })
}

/// Where files are handed in.
struct Door {
    client: Client,
    url: String,
}

impl Door {
    /// Sends a file, and waits until it is worked through.
    async fn takes(&self, file: &str, expected: StatusCode) -> anyhow::Result<Upload> {
        let request = self.client.post(&self.url).header("x-api-key", KEY).body(file.to_owned());
        let answer = request.send().await?;
        let (status, text) = (answer.status(), answer.text().await?);
        ensure!(status == expected, "the file is answered {status}: {text}");
        let mut upload: Upload = serde_json::from_str(&text)?;
        let begun = Instant::now();
        while upload.state == "WORKING" {
            ensure!(begun.elapsed() < PATIENCE, "the file is not worked through after {PATIENCE:?}");
            tokio::time::sleep(PAUSE).await;
            let request = self.client.get(format!("{}/{}", self.url, upload.upload));
            let answer = request.header("x-api-key", KEY).send().await?.error_for_status()?;
            upload = answer.json().await?;
        }
        match &upload.failure {
            None => Ok(upload),
            Some(why) => Err(anyhow::anyhow!("the file is refused: {why}")),
        }
    }
}

/// A file with this many rows, and how many orders they are.
fn file(rows: usize, two_lines_every: usize) -> (String, usize) {
    let mut text = "number,ordered_at,customer.name,customer.mail,customer.phone,ship_to.name,ship_to.phone,\
                    ship_to.postal_code,ship_to.prefecture,ship_to.city,ship_to.line1,sku,title,unit_price,\
                    quantity,tax_rate,payment.method\r\n"
        .to_owned();
    let (mut written, mut orders) = (0, 0);
    while written < rows {
        orders += 1;
        let lines = if orders % two_lines_every == 0 { 2 } else { 1 };
        for sku in SKUS.iter().cycle().skip(orders).take(lines.min(rows - written)) {
            // Writing to a string cannot fail.
            let _ = write!(
                text,
                "BULK-{orders:06},2026-11-21T10:15:00+09:00,山田 花子,hanako{orders}@example.com,090-1234-5678,\
                 山田 花子,03-1234-5678,150-0001,東京都,渋谷区,神宮前1-2-{},{sku},{sku} の商品,1080,1,8,\
                 CHANNEL_SETTLED\r\n",
                orders % 30 + 1
            );
            written += 1;
        }
    }
    (text, orders)
}

fn ms(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// The most memory this process has had, where the system tells.
fn peak_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

fn text(report: &Report) -> String {
    let kib = |peak: Option<u64>| peak.map_or("unknown".to_owned(), |kib| format!("{} MiB", kib / 1_024));
    format!(
        "{} {} rows, {} orders, {} KiB\n\
         taken in            {} ms, of the processor {} ms\n\
         how they ended      {:?}\n\
         memory, at most     {} before, {} after\n\
         the same file again {} ms, {}\n\
         in another file     {} ms, {:?}\n",
        if report.ok { "✔" } else { "✘" },
        report.rows,
        report.orders,
        report.bytes / 1_024,
        report.taken_ms,
        report.cpu_ms,
        report.counts,
        kib(report.peak_before_kib),
        kib(report.peak_after_kib),
        report.again_ms,
        if report.again_changed { "and something changed" } else { "and nothing changed" },
        report.duplicates_ms,
        report.duplicates,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_the_rows_that_are_asked_for() {
        for rows in [1, 9, 100] {
            let (text, orders) = file(rows, 10);
            assert_eq!(text.lines().count(), rows + 1);
            let last = text.lines().last().map(|line| line.split(',').count());
            assert_eq!(last, text.lines().next().map(|line| line.split(',').count()));
            assert!(text.contains(&format!("BULK-{orders:06}")), "{orders}");
        }
    }
}

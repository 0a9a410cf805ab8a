//! `juchu export` and `juchu import`: all that a merchant has, as records, one JSON document a line.

use std::collections::BTreeMap;
use std::io::{self, BufRead, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use juchu::adapters::clock::SystemClock;
use juchu::adapters::dynamo::DynamoStore;
use juchu::app::access::{Principal, Role, Scope};
use juchu::app::import::Import;
use juchu::app::manage_merchant::ManageMerchant;
use juchu::app::operate_order::Caller;
use juchu::app::records::{ImportOutcome, Row};
use juchu::domain::ids::MerchantId;
use juchu::lambda::api::moving::{ImportedView, MAX_RECORDS, MovedRecord, read_row};
use juchu::lambda::aws::Aws;
use juchu::lambda::http::FILE_LIMIT;
use juchu::lambda::settings::Settings;
use serde_json::Value;

use crate::embedded::OpenStore;
use crate::functions::MAIL_DOMAIN;

/// How many records are read in one go.
const PAGE: usize = 100;

/// Where the data is.
#[derive(Debug, Args)]
struct Source {
    /// The data folder of a local system that does not run
    #[arg(long, value_name = "DIR", default_value = ".juchu")]
    data: PathBuf,
    /// A table of DynamoDB instead, with `AWS_REGION`, credentials and perhaps `AWS_ENDPOINT_URL` in the
    /// environment
    #[arg(long, value_name = "NAME", conflicts_with = "data")]
    table: Option<String>,
}

/// Whose data to take out.
#[derive(Debug, Args)]
pub struct ExportOptions {
    /// The merchant
    merchant: String,
    #[command(flatten)]
    source: Source,
}

/// Whose data to take over.
#[derive(Debug, Args)]
pub struct ImportOptions {
    /// The merchant; it is created by its `MERCHANT` record
    merchant: String,
    #[command(flatten)]
    source: Source,
    /// Only say what would become of the records
    #[arg(long)]
    dry_run: bool,
    /// The domain that system sends its mails from, as it was deployed with
    #[arg(long, value_name = "DOMAIN", default_value = MAIL_DOMAIN)]
    mail_domain: String,
}

type App = ManageMerchant<DynamoStore, SystemClock>;

/// Writes everything the merchant has to standard output.
///
/// # Errors
/// If it cannot be read, or not be written.
pub async fn export(options: ExportOptions) -> anyhow::Result<()> {
    let ExportOptions { merchant, source } = options;
    let merchant = MerchantId::new(merchant)?;
    source.with(async |store| write_all(&app(store), &merchant, io::stdout().lock()).await).await
}

/// Takes over what standard input has; fails if some of it was refused.
///
/// # Errors
/// If it cannot be read, or not be stored.
pub async fn import(options: ImportOptions) -> anyhow::Result<ExitCode> {
    let ImportOptions { merchant, source, dry_run, mail_domain } = options;
    let merchant = MerchantId::new(merchant)?;
    let counts = source
        .with(async |store| {
            let (app, caller) = (app(store), person(&merchant));
            let import = Import::begin(&app, caller, merchant.clone(), dry_run).await?;
            read_all(import, &mail_domain, io::stdin().lock(), io::stdout().lock()).await
        })
        .await?;
    let told: Vec<String> = counts.iter().map(|(outcome, n)| format!("{n} {}", outcome.name())).collect();
    eprintln!("{merchant}: {}{}", told.join(", "), if dry_run { " (nothing was stored)" } else { "" });
    let is_refused = counts.contains_key(&ImportOutcome::Refused);
    Ok(if is_refused { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

impl Source {
    /// Does something with the store, and closes it.
    async fn with<T>(self, work: impl AsyncFnOnce(DynamoStore) -> anyhow::Result<T>) -> anyhow::Result<T> {
        if let Some(table) = self.table {
            let client = Aws::new(&Settings::from_environment().aws()?)?.dynamodb();
            return work(DynamoStore::new(client, table)).await;
        }
        let opened = OpenStore::open(Path::new(&self.data)).await?;
        let done = work(opened.store().clone()).await;
        opened.close().await;
        done
    }
}

const fn app(store: DynamoStore) -> App {
    ManageMerchant { store, clock: SystemClock }
}

/// Whoever has the table's keys may do with it what they like.
#[must_use]
pub fn person(merchant: &MerchantId) -> Caller {
    let principal = Principal {
        subject: "juchu".to_owned(),
        roles: [Role::Supervisor].into(),
        scope: Scope::Of([merchant.clone()].into()),
    };
    Caller { principal, correlation: "juchu".to_owned(), repeatable: None }
}

/// Writes everything, a page at a time.
///
/// # Errors
/// If it cannot be read, or not be written.
pub async fn write_all(app: &App, merchant: &MerchantId, mut output: impl Write) -> anyhow::Result<()> {
    let (who, mut cursor) = (person(merchant).principal, None);
    loop {
        let page = app.export(&who, merchant, cursor.as_deref(), PAGE).await?;
        for exported in page.items {
            serde_json::to_writer(&mut output, &MovedRecord::of(exported)?)?;
            output.write_all(b"\n")?;
        }
        cursor = page.next;
        if cursor.is_none() {
            return Ok(output.flush()?);
        }
    }
}

/// Takes over everything, some lines at a time, and counts how many ended how.
///
/// # Errors
/// If it cannot be read, or not be stored.
pub async fn read_all(
    mut import: Import<'_, DynamoStore, SystemClock>,
    mail_domain: &str,
    input: impl BufRead,
    mut output: impl Write,
) -> anyhow::Result<BTreeMap<ImportOutcome, u64>> {
    let (mut lines, mut counts) = (Lines { input, number: 0 }, BTreeMap::new());
    loop {
        let rows = lines.next(mail_domain)?;
        if rows.is_empty() {
            output.flush()?;
            return Ok(counts);
        }
        for imported in import.take(rows).await? {
            *counts.entry(imported.outcome).or_default() += 1;
            serde_json::to_writer(&mut output, &ImportedView::from(imported))?;
            output.write_all(b"\n")?;
        }
    }
}

/// The lines of a file, of which only some are held at any time.
struct Lines<R> {
    input: R,
    number: u64,
}

impl<R: BufRead> Lines<R> {
    /// The next records: as many as a request may have, and about as large.
    fn next(&mut self, mail_domain: &str) -> anyhow::Result<Vec<Row>> {
        let (mut rows, mut bytes, mut line) = (Vec::new(), 0, Vec::new());
        while rows.len() < MAX_RECORDS && bytes < FILE_LIMIT {
            line.clear();
            let limit = FILE_LIMIT as u64 + 1;
            if self.input.by_ref().take(limit).read_until(b'\n', &mut line)? == 0 {
                break;
            }
            self.number += 1;
            anyhow::ensure!(line.len() <= FILE_LIMIT, "line {} is longer than 4 MiB", self.number);
            if line.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            bytes += line.len();
            // What is no JSON is no record either, which is said of it alone.
            let record = serde_json::from_slice(&line).unwrap_or(Value::Null);
            rows.push(read_row(format!("line {}", self.number), record, mail_domain));
        }
        Ok(rows)
    }
}

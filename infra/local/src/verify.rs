//! `juchu verify`: whether everything that is stored of a merchant agrees.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use juchu::adapters::clock::SystemClock;
use juchu::adapters::dynamo::DynamoStore;
use juchu::app::verify::{Verified, Verify};
use juchu::domain::ids::MerchantId;
use juchu::lambda::aws::Aws;
use juchu::lambda::settings::Settings;

use crate::embedded::OpenStore;

/// Whose data, and where it is.
#[derive(Args)]
pub struct Options {
    /// The merchant
    #[arg(default_value = "demo")]
    merchant: String,
    /// The data folder of a local system that does not run
    #[arg(long, value_name = "DIR", default_value = ".juchu")]
    data: PathBuf,
    /// A table of DynamoDB instead, with `AWS_REGION`, credentials and perhaps `AWS_ENDPOINT_URL` in the
    /// environment
    #[arg(long, value_name = "NAME", conflicts_with = "data")]
    table: Option<String>,
}

/// Reads everything and prints what does not agree; fails if something does not.
///
/// # Errors
/// If it cannot be read.
pub async fn run(options: Options) -> anyhow::Result<ExitCode> {
    let Options { merchant, data, table } = options;
    let merchant = MerchantId::new(merchant)?;
    let verified = if let Some(table) = table {
        let client = Aws::new(&Settings::from_environment().aws()?)?.dynamodb();
        verify(DynamoStore::new(client, table), &merchant).await?
    } else {
        let opened = OpenStore::open(&data).await?;
        let verified = verify(opened.store().clone(), &merchant).await;
        opened.close().await;
        verified?
    };
    let Verified { orders, events, stocks, tallies, violations } = verified;
    println!("{merchant}: {orders} orders, {events} events, {stocks} stocks, {tallies} counts");
    for violation in &violations {
        println!("✘ {violation}");
    }
    if violations.is_empty() {
        println!("✔ everything agrees");
        return Ok(ExitCode::SUCCESS);
    }
    Ok(ExitCode::FAILURE)
}

/// Reads everything that is stored of the merchant and checks it.
///
/// # Errors
/// If it cannot be read.
pub async fn verify(store: DynamoStore, merchant: &MerchantId) -> anyhow::Result<Verified> {
    Ok(Verify { store, clock: SystemClock }.handle(merchant).await?)
}

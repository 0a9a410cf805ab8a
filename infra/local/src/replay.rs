//! `juchu replay`: an order as it was at a moment, and why it is as it is.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::demo::api::Api;

/// Which order, and whose.
#[derive(Args)]
pub struct Options {
    /// The order's id
    order: String,
    /// The moment, such as 2026-11-21T01:15:00Z; now when left out
    #[arg(long)]
    at: Option<Timestamp>,
    /// The API
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:3000")]
    api: String,
    /// A token of somebody who may read the order; that of the data folder's supervisor when left out
    #[arg(long)]
    token: Option<String>,
    /// The folder that holds the data of the running system
    #[arg(long, value_name = "DIR", default_value = ".juchu")]
    data: PathBuf,
}

/// What is shown of an order.
#[derive(Deserialize)]
struct Order {
    number: String,
    version: u64,
    settings_version: u32,
    state: String,
    state_since: Timestamp,
    holds: Vec<Map<String, Value>>,
    tickets: Vec<Map<String, Value>>,
    timeline: Vec<Happened>,
}

/// Something that happened, and why.
#[derive(Deserialize)]
struct Happened {
    seq: u64,
    at: Timestamp,
    by: String,
    correlation: String,
    caused_by: Option<String>,
    event: Map<String, Value>,
}

/// Prints the order and its way.
///
/// # Errors
/// If the API does not show it.
pub async fn run(options: Options) -> anyhow::Result<()> {
    let Options { order, at, api, token, data } = options;
    let token = token.map_or_else(|| supervisor(&data), Ok)?;
    let at = at.map(|at| format!("?at={at}")).unwrap_or_default();
    let order: Order = Api::new(&api, token).get(&format!("/v1/orders/{order}{at}")).await?;
    print!("{}", told(&order)?);
    Ok(())
}

fn supervisor(data: &Path) -> anyhow::Result<String> {
    let path = data.join("tokens").join("supervisor");
    fs::read_to_string(&path).with_context(|| {
        format!("cannot read {}; give --token, or --data with the running system's folder", path.display())
    })
}

fn told(order: &Order) -> Result<String, std::fmt::Error> {
    let Order { number, version, settings_version, state, state_since, .. } = order;
    let mut text = String::new();
    writeln!(text, "{number}: {state} since {state_since}, after {version} events")?;
    writeln!(text, "handled by version {settings_version} of the merchant's settings")?;
    for (what, all, name) in [("held for", &order.holds, "code"), ("needs", &order.tickets, "kind")] {
        let is_open = |one: &&Map<String, Value>| one.get("closed_at").is_none_or(Value::is_null);
        for one in all.iter().filter(is_open) {
            writeln!(text, "{what} {}", one.get(name).and_then(Value::as_str).unwrap_or_default())?;
        }
    }
    for Happened { seq, at, by, correlation, caused_by, event } in &order.timeline {
        let kind = event.get("type").and_then(Value::as_str).unwrap_or_default();
        write!(text, "\n{seq:>4}  {at}  {kind}\n      by {by}, request {correlation}")?;
        if let Some((_, cause)) = caused_by.as_ref().and_then(|cause| cause.rsplit_once(':')) {
            write!(text, ", because of event {cause}")?;
        }
        writeln!(text)?;
        for (name, fact) in event.iter().filter(|(name, _)| *name != "type") {
            writeln!(text, "      {name}: {fact}")?;
        }
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_event_is_told_with_its_cause_and_its_facts() {
        let order = json!({
            "number": "A-1", "version": 2, "settings_version": 3, "state": "RECEIVED",
            "state_since": "2026-04-01T00:00:00Z",
            "holds": [{ "code": "QUALITY" }, { "code": "PAYMENT", "closed_at": "2026-04-01T00:00:00Z" }],
            "tickets": [],
            "timeline": [
                { "seq": 1, "at": "2026-04-01T00:00:00Z", "by": "channel:shop", "correlation": "c1",
                  "event": { "type": "OrderReceived" } },
                { "seq": 2, "at": "2026-04-01T00:00:01Z", "by": "allocate-stock", "correlation": "c1",
                  "caused_by": "o-1:1", "event": { "type": "StockAllocated", "grants": [1] } },
            ],
        });
        let text = told(&serde_json::from_value(order).unwrap()).unwrap();
        assert_eq!(
            text,
            "A-1: RECEIVED since 2026-04-01T00:00:00Z, after 2 events\n\
             handled by version 3 of the merchant's settings\n\
             held for QUALITY\n\
             \n   1  2026-04-01T00:00:00Z  OrderReceived\n      by channel:shop, request c1\n\
             \n   2  2026-04-01T00:00:01Z  StockAllocated\n      by allocate-stock, request c1, because of event 1\n\
             \x20     grants: [1]\n"
        );
    }
}

//! `juchu channel`: what a payload of a channel becomes, without storing anything.

use std::io::Read;
use std::process::ExitCode;

use anyhow::{Context, ensure};
use clap::Args;
use jiff::Timestamp;
use juchu::adapters::channels::ChannelDefaults;
use juchu::domain::merchant::{ChannelKind, OrderPolicy};
use juchu::lambda::api::reading;

/// The most bytes that are read.
const LIMIT: u64 = 64 * 1024 * 1024;

/// What to read.
#[derive(Debug, Args)]
pub struct Options {
    /// The kind of channel that the payload on standard input is of.
    #[arg(value_name = "KIND", value_parser = kind, required_unless_present = "list")]
    kind: Option<ChannelKind>,
    /// List the kinds instead.
    #[arg(long, conflicts_with = "kind")]
    list: bool,
}

/// Prints what the payload says as one JSON document; fails unless every order of it could be read.
///
/// # Errors
/// When standard input cannot be read, or is too large.
pub fn run(options: &Options) -> anyhow::Result<ExitCode> {
    let Some(kind) = options.kind.filter(|_| !options.list) else {
        for kind in ChannelKind::ALL {
            println!("{}", kind.name());
        }
        return Ok(ExitCode::SUCCESS);
    };
    let mut body = Vec::new();
    std::io::stdin()
        .lock()
        .take(LIMIT + 1)
        .read_to_end(&mut body)
        .context("standard input cannot be read")?;
    ensure!(body.len() as u64 <= LIMIT, "the payload has more than 64 MiB: split it");
    let view = reading::read(kind, &body, &ChannelDefaults::default(), &OrderPolicy::default(), now());
    println!("{}", serde_json::to_string_pretty(&view)?);
    Ok(if view.is_clean() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

#[expect(clippy::disallowed_methods, reason = "this is where the program's time comes from")]
fn now() -> Timestamp {
    Timestamp::now()
}

/// The kind that people mean: its name however it is written, or another name of the platform.
fn kind(text: &str) -> Result<ChannelKind, String> {
    let plain: String = text.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
    let by_alias = match plain.as_str() {
        "rms" | "rakutencsv" | "rakutenjson" | "rakutenpay" | "rakutenichiba" => Some(ChannelKind::Rakuten),
        "yahooshopping" | "yahoojp" | "yahooxml" => Some(ChannelKind::Yahoo),
        "spapi" | "amazonspapi" | "amazonjp" => Some(ChannelKind::Amazon),
        "woo" => Some(ChannelKind::WooCommerce),
        "thebase" | "baseec" => Some(ChannelKind::Base),
        "eccube4" => Some(ChannelKind::EcCube),
        "ne" | "nextenginecsv" | "hanyo" => Some(ChannelKind::NextEngine),
        "phone" | "chat" => Some(ChannelKind::Manual),
        "generic" | "genericjson" => Some(ChannelKind::Json),
        "genericcsv" => Some(ChannelKind::Csv),
        _ => None,
    };
    let by_name = || ChannelKind::ALL.into_iter().find(|kind| kind.name().replace('_', "") == plain);
    let names = || ChannelKind::ALL.map(ChannelKind::name).join(", ");
    by_alias.or_else(by_name).ok_or_else(|| format!("no such kind; there are {}", names()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_known_by_its_name_however_it_is_written() {
        for known in ChannelKind::ALL {
            assert_eq!(kind(known.name()), Ok(known));
            assert_eq!(kind(&known.name().to_uppercase()), Ok(known));
        }
        for (text, expected) in [
            ("rakuten-csv", ChannelKind::Rakuten),
            ("next-engine", ChannelKind::NextEngine),
            ("NextEngine", ChannelKind::NextEngine),
            ("woo", ChannelKind::WooCommerce),
            ("ec-cube", ChannelKind::EcCube),
            ("yahoo-shopping", ChannelKind::Yahoo),
        ] {
            assert_eq!(kind(text), Ok(expected), "{text}");
        }
        assert!(kind("ebay").unwrap_err().contains("rakuten"));
    }
}

//! A fuzz target for every dialect that channels speak: `cargo xtask fuzz`.
//!
//! Bytes in, a typed error or an order out. What is read is also opened, billed, checked and
//! written as JSON, because that is what happens to it next.

#![no_main]

use std::sync::OnceLock;

use jiff::Timestamp;
use juchu::adapters::channels::{ChannelDefaults, ChannelOrder, fingerprint, read};
use juchu::domain::ids::{ChannelId, MerchantId};
use juchu::domain::merchant::{ChannelKind, OrderPolicy};
use juchu::domain::money::Amount;
use juchu::domain::rule_pack::RulePack;
use juchu::domain::rules;
use libfuzzer_sys::fuzz_target;

static KIND: OnceLock<ChannelKind> = OnceLock::new();

fuzz_target!(
    init: {
        KIND.get_or_init(chosen);
    },
    |body: &[u8]| {
        let Ok(reading) = read(*KIND.get_or_init(chosen), body, &ChannelDefaults::default()) else { return };
        for entry in reading.entries {
            if let Ok(said) = entry.said {
                open(said);
            }
        }
    }
);

/// The dialect to read. Without one, the names of all are told.
#[expect(clippy::disallowed_methods, reason = "libFuzzer has the command line to itself")]
fn chosen() -> ChannelKind {
    let name = std::env::var("JUCHU_FUZZ").unwrap_or_default();
    ChannelKind::ALL.into_iter().find(|kind| kind.name() == name).unwrap_or_else(|| {
        ChannelKind::ALL.iter().for_each(|kind| println!("{}", kind.name()));
        std::process::exit(0)
    })
}

fn open(said: ChannelOrder) {
    let digest = fingerprint(&said.order);
    if !said.missing.is_empty() {
        return;
    }
    let owner = (MerchantId::new("acme").expect("an id"), ChannelId::new("acme-shop").expect("an id"));
    let now: Timestamp = "2026-11-21T02:00:00Z".parse().expect("a moment");
    if let Ok(order) = said.order.into_order(owner, digest, &OrderPolicy::default(), now) {
        assert!(order.billing().total >= Amount::ZERO, "an order that costs less than nothing");
        assert!(rules::check(&order, &[], &RulePack::default()).len() < 1_000, "findings without end");
    }
}

//! What the dialects' tests share.

use serde_json::Value;

use super::*;
use crate::domain::Order;
use crate::domain::ids::{ChannelId, MerchantId};
use crate::domain::merchant::OrderPolicy;
use crate::domain::validation::{Finding, FindingCode, Severity};

pub(super) const DEFAULTS: ChannelDefaults = ChannelDefaults { language: Language::Ja };

/// The payload's one order.
pub(super) fn one(kind: ChannelKind, body: &[u8]) -> ChannelOrder {
    let reading = read(kind, body, &DEFAULTS).unwrap();
    assert_eq!(reading.entries.len(), 1);
    reading.entries.into_iter().next().unwrap().said.unwrap()
}

/// The order of ours that it becomes.
pub(super) fn opened(intake: Intake) -> Order {
    let owner = (MerchantId::new("acme").unwrap(), ChannelId::new("acme-shop").unwrap());
    let now = "2026-11-22T00:00:00Z".parse().unwrap();
    intake.into_order(owner, String::new(), &OrderPolicy::default(), now).unwrap()
}

/// What validation finds beside the catalogue.
pub(super) fn findings(order: &Order) -> Vec<Finding> {
    let all = crate::domain::rules::check(order, &[], &crate::domain::rule_pack::RulePack::default());
    all.into_iter().filter(|finding| finding.code != FindingCode::UnknownProduct).collect()
}

/// What stops the order or wants a look, by code.
pub(super) fn codes(order: &Order) -> Vec<(FindingCode, bool)> {
    let stops = |finding: &Finding| matches!(finding.severity, Severity::Blocking(_));
    findings(order).iter().map(|finding| (finding.code, stops(finding))).collect()
}

/// What is wrong with a payload's only order, as `field: message`.
pub(super) fn defects(kind: ChannelKind, body: &[u8]) -> Vec<String> {
    let reading = read(kind, body, &DEFAULTS);
    match reading.and_then(|reading| reading.entries.into_iter().next().unwrap().said).unwrap_err() {
        ChannelError::Impossible(defects) => {
            defects.into_iter().map(|it| format!("{}: {}", it.field, it.message)).collect()
        }
        ChannelError::Malformed { path, message } => vec![format!("malformed {path}: {message}")],
    }
}

/// A shared fixture, when the fixtures are beside this checkout.
pub(super) fn fixture(path: &str) -> Option<Vec<u8>> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/fixtures");
    let fixture = std::fs::read(folder.join(path)).ok();
    if fixture.is_none() {
        eprintln!("skipped: the shared fixture {path} is not beside this checkout");
    }
    fixture
}

/// Reads whatever this is, and opens what can be opened, for the panics that must not come.
pub(super) fn survive(kind: ChannelKind, body: &[u8]) {
    let Ok(reading) = read(kind, body, &DEFAULTS) else { return };
    for order in reading.entries.into_iter().filter_map(|entry| entry.said.ok()) {
        let owner = (MerchantId::new("acme").unwrap(), ChannelId::new("acme-shop").unwrap());
        let now = "2026-11-22T00:00:00Z".parse().unwrap();
        if let Ok(order) = order.order.into_order(owner, String::new(), &OrderPolicy::default(), now) {
            assert!(order.billing().total >= crate::domain::money::Amount::ZERO);
            assert!(
                crate::domain::rules::check(&order, &[], &crate::domain::rule_pack::RulePack::default())
                    .len()
                    < 1_000
            );
        }
    }
}

/// A JSON sample once `change` was made to it.
pub(super) fn changed(body: &[u8], change: impl FnOnce(&mut Value)) -> Vec<u8> {
    let mut value = serde_json::from_slice(body).unwrap();
    change(&mut value);
    value.to_string().into_bytes()
}

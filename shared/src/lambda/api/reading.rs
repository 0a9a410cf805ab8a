//! What a payload of a channel says, for integrators: read, checked, and not stored.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use super::orders::{BillingView, FindingView};
use crate::adapters::channels::{
    self, ChannelDefaults, ChannelError, ChannelOrder, ChannelStatus, Entry, Missing, unmapped,
};
use crate::domain::ids::{ChannelId, MerchantId};
use crate::domain::intake::Impossible;
use crate::domain::merchant::{ChannelKind, OrderPolicy};
use crate::domain::rule_pack::RulePack;
use crate::domain::rules;
use crate::domain::validation::FindingCode;

/// What a payload says.
#[derive(Clone, Serialize, utoipa::ToSchema)]
pub struct ReadingView {
    /// Its orders.
    pub orders: Vec<ReadOrderView>,
    /// What it has and the canonical order does not, by path or column. It is kept with the payload.
    pub unmapped: BTreeMap<String, Value>,
    /// What is wrong with the payload as a whole.
    pub violations: Vec<ViolationView>,
}

/// An order of a payload.
#[derive(Clone, Serialize, utoipa::ToSchema)]
pub struct ReadOrderView {
    /// Where it is in the payload; empty when it is all of it.
    pub at: String,
    /// The channel's number of it.
    pub number: Option<String>,
    /// Where it stands at the channel.
    pub status: Option<ChannelStatus>,
    /// What the payload does not have and must be fetched before the order can be opened.
    pub missing: Vec<MissingView>,
    /// The canonical order, as far as the payload has it.
    pub order: Option<Value>,
    /// What it costs.
    pub billing: Option<BillingView>,
    /// What validation would notice, the catalogue and the stock aside.
    pub findings: Vec<FindingView>,
    /// Why it can be no order.
    pub violations: Vec<ViolationView>,
}

/// A part of an order that another call to the channel has.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct MissingView {
    /// Which part of the canonical order.
    pub field: String,
    /// The call that has it.
    pub fetch: String,
}

/// Something that cannot be, and what to do.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ViolationView {
    /// Where, as a path into the payload, or a row and column.
    pub field: String,
    /// What is wrong and what to do.
    pub message: String,
}

/// Reads a payload of a channel of this kind, and checks its orders as they would be at `now`.
#[must_use]
pub fn read(
    kind: ChannelKind,
    body: &[u8],
    defaults: &ChannelDefaults,
    policy: &OrderPolicy,
    now: Timestamp,
) -> ReadingView {
    match channels::read(kind, body, defaults) {
        Err(error) => {
            ReadingView { orders: Vec::new(), unmapped: BTreeMap::new(), violations: violations(error) }
        }
        Ok(mut reading) => {
            let entries = std::mem::take(&mut reading.entries).into_iter();
            let orders = entries.map(|entry| order(entry, policy, now)).collect();
            ReadingView { orders, unmapped: unmapped::values(body, &reading), violations: Vec::new() }
        }
    }
}

impl ReadingView {
    /// Whether every order could be read.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.violations.is_empty() && self.orders.iter().all(|order| order.violations.is_empty())
    }
}

fn order(entry: Entry, policy: &OrderPolicy, now: Timestamp) -> ReadOrderView {
    let mut view = ReadOrderView {
        at: entry.at,
        number: entry.number,
        status: None,
        missing: Vec::new(),
        order: None,
        billing: None,
        findings: Vec::new(),
        violations: Vec::new(),
    };
    match entry.said {
        Err(error) => view.violations = violations(error),
        Ok(said) => show(said, policy, now, &mut view),
    }
    view
}

fn show(said: ChannelOrder, policy: &OrderPolicy, now: Timestamp, view: &mut ReadOrderView) {
    view.status = Some(said.status);
    view.order = canonical(&said);
    // A part of an order, or one that is over, need not make an order of its own.
    let must_be_whole = said.missing.is_empty() && said.status != ChannelStatus::Cancelled;
    view.missing = said.missing.iter().map(MissingView::from).collect();
    let (Ok(merchant), Ok(channel)) = (MerchantId::new("dry-run"), ChannelId::new("dry-run")) else { return };
    match said.order.into_order((merchant, channel), String::new(), policy, now) {
        Ok(order) => {
            view.billing = Some(BillingView::from(&order.billing()));
            let findings = rules::check(&order, &[], &RulePack::standard(policy.clone()));
            let findings = findings.iter().filter(|finding| finding.code != FindingCode::UnknownProduct);
            view.findings = findings.map(FindingView::from).collect();
        }
        Err(impossible) if must_be_whole => {
            view.violations = violations(ChannelError::Impossible(impossible));
        }
        Err(_) => {}
    }
}

/// The order without the stand-in for a moment that is not known.
fn canonical(said: &ChannelOrder) -> Option<Value> {
    let mut order = serde_json::to_value(&said.order).ok()?;
    if said.missing.iter().any(|missing| missing.field == "ordered_at") {
        order.as_object_mut()?.remove("ordered_at");
    }
    Some(order)
}

fn violations(error: ChannelError) -> Vec<ViolationView> {
    match error {
        ChannelError::Malformed { path: field, message } => vec![ViolationView { field, message }],
        ChannelError::Impossible(defects) => {
            let shown = |Impossible { field, message }| ViolationView { field, message };
            defects.into_iter().map(shown).collect()
        }
    }
}

impl From<&Missing> for MissingView {
    fn from(missing: &Missing) -> Self {
        Self { field: missing.field.to_owned(), fetch: missing.fetch.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(kind: ChannelKind, body: &[u8]) -> ReadingView {
        let now = "2026-11-22T00:00:00Z".parse().unwrap();
        read(kind, body, &ChannelDefaults::default(), &OrderPolicy::default(), now)
    }

    #[test]
    fn an_order_is_shown_with_what_it_costs_and_what_validation_would_notice() {
        let body = include_bytes!("../../adapters/channels/samples/rakuten_v9_several.json");
        let view = view(ChannelKind::Rakuten, body);
        assert!(view.is_clean());
        let [order] = view.orders.as_slice() else { panic!("one order") };
        let billing = order.billing.as_ref().unwrap();
        assert_eq!((billing.goods, billing.fees, billing.discount), (8_510, 2_090, 1_000));
        assert_eq!((billing.total, billing.adjustment), (9_600, 0));
        assert_eq!(order.order.as_ref().unwrap()["lines"][0]["unit_price"], 2_160);
        let codes: Vec<_> = order.findings.iter().map(|finding| finding.code).collect();
        assert!(codes.contains(&FindingCode::CustomerNote) && !codes.contains(&FindingCode::UnknownProduct));
        assert_eq!(view.unmapped["OrderModelList[0].OrdererModel.birthYear"], 1_988);
    }

    #[test]
    fn a_date_that_is_not_known_is_not_made_up() {
        let body = "店舗伝票番号,受注日,商品コード,商品価格,受注数量\n1,?,a,100,1\n";
        let view = view(ChannelKind::NextEngine, body.as_bytes());
        assert!(view.is_clean());
        assert_eq!(view.orders[0].missing[0].field, "ordered_at");
        assert_eq!(view.orders[0].order.as_ref().unwrap().get("ordered_at"), None);
    }

    #[test]
    fn what_cannot_be_is_told_where_it_is() {
        assert_eq!(view(ChannelKind::Json, b"[]").violations.len(), 1);
        let body = "店舗伝票番号,受注日,商品コード,商品価格,受注数量\n1,2026/11/21,a,100,x\n";
        let view = view(ChannelKind::NextEngine, body.as_bytes());
        assert!(!view.is_clean());
        assert_eq!(view.orders[0].violations[0].field, "row 2: 受注数量");
    }
}

//! The one transaction every decision is written in, perhaps [with others](super::group).

use aws_sdk_dynamodb::types::{AttributeValue, CancellationReason, TransactWriteItem};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::keys::{self, Key};
use super::transact::{Condition, Reason, reason};
use super::{DynamoStore, Row, decode, encode, events};
use crate::app::ports::{Commit, CommitError, OrderSummary, StoreError};
use crate::app::record::EventRecord;
use crate::app::stock_effect::StockEffect;
use crate::app::worklist::OrderWork;
use crate::domain::billing::SalesEntry;
use crate::domain::event::Event;
use crate::domain::ids::{MerchantId, OrderId};
use crate::domain::japan;
use crate::domain::order::Order;
use crate::domain::tally::TallyChange;
use crate::domain::timers::next_due;

/// What a write of the transaction is for: tells what its failure means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    NewOrder,
    Order,
    Event,
    Stock,
    Tally,
    Answer,
}

/// A commit as rows.
#[derive(Debug)]
pub(super) struct Prepared {
    pub(super) order: OrderId,
    pub(super) merchant: MerchantId,
    pub(super) token: String,
    /// The rows that are its own.
    pub(super) own: Vec<(Part, TransactWriteItem)>,
    /// What it does to the counts of stocks, by stock: others may do something to them too.
    pub(super) effects: Vec<StockEffect>,
    /// What it does to counts that orders share, the hottest first.
    pub(super) tallies: Vec<TallyChange>,
}

/// The order's row: the order whole, and beside it only what keys, conditions and indexes need.
#[derive(Serialize)]
struct OrderRow<'a> {
    version: u64,
    #[serde(with = "super::text")]
    order: &'a Order,
    summary: OrderSummary,
    merchant_key: &'a MerchantId,
    received_key: String,
    state_key: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    attention_key: Option<&'a MerchantId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    work_key: Option<&'a MerchantId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    work_due: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    work: Option<OrderWork>,
    #[serde(skip_serializing_if = "Option::is_none")]
    due_key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    due_at: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct StoredOrder {
    #[serde(with = "super::text")]
    pub(super) order: Order,
}

#[derive(Serialize)]
struct SalesRow<'a> {
    merchant: &'a MerchantId,
    /// 計上日, in Japan.
    posted_on: Date,
    entries: &'a [SalesEntry],
}

fn order_row(order: &Order) -> Result<Row, StoreError> {
    let summary = OrderSummary::of(order);
    let (due, work) = (next_due(order), OrderWork::of(order));
    let content = OrderRow {
        version: order.version,
        order,
        merchant_key: &order.merchant,
        received_key: keys::received_key(order.received_at, &order.id),
        state_key: format!("{}#{}", order.merchant, order.state.name()),
        attention_key: summary.needs_attention().then_some(&order.merchant),
        work_key: work.as_ref().map(|_| &order.merchant),
        work_due: work.as_ref().map(|work| keys::work_key(work.due_at(), &order.id)),
        work,
        due_key: due.map(|_| keys::due_key(keys::due_shard(&order.id))),
        due_at: due.map(keys::sortable),
        summary,
    };
    encode(Key::order(&order.id), content)
}

/// The same commit always has the same token, so one sent again because its answer was lost counts
/// once. The events tell one commit from another: the order afterwards follows from them.
fn token(commit: &Commit) -> Result<String, StoreError> {
    let what = (&commit.records, &commit.movements, &commit.answer, commit.calls_next);
    let content = (&commit.order.id, commit.expected_version, what);
    let content = serde_json::to_vec(&content)
        .map_err(|error| StoreError::Corrupt(format!("a commit cannot be written: {error}")))?;
    // DynamoDB takes at most 36 characters.
    let mut token = hex::encode(Sha256::digest(content));
    token.truncate(32);
    Ok(token)
}

impl DynamoStore {
    pub(super) async fn commit_order(&self, commit: &Commit) -> Result<(), CommitError> {
        self.commit_in_turn(self.prepare(commit)?).await
    }

    pub(super) fn prepare(&self, commit: &Commit) -> Result<Prepared, StoreError> {
        let (order, merchant) = (&commit.order, &commit.order.merchant);
        let row = order_row(order)?;
        let mut own = vec![if commit.expected_version == 0 {
            (Part::NewOrder, self.write_put(row, Some(Condition::absent()))?)
        } else {
            let expected = AttributeValue::N(commit.expected_version.to_string());
            let unchanged = Condition::new("version = :expected", [(":expected", expected)]);
            (Part::Order, self.write_put(row, Some(unchanged))?)
        }];
        for record in &commit.records {
            let row = events::row(record)?;
            own.push((Part::Event, self.write_put(row, Some(Condition::absent()))?));
            if let Event::SalesPosted { entries } = &record.event {
                let row = sales_row(record, entries)?;
                own.push((Part::Event, self.write_put(row, Some(Condition::absent()))?));
            }
        }
        let effects = commit.stock_effects();
        for effect in &effects {
            own.push((Part::Stock, self.write_ledger(merchant, &effect.key, &effect.entry)?));
        }
        for ((key, line), waits) in commit.waiting_changes() {
            own.push((Part::Stock, self.write_waiting(order, key, line, waits)?));
        }
        for (mark, sighting) in commit.sightings() {
            own.push((Part::Event, self.write_sighting(merchant, &mark, &sighting)?));
        }
        if let Some(answer) = &commit.answer {
            own.push((Part::Answer, self.write_answer(answer)?));
        }
        let (order, merchant) = (order.id.clone(), merchant.clone());
        Ok(Prepared { order, merchant, token: token(commit)?, own, effects, tallies: commit.tally_changes() })
    }
}

fn sales_row(record: &EventRecord, entries: &[SalesEntry]) -> Result<Row, StoreError> {
    let content = SalesRow { merchant: &record.merchant, posted_on: japan::local(record.at).date(), entries };
    encode(Key::sales(&record.order, record.seq), content)
}

/// Why a commit was not written, as far as it is for rows of its own. When several conditions failed,
/// what the caller can tell best counts: the answer it gave before, then the order, then the stock. A
/// meeting with another transaction means that the row is being changed now, so it counts like a
/// change.
pub(super) fn why(own: &[(Part, &CancellationReason)]) -> Option<CommitError> {
    let failed = |part: Part, by: Reason| {
        let mut own = own.iter().filter(|(of, why)| *of == part && reason(why) == Some(by));
        own.next().map(|(_, why)| why)
    };
    let row = |why: &&CancellationReason| why.item().cloned();
    if let Some(row) = failed(Part::Answer, Reason::Condition).and_then(row) {
        let read = super::answers::read(row);
        return Some(read.map_or_else(Into::into, |answer| CommitError::Answered(Box::new(answer))));
    }
    if let Some(row) = failed(Part::NewOrder, Reason::Condition).and_then(row) {
        let read = decode::<StoredOrder>(row);
        return Some(read.map_or_else(Into::into, |stored| CommitError::Exists(Box::new(stored.order))));
    }
    let any = |parts: &[Part], by: Reason| parts.iter().any(|part| failed(*part, by).is_some());
    let of_order = [Part::Answer, Part::NewOrder, Part::Order, Part::Event];
    for by in [Reason::Condition, Reason::Contention] {
        if any(&of_order, by) {
            return Some(CommitError::Conflict);
        }
        if any(&[Part::Stock], by) {
            return Some(CommitError::StockChanged);
        }
        if any(&[Part::Tally], by) {
            return Some(CommitError::TallyChanged);
        }
    }
    let is = |by: Reason| own.iter().any(|(_, why)| reason(why) == Some(by));
    let messages = || own.iter().filter_map(|(_, why)| why.message()).collect::<Vec<_>>().join("; ");
    if is(Reason::Invalid) {
        return Some(StoreError::Corrupt(format!("DynamoDB refuses the commit: {}", messages())).into());
    }
    is(Reason::Busy).then(|| StoreError::Unavailable(messages().into()).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARTS: [Part; 4] = [Part::Order, Part::Event, Part::Stock, Part::Answer];

    fn reasons(codes: [&str; 4]) -> Vec<CancellationReason> {
        codes.into_iter().map(|code| CancellationReason::builder().code(code).build()).collect()
    }

    #[test]
    fn what_was_changed_meanwhile_is_told_apart_from_what_is_busy_and_what_is_wrong() {
        let (ok, condition, met) = ("None", "ConditionalCheckFailed", "TransactionConflict");
        for (codes, expected) in [
            ([condition, ok, ok, ok], "conflict"),
            ([ok, condition, ok, ok], "conflict"),
            ([met, ok, ok, ok], "conflict"),
            ([ok, ok, condition, ok], "stock"),
            ([ok, ok, met, ok], "stock"),
            ([condition, ok, condition, ok], "conflict"),
            ([ok, ok, "ThrottlingError", ok], "busy"),
            ([ok, ok, "ProvisionedThroughputExceeded", ok], "busy"),
            (["ValidationError", ok, ok, ok], "wrong"),
            ([ok, ok, ok, ok], "nothing of its own"),
        ] {
            let reasons = reasons(codes);
            let meaning = match why(&PARTS.into_iter().zip(&reasons).collect::<Vec<_>>()) {
                Some(CommitError::Conflict) => "conflict",
                Some(CommitError::StockChanged) => "stock",
                Some(CommitError::TallyChanged) => "tally",
                Some(CommitError::Store(StoreError::Unavailable(_))) => "busy",
                Some(CommitError::Store(StoreError::Corrupt(_))) => "wrong",
                Some(CommitError::Answered(_) | CommitError::Exists(_)) => "known",
                None => "nothing of its own",
            };
            assert_eq!(meaning, expected, "{codes:?}");
        }
    }
}

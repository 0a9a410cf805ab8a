//! The one transaction every decision is written in.

use aws_sdk_dynamodb::types::{AttributeValue, CancellationReason, TransactWriteItem};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::keys::{self, Key};
use super::transact::{Cancelled, Condition, Reason, reason};
use super::{DynamoStore, Row, decode, encode, events};
use crate::app::ports::{Commit, CommitError, OrderSummary, StoreError};
use crate::app::record::EventRecord;
use crate::domain::billing::SalesEntry;
use crate::domain::event::Event;
use crate::domain::ids::MerchantId;
use crate::domain::japan;
use crate::domain::order::Order;
use crate::domain::timers::next_due;

/// What a write of the transaction is for: tells what its failure means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    NewOrder,
    Order,
    Event,
    Stock,
    Answer,
}

type Writes = Vec<(Part, TransactWriteItem)>;

/// The order's row: the order whole, and beside it only what keys, conditions and indexes need.
#[derive(Serialize)]
struct OrderRow<'a> {
    version: u64,
    order: &'a Order,
    summary: OrderSummary,
    merchant_key: &'a MerchantId,
    received_key: String,
    state_key: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    attention_key: Option<&'a MerchantId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    due_key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    due_at: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct StoredOrder {
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
    let due = next_due(order);
    let content = OrderRow {
        version: order.version,
        order,
        merchant_key: &order.merchant,
        received_key: keys::received_key(order.received_at, &order.id),
        state_key: format!("{}#{}", order.merchant, order.state.name()),
        attention_key: summary.needs_attention().then_some(&order.merchant),
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
        let (parts, writes): (Vec<Part>, Vec<TransactWriteItem>) =
            self.writes_of(commit)?.into_iter().unzip();
        match self.transact(Some(token(commit)?), writes).await {
            Ok(()) => Ok(()),
            Err(Cancelled::For(reasons)) => Err(why(&parts, &reasons)),
            // Only the same events have the same token: they are written, or being written.
            Err(Cancelled::TokenReused) => Err(CommitError::Conflict),
            Err(Cancelled::Failed(error)) => Err(error.into()),
        }
    }

    fn writes_of(&self, commit: &Commit) -> Result<Writes, StoreError> {
        let row = order_row(&commit.order)?;
        let mut writes = vec![if commit.expected_version == 0 {
            (Part::NewOrder, self.write_put(row, Some(Condition::absent()))?)
        } else {
            let expected = AttributeValue::N(commit.expected_version.to_string());
            let unchanged = Condition::new("version = :expected", [(":expected", expected)]);
            (Part::Order, self.write_put(row, Some(unchanged))?)
        }];
        for record in &commit.records {
            let row = events::row(record)?;
            writes.push((Part::Event, self.write_put(row, Some(Condition::absent()))?));
            if let Event::SalesPosted { entries } = &record.event {
                let row = sales_row(record, entries)?;
                writes.push((Part::Event, self.write_put(row, Some(Condition::absent()))?));
            }
        }
        for effect in commit.stock_effects() {
            let stock = self.writes_of_effect(&commit.order.merchant, &effect)?;
            writes.extend(stock.map(|write| (Part::Stock, write)));
        }
        for ((key, line), waits) in commit.waiting_changes() {
            writes.push((Part::Stock, self.write_waiting(&commit.order, key, line, waits)?));
        }
        if let Some(answer) = &commit.answer {
            writes.push((Part::Answer, self.write_answer(answer)?));
        }
        Ok(writes)
    }
}

fn sales_row(record: &EventRecord, entries: &[SalesEntry]) -> Result<Row, StoreError> {
    let content = SalesRow { merchant: &record.merchant, posted_on: japan::local(record.at).date(), entries };
    encode(Key::sales(&record.order, record.seq), content)
}

/// Why nothing was written. When several conditions failed, what the caller can tell best counts:
/// the answer it gave before, then the order, then the stock. A meeting with another transaction
/// means that the row is being changed now, so it counts like a change.
fn why(parts: &[Part], reasons: &[CancellationReason]) -> CommitError {
    let failed = |part: Part, by: Reason| {
        let mut both = parts.iter().zip(reasons);
        both.find(|(of, why)| **of == part && reason(why) == Some(by)).map(|(_, why)| why)
    };
    let row = |why: &CancellationReason| why.item().cloned();
    if let Some(row) = failed(Part::Answer, Reason::Condition).and_then(row) {
        return super::answers::read(row)
            .map_or_else(Into::into, |answer| CommitError::Answered(Box::new(answer)));
    }
    if let Some(row) = failed(Part::NewOrder, Reason::Condition).and_then(row) {
        return decode::<StoredOrder>(row)
            .map_or_else(Into::into, |stored| CommitError::Exists(Box::new(stored.order)));
    }
    let any = |parts: &[Part], by: Reason| parts.iter().any(|part| failed(*part, by).is_some());
    let of_order = [Part::Answer, Part::NewOrder, Part::Order, Part::Event];
    for by in [Reason::Condition, Reason::Contention] {
        if any(&of_order, by) {
            return CommitError::Conflict;
        }
        if any(&[Part::Stock], by) {
            return CommitError::StockChanged;
        }
    }
    let messages: Vec<&str> = reasons.iter().filter_map(CancellationReason::message).collect();
    if reasons.iter().any(|why| reason(why) == Some(Reason::Invalid)) {
        return StoreError::Corrupt(format!("DynamoDB refuses the commit: {}", messages.join("; "))).into();
    }
    StoreError::Unavailable(messages.join("; ").into()).into()
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
        ] {
            let meaning = match why(&PARTS, &reasons(codes)) {
                CommitError::Conflict => "conflict",
                CommitError::StockChanged => "stock",
                CommitError::Store(StoreError::Unavailable(_)) => "busy",
                CommitError::Store(StoreError::Corrupt(_)) => "wrong",
                CommitError::Answered(_) | CommitError::Exists(_) => "known",
            };
            assert_eq!(meaning, expected, "{codes:?}");
        }
    }
}

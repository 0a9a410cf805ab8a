//! Stock: counts that never promise a unit twice, their ledger, and who waits.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::TransactWriteItem;
use serde::{Deserialize, Serialize};

use super::events::Outgoing;
use super::keys::{BACKORDER_PREFIX, Key, LEDGER_PREFIX, stock_partition};
use super::query::Select;
use super::transact::{Cancelled, Condition, Reason, number, reason};
use super::{DynamoStore, Row, decode, encode};
use crate::app::ports::{LedgerEntry, ListError, Page, StockChange, StockChanged, StockStore, StoreError};
use crate::app::stock_effect::StockEffect;
use crate::domain::ids::{LineId, MerchantId, OrderId};
use crate::domain::order::Order;
use crate::domain::stock::{Stock, StockDelta, StockKey};

/// A ledger row; the message is there when units came free.
#[derive(Serialize)]
struct LedgerRow<'a> {
    #[serde(flatten)]
    outgoing: Option<Outgoing>,
    entry: &'a LedgerEntry,
}

/// That a slip or a count was booked, and how.
#[derive(Serialize)]
struct ReferenceRow<'a> {
    entry: &'a LedgerEntry,
}

#[derive(Deserialize)]
struct StoredEntry {
    entry: LedgerEntry,
}

#[derive(Serialize)]
struct WaitingRow<'a> {
    waiting: &'a OrderId,
    line: LineId,
}

#[derive(Deserialize)]
struct StoredWaiting {
    waiting: OrderId,
    line: LineId,
}

#[derive(Deserialize)]
struct StoredStock {
    pk: String,
    #[serde(flatten)]
    counts: Stock,
}

impl DynamoStore {
    /// What an order does to one stock: its counts and its ledger row.
    pub(super) fn writes_of_effect(
        &self,
        merchant: &MerchantId,
        effect: &StockEffect,
    ) -> Result<[TransactWriteItem; 2], StoreError> {
        let stock = self.write_delta(merchant, &effect.key, &effect.delta, allowing(effect))?;
        Ok([stock, self.write_ledger(merchant, &effect.key, &effect.entry)?])
    }

    /// That a line waits for a stock, or no longer does.
    pub(super) fn write_waiting(
        &self,
        order: &Order,
        key: &StockKey,
        line: LineId,
        waits: bool,
    ) -> Result<TransactWriteItem, StoreError> {
        let row = Key::backorder(&order.merchant, key, order.received_at, (&order.id, line));
        if waits {
            self.write_put(encode(row, WaitingRow { waiting: &order.id, line })?, None)
        } else {
            self.write_delete(row)
        }
    }

    fn write_delta(
        &self,
        merchant: &MerchantId,
        key: &StockKey,
        delta: &StockDelta,
        condition: Option<Condition>,
    ) -> Result<TransactWriteItem, StoreError> {
        let amounts = [
            ("on_hand", delta.on_hand),
            ("allocated", delta.allocated),
            ("safety", delta.safety),
            ("backordered", delta.backordered),
            ("available", delta.available()),
            ("promisable", delta.promisable()),
        ];
        self.write_add(Key::stock(merchant, key), amounts, condition)
    }

    fn write_ledger(
        &self,
        merchant: &MerchantId,
        key: &StockKey,
        entry: &LedgerEntry,
    ) -> Result<TransactWriteItem, StoreError> {
        let row = Key::ledger(merchant, key, entry.at, &entry.reference);
        let content = LedgerRow { outgoing: entry.message(merchant, key).map(Outgoing::new), entry };
        self.write_put(encode(row, content)?, Some(Condition::absent()))
    }
}

/// [`StockEffect::is_allowed_by`] as a condition. A stock nobody has seen fails every comparison.
fn allowing(effect: &StockEffect) -> Option<Condition> {
    let StockEffect { taken, filled, waits, .. } = *effect;
    let terms = [
        (taken > 0).then_some("promisable >= :taken"),
        (taken + filled > 0).then_some("available >= :promised"),
        (waits && taken > 0).then_some("promisable <= :taken"),
        (waits && taken == 0).then_some("(attribute_not_exists(promisable) OR promisable <= :taken)"),
    ];
    let expression = terms.into_iter().flatten().collect::<Vec<_>>().join(" AND ");
    let mut values = HashMap::new();
    if expression.contains(":taken") {
        values.insert(":taken".to_owned(), number(taken));
    }
    if expression.contains(":promised") {
        values.insert(":promised".to_owned(), number(taken + filled));
    }
    (!expression.is_empty()).then_some(Condition { expression, values })
}

/// That a decrease leaves nothing below zero. An increase is always taken, even where the books say
/// less than nothing.
fn leaving_enough(delta: &StockDelta) -> Option<Condition> {
    let counts = [("on_hand", ":least_on_hand", delta.on_hand), ("safety", ":least_safety", delta.safety)];
    let decreased = counts.into_iter().filter(|(.., delta)| *delta < 0);
    let (terms, values): (Vec<String>, HashMap<_, _>) = decreased
        .map(|(count, least, delta)| (format!("{count} >= {least}"), (least.to_owned(), number(-delta))))
        .unzip();
    (!terms.is_empty()).then(|| Condition { expression: terms.join(" AND "), values })
}

impl StockStore for DynamoStore {
    async fn counts(&self, merchant: &MerchantId, keys: &[StockKey]) -> Result<Vec<Stock>, StoreError> {
        let mut wanted = keys.to_vec();
        wanted.sort();
        wanted.dedup();
        let rows = self.get_all(wanted.iter().map(|key| Key::stock(merchant, key)).collect()).await?;
        let mut counts: HashMap<String, Stock> = HashMap::with_capacity(rows.len());
        for row in rows {
            let stored: StoredStock = decode(row)?;
            counts.insert(stored.pk, stored.counts);
        }
        let count = |key| counts.get(&stock_partition(merchant, key)).copied().unwrap_or_default();
        Ok(keys.iter().map(count).collect())
    }

    async fn change(&self, change: &StockChange) -> Result<StockChanged, StoreError> {
        let StockChange { merchant, key, delta, .. } = change;
        let entry = change.entry();
        let reference = Key::reference(merchant, key, &change.reference);
        let reference = encode(reference, ReferenceRow { entry: &entry })?;
        let writes = vec![
            self.write_put(reference, Some(Condition::absent()))?,
            self.write_delta(merchant, key, delta, leaving_enough(delta))?,
            self.write_ledger(merchant, key, &entry)?,
        ];
        let reasons = match self.transact(None, writes).await {
            Ok(()) => return Ok(StockChanged::Done),
            Err(Cancelled::For(reasons)) => reasons,
            Err(Cancelled::TokenReused) => return Err(busy()),
            Err(Cancelled::Failed(error)) => return Err(error),
        };
        let failed = |n: usize| reasons.get(n).filter(|why| reason(why) == Some(Reason::Condition));
        if let Some(row) = failed(0).and_then(|why| why.item().cloned()) {
            let booked: StoredEntry = decode(row)?;
            let same = LedgerEntry { at: entry.at, cause: entry.cause.clone(), ..booked.entry } == entry;
            return Ok(if same { StockChanged::AlreadyDone } else { StockChanged::ReferenceReused });
        }
        if failed(1).is_some() {
            return Ok(StockChanged::BelowZero);
        }
        Err(busy())
    }

    async fn waiting(
        &self,
        merchant: &MerchantId,
        key: &StockKey,
        limit: usize,
    ) -> Result<Vec<(OrderId, LineId)>, StoreError> {
        let select = Select::starting_with(stock_partition(merchant, key), BACKORDER_PREFIX.to_owned());
        let rows = self.query(Select { limit: Some(limit.max(1)), ..select }).await?;
        let place = |row| decode::<StoredWaiting>(row).map(|stored| (stored.waiting, stored.line));
        rows.into_iter().map(place).collect()
    }

    async fn ledger(
        &self,
        merchant: &MerchantId,
        key: &StockKey,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<LedgerEntry>, ListError> {
        let partition = stock_partition(merchant, key);
        let select = Select::starting_with(partition.clone(), LEDGER_PREFIX.to_owned());
        let select = Select { newest_first: true, ..select };
        let key_at = |sk: String| row_at(&partition, LEDGER_PREFIX, sk);
        let (rows, next) = self.page(&partition, "sk", (cursor, limit), select, key_at).await?;
        let entry = |row| decode::<StoredEntry>(row).map(|stored| stored.entry);
        Ok(Page { items: rows.into_iter().map(entry).collect::<Result<_, _>>()?, next })
    }
}

fn busy() -> StoreError {
    StoreError::Unavailable("the stock is being changed by others".into())
}

/// The key of the row `sk` of `partition`, if it is one of the list with that prefix.
pub(super) fn row_at(partition: &str, prefix: &str, sk: String) -> Option<Row> {
    sk.starts_with(prefix).then(|| Key { pk: partition.to_owned(), sk }.into_row())
}

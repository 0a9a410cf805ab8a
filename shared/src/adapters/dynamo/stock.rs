//! Stock: counts that never promise a unit twice, their ledger, and who waits.

use std::cmp::Reverse;
use std::collections::HashMap;

use aws_sdk_dynamodb::types::TransactWriteItem;
use futures_util::future::try_join_all;
use serde::{Deserialize, Serialize};

use super::events::Outgoing;
use super::keys::{BACKORDER_PREFIX, Key, LEDGER_PREFIX, ledger_partitions, stock_partition};
use super::query::{Select, cut, looked_at};
use super::transact::{Cancelled, Condition, Reason, number, reason};
use super::{DynamoStore, Row, decode, encode};
use crate::adapters::cursor;
use crate::app::ports::{LedgerEntry, ListError, Page, StockChange, StockChanged, StockStore, StoreError};
use crate::app::stock_effect::Needs;
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

/// How often a stock's counts were written.
const WRITES: &str = "writes";

#[derive(Deserialize)]
struct StoredStock {
    pk: String,
    #[serde(flatten)]
    counts: Stock,
}

/// What is beside the counts and no part of them.
#[derive(Deserialize)]
struct StoredWrites {
    /// Rows that were last written before they were counted have none.
    #[serde(default)]
    writes: u64,
}

impl DynamoStore {
    /// How often the counts of a stock were written: what group commit saves.
    ///
    /// # Errors
    /// If they cannot be read.
    pub async fn stock_writes(&self, merchant: &MerchantId, key: &StockKey) -> Result<u64, StoreError> {
        let stored: Option<StoredWrites> = self.get(Key::stock(merchant, key)).await?;
        Ok(stored.map_or(0, |stored| stored.writes))
    }

    /// What orders do to the counts of one stock.
    pub(super) fn write_counts(
        &self,
        merchant: &MerchantId,
        key: &StockKey,
        (needs, delta): &(Needs, StockDelta),
    ) -> Result<TransactWriteItem, StoreError> {
        self.write_delta(merchant, key, delta, meeting(needs))
    }

    /// The counts of the row that stood in the way of [`Self::write_counts`]; none is all zeros.
    pub(super) fn read_counts(row: Option<Row>) -> Result<Stock, StoreError> {
        row.map_or_else(|| Ok(Stock::default()), |row| decode::<StoredStock>(row).map(|stored| stored.counts))
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
            (WRITES, 1),
        ];
        self.write_add(Key::stock(merchant, key), amounts, condition)
    }

    pub(super) fn write_ledger(
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

/// [`Needs`] as a condition. A stock nobody has seen has no counts to compare; they are zeros.
fn meeting(needs: &Needs) -> Option<Condition> {
    let bounds = [
        ("promisable >=", ":least_promisable", needs.least_promisable),
        ("promisable <=", ":most_promisable", needs.most_promisable),
        ("available >=", ":least_available", needs.least_available),
    ];
    let bounds = bounds.into_iter().filter_map(|(count_is, name, bound)| Some((count_is, name, bound?)));
    let (terms, values): (Vec<String>, HashMap<_, _>) = bounds
        .map(|(count_is, name, bound)| (format!("{count_is} {name}"), (name.to_owned(), number(bound))))
        .unzip();
    let mut expression = terms.join(" AND ");
    if needs.hold_for(&Stock::default()) {
        expression = format!("attribute_not_exists(pk) OR {expression}");
    }
    (!terms.is_empty()).then_some(Condition { expression, values })
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
        let scope = stock_partition(merchant, key);
        let after = cursor.map(|text| {
            let position = cursor::decode(&scope, text).filter(|sk| sk.starts_with(LEDGER_PREFIX));
            position.ok_or(ListError::BadCursor)
        });
        let after = after.transpose()?;
        let parts = ledger_partitions(merchant, key).into_iter().map(|partition| {
            let after = after.clone().map(|sk| Key { pk: partition.clone(), sk }.into_row());
            let select = Select::starting_with(partition, LEDGER_PREFIX.to_owned());
            self.query(Select { newest_first: true, after, limit: Some(looked_at(limit)), ..select })
        });
        let mut rows = try_join_all(parts).await?.concat();
        let at = |row: &Row| row.get("sk").and_then(|sk| sk.as_s().ok()).cloned();
        rows.sort_by_cached_key(|row| Reverse(at(row)));
        rows.truncate(looked_at(limit));
        let (rows, next) = cut(&scope, "sk", limit, rows);
        let entry = |row| decode::<StoredEntry>(row).map(|stored| stored.entry);
        Ok(Page { items: rows.into_iter().map(entry).collect::<Result<_, _>>()?, next })
    }
}

fn busy() -> StoreError {
    StoreError::Unavailable("the stock is being changed by others".into())
}

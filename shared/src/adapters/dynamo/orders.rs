//! Orders and their events.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use serde::Deserialize;

use super::commit::StoredOrder;
use super::keys::{self, DUE_SHARDS, Key};
use super::query::Select;
use super::table::{self, Index};
use super::{DynamoStore, Row, decode};
use crate::app::ports::{
    Commit, CommitError, ListError, OrderFilter, OrderQuery, OrderStore, OrderSummary, Page, StoreError,
};
use crate::app::record::EventRecord;
use crate::domain::ids::OrderId;
use crate::domain::order::Order;

#[derive(Deserialize)]
struct Listed {
    summary: OrderSummary,
}

#[derive(Deserialize, PartialEq, Eq, PartialOrd, Ord)]
struct DueRow {
    due_at: String,
    pk: String,
}

impl OrderStore for DynamoStore {
    async fn load(&self, id: &OrderId) -> Result<Option<Order>, StoreError> {
        let stored: Option<StoredOrder> = self.get(Key::order(id)).await?;
        Ok(stored.map(|stored| stored.order))
    }

    async fn event(&self, id: &OrderId, seq: u64) -> Result<Option<EventRecord>, StoreError> {
        self.event_of(id, seq).await
    }

    async fn history(&self, id: &OrderId) -> Result<Vec<EventRecord>, StoreError> {
        self.history_of(id).await
    }

    async fn commit(&self, commit: &Commit) -> Result<(), CommitError> {
        self.commit_order(commit).await
    }

    async fn commit_all(&self, commits: &[Commit]) -> Vec<Result<(), CommitError>> {
        self.commit_orders(commits).await
    }

    async fn list(&self, query: &OrderQuery) -> Result<Page<OrderSummary>, ListError> {
        let (index, condition, partition) = place(query);
        let select = Select {
            index: Some(index.name),
            condition,
            partition: partition.clone(),
            sort: None,
            newest_first: true,
            after: None,
            limit: None,
        };
        let scope = format!("{}#{partition}", index.name);
        let range = (query.cursor.as_deref(), query.limit);
        let key_at = |position| row_at(index, &partition, position);
        let (rows, next) = self.page(&scope, index.key.1, range, select, key_at).await?;
        let summary = |row| decode::<Listed>(row).map(|listed| listed.summary);
        Ok(Page { items: rows.into_iter().map(summary).collect::<Result<_, _>>()?, next })
    }

    async fn due(&self, now: Timestamp, limit: usize) -> Result<Vec<OrderId>, StoreError> {
        let mut due: Vec<DueRow> = Vec::new();
        // DynamoDB takes no limit of zero.
        let limit = limit.max(1);
        for shard in 0..DUE_SHARDS {
            let select = Select {
                index: Some(table::BY_DUE.name),
                condition: "due_key = :partition AND due_at <= :sort",
                partition: keys::due_key(shard),
                sort: Some(keys::sortable(now)),
                newest_first: false,
                after: None,
                limit: Some(limit),
            };
            for row in self.query(select).await? {
                due.push(decode(row)?);
            }
        }
        due.sort();
        due.into_iter().take(limit).map(|row| keys::order_of(&row.pk)).collect()
    }
}

/// The index that answers a query, and the partition of it.
fn place(query: &OrderQuery) -> (Index, &'static str, String) {
    let merchant = query.merchant.to_string();
    match query.filter {
        OrderFilter::All => (table::BY_MERCHANT, "merchant_key = :partition", merchant),
        OrderFilter::State(state) => {
            (table::BY_STATE, "state_key = :partition", format!("{merchant}#{}", state.name()))
        }
        OrderFilter::Attention => (table::BY_ATTENTION, "attention_key = :partition", merchant),
    }
}

/// The key in `index` of the order whose `received_key` is `position`.
fn row_at(index: Index, partition: &str, position: String) -> Option<Row> {
    let (received_at, id) = position.split_once('#')?;
    let id = OrderId::new(id).ok()?;
    received_at.parse::<Timestamp>().ok()?;
    let mut row = Key::order(&id).into_row();
    row.insert(index.key.0.to_owned(), AttributeValue::S(partition.to_owned()));
    row.insert(index.key.1.to_owned(), AttributeValue::S(position));
    Some(row)
}

//! Queries, and pages of lists.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

use super::{DynamoStore, Row, failed};
use crate::adapters::cursor;
use crate::app::ports::{ListError, StoreError};

/// The most rows of a page.
const MAX_PAGE: usize = 100;

/// Which rows, in the order of their sort key.
pub(super) struct Select {
    /// The index; the table itself when `None`, and then strongly consistent.
    pub(super) index: Option<&'static str>,
    /// The key condition, with `:partition` and `:sort`.
    pub(super) condition: &'static str,
    pub(super) partition: String,
    /// `None` when the condition has no `:sort`.
    pub(super) sort: Option<String>,
    pub(super) newest_first: bool,
    /// The key of the row before the first one wanted.
    pub(super) after: Option<Row>,
    /// `None` for all of them.
    pub(super) limit: Option<usize>,
}

impl Select {
    /// The rows of `partition` whose sort key begins with `prefix`.
    pub(super) const fn starting_with(partition: String, prefix: String) -> Self {
        Self {
            index: None,
            condition: "pk = :partition AND begins_with(sk, :sort)",
            partition,
            sort: Some(prefix),
            newest_first: false,
            after: None,
            limit: None,
        }
    }
}

impl DynamoStore {
    pub(super) async fn query(&self, select: Select) -> Result<Vec<Row>, StoreError> {
        let mut values = HashMap::from([(":partition".to_owned(), AttributeValue::S(select.partition))]);
        values.extend(select.sort.map(|sort| (":sort".to_owned(), AttributeValue::S(sort))));
        let request = self.client.query().table_name(&self.table);
        let request = request.key_condition_expression(select.condition);
        let mut pages = request
            .set_index_name(select.index.map(str::to_owned))
            .consistent_read(select.index.is_none())
            .set_expression_attribute_values(Some(values))
            .scan_index_forward(!select.newest_first)
            .set_exclusive_start_key(select.after)
            .set_limit(select.limit.map(|limit| i32::try_from(limit).unwrap_or(i32::MAX)))
            .into_paginator()
            .send();
        let limit = select.limit.unwrap_or(usize::MAX);
        let mut rows: Vec<Row> = Vec::new();
        while rows.len() < limit {
            let Some(page) = pages.next().await else { break };
            rows.extend(page.map_err(failed)?.items.unwrap_or_default());
        }
        rows.truncate(limit);
        Ok(rows)
    }

    /// A page of the list `scope`, which `select` selects, and the cursor to the next one.
    /// `position` is the attribute that tells rows apart, `key_at` the key of the row at a position.
    pub(super) async fn page(
        &self,
        scope: &str,
        position: &'static str,
        (after, limit): (Option<&str>, usize),
        select: Select,
        key_at: impl Fn(String) -> Option<Row>,
    ) -> Result<(Vec<Row>, Option<String>), ListError> {
        let after =
            after.map(|text| cursor::decode(scope, text).and_then(&key_at).ok_or(ListError::BadCursor));
        let rows = self.query(Select { after: after.transpose()?, limit: Some(looked_at(limit)), ..select });
        Ok(cut(scope, position, limit, rows.await?))
    }
}

/// How many rows to look at for a page of `limit`: one more tells whether there is a next page.
pub(super) fn looked_at(limit: usize) -> usize {
    limit.clamp(1, MAX_PAGE) + 1
}

/// The page that begins `rows`, and the cursor to the next one.
pub(super) fn cut(
    scope: &str,
    position: &'static str,
    limit: usize,
    mut rows: Vec<Row>,
) -> (Vec<Row>, Option<String>) {
    if rows.len() < looked_at(limit) {
        return (rows, None);
    }
    rows.truncate(looked_at(limit) - 1);
    let last = rows.last().and_then(|row| row.get(position)?.as_s().ok());
    let next = last.map(|last| cursor::encode(scope, last));
    (rows, next)
}

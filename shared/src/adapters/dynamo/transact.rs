//! Transactions: everything or nothing, and why nothing.

use std::collections::HashMap;

use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{
    AttributeValue, CancellationReason, Delete, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem,
    Update,
};

use super::keys::Key;
use super::{DynamoStore, Row, failed};
use crate::app::ports::StoreError;

/// What must hold of the row that is there.
#[derive(Debug)]
pub(super) struct Condition {
    pub(super) expression: String,
    pub(super) values: HashMap<String, AttributeValue>,
}

impl Condition {
    /// There is no such row.
    pub(super) fn absent() -> Self {
        Self::new("attribute_not_exists(pk)", [])
    }

    pub(super) fn new<const N: usize>(
        expression: impl Into<String>,
        values: [(&str, AttributeValue); N],
    ) -> Self {
        let values = values.into_iter().map(|(name, value)| (name.to_owned(), value));
        Self { expression: expression.into(), values: values.collect() }
    }

    /// The expression and its values as requests take them; none when there is nothing to say.
    pub(super) fn parts(
        condition: Option<Self>,
    ) -> (Option<String>, Option<HashMap<String, AttributeValue>>) {
        let Some(Self { expression, values }) = condition else { return (None, None) };
        (Some(expression), (!values.is_empty()).then_some(values))
    }
}

/// Why a transaction wrote nothing.
#[derive(Debug)]
pub(super) enum Cancelled {
    /// One reason per write, in order.
    For(Vec<CancellationReason>),
    /// The same token was used for something else.
    TokenReused,
    /// The store could not answer.
    Failed(StoreError),
}

impl From<StoreError> for Cancelled {
    fn from(error: StoreError) -> Self {
        Self::Failed(error)
    }
}

/// Why one write of a cancelled transaction could not be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reason {
    /// Its condition did not hold.
    Condition,
    /// Another transaction was writing the same row.
    Contention,
    /// It is not valid, and never will be.
    Invalid,
    /// The table or the row is too busy.
    Busy,
}

/// The reason for a write; `None` when it would have been made. DynamoDB names reasons by codes,
/// for which its SDK has no variants.
pub(super) fn reason(reason: &CancellationReason) -> Option<Reason> {
    match reason.code() {
        None | Some("None") => None,
        Some("ConditionalCheckFailed") => Some(Reason::Condition),
        Some("TransactionConflict") => Some(Reason::Contention),
        Some("ValidationError" | "ItemCollectionSizeLimitExceeded") => Some(Reason::Invalid),
        Some(_) => Some(Reason::Busy),
    }
}

/// A request that lacks a required part: a mistake of these modules.
impl From<BuildError> for StoreError {
    fn from(error: BuildError) -> Self {
        Self::Corrupt(format!("a request is incomplete: {error}"))
    }
}

impl DynamoStore {
    pub(super) fn write_put(
        &self,
        row: Row,
        condition: Option<Condition>,
    ) -> Result<TransactWriteItem, StoreError> {
        let (expression, values) = Condition::parts(condition);
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(row))
            .set_condition_expression(expression)
            .set_expression_attribute_values(values)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        Ok(TransactWriteItem::builder().put(put.build()?).build())
    }

    /// Adds `amounts` to the numbers of a row, which begins with zeros.
    pub(super) fn write_add<const N: usize>(
        &self,
        key: Key,
        amounts: [(&str, i64); N],
        condition: Option<Condition>,
    ) -> Result<TransactWriteItem, StoreError> {
        let terms = amounts.map(|(name, _)| format!("{name} :{name}")).join(", ");
        let (expression, values) = Condition::parts(condition);
        let mut values = values.unwrap_or_default();
        values.extend(amounts.map(|(name, amount)| (format!(":{name}"), number(amount))));
        let update = Update::builder()
            .table_name(&self.table)
            .set_key(Some(key.into_row()))
            .update_expression(format!("ADD {terms}"))
            .set_condition_expression(expression)
            .set_expression_attribute_values(Some(values))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        Ok(TransactWriteItem::builder().update(update.build()?).build())
    }

    pub(super) fn write_delete(&self, key: Key) -> Result<TransactWriteItem, StoreError> {
        let delete = Delete::builder().table_name(&self.table).set_key(Some(key.into_row()));
        Ok(TransactWriteItem::builder().delete(delete.build()?).build())
    }

    /// Makes all `writes` or none. With a `token`, the same writes sent again within ten minutes
    /// count once; without one, that holds for the SDK's own retries of this call.
    pub(super) async fn transact(
        &self,
        token: Option<String>,
        writes: Vec<TransactWriteItem>,
    ) -> Result<(), Cancelled> {
        let request = self.client.transact_write_items().set_transact_items(Some(writes));
        let Err(error) = request.set_client_request_token(token).send().await else { return Ok(()) };
        match error.as_service_error() {
            Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => {
                Err(Cancelled::For(cancelled.cancellation_reasons().to_vec()))
            }
            Some(TransactWriteItemsError::IdempotentParameterMismatchException(_)) => {
                Err(Cancelled::TokenReused)
            }
            _ => Err(Cancelled::Failed(failed(error))),
        }
    }
}

pub(super) fn number(n: i64) -> AttributeValue {
    AttributeValue::N(n.to_string())
}

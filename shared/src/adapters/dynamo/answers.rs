//! What repeatable requests were told.

use aws_sdk_dynamodb::types::TransactWriteItem;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::keys::Key;
use super::transact::{Condition, number};
use super::{DynamoStore, Row, decode, encode};
use crate::app::ports::{Answer, AnswerStore, StoreError};

#[derive(Serialize)]
struct AnswerRow<'a> {
    answer: &'a Answer,
    expires_at: i64,
}

#[derive(Deserialize)]
struct StoredAnswer {
    answer: Answer,
}

pub(super) fn read(row: Row) -> Result<Answer, StoreError> {
    decode::<StoredAnswer>(row).map(|stored| stored.answer)
}

/// The row of an answer, and the condition that no other one is still kept: DynamoDB deletes what
/// has expired only days later. It wants whole seconds; they are rounded so that no answer counts
/// as forgotten too early.
fn row(answer: &Answer) -> Result<(Row, Condition), StoreError> {
    let end = answer.expires_at;
    let expires_at = end.as_second() + i64::from(end.subsec_nanosecond() > 0);
    let given_at = answer.given_at().as_second();
    let row = encode(Key::answer(&answer.key), AnswerRow { answer, expires_at })?;
    let expression = "attribute_not_exists(pk) OR expires_at <= :given_at";
    Ok((row, Condition::new(expression, [(":given_at", number(given_at))])))
}

impl DynamoStore {
    pub(super) fn write_answer(&self, answer: &Answer) -> Result<TransactWriteItem, StoreError> {
        let (row, forgotten) = row(answer)?;
        self.write_put(row, Some(forgotten))
    }
}

impl AnswerStore for DynamoStore {
    async fn recall(&self, key: &str, now: Timestamp) -> Result<Option<Answer>, StoreError> {
        let stored: Option<StoredAnswer> = self.get(Key::answer(key)).await?;
        Ok(stored.map(|stored| stored.answer).filter(|answer| answer.expires_at > now))
    }

    async fn remember(&self, answer: &Answer) -> Result<(), StoreError> {
        let (row, forgotten) = row(answer)?;
        self.put(row, Some(forgotten)).await?;
        Ok(())
    }
}

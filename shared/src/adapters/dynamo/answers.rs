//! What repeatable requests were told.

use aws_sdk_dynamodb::types::TransactWriteItem;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::keys::Key;
use super::transact::{Condition, number};
use super::{DynamoStore, Row, decode, encode};
use crate::app::ports::{Answer, AnswerStore, StoreError};

/// How long an answer is kept. From this and its end follows when it was given, and so which older
/// answers with the same key are forgotten though DynamoDB has not deleted them yet.
const KEPT: SignedDuration = SignedDuration::from_hours(24);

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

/// The row of an answer, and the condition that no other one is still kept. Whole seconds, as
/// DynamoDB's expiry wants them, rounded so that none is taken for forgotten too early.
fn row(answer: &Answer) -> Result<(Row, Condition), StoreError> {
    let end = answer.expires_at;
    let expires_at = end.as_second() + i64::from(end.subsec_nanosecond() > 0);
    let given_at = end.as_second() - KEPT.as_secs();
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

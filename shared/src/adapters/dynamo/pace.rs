//! How often channels may be called: one row a channel, which says until when its time is taken.

use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::ReturnValue;
use jiff::{SignedDuration, Timestamp};

use super::keys::Key;
use super::transact::number;
use super::{DynamoStore, failed};
use crate::app::ports::{ChannelPace, LONGEST_PACE, StoreError};
use crate::domain::ids::ChannelId;

/// How often the two ways to take time are tried: between them, others may have been faster.
const MAX_TRIES: u32 = 5;

/// Where the free time of a channel begins.
enum Begins {
    /// Where what was taken ends.
    AfterTheLast,
    /// Now: nothing is taken, or what was is over.
    Now,
}

impl ChannelPace for DynamoStore {
    async fn reserve(
        &self,
        channel: &ChannelId,
        now: Timestamp,
        length: SignedDuration,
    ) -> Result<Timestamp, StoreError> {
        let (now_ms, length_ms) =
            (now.as_millisecond(), i64::try_from(length.as_millis()).unwrap_or(i64::MAX));
        for _ in 0..MAX_TRIES {
            for begins in [Begins::AfterTheLast, Begins::Now] {
                if let Some(taken_until_ms) = self.take(channel, now_ms, length_ms, begins).await? {
                    let begin = Timestamp::from_millisecond(taken_until_ms - length_ms);
                    return begin.map_err(|error| StoreError::Corrupt(error.to_string()));
                }
            }
        }
        Err(StoreError::Unavailable("the channel's calls are taken for hours ahead".into()))
    }
}

impl DynamoStore {
    /// Takes time where it begins; returns where it ends, or nothing if it does not begin there.
    async fn take(
        &self,
        channel: &ChannelId,
        now_ms: i64,
        length_ms: i64,
        begins: Begins,
    ) -> Result<Option<i64>, StoreError> {
        let request = self.client.update_item().table_name(&self.table);
        let request =
            request.set_key(Some(Key::pace(channel).into_row())).return_values(ReturnValue::UpdatedNew);
        let request = match begins {
            Begins::AfterTheLast => {
                let latest_ms = now_ms + i64::try_from(LONGEST_PACE.as_millis()).unwrap_or(i64::MAX);
                request
                    .update_expression("ADD taken_until_ms :length")
                    .condition_expression("taken_until_ms > :now AND taken_until_ms <= :latest")
                    .expression_attribute_values(":length", number(length_ms))
                    .expression_attribute_values(":latest", number(latest_ms))
            }
            Begins::Now => request
                .update_expression("SET taken_until_ms = :until")
                .condition_expression("attribute_not_exists(taken_until_ms) OR taken_until_ms <= :now")
                .expression_attribute_values(":until", number(now_ms + length_ms)),
        };
        match request.expression_attribute_values(":now", number(now_ms)).send().await {
            Ok(output) => {
                let row = output.attributes.unwrap_or_default();
                let until = row.get("taken_until_ms").and_then(|value| value.as_n().ok()?.parse().ok());
                until.map(Some).ok_or_else(|| StoreError::Unavailable("the new time was not returned".into()))
            }
            Err(error) if is_unmet(&error) => Ok(None),
            Err(error) => Err(failed(error)),
        }
    }
}

fn is_unmet(error: &SdkError<UpdateItemError>) -> bool {
    error.as_service_error().is_some_and(UpdateItemError::is_conditional_check_failed_exception)
}

//! Which mails went out. A row is never deleted: what surely was not sent only loses its outcome.

use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_dynamo::aws_sdk_dynamodb_1::to_attribute_value;

use super::keys::{Key, MAIL_PREFIX, order_partition};
use super::query::Select;
use super::transact::Condition;
use super::{DynamoStore, Put, decode, encode, failed};
use crate::app::ports::{MailLog, MailRecord, MailStatus, StoreError};
use crate::domain::ids::OrderId;

#[derive(Serialize)]
struct MailRow<'a> {
    fact: &'a str,
    begun_at: Timestamp,
    /// Which of all beginnings wrote the row.
    attempt: &'a str,
    outcome: MailStatus,
}

#[derive(Deserialize)]
struct StoredMail {
    fact: String,
    begun_at: Timestamp,
    #[serde(default)]
    attempt: String,
    outcome: Option<MailStatus>,
}

impl StoredMail {
    fn into_record(self) -> Option<MailRecord> {
        let Self { fact, begun_at, outcome, .. } = self;
        outcome.map(|status| MailRecord { fact, begun_at, status })
    }
}

/// Tells one beginning from every other, also from one in the same moment.
fn attempt() -> Result<String, StoreError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| StoreError::Unavailable(error.to_string().into()))?;
    Ok(hex::encode(bytes))
}

fn is_unmet(error: &SdkError<UpdateItemError>) -> bool {
    error.as_service_error().is_some_and(UpdateItemError::is_conditional_check_failed_exception)
}

impl MailLog for DynamoStore {
    async fn begin(
        &self,
        order: &OrderId,
        fact: &str,
        now: Timestamp,
    ) -> Result<Option<MailRecord>, StoreError> {
        let attempt = attempt()?;
        let row = MailRow { fact, begun_at: now, attempt: &attempt, outcome: MailStatus::Sending };
        let not_begun = Condition::new("attribute_not_exists(outcome)", []);
        match self.put(encode(Key::mail(order, fact), row)?, Some(not_begun)).await? {
            Put::Done => Ok(None),
            Put::Refused(row) => {
                let stored: Option<StoredMail> = row.map(decode).transpose()?;
                // The client repeats a request whose answer is lost, and then meets its own row.
                if stored.as_ref().is_some_and(|stored| stored.attempt == attempt) {
                    return Ok(None);
                }
                let unread = || StoreError::Unavailable("the mail's record was not returned".into());
                stored.and_then(StoredMail::into_record).ok_or_else(unread).map(Some)
            }
        }
    }

    async fn finish(
        &self,
        order: &OrderId,
        fact: &str,
        status: Option<&MailStatus>,
    ) -> Result<(), StoreError> {
        let request = self.client.update_item().table_name(&self.table);
        let request = request.set_key(Some(Key::mail(order, fact).into_row()));
        let request = match status {
            None => request.update_expression("REMOVE outcome"),
            Some(status) => {
                let unwritten =
                    |error| StoreError::Corrupt(format!("a mail's end cannot be written: {error}"));
                let status = to_attribute_value(status).map_err(unwritten)?;
                request
                    .update_expression("SET outcome = :status")
                    .expression_attribute_values(":status", status)
            }
        };
        let begun = request.condition_expression("attribute_exists(pk)").send().await;
        match begun {
            Err(error) if !is_unmet(&error) => Err(failed(error)),
            // A mail nobody began has no end.
            _ => Ok(()),
        }
    }

    async fn mails(&self, order: &OrderId) -> Result<Vec<MailRecord>, StoreError> {
        let select = Select::starting_with(order_partition(order), MAIL_PREFIX.to_owned());
        let rows = self.query(select).await?;
        let record = |row| decode::<StoredMail>(row).map(StoredMail::into_record);
        rows.into_iter().filter_map(|row| record(row).transpose()).collect()
    }
}

//! Payloads somebody has to look at, orders that were not opened, and files of many orders.

use aws_sdk_dynamodb::types::AttributeValue;
use serde::{Deserialize, Serialize};

use super::events::Outgoing;
use super::keys::{Key, PAGE_PREFIX, payload_partition, upload_partition};
use super::query::Select;
use super::transact::{Cancelled, Condition, Reason, reason};
use super::{DynamoStore, Put, decode, encode};
use crate::app::payloads::{PayloadLog, PayloadNote, Unopened};
use crate::app::ports::{ListError, Page, StoreError};
use crate::app::uploads::{ReportPage, Step, Upload, UploadStore};
use crate::domain::ids::{ChannelId, OrderId};

#[derive(Serialize)]
struct NoteRow<'a> {
    note: &'a PayloadNote,
}

#[derive(Deserialize)]
struct StoredNote {
    note: PayloadNote,
}

#[derive(Serialize)]
struct UnopenedRow<'a> {
    unopened: &'a Unopened,
}

#[derive(Deserialize)]
struct StoredUnopened {
    unopened: Unopened,
}

/// An upload's row; the first one is an event too.
#[derive(Serialize)]
struct UploadRow<'a> {
    #[serde(flatten)]
    outgoing: Option<Outgoing>,
    worked_through: u64,
    upload: &'a Upload,
}

#[derive(Deserialize)]
struct StoredUpload {
    upload: Upload,
}

/// A page of a report; an event too, when the rest of the file is to be worked on anew.
#[derive(Serialize)]
struct PageRow<'a> {
    #[serde(flatten)]
    outgoing: Option<Outgoing>,
    page: &'a ReportPage,
}

#[derive(Deserialize)]
struct StoredPage {
    page: ReportPage,
}

impl PayloadLog for DynamoStore {
    async fn note_payload(&self, channel: &ChannelId, note: &PayloadNote) -> Result<(), StoreError> {
        let row = encode(Key::payload(channel, &note.payload), NoteRow { note })?;
        self.put(row, None).await?;
        Ok(())
    }

    async fn settle_payload(&self, channel: &ChannelId, payload: &str) -> Result<(), StoreError> {
        self.delete(Key::payload(channel, payload)).await
    }

    async fn payloads(
        &self,
        channel: &ChannelId,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<PayloadNote>, ListError> {
        let partition = payload_partition(channel);
        let select = Select {
            condition: "pk = :partition",
            sort: None,
            ..Select::starting_with(partition.clone(), String::new())
        };
        let key_at = |sk: String| Some(Key { pk: partition.clone(), sk }.into_row());
        let (rows, next) = self.page(&partition, "sk", (cursor, limit), select, key_at).await?;
        let note = |row| decode::<StoredNote>(row).map(|stored| stored.note);
        Ok(Page { items: rows.into_iter().map(note).collect::<Result<_, _>>()?, next })
    }

    async fn note_unopened(&self, unopened: &Unopened) -> Result<(), StoreError> {
        self.put(encode(Key::unopened(&unopened.order), UnopenedRow { unopened })?, None).await?;
        Ok(())
    }

    async fn unopened(&self, order: &OrderId) -> Result<Option<Unopened>, StoreError> {
        let stored: Option<StoredUnopened> = self.get(Key::unopened(order)).await?;
        Ok(stored.map(|stored| stored.unopened))
    }
}

impl UploadStore for DynamoStore {
    async fn begin_upload(&self, upload: &Upload) -> Result<Option<Upload>, StoreError> {
        let outgoing = Some(Outgoing::new(upload.message()));
        let content = UploadRow { outgoing, worked_through: upload.offset, upload };
        let row = encode(Key::upload(&upload.channel, &upload.id), content)?;
        match self.put(row, Some(Condition::absent())).await? {
            Put::Done => Ok(None),
            Put::Refused(row) => {
                let stored: Option<StoredUpload> = row.map(decode).transpose()?;
                Ok(stored.map(|stored| stored.upload))
            }
        }
    }

    async fn upload(&self, channel: &ChannelId, id: &str) -> Result<Option<Upload>, StoreError> {
        let stored: Option<StoredUpload> = self.get(Key::upload(channel, id)).await?;
        Ok(stored.map(|stored| stored.upload))
    }

    async fn advance_upload(&self, step: &Step) -> Result<bool, StoreError> {
        let Step { upload, from, page, calls_again } = step;
        let before = AttributeValue::N(from.to_string());
        let pages = AttributeValue::N((upload.pages - u32::from(page.is_some())).to_string());
        let unchanged = Condition::new(
            "worked_through = :before AND upload.pages = :pages AND attribute_not_exists(upload.failure)",
            [(":before", before), (":pages", pages)],
        );
        let content = UploadRow { outgoing: None, worked_through: upload.offset, upload };
        let row = encode(Key::upload(&upload.channel, &upload.id), content)?;
        let mut writes = vec![self.write_put(row, Some(unchanged))?];
        if let Some(page) = page {
            let outgoing = calls_again.then(|| Outgoing::new(upload.message()));
            let key = Key::page(&upload.channel, &upload.id, page.number);
            writes.push(self.write_put(encode(key, PageRow { outgoing, page })?, Some(Condition::absent()))?);
        }
        match self.transact(None, writes).await {
            Ok(()) => Ok(true),
            Err(Cancelled::For(reasons))
                if reasons.iter().any(|why| reason(why) == Some(Reason::Condition)) =>
            {
                Ok(false)
            }
            // Whoever is met may fail as well.
            Err(Cancelled::For(_) | Cancelled::TokenReused) => {
                Err(StoreError::Unavailable("the upload is being written".into()))
            }
            Err(Cancelled::Failed(error)) => Err(error),
        }
    }

    async fn report(
        &self,
        channel: &ChannelId,
        id: &str,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<ReportPage>, ListError> {
        let partition = upload_partition(channel, id);
        let select = Select::starting_with(partition.clone(), PAGE_PREFIX.to_owned());
        let key_at =
            |sk: String| sk.starts_with(PAGE_PREFIX).then(|| Key { pk: partition.clone(), sk }.into_row());
        let (rows, next) = self.page(&partition, "sk", (cursor, limit), select, key_at).await?;
        let page = |row| decode::<StoredPage>(row).map(|stored| stored.page);
        Ok(Page { items: rows.into_iter().map(page).collect::<Result<_, _>>()?, next })
    }
}

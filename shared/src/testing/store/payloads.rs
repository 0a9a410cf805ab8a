//! Payloads somebody has to look at, orders that were not opened, and files of many orders.

use super::{MemoryStore, Ordering, page};
use crate::app::payloads::{PayloadLog, PayloadNote, Unopened};
use crate::app::ports::{ListError, Page, StoreError};
use crate::app::uploads::{ReportPage, Step, Upload, UploadState, UploadStore};
use crate::domain::ids::{ChannelId, OrderId};
use crate::testing::Call;

impl PayloadLog for MemoryStore {
    async fn note_payload(&self, channel: &ChannelId, note: &PayloadNote) -> Result<(), StoreError> {
        self.write(Call::NotePayload(channel.clone(), note.clone()), |state| {
            state.notes.insert((channel.clone(), note.payload.clone()), note.clone());
            Ok(())
        })
        .await
    }

    async fn settle_payload(&self, channel: &ChannelId, payload: &str) -> Result<(), StoreError> {
        self.write(Call::SettlePayload(channel.clone(), payload.to_owned()), |state| {
            state.notes.remove(&(channel.clone(), payload.to_owned()));
            Ok(())
        })
        .await
    }

    async fn payloads(
        &self,
        channel: &ChannelId,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<PayloadNote>, ListError> {
        let call = Call::Payloads(channel.clone(), cursor.map(str::to_owned), limit);
        let notes: Vec<(String, PayloadNote)> = self
            .read::<_, ListError>(call, |state| {
                let own = state.notes.iter().filter(|((of, _), _)| of == channel);
                own.map(|((_, payload), note)| (payload.clone(), note.clone())).collect()
            })
            .await?;
        page(&format!("payloads#{channel}"), (cursor, limit), Ordering::Rising, notes)
    }

    async fn note_unopened(&self, unopened: &Unopened) -> Result<(), StoreError> {
        self.write(Call::NoteUnopened(unopened.clone()), |state| {
            state.unopened.insert(unopened.order.clone(), unopened.clone());
            Ok(())
        })
        .await
    }

    async fn unopened(&self, order: &OrderId) -> Result<Option<Unopened>, StoreError> {
        self.read(Call::Unopened(order.clone()), |state| state.unopened.get(order).cloned()).await
    }
}

impl UploadStore for MemoryStore {
    async fn begin_upload(&self, upload: &Upload) -> Result<Option<Upload>, StoreError> {
        self.write(Call::BeginUpload(Box::new(upload.clone())), |state| {
            let key = (upload.channel.clone(), upload.id.clone());
            if let Some(known) = state.uploads.get(&key) {
                return Ok(Some(known.clone()));
            }
            state.uploads.insert(key, upload.clone());
            state.outbox.push(upload.message());
            Ok(None)
        })
        .await
    }

    async fn upload(&self, channel: &ChannelId, id: &str) -> Result<Option<Upload>, StoreError> {
        self.read(Call::Upload(channel.clone(), id.to_owned()), |state| {
            state.uploads.get(&(channel.clone(), id.to_owned())).cloned()
        })
        .await
    }

    async fn advance_upload(&self, step: &Step) -> Result<bool, StoreError> {
        self.write(Call::AdvanceUpload(Box::new(step.clone())), |state| {
            let Step { upload, from, page, calls_again } = step;
            let key = (upload.channel.clone(), upload.id.clone());
            let pages = upload.pages - u32::from(page.is_some());
            let is_as_before = |known: &Upload| {
                known.offset == *from && known.pages == pages && known.state != UploadState::Failed
            };
            if !state.uploads.get(&key).is_some_and(is_as_before) {
                return Ok(false);
            }
            if let Some(page) = page {
                state.pages.insert((key.0.clone(), key.1.clone(), page.number), page.clone());
                state.outbox.extend(calls_again.then(|| upload.message()));
            }
            state.uploads.insert(key, upload.clone());
            Ok(true)
        })
        .await
    }

    async fn report(
        &self,
        channel: &ChannelId,
        id: &str,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<ReportPage>, ListError> {
        let call = Call::Report(channel.clone(), id.to_owned(), cursor.map(str::to_owned), limit);
        let pages: Vec<(String, ReportPage)> = self
            .read::<_, ListError>(call, |state| {
                let own = state.pages.iter().filter(|((of, upload, _), _)| of == channel && upload == id);
                own.map(|((.., number), page)| (format!("{number:06}"), page.clone())).collect()
            })
            .await?;
        page(&format!("report#{channel}#{id}"), (cursor, limit), Ordering::Rising, pages)
    }
}

//! Works through a file of orders 一括取込, stretch by stretch. After each, how far it came is written with
//! what became of its orders, so whoever is cut off is followed by somebody who goes on from there.

use super::failure::Failure;
use super::message::{Message, Subject};
use super::payloads::{Dialects, PayloadLog, Taken, Told, key_of};
use super::ports::{AnswerStore, Archive, Clock, MerchantStore, OrderStore};
use super::receive_order::{Incoming, ReceiveOrder, shortened};
use super::uploads::{ReportPage, Step, Upload, UploadState, UploadStore};
use crate::domain::intake::Impossible;
use crate::domain::merchant::{Channel, Merchant};
use crate::domain::told::ChannelError;

/// How many orders are taken before it is written how far the work came.
const STRETCH: usize = 200;
/// How many stretches one message is worked on. The rest is called for anew, so that no run takes longer
/// than a function may.
const STRETCHES: u32 = 25;

/// The stage that works through files of orders.
#[derive(Debug, Clone)]
pub struct TakeUpload<S, A, C, D> {
    /// The door for orders, which takes each of them.
    pub door: ReceiveOrder<S, A, C>,
    /// The dialects files come in.
    pub dialects: D,
}

impl<S, A, C, D> TakeUpload<S, A, C, D>
where
    S: OrderStore + MerchantStore + AnswerStore + PayloadLog + UploadStore,
    A: Archive,
    C: Clock,
    D: Dialects,
{
    /// Goes on with the upload the message is about.
    ///
    /// # Errors
    /// [`Failure`] when it could not be gone on with now.
    pub async fn handle(&self, message: &Message) -> Result<(), Failure> {
        let Subject::Upload { channel, upload } = &message.subject else {
            return Err(Failure::permanent("the message is not about an upload"));
        };
        let upload = self.door.store.upload(channel, upload).await?;
        let mut upload = upload.ok_or_else(|| Failure::permanent("there is no such upload"))?;
        let door = self.door.channel(channel).await?;
        let door = door.ok_or_else(|| Failure::permanent(format!("there is no channel {channel}")))?;
        if upload.state != UploadState::Working {
            return Ok(());
        }
        let key = key_of(&door.0, &upload.id);
        let file = self.door.archive.read(&key, (0, upload.size)).await?;
        let file = file.ok_or_else(|| Failure::permanent("the file of the upload is not in the archive"))?;
        let mut orders = match self.dialects.file(door.0.kind, &file, upload.offset, door.1.language) {
            Ok(orders) => orders,
            Err(error) => {
                self.door.store.advance_upload(&self.fails(&upload, explained(&error))).await?;
                return Ok(());
            }
        };
        for stretch in 1..=STRETCHES {
            let told: Vec<Told> = orders.by_ref().take(STRETCH).collect();
            let step = self.step(&door, &upload, told, stretch == STRETCHES).await?;
            // When somebody else was faster, they go on.
            if !self.door.store.advance_upload(&step).await? || step.upload.state != UploadState::Working {
                break;
            }
            upload = step.upload;
        }
        Ok(())
    }

    async fn step(
        &self,
        door: &(Channel, Merchant),
        upload: &Upload,
        told: Vec<Told>,
        is_last_of_run: bool,
    ) -> Result<Step, Failure> {
        let is_last = told.len() < STRETCH;
        let read_up_to = told.iter().filter_map(|told| Some(told.bytes?.1)).max();
        let offset = read_up_to.filter(|_| !is_last).unwrap_or(upload.size);
        let taken = self.take(door, upload, told).await?;
        let mut after = Upload { offset, ..upload.clone() };
        for taken in &taken {
            *after.counts.entry(taken.outcome).or_default() += 1;
        }
        if is_last {
            after.state = UploadState::Done;
            after.ended_at = Some(self.door.clock.now());
        }
        let page = (!taken.is_empty()).then(|| ReportPage { number: upload.pages + 1, taken });
        after.pages += u32::from(page.is_some());
        let calls_again = is_last_of_run && !is_last;
        Ok(Step { upload: after, from: upload.offset, page, calls_again })
    }

    async fn take(
        &self,
        door: &(Channel, Merchant),
        upload: &Upload,
        told: Vec<Told>,
    ) -> Result<Vec<Taken>, Failure> {
        let (payload, cause) = (upload.id.clone(), upload.cause.clone());
        let incoming = Incoming { door, payload, cause, is_resumed: true };
        let taken = self.door.all(&incoming, told).await?;
        Ok(taken.into_iter().map(shortened).collect())
    }

    fn fails(&self, upload: &Upload, reason: String) -> Step {
        let after = Upload {
            state: UploadState::Failed,
            ended_at: Some(self.door.clock.now()),
            failure: Some(reason),
            ..upload.clone()
        };
        Step { upload: after, from: upload.offset, page: None, calls_again: false }
    }
}

fn explained(error: &ChannelError) -> String {
    match error {
        ChannelError::Malformed { path, message } if path.is_empty() => message.clone(),
        ChannelError::Malformed { path, message } => format!("{path}: {message}"),
        ChannelError::Impossible(defects) => {
            let all = defects.iter().map(|Impossible { field, message }| format!("{field}: {message}"));
            all.collect::<Vec<_>>().join("; ")
        }
    }
}

//! Works through a file of orders 一括取込, stretch by stretch. After each, how far it came is written with
//! what became of its orders, so whoever is cut off is followed by somebody who goes on from there.

use super::failure::Failure;
use super::message::{Message, Subject};
use super::payloads::{Dialects, PayloadLog, Taken, Told, Window, key_of};
use super::ports::{AnswerStore, Archive, Clock, MerchantStore, OrderStore};
use super::receive_order::{Incoming, ReceiveOrder, shortened};
use super::uploads::{ReportPage, Step, Upload, UploadState, UploadStore};
use crate::domain::intake::Impossible;
use crate::domain::merchant::{Channel, Merchant};
use crate::domain::told::ChannelError;

/// The most bytes of a file that are in memory: several times the largest order.
const WINDOW: u64 = 512 * 1_024;
/// The bytes in which the names of the columns must be.
const HEAD: u64 = 16 * 1_024;
/// How many orders are taken before it is written how far the work came.
const STRETCH: usize = 200;
/// How many stretches one message is worked on. The rest is called for anew, so that no run takes longer
/// than a function may.
const STRETCHES: u32 = 10;

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
        let head = self.read(&door.0, &upload.id, (0, HEAD)).await?;
        for stretch in 1..=STRETCHES {
            if upload.state != UploadState::Working {
                break;
            }
            let step = self.step(&door, &upload, &head, stretch == STRETCHES).await?;
            if !self.door.store.advance_upload(&step).await? {
                // Somebody else is at it.
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
        head: &[u8],
        is_last_of_run: bool,
    ) -> Result<Step, Failure> {
        let until = upload.offset + WINDOW;
        let bytes = self.read(&door.0, &upload.id, (upload.offset, until)).await?;
        let is_last = until >= upload.size;
        let window = Window { head, bytes: &bytes, at: upload.offset, rows: upload.rows, is_last };
        let read = self.dialects.read_part(door.0.kind, window, STRETCH, door.1.language);
        let (told, rows) = match read {
            Ok((told, _)) if told.is_empty() && !is_last => {
                let at = upload.offset;
                let reason = format!("from byte {at} on, one order is larger than {} KiB", WINDOW / 1_024);
                return Ok(self.fails(upload, reason));
            }
            Ok(read) => read,
            Err(error) => return Ok(self.fails(upload, explained(&error))),
        };
        let offset = told.iter().filter_map(|told: &Told| Some(told.bytes?.1)).max();
        let offset = offset.unwrap_or(upload.size);
        let taken = self.take(door, upload, told).await?;
        let mut after = Upload { offset, rows, ..upload.clone() };
        for taken in &taken {
            *after.counts.entry(taken.outcome).or_default() += 1;
        }
        if offset >= upload.size {
            after.state = UploadState::Done;
            after.ended_at = Some(self.door.clock.now());
        }
        let page = (!taken.is_empty()).then(|| ReportPage { number: upload.pages + 1, taken });
        after.pages += u32::from(page.is_some());
        let calls_again = is_last_of_run && after.state == UploadState::Working;
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

    async fn read(&self, channel: &Channel, id: &str, bytes: (u64, u64)) -> Result<Vec<u8>, Failure> {
        let read = self.door.archive.read(&key_of(channel, id), bytes).await?;
        read.ok_or_else(|| Failure::permanent("the file of the upload is not in the archive"))
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

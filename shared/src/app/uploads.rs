//! Files of many orders 一括取込: what is kept of them beside the file itself.

use std::collections::BTreeMap;
use std::future::Future;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::message::{Message, SCHEMA, Subject};
use super::payloads::{Outcome, Taken};
use super::ports::{ListError, Page, StoreError};
use super::record::Cause;
use crate::domain::ids::{ChannelId, MerchantId};

/// Where a file stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum UploadState {
    /// It is being worked through, or waits for that.
    Working,
    /// All of it was worked through; the report is complete.
    Done,
    /// It cannot be worked through any further.
    Failed,
}

/// A file of orders, and how far it was worked through.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Upload {
    /// Its SHA-256, in hex: the same file is the same upload.
    pub id: String,
    /// The channel that sent it.
    pub channel: ChannelId,
    /// Whose.
    pub merchant: MerchantId,
    /// How many bytes it has.
    pub size: u64,
    /// When it came.
    pub received_at: Timestamp,
    /// Who sent it.
    pub cause: Cause,
    /// Where it stands.
    pub state: UploadState,
    /// The bytes that were worked through: whoever goes on begins here.
    pub offset: u64,
    /// How many pages its report has.
    pub pages: u32,
    /// How its orders ended.
    pub counts: BTreeMap<Outcome, u64>,
    /// When it was done, or failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
}

/// A page of an upload's report: what became of the orders of one stretch of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportPage {
    /// Its number, from 1.
    pub number: u32,
    /// The orders, in the file's order.
    pub taken: Vec<Taken>,
}

/// A step through a file: written whole or not at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The upload afterwards.
    pub upload: Upload,
    /// The offset it must have before.
    pub from: u64,
    /// What became of the orders of the step; none when it only ends the upload.
    pub page: Option<ReportPage>,
    /// Whether the stage is to be called for again, because this run ends before the file does.
    pub calls_again: bool,
}

impl Upload {
    /// The message that calls for the stage, at the offset the upload has now.
    #[must_use]
    pub fn message(&self) -> Message {
        Message {
            schema: SCHEMA,
            id: format!("{}:{}:{}", self.channel, self.id, self.offset),
            merchant: self.merchant.clone(),
            at: self.received_at,
            correlation: self.cause.correlation.clone(),
            subject: Subject::Upload { channel: self.channel.clone(), upload: self.id.clone() },
        }
    }
}

/// Where uploads are kept.
pub trait UploadStore: Send + Sync {
    /// Begins an upload, which calls for the stage; of one that was begun before, tells how it stands.
    fn begin_upload(
        &self,
        upload: &Upload,
    ) -> impl Future<Output = Result<Option<Upload>, StoreError>> + Send;

    /// How an upload stands, strongly consistent; `None` when there is none.
    fn upload(
        &self,
        channel: &ChannelId,
        id: &str,
    ) -> impl Future<Output = Result<Option<Upload>, StoreError>> + Send;

    /// Goes a step further. `false` when somebody else did.
    fn advance_upload(&self, step: &Step) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Some pages of an upload's report, in the file's order, `limit` of them at most.
    fn report(
        &self,
        channel: &ChannelId,
        id: &str,
        cursor: Option<&str>,
        limit: usize,
    ) -> impl Future<Output = Result<Page<ReportPage>, ListError>> + Send;
}

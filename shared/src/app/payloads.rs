//! What channels send: kept to the byte before anything of it is read, and read in their dialects.

use std::future::Future;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::ports::{ListError, Page, StoreError};
use crate::domain::customer::Language;
use crate::domain::ids::{ChannelId, OrderId};
use crate::domain::intake::Impossible;
use crate::domain::merchant::{Channel, ChannelKind};
use crate::domain::order::OrderState;
use crate::domain::told::{ChannelError, ChannelOrder, ChannelStatus};

/// The most refusals a [`PayloadNote`] tells.
pub const MAX_REFUSALS: usize = 50;
/// The most errors kept of one order of a payload.
pub const MAX_ERRORS: usize = 5;

/// One order of a payload, read.
#[derive(Debug)]
pub struct Told {
    /// Where it is in the payload; empty when it is the payload.
    pub at: String,
    /// The bytes from and to which it stands there, of a file of many orders.
    pub bytes: Option<(u64, u64)>,
    /// The channel's number of it, as far as it could be read.
    pub number: Option<String>,
    /// The order with its fingerprint, or what is wrong with it. What the merchant's settings fill in is no
    /// part of the fingerprint, because they may change before a repetition comes.
    pub said: Result<(ChannelOrder, String), ChannelError>,
}

/// The dialects channels speak.
pub trait Dialects: Send + Sync {
    /// Reads a payload of one or several orders.
    ///
    /// # Errors
    /// [`ChannelError`], when it cannot be taken apart into orders.
    fn read(&self, kind: ChannelKind, payload: &[u8], language: Language) -> Result<Vec<Told>, ChannelError>;

    /// Whether files of many orders come in this dialect.
    fn has_files(&self, kind: ChannelKind) -> bool;

    /// Opens a file of many orders, to be read one by one from the byte `from` on, where an earlier reading
    /// of it has got to. Each order says from and to which byte it stands there.
    ///
    /// # Errors
    /// [`ChannelError`], when it is no such file.
    fn file<'a>(
        &self,
        kind: ChannelKind,
        file: &'a [u8],
        from: u64,
        language: Language,
    ) -> Result<Box<dyn Iterator<Item = Told> + Send + 'a>, ChannelError>;
}

/// What became of one order of a payload.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Outcome {
    /// 受付: the order is new, and open.
    Opened,
    /// It was known, and says nothing new.
    Duplicate,
    /// It was known, and what is new was followed; a ticket tells what could not be.
    Updated,
    /// A later word on it came before this one.
    Overtaken,
    /// It is not to be shipped any more, so it was not opened.
    NotOpened,
    /// 過去受注: it ended before it came here, so what is said of it changes nothing.
    Historic,
    /// The payload has only a part of it; `errors` says what to fetch.
    Incomplete,
    /// It can be read, but no such order can be; `errors` says why.
    Impossible,
    /// It cannot be read; `errors` says where.
    Unreadable,
    /// Another order with this number was received before.
    NumberReused,
}

impl Outcome {
    /// Whether it is to be sent or read once more, after something was put right.
    #[must_use]
    pub const fn is_refused(self) -> bool {
        match self {
            Self::Opened
            | Self::Duplicate
            | Self::Updated
            | Self::Overtaken
            | Self::NotOpened
            | Self::Historic => false,
            Self::Incomplete | Self::Impossible | Self::Unreadable | Self::NumberReused => true,
        }
    }

    /// Its name in the API and in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Opened => "OPENED",
            Self::Duplicate => "DUPLICATE",
            Self::Updated => "UPDATED",
            Self::Overtaken => "OVERTAKEN",
            Self::NotOpened => "NOT_OPENED",
            Self::Historic => "HISTORIC",
            Self::Incomplete => "INCOMPLETE",
            Self::Impossible => "IMPOSSIBLE",
            Self::Unreadable => "UNREADABLE",
            Self::NumberReused => "NUMBER_REUSED",
        }
    }
}

/// One order of a payload, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    /// Where it is in the payload; empty when it is the payload.
    pub at: String,
    /// The channel's number of it, as far as it could be read.
    pub number: Option<String>,
    /// What became of it.
    pub outcome: Outcome,
    /// The order's id, and where it stood then.
    pub order: Option<(OrderId, OrderState)>,
    /// What is wrong with it, at most [`MAX_ERRORS`] of a payload of several.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<Impossible>,
}

/// A payload that somebody has to look at: some of it became no order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayloadNote {
    /// Its SHA-256, in hex.
    pub payload: String,
    /// When it came, or was read again in vain.
    pub at: Timestamp,
    /// How many of its orders were refused.
    pub count: u64,
    /// Those, at most [`MAX_REFUSALS`].
    pub refused: Vec<Taken>,
}

/// A word on an order that was not opened because of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unopened {
    /// The id the order would have.
    pub order: OrderId,
    /// Where it stands at its channel.
    pub status: ChannelStatus,
    /// When the channel had changed it.
    pub updated_at: Option<Timestamp>,
    /// SHA-256 of what it says, in hex.
    pub fingerprint: String,
    /// The payload that said so.
    pub payload: String,
}

/// Where it is kept what channels sent that became no order.
pub trait PayloadLog: Send + Sync {
    /// Notes a payload that somebody has to look at; the last note of a payload stays.
    fn note_payload(
        &self,
        channel: &ChannelId,
        note: &PayloadNote,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Forgets the note: all of the payload became orders.
    fn settle_payload(
        &self,
        channel: &ChannelId,
        payload: &str,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// A page of the notes of a channel, by payload.
    fn payloads(
        &self,
        channel: &ChannelId,
        cursor: Option<&str>,
        limit: usize,
    ) -> impl Future<Output = Result<Page<PayloadNote>, ListError>> + Send;

    /// Notes why an order was not opened; the last note of an order stays.
    fn note_unopened(&self, unopened: &Unopened) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Why the order was not opened; `None` when nobody said so. Strongly consistent.
    fn unopened(&self, order: &OrderId) -> impl Future<Output = Result<Option<Unopened>, StoreError>> + Send;
}

/// Where a channel's payload is in the archive.
#[must_use]
pub fn key_of(channel: &Channel, payload: &str) -> String {
    format!("payloads/{}/{}/{payload}", channel.merchant, channel.id)
}

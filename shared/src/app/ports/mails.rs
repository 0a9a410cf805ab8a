//! Mails, and what became of them.

use std::future::Future;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::StoreError;
use crate::domain::ids::OrderId;

/// How a mail stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MailStatus {
    /// Being sent; if it stays so, nobody knows whether it went out.
    Sending,
    /// The mail service accepted it.
    Sent {
        /// The service's id of it.
        message_id: String,
    },
    /// The mail service refused it, or there is no address.
    Refused {
        /// Why.
        reason: String,
    },
    /// Nobody knows whether it was sent. It is never sent again.
    Unknown,
}

/// The record that a mail about a fact was begun: it makes the mail go out at most once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailRecord {
    /// The fact: the mail's kind and the event it tells of.
    pub fact: String,
    /// When it was begun.
    pub begun_at: Timestamp,
    /// How it stands.
    #[serde(flatten)]
    pub status: MailStatus,
}

/// Where it is kept which mails went out.
pub trait MailLog: Send + Sync {
    /// Begins the mail about `fact`: `None` when it is begun now, otherwise how it stands since
    /// somebody began it before.
    fn begin(
        &self,
        order: &OrderId,
        fact: &str,
        now: Timestamp,
    ) -> impl Future<Output = Result<Option<MailRecord>, StoreError>> + Send;

    /// Notes how it ended. `None` forgets the beginning: the mail surely was not sent and may be
    /// begun again.
    fn finish(
        &self,
        order: &OrderId,
        fact: &str,
        status: Option<&MailStatus>,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// The mails of an order.
    fn mails(&self, order: &OrderId) -> impl Future<Output = Result<Vec<MailRecord>, StoreError>> + Send;
}

/// A mail, ready to go.
#[derive(Clone)]
pub struct OutgoingMail {
    /// The sender's address.
    pub from: String,
    /// The recipient's address.
    pub to: String,
    /// The whole message, MIME.
    pub raw: Vec<u8>,
}

/// Why a mail was not accepted.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// The mail service refuses it for good: the address, the sender or the content.
    #[error("the mail service refuses the mail: {0}")]
    Refused(String),
    /// It surely was not accepted, and may be later.
    #[error("the mail service is unavailable")]
    NotSent(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The answer was lost: nobody knows.
    #[error("the mail service did not answer")]
    Unknown(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// The mail service.
pub trait Mailer: Send + Sync {
    /// Sends a mail and returns the service's id of it.
    fn send(&self, mail: &OutgoingMail) -> impl Future<Output = Result<String, MailError>> + Send;
}

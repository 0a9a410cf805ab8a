//! Requests that may be repeated: the same key with the same request is answered the same.

use jiff::Timestamp;

use super::ports::{Answer, AnswerStore, StoreError};
use crate::domain::Command;

/// What a request is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The body, JSON.
    pub body: String,
}

/// A request that carries an `Idempotency-Key`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repeatable {
    /// Who asks, for what, with which key.
    pub key: String,
    /// SHA-256 of the request, in hex.
    pub request: String,
}

impl Repeatable {
    /// The record of what the request is told.
    #[must_use]
    pub fn answer(&self, reply: Reply, now: Timestamp) -> Answer {
        Answer {
            key: self.key.clone(),
            request: self.request.clone(),
            status: reply.status,
            body: reply.body,
            expires_at: now + Answer::KEPT,
        }
    }

    /// What an earlier request with this key was told, if it was this very request.
    ///
    /// # Errors
    /// [`KeyReused`] when it was another one.
    pub fn check(&self, answer: &Answer) -> Result<Reply, KeyReused> {
        if answer.request == self.request {
            Ok(Reply { status: answer.status, body: answer.body.clone() })
        } else {
            Err(KeyReused)
        }
    }
}

/// The `Idempotency-Key` was used before for another request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this Idempotency-Key was used before for another request")]
pub struct KeyReused;

/// The request would do it once more when it is repeated, and carries no `Idempotency-Key`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this request must carry an Idempotency-Key")]
pub struct KeyMissing;

/// Makes sure that `command` can be repeated. All commands but one are done once however often they
/// come; a cancellation of some units names how many, and those of the first time may be gone by
/// the second.
///
/// # Errors
/// [`KeyMissing`] when nothing tells a repetition from a second wish.
pub fn require_key(command: &Command, repeatable: Option<&Repeatable>) -> Result<(), KeyMissing> {
    let counts_again = matches!(command, Command::RequestCancel { lines, .. } if !lines.is_empty());
    if counts_again && repeatable.is_none() { Err(KeyMissing) } else { Ok(()) }
}

/// What the request was told before; `None` when it is new, or not repeatable.
///
/// # Errors
/// [`StoreError`] when that cannot be known.
pub async fn recall(
    store: &impl AnswerStore,
    repeatable: Option<&Repeatable>,
    now: Timestamp,
) -> Result<Option<Result<Reply, KeyReused>>, StoreError> {
    let Some(repeatable) = repeatable else { return Ok(None) };
    let answer = store.recall(&repeatable.key, now).await?;
    Ok(answer.map(|answer| repeatable.check(&answer)))
}

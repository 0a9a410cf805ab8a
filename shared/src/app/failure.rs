//! Why a piece of work failed, as far as whoever retries it must know.

use super::ports::{MailError, ProviderUnavailable, StoreError, Unavailable};
use crate::domain::Rejection;
use crate::domain::ids::OrderId;

/// What every use case fails with.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// It may succeed later: try again.
    #[error("temporarily not possible")]
    Retryable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// It will never succeed: park it and tell a person.
    #[error("{reason}")]
    Permanent {
        /// Why, for the person. Holds no personal data.
        reason: String,
    },
}

impl Failure {
    /// A failure that repeating cannot mend.
    pub fn permanent(reason: impl Into<String>) -> Self {
        Self::Permanent { reason: reason.into() }
    }

    /// The order a message speaks of does not exist.
    #[must_use]
    pub fn no_such_order(id: &OrderId) -> Self {
        Self::permanent(format!("there is no order {id}"))
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(_) => Self::Retryable(error.into()),
            StoreError::Corrupt(what) => Self::permanent(format!("a stored item cannot be read: {what}")),
        }
    }
}

impl From<Unavailable> for Failure {
    fn from(error: Unavailable) -> Self {
        Self::Retryable(error.into())
    }
}

impl From<ProviderUnavailable> for Failure {
    fn from(error: ProviderUnavailable) -> Self {
        Self::Retryable(error.into())
    }
}

impl From<Rejection> for Failure {
    fn from(rejection: Rejection) -> Self {
        Self::permanent(rejection.to_string())
    }
}

impl From<MailError> for Failure {
    fn from(error: MailError) -> Self {
        match error {
            MailError::Refused(reason) => Self::permanent(reason),
            MailError::NotSent(_) | MailError::Unknown(_) => Self::Retryable(error.into()),
        }
    }
}

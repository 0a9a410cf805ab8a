//! How a use case fails: in a way that passes, or for good.

use std::error::Error;
use std::future::Future;

use super::ports::{ProviderUnavailable, StoreError, Unavailable};
use crate::domain::Rejection;
use crate::domain::ids::OrderId;

/// Why something was not done. The edge turns it into a retry, a parked message or an HTTP problem.
///
/// There is no conversion from `MailError`: what an unanswered mail means is for the use case that
/// sent it to say, because repeating it could send it twice.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// It did not work now; the same thing may work later, and repeating it does no harm.
    #[error("it did not work this time")]
    Retryable(#[source] Box<dyn Error + Send + Sync>),
    /// It will never work, however often it is repeated: a person has to look at it.
    #[error("it cannot be done: {reason}")]
    Permanent {
        /// Why, for the person. It is logged, so it must not carry personal data.
        reason: String,
    },
}

impl Failure {
    /// A failure that passes.
    #[must_use]
    pub fn retryable(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Retryable(source.into())
    }

    /// A failure for good. `reason` is logged, so it must not carry personal data.
    #[must_use]
    pub fn permanent(reason: impl Into<String>) -> Self {
        Self::Permanent { reason: reason.into() }
    }

    /// The order a message speaks of does not exist.
    #[must_use]
    pub fn no_such_order(id: &OrderId) -> Self {
        Self::permanent(format!("there is no order {id}"))
    }
}

/// An error with everything that led to it, as the field `error` of a log line.
#[must_use]
pub fn chain(error: &(dyn Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |&error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// Where messages go that can never succeed.
pub trait Parking: Send + Sync {
    /// Puts `body` aside, for a person to look at and perhaps to send again, and says why. Parking
    /// the same thing twice does no harm. `reason` carries no personal data.
    fn park(&self, body: &str, reason: &str) -> impl Future<Output = Result<(), Unavailable>> + Send;
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match error {
            unavailable @ StoreError::Unavailable(_) => Self::retryable(unavailable),
            StoreError::Corrupt(what) => Self::permanent(format!("a stored item cannot be read: {what}")),
        }
    }
}

impl From<Rejection> for Failure {
    fn from(rejection: Rejection) -> Self {
        Self::permanent(rejection.to_string())
    }
}

impl From<Unavailable> for Failure {
    fn from(error: Unavailable) -> Self {
        Self::retryable(error)
    }
}

impl From<ProviderUnavailable> for Failure {
    fn from(error: ProviderUnavailable) -> Self {
        Self::retryable(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_out_of_reach_is_retried_and_what_is_broken_is_not() {
        assert!(matches!(Failure::from(StoreError::Unavailable("throttled".into())), Failure::Retryable(_)));
        assert!(matches!(
            Failure::from(StoreError::Corrupt("ORDER#1".into())),
            Failure::Permanent { reason } if reason.contains("ORDER#1")
        ));
        let queue = Unavailable { what: "the queue", source: "closed".into() };
        assert!(matches!(Failure::from(queue), Failure::Retryable(_)));
    }

    #[test]
    fn an_error_is_told_with_all_its_causes() {
        let failure = Failure::retryable(std::io::Error::other("connection reset"));
        assert_eq!(chain(&failure), "it did not work this time: connection reset");
    }
}

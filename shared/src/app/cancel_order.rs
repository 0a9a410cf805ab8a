//! Carries out cancellations 取消: gives stock back, asks the warehouse, and concludes.

use super::execute::{MAX_ATTEMPTS, execute};
use super::failure::Failure;
use super::message::{Message, Stage};
use super::ports::{Clock, OrderStore};
use crate::domain::Command;

/// The cancellation stage.
#[derive(Debug, Clone)]
pub struct CancelOrder<S, C> {
    /// Orders, with their stock.
    pub store: S,
    /// The time.
    pub clock: C,
}

impl<S: OrderStore, C: Clock> CancelOrder<S, C> {
    /// Goes on with the cancellation of the message's order until nothing can be done now. An
    /// order of many lines takes several transactions.
    ///
    /// # Errors
    /// [`Failure`], when it is to be tried again or can never be done.
    pub async fn handle(&self, message: &Message) -> Result<(), Failure> {
        let id = message.require_order()?;
        let cause = message.cause(Stage::CancelOrder);
        for _ in 0..MAX_ATTEMPTS {
            let done = execute(&self.store, &self.clock, id, &cause, &Command::Cancel).await?;
            if done.records.is_empty() {
                return Ok(());
            }
        }
        Err(Failure::Retryable("the cancellation is not finished".into()))
    }
}

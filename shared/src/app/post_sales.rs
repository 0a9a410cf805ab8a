//! Posts sales 売上計上, once the goods have gone where the policy says and the money is in.

use super::execute::{ExecuteError, execute};
use super::failure::Failure;
use super::message::{Message, Stage};
use super::ports::{Clock, OrderStore};
use crate::domain::{Command, Rejection};

/// The posting stage.
#[derive(Debug, Clone)]
pub struct PostSales<S, C> {
    /// Orders.
    pub store: S,
    /// The time.
    pub clock: C,
}

impl<S: OrderStore, C: Clock> PostSales<S, C> {
    /// Posts the sale of the message's order, if it is time. If not, the event that makes it time
    /// brings the order here again.
    ///
    /// # Errors
    /// [`Failure`], when it is to be tried again or can never be done.
    pub async fn handle(&self, message: &Message) -> Result<(), Failure> {
        let id = message.require_order()?;
        let cause = message.cause(Stage::PostSales);
        match execute(&self.store, &self.clock, id, &cause, &Command::PostSales).await {
            Ok(_) | Err(ExecuteError::Rejected(Rejection::WrongState { .. } | Rejection::NotPaid)) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

//! Collects the money 決済: asks for it, secures it, takes it, gives it up and gives it back.

use super::execute::{execute, load};
use super::failure::Failure;
use super::message::{Message, Stage};
use super::ports::{Clock, OrderStore, PaymentProvider, ProviderContext};
use crate::domain::Command;
use crate::domain::decide::{Collection, is_withdrawn, next_collection, unwanted_authorizations};
use crate::domain::order::Order;
use crate::domain::payment::{Operation, OperationOutcome};

/// More steps than any order's money takes at once: 20 payments, and a void and a refund for each.
const MAX_STEPS: usize = 60;

/// The reason we note for an authorization that we gave up before the provider ever got it.
const WITHDRAWN: &str = "withdrawn";

/// The payment stage.
#[derive(Debug, Clone)]
pub struct CollectPayment<S, P, C> {
    /// Orders.
    pub store: S,
    /// The provider.
    pub provider: P,
    /// The time.
    pub clock: C,
}

impl<S: OrderStore, P: PaymentProvider, C: Clock> CollectPayment<S, P, C> {
    /// Does everything that is to be done about the money of the message's order. What to do is
    /// read from the order before every step, so this can be repeated, overtaken or cut off
    /// anywhere: the provider knows each operation by its key.
    ///
    /// # Errors
    /// [`Failure`], when it is to be tried again or can never be done.
    pub async fn handle(&self, message: &Message) -> Result<(), Failure> {
        let id = message.require_order()?;
        let cause = message.cause(Stage::CollectPayment);
        for _ in 0..MAX_STEPS {
            let order = load(&self.store, id).await?;
            let command = match next_collection(&order, self.clock.now()) {
                None => match self.forgotten(&order).await? {
                    Some(command) => command,
                    None => return Ok(()),
                },
                Some(Collection::Request(payment)) => Command::RequestPayment { payment },
                Some(Collection::Ask(operation)) => {
                    let outcome = self.ask(&order, &operation).await?;
                    Command::RecordOperation { operation, outcome }
                }
                Some(Collection::Look(operation)) => {
                    let outcome = self.look(&order, &operation).await?;
                    Command::RecordOperation { operation, outcome }
                }
            };
            let executed = execute(&self.store, &self.clock, id, &cause, &command).await?;
            // The provider still does not know, and the clock brings the question back. If somebody else
            // was faster, they may have ended before they came to what is next.
            if executed.records.is_empty() && executed.order.version == order.version {
                return Ok(());
            }
        }
        Err(Failure::permanent("the payment does not come to rest"))
    }

    /// The outcome of an authorization that nobody noted and nobody wants any more: once it is noted,
    /// it is given up.
    async fn forgotten(&self, order: &Order) -> Result<Option<Command>, Failure> {
        for operation in unwanted_authorizations(order) {
            if let Some(outcome) = self.provider.look(&operation, &context(order, &operation)).await? {
                return Ok(Some(Command::RecordOperation { operation, outcome }));
            }
        }
        Ok(None)
    }

    async fn ask(&self, order: &Order, operation: &Operation) -> Result<OperationOutcome, Failure> {
        let context = context(order, operation);
        match self.provider.perform(operation, &context).await? {
            OperationOutcome::Unknown => self.look(order, operation).await,
            known @ (OperationOutcome::Approved { .. }
            | OperationOutcome::Declined { .. }
            | OperationOutcome::Review { .. }) => Ok(known),
        }
    }

    /// Asks what became of an operation. When the provider never got it, it is done now: the same
    /// key makes sure that it is not done twice, should the first one still arrive. An authorization
    /// that is not wanted any more is not asked for again.
    async fn look(&self, order: &Order, operation: &Operation) -> Result<OperationOutcome, Failure> {
        let context = context(order, operation);
        match self.provider.look(operation, &context).await {
            Ok(Some(outcome)) => Ok(outcome),
            Ok(None) if is_withdrawn(order, operation) => {
                Ok(OperationOutcome::Declined { code: WITHDRAWN.to_owned() })
            }
            Ok(None) => Ok(self.provider.perform(operation, &context).await?),
            // We asked before and cannot learn what came of it: that must be seen, not retried away.
            Err(_unavailable) => Ok(OperationOutcome::Unknown),
        }
    }
}

fn context(order: &Order, operation: &Operation) -> ProviderContext {
    let payment = order.payment(&operation.payment);
    ProviderContext {
        method: payment.map_or(crate::domain::payment::PaymentMethod::Card, |payment| payment.method),
        token: payment.and_then(|payment| payment.token.clone()),
        reference: payment.and_then(|payment| payment.reference.clone()),
        currency: order.currency,
    }
}

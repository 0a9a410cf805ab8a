//! Checks what was ordered 検証.

use super::execute::execute_choosing;
use super::failure::Failure;
use super::message::{Message, Stage};
use super::ports::{Clock, MerchantStore, OrderStore};
use crate::domain::Command;
use crate::domain::ids::Sku;
use crate::domain::order::Validation;
use crate::domain::rules;

/// The validation stage.
#[derive(Debug, Clone)]
pub struct ValidateOrder<S, C> {
    /// Orders, and the merchant's catalogue.
    pub store: S,
    /// The time.
    pub clock: C,
}

impl<S: OrderStore + MerchantStore, C: Clock> ValidateOrder<S, C> {
    /// Checks the order of the message against the rules and the catalogue.
    ///
    /// # Errors
    /// [`Failure`], when it is to be tried again or can never be done.
    pub async fn handle(&self, message: &Message) -> Result<(), Failure> {
        let id = message.require_order()?;
        let Some(order) = self.store.load(id).await? else { return Err(Failure::no_such_order(id)) };
        if order.validation != Validation::Pending {
            return Ok(());
        }
        let mut skus: Vec<Sku> = order.lines.iter().map(|line| line.sku.clone()).collect();
        skus.sort();
        skus.dedup();
        let products = self.store.products(&order.merchant, &skus).await?;
        let cause = message.cause(Stage::ValidateOrder);
        // The address may change between two attempts, so the rules look at the order of each.
        let check = |order: &_| Command::Validate { findings: rules::check(order, &products) };
        execute_choosing(&self.store, &self.clock, id, &cause, check).await?;
        Ok(())
    }
}

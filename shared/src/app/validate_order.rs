//! Checks what was ordered 検証.

use super::execute::{execute, execute_choosing};
use super::failure::Failure;
use super::message::{Message, Stage};
use super::ports::{Clock, MerchantStore, OrderStore};
use super::rule_book::RuleBook;
use crate::domain::Command;
use crate::domain::ids::Sku;
use crate::domain::order::Validation;
use crate::domain::rule_pack::corrections;
use crate::domain::rules;

/// The validation stage.
#[derive(Debug, Clone)]
pub struct ValidateOrder<S, C> {
    /// Orders, and the merchant's rules and catalogue.
    pub store: S,
    /// The rules that were read before.
    pub rules: RuleBook,
    /// The time.
    pub clock: C,
}

impl<S: OrderStore + MerchantStore, C: Clock> ValidateOrder<S, C> {
    /// Corrects what the order's rules allow to correct, and checks it against them and the catalogue.
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
        let pack = self.rules.of(&self.store, &order).await?;
        let cause = message.cause(Stage::ValidateOrder);
        let corrections = corrections(&order, &pack.fixes);
        if !corrections.is_empty() {
            let correct = Command::CorrectContact { corrections };
            execute(&self.store, &self.clock, id, &cause, &correct).await?;
        }
        // The address may change between two attempts, so the rules look at the order of each.
        let check = |order: &_| Command::Validate { findings: rules::check(order, &products, &pack) };
        execute_choosing(&self.store, &self.clock, id, &cause, check).await?;
        Ok(())
    }
}

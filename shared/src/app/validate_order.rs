//! Checks what was ordered 検証, and takes what it shares with other orders.

use super::correct_address::put_right;
use super::execute::{Attempt, ExecuteError, MAX_ATTEMPTS, commit, load};
use super::failure::Failure;
use super::limit_store::LimitStore;
use super::message::{Message, Stage};
use super::ports::{Clock, MerchantStore, OrderStore};
use super::screen::screen;
use crate::domain::Command;
use crate::domain::decide::decide;
use crate::domain::fraud::FraudRules;
use crate::domain::ids::Sku;
use crate::domain::order::Validation;
use crate::domain::rules;

/// The validation stage.
#[derive(Debug, Clone)]
pub struct ValidateOrder<S, C> {
    /// Orders, the merchant's catalogue, and what orders share.
    pub store: S,
    /// The time.
    pub clock: C,
}

impl<S: OrderStore + MerchantStore + LimitStore, C: Clock> ValidateOrder<S, C> {
    /// Checks the order of the message against the rules, the catalogue, and what orders share, after
    /// its addresses were put right as far as the merchant lets a rule do it. What
    /// the order takes of that is written with what was found, so it takes it once.
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
        let (cause, fraud) = (message.cause(Stage::ValidateOrder), FraudRules::default());
        // Somebody else may take what there is, and the address may change: every attempt looks again.
        let mut order = order;
        for _ in 0..MAX_ATTEMPTS {
            let now = self.clock.now();
            let corrected = put_right(&order, now);
            let (screened, more) = screen(&self.store, &corrected.order, &fraud, now).await?;
            let mut findings = rules::check(&corrected.order, &products);
            findings.extend(more);
            let screen = Command::Screen { screened: Box::new(screened) };
            let taken = decide(&corrected.order, &screen, now)?;
            let checked = decide(&taken.order, &Command::Validate { findings }, now)?;
            let decision = corrected.then(taken).then(checked);
            match commit(&self.store, now, &order, decision, &cause, None, false).await? {
                Attempt::Done(_) => return Ok(()),
                Attempt::Again => order = load(&self.store, id).await?,
            }
            if order.validation != Validation::Pending {
                return Ok(());
            }
        }
        Err(ExecuteError::Contended.into())
    }
}

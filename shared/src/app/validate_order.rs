//! Checks what was ordered 検証, and takes what it shares with other orders.

use super::correct_address::put_right;
use super::execute::{Attempt, ExecuteError, MAX_ATTEMPTS, commit, load};
use super::failure::Failure;
use super::limit_store::LimitStore;
use super::message::{Message, Stage};
use super::ports::{Clock, MerchantStore, OrderStore};
use super::rule_book::RuleBook;
use super::screen::screen;
use crate::domain::Command;
use crate::domain::decide::decide;
use crate::domain::ids::Sku;
use crate::domain::order::Validation;
use crate::domain::rule_pack::corrections;
use crate::domain::rules;

/// The validation stage.
#[derive(Debug, Clone)]
pub struct ValidateOrder<S, C> {
    /// Orders, the merchant's rules and catalogue, and what orders share.
    pub store: S,
    /// The rules that were read before.
    pub rules: RuleBook,
    /// The time.
    pub clock: C,
}

impl<S: OrderStore + MerchantStore + LimitStore, C: Clock> ValidateOrder<S, C> {
    /// Puts right what the order's rules allow to put right, and checks it against them, the catalogue,
    /// and what orders share. What the order takes of that is written with what was found, so it takes
    /// it once.
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
        // Somebody else may take what there is, and the address may change: every attempt looks again.
        let mut order = order;
        for _ in 0..MAX_ATTEMPTS {
            let now = self.clock.now();
            let correct = Command::CorrectContact { corrections: corrections(&order, &pack.fixes) };
            let corrected = decide(&order, &correct, now)?;
            let put_right = put_right(&corrected.order, now);
            let (screened, more) = screen(&self.store, &put_right.order, &pack.fraud, now).await?;
            let mut findings = rules::check(&put_right.order, &products, &pack);
            findings.extend(rules::treat(&put_right.order, more, &pack));
            let screen = Command::Screen { screened: Box::new(screened) };
            let taken = decide(&put_right.order, &screen, now)?;
            let checked = decide(&taken.order, &Command::Validate { findings }, now)?;
            let decision = corrected.then(put_right).then(taken).then(checked);
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

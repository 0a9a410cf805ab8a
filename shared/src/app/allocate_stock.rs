//! Gives orders their stock 引当, and fills those that waited when stock arrives.

use std::collections::{BTreeMap, BTreeSet};

use super::execute::{Attempt, ExecuteError, MAX_ATTEMPTS, commit, load};
use super::failure::Failure;
use super::message::{Message, Stage, Subject};
use super::ports::{Clock, MerchantStore, OrderStore, StockStore};
use super::record::Cause;
use crate::domain::Command;
use crate::domain::decide::{decide, shortfall};
use crate::domain::event::Grant;
use crate::domain::ids::{LocationId, MerchantId, OrderId};
use crate::domain::order::{LINES_PER_STEP, Line, Order};
use crate::domain::stock::{Stock, StockKey};

/// How many waiting lines one message looks at, well within the time a function has.
const WAITING_PER_PAGE: usize = 50;

/// What became of an order that waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Filled {
    /// It got what it waited for.
    Served,
    /// It waits no more, and got nothing.
    Passed,
    /// The stock is given away.
    NothingLeft,
}

/// The allocation stage.
#[derive(Debug, Clone)]
pub struct AllocateStock<S, C> {
    /// Orders, stock, and the merchant's locations.
    pub store: S,
    /// The time.
    pub clock: C,
}

impl<S: OrderStore + StockStore + MerchantStore, C: Clock> AllocateStock<S, C> {
    /// Allocates the order of the message, or fills the back orders of its stock.
    ///
    /// # Errors
    /// [`Failure`], when it is to be tried again or can never be done.
    pub async fn handle(&self, message: &Message) -> Result<(), Failure> {
        let cause = message.cause(Stage::AllocateStock);
        match &message.subject {
            Subject::Order { order, .. } => self.allocate(order, &cause).await,
            Subject::Stock { sku, location } => {
                let key = StockKey { sku: sku.clone(), location: location.clone() };
                self.fill(message, &key, &cause).await
            }
            Subject::Upload { .. } => Err(Failure::permanent("the message is not about stock")),
        }
    }

    async fn allocate(&self, id: &OrderId, cause: &Cause) -> Result<(), Failure> {
        // Somebody else may take what we looked at; every attempt sees less stock or more waiting.
        let mut attempts = 0;
        while attempts < MAX_ATTEMPTS {
            let order = load(&self.store, id).await?;
            let lines: Vec<&Line> = shortfall(&order).collect();
            if lines.is_empty() {
                return Ok(());
            }
            let command = self.grants(&order, &lines).await?;
            let now = self.clock.now();
            let decision = decide(&order, &command, now)?;
            if decision.is_already_done() {
                return Err(Failure::permanent(format!(
                    "{} has no location to allocate from",
                    order.merchant
                )));
            }
            match commit(&self.store, now, &order, decision, cause, None, false).await? {
                // An order with more lines than one transaction takes goes on with the next ones.
                Attempt::Done(_) => attempts = 0,
                Attempt::Again => attempts += 1,
            }
        }
        Err(ExecuteError::Contended.into())
    }

    /// What each line can have now: all of it from the first location that has all of it, otherwise
    /// what the first location has, and the rest waits there.
    async fn grants(&self, order: &Order, lines: &[&Line]) -> Result<Command, ExecuteError> {
        let merchant = self.store.merchant(&order.merchant).await?;
        let locations: Vec<LocationId> = merchant.map(|merchant| merchant.locations).unwrap_or_default();
        let of = |line: &Line| {
            let kept = line.location.clone().map_or_else(|| locations.clone(), |kept| vec![kept]);
            kept.into_iter().map(|location| StockKey { sku: line.sku.clone(), location }).collect::<Vec<_>>()
        };
        let mut keys: Vec<StockKey> = lines.iter().flat_map(|line| of(line)).collect();
        keys.sort();
        keys.dedup();
        let counts = self.store.counts(&order.merchant, &keys).await?;
        let mut stock: BTreeMap<StockKey, Stock> = keys.into_iter().zip(counts).collect();
        let (mut grants, mut shortages) = (Vec::new(), Vec::new());
        for line in lines {
            let wanted = line.quantities.open;
            let places = of(line);
            let has_all = |key: &&StockKey| stock.get(*key).is_some_and(|s| s.grantable(wanted) == wanted);
            let Some(key) = places.iter().find(has_all).or(places.first()).cloned() else { continue };
            let Some(count) = stock.get_mut(&key) else { continue };
            let granted = count.grantable(wanted);
            // Two lines may want the same stock.
            count.promisable -= i64::from(wanted);
            let units = |quantity| Grant { line: line.id, location: key.location.clone(), quantity };
            grants.extend((granted > 0).then(|| units(granted)));
            shortages.extend((granted < wanted).then(|| units(wanted - granted)));
        }
        Ok(Command::Allocate { grants, shortages })
    }

    /// Goes through those that wait, page by page, until the stock is given away. However many they
    /// are, each message does its part: the last order served of a page calls for the next page. An
    /// order only a person can help does not keep those behind it waiting.
    async fn fill(&self, message: &Message, key: &StockKey, cause: &Cause) -> Result<(), Failure> {
        let mut seen: BTreeSet<OrderId> = BTreeSet::new();
        let mut stuck: BTreeSet<OrderId> = BTreeSet::new();
        let mut broken: Option<Failure> = None;
        // Lines that stay in the list although their order was looked at.
        let mut left_behind = 0;
        loop {
            // Those that got theirs have left the list, so this is its next page.
            let limit = WAITING_PER_PAGE + left_behind;
            let waiting = self.store.waiting(&message.merchant, key, limit).await?;
            let is_last = waiting.len() < limit;
            let mut orders: Vec<&OrderId> = waiting.iter().map(|(order, _)| order).collect();
            orders.retain(|order| seen.insert((*order).clone()));
            for order in &orders {
                let calls_next = !is_last && Some(order) == orders.last();
                let filled = self.fill_order(order, &message.merchant, key, cause, calls_next).await;
                match filled.map_err(Failure::from) {
                    Ok(Filled::Served) if calls_next => return broken.map_or(Ok(()), Err),
                    Ok(Filled::Served | Filled::Passed) => {}
                    Ok(Filled::NothingLeft) => return broken.map_or(Ok(()), Err),
                    Err(passing @ Failure::Retryable(_)) => return Err(passing),
                    Err(permanent @ Failure::Permanent { .. }) => {
                        stuck.insert((*order).clone());
                        broken.get_or_insert(permanent);
                    }
                }
            }
            if is_last {
                return broken.map_or(Ok(()), Err);
            }
            if orders.is_empty() {
                return Err(Failure::Retryable("the list of those that wait does not get shorter".into()));
            }
            left_behind = waiting.iter().filter(|(order, _)| stuck.contains(order)).count();
        }
    }

    /// Gives the waiting units of one order what is there, as many lines at a time as one transaction
    /// takes.
    async fn fill_order(
        &self,
        id: &OrderId,
        merchant: &MerchantId,
        key: &StockKey,
        cause: &Cause,
        calls_next: bool,
    ) -> Result<Filled, ExecuteError> {
        let mut attempts = 0;
        while attempts < MAX_ATTEMPTS {
            let order = load(&self.store, id).await?;
            let counts = self.store.counts(merchant, std::slice::from_ref(key)).await?;
            let mut left = counts.first().map_or(0, |stock| stock.fillable(u32::MAX));
            let waits = |line: &&Line| {
                line.sku == key.sku
                    && line.location.as_ref() == Some(&key.location)
                    && line.quantities.backordered > 0
            };
            let mut grants = Vec::new();
            for line in order.lines.iter().filter(waits).take(LINES_PER_STEP) {
                let quantity = line.quantities.backordered.min(left);
                left -= quantity;
                let grant = Grant { line: line.id, location: key.location.clone(), quantity };
                grants.extend((quantity > 0).then_some(grant));
            }
            if grants.is_empty() {
                return Ok(if left > 0 { Filled::Passed } else { Filled::NothingLeft });
            }
            let is_all = order.lines.iter().filter(waits).nth(LINES_PER_STEP).is_none();
            let calls_next = calls_next && is_all && left > 0;
            let now = self.clock.now();
            let decision = decide(&order, &Command::FillBackorder { grants }, now)?;
            match commit(&self.store, now, &order, decision, cause, None, calls_next).await? {
                Attempt::Done(_) if left == 0 => return Ok(Filled::NothingLeft),
                Attempt::Done(_) if is_all => return Ok(Filled::Served),
                Attempt::Done(_) => attempts = 0,
                Attempt::Again => attempts += 1,
            }
        }
        Err(ExecuteError::Contended)
    }
}

//! Checks everything that is stored of a merchant 照合: reads its orders with their events and mails, its
//! stock with its ledger, the counts they share, and gives them to the [audit](super::audit).

use std::collections::BTreeSet;

use jiff::SignedDuration;

use super::audit::Audit;
use super::limit_store::LimitStore;
use super::ports::{
    Clock, ListError, MailLog, MailRecord, MailStatus, MerchantStore, OrderFilter, OrderQuery, OrderStore,
    StockStore, StoreError,
};
use crate::domain::audit::Violation;
use crate::domain::ids::{MerchantId, OrderId};
use crate::domain::order::Order;
use crate::domain::stock::StockKey;

/// The size of the pages that are read.
const PAGE: usize = 100;
/// How long a mail may be on its way: longer than all deliveries of its message take.
const MAIL_PATIENCE: SignedDuration = SignedDuration::from_hours(2);

/// What was read, and what of it does not agree.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// How many orders.
    pub orders: usize,
    /// How many events they have.
    pub events: usize,
    /// How many stocks.
    pub stocks: usize,
    /// How many counts that orders share.
    pub tallies: usize,
    /// Everything that does not agree.
    pub violations: Vec<Violation>,
}

/// Why it could not be checked.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// There is no such merchant.
    #[error("there is no merchant {0}")]
    NoSuchMerchant(MerchantId),
    /// A list could not be read.
    #[error(transparent)]
    List(#[from] ListError),
    /// Something else could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The auditor.
#[derive(Debug, Clone)]
pub struct Verify<S, C> {
    /// Everything.
    pub store: S,
    /// The time.
    pub clock: C,
}

impl<S: OrderStore + StockStore + MerchantStore + LimitStore + MailLog, C: Clock> Verify<S, C> {
    /// Reads everything of the merchant and checks it. An order and its stock are read one after the
    /// other, so while orders move, look twice at what does not agree.
    ///
    /// # Errors
    /// [`VerifyError`], when not everything can be read.
    pub async fn handle(&self, merchant: &MerchantId) -> Result<Verified, VerifyError> {
        let known = self.store.merchant(merchant).await?;
        let known = known.ok_or_else(|| VerifyError::NoSuchMerchant(merchant.clone()))?;
        let (mut audit, mut verified, mut keys) = (Audit::default(), Verified::default(), BTreeSet::new());
        for id in self.orders(merchant).await? {
            let Some(order) = self.store.load(&id).await? else { continue };
            verified.orders += 1;
            verified.events += self.order(&order, &mut audit).await?;
            keys.extend(order.lines.iter().filter_map(|line| {
                Some(StockKey { sku: line.sku.clone(), location: line.location.clone()? })
            }));
        }
        let mut cursor = None;
        loop {
            let page = self.store.list_products(merchant, cursor.as_deref(), PAGE).await?;
            for product in page.items {
                let at =
                    |location: &_| StockKey { sku: product.sku.clone(), location: Clone::clone(location) };
                keys.extend(known.locations.iter().map(at));
            }
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        for key in &keys {
            verified.stocks += 1;
            self.stock(merchant, key, &mut audit).await?;
        }
        let counted = audit.tallied(merchant);
        let tallies = self.store.tallies(merchant, &counted).await?;
        for (key, tally) in counted.iter().zip(tallies) {
            verified.tallies += 1;
            audit.tally(merchant, key, tally);
        }
        verified.violations = audit.finish();
        Ok(verified)
    }

    async fn orders(&self, merchant: &MerchantId) -> Result<Vec<OrderId>, VerifyError> {
        let (mut all, mut cursor) = (Vec::new(), None);
        loop {
            let query =
                OrderQuery { merchant: merchant.clone(), filter: OrderFilter::All, cursor, limit: PAGE };
            let page = self.store.list(&query).await?;
            all.extend(page.items.into_iter().map(|summary| summary.id));
            cursor = page.next;
            if cursor.is_none() {
                return Ok(all);
            }
        }
    }

    /// Gives an order to the audit, and returns how many events it has.
    async fn order(&self, order: &Order, audit: &mut Audit) -> Result<usize, VerifyError> {
        let history = self.store.history(&order.id).await?;
        let now = self.clock.now();
        let on_its_way = |mail: &MailRecord| {
            mail.status == MailStatus::Sending && now.duration_since(mail.begun_at) < MAIL_PATIENCE
        };
        let mut mails = self.store.mails(&order.id).await?;
        mails.retain(|mail| !on_its_way(mail));
        audit.order(order);
        audit.history(order, &history);
        audit.mails(order, &mails);
        Ok(history.len())
    }

    async fn stock(
        &self,
        merchant: &MerchantId,
        key: &StockKey,
        audit: &mut Audit,
    ) -> Result<(), VerifyError> {
        let (mut ledger, mut cursor) = (Vec::new(), None);
        let counts = self.store.counts(merchant, std::slice::from_ref(key)).await?;
        loop {
            let page = self.store.ledger(merchant, key, cursor.as_deref(), PAGE).await?;
            ledger.extend(page.items);
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        audit.stock(merchant, key, &counts.first().copied().unwrap_or_default(), &ledger);
        Ok(())
    }
}

//! Shows orders 受注照会.

use jiff::Timestamp;

use super::access::{Denied, Permission, Principal};
use super::call_script::{Script, scripts};
use super::operate_order::RequestError;
use super::ports::{
    Clock, ListError, MailLog, MailRecord, MerchantStore, OrderQuery, OrderStore, OrderSummary, Page,
};
use super::record::EventRecord;
use crate::domain::evolve::replay;
use crate::domain::ids::OrderId;
use crate::domain::order::Order;

/// An order with all that belongs to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WholeOrder {
    /// The order as it stands.
    pub order: Order,
    /// All that happened to it, in order.
    pub history: Vec<EventRecord>,
    /// The mails about it.
    pub mails: Vec<MailRecord>,
    /// What to say in the calls that are to be made.
    pub scripts: Vec<Script>,
}

impl WholeOrder {
    /// The order as it was at that moment, with what had happened by then; `None` before it was received.
    /// Of its mails those that had been begun, as they have ended since.
    #[must_use]
    pub fn as_of(mut self, at: Timestamp) -> Option<Self> {
        let then = self.history.iter().take_while(|record| record.at <= at).count();
        self.history.truncate(then);
        self.mails.retain(|mail| mail.begun_at <= at);
        self.order = replay(self.history.iter().map(|record| (&record.event, record.at)))?;
        Some(self)
    }
}

/// Why a list was not shown.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    /// The caller may not.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The cursor is wrong, or the store could not answer.
    #[error(transparent)]
    List(#[from] ListError),
}

/// The window on orders.
#[derive(Debug, Clone)]
pub struct QueryOrders<S, C> {
    /// Orders and merchants.
    pub store: S,
    /// The time.
    pub clock: C,
}

impl<S: OrderStore + MailLog + MerchantStore, C: Clock> QueryOrders<S, C> {
    /// One order with its timeline and mails: as it stands, or as it was at a moment.
    ///
    /// # Errors
    /// [`RequestError::NotFound`] also when it is another merchant's, or had not been received by then.
    pub async fn order(
        &self,
        principal: &Principal,
        id: &OrderId,
        at: Option<Timestamp>,
    ) -> Result<WholeOrder, RequestError> {
        let order = self.store.load(id).await?.ok_or(RequestError::NotFound("order"))?;
        match principal.require(Permission::Read, &order.merchant) {
            Err(Denied::Merchant) => return Err(RequestError::NotFound("order")),
            other => other?,
        }
        let history = self.store.history(id).await?;
        let mails = self.store.mails(id).await?;
        let whole = WholeOrder { order, history, mails, scripts: Vec::new() };
        let mut whole = match at {
            None => whole,
            Some(at) => whole.as_of(at).ok_or(RequestError::NotFound("order"))?,
        };
        if whole.order.open_calls().next().is_some()
            && let Some(merchant) = self.store.merchant(&whole.order.merchant).await?
        {
            whole.scripts = scripts(&whole.order, &merchant.shop.name)?;
        }
        Ok(whole)
    }

    /// A page of a merchant's orders.
    ///
    /// # Errors
    /// [`QueryError`].
    pub async fn orders(
        &self,
        principal: &Principal,
        query: &OrderQuery,
    ) -> Result<Page<OrderSummary>, QueryError> {
        principal.require(Permission::Read, &query.merchant)?;
        Ok(self.store.list(query).await?)
    }
}

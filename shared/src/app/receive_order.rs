//! Takes an order in 受注取込: keeps what the channel sent, and opens the order once.

use super::failure::Failure;
use super::idempotency::{KeyReused, Repeatable, Reply, recall};
use super::ports::{AnswerStore, Archive, Clock, Commit, CommitError, MerchantStore, OrderStore, StoreError};
use super::record::{Cause, EventRecord};
use crate::domain::Event;
use crate::domain::ids::{ChannelId, OrderId};
use crate::domain::intake::{Impossible, Intake};
use crate::domain::merchant::{Channel, Merchant};
use crate::domain::order::Order;

/// An order as a channel sent it.
#[derive(Debug, Clone)]
pub struct Incoming<'a> {
    /// In our terms.
    pub intake: Intake,
    /// SHA-256 of that, in hex: what does not change it is not another order.
    pub fingerprint: String,
    /// What was sent, to the byte.
    pub raw: &'a [u8],
    /// SHA-256 of that, in hex.
    pub raw_digest: String,
    /// The request.
    pub correlation: String,
    /// If it may be repeated.
    pub repeatable: Option<Repeatable>,
}

/// Why an order was not taken in.
#[derive(Debug, thiserror::Error)]
pub enum ReceiveError {
    /// It cannot be an order; this is all that is wrong.
    #[error("the order is impossible")]
    Impossible(Vec<Impossible>),
    /// The channel has sent another order with this number.
    #[error("another order with this number was received before")]
    NumberReused(OrderId),
    /// The `Idempotency-Key` was used for another request.
    #[error(transparent)]
    KeyReused(#[from] KeyReused),
    /// It failed.
    #[error(transparent)]
    Failed(#[from] Failure),
}

impl From<StoreError> for ReceiveError {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

/// The door for orders.
#[derive(Debug, Clone)]
pub struct ReceiveOrder<S, A, C> {
    /// Orders, channels and merchants.
    pub store: S,
    /// Where the raw payloads go.
    pub archive: A,
    /// The time.
    pub clock: C,
}

impl<S: OrderStore + MerchantStore + AnswerStore, A: Archive, C: Clock> ReceiveOrder<S, A, C> {
    /// The channel, and the merchant it belongs to; `None` when there is no such channel.
    ///
    /// # Errors
    /// [`Failure`] when that cannot be known.
    pub async fn channel(&self, id: &ChannelId) -> Result<Option<(Channel, Merchant)>, Failure> {
        let Some(channel) = self.store.channel(id).await? else { return Ok(None) };
        let merchant = self.store.merchant(&channel.merchant).await?;
        let merchant = merchant.ok_or_else(|| Failure::permanent(format!("channel {id} has no merchant")))?;
        Ok(Some((channel, merchant)))
    }

    /// Opens the order, or finds it open: the same order of the same channel is one order, however
    /// often it is sent. `reply` tells the channel about it.
    ///
    /// # Errors
    /// [`ReceiveError`]; no order was opened then.
    pub async fn handle(
        &self,
        (channel, merchant): &(Channel, Merchant),
        incoming: Incoming<'_>,
        reply: impl Fn(&Order, bool) -> Reply + Send + Sync,
    ) -> Result<Reply, ReceiveError> {
        let now = self.clock.now();
        let repeatable = incoming.repeatable.as_ref();
        if let Some(told) = recall(&self.store, repeatable, now).await? {
            return Ok(told?);
        }
        let whose = (channel.merchant.clone(), channel.id.clone());
        let order = incoming
            .intake
            .into_order(whose, incoming.fingerprint, &merchant.policy, now)
            .map_err(ReceiveError::Impossible)?;
        if let Some(known) = self.store.load(&order.id).await? {
            return self.known(&known, &order.fingerprint, repeatable, &reply).await;
        }
        // What was sent is kept first: an order without its origin could not be argued about.
        let key = format!("orders/{}/{}/{}.json", order.merchant, order.id, incoming.raw_digest);
        self.archive.keep(&key, incoming.raw).await.map_err(Failure::from)?;
        let answer = repeatable.map(|request| request.answer(reply(&order, true), now));
        let record = EventRecord {
            order: order.id.clone(),
            merchant: order.merchant.clone(),
            seq: order.version,
            at: now,
            cause: Cause::of_channel(&channel.id, incoming.correlation),
            event: Event::OrderReceived { order: Box::new(order.clone()) },
        };
        let commit = Commit {
            order,
            expected_version: 0,
            records: vec![record],
            movements: Vec::new(),
            answer,
            calls_next: false,
        };
        match self.store.commit(&commit).await {
            Ok(()) => Ok(reply(&commit.order, true)),
            // Somebody sent it in the same moment.
            Err(CommitError::Exists(known)) => {
                self.known(&known, &commit.order.fingerprint, repeatable, &reply).await
            }
            Err(CommitError::Answered(answer)) => match repeatable {
                Some(request) => Ok(request.check(&answer)?),
                None => Err(Failure::permanent("an answer without a key").into()),
            },
            Err(error @ (CommitError::Conflict | CommitError::StockChanged | CommitError::TallyChanged)) => {
                Err(Failure::Retryable(error.into()).into())
            }
            Err(CommitError::Store(error)) => Err(error.into()),
        }
    }

    /// What a channel is told that sends a number it has sent before.
    async fn known(
        &self,
        known: &Order,
        fingerprint: &str,
        repeatable: Option<&Repeatable>,
        reply: &(impl Fn(&Order, bool) -> Reply + Send + Sync),
    ) -> Result<Reply, ReceiveError> {
        if known.fingerprint != fingerprint {
            return Err(ReceiveError::NumberReused(known.id.clone()));
        }
        let told = reply(known, false);
        if let Some(request) = repeatable {
            self.store.remember(&request.answer(told.clone(), self.clock.now())).await?;
        }
        Ok(told)
    }
}

//! Carries out what people ask of an order 受注操作.

use super::access::{Denied, Permission, Principal};
use super::correct_address::correction;
use super::execute::{ExecuteError, execute_answering, load};
use super::failure::Failure;
use super::idempotency::{KeyMissing, KeyReused, Repeatable, Reply, recall, require_key};
use super::ports::{AnswerStore, Clock, OrderStore, StoreError};
use super::record::Cause;
use crate::domain::address::Trust;
use crate::domain::ids::OrderId;
use crate::domain::order::Order;
use crate::domain::{Command, Rejection};

/// Who asks, and how it is traced and repeated.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Who.
    pub principal: Principal,
    /// The request.
    pub correlation: String,
    /// If it may be repeated.
    pub repeatable: Option<Repeatable>,
}

impl Caller {
    /// The cause of what this caller does.
    #[must_use]
    pub fn cause(&self) -> Cause {
        Cause::request(self.principal.subject.clone(), self.correlation.clone())
    }
}

/// Why a request was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum RequestError {
    /// There is no such thing, or it is none of the caller's business.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// The caller may not.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The order does not allow it.
    #[error(transparent)]
    Rejected(#[from] Rejection),
    /// The `Idempotency-Key` was used for another request.
    #[error(transparent)]
    KeyReused(#[from] KeyReused),
    /// Without an `Idempotency-Key` a repetition would do it once more.
    #[error(transparent)]
    KeyMissing(#[from] KeyMissing),
    /// It failed.
    #[error(transparent)]
    Failed(#[from] Failure),
}

impl From<StoreError> for RequestError {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<ExecuteError> for RequestError {
    fn from(error: ExecuteError) -> Self {
        match error {
            ExecuteError::NoSuchOrder(_) => Self::NotFound("order"),
            ExecuteError::Rejected(rejection) => Self::Rejected(rejection),
            other @ (ExecuteError::Answered(_) | ExecuteError::Contended | ExecuteError::Store(_)) => {
                Self::Failed(other.into())
            }
        }
    }
}

/// The staff's hand on an order; the warehouse's and the bank's too.
#[derive(Debug, Clone)]
pub struct OperateOrder<S, C> {
    /// Orders, and the answers to repeatable requests.
    pub store: S,
    /// The time.
    pub clock: C,
}

impl<S: OrderStore + AnswerStore, C: Clock> OperateOrder<S, C> {
    /// Carries out a command of `caller`, and tells them what `reply` makes of the order afterwards.
    /// A repeated request is told the same again.
    ///
    /// # Errors
    /// [`RequestError`]; nothing was changed then.
    pub async fn handle(
        &self,
        caller: &Caller,
        id: &OrderId,
        command: &Command,
        reply: impl Fn(&Order) -> Reply + Send + Sync,
    ) -> Result<Reply, RequestError> {
        let permission = Permission::for_command(command).ok_or(Denied::Role)?;
        self.require_visible(caller, id, permission).await?;
        require_key(command, caller.repeatable.as_ref())?;
        self.carry_out(caller, id, |_| Ok(command.clone()), reply).await
    }

    /// Puts the address of a ship group right, as is proposed at this moment. Where nothing is proposed
    /// nothing is done.
    ///
    /// # Errors
    /// [`RequestError`]; nothing was changed then.
    pub async fn accept_address_proposal(
        &self,
        caller: &Caller,
        id: &OrderId,
        ship_group: u8,
        reply: impl Fn(&Order) -> Reply + Send + Sync,
    ) -> Result<Reply, RequestError> {
        self.require_visible(caller, id, Permission::Serve).await?;
        let by = &caller.principal.subject;
        let correct = |order: &Order| correction(order, ship_group, Trust::Any, by);
        self.carry_out(caller, id, correct, reply).await
    }

    async fn carry_out(
        &self,
        caller: &Caller,
        id: &OrderId,
        choose: impl Fn(&Order) -> Result<Command, Rejection> + Send + Sync,
        reply: impl Fn(&Order) -> Reply + Send + Sync,
    ) -> Result<Reply, RequestError> {
        let repeatable = caller.repeatable.as_ref();
        if let Some(told) = recall(&self.store, repeatable, self.clock.now()).await? {
            return Ok(told?);
        }
        let answer = |order: &Order| repeatable.map(|request| request.answer(reply(order), self.clock.now()));
        let cause = caller.cause();
        let executed = execute_answering(&self.store, &self.clock, id, &cause, choose, |decision| {
            answer(&decision.order)
        });
        match executed.await {
            Ok(executed) => {
                if let Some(answer) = answer(&executed.order).filter(|_| executed.records.is_empty()) {
                    self.store.remember(&answer).await?;
                }
                Ok(reply(&executed.order))
            }
            Err(ExecuteError::Answered(answer)) => match repeatable {
                Some(request) => Ok(request.check(&answer)?),
                None => Err(Failure::permanent("an answer without a key").into()),
            },
            Err(error) => Err(error.into()),
        }
    }

    /// Refuses unless there is such an order and the caller may do that with it.
    async fn require_visible(
        &self,
        caller: &Caller,
        id: &OrderId,
        permission: Permission,
    ) -> Result<(), RequestError> {
        let order = load(&self.store, id).await?;
        match caller.principal.require(permission, &order.merchant) {
            Ok(()) => Ok(()),
            Err(Denied::Merchant) => Err(RequestError::NotFound("order")),
            Err(denied @ Denied::Role) => Err(denied.into()),
        }
    }
}

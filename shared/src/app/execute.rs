//! Load, decide, commit: the way every change of an order is made.

use jiff::Timestamp;

use super::failure::Failure;
use super::ports::{Answer, Clock, Commit, CommitError, OrderStore, StoreError};
use super::record::{Cause, EventRecord};
use crate::domain::decide::{Decision, decide};
use crate::domain::ids::OrderId;
use crate::domain::order::Order;
use crate::domain::{Command, Rejection};

/// How often a change is decided again when somebody else was faster. The three gates of an order
/// are worked on side by side, so meeting is normal; meeting this often is not.
pub const MAX_ATTEMPTS: u32 = 10;

/// A command that was carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Executed {
    /// The order afterwards.
    pub order: Order,
    /// What happened; nothing when it had been done before.
    pub records: Vec<EventRecord>,
}

/// Why a command was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum ExecuteError {
    /// There is no such order.
    #[error("there is no order {0}")]
    NoSuchOrder(OrderId),
    /// The order does not allow it.
    #[error(transparent)]
    Rejected(#[from] Rejection),
    /// The request was answered before.
    #[error("the request was answered before")]
    Answered(Box<Answer>),
    /// Others kept changing the order or its stock.
    #[error("the order is being changed by others")]
    Contended,
    /// The store could not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<ExecuteError> for Failure {
    fn from(error: ExecuteError) -> Self {
        match error {
            ExecuteError::Store(error) => error.into(),
            ExecuteError::Contended => Self::Retryable(error.into()),
            ExecuteError::Rejected(rejection) => rejection.into(),
            ExecuteError::NoSuchOrder(_) | ExecuteError::Answered(_) => Self::permanent(error.to_string()),
        }
    }
}

/// How one attempt to commit ended.
pub(super) enum Attempt {
    /// It is written, or there was nothing to write.
    Done(Box<Executed>),
    /// Somebody else was faster: look again.
    Again,
}

/// Carries out a command.
///
/// # Errors
/// [`ExecuteError`]; nothing was written then.
pub async fn execute<S: OrderStore>(
    store: &S,
    clock: &impl Clock,
    id: &OrderId,
    cause: &Cause,
    command: &Command,
) -> Result<Executed, ExecuteError> {
    attempt(store, clock, id, cause, |_| Ok(command.clone()), |_| None).await
}

/// Like [`execute`], of the command that `choose` makes of the order as it stands at each attempt, and
/// keeps what the caller is told about it in the same transaction.
///
/// # Errors
/// [`ExecuteError`]; nothing was written then.
pub async fn execute_answering<S: OrderStore>(
    store: &S,
    clock: &impl Clock,
    id: &OrderId,
    cause: &Cause,
    choose: impl Fn(&Order) -> Result<Command, Rejection> + Send + Sync,
    answer: impl Fn(&Decision) -> Option<Answer> + Send + Sync,
) -> Result<Executed, ExecuteError> {
    attempt(store, clock, id, cause, choose, answer).await
}

async fn attempt<S: OrderStore>(
    store: &S,
    clock: &impl Clock,
    id: &OrderId,
    cause: &Cause,
    choose: impl Fn(&Order) -> Result<Command, Rejection> + Send + Sync,
    answer: impl Fn(&Decision) -> Option<Answer> + Send + Sync,
) -> Result<Executed, ExecuteError> {
    for _ in 0..MAX_ATTEMPTS {
        let order = load(store, id).await?;
        let now = clock.now();
        let decision = decide(&order, &choose(&order)?, now)?;
        let answer = answer(&decision);
        match commit(store, now, &order, decision, cause, answer, false).await? {
            Attempt::Done(executed) => return Ok(*executed),
            Attempt::Again => {}
        }
    }
    Err(ExecuteError::Contended)
}

pub(super) async fn load<S: OrderStore>(store: &S, id: &OrderId) -> Result<Order, ExecuteError> {
    store.load(id).await?.ok_or_else(|| ExecuteError::NoSuchOrder(id.clone()))
}

/// Writes what was decided on `before` at the moment `at`. Whether it calls for the next ones that
/// wait, only whoever fills knows.
pub(super) async fn commit<S: OrderStore>(
    store: &S,
    at: Timestamp,
    before: &Order,
    decision: Decision,
    cause: &Cause,
    answer: Option<Answer>,
    calls_next: bool,
) -> Result<Attempt, ExecuteError> {
    if decision.is_already_done() {
        return Ok(Attempt::Done(Box::new(Executed { order: decision.order, records: Vec::new() })));
    }
    let record = |(seq, event)| EventRecord {
        order: before.id.clone(),
        merchant: before.merchant.clone(),
        seq,
        at,
        cause: cause.clone(),
        event,
    };
    let commit = Commit {
        records: (before.version + 1..).zip(decision.events).map(record).collect(),
        order: decision.order,
        expected_version: before.version,
        movements: decision.movements,
        answer,
        calls_next,
    };
    match store.commit(&commit).await {
        Ok(()) => Ok(Attempt::Done(Box::new(Executed { order: commit.order, records: commit.records }))),
        Err(
            CommitError::Conflict
            | CommitError::StockChanged
            | CommitError::TallyChanged
            | CommitError::Exists(_),
        ) => Ok(Attempt::Again),
        Err(CommitError::Answered(answer)) => Err(ExecuteError::Answered(answer)),
        Err(CommitError::Store(error)) => Err(error.into()),
    }
}

//! Failing at a chosen port call.

use std::sync::{Arc, Mutex};
use std::task::Poll;

use super::locked;
use crate::app::ports::{
    CommitError, ListError, MailError, ProviderUnavailable, PutError, StoreError, Unavailable,
};

/// Whether the effect of the failing call happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// The call fails and does nothing.
    Before,
    /// The call does what it does, and its answer is lost.
    After,
    /// The call does nothing, because another one is changing the same row. Of calls that cannot meet
    /// others, the same as `Before`.
    Contended,
}

/// Who decides for each call whether it fails.
type Decider = Box<dyn FnMut(&'static str) -> Option<Moment> + Send>;

#[derive(Default)]
struct Plan {
    calls: Vec<&'static str>,
    /// The number of the call that fails.
    armed: Option<(usize, Moment)>,
    decider: Option<Decider>,
    fired: Option<&'static str>,
}

impl std::fmt::Debug for Plan {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Plan").field("armed", &self.armed).field("fired", &self.fired).finish_non_exhaustive()
    }
}

/// Which port call fails. All fakes of a world share one, so calls are counted over all ports:
///
/// ```
/// # use juchu::testing::{Faults, Moment};
/// # fn run(_: &Faults) {}
/// for n in 1.. {
///     let faults = Faults::at(n, Moment::After);
///     run(&faults); // fakes made with `faults.clone()`
///     if faults.fired().is_none() {
///         break; // the use case makes fewer than n calls
///     }
/// }
/// ```
#[derive(Debug, Clone, Default)]
pub struct Faults(Arc<Mutex<Plan>>);

impl Faults {
    /// Nothing fails.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// The `n`th call from now fails, counted from 1.
    #[must_use]
    pub fn at(n: usize, moment: Moment) -> Self {
        let faults = Self::none();
        faults.arm(n, moment);
        faults
    }

    /// Lets the `n`th call from now fail, counted from 1. Forgets an earlier plan.
    pub fn arm(&self, n: usize, moment: Moment) {
        let mut plan = locked(&self.0);
        plan.armed = Some((plan.calls.len() + n, moment));
        plan.fired = None;
    }

    /// From now on `decider` is asked for each call whether it fails. It must not call a port.
    pub fn decide_by(&self, decider: impl FnMut(&'static str) -> Option<Moment> + Send + 'static) {
        locked(&self.0).decider = Some(Box::new(decider));
    }

    /// Lets nothing fail any more.
    pub fn disarm(&self) {
        let mut plan = locked(&self.0);
        plan.armed = None;
        plan.decider = None;
    }

    /// The call that failed; `None` when none did yet.
    #[must_use]
    pub fn fired(&self) -> Option<&'static str> {
        locked(&self.0).fired
    }

    /// All calls until now, by `Port::method`.
    #[must_use]
    pub fn calls(&self) -> Vec<&'static str> {
        locked(&self.0).calls.clone()
    }

    /// Counts a call, and says whether it fails.
    pub(super) fn meet(&self, call: &'static str) -> Option<InjectedFault> {
        let mut plan = locked(&self.0);
        plan.calls.push(call);
        let number = plan.calls.len();
        let armed = plan.armed.filter(|(at, _)| *at == number).map(|(_, moment)| moment);
        let moment = armed.or_else(|| plan.decider.as_mut()?(call))?;
        plan.fired = Some(call);
        Some(InjectedFault { call, moment })
    }

    /// A call that does `effect`, unless it is to fail.
    pub(super) async fn around<T, E: From<InjectedFault>>(
        &self,
        call: &'static str,
        effect: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, E> {
        let answer = match self.meet(call) {
            None => effect(),
            Some(fault) => {
                if fault.moment == Moment::After {
                    drop(effect());
                }
                Err(fault.into())
            }
        };
        answer_travels().await;
        answer
    }
}

/// The moment between the effect of a call and its answer: others may act meanwhile, and whoever
/// dies now never learns what became of the call. Every port call has exactly one, so a test that
/// polls by hand can interleave processes and end them at every await point.
pub(super) async fn answer_travels() {
    let mut arrived = false;
    std::future::poll_fn(|context| {
        if arrived {
            return Poll::Ready(());
        }
        arrived = true;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// A failure somebody asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("injected fault: {call}, {moment:?} its effect")]
pub struct InjectedFault {
    /// Which call failed.
    pub call: &'static str,
    /// Whether its effect happened.
    pub moment: Moment,
}

impl From<InjectedFault> for StoreError {
    fn from(fault: InjectedFault) -> Self {
        Self::Unavailable(Box::new(fault))
    }
}

impl From<InjectedFault> for CommitError {
    fn from(fault: InjectedFault) -> Self {
        match fault.moment {
            Moment::Contended => Self::Conflict,
            Moment::Before | Moment::After => StoreError::from(fault).into(),
        }
    }
}

impl From<InjectedFault> for ListError {
    fn from(fault: InjectedFault) -> Self {
        StoreError::from(fault).into()
    }
}

impl From<InjectedFault> for PutError {
    fn from(fault: InjectedFault) -> Self {
        StoreError::from(fault).into()
    }
}

impl From<InjectedFault> for Unavailable {
    fn from(fault: InjectedFault) -> Self {
        Self { what: fault.call, source: Box::new(fault) }
    }
}

impl From<InjectedFault> for ProviderUnavailable {
    fn from(fault: InjectedFault) -> Self {
        Self(Box::new(fault))
    }
}

impl From<InjectedFault> for MailError {
    fn from(fault: InjectedFault) -> Self {
        match fault.moment {
            Moment::Before | Moment::Contended => Self::NotSent(Box::new(fault)),
            Moment::After => Self::Unknown(Box::new(fault)),
        }
    }
}

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};

use super::faults::answer_travels;
use super::{Faults, InjectedFault, Moment, locked};
use crate::app::ports::{PaymentProvider, ProviderContext, ProviderUnavailable};
use crate::domain::payment::{Operation, OperationOutcome};

/// What the provider does with an operation it has not seen, instead of approving it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProviderScript {
    /// Refuses it, with this reason.
    Decline(String),
    /// Has not decided yet; see [`FakeProvider::decide`].
    Review,
    /// Cannot be reached, and has done nothing.
    Unreachable,
    /// The answer is lost.
    Unknown {
        /// Whether the operation was done.
        done: bool,
    },
}

#[derive(Default)]
struct Books {
    script: VecDeque<ProviderScript>,
    /// What each key was answered.
    answers: BTreeMap<String, OperationOutcome>,
    /// What was really done.
    done: Vec<Operation>,
}

impl Books {
    fn approve(&mut self, operation: &Operation) -> OperationOutcome {
        self.done.push(operation.clone());
        OperationOutcome::Approved {
            amount: operation.amount,
            reference: format!("ref-{}", self.done.len()),
            valid_until: None,
        }
    }

    fn perform(&mut self, operation: &Operation) -> Result<OperationOutcome, ProviderUnavailable> {
        if let Some(answer) = self.answers.get(&operation.key) {
            return Ok(answer.clone());
        }
        let script = self.script.pop_front();
        let outcome = match &script {
            None | Some(ProviderScript::Unknown { done: true }) => self.approve(operation),
            Some(ProviderScript::Decline(code)) => OperationOutcome::Declined { code: code.clone() },
            Some(ProviderScript::Review) => {
                OperationOutcome::Review { reference: format!("review-{}", operation.key) }
            }
            Some(ProviderScript::Unreachable) => {
                let fault = InjectedFault { call: "PaymentProvider::perform", moment: Moment::Before };
                return Err(fault.into());
            }
            Some(ProviderScript::Unknown { done: false }) => return Ok(OperationOutcome::Unknown),
        };
        self.answers.insert(operation.key.clone(), outcome.clone());
        let lost = matches!(script, Some(ProviderScript::Unknown { .. }));
        Ok(if lost { OperationOutcome::Unknown } else { outcome })
    }
}

/// A payment provider with idempotency keys, and books that show what it really did.
#[derive(Clone, Default)]
pub struct FakeProvider {
    books: Arc<Mutex<Books>>,
    faults: Faults,
}

impl FakeProvider {
    /// A provider that approves everything.
    #[must_use]
    pub fn new(faults: Faults) -> Self {
        Self { books: Arc::default(), faults }
    }

    /// What happens to the next new operation that has no script yet.
    pub fn then(&self, script: ProviderScript) {
        locked(&self.books).script.push_back(script);
    }

    /// Ends the review of `operation`; nothing happens when it is in none.
    pub fn decide(&self, operation: &Operation, approved: bool) {
        let mut books = locked(&self.books);
        if !matches!(books.answers.get(&operation.key), Some(OperationOutcome::Review { .. })) {
            return;
        }
        let outcome = if approved {
            books.approve(operation)
        } else {
            OperationOutcome::Declined { code: "REVIEW".to_owned() }
        };
        books.answers.insert(operation.key.clone(), outcome);
    }

    /// Everything it really did, in order: what a key did twice would be here twice.
    #[must_use]
    pub fn done(&self) -> Vec<Operation> {
        locked(&self.books).done.clone()
    }
}

impl PaymentProvider for FakeProvider {
    async fn perform(
        &self,
        operation: &Operation,
        _context: &ProviderContext,
    ) -> Result<OperationOutcome, ProviderUnavailable> {
        let answer = match self.faults.meet("PaymentProvider::perform") {
            None => locked(&self.books).perform(operation),
            Some(fault) if fault.moment != Moment::After => Err(fault.into()),
            // By the port's contract, a lost answer is no error.
            Some(_) => locked(&self.books).perform(operation).map(|_| OperationOutcome::Unknown),
        };
        answer_travels().await;
        answer
    }

    async fn look(
        &self,
        operation: &Operation,
        _context: &ProviderContext,
    ) -> Result<Option<OperationOutcome>, ProviderUnavailable> {
        let look = || Ok(locked(&self.books).answers.get(&operation.key).cloned());
        self.faults.around("PaymentProvider::look", look).await
    }
}

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use super::{Faults, InjectedFault, Moment, locked};
use crate::app::ports::{MailError, Mailer, OutgoingMail};

/// What the mail service does with a mail instead of accepting it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MailScript {
    /// Refuses it for good, with this reason.
    Refuse(String),
    /// Cannot take it now.
    NotSent,
    /// Accepts it, and its answer is lost.
    LoseAnswer,
}

#[derive(Default)]
struct Service {
    script: VecDeque<MailScript>,
    outbox: Vec<OutgoingMail>,
}

/// A mail service that sends nothing.
#[derive(Clone, Default)]
pub struct FakeMailer {
    service: Arc<Mutex<Service>>,
    faults: Faults,
}

impl FakeMailer {
    /// A mail service that accepts everything.
    #[must_use]
    pub fn new(faults: Faults) -> Self {
        Self { service: Arc::default(), faults }
    }

    /// What happens to the next mail that has no script yet.
    pub fn then(&self, script: MailScript) {
        locked(&self.service).script.push_back(script);
    }

    /// The mails it accepted.
    #[must_use]
    pub fn outbox(&self) -> Vec<OutgoingMail> {
        self.outbox_from(0)
    }

    /// The mails it accepted, without the first `n`.
    #[must_use]
    pub fn outbox_from(&self, n: usize) -> Vec<OutgoingMail> {
        locked(&self.service).outbox.iter().skip(n).cloned().collect()
    }
}

impl Mailer for FakeMailer {
    async fn send(&self, mail: &OutgoingMail) -> Result<String, MailError> {
        const CALL: &str = "Mailer::send";
        self.faults
            .around(CALL, || {
                let mut service = locked(&self.service);
                let lost = |moment| InjectedFault { call: CALL, moment };
                let script = service.script.pop_front();
                match script {
                    Some(MailScript::Refuse(reason)) => return Err(MailError::Refused(reason)),
                    Some(MailScript::NotSent) => return Err(lost(Moment::Before).into()),
                    Some(MailScript::LoseAnswer) | None => service.outbox.push(mail.clone()),
                }
                match script {
                    Some(_) => Err(lost(Moment::After).into()),
                    None => Ok(format!("mail-{}", service.outbox.len())),
                }
            })
            .await
    }
}

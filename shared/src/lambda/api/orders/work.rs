//! What people have to do about an order, and the calls they make.

use jiff::Timestamp;
use serde::Serialize;

use super::shown;
use crate::app::query_orders::WholeOrder;
use crate::domain::calls::{CallAttempt, CallEnd, CallOutcome, CallReason, CallRequest};
use crate::domain::matter::{Matter, Reason};
use crate::domain::next_action::{Action, NextAction, Owner, Promise};

/// What kind of matter it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MatterKind {
    /// A hold: the order must not go on.
    Hold,
    /// A ticket.
    Ticket,
    /// A call request.
    Call,
}

/// The best next action about something that waits for a person.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct NextActionView {
    /// What kind of matter it is about.
    pub kind: MatterKind,
    /// Which: the hold's code, or the ticket's or call request's id.
    pub matter: String,
    /// Why it waits: the hold's code, the ticket's kind or the call's reason.
    pub reason: String,
    /// What to do.
    pub action: Action,
    /// Why.
    pub why: String,
    /// Whose work it is.
    pub owner: Owner,
    /// Who deals with it, by name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assigned_to: Option<String>,
    /// Since when it waits.
    pub since: Timestamp,
    /// Until when somebody should have dealt with it.
    pub due_at: Timestamp,
    /// When it was escalated, because nobody had.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub escalated_at: Option<Timestamp>,
    /// What the customer was promised and has not got yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub promise: Option<Promise>,
}

/// A call request 架電依頼.
#[derive(Clone, Serialize, utoipa::ToSchema)]
pub struct CallView {
    /// Its id.
    pub call: String,
    /// Why the customer is called.
    pub reason: CallReason,
    /// What it is to settle: a hold's code or a ticket's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// What exactly is to be asked or told.
    pub detail: String,
    /// Who asked for it.
    pub requested_by: String,
    /// Since when.
    pub opened_at: Timestamp,
    /// An unanswered call counts from then on.
    pub call_from: Timestamp,
    /// Until when somebody is to call.
    pub deadline: Timestamp,
    /// How often a customer who does not answer is called.
    pub attempts_allowed: u8,
    /// The calls until now.
    pub attempts: Vec<CallAttemptView>,
    /// The number to ring, while the request is open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// What to say, in the customer's language, while the request is open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub script: Option<String>,
    /// Until when it was open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<Timestamp>,
    /// How it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end: Option<CallEnd>,
}

/// What came of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CallOutcomeName {
    /// Somebody talked to the customer.
    Reached,
    /// Nobody answered.
    NoAnswer,
    /// The customer does not want to talk about it.
    Refused,
}

/// One call 架電.
#[derive(Clone, Serialize, utoipa::ToSchema)]
pub struct CallAttemptView {
    /// When.
    pub called_at: Timestamp,
    /// By whom.
    pub by: String,
    /// What came of it.
    pub outcome: CallOutcomeName,
    /// Whether that settled what the call was about.
    pub settled: bool,
    /// What was said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl From<NextAction> for NextActionView {
    fn from(NextAction { open, step, promise }: NextAction) -> Self {
        let kind = match open.reason {
            Reason::Hold(_) => MatterKind::Hold,
            Reason::Ticket(_) => MatterKind::Ticket,
            Reason::Call(_) => MatterKind::Call,
        };
        Self {
            kind,
            matter: open.matter.name().to_owned(),
            reason: open.reason.name().to_owned(),
            action: step.action,
            why: step.why.to_owned(),
            owner: step.owner,
            assigned_to: open.assigned_to,
            since: open.since,
            due_at: open.due_at,
            escalated_at: open.escalated_at,
            promise,
        }
    }
}

/// The calls of an order, with their scripts.
pub(super) fn calls(WholeOrder { order, scripts, .. }: &WholeOrder) -> Vec<CallView> {
    let view = |call: &CallRequest| {
        let script = scripts.iter().find(|script| script.call == call.id);
        let (closed_at, end) = call.closed.unzip();
        CallView {
            call: call.id.clone(),
            reason: call.reason,
            about: call.about.as_ref().map(Matter::name).map(str::to_owned),
            detail: shown(&call.detail),
            requested_by: call.by.clone(),
            opened_at: call.opened_at,
            call_from: call.window.from,
            deadline: call.window.deadline,
            attempts_allowed: order.policy.call_attempts,
            attempts: call.attempts.iter().map(Into::into).collect(),
            phone: order.phone().filter(|_| closed_at.is_none()).map(shown),
            script: script.map(|script| shown(&script.text)),
            closed_at,
            end,
        }
    };
    order.calls.iter().map(view).collect()
}

impl From<&CallAttempt> for CallAttemptView {
    fn from(CallAttempt { at, by, outcome, note }: &CallAttempt) -> Self {
        let (outcome, settled) = match outcome {
            CallOutcome::Reached { settled } => (CallOutcomeName::Reached, *settled),
            CallOutcome::NoAnswer => (CallOutcomeName::NoAnswer, false),
            CallOutcome::Refused => (CallOutcomeName::Refused, false),
        };
        Self { called_at: *at, by: by.clone(), outcome, settled, note: note.as_ref().map(shown) }
    }
}

//! What stops an order, or wants a person to look at it.

use jiff::Timestamp;
use serde::Serialize;

use super::shown;
use crate::domain::order::{Hold, HoldCode, HoldEnd, Note, Ticket, TicketKind};
use crate::domain::validation::{Finding, FindingCode, Severity};

/// Something validation noticed.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct FindingView {
    /// What.
    pub code: FindingCode,
    /// The hold it opened; none for a warning.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hold: Option<HoldCode>,
    /// Where, as a path into the order.
    pub field: String,
    /// What to do about it.
    pub message: String,
}

/// A hold 保留.
#[derive(Clone, Serialize, utoipa::ToSchema)]
pub struct HoldView {
    /// Why.
    pub code: HoldCode,
    /// What exactly.
    pub reason: String,
    /// Since when.
    pub opened_at: Timestamp,
    /// Until when; open when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<Timestamp>,
    /// Who closed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed_by: Option<String>,
    /// Why it was all right to go on, if the cause remained.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub override_reason: Option<String>,
}

/// Something that needs a person.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct TicketView {
    /// Its id.
    pub ticket: String,
    /// What kind.
    pub kind: TicketKind,
    /// What exactly, and what to do.
    pub detail: String,
    /// Since when.
    pub opened_at: Timestamp,
    /// Until when; open when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<Timestamp>,
}

/// A remark.
#[derive(Clone, Serialize, utoipa::ToSchema)]
pub struct NoteView {
    /// Its id.
    pub id: String,
    /// By whom.
    pub by: String,
    /// The text.
    pub text: String,
    /// When.
    pub at: Timestamp,
}

impl From<&Finding> for FindingView {
    fn from(finding: &Finding) -> Self {
        let Finding { code, severity, field, message } = finding.clone();
        let hold = match severity {
            Severity::Warning => None,
            Severity::Blocking(hold) => Some(hold),
        };
        Self { code, hold, field, message }
    }
}

impl From<&Hold> for HoldView {
    fn from(hold: &Hold) -> Self {
        let Hold { code, reason, opened_at, closed } = hold.clone();
        let (closed_at, end) = closed.unzip();
        let (closed_by, override_reason) = match end {
            None => (None, None),
            Some(HoldEnd::Resolved { by }) => (Some(by), None),
            Some(HoldEnd::Overridden { by, reason }) => (Some(by), Some(shown(&reason))),
        };
        Self { code, reason: shown(&reason), opened_at, closed_at, closed_by, override_reason }
    }
}

impl From<&Ticket> for TicketView {
    fn from(ticket: &Ticket) -> Self {
        let Ticket { id: ticket, kind, detail, opened_at, closed_at } = ticket.clone();
        Self { ticket, kind, detail, opened_at, closed_at }
    }
}

impl From<&Note> for NoteView {
    fn from(note: &Note) -> Self {
        let Note { id, by, text, at } = note.clone();
        Self { id, by, text: shown(&text), at }
    }
}

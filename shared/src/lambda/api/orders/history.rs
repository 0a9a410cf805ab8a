//! What happened to an order.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};

use crate::app::ports::MailRecord;
use crate::app::record::EventRecord;
use crate::domain::event::{Event, EventKind};

/// A mail.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct MailView {
    /// What it tells of: the mail's kind and the event.
    pub fact: String,
    /// When it was begun.
    pub begun_at: Timestamp,
    /// How it stands: SENDING, SENT, REFUSED or UNKNOWN, with the service's id or the reason.
    #[schema(value_type = Object)]
    pub outcome: Value,
}

/// Something that happened.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct TimelineEntry {
    /// Its number within the order.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: String,
    /// What: `type` and its facts. The receipt's copy of the order is left out.
    #[schema(value_type = Object)]
    pub event: Value,
    /// The request that began it all.
    pub correlation: String,
    /// The event that led to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caused_by: Option<String>,
}

impl From<&MailRecord> for MailView {
    fn from(mail: &MailRecord) -> Self {
        let outcome = serde_json::to_value(&mail.status).unwrap_or_default();
        Self { fact: mail.fact.clone(), begun_at: mail.begun_at, outcome }
    }
}

impl From<&EventRecord> for TimelineEntry {
    fn from(record: &EventRecord) -> Self {
        let kind = record.event.kind();
        let is_whole_order = matches!(kind, EventKind::OrderReceived | EventKind::ImportCompleted);
        let event = if is_whole_order {
            json!({ "type": kind.name() })
        } else if let Event::HistoryImported { milestones, .. } = &record.event {
            json!({ "type": kind.name(), "milestones": milestones })
        } else {
            serde_json::to_value(&record.event).unwrap_or_default()
        };
        Self {
            seq: record.seq,
            at: record.at,
            by: record.cause.actor.clone(),
            event,
            correlation: record.cause.correlation.clone(),
            caused_by: record.cause.event.clone(),
        }
    }
}

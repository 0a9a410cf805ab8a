//! What a channel, or staff in its place, is told about what was sent.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Defects;
use crate::app::idempotency::Reply;
use crate::app::payloads::{Outcome, PayloadNote, Taken};
use crate::app::ports::Page;
use crate::app::uploads::{ReportPage, Upload, UploadState};
use crate::domain::intake::Impossible;
use crate::domain::order::OrderState;
use crate::domain::told::Source;
use crate::lambda::http::FieldError;

/// What the channel is told about the one order it sent.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ReceivedReply {
    /// The order's id; none when it was not opened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<String>,
    /// Where it stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<OrderState>,
    /// Whether nothing was new: sending an order again does nothing.
    pub duplicate: bool,
    /// What became of what was sent.
    pub outcome: Outcome,
}

impl ReceivedReply {
    /// What the channel is told: 201 when the order is new, 200 otherwise.
    #[must_use]
    pub fn of(taken: &Taken) -> Reply {
        let (order, state) = taken.order.clone().unzip();
        let body = Self {
            order: order.map(|order| order.to_string()),
            state,
            duplicate: taken.outcome == Outcome::Duplicate,
            outcome: taken.outcome,
        };
        let status = if taken.outcome == Outcome::Opened { 201 } else { 200 };
        Reply { status, body: serde_json::to_string(&body).unwrap_or_default() }
    }
}

/// What became of one order of several.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TakenView {
    /// Where it is in the payload, such as `orders[2]` or `rows 5-7`.
    pub at: String,
    /// The channel's number of it, as far as it could be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// What became of it.
    pub outcome: Outcome,
    /// The order's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<String>,
    /// Where it stood then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<OrderState>,
    /// What is wrong with it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
}

impl From<&Taken> for TakenView {
    fn from(taken: &Taken) -> Self {
        let Taken { at, number, outcome, order, errors } = taken.clone();
        let (order, state) = order.unzip();
        let errors = errors.into_iter();
        Self {
            at,
            number,
            outcome,
            order: order.map(|order| order.to_string()),
            state,
            errors: errors.map(|error| FieldError { field: error.field, message: error.message }).collect(),
        }
    }
}

/// What became of the orders of a payload of several.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TakenList {
    /// How many ended how.
    pub counts: BTreeMap<&'static str, u64>,
    /// Each of them, in the payload's order.
    pub results: Vec<TakenView>,
}

impl From<&[Taken]> for TakenList {
    fn from(taken: &[Taken]) -> Self {
        let mut counts = BTreeMap::new();
        for taken in taken {
            *counts.entry(taken.outcome.name()).or_default() += 1;
        }
        Self { counts, results: taken.iter().map(Into::into).collect() }
    }
}

/// A file of orders, and how far it was worked through.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct UploadView {
    /// Its id, the SHA-256 of the file: the same file is the same upload.
    pub upload: String,
    /// Where it stands.
    pub state: UploadState,
    /// When it came.
    pub received_at: Timestamp,
    /// When it was done, or failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// How many bytes the file has.
    pub size: u64,
    /// How many of them were worked through.
    pub worked_through: u64,
    /// How many orders ended how.
    pub counts: BTreeMap<&'static str, u64>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
}

impl From<&Upload> for UploadView {
    fn from(upload: &Upload) -> Self {
        Self {
            upload: upload.id.clone(),
            state: upload.state,
            received_at: upload.received_at,
            ended_at: upload.ended_at,
            size: upload.size,
            worked_through: upload.offset,
            counts: upload.counts.iter().map(|(outcome, count)| (outcome.name(), *count)).collect(),
            failure: upload.failure.clone(),
        }
    }
}

/// A part of an upload's report, in the file's order.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Report {
    /// What became of each order.
    pub results: Vec<TakenView>,
    /// Where the next part begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

impl From<Page<ReportPage>> for Report {
    fn from(page: Page<ReportPage>) -> Self {
        let taken = page.items.iter().flat_map(|page| &page.taken);
        Self { results: taken.map(Into::into).collect(), next_cursor: page.next }
    }
}

/// The part of a report as CSV: a row for each order. With a header, when it is the first.
#[must_use]
pub fn report_csv(page: &Page<ReportPage>, is_first: bool) -> String {
    let mut text = if is_first { "at,number,outcome,order,errors\r\n".to_owned() } else { String::new() };
    for taken in page.items.iter().flat_map(|page| &page.taken) {
        let order = taken.order.as_ref().map(|(order, _)| order.to_string()).unwrap_or_default();
        let errors = taken.errors.iter().map(|error| format!("{}: {}", error.field, error.message));
        let errors = errors.collect::<Vec<_>>().join(" / ");
        let number = taken.number.as_deref().unwrap_or_default();
        let cells = [&taken.at, number, taken.outcome.name(), &order, &errors].map(cell);
        text.push_str(&cells.join(","));
        text.push_str("\r\n");
    }
    text
}

/// A cell that no spreadsheet takes for a formula.
fn cell(text: &str) -> String {
    let guard = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

/// The orders a channel lists for a time: which of them have come?
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PollBody {
    /// Their numbers, at most 100.
    #[schema(max_items = 100)]
    pub numbers: Vec<String>,
}

impl PollBody {
    /// The numbers.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn read(self) -> Result<Vec<String>, Vec<Impossible>> {
        let mut defects = Defects::default();
        defects.check((1..=100).contains(&self.numbers.len()), "numbers", "must be 1 to 100");
        for (n, number) in self.numbers.iter().enumerate() {
            defects.check_text(number, 100, &format!("numbers[{n}]"));
        }
        defects.or(self.numbers)
    }
}

/// Which of the orders a channel lists have come.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PollReply {
    /// How many are known.
    pub known: usize,
    /// Those of which nothing has come: fetch and send them.
    pub missing: Vec<String>,
}

/// A payload that somebody has to look at.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PayloadView {
    /// Its id, the SHA-256 of the payload.
    pub payload: String,
    /// When it came, or was read again in vain.
    pub at: Timestamp,
    /// How many of its orders were refused.
    pub refused: u64,
    /// The first of them.
    pub results: Vec<TakenView>,
}

/// A page of payloads that somebody has to look at.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PayloadList {
    /// The payloads.
    pub payloads: Vec<PayloadView>,
    /// Where the next page begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

impl From<Page<PayloadNote>> for PayloadList {
    fn from(page: Page<PayloadNote>) -> Self {
        let view = |note: PayloadNote| PayloadView {
            payload: note.payload,
            at: note.at,
            refused: note.count,
            results: note.refused.iter().map(Into::into).collect(),
        };
        Self { payloads: page.items.into_iter().map(view).collect(), next_cursor: page.next }
    }
}

/// What a channel really sent of an order.
#[derive(Clone, Serialize, ToSchema)]
pub struct SourceView {
    /// The payload it was in.
    pub payload: String,
    /// Where in it; none when it is the order.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub at: String,
    /// Whether `content` is text, or base64 because it is not UTF-8.
    pub is_base64: bool,
    /// What was sent, to the byte.
    pub content: String,
}

impl SourceView {
    /// What was sent, as JSON can carry it.
    #[must_use]
    pub fn of(source: Source, raw: Vec<u8>) -> Self {
        let (is_base64, content) = match String::from_utf8(raw) {
            Ok(text) => (false, text),
            Err(bytes) => (true, STANDARD.encode(bytes.as_bytes())),
        };
        Self { payload: source.payload, at: source.at, is_base64, content }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_as_csv_is_safe_to_open_in_a_spreadsheet() {
        let errors = vec![Impossible { field: "lines[0].sku".into(), message: "is \"empty\"".into() }];
        let taken = Taken {
            at: "row 2".into(),
            number: Some("=1+1".into()),
            outcome: Outcome::Impossible,
            order: None,
            errors,
        };
        let page = Page { items: vec![ReportPage { number: 1, taken: vec![taken] }], next: None };
        let row = "\"row 2\",\"'=1+1\",\"IMPOSSIBLE\",\"\",\"lines[0].sku: is \"\"empty\"\"\"\r\n";
        assert_eq!(report_csv(&page, false), row);
        assert!(report_csv(&page, true).starts_with("at,number"));
    }
}

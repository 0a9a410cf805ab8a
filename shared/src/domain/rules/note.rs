//! What the customer wrote.

use super::Report;
use crate::domain::order::Order;
use crate::domain::rule_pack::comparable;
use crate::domain::validation::FindingCode;

/// What the customer wrote may change everything, so the order waits until a person has read it.
pub(super) fn check(order: &Order, report: &mut Report<'_>) {
    let Some(note) = order.customer_note.as_ref().map(|note| comparable(note.reveal())) else { return };
    let says_nothing = |text: &String| comparable(text) == note;
    if !note.is_empty() && !report.pack.thresholds.empty_notes.iter().any(says_nothing) {
        let message = "The customer wrote a note: read it, act on it, then resolve this hold.";
        report.find(FindingCode::CustomerNote, "customer_note", message);
    }
}

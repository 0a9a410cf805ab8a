//! The channel's integration: it is told things, and answers some of them, late, twice or in
//! contradiction; and what must hold of what it was told.

use std::collections::BTreeSet;

use juchu::app::ports::{ChannelMessage, OutgoingReport};
use juchu::domain::drift::ChannelStatus;
use juchu::domain::ids::ReportId;
use juchu::domain::order::Order;
use juchu::domain::report::{Fact, FactKind, Report, ReportStatus};
use juchu::testing::{MemoryStore, Told};
use serde_json::{Value, json};

use crate::chance::Chance;
use crate::world::Broken;

/// What the integration answers about something it was told, which need not fit what it answered
/// before; and of which report.
pub fn any_answer(told: &[Told], chance: &Chance) -> Option<(ReportId, Value)> {
    let reports: Vec<&OutgoingReport> = told.iter().filter_map(report).collect();
    let report = chance.pick(&reports)?;
    let mut body = match chance.below(6) {
        0 => json!({ "outcome": "unknown" }),
        1 => json!({ "outcome": "refused", "code": "E1", "message": "not now" }),
        _ => json!({ "outcome": "accepted" }),
    };
    if chance.one_in(4)
        && let Some(status) = chance.pick(&ChannelStatus::ALL)
    {
        body["channel_status"] = json!(status);
    }
    Some((report.id.clone(), body))
}

/// The reports nobody has answered yet of which the integration is not silent: of every third it is.
pub fn missing_answers(orders: &[Order]) -> Vec<ReportId> {
    let silent = |report: &Report| report.event % 3 == 0;
    let waits = |report: &&Report| matches!(report.status, ReportStatus::Sent { .. }) && !silent(report);
    let of_order = |order: &Order| {
        order.reports.iter().filter(waits).map(|r| order.id.report(r.event)).collect::<Vec<_>>()
    };
    orders.iter().flat_map(of_order).collect()
}

/// Whether nothing more is to be heard of a report.
pub fn is_settled(order: &Order, report: &Report) -> bool {
    match report.status {
        ReportStatus::Accepted => true,
        ReportStatus::Sent { .. }
        | ReportStatus::Repeated
        | ReportStatus::Impossible
        | ReportStatus::Unknown
        | ReportStatus::Refused { .. } => report.tickets().iter().any(|id| order.has_ticket(id)),
    }
}

/// Nothing was told that never happened, or for something else.
///
/// # Errors
/// [`Broken`], when something was.
pub fn check_told(store: &MemoryStore, told: &[Told]) -> Result<(), Broken> {
    for report in told.iter().filter_map(report) {
        let wrong = |why: &str| Broken(format!("the channel was told {} {why}", report.id));
        let (order, event) = report.id.parts().ok_or_else(|| wrong("of no order"))?;
        let event = store.happened(&order, event).ok_or_else(|| wrong("and it never happened"))?;
        if Fact::of(&event.event).map(|fact| fact.kind()) != Some(report.fact) {
            return Err(wrong("of something else"));
        }
    }
    Ok(())
}

/// What is noted was told, and every shipment that has left was told once.
///
/// # Errors
/// [`Broken`], when that is not so.
pub fn check_at_rest(orders: &[Order], told: &[Told]) -> Result<(), Broken> {
    let sent: BTreeSet<&ReportId> = told.iter().filter_map(report).map(|report| &report.id).collect();
    for order in orders {
        for report in &order.reports {
            let id = order.id.report(report.event);
            let broken = |why: &str| Err(Broken(format!("report {id} of order {}: {why}", order.number)));
            if report.status != ReportStatus::Impossible && !sent.contains(&id) {
                return broken("is noted and was never sent");
            }
            if matches!(report.status, ReportStatus::Repeated) {
                return broken("was to be repeated and is not");
            }
        }
        let kind = |wanted| order.reports.iter().filter(|report| report.fact == wanted).count();
        let left = order.shipments.iter().filter(|shipment| shipment.shipped).count();
        if kind(FactKind::Shipped) != left {
            return Err(Broken(format!(
                "of {left} shipments of order {} not each was told once",
                order.number
            )));
        }
    }
    Ok(())
}

fn report((message, _): &Told) -> Option<&OutgoingReport> {
    match message {
        ChannelMessage::Report(report) => Some(report),
        ChannelMessage::FetchOrder(_) => None,
    }
}

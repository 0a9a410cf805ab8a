//! What the channel is told and answers 連携, and whether it agrees with us.

use jiff::Timestamp;

use super::Effects;
use crate::domain::drift::{Agreement, ChannelStatus, compare};
use crate::domain::event::Event;
use crate::domain::order::{Order, TicketKind};
use crate::domain::rejection::Rejection;
use crate::domain::report::{
    FactKind, MAX_ATTEMPTS, MAX_REPORTS, Report, ReportAnswer, ReportStatus, report_ticket,
};
use crate::domain::timers::ticket_id;

/// The most characters of a platform's words that a ticket quotes.
const QUOTED: usize = 300;

pub(super) fn mark_reported(
    order: &Order,
    report: u64,
    fact: FactKind,
    answer_by: Timestamp,
) -> Result<Effects, Rejection> {
    let event = Event::ChannelReported { report, fact, answer_by };
    Ok(if is_to_be_told(order, report)? { event.into() } else { Effects::none() })
}

pub(super) fn give_up(order: &Order, event: u64, fact: FactKind, why: &str) -> Result<Effects, Rejection> {
    if !is_to_be_told(order, event)? {
        return Ok(Effects::none());
    }
    let attempt = order.report(event).map_or(1, |report| report.attempt);
    let id = report_ticket(TicketKind::ChannelReportImpossible, fact, event, attempt);
    let detail = format!("{why} Then close this ticket, or mend it and have the report repeated.");
    let impossible = Event::ChannelReportImpossible { report: event, fact };
    let ticket = Event::TicketOpened { id, kind: TicketKind::ChannelReportImpossible, detail };
    Ok(vec![impossible, ticket].into())
}

/// Whether the channel has not been told yet, or is to be told again.
fn is_to_be_told(order: &Order, report: u64) -> Result<bool, Rejection> {
    match order.report(report) {
        Some(report) => Ok(report.status == ReportStatus::Repeated),
        None if order.reports.len() >= MAX_REPORTS => Err(Rejection::TooManyRemarks),
        None => Ok(true),
    }
}

pub(super) fn record_answer(order: &Order, event: u64, answer: &ReportAnswer) -> Result<Effects, Rejection> {
    let report = order.report(event).ok_or(Rejection::NoSuchReport(event))?;
    if report.status.after(answer).is_none() {
        return Ok(Effects::none());
    }
    let mut events = vec![Event::ChannelAnswered { report: event, answer: answer.clone() }];
    let name = report.fact.name();
    match answer {
        ReportAnswer::Accepted => {
            events.extend(closed(order, report));
            // What it took, it will say too.
            let lags = |status| compare(order, status) == Agreement::ChannelLags;
            if order.drift.as_ref().is_some_and(|drift| lags(drift.status)) {
                events.extend(agreed(order));
            }
        }
        ReportAnswer::Refused { code, message } => {
            let words: String = message.chars().take(QUOTED).collect();
            let detail = format!(
                "the channel refuses {name} ({code}: {words}); mend it and have the report repeated, or do it there by hand"
            );
            events.extend(open(order, report, TicketKind::ChannelReportRefused, detail));
        }
        ReportAnswer::Unknown => {
            let detail = format!("nobody knows whether the channel took {name}; look there");
            events.extend(open(order, report, TicketKind::ChannelReportUnanswered, detail));
        }
    }
    Ok(events.into())
}

pub(super) fn repeat(order: &Order, event: u64) -> Result<Effects, Rejection> {
    let report = order.report(event).ok_or(Rejection::NoSuchReport(event))?;
    if matches!(report.status, ReportStatus::Repeated | ReportStatus::Accepted) {
        return Ok(Effects::none());
    }
    if report.attempt >= MAX_ATTEMPTS {
        return Err(Rejection::TooManyRemarks);
    }
    let mut events = vec![Event::ChannelReportRepeated { report: event }];
    events.extend(closed(order, report));
    Ok(events.into())
}

/// The channel has been silent about a report for too long.
pub(super) fn unanswered(order: &Order, event: u64) -> Option<Event> {
    let report = order.report(event)?;
    let name = report.fact.name();
    let detail = format!("the channel has not answered {name}; look there, and at the integration's queue");
    open(order, report, TicketKind::ChannelReportUnanswered, detail)
}

fn open(order: &Order, report: &Report, kind: TicketKind, detail: String) -> Option<Event> {
    let id = report.ticket(kind);
    (!order.has_ticket(&id)).then_some(Event::TicketOpened { id, kind, detail })
}

/// All that was open about a report is settled.
fn closed(order: &Order, report: &Report) -> impl Iterator<Item = Event> {
    let ids = report.tickets().into_iter();
    ids.filter(|id| order.open_tickets().any(|ticket| ticket.id == *id)).map(|id| Event::TicketClosed { id })
}

pub(super) fn compare_with(order: &Order, status: ChannelStatus) -> Effects {
    match (compare(order, status), &order.drift) {
        (Agreement::Agrees, None) => Effects::none(),
        (Agreement::Agrees, Some(_)) => agreed(order).into(),
        (_, Some(drift)) if drift.status == status => Effects::none(),
        (Agreement::ChannelLags | Agreement::WeLag | Agreement::Conflict, _) => {
            Event::ChannelDrifted { status }.into()
        }
    }
}

/// What the channel said before is what we say now.
pub(super) fn caught_up(order: &Order) -> Option<Vec<Event>> {
    let drift = order.drift.as_ref()?;
    (compare(order, drift.status) == Agreement::Agrees).then(|| agreed(order))
}

fn agreed(order: &Order) -> Vec<Event> {
    let tickets = order.open_tickets().filter(|ticket| ticket.kind == TicketKind::ChannelDrift);
    let closed = tickets.map(|ticket| Event::TicketClosed { id: ticket.id.clone() });
    [Event::ChannelAgreed].into_iter().chain(closed).collect()
}

/// The channel has disagreed for too long.
pub(super) fn drift_alarm(order: &Order) -> Option<Event> {
    let drift = order.drift.as_ref()?;
    let before = order.tickets.iter().filter(|ticket| ticket.kind == TicketKind::ChannelDrift).count();
    let (ours, theirs) = (order.state.name(), drift.status.name());
    Some(Event::TicketOpened {
        id: ticket_id(TicketKind::ChannelDrift, &(before + 1).to_string()),
        kind: TicketKind::ChannelDrift,
        detail: format!(
            "{ours} with us, {theirs} at the channel since {}; find out which is right, and correct the other",
            drift.since
        ),
    })
}

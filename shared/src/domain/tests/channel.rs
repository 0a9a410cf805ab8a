//! What the channel is told and answers, and whether it agrees with us.

use std::fmt::Write;

use jiff::SignedDuration;

use crate::domain::Command;
use crate::domain::drift::{Agreement, ChannelStatus, compare};
use crate::domain::event::EventKind;
use crate::domain::order::OrderState;
use crate::domain::report::{ANSWER_PATIENCE, FactKind, ReportAnswer, ReportStatus};
use crate::domain::testing::{Case, START, an_order, given};

/// The channel's queue was given a report about event 7.
fn told() -> Case {
    let mut case = given(an_order());
    case.does(&mark(&case)).then(&[EventKind::ChannelReported]);
    case
}

fn mark(case: &Case) -> Command {
    Command::MarkReported { report: 7, fact: FactKind::Shipped, answer_by: case.now + ANSWER_PATIENCE }
}

fn answer(answer: ReportAnswer) -> Command {
    Command::RecordReportAnswer { report: 7, answer }
}

fn refused() -> ReportAnswer {
    ReportAnswer::Refused { code: "E10-001".to_owned(), message: "発送済みです".to_owned() }
}

fn says(status: ChannelStatus) -> Command {
    Command::CompareWithChannel { status }
}

const UNANSWERED: &str = "CHANNEL_REPORT_UNANSWERED:SHIPPED-7.1";

#[test]
fn a_fact_is_told_once_and_its_answer_counted_once() {
    let mut case = told();
    case.does(&mark(&case)).then_nothing();
    case.does(&answer(ReportAnswer::Accepted)).then(&[EventKind::ChannelAnswered]);
    case.does(&answer(refused())).then_nothing();
    case.after(24).then_open_tickets(&[]).then_history_agrees();
}

#[test]
fn an_answer_to_what_was_never_told_is_refused() {
    given(an_order()).when(&answer(ReportAnswer::Accepted)).then_refused("NO_SUCH_REPORT");
}

#[test]
fn silence_becomes_a_ticket_which_a_late_answer_closes() {
    let mut case = told();
    case.after(5).then_open_tickets(&[]);
    case.after(1).then_open_tickets(&[UNANSWERED]);
    case.after(6).then_open_tickets(&[UNANSWERED]);
    case.does(&answer(ReportAnswer::Accepted)).then_open_tickets(&[]).then_history_agrees();
}

#[test]
fn a_refusal_becomes_a_ticket_in_the_platforms_words_and_a_repetition_closes_it() {
    let mut case = told();
    case.does(&answer(refused())).then_open_tickets(&["CHANNEL_REPORT_REFUSED:SHIPPED-7.1"]);
    assert!(case.order.tickets[0].detail.contains("E10-001: 発送済みです"));
    case.does(&Command::RepeatReport { report: 7 })
        .then(&[EventKind::ChannelReportRepeated, EventKind::TicketClosed])
        .then_open_tickets(&[]);
    case.does(&answer(refused())).then_nothing();
    case.does(&mark(&case)).then(&[EventKind::ChannelReported]);
    case.does(&answer(refused())).then_open_tickets(&["CHANNEL_REPORT_REFUSED:SHIPPED-7.2"]);
    case.does(&answer(ReportAnswer::Accepted)).then_open_tickets(&[]).then_history_agrees();
    case.does(&Command::RepeatReport { report: 7 }).then_nothing();
}

#[test]
fn nobody_knowing_is_a_ticket_at_once_and_no_second_one_later() {
    let mut case = told();
    case.does(&answer(ReportAnswer::Unknown)).then_open_tickets(&[UNANSWERED]);
    case.after(24).then_open_tickets(&[UNANSWERED]);
}

#[test]
fn what_cannot_be_told_is_a_ticket_and_can_be_tried_again() {
    let mut case = given(an_order());
    let give_up =
        Command::GiveUpReport { report: 7, fact: FactKind::Shipped, why: "It has no code.".to_owned() };
    case.does(&give_up).then_open_tickets(&["CHANNEL_REPORT_IMPOSSIBLE:SHIPPED-7.1"]);
    assert!(case.order.tickets[0].detail.starts_with("It has no code."));
    case.does(&mark(&case)).then_nothing();
    case.does(&Command::RepeatReport { report: 7 }).then_open_tickets(&[]);
    case.does(&mark(&case)).then(&[EventKind::ChannelReported]).then_history_agrees();
    assert!(matches!(case.order.report(7).map(|report| &report.status), Some(ReportStatus::Sent { .. })));
}

/// One letter for each state of ours and each of the channel's: agrees, the channel lags, we lag, conflict.
#[test]
fn ours_and_theirs_compare_as_in_this_table() {
    let mut order = given(an_order()).order;
    let mut table = String::new();
    for state in OrderState::ALL {
        order.state = state;
        let letter = |status: ChannelStatus| match compare(&order, status) {
            Agreement::Agrees => 'a',
            Agreement::ChannelLags => 'l',
            Agreement::WeLag => 'w',
            Agreement::Conflict => 'C',
        };
        let letters: String = ChannelStatus::ALL.map(letter).iter().collect();
        writeln!(table, "{letters} {}", state.name()).unwrap();
    }
    //                 Pending, Open, PartiallyShipped, Shipped, Cancelled
    let expected = "aaCCC RECEIVED\naaCCC VALIDATED\nCaCCC READY\nCaCCC RELEASED\nCaaCC PARTIALLY_SHIPPED\n\
                    CllaC SHIPPED\nCllaC DELIVERED\nCllaC COMPLETED\nllCCa CANCELLED\n";
    assert_eq!(table, expected);
}

fn all_shipped() -> Case {
    let mut case = given(an_order());
    case.validated().in_stock().collected().released().shipped(1).then_state(OrderState::Shipped);
    case
}

#[test]
fn a_channel_that_lags_has_half_a_day_to_catch_up() {
    let mut case = all_shipped();
    case.does(&says(ChannelStatus::Open)).then(&[EventKind::ChannelDrifted]);
    case.does(&says(ChannelStatus::Open)).then_nothing();
    case.after(11).then_open_tickets(&[]);
    case.does(&says(ChannelStatus::Shipped)).then(&[EventKind::ChannelAgreed]);
    case.after(24).then_open_tickets(&[]);
}

#[test]
fn a_disagreement_that_lasts_is_told_once_and_settled_when_both_agree_again() {
    let mut case = all_shipped();
    case.does(&says(ChannelStatus::Open)).after(12).then_open_tickets(&["CHANNEL_DRIFT:1"]);
    case.does(&says(ChannelStatus::PartiallyShipped)).after(24).then_open_tickets(&["CHANNEL_DRIFT:1"]);
    case.does(&says(ChannelStatus::Shipped))
        .then(&[EventKind::ChannelAgreed, EventKind::TicketClosed])
        .then_open_tickets(&[]);
    case.does(&says(ChannelStatus::Cancelled)).after(1).then_open_tickets(&["CHANNEL_DRIFT:2"]);
    case.then_history_agrees();
}

#[test]
fn a_conflict_ends_by_itself_when_we_catch_up() {
    let mut case = given(an_order());
    case.validated().in_stock().collected().released();
    case.does(&says(ChannelStatus::Shipped)).then(&[EventKind::ChannelDrifted]);
    case.shipped(1);
    assert_eq!((case.order.drift.clone(), case.count(EventKind::ChannelAgreed)), (None, 1));
    case.after(2).then_open_tickets(&[]);
}

#[test]
fn the_channels_own_cancellation_is_no_conflict_while_we_carry_it_out() {
    let mut case = given(an_order());
    case.validated().in_stock().collected().released().cancel_requested();
    assert_eq!(compare(&case.order, ChannelStatus::Cancelled), Agreement::WeLag);
    case.does(&says(ChannelStatus::Cancelled)).after(2).then_open_tickets(&[]);
    // The parcel leaves nevertheless.
    case.cancelled().shipped(1).after(2);
    assert!(case.order.open_tickets().any(|ticket| ticket.id == "CHANNEL_DRIFT:1"));
}

#[test]
fn what_the_channel_accepted_it_will_say_too() {
    let mut case = all_shipped();
    case.does(&mark(&case)).does(&says(ChannelStatus::Open));
    case.does(&answer(ReportAnswer::Accepted)).then(&[EventKind::ChannelAnswered, EventKind::ChannelAgreed]);
    case.after(24);
    assert!(case.order.open_tickets().all(|ticket| !ticket.id.starts_with("CHANNEL")));
}

#[test]
fn what_the_channel_accepted_says_nothing_of_a_cancellation_that_we_have_yet_to_follow() {
    let mut case = given(an_order().of(&[(3, 1_000)]).sent_as_available());
    case.validated().collected().short_of(1, 2).released().shipped(1);
    case.does(&mark(&case)).cancel_requested().does(&says(ChannelStatus::Cancelled));
    case.does(&answer(ReportAnswer::Accepted)).then(&[EventKind::ChannelAnswered]);
    // The rest is cancelled, the parcel is on its way.
    case.cancelled().after(1).then_state(OrderState::Shipped);
    assert!(case.order.open_tickets().any(|ticket| ticket.id == "CHANNEL_DRIFT:1"));
}

#[test]
fn an_order_that_is_over_still_hears_of_its_channel() {
    let mut case = all_shipped();
    case.does(&mark(&case)).delivered(1).stages_run().then_state(OrderState::Completed);
    let due = crate::domain::timers::next_due(&case.order);
    assert_eq!(due, Some(START + SignedDuration::from_hours(6)));
    case.after(6).then_open_tickets(&[UNANSWERED]);
}

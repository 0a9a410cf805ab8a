//! What the clock does to an order, and when it next has to be looked at.

use jiff::SignedDuration;
use jiff::civil::date;

use crate::domain::Command;
use crate::domain::event::EventKind;
use crate::domain::order::{HoldCode, OrderState};
use crate::domain::payment::{OperationOutcome, PaymentMethod, PaymentStatus};
use crate::domain::shipment::FulfilmentEventKind as Report;
use crate::domain::testing::stages::approved;
use crate::domain::testing::{Draft, START, an_order, given};
use crate::domain::timers::next_due;

const DAY: i64 = 24;

fn unpaid() -> Draft {
    an_order().paid_by(PaymentMethod::BankTransfer)
}

/// Never stalled within the times of a test, and people have all the time there is.
fn patient(mut draft: Draft) -> Draft {
    draft.policy.stalled_after_hours = 2_160;
    draft.policy.response_percent = 1_000;
    draft
}

#[test]
fn an_unpaid_order_is_reminded_once_and_then_cancelled() {
    given(patient(unpaid()))
        .stages_run()
        .after(5 * DAY - 1)
        .then_nothing()
        .after(1)
        .then(&[EventKind::PaymentReminded])
        .after(DAY)
        .then_nothing()
        .after(DAY)
        .then(&[EventKind::PaymentExpired, EventKind::CancelRequested])
        .stages_run()
        .then_state(OrderState::Cancelled)
        .after(DAY)
        .then_nothing();
}

#[test]
fn a_paid_order_is_neither_reminded_nor_cancelled() {
    let mut case = given(patient(unpaid()));
    case.stages_run().deposited(2_000, "b1").after(30 * DAY);
    assert_eq!(case.count(EventKind::PaymentReminded) + case.count(EventKind::PaymentExpired), 0);
}

#[test]
fn an_order_overslept_is_cancelled_whatever_else_is_due() {
    given(unpaid().first_paid_by(PaymentMethod::Card, 500))
        .provider_answers(OperationOutcome::Unknown)
        .collected()
        .after(10 * DAY)
        .then(&[
            EventKind::PaymentCheckDue,
            EventKind::PaymentExpired,
            EventKind::TicketOpened,
            EventKind::ClocksRanOut,
            EventKind::CancelRequested,
        ]);
}

#[test]
fn two_payments_that_expire_together_cancel_once() {
    let draft = patient(unpaid().first_paid_by(PaymentMethod::ConvenienceStore, 500));
    given(draft).collected().after(8 * DAY).then(&[
        EventKind::PaymentExpired,
        EventKind::PaymentExpired,
        EventKind::CancelRequested,
    ]);
}

#[test]
fn a_payment_due_tomorrow_is_not_reminded_of_with_the_request() {
    let mut draft = unpaid();
    draft.policy.payment_due_days = 1;
    given(draft)
        .collected()
        .does(&Command::Tick)
        .then_nothing()
        .after(DAY)
        .then(&[EventKind::PaymentExpired, EventKind::CancelRequested]);
}

#[test]
fn an_order_that_stands_still_becomes_a_ticket_and_again_when_nothing_moved_it() {
    let mut case = given(an_order().paid_by(PaymentMethod::CashOnDelivery));
    case.after(72).then(&[EventKind::TicketOpened]).then_open_tickets(&["STALLED:RECEIVED:1"]);
    case.after(72).then(&[EventKind::ClocksRanOut]);
    case.does(&Command::CloseTicket { id: "STALLED:RECEIVED:1".to_owned() }).after(71).then_nothing();
    case.after(1).then_open_tickets(&["STALLED:RECEIVED:2"]);
    case.validated().then_open_tickets(&[]);
    assert_eq!(next_due(&case.order), Some(case.now + SignedDuration::from_hours(72)));
}

#[test]
fn money_that_should_have_been_asked_for_is_called_for_every_hour_until_it_is() {
    let mut case = given(patient(an_order()));
    for _ in 0..2 {
        case.after(1).then(&[EventKind::PaymentCheckDue]);
    }
    case.stages_run().after(1).then_nothing();
    // An authorization nobody wants any more is not forgotten either, though the order has ended.
    case.reported(1, Report::Recalled).cancel_requested().cancelled().then_state(OrderState::Cancelled);
    for _ in 0..2 {
        case.after(1).then(&[EventKind::PaymentCheckDue]);
    }
    case.collected();
    assert_eq!((case.payment(1).status, next_due(&case.order)), (PaymentStatus::Voided, None));
}

#[test]
fn an_order_that_waits_as_agreed_is_not_stalled() {
    // For the customer's money, which has its own date and reminder.
    let mut case = given(unpaid());
    case.stages_run().after(5 * DAY).then(&[EventKind::PaymentReminded]).after(2 * DAY - 1).then_nothing();
    // For the day the customer wants it.
    let mut case = given(an_order().wanted_on(date(2026, 4, 20)));
    case.stages_run().after(10 * DAY).then_nothing();
    // For goods, which somebody has been told of.
    let mut case = given(an_order());
    case.validated().collected().short_of(1, 1).after(30 * DAY).then(&[EventKind::ClocksRanOut]);
    case.then_open_tickets(&["STOCKOUT:1"]);
}

#[test]
fn an_order_that_waited_long_enough_is_stalled_all_the_same() {
    let mut case = given(an_order());
    case.validated().collected().short_of(1, 1).after(30 * DAY);
    case.does(&Command::CloseTicket { id: "STOCKOUT:1".to_owned() }).after(71).then_nothing();
    case.after(1).then_open_tickets(&["STALLED:VALIDATED:1"]);
    // The day has come, and the stock has not been counted yet.
    let mut case = given(an_order().wanted_on(date(2026, 4, 20)));
    case.validated()
        .collected()
        .after(17 * DAY + 14)
        .then_nothing()
        .after(3 * DAY)
        .then(&[EventKind::TicketOpened]);
    case.then_open_tickets(&["STALLED:VALIDATED:1"]);
    // Paid, and still here.
    let mut case = given(unpaid());
    case.validated().collected().deposited(2_000, "b1").after(72).then(&[EventKind::TicketOpened]);
}

#[test]
fn a_provider_that_does_not_know_is_asked_ever_more_rarely_but_every_day() {
    let pauses = |outcome: &OperationOutcome| {
        let mut case = given(patient(an_order()));
        let mut pauses = Vec::new();
        for _ in 0..10 {
            case.provider_answers(outcome.clone());
            let due = next_due(&case.order).unwrap();
            pauses.push(due.duration_since(case.now).as_mins());
            case.now = due;
            case.does(&Command::Tick).then(&[EventKind::PaymentCheckDue]);
        }
        let operation = case.asked().unwrap();
        case.provider_answers(approved(&operation)).stages_run().shipped(1);
        case.provider_answers(outcome.clone());
        pauses.push(next_due(&case.order).unwrap().duration_since(case.now).as_mins());
        pauses
    };
    let expected = [10, 20, 40, 80, 160, 320, 640, 1_280, 1_440, 1_440, 10];
    assert_eq!(pauses(&OperationOutcome::Unknown), expected);
    let review = OperationOutcome::Review { reference: "r1".to_owned() };
    assert_eq!(pauses(&review)[..10], expected[..10]);
}

#[test]
fn a_silent_warehouse_becomes_a_ticket_and_its_first_word_closes_it() {
    given(patient(an_order()))
        .stages_run()
        .after(23)
        .then_nothing()
        .after(1)
        .then(&[EventKind::TicketOpened])
        .then_open_tickets(&["ACKNOWLEDGEMENT_MISSING:ORDER-S1"])
        .reported(1, Report::Acknowledged)
        .then(&[EventKind::ShipmentProgressed, EventKind::TicketClosed]);
}

#[test]
fn goods_wanted_on_a_day_leave_two_days_before_at_midnight_in_japan() {
    let mut case = given(patient(an_order().wanted_on(date(2026, 4, 10))));
    case.stages_run().then_state(OrderState::Validated);
    let midnight = "2026-04-08T00:00:00+09:00".parse().unwrap();
    assert_eq!(next_due(&case.order), Some(midnight));
    case.now = midnight - SignedDuration::from_secs(1);
    case.does(&Command::Tick).then_nothing();
    case.now = midnight;
    case.does(&Command::Tick).then(&[EventKind::OrderReadied]).stages_run().then_state(OrderState::Released);
}

#[test]
fn the_addressee_who_wants_it_later_gets_it_later() {
    let draft = an_order().and(1, 500).to_another_address().wanted_on(date(2026, 4, 10));
    let mut case = given(patient(draft));
    case.stages_run().then_state(OrderState::Released);
    assert_eq!(case.order.shipments.len(), 1);
    case.after(7 * DAY).stages_run();
    assert_eq!(case.order.shipments.len(), 2);
}

#[test]
fn a_day_that_cannot_be_kept_any_more_does_not_hold_the_order_up() {
    given(an_order().wanted_on(date(2026, 4, 1))).stages_run().then_state(OrderState::Released);
}

#[test]
fn a_held_order_does_not_wake_for_its_day() {
    let mut case = given(patient(an_order().wanted_on(date(2026, 4, 10))));
    case.stages_run().does(&Command::PlaceHold { code: HoldCode::Quality, reason: "look".into() });
    case.after(9 * DAY).then_nothing().then_state(OrderState::Validated);
}

#[test]
fn an_order_that_has_ended_never_wakes() {
    let mut case = given(an_order());
    case.stages_run().shipped(1).stages_run().delivered(1).stages_run().then_state(OrderState::Completed);
    assert_eq!(next_due(&case.order), None);
    let mut case = given(an_order());
    case.cancel_requested().cancelled();
    assert_eq!(next_due(&case.order), None);
}

#[test]
fn an_open_question_to_the_provider_outlives_the_order() {
    let mut case = given(an_order());
    case.provider_answers(OperationOutcome::Unknown).cancel_requested().cancelled();
    case.then_state(OrderState::Cancelled);
    assert_eq!(next_due(&case.order), Some(START + SignedDuration::from_mins(10)));
    case.after(1).stages_run();
    assert_eq!((next_due(&case.order), case.asked()), (None, None));
    assert_eq!(case.count(EventKind::PaymentVoided), 1);
}

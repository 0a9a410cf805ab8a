//! Cancelling all or some of an order, before and after the warehouse has it.

use crate::domain::Command;
use crate::domain::customer::Personal;
use crate::domain::event::EventKind;
use crate::domain::order::{CancelReason, HoldCode, OrderState};
use crate::domain::payment::{PaymentMethod, PaymentStatus};
use crate::domain::shipment::{FulfilmentEventKind as Report, ShipmentStatus};
use crate::domain::testing::{an_order, given, yen};

#[test]
fn an_order_without_stock_is_cancelled_in_one_step() {
    given(an_order())
        .cancel_requested()
        .then(&[EventKind::CancelRequested])
        .cancel_requested()
        .then_nothing()
        .does(&Command::Cancel)
        .then(&[EventKind::UnitsCancelled, EventKind::OrderCancelled])
        .then_state(OrderState::Cancelled)
        .cancel_requested()
        .then_nothing()
        .does(&Command::Cancel)
        .then_nothing();
}

#[test]
fn a_cancelled_order_gives_back_its_stock_and_its_authorization() {
    let mut case = given(an_order().of(&[(3, 1_000)]));
    case.validated().collected().short_of(1, 1).cancel_requested().cancelled().stages_run();
    case.then_state(OrderState::Cancelled).then_open_tickets(&[]).then_history_agrees();
    assert_eq!(case.payment(1).status, PaymentStatus::Voided);
}

#[test]
fn a_cancelled_order_is_held_by_nothing_any_more() {
    let mut case = given(an_order());
    case.does(&Command::PlaceHold { code: HoldCode::Payment, reason: Personal::new("look") });
    case.does(&Command::PlaceHold { code: HoldCode::CustomerNote, reason: Personal::new("read") });
    case.cancel_requested().cancelled().then(&[
        EventKind::UnitsCancelled,
        EventKind::HoldResolved,
        EventKind::HoldResolved,
        EventKind::OrderCancelled,
    ]);
    assert_eq!(case.order.open_holds().count(), 0);
    let mut case = given(an_order());
    case.does(&Command::PlaceHold { code: HoldCode::Quality, reason: Personal::new("look") });
    case.cancel_requested_of(&[(1, 1)]).cancelled();
    assert!(case.order.is_held_for(HoldCode::Quality), "the rest of an order stays held");
}

#[test]
fn nothing_is_released_or_asked_for_while_a_cancellation_is_under_way() {
    given(an_order().paid_by(PaymentMethod::CashOnDelivery))
        .validated()
        .in_stock()
        .then_state(OrderState::Ready)
        .cancel_requested()
        .does(&Command::Release)
        .then_nothing();
    let mut case = given(an_order().paid_by(PaymentMethod::BankTransfer));
    case.cancel_requested().payment_requested().then_nothing();
}

#[test]
fn another_cancellation_waits_for_the_one_under_way() {
    given(an_order().of(&[(3, 1_000)]))
        .cancel_requested_of(&[(1, 1)])
        .cancel_requested_of(&[(1, 2)])
        .then_refused("CANCELLATION_UNDER_WAY")
        .cancelled()
        .then(&[EventKind::UnitsCancelled, EventKind::LinesCancelled])
        .cancel_requested_of(&[(1, 2)])
        .cancelled()
        .then_state(OrderState::Cancelled);
}

#[test]
fn more_units_than_are_left_or_none_or_unknown_ones_are_refused() {
    given(an_order())
        .cancel_requested_of(&[(1, 3)])
        .then_refused("TOO_MANY")
        .cancel_requested_of(&[(1, 1), (1, 2)])
        .then_refused("TOO_MANY")
        .cancel_requested_of(&[(1, 0)])
        .then_refused("TOO_MANY")
        .cancel_requested_of(&[(7, 1)])
        .then_refused("NO_SUCH_LINE");
}

#[test]
fn cancelling_what_is_missing_lets_the_rest_go() {
    given(an_order().of(&[(3, 1_000)]))
        .validated()
        .collected()
        .short_of(1, 2)
        .cancel_requested_of(&[(1, 2)])
        .cancelled()
        .then(&[
            EventKind::UnitsCancelled,
            EventKind::LinesCancelled,
            EventKind::TicketClosed,
            EventKind::OrderReadied,
        ])
        .stages_run()
        .then_state(OrderState::Released);
}

#[test]
fn p4_units_cancelled_before_the_shipment_leave_an_order_that_completes_and_books_that_agree() {
    let mut case = given(an_order().of(&[(6, 1_000)]));
    case.validated().in_stock().collected().cancel_requested_of(&[(1, 4)]).cancelled();
    case.stages_run().shipped(1).stages_run().delivered(1).stages_run().then_state(OrderState::Completed);
    assert_eq!((case.payment(1).captured, case.order.billing().total), (yen(2_000), yen(2_000)));
}

#[test]
fn the_warehouse_gives_back_what_is_to_be_cancelled() {
    given(an_order())
        .stages_run()
        .cancel_requested()
        .does(&Command::Cancel)
        .then(&[EventKind::RecallRequested])
        .does(&Command::Cancel)
        .then_nothing()
        .reported(1, Report::Recalled)
        .then(&[EventKind::ShipmentProgressed, EventKind::ShipmentRecalled])
        .does(&Command::Cancel)
        .then(&[EventKind::UnitsCancelled, EventKind::OrderCancelled]);
}

#[test]
fn what_was_not_to_be_cancelled_leaves_in_a_new_shipment() {
    let mut case = given(an_order().of(&[(1, 1_000), (2, 500)]));
    case.stages_run().cancel_requested_of(&[(1, 1)]).cancelled().reported(1, Report::Recalled).cancelled();
    case.then(&[EventKind::UnitsCancelled, EventKind::LinesCancelled, EventKind::OrderReadied]).stages_run();
    let of = |n: usize| (case.order.shipments[n].status, case.order.shipments[n].lines.len());
    assert_eq!((of(0), of(1)), ((ShipmentStatus::Recalled, 2), (ShipmentStatus::Released, 1)));
    case.shipped(2).then_state(OrderState::Shipped);
}

#[test]
fn a_warehouse_that_refuses_ends_the_cancellation_with_a_ticket() {
    given(an_order())
        .stages_run()
        .cancel_requested()
        .cancelled()
        .reported(1, Report::RecallRefused)
        .then(&[
            EventKind::ShipmentProgressed,
            EventKind::RecallRefused,
            EventKind::CancelRefused,
            EventKind::TicketOpened,
        ])
        .then_open_tickets(&["CANCEL_REFUSED:1"])
        .cancel_requested()
        .then_refused("WRONG_STATE")
        .shipped(1)
        .then_state(OrderState::Shipped);
}

#[test]
fn a_parcel_that_leaves_first_makes_the_cancellation_too_late() {
    given(an_order())
        .stages_run()
        .cancel_requested()
        .cancelled()
        .reported(1, Report::HandedOver)
        .then(&[
            EventKind::ShipmentProgressed,
            EventKind::ShipmentHandedOver,
            EventKind::CancelRefused,
            EventKind::TicketOpened,
        ])
        .stages_run()
        .cancel_requested()
        .then_refused("WRONG_STATE");
}

#[test]
fn a_handed_over_parcel_cannot_be_cancelled_even_before_the_stage_has_noticed() {
    given(an_order())
        .stages_run()
        .reported(1, Report::HandedOver)
        .then_state(OrderState::Released)
        .cancel_requested()
        .then_refused("WRONG_STATE");
}

#[test]
fn cancelling_what_has_not_left_completes_a_partial_shipment() {
    let mut case = given(an_order().of(&[(3, 1_000)]).sent_as_available());
    case.validated().collected().short_of(1, 2).released().shipped(1).delivered(1);
    case.then_state(OrderState::PartiallyShipped).cancel_requested().cancelled().then(&[
        EventKind::UnitsCancelled,
        EventKind::LinesCancelled,
        EventKind::TicketClosed,
        EventKind::OrderShipped,
        EventKind::OrderDelivered,
    ]);
    case.stages_run().then_state(OrderState::Completed);
    assert_eq!(case.payment(1).captured, yen(1_000));
}

#[test]
fn a_large_cancellation_goes_in_steps_and_asks_for_the_refund_once_with_the_whole_amount() {
    let mut case = given(an_order().of(&[(1, 100); 60]).paid_by(PaymentMethod::BankTransfer));
    case.validated().collected().deposited(6_000, "b1");
    let grants = crate::domain::testing::stages::grants(&case.order, |line| line.quantities.open);
    case.does(&Command::Allocate { grants, shortages: Vec::new() }).cancel_requested().cancelled();
    assert_eq!(case.count(EventKind::UnitsCancelled), 3);
    case.then_state(OrderState::Cancelled).then_open_tickets(&["REFUND_BY_HAND:ORDER-P1:0"]);
    assert!(case.order.tickets[0].detail.contains("6000"), "{}", case.order.tickets[0].detail);
}

#[test]
fn an_expired_order_and_a_cancelled_one_keep_their_reasons() {
    let mut case = given(an_order().paid_by(PaymentMethod::ConvenienceStore));
    case.stages_run().after(24 * 8);
    assert_eq!(case.order.cancellation.as_ref().map(|c| c.reason), Some(CancelReason::PaymentExpired));
    case.cancel_requested().then_refused("CANCELLATION_UNDER_WAY");
}

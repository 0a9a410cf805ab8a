//! Each payment method to its sale, and what can happen to the money on the way.

use jiff::SignedDuration;

use crate::domain::Command;
use crate::domain::billing::DiscountKind;
use crate::domain::event::EventKind;
use crate::domain::money::Amount;
use crate::domain::order::{HoldCode, OrderState};
use crate::domain::payment::{Operation, OperationKind, OperationOutcome, PaymentMethod, PaymentStatus};
use crate::domain::shipment::FulfilmentEventKind as Report;
use crate::domain::testing::stages::approved;
use crate::domain::testing::{Case, Draft, an_order, given, yen};

/// Released, shipped, delivered and posted, as far as that goes.
fn sent(case: &mut Case) -> &mut Case {
    case.stages_run().shipped(1).stages_run().delivered(1).stages_run()
}

fn declined() -> OperationOutcome {
    OperationOutcome::Declined { code: "insufficient_funds".to_owned() }
}

fn review() -> OperationOutcome {
    OperationOutcome::Review { reference: "r1".to_owned() }
}

fn by_transfer() -> Draft {
    an_order().paid_by(PaymentMethod::BankTransfer)
}

#[test]
fn a_card_is_authorized_before_release_and_captured_when_everything_has_left() {
    let mut case = given(an_order());
    case.validated().in_stock().then_state(OrderState::Validated).collected().then_state(OrderState::Ready);
    assert_eq!((case.payment(1).authorized, case.payment(1).captured), (yen(2_000), yen(0)));
    case.released().shipped(1).then_state(OrderState::Shipped).collected();
    assert_eq!(case.payment(1).captured, yen(2_000));
    sent(&mut case).then_state(OrderState::Completed).then_history_agrees();
}

const DAY: i64 = 24;

/// The provider does what it is asked, and its authorization holds so many days from now.
fn approved_for(case: &Case, days: i64) -> (Operation, OperationOutcome) {
    let operation = case.asked().unwrap();
    let OperationOutcome::Approved { amount, reference, .. } = approved(&operation) else { unreachable!() };
    let valid_until = Some(case.now + SignedDuration::from_hours(days * DAY));
    (operation, OperationOutcome::Approved { amount, reference, valid_until })
}

/// Authorized for a week; some of it waits.
fn authorized_for_a_week(draft: Draft) -> Case {
    let mut case = given(draft);
    let (_, outcome) = approved_for(&case, 7);
    case.validated().provider_answers(outcome);
    case
}

#[test]
fn an_authorization_that_ends_before_the_goods_leave_is_asked_for_anew() {
    let mut case = authorized_for_a_week(an_order());
    let old = case.payment(1).operation(OperationKind::Capture, yen(2_000)).key;
    case.short_of(1, 1).after(7 * DAY - 1);
    assert_eq!(case.asked(), None);
    case.after(1).stock_arrives().then_state(OrderState::Validated);
    assert_eq!(case.asked().map(|operation| operation.kind), Some(OperationKind::Authorize));
    case.collected().then_state(OrderState::Ready).stages_run().shipped(1);
    let capture = case.asked().unwrap();
    assert!(capture.kind == OperationKind::Capture && capture.key != old, "{capture:?}");
    sent(&mut case).then_state(OrderState::Completed).then_history_agrees();
}

#[test]
fn what_waits_for_the_rest_of_the_goods_is_authorized_anew_too() {
    let mut case = authorized_for_a_week(an_order().sent_as_available());
    case.short_of(1, 1).released().shipped(1).then_state(OrderState::PartiallyShipped);
    case.after(7 * DAY).collected().stock_arrives().stages_run().shipped(2).stages_run();
    assert_eq!((case.payment(1).status, case.payment(1).captured), (PaymentStatus::Captured, yen(2_000)));
}

#[test]
fn nothing_is_released_on_an_authorization_that_is_over() {
    let mut case = authorized_for_a_week(an_order());
    case.in_stock().then_state(OrderState::Ready);
    case.now += SignedDuration::from_hours(8 * DAY);
    case.does(&Command::Release).then_nothing().does(&Command::Tick).stages_run();
    case.then_state(OrderState::Released);
    assert_eq!(case.count(EventKind::PaymentAuthorized), 2);
}

#[test]
fn a_declined_second_authorization_holds_the_order() {
    let mut case = authorized_for_a_week(an_order());
    case.in_stock().after(7 * DAY).provider_answers(declined());
    assert!(case.order.is_held_for(HoldCode::Payment) && !case.order.ready);
}

#[test]
fn a_capture_that_comes_after_the_end_of_the_authorization_is_authorized_anew_and_taken() {
    let mut case = authorized_for_a_week(an_order());
    case.in_stock().released().after(6 * DAY).shipped(1).after(2 * DAY);
    assert_eq!(
        case.asked().map(|operation| operation.kind),
        Some(OperationKind::Capture),
        "it may still work"
    );
    case.provider_answers(OperationOutcome::Declined { code: "authorization_expired".to_owned() });
    assert_eq!(case.asked().map(|operation| operation.kind), Some(OperationKind::Authorize));
    case.collected();
    assert_eq!((case.payment(1).status, case.payment(1).captured), (PaymentStatus::Captured, yen(2_000)));
    assert!(!case.order.open_tickets().any(|ticket| ticket.id.starts_with("PAYMENT")));
}

#[test]
fn an_authorization_that_is_to_be_voided_does_not_end_by_the_clock() {
    let mut case = authorized_for_a_week(an_order());
    case.cancel_requested().cancelled().after(8 * DAY);
    assert_eq!(case.asked().map(|operation| operation.kind), Some(OperationKind::Void));
}

#[test]
fn a_refused_authorization_that_nothing_is_due_of_any_more_holds_nothing() {
    let mut case = given(an_order().first_paid_by(PaymentMethod::ChannelSettled, 1_000));
    let operation = case.asked().unwrap();
    case.validated().in_stock().cancel_requested_of(&[(1, 1)]).cancelled();
    case.does(&Command::RecordOperation { operation, outcome: declined() });
    case.then(&[EventKind::PaymentDeclined]);
}

#[test]
fn pay_later_waits_for_the_credit_result_and_is_captured_by_the_shipment() {
    let mut case = given(an_order().paid_by(PaymentMethod::PayLater));
    case.validated().in_stock().provider_answers(review()).then(&[EventKind::PaymentInReview]);
    assert_eq!(case.asked(), None, "it is deciding");
    case.then_state(OrderState::Validated).after(1).then(&[EventKind::PaymentCheckDue]);
    let again = case.asked().unwrap();
    case.provider_answers(approved(&again)).then(&[EventKind::PaymentAuthorized, EventKind::OrderReadied]);
    sent(&mut case).then_state(OrderState::Completed);
    assert_eq!(case.payment(1).status, PaymentStatus::Captured);
}

#[test]
fn cash_is_collected_by_the_carrier_with_the_delivery() {
    let mut case = given(an_order().paid_by(PaymentMethod::CashOnDelivery));
    case.stages_run().shipped(1).stages_run();
    assert_eq!(case.order.held(), Amount::ZERO);
    case.delivered(1)
        .then(&[EventKind::ShipmentDelivered, EventKind::OrderDelivered, EventKind::PaymentCaptured])
        .stages_run()
        .then_state(OrderState::Completed);
    assert_eq!(case.order.held(), yen(2_000));
}

fn by_cash() -> Draft {
    an_order().of(&[(1, 1_000)]).paid_by(PaymentMethod::CashOnDelivery)
}

#[test]
fn cash_that_no_parcel_collected_is_asked_for_and_never_booked_by_itself() {
    let mut case = given(by_cash().and(1, 3_000).sent_as_available());
    case.validated().short_of(2, 1).released().shipped(1).delivered(1);
    case.cancel_requested_of(&[(2, 1)]).cancelled().stages_run().then_state(OrderState::Delivered);
    case.then_open_tickets(&["SHORT_DEPOSIT:ORDER-P1"]);
    assert_eq!(case.order.held(), Amount::ZERO);
    case.when(&deposit(&case.clone(), 1_001)).then_refused("TOO_MUCH");
    case.deposited(1_000, "b1").stages_run().then_state(OrderState::Completed).then_open_tickets(&[]);
}

fn deposit(case: &Case, amount: i64) -> Command {
    let (payment, reference, deposited_at) = (case.order.id.payment(1), "b0".to_owned(), case.now);
    Command::RecordDeposit { payment, amount: yen(amount), reference, deposited_at }
}

#[test]
fn a_driver_who_has_not_been_there_has_no_cash() {
    let mut case = given(by_cash());
    case.stages_run().shipped(1);
    case.when(&deposit(&case.clone(), 1_000)).then_refused("WRONG_STATE");
}

#[test]
fn a_parcel_that_would_collect_too_much_comes_back_and_leaves_with_the_right_sum() {
    let mut case = given(by_cash().and(1, 3_000).to_another_address());
    case.stages_run().cancel_requested_of(&[(1, 1)]).cancelled().reported(1, Report::Recalled).cancelled();
    case.then(&[EventKind::UnitsCancelled, EventKind::LinesCancelled, EventKind::RecallRequested]);
    assert!(case.order.shipments[1].recall_requested, "it collects for both");
    case.reported(2, Report::Recalled).stages_run().shipped(3).delivered(3);
    case.stages_run().then_state(OrderState::Completed);
    assert_eq!(case.order.held(), yen(3_000));
}

#[test]
fn a_parcel_that_was_to_collect_nothing_comes_back_when_the_one_that_was_is_cancelled() {
    let mut case = given(by_cash().and(1, 3_000).to_another_address());
    case.stages_run().cancel_requested_of(&[(2, 1)]).cancelled().reported(2, Report::Recalled).cancelled();
    case.then(&[EventKind::UnitsCancelled, EventKind::LinesCancelled, EventKind::RecallRequested]);
    case.reported(1, Report::Recalled).stages_run().shipped(3).delivered(3);
    case.stages_run().then_state(OrderState::Completed).then_open_tickets(&[]);
    assert_eq!(case.order.held(), yen(1_000));
}

#[test]
fn what_the_driver_collected_too_much_is_given_back_by_hand() {
    let mut case = given(by_cash().and(1, 3_000).to_another_address());
    case.stages_run().shipped(2).cancel_requested_of(&[(1, 1)]).cancelled();
    case.reported(1, Report::Recalled).cancelled().stages_run().delivered(2);
    assert_eq!(case.order.held(), yen(4_000));
    case.then_open_tickets(&["REFUND_BY_HAND:ORDER-P1:0"]).stages_run().then_state(OrderState::Delivered);
    case.refunded_by_hand(1_000, "r1").stages_run().then_state(OrderState::Completed);
}

#[test]
fn what_the_driver_collected_too_little_is_booked_and_the_rest_asked_for() {
    let mut case = given(by_cash().and(1, 3_000).to_another_address());
    case.stages_run().shipped(1).cancel_requested_of(&[(2, 1)]).cancelled();
    case.reported(2, Report::Recalled).cancelled().stages_run().delivered(1).stages_run();
    case.then_state(OrderState::Delivered).then_open_tickets(&["SHORT_DEPOSIT:ORDER-P1"]);
    assert_eq!(case.order.held(), Amount::ZERO);
}

#[test]
fn money_the_channel_has_needs_nobody() {
    let mut case = given(an_order().paid_by(PaymentMethod::ChannelSettled));
    sent(&mut case).then_state(OrderState::Completed);
}

#[test]
fn a_transfer_is_asked_for_and_the_deposit_lets_the_order_go() {
    let mut case = given(by_transfer());
    case.validated().in_stock().collected().then(&[EventKind::PaymentRequested]);
    case.payment_requested().then_nothing().deposited(2_000, "b1").then(&[
        EventKind::DepositRecorded,
        EventKind::PaymentCaptured,
        EventKind::OrderReadied,
    ]);
    sent(&mut case).then_state(OrderState::Completed);
}

#[test]
fn an_order_that_points_paid_in_full_asks_nobody_for_money() {
    for method in [PaymentMethod::Card, PaymentMethod::BankTransfer, PaymentMethod::CashOnDelivery] {
        let mut case = given(an_order().paid_by(method).with_discount(DiscountKind::Points, 2_000));
        sent(&mut case).then_state(OrderState::Completed);
        assert_eq!(case.count(EventKind::PaymentAuthorized) + case.count(EventKind::PaymentRequested), 0);
    }
}

#[test]
fn two_payments_share_the_total_and_both_must_be_there() {
    let mut case = given(an_order().first_paid_by(PaymentMethod::BankTransfer, 500));
    case.validated().in_stock().collected().then_state(OrderState::Validated);
    assert_eq!(case.payment(2).authorized, yen(1_500));
    case.deposited(500, "b1").then_state(OrderState::Ready);
    sent(&mut case).then_state(OrderState::Completed);
    assert_eq!((case.payment(1).captured, case.payment(2).captured), (yen(500), yen(1_500)));
}

#[test]
fn a_short_deposit_waits_for_the_rest() {
    given(by_transfer())
        .stages_run()
        .deposited(1_500, "b1")
        .then(&[EventKind::DepositRecorded, EventKind::TicketOpened])
        .then_open_tickets(&["SHORT_DEPOSIT:ORDER-P1"])
        .deposited(500, "b2")
        .then(&[
            EventKind::DepositRecorded,
            EventKind::PaymentCaptured,
            EventKind::TicketClosed,
            EventKind::OrderReadied,
        ]);
}

#[test]
fn a_deposit_that_is_too_much_is_given_back_by_hand_before_the_sale_is_posted() {
    let mut case = given(by_transfer());
    case.stages_run().deposited(2_300, "b1").then_open_tickets(&["REFUND_BY_HAND:ORDER-P1:0"]);
    sent(&mut case)
        .then_state(OrderState::Delivered)
        .when(&Command::PostSales)
        .then_refused("NOT_PAID")
        .refunded_by_hand(300, "r1")
        .then(&[EventKind::PaymentRefunded, EventKind::TicketClosed])
        .stages_run()
        .then_state(OrderState::Completed);
}

#[test]
fn a_deposit_after_the_cancellation_is_given_back_by_hand() {
    given(by_transfer())
        .stages_run()
        .cancel_requested()
        .cancelled()
        .then_state(OrderState::Cancelled)
        .deposited(2_000, "b1")
        .then(&[EventKind::DepositRecorded, EventKind::TicketOpened])
        .refunded_by_hand(2_000, "r1")
        .then(&[EventKind::PaymentRefunded, EventKind::TicketClosed])
        .then_open_tickets(&[])
        .refunded_by_hand(2_000, "r1")
        .then_nothing()
        .refunded_by_hand(1, "r2")
        .then_refused("TOO_MUCH");
}

#[test]
fn a_deposit_that_came_before_it_was_asked_for_is_not_asked_for() {
    let mut case = given(by_transfer());
    case.deposited(2_000, "b1").collected();
    case.payment_requested().then_nothing();
}

#[test]
fn no_money_or_less_is_no_deposit_and_no_refund() {
    let mut case = given(by_transfer());
    case.deposited(2_500, "b1");
    for amount in [0, -100] {
        case.refunded_by_hand(amount, "r1").then_refused("NO_AMOUNT");
        let (payment, reference) = (case.order.id.payment(1), "b2".to_owned());
        let deposited_at = case.now;
        case.when(&Command::RecordDeposit { payment, amount: yen(amount), reference, deposited_at })
            .then_refused("NO_AMOUNT");
    }
}

#[test]
fn a_partial_cancellation_that_leaves_no_more_than_was_paid_completes_the_payment() {
    let mut case = given(by_transfer());
    case.stages_run().deposited(1_000, "b1").cancel_requested_of(&[(1, 1)]).cancelled().then(&[
        EventKind::UnitsCancelled,
        EventKind::LinesCancelled,
        EventKind::PaymentCaptured,
        EventKind::TicketClosed,
        EventKind::OrderReadied,
    ]);
    case.after(24 * 30);
    assert_eq!(case.count(EventKind::PaymentExpired), 0, "a paid order does not expire");
}

#[test]
fn a_payment_nothing_is_due_of_any_more_neither_reminds_nor_expires() {
    let mut case =
        given(an_order().paid_by(PaymentMethod::BankTransfer).first_paid_by(PaymentMethod::Card, 1_000));
    case.stages_run()
        .cancel_requested_of(&[(1, 1)])
        .cancelled()
        .stages_run()
        .then_state(OrderState::Released);
    case.after(24 * 30);
    assert_eq!((case.count(EventKind::PaymentReminded), case.count(EventKind::PaymentExpired)), (0, 0));
    sent(&mut case).then_state(OrderState::Completed);
}

#[test]
fn a_refund_in_parts_has_one_ticket_at_a_time() {
    given(by_transfer())
        .stages_run()
        .deposited(2_000, "b1")
        .cancel_requested_of(&[(1, 1)])
        .cancelled()
        .then_open_tickets(&["REFUND_BY_HAND:ORDER-P1:0"])
        .refunded_by_hand(400, "r1")
        .then_open_tickets(&["REFUND_BY_HAND:ORDER-P1:1"])
        .refunded_by_hand(600, "r2")
        .then_open_tickets(&[]);
}

#[test]
fn a_capture_the_provider_has_not_decided_is_asked_about_and_is_no_credit_check() {
    let mut case = given(an_order());
    case.stages_run().shipped(1).provider_answers(review());
    assert_eq!(case.payment(1).status, PaymentStatus::Authorized);
    assert!(case.payment(1).unknown.is_some());
    case.after(1).stages_run();
    assert_eq!(case.payment(1).status, PaymentStatus::Captured);
}

#[test]
fn a_ticket_about_owed_money_is_closed_by_the_refund_and_by_nothing_else() {
    let mut case = given(by_transfer());
    case.stages_run().deposited(2_500, "b1").then_open_tickets(&["REFUND_BY_HAND:ORDER-P1:0"]);
    let id = case.order.open_tickets().next().unwrap().id.clone();
    case.when(&Command::CloseTicket { id });
    case.then_refused("REFUND_OWED").then_open_tickets(&["REFUND_BY_HAND:ORDER-P1:0"]);
    case.refunded_by_hand(500, "r1").then_open_tickets(&[]);
}

#[test]
fn every_one_of_twenty_payments_has_its_own_refund_ticket_until_it_is_given_back() {
    let mut draft = an_order().of(&[(1, 20_000)]).paid_by(PaymentMethod::ChannelSettled);
    for _ in 0..19 {
        draft = draft.first_paid_by(PaymentMethod::ChannelSettled, 1_000);
    }
    let mut case = given(draft);
    case.cancel_requested().does(&Command::Cancel);
    assert_eq!(case.order.open_tickets().count(), 20);
    case.refunded_by_hand(1_000, "r1");
    assert_eq!(case.order.open_tickets().count(), 19, "those of payments 10 to 19 are not of payment 1");
}

#[test]
fn a_declined_card_holds_the_order_and_resolving_the_hold_tries_again_with_a_new_key() {
    let mut case = given(an_order());
    let first = case.asked().unwrap();
    case.validated()
        .in_stock()
        .provider_answers(declined())
        .then(&[EventKind::PaymentDeclined, EventKind::HoldOpened]);
    assert_eq!(case.asked(), None, "a refusal is not repeated");
    case.does(&Command::ResolveHold { code: HoldCode::Payment, by: "sato".to_owned() })
        .then(&[EventKind::HoldResolved, EventKind::PaymentRetried]);
    assert_ne!(case.asked().unwrap().key, first.key);
    case.collected().then_state(OrderState::Ready);
}

#[test]
fn an_unknown_outcome_is_asked_about_and_never_repeated_blindly() {
    let mut case = given(an_order());
    case.validated().in_stock();
    let asked = case.asked().unwrap();
    case.provider_answers(OperationOutcome::Unknown)
        .then(&[EventKind::PaymentUnknown, EventKind::TicketOpened]);
    assert_eq!(case.asked(), None);
    case.after(1).then(&[EventKind::PaymentCheckDue]);
    assert_eq!(case.asked().as_ref(), Some(&asked), "the same operation under the same key");
    case.provider_answers(OperationOutcome::Unknown).then(&[EventKind::PaymentUnknown]);
    assert_eq!(case.asked(), None, "not before the next check");
    case.after(1).provider_answers(approved(&asked)).then(&[
        EventKind::PaymentAuthorized,
        EventKind::TicketClosed,
        EventKind::OrderReadied,
    ]);
}

#[test]
fn an_authorization_of_a_cancelled_order_is_voided_even_when_its_answer_comes_late() {
    let mut case = given(an_order());
    let asked = case.asked().unwrap();
    case.cancel_requested().cancelled().then_state(OrderState::Cancelled);
    case.does(&Command::RecordOperation { operation: asked.clone(), outcome: approved(&asked) });
    assert_eq!(case.asked().map(|operation| operation.kind), Some(OperationKind::Void));
    case.collected();
    assert_eq!(case.payment(1).status, PaymentStatus::Voided);
}

#[test]
fn a_refused_capture_opens_a_ticket_and_closing_it_tries_again() {
    let mut case = given(an_order());
    case.validated().in_stock().collected().released().shipped(1);
    let first = case.asked().unwrap();
    case.provider_answers(declined()).then(&[EventKind::PaymentOperationRefused, EventKind::TicketOpened]);
    assert_eq!(case.asked(), None);
    case.stages_run().delivered(1).stages_run().then_state(OrderState::Delivered);
    let ticket = case.order.open_tickets().next().unwrap().id.clone();
    case.does(&Command::CloseTicket { id: ticket })
        .then(&[EventKind::TicketClosed, EventKind::PaymentRetried]);
    assert_ne!(case.asked().unwrap().key, first.key);
    case.stages_run().then_state(OrderState::Completed);
}

#[test]
fn p5_only_the_first_of_two_captures_counts_and_never_above_the_authorization() {
    let mut case = given(an_order());
    case.validated().in_stock().collected().released().shipped(1);
    let operation = case.asked().unwrap();
    let capture = Command::RecordOperation { outcome: approved(&operation), operation };
    for _ in 0..1_000 {
        case.does(&capture);
    }
    assert_eq!(case.count(EventKind::PaymentCaptured), 1);
    assert_eq!(case.payment(1).captured, case.payment(1).authorized);
}

#[test]
fn p6_ten_replays_of_every_payment_event_change_no_amount() {
    let mut case = given(an_order().first_paid_by(PaymentMethod::BankTransfer, 500));
    let amounts = |case: &Case| -> Vec<_> {
        let of = |n| (case.payment(n).authorized, case.payment(n).captured, case.payment(n).refunded);
        [1, 2].map(of).into()
    };
    let mut messages: Vec<Command> = Vec::new();
    let mut replay = |case: &mut Case, message: Command| {
        case.does(&message);
        messages.push(message);
        let before = (amounts(case), case.history.len());
        for message in messages.iter().flat_map(|message| [message; 10]) {
            case.does(message);
        }
        assert_eq!((amounts(case), case.history.len()), before);
    };
    case.validated().in_stock().payment_requested();
    let operation = case.asked().unwrap();
    replay(
        &mut case,
        Command::RecordOperation { outcome: OperationOutcome::Unknown, operation: operation.clone() },
    );
    replay(&mut case, Command::RecordOperation { outcome: approved(&operation), operation });
    let (payment, deposited_at) = (case.order.id.payment(1), case.now);
    let deposit = Command::RecordDeposit {
        payment: payment.clone(),
        amount: yen(700),
        reference: "b1".to_owned(),
        deposited_at,
    };
    replay(&mut case, deposit);
    replay(&mut case, Command::RecordRefund { payment, amount: yen(200), reference: "r1".to_owned() });
    case.released().shipped(1);
    let operation = case.asked().unwrap();
    replay(&mut case, Command::RecordOperation { outcome: approved(&operation), operation });
    assert_eq!(amounts(&case), [(yen(0), yen(700), yen(200)), (yen(1_500), yen(1_500), yen(0))]);
}

#[test]
fn p7_any_split_of_refunds_sums_to_what_was_paid_and_the_last_is_not_refused() {
    for parts in [vec![10_000], vec![3_333, 3_333, 3_334], vec![1, 9_998, 1], vec![1_429; 7], vec![1; 150]] {
        let mut case = given(an_order().of(&[(3, 3_333)]).and(1, 1).paid_by(PaymentMethod::BankTransfer));
        case.stages_run().deposited(10_000, "b1").cancel_requested().cancelled();
        for (n, part) in parts.iter().enumerate() {
            let left = case.order.held().units();
            case.refunded_by_hand((*part).min(left), &format!("r{n}"));
        }
        let left = case.order.held().units();
        if left > 0 {
            case.refunded_by_hand(left, "last");
        }
        assert_eq!(case.payment(1).refunded, case.payment(1).captured);
        assert_eq!(case.payment(1).status, PaymentStatus::Refunded);
        case.then_open_tickets(&[]).refunded_by_hand(1, "more").then_refused("TOO_MUCH");
    }
}

#[test]
fn the_sale_is_posted_once_by_the_merchants_policy_and_only_with_the_money_in() {
    let mut case = given(an_order().posted_when_shipped());
    case.validated().in_stock().collected().released();
    case.when(&Command::PostSales).then_refused("WRONG_STATE");
    case.shipped(1).when(&Command::PostSales).then_refused("NOT_PAID");
    case.collected().does(&Command::PostSales).then(&[EventKind::SalesPosted]);
    case.does(&Command::PostSales).then_nothing().then_state(OrderState::Shipped);
    case.delivered(1).then(&[
        EventKind::ShipmentDelivered,
        EventKind::OrderDelivered,
        EventKind::OrderCompleted,
    ]);

    let mut case = given(an_order());
    case.stages_run().shipped(1).stages_run().when(&Command::PostSales).then_refused("WRONG_STATE");
    case.delivered(1).does(&Command::PostSales).then(&[EventKind::SalesPosted, EventKind::OrderCompleted]);
}

//! What warehouses and carriers report: late, twice, in any order, and sometimes not the truth.

use jiff::SignedDuration;

use crate::domain::Command;
use crate::domain::event::EventKind;
use crate::domain::order::{Order, OrderState};
use crate::domain::payment::PaymentMethod;
use crate::domain::shipment::Carrier;
use crate::domain::shipment::{FulfilmentEvent, FulfilmentEventKind as Report, ShipmentStatus, Tracking};
use crate::domain::testing::{Case, START, an_order, given};

#[test]
fn a_parcel_goes_its_way_to_the_customer() {
    given(an_order())
        .stages_run()
        .then_state(OrderState::Released)
        .reported(1, Report::Acknowledged)
        .then(&[EventKind::ShipmentProgressed])
        .reported(1, Report::Acknowledged)
        .then_nothing()
        .reported(1, Report::HandedOver)
        .then(&[EventKind::ShipmentProgressed, EventKind::ShipmentHandedOver])
        .then_state(OrderState::Released)
        .stages_run()
        .then_state(OrderState::Shipped)
        .reported(1, Report::Delivered)
        .then(&[EventKind::ShipmentProgressed, EventKind::ShipmentArrived])
        .stages_run()
        .then_state(OrderState::Completed);
}

#[test]
fn shipping_and_delivering_wait_for_the_report() {
    let mut case = given(an_order());
    case.stages_run();
    let shipment = case.order.id.shipment(1);
    let (ship, deliver) = (Command::Ship { shipment: shipment.clone() }, Command::Deliver { shipment });
    case.when(&ship).then_refused("NOT_HANDED_OVER").when(&deliver).then_refused("NOT_HANDED_OVER");
    case.shipped(1).does(&ship).then_nothing().when(&deliver).then_refused("NOT_HANDED_OVER");
    case.delivered(1).does(&deliver).then_nothing().does(&ship).then_nothing();
    case.when(&Command::Ship { shipment: case.order.id.shipment(2) }).then_refused("NO_SUCH_SHIPMENT");
}

#[test]
fn a_delivery_that_is_noticed_before_the_hand_over_ships_as_well() {
    let mut case = given(an_order());
    case.stages_run().reported(1, Report::Delivered).then(&[
        EventKind::ShipmentProgressed,
        EventKind::ShipmentHandedOver,
        EventKind::ShipmentArrived,
    ]);
    let deliver = Command::Deliver { shipment: case.order.id.shipment(1) };
    case.does(&deliver).then(&[
        EventKind::ShipmentShipped,
        EventKind::ShipmentDelivered,
        EventKind::OrderShipped,
        EventKind::OrderDelivered,
    ]);
}

#[test]
fn p25_every_tracking_number_of_every_parcel_is_kept_once() {
    let mut case = given(an_order());
    case.stages_run()
        .reported_with(1, Report::Packed, &["444413758703"])
        .reported_with(1, Report::HandedOver, &["512547514334", "444413758703", "405548424886"])
        .reported_with(1, Report::InTransit, &["512547514334"]);
    let numbers: Vec<_> = case.order.shipments[0].trackings.iter().map(|t| t.number.as_str()).collect();
    assert_eq!(numbers, ["405548424886", "444413758703", "512547514334"]);
}

#[test]
fn a_parcel_refused_or_lost_needs_a_person_until_it_arrives_after_all() {
    // Who refused it is to be called; who waits in vain need not be asked.
    for (report, ticket, asked, withdrawn) in [
        (
            Report::Refused,
            "SHIPMENT_REFUSED:ORDER-S1",
            Some(EventKind::CallRequested),
            Some(EventKind::CallClosed),
        ),
        (Report::Lost, "SHIPMENT_LOST:ORDER-S1", None, None),
    ] {
        let opened: Vec<_> =
            [EventKind::ShipmentProgressed, EventKind::TicketOpened].into_iter().chain(asked).collect();
        let closed = [EventKind::ShipmentProgressed, EventKind::ShipmentArrived, EventKind::TicketClosed];
        let closed: Vec<_> = closed.into_iter().chain(withdrawn).collect();
        given(an_order())
            .stages_run()
            .shipped(1)
            .stages_run()
            .reported(1, report)
            .then(&opened)
            .then_open_tickets(&[ticket])
            .reported(1, Report::Delivered)
            .then(&closed)
            .stages_run()
            .then_state(OrderState::Completed);
    }
}

#[test]
fn the_customer_is_told_of_a_delay_once_and_not_when_the_parcel_is_there() {
    given(an_order())
        .stages_run()
        .reported(1, Report::Delayed)
        .then(&[EventKind::ShipmentProgressed, EventKind::DelayReported])
        .after(1)
        .reported(1, Report::Delayed)
        .then(&[EventKind::ShipmentProgressed]);
    given(an_order())
        .stages_run()
        .reported(1, Report::Delivered)
        .reported(1, Report::Delayed)
        .then(&[EventKind::ShipmentProgressed]);
}

#[test]
fn reports_that_contradict_each_other_open_a_ticket_and_move_nothing() {
    let mut case = given(an_order());
    case.stages_run()
        .reported(1, Report::Recalled)
        .reported(1, Report::HandedOver)
        .then(&[EventKind::ShipmentProgressed, EventKind::TicketOpened])
        .then_open_tickets(&["CONTRADICTORY_REPORT:ORDER-S1"]);
    assert_eq!(case.order.shipments[0].status, ShipmentStatus::Recalled);
    let mut case = given(an_order());
    case.stages_run()
        .reported(1, Report::HandedOver)
        .reported(1, Report::Recalled)
        .then(&[EventKind::ShipmentProgressed, EventKind::TicketOpened]);
    assert_eq!(case.order.shipments[0].status, ShipmentStatus::HandedOver);
}

#[test]
fn a_shipment_keeps_a_hundred_reports_and_still_hears_that_it_has_arrived() {
    let mut case = given(an_order());
    case.stages_run().shipped(1);
    let transit = |case: &Case, n: i64| {
        let occurred_at = START + SignedDuration::from_mins(n);
        let report = FulfilmentEvent { occurred_at, kind: Report::InTransit, trackings: Vec::new() };
        Command::RecordFulfilment { shipment: case.order.id.shipment(1), report }
    };
    for n in 0..99 {
        case.does(&transit(&case.clone(), n));
    }
    case.when(&transit(&case.clone(), 99)).then_refused("TOO_MANY_REMARKS");
    case.delivered(1).then_state(OrderState::Delivered);
}

#[test]
fn a_number_that_every_report_repeats_is_kept_with_the_first_one() {
    let mut case = given(an_order());
    case.stages_run().reported_with(1, Report::HandedOver, &["444413758703"]);
    case.reported_with(1, Report::InTransit, &["444413758703", "405548424886"]);
    let kept: Vec<_> = case.order.shipments[0].history.iter().map(|report| report.trackings.len()).collect();
    assert_eq!((kept, case.order.shipments[0].trackings.len()), (vec![1, 1], 2));
    case.reported_with(1, Report::InTransit, &["444413758703", "405548424886"]).then_nothing();
}

/// All orders in which `items` can come.
fn permutations<T: Clone>(items: &[T]) -> Vec<Vec<T>> {
    let Some((first, rest)) = items.split_first() else { return vec![Vec::new()] };
    let places = |tail: Vec<T>| {
        (0..=tail.len()).map(move |at| {
            let mut items = tail.clone();
            items.insert(at, first.clone());
            items
        })
    };
    permutations(rest).into_iter().flat_map(places).collect()
}

/// What must be the same whichever way the reports came. Not the delays: the customer was told of
/// one or was not. Not the version, which counts what happened, nor which report brought a number.
fn outcome(order: &Order) -> Order {
    let mut order = order.clone();
    order.version = 0;
    order.delays.clear();
    // A number is kept with the first report that names it.
    for report in order.shipments.iter_mut().flat_map(|shipment| &mut shipment.history) {
        report.trackings.clear();
    }
    order.tickets.retain(|ticket| ticket.closed_at.is_none());
    order.tickets.sort_by(|a, b| a.id.cmp(&b.id));
    order.calls.retain(|call| call.closed.is_none());
    order
}

/// Reports about the first shipment in every order, each twice, the stages acting after each one or
/// only at the end.
fn the_order_does_not_matter(case: &mut Case, kinds: &[Report]) -> Order {
    let report = |(hour, kind): (i64, &Report)| FulfilmentEvent {
        occurred_at: START + SignedDuration::from_hours(hour),
        kind: *kind,
        trackings: vec![Tracking { carrier: Carrier::Other, number: format!("N-{}", hour / 2) }],
    };
    let reports: Vec<_> = (1..).zip(kinds).map(report).collect();
    let mut outcomes = permutations(&reports)
        .into_iter()
        .flat_map(|reports| [(reports.clone(), true), (reports, false)])
        .map(|(reports, stages_act)| {
            let mut case = case.clone();
            for report in reports {
                let record = Command::RecordFulfilment { shipment: case.order.id.shipment(1), report };
                case.does(&record).does(&record).then_nothing();
                if stages_act {
                    case.stages_run();
                }
            }
            outcome(&case.stages_run().order)
        });
    let first = outcomes.next().unwrap();
    for other in outcomes {
        assert_eq!(first, other);
    }
    first
}

#[test]
fn p18_the_reports_of_a_delivery_lead_to_the_same_end_in_any_order() {
    let kinds = [Report::Acknowledged, Report::Packed, Report::HandedOver, Report::Absent, Report::Delivered];
    let end = the_order_does_not_matter(given(an_order()).stages_run(), &kinds);
    assert_eq!(end.state, OrderState::Completed);
}

#[test]
fn p18_troubles_on_the_way_lead_to_the_same_end_in_any_order() {
    let cash = an_order().paid_by(PaymentMethod::CashOnDelivery);
    let kinds = [Report::HandedOver, Report::Delayed, Report::Lost, Report::Refused, Report::Delivered];
    let end = the_order_does_not_matter(given(cash.clone()).stages_run(), &kinds);
    assert_eq!((end.state, end.open_tickets().count()), (OrderState::Completed, 0));
    let kinds = [Report::Picked, Report::InTransit, Report::Lost, Report::Absent];
    let end = the_order_does_not_matter(given(cash).stages_run(), &kinds);
    assert_eq!((end.state, end.open_tickets().count()), (OrderState::Shipped, 1));
}

#[test]
fn p18_a_recall_ends_the_same_way_in_any_order() {
    let mut recalled = given(an_order());
    recalled.stages_run().cancel_requested().cancelled();
    let taken_back = [Report::Acknowledged, Report::Picked, Report::Packed, Report::Recalled];
    assert_eq!(the_order_does_not_matter(&mut recalled, &taken_back).state, OrderState::Cancelled);
    let too_late = [Report::Acknowledged, Report::RecallRefused, Report::HandedOver, Report::Delivered];
    let end = the_order_does_not_matter(&mut recalled, &too_late);
    assert_eq!((end.state, end.open_tickets().count()), (OrderState::Completed, 1));
    assert!(end.shipments[0].recall_refused);
}

#[test]
fn p18_one_of_two_shipments_is_not_moved_by_the_other() {
    let mut case = given(an_order().and(1, 500).to_another_address());
    case.stages_run().shipped(2).then_state(OrderState::PartiallyShipped);
    let kinds = [Report::Packed, Report::HandedOver, Report::InTransit, Report::Delivered];
    let end = the_order_does_not_matter(&mut case, &kinds);
    assert_eq!(end.state, OrderState::Shipped);
    assert_eq!(end.shipments[1].status, ShipmentStatus::HandedOver);
}

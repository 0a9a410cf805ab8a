//! Validation, holds, stock: what an order must pass before it can leave.

use jiff::civil::date;

use crate::domain::Command;
use crate::domain::address::CorrectionReason;
use crate::domain::customer::DesiredDelivery;
use crate::domain::event::{EventKind, Grant};
use crate::domain::ids::LineId;
use crate::domain::order::{HoldCode, OrderState, Validation};
use crate::domain::payment::PaymentMethod;
use crate::domain::shipment::FulfilmentEventKind;
use crate::domain::testing::{address, an_order, given, location};
use crate::domain::validation::{Finding, FindingCode, Severity};

fn blocking(code: HoldCode) -> Finding {
    Finding {
        code: FindingCode::HouseNumberMissing,
        severity: Severity::Blocking(code),
        field: "ship_groups[0].address.line1".to_owned(),
        message: "add the house number".to_owned(),
    }
}

fn staff() -> String {
    "sato".to_owned()
}

#[test]
fn an_order_that_nothing_is_wrong_with_is_validated_once() {
    given(an_order())
        .validated()
        .then(&[EventKind::OrderValidated])
        .then_state(OrderState::Validated)
        .validated()
        .then_nothing();
}

#[test]
fn a_warning_stops_nothing_and_stays_visible() {
    let warning = Finding { severity: Severity::Warning, ..blocking(HoldCode::AddressDefect) };
    let mut case = given(an_order());
    case.does(&Command::Validate { findings: vec![warning.clone()] }).then(&[EventKind::OrderValidated]);
    assert_eq!(case.order.findings, [warning]);
}

#[test]
fn a_defect_holds_the_order_and_resolving_it_validates_the_order() {
    let code = HoldCode::AddressDefect;
    given(an_order())
        .does(&Command::Validate { findings: vec![blocking(code), blocking(code)] })
        .then(&[EventKind::HoldOpened, EventKind::ValidationFailed])
        .then_state(OrderState::Received)
        .in_stock()
        .collected()
        .then_state(OrderState::Received)
        .does(&Command::ResolveHold { code, by: staff() })
        .then(&[EventKind::HoldResolved, EventKind::OrderValidated, EventKind::OrderReadied])
        .then_state(OrderState::Ready)
        .does(&Command::ResolveHold { code, by: staff() })
        .then_nothing();
}

#[test]
fn every_defect_has_its_own_hold_and_the_last_one_resolved_validates() {
    let (first, second) = (HoldCode::AddressDefect, HoldCode::CustomerNote);
    given(an_order())
        .does(&Command::Validate { findings: vec![blocking(first), blocking(second)] })
        .then(&[EventKind::HoldOpened, EventKind::HoldOpened, EventKind::ValidationFailed])
        .does(&Command::ResolveHold { code: second, by: staff() })
        .then(&[EventKind::HoldResolved])
        .does(&Command::OverrideHold { code: first, by: staff(), reason: "the customer confirmed".into() })
        .then(&[EventKind::HoldOverridden, EventKind::OrderValidated]);
}

#[test]
fn a_corrected_address_is_checked_again_and_closes_its_hold() {
    let mut case = given(an_order());
    case.does(&Command::Validate { findings: vec![blocking(HoldCode::AddressDefect)] })
        .does(&Command::ChangeAddress { ship_group: 1, address: address("山田次郎") })
        .then(&[EventKind::AddressChanged]);
    assert_eq!(case.order.validation, Validation::Pending);
    case.validated().then(&[EventKind::HoldResolved, EventKind::OrderValidated]);
}

#[test]
fn a_proposed_address_is_taken_over_once_and_checked_again() {
    let correct = Command::CorrectAddress {
        ship_group: 1,
        address: address("山田次郎"),
        reasons: vec![CorrectionReason::RepetitionDropped],
        by: staff(),
    };
    let mut case = given(an_order());
    case.does(&Command::Validate { findings: vec![blocking(HoldCode::AddressDefect)] })
        .does(&correct)
        .then(&[EventKind::AddressCorrected])
        .does(&correct)
        .then_nothing();
    assert_eq!(case.order.validation, Validation::Pending);
    case.validated().then(&[EventKind::HoldResolved, EventKind::OrderValidated]);
    given(an_order()).stages_run().when(&correct).then_refused("WRONG_STATE");
}

#[test]
fn a_hold_stops_a_ready_order_without_hiding_how_far_it_has_come() {
    let place = Command::PlaceHold { code: HoldCode::FraudReview, reason: "three cards in an hour".into() };
    given(an_order())
        .stages_run()
        .when(&place)
        .then(&[EventKind::HoldOpened])
        .then_state(OrderState::Released);
    given(an_order())
        .validated()
        .in_stock()
        .collected()
        .does(&place)
        .then_state(OrderState::Ready)
        .does(&place)
        .then_nothing()
        .does(&Command::Release)
        .then_nothing()
        .does(&Command::ResolveHold { code: HoldCode::FraudReview, by: staff() })
        .then(&[EventKind::HoldResolved, EventKind::OrderReadied])
        .released()
        .then_state(OrderState::Released)
        .when(&Command::ResolveHold { code: HoldCode::Quality, by: staff() })
        .then_refused("NO_SUCH_HOLD");
}

#[test]
fn the_last_gate_makes_the_order_ready_whichever_it_is() {
    given(an_order()).in_stock().collected().validated().then_state(OrderState::Ready);
    given(an_order()).validated().collected().in_stock().then_state(OrderState::Ready);
    given(an_order()).validated().in_stock().collected().then_state(OrderState::Ready);
}

#[test]
fn a_shortage_waits_with_a_ticket_and_arriving_stock_settles_both() {
    given(an_order().of(&[(3, 1_000), (1, 500)]))
        .validated()
        .collected()
        .short_of(1, 2)
        .then(&[EventKind::StockAllocated, EventKind::StockBackordered, EventKind::TicketOpened])
        .then_open_tickets(&["STOCKOUT:1"])
        .does(&Command::Release)
        .then_nothing()
        .stock_arrives()
        .then(&[EventKind::BackorderFilled, EventKind::TicketClosed, EventKind::OrderReadied])
        .then_open_tickets(&[])
        .stock_arrives()
        .then_nothing();
}

#[test]
fn stock_is_never_given_twice_nor_to_what_is_not_ordered() {
    let grant = |line, quantity| vec![Grant { line: LineId(line), location: location("main"), quantity }];
    let allocate = |grants| Command::Allocate { grants, shortages: Vec::new() };
    given(an_order())
        .when(&allocate(grant(1, 3)))
        .then_refused("TOO_MANY")
        .when(&allocate(grant(1, 0)))
        .then_refused("TOO_MANY")
        .when(&allocate(grant(2, 1)))
        .then_refused("NO_SUCH_LINE")
        .when(&Command::Allocate { grants: grant(1, 1), shortages: grant(1, 2) })
        .then_refused("TOO_MANY")
        .in_stock()
        .when(&allocate(grant(1, 2)))
        .then_nothing();
}

#[test]
fn a_line_is_served_from_one_location_alone() {
    let at = |name: &str| vec![Grant { line: LineId(1), location: location(name), quantity: 1 }];
    given(an_order())
        .when(&Command::Allocate { grants: at("main"), shortages: at("west") })
        .then_refused("OTHER_LOCATION")
        .does(&Command::Allocate { grants: at("west"), shortages: at("west") })
        .when(&Command::FillBackorder { grants: at("main") })
        .then_refused("OTHER_LOCATION")
        .stock_arrives()
        .then(&[EventKind::BackorderFilled, EventKind::TicketClosed]);
}

#[test]
fn together_waits_for_the_last_unit_and_as_available_does_not() {
    given(an_order()).validated().collected().short_of(1, 1).then_state(OrderState::Validated);
    let mut case = given(an_order().sent_as_available());
    case.validated().collected().short_of(1, 1).then_state(OrderState::Ready).released().shipped(1);
    case.then_state(OrderState::PartiallyShipped);
    case.stock_arrives()
        .then(&[EventKind::BackorderFilled, EventKind::TicketClosed, EventKind::OrderReadied])
        .released()
        .then_state(OrderState::PartiallyShipped)
        .shipped(2)
        .then(&[EventKind::ShipmentShipped, EventKind::OrderShipped]);
}

#[test]
fn every_addressee_and_every_location_has_its_own_shipment() {
    let mut case = given(an_order().of(&[(1, 100), (1, 200)]).and(1, 300).to_another_address());
    let from = |line, name: &str| Grant { line: LineId(line), location: location(name), quantity: 1 };
    let grants = vec![from(1, "main"), from(2, "west"), from(3, "main")];
    case.validated().collected().does(&Command::Allocate { grants, shortages: Vec::new() }).released();
    let parcels: Vec<_> =
        case.order.shipments.iter().map(|s| (s.ship_group, s.location.as_str(), s.lines.len())).collect();
    assert_eq!(parcels, [(1, "main", 1), (1, "west", 1), (2, "main", 1)]);
}

#[test]
fn a_large_order_leaves_in_parcels_that_fit_a_transaction() {
    let mut case = given(an_order().of(&[(1, 100); 60]));
    case.validated().collected().in_stock().released();
    let sizes: Vec<_> = case.order.shipments.iter().map(|shipment| shipment.lines.len()).collect();
    assert_eq!(sizes, [20, 20, 20]);
}

#[test]
fn the_address_can_be_changed_until_the_warehouse_has_the_goods_and_after_it_gave_them_back() {
    let change = Command::ChangeAddress { ship_group: 1, address: address("山田次郎") };
    given(an_order()).stages_run().when(&change).then_refused("WRONG_STATE");
    given(an_order())
        .stages_run()
        .reported(1, FulfilmentEventKind::Recalled)
        .then(&[EventKind::ShipmentProgressed, EventKind::ShipmentRecalled, EventKind::OrderReadied])
        .does(&change)
        .then(&[EventKind::AddressChanged])
        .does(&Command::Release)
        .then_nothing()
        .validated()
        .then(&[EventKind::OrderValidated, EventKind::OrderReadied])
        .released()
        .shipped(2)
        .then_state(OrderState::Shipped);
    given(an_order())
        .when(&Command::ChangeAddress { ship_group: 2, address: address("山田次郎") })
        .then_refused("NO_SUCH_SHIP_GROUP");
}

#[test]
fn a_later_date_takes_a_ready_order_back_to_waiting() {
    let wish = |day| {
        let desired = DesiredDelivery { date: Some(date(2026, 4, day)), time_slot: None };
        Command::ChangeDesiredDelivery { ship_group: 1, desired }
    };
    given(an_order().paid_by(PaymentMethod::CashOnDelivery))
        .validated()
        .in_stock()
        .then_state(OrderState::Ready)
        .does(&wish(20))
        .then(&[EventKind::DesiredDeliveryChanged])
        .does(&Command::Release)
        .then_nothing()
        .does(&wish(2))
        .then(&[EventKind::DesiredDeliveryChanged, EventKind::OrderReadied]);
}

#[test]
fn a_remark_is_kept_once_and_its_id_not_used_for_another() {
    let note = |text: &str| Command::AddNote { id: "n1".to_owned(), by: staff(), text: text.into() };
    given(an_order())
        .does(&note("called"))
        .then(&[EventKind::NoteAdded])
        .does(&note("called"))
        .then_nothing()
        .when(&note("called again"))
        .then_refused("ID_REUSED");
}

#[test]
fn an_order_keeps_two_hundred_remarks_and_no_more() {
    let mut case = given(an_order());
    let note = |n: usize| Command::AddNote { id: n.to_string(), by: staff(), text: "x".into() };
    for n in 0..200 {
        case.does(&note(n));
    }
    case.when(&note(200)).then_refused("TOO_MANY_REMARKS");
}

#[test]
fn an_order_keeps_no_more_words_than_fit_into_its_row() {
    let mut case = given(an_order());
    let note =
        |n: usize| Command::AddNote { id: n.to_string(), by: staff(), text: "あ".repeat(2_000).into() };
    for n in 0..11 {
        case.does(&note(n));
    }
    let hold = Command::PlaceHold { code: HoldCode::Quality, reason: "あ".repeat(500).into() };
    let delay = Command::ReportDelay { reason: "あ".repeat(500), expected_on: None };
    case.when(&note(11)).then_refused("TOO_MANY_REMARKS").when(&note(3)).then_nothing();
    case.when(&hold).then_refused("TOO_MANY_REMARKS").when(&delay).then_refused("TOO_MANY_REMARKS");
    case.stages_run().shipped(1).stages_run().delivered(1).stages_run().then_state(OrderState::Completed);
}

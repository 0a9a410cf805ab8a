//! Calling the customer, response clocks, and what is to be done next.

use jiff::SignedDuration;
use jiff::civil::date;

use crate::domain::Command;
use crate::domain::calls::{CallAttempt, CallEnd, CallOutcome, CallReason, MAX_CALLS, NewCall};
use crate::domain::clocks::hours;
use crate::domain::event::EventKind;
use crate::domain::ids::LineId;
use crate::domain::matter::{Matter, Reason};
use crate::domain::next_action::{Action, Owner, Step, next_actions};
use crate::domain::order::{HoldCode, OrderState, TicketKind, Validation};
use crate::domain::payment::PaymentMethod;
use crate::domain::shipment::FulfilmentEventKind as Report;
use crate::domain::testing::{Case, Draft, START, address, an_order, given};
use crate::domain::timers::next_due;
use crate::domain::validation::{Finding, FindingCode, Severity};

const REACHED: CallOutcome = CallOutcome::Reached { settled: false };
const SETTLED: CallOutcome = CallOutcome::Reached { settled: true };

/// Never stalled within the times of a test, and no money to be asked for.
fn patient() -> Draft {
    let mut draft = an_order().paid_by(PaymentMethod::CashOnDelivery);
    draft.policy.stalled_after_hours = 2_160;
    draft
}

fn request(reason: CallReason, about: Option<Matter>) -> Command {
    let (detail, by) = ("ask what was meant".into(), "kato".to_owned());
    Command::RequestCall { call: NewCall { reason, about, detail, deadline: None, by } }
}

fn undeliverable(subject: &str) -> Command {
    let detail = format!("{subject} was refused; call the customer");
    Command::OpenTicket { kind: TicketKind::MailUndeliverable, subject: subject.to_owned(), detail }
}

impl Case {
    fn called(&mut self, id: &str, outcome: CallOutcome) -> &mut Self {
        let attempt = CallAttempt { at: self.now, by: "sato".to_owned(), outcome, note: None };
        self.when(&Command::RecordCall { id: id.to_owned(), attempt })
    }

    fn held(&mut self, code: HoldCode) -> &mut Self {
        let finding = Finding {
            code: FindingCode::AddressIncomplete,
            severity: Severity::Blocking(code),
            field: "ship_groups[0].address".to_owned(),
            message: "ask the customer".to_owned(),
        };
        self.does(&Command::Validate { findings: vec![finding] })
    }

    fn end_of(&self, id: &str) -> Option<CallEnd> {
        self.order.call(id).unwrap().closed.map(|(_, end)| end)
    }

    /// What waits for people, the most urgent first: its name and the hours from now until it is due.
    fn waiting(&self) -> Vec<(String, i64)> {
        let hours = |open: &crate::domain::matter::OpenMatter| {
            (open.matter.name().to_owned(), open.due_at.duration_since(self.now).as_hours())
        };
        self.order.open_matters().iter().map(hours).collect()
    }
}

#[test]
fn a_customer_no_mail_reaches_is_to_be_called_once_however_many_mails_fail() {
    let mut case = given(patient());
    case.does(&undeliverable("order_confirmation:1"))
        .then(&[EventKind::TicketOpened, EventKind::CallRequested])
        .does(&undeliverable("shipped:9"))
        .then(&[EventKind::TicketOpened]);
    assert_eq!(case.waiting(), [("UNREACHABLE_BY_MAIL:1".to_owned(), 8)]);
    // Whoever is reached about one mail is reached about all.
    case.called("UNREACHABLE_BY_MAIL:1", SETTLED).then_open_tickets(&[]);
    case.does(&undeliverable("delivered:12")).then(&[EventKind::TicketOpened]);
    assert_eq!(case.waiting(), [("MAIL_UNDELIVERABLE:delivered:12".to_owned(), 24)]);
}

#[test]
fn nobody_is_asked_to_call_where_there_is_no_number_to_ring() {
    let mut draft = patient();
    draft.intake.customer.phone = Some("000".into());
    draft.intake.ship_groups[0].address.phone = None;
    let mut case = given(draft);
    case.does(&undeliverable("shipped:9")).then(&[EventKind::TicketOpened]);
    case.when(&request(CallReason::Other, None)).then_refused("NO_PHONE");
    assert_eq!(next_actions(&case.order)[0].step.action, Action::AskThroughChannel);
}

#[test]
fn a_call_ends_when_the_last_number_is_taken_out_of_the_addresses() {
    let mut draft = patient();
    draft.intake.customer.phone = None;
    let mut case = given(draft);
    case.does(&request(CallReason::Other, None));
    let mute = crate::domain::customer::Address { phone: None, ..address("山田太郎") };
    case.does(&Command::ChangeAddress { ship_group: 1, address: mute })
        .then(&[EventKind::AddressChanged, EventKind::CallClosed]);
    assert_eq!(case.end_of("OTHER:1"), Some(CallEnd::Withdrawn));
}

#[test]
fn who_is_reached_and_settles_it_lets_the_order_go_on() {
    let mut case = given(patient());
    case.held(HoldCode::AddressDefect);
    case.does(&request(CallReason::Address, Some(Matter::Hold(HoldCode::AddressDefect))))
        .then(&[EventKind::CallRequested]);
    // While somebody calls, the hold itself waits for nobody.
    assert_eq!(case.waiting(), [("ADDRESS:1".to_owned(), 8)]);
    case.called("ADDRESS:1", SETTLED).then(&[
        EventKind::CallMade,
        EventKind::CallClosed,
        EventKind::HoldResolved,
        EventKind::OrderValidated,
    ]);
    assert_eq!(case.order.validation, Validation::Passed);
    assert_eq!(case.waiting(), []);
}

#[test]
fn who_is_reached_without_settling_it_leaves_it_to_its_owner_with_a_new_clock() {
    let mut case = given(patient());
    case.held(HoldCode::AddressDefect);
    case.does(&request(CallReason::Address, Some(Matter::Hold(HoldCode::AddressDefect))));
    case.after(5).called("ADDRESS:1", REACHED).then(&[EventKind::CallMade, EventKind::CallClosed]);
    assert_eq!(case.waiting(), [("ADDRESS_DEFECT".to_owned(), 8)]);
}

#[test]
fn a_call_cannot_settle_what_somebody_else_decides() {
    for code in HoldCode::ALL {
        let mut case = given(patient());
        case.does(&Command::PlaceHold { code: *code, reason: "look".into() });
        case.does(&request(CallReason::Identity, Some(Matter::Hold(*code))));
        case.called("IDENTITY:1", SETTLED);
        let held = case.order.is_held_for(*code);
        assert_eq!(held, !code.may_be_settled_by_call(), "{code:?}");
        if held {
            case.then_refused("NOT_BY_CALL").called("IDENTITY:1", REACHED);
            assert_eq!(case.end_of("IDENTITY:1"), Some(CallEnd::Reached));
        }
    }
}

#[test]
fn nobody_answering_is_tried_again_after_a_while_and_in_the_end_somebody_decides() {
    let mut case = given(patient());
    case.held(HoldCode::AddressDefect);
    case.does(&request(CallReason::Address, Some(Matter::Hold(HoldCode::AddressDefect))));
    case.called("ADDRESS:1", CallOutcome::NoAnswer).then(&[EventKind::CallMade]);
    assert_eq!(case.waiting(), [("ADDRESS:1".to_owned(), 4 + 8)]);
    case.now += SignedDuration::from_hours(3);
    case.called("ADDRESS:1", CallOutcome::NoAnswer).then_refused("CALL_TOO_EARLY");
    case.now += SignedDuration::from_hours(1);
    case.called("ADDRESS:1", CallOutcome::NoAnswer).then(&[EventKind::CallMade]);
    case.now += SignedDuration::from_hours(4);
    case.called("ADDRESS:1", CallOutcome::NoAnswer).then(&[
        EventKind::CallMade,
        EventKind::CallClosed,
        EventKind::TicketOpened,
    ]);
    assert_eq!(case.end_of("ADDRESS:1"), Some(CallEnd::Unanswered));
    // The hold stands, and the decision is what waits.
    assert!(case.order.is_held_for(HoldCode::AddressDefect));
    assert_eq!(case.waiting(), [("CUSTOMER_UNREACHABLE:ADDRESS:1".to_owned(), 48)]);
    let action = next_actions(&case.order).remove(0).step;
    assert_eq!((action.action, action.owner), (Action::DecideWithoutCustomer, Owner::BackOffice));
    case.cancel_requested().cancelled().then_state(OrderState::Cancelled).then_open_tickets(&[]);
}

#[test]
fn who_calls_back_early_is_reached_all_the_same() {
    let mut case = given(patient());
    case.does(&request(CallReason::OrderContent, None)).called("ORDER_CONTENT:1", CallOutcome::NoAnswer);
    case.now += SignedDuration::from_mins(5);
    case.called("ORDER_CONTENT:1", SETTLED).then(&[EventKind::CallMade, EventKind::CallClosed]);
}

#[test]
fn the_merchant_says_how_often_and_how_soon_a_customer_is_called() {
    let mut draft = patient();
    (draft.policy.call_attempts, draft.policy.call_retry_hours) = (2, 1);
    let mut case = given(draft);
    case.does(&request(CallReason::Other, None)).called("OTHER:1", CallOutcome::NoAnswer);
    case.now += SignedDuration::from_hours(1);
    case.called("OTHER:1", CallOutcome::NoAnswer).then_open_tickets(&["CUSTOMER_UNREACHABLE:OTHER:1"]);
}

#[test]
fn a_customer_who_refuses_to_talk_leaves_a_decision() {
    let mut case = given(patient());
    case.does(&undeliverable("shipped:9")).called("UNREACHABLE_BY_MAIL:1", CallOutcome::Refused);
    assert_eq!(case.end_of("UNREACHABLE_BY_MAIL:1"), Some(CallEnd::Refused));
    assert_eq!(case.waiting(), [("CUSTOMER_REFUSED:UNREACHABLE_BY_MAIL:1".to_owned(), 24)]);
    // To decide is to settle what was to be asked.
    let decision = Command::CloseTicket { id: "CUSTOMER_REFUSED:UNREACHABLE_BY_MAIL:1".to_owned() };
    case.does(&decision).then(&[EventKind::TicketClosed, EventKind::TicketClosed]).then_open_tickets(&[]);
}

#[test]
fn a_call_ends_with_what_it_was_about() {
    let mut case = given(patient());
    case.stages_run().shipped(1).reported(1, Report::Refused);
    assert_eq!(case.waiting(), [("DELIVERY:1".to_owned(), 8)]);
    case.delivered(1);
    assert_eq!((case.end_of("DELIVERY:1"), case.waiting()), (Some(CallEnd::Withdrawn), vec![]));
    case.called("DELIVERY:1", REACHED).then_refused("CALL_CLOSED");
}

#[test]
fn the_decision_about_a_hold_ends_with_the_hold() {
    let mut case = given(patient());
    case.held(HoldCode::CustomerNote);
    case.does(&request(CallReason::OrderContent, Some(Matter::Hold(HoldCode::CustomerNote))));
    case.called("ORDER_CONTENT:1", CallOutcome::Refused);
    let (code, by) = (HoldCode::CustomerNote, "kato".to_owned());
    case.does(&Command::ResolveHold { code, by }).then_open_tickets(&[]);
}

#[test]
fn a_call_nobody_makes_in_time_is_escalated_once_and_the_next_call_ends_that() {
    let mut case = given(patient());
    case.does(&request(CallReason::OrderContent, None)).after(7).then_nothing();
    case.after(1).then(&[EventKind::ClocksRanOut, EventKind::TicketOpened]);
    case.then_open_tickets(&["CALL_OVERDUE:ORDER_CONTENT:1"]);
    let overdue = next_actions(&case.order).into_iter().map(|next| next.step.owner).collect::<Vec<_>>();
    assert_eq!(overdue, [Owner::CallCenter, Owner::Supervisor]);
    case.called("ORDER_CONTENT:1", CallOutcome::NoAnswer)
        .then(&[EventKind::CallMade, EventKind::TicketClosed]);
    case.after(200);
    assert_eq!((case.count(EventKind::ClocksRanOut), case.order.tickets.len()), (1, 1));
}

#[test]
fn an_overdue_ticket_whose_clock_runs_out_too_is_told_once() {
    let mut case = given(patient());
    case.does(&request(CallReason::OrderContent, None)).after(8);
    for _ in 0..10 {
        case.after(24);
    }
    assert_eq!(case.count(EventKind::ClocksRanOut), 2);
    case.called("ORDER_CONTENT:1", SETTLED).then_open_tickets(&[]);
    assert!(case.order.handlings.is_empty());
}

#[test]
fn what_nobody_deals_with_in_time_is_escalated_once_for_each_time_it_comes_up() {
    let mut case = given(patient());
    let (code, by) = (HoldCode::Quality, "kato".to_owned());
    for times in 1..=2 {
        case.does(&Command::PlaceHold { code, reason: "look".into() }).after(23).then_nothing();
        case.after(1).then(&[EventKind::ClocksRanOut]).after(100).then_nothing();
        assert_eq!(case.count(EventKind::ClocksRanOut), times);
        case.does(&Command::ResolveHold { code, by: by.clone() });
    }
}

#[test]
fn the_merchant_has_its_own_pace() {
    let mut draft = patient();
    draft.policy.response_percent = 50;
    let mut case = given(draft);
    case.does(&request(CallReason::Identity, None));
    assert_eq!(case.waiting(), [("IDENTITY:1".to_owned(), 2)]);
    assert!(Reason::all().all(|reason| hours(reason) > 0));
}

#[test]
fn a_deadline_somebody_gives_counts_instead_of_the_clock() {
    let mut case = given(patient());
    let at = |hours: i64| {
        let Command::RequestCall { mut call } = request(CallReason::Other, None) else { unreachable!() };
        call.deadline = Some(START + SignedDuration::from_hours(hours));
        Command::RequestCall { call }
    };
    case.when(&at(0)).then_refused("BAD_DEADLINE");
    case.when(&at(61 * 24)).then_refused("BAD_DEADLINE");
    case.does(&at(30));
    assert_eq!(case.waiting(), [("OTHER:1".to_owned(), 30)]);
}

#[test]
fn the_same_call_counts_once_and_the_same_request_is_one() {
    let mut case = given(patient());
    case.does(&request(CallReason::Other, None));
    case.does(&request(CallReason::Other, None)).then_nothing();
    case.called("OTHER:1", CallOutcome::NoAnswer).called("OTHER:1", CallOutcome::NoAnswer).then_nothing();
    assert_eq!(case.order.calls[0].attempts.len(), 1);
    case.now += SignedDuration::from_hours(1);
    let attempt = CallAttempt {
        at: case.now + SignedDuration::from_mins(6),
        by: "sato".to_owned(),
        outcome: REACHED,
        note: None,
    };
    case.when(&Command::RecordCall { id: "OTHER:1".to_owned(), attempt }).then_refused("IN_FUTURE");
    case.called("OTHER:2", REACHED).then_refused("NO_SUCH_CALL");
}

#[test]
fn a_call_is_about_what_is_open_and_an_order_has_only_so_many() {
    let mut case = given(patient());
    for about in [Matter::Hold(HoldCode::Quality), Matter::Ticket("STALLED:X:1".to_owned())] {
        case.when(&request(CallReason::Other, Some(about))).then_refused("NO_SUCH_MATTER");
    }
    case.does(&request(CallReason::Other, None)).called("OTHER:1", REACHED);
    case.when(&request(CallReason::Other, Some(Matter::Call("OTHER:1".to_owned()))))
        .then_refused("NO_SUCH_MATTER");
    for n in 2..=MAX_CALLS {
        case.does(&request(CallReason::Other, None)).called(&format!("OTHER:{n}"), REACHED);
    }
    case.when(&request(CallReason::Other, None)).then_refused("TOO_MANY_REMARKS");
}

#[test]
fn work_is_given_to_somebody_and_taken_back_and_forgotten_when_it_ends() {
    let mut case = given(patient());
    let code = HoldCode::Quality;
    let assign = |to: Option<&str>| Command::AssignWork {
        matter: Matter::Hold(code),
        to: to.map(str::to_owned),
        by: "kato".to_owned(),
    };
    case.when(&assign(Some("sato"))).then_refused("NO_SUCH_MATTER");
    case.does(&Command::PlaceHold { code, reason: "look".into() });
    case.does(&assign(None)).then_nothing();
    case.does(&assign(Some("sato"))).then(&[EventKind::WorkAssigned]);
    assert_eq!(case.order.open_matters()[0].assigned_to.as_deref(), Some("sato"));
    case.does(&assign(None)).does(&assign(Some("ito")));
    case.does(&Command::ResolveHold { code, by: "kato".to_owned() });
    case.does(&Command::PlaceHold { code, reason: "again".into() });
    assert_eq!(case.order.open_matters()[0].assigned_to, None);
}

#[test]
fn the_first_promise_not_kept_is_at_stake() {
    let draft = patient().wanted_on(date(2026, 4, 20)).and(1, 500).to_another_address();
    let mut case = given(draft.wanted_on(date(2026, 4, 10)));
    let code = HoldCode::Quality;
    case.does(&Command::PlaceHold { code, reason: "look".into() });
    let promise = || next_actions(&case.order)[0].promise.map(|it| (it.deliver_on.day(), it.ship_on.day()));
    assert_eq!(promise(), Some((10, 8)));
    case.does(&Command::ResolveHold { code, by: "kato".to_owned() });
    case.cancel_requested_of(&[(2, 1)]).cancelled();
    assert_eq!(case.order.line(LineId(2)).unwrap().active(), 0);
    assert_eq!(case.order.promise().map(|promise| promise.deliver_on.day()), Some(20));
}

#[test]
fn every_reason_has_an_action_and_calls_are_the_call_centres() {
    for reason in Reason::all() {
        let Step { owner, why, action } = Step::of(reason);
        assert!(!why.is_empty(), "{reason:?}");
        let is_call = matches!(reason, Reason::Call(_));
        assert_eq!((action == Action::CallCustomer, owner == Owner::CallCenter), (is_call, is_call));
    }
}

#[test]
fn tickets_of_an_order_that_has_ended_are_escalated_too() {
    let mut case = given(patient());
    case.stages_run().shipped(1).stages_run().delivered(1).stages_run().then_state(OrderState::Completed);
    case.does(&undeliverable("delivered:20")).called("UNREACHABLE_BY_MAIL:1", REACHED);
    assert_eq!(next_due(&case.order), Some(case.now + SignedDuration::from_hours(24)));
    case.after(24).then(&[EventKind::ClocksRanOut]);
    assert_eq!(next_due(&case.order), None);
}

//! What the channel says after the order was received.

use jiff::{SignedDuration, Timestamp};

use crate::domain::customer::Personal;
use crate::domain::event::EventKind;
use crate::domain::ids::LineId;
use crate::domain::intake::Intake;
use crate::domain::order::{CancelReason, HoldCode, Order, OrderState, TicketKind};
use crate::domain::payment::{PaymentMethod, PaymentStatus};
use crate::domain::rule_pack::RulePack;
use crate::domain::rules;
use crate::domain::shipment::LineQuantity;
use crate::domain::testing::{Case, Draft, START, address, an_order, given, yen};
use crate::domain::told::{ChannelStatus, Word};
use crate::domain::validation::FindingCode;
use crate::domain::{Command, Event};

/// A channel that remembers what it said last.
struct Channel {
    case: Case,
    draft: Draft,
    before: Order,
    words: u32,
}

fn received(draft: &Draft) -> Channel {
    let case = given(draft.clone());
    Channel { before: case.order.clone(), case, draft: draft.clone(), words: 0 }
}

impl Channel {
    fn word(&self, intake: &Intake, status: ChannelStatus, updated_at: Option<Timestamp>) -> Command {
        let word = Word {
            status,
            updated_at,
            fingerprint: format!("{:016}", self.words),
            told: intake.clone(),
            source: None,
        };
        Command::FollowChannel { before: Box::new(self.before.clone()), word: Box::new(word) }
    }

    /// The channel says something, and is followed as far as possible.
    fn says(&mut self, status: ChannelStatus, change: impl FnOnce(&mut Intake)) -> &mut Self {
        self.words += 1;
        change(&mut self.draft.intake);
        let command = self.word(&self.draft.intake, status, None);
        self.case.does(&command);
        if let Ok(told) = self.draft.clone().received() {
            self.before = told;
        }
        self
    }

    fn differences(&self) -> Vec<&str> {
        let tickets = self.case.order.tickets.iter();
        let differs = tickets.filter(|ticket| ticket.kind == TicketKind::ChannelDiffers);
        differs.map(|ticket| ticket.detail.as_str()).collect()
    }

    fn cancelling(&self) -> Option<(CancelReason, Vec<LineQuantity>)> {
        let request = self.case.order.cancellation.clone()?;
        Some((request.reason, request.remaining))
    }
}

fn awaited() -> Draft {
    let mut draft = an_order().paid_by(PaymentMethod::ChannelSettled);
    draft.intake.payments[0].awaited = true;
    draft
}

#[test]
fn an_order_the_channel_cancels_is_cancelled_as_staff_would() {
    let mut channel = received(&an_order());
    channel.case.validated().in_stock().collected();
    channel.says(ChannelStatus::Cancelled, |_| ());
    assert_eq!(channel.cancelling().unwrap().0, CancelReason::Channel);
    channel.case.does(&Command::Cancel).then_state(OrderState::Cancelled);
    assert_eq!(channel.differences(), [""; 0]);
}

#[test]
fn a_cancellation_that_is_under_way_already_is_no_difference() {
    let mut channel = received(&an_order());
    channel.case.cancel_requested();
    channel.says(ChannelStatus::Cancelled, |_| ());
    assert_eq!(channel.differences(), [""; 0]);
    channel.case.does(&Command::Cancel);
    channel.says(ChannelStatus::Cancelled, |intake| intake.customer_note = Some("x".into()));
    assert_eq!(channel.differences(), [""; 0]);
}

#[test]
fn a_cancellation_that_comes_when_everything_has_left_becomes_a_ticket() {
    let mut channel = received(&an_order());
    channel.case.validated().in_stock().collected().released().shipped(1);
    channel.says(ChannelStatus::Cancelled, |_| ());
    assert_eq!(channel.differences().len(), 1);
    assert!(channel.differences()[0].contains("units that have left: 2"), "{:?}", channel.differences());
}

#[test]
fn a_cancellation_that_comes_when_a_parcel_has_left_cancels_the_rest_and_tells_of_the_parcel() {
    let mut channel = received(&an_order().of(&[(3, 1_000)]).sent_as_available());
    channel.case.validated().collected().short_of(1, 2).released().shipped(1);
    channel.says(ChannelStatus::Cancelled, |_| ());
    assert_eq!(channel.cancelling().unwrap().1, [LineQuantity { line: LineId(1), quantity: 2 }]);
    let [told] = channel.differences()[..] else { panic!("{:?}", channel.differences()) };
    assert!(told.contains("units that have left: 1"), "{told}");
    channel.case.cancelled().then_state(OrderState::Shipped);
}

#[test]
fn nothing_leaves_before_the_channel_has_the_money_and_then_it_does() {
    let mut channel = received(&awaited());
    channel.case.validated().in_stock().collected().then_state(OrderState::Validated);
    assert_eq!(channel.case.count(EventKind::PaymentRequested), 0, "the channel asks, not we");
    channel.says(ChannelStatus::Open, |intake| intake.payments[0].awaited = false);
    channel.case.then_state(OrderState::Ready);
    let payment = &channel.case.order.payments[0];
    assert_eq!((payment.status, payment.captured), (PaymentStatus::Captured, yen(2_000)));
    assert_eq!(channel.differences(), [""; 0]);
}

#[test]
fn what_the_channel_waits_for_is_counted_once_and_never_more_than_was_agreed() {
    let mut channel = received(&awaited());
    let too_much = Command::RecordDeposit {
        payment: channel.case.order.id.payment(1),
        amount: yen(2_001),
        reference: "bank".to_owned(),
        deposited_at: START,
    };
    channel.case.when(&too_much).then_refused("TOO_MUCH");
    channel.case.deposited(2_000, "bank");
    channel.says(ChannelStatus::Open, |intake| intake.payments[0].awaited = false);
    assert_eq!(channel.case.order.payments[0].captured, yen(2_000));
    assert_eq!(channel.differences(), [""; 0]);
}

#[test]
fn an_address_or_day_changed_at_the_channel_changes_here_until_the_warehouse_has_it() {
    let mut channel = received(&an_order());
    channel.case.validated();
    channel.says(ChannelStatus::Open, |intake| {
        intake.ship_groups[0].address = address("山田次郎");
        intake.ship_groups[0].desired.time_slot = Some("0812".to_owned());
    });
    let group = &channel.case.order.ship_groups[0];
    assert_eq!((&group.address, group.desired.time_slot.as_deref()), (&address("山田次郎"), Some("0812")));
    channel.case.validated().in_stock().collected().released();
    channel.says(ChannelStatus::Open, |intake| intake.ship_groups[0].address = address("山田三郎"));
    assert_eq!(channel.case.order.ship_groups[0].address, address("山田次郎"));
    assert!(channel.differences()[0].contains("ship_groups[0].address: not possible"));
}

#[test]
fn what_the_channel_did_not_change_stays_as_staff_corrected_it() {
    let mut channel = received(&awaited());
    let corrected = Command::ChangeAddress { ship_group: 1, address: address("山田 太郎") };
    channel.case.does(&corrected);
    channel.says(ChannelStatus::Open, |intake| intake.payments[0].awaited = false);
    assert_eq!(channel.case.order.ship_groups[0].address, address("山田 太郎"));
    assert_eq!(channel.differences(), [""; 0]);
}

#[test]
fn fewer_units_are_cancelled_and_a_line_taken_away_is_too() {
    let mut channel = received(&an_order().of(&[(3, 1_000), (1, 500)]));
    channel.says(ChannelStatus::Open, |intake| {
        intake.lines[0].quantity = 1;
        intake.lines.pop();
    });
    let units = |line, quantity| LineQuantity { line: LineId(line), quantity };
    assert_eq!(channel.cancelling().unwrap().1, [units(1, 2), units(2, 1)]);
    channel.case.does(&Command::Cancel);
    assert_eq!(channel.case.order.billing().total, yen(1_000));
    assert_eq!(channel.differences(), [""; 0]);
}

#[test]
fn units_that_staff_have_cancelled_already_are_not_cancelled_again() {
    let mut channel = received(&an_order());
    let one = vec![LineQuantity { line: LineId(1), quantity: 1 }];
    channel.case.does(&Command::RequestCancel { lines: one, reason: CancelReason::Customer });
    channel.says(ChannelStatus::Open, |intake| intake.lines[0].quantity = 1);
    channel.case.does(&Command::Cancel);
    assert_eq!(channel.case.order.lines[0].active(), 1);
    assert_eq!(channel.differences(), [""; 0]);
}

#[test]
fn lines_keep_their_identity_by_the_channels_own_ids_wherever_they_stand() {
    let mut draft = an_order().of(&[(1, 1_000), (2, 500)]);
    for (n, line) in draft.intake.lines.iter_mut().enumerate() {
        line.particulars.reference = Some(format!("L{n}"));
    }
    let mut channel = received(&draft);
    channel.says(ChannelStatus::Open, |intake| {
        intake.lines.remove(0);
    });
    assert_eq!(channel.cancelling().unwrap().1, [LineQuantity { line: LineId(1), quantity: 1 }]);
    channel.case.does(&Command::Cancel);
    channel.says(ChannelStatus::Open, |intake| intake.lines[0].quantity = 1);
    assert_eq!(channel.cancelling().unwrap().1, [LineQuantity { line: LineId(2), quantity: 1 }]);
}

#[test]
fn what_no_command_can_express_becomes_one_ticket_without_personal_data() {
    let mut channel = received(&an_order());
    channel.says(ChannelStatus::Open, |intake| {
        intake.customer.name = Personal::new("秘密");
        intake.customer_note = Some("秘密".into());
        intake.lines[0].unit_price = yen(1_200);
        let mut added = intake.lines[0].clone();
        added.sku = crate::domain::ids::Sku::new("NEW").unwrap();
        intake.lines.push(added);
    });
    let [told] = channel.differences()[..] else { panic!("{:?}", channel.differences()) };
    for part in ["lines: 2 of NEW were added", "lines[0]: price", "customer:", "customer_note:", "total:"] {
        assert!(told.contains(part), "{part} is missing: {told}");
    }
    assert!(!told.contains("秘密"), "{told}");
    assert_eq!(channel.case.order.lines.len(), 1);
}

#[test]
fn more_units_are_for_a_person_and_a_shipment_we_know_nothing_of_is_watched() {
    let mut channel = received(&an_order());
    channel.says(ChannelStatus::Open, |intake| intake.lines[0].quantity = 5);
    assert!(channel.differences()[0].contains("5 units instead of 2"), "{:?}", channel.differences());
    channel.says(ChannelStatus::Shipped, |_| ());
    assert_eq!(channel.case.order.drift.as_ref().map(|drift| drift.status), Some(ChannelStatus::Shipped));
}

#[test]
fn the_same_word_again_and_one_that_was_overtaken_change_nothing() {
    let mut channel = received(&an_order());
    let (early, late) = (START, START + SignedDuration::from_hours(1));
    let mut moved = channel.draft.intake.clone();
    moved.ship_groups[0].address = address("山田次郎");
    channel.words = 2;
    let command = channel.word(&moved, ChannelStatus::Open, Some(late));
    channel.case.does(&command).then(&[EventKind::ChannelUpdated, EventKind::AddressChanged]);
    channel.case.does(&command).then(&[]);
    channel.words = 1;
    let overtaken = channel.word(&channel.draft.intake, ChannelStatus::Cancelled, Some(early));
    channel.case.does(&overtaken).then(&[]);
    assert_eq!(channel.case.order.ship_groups[0].address, address("山田次郎"));
}

fn in_part(lines: u32) -> Draft {
    let mut draft = an_order();
    draft.intake.particulars.expected_lines = Some(lines);
    draft
}

#[test]
fn an_order_that_came_in_part_asks_for_no_money_and_does_not_leave() {
    let mut case = given(in_part(2));
    let findings = rules::check(&case.order, &[], &RulePack::default());
    assert!(findings.iter().any(|finding| finding.code == FindingCode::PartialImport), "{findings:?}");
    let partial = findings.into_iter().filter(|finding| finding.code == FindingCode::PartialImport);
    case.does(&Command::Validate { findings: partial.collect() }).in_stock().collected();
    assert!(case.order.is_held_for(HoldCode::PartialImport));
    assert_eq!(case.order.payments[0].status, PaymentStatus::Pending);
    case.then_state(OrderState::Received);
}

#[test]
fn a_later_complete_payload_completes_it_and_then_no_line_is_added_any_more() {
    let mut channel = received(&in_part(2));
    let findings = rules::check(&channel.case.order, &[], &RulePack::default());
    let partial = findings.into_iter().filter(|finding| finding.code == FindingCode::PartialImport);
    channel.case.does(&Command::Validate { findings: partial.collect() }).in_stock();
    let whole = in_part(2).and(1, 700).intake;
    channel.says(ChannelStatus::Open, |intake| *intake = whole);
    assert_eq!(channel.case.order.lines.len(), 2);
    assert_eq!(channel.case.order.lines[0].quantities.allocated, 2, "what was done stays done");
    channel.case.validated().in_stock().collected().then_state(OrderState::Ready);
    assert_eq!(channel.case.order.payments[0].authorized, yen(2_700));
    assert_eq!(channel.differences(), [""; 0]);
    channel.says(ChannelStatus::Open, |intake| {
        let line = intake.lines[1].clone();
        intake.lines.push(line);
    });
    assert_eq!(channel.case.order.lines.len(), 2);
    assert_eq!(channel.differences().len(), 1);
}

#[test]
fn who_says_that_this_is_all_of_it_lets_it_go_on() {
    let mut case = given(in_part(2));
    let findings = rules::check(&case.order, &[], &RulePack::default());
    let partial = findings.into_iter().filter(|finding| finding.code == FindingCode::PartialImport);
    case.does(&Command::Validate { findings: partial.collect() }).in_stock();
    let by = "staff".to_owned();
    case.does(&Command::OverrideHold { code: HoldCode::PartialImport, by, reason: "all of it".into() });
    case.collected().then_state(OrderState::Ready);
}

#[test]
fn the_word_is_kept_whole_in_the_history() {
    let mut channel = received(&an_order());
    channel.says(ChannelStatus::Open, |intake| intake.customer_note = Some("急いで".into()));
    let told = channel.case.history.iter().find_map(|(event, _)| {
        let Event::ChannelUpdated { told, .. } = event else { return None };
        Some(told.customer_note.clone())
    });
    assert_eq!(told.unwrap(), Some("急いで".into()));
    assert_eq!(channel.case.order.said.seq, 2);
}

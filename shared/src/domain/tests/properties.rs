//! Any order, any commands, in any order, twice or late: what must hold after every step is in
//! [`invariants`](super::super::testing::invariants), which a [`Case`] checks by itself.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::date;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{RngSeed, TestRunner};

use crate::domain::account::{Account, PointIssuer};
use crate::domain::billing::{DiscountKind, FeeKind};
use crate::domain::calls::{CallAttempt, CallOutcome, CallReason, NewCall};
use crate::domain::customer::DesiredDelivery;
use crate::domain::decide::{Collection, next_collection};
use crate::domain::drift::ChannelStatus;
use crate::domain::event::{EventKind, Grant};
use crate::domain::ids::{AccountId, IssuerId, LineId, PaymentId, ShipmentId};
use crate::domain::limits::{self, Shared};
use crate::domain::money::Amount;
use crate::domain::order::{CancelReason, HoldCode, Order, OrderState, TicketKind};
use crate::domain::particulars::PurchaseOrder;
use crate::domain::payment::{Operation, OperationKind, OperationOutcome, PaymentMethod};
use crate::domain::report::{ANSWER_PATIENCE, FactKind, ReportAnswer};
use crate::domain::rule_pack::{ContactField, Correction};
use crate::domain::shipment::{
    Carrier, FulfilmentEvent, FulfilmentEventKind, LineQuantity, ShipmentStatus, Tracking,
};
use crate::domain::tax::TaxRate;
use crate::domain::testing::stages::{self, approved, has_effect};
use crate::domain::testing::{Case, Draft, START, address, an_order, given, location, yen};
use crate::domain::timers::next_due;
use crate::domain::told::Word;
use crate::domain::validation::{Finding, FindingCode, Severity};
use crate::domain::{Command, Event};

/// The same cases on every machine; `PROPTEST_RNG_SEED` and `PROPTEST_CASES` ask for others.
fn config(cases: u32) -> ProptestConfig {
    let given = ProptestConfig::default();
    let fixed = matches!(given.rng_seed, RngSeed::Random);
    let asked = given.cases != 256;
    ProptestConfig {
        cases: if asked { given.cases } else { cases },
        rng_seed: if fixed { RngSeed::Fixed(0x006a_7563_6875) } else { given.rng_seed },
        failure_persistence: None,
        // Enough to read a failure by, and no endless search for the smallest one.
        max_shrink_iters: 500,
        ..given
    }
}

/// Something that may happen. The numbers choose among what the order has when it does.
#[derive(Debug, Clone)]
enum Action {
    /// The stages do what is next, so many times, the provider answering at once.
    Go {
        times: usize,
        answer: Answer,
    },
    /// A stage gets a message, whether it is time for it or not.
    Stage(usize),
    /// The warehouse, the customer or a person does what the order waits for.
    Outside(usize),
    /// The money stage asks the provider, whose answer is on its way.
    Ask,
    /// An answer arrives: maybe not the oldest one, maybe not for the first time.
    Answer {
        which: usize,
        answer: Answer,
    },
    /// Stock for some units only.
    Allocate {
        line: usize,
        granted: u32,
        short: u32,
    },
    Fill {
        line: usize,
        units: u32,
    },
    Deposit {
        payment: usize,
        amount: i64,
        reference: u8,
    },
    RefundByHand {
        payment: usize,
        amount: i64,
        reference: u8,
    },
    Report {
        shipment: usize,
        kind: usize,
        hour: i64,
    },
    /// A stage's message about a shipment, whether it is time for it or not.
    Shipment {
        shipment: usize,
        stage: usize,
    },
    RequestCancel(Vec<(usize, u32)>),
    /// The channel says something else than before.
    Word {
        what: usize,
        n: usize,
    },
    Find(usize),
    /// Screening finds a customer, or another one, with or without an account.
    Screen {
        customer: usize,
        on_terms: bool,
    },
    Hold {
        code: usize,
        end: usize,
    },
    ChangeAddress {
        group: usize,
        to: u8,
    },
    ChangeDate {
        group: usize,
        day: i8,
    },
    Remark {
        kind: usize,
        text: u8,
    },
    /// A phone number is put into its proper form.
    Correct(u8),
    CloseTicket(usize),
    /// Somebody wants the customer called about something that is open, or about nothing.
    RequestCall(usize),
    /// Somebody called, and says so now.
    Call {
        which: usize,
        outcome: usize,
    },
    Assign {
        which: usize,
        to: u8,
    },
    /// The channel is told, answers, or says where the order stands.
    Channel {
        report: u64,
        kind: usize,
    },
    /// Time passes.
    Wait {
        hours: i64,
    },
    /// A message comes again, late.
    Again(usize),
}

/// What a provider does with a question it has not decided yet.
#[derive(Debug, Clone, Copy)]
enum Answer {
    Approve,
    Decline,
    Review,
    /// It did what it was asked, and the answer was lost.
    LostApproval,
    /// It never heard of it.
    Lost,
}

fn action() -> impl Strategy<Value = Action> {
    let i = || 0..6usize;
    let answer = prop_oneof![
        10 => Just(Answer::Approve),
        1 => Just(Answer::Decline),
        1 => Just(Answer::Review),
        1 => Just(Answer::LostApproval),
        1 => Just(Answer::Lost),
    ];
    prop_oneof![
        14 => (1..9usize, answer.clone()).prop_map(|(times, answer)| Action::Go { times, answer }),
        4 => i().prop_map(Action::Stage),
        8 => i().prop_map(Action::Outside),
        4 => Just(Action::Ask),
        5 => (i(), answer).prop_map(|(which, answer)| Action::Answer { which, answer }),
        2 => (i(), 0..4u32, 0..3u32).prop_map(|(line, granted, short)| Action::Allocate { line, granted, short }),
        2 => (i(), 0..4u32).prop_map(|(line, units)| Action::Fill { line, units }),
        2 => (0..3usize, -1..3i64, 0..4u8)
            .prop_map(|(payment, amount, reference)| Action::Deposit { payment, amount, reference }),
        1 => (0..3usize, -1..3i64, 0..4u8)
            .prop_map(|(payment, amount, reference)| Action::RefundByHand { payment, amount, reference }),
        14 => (i(), 0..13usize, 0..3i64).prop_map(|(shipment, kind, hour)| Action::Report { shipment, kind, hour }),
        4 => (i(), 0..3usize).prop_map(|(shipment, stage)| Action::Shipment { shipment, stage }),
        2 => prop::collection::vec((i(), 0..4u32), 0..3).prop_map(Action::RequestCancel),
        4 => (0..8usize, i()).prop_map(|(what, n)| Action::Word { what, n }),
        1 => i().prop_map(Action::Find),
        1 => (0..2usize, prop::bool::weighted(0.2)).prop_map(|(customer, on_terms)| Action::Screen { customer, on_terms }),
        3 => (i(), 0..3usize).prop_map(|(code, end)| Action::Hold { code, end }),
        1 => (0..2usize, 0..3u8).prop_map(|(group, to)| Action::ChangeAddress { group, to }),
        1 => (0..2usize, 0..9i8).prop_map(|(group, day)| Action::ChangeDate { group, day }),
        2 => (0..4usize, 0..3u8).prop_map(|(kind, text)| Action::Remark { kind, text }),
        1 => (0..3u8).prop_map(Action::Correct),
        1 => i().prop_map(Action::CloseTicket),
        2 => i().prop_map(Action::RequestCall),
        4 => (i(), 0..5usize).prop_map(|(which, outcome)| Action::Call { which, outcome }),
        1 => (i(), 0..2u8).prop_map(|(which, to)| Action::Assign { which, to }),
        4 => prop::sample::select(vec![1, 30, 80, 130]).prop_map(|hours| Action::Wait { hours }),
        3 => (0..3u64, 0..11usize).prop_map(|(report, kind)| Action::Channel { report, kind }),
        4 => (0..40usize).prop_map(Action::Again),
    ]
}

fn draft() -> impl Strategy<Value = Draft> {
    let method = || {
        prop::sample::select(vec![
            PaymentMethod::Card,
            PaymentMethod::BankTransfer,
            PaymentMethod::ConvenienceStore,
            PaymentMethod::CashOnDelivery,
            PaymentMethod::PayLater,
            PaymentMethod::ChannelSettled,
        ])
    };
    let line = (1..5u32, 0..3_000i64, any::<bool>(), any::<bool>());
    let lines = prop::collection::vec(line, 1..4);
    let switches = (any::<bool>(), any::<bool>(), any::<bool>(), 0..12i8);
    let money = (method(), prop::option::of((method(), 0..800i64)), 0..500i64, 0..300i64);
    let channel = (any::<bool>(), prop::bool::weighted(0.2));
    (lines, switches, money, channel).prop_map(
        |(lines, (split, shipped, fee, day), (method, second, discount, points), (awaited, in_part))| {
            let mut draft = an_order().of(&[]).paid_by(method);
            for (quantity, price, reduced, elsewhere) in lines {
                draft = draft.and(quantity, price);
                draft = if reduced { draft.at(TaxRate::REDUCED) } else { draft };
                draft = if elsewhere { draft.to_another_address() } else { draft };
            }
            draft = if split { draft.sent_as_available() } else { draft };
            draft = if shipped { draft.posted_when_shipped() } else { draft };
            draft = if fee { draft.with_fee(FeeKind::Shipping, 660) } else { draft };
            draft = if day < 9 { draft.wanted_on(date(2026, 4, day + 1)) } else { draft };
            let goods: i64 = draft
                .intake
                .lines
                .iter()
                .map(|line| line.unit_price.units() * i64::from(line.quantity))
                .sum();
            let discount = discount.min(goods);
            draft = draft.with_discount(DiscountKind::Coupon, discount);
            draft = draft.with_discount(DiscountKind::Points, points.min(goods - discount));
            if let Some(points) = draft.intake.discounts.last_mut() {
                points.code = Some("OWN".to_owned());
            }
            draft = match second {
                Some((method, amount)) => {
                    let total = draft.clone().order().billing().total.units();
                    draft.first_paid_by(method, amount.min(total))
                }
                None => draft,
            };
            for payment in &mut draft.intake.payments {
                payment.awaited = awaited && payment.method == PaymentMethod::ChannelSettled;
            }
            let more = u32::try_from(draft.intake.lines.len() + 1).ok();
            draft.intake.particulars.expected_lines = more.filter(|_| in_part);
            draft
        },
    )
}

/// What the report stage, the integration and the channel's payloads lead to.
fn about_channel(report: u64, kind: usize, now: Timestamp) -> Command {
    let fact = FactKind::Shipped;
    let refused = ReportAnswer::Refused { code: "E1".to_owned(), message: "no".to_owned() };
    let answer = |answer| Command::RecordReportAnswer { report, answer };
    match kind {
        0 | 1 => Command::MarkReported { report, fact, answer_by: now + ANSWER_PATIENCE },
        2 => Command::GiveUpReport { report, fact, why: "it has no code".to_owned() },
        3 => Command::RepeatReport { report },
        4 => answer(ReportAnswer::Accepted),
        5 => answer(refused),
        6 => answer(ReportAnswer::Unknown),
        _ => Command::CompareWithChannel {
            status: *pick(&ChannelStatus::ALL, kind).unwrap_or(&ChannelStatus::Open),
        },
    }
}

/// Everything outside the order.
struct World {
    case: Case,
    asked: Vec<Operation>,
    /// The provider's own books: what it did with each key, once.
    decided: BTreeMap<String, OperationOutcome>,
    /// The bank's: what came in under each reference.
    bank: BTreeMap<(PaymentId, String), Amount>,
    sent: Vec<Command>,
    /// What the channel said last, and how often it has said something.
    channel: (Draft, Order, i64),
}

impl World {
    fn new(draft: Draft) -> Self {
        let case = given(draft.clone());
        let channel = (draft, case.order.clone(), 0);
        let mut world = Self {
            case,
            channel,
            asked: Vec::new(),
            decided: BTreeMap::new(),
            bank: BTreeMap::new(),
            sent: Vec::new(),
        };
        if world.case.order.is_partial() {
            let severity = Severity::Blocking(HoldCode::PartialImport);
            let finding = Finding { code: FindingCode::PartialImport, severity, ..finding(0) };
            world.send(Command::Validate { findings: vec![finding] });
        }
        world
    }

    /// What the channel says now.
    fn word(&mut self, what: usize, n: usize) -> Command {
        let (draft, before, words) = &mut self.channel;
        let intake = &mut draft.intake;
        let at = n % intake.lines.len();
        match what {
            0 => intake.ship_groups[0].address = address(&n.to_string()),
            1 => intake.ship_groups[0].desired.date = Some(date(2026, 4, 10)),
            2 if intake.lines[at].quantity > 1 => intake.lines[at].quantity -= 1,
            3 => intake.payments.iter_mut().for_each(|payment| payment.awaited = false),
            4 if intake.lines.len() < 5 => intake.lines.push(intake.lines[at].clone()),
            5 => intake.lines[at].unit_price += yen(1),
            6 if intake.lines.len() > 1 => drop(intake.lines.remove(at)),
            _ => intake.customer_note = Some(n.to_string().into()),
        }
        *words += 1;
        let word = Word {
            status: if what == 7 { ChannelStatus::Cancelled } else { ChannelStatus::Open },
            updated_at: Some(START + SignedDuration::from_secs(*words)),
            fingerprint: words.to_string(),
            told: intake.clone(),
            source: None,
        };
        let before = match draft.clone().received() {
            Ok(told) => std::mem::replace(before, told),
            Err(_) => before.clone(),
        };
        Command::FollowChannel { before: Box::new(before), word: Box::new(word) }
    }

    fn happen(&mut self, action: &Action) {
        if let Some(command) = self.command(action) {
            self.send(command);
        }
    }

    fn send(&mut self, command: Command) {
        self.case.when(&command);
        if let Command::RecordDeposit { payment, amount, reference, .. } = &command
            && amount.is_positive()
        {
            self.bank.entry((payment.clone(), reference.clone())).or_insert(*amount);
        }
        self.sent.push(command);
    }

    /// What is sent to the order, if the action is a message and does not act by itself.
    #[expect(clippy::too_many_lines, reason = "a line or two for each action")]
    fn command(&mut self, action: &Action) -> Option<Command> {
        if let Action::Word { what, n } = action {
            return Some(self.word(*what, *n));
        }
        let order = &self.case.order;
        Some(match action {
            Action::Word { .. } => return None,
            Action::Wait { hours } => {
                self.case.after(*hours);
                return None;
            }
            Action::Go { times, answer } => {
                (0..*times).for_each(|_| {
                    self.go(*answer);
                });
                return None;
            }
            Action::Ask => {
                if let Some(Collection::Ask(asked) | Collection::Look(asked)) =
                    next_collection(order, self.case.now)
                {
                    self.asked.push(asked);
                }
                return None;
            }
            Action::Stage(n) => {
                let candidates = stages::candidates(order, self.case.now);
                // An approval of the stages would not be in the provider's books.
                let mut own =
                    candidates.into_iter().filter(|c| !matches!(c, Command::RecordOperation { .. }));
                own.nth(*n)?
            }
            Action::Outside(n) => {
                let mut commands = outside(order);
                commands.retain(|command| has_effect(order, command, self.case.now));
                pick(&commands, *n)?.clone()
            }
            Action::Answer { which, answer } => {
                let operation = pick(&self.asked, *which)?.clone();
                let outcome = self.provider(&operation, *answer);
                Command::RecordOperation { operation, outcome }
            }
            Action::Allocate { line, granted, short } => {
                let grant = |quantity: u32| stock(order, *line, quantity);
                Command::Allocate { grants: grant(*granted), shortages: grant(*short) }
            }
            Action::Fill { line, units } => Command::FillBackorder { grants: stock(order, *line, *units) },
            Action::Deposit { payment, amount, reference } => {
                let payment = payment_id(order, *payment)?;
                let due = order.targets().into_iter().max().unwrap_or_default().units();
                let amount = yen(due * (*amount + 1) / 2);
                Command::RecordDeposit {
                    payment,
                    amount,
                    reference: reference.to_string(),
                    deposited_at: self.case.now,
                }
            }
            Action::RefundByHand { payment, amount, reference } => {
                let payment = payment_id(order, *payment)?;
                let amount = yen(order.held().units() * (*amount + 1) / 3);
                Command::RecordRefund { payment, amount, reference: reference.to_string() }
            }
            Action::Report { shipment, kind, hour } => Command::RecordFulfilment {
                shipment: shipment_id(order, *shipment)?,
                report: report(*kind, *hour),
            },
            Action::Shipment { shipment, stage } => {
                let shipment = shipment_id(order, *shipment)?;
                match stage {
                    0 => Command::MarkInstructed { shipment },
                    1 => Command::Ship { shipment },
                    _ => Command::Deliver { shipment },
                }
            }
            Action::RequestCancel(units) => {
                let unit = |(line, quantity): &(usize, u32)| {
                    Some(LineQuantity { line: pick(&order.lines, *line)?.id, quantity: *quantity })
                };
                let lines = units.iter().filter_map(unit).collect();
                Command::RequestCancel { lines, reason: CancelReason::Customer }
            }
            Action::Find(code) => Command::Validate { findings: vec![finding(*code)] },
            Action::Screen { customer, on_terms } => screen(order, *customer, *on_terms),
            Action::Hold { code, end } => hold(*code, *end),
            Action::ChangeAddress { group, to } => {
                let ship_group = pick(&order.ship_groups, *group)?.id;
                let (address, by) = (address(&to.to_string()), "sato".to_owned());
                if *to == 0 {
                    Command::CorrectAddress { ship_group, address, reasons: Vec::new(), by }
                } else {
                    Command::ChangeAddress { ship_group, address }
                }
            }
            Action::ChangeDate { group, day } => {
                let ship_group = pick(&order.ship_groups, *group)?.id;
                let desired = DesiredDelivery { date: Some(date(2026, 4, day + 1)), time_slot: None };
                Command::ChangeDesiredDelivery { ship_group, desired }
            }
            Action::Remark { kind, text } => remark(*kind, &text.to_string()),
            Action::Correct(digit) => {
                let (field, from) = (ContactField::CustomerPhone, order.customer.phone.clone()?);
                let to = format!("090-1234-567{digit}").into();
                Command::CorrectContact { corrections: vec![Correction { field, from, to }] }
            }
            Action::CloseTicket(n) => Command::CloseTicket { id: pick(&order.tickets, *n)?.id.clone() },
            Action::RequestCall(_) | Action::Call { .. } | Action::Assign { .. } => {
                about_calls(order, self.case.now, action)?
            }
            Action::Channel { report, kind } => about_channel(*report, *kind, self.case.now),
            Action::Again(n) => self.sent.get(*n)?.clone(),
        })
    }

    /// What the provider answers: what it decided about a key it never decides again.
    fn provider(&mut self, operation: &Operation, answer: Answer) -> OperationOutcome {
        if matches!(answer, Answer::Lost) {
            return OperationOutcome::Unknown;
        }
        let reviews = operation.kind == OperationKind::Authorize;
        let decided = self.decided.get(&operation.key).cloned();
        if let (None, Answer::Review, true) = (&decided, answer, reviews) {
            return OperationOutcome::Review { reference: operation.key.clone() };
        }
        let outcome = decided.unwrap_or_else(|| match answer {
            Answer::Decline => OperationOutcome::Declined { code: "no".to_owned() },
            Answer::Approve | Answer::Review | Answer::LostApproval | Answer::Lost => {
                approved_for_three_days(operation, self.case.now)
            }
        });
        self.decided.insert(operation.key.clone(), outcome.clone());
        if matches!(answer, Answer::LostApproval) { OperationOutcome::Unknown } else { outcome }
    }

    /// The stages do what is next; tells whether there was something.
    fn go(&mut self, answer: Answer) -> bool {
        let Some(mut command) = stages::next(&self.case.order, self.case.now) else { return false };
        if let Command::RecordOperation { operation, outcome } = &mut command {
            *outcome = self.provider(operation, answer);
        }
        self.send(command);
        true
    }

    /// Everybody does what the order waits for, until nothing is left to do.
    fn end_well(&mut self) {
        for _ in 0..500 {
            if self.go(Answer::Approve) {
                continue;
            }
            let (order, now) = (&self.case.order, self.case.now);
            let someone = outside(order).into_iter().find(|command| has_effect(order, command, now));
            match (someone, next_due(order)) {
                (Some(command), _) => self.send(command),
                (None, Some(due)) if !order.state.is_final() || !self.nothing_owed() => {
                    self.case.now = due.max(now);
                    self.case.does(&Command::Tick);
                }
                (None, _) => return,
            }
        }
        panic!("never comes to rest");
    }

    fn nothing_owed(&self) -> bool {
        self.case.order.held() == self.case.order.billing().total
            && self.case.order.payments.iter().all(|payment| payment.unknown.is_none())
    }

    /// What the provider really holds of each payment.
    fn provider_holds(&self, payment: &PaymentId) -> Amount {
        let done = |kind: &str| -> Amount {
            let key = format!("{payment}:{kind}:");
            let of_kind = self.decided.iter().filter(|(known, _)| known.starts_with(&key));
            let amounts = of_kind.map(|(_, outcome)| match outcome {
                OperationOutcome::Approved { amount, .. } => *amount,
                OperationOutcome::Declined { .. }
                | OperationOutcome::Review { .. }
                | OperationOutcome::Unknown => Amount::ZERO,
            });
            amounts.sum()
        };
        done("capture") - done("refund")
    }
}

/// Not for ever, so that some authorizations end.
fn approved_for_three_days(operation: &Operation, now: Timestamp) -> OperationOutcome {
    let mut outcome = approved(operation);
    if let (OperationKind::Authorize, OperationOutcome::Approved { valid_until, .. }) =
        (operation.kind, &mut outcome)
    {
        *valid_until = Some(now + SignedDuration::from_hours(72));
    }
    outcome
}

/// What people, the warehouse, the carrier and the customer can do about an order.
fn outside(order: &Order) -> Vec<Command> {
    let by = || "staff".to_owned();
    let mut commands: Vec<_> =
        order.open_holds().map(|hold| Command::ResolveHold { code: hold.code, by: by() }).collect();
    let waiting = stages::grants(order, |line| line.quantities.backordered);
    commands.push(Command::FillBackorder { grants: waiting });
    for (payment, target) in order.payments.iter().zip(order.targets()) {
        let surplus = payment.held() - target;
        let reference = format!("last-{}", payment.deposits.len() + payment.refund_references.len());
        commands.push(if surplus.is_positive() {
            Command::RecordRefund { payment: payment.id.clone(), amount: surplus, reference }
        } else {
            let (payment, amount) = (payment.id.clone(), -surplus);
            Command::RecordDeposit { payment, amount, reference, deposited_at: START }
        });
    }
    for shipment in &order.shipments {
        let asked = shipment.recall_requested && shipment.is_in_warehouse();
        let next = if asked { FulfilmentEventKind::Recalled } else { FulfilmentEventKind::Delivered };
        let over = matches!(shipment.status, ShipmentStatus::Recalled | ShipmentStatus::Delivered);
        let report = FulfilmentEvent { occurred_at: START, kind: next, trackings: Vec::new() };
        commands.extend((!over).then(|| Command::RecordFulfilment { shipment: shipment.id.clone(), report }));
    }
    commands.extend(order.open_tickets().map(|ticket| Command::CloseTicket { id: ticket.id.clone() }));
    commands.extend(order.open_calls().map(|request| {
        let outcome = CallOutcome::Reached { settled: false };
        Command::RecordCall { id: request.id.clone(), attempt: call(request.opened_at, outcome) }
    }));
    commands
}

/// What the call centre does.
fn about_calls(order: &Order, now: Timestamp, action: &Action) -> Option<Command> {
    if let Action::RequestCall(n) = action {
        return Some(request_call(order, *n));
    }
    if let Action::Assign { which, to } = action {
        let matter = pick(&order.open_matters(), *which)?.matter.clone();
        let to = (*to > 0).then(|| "sato".to_owned());
        return Some(Command::AssignWork { matter, to, by: "kato".to_owned() });
    }
    let Action::Call { which, outcome } = action else { return None };
    let outcome = match outcome {
        0 => CallOutcome::Reached { settled: false },
        1 => CallOutcome::Reached { settled: true },
        2 => CallOutcome::Refused,
        _ => CallOutcome::NoAnswer,
    };
    let id = pick(&order.calls, *which)?.id.clone();
    Some(Command::RecordCall { id, attempt: call(now, outcome) })
}

/// About the `n`th matter that is open; about nothing when there are fewer.
fn request_call(order: &Order, n: usize) -> Command {
    let about = order.open_matters().get(n).map(|open| open.matter.clone());
    let reason = CallReason::ALL[n];
    let (detail, by) = ("ask".into(), "kato".to_owned());
    Command::RequestCall { call: NewCall { reason, about, detail, deadline: None, by } }
}

fn call(at: Timestamp, outcome: CallOutcome) -> CallAttempt {
    CallAttempt { at, by: "sato".to_owned(), outcome, note: Some("said so".into()) }
}

fn pick<T>(items: &[T], n: usize) -> Option<&T> {
    items.get(n.checked_rem(items.len())?)
}

fn payment_id(order: &Order, n: usize) -> Option<PaymentId> {
    pick(&order.payments, n).map(|payment| payment.id.clone())
}

fn shipment_id(order: &Order, n: usize) -> Option<ShipmentId> {
    pick(&order.shipments, n).map(|shipment| shipment.id.clone())
}

/// A line is served from one of two places, unless the test chose badly; then it is refused.
fn stock(order: &Order, line: usize, quantity: u32) -> Vec<Grant> {
    let name = if line.is_multiple_of(2) { "main" } else { "west" };
    let id = pick(&order.lines, line).map_or(LineId(0), |line| line.id);
    if quantity == 0 { Vec::new() } else { vec![Grant { line: id, location: location(name), quantity }] }
}

fn report(kind: usize, hour: i64) -> FulfilmentEvent {
    const KINDS: [FulfilmentEventKind; 13] = [
        FulfilmentEventKind::Acknowledged,
        FulfilmentEventKind::Picked,
        FulfilmentEventKind::Inspected,
        FulfilmentEventKind::Packed,
        FulfilmentEventKind::Recalled,
        FulfilmentEventKind::RecallRefused,
        FulfilmentEventKind::HandedOver,
        FulfilmentEventKind::InTransit,
        FulfilmentEventKind::Delayed,
        FulfilmentEventKind::Absent,
        FulfilmentEventKind::Refused,
        FulfilmentEventKind::Lost,
        FulfilmentEventKind::Delivered,
    ];
    let tracking = Tracking { carrier: Carrier::Other, number: format!("N{hour}") };
    let occurred_at = START + SignedDuration::from_hours(hour);
    FulfilmentEvent { occurred_at, kind: KINDS[kind], trackings: vec![tracking] }
}

const HOLDS: [HoldCode; 6] = [
    HoldCode::AddressDefect,
    HoldCode::CustomerNote,
    HoldCode::Payment,
    HoldCode::FraudReview,
    HoldCode::UnknownProduct,
    HoldCode::Quality,
];

fn finding(code: usize) -> Finding {
    Finding {
        code: FindingCode::AddressIncomplete,
        severity: Severity::Blocking(HOLDS[code]),
        field: "lines[0]".to_owned(),
        message: "see to it".to_owned(),
    }
}

fn screen(order: &Order, customer: usize, on_terms: bool) -> Command {
    let customer = ["one", "other"][customer].to_owned();
    let own = PointIssuer { id: IssuerId::new("OWN").unwrap(), channels: Vec::new(), earn_basis_points: 100 };
    let id = AccountId::new("A-1").unwrap();
    let terms = Account {
        id: id.clone(),
        currency: order.currency,
        credit_limit: Amount::LIMIT,
        payment_terms_days: 30,
        requires_purchase_order: false,
        approval_above: None,
    };
    let enough = BTreeMap::from([(limits::points(&own.id, &customer), 1_000)]);
    let shared = Shared {
        customer: Some(customer),
        issuers: vec![own],
        account: on_terms.then_some(terms),
        tallies: enough,
        ..Shared::default()
    };
    let mut order = order.clone();
    let number = "PO-1".to_owned();
    order.particulars.purchase_order = Some(PurchaseOrder { number, account: Some(id.to_string()) });
    Command::Screen { screened: Box::new(limits::take(&order, &shared).0) }
}

fn hold(code: usize, end: usize) -> Command {
    let (code, by, reason) = (HOLDS[code], "staff".to_owned(), "because".into());
    match end {
        0 => Command::PlaceHold { code, reason },
        1 => Command::ResolveHold { code, by },
        _ => Command::OverrideHold { code, by, reason },
    }
}

fn remark(kind: usize, text: &str) -> Command {
    let text = text.to_owned();
    match kind {
        0 => Command::AddNote { id: text.clone(), by: "staff".to_owned(), text: text.into() },
        1 => Command::ReportDelay { reason: text, expected_on: None },
        2 => Command::OpenTicket { kind: TicketKind::MailUnknown, subject: text, detail: String::new() },
        _ => {
            Command::OpenTicket { kind: TicketKind::MailUndeliverable, subject: text, detail: String::new() }
        }
    }
}

proptest! {
    #![proptest_config(config(400))]

    #[test]
    fn any_commands_in_any_order_keep_the_invariants_and_every_order_can_still_end(
        draft in draft(), actions in prop::collection::vec(action(), 0..60)
    ) {
        let mut world = World::new(draft);
        for action in &actions {
            world.happen(action);
        }
        world.case.then_history_agrees();
        stored_and_read_again(&world.case);
        world.end_well();
        world.case.then_history_agrees();
        let order = &world.case.order;
        prop_assert!(order.state.is_final(), "ends as {:?}: {:#?}", order.state, order);
        prop_assert!(world.nothing_owed(), "held {:?}, costs {:?}", order.held(), order.billing().total);
        for payment in &order.payments {
            if payment.method.has_provider() {
                let provider = world.provider_holds(&payment.id);
                prop_assert_eq!(provider, payment.held(), "the provider's books: {:?}", payment);
            }
            if payment.method.is_prepaid() {
                let of_payment = world.bank.iter().filter(|((id, _), _)| *id == payment.id);
                let bank: Amount = of_payment.map(|(_, amount)| *amount).sum();
                prop_assert_eq!(bank, payment.captured, "the bank's books: {:?}", payment);
            }
        }
        if order.state == OrderState::Completed {
            prop_assert!(order.lines.iter().any(|line| line.quantities.delivered > 0));
        }
    }
}

/// Events and snapshots survive their storage.
fn stored_and_read_again(case: &Case) {
    let order = serde_json::to_string(&case.order).unwrap();
    assert_eq!(serde_json::from_str::<Order>(&order).unwrap(), case.order);
    for (event, _) in &case.history {
        let stored = serde_json::to_string(event).unwrap();
        assert_eq!(serde_json::from_str::<Event>(&stored).unwrap(), *event);
    }
}

/// A property proves little about what never happens in it.
#[test]
fn the_sequences_reach_every_event_and_every_state() {
    let mut runner = TestRunner::new(config(1_000));
    let strategy = (draft(), prop::collection::vec(action(), 0..70));
    let mut events: BTreeSet<&str> = BTreeSet::new();
    let mut states = BTreeSet::new();
    for _ in 0..1_000 {
        let (draft, actions) = strategy.new_tree(&mut runner).unwrap().current();
        let mut world = World::new(draft);
        for action in &actions {
            world.happen(action);
            states.insert(world.case.order.state);
        }
        events.extend(world.case.history.iter().map(|(event, _)| event.kind().name()));
    }
    // What ended before it came to us begins with this event, and no command leads to it.
    let kinds = EventKind::ALL.iter().filter(|kind| **kind != EventKind::HistoryImported);
    let missing: Vec<_> = kinds.filter(|kind| !events.contains(kind.name())).collect();
    assert!(missing.is_empty(), "never happened: {missing:?}");
    assert_eq!(states, OrderState::ALL.into());
}

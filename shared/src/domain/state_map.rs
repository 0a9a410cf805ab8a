//! The map of the lifecycle: what every command does in every state, observed by trying it.
//!
//! A few orders are led through the lifecycle by real commands. At every stop each command of
//! [`Command::NAMES`] is tried, and what [`decide`] says is written down. Nothing here knows the
//! rules, so the map cannot say anything but what the code does.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use jiff::Timestamp;
use jiff::civil::date;

use super::address::CorrectionReason;
use super::calls::{CallAttempt, CallOutcome, CallReason, NewCall};
use super::customer::DesiredDelivery;
use super::decide::{Collection, decide, next_collection};
use super::drift::ChannelStatus;
use super::event::{EventKind, Grant};
use super::matter::Matter;
use super::money::Amount;
use super::order::{CancelReason, HoldCode, Order, OrderState, TicketKind};
use super::payment::{OperationKind, OperationOutcome, PaymentMethod};
use super::report::{ANSWER_PATIENCE, FactKind, ReportAnswer};
use super::rule_pack::{ContactField, Correction};
use super::screening::{Earns, Screened};
use super::shipment::{FulfilmentEvent, FulfilmentEventKind as Report, LineQuantity};
use super::tally::{Claim, TallyKey, TallyKind};
use super::testing::{Case, Draft, START, address, an_order, given, stages};
use super::told::Word;
use super::validation::{Finding, FindingCode, Severity};
use super::{Command, Event};

/// What a command does in a state, over all stops there.
#[derive(Debug, Default)]
struct Observed {
    events: BTreeSet<EventKind>,
    leads_to: BTreeSet<OrderState>,
    refusals: BTreeSet<&'static str>,
}

type Map = BTreeMap<(OrderState, &'static str), Observed>;

/// The map as a Markdown document.
#[must_use]
pub fn document() -> String {
    let map = observe();
    let details = OrderState::ALL.map(|state| details(&map, state)).concat();
    format!("{HEAD}{}{}{details}", diagram(&map), overview(&map))
}

const HEAD: &str = "# State map

What every command does in every state, observed by trying it on orders that real commands led there,
also held, with a cancellation under way, and after the clock has struck. Generated from `decide`; to write it anew:

```sh
UPDATE_DOCS=1 cargo test -p juchu state_map
```

";

fn observe() -> Map {
    let mut map = Map::new();
    for (order, now) in stops() {
        let in_time = tried(&order, now).into_iter().map(|command| (command, now));
        for (command, now) in in_time.chain([(Command::Tick, LATER)]) {
            let observed = map.entry((order.state, command.name())).or_default();
            match decide(&order, &command, now) {
                Ok(decision) => {
                    observed.events.extend(decision.events.iter().map(Event::kind));
                    observed.leads_to.insert(decision.order.state);
                }
                Err(rejection) => {
                    observed.refusals.insert(rejection.code());
                }
            }
        }
    }
    map
}

/// Orders on their ways through the lifecycle and beside them, and the times they were looked at.
fn stops() -> Vec<(Order, Timestamp)> {
    let methods = [PaymentMethod::Card, PaymentMethod::BankTransfer, PaymentMethod::CashOnDelivery];
    let mut cases: Vec<Case> = methods.map(|method| given(an_order().paid_by(method))).into();
    cases.push(given(an_order().and(1, 500).to_another_address()));
    cases.push(given(an_order().wanted_on(date(2026, 4, 20))));
    let mut first = |draft, begin: fn(&mut Case) -> &mut Case| {
        let mut case = given(draft);
        begin(&mut case);
        cases.push(case);
    };
    first(an_order(), |case| case.short_of(1, 1));
    first(an_order().sent_as_available(), |case| case.short_of(1, 1));
    first(an_order(), |case| case.in_stock().collected());
    first(an_order(), |case| case.does(&hold()));
    first(an_order(), |case| {
        let told = Command::MarkReported { report: 1, fact: FactKind::Confirmed, answer_by: LATER };
        case.does(&told).does(&Command::CompareWithChannel { status: ChannelStatus::Shipped })
    });
    let mut stops: Vec<_> = cases.into_iter().flat_map(way).collect();
    let mut aside: Vec<_> = stops.iter().cloned().map(|stop| (0, stop)).collect();
    for _ in 0..ASIDE_TOGETHER {
        let steps_from = |done: usize| ASIDE.iter().enumerate().skip(done);
        aside = aside
            .iter()
            .flat_map(|(done, (order, now))| {
                steps_from(*done)
                    .filter_map(|(n, step)| Some((n + 1, (effect(order, &step(order), *now)?, *now))))
            })
            .collect();
        stops.extend(aside.iter().map(|(_, stop)| stop.clone()));
    }
    let later = |(order, _): &(Order, Timestamp)| Some((effect(order, &Command::Tick, LATER)?, LATER));
    let woken: Vec<_> = stops.iter().filter_map(later).collect();
    stops.extend(woken);
    stops
}

/// Thirty days after [`START`], when everything that waits for the clock is due.
const LATER: Timestamp = Timestamp::constant(1_777_593_600, 0);

/// How many of [`ASIDE`] happen to an order: as many as a recalled parcel needs to be cancelled.
const ASIDE_TOGETHER: usize = 4;

/// What takes an order aside of its way, in this order and where it can be done.
const ASIDE: &[fn(&Order) -> Command] = &[
    |_| Command::Screen { screened: Box::new(screened()) },
    |_| Command::Validate { findings: vec![blocking()] },
    |_| hold(),
    |_| undeliverable(),
    |order| deposit(order, Amount::new(1), "short"),
    |_| cancel(Vec::new()),
    |_| Command::Cancel,
    |order| report(order, 1, Report::Recalled),
    |order| report(order, 1, Report::Delivered),
    |_| Command::Cancel,
];

fn effect(order: &Order, command: &Command, now: Timestamp) -> Option<Order> {
    decide(order, command, now)
        .ok()
        .filter(|decision| !decision.is_already_done())
        .map(|decision| decision.order)
}

/// An order that all goes well with, at every step.
fn way(mut case: Case) -> Vec<(Order, Timestamp)> {
    let mut stops = vec![(case.order.clone(), case.now)];
    while let Some(command) = onward(&case.order, case.now) {
        case.does(&command);
        stops.push((case.order.clone(), case.now));
    }
    stops
}

fn onward(order: &Order, now: Timestamp) -> Option<Command> {
    let mut outside = vec![deposit(order, order.billing().total, "all")];
    for n in 1..=order.shipments.len() {
        outside.extend([Report::HandedOver, Report::Delivered].map(|kind| report(order, n, kind)));
    }
    outside
        .push(Command::FillBackorder { grants: stages::grants(order, |line| line.quantities.backordered) });
    let effective = |command: &Command| stages::has_effect(order, command, now);
    stages::next(order, now).or_else(|| outside.into_iter().find(effective))
}

/// The order used a code and brings points.
fn screened() -> Screened {
    let points = TallyKey::new(TallyKind::Points, &["OWN", "customer"]);
    let code = TallyKey::new(TallyKind::PromotionUses, &["SPRING"]);
    Screened {
        customer: Some("customer".to_owned()),
        claims: vec![Claim::one(code, None)],
        earns: vec![Earns { key: points, basis_points: 1_000 }],
        ..Screened::default()
    }
}

/// Every command, with arguments that fit the order if any do.
fn tried(order: &Order, now: Timestamp) -> Vec<Command> {
    let by = || "staff".to_owned();
    let code = order.open_holds().next().map_or(HoldCode::Quality, |hold| hold.code);
    let ticket = order.open_tickets().next().map_or_else(|| "NONE:0".to_owned(), |ticket| ticket.id.clone());
    let one = order.lines.iter().take(1).map(|line| LineQuantity { line: line.id, quantity: 1 }).collect();
    let allocate = |grants: Vec<Grant>, shortages| Command::Allocate { grants, shortages };
    let open = || stages::grants(order, |line| line.quantities.open);
    let waiting = stages::grants(order, |line| line.quantities.backordered);
    let mut commands = vec![
        correction(order),
        Command::Validate { findings: Vec::new() },
        Command::Validate { findings: vec![blocking()] },
        Command::Screen { screened: Box::new(screened()) },
        allocate(open(), Vec::new()),
        allocate(Vec::new(), open()),
        Command::FillBackorder { grants: waiting },
        Command::Release,
        Command::PostSales,
        cancel(Vec::new()),
        cancel(one),
        Command::Cancel,
        Command::PlaceHold { code: HoldCode::FraudReview, reason: "look".into() },
        Command::ResolveHold { code, by: by() },
        Command::OverrideHold { code, by: by(), reason: "it is all right".into() },
        Command::ChangeAddress { ship_group: 1, address: address("山田次郎") },
        Command::CorrectAddress {
            ship_group: 1,
            address: address("山田次郎"),
            reasons: vec![CorrectionReason::RepetitionDropped],
            by: by(),
        },
        Command::ChangeDesiredDelivery {
            ship_group: 1,
            desired: DesiredDelivery { date: None, time_slot: Some("0812".to_owned()) },
        },
        said(order, ChannelStatus::Open, true),
        said(order, ChannelStatus::Cancelled, false),
        Command::ReportDelay { reason: "SNOW".to_owned(), expected_on: None },
        Command::AddNote { id: "1".to_owned(), by: by(), text: "called".into() },
        Command::OpenTicket { kind: TicketKind::MailUnknown, subject: "1".to_owned(), detail: by() },
        Command::CloseTicket { id: ticket },
        Command::Tick,
    ];
    commands.extend(about_channel(order, now));
    commands.extend(about_money(order, now));
    commands.extend(about_calls(order));
    let shipments = 1..=order.shipments.len().max(1);
    commands.extend(shipments.flat_map(|n| about_shipment(order, n)));
    commands
}

fn about_money(order: &Order, now: Timestamp) -> Vec<Command> {
    let payment = || order.id.payment(1);
    let total = order.billing().total;
    let refund = (order.held() - total).max(Amount::new(1));
    let mut commands = vec![
        Command::RequestPayment { payment: payment() },
        deposit(order, total.max(Amount::new(1)), "all"),
        deposit(order, Amount::new(1), "short"),
        Command::RecordRefund { payment: payment(), amount: refund, reference: "back".to_owned() },
    ];
    let asked = match next_collection(order, now) {
        Some(Collection::Ask(operation) | Collection::Look(operation)) => Some(operation),
        Some(Collection::Request(_)) | None => None,
    };
    let first = order.payments.first().map(|payment| payment.operation(OperationKind::Authorize, total));
    if let Some(operation) = asked.or(first) {
        let declined = OperationOutcome::Declined { code: "no".to_owned() };
        for outcome in [stages::approved(&operation), declined, OperationOutcome::Unknown] {
            commands.push(Command::RecordOperation { operation: operation.clone(), outcome });
        }
    }
    commands
}

fn about_calls(order: &Order) -> Vec<Command> {
    let by = || "staff".to_owned();
    let about = order.open_matters().into_iter().next().map(|open| open.matter);
    let (reason, detail) = (CallReason::Other, "ask".into());
    let call = order.open_calls().next().map_or_else(|| "OTHER:1".to_owned(), |call| call.id.clone());
    let outcomes = [CallOutcome::Reached { settled: true }, CallOutcome::NoAnswer, CallOutcome::Refused];
    let recorded = outcomes.map(|outcome| Command::RecordCall {
        id: call.clone(),
        attempt: CallAttempt { at: START, by: by(), outcome, note: None },
    });
    let matter = about.unwrap_or(Matter::Hold(HoldCode::Quality));
    let mut commands = vec![
        Command::RequestCall { call: NewCall { reason, about: None, detail, deadline: None, by: by() } },
        Command::AssignWork { matter, to: Some(by()), by: by() },
    ];
    commands.extend(recorded);
    commands
}

fn about_channel(order: &Order, now: Timestamp) -> Vec<Command> {
    let told = order.reports.first().map_or((1, FactKind::Shipped), |report| (report.event, report.fact));
    let ((report, fact), answer_by) = (told, now + ANSWER_PATIENCE);
    let refused = ReportAnswer::Refused { code: "E1".to_owned(), message: "no".to_owned() };
    let mut commands = vec![
        Command::MarkReported { report, fact, answer_by },
        Command::GiveUpReport { report, fact, why: "it cannot be said".to_owned() },
        Command::RepeatReport { report },
    ];
    let answers = [ReportAnswer::Unknown, refused, ReportAnswer::Accepted];
    commands.extend(answers.map(|answer| Command::RecordReportAnswer { report, answer }));
    commands.extend(ChannelStatus::ALL.map(|status| Command::CompareWithChannel { status }));
    commands
}

fn about_shipment(order: &Order, n: usize) -> Vec<Command> {
    let shipment = || order.id.shipment(n);
    let reports = [
        Report::Acknowledged,
        Report::HandedOver,
        Report::Delivered,
        Report::Lost,
        Report::Recalled,
        Report::RecallRefused,
    ];
    let stages = [
        Command::MarkInstructed { shipment: shipment() },
        Command::Ship { shipment: shipment() },
        Command::Deliver { shipment: shipment() },
    ];
    stages.into_iter().chain(reports.map(|kind| report(order, n, kind))).collect()
}

fn correction(order: &Order) -> Command {
    let from = order.customer.phone.clone().unwrap_or_default();
    let to = from.reveal().replace('-', "").into();
    Command::CorrectContact { corrections: vec![Correction { field: ContactField::CustomerPhone, from, to }] }
}

fn hold() -> Command {
    Command::PlaceHold { code: HoldCode::Quality, reason: "look".into() }
}

fn undeliverable() -> Command {
    let (subject, detail) = ("shipped:9".to_owned(), "call the customer".to_owned());
    Command::OpenTicket { kind: TicketKind::MailUndeliverable, subject, detail }
}

fn cancel(lines: Vec<LineQuantity>) -> Command {
    Command::RequestCancel { lines, reason: CancelReason::Customer }
}

/// The channel says where the order stands, perhaps with another address.
fn said(order: &Order, status: ChannelStatus, is_moved: bool) -> Command {
    let mut told = an_order().intake;
    let before = Draft { intake: told.clone(), policy: order.policy.clone() }.order();
    if let Some(group) = told.ship_groups.first_mut().filter(|_| is_moved) {
        group.address = address("山田三郎");
    }
    let fingerprint = format!("{}{is_moved}", status as u8);
    let word = Word { status, updated_at: None, fingerprint, told, source: None };
    Command::FollowChannel { before: Box::new(before), word: Box::new(word) }
}

fn deposit(order: &Order, amount: Amount, reference: &str) -> Command {
    let (payment, reference) = (order.id.payment(1), reference.to_owned());
    Command::RecordDeposit { payment, amount, reference, deposited_at: START }
}

fn report(order: &Order, n: usize, kind: Report) -> Command {
    let report = FulfilmentEvent { occurred_at: START, kind, trackings: Vec::new() };
    Command::RecordFulfilment { shipment: order.id.shipment(n), report }
}

fn blocking() -> Finding {
    Finding {
        code: FindingCode::CustomerNote,
        severity: Severity::Blocking(HoldCode::CustomerNote),
        field: "customer_note".to_owned(),
        message: "read it".to_owned(),
    }
}

/// The states as a Mermaid diagram; an arrow bears the commands that were seen to take it.
fn diagram(map: &Map) -> String {
    let mut text = "```mermaid\nstateDiagram-v2\n    [*] --> RECEIVED\n".to_owned();
    for from in OrderState::ALL {
        for to in OrderState::ALL.into_iter().filter(|to| *to != from) {
            let leads =
                |name: &&&str| map.get(&(from, **name)).is_some_and(|seen| seen.leads_to.contains(&to));
            let commands: Vec<_> = Command::NAMES.iter().filter(leads).copied().collect();
            if !commands.is_empty() {
                line(
                    &mut text,
                    format_args!("    {} --> {}: {}", from.name(), to.name(), commands.join(", ")),
                );
            }
        }
        if from.is_final() {
            line(&mut text, format_args!("    {} --> [*]", from.name()));
        }
    }
    text + "```\n\n"
}

/// One row per command, one column per state.
fn overview(map: &Map) -> String {
    let mut text =
        "**→** can move the order on · **●** is accepted · **○** has nothing to do · **×** is refused\n\n"
            .to_owned();
    let states = OrderState::ALL.map(OrderState::name).join(" | ");
    line(&mut text, format_args!("| command | {states} |\n|---|{}", ":-:|".repeat(OrderState::ALL.len())));
    for name in Command::NAMES {
        let cells = OrderState::ALL.map(|state| map.get(&(state, *name)).map_or("", |seen| seen.sign(state)));
        line(&mut text, format_args!("| `{name}` | {} |", cells.join(" | ")));
    }
    text
}

/// What is accepted and refused in one state, in full.
fn details(map: &Map, state: OrderState) -> String {
    let mut text = format!(
        "\n## {}\n\n| command | events | leads to | refused with |\n|---|---|---|---|\n",
        state.name()
    );
    let mut idle = Vec::new();
    for name in Command::NAMES {
        let Some(seen) = map.get(&(state, *name)) else { continue };
        if seen.events.is_empty() && seen.refusals.is_empty() {
            idle.push(format!("`{name}`"));
            continue;
        }
        let events = join(seen.events.iter().map(|kind| kind.name()));
        let leads_to = join(seen.leads_to.iter().filter(|to| **to != state).map(|to| to.name()));
        let refusals = join(seen.refusals.iter().copied());
        line(&mut text, format_args!("| `{name}` | {events} | {leads_to} | {refusals} |"));
    }
    if !idle.is_empty() {
        line(&mut text, format_args!("\nNothing to do: {}.", idle.join(", ")));
    }
    text
}

impl Observed {
    fn sign(&self, state: OrderState) -> &'static str {
        if self.leads_to.iter().any(|to| *to != state) {
            "→"
        } else if !self.events.is_empty() {
            "●"
        } else if self.refusals.is_empty() {
            "○"
        } else {
            "×"
        }
    }
}

fn join<'a>(words: impl Iterator<Item = &'a str>) -> String {
    words.collect::<Vec<_>>().join(", ")
}

fn line(text: &mut String, line: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{line}");
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn every_command_was_tried_in_every_state_and_none_leads_back() {
        let map = observe();
        for state in OrderState::ALL {
            for name in Command::NAMES {
                let seen = map.get(&(state, *name)).unwrap_or_else(|| panic!("{name} in {}", state.name()));
                let back = seen.leads_to.iter().any(|to| *to < state);
                assert!(!back, "{name} leads back from {}", state.name());
            }
        }
    }

    /// Only the functions that give these commands may write stock (`infra/template.yaml`).
    #[test]
    fn stock_is_moved_by_five_commands_alone() {
        for (order, now) in stops() {
            for command in tried(&order, now).into_iter().chain([Command::Tick]) {
                let may = matches!(
                    command,
                    Command::Allocate { .. }
                        | Command::FillBackorder { .. }
                        | Command::Ship { .. }
                        | Command::Deliver { .. }
                        | Command::Cancel
                );
                let moves = decide(&order, &command, now).is_ok_and(|done| !done.movements.is_empty());
                assert!(may || !moves, "{} moves stock", command.name());
            }
        }
    }

    #[test]
    fn the_document_is_what_the_code_does() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../infra/docs/state-map.md");
        let document = document();
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::write(&path, &document).unwrap();
        }
        let stored = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            stored == document,
            "infra/docs/state-map.md is stale; write it anew with\n\
             UPDATE_DOCS=1 cargo test -p juchu state_map"
        );
    }
}

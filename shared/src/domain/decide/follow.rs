//! Following the channel: what it says now, compared with what it said before, becomes commands with the
//! guards everybody has. What it did not change, it has no say in: staff may have corrected it since.

use std::fmt::Display;

use jiff::Timestamp;

use super::cancellation::everything;
use super::service::ticket_once;
use super::{Effects, decide};
use crate::domain::command::Command;
use crate::domain::event::{Contents, Event};
use crate::domain::ids::{LineId, Sku};
use crate::domain::money::Amount;
use crate::domain::order::{
    CancelReason, Line, MAX_REMARKS, Order, OrderState, Quantities, ShipGroup, TicketKind,
};
use crate::domain::payment::{Payment, PaymentStatus};
use crate::domain::shipment::LineQuantity;
use crate::domain::told::{ChannelStatus, Word};

/// The most differences a ticket tells.
const MAX_DIFFERENCES: usize = 10;
/// The payment's reference for the money the channel settled.
const SETTLED_BY_CHANNEL: &str = "channel";
/// How much of a fingerprint tells tickets apart.
const TICKET_DIGITS: usize = 16;

/// Follows `word`, given what the channel said `before`. A word that was said already, or that a later one
/// overtook, changes nothing.
pub(super) fn follow(order: &Order, before: &Order, word: &Word, now: Timestamp) -> Effects {
    // Said again later, it is the later word that older ones must not undo.
    let is_repetition = order.fingerprint == word.fingerprint && word.updated_at <= order.said.updated_at;
    if is_repetition || order.said.is_newer_than(word.updated_at) {
        return Effects::none();
    }
    let mut course = Course { order: order.clone(), effects: Effects::none(), differences: Vec::new(), now };
    course.add(Event::ChannelUpdated {
        status: word.status,
        updated_at: word.updated_at,
        fingerprint: word.fingerprint.clone(),
        told: Box::new(word.told.clone()),
        source: word.source.clone(),
    });
    let whose = (order.merchant.clone(), order.channel.clone());
    let received =
        word.told.clone().into_order(whose, word.fingerprint.clone(), &order.policy, order.received_at);
    match (word.status, received) {
        (ChannelStatus::Cancelled, _) => course.cancel(),
        (_, Ok(told)) => course.changes(before, &told, word),
        (_, Err(_)) => course.differs("order", "what it says now is no possible order"),
    }
    // Whether that agrees with where the order stands with us is watched for some time.
    course.does("status", &Command::CompareWithChannel { status: word.status });
    course.ends(word)
}

/// The order on its way to what the channel says.
struct Course {
    order: Order,
    effects: Effects,
    differences: Vec<String>,
    now: Timestamp,
}

impl Course {
    fn add(&mut self, event: Event) {
        self.order = super::evolved(&self.order, std::slice::from_ref(&event), self.now);
        self.effects.events.push(event);
    }

    /// Gives a command as staff would. What is refused is a difference that remains.
    fn does(&mut self, what: &str, command: &Command) {
        match decide(&self.order, command, self.now) {
            Ok(decision) => {
                self.order = decision.order;
                self.effects.events.extend(decision.events);
                self.effects.movements.extend(decision.movements);
            }
            Err(rejection) => self.differs(what, rejection),
        }
    }

    fn differs(&mut self, what: &str, why: impl Display) {
        if self.differences.len() < MAX_DIFFERENCES {
            self.differences.push(format!("{what}: {why}"));
        }
    }

    fn cancel(&mut self) {
        let left: u32 = self.order.lines.iter().map(|line| line.quantities.shipped).sum();
        if left > 0 {
            self.differs("status", format!("it was cancelled there; units that have left: {left}"));
        }
        let under_way = self.order.cancellation.as_ref().map(|request| &request.remaining);
        if self.order.outstanding() == 0 || under_way == Some(&everything(&self.order)) {
            return;
        }
        self.does("status", &Command::RequestCancel { lines: Vec::new(), reason: CancelReason::Channel });
    }

    fn changes(&mut self, before: &Order, told: &Order, word: &Word) {
        if let Some(contents) = completed(&self.order, before, told) {
            self.add(Event::ImportCompleted { contents: Box::new(contents) });
            return self.rest(before, told);
        }
        self.groups(before, told);
        self.quantities(before, told);
        self.payments(before, told, word);
        self.rest(before, told);
        self.total(before, told);
    }

    fn groups(&mut self, before: &Order, told: &Order) {
        if before.ship_groups.len() != told.ship_groups.len() {
            return self.differs("ship_groups", "addressees were added or taken away");
        }
        for (before, told) in before.ship_groups.iter().zip(&told.ship_groups) {
            let ShipGroup { id: ship_group, address, desired, particulars, not_before: _ } = told;
            let at = |part: &str| format!("ship_groups[{}].{part}", ship_group - 1);
            if before.address != *address {
                let address = address.clone();
                self.does(&at("address"), &Command::ChangeAddress { ship_group: *ship_group, address });
            }
            if before.desired != *desired {
                let desired = desired.clone();
                let change = Command::ChangeDesiredDelivery { ship_group: *ship_group, desired };
                self.does(&at("desired"), &change);
            }
            if before.particulars != *particulars {
                self.differs(&at("particulars"), "gift, temperature or delivery method changed");
            }
        }
    }

    /// Fewer units are cancelled, as far as they are not already. More units are for a person.
    fn quantities(&mut self, before: &Order, told: &Order) {
        let (ours, was, is) = (keyed(&self.order), keyed(before), keyed(told));
        let mut too_many = Vec::new();
        for (key, line) in &ours {
            let ordered = |lines: &Keyed<'_>| find(lines, key).map_or(0, |line| line.ordered);
            let (was, is) = (ordered(&was), ordered(&is));
            if is > was {
                let why = format!("{is} units instead of {was}; order the rest anew, or ask the customer");
                self.differences.push(format!("lines[{}].quantity: {why}", line.id.0 - 1));
            }
            let wanted = line.active() - going(&self.order, line.id);
            if is < was && is < wanted {
                too_many.push(LineQuantity { line: line.id, quantity: wanted - is });
            }
        }
        for (key, line) in &is {
            let Some(before) = find(&was, key) else {
                let why = format!(
                    "{} of {} were added; order them anew, or ask the customer",
                    line.ordered, line.sku
                );
                self.differs("lines", why);
                continue;
            };
            let same = before.unit_price == line.unit_price
                && before.tax_rate == line.tax_rate
                && before.particulars == line.particulars;
            if !same {
                self.differs(&format!("lines[{}]", line.id.0 - 1), "price, tax or choice changed");
            }
        }
        if !too_many.is_empty() {
            let cancel = Command::RequestCancel { lines: too_many, reason: CancelReason::Channel };
            self.does("lines", &cancel);
        }
    }

    fn payments(&mut self, before: &Order, told: &Order, word: &Word) {
        let methods = |order: &Order| order.payments.iter().map(|p| p.method).collect::<Vec<_>>();
        if methods(before) != methods(told) {
            return self.differs("payments", "the customer pays in another way");
        }
        let amounts = |order: &Order| order.payments.iter().map(|p| p.amount).collect::<Vec<_>>();
        if told.payments.len() > 1 && amounts(before) != amounts(told) {
            self.differs("payments", "the payments have other amounts");
        }
        let is_settled = |payment: &Payment| payment.status == PaymentStatus::Captured;
        let ours: Vec<Payment> = self.order.payments.clone();
        for ((n, ours), (before, told)) in (0..).zip(ours).zip(before.payments.iter().zip(&told.payments)) {
            let at = format!("payments[{n}]");
            match (is_settled(before), is_settled(told)) {
                (false, true) if ours.status == PaymentStatus::Pending => {
                    let deposit = Command::RecordDeposit {
                        payment: ours.id.clone(),
                        amount: told.amount.min(ours.amount - ours.held()),
                        reference: SETTLED_BY_CHANNEL.to_owned(),
                        deposited_at: word.updated_at.unwrap_or(self.now),
                    };
                    self.does(&at, &deposit);
                }
                (true, false) => self.differs(&at, "the channel does not have the money any more"),
                (false, true | false) | (true, true) => {}
            }
        }
    }

    fn rest(&mut self, before: &Order, told: &Order) {
        let ours = &self.order;
        let differs =
            |is_the_same: fn(&Order, &Order) -> bool| !is_the_same(before, told) && !is_the_same(ours, told);
        let changed = [
            ("customer", differs(|a, b| a.customer == b.customer)),
            ("currency", differs(|a, b| (a.currency, a.basis) == (b.currency, b.basis))),
            ("customer_note", differs(|a, b| a.customer_note == b.customer_note)),
            ("particulars", differs(|a, b| a.particulars == b.particulars)),
        ];
        for (what, _) in changed.into_iter().filter(|(_, differs)| *differs) {
            self.differs(what, "it changed at the channel; correct it here, or ask the customer");
        }
    }

    /// What the channel bills now, and what we will once all that could be followed is done.
    fn total(&mut self, before: &Order, told: &Order) {
        let mut ours = self.order.clone();
        for line in &mut ours.lines {
            let going = going(&self.order, line.id);
            line.quantities.cancelled += going;
        }
        let (ours, theirs): (Amount, Amount) = (ours.billing().total, told.billing().total);
        if before.billing().total != theirs && ours != theirs {
            let why = format!("the channel bills {}, and we bill {}", theirs.units(), ours.units());
            self.differs("total", why);
        }
    }

    /// Tells a person what could not be followed, once for each word.
    fn ends(mut self, word: &Word) -> Effects {
        if self.differences.is_empty() || self.order.tickets.len() >= MAX_REMARKS {
            return self.effects;
        }
        let detail = format!("the channel says something else. {}", self.differences.join(". "));
        let subject: String = word.fingerprint.chars().take(TICKET_DIGITS).collect();
        self.effects.events.extend(ticket_once(&self.order, TicketKind::ChannelDiffers, &subject, detail));
        self.effects
    }
}

/// The units of a line that are being cancelled.
fn going(order: &Order, line: LineId) -> u32 {
    let remaining = order.cancellation.iter().flat_map(|request| &request.remaining);
    remaining.filter(|units| units.line == line).map(|units| units.quantity).sum()
}

/// What tells a line from the others whatever its place: the channel's id, or what it is and the how many
/// of those that are the same.
#[derive(PartialEq, Eq)]
enum LineKey<'a> {
    Reference(&'a str),
    Alike { sku: &'a Sku, ship_group: u8, nth: usize },
}

type Keyed<'a> = Vec<(LineKey<'a>, &'a Line)>;

fn keyed(order: &Order) -> Keyed<'_> {
    let mut keyed: Keyed<'_> = Vec::new();
    for line in &order.lines {
        let alike =
            |(_, other): &&(LineKey<'_>, &Line)| other.sku == line.sku && other.ship_group == line.ship_group;
        let nth = keyed.iter().filter(alike).count();
        let key = match &line.particulars.reference {
            Some(reference) => LineKey::Reference(reference),
            None => LineKey::Alike { sku: &line.sku, ship_group: line.ship_group, nth },
        };
        keyed.push((key, line));
    }
    keyed
}

fn find<'a>(lines: &Keyed<'a>, key: &LineKey<'_>) -> Option<&'a Line> {
    lines.iter().find(|(known, _)| known == key).map(|(_, line)| *line)
}

/// What an order that came in part consists of with what is `told` now; `None` when it is none, brings
/// nothing new, or has gone on in a way that the rest cannot join.
fn completed(order: &Order, before: &Order, told: &Order) -> Option<Contents> {
    let untouched = order.state == OrderState::Received
        && order.cancellation.is_none()
        && order.lines.iter().all(|line| line.quantities.cancelled == 0)
        && order.payments == before.payments
        && (order.currency, order.basis) == (told.currency, told.basis)
        && told.ship_groups.len() >= before.ship_groups.len()
        && told
            .ship_groups
            .iter()
            .zip(&before.ship_groups)
            .all(|(told, before)| told.address == before.address);
    if !order.is_partial() || !untouched || told.lines.len() <= order.lines.len() {
        return None;
    }
    let (ours, theirs) = (keyed(order), keyed(told));
    let mut lines = Vec::with_capacity(theirs.len());
    for (key, line) in &ours {
        let told = find(&theirs, key)?;
        let same =
            (line.ordered, line.unit_price, line.tax_rate) == (told.ordered, told.unit_price, told.tax_rate);
        lines.push(Line { discount: told.discount, ..(*line).clone() });
        same.then_some(())?;
    }
    let added = theirs.iter().filter(|(key, _)| find(&ours, key).is_none());
    for (id, (_, line)) in (1..).map(LineId).skip(lines.len()).zip(added) {
        let quantities = Quantities { open: line.ordered, ..Quantities::default() };
        lines.push(Line { id, quantities, ..(*line).clone() });
    }
    let kept = order.ship_groups.iter().cloned();
    let new = told.ship_groups.iter().skip(order.ship_groups.len()).cloned();
    Some(Contents {
        ship_groups: kept.chain(new).collect(),
        lines,
        fees: told.fees.clone(),
        discounts: told.discounts.clone(),
        declared: told.declared.clone(),
        payments: told.payments.clone(),
        particulars: told.particulars.clone(),
    })
}

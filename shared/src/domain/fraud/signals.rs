//! Looks for each signal. One function per subject.

use std::collections::BTreeSet;

use super::rules::{FraudRules, Signal};
use super::{FraudFacts, Risk, Seen, Suspicion, area_code, contact, places};
use crate::domain::customer::{Address, Personal};
use crate::domain::money::Currency;
use crate::domain::order::Order;
use crate::domain::text::fold;

use super::marks::MarkKind;

/// Hurry, in the customer's own words.
const RUSH: [&str; 9] =
    ["至急", "大至急", "急ぎ", "急いで", "最短", "本日中", "urgent", "asap", "as soon as possible"];

/// Collects suspicions, each signal once.
struct Assessment<'a> {
    rules: &'a FraudRules,
    suspicions: Vec<Suspicion>,
}

impl Assessment<'_> {
    fn add(&mut self, found: bool, signal: Signal, message: impl Into<String>) {
        let weight = self.rules.weight(signal);
        let known = self.suspicions.iter().any(|it| it.signal == signal);
        if found && weight > 0 && !known {
            self.suspicions.push(Suspicion { signal, weight, message: message.into() });
        }
    }
}

/// How risky the order is, by the rules and what is known besides it.
#[must_use]
pub fn assess(order: &Order, facts: &FraudFacts, rules: &FraudRules) -> Risk {
    let mut found = Assessment { rules, suspicions: Vec::new() };
    history(order, facts, &mut found);
    goods(order, facts, &mut found);
    velocity(facts, &mut found);
    for (i, group) in order.ship_groups.iter().enumerate() {
        address(&group.address, &format!("ship_groups[{i}].address"), &mut found);
    }
    customer(order, &mut found);
    Risk::of(found.suspicions)
}

fn history(order: &Order, facts: &FraudFacts, found: &mut Assessment<'_>) {
    let kinds: BTreeSet<&str> = facts.blocked.iter().map(|kind| kind.name()).collect();
    let kinds: Vec<&str> = kinds.into_iter().collect();
    let message = format!("on the block list: {}", kinds.join(", "));
    found.add(!facts.blocked.is_empty(), Signal::BlockListed, message);
    for caution in &order.particulars.cautions {
        let (signal, meaning) = of_caution(&caution.code);
        found.add(true, signal, format!("the channel's caution {}: {meaning}", caution.code));
    }
    let message = format!("refused {} parcels of this shop before", facts.refusals);
    found.add(facts.refusals > 0, Signal::RefusedBefore, message);
    let message = format!("let {} payments to this shop expire before", facts.unpaid);
    found.add(facts.unpaid > 0, Signal::UnpaidBefore, message);
}

/// What a channel's caution means. Every code that is not known is the channel's own doubt.
fn of_caution(code: &str) -> (Signal, &'static str) {
    match code {
        "101" => (Signal::UnpaidBefore, "payments in advance not made"),
        "102" => (Signal::RefusedBefore, "parcels refused"),
        "103" => (Signal::RefusedBefore, "parcels never taken in"),
        "104" => (Signal::DifficultBefore, "goods sent back after opening"),
        "105" => (Signal::DifficultBefore, "unusual demands"),
        _ => (Signal::ChannelFlag, "it doubts the order"),
    }
}

fn goods(order: &Order, facts: &FraudFacts, found: &mut Assessment<'_>) {
    let rules = found.rules;
    let total = order.billing().total;
    // What is a lot is known in yen alone.
    let is_large = order.currency == Currency::Jpy && total >= rules.large_amount;
    let is_large_first = is_large && facts.is_first_order;
    let message = format!("the customer's first order is for {} yen", total.units());
    found.add(is_large_first, Signal::FirstOrderLarge, message);
    for (i, line) in order.lines.iter().enumerate() {
        let message = format!("lines[{i}]: {} units of one article", line.ordered);
        found.add(line.ordered >= rules.many_units, Signal::ManyUnits, message);
    }
    let note = order.customer_note.as_ref().map(|note| fold(note.reveal()).to_lowercase());
    let says_so = note.is_some_and(|note| RUSH.iter().any(|word| note.contains(word)));
    found.add(says_so, Signal::Rush, "customer_note: the customer is in a hurry");
}

fn velocity(facts: &FraudFacts, found: &mut Assessment<'_>) {
    let rules = found.rules;
    for seen in &facts.seen {
        let (signal, hours, several) = match seen.kind {
            MarkKind::Name => (Signal::SameNameOften, 1, rules.names_an_hour),
            MarkKind::Mail => (Signal::SameMailOften, 24, rules.orders_a_day),
            MarkKind::Phone => (Signal::SamePhoneOften, 24, rules.orders_a_day),
            MarkKind::Card => (Signal::SameCardOften, 24, rules.orders_a_day),
            MarkKind::Address => (Signal::SameAddressOften, 30 * 24, rules.addresses_a_month),
            MarkKind::MailDomain | MarkKind::NameAndPostalCode | MarkKind::Customer => continue,
        };
        let others = seen.within(hours, facts.now);
        let message =
            format!("{others} other orders with the same {} within {hours} hours", seen.kind.name());
        found.add(others >= several, signal, message);
        if seen.kind == MarkKind::Address {
            let rooms = rooms(seen);
            let message = format!("orders to the same address name {rooms} different rooms");
            found.add(rooms >= rules.rooms, Signal::RoomsVary, message);
        }
    }
}

/// How many rooms the orders to an address name. A house with many flats has many customers, but a
/// name is no room: only addresses with rooms count.
fn rooms(seen: &Seen) -> usize {
    let own = seen.detail.iter();
    let rooms: BTreeSet<&String> =
        seen.others.iter().filter_map(|other| other.detail.as_ref()).chain(own).collect();
    rooms.len()
}

fn address(address: &Address, at: &str, found: &mut Assessment<'_>) {
    if address.country != "JP" {
        return;
    }
    let lines = [&address.city, &address.line1].map(Personal::reveal).concat();
    let building = address.line2.as_ref().map_or("", Personal::reveal);
    let words = [address.name.reveal(), &lines, building];
    let place = words.iter().find_map(|text| places::kind(text, &found.rules.forwarders));
    if let Some(signal) = place {
        let message = format!("{at}: the place is a {}", signal.code().to_lowercase().replace('_', " "));
        found.add(true, signal, message);
    }
    let truncated = places::is_truncated(address.line1.reveal());
    found.add(
        truncated,
        Signal::AddressTruncated,
        format!("{at}.line1: ends before the house number, or is made up"),
    );
}

fn customer(order: &Order, found: &mut Assessment<'_>) {
    let rules = found.rules;
    if let Some(mail) = order.customer.mail.as_ref().map(Personal::reveal) {
        let is_disposable = contact::is_disposable(mail, &rules.disposable_domains);
        found.add(
            is_disposable,
            Signal::DisposableMail,
            "customer.mail: of a service for short-lived addresses",
        );
        let is_random = contact::is_meaningless_mail(mail);
        found.add(is_random, Signal::MeaninglessMail, "customer.mail: looks typed at random");
    }
    let Some(phone) = order.customer.phone.as_ref().map(Personal::reveal) else { return };
    let is_row = contact::is_meaningless_phone(phone);
    found.add(is_row, Signal::MeaninglessPhone, "customer.phone: a row of the same or of rising digits");
    let places = area_code::prefectures(phone);
    let domestic = order.ship_groups.iter().filter(|group| group.address.country == "JP");
    let mut goes_to = domestic.map(|group| group.address.prefecture.reveal());
    // Who sends a present to another prefecture has a phone where they live.
    let is_there = goes_to.any(|prefecture| places.iter().any(|place| prefecture.starts_with(place)));
    let message = "customer.phone: the area code is of another prefecture than every address";
    found.add(!places.is_empty() && !is_there, Signal::AreaCodeElsewhere, message);
}

//! What must hold after every step, and what must hold when nothing moves any more.

mod calls;

use std::collections::BTreeSet;

use juchu::app::audit::Audit;
use juchu::app::ports::{Clock, MailLog, OrderStore, OutgoingMail};
use juchu::app::record::EventRecord;
use juchu::domain::audit::Violation;
use juchu::domain::ids::OrderId;
use juchu::domain::money::Amount;
use juchu::domain::order::{Order, TicketKind};
use juchu::domain::payment::{Operation, OperationKind};
use juchu::domain::tally::{Claim, TallyKind};
use juchu::domain::{Event, OrderState};
use juchu::testing::Surroundings;
use juchu_tests::harness::people::{channel, merchant};
use serde_json::Value;

use crate::channel;
use crate::judging;
use crate::logs;
use crate::people::{People, Posted};
use crate::requests::{Ask, Purpose};
use crate::shop;
use crate::world::{Broken, completed};

/// Watches a world.
pub struct Checks {
    out: Surroundings,
    /// What the orders' versions and the stocks summed to when the books were last checked.
    seen: (u64, i64),
    /// The ids of the mails that went out.
    mails: BTreeSet<String>,
    mails_seen: usize,
    operations_seen: usize,
    reports_seen: usize,
}

impl Checks {
    /// Watches the world with these surroundings.
    #[must_use]
    pub fn new(out: Surroundings) -> Self {
        Self { out, seen: (0, 0), mails: BTreeSet::new(), mails_seen: 0, operations_seen: 0, reports_seen: 0 }
    }

    /// What must hold after every step.
    ///
    /// # Errors
    /// [`Broken`], when something does not.
    pub fn after_step(&mut self) -> Result<(), Broken> {
        if let Some(line) = logs::leaked() {
            return Err(Broken(format!("a log tells what is private: {line}")));
        }
        self.mails()?;
        self.charges()?;
        let told = self.out.reports.told();
        channel::check_told(&self.out.store, told.get(self.reports_seen..).unwrap_or_default())?;
        self.reports_seen = told.len();
        let (orders, books) = (self.out.store.orders(), self.out.store.books());
        let rows: usize = books.iter().map(|(.., ledger)| ledger.len()).sum();
        let seen = (orders.iter().map(|order| order.version).sum(), i64::try_from(rows).unwrap_or_default());
        if seen == self.seen {
            return Ok(());
        }
        self.seen = seen;
        let mut audit = Audit::default();
        for order in &orders {
            audit.order(order);
        }
        for (merchant, key, stock, ledger) in &books {
            audit.stock(merchant, key, stock, ledger);
        }
        none(audit.finish())?;
        self.limits(&orders)?;
        let now = Clock::now(&self.out.clock) + SKEW;
        match orders.iter().find(|order| order.ready && !order.is_releasable_at(now)) {
            None => Ok(()),
            Some(order) => Err(Broken(format!("order {} is ready before it can be released", order.number))),
        }
    }

    /// No limit is exceeded but by what somebody took the responsibility for, and no customer has fewer than
    /// no points.
    fn limits(&self, orders: &[Order]) -> Result<(), Broken> {
        for (_, key, tally) in self.out.store.all_tallies() {
            let claims = orders.iter().filter_map(|order| order.screening.claim(&key));
            let limit = match key.kind {
                TallyKind::PromotionUses => i64::from(shop::USES),
                TallyKind::Credit => {
                    let granted = claims.filter(|claim| claim.limit.is_none());
                    shop::CREDIT.units() + granted.map(Claim::kept).sum::<i64>()
                }
                TallyKind::CustomerPromotionUses
                | TallyKind::Points
                | TallyKind::Orders
                | TallyKind::Refusals
                | TallyKind::Unpaid => i64::MAX,
            };
            if !(0..=limit).contains(&tally.amount) {
                return Err(Broken(format!("{} {} is {}", key.kind.name(), key.subject, tally.amount)));
            }
        }
        Ok(())
    }

    /// At most one mail per fact.
    fn mails(&mut self) -> Result<(), Broken> {
        for mail in self.out.mailer.outbox_from(self.mails_seen) {
            self.mails_seen += 1;
            let id = message_id(&mail).ok_or_else(|| Broken("a mail without an id".to_owned()))?;
            if !self.mails.insert(id.clone()) {
                return Err(Broken(format!("the mail {id} went out twice")));
            }
        }
        Ok(())
    }

    /// The provider did nothing twice, and took nothing that was not secured.
    fn charges(&mut self) -> Result<(), Broken> {
        let done = self.out.provider.done();
        if done.len() == self.operations_seen {
            return Ok(());
        }
        self.operations_seen = done.len();
        let keys: BTreeSet<&String> = done.iter().map(|operation| &operation.key).collect();
        if keys.len() != done.len() {
            return Err(Broken(format!("the provider did something twice: {done:?}")));
        }
        let payments: BTreeSet<_> = done.iter().map(|operation| &operation.payment).collect();
        for payment in payments {
            let mine: Vec<&Operation> = done.iter().filter(|op| op.payment == *payment).collect();
            let sum = |kind| mine.iter().filter(|op| op.kind == kind).map(|op| op.amount).sum::<Amount>();
            let times = mine.iter().filter(|op| op.kind == OperationKind::Capture).count();
            let (secured, taken) = (sum(OperationKind::Authorize), sum(OperationKind::Capture));
            if times > 1 || taken > secured || sum(OperationKind::Refund) > taken {
                return Err(Broken(format!("{payment} was charged wrongly: {mine:?}")));
            }
        }
        Ok(())
    }

    /// What must hold when nothing moves.
    ///
    /// # Errors
    /// [`Broken`], when something does not.
    pub fn at_rest(&self, people: &People) -> Result<(), Broken> {
        let orders = self.out.store.orders();
        let mut audit = Audit::default();
        for order in &orders {
            audit.order(order);
            let history = read(self.out.store.history(&order.id))?;
            calls::check(order, &history, Clock::now(&self.out.clock))?;
            audit.history(order, &history);
            in_order(order, &history)?;
            completed(judging::check(&self.out.store, order, &history))??;
            audit.mails(order, &read(self.out.store.mails(&order.id))?);
            self.money(order, people)?;
            cancelled(order, people)?;
        }
        channel::check_at_rest(&orders, &self.out.reports.told())?;
        for (merchant, key, stock, ledger) in &self.out.store.books() {
            audit.stock(merchant, key, stock, ledger);
            let lines = orders.iter().flat_map(|order| &order.lines).filter(|line| line.sku == key.sku);
            let shipped: i64 = lines.map(|line| i64::from(line.quantities.shipped)).sum();
            let expected = people.brought(key.sku.as_str()) - shipped;
            if stock.on_hand != expected {
                let what = format!("{} of {} on hand instead of {expected}", stock.on_hand, key.sku);
                return Err(Broken(what));
            }
        }
        for (merchant, key, tally) in self.out.store.all_tallies() {
            audit.tally(&merchant, &key, tally);
        }
        none(audit.finish())?;
        for (number, posted) in &people.posted {
            let id = OrderId::of(&merchant(), &channel(), number);
            let is_there = self.out.store.order(&id).is_some();
            let told = posted.accepted.as_ref().map(|(_, told)| told.as_str() == id.as_str());
            match told {
                Some(true) if is_there => {}
                Some(true) => return Err(Broken(format!("order {number} was confirmed and is lost"))),
                Some(false) => return Err(Broken(format!("order {number} was confirmed as another one"))),
                None if is_there || posted.unopened => {}
                None if posted.uploaded => {
                    return Err(Broken(format!("order {number} of a file that was taken is lost")));
                }
                None => return Err(Broken(format!("order {number} was never answered"))),
            }
        }
        if let Some(order) = orders.iter().find(|order| !people.posted.contains_key(&order.number)) {
            return Err(Broken(format!("nobody sent order {}", order.number)));
        }
        orders.iter().try_for_each(|order| followed(order, people))
    }

    /// What must hold when everything has come to its end: no card is blocked for nothing.
    ///
    /// # Errors
    /// [`Broken`], when something does not.
    pub fn at_the_end(&self, people: &People) -> Result<(), Broken> {
        self.at_rest(people)?;
        let done = self.out.provider.done();
        for order in self.out.store.orders() {
            for payment in &order.payments {
                let times =
                    |kind| done.iter().filter(|op| op.payment == payment.id && op.kind == kind).count();
                let secured = times(OperationKind::Authorize);
                let ended = times(OperationKind::Void) + times(OperationKind::Capture);
                if secured > ended {
                    return Err(Broken(format!("{} stays blocked: {secured} authorizations", payment.id)));
                }
            }
        }
        Ok(())
    }

    /// What we hold of the customer's money is what was really taken and given back.
    fn money(&self, order: &Order, people: &People) -> Result<(), Broken> {
        let done = self.out.provider.done();
        for payment in &order.payments {
            let sum = |kind| {
                let mine = done.iter().filter(|op| op.payment == payment.id && op.kind == kind);
                mine.map(|op| op.amount).sum::<Amount>()
            };
            let really = if payment.method.has_provider() {
                (sum(OperationKind::Capture), sum(OperationKind::Refund))
            } else if payment.method.is_prepaid() {
                (people.deposited(&payment.id), payment.refunded)
            } else {
                continue;
            };
            let ours = (payment.captured, payment.refunded);
            if ours != really && payment.unknown.is_none() {
                return Err(Broken(format!(
                    "{}: taken and given back {really:?}, noted {ours:?}",
                    payment.id
                )));
            }
        }
        let is_owed = order.open_tickets().any(|ticket| ticket.kind == TicketKind::RefundByHand);
        if order.state == OrderState::Completed && !is_owed && order.held() != order.billing().total {
            return Err(Broken(format!("order {} is completed and not exactly paid", order.number)));
        }
        Ok(())
    }
}

/// No word of the channel was followed that a newer one had overtaken.
fn in_order(order: &Order, history: &[EventRecord]) -> Result<(), Broken> {
    let said = history.iter().filter_map(|record| {
        let Event::ChannelUpdated { updated_at, .. } = &record.event else { return None };
        *updated_at
    });
    said.is_sorted()
        .then_some(())
        .ok_or_else(|| Broken(format!("order {}: an older word was followed", order.number)))
}

/// The newest word of a channel that was confirmed is the one that counts, and what it wants was done or a
/// person was told.
fn followed(order: &Order, people: &People) -> Result<(), Broken> {
    let Some(posted) = people.posted.get(&order.number) else { return Ok(()) };
    let Some(heard) =
        posted.heard.as_ref().filter(|_| posted.accepted.as_ref().is_some_and(|(n, _)| *n == 0))
    else {
        return Ok(());
    };
    let said = order.said.updated_at.map(|at| at.to_string());
    let wrong = |what: &str| Err(Broken(format!("order {}: {what}: heard {heard}, {said:?}", order.number)));
    if said.as_ref() < Some(heard) {
        return wrong("a word that was confirmed is lost");
    }
    let word = posted.words.iter().find(|word| word["updated_at"].as_str() == said.as_deref());
    let is_told = order.tickets.iter().any(|ticket| ticket.kind == TicketKind::ChannelDiffers);
    let is_cancelled = order.is_empty() || order.cancellation.is_some();
    if word.is_some_and(|word| word["status"] == "CANCELLED") && !is_cancelled && !is_told {
        let refused = order.tickets.iter().any(|ticket| ticket.kind == TicketKind::CancelRefused);
        return if refused { Ok(()) } else { wrong("a cancellation was dropped") };
    }
    Ok(())
}

/// Nobody loses more units than somebody wanted cancelled.
fn cancelled(order: &Order, people: &People) -> Result<(), Broken> {
    if order.state == OrderState::Cancelled || people.given_up.contains(&order.id) {
        return Ok(());
    }
    for line in &order.lines {
        let wanted = people.cancelled.get(&(order.id.clone(), line.id)).copied().unwrap_or_default();
        let found = line.quantities.cancelled;
        if found > wanted {
            let number = &order.number;
            return Err(Broken(format!("{found} units of order {number} cancelled instead of {wanted}")));
        }
    }
    Ok(())
}

/// How far a clock may be ahead.
const SKEW: jiff::SignedDuration = jiff::SignedDuration::from_secs(5);

fn none(violations: Vec<Violation>) -> Result<(), Broken> {
    violations.into_iter().next().map_or(Ok(()), |violation| Err(Broken(violation.to_string())))
}

/// The same for every mail about the same fact.
fn message_id(mail: &OutgoingMail) -> Option<String> {
    let text = String::from_utf8_lossy(&mail.raw);
    let line = text.lines().find_map(|line| line.strip_prefix("Message-ID:"))?;
    Some(line.trim().to_owned())
}

/// What an answer to `ask` must be, given what was answered before.
///
/// # Errors
/// [`Broken`], when it is something else.
pub fn check_answer(people: &mut People, ask: &Ask, status: i64, body: &Value) -> Result<(), Broken> {
    let wrong = |why: &str| Broken(format!("{why}: {} {status} {body} to {:?}", ask.function, ask.purpose));
    match &ask.purpose {
        Purpose::Order { number, variant } => {
            let posted = people.posted.get_mut(number).ok_or_else(|| wrong("an order nobody sent"))?;
            order_answered(posted, *variant, status, body).map_err(wrong)
        }
        Purpose::Word { number, version } => {
            let posted = people.posted.get_mut(number).ok_or_else(|| wrong("a word nobody said"))?;
            word_answered(posted, *version, status, body).map_err(wrong)
        }
        Purpose::Upload { numbers } => match status {
            200 | 202 => {
                for number in numbers {
                    if let Some(posted) = people.posted.get_mut(number) {
                        posted.uploaded = true;
                    }
                }
                Ok(())
            }
            _ => Err(wrong("a file is refused")),
        },
        Purpose::Deposit { payment, reference, amount } => match status {
            200 => {
                people.deposits.insert((payment.clone(), reference.clone()), *amount);
                Ok(())
            }
            409 | 422 => Ok(()),
            _ => Err(wrong("a deposit is answered wrongly")),
        },
        Purpose::Stock { sku, reference, on_hand } => match status {
            200 => {
                people.stock.insert((sku.clone(), reference.clone()), *on_hand);
                Ok(())
            }
            409 | 422 if *on_hand < 0 => Ok(()),
            _ => Err(wrong("a change of stock is answered wrongly")),
        },
        Purpose::Cancel { .. } | Purpose::Command | Purpose::Report => match status {
            200 | 409 | 422 => Ok(()),
            _ => Err(wrong("a command is answered wrongly")),
        },
        // What it was told may not be noted yet.
        Purpose::Answer => match status {
            200 | 404 => Ok(()),
            _ => Err(wrong("an answer is answered wrongly")),
        },
        Purpose::Look if status == 200 => Ok(()),
        Purpose::Look => Err(wrong("an order cannot be looked at")),
    }
}

/// What the answer to an order means.
fn order_answered(
    posted: &mut Posted,
    variant: usize,
    status: i64,
    body: &Value,
) -> Result<(), &'static str> {
    let is_cancelled = posted.words.iter().any(|word| word["status"] == "CANCELLED");
    match (status, &posted.accepted) {
        (200, None) if body["outcome"] == "NOT_OPENED" && is_cancelled => {
            posted.unopened = true;
            Ok(())
        }
        (200 | 201, accepted) => {
            let told = (variant, body["order"].as_str().unwrap_or_default().to_owned());
            if accepted.as_ref().is_some_and(|before| *before != told) {
                return Err("two orders with one number");
            }
            posted.accepted = Some(told);
            Ok(())
        }
        (409, Some((accepted, _))) if *accepted != variant => Ok(()),
        // Whoever was first has not been answered yet.
        (409, None) if posted.variants.len() > 1 => Ok(()),
        _ => Err("an order is refused"),
    }
}

/// What the answer to something else that the channel says means.
fn word_answered(posted: &mut Posted, version: usize, status: i64, body: &Value) -> Result<(), &'static str> {
    match status {
        200 if body["outcome"] == "NOT_OPENED" => {
            posted.unopened = true;
            Ok(())
        }
        200 | 201 => {
            let told = (0, body["order"].as_str().unwrap_or_default().to_owned());
            if posted.accepted.as_ref().is_some_and(|before| *before != told) {
                return Err("a word on another order is taken");
            }
            posted.accepted = Some(told);
            let at = posted.words.get(version).and_then(|word| word["updated_at"].as_str());
            posted.heard = posted.heard.take().max(at.map(str::to_owned));
            Ok(())
        }
        // Another order with its number was first; or what is left of it cannot be paid as agreed.
        409 | 422 => Ok(()),
        _ => Err("a word is refused"),
    }
}

fn read<T, E: std::fmt::Display>(reading: impl Future<Output = Result<T, E>>) -> Result<T, Broken> {
    completed(reading)?.map_err(|error| Broken(error.to_string()))
}

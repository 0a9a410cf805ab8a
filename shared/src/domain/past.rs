//! Orders that ended before they came to us 過去受注: kept to be looked at, and nothing is done about them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::audit::violations;
use super::calls::CallEnd;
use super::event::Event;
use super::ids::{LineId, LocationId, MerchantId, OrderId};
use super::intake::{Impossible, MAX_PARTS, MAX_UNITS};
use super::merchant::Merchant;
use super::money::Amount;
use super::order::{CancelReason, HoldEnd, Line, MAX_LINES, Order, OrderState, Quantities, Validation};
use super::payment::{Payment, PaymentStatus};
use super::screening::Screening;
use super::shipment::{
    FulfilmentEvent, FulfilmentEventKind, LineQuantity, Shipment, ShipmentStatus, Tracking,
};
use super::told::Said;

/// The most tracking numbers of a past order.
pub const MAX_TRACKINGS: usize = 100;
/// The most milestones kept of a past order.
pub const MAX_MILESTONES: usize = 500;
/// The largest past order, as JSON: with its milestones it must stay below DynamoDB's 400 KB.
pub const MAX_BYTES: usize = 256 * 1_024;
/// Who closed what was still open when it came to us.
const IMPORT: &str = "import";

/// That an order is history: it ended before it came to us.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Past {
    /// When it came to us.
    pub imported_at: Timestamp,
}

/// Something that happened to an order before it came to us.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Milestone {
    /// When.
    pub at: Timestamp,
    /// What, in the words of whoever kept it.
    pub what: String,
    /// Who, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
}

/// How an order ended elsewhere. Everything of it went the same way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// 完了: the customer has it.
    Completed {
        /// When it left.
        shipped_at: Timestamp,
        /// When it arrived, where that is known.
        delivered_at: Option<Timestamp>,
        /// Its tracking numbers, each with the ship group it served, from 1.
        trackings: Vec<(u8, Tracking)>,
    },
    /// 取消.
    Cancelled {
        /// When.
        at: Timestamp,
        /// Why.
        reason: CancelReason,
    },
}

/// How a past order ended, and the money that was moved for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// How.
    pub end: End,
    /// What was taken; all that it cost when absent, nothing of a cancelled one.
    pub captured: Option<Amount>,
    /// What of that was given back.
    pub refunded: Amount,
}

impl Order {
    /// Whether it ended before it came to us, so that nothing is done about it.
    #[must_use]
    pub const fn is_past(&self) -> bool {
        self.past.is_some()
    }

    /// The order as it stood in another system, as history of `merchant`. Ids are those it has here; what
    /// was open there is closed, and what only that system could go on with is left out.
    ///
    /// # Errors
    /// All that makes it no order that has ended.
    pub fn into_past(
        mut self,
        merchant: &Merchant,
        fingerprint: String,
        now: Timestamp,
    ) -> Result<Self, Vec<Impossible>> {
        // Before anything is added up: amounts and units out of range could not be.
        check_ranges(&self)?;
        if !self.state.is_final() {
            let message = format!(
                "is {}: let the order end where it is, or have its channel send it here",
                self.state.name()
            );
            return Err(vec![impossible("order.state", message)]);
        }
        self.renumber(&merchant.id);
        self.close_all(now);
        self.payments.iter_mut().for_each(Payment::settle);
        // What it had of stock and of counts was that system's.
        self.lines.iter_mut().for_each(|line| line.location = None);
        (self.screening, self.reports, self.drift, self.cancellation) =
            (Screening::default(), Vec::new(), None, None);
        (self.fingerprint, self.said, self.version, self.ready) = (fingerprint, Said::default(), 1, false);
        (self.handlings, self.money_since) = (Vec::new(), None);
        self.policy = merchant.policy.clone();
        self.past = Some(Past { imported_at: now });
        let wrong: Vec<Impossible> =
            violations(&self).into_iter().map(|violation| impossible("order", violation.what)).collect();
        if wrong.is_empty() { Ok(self) } else { Err(wrong) }
    }

    /// The order, just taken in, after it has ended as `ended` says.
    ///
    /// # Errors
    /// All in which the two contradict each other.
    pub fn after(mut self, ended: Ended, from: &LocationId, now: Timestamp) -> Result<Self, Vec<Impossible>> {
        check_times(&self, &ended.end, now)?;
        let cost = self.billing().total;
        self.received_at = self.ordered_at;
        self.validation = Validation::Passed;
        let captured = match ended.end {
            End::Completed { shipped_at, delivered_at, trackings } => {
                self.has_arrived(shipped_at, delivered_at, &trackings, from)?;
                ended.captured.unwrap_or(cost)
            }
            End::Cancelled { at, reason: _ } => {
                (self.state, self.state_since) = (OrderState::Cancelled, at);
                let cancelled = |line: &Line| Quantities { cancelled: line.ordered, ..Quantities::default() };
                self.lines.iter_mut().for_each(|line| line.quantities = cancelled(line));
                ended.captured.unwrap_or_default()
            }
        };
        if ended.refunded > captured {
            return Err(vec![impossible("ended.refunded", "is more than was captured")]);
        }
        self.has_moved(captured, ended.refunded);
        Ok(self)
    }

    fn has_arrived(
        &mut self,
        shipped_at: Timestamp,
        delivered_at: Option<Timestamp>,
        trackings: &[(u8, Tracking)],
        from: &LocationId,
    ) -> Result<(), Vec<Impossible>> {
        let of_group = |group: u8| self.ship_groups.iter().any(|known| known.id == group);
        if trackings.iter().any(|(group, _)| !of_group(*group)) {
            let message = "names a ship group that the order does not have";
            return Err(vec![impossible("ended.trackings", message)]);
        }
        (self.state, self.sales_posted) = (OrderState::Completed, true);
        self.state_since = delivered_at.unwrap_or(shipped_at);
        for line in &mut self.lines {
            line.quantities =
                Quantities { shipped: line.ordered, delivered: line.ordered, ..Quantities::default() };
        }
        let groups = self.ship_groups.iter().filter_map(|group| {
            let lines = self.lines.iter().filter(|line| line.ship_group == group.id);
            let lines: Vec<_> =
                lines.map(|line| LineQuantity { line: line.id, quantity: line.ordered }).collect();
            let own = trackings.iter().filter(|(of, _)| *of == group.id).map(|(_, number)| number.clone());
            (!lines.is_empty()).then(|| (group.id, lines, own.collect::<Vec<_>>()))
        });
        let shipments = (1..).zip(groups).map(|(n, (group, lines, trackings))| {
            let id = self.id.shipment(n);
            arrived(Shipment { trackings, ..shipment(id, group, lines, from) }, shipped_at, delivered_at)
        });
        self.shipments = shipments.collect();
        Ok(())
    }

    /// Spreads the money over the payments, the first ones first.
    fn has_moved(&mut self, captured: Amount, refunded: Amount) {
        let (mut captured, mut refunded) = (captured, refunded);
        let last = self.payments.len();
        for (n, payment) in (1..).zip(&mut self.payments) {
            let taken = if n == last { captured } else { captured.min(payment.amount) };
            let given_back = refunded.min(taken);
            (captured, refunded) = (captured - taken, refunded - given_back);
            (payment.captured, payment.refunded) = (taken, given_back);
            (payment.authorized, payment.reference) = (taken, None);
            payment.status = if given_back.is_positive() && given_back == taken {
                PaymentStatus::Refunded
            } else if given_back.is_positive() {
                PaymentStatus::PartiallyRefunded
            } else if taken.is_positive() || payment.amount.is_zero() {
                PaymentStatus::Captured
            } else {
                PaymentStatus::Voided
            };
        }
    }

    /// Gives it the ids it has as an order of `merchant`.
    fn renumber(&mut self, merchant: &MerchantId) {
        self.id = OrderId::of(merchant, &self.channel, &self.number);
        self.merchant = merchant.clone();
        for (n, payment) in (1..).zip(&mut self.payments) {
            payment.id = self.id.payment(n);
        }
        for (n, shipment) in (1..).zip(&mut self.shipments) {
            shipment.id = self.id.shipment(n);
        }
    }

    /// Whatever waited for somebody in the other system waits for nobody here.
    fn close_all(&mut self, now: Timestamp) {
        for hold in self.holds.iter_mut().filter(|hold| hold.closed.is_none()) {
            hold.closed = Some((now, HoldEnd::Resolved { by: IMPORT.to_owned() }));
        }
        for ticket in self.tickets.iter_mut().filter(|ticket| ticket.closed_at.is_none()) {
            ticket.closed_at = Some(now);
        }
        for call in self.calls.iter_mut().filter(|call| call.closed.is_none()) {
            call.closed = Some((now, CallEnd::Withdrawn));
        }
    }
}

impl Payment {
    /// Leaves nothing to be asked of a provider or the customer, and no secret.
    fn settle(&mut self) {
        (self.token, self.unknown, self.check_at, self.checks) = (None, None, None, 0);
        (self.requested, self.valid_until) = (None, None);
    }
}

impl Event {
    /// Forgets what a provider knows cards and customers by: whoever has it could charge them.
    pub fn forget_tokens(&mut self) {
        if let Self::OrderReceived { order } | Self::HistoryImported { order, .. } = self {
            order.forget_tokens();
        }
        if let Self::ImportCompleted { contents } = self {
            contents.payments.iter_mut().for_each(|payment| payment.token = None);
        }
        if let Self::ChannelUpdated { told, .. } = self {
            told.payments.iter_mut().for_each(|payment| payment.token = None);
        }
    }
}

impl Order {
    /// Forgets what a provider knows cards and customers by.
    pub fn forget_tokens(&mut self) {
        self.payments.iter_mut().for_each(|payment| payment.token = None);
    }
}

fn shipment(
    id: super::ids::ShipmentId,
    ship_group: u8,
    lines: Vec<LineQuantity>,
    from: &LocationId,
) -> Shipment {
    Shipment {
        id,
        ship_group,
        location: from.clone(),
        lines,
        status: ShipmentStatus::Delivered,
        released_at: Timestamp::UNIX_EPOCH,
        instructed: true,
        recall_requested: false,
        recall_refused: false,
        shipped: true,
        delivered: true,
        cash: None,
        trackings: Vec::new(),
        history: Vec::new(),
    }
}

fn arrived(mut shipment: Shipment, shipped_at: Timestamp, delivered_at: Option<Timestamp>) -> Shipment {
    let report = |(occurred_at, kind)| FulfilmentEvent { occurred_at, kind, trackings: Vec::new() };
    let left = Some((shipped_at, FulfilmentEventKind::HandedOver));
    let came = delivered_at.map(|at| (at, FulfilmentEventKind::Delivered));
    shipment.released_at = shipped_at;
    shipment.trackings.sort();
    shipment.trackings.dedup();
    shipment.history = left.into_iter().chain(came).map(report).collect();
    shipment.history.sort();
    shipment
}

fn check_times(order: &Order, end: &End, now: Timestamp) -> Result<(), Vec<Impossible>> {
    let (times, after_shipping) = match end {
        End::Completed { shipped_at, delivered_at, .. } => (
            vec![("ended.shipped_at", Some(*shipped_at)), ("ended.delivered_at", *delivered_at)],
            delivered_at.is_none_or(|at| at >= *shipped_at),
        ),
        End::Cancelled { at, .. } => (vec![("ended.cancelled_at", Some(*at))], true),
    };
    let told = times.into_iter().filter_map(|(field, at)| Some((field, at?)));
    let mut wrong: Vec<Impossible> = told
        .filter(|(_, at)| !(order.ordered_at..=now).contains(at))
        .map(|(field, _)| impossible(field, "must be after the order was placed and not in the future"))
        .collect();
    if !after_shipping {
        wrong.push(impossible("ended.delivered_at", "must not be before `shipped_at`"));
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}

/// Nothing in an order from outside may be what no order of ours could be.
fn check_ranges(order: &Order) -> Result<(), Vec<Impossible>> {
    let mut wrong = Vec::new();
    let mut check = |ok: bool, field: &str, message: &str| {
        if !ok {
            wrong.push(impossible(format!("order.{field}"), message));
        }
    };
    let number = &order.number;
    let plain = !number.is_empty() && number.len() <= 100 && !number.contains(char::is_control);
    check(plain, "number", "must be 1 to 100 characters without control characters");
    check((1..=MAX_LINES).contains(&order.lines.len()), "lines", "an order has 1 to 100 lines");
    let parts = [order.ship_groups.len(), order.payments.len()];
    check(parts.into_iter().all(|n| (1..=MAX_PARTS).contains(&n)), "payments", "must be 1 to 20");
    check(order.shipments.len() <= MAX_LINES, "shipments", "must be at most 100");
    let units = |line: &Line| {
        let Quantities { open, allocated, backordered, released, shipped, cancelled, delivered } =
            line.quantities;
        let each = [line.ordered, open, allocated, backordered, released, shipped, cancelled, delivered];
        each.into_iter().all(|units| units <= MAX_UNITS.min(line.ordered))
            && shipped.saturating_add(cancelled) <= line.ordered
    };
    check(order.lines.iter().all(units), "lines", "have more units than were ordered, or than 9,999");
    let shipped = order.shipments.iter().flat_map(|shipment| &shipment.lines);
    let ids: Vec<LineId> = order.lines.iter().map(|line| line.id).collect();
    let known = shipped.clone().all(|units| units.quantity <= MAX_UNITS && ids.contains(&units.line));
    check(known && shipped.count() <= MAX_LINES * MAX_PARTS, "shipments", "have lines the order has not");
    let of_lines = order.lines.iter().flat_map(|line| [line.unit_price, line.discount]);
    let of_fees = order.fees.iter().flat_map(|fee| [fee.amount, fee.discount]);
    let declared = order.declared.iter();
    let declared = declared.flat_map(|it| it.taxes.iter().map(|(_, tax)| *tax).chain([it.total]));
    let paid = order.payments.iter().flat_map(|it| [it.amount, it.authorized, it.captured, it.refunded]);
    let discounts = order.discounts.iter().map(|discount| discount.amount);
    let mut amounts = of_lines.chain(of_fees).chain(declared).chain(paid).chain(discounts);
    let in_range = amounts.all(|amount| (Amount::ZERO..=Amount::LIMIT).contains(&amount));
    check(in_range, "payments", "has an amount that is not 0 to 1,000,000,000");
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}

fn impossible(field: impl Into<String>, message: impl Into<String>) -> Impossible {
    Impossible { field: field.into(), message: message.into() }
}

//! What holds of every order, whatever happened to it and whatever failed on the way 監査. Where it
//! does not, we have made a mistake, and money or goods may be wrong.

use std::collections::BTreeSet;

use super::money::Amount;
use super::order::{Line, Order, OrderState};
use super::payment::{Payment, PaymentMethod};
use super::shipment::{Shipment, ShipmentStatus};
use super::tally::TallyKind;
use super::timers::next_due;

/// A rule that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{about}: {what}")]
pub struct Violation {
    /// The order, the stock or the payment it is about.
    pub about: String,
    /// What is not as it must be.
    pub what: String,
}

/// Collects what is wrong with one thing.
#[derive(Debug)]
pub struct Findings {
    about: String,
    violations: Vec<Violation>,
}

impl Findings {
    /// Nothing wrong with `about` yet.
    #[must_use]
    pub fn about(about: impl Into<String>) -> Self {
        Self { about: about.into(), violations: Vec::new() }
    }

    /// Notes what is wrong, unless the rule `holds`.
    pub fn require(&mut self, holds: bool, what: impl FnOnce() -> String) {
        if !holds {
            self.violations.push(Violation { about: self.about.clone(), what: what() });
        }
    }

    /// All that is wrong.
    #[must_use]
    pub fn into_violations(self) -> Vec<Violation> {
        self.violations
    }
}

/// Everything that is wrong with `order` in itself.
#[must_use]
pub fn violations(order: &Order) -> Vec<Violation> {
    let mut findings = Findings::about(format!("order {}", order.id));
    units(order, &mut findings);
    remarks(order, &mut findings);
    calls(order, &mut findings);
    if order.is_past() {
        history(order, &mut findings);
    } else {
        money(order, &mut findings);
        shares(order, &mut findings);
        end(order, &mut findings);
    }
    findings.into_violations()
}

/// Every unit is in exactly one place, and the shipments tell the same as the lines.
fn units(order: &Order, findings: &mut Findings) {
    let in_shipments = |line: &Line, which: fn(&Shipment) -> bool| -> u32 {
        let shipments = order.shipments.iter().filter(|shipment| which(shipment));
        let units = shipments.flat_map(|shipment| &shipment.lines).filter(|units| units.line == line.id);
        units.map(|units| units.quantity).sum()
    };
    let to_leave = |shipment: &Shipment| !shipment.shipped && shipment.status != ShipmentStatus::Recalled;
    for line in &order.lines {
        let q = line.quantities;
        let sum = q.open + q.allocated + q.backordered + q.released + q.shipped + q.cancelled;
        let counts = [
            ("all units", sum, line.ordered),
            ("released", q.released, in_shipments(line, to_leave)),
            ("shipped", q.shipped, in_shipments(line, |shipment| shipment.shipped)),
            ("delivered", q.delivered, in_shipments(line, |shipment| shipment.delivered)),
        ];
        for (which, found, expected) in counts {
            findings.require(found == expected, || {
                format!("line {}: {which} are {found} instead of {expected}: {q:?}", line.id)
            });
        }
        findings.require(q.delivered <= q.shipped, || format!("line {}: {q:?}", line.id));
    }
}

/// Nobody pays more than is due, and nothing is taken that was not secured.
fn money(order: &Order, findings: &mut Findings) {
    let total = order.billing().total;
    findings.require(total >= Amount::ZERO, || format!("costs {}", total.units()));
    let due: Amount = order.targets().into_iter().sum();
    let posted: Amount = order.sales_entries().iter().map(|entry| entry.net + entry.tax).sum();
    for (which, sum) in [("what its payments have to bring", due), ("what a sale would post", posted)] {
        findings.require(sum == total, || {
            format!("{which} is {} instead of its total {}", sum.units(), total.units())
        });
    }
    for payment in &order.payments {
        let Payment { authorized, captured, refunded, method, .. } = payment;
        findings.require(Amount::ZERO <= *refunded && refunded <= captured, || {
            format!("more given back than taken: {payment:?}")
        });
        findings.require(!method.has_provider() || captured <= authorized, || {
            format!("more taken than authorized: {payment:?}")
        });
        findings.require(method.is_prepaid() || *captured <= payment.amount, || {
            format!("more taken than agreed: {payment:?}")
        });
        let early = *method == PaymentMethod::CashOnDelivery && order.state < OrderState::Delivered;
        findings.require(!early || captured.is_zero(), || format!("cash before delivery: {payment:?}"));
    }
}

/// What it has taken of what orders share is what it still needs, and no more points come back than were
/// used.
fn shares(order: &Order, findings: &mut Findings) {
    let keys: BTreeSet<_> = order.screening.claims.iter().map(|claim| &claim.key).collect();
    findings.require(keys.len() == order.screening.claims.len(), || "the same claim twice".to_owned());
    for claim in &order.screening.claims {
        let in_bounds = 0 < claim.amount && (0..=claim.amount).contains(&claim.returned);
        findings.require(in_bounds, || format!("{claim:?}"));
        let owed = order.owed_by_account().units();
        let (kept, is_cancelled) = (claim.kept(), order.state == OrderState::Cancelled);
        let needs_it = match claim.key.kind {
            TallyKind::Points => kept == order.points_kept(Amount::new(claim.amount)).units(),
            TallyKind::Credit => kept <= owed,
            TallyKind::PromotionUses
            | TallyKind::CustomerPromotionUses
            | TallyKind::Orders
            | TallyKind::Refusals
            | TallyKind::Unpaid => (kept == 0) == is_cancelled,
        };
        findings.require(needs_it, || format!("keeps {kept} as {:?}: {claim:?}", order.state));
    }
}

fn remarks(order: &Order, findings: &mut Findings) {
    let tickets: BTreeSet<_> = order.tickets.iter().map(|ticket| &ticket.id).collect();
    findings.require(tickets.len() == order.tickets.len(), || "the same ticket twice".to_owned());
    let holds: BTreeSet<_> = order.open_holds().map(|hold| hold.code).collect();
    findings.require(holds.len() == order.open_holds().count(), || "the same hold twice".to_owned());
}

/// Whoever is to call can: there is a number, a matter, and a try left. Nothing is kept of what has ended.
fn calls(order: &Order, findings: &mut Findings) {
    let ids: BTreeSet<_> = order.calls.iter().map(|call| &call.id).collect();
    findings.require(ids.len() == order.calls.len(), || "the same call request twice".to_owned());
    for call in order.open_calls() {
        findings.require(order.phone().is_some(), || format!("call {} has no number to ring", call.id));
        let matter = call.about.as_ref().is_none_or(|about| order.has_open(about));
        findings.require(matter, || format!("call {} is about what has ended", call.id));
        let left = call.attempts.len() < usize::from(order.policy.call_attempts);
        findings.require(left, || format!("call {} has been tried often enough", call.id));
        findings.require(call.window.from < call.window.deadline, || format!("{:?}", call.window));
    }
    for handling in &order.handlings {
        findings.require(order.has_open(&handling.matter), || {
            format!("{} is handled and not open", handling.matter.name())
        });
    }
}

/// What ended before it came to us asks nobody for anything, and has nothing of ours. Its money was another
/// system's to count.
fn history(order: &Order, findings: &mut Findings) {
    findings.require(order.state.is_final(), || format!("history that is {}", order.state.name()));
    findings.require(next_due(order).is_none() && order.open_matters().is_empty(), || {
        "history that waits for something".to_owned()
    });
    findings.require(order.screening.is_empty(), || "history that has taken of what orders share".to_owned());
    let units = |line: &Line| {
        let arrived = line.outstanding() == 0 && line.quantities.delivered == line.quantities.shipped;
        if order.state == OrderState::Cancelled { line.active() == 0 } else { arrived }
    };
    findings.require(order.lines.iter().all(units), || "history with units that went nowhere".to_owned());
    findings.require(order.lines.iter().all(|line| line.location.is_none()), || {
        "history that has stock of ours".to_owned()
    });
}

/// What has ended has ended as it should, and what has not is not forgotten: it has a time or a ticket.
fn end(order: &Order, findings: &mut Findings) {
    match order.state {
        OrderState::Cancelled => {
            findings.require(order.is_empty(), || "cancelled, and units are left".to_owned());
        }
        OrderState::Completed => {
            findings.require(order.sales_posted && order.has_delivered_all(), || {
                "completed before everything was delivered and posted".to_owned()
            });
            let held: Amount = order.payments.iter().map(Payment::held).sum();
            let (held, total) = (held.units(), order.billing().total.units());
            findings.require(held >= total, || format!("completed with {held} of {total} paid"));
        }
        OrderState::Received
        | OrderState::Validated
        | OrderState::Ready
        | OrderState::Released
        | OrderState::PartiallyShipped
        | OrderState::Shipped
        | OrderState::Delivered => {
            let waits = next_due(order).is_some() || order.open_tickets().next().is_some();
            findings.require(waits, || "nobody will ever look at it: no time, no ticket".to_owned());
        }
    }
}

//! Whether all that is stored agrees with itself 監査: the orders with their events and their mails,
//! the orders with the stock and with the counts they share, the stock with its ledger. It reads nothing; whoever has the rows
//! gives them to an [`Audit`]. The simulation does so after every step, `cargo xtask verify` for a
//! whole table.

use std::collections::BTreeMap;

use super::limit_store::Tally;
use super::ports::{LedgerEntry, LedgerReason, MailRecord, MailStatus};
use super::record::EventRecord;
use crate::domain::Event;
use crate::domain::audit::{Findings, Violation, violations};
use crate::domain::evolve::evolve;
use crate::domain::ids::MerchantId;
use crate::domain::order::Order;
use crate::domain::stock::{Stock, StockKey};
use crate::domain::tally::{TallyKey, changes};

/// What orders say of a stock.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Promised {
    allocated: i64,
    backordered: i64,
    shipped: i64,
}

/// An audit in progress.
#[derive(Debug, Default)]
pub struct Audit {
    promised: BTreeMap<(MerchantId, StockKey), Promised>,
    tallied: BTreeMap<(MerchantId, TallyKey), i64>,
    violations: Vec<Violation>,
}

impl Audit {
    /// An order as it stands.
    pub fn order(&mut self, order: &Order) {
        self.violations.extend(violations(order));
        if order.is_past() {
            return;
        }
        let mut findings = Findings::about(format!("order {}", order.id));
        for line in &order.lines {
            let promised = Promised {
                allocated: i64::from(line.quantities.allocated + line.quantities.released),
                backordered: i64::from(line.quantities.backordered),
                shipped: i64::from(line.quantities.shipped),
            };
            let Some(location) = line.location.clone() else {
                findings.require(promised == Promised::default(), || {
                    format!("line {} was promised {promised:?} from nowhere", line.id)
                });
                continue;
            };
            let key = StockKey { sku: line.sku.clone(), location };
            let all = self.promised.entry((order.merchant.clone(), key)).or_default();
            all.allocated += promised.allocated;
            all.backordered += promised.backordered;
            all.shipped += promised.shipped;
        }
        self.violations.extend(findings.into_violations());
    }

    /// All events of an order: replaying them gives the order, and a sale is posted once.
    pub fn history(&mut self, order: &Order, history: &[EventRecord]) {
        let mut findings = Findings::about(format!("order {}", order.id));
        let numbered = history.iter().zip(1..).all(|(record, seq)| record.seq == seq);
        findings.require(numbered, || "its events are not numbered one after the other".to_owned());
        let mut replayed: Option<Order> = None;
        for record in history {
            replayed = match (replayed, &record.event) {
                (None, Event::OrderReceived { order } | Event::HistoryImported { order, .. }) => {
                    Some((**order).clone())
                }
                (before, event) => before.map(|order| evolve(order, event, record.at)),
            };
            // What it did to counts depends on what was known of the order then.
            for change in replayed.iter().flat_map(|then| changes(then, &record.event)) {
                *self.tallied.entry((order.merchant.clone(), change.key)).or_default() += change.delta;
            }
        }
        findings
            .require(replayed.as_ref() == Some(order), || "replaying its events does not give it".to_owned());
        let posted =
            history.iter().filter(|record| matches!(record.event, Event::SalesPosted { .. })).count();
        // A past sale was posted elsewhere.
        let expected = usize::from(order.sales_posted && !order.is_past());
        findings.require(posted == expected, || format!("its sale was posted {posted} times"));
        self.violations.extend(findings.into_violations());
    }

    /// The mails of an order, when none is on its way: each went out, or a ticket tells why not.
    pub fn mails(&mut self, order: &Order, mails: &[MailRecord]) {
        let mut findings = Findings::about(format!("order {}", order.id));
        for mail in mails {
            let fact = &mail.fact;
            match &mail.status {
                MailStatus::Sent { .. } => {}
                MailStatus::Sending => findings.require(false, || format!("{fact} is still being sent")),
                MailStatus::Unknown => findings
                    .require(order.has_ticket(&format!("MAIL_UNKNOWN:{fact}")), || {
                        format!("nobody is told that {fact} may be lost")
                    }),
                MailStatus::Refused { .. } => {
                    findings.require(order.has_ticket(&format!("MAIL_UNDELIVERABLE:{fact}")), || {
                        format!("nobody is told that {fact} was refused")
                    });
                }
            }
        }
        self.violations.extend(findings.into_violations());
    }

    /// A stock with its whole ledger. To be told after all orders of its merchant.
    pub fn stock(&mut self, merchant: &MerchantId, key: &StockKey, stock: &Stock, ledger: &[LedgerEntry]) {
        let promised = self.promised.remove(&(merchant.clone(), key.clone())).unwrap_or_default();
        let mut findings = Findings::about(format!("stock {} at {} of {merchant}", key.sku, key.location));
        for (which, found, expected) in [
            ("allocated", stock.allocated, promised.allocated),
            ("backordered", stock.backordered, promised.backordered),
            ("available", stock.available, stock.on_hand - stock.allocated - stock.safety),
            ("promisable", stock.promisable, stock.available - stock.backordered),
        ] {
            findings.require(found == expected, || format!("{which} is {found} instead of {expected}"));
        }
        let sum = |count: fn(&LedgerEntry) -> i64| ledger.iter().map(count).sum::<i64>();
        for (which, found, booked) in [
            ("on hand", stock.on_hand, sum(|row| row.on_hand)),
            ("allocated", stock.allocated, sum(|row| row.allocated)),
            ("safety", stock.safety, sum(|row| row.safety)),
            ("backordered", stock.backordered, sum(|row| row.backordered)),
        ] {
            findings.require(found == booked, || format!("{which} is {found}, its ledger says {booked}"));
        }
        let of_orders = ledger.iter().filter(|row| row.reason == LedgerReason::Order);
        let left: i64 = of_orders.map(|row| -row.on_hand).sum();
        findings.require(left == promised.shipped, || {
            format!("{left} units left it for orders, which shipped {}", promised.shipped)
        });
        // Only a count can find fewer than were promised, or than left.
        let lost = ledger.iter().any(|row| row.reason == LedgerReason::Adjustment && row.on_hand < 0);
        findings.require(lost || 0 <= stock.allocated && stock.allocated <= stock.on_hand, || {
            format!("oversold: {stock:?}")
        });
        self.violations.extend(findings.into_violations());
    }

    /// The counts that the orders of `merchant` have changed.
    #[must_use]
    pub fn tallied(&self, merchant: &MerchantId) -> Vec<TallyKey> {
        self.tallied.keys().filter(|(of, _)| of == merchant).map(|(_, key)| key.clone()).collect()
    }

    /// A count that orders share: what was booked by hand, and what all orders' events make together. To
    /// be told after the histories of all orders of its merchant.
    pub fn tally(&mut self, merchant: &MerchantId, key: &TallyKey, tally: Tally) {
        let of_orders = self.tallied.remove(&(merchant.clone(), key.clone())).unwrap_or_default();
        let mut findings = Findings::about(format!("{} {} of {merchant}", key.kind.name(), key.subject));
        let expected = tally.by_hand + of_orders;
        findings.require(tally.amount == expected, || {
            format!("is {}; booked by hand and by orders was {expected}", tally.amount)
        });
        findings.require(tally.amount >= 0, || format!("is below nothing: {}", tally.amount));
        self.violations.extend(findings.into_violations());
    }

    /// Everything that does not agree.
    #[must_use]
    pub fn finish(mut self) -> Vec<Violation> {
        for ((merchant, key), promised) in self.promised {
            let mut findings =
                Findings::about(format!("stock {} at {} of {merchant}", key.sku, key.location));
            findings.require(promised == Promised::default(), || {
                format!("orders have {promised:?} of a stock that does not exist")
            });
            self.violations.extend(findings.into_violations());
        }
        for ((merchant, key), of_orders) in self.tallied {
            let about = format!("{} {} of {merchant}", key.kind.name(), key.subject);
            let mut findings = Findings::about(about);
            findings.require(of_orders == 0, || {
                format!("orders have {of_orders} of a count that does not exist")
            });
            self.violations.extend(findings.into_violations());
        }
        self.violations
    }
}

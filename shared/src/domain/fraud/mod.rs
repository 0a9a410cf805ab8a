//! Possible fraud 不正注文: an explained score. Each signal that speaks against an order adds its
//! weight; at one threshold the order is shown with a warning, at the next it waits for a person.
//!
//! No message holds personal data: findings are stored, listed and logged.

mod area_code;
mod contact;
mod marks;
mod places;
mod rules;
mod signals;
#[cfg(test)]
mod tests;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

pub use marks::{Feature, Mark, MarkKind, features};
pub use rules::{FraudRules, Signal};
pub use signals::assess;

use super::ids::OrderId;

/// Another order that was recognised by the same mark.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sighting {
    /// Which order.
    pub order: OrderId,
    /// When it was received.
    pub at: Timestamp,
    /// What tells it apart within the mark, hashed: of an address, the room.
    pub detail: Option<String>,
}

/// The other orders with one of this order's marks, in the last 30 days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// By what.
    pub kind: MarkKind,
    /// This order's own detail.
    pub detail: Option<String>,
    /// The others.
    pub others: Vec<Sighting>,
}

impl Seen {
    /// How long an order is remembered by its marks.
    pub const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

    /// How many others came in the time before `now`.
    fn within(&self, hours: i64, now: Timestamp) -> usize {
        let since = now - SignedDuration::from_hours(hours);
        self.others.iter().filter(|other| other.at >= since).count()
    }
}

/// A mark that the merchant has blocked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blocked {
    /// Which.
    pub mark: Mark,
    /// Why; what a person wrote.
    pub reason: super::customer::Personal,
    /// Who blocked it.
    pub by: String,
    /// Since when.
    pub since: Timestamp,
    /// Until when; for good when there is none.
    pub until: Option<Timestamp>,
}

impl Blocked {
    /// Whether it counts at `now`.
    #[must_use]
    pub fn counts_at(&self, now: Timestamp) -> bool {
        self.until.is_none_or(|until| now < until)
    }
}

/// What is known besides the order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FraudFacts {
    /// When it is judged.
    pub now: Timestamp,
    /// Whether the customer has no other order that was not cancelled.
    pub is_first_order: bool,
    /// Parcels the customer refused.
    pub refusals: i64,
    /// Payments the customer let expire.
    pub unpaid: i64,
    /// The other orders with its marks.
    pub seen: Vec<Seen>,
    /// Its marks that are blocked.
    pub blocked: Vec<MarkKind>,
}

/// A signal that speaks against an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suspicion {
    /// Which.
    pub signal: Signal,
    /// What it counts.
    pub weight: u16,
    /// What was seen, and where. Holds no personal data.
    pub message: String,
}

/// How risky an order is, and why.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Risk {
    /// The sum of the weights.
    pub score: u16,
    /// What speaks against it, the heaviest first.
    pub suspicions: Vec<Suspicion>,
}

impl Risk {
    /// The risk of all these together.
    fn of(mut suspicions: Vec<Suspicion>) -> Self {
        suspicions.sort_by_key(|it| std::cmp::Reverse(it.weight));
        let score = suspicions.iter().fold(0_u16, |score, it| score.saturating_add(it.weight));
        Self { score, suspicions }
    }

    /// What the same signals count by other rules. Signals that counted nothing were not kept.
    #[must_use]
    pub fn weighed_by(&self, rules: &FraudRules) -> Self {
        let weighed = |it: &Suspicion| Suspicion { weight: rules.weight(it.signal), ..it.clone() };
        Self::of(self.suspicions.iter().map(weighed).filter(|it| it.weight > 0).collect())
    }

    /// All reasons in one text.
    #[must_use]
    pub fn reasons(&self) -> String {
        let reasons = self.suspicions.iter().map(|it| format!("{} (+{})", it.message, it.weight));
        reasons.collect::<Vec<_>>().join("; ")
    }
}

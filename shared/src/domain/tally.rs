//! Tallies: counts that orders share and that have a bound, changed in the transaction of the
//! decision that changes them.
//!
//! What an order does to them follows from what happened to it ([`changes`]), so a count is at any time
//! what was booked by hand and what all orders' events make together.

use serde::{Deserialize, Serialize};

use super::event::Event;
use super::order::{Order, TicketKind};

/// What is counted.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum TallyKind {
    /// The uses of a promotion code.
    PromotionUses,
    /// The uses of a promotion code by one customer.
    CustomerPromotionUses,
    /// The points of an issuer of ours that a customer has.
    Points,
    /// The credit that an account uses 与信利用額.
    Credit,
    /// The orders of a customer that were not cancelled.
    Orders,
    /// The parcels a customer refused 受取拒否.
    Refusals,
    /// The payments a customer let expire 未払い.
    Unpaid,
}

impl TallyKind {
    /// Its name in keys.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::PromotionUses => "PROMOTION_USES",
            Self::CustomerPromotionUses => "CUSTOMER_PROMOTION_USES",
            Self::Points => "POINTS",
            Self::Credit => "CREDIT",
            Self::Orders => "ORDERS",
            Self::Refusals => "REFUSALS",
            Self::Unpaid => "UNPAID",
        }
    }

    /// Whether orders take from it what was put there before. Of the others they use up what is left
    /// below a limit.
    #[must_use]
    pub const fn is_balance(self) -> bool {
        matches!(self, Self::Points)
    }
}

/// Which count of a merchant. Holds no personal data: customers are hashes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TallyKey {
    /// What is counted.
    pub kind: TallyKind,
    /// Of which code, issuer, account or customer.
    pub subject: String,
}

impl TallyKey {
    /// The count of `kind` for the `parts` of a subject, none of which contains a `#`.
    #[must_use]
    pub fn new(kind: TallyKind, parts: &[&str]) -> Self {
        Self { kind, subject: parts.join("#") }
    }
}

/// What an amount must be, so that a change of it is allowed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bounds {
    /// At least this.
    pub least: Option<i64>,
    /// At most this.
    pub most: Option<i64>,
}

impl Bounds {
    /// Whether `amount` is within them.
    #[must_use]
    pub fn hold_for(&self, amount: i64) -> bool {
        self.least.is_none_or(|least| amount >= least) && self.most.is_none_or(|most| amount <= most)
    }

    /// What it takes for a change by `delta`, and for another one of the same count after it.
    #[must_use]
    pub fn then(self, delta: i64, next: Self) -> Self {
        let most = next.most.map(|most| most - delta);
        Self {
            least: self.least.max(next.least.map(|least| least - delta)),
            most: self.most.into_iter().chain(most).min(),
        }
    }
}

/// A change of a count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TallyChange {
    /// Which.
    pub key: TallyKey,
    /// By how much.
    pub delta: i64,
    /// What it must be before.
    pub bounds: Bounds,
}

impl TallyChange {
    /// A change that is always allowed.
    #[must_use]
    pub const fn free(key: TallyKey, delta: i64) -> Self {
        Self { key, delta, bounds: Bounds { least: None, most: None } }
    }
}

/// A part of a count that an order has taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// Of which count.
    pub key: TallyKey,
    /// How much; never nothing.
    pub amount: i64,
    /// How much all orders together may have; `None` when it is only counted, or a balance.
    pub limit: Option<i64>,
    /// How much of it was given back.
    #[serde(default)]
    pub returned: i64,
}

impl Claim {
    /// One of a count.
    #[must_use]
    pub const fn one(key: TallyKey, limit: Option<i64>) -> Self {
        Self { key, amount: 1, limit, returned: 0 }
    }

    /// What it does to its count.
    #[must_use]
    pub fn change(&self) -> TallyChange {
        let (delta, bounds) = if self.key.kind.is_balance() {
            (-self.amount, Bounds { least: Some(self.amount), most: None })
        } else {
            (self.amount, Bounds { least: None, most: self.limit.map(|limit| limit - self.amount) })
        };
        TallyChange { key: self.key.clone(), delta, bounds }
    }

    /// What the order still has of it.
    #[must_use]
    pub const fn kept(&self) -> i64 {
        self.amount - self.returned
    }
}

/// That an order gave back a part of what it had claimed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Returned {
    /// Of which count.
    pub key: TallyKey,
    /// How much; never nothing.
    pub amount: i64,
}

impl Returned {
    fn change(&self) -> TallyChange {
        let sign = if self.key.kind.is_balance() { 1 } else { -1 };
        TallyChange::free(self.key.clone(), sign * self.amount)
    }
}

/// What `event` of `order` does to counts.
#[must_use]
pub fn changes(order: &Order, event: &Event) -> Vec<TallyChange> {
    let of_customer = |kind| {
        let customer = order.screening.customer.as_deref();
        customer.map(|customer| TallyChange::free(TallyKey::new(kind, &[customer]), 1))
    };
    if let Event::OrderScreened { screened } = event {
        return screened.claims.iter().map(Claim::change).collect();
    }
    if let Event::ClaimsReturned { returns } = event {
        return returns.iter().map(Returned::change).collect();
    }
    if let Event::PointsEarned { key, points } = event {
        return vec![TallyChange::free(key.clone(), points.units())];
    }
    // The ticket is opened once for each shipment, however often the carrier says so.
    let refused = matches!(event, Event::TicketOpened { kind: TicketKind::ShipmentRefused, .. });
    let unpaid = matches!(event, Event::PaymentExpired { .. });
    let refused = refused.then(|| of_customer(TallyKind::Refusals)).flatten();
    let unpaid = unpaid.then(|| of_customer(TallyKind::Unpaid)).flatten();
    refused.into_iter().chain(unpaid).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn bounds() -> impl Strategy<Value = Bounds> {
        (prop::option::of(-3..6_i64), prop::option::of(-3..6_i64))
            .prop_map(|(least, most)| Bounds { least, most })
    }

    proptest! {
        #[test]
        fn changes_are_allowed_together_exactly_when_each_is_allowed_in_its_turn(
            before in -3..6_i64,
            changes in prop::collection::vec((-3..4_i64, bounds()), 0..6),
        ) {
            let (mut amount, mut in_turn) = (before, true);
            let (mut together, mut delta) = (Bounds::default(), 0);
            for (change, bounds) in changes {
                in_turn &= bounds.hold_for(amount);
                amount += change;
                together = together.then(delta, bounds);
                delta += change;
            }
            prop_assert_eq!(together.hold_for(before), in_turn);
            prop_assert_eq!(before + delta, amount);
        }
    }

    #[test]
    fn a_code_is_used_up_to_its_limit_and_points_down_to_nothing() {
        let code = Claim::one(TallyKey::new(TallyKind::PromotionUses, &["SPRING"]), Some(3)).change();
        assert_eq!((code.delta, code.bounds.hold_for(2), code.bounds.hold_for(3)), (1, true, false));
        let key = TallyKey::new(TallyKind::Points, &["OWN", "customer"]);
        let points = Claim { amount: 100, ..Claim::one(key, None) }.change();
        assert_eq!(
            (points.delta, points.bounds.hold_for(100), points.bounds.hold_for(99)),
            (-100, true, false)
        );
    }
}

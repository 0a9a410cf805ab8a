//! What an order is recognised by, and what it has taken of what orders share: the uses of codes,
//! points, credit.

use serde::{Deserialize, Serialize};

use super::billing::{Discount, DiscountKind};
use super::fraud::{Mark, Risk};
use super::money::Amount;
use super::order::{Order, OrderState};
use super::payment::Payment;
use super::tally::{Claim, Returned, TallyKey, TallyKind};

/// The issuer of points that a channel gives no name.
const UNNAMED_ISSUER: &str = "CHANNEL";

/// That a customer earns points of an issuer of ours with the order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Earns {
    /// The points the customer has.
    pub key: TallyKey,
    /// How many for 10,000 units of what the goods cost.
    pub basis_points: u16,
}

/// What screening found of an order; of what is counted, only what is new.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Screened {
    /// Who ordered, hashed; `None` when nothing tells one customer from another.
    pub customer: Option<String>,
    /// What it is recognised by.
    pub marks: Vec<Mark>,
    /// What it takes.
    pub claims: Vec<Claim>,
    /// The days an account has to pay after the goods have left; `None` for everybody else.
    pub terms_days: Option<u16>,
    /// The points it will bring.
    pub earns: Vec<Earns>,
    /// How risky it is.
    pub risk: Risk,
}

/// What is known of an order since its screenings.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Screening {
    /// Who ordered, hashed.
    pub customer: Option<String>,
    /// What it is recognised by.
    pub marks: Vec<Mark>,
    /// What it has taken.
    pub claims: Vec<Claim>,
    /// The days an account has to pay after the goods have left.
    pub terms_days: Option<u16>,
    /// The points it will bring.
    pub earns: Vec<Earns>,
    /// The points it brought.
    pub earned: Vec<(TallyKey, Amount)>,
    /// How risky it is.
    pub risk: Risk,
}

impl Screening {
    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What of `screened` is new; `None` when nothing is. What was claimed once is not claimed again, and
    /// terms once given stay.
    #[must_use]
    pub fn news(&self, screened: &Screened) -> Option<Screened> {
        let mut news = Screened { terms_days: self.terms_days.or(screened.terms_days), ..screened.clone() };
        news.marks.retain(|mark| !self.marks.contains(mark));
        news.claims.retain(|claim| self.claim(&claim.key).is_none());
        let same = self.customer == news.customer
            && self.terms_days == news.terms_days
            && self.earns == news.earns
            && self.risk == news.risk;
        (!same || !news.marks.is_empty() || !news.claims.is_empty()).then_some(news)
    }

    /// Takes over what a screening found.
    pub fn add(&mut self, screened: &Screened) {
        let Screened { customer, marks, claims, terms_days, earns, risk } = screened.clone();
        self.marks.extend(marks);
        self.claims.extend(claims);
        (self.customer, self.terms_days, self.earns, self.risk) = (customer, terms_days, earns, risk);
    }

    /// What the order has taken of a count.
    #[must_use]
    pub fn claim(&self, key: &TallyKey) -> Option<&Claim> {
        self.claims.iter().find(|claim| claim.key == *key)
    }

    /// Notes what was given back.
    pub fn give_back(&mut self, returns: &[Returned]) {
        for claim in &mut self.claims {
            let back = returns.iter().filter(|returned| returned.key == claim.key);
            claim.returned += back.map(|returned| returned.amount).sum::<i64>();
        }
    }
}

/// The points of one issuer on an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PointsEntry {
    /// Whose points: `RAKUTEN`, `OWN`.
    pub issuer: String,
    /// How many paid for the order ポイント利用.
    pub used: Amount,
    /// How many of them were given back.
    pub returned: Amount,
    /// How many the order brought, by us or, as it says, by the channel ポイント付与.
    pub earned: Amount,
}

/// Whose points a discount is paid with: its code, or the channel's own.
#[must_use]
pub fn issuer_of(discount: &Discount) -> Option<String> {
    let name = discount.code.as_deref().map_or("", str::trim);
    let name = if name.is_empty() { UNNAMED_ISSUER.to_owned() } else { name.to_ascii_uppercase() };
    (discount.kind == DiscountKind::Points).then_some(name)
}

impl Order {
    /// Whether the payment is made after the goods have left, as agreed with the account 掛払い.
    #[must_use]
    pub fn is_on_terms(&self, payment: &Payment) -> bool {
        self.screening.terms_days.is_some() && payment.method.is_prepaid()
    }

    /// What an account that pays later still owes for the order.
    #[must_use]
    pub fn owed_by_account(&self) -> Amount {
        let payments = self.payments.iter().zip(self.targets());
        let later = payments.filter(|(payment, _)| payment.method.is_prepaid());
        later.map(|(payment, target)| (target - payment.held()).or_zero()).sum()
    }

    /// How many of `used` points the order still needs: they go with the discounts that go with
    /// cancelled units, in the same proportion. Computed of how the order stands, so any sequence of
    /// cancellations ends in the same figure, and never in more than was used.
    #[must_use]
    pub fn points_kept(&self, used: Amount) -> Amount {
        if self.is_empty() {
            return Amount::ZERO;
        }
        let of_lines = self.lines.iter().map(|line| line.discount);
        let all: Amount = of_lines.chain(self.fees.iter().map(|fee| fee.discount)).sum();
        used.share(self.billing().discount, all)
    }

    /// The points on the order, by issuer. Those of issuers that are not ours are recorded, and the
    /// channel gives them back.
    #[must_use]
    pub fn points(&self) -> Vec<PointsEntry> {
        let mut entries: Vec<PointsEntry> = Vec::new();
        let used = self.discounts.iter().filter_map(|discount| Some((issuer_of(discount)?, discount.amount)));
        let earned = self.screening.earned.iter().filter_map(|(key, points)| {
            let issuer = key.subject.split('#').next()?;
            Some((issuer.to_owned(), *points))
        });
        let of_channel = self.particulars.points_earned.iter();
        let of_channel = of_channel.map(|it| (it.issuer.clone(), Amount::new(it.points.into())));
        let nothing = |issuer: String| PointsEntry {
            issuer,
            used: Amount::ZERO,
            returned: Amount::ZERO,
            earned: Amount::ZERO,
        };
        let used = used.map(|(issuer, used)| PointsEntry { used, ..nothing(issuer) });
        let earned =
            earned.chain(of_channel).map(|(issuer, earned)| PointsEntry { earned, ..nothing(issuer) });
        for entry in used.chain(earned) {
            match entries.iter_mut().find(|known| known.issuer == entry.issuer) {
                Some(known) => {
                    (known.used, known.earned) = (known.used + entry.used, known.earned + entry.earned);
                }
                None => entries.push(entry),
            }
        }
        for entry in &mut entries {
            entry.returned = entry.used - self.points_kept(entry.used);
        }
        entries
    }

    /// What of its claims the order has to give back as it stands.
    #[must_use]
    pub fn claims_to_return(&self) -> Vec<Returned> {
        let back = |claim: &Claim| {
            let kept = match claim.key.kind {
                TallyKind::Points => self.points_kept(Amount::new(claim.amount)).units(),
                TallyKind::Credit => self.owed_by_account().units(),
                TallyKind::PromotionUses
                | TallyKind::CustomerPromotionUses
                | TallyKind::Orders
                | TallyKind::Refusals
                | TallyKind::Unpaid => {
                    if self.state == OrderState::Cancelled {
                        0
                    } else {
                        claim.amount
                    }
                }
            };
            let amount = claim.kept() - kept.min(claim.amount);
            (amount > 0).then(|| Returned { key: claim.key.clone(), amount })
        };
        self.screening.claims.iter().filter_map(back).collect()
    }

    /// The points the order brings now that its sale is posted, once.
    #[must_use]
    pub fn points_to_earn(&self) -> Option<(TallyKey, Amount)> {
        let billing = self.billing();
        let base = billing.goods - billing.discount;
        let open = self.screening.earns.iter().filter(|_| self.sales_posted);
        let mut open = open.filter(|earns| !self.screening.earned.iter().any(|(key, _)| *key == earns.key));
        open.find_map(|earns| {
            let points = base.or_zero().proportion(u32::from(earns.basis_points), 10_000);
            points.is_positive().then(|| (earns.key.clone(), points))
        })
    }
}

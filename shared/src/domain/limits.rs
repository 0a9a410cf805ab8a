//! What an order may take of what orders share: uses of codes, points, credit. Pure: it is told how
//! the counts stand, and says what the order takes of them and what stands against it.
//!
//! The channel has promised the customer a price. So an order that cannot have what it was promised
//! is never refused: it takes nothing, and a hold asks a person.

use std::collections::BTreeMap;

use super::account::{Account, PointIssuer};
use super::billing::{Discount, DiscountKind};
use super::fraud::{FraudRules, Risk};
use super::ids::{AccountId, IssuerId};
use super::money::{Amount, Currency};
use super::order::{HoldCode, Order};
use super::promotion::{Promotion, Unmet};
use super::screening::{Earns, Screened, issuer_of};
use super::tally::{Claim, TallyKey, TallyKind};
use super::validation::{Finding, FindingCode, Severity};

/// The most codes of ours, and the most issuers of ours, that an order uses: each is a row of its
/// transaction.
pub const MAX_SHARED: usize = 4;
/// Who closes the holds of validation, if no person did.
const VALIDATION: &str = "validate-order";

/// What is registered for the order's merchant, and how the counts stand.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shared {
    /// Who ordered, hashed.
    pub customer: Option<String>,
    /// Those of the order's codes that are the merchant's own.
    pub promotions: Vec<Promotion>,
    /// The merchant's own issuers of points.
    pub issuers: Vec<PointIssuer>,
    /// The account the order names, if the merchant has it.
    pub account: Option<Account>,
    /// How the counts stand.
    pub tallies: BTreeMap<TallyKey, i64>,
}

/// The codes the order's discounts name that may be a merchant's own.
#[must_use]
pub fn codes(order: &Order) -> Vec<super::ids::PromotionCode> {
    let coupons = order.discounts.iter().filter(|discount| discount.kind != DiscountKind::Points);
    let mut codes: Vec<_> =
        coupons.filter_map(|discount| Promotion::read_code(discount.code.as_deref()?)).collect();
    codes.sort();
    codes.dedup();
    codes
}

/// The account the order names, as far as it can be one.
#[must_use]
pub fn account_of(order: &Order) -> Option<AccountId> {
    AccountId::new(order.particulars.purchase_order.as_ref()?.account.as_deref()?).ok()
}

impl Shared {
    /// The counts that matter for the order.
    #[must_use]
    pub fn keys(&self, order: &Order) -> Vec<TallyKey> {
        let mut keys: Vec<TallyKey> = Vec::new();
        for promotion in &self.promotions {
            keys.push(uses(promotion));
            keys.extend(self.customer.as_deref().map(|customer| uses_by(promotion, customer)));
        }
        if let Some(customer) = self.customer.as_deref() {
            let own = self.used_points(order).into_iter().map(|(issuer, _)| points(&issuer, customer));
            keys.extend(own);
            let history = [TallyKind::Orders, TallyKind::Refusals, TallyKind::Unpaid];
            keys.extend(history.map(|kind| TallyKey::new(kind, &[customer])));
        }
        keys.extend(self.account.as_ref().map(|account| credit(&account.id)));
        keys
    }

    /// How a count of the customer stands without what this order has in it.
    #[must_use]
    pub fn of_customer(&self, order: &Order, kind: TallyKind) -> i64 {
        let Some(customer) = self.customer.as_deref() else { return 0 };
        let key = TallyKey::new(kind, &[customer]);
        let own = order.screening.claim(&key).map_or(0, Claim::kept);
        self.tallies.get(&key).copied().unwrap_or_default() - own
    }

    /// Whether the customer is known, and has no other order that was not cancelled.
    #[must_use]
    pub fn is_first_order(&self, order: &Order) -> bool {
        self.customer.is_some() && self.of_customer(order, TallyKind::Orders) == 0
    }

    /// The points of our own issuers that the order uses.
    fn used_points(&self, order: &Order) -> Vec<(IssuerId, Amount)> {
        let mut used: BTreeMap<IssuerId, Amount> = BTreeMap::new();
        for discount in &order.discounts {
            let named =
                |issuer: &&PointIssuer| issuer_of(discount).is_some_and(|name| name == issuer.id.as_str());
            if let Some(issuer) = self.issuers.iter().find(named) {
                *used.entry(issuer.id.clone()).or_default() += discount.amount;
            }
        }
        used.into_iter().collect()
    }
}

fn uses(promotion: &Promotion) -> TallyKey {
    TallyKey::new(TallyKind::PromotionUses, &[promotion.code.as_str()])
}

fn uses_by(promotion: &Promotion, customer: &str) -> TallyKey {
    TallyKey::new(TallyKind::CustomerPromotionUses, &[promotion.code.as_str(), customer])
}

/// The points of `issuer` that a customer has.
#[must_use]
pub fn points(issuer: &IssuerId, customer: &str) -> TallyKey {
    TallyKey::new(TallyKind::Points, &[issuer.as_str(), customer])
}

/// The credit an account uses.
#[must_use]
pub fn credit(account: &AccountId) -> TallyKey {
    TallyKey::new(TallyKind::Credit, &[account.as_str()])
}

/// What an order takes, and what stands against it.
struct Taking<'a> {
    order: &'a Order,
    shared: &'a Shared,
    claims: Vec<Claim>,
    findings: Vec<Finding>,
}

/// What the order takes of what `shared` knows, and everything that stands against it.
#[must_use]
pub fn take(order: &Order, shared: &Shared) -> (Screened, Vec<Finding>) {
    let mut taking = Taking { order, shared, claims: Vec::new(), findings: Vec::new() };
    let is_for_first = taking.promotions();
    taking.points();
    let terms_days = taking.account();
    taking.count_order(is_for_first);
    let earns = taking.earns();
    let Taking { claims, findings, .. } = taking;
    let customer = shared.customer.clone();
    (Screened { customer, claims, terms_days, earns, ..Screened::default() }, findings)
}

/// What stands against the order because of its risk. Once a person has let it pass, only a higher
/// risk stops it again.
#[must_use]
pub fn judge(order: &Order, risk: &Risk, rules: &FraudRules) -> Option<Finding> {
    if risk.score < rules.warn_at {
        return None;
    }
    let hold = HoldCode::FraudReview;
    let passed = was_judged(order, hold) && risk.score <= order.screening.risk.score;
    let severity =
        if risk.score >= rules.hold_at && !passed { Severity::Blocking(hold) } else { Severity::Warning };
    let message = format!(
        "The fraud score is {} of {}: {}. Confirm the order with the customer, then approve it or cancel it.",
        risk.score,
        rules.hold_at,
        risk.reasons()
    );
    Some(Finding { code: FindingCode::FraudSuspected, severity, field: "order".to_owned(), message })
}

/// Whether a person has closed a hold for `code`: nobody is asked the same twice.
fn was_judged(order: &Order, code: HoldCode) -> bool {
    order.holds.iter().any(|hold| hold.code == code && hold.was_closed_by_other_than(VALIDATION))
}

impl Taking<'_> {
    /// Something a person has to decide, unless somebody has.
    fn blocked(&mut self, code: FindingCode, hold: HoldCode, field: impl Into<String>, message: String) {
        let severity =
            if was_judged(self.order, hold) { Severity::Warning } else { Severity::Blocking(hold) };
        self.findings.push(Finding { code, severity, field: field.into(), message });
    }

    /// Takes all of `claims`, or none if there is no room for one. What the order has already counts
    /// as taken.
    fn claim(&mut self, claims: Vec<Claim>) -> bool {
        let stands = |key: &TallyKey| self.shared.tallies.get(key).copied().unwrap_or_default();
        let mut new: Vec<Claim> = claims;
        new.retain(|claim| self.order.screening.claim(&claim.key).is_none());
        let fits = new.iter().all(|claim| {
            let taken = self.claims.iter().filter(|known| known.key == claim.key);
            let taken: i64 = taken.map(|known| known.change().delta).sum();
            claim.change().bounds.hold_for(stands(&claim.key) + taken)
        });
        if fits {
            self.claims.extend(new);
        }
        fits
    }

    /// Whether a code that was taken is for first orders alone.
    fn promotions(&mut self) -> bool {
        let (mut is_for_first, mut seen) = (false, Vec::new());
        for (i, discount) in self.order.discounts.iter().enumerate() {
            let code = discount.code.as_deref().and_then(Promotion::read_code);
            let own = self.shared.promotions.iter().find(|promotion| Some(&promotion.code) == code.as_ref());
            let Some(promotion) = own.filter(|_| discount.kind != DiscountKind::Points) else { continue };
            let (code, at) = (&promotion.code, format!("discounts[{i}]"));
            if seen.contains(&code) || seen.len() >= MAX_SHARED {
                let message =
                    format!("{code}: a code counts once on an order, and at most {MAX_SHARED} of them.");
                self.blocked(FindingCode::PromotionInvalid, HoldCode::Promotion, at, message);
                continue;
            }
            seen.push(code);
            is_for_first |= self.promotion(promotion, discount, &at) && promotion.conditions.first_order_only;
        }
        is_for_first
    }

    /// Whether the order has its use of the code.
    fn promotion(&mut self, promotion: &Promotion, discount: &Discount, at: &str) -> bool {
        let code = &promotion.code;
        let gives = match promotion.on(self.order, self.shared.is_first_order(self.order)) {
            Ok(gives) => gives,
            Err(unmet) => {
                let message = format!("{code}: {unmet}. Accept the discount, or ask the customer.");
                self.blocked(FindingCode::PromotionInvalid, HoldCode::Promotion, at, message);
                return false;
            }
        };
        let customer = self.shared.customer.as_deref();
        if promotion.limit_per_customer.is_some() && customer.is_none() {
            let unmet = Unmet::NotFirst;
            let message =
                format!("{code}: it has a limit for each customer, and nothing tells who this is ({unmet}).");
            self.blocked(FindingCode::PromotionInvalid, HoldCode::Promotion, at, message);
            return false;
        }
        // What has no limit is not counted: nothing would be compared with it.
        let all = promotion.limit.map(|limit| Claim::one(uses(promotion), Some(limit.into())));
        let of_customer = customer.zip(promotion.limit_per_customer);
        let of_customer =
            of_customer.map(|(who, limit)| Claim::one(uses_by(promotion, who), Some(limit.into())));
        if !self.claim(all.into_iter().chain(of_customer).collect()) {
            let message = format!(
                "{code}: it was used as often as it may be. Accept the discount, or ask the customer."
            );
            self.blocked(FindingCode::PromotionExhausted, HoldCode::Promotion, at, message);
            return false;
        }
        let (promised, gives) = (discount.amount.units(), gives.units());
        let message = format!("{code}: the channel gave {promised}, the code gives {gives} on this order.");
        if promised > gives {
            self.blocked(FindingCode::PromotionDiffers, HoldCode::Promotion, at, message);
        } else if promised < gives {
            let (code, severity) = (FindingCode::PromotionDiffers, Severity::Warning);
            self.findings.push(Finding { code, severity, field: at.to_owned(), message });
        }
        true
    }

    fn points(&mut self) {
        for (n, (issuer, used)) in self.shared.used_points(self.order).into_iter().enumerate() {
            let customer = self.shared.customer.as_deref().filter(|_| n < MAX_SHARED);
            let claim =
                customer.map(|who| Claim { amount: used.units(), ..Claim::one(points(&issuer, who), None) });
            let has_them = used.is_zero() || claim.is_some_and(|claim| self.claim(vec![claim]));
            if !has_them {
                let message = format!(
                    "{issuer}: the customer has fewer than the {} points the order uses. Ask the customer how to \
                     pay the rest, or give the points.",
                    used.units()
                );
                self.blocked(FindingCode::PointsShort, HoldCode::PointRecalc, "discounts", message);
            }
        }
    }

    /// The days an account has to pay, if the order is of one.
    fn account(&mut self) -> Option<u16> {
        let purchase = self.order.particulars.purchase_order.as_ref()?;
        let named = purchase.account.as_deref()?;
        let field = "particulars.purchase_order";
        let hold = HoldCode::PurchaseOrder;
        let account = self.shared.account.as_ref().filter(|account| account.id.as_str() == named);
        let Some(account) = account.filter(|account| account.currency == self.order.currency) else {
            let message = "The merchant has no such account in this currency: register it, or have the order paid \
                           in advance.";
            self.blocked(FindingCode::AccountUnknown, hold, field, message.to_owned());
            return None;
        };
        if account.requires_purchase_order && purchase.number.trim().is_empty() {
            let message = "The account's orders quote a purchase order number: ask the buyer for it.";
            self.blocked(FindingCode::PurchaseOrderMissing, hold, field, message.to_owned());
        }
        let total = self.order.billing().total;
        if account.approval_above.is_some_and(|above| total > above) {
            let message = format!("{}: orders of more than agreed have to be approved.", account.id);
            self.blocked(FindingCode::ApprovalNeeded, HoldCode::Approval, field, message);
        }
        let owed = self.order.owed_by_account().units();
        let (key, limit) = (credit(&account.id), Some(account.credit_limit.units()));
        let claim = Claim { key, amount: owed, limit, returned: 0 };
        if owed > 0 && !self.claim(vec![claim]) {
            let message = format!(
                "{}: with this order it would owe more than its limit of {}. Wait for its money, or take the \
                 responsibility.",
                account.id,
                account.credit_limit.units()
            );
            self.blocked(FindingCode::CreditExceeded, HoldCode::CreditLimit, field, message);
        }
        Some(account.payment_terms_days)
    }

    /// Counts the order of a known customer: as the only one, if it used what is for first orders.
    fn count_order(&mut self, is_for_first: bool) {
        let Some(customer) = self.shared.customer.as_deref() else { return };
        let key = TallyKey::new(TallyKind::Orders, &[customer]);
        let counted = self.claim(vec![Claim::one(key, is_for_first.then_some(1))]);
        debug_assert!(counted, "a first order was the first when its code was looked at");
    }

    fn earns(&self) -> Vec<Earns> {
        let Some(customer) = self.shared.customer.as_deref() else { return Vec::new() };
        let here = |issuer: &&PointIssuer| {
            let somewhere = issuer.channels.is_empty() || issuer.channels.contains(&self.order.channel);
            somewhere && issuer.earn_basis_points > 0 && self.order.currency == Currency::Jpy
        };
        let earns = |issuer: &PointIssuer| Earns {
            key: points(&issuer.id, customer),
            basis_points: issuer.earn_basis_points,
        };
        self.shared.issuers.iter().filter(here).take(MAX_SHARED).map(earns).collect()
    }
}

//! Looks up what is known besides an order: what its merchant has registered, how the counts stand,
//! which other orders were recognised by the same.

use futures_util::future::try_join_all;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use jiff::Timestamp;

use super::limit_store::{LimitStore, Registered, RegisteredKey, RegisteredKind, Salt};
use super::ports::StoreError;
use crate::domain::fraud::{Feature, FraudFacts, FraudRules, Mark, MarkKind, Seen, assess, features};
use crate::domain::limits::{Shared, account_of, codes, judge, take};
use crate::domain::order::Order;
use crate::domain::screening::Screened;
use crate::domain::tally::TallyKind;
use crate::domain::validation::Finding;

/// How many orders with the same mark are looked at: more than any rule counts.
const MAX_SIGHTINGS: usize = 50;
/// The most issuers of points a merchant has.
pub const MAX_ISSUERS: usize = 10;
/// The hexadecimal digits of a mark's hash: 80 bits.
const DIGITS: usize = 20;

impl Salt {
    fn hash(&self, kind: MarkKind, text: &str) -> String {
        // A key of any length is one.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(self.0.as_bytes()) else { return String::new() };
        mac.update(kind.name().as_bytes());
        mac.update(&[0]);
        mac.update(text.as_bytes());
        let mut hash = hex::encode(mac.finalize().into_bytes());
        hash.truncate(DIGITS);
        hash
    }

    /// The mark of a feature.
    #[must_use]
    pub fn mark(&self, feature: &Feature) -> Mark {
        let hash = |text: &crate::domain::customer::Personal| self.hash(feature.kind, text.reveal());
        Mark { kind: feature.kind, hash: hash(&feature.text), detail: feature.detail.as_ref().map(hash) }
    }

    /// What an order is recognised by, hashed.
    #[must_use]
    pub fn marks(&self, order: &Order) -> Vec<Mark> {
        features(order).iter().map(|feature| self.mark(feature)).collect()
    }
}

/// Who ordered: the hash of the mail address, or else of the phone number. The customer's own come
/// before those of addressees.
#[must_use]
pub fn customer_of(marks: &[Mark]) -> Option<String> {
    let of = |kind| marks.iter().find(|mark| mark.kind == kind);
    of(MarkKind::Mail).or_else(|| of(MarkKind::Phone)).map(|mark| mark.hash.clone())
}

/// Screens `order` at `now`: what it takes of what orders share, how risky it is, and what stands
/// against it.
///
/// # Errors
/// [`StoreError`], when not everything can be read.
pub async fn screen(
    store: &impl LimitStore,
    order: &Order,
    rules: &FraudRules,
    now: Timestamp,
) -> Result<(Screened, Vec<Finding>), StoreError> {
    let merchant = &order.merchant;
    let marks = store.salt(merchant).await?.marks(order);
    let (mut shared, blocked) = look_up(store, order, &marks, now).await?;
    let keys = shared.keys(order);
    let counts = store.tallies(merchant, &keys).await?;
    shared.tallies = keys.into_iter().zip(counts.into_iter().map(|tally| tally.amount)).collect();
    let (screened, mut findings) = take(order, &shared);
    let facts = FraudFacts {
        now,
        is_first_order: shared.is_first_order(order),
        refusals: shared.of_customer(order, TallyKind::Refusals),
        unpaid: shared.of_customer(order, TallyKind::Unpaid),
        seen: seen(store, order, &marks, now).await?,
        blocked,
    };
    let risk = assess(order, &facts, rules);
    findings.extend(judge(order, &risk, rules));
    Ok((Screened { marks, risk, ..screened }, findings))
}

/// What is registered that matters for the order, and which of its marks are blocked.
async fn look_up(
    store: &impl LimitStore,
    order: &Order,
    marks: &[Mark],
    now: Timestamp,
) -> Result<(Shared, Vec<MarkKind>), StoreError> {
    let codes = codes(order).into_iter().map(|code| RegisteredKey::new(RegisteredKind::Promotion, code));
    let account = account_of(order).map(|account| RegisteredKey::new(RegisteredKind::Account, account));
    let blockable = marks.iter().filter(|mark| mark.kind.can_be_blocked()).map(RegisteredKey::blocked);
    let mut keys: Vec<RegisteredKey> = codes.chain(account).chain(blockable).collect();
    keys.sort();
    keys.dedup();
    let mut shared = Shared { customer: customer_of(marks), ..Shared::default() };
    let mut blocked = Vec::new();
    let issuers = issuers(store, order).await?;
    for registered in store.registered(&order.merchant, &keys).await?.into_iter().chain(issuers) {
        match registered {
            Registered::Promotion(promotion) => shared.promotions.push(promotion),
            Registered::Account(account) => shared.account = Some(account),
            Registered::PointIssuer(issuer) => shared.issuers.push(issuer),
            Registered::Blocked(entry) if entry.counts_at(now) => blocked.push(entry.mark.kind),
            Registered::Blocked(_) => {}
        }
    }
    Ok((shared, blocked))
}

async fn issuers(store: &impl LimitStore, order: &Order) -> Result<Vec<Registered>, StoreError> {
    let kind = RegisteredKind::PointIssuer;
    match store.list_registered(&order.merchant, kind, None, MAX_ISSUERS).await {
        Ok(page) => Ok(page.items),
        Err(super::ports::ListError::Store(error)) => Err(error),
        Err(super::ports::ListError::BadCursor) => Ok(Vec::new()),
    }
}

/// The other orders with each of its marks, in the last 30 days.
async fn seen(
    store: &impl LimitStore,
    order: &Order,
    marks: &[Mark],
    now: Timestamp,
) -> Result<Vec<Seen>, StoreError> {
    let look = async |mark: &Mark| {
        let mut others = store.sightings(&order.merchant, mark, now - Seen::KEPT, MAX_SIGHTINGS).await?;
        others.retain(|other| other.order != order.id);
        Ok::<_, StoreError>(Seen { kind: mark.kind, detail: mark.detail.clone(), others })
    };
    let remembered = marks.iter().filter(|mark| mark.kind.is_remembered());
    let mut seen = try_join_all(remembered.map(look)).await?;
    seen.retain(|seen| !seen.others.is_empty());
    Ok(seen)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::testing::an_order;

    #[test]
    fn a_mark_is_the_same_for_the_same_text_and_another_for_another_merchant_or_kind() {
        let (one, other) = (Salt("one".to_owned()), Salt("other".to_owned()));
        let phone = Feature::phone("090-2714-5836").unwrap();
        assert_eq!(one.mark(&phone), one.mark(&phone.clone()));
        assert_ne!(one.mark(&phone).hash, other.mark(&phone).hash);
        let name = Feature { kind: MarkKind::Name, ..phone.clone() };
        assert_ne!(one.mark(&phone).hash, one.mark(&name).hash);
        assert_eq!(one.mark(&phone).hash.len(), DIGITS);
    }

    #[test]
    fn the_customer_is_known_by_the_mail_address_or_else_by_the_phone() {
        let salt = Salt("salt".to_owned());
        let of = |change: fn(&mut Order)| {
            let mut order = an_order().order();
            change(&mut order);
            customer_of(&salt.marks(&order))
        };
        let mail = Feature::mail("taro@example.com").unwrap();
        assert_eq!(of(|_| ()), Some(salt.mark(&mail).hash));
        let phone = Feature::phone("09012345678").unwrap();
        assert_eq!(of(|order| order.customer.mail = None), Some(salt.mark(&phone).hash));
    }
}

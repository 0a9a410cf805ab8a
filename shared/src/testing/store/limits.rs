//! What orders share.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{MemoryStore, Ordering, page};
use crate::app::limit_store::{
    Adjusted, LimitStore, Registered, RegisteredKey, RegisteredKind, Salt, Tally, TallyAdjustment,
};
use crate::app::ports::{Commit, ListError, Page, StoreError};
use crate::domain::fraud::{Mark, MarkKind, Sighting};
use crate::domain::ids::{MerchantId, OrderId};
use crate::domain::tally::TallyKey;
use crate::testing::{Call, locked};

/// A mark of a merchant's customers.
type MarkOf = (MerchantId, MarkKind, String);

/// What is kept of it.
#[derive(Debug, Default)]
pub(super) struct Limits {
    registered: BTreeMap<(MerchantId, RegisteredKey), Registered>,
    tallies: BTreeMap<(MerchantId, TallyKey), Tally>,
    adjustments: BTreeMap<(MerchantId, TallyKey, String), i64>,
    sightings: BTreeMap<MarkOf, BTreeMap<(Timestamp, OrderId), Sighting>>,
}

impl Limits {
    fn tally(&self, merchant: &MerchantId, key: &TallyKey) -> Tally {
        self.tallies.get(&(merchant.clone(), key.clone())).copied().unwrap_or_default()
    }

    /// Whether the counts have room for what the commit does to them.
    pub(super) fn allow(&self, commit: &Commit) -> bool {
        let merchant = &commit.order.merchant;
        let changes = commit.tally_changes();
        changes.iter().all(|change| change.bounds.hold_for(self.tally(merchant, &change.key).amount))
    }

    pub(super) fn write(&mut self, commit: &Commit) {
        let merchant = &commit.order.merchant;
        for change in commit.tally_changes() {
            let tally = self.tallies.entry((merchant.clone(), change.key)).or_default();
            tally.amount += change.delta;
        }
        for (mark, sighting) in commit.sightings() {
            let seen = self.sightings.entry((merchant.clone(), mark.kind, mark.hash)).or_default();
            seen.insert((sighting.at, sighting.order.clone()), sighting);
        }
    }

    fn adjust(&mut self, adjustment: &TallyAdjustment) -> Adjusted {
        let TallyAdjustment { merchant, key, delta, reference, .. } = adjustment;
        let booked = (merchant.clone(), key.clone(), reference.clone());
        if let Some(known) = self.adjustments.get(&booked) {
            return if known == delta { Adjusted::AlreadyDone } else { Adjusted::ReferenceReused };
        }
        let tally = self.tally(merchant, key);
        if *delta < 0 && tally.amount + delta < 0 {
            return Adjusted::BelowZero;
        }
        let after = Tally { amount: tally.amount + delta, by_hand: tally.by_hand + delta };
        self.tallies.insert((merchant.clone(), key.clone()), after);
        self.adjustments.insert(booked, *delta);
        Adjusted::Done
    }
}

impl MemoryStore {
    /// All counts that were ever changed.
    #[must_use]
    pub fn all_tallies(&self) -> Vec<(MerchantId, TallyKey, Tally)> {
        let state = locked(&self.state);
        let all = state.limits.tallies.iter();
        all.map(|((merchant, key), tally)| (merchant.clone(), key.clone(), *tally)).collect()
    }
}

impl LimitStore for MemoryStore {
    async fn salt(&self, merchant: &MerchantId) -> Result<Salt, StoreError> {
        self.read(Call::Salt(merchant.clone()), |_| Salt(format!("the salt of {merchant}"))).await
    }

    async fn registered(
        &self,
        merchant: &MerchantId,
        keys: &[RegisteredKey],
    ) -> Result<Vec<Registered>, StoreError> {
        self.read(Call::Registered(merchant.clone(), keys.to_vec()), |state| {
            let known =
                |key: &RegisteredKey| state.limits.registered.get(&(merchant.clone(), key.clone())).cloned();
            keys.iter().filter_map(known).collect()
        })
        .await
    }

    async fn register(&self, merchant: &MerchantId, what: &Registered) -> Result<(), StoreError> {
        self.write(Call::Register(merchant.clone(), Box::new(what.clone())), |state| {
            state.limits.registered.insert((merchant.clone(), what.key()), what.clone());
            Ok(())
        })
        .await
    }

    async fn unregister(&self, merchant: &MerchantId, key: &RegisteredKey) -> Result<(), StoreError> {
        self.write(Call::Unregister(merchant.clone(), key.clone()), |state| {
            state.limits.registered.remove(&(merchant.clone(), key.clone()));
            Ok(())
        })
        .await
    }

    async fn list_registered(
        &self,
        merchant: &MerchantId,
        kind: RegisteredKind,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<Registered>, ListError> {
        let call = Call::ListRegistered(merchant.clone(), kind, cursor.map(str::to_owned), limit);
        let rows: Vec<(String, Registered)> = self
            .read::<_, ListError>(call, |state| {
                let own = state.limits.registered.iter();
                let own = own.filter(|((of, key), _)| of == merchant && key.kind == kind);
                own.map(|((_, key), what)| (key.id.clone(), what.clone())).collect()
            })
            .await?;
        page(&format!("{merchant}#{}", kind.name()), (cursor, limit), Ordering::Rising, rows)
    }

    async fn tallies(&self, merchant: &MerchantId, keys: &[TallyKey]) -> Result<Vec<Tally>, StoreError> {
        self.read(Call::Tallies(merchant.clone(), keys.to_vec()), |state| {
            keys.iter().map(|key| state.limits.tally(merchant, key)).collect()
        })
        .await
    }

    async fn adjust(&self, adjustment: &TallyAdjustment) -> Result<Adjusted, StoreError> {
        self.write(Call::Adjust(adjustment.clone()), |state| Ok(state.limits.adjust(adjustment))).await
    }

    async fn sightings(
        &self,
        merchant: &MerchantId,
        mark: &Mark,
        since: Timestamp,
        limit: usize,
    ) -> Result<Vec<Sighting>, StoreError> {
        let call = Call::Sightings(merchant.clone(), mark.clone(), since, limit);
        self.read(call, |state| {
            let place = (merchant.clone(), mark.kind, mark.hash.clone());
            let seen = state.limits.sightings.get(&place).into_iter().flat_map(BTreeMap::values);
            seen.rev().filter(|sighting| sighting.at >= since).take(limit).cloned().collect()
        })
        .await
    }
}

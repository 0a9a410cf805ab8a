//! What a commit does to the stock it touches: all movements of one stock become one change with
//! one ledger row.

use std::collections::{BTreeMap, BTreeSet};

use super::message::{Message, SCHEMA, Subject};
use super::ports::{Commit, LedgerEntry, LedgerReason, StockChange};
use crate::domain::ids::{LineId, MerchantId};
use crate::domain::stock::{Movement, MovementKind, Stock, StockDelta, StockKey};

/// The change of one stock by one commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StockEffect {
    /// Which stock.
    pub key: StockKey,
    /// What changes.
    pub delta: StockDelta,
    /// What the stock must have for it.
    pub needs: Needs,
    /// The ledger row that is written with it.
    pub entry: LedgerEntry,
}

/// What a stock must have for a change, as bounds that one condition can compare. They keep that
/// nothing is promised twice, nobody overtakes those that wait, and nobody begins to wait for units
/// that are there (they might have arrived since the decision, and no arrival would ever end that
/// wait).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Needs {
    /// The least units a new order may take.
    pub least_promisable: Option<i64>,
    /// The most units a new order may take.
    pub most_promisable: Option<i64>,
    /// The least units that are there and promised to nobody.
    pub least_available: Option<i64>,
}

impl Needs {
    /// What it takes to promise units to lines that did not wait (`taken`), to lines that waited
    /// (`filled`), and to let others begin to wait.
    #[must_use]
    pub fn of(taken: i64, filled: i64, waits: bool) -> Self {
        Self {
            least_promisable: (taken > 0).then_some(taken),
            most_promisable: waits.then_some(taken),
            least_available: (taken + filled > 0).then_some(taken + filled),
        }
    }

    /// Whether the stock has it.
    #[must_use]
    pub fn hold_for(&self, stock: &Stock) -> bool {
        self.least_promisable.is_none_or(|least| stock.promisable >= least)
            && self.most_promisable.is_none_or(|most| stock.promisable <= most)
            && self.least_available.is_none_or(|least| stock.available >= least)
    }

    /// What it takes for this change, and for another one of the same stock after it.
    #[must_use]
    pub fn then(self, delta: &StockDelta, next: Self) -> Self {
        let least = |bound: Option<i64>, next: Option<i64>, change: i64| bound.max(next.map(|n| n - change));
        let most = next.most_promisable.map(|most| most - delta.promisable());
        Self {
            least_promisable: least(self.least_promisable, next.least_promisable, delta.promisable()),
            most_promisable: self.most_promisable.into_iter().chain(most).min(),
            least_available: least(self.least_available, next.least_available, delta.available()),
        }
    }
}

impl Commit {
    /// The changes of stock this commit makes, one per stock, by key. Empty without an event: an
    /// order cannot move stock without one.
    #[must_use]
    pub fn stock_effects(&self) -> Vec<StockEffect> {
        let mut movements: BTreeMap<&StockKey, Vec<&Movement>> = BTreeMap::new();
        for movement in &self.movements {
            movements.entry(&movement.key).or_default().push(movement);
        }
        let effects = movements.into_iter().filter_map(|(key, movements)| self.effect(key, &movements));
        effects.collect()
    }

    fn effect(&self, key: &StockKey, movements: &[&Movement]) -> Option<StockEffect> {
        let first = self.records.first()?;
        let delta = movements.iter().map(|movement| movement.delta());
        let delta = delta.fold(StockDelta::default(), StockDelta::and);
        let units = |kind: MovementKind| {
            let of_kind = movements.iter().filter(|movement| movement.kind == kind);
            of_kind.map(|movement| i64::from(movement.quantity)).sum::<i64>()
        };
        let lines: BTreeSet<LineId> = movements.iter().map(|movement| movement.line).collect();
        let lines: Vec<String> = lines.iter().map(LineId::to_string).collect();
        let entry = LedgerEntry {
            reason: LedgerReason::Order,
            reference: format!("{}:{}", first.id(), lines.join(",")),
            at: first.at,
            cause: first.cause.clone(),
            on_hand: delta.on_hand,
            allocated: delta.allocated,
            safety: delta.safety,
            backordered: delta.backordered,
            calls_next: self.calls_next && units(MovementKind::Fill) > 0,
        };
        Some(StockEffect {
            key: key.clone(),
            delta,
            needs: Needs::of(
                units(MovementKind::Allocate),
                units(MovementKind::Fill),
                units(MovementKind::Backorder) > 0,
            ),
            entry,
        })
    }

    /// Who waits for what after this commit, as far as it changes that: each stock and line whose
    /// units began or ceased to wait, and whether some still do.
    #[must_use]
    pub fn waiting_changes(&self) -> BTreeMap<(&StockKey, LineId), bool> {
        let changes = self.movements.iter().filter(|movement| match movement.kind {
            MovementKind::Backorder | MovementKind::Fill | MovementKind::DropBackorder => true,
            MovementKind::Allocate | MovementKind::Release | MovementKind::Consume => false,
        });
        let waits = |line: LineId| self.order.line(line).is_some_and(|line| line.quantities.backordered > 0);
        changes.map(|movement| ((&movement.key, movement.line), waits(movement.line))).collect()
    }
}

impl StockChange {
    /// The ledger row that is written with it.
    #[must_use]
    pub fn entry(&self) -> LedgerEntry {
        LedgerEntry {
            reason: self.reason,
            reference: self.reference.clone(),
            at: self.at,
            cause: self.cause.clone(),
            on_hand: self.delta.on_hand,
            allocated: self.delta.allocated,
            safety: self.delta.safety,
            backordered: self.delta.backordered,
            calls_next: false,
        }
    }
}

impl LedgerEntry {
    /// The message this row is for those that wait for the stock; `None` when nothing came free and
    /// nobody is called.
    ///
    /// It is the promisable units that count: they grow when goods arrive, when a promise is taken
    /// back, and when somebody no longer waits and those behind move up. Whether anybody waits is
    /// only known to whoever gets the message.
    #[must_use]
    pub fn message(&self, merchant: &MerchantId, key: &StockKey) -> Option<Message> {
        let delta = StockDelta {
            on_hand: self.on_hand,
            allocated: self.allocated,
            safety: self.safety,
            backordered: self.backordered,
        };
        let StockKey { sku, location } = key;
        (delta.promisable() > 0 || self.calls_next).then(|| Message {
            schema: SCHEMA,
            id: format!("{merchant}:{sku}:{location}:{}", self.reference),
            merchant: merchant.clone(),
            at: self.at,
            correlation: self.cause.correlation.clone(),
            subject: Subject::Stock { sku: sku.clone(), location: location.clone() },
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn change() -> impl Strategy<Value = (Needs, StockDelta)> {
        (0..4_i64, 0..4_i64, 0..4_i64, 0..4_i64).prop_map(|(taken, filled, waits, freed)| {
            let (allocated, backordered) = (taken + filled - freed, waits - filled);
            let delta = StockDelta { allocated, backordered, ..StockDelta::default() };
            (Needs::of(taken, filled, waits > 0), delta)
        })
    }

    proptest! {
        #[test]
        fn changes_are_allowed_together_exactly_when_each_is_allowed_in_its_turn(
            available in -2..12_i64,
            backordered in 0..4_i64,
            changes in prop::collection::vec(change(), 0..6),
        ) {
            let promisable = available - backordered;
            let before = Stock { on_hand: available, backordered, available, promisable, ..Stock::default() };
            let (mut stock, mut in_turn) = (before, true);
            let (mut needs, mut delta) = (Needs::default(), StockDelta::default());
            for (next, change) in &changes {
                in_turn &= next.hold_for(&stock);
                stock = stock.after(change);
                needs = needs.then(&delta, *next);
                delta = delta.and(*change);
            }
            prop_assert_eq!(needs.hold_for(&before), in_turn);
            prop_assert_eq!(before.after(&delta), stock);
        }
    }
}

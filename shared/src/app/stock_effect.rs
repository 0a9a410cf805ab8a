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
    /// Units promised to lines that did not wait.
    pub taken: i64,
    /// Units promised to lines that waited.
    pub filled: i64,
    /// Whether lines begin to wait.
    pub waits: bool,
    /// The ledger row that is written with it.
    pub entry: LedgerEntry,
}

impl StockEffect {
    /// Whether the stock allows it: nothing is promised twice, nobody overtakes those that wait, and
    /// nobody begins to wait for units that are there (they might have arrived since the decision,
    /// and no arrival would ever end that wait).
    #[must_use]
    pub const fn is_allowed_by(&self, stock: &Stock) -> bool {
        (self.taken == 0 || stock.promisable >= self.taken)
            && (self.taken + self.filled == 0 || stock.available >= self.taken + self.filled)
            && (!self.waits || stock.promisable <= self.taken)
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
            taken: units(MovementKind::Allocate),
            filled: units(MovementKind::Fill),
            waits: units(MovementKind::Backorder) > 0,
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

//! Stock 在庫 of one SKU at one location.

use serde::{Deserialize, Serialize};

use super::ids::{LineId, LocationId, Sku};

/// Which stock: a SKU at a location. The merchant is known from the order or the request.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct StockKey {
    /// What.
    pub sku: Sku,
    /// Where.
    pub location: LocationId,
}

/// The counts of one stock. `available` and `promisable` follow from the others and are kept
/// because a conditional write can compare an attribute only with a value.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stock {
    /// Physically there 実在庫.
    pub on_hand: i64,
    /// Promised to orders 引当済.
    pub allocated: i64,
    /// Kept back 安全在庫.
    pub safety: i64,
    /// Units orders wait for 入荷待ち.
    pub backordered: i64,
    /// `on_hand − allocated − safety`.
    pub available: i64,
    /// `available − backordered`: what a new order may take without overtaking those that wait.
    pub promisable: i64,
}

/// What happens to a stock through an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MovementKind {
    /// 引当: promise units to an order.
    Allocate,
    /// Let an order wait for units.
    Backorder,
    /// Promise arrived units to an order that waited for them.
    Fill,
    /// 引当解除: take a promise back.
    Release,
    /// An order no longer waits.
    DropBackorder,
    /// 出庫: units left the building.
    Consume,
}

/// A movement of stock that an order causes, written together with the order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Movement {
    /// Which stock.
    pub key: StockKey,
    /// What.
    pub kind: MovementKind,
    /// How many units; never 0.
    pub quantity: u32,
    /// For which line.
    pub line: LineId,
}

/// The change of each count that a movement, a receipt or an adjustment makes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StockDelta {
    /// Change of `on_hand`.
    pub on_hand: i64,
    /// Change of `allocated`.
    pub allocated: i64,
    /// Change of `safety`.
    pub safety: i64,
    /// Change of `backordered`.
    pub backordered: i64,
}

impl StockDelta {
    /// Change of `available`.
    #[must_use]
    pub const fn available(&self) -> i64 {
        self.on_hand - self.allocated - self.safety
    }

    /// Change of `promisable`.
    #[must_use]
    pub const fn promisable(&self) -> i64 {
        self.available() - self.backordered
    }

    /// Both changes together.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self {
            on_hand: self.on_hand + other.on_hand,
            allocated: self.allocated + other.allocated,
            safety: self.safety + other.safety,
            backordered: self.backordered + other.backordered,
        }
    }
}

impl Movement {
    /// What this movement changes.
    #[must_use]
    pub fn delta(&self) -> StockDelta {
        let n = i64::from(self.quantity);
        let none = StockDelta::default();
        match self.kind {
            MovementKind::Allocate => StockDelta { allocated: n, ..none },
            MovementKind::Backorder => StockDelta { backordered: n, ..none },
            MovementKind::Fill => StockDelta { allocated: n, backordered: -n, ..none },
            MovementKind::Release => StockDelta { allocated: -n, ..none },
            MovementKind::DropBackorder => StockDelta { backordered: -n, ..none },
            MovementKind::Consume => StockDelta { on_hand: -n, allocated: -n, ..none },
        }
    }
}

impl Stock {
    /// The counts after `delta`.
    #[must_use]
    pub const fn after(self, delta: &StockDelta) -> Self {
        Self {
            on_hand: self.on_hand + delta.on_hand,
            allocated: self.allocated + delta.allocated,
            safety: self.safety + delta.safety,
            backordered: self.backordered + delta.backordered,
            available: self.available + delta.available(),
            promisable: self.promisable + delta.promisable(),
        }
    }

    /// How many of `wanted` units a new order may have now.
    #[must_use]
    pub fn grantable(&self, wanted: u32) -> u32 {
        u32::try_from(self.promisable.max(0)).unwrap_or(u32::MAX).min(wanted)
    }

    /// How many of `wanted` units an order that waits may have now.
    #[must_use]
    pub fn fillable(&self, wanted: u32) -> u32 {
        u32::try_from(self.available.max(0)).unwrap_or(u32::MAX).min(wanted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_derived_counts_follow_every_movement() {
        let mut stock = Stock::default();
        let received = StockDelta { on_hand: 10, safety: 1, ..StockDelta::default() };
        stock = stock.after(&received);
        let key = StockKey { sku: Sku::new("A").unwrap(), location: LocationId::new("main").unwrap() };
        for (kind, quantity) in [
            (MovementKind::Allocate, 4),
            (MovementKind::Backorder, 7),
            (MovementKind::Release, 1),
            (MovementKind::Fill, 2),
            (MovementKind::Consume, 3),
            (MovementKind::DropBackorder, 5),
        ] {
            stock = stock.after(&Movement { key: key.clone(), kind, quantity, line: LineId(1) }.delta());
            assert_eq!(stock.available, stock.on_hand - stock.allocated - stock.safety);
            assert_eq!(stock.promisable, stock.available - stock.backordered);
        }
        assert_eq!((stock.on_hand, stock.allocated, stock.backordered), (7, 2, 0));
    }

    #[test]
    fn a_new_order_does_not_overtake_those_that_wait() {
        let stock = Stock { on_hand: 5, backordered: 5, available: 5, promisable: 0, ..Stock::default() };
        assert_eq!(stock.grantable(1), 0);
        assert_eq!(stock.fillable(8), 5);
    }
}

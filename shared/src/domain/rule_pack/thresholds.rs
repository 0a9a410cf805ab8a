//! From when on something is large, late or unusual.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::Defects;
use crate::domain::ids::Sku;
use crate::domain::intake::MAX_UNITS;
use crate::domain::money::Amount;

/// The most units of an order: 100 lines of 9,999.
const MAX_ORDER_UNITS: u32 = 999_900;
/// The most SKUs with a limit of their own.
const MAX_SKUS: usize = 500;
/// The most notes that say nothing.
const MAX_NOTES: usize = 50;
const MAX_NOTE: usize = 100;

/// How far a price may be from the catalogue's: the larger of both.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PriceTolerance {
    /// Percent of the catalogue's price, 0 to 100.
    pub percent: u8,
    /// Yen, 0 to 1,000,000,000.
    pub yen: u32,
}

/// From when on something is large, late or unusual. What has no number is never that.
///
/// Amounts are in yen and measure orders in yen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Thresholds {
    /// A line with more units than this is a `LARGE_QUANTITY` (1 to 9,999).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub units_per_line: Option<u32>,
    /// An order with more units than this is a `LARGE_ORDER` (1 to 999,900).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub units_per_order: Option<u32>,
    /// More units of a SKU than this in one order are an `UNUSUAL_QUANTITY` (1 to 9,999 each).
    #[schema(value_type = BTreeMap<String, u32>)]
    pub units_per_sku: BTreeMap<Sku, u32>,
    /// An order that costs more than this is a `LARGE_AMOUNT`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<u32>,
    /// A price further from the catalogue's than this is a `PRICE_DIFFERS`.
    pub price_tolerance: PriceTolerance,
    /// More than this is not collected in cash.
    pub cash_on_delivery: u32,
    /// More than this is not paid at a convenience store.
    pub convenience_store: u32,
    /// More than this is not paid later.
    pub pay_later: u32,
    /// Notes that say nothing, such as なし; nobody has to read them.
    pub empty_notes: BTreeSet<String>,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            units_per_line: None,
            units_per_order: None,
            units_per_sku: BTreeMap::new(),
            total: None,
            price_tolerance: PriceTolerance::default(),
            // What Yamato, Sagawa and Japan Post collect; what stores take for others 収納代行.
            cash_on_delivery: 300_000,
            convenience_store: 300_000,
            // 後払い without an account; services with one go to 250,000.
            pay_later: 55_000,
            empty_notes: BTreeSet::new(),
        }
    }
}

impl Thresholds {
    pub(super) fn check(&self, defects: &mut Defects) {
        let mut units = |n: u32, max: u32, field: &str, rule: &str| {
            defects.check((1..=max).contains(&n), &format!("thresholds.{field}"), rule);
        };
        units(self.units_per_line.unwrap_or(1), MAX_UNITS, "units_per_line", "must be 1 to 9,999");
        let rule = "must be 1 to 999,900";
        units(self.units_per_order.unwrap_or(1), MAX_ORDER_UNITS, "units_per_order", rule);
        for (sku, n) in &self.units_per_sku {
            units(*n, MAX_UNITS, &format!("units_per_sku.{sku}"), "must be 1 to 9,999");
        }
        let ok = self.units_per_sku.len() <= MAX_SKUS;
        defects.check(ok, "thresholds.units_per_sku", "at most 500 SKUs have a limit of their own");
        let PriceTolerance { percent, yen } = self.price_tolerance;
        defects.check(percent <= 100, "thresholds.price_tolerance.percent", "must be 0 to 100");
        for (field, amount, least) in [
            ("total", self.total.unwrap_or(1), 1),
            ("price_tolerance.yen", yen, 0),
            ("cash_on_delivery", self.cash_on_delivery, 1),
            ("convenience_store", self.convenience_store, 1),
            ("pay_later", self.pay_later, 1),
        ] {
            let ok = (Amount::new(least)..=Amount::LIMIT).contains(&Amount::new(i64::from(amount)));
            let rule = format!("must be {least} to 1,000,000,000 yen");
            defects.check(ok, &format!("thresholds.{field}"), &rule);
        }
        let ok = self.empty_notes.len() <= MAX_NOTES;
        defects.check(ok, "thresholds.empty_notes", "at most 50 texts");
        for note in &self.empty_notes {
            defects.check_text(note, MAX_NOTE, "thresholds.empty_notes");
        }
    }
}

//! The lines of an order, where their units are, and where they go.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::customer::{Address, DesiredDelivery};
use crate::domain::ids::{LineId, LocationId, Sku};
use crate::domain::money::Amount;
use crate::domain::particulars::{GroupParticulars, LineParticulars};
use crate::domain::tax::TaxRate;

/// How the units of a line are spread over what can happen to them. Each unit is in exactly one
/// place, so the counts always sum to what was ordered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quantities {
    /// Nothing has been done yet.
    pub open: u32,
    /// 引当済: stock is promised.
    pub allocated: u32,
    /// 入荷待ち: waiting for stock.
    pub backordered: u32,
    /// 出荷指示済: in a shipment that has not left.
    pub released: u32,
    /// 出荷済: left; delivered ones included.
    pub shipped: u32,
    /// 取消.
    pub cancelled: u32,
    /// Of those shipped, how many have arrived.
    pub delivered: u32,
}

/// A line 明細.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Its number.
    pub id: LineId,
    /// Which ship group it belongs to.
    pub ship_group: u8,
    /// What.
    pub sku: Sku,
    /// The product's name as the customer saw it.
    pub title: String,
    /// Price of one unit.
    pub unit_price: Amount,
    /// How many; at least 1.
    pub ordered: u32,
    /// Its tax rate.
    pub tax_rate: TaxRate,
    /// Its share of the order's discounts, for all units ordered.
    pub discount: Amount,
    /// Where its units are.
    pub quantities: Quantities,
    /// The stock it is served from, once known. One line is served from one location.
    pub location: Option<LocationId>,
    /// What else the channel says.
    #[serde(default, skip_serializing_if = "LineParticulars::is_empty")]
    pub particulars: LineParticulars,
}

impl Line {
    /// Units that are still to be delivered or have been.
    #[must_use]
    pub const fn active(&self) -> u32 {
        self.ordered - self.quantities.cancelled
    }

    /// Units that have not left yet and still should.
    #[must_use]
    pub const fn outstanding(&self) -> u32 {
        self.active() - self.quantities.shipped
    }
}

/// Lines that go to one addressee 届け先.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShipGroup {
    /// Its number, counted from 1.
    pub id: u8,
    /// Where to.
    pub address: Address,
    /// When the customer wants it.
    pub desired: DesiredDelivery,
    /// The first moment it may be released, from the desired date less the lead time.
    pub not_before: Option<Timestamp>,
    /// What else the channel says.
    #[serde(default, skip_serializing_if = "GroupParticulars::is_empty")]
    pub particulars: GroupParticulars,
}

//! The warehouse, and what it is told.

use std::future::Future;

use serde::{Deserialize, Serialize};

use super::Unavailable;
use crate::domain::ids::{MerchantId, OrderId, ShipmentId, Sku};
use crate::domain::money::Amount;
use crate::domain::order::Order;
use crate::domain::shipment::Shipment;

/// What the warehouse is told. It may be told twice: `id` says that it is the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum WarehouseMessage {
    /// 出荷指示: ship this.
    ShippingInstruction(Box<ShippingInstruction>),
    /// 出荷停止依頼: do not ship this, and say whether that was in time.
    Recall {
        /// The version of this format.
        schema: u32,
        /// The same recall has the same id.
        id: String,
        /// Which shipment.
        shipment: ShipmentId,
        /// Of which merchant.
        merchant: MerchantId,
    },
}

/// A shipping instruction 出荷指示.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShippingInstruction {
    /// The version of this format.
    pub schema: u32,
    /// The same instruction has the same id.
    pub id: String,
    /// Of which merchant.
    pub merchant: MerchantId,
    /// Of which order.
    pub order: OrderId,
    /// The number the customer knows the order by.
    pub order_number: String,
    /// What to ship, and where from.
    pub shipment: InstructedShipment,
    /// Where to.
    pub address: crate::domain::customer::Address,
    /// When the customer wants it.
    pub desired: crate::domain::customer::DesiredDelivery,
    /// Cash the carrier has to collect 代引金額, in the currency's smallest unit.
    pub cash_on_delivery: Option<Amount>,
}

/// What to ship.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstructedShipment {
    /// Which shipment; events are reported for it.
    pub id: ShipmentId,
    /// Where from.
    pub location: crate::domain::ids::LocationId,
    /// What.
    pub lines: Vec<InstructedLine>,
}

/// A line of a shipping instruction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstructedLine {
    /// What.
    pub sku: Sku,
    /// Its name.
    pub title: String,
    /// How many.
    pub quantity: u32,
}

/// The warehouse.
pub trait Warehouse: Send + Sync {
    /// Tells the warehouse something, and keeps a copy of it. Repeating it does no harm.
    fn tell(&self, message: &WarehouseMessage) -> impl Future<Output = Result<(), Unavailable>> + Send;
}

impl InstructedShipment {
    /// The part of a shipment the warehouse has to know.
    #[must_use]
    pub fn of(order: &Order, shipment: &Shipment) -> Self {
        let lines = shipment.lines.iter().filter_map(|units| {
            let line = order.line(units.line)?;
            Some(InstructedLine {
                sku: line.sku.clone(),
                title: line.title.clone(),
                quantity: units.quantity,
            })
        });
        Self { id: shipment.id.clone(), location: shipment.location.clone(), lines: lines.collect() }
    }
}

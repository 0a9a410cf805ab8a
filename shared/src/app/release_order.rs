//! Plans shipments 出荷指示, instructs the warehouse, and asks it to take shipments back.

use super::execute::{execute, load};
use super::failure::Failure;
use super::message::{Message, Stage};
use super::ports::{Clock, InstructedShipment, OrderStore, ShippingInstruction, Warehouse, WarehouseMessage};
use crate::domain::Command;
use crate::domain::order::Order;
use crate::domain::shipment::Shipment;

/// The version of the warehouse messages this code writes.
const SCHEMA: u32 = 1;

/// The release stage.
#[derive(Debug, Clone)]
pub struct ReleaseOrder<S, W, C> {
    /// Orders.
    pub store: S,
    /// The warehouse.
    pub warehouse: W,
    /// The time.
    pub clock: C,
}

impl<S: OrderStore, W: Warehouse, C: Clock> ReleaseOrder<S, W, C> {
    /// Releases what can leave, then tells the warehouse everything it has not been told. The
    /// shipments are in the books before the warehouse hears of them; telling it twice does no
    /// harm, because each instruction has one id.
    ///
    /// # Errors
    /// [`Failure`], when it is to be tried again or can never be done.
    pub async fn handle(&self, message: &Message) -> Result<(), Failure> {
        let id = message.require_order()?;
        let cause = message.cause(Stage::ReleaseOrder);
        let order = load(&self.store, id).await?;
        let order = if order.ready {
            execute(&self.store, &self.clock, id, &cause, &Command::Release).await?.order
        } else {
            order
        };
        for shipment in order.shipments.iter().filter(|shipment| shipment.is_in_warehouse()) {
            if !shipment.instructed {
                let Some(instruction) = instruction(&order, shipment) else { continue };
                self.warehouse.tell(&WarehouseMessage::ShippingInstruction(Box::new(instruction))).await?;
                let mark = Command::MarkInstructed { shipment: shipment.id.clone() };
                execute(&self.store, &self.clock, id, &cause, &mark).await?;
            }
            if shipment.recall_requested {
                self.warehouse.tell(&recall(&order, shipment)).await?;
            }
        }
        Ok(())
    }
}

fn recall(order: &Order, shipment: &Shipment) -> WarehouseMessage {
    WarehouseMessage::Recall {
        schema: SCHEMA,
        id: format!("{}:recall", shipment.id),
        shipment: shipment.id.clone(),
        merchant: order.merchant.clone(),
    }
}

fn instruction(order: &Order, shipment: &Shipment) -> Option<ShippingInstruction> {
    let group = order.ship_groups.iter().find(|group| group.id == shipment.ship_group)?;
    Some(ShippingInstruction {
        schema: SCHEMA,
        id: format!("{}:instruction", shipment.id),
        merchant: order.merchant.clone(),
        order: order.id.clone(),
        order_number: order.number.clone(),
        shipment: InstructedShipment::of(order, shipment),
        address: group.address.clone(),
        desired: group.desired.clone(),
        cash_on_delivery: shipment.cash,
    })
}

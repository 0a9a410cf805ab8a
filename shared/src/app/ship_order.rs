//! Takes the units of handed-over shipments off the stock 出庫.

use super::execute::{execute, load};
use super::failure::Failure;
use super::message::{Message, Stage};
use super::ports::{Clock, OrderStore};
use crate::domain::Command;

/// The shipping stage.
#[derive(Debug, Clone)]
pub struct ShipOrder<S, C> {
    /// Orders, with their stock.
    pub store: S,
    /// The time.
    pub clock: C,
}

impl<S: OrderStore, C: Clock> ShipOrder<S, C> {
    /// Ships every shipment of the message's order that the carrier has.
    ///
    /// # Errors
    /// [`Failure`], when it is to be tried again or can never be done.
    pub async fn handle(&self, message: &Message) -> Result<(), Failure> {
        let id = message.require_order()?;
        let cause = message.cause(Stage::ShipOrder);
        let order = load(&self.store, id).await?;
        for shipment in
            order.shipments.iter().filter(|shipment| shipment.is_handed_over() && !shipment.shipped)
        {
            let ship = Command::Ship { shipment: shipment.id.clone() };
            execute(&self.store, &self.clock, id, &cause, &ship).await?;
        }
        Ok(())
    }
}

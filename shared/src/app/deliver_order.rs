//! Counts what arrived as delivered 配達完了.

use super::execute::{execute, load};
use super::failure::Failure;
use super::message::{Message, Stage};
use super::ports::{Clock, OrderStore};
use crate::domain::Command;
use crate::domain::shipment::ShipmentStatus;

/// The delivery stage.
#[derive(Debug, Clone)]
pub struct DeliverOrder<S, C> {
    /// Orders.
    pub store: S,
    /// The time.
    pub clock: C,
}

impl<S: OrderStore, C: Clock> DeliverOrder<S, C> {
    /// Delivers every shipment of the message's order that has arrived.
    ///
    /// # Errors
    /// [`Failure`], when it is to be tried again or can never be done.
    pub async fn handle(&self, message: &Message) -> Result<(), Failure> {
        let id = message.require_order()?;
        let cause = message.cause(Stage::DeliverOrder);
        let order = load(&self.store, id).await?;
        let arrived = |status, delivered: bool| status == ShipmentStatus::Delivered && !delivered;
        for shipment in order.shipments.iter().filter(|s| arrived(s.status, s.delivered)) {
            let deliver = Command::Deliver { shipment: shipment.id.clone() };
            execute(&self.store, &self.clock, id, &cause, &deliver).await?;
        }
        Ok(())
    }
}

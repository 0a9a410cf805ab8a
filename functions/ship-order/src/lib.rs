//! Takes what the carrier has off the stock 出庫. Triggered by its queue.

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use juchu::app::failure::Parking;
use juchu::app::message::Stage;
use juchu::app::ports::{Clock, OrderStore};
use juchu::app::ship_order::ShipOrder;
use juchu::lambda::batch::run_batch;

/// Handles a batch of the queue. Each message succeeds, is tried again or is parked by itself.
pub async fn handle(
    app: &ShipOrder<impl OrderStore, impl Clock>,
    parking: &impl Parking,
    event: SqsEvent,
) -> SqsBatchResponse {
    run_batch(Stage::ShipOrder, parking, event, async |message| app.handle(&message).await).await
}

//! Releases orders to the warehouse 出荷指示. Triggered by its queue.

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use juchu::app::failure::Parking;
use juchu::app::message::Stage;
use juchu::app::ports::{Clock, OrderStore, Warehouse};
use juchu::app::release_order::ReleaseOrder;
use juchu::lambda::batch::run_batch;

/// Handles a batch of the queue. Each message succeeds, is tried again or is parked by itself.
pub async fn handle(
    app: &ReleaseOrder<impl OrderStore, impl Warehouse, impl Clock>,
    parking: &impl Parking,
    event: SqsEvent,
) -> SqsBatchResponse {
    run_batch(Stage::ReleaseOrder, parking, event, async |message| app.handle(&message).await).await
}

//! Checks what was ordered 検証. Triggered by its queue.

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use juchu::app::failure::Parking;
use juchu::app::limit_store::LimitStore;
use juchu::app::message::Stage;
use juchu::app::ports::{Clock, MerchantStore, OrderStore};
use juchu::app::validate_order::ValidateOrder;
use juchu::lambda::batch::run_batch;

/// Handles a batch of the queue. Each message succeeds, is tried again or is parked by itself.
pub async fn handle(
    app: &ValidateOrder<impl OrderStore + MerchantStore + LimitStore, impl Clock>,
    parking: &impl Parking,
    event: SqsEvent,
) -> SqsBatchResponse {
    run_batch(Stage::ValidateOrder, parking, event, async |message| app.handle(&message).await).await
}

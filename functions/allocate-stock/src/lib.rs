//! Gives orders their stock 引当, and fills back orders when stock arrives. Triggered by its queue.

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use juchu::app::allocate_stock::AllocateStock;
use juchu::app::failure::Parking;
use juchu::app::message::Stage;
use juchu::app::ports::{Clock, MerchantStore, OrderStore, StockStore};
use juchu::lambda::batch::run_batch;

/// Handles a batch of the queue. Each message succeeds, is tried again or is parked by itself.
pub async fn handle(
    app: &AllocateStock<impl OrderStore + StockStore + MerchantStore, impl Clock>,
    parking: &impl Parking,
    event: SqsEvent,
) -> SqsBatchResponse {
    run_batch(Stage::AllocateStock, parking, event, async |message| app.handle(&message).await).await
}

//! Collects the money 決済. Triggered by its queue.

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use juchu::app::collect_payment::CollectPayment;
use juchu::app::failure::Parking;
use juchu::app::message::Stage;
use juchu::app::ports::{Clock, OrderStore, PaymentProvider};
use juchu::lambda::batch::run_batch;

/// Handles a batch of the queue. Each message succeeds, is tried again or is parked by itself.
pub async fn handle(
    app: &CollectPayment<impl OrderStore, impl PaymentProvider, impl Clock>,
    parking: &impl Parking,
    event: SqsEvent,
) -> SqsBatchResponse {
    run_batch(Stage::CollectPayment, parking, event, async |message| app.handle(&message).await).await
}

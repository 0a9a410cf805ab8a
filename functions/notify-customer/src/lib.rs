//! Writes to customers 顧客連絡. Triggered by its queue.

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use juchu::app::failure::Parking;
use juchu::app::message::Stage;
use juchu::app::notify_customer::NotifyCustomer;
use juchu::app::ports::{Clock, MailLog, Mailer, MerchantStore, OrderStore};
use juchu::lambda::batch::run_batch;

/// Handles a batch of the queue. Each message succeeds, is tried again or is parked by itself.
pub async fn handle(
    app: &NotifyCustomer<impl OrderStore + MerchantStore + MailLog, impl Mailer, impl Clock>,
    parking: &impl Parking,
    event: SqsEvent,
) -> SqsBatchResponse {
    run_batch(Stage::NotifyCustomer, parking, event, async |message| app.handle(&message).await).await
}

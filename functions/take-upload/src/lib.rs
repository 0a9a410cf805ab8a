//! Works through files of orders 一括取込. Triggered by its queue.

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use juchu::app::failure::Parking;
use juchu::app::message::Stage;
use juchu::app::payloads::{Dialects, PayloadLog};
use juchu::app::ports::{AnswerStore, Archive, Clock, MerchantStore, OrderStore};
use juchu::app::take_upload::TakeUpload;
use juchu::app::uploads::UploadStore;
use juchu::lambda::batch::run_batch;

/// Handles a batch of the queue. Each message succeeds, is tried again or is parked by itself.
pub async fn handle<S>(
    app: &TakeUpload<S, impl Archive, impl Clock, impl Dialects>,
    parking: &impl Parking,
    event: SqsEvent,
) -> SqsBatchResponse
where
    S: OrderStore + MerchantStore + AnswerStore + PayloadLog + UploadStore,
{
    run_batch(Stage::TakeUpload, parking, event, async |message| app.handle(&message).await).await
}

//! Tells channels what happens to their orders 連携. Triggered by its queue.

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use juchu::app::failure::Parking;
use juchu::app::message::Stage;
use juchu::app::ports::{ChannelPace, ChannelReports, Clock, MerchantStore, OrderStore, ReportDialects};
use juchu::app::report_channel::ReportChannel;
use juchu::lambda::batch::run_batch;

/// Handles a batch of the queue. Each message succeeds, is tried again or is parked by itself.
pub async fn handle(
    app: &ReportChannel<
        impl OrderStore + MerchantStore + ChannelPace,
        impl ChannelReports,
        impl ReportDialects,
        impl Clock,
    >,
    parking: &impl Parking,
    event: SqsEvent,
) -> SqsBatchResponse {
    run_batch(Stage::ReportChannel, parking, event, async |message| app.handle(&message).await).await
}

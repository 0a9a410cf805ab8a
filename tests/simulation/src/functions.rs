//! The functions as they are deployed, over ports in memory.

use std::future::Future;
use std::pin::Pin;

use aws_lambda_events::apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpResponse};
use aws_lambda_events::dynamodb::Event;
use aws_lambda_events::sqs::SqsEvent;
use jiff::SignedDuration;
use juchu::adapters::reading::Spoken;
use juchu::app::allocate_stock::AllocateStock;
use juchu::app::cancel_order::CancelOrder;
use juchu::app::collect_payment::CollectPayment;
use juchu::app::deliver_order::DeliverOrder;
use juchu::app::manage_merchant::ManageMerchant;
use juchu::app::message::Stage;
use juchu::app::notify_customer::NotifyCustomer;
use juchu::app::operate_order::OperateOrder;
use juchu::app::payload_desk::PayloadDesk;
use juchu::app::post_sales::PostSales;
use juchu::app::query_orders::QueryOrders;
use juchu::app::receive_answer::ReceiveAnswer;
use juchu::app::receive_order::ReceiveOrder;
use juchu::app::release_order::ReleaseOrder;
use juchu::app::report_channel::ReportChannel;
use juchu::app::run_timers::RunTimers;
use juchu::app::ship_order::ShipOrder;
use juchu::app::take_upload::TakeUpload;
use juchu::app::validate_order::ValidateOrder;
use juchu::testing::Surroundings;

/// The domain all mails come from.
const MAIL_DOMAIN: &str = "cha-no-iori.example";

/// How a run of a function ended.
pub enum Ended {
    /// A batch from a queue: the ids of the messages that come again.
    Batch(Vec<String>),
    /// A batch from the stream: the sequence number from which it comes again.
    Relayed(Option<String>),
    /// Nothing of a batch from the stream was relayed: all of it comes again.
    NothingRelayed,
    /// A request.
    Answered(Box<ApiGatewayV2httpResponse>),
    /// The clock of the lifecycle, which runs again anyway.
    Woken,
}

/// A function at work.
pub type Process = Pin<Box<dyn Future<Output = Ended>>>;

/// The function of `stage` with a batch from its queue, its clock wrong by `skew`.
#[must_use]
pub fn stage(out: &Surroundings, stage: Stage, skew: SignedDuration, event: SqsEvent) -> Process {
    macro_rules! run {
        ($handle:path, $use_case:ident { $($port:ident),* }) => {{
            let app = $use_case { $($port: out.$port.clone(),)* clock: out.clock.skewed(skew) };
            let parking = out.dead_letters.of(stage.name());
            Box::pin(async move {
                let response = $handle(&app, &parking, event).await;
                let again = response.batch_item_failures.into_iter();
                Ended::Batch(again.map(|item| item.item_identifier).collect())
            })
        }};
    }
    match stage {
        Stage::TakeUpload => {
            let (store, archive, clock) = (out.store.clone(), out.archive.clone(), out.clock.skewed(skew));
            let app = TakeUpload { door: ReceiveOrder { store, archive, clock }, dialects: Spoken };
            let parking = out.dead_letters.of(stage.name());
            Box::pin(async move {
                let response = take_upload::handle(&app, &parking, event).await;
                let again = response.batch_item_failures.into_iter();
                Ended::Batch(again.map(|item| item.item_identifier).collect())
            })
        }
        Stage::ValidateOrder => run!(validate_order::handle, ValidateOrder { store }),
        Stage::AllocateStock => run!(allocate_stock::handle, AllocateStock { store }),
        Stage::CollectPayment => run!(collect_payment::handle, CollectPayment { store, provider }),
        Stage::ReleaseOrder => run!(release_order::handle, ReleaseOrder { store, warehouse }),
        Stage::ShipOrder => run!(ship_order::handle, ShipOrder { store }),
        Stage::DeliverOrder => run!(deliver_order::handle, DeliverOrder { store }),
        Stage::PostSales => run!(post_sales::handle, PostSales { store }),
        Stage::CancelOrder => run!(cancel_order::handle, CancelOrder { store }),
        Stage::NotifyCustomer => run!(notify_customer::handle, NotifyCustomer { store, mailer }),
        Stage::ReportChannel => {
            run!(report_channel::handle, ReportChannel { store, reports, dialects })
        }
    }
}

/// A function that takes requests; `None` when there is none of that name.
#[must_use]
pub fn door(
    out: &Surroundings,
    function: &str,
    skew: SignedDuration,
    event: ApiGatewayV2httpRequest,
) -> Option<Process> {
    let (store, clock) = (out.store.clone(), out.clock.skewed(skew));
    macro_rules! run {
        ($handle:path, $app:expr) => {{
            let app = $app;
            Box::pin(async move { Ended::Answered(Box::new($handle(&app, event).await)) })
        }};
    }
    Some(match function {
        "receive-order" => {
            let door = ReceiveOrder { store, archive: out.archive.clone(), clock };
            run!(receive_order::handle, PayloadDesk { door, dialects: Spoken })
        }
        "receive-answer" => run!(receive_answer::handle, ReceiveAnswer { store, clock }),
        "operate-order" => run!(operate_order::handle, OperateOrder { store, clock }),
        "receive-fulfilment" => run!(receive_fulfilment::handle, OperateOrder { store, clock }),
        "manage-merchant" => {
            let app = ManageMerchant { store, clock };
            Box::pin(async move {
                let response = manage_merchant::handle(&app, MAIL_DOMAIN, event).await;
                Ended::Answered(Box::new(response))
            })
        }
        "query-orders" => run!(query_orders::handle, QueryOrders { store }),
        _ => return None,
    })
}

/// The relay with a batch from the stream.
#[must_use]
pub fn relay(out: &Surroundings, event: Event) -> Process {
    let (queues, parking) = (out.queues.clone(), out.dead_letters.of("relay-events"));
    Box::pin(async move {
        match relay_events::handle(&queues, &parking, event).await {
            Err(_) => Ended::NothingRelayed,
            Ok(response) => {
                let first = response.batch_item_failures.into_iter().next();
                Ended::Relayed(first.and_then(|item| item.item_identifier))
            }
        }
    })
}

/// The clock of the lifecycle.
#[must_use]
pub fn timers(out: &Surroundings, skew: SignedDuration) -> Process {
    let app = RunTimers { store: out.store.clone(), clock: out.clock.skewed(skew) };
    Box::pin(async move {
        // A run that fails is followed by the next one a minute later.
        drop(run_timers::handle(&app, "timer").await);
        Ended::Woken
    })
}

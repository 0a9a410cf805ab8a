//! All functions of the system in one process, over the local ports. What each `main.rs` does for
//! its function on AWS, this does for all of them.

use aws_lambda_events::apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpResponse};
use aws_lambda_events::dynamodb::Event;
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use aws_lambda_events::streams::DynamoDbEventResponse;
use juchu::adapters::clock::SystemClock;
use juchu::adapters::dialects::Dialects;
use juchu::adapters::dynamo::DynamoStore;
use juchu::adapters::reading::Spoken;
use juchu::adapters::sandbox::Sandbox;
use juchu::app::allocate_stock::AllocateStock;
use juchu::app::cancel_order::CancelOrder;
use juchu::app::collect_payment::CollectPayment;
use juchu::app::deliver_order::DeliverOrder;
use juchu::app::failure::Failure;
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
use juchu::app::rule_book::RuleBook;
use juchu::app::run_timers::{RunTimers, Woken};
use juchu::app::ship_order::ShipOrder;
use juchu::app::take_upload::TakeUpload;
use juchu::app::validate_order::ValidateOrder;
use juchu::lambda::stream::NothingRelayed;

use crate::folders::{Folder, ReportsFolder, WarehouseFolder};
use crate::mailbox::Mailbox;
use crate::queues::{Parked, Queues};

/// The domain of all mails, as `MailDomain` is on AWS. Nobody's: no mail leaves this machine.
pub(crate) const MAIL_DOMAIN: &str = "example";

/// What the functions need of the world.
#[derive(Clone)]
pub struct Ports {
    /// Orders, stock, merchants, answers and the mail log.
    pub store: DynamoStore,
    /// The payment provider.
    pub provider: Sandbox<SystemClock>,
    /// The queues.
    pub queues: Queues,
    /// The mail service.
    pub mailbox: Mailbox,
    /// Raw payloads.
    pub archive: Folder,
    /// The warehouse.
    pub warehouse: WarehouseFolder,
    /// What the channels' integrations are told.
    pub reports: ReportsFolder,
}

/// All functions.
pub struct Functions {
    ports: Ports,
    rules: RuleBook,
}

impl Functions {
    /// The functions over these ports.
    #[must_use]
    pub fn new(ports: Ports) -> Self {
        Self { ports, rules: RuleBook::default() }
    }

    /// Answers a request with the function called `function`; `None` when there is none.
    pub async fn answer(
        &self,
        function: &str,
        request: ApiGatewayV2httpRequest,
    ) -> Option<ApiGatewayV2httpResponse> {
        let (store, clock) = (self.ports.store.clone(), SystemClock);
        Some(match function {
            "receive-order" => {
                let door = ReceiveOrder { store, archive: self.ports.archive.clone(), clock };
                receive_order::handle(&PayloadDesk { door, dialects: Spoken }, request).await
            }
            "receive-answer" => receive_answer::handle(&ReceiveAnswer { store, clock }, request).await,
            "query-orders" => query_orders::handle(&QueryOrders { store, clock }, request).await,
            "operate-order" => operate_order::handle(&OperateOrder { store, clock }, request).await,
            "receive-fulfilment" => receive_fulfilment::handle(&OperateOrder { store, clock }, request).await,
            "manage-merchant" => {
                manage_merchant::handle(&ManageMerchant { store, clock }, MAIL_DOMAIN, request).await
            }
            _ => return None,
        })
    }

    /// Relays a batch of the stream.
    ///
    /// # Errors
    /// When nothing of it could be relayed.
    pub async fn relay(&self, event: Event) -> Result<DynamoDbEventResponse, NothingRelayed> {
        let parking = Parked { queues: &self.ports.queues, queue: "relay-events" };
        relay_events::handle(&self.ports.queues, &parking, event).await
    }

    /// Handles a batch of the queue of `stage`.
    pub async fn handle(&self, stage: Stage, event: SqsEvent) -> SqsBatchResponse {
        let Ports { store, provider, queues, mailbox, archive, warehouse, reports } = self.ports.clone();
        let (clock, parking) = (SystemClock, Parked { queues: &queues, queue: stage.name() });
        match stage {
            Stage::TakeUpload => {
                let door = ReceiveOrder { store, archive, clock };
                take_upload::handle(&TakeUpload { door, dialects: Spoken }, &parking, event).await
            }
            Stage::ValidateOrder => {
                let rules = self.rules.clone();
                validate_order::handle(&ValidateOrder { store, rules, clock }, &parking, event).await
            }
            Stage::AllocateStock => {
                allocate_stock::handle(&AllocateStock { store, clock }, &parking, event).await
            }
            Stage::CollectPayment => {
                collect_payment::handle(&CollectPayment { store, provider, clock }, &parking, event).await
            }
            Stage::ReleaseOrder => {
                release_order::handle(&ReleaseOrder { store, warehouse, clock }, &parking, event).await
            }
            Stage::ShipOrder => ship_order::handle(&ShipOrder { store, clock }, &parking, event).await,
            Stage::DeliverOrder => {
                deliver_order::handle(&DeliverOrder { store, clock }, &parking, event).await
            }
            Stage::PostSales => post_sales::handle(&PostSales { store, clock }, &parking, event).await,
            Stage::CancelOrder => cancel_order::handle(&CancelOrder { store, clock }, &parking, event).await,
            Stage::NotifyCustomer => {
                let app = NotifyCustomer { store, mailer: mailbox, clock };
                notify_customer::handle(&app, &parking, event).await
            }
            Stage::ReportChannel => {
                let app = ReportChannel { store, reports, dialects: Dialects, clock };
                report_channel::handle(&app, &parking, event).await
            }
        }
    }

    /// Wakes the orders that are due.
    ///
    /// # Errors
    /// When it cannot be known what is due.
    pub async fn wake(&self, correlation: &str) -> Result<Woken, Failure> {
        let app = RunTimers { store: self.ports.store.clone(), clock: SystemClock };
        run_timers::handle(&app, correlation).await
    }
}

//! The people outside: the shop and its channel, the bank, the staff, the warehouse and the carrier,
//! and the customer's letter box. Who gets no answer asks again, with the same key.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use juchu::adapters::channels::fingerprint;
use juchu::adapters::reading::Spoken;
use juchu::app::access::{Principal, Role, Scope};
use juchu::app::failure::Failure;
use juchu::app::idempotency::{Repeatable, Reply};
use juchu::app::manage_merchant::{ManageError, MerchantSettings, StockMove};
use juchu::app::operate_order::{Caller, RequestError};
use juchu::app::payload_desk::PayloadDesk;
use juchu::app::payloads::{Outcome, Taken, Told};
use juchu::app::ports::{LedgerReason, OutgoingMail, ShippingInstruction, WarehouseMessage};
use juchu::app::receive_order::{Incoming, ReceiveError};
use juchu::app::record::Cause;
use juchu::app::uploads::Upload;
use juchu::domain::Command;
use juchu::domain::customer::Language;
use juchu::domain::ids::{OrderId, ShipmentId, Sku};
use juchu::domain::intake::Intake;
use juchu::domain::merchant::{Channel, ChannelKind, ChannelSecret, OrderPolicy, Product, ShopProfile};
use juchu::domain::money::Amount;
use juchu::domain::order::{CancelReason, Order};
use juchu::domain::payment::{Operation, OperationKind};
use juchu::domain::report::ReportSettings;
use juchu::domain::shipment::{Carrier, FulfilmentEvent, FulfilmentEventKind, LineQuantity, Tracking};
use juchu::domain::stock::{Stock, StockDelta, StockKey};
use juchu::domain::testing::{Draft, location};
pub use juchu::domain::testing::{channel, merchant};
use juchu::domain::told::ChannelOrder;
use juchu::lambda::identity::payload_digest;

use super::{Door, World};

/// How often somebody asks again before they give up.
const PATIENCE: usize = 10;

/// The stock of `sku` in the merchant's warehouse `main`.
///
/// # Panics
/// When that is no SKU.
#[must_use]
pub fn stock(sku: &str) -> StockKey {
    StockKey { sku: Sku::new(sku).expect("a SKU"), location: location("main") }
}

/// Somebody with one role, for every merchant.
#[must_use]
pub fn somebody(role: Role) -> Principal {
    Principal { subject: role.name().to_lowercase(), roles: BTreeSet::from([role]), scope: Scope::All }
}

/// Whether asking again may help.
trait Passes {
    fn passes(&self) -> bool;
}

impl Passes for ReceiveError {
    fn passes(&self) -> bool {
        matches!(self, Self::Failed(Failure::Retryable(_)))
    }
}

impl Passes for Failure {
    fn passes(&self) -> bool {
        matches!(self, Self::Retryable(_))
    }
}

impl Passes for RequestError {
    fn passes(&self) -> bool {
        matches!(self, Self::Failed(Failure::Retryable(_)))
    }
}

impl Passes for ManageError {
    fn passes(&self) -> bool {
        matches!(self, Self::Failed(Failure::Retryable(_)))
    }
}

impl World {
    async fn ask<T, E: Passes>(
        &mut self,
        who: &'static str,
        request: impl AsyncFn() -> Result<T, E>,
    ) -> Result<T, E> {
        for _ in 0..PATIENCE {
            let told = self.live(who, request()).await;
            self.check_step();
            match told {
                Some(Err(error)) if error.passes() => {}
                Some(told) => return told,
                None => {}
            }
            self.clock.advance(SignedDuration::from_secs(1));
        }
        panic!("{who} never answers");
    }

    fn caller(&mut self, principal: Principal) -> Caller {
        self.requests += 1;
        let key = format!("request-{}", self.requests);
        let repeatable = Some(Repeatable { key: key.clone(), request: key.clone() });
        Caller { principal, correlation: key, repeatable }
    }

    // The shop.

    /// The shop opens: merchant, channel and the products of `draft`.
    ///
    /// # Panics
    /// When it is not allowed to.
    pub async fn opens(&mut self, draft: &Draft) {
        let app = self.manage_merchant();
        let (supervisor, merchant) = (somebody(Role::Supervisor), merchant());
        let channel = Channel {
            id: channel(),
            merchant: merchant.clone(),
            kind: ChannelKind::Json,
            secret: ChannelSecret::ApiKey { sha256: "0".repeat(64) },
            reports: ReportSettings::default(),
        };
        let save = async || {
            app.save_merchant(&supervisor, &merchant, settings(draft.policy.clone()), None).await?;
            app.save_channel(&supervisor, &channel).await?;
            for line in &draft.intake.lines {
                let product = Product {
                    sku: line.sku.clone(),
                    title: line.title.clone(),
                    price: line.unit_price,
                    tax_rate: line.tax_rate,
                };
                app.save_product(&supervisor, &merchant, &product).await?;
            }
            Ok::<_, ManageError>(())
        };
        self.ask("manage-merchant", save).await.expect("the shop opens");
    }

    /// Goods arrive in the warehouse.
    ///
    /// # Panics
    /// When they are refused.
    pub async fn goods_arrive(&mut self, sku: &str, units: i64) {
        let caller = self.caller(somebody(Role::Logistics));
        let receipt = StockMove {
            merchant: merchant(),
            key: stock(sku),
            delta: StockDelta { on_hand: units, ..StockDelta::default() },
            reason: LedgerReason::Receipt,
            reference: caller.correlation.clone(),
        };
        let app = self.manage_merchant();
        let receive = async || app.move_stock(&caller, receipt.clone(), told).await;
        self.ask("manage-merchant", receive).await.expect("a receipt");
    }

    /// The channel sends an order, again and again until it is answered.
    ///
    /// # Errors
    /// When the order is refused.
    pub async fn channel_sends(&mut self, intake: &Intake, key: Option<&str>) -> Result<Reply, ReceiveError> {
        let app = self.receive_order();
        self.ask("receive-order", async || receive(&app, intake, key).await).await
    }

    /// The channel sends a file of orders, again and again until it is answered. Says whether it is new.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn channel_uploads(&mut self, file: &str) -> (Upload, bool) {
        let desk = PayloadDesk { door: self.receive_order(), dialects: Spoken };
        let begin = async || {
            let door = desk.door.channel(&channel()).await?.expect("the channel");
            let payload = payload_digest(file.as_bytes());
            let cause = Cause::of_channel(&door.0.id, "channel");
            let incoming = Incoming { door: &door, payload, cause, is_resumed: false };
            desk.begin(&incoming, file.as_bytes()).await
        };
        self.ask("receive-order", begin).await.expect("an upload")
    }

    /// A customer orders what `draft` says, under a number of its own.
    ///
    /// # Panics
    /// When the order is refused.
    pub async fn orders(&mut self, draft: &Draft) -> OrderId {
        self.received += 1;
        let number = format!("{}", 1_000 + self.received);
        let intake = Intake { number: number.clone(), ..draft.intake.clone() };
        let reply = self.channel_sends(&intake, Some(&number)).await.expect("an order");
        OrderId::new(reply.body).expect("the order's id")
    }

    /// A shop opens, with plenty of everything, and a customer orders what `draft` says.
    ///
    /// # Panics
    /// When the order is refused.
    pub async fn receives(&mut self, draft: &Draft) -> OrderId {
        self.opens(draft).await;
        for line in &draft.intake.lines {
            self.goods_arrive(line.sku.as_str(), 100).await;
        }
        self.orders(draft).await
    }

    // The staff and the bank.

    /// Somebody with `role` gives the order a command.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn commands(
        &mut self,
        role: Role,
        order: &OrderId,
        command: &Command,
    ) -> Result<Reply, RequestError> {
        let caller = self.caller(somebody(role));
        let app = self.operate_order();
        self.ask("operate-order", async || app.handle(&caller, order, command, stands).await).await
    }

    /// Staff give the order a command, and are obeyed.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn staff(&mut self, order: &OrderId, command: &Command) {
        self.commands(Role::Supervisor, order, command).await.expect("what staff ask for");
    }

    /// Staff accept the address that is proposed for the order's first ship group.
    ///
    /// # Panics
    /// When that is refused.
    pub async fn accepts_the_proposed_address(&mut self, order: &OrderId) {
        let caller = self.caller(somebody(Role::BackOffice));
        let app = self.operate_order();
        let accept = async || app.accept_address_proposal(&caller, order, 1, stands).await;
        self.ask("operate-order", accept).await.expect("what is proposed");
    }

    /// The customer wants everything cancelled.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn customer_cancels(&mut self, order: &OrderId) {
        self.customer_cancels_some(order, Vec::new()).await;
    }

    /// The customer wants some units cancelled.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn customer_cancels_some(&mut self, order: &OrderId, lines: Vec<LineQuantity>) {
        self.staff(order, &Command::RequestCancel { lines, reason: CancelReason::Customer }).await;
    }

    /// The bank reports money for the order's first payment.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn bank_reports(&mut self, order: &OrderId, amount: i64, reference: &str) {
        let deposit = Command::RecordDeposit {
            payment: order.payment(1),
            amount: Amount::new(amount),
            reference: reference.to_owned(),
            deposited_at: self.now(),
        };
        self.commands(Role::BackOffice, order, &deposit).await.expect("a deposit");
    }

    /// What the provider is or was asked about the order's first payment.
    ///
    /// # Panics
    /// When it has none.
    #[must_use]
    pub fn operation(&self, order: &OrderId, kind: OperationKind) -> Operation {
        let order = self.order(order);
        let payment = order.payments.first().expect("a payment");
        payment.operation(kind, payment.amount)
    }

    // The warehouse and the carrier: they know what they were told, and nothing else.

    /// What the warehouse was told to ship of the order, each shipment once.
    #[must_use]
    pub fn instructions(&self, order: &OrderId) -> Vec<ShippingInstruction> {
        let mut instructions: Vec<ShippingInstruction> = Vec::new();
        for message in self.warehouse.told() {
            let WarehouseMessage::ShippingInstruction(instruction) = message else { continue };
            let known = instructions.iter().any(|known| known.id == instruction.id);
            if instruction.order == *order && !known {
                instructions.push(*instruction);
            }
        }
        instructions
    }

    /// The warehouse gives everything it was told to ship to the carrier, one parcel per shipment.
    ///
    /// # Panics
    /// When there is nothing to ship, or a report is refused.
    pub async fn warehouse_ships(&mut self, order: &OrderId) {
        let mut shipments: Vec<ShipmentId> =
            self.instructions(order).into_iter().map(|i| i.shipment.id).collect();
        shipments.retain(|id| !self.handed_over.contains_key(id) && !self.answered.contains(id));
        assert!(!shipments.is_empty(), "the warehouse was told to ship nothing");
        for shipment in shipments {
            use FulfilmentEventKind::{Acknowledged, HandedOver, Inspected, Packed, Picked};
            for kind in [Acknowledged, Picked, Inspected, Packed] {
                self.reports(&shipment, kind, &[]).await;
            }
            let number = tracking_number(self.handed_over.len());
            self.handed_over.insert(shipment.clone(), number.clone());
            self.reports(&shipment, HandedOver, &[&number]).await;
        }
    }

    /// The carrier delivers everything it has of the order.
    ///
    /// # Panics
    /// When it has nothing, or a report is refused.
    pub async fn carrier_delivers(&mut self, order: &OrderId) {
        let mut shipments: Vec<ShipmentId> = self.handed_over.keys().cloned().collect();
        shipments.retain(|id| id.order().as_ref() == Some(order) && !self.arrived.contains(id));
        assert!(!shipments.is_empty(), "the carrier has nothing");
        for shipment in shipments {
            self.arrived.insert(shipment.clone());
            self.reports(&shipment, FulfilmentEventKind::InTransit, &[]).await;
            self.reports(&shipment, FulfilmentEventKind::Delivered, &[]).await;
        }
    }

    /// The warehouse answers the recalls of the order: yes, it took the shipment back, or no.
    ///
    /// # Panics
    /// When it was asked for none, or a report is refused.
    pub async fn warehouse_answers_recalls(&mut self, order: &OrderId, yes: bool) {
        let recalled = |message| match message {
            WarehouseMessage::Recall { shipment, .. } => Some(shipment),
            WarehouseMessage::ShippingInstruction(_) => None,
        };
        let mut shipments: BTreeSet<ShipmentId> =
            self.warehouse.told().into_iter().filter_map(recalled).collect();
        shipments.retain(|id| id.order().as_ref() == Some(order));
        assert!(!shipments.is_empty(), "the warehouse was asked for no recall");
        for shipment in shipments {
            let kind = if yes { FulfilmentEventKind::Recalled } else { FulfilmentEventKind::RecallRefused };
            if yes {
                self.answered.insert(shipment.clone());
            }
            self.reports(&shipment, kind, &[]).await;
        }
    }

    /// The warehouse or the carrier reports something about a shipment.
    ///
    /// # Panics
    /// When the report is refused.
    pub async fn reports(&mut self, shipment: &ShipmentId, kind: FulfilmentEventKind, numbers: &[&str]) {
        let tracking = |number: &&str| Tracking { carrier: Carrier::Yamato, number: (*number).to_owned() };
        let report = FulfilmentEvent {
            occurred_at: self.now(),
            kind,
            trackings: numbers.iter().map(tracking).collect(),
        };
        let order = shipment.order().expect("the shipment's order");
        let command = Command::RecordFulfilment { shipment: shipment.clone(), report };
        let caller = self.caller(somebody(Role::Logistics));
        let app = self.operate_order();
        let report = async || app.handle(&caller, &order, &command, stands).await;
        self.ask("receive-fulfilment", report).await.expect("a report");
    }

    // The customer.

    /// The mails in the customers' letter boxes, in the order they were sent.
    ///
    /// # Panics
    /// When one cannot be read.
    #[must_use]
    pub fn letters(&self) -> Vec<Letter> {
        self.mailer.outbox().iter().map(Letter::read).collect()
    }
}

/// A mail as its reader sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// The recipient's address.
    pub to: String,
    /// The subject.
    pub subject: String,
    /// The text part.
    pub text: String,
    /// The HTML part.
    pub html: String,
}

impl Letter {
    fn read(mail: &OutgoingMail) -> Self {
        let parsed = mailparse::parse_mail(&mail.raw).expect("a mail");
        let subject = parsed.headers.iter().find(|header| header.get_key() == "Subject");
        let mut parts = parsed.subparts.iter().map(|part| part.get_body().expect("a part"));
        Self {
            to: mail.to.clone(),
            subject: subject.map(mailparse::MailHeader::get_value).unwrap_or_default(),
            text: parts.next().unwrap_or_default(),
            html: parts.next().unwrap_or_default(),
        }
    }
}

/// The channel's request to take `intake` in, with an `Idempotency-Key` or without.
///
/// # Errors
/// When the order is refused.
///
/// # Panics
/// When the shop has not opened.
pub async fn receive(app: &Door, intake: &Intake, key: Option<&str>) -> Result<Reply, ReceiveError> {
    let door = app.channel(&channel()).await?.expect("the channel");
    let digest = fingerprint(intake);
    let raw = serde_json::to_vec(intake).expect("a body");
    let cause = Cause::of_channel(&door.0.id, "channel");
    let incoming = Incoming { door: &door, payload: digest.clone(), cause, is_resumed: false };
    app.keep(&incoming, &raw).await?;
    let said = Ok((ChannelOrder::open(intake.clone()), digest.clone()));
    let told = Told { at: String::new(), bytes: None, number: Some(intake.number.clone()), said };
    let repeatable = key.map(|key| Repeatable { key: format!("acme-shop#{key}"), request: digest });
    let reply = |taken: &Taken| Reply {
        status: if taken.outcome == Outcome::Opened { 201 } else { 200 },
        body: taken.order.as_ref().map(|(order, _)| order.to_string()).unwrap_or_default(),
    };
    app.one(&incoming, told, repeatable.as_ref(), reply).await
}

/// What a change of stock is answered: what is there, and how much of it is promised.
#[must_use]
pub fn told(stock: &Stock) -> Reply {
    Reply { status: 200, body: format!("{} on hand, {} allocated", stock.on_hand, stock.allocated) }
}

fn stands(order: &Order) -> Reply {
    Reply { status: 200, body: order.state.name().to_owned() }
}

/// A number of twelve digits, of which the last is the first eleven modulo seven.
fn tracking_number(n: usize) -> String {
    let body = 44_441_375_870 + n;
    format!("{body}{}", body % 7)
}

/// The settings of a shop that handles its orders by `policy`, with one warehouse, `main`.
#[must_use]
pub fn settings(policy: OrderPolicy) -> MerchantSettings {
    let shop = ShopProfile {
        name: "茶の庵".to_owned(),
        url: "https://cha-no-iori.example".to_owned(),
        mail_from: "shop@cha-no-iori.example".to_owned(),
        support_mail: "support@cha-no-iori.example".to_owned(),
        phone: "054-000-0000".to_owned(),
        address: "静岡県静岡市葵区追手町5-1".to_owned(),
        bank_account: "見本銀行 本店 普通 1234567 チャノイオリ".to_owned(),
    };
    MerchantSettings { shop, policy, language: Language::Ja, locations: vec![location("main")] }
}

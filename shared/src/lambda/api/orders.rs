//! Orders as the API shows them. Amounts are whole numbers of the currency's smallest unit.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use serde_json::Value;

use super::address::AddressBody;
use crate::app::idempotency::Reply;
use crate::app::ports::{MailRecord, OrderSummary, Page};
use crate::app::query_orders::WholeOrder;
use crate::app::record::EventRecord;
use crate::domain::billing::{Billing, DiscountKind, FeeKind};
use crate::domain::customer::{Language, Personal};
use crate::domain::event::EventKind;
use crate::domain::money::{Amount, Currency};
use crate::domain::order::{HoldCode, HoldEnd, Line, Order, OrderState, ShipGroup, TicketKind, Validation};
use crate::domain::payment::{Payment, PaymentMethod, PaymentStatus};
use crate::domain::shipment::{Carrier, FulfilmentEventKind, LineQuantity, Shipment, ShipmentStatus};
use crate::domain::tax::PriceBasis;
use crate::domain::timers::next_due;
use crate::domain::validation::{FindingCode, Severity};

/// What the channel is told about the order it sent.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ReceivedReply {
    /// The order's id.
    pub order: String,
    /// Where it stands.
    pub state: OrderState,
    /// Whether it was known before: sending an order again does nothing.
    pub duplicate: bool,
}

impl ReceivedReply {
    /// What the channel is told: 201 when the order is new, 200 when it was known.
    #[must_use]
    pub fn of(order: &Order, is_new: bool) -> Reply {
        let body = Self { order: order.id.to_string(), state: order.state, duplicate: !is_new };
        let status = if is_new { 201 } else { 200 };
        Reply { status, body: serde_json::to_string(&body).unwrap_or_default() }
    }
}

/// An order 受注 with everything that belongs to it.
#[derive(Clone, Serialize, utoipa::ToSchema)]
pub struct OrderView {
    /// Its id.
    pub order: String,
    /// Whose it is.
    pub merchant: String,
    /// Where it came from.
    pub channel: String,
    /// The channel's own number of it.
    pub number: String,
    /// The number of its events.
    pub version: u64,
    /// The version of the merchant's settings it is handled by.
    pub settings_version: u32,
    /// Where it stands.
    pub state: OrderState,
    /// Since when.
    pub state_since: Timestamp,
    /// What it still needs before it can leave.
    pub gates: GatesView,
    /// When the customer ordered.
    pub ordered_at: Timestamp,
    /// When we received it.
    pub received_at: Timestamp,
    /// Who ordered.
    pub customer: CustomerView,
    /// The currency of all its amounts.
    pub currency: Currency,
    /// Whether prices contain tax.
    pub prices: PriceBasis,
    /// What it costs now.
    pub billing: BillingView,
    /// What was ordered, and where its units are.
    pub lines: Vec<LineView>,
    /// Where its lines go.
    pub ship_groups: Vec<ShipGroupView>,
    /// Fees.
    pub fees: Vec<FeeView>,
    /// Discounts.
    pub discounts: Vec<DiscountView>,
    /// How it is paid.
    pub payments: Vec<PaymentView>,
    /// How it leaves.
    pub shipments: Vec<ShipmentView>,
    /// What validation noticed.
    pub findings: Vec<FindingView>,
    /// What stops it, or did.
    pub holds: Vec<HoldView>,
    /// What a person must look at, or did.
    pub tickets: Vec<TicketView>,
    /// Remarks.
    pub notes: Vec<NoteView>,
    /// What the customer wrote.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer_note: Option<String>,
    /// The units that are being cancelled.
    pub cancelling: Vec<UnitsView>,
    /// When the clock next does something.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_due_at: Option<Timestamp>,
    /// The mails about it.
    pub mails: Vec<MailView>,
    /// All that happened to it.
    pub timeline: Vec<TimelineEntry>,
}

/// The gates to READY.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct GatesView {
    /// Whether what was ordered is right.
    pub validation: Validation,
    /// Whether every unit has its stock.
    pub stock: bool,
    /// Whether every payment is secured.
    pub payment: bool,
}

/// Who ordered.
#[derive(Clone, Serialize, utoipa::ToSchema)]
pub struct CustomerView {
    /// Full name.
    pub name: String,
    /// Mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mail: Option<String>,
    /// Phone number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// The language we write in.
    pub language: Language,
}

/// What an order costs now, after what was cancelled.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct BillingView {
    /// Units × price.
    pub goods: i64,
    /// All fees.
    pub fees: i64,
    /// All discounts, positive.
    pub discount: i64,
    /// Tax per rate.
    pub taxes: Vec<TaxView>,
    /// What the channel's total has more (or less) than our own sum.
    pub adjustment: i64,
    /// What the customer pays.
    pub total: i64,
}

/// The tax of one rate.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct TaxView {
    /// The rate in basis points: 1000 is 10 %.
    pub rate_basis_points: u16,
    /// Everything invoiced at this rate.
    pub base: i64,
    /// The tax, contained in `base` or on top of it as `prices` says.
    pub tax: i64,
}

/// A line 明細.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct LineView {
    /// Its number.
    pub line: u16,
    /// Which ship group it belongs to.
    pub ship_group: u8,
    /// What.
    pub sku: String,
    /// The product's name as the customer saw it.
    pub title: String,
    /// Price of one unit.
    pub unit_price: i64,
    /// Its tax rate in basis points.
    pub tax_rate_basis_points: u16,
    /// Its share of the order's discounts.
    pub discount: i64,
    /// Units ordered: the sum of open, allocated, backordered, released, shipped and cancelled.
    pub ordered: u32,
    /// Units nothing has been done for.
    pub open: u32,
    /// 引当済.
    pub allocated: u32,
    /// 入荷待ち.
    pub backordered: u32,
    /// 出荷指示済.
    pub released: u32,
    /// 出荷済.
    pub shipped: u32,
    /// 取消.
    pub cancelled: u32,
    /// Of those shipped, how many have arrived.
    pub delivered: u32,
    /// The stock it is served from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
}

/// Lines that go to one addressee.
#[derive(Clone, Serialize, utoipa::ToSchema)]
pub struct ShipGroupView {
    /// Its number.
    pub ship_group: u8,
    /// Where to.
    pub address: AddressBody,
    /// When the customer wants it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub desired_date: Option<Date>,
    /// The carrier's time slot.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_slot: Option<String>,
    /// The first moment it may be released.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_before: Option<Timestamp>,
}

/// A fee.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct FeeView {
    /// What for.
    pub kind: FeeKind,
    /// How much.
    pub amount: i64,
}

/// A discount.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct DiscountView {
    /// Where it comes from.
    pub kind: DiscountKind,
    /// Its code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// How much, positive.
    pub amount: i64,
}

/// A payment 決済.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct PaymentView {
    /// Its id.
    pub payment: String,
    /// How.
    pub method: PaymentMethod,
    /// Where it stands.
    pub status: PaymentStatus,
    /// How much was agreed.
    pub amount: i64,
    /// How much it has to bring now.
    pub due: i64,
    /// Secured at the provider.
    pub authorized: i64,
    /// Taken, or received.
    pub captured: i64,
    /// Given back.
    pub refunded: i64,
    /// Whether nobody knows the outcome of the last operation.
    pub outcome_unknown: bool,
    /// Until when a payment in advance must come.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Timestamp>,
}

/// A shipment 出荷.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ShipmentView {
    /// Its id.
    pub shipment: String,
    /// Which ship group it serves.
    pub ship_group: u8,
    /// Where it leaves from.
    pub location: String,
    /// How far it has come.
    pub status: ShipmentStatus,
    /// When it was released.
    pub released_at: Timestamp,
    /// Whether the warehouse has been told.
    pub instructed: bool,
    /// What the carrier collects with it 代引金額, in the currency's smallest unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cash_on_delivery: Option<i64>,
    /// What is in it.
    pub lines: Vec<UnitsView>,
    /// All tracking numbers.
    pub trackings: Vec<TrackingView>,
    /// All reports.
    pub reports: Vec<ReportView>,
}

/// Units of a line.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct UnitsView {
    /// The line's number.
    pub line: u16,
    /// How many.
    pub quantity: u32,
}

/// A tracking number お問い合わせ番号.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct TrackingView {
    /// Who carries the parcel.
    pub carrier: Carrier,
    /// The number.
    pub number: String,
    /// Where to follow it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// A report of the warehouse or the carrier.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ReportView {
    /// What happened.
    pub kind: FulfilmentEventKind,
    /// When.
    pub occurred_at: Timestamp,
}

/// Something validation noticed.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct FindingView {
    /// What.
    pub code: FindingCode,
    /// The hold it opened; none for a warning.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hold: Option<HoldCode>,
    /// Where, as a path into the order.
    pub field: String,
    /// What to do about it.
    pub message: String,
}

/// A hold 保留.
#[derive(Clone, Serialize, utoipa::ToSchema)]
pub struct HoldView {
    /// Why.
    pub code: HoldCode,
    /// What exactly.
    pub reason: String,
    /// Since when.
    pub opened_at: Timestamp,
    /// Until when; open when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<Timestamp>,
    /// Who closed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed_by: Option<String>,
    /// Why it was all right to go on, if the cause remained.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub override_reason: Option<String>,
}

/// Something that needs a person.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct TicketView {
    /// Its id.
    pub ticket: String,
    /// What kind.
    pub kind: TicketKind,
    /// What exactly, and what to do.
    pub detail: String,
    /// Since when.
    pub opened_at: Timestamp,
    /// Until when; open when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<Timestamp>,
}

/// A remark.
#[derive(Clone, Serialize, utoipa::ToSchema)]
pub struct NoteView {
    /// Its id.
    pub id: String,
    /// By whom.
    pub by: String,
    /// The text.
    pub text: String,
    /// When.
    pub at: Timestamp,
}

/// A mail.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct MailView {
    /// What it tells of: the mail's kind and the event.
    pub fact: String,
    /// When it was begun.
    pub begun_at: Timestamp,
    /// How it stands: SENDING, SENT, REFUSED or UNKNOWN, with the service's id or the reason.
    #[schema(value_type = Object)]
    pub outcome: Value,
}

/// Something that happened.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct TimelineEntry {
    /// Its number within the order.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: String,
    /// What: `type` and its facts. The receipt's copy of the order is left out.
    #[schema(value_type = Object)]
    pub event: Value,
    /// The request that began it all.
    pub correlation: String,
    /// The event that led to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caused_by: Option<String>,
}

/// A line of a list of orders.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct OrderListEntry {
    /// Its id.
    pub order: String,
    /// Where it came from.
    pub channel: String,
    /// The channel's own number of it.
    pub number: String,
    /// Where it stands.
    pub state: OrderState,
    /// What it costs now.
    pub total: i64,
    /// In which currency.
    pub currency: Currency,
    /// When we received it.
    pub received_at: Timestamp,
    /// How many holds are open.
    pub open_holds: usize,
    /// How many tickets are open.
    pub open_tickets: usize,
}

/// A page of orders, the newest first.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct OrderList {
    /// The orders.
    pub orders: Vec<OrderListEntry>,
    /// Where the next page begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

impl From<Page<OrderSummary>> for OrderList {
    fn from(page: Page<OrderSummary>) -> Self {
        let entry = |order: OrderSummary| OrderListEntry {
            order: order.id.to_string(),
            channel: order.channel.to_string(),
            number: order.number,
            state: order.state,
            total: order.total.units(),
            currency: order.currency,
            received_at: order.received_at,
            open_holds: order.holds,
            open_tickets: order.tickets,
        };
        Self { orders: page.items.into_iter().map(entry).collect(), next_cursor: page.next }
    }
}

/// Whoever may read the order may read this.
fn shown(text: &Personal) -> String {
    text.reveal().to_owned()
}

impl From<&WholeOrder> for OrderView {
    fn from(whole: &WholeOrder) -> Self {
        let order = &whole.order;
        let customer = CustomerView {
            name: shown(&order.customer.name),
            mail: order.customer.mail.as_ref().map(shown),
            phone: order.customer.phone.as_ref().map(shown),
            language: order.customer.language,
        };
        let gates = GatesView {
            validation: order.validation,
            stock: order.stock_is_secured(),
            payment: order.payment_is_secured(),
        };
        let payments = order.payments.iter().zip(order.targets());
        Self {
            order: order.id.to_string(),
            merchant: order.merchant.to_string(),
            channel: order.channel.to_string(),
            number: order.number.clone(),
            version: order.version,
            settings_version: order.policy.version,
            state: order.state,
            state_since: order.state_since,
            gates,
            ordered_at: order.ordered_at,
            received_at: order.received_at,
            customer,
            currency: order.currency,
            prices: order.basis,
            billing: order.billing().into(),
            lines: order.lines.iter().map(LineView::from).collect(),
            ship_groups: order.ship_groups.iter().map(ShipGroupView::from).collect(),
            fees: order
                .fees
                .iter()
                .map(|fee| FeeView { kind: fee.kind, amount: fee.amount.units() })
                .collect(),
            discounts: discounts(order),
            payments: payments.map(|(payment, due)| PaymentView::new(payment, due.units())).collect(),
            shipments: order.shipments.iter().map(ShipmentView::from).collect(),
            findings: findings(order),
            holds: holds(order),
            tickets: tickets(order),
            notes: notes(order),
            customer_note: order.customer_note.as_ref().map(shown),
            cancelling: order
                .cancellation
                .iter()
                .flat_map(|request| &request.remaining)
                .map(UnitsView::from)
                .collect(),
            next_due_at: next_due(order),
            mails: whole.mails.iter().map(MailView::from).collect(),
            timeline: whole.history.iter().map(TimelineEntry::from).collect(),
        }
    }
}

fn discounts(order: &Order) -> Vec<DiscountView> {
    let view = |discount: &crate::domain::billing::Discount| DiscountView {
        kind: discount.kind,
        code: discount.code.clone(),
        amount: discount.amount.units(),
    };
    order.discounts.iter().map(view).collect()
}

fn findings(order: &Order) -> Vec<FindingView> {
    let view = |finding: &crate::domain::validation::Finding| FindingView {
        code: finding.code,
        hold: match finding.severity {
            Severity::Warning => None,
            Severity::Blocking(code) => Some(code),
        },
        field: finding.field.clone(),
        message: finding.message.clone(),
    };
    order.findings.iter().map(view).collect()
}

fn holds(order: &Order) -> Vec<HoldView> {
    let view = |hold: &crate::domain::order::Hold| {
        let (closed_at, end) = hold.closed.clone().unzip();
        let (closed_by, override_reason) = match end {
            None => (None, None),
            Some(HoldEnd::Resolved { by }) => (Some(by), None),
            Some(HoldEnd::Overridden { by, reason }) => (Some(by), Some(shown(&reason))),
        };
        HoldView {
            code: hold.code,
            reason: shown(&hold.reason),
            opened_at: hold.opened_at,
            closed_at,
            closed_by,
            override_reason,
        }
    };
    order.holds.iter().map(view).collect()
}

fn tickets(order: &Order) -> Vec<TicketView> {
    let view = |ticket: &crate::domain::order::Ticket| TicketView {
        ticket: ticket.id.clone(),
        kind: ticket.kind,
        detail: ticket.detail.clone(),
        opened_at: ticket.opened_at,
        closed_at: ticket.closed_at,
    };
    order.tickets.iter().map(view).collect()
}

fn notes(order: &Order) -> Vec<NoteView> {
    let view = |note: &crate::domain::order::Note| NoteView {
        id: note.id.clone(),
        by: note.by.clone(),
        text: shown(&note.text),
        at: note.at,
    };
    order.notes.iter().map(view).collect()
}

impl From<Billing> for BillingView {
    fn from(billing: Billing) -> Self {
        let tax = |line: &crate::domain::billing::TaxLine| TaxView {
            rate_basis_points: line.rate.basis_points(),
            base: line.base.units(),
            tax: line.tax.units(),
        };
        Self {
            goods: billing.goods.units(),
            fees: billing.fees.units(),
            discount: billing.discount.units(),
            taxes: billing.taxes.iter().map(tax).collect(),
            adjustment: billing.adjustment.units(),
            total: billing.total.units(),
        }
    }
}

impl From<&Line> for LineView {
    fn from(line: &Line) -> Self {
        let quantities = line.quantities;
        Self {
            line: line.id.0,
            ship_group: line.ship_group,
            sku: line.sku.to_string(),
            title: line.title.clone(),
            unit_price: line.unit_price.units(),
            tax_rate_basis_points: line.tax_rate.basis_points(),
            discount: line.discount.units(),
            ordered: line.ordered,
            open: quantities.open,
            allocated: quantities.allocated,
            backordered: quantities.backordered,
            released: quantities.released,
            shipped: quantities.shipped,
            cancelled: quantities.cancelled,
            delivered: quantities.delivered,
            location: line.location.as_ref().map(ToString::to_string),
        }
    }
}

impl From<&ShipGroup> for ShipGroupView {
    fn from(group: &ShipGroup) -> Self {
        Self {
            ship_group: group.id,
            address: AddressBody::from(&group.address),
            desired_date: group.desired.date,
            time_slot: group.desired.time_slot.clone(),
            not_before: group.not_before,
        }
    }
}

impl PaymentView {
    fn new(payment: &Payment, due: i64) -> Self {
        Self {
            payment: payment.id.to_string(),
            method: payment.method,
            status: payment.status,
            amount: payment.amount.units(),
            due,
            authorized: payment.authorized.units(),
            captured: payment.captured.units(),
            refunded: payment.refunded.units(),
            outcome_unknown: payment.unknown.is_some(),
            due_at: payment.requested.as_ref().map(|request| request.due_at),
        }
    }
}

impl From<&Shipment> for ShipmentView {
    fn from(shipment: &Shipment) -> Self {
        let tracking = |tracking: &crate::domain::shipment::Tracking| TrackingView {
            carrier: tracking.carrier,
            number: tracking.number.clone(),
            url: tracking.carrier.tracking_url(&tracking.number),
        };
        let reports = shipment.history.iter();
        Self {
            shipment: shipment.id.to_string(),
            ship_group: shipment.ship_group,
            location: shipment.location.to_string(),
            status: shipment.status,
            released_at: shipment.released_at,
            instructed: shipment.instructed,
            cash_on_delivery: shipment.cash.map(Amount::units),
            lines: shipment.lines.iter().map(UnitsView::from).collect(),
            trackings: shipment.trackings.iter().map(tracking).collect(),
            reports: reports.map(|r| ReportView { kind: r.kind, occurred_at: r.occurred_at }).collect(),
        }
    }
}

impl From<&LineQuantity> for UnitsView {
    fn from(units: &LineQuantity) -> Self {
        Self { line: units.line.0, quantity: units.quantity }
    }
}

impl From<&MailRecord> for MailView {
    fn from(mail: &MailRecord) -> Self {
        let outcome = serde_json::to_value(&mail.status).unwrap_or_default();
        Self { fact: mail.fact.clone(), begun_at: mail.begun_at, outcome }
    }
}

impl From<&EventRecord> for TimelineEntry {
    fn from(record: &EventRecord) -> Self {
        let event = if record.event.kind() == EventKind::OrderReceived {
            serde_json::json!({ "type": EventKind::OrderReceived.name() })
        } else {
            serde_json::to_value(&record.event).unwrap_or_default()
        };
        Self {
            seq: record.seq,
            at: record.at,
            by: record.cause.actor.clone(),
            event,
            correlation: record.cause.correlation.clone(),
            caused_by: record.cause.event.clone(),
        }
    }
}

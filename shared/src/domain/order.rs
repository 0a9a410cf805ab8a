//! The order 受注: one aggregate, changed only by [`evolve`](super::evolve).

mod lines;
mod remarks;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

pub use self::lines::{Line, Quantities, ShipGroup};
pub use self::remarks::{Hold, HoldCode, HoldEnd, Note, Ticket, TicketKind};
use super::billing::{Declared, Discount, Fee};
use super::calls::CallRequest;
use super::customer::{Customer, Personal};
use super::drift::Drift;
use super::ids::{ChannelId, LineId, MerchantId, OrderId, PaymentId, ShipmentId};
use super::matter::Handling;
use super::merchant::OrderPolicy;
use super::money::{Amount, Currency};
use super::particulars::Particulars;
use super::past::Past;
use super::payment::Payment;
use super::report::Report;
use super::screening::Screening;
use super::shipment::{LineQuantity, Shipment};
use super::tax::PriceBasis;
use super::told::Said;
use super::validation::{Finding, Severity};

/// Where an order stands. It only ever moves forward, or to the side exit `Cancelled`.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum OrderState {
    /// 新規受付: captured, not yet checked; not a promise to ship.
    Received,
    /// 確認済: nothing is wrong with what was ordered.
    Validated,
    /// 出荷可能: stock and payment are secured, something can leave.
    Ready,
    /// 出荷指示済: the warehouse has been told.
    Released,
    /// 一部出荷.
    PartiallyShipped,
    /// 出荷済: everything that will be delivered has left.
    Shipped,
    /// 配達完了.
    Delivered,
    /// 完了: delivered, paid and posted as a sale.
    Completed,
    /// 取消.
    Cancelled,
}

impl OrderState {
    /// All states, in the order of the lifecycle.
    pub const ALL: [Self; 9] = [
        Self::Received,
        Self::Validated,
        Self::Ready,
        Self::Released,
        Self::PartiallyShipped,
        Self::Shipped,
        Self::Delivered,
        Self::Completed,
        Self::Cancelled,
    ];

    /// The state's name in the API, in keys and in documents.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Received => "RECEIVED",
            Self::Validated => "VALIDATED",
            Self::Ready => "READY",
            Self::Released => "RELEASED",
            Self::PartiallyShipped => "PARTIALLY_SHIPPED",
            Self::Shipped => "SHIPPED",
            Self::Delivered => "DELIVERED",
            Self::Completed => "COMPLETED",
            Self::Cancelled => "CANCELLED",
        }
    }

    /// Whether nothing more is to happen.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Completed | Self::Cancelled)
    }
}

/// Why units were cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CancelReason {
    /// 客都合.
    Customer,
    /// 店都合.
    Shop,
    /// 欠品.
    OutOfStock,
    /// 受取不可: cannot be delivered.
    Undeliverable,
    /// カードエラー.
    PaymentDeclined,
    /// 期限切れ: not paid in time.
    PaymentExpired,
    /// モール・カート側の取消: the channel cancelled it.
    Channel,
    /// 不正注文.
    Fraud,
}

/// A cancellation that has been accepted and is being carried out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cancellation {
    /// Why.
    pub reason: CancelReason,
    /// The units still to be cancelled.
    pub remaining: Vec<LineQuantity>,
    /// The units cancelled so far.
    #[serde(default)]
    pub done: Vec<LineQuantity>,
}

/// Whether what was ordered is right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Validation {
    /// Not checked yet, or to be checked again.
    Pending,
    /// Something is wrong; a hold says what.
    Failed,
    /// Nothing is wrong, or somebody took the responsibility.
    Passed,
}

/// An order 受注 with everything that belongs to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// Its id.
    pub id: OrderId,
    /// Whose it is.
    pub merchant: MerchantId,
    /// Where it came from.
    pub channel: ChannelId,
    /// The channel's own number of it.
    pub number: String,
    /// SHA-256 of what the channel said last, in hex: tells a repetition from something new.
    pub fingerprint: String,
    /// What the channel said last.
    #[serde(default)]
    pub said: Said,
    /// The number of its events.
    pub version: u64,
    /// When the customer ordered.
    pub ordered_at: Timestamp,
    /// When we received it.
    pub received_at: Timestamp,
    /// Who ordered.
    pub customer: Customer,
    /// The currency of all its amounts.
    pub currency: Currency,
    /// Whether prices contain tax.
    pub basis: PriceBasis,
    /// Where its lines go.
    pub ship_groups: Vec<ShipGroup>,
    /// What was ordered.
    pub lines: Vec<Line>,
    /// Fees.
    pub fees: Vec<Fee>,
    /// Discounts, as given; their shares are in the lines and fees.
    pub discounts: Vec<Discount>,
    /// The channel's own figures, which are authoritative.
    pub declared: Option<Declared>,
    /// How it is paid. Never empty.
    pub payments: Vec<Payment>,
    /// How it leaves.
    pub shipments: Vec<Shipment>,
    /// Where it stands.
    pub state: OrderState,
    /// Since when.
    pub state_since: Timestamp,
    /// Whether what was ordered is right.
    pub validation: Validation,
    /// What the last validation found.
    pub findings: Vec<Finding>,
    /// Whether a release has been announced and not yet made.
    pub ready: bool,
    /// Whether the sale has been posted.
    pub sales_posted: bool,
    /// What stops it, or did.
    pub holds: Vec<Hold>,
    /// What a person must look at, or did.
    pub tickets: Vec<Ticket>,
    /// What the customer is, or was, called about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub calls: Vec<CallRequest>,
    /// What was noted about the matters that are open.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub handlings: Vec<Handling>,
    /// Remarks.
    pub notes: Vec<Note>,
    /// What the customer wrote.
    pub customer_note: Option<Personal>,
    /// What else the channel says.
    #[serde(default, skip_serializing_if = "Particulars::is_empty")]
    pub particulars: Particulars,
    /// What it is recognised by, and what it has taken of what orders share.
    #[serde(default, skip_serializing_if = "Screening::is_empty")]
    pub screening: Screening,
    /// The cancellation under way.
    pub cancellation: Option<Cancellation>,
    /// The delays the customer was told of.
    pub delays: Vec<(String, Option<Date>)>,
    /// How it is handled.
    pub policy: OrderPolicy,
    /// What its channel was told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reports: Vec<Report>,
    /// In what its channel disagrees with us.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drift: Option<Drift>,
    /// That it ended before it came to us; nothing is done about it then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub past: Option<Past>,
    /// When the payment stage was last called for by something that left the state as it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub money_since: Option<Timestamp>,
}

/// The most lines an order may have.
pub const MAX_LINES: usize = 100;
/// The most lines one transaction touches: each costs up to three of DynamoDB's 100 items, and the order
/// itself, its events and what it shares with others have their part.
pub const LINES_PER_STEP: usize = 20;
/// The most notes, tickets or delays an order keeps.
pub const MAX_REMARKS: usize = 200;
/// The bytes from which on an order takes no more remarks, bookings and reports that change nothing:
/// the snapshot must stay below DynamoDB's 400 KB, and what happened must always fit.
pub const REMARK_BYTES: usize = 64 * 1_024;
/// About what a row needs for the names of a remark's fields, its moments and its codes.
const FIELD_BYTES: usize = 120;

impl Order {
    /// The country (ISO 3166-1) the customer is at home in, as far as the order tells.
    #[must_use]
    pub fn country(&self) -> &str {
        let own = self.customer.address.as_deref();
        let address = own.or_else(|| self.ship_groups.first().map(|group| &group.address));
        address.map_or("JP", |address| &address.country)
    }

    /// The line `id`.
    #[must_use]
    pub fn line(&self, id: LineId) -> Option<&Line> {
        self.lines.iter().find(|line| line.id == id)
    }

    /// The shipment `id`.
    #[must_use]
    pub fn shipment(&self, id: &ShipmentId) -> Option<&Shipment> {
        self.shipments.iter().find(|shipment| shipment.id == *id)
    }

    /// The payment `id`.
    #[must_use]
    pub fn payment(&self, id: &PaymentId) -> Option<&Payment> {
        self.payments.iter().find(|payment| payment.id == *id)
    }

    /// The holds that stop it now.
    pub fn open_holds(&self) -> impl Iterator<Item = &Hold> {
        self.holds.iter().filter(|hold| hold.closed.is_none())
    }

    /// Whether a hold for `code` stops it now.
    #[must_use]
    pub fn is_held_for(&self, code: HoldCode) -> bool {
        self.open_holds().any(|hold| hold.code == code)
    }

    /// Whether the validation stage opened `hold`, or would: by its nature, or because a rule of the
    /// merchant's chose it. One that a person placed is theirs to close.
    #[must_use]
    pub fn is_of_validation(&self, hold: &Hold) -> bool {
        let opened_it = |finding: &Finding| {
            finding.severity == Severity::Blocking(hold.code) && finding.reason() == hold.reason
        };
        hold.code.is_of_validation() || self.findings.iter().any(opened_it)
    }

    /// The tickets nobody has closed yet.
    pub fn open_tickets(&self) -> impl Iterator<Item = &Ticket> {
        self.tickets.iter().filter(|ticket| ticket.closed_at.is_none())
    }

    /// Whether the ticket `id` was ever opened.
    #[must_use]
    pub fn has_ticket(&self, id: &str) -> bool {
        self.tickets.iter().any(|ticket| ticket.id == id)
    }

    /// Whether it takes no more of what can be refused.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.remark_bytes() >= REMARK_BYTES
    }

    /// About the bytes of everything that people, banks and carriers have added to the order.
    fn remark_bytes(&self) -> usize {
        let notes = self.notes.iter().map(|note| note.id.len() + note.by.len() + note.text.reveal().len());
        let holds = self.holds.iter().map(|hold| {
            let end = match &hold.closed {
                Some((_, HoldEnd::Overridden { by, reason })) => by.len() + reason.reveal().len(),
                Some((_, HoldEnd::Resolved { by })) => by.len(),
                None => 0,
            };
            hold.reason.reveal().len() + end
        });
        let tickets = self.tickets.iter().map(|ticket| ticket.id.len() + ticket.detail.len());
        let calls = self.calls.iter().map(CallRequest::bytes);
        let delays = self.delays.iter().map(|(reason, _)| reason.len());
        let references = self
            .payments
            .iter()
            .flat_map(|payment| payment.deposits.iter().chain(&payment.refund_references));
        let reports = self.shipments.iter().flat_map(|shipment| &shipment.history);
        // A number is kept with its report and with its shipment.
        let numbers = self.shipments.iter().flat_map(|shipment| &shipment.trackings);
        let numbers = numbers.map(|tracking| FIELD_BYTES + 2 * tracking.number.len());
        let all =
            notes.chain(holds).chain(tickets).chain(calls).chain(delays).chain(references.map(String::len));
        let told = self.reports.iter().map(|_| 0);
        all.chain(reports.map(|_| 0)).chain(told).chain(numbers).map(|bytes| FIELD_BYTES + bytes).sum()
    }

    /// Whether it came in part, and nobody has said that this is all of it.
    #[must_use]
    pub fn is_partial(&self) -> bool {
        let differs =
            self.particulars.expected_lines.is_some_and(|n| usize::try_from(n) != Ok(self.lines.len()));
        let is_settled = |hold: &Hold| hold.code == HoldCode::PartialImport && hold.closed.is_some();
        differs && !self.holds.iter().any(is_settled)
    }

    /// Units of all lines that have not left yet and still should.
    #[must_use]
    pub fn outstanding(&self) -> u32 {
        self.lines.iter().map(Line::outstanding).sum()
    }

    /// Whether at least one unit has left, and none is still to leave.
    #[must_use]
    pub fn has_shipped_all(&self) -> bool {
        self.outstanding() == 0 && self.lines.iter().any(|line| line.quantities.shipped > 0)
    }

    /// Whether everything that has left, and was to leave, has arrived.
    #[must_use]
    pub fn has_delivered_all(&self) -> bool {
        self.has_shipped_all() && self.lines.iter().all(|l| l.quantities.delivered == l.quantities.shipped)
    }

    /// Whether no unit is left to deliver and none was delivered.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lines.iter().all(|line| line.active() == 0)
    }

    /// The stock gate 引当ゲート: every unit has its stock.
    #[must_use]
    pub fn stock_is_secured(&self) -> bool {
        self.lines.iter().all(|line| line.quantities.open == 0 && line.quantities.backordered == 0)
    }

    /// The payment gate 入金ゲート: every payment secures its part of what is due.
    #[must_use]
    pub fn payment_is_secured(&self) -> bool {
        self.payments.iter().zip(self.targets()).all(|(payment, target)| self.is_secured(payment, target))
    }

    /// Whether goods worth `target` may leave for this payment. An account on terms pays later.
    #[must_use]
    pub fn is_secured(&self, payment: &Payment, target: Amount) -> bool {
        payment.secures(target) || self.is_on_terms(payment)
    }
}

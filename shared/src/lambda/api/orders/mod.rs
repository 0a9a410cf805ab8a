//! Orders as the API shows them. Amounts are whole numbers of the currency's smallest unit.

mod attention;
mod goods;
mod history;
mod list;
mod money;
mod particulars;
mod screening;
mod shipments;
mod work;

use jiff::Timestamp;
use serde::Serialize;

pub use self::attention::FindingView;
use self::attention::{HoldView, NoteView, TicketView};
use self::goods::{CustomerView, LineView, ShipGroupView, UnitsView};
use self::history::{MailView, TimelineEntry};
pub use self::list::OrderList;
pub use self::money::BillingView;
use self::money::{DiscountView, FeeView, PaymentView};
use self::particulars::ParticularsView;
use self::screening::{ClaimView, PointsEntryView, RiskView};
use self::shipments::ShipmentView;
pub use self::work::{CallOutcomeName, CallView, NextActionView};
use super::reports::{DriftView, ReportView};
use crate::app::query_orders::WholeOrder;
use crate::domain::customer::Personal;
use crate::domain::money::Currency;
use crate::domain::next_action::next_actions;
use crate::domain::order::{Order, OrderState, Validation};
use crate::domain::tax::PriceBasis;
use crate::domain::timers::next_due;

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
    /// When it was taken over from elsewhere 過去受注, if it ended there; nothing is done about it then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub imported_at: Option<Timestamp>,
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
    /// What the customer is, or was, called about.
    pub calls: Vec<CallView>,
    /// What people have to do, what is due first before the others.
    pub next_actions: Vec<NextActionView>,
    /// Remarks.
    pub notes: Vec<NoteView>,
    /// What the customer wrote.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer_note: Option<String>,
    /// What else the channel says.
    pub particulars: ParticularsView,
    /// The points that paid for it and that it brought, by issuer.
    pub points: Vec<PointsEntryView>,
    /// What it has taken of what orders share: uses of codes, points, credit.
    pub claims: Vec<ClaimView>,
    /// How risky it is, and why.
    pub risk: RiskView,
    /// What its channel was told.
    pub reports: Vec<ReportView>,
    /// In what its channel disagrees with us.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub drift: Option<DriftView>,
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

impl From<&WholeOrder> for OrderView {
    fn from(whole: &WholeOrder) -> Self {
        let WholeOrder { order, history, mails, .. } = whole;
        let cancelling = order.cancellation.iter().flat_map(|request| &request.remaining);
        Self {
            order: order.id.to_string(),
            merchant: order.merchant.to_string(),
            channel: order.channel.to_string(),
            number: order.number.clone(),
            version: order.version,
            settings_version: order.policy.version,
            state: order.state,
            state_since: order.state_since,
            imported_at: order.past.as_ref().map(|past| past.imported_at),
            gates: order.into(),
            ordered_at: order.ordered_at,
            received_at: order.received_at,
            customer: (&order.customer).into(),
            currency: order.currency,
            prices: order.basis,
            billing: (&order.billing()).into(),
            lines: order.lines.iter().map(Into::into).collect(),
            ship_groups: order.ship_groups.iter().map(|group| ShipGroupView::of(group, order)).collect(),
            fees: order.fees.iter().map(Into::into).collect(),
            discounts: order.discounts.iter().map(Into::into).collect(),
            payments: order.payments.iter().zip(order.targets()).map(Into::into).collect(),
            shipments: order.shipments.iter().map(Into::into).collect(),
            findings: order.findings.iter().map(Into::into).collect(),
            holds: order.holds.iter().map(Into::into).collect(),
            tickets: order.tickets.iter().map(Into::into).collect(),
            calls: work::calls(whole),
            next_actions: next_actions(order).into_iter().map(Into::into).collect(),
            notes: order.notes.iter().map(Into::into).collect(),
            customer_note: order.customer_note.as_ref().map(shown),
            particulars: (&order.particulars).into(),
            points: order.points().into_iter().map(Into::into).collect(),
            claims: order.screening.claims.iter().map(Into::into).collect(),
            risk: (&order.screening.risk).into(),
            reports: ReportView::all(order),
            drift: DriftView::of(order),
            cancelling: cancelling.map(Into::into).collect(),
            next_due_at: next_due(order),
            mails: mails.iter().map(Into::into).collect(),
            timeline: history.iter().map(Into::into).collect(),
        }
    }
}

impl From<&Order> for GatesView {
    fn from(order: &Order) -> Self {
        Self {
            validation: order.validation,
            stock: order.stock_is_secured(),
            payment: order.payment_is_secured(),
        }
    }
}

/// Whoever may read the order may read this.
fn shown(text: &Personal) -> String {
    text.reveal().to_owned()
}

//! What was ordered, by whom, and where it goes.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;

use super::particulars::GroupParticularsView;
use super::shown;
use crate::domain::address::{Trust, propose};
use crate::domain::customer::{Customer, Language};
use crate::domain::order::{Line, Order, OrderState, ShipGroup};
use crate::domain::shipment::LineQuantity;
use crate::lambda::api::address::AddressBody;
use crate::lambda::api::addresses::ProposalView;

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
    /// How the name is read フリガナ.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kana: Option<String>,
    /// The firm they order for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub company: Option<String>,
    /// The channel's own number of the customer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// Where they live, if the channel says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<AddressBody>,
}

/// A line 明細.
#[derive(Clone, Serialize, utoipa::ToSchema)]
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
    /// The channel's own id of the line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// What the customer chose 項目選択肢.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub choice: Option<String>,
}

/// Lines that go to one addressee.
#[derive(Clone, Serialize, utoipa::ToSchema)]
pub struct ShipGroupView {
    /// Its number.
    pub ship_group: u8,
    /// Where to.
    pub address: AddressBody,
    /// What could be better about the address; `accept_address_proposal` makes it so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address_proposal: Option<ProposalView>,
    /// When the customer wants it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub desired_date: Option<Date>,
    /// The carrier's time slot.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_slot: Option<String>,
    /// The first moment it may be released.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_before: Option<Timestamp>,
    /// What else the channel says.
    pub particulars: GroupParticularsView,
}

/// Units of a line.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct UnitsView {
    /// The line's number.
    pub line: u16,
    /// How many.
    pub quantity: u32,
}

impl From<&Customer> for CustomerView {
    fn from(customer: &Customer) -> Self {
        Self {
            name: shown(&customer.name),
            mail: customer.mail.as_ref().map(shown),
            phone: customer.phone.as_ref().map(shown),
            language: customer.language,
            kana: customer.kana.as_ref().map(shown),
            company: customer.company.as_ref().map(shown),
            number: customer.number.clone(),
            address: customer.address.as_deref().map(AddressBody::from),
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
            reference: line.particulars.reference.clone(),
            choice: line.particulars.choice.as_ref().map(shown),
        }
    }
}

impl ShipGroupView {
    /// The ship group of an order. A better address is proposed as long as it may still be changed.
    pub fn of(group: &ShipGroup, order: &Order) -> Self {
        let proposal = (order.state < OrderState::Released).then(|| propose(&group.address, Trust::Any));
        Self {
            ship_group: group.id,
            address: AddressBody::from(&group.address),
            address_proposal: proposal.flatten().as_ref().map(Into::into),
            desired_date: group.desired.date,
            time_slot: group.desired.time_slot.clone(),
            not_before: group.not_before,
            particulars: (&group.particulars).into(),
        }
    }
}

impl From<&LineQuantity> for UnitsView {
    fn from(units: &LineQuantity) -> Self {
        Self { line: units.line.0, quantity: units.quantity }
    }
}

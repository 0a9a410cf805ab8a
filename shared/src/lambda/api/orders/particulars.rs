//! What else a channel says of an order.

use jiff::civil::Date;
use serde::Serialize;

use super::shown;
use crate::domain::particulars::{
    Caution, GroupParticulars, OrderKind, Particulars, PointsEarned, PurchaseOrder, Subscription, Temperature,
};

/// What else the channel says of the order.
#[derive(Clone, Serialize, utoipa::ToSchema)]
pub struct ParticularsView {
    /// What kind of order it is.
    pub kind: OrderKind,
    /// The subscription it is one delivery of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subscription: Option<SubscriptionView>,
    /// What a firm orders by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purchase_order: Option<PurchaseOrderView>,
    /// How the customer pays, in the channel's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paid_by: Option<String>,
    /// What the channel warns of.
    pub cautions: Vec<CautionView>,
    /// What the customer earns.
    pub points_earned: Vec<PointsEarnedView>,
    /// How many lines the channel says there are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected_lines: Option<u32>,
}

/// A subscription 定期契約.
#[derive(Clone, Serialize, utoipa::ToSchema)]
pub struct SubscriptionView {
    /// The channel's own id of the contract.
    pub contract: String,
    /// How often, in the channel's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cycle: Option<String>,
    /// Which delivery of it this is, counted from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub occurrence: Option<u32>,
    /// When the next one is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_on: Option<Date>,
}

/// What a firm orders by 発注.
#[derive(Clone, Serialize, utoipa::ToSchema)]
pub struct PurchaseOrderView {
    /// The buyer's own number.
    pub number: String,
    /// The merchant's account of the buyer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
}

/// Something the channel itself warns of.
#[derive(Clone, Serialize, utoipa::ToSchema)]
pub struct CautionView {
    /// The channel's own code.
    pub code: String,
    /// What it means.
    pub meaning: String,
}

/// Points the customer gets for the order.
#[derive(Clone, Serialize, utoipa::ToSchema)]
pub struct PointsEarnedView {
    /// Who grants them.
    pub issuer: String,
    /// How many.
    pub points: u32,
}

/// What the channel says of everything that goes to one addressee.
#[derive(Clone, Serialize, utoipa::ToSchema)]
pub struct GroupParticularsView {
    /// The channel's own id of the group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// のし, in the channel's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub noshi: Option<String>,
    /// ラッピング, in the channel's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wrapping: Option<String>,
    /// メッセージカード.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gift_message: Option<String>,
    /// How warm the parcel may be.
    pub temperature: Temperature,
    /// How it is to be sent, in the channel's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivery_method: Option<String>,
}

impl From<&Particulars> for ParticularsView {
    fn from(particulars: &Particulars) -> Self {
        Self {
            kind: particulars.kind,
            subscription: particulars.subscription.clone().map(Into::into),
            purchase_order: particulars.purchase_order.clone().map(Into::into),
            paid_by: particulars.paid_by.clone(),
            cautions: particulars.cautions.iter().cloned().map(Into::into).collect(),
            points_earned: particulars.points_earned.iter().cloned().map(Into::into).collect(),
            expected_lines: particulars.expected_lines,
        }
    }
}

impl From<Subscription> for SubscriptionView {
    fn from(Subscription { contract, cycle, occurrence, next_on }: Subscription) -> Self {
        Self { contract, cycle, occurrence, next_on }
    }
}

impl From<PurchaseOrder> for PurchaseOrderView {
    fn from(PurchaseOrder { number, account }: PurchaseOrder) -> Self {
        Self { number, account }
    }
}

impl From<Caution> for CautionView {
    fn from(Caution { code, meaning }: Caution) -> Self {
        Self { code, meaning }
    }
}

impl From<PointsEarned> for PointsEarnedView {
    fn from(PointsEarned { issuer, points }: PointsEarned) -> Self {
        Self { issuer, points }
    }
}

impl From<&GroupParticulars> for GroupParticularsView {
    fn from(particulars: &GroupParticulars) -> Self {
        let gift = &particulars.gift;
        Self {
            reference: particulars.reference.clone(),
            noshi: gift.noshi.as_ref().map(shown),
            wrapping: gift.wrapping.clone(),
            gift_message: gift.message.as_ref().map(shown),
            temperature: particulars.temperature,
            delivery_method: particulars.delivery_method.clone(),
        }
    }
}

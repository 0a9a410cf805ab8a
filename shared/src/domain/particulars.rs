//! What else a channel says of an order: it decides no state, and travels with it.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::customer::Personal;

/// The most cautions or point issuers an order keeps.
pub const MAX_PARTICULARS: usize = 20;

/// What kind of order it is 注文種別.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum OrderKind {
    /// 通常購入.
    #[default]
    Normal,
    /// 予約: the goods are not on sale yet.
    Preorder,
    /// 定期購入: one delivery of a subscription.
    Subscription,
    /// 頒布会: one delivery of a series that the shop chooses.
    BuyingClub,
}

/// The subscription 定期契約 an order is one delivery of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscription {
    /// The channel's own id of the contract.
    pub contract: String,
    /// How often, in the channel's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cycle: Option<String>,
    /// Which delivery of it this is, counted from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub occurrence: Option<u32>,
    /// When the next one is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_on: Option<Date>,
}

/// What a firm orders by 発注.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PurchaseOrder {
    /// The buyer's own number 発注番号.
    pub number: String,
    /// The merchant's account of the buyer 取引先コード.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
}

/// Something the channel itself warns of 注意喚起.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Caution {
    /// The channel's own code, such as `102` or `SUSPECT`.
    pub code: String,
    /// What it means. Holds no personal data.
    pub meaning: String,
}

/// Points the customer gets for the order 付与ポイント.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PointsEarned {
    /// Who grants them, such as `RAKUTEN`.
    pub issuer: String,
    /// How many.
    pub points: u32,
}

/// What else a channel says of an order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Particulars {
    /// What kind of order it is.
    #[serde(skip_serializing_if = "is_default")]
    pub kind: OrderKind,
    /// The subscription it is one delivery of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subscription: Option<Subscription>,
    /// What a firm orders by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purchase_order: Option<PurchaseOrder>,
    /// How the customer pays, in the channel's words 決済方法.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paid_by: Option<String>,
    /// What the channel warns of.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cautions: Vec<Caution>,
    /// What the customer earns.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub points_earned: Vec<PointsEarned>,
    /// How many lines the channel says there are. Fewer or more came in part, and must not leave.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected_lines: Option<u32>,
}

impl Particulars {
    /// Whether the channel says none of it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// Gift wishes ギフト指定 for everything that goes to one addressee.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Gift {
    /// のし, in the channel's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub noshi: Option<Personal>,
    /// ラッピング, in the channel's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wrapping: Option<String>,
    /// メッセージカード.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<Personal>,
}

impl Gift {
    /// Whether nothing is wished.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// How warm a parcel may be 温度帯.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Temperature {
    /// 常温.
    #[default]
    Ambient,
    /// 冷蔵.
    Chilled,
    /// 冷凍.
    Frozen,
}

impl Temperature {
    /// Whether it needs no cooling.
    #[must_use]
    pub fn is_ambient(&self) -> bool {
        *self == Self::Ambient
    }
}

/// What the channel says of everything that goes to one addressee.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct GroupParticulars {
    /// The channel's own id of the group (送付先ID), which its reports must name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// Gift wishes.
    #[serde(skip_serializing_if = "Gift::is_empty")]
    pub gift: Gift,
    /// How warm it may be.
    #[serde(skip_serializing_if = "Temperature::is_ambient")]
    pub temperature: Temperature,
    /// How it is to be sent, in the channel's words 配送方法.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivery_method: Option<String>,
}

impl GroupParticulars {
    /// Whether the channel says none of it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What the channel says of a line.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LineParticulars {
    /// The channel's own id of the line, which its reports must name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// What the customer chose 項目選択肢: size, colour, engraving.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub choice: Option<Personal>,
}

impl LineParticulars {
    /// Whether the channel says none of it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

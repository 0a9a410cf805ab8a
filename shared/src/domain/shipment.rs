//! Shipments 出荷 of an order.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::ids::{LineId, LocationId, ShipmentId};
use super::money::Amount;

/// How far a shipment has come. The order of the variants is the order of progress: events may
/// arrive in any order, and the furthest one wins, so a late event never moves a shipment back.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ShipmentStatus {
    /// 出荷指示済: planned and instructed.
    Released,
    /// The warehouse confirmed the instruction.
    Acknowledged,
    /// ピッキング済.
    Picked,
    /// 検品済.
    Inspected,
    /// 梱包済.
    Packed,
    /// Taken back by the warehouse before hand-over; ends the shipment.
    Recalled,
    /// 出荷済: the carrier has it.
    HandedOver,
    /// 輸送中.
    InTransit,
    /// 不在: nobody was at home.
    Absent,
    /// 受取拒否.
    Refused,
    /// 紛失.
    Lost,
    /// 配達完了. The last word: a parcel reported lost or refused and then delivered is delivered.
    Delivered,
}

/// What a warehouse or carrier reports.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum FulfilmentEventKind {
    /// The warehouse has the instruction.
    Acknowledged,
    /// The goods are picked.
    Picked,
    /// The goods are inspected.
    Inspected,
    /// The parcel is packed.
    Packed,
    /// The warehouse took the shipment back as asked.
    Recalled,
    /// The warehouse could not take it back.
    RecallRefused,
    /// The carrier has the parcel.
    HandedOver,
    /// The parcel is on its way.
    InTransit,
    /// Delivery will be later than promised.
    Delayed,
    /// Nobody was at home.
    Absent,
    /// The customer refused the parcel.
    Refused,
    /// The parcel is lost.
    Lost,
    /// The customer has the parcel.
    Delivered,
}

impl FulfilmentEventKind {
    /// The status this event proves; `None` for those that prove none.
    #[must_use]
    pub const fn status(self) -> Option<ShipmentStatus> {
        Some(match self {
            Self::Acknowledged => ShipmentStatus::Acknowledged,
            Self::Picked => ShipmentStatus::Picked,
            Self::Inspected => ShipmentStatus::Inspected,
            Self::Packed => ShipmentStatus::Packed,
            Self::Recalled => ShipmentStatus::Recalled,
            Self::HandedOver => ShipmentStatus::HandedOver,
            Self::InTransit => ShipmentStatus::InTransit,
            Self::Absent => ShipmentStatus::Absent,
            Self::Refused => ShipmentStatus::Refused,
            Self::Lost => ShipmentStatus::Lost,
            Self::Delivered => ShipmentStatus::Delivered,
            Self::RecallRefused | Self::Delayed => return None,
        })
    }
}

/// A carrier 配送会社.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Carrier {
    /// ヤマト運輸.
    Yamato,
    /// 佐川急便.
    Sagawa,
    /// 日本郵便.
    JapanPost,
    /// Any other; its numbers are shown without a link.
    Other,
}

impl Carrier {
    /// Its name in the API and in tickets.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Yamato => "YAMATO",
            Self::Sagawa => "SAGAWA",
            Self::JapanPost => "JAPAN_POST",
            Self::Other => "OTHER",
        }
    }

    /// The public page that shows where `number` is; `None` for a carrier we know no page of.
    #[must_use]
    pub fn tracking_url(self, number: &str) -> Option<String> {
        match self {
            Self::Yamato => Some(format!("https://toi.kuronekoyamato.co.jp/cgi-bin/tneko?number={number}")),
            Self::Sagawa => {
                Some(format!("https://k2k.sagawa-exp.co.jp/p/web/okurijosearch.do?okurijoNo={number}"))
            }
            Self::JapanPost => Some(format!(
                "https://trackings.post.japanpost.jp/services/srv/search/direct?reqCodeNo1={number}&locale=ja"
            )),
            Self::Other => None,
        }
    }
}

/// A tracking number お問い合わせ番号 of one parcel.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Tracking {
    /// Who carries the parcel.
    pub carrier: Carrier,
    /// The number, letters, digits and hyphens.
    pub number: String,
}

impl Tracking {
    /// Whether the number can be one of its carrier: domestic numbers of Yamato, Sagawa and Japan
    /// Post have twelve digits, the last being the first eleven modulo seven; Japan Post also
    /// carries thirteen-character international numbers (UPU S10).
    #[must_use]
    pub fn is_plausible(&self) -> bool {
        let number = self.number.as_str();
        let domestic = || {
            let (body, check) = number.split_at_checked(11)?;
            let body: u64 = body.parse().ok()?;
            Some(number.len() == 12 && check.parse() == Ok(body % 7))
        };
        let international = || {
            let (letters, rest) = number.split_at_checked(2)?;
            let (digits, country) = rest.split_at_checked(9)?;
            let upper = |s: &str| s.bytes().all(|b| b.is_ascii_uppercase());
            let all_digits = digits.bytes().all(|b| b.is_ascii_digit());
            Some(number.len() == 13 && upper(letters) && all_digits && upper(country))
        };
        match self.carrier {
            Carrier::Yamato | Carrier::Sagawa => domestic().unwrap_or(false),
            Carrier::JapanPost => domestic().unwrap_or(false) || international().unwrap_or(false),
            Carrier::Other => {
                (1..=40).contains(&number.len())
                    && number.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            }
        }
    }
}

/// The reason of a delay that a carrier reported, rather than a person.
pub const CARRIER_DELAY: &str = "CARRIER_DELAY";

/// One report about a shipment, as it was received.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FulfilmentEvent {
    /// When it happened, in the reporter's words. Orders equal kinds only.
    pub occurred_at: Timestamp,
    /// What happened.
    pub kind: FulfilmentEventKind,
    /// Tracking numbers it names; they are added to those known.
    pub trackings: Vec<Tracking>,
}

/// A number of units of one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct LineQuantity {
    /// Which line.
    pub line: LineId,
    /// How many units; never 0.
    pub quantity: u32,
}

/// A shipment 出荷: units of one ship group that leave one location together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shipment {
    /// Its id.
    pub id: ShipmentId,
    /// Which ship group it serves.
    pub ship_group: u8,
    /// Where it leaves from.
    pub location: LocationId,
    /// What is in it.
    pub lines: Vec<LineQuantity>,
    /// How far it has come.
    pub status: ShipmentStatus,
    /// When it was released.
    pub released_at: Timestamp,
    /// Whether the instruction has been handed to the warehouse.
    pub instructed: bool,
    /// Whether we asked the warehouse to take it back and have no answer yet.
    pub recall_requested: bool,
    /// Whether the warehouse refused to take it back.
    pub recall_refused: bool,
    /// Whether its units have left our books (consumed stock).
    pub shipped: bool,
    /// Whether its units have been counted as delivered.
    pub delivered: bool,
    /// What the carrier collects with it 代引金額; none for most, and in rows older than this field.
    #[serde(default)]
    pub cash: Option<Amount>,
    /// All tracking numbers, each once, sorted.
    pub trackings: Vec<Tracking>,
    /// All reports received, each once, sorted by time.
    pub history: Vec<FulfilmentEvent>,
}

impl Shipment {
    /// Whether the carrier has it, or had it.
    #[must_use]
    pub fn is_handed_over(&self) -> bool {
        self.status >= ShipmentStatus::HandedOver
    }

    /// Whether it is still in the warehouse and will leave.
    #[must_use]
    pub fn is_in_warehouse(&self) -> bool {
        self.status < ShipmentStatus::Recalled
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tracking_numbers_are_checked_by_their_check_digit() {
        let plausible =
            |carrier, number: &str| Tracking { carrier, number: number.to_owned() }.is_plausible();
        for number in ["444413758703", "405548424886", "512547514334"] {
            assert!(plausible(Carrier::Yamato, number), "{number}");
        }
        assert!(!plausible(Carrier::Yamato, "123412341234"));
        assert!(!plausible(Carrier::Sagawa, "44441375870"));
        assert!(!plausible(Carrier::Sagawa, "４４４４13758703"));
        assert!(plausible(Carrier::JapanPost, "EE123456789JP"));
        assert!(!plausible(Carrier::JapanPost, "EE12345678JP"));
        assert!(plausible(Carrier::Other, "1Z-2345"));
        assert!(!plausible(Carrier::Other, "<script>"));
        assert!(!plausible(Carrier::Other, ""));
    }
}

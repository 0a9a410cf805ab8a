//! How an order leaves.

use jiff::Timestamp;
use serde::Serialize;

use super::goods::UnitsView;
use crate::domain::money::Amount;
use crate::domain::shipment::{
    Carrier, FulfilmentEvent, FulfilmentEventKind, Shipment, ShipmentStatus, Tracking,
};

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

impl From<&Shipment> for ShipmentView {
    fn from(shipment: &Shipment) -> Self {
        Self {
            shipment: shipment.id.to_string(),
            ship_group: shipment.ship_group,
            location: shipment.location.to_string(),
            status: shipment.status,
            released_at: shipment.released_at,
            instructed: shipment.instructed,
            cash_on_delivery: shipment.cash.map(Amount::units),
            lines: shipment.lines.iter().map(Into::into).collect(),
            trackings: shipment.trackings.iter().map(Into::into).collect(),
            reports: shipment.history.iter().map(Into::into).collect(),
        }
    }
}

impl From<&Tracking> for TrackingView {
    fn from(Tracking { carrier, number }: &Tracking) -> Self {
        Self { carrier: *carrier, number: number.clone(), url: carrier.tracking_url(number) }
    }
}

impl From<&FulfilmentEvent> for ReportView {
    fn from(report: &FulfilmentEvent) -> Self {
        Self { kind: report.kind, occurred_at: report.occurred_at }
    }
}

//! What warehouses and carriers report.

use jiff::Timestamp;
use serde::Deserialize;

use super::Defects;
use crate::domain::intake::Impossible;
use crate::domain::shipment::{Carrier, FulfilmentEvent, FulfilmentEventKind, Tracking};

/// The most tracking numbers of one report.
const MAX_TRACKINGS: usize = 50;

/// A tracking number お問い合わせ番号.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TrackingBody {
    /// Who carries the parcel.
    pub carrier: Carrier,
    /// The number; its check digit is checked.
    #[schema(example = "444413758703")]
    pub number: String,
}

/// What happened to a shipment. Reports may come late, twice and in any order.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FulfilmentEventBody {
    /// What happened.
    pub kind: FulfilmentEventKind,
    /// When.
    pub occurred_at: Timestamp,
    /// All parcels of the shipment, when they have numbers.
    #[serde(default)]
    pub trackings: Vec<TrackingBody>,
}

impl FulfilmentEventBody {
    /// The report in the domain's terms.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn read(self) -> Result<FulfilmentEvent, Vec<Impossible>> {
        let mut defects = Defects::default();
        defects.check(self.trackings.len() <= MAX_TRACKINGS, "trackings", "a report has at most 50 numbers");
        let mut trackings: Vec<Tracking> = Vec::new();
        for (i, TrackingBody { carrier, number }) in self.trackings.into_iter().enumerate() {
            let tracking = Tracking { carrier, number };
            let rule =
                "is no number of this carrier: twelve digits, of which the last is the first eleven modulo 7";
            defects.check(tracking.is_plausible(), format!("trackings[{i}].number"), rule);
            trackings.push(tracking);
        }
        trackings.sort();
        trackings.dedup();
        defects.or(FulfilmentEvent { occurred_at: self.occurred_at, kind: self.kind, trackings })
    }
}

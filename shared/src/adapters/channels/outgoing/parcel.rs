//! What platforms ask of a parcel, as far as we know it.

use jiff::Timestamp;
use jiff::civil::Date;

use super::cannot;
use crate::domain::ids::ShipmentId;
use crate::domain::japan;
use crate::domain::merchant::Channel;
use crate::domain::order::{Line, Order};
use crate::domain::report::Unreportable;
use crate::domain::shipment::{Carrier, FulfilmentEventKind, Shipment, Tracking};

/// The shipment a fact is about.
pub(super) fn shipment<'a>(order: &'a Order, id: &ShipmentId) -> Result<&'a Shipment, Unreportable> {
    order.shipment(id).ok_or_else(|| cannot(format!("there is no shipment {id}.")))
}

/// The shipments that have left.
pub(super) fn left(order: &Order) -> impl Iterator<Item = &Shipment> {
    order.shipments.iter().filter(|shipment| shipment.shipped)
}

/// When the carrier took it over.
pub(super) fn left_at(shipment: &Shipment) -> Timestamp {
    let mut reports = shipment.history.iter();
    let handed_over = reports.find(|report| report.kind == FulfilmentEventKind::HandedOver);
    // What is on its way was handed over, though nobody said when.
    let first = handed_over.or_else(|| shipment.history.first());
    first.map_or(shipment.released_at, |report| report.occurred_at)
}

/// The day the carrier took it over, in Japan.
pub(super) fn left_on(shipment: &Shipment) -> Date {
    japan::local(left_at(shipment)).date()
}

/// The number of a shipment within its order, counted from 1.
pub(super) fn position(order: &Order, shipment: &Shipment) -> usize {
    order.shipments.iter().position(|known| known.id == shipment.id).map_or(1, |at| at + 1)
}

/// The one parcel of a shipment.
pub(super) fn only<'a>(trackings: &'a [Tracking], platform: &str) -> Result<&'a Tracking, Unreportable> {
    match trackings {
        [tracking] => Ok(tracking),
        [] => Err(cannot(format!(
            "{platform} wants a tracking number, and the warehouse has reported none: have it reported."
        ))),
        [_, _, ..] => Err(cannot(format!(
            "{platform} takes one tracking number here, and there are {}: {}. Enter them there by hand.",
            trackings.len(),
            numbers(trackings),
        ))),
    }
}

/// All numbers, for a person to read.
pub(super) fn numbers(trackings: &[Tracking]) -> String {
    trackings.iter().map(|tracking| tracking.number.as_str()).collect::<Vec<_>>().join(", ")
}

/// All tracking numbers of everything that has left, each once.
pub(super) fn all_trackings(order: &Order) -> Vec<Tracking> {
    let mut trackings: Vec<Tracking> = left(order).flat_map(|shipment| shipment.trackings.clone()).collect();
    trackings.sort();
    trackings.dedup();
    trackings
}

/// The platform's code for a carrier: the shop's own, or the usual one.
pub(super) fn code(
    channel: &Channel,
    carrier: Carrier,
    usual: fn(Carrier) -> Option<&'static str>,
) -> Result<String, Unreportable> {
    let own = channel.reports.carriers.iter().find(|known| known.carrier == carrier);
    let code = own.map(|known| known.code.clone()).or_else(|| usual(carrier).map(str::to_owned));
    code.ok_or_else(|| {
        cannot(format!(
            "it is not known which code {} has for the carrier {}: set it in `reports.carriers` of the channel.",
            channel.kind.name(),
            carrier.name(),
        ))
    })
}

/// The channel's own id of a line.
pub(super) fn reference<'a>(line: &'a Line, platform: &str) -> Result<&'a str, Unreportable> {
    line.particulars.reference.as_deref().ok_or_else(|| {
        cannot(format!("line {} came without {platform}'s id of it, which every report must name.", line.id))
    })
}

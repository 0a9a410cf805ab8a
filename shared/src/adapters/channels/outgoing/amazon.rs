//! Amazon: `confirmShipment` of the Orders API, and the order acknowledgement feed for cancellations.
//!
//! The Orders API 2026-01-01 only reads; what has left is still confirmed by v0. A package names its
//! goods, so a shipment of several parcels cannot be told: which goods are in which, nobody reports.

use serde_json::json;

use super::xml::{document, element, text};
use super::{cannot, json as call, parcel, xml_call};
use crate::domain::merchant::Channel;
use crate::domain::order::{CancelReason, Order};
use crate::domain::report::{Fact, ReportCall, Unreportable};
use crate::domain::shipment::{Carrier, Shipment};

/// Amazon.co.jp.
const MARKETPLACE: &str = "A1VC38T7YXB528";

/// carrierCode.
const fn carrier(carrier: Carrier) -> Option<&'static str> {
    match carrier {
        Carrier::Yamato => Some("YamatoTransport"),
        Carrier::Sagawa => Some("SagawaExpress"),
        Carrier::JapanPost => Some("Japan Post"),
        // `Other` must name the carrier, which the shop knows.
        Carrier::Other => None,
    }
}

pub(super) fn write(channel: &Channel, order: &Order, fact: &Fact) -> Result<Vec<ReportCall>, Unreportable> {
    Ok(match fact {
        Fact::Shipped(id) => vec![confirmation(channel, order, parcel::shipment(order, id)?)?],
        Fact::Cancelled(reason) => vec![acknowledgement(channel, order, *reason)?],
        Fact::LinesCancelled { .. } => {
            return Err(cannot("Amazon takes back part of an order as a refund: make it in Seller Central."));
        }
        Fact::Confirmed | Fact::ShippedAll | Fact::Delivered | Fact::Delayed { .. } => Vec::new(),
    })
}

fn confirmation(channel: &Channel, order: &Order, shipment: &Shipment) -> Result<ReportCall, Unreportable> {
    let tracking = parcel::only(&shipment.trackings, "Amazon")?;
    let mut items = Vec::new();
    for units in &shipment.lines {
        let Some(line) = order.line(units.line) else { continue };
        let id = parcel::reference(line, "Amazon")?;
        items.push(json!({ "orderItemId": id, "quantity": units.quantity }));
    }
    let code = parcel::code(channel, tracking.carrier, carrier)?;
    let mut package = json!({
        "packageReferenceId": parcel::position(order, shipment).to_string(),
        "carrierCode": code,
        "trackingNumber": tracking.number,
        "shipDate": parcel::left_at(shipment).to_string(),
        "orderItems": items,
    });
    if let (Carrier::Other, Some(package)) = (tracking.carrier, package.as_object_mut()) {
        // The shop's code for other carriers is the carrier's name.
        package.insert("carrierCode".to_owned(), json!("Other"));
        package.insert("carrierName".to_owned(), json!(code));
    }
    let body = json!({ "marketplaceId": MARKETPLACE, "packageDetail": package });
    let path = format!("/orders/v0/orders/{}/shipmentConfirmation", order.number);
    Ok(call("confirmShipment", "POST", path, &body))
}

fn acknowledgement(
    channel: &Channel,
    order: &Order,
    reason: CancelReason,
) -> Result<ReportCall, Unreportable> {
    let merchant = channel.reports.account.as_deref();
    let merchant = merchant
        .ok_or_else(|| cannot("the merchant id is unknown: set `reports.account` of the channel."))?;
    let mut items = vec![text("AmazonOrderID", &order.number), text("StatusCode", "Failure")];
    for line in &order.lines {
        let item = [
            text("AmazonOrderItemCode", parcel::reference(line, "Amazon")?),
            text("CancelReason", cancel_reason(reason)),
        ];
        items.push(element("Item", &item));
    }
    let header = [text("DocumentVersion", "1.01"), text("MerchantIdentifier", merchant)];
    let message = [text("MessageID", "1"), element("OrderAcknowledgement", &items)];
    let envelope = [
        element("Header", &header),
        text("MessageType", "OrderAcknowledgement"),
        element("Message", &message),
    ];
    let feed = document(&element("AmazonEnvelope", &envelope));
    Ok(xml_call("POST_ORDER_ACKNOWLEDGEMENT_DATA", "/feeds/2021-06-30/feeds", feed))
}

const fn cancel_reason(reason: CancelReason) -> &'static str {
    match reason {
        CancelReason::Customer => "BuyerCanceled",
        CancelReason::OutOfStock => "NoInventory",
        CancelReason::Undeliverable => "ShippingAddressUndeliverable",
        CancelReason::Shop
        | CancelReason::Channel
        | CancelReason::Fraud
        | CancelReason::PaymentDeclined
        | CancelReason::PaymentExpired => "GeneralAdjustment",
    }
}

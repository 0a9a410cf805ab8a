//! `WooCommerce`: an update of the order, with the numbers where its Shipment Tracking extension keeps them.
//!
//! The update replaces what was there, so it is made when everything has left.

use serde_json::{Value, json};

use super::{cannot, json as call, parcel};
use crate::domain::merchant::Channel;
use crate::domain::order::Order;
use crate::domain::report::{Fact, ReportCall, Unreportable};
use crate::domain::shipment::{Carrier, Tracking};

/// The names customers read; the extension has no list of Japanese carriers.
const fn carrier(carrier: Carrier) -> Option<&'static str> {
    match carrier {
        Carrier::Yamato => Some("ヤマト運輸"),
        Carrier::Sagawa => Some("佐川急便"),
        Carrier::JapanPost => Some("日本郵便"),
        Carrier::Other => None,
    }
}

pub(super) fn write(channel: &Channel, order: &Order, fact: &Fact) -> Result<Vec<ReportCall>, Unreportable> {
    let update = |body: &Value| {
        vec![call("orders/update", "PUT", format!("/wp-json/wc/v3/orders/{}", order.number), body)]
    };
    Ok(match fact {
        Fact::ShippedAll => update(&completed(channel, order)?),
        Fact::Cancelled(_) => update(&json!({ "status": "cancelled" })),
        Fact::LinesCancelled { .. } => {
            return Err(cannot("WooCommerce takes back units as a refund: make it in its admin."));
        }
        Fact::Confirmed | Fact::Shipped(_) | Fact::Delivered | Fact::Delayed { .. } => Vec::new(),
    })
}

fn completed(channel: &Channel, order: &Order) -> Result<Value, Unreportable> {
    let mut items = Vec::new();
    for shipment in parcel::left(order) {
        for tracking in &shipment.trackings {
            items.push(item(channel, tracking, parcel::left_at(shipment).as_second())?);
        }
    }
    let meta = if items.is_empty() {
        json!([])
    } else {
        json!([{ "key": "_wc_shipment_tracking_items", "value": items }])
    };
    Ok(json!({ "status": "completed", "meta_data": meta }))
}

fn item(channel: &Channel, tracking: &Tracking, shipped_at: i64) -> Result<Value, Unreportable> {
    Ok(json!({
        "custom_tracking_provider": parcel::code(channel, tracking.carrier, carrier)?,
        "custom_tracking_link": tracking.carrier.tracking_url(&tracking.number).unwrap_or_default(),
        "tracking_number": tracking.number,
        "date_shipped": shipped_at.to_string(),
    }))
}

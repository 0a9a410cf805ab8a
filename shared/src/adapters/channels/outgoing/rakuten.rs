//! 楽天市場: `confirmOrder`, `updateOrderShipping` and `cancelOrder` of the RakutenPay Order API.
//!
//! Parcels belong to a basket, which is our ship group. Only a whole order can be cancelled by the API.

use serde_json::json;

use super::{cannot, json as call, parcel};
use crate::domain::merchant::Channel;
use crate::domain::order::{CancelReason, Order};
use crate::domain::report::{Fact, ReportCall, Unreportable};
use crate::domain::shipment::{Carrier, Shipment};

/// The most characters of a tracking number.
const MAX_NUMBER: usize = 120;
/// The most parcels of a basket.
const MAX_PARCELS: usize = 20;

/// 配送会社.
const fn carrier(carrier: Carrier) -> Option<&'static str> {
    Some(match carrier {
        Carrier::Yamato => "1001",
        Carrier::Sagawa => "1002",
        Carrier::JapanPost => "1003",
        // その他.
        Carrier::Other => "1000",
    })
}

pub(super) fn write(channel: &Channel, order: &Order, fact: &Fact) -> Result<Vec<ReportCall>, Unreportable> {
    let path = |name: &str| format!("/es/2.0/order/{name}/");
    Ok(match fact {
        Fact::Confirmed => {
            let body = json!({ "orderNumberList": [order.number] });
            vec![call("confirmOrder", "POST", path("confirmOrder"), &body)]
        }
        Fact::Shipped(id) => {
            let body = shipping(channel, order, parcel::shipment(order, id)?)?;
            vec![call("updateOrderShipping", "POST", path("updateOrderShipping"), &body)]
        }
        Fact::Cancelled(reason) => {
            let body = json!({
                "orderNumber": order.number,
                // 在庫連動しない: the stock is ours.
                "inventoryRestoreType": 2,
                "changeReasonDetailApply": cancel_reason(*reason),
            });
            vec![call("cancelOrder", "POST", path("cancelOrder"), &body)]
        }
        Fact::LinesCancelled { .. } => {
            return Err(cannot(
                "楽天 takes a partial cancellation only as a change of the order in RMS: make it there.",
            ));
        }
        Fact::ShippedAll | Fact::Delivered | Fact::Delayed { .. } => Vec::new(),
    })
}

fn shipping(
    channel: &Channel,
    order: &Order,
    shipment: &Shipment,
) -> Result<serde_json::Value, Unreportable> {
    let group = order.ship_groups.iter().find(|group| group.id == shipment.ship_group);
    let basket = group.and_then(|group| group.particulars.reference.as_deref());
    let basket = basket.and_then(|basket| basket.parse::<i64>().ok()).ok_or_else(|| {
        cannot(format!(
            "ship group {} came without the basketId every report must name.",
            shipment.ship_group
        ))
    })?;
    if shipment.trackings.len() > MAX_PARCELS {
        return Err(cannot(format!(
            "楽天 takes {MAX_PARCELS} tracking numbers a basket: enter the rest in RMS."
        )));
    }
    let day = parcel::left_on(shipment).to_string();
    let mut parcels = Vec::new();
    for tracking in &shipment.trackings {
        let company = parcel::code(channel, tracking.carrier, carrier)?;
        let number: String = tracking.number.chars().take(MAX_NUMBER).collect();
        parcels.push(json!({ "deliveryCompany": company, "shippingNumber": number, "shippingDate": day }));
    }
    if parcels.is_empty() {
        // Without a number, only that it has left.
        parcels.push(json!({ "shippingDate": day }));
    }
    Ok(json!({
        "orderNumber": order.number,
        "BasketidModelList": [{ "basketId": basket, "ShippingModelList": parcels }],
    }))
}

/// キャンセル理由.
const fn cancel_reason(reason: CancelReason) -> u8 {
    match reason {
        CancelReason::Customer => 1,
        CancelReason::PaymentExpired => 4,
        // お客様都合 その他.
        CancelReason::Undeliverable | CancelReason::PaymentDeclined => 6,
        CancelReason::OutOfStock => 8,
        // 店舗都合 その他.
        CancelReason::Shop | CancelReason::Channel | CancelReason::Fraud => 10,
    }
}

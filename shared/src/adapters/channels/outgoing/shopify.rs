//! Shopify: a fulfillment for each shipment, and the cancellation of an order.
//!
//! A fulfillment names fulfillment orders, whose ids no order carries: the integration looks them up by
//! the ids of the lines and puts them in (see `lookup`). The REST API takes one number a fulfillment,
//! so several go through GraphQL.

use serde_json::{Value, json};

use super::{cannot, json as call, parcel};
use crate::domain::merchant::Channel;
use crate::domain::order::{CancelReason, Order};
use crate::domain::report::{Fact, Lookup, ReportCall, Unreportable};
use crate::domain::shipment::{Carrier, Shipment};

/// The version of the API these shapes are of.
const VERSION: &str = "2025-10";
const MUTATION: &str = "mutation($fulfillment: FulfillmentInput!) { fulfillmentCreate(fulfillment: $fulfillment) \
                        { fulfillment { id } userErrors { field message } } }";

/// The names Shopify knows Japanese carriers by.
const fn carrier(carrier: Carrier) -> Option<&'static str> {
    Some(match carrier {
        Carrier::Yamato => "Yamato (JA)",
        Carrier::Sagawa => "Sagawa (JA)",
        Carrier::JapanPost => "Japan Post (JA)",
        Carrier::Other => "Other",
    })
}

pub(super) fn write(channel: &Channel, order: &Order, fact: &Fact) -> Result<Vec<ReportCall>, Unreportable> {
    Ok(match fact {
        Fact::Shipped(id) => vec![fulfillment(channel, order, parcel::shipment(order, id)?)?],
        Fact::Cancelled(reason) => {
            // The mail is ours, and so is the stock.
            let body = json!({ "reason": cancel_reason(*reason), "email": false, "restock": false });
            let path = format!("/admin/api/{VERSION}/orders/{{order_id}}/cancel.json");
            vec![call("orders/cancel", "POST", path, &body)]
        }
        Fact::LinesCancelled { .. } => {
            return Err(cannot("Shopify takes units off an order by editing it: do so in its admin."));
        }
        Fact::Confirmed | Fact::ShippedAll | Fact::Delivered | Fact::Delayed { .. } => Vec::new(),
    })
}

fn fulfillment(channel: &Channel, order: &Order, shipment: &Shipment) -> Result<ReportCall, Unreportable> {
    let mut lookup = Vec::new();
    for units in &shipment.lines {
        let Some(line) = order.line(units.line) else { continue };
        let reference = parcel::reference(line, "Shopify")?.to_owned();
        lookup.push(Lookup { reference, quantity: units.quantity });
    }
    let made = match shipment.trackings.as_slice() {
        [] => rest(&Value::Null),
        [tracking] => {
            let company = parcel::code(channel, tracking.carrier, carrier)?;
            let url = tracking.carrier.tracking_url(&tracking.number);
            rest(&json!({ "number": tracking.number, "company": company, "url": url }))
        }
        [first, others @ ..] => {
            if others.iter().any(|other| other.carrier != first.carrier) {
                let numbers = parcel::numbers(&shipment.trackings);
                return Err(cannot(format!(
                    "Shopify takes numbers of one carrier, and these are of several: {numbers}. Enter them there."
                )));
            }
            let numbers: Vec<&str> = shipment.trackings.iter().map(|known| known.number.as_str()).collect();
            let company = parcel::code(channel, first.carrier, carrier)?;
            let fulfillment = json!({
                "lineItemsByFulfillmentOrder": [],
                "trackingInfo": { "numbers": numbers, "company": company },
                "notifyCustomer": false,
            });
            let body = json!({ "query": MUTATION, "variables": { "fulfillment": fulfillment } });
            call("fulfillmentCreate", "POST", format!("/admin/api/{VERSION}/graphql.json"), &body)
        }
    };
    Ok(ReportCall { lookup, ..made })
}

fn rest(tracking: &Value) -> ReportCall {
    let mut fulfillment = json!({ "line_items_by_fulfillment_order": [], "notify_customer": false });
    if let (false, Some(fulfillment)) = (tracking.is_null(), fulfillment.as_object_mut()) {
        fulfillment.insert("tracking_info".to_owned(), tracking.clone());
    }
    let path = format!("/admin/api/{VERSION}/fulfillments.json");
    call("fulfillments/create", "POST", path, &json!({ "fulfillment": fulfillment }))
}

const fn cancel_reason(reason: CancelReason) -> &'static str {
    match reason {
        CancelReason::Customer => "customer",
        CancelReason::OutOfStock => "inventory",
        CancelReason::PaymentDeclined => "declined",
        CancelReason::Shop
        | CancelReason::Channel
        | CancelReason::Undeliverable
        | CancelReason::PaymentExpired => "other",
        CancelReason::Fraud => "fraud",
    }
}

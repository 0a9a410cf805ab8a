//! Our own JSON: a shop that speaks it is told everything, with one `POST` a fact.

use serde_json::{Value, json};

use super::{json as call, parcel};
use crate::domain::order::Order;
use crate::domain::report::{Fact, ReportCall, Unreportable};
use crate::domain::shipment::LineQuantity;

/// The version of this format.
const SCHEMA: u32 = 1;

pub(super) fn write(order: &Order, fact: &Fact) -> Result<Vec<ReportCall>, Unreportable> {
    let told = match fact {
        Fact::Confirmed | Fact::ShippedAll | Fact::Delivered => json!({}),
        Fact::Shipped(id) => {
            let shipment = parcel::shipment(order, id)?;
            let tracking = |known: &crate::domain::shipment::Tracking| {
                let url = known.carrier.tracking_url(&known.number);
                json!({ "carrier": known.carrier, "number": known.number, "url": url })
            };
            json!({
                "shipment": shipment.id,
                "shipped_on": parcel::left_on(shipment),
                "lines": lines(order, &shipment.lines),
                "trackings": shipment.trackings.iter().map(tracking).collect::<Vec<_>>(),
            })
        }
        Fact::Delayed { reason, expected_on } => json!({ "reason": reason, "expected_on": expected_on }),
        Fact::LinesCancelled { reason, lines: units } => {
            json!({ "reason": reason, "lines": lines(order, units) })
        }
        Fact::Cancelled(reason) => json!({ "reason": reason }),
    };
    let mut body = json!({
        "schema": SCHEMA,
        "fact": fact.kind(),
        "order_number": order.number,
        "state": order.state,
    });
    if let (Some(body), Value::Object(told)) = (body.as_object_mut(), told) {
        body.extend(told);
    }
    Ok(vec![call("webhook", "POST", "", &body)])
}

fn lines(order: &Order, units: &[LineQuantity]) -> Vec<Value> {
    let line = |units: &LineQuantity| {
        let line = order.line(units.line)?;
        Some(json!({
            "line": line.id,
            "sku": line.sku,
            "quantity": units.quantity,
            "reference": line.particulars.reference,
        }))
    };
    units.iter().filter_map(line).collect()
}

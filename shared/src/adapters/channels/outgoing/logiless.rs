//! LOGILESS: it ships by itself, so it is told of cancellations alone.

use serde_json::json;

use super::{cannot, json as call};
use crate::domain::order::Order;
use crate::domain::report::{Fact, ReportCall, Unreportable};

pub(super) fn write(order: &Order, fact: &Fact) -> Result<Vec<ReportCall>, Unreportable> {
    match fact {
        Fact::Cancelled(_) => {
            // The slip's id is looked up by its code, the order's number.
            let path = "/api/v1/merchant/{merchant_id}/sales_orders/{sales_order_id}/cancel";
            Ok(vec![call("sales_orders/cancel", "POST", path, &json!({ "code": order.number }))])
        }
        Fact::LinesCancelled { .. } => {
            Err(cannot("LOGILESS cancels a whole 受注伝票: change its lines there."))
        }
        Fact::Confirmed | Fact::Shipped(_) | Fact::ShippedAll | Fact::Delivered | Fact::Delayed { .. } => {
            Ok(Vec::new())
        }
    }
}

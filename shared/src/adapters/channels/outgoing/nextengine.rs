//! ネクストエンジン: `receiveorder_base/update`, which writes the number and the day into its slip.
//!
//! It wants its own slip number and the slip's last change: the integration looks both up by the order's
//! number. A slip has one number, so it is told when everything has left.

use super::xml::{document, element, text};
use super::{cannot, parcel, xml_call};
use crate::domain::order::Order;
use crate::domain::report::{Fact, ReportCall, Unreportable};

pub(super) fn write(order: &Order, fact: &Fact) -> Result<Vec<ReportCall>, Unreportable> {
    match fact {
        Fact::ShippedAll => {
            let trackings = parcel::all_trackings(order);
            let tracking = parcel::only(&trackings, "ネクストエンジン")?;
            let day = parcel::left(order).map(parcel::left_on).max();
            let mut slip = vec![text("receive_order_delivery_cut_form_id", &tracking.number)];
            slip.extend(
                day.map(|day| text("receive_order_send_date", &day.strftime("%Y/%m/%d").to_string())),
            );
            let data = document(&element("root", &[element("receiveorder_base", &slip)]));
            Ok(vec![xml_call("receiveorder_base/update", "/api_v1_receiveorder_base/update", data)])
        }
        Fact::Cancelled(_) | Fact::LinesCancelled { .. } => {
            Err(cannot("ネクストエンジン cancels by the shop's own キャンセル区分: do so there."))
        }
        Fact::Confirmed | Fact::Shipped(_) | Fact::Delivered | Fact::Delayed { .. } => Ok(Vec::new()),
    }
}

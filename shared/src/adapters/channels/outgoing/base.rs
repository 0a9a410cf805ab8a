//! BASE: `orders/edit_status`, one call for each line.
//!
//! A line has one status, so it is told with the shipment its last unit leaves in.

use super::{cannot, parcel};
use crate::domain::merchant::Channel;
use crate::domain::order::{Line, Order};
use crate::domain::report::{Fact, ReportCall, Unreportable};
use crate::domain::shipment::{Carrier, LineQuantity, Shipment};

/// `delivery_company_id`. The list is the platform's to change (`delivery_companies`); what is not here
/// the shop sets.
const fn carrier(carrier: Carrier) -> Option<&'static str> {
    match carrier {
        Carrier::Sagawa => Some("3"),
        Carrier::Yamato | Carrier::JapanPost | Carrier::Other => None,
    }
}

pub(super) fn write(channel: &Channel, order: &Order, fact: &Fact) -> Result<Vec<ReportCall>, Unreportable> {
    match fact {
        Fact::Shipped(id) => dispatched(channel, order, parcel::shipment(order, id)?),
        Fact::Cancelled(_) => order.lines.iter().map(cancelled).collect(),
        Fact::LinesCancelled { lines, .. } => {
            lines.iter().filter_map(|units| Some(whole(order.line(units.line)?, *units))).collect()
        }
        Fact::Confirmed | Fact::ShippedAll | Fact::Delivered | Fact::Delayed { .. } => Ok(Vec::new()),
    }
}

fn dispatched(
    channel: &Channel,
    order: &Order,
    shipment: &Shipment,
) -> Result<Vec<ReportCall>, Unreportable> {
    let is_in = |shipment: &Shipment, line: &Line| shipment.lines.iter().any(|units| units.line == line.id);
    let completed = |line: &&Line| {
        let last = parcel::left(order).filter(|shipment| is_in(shipment, line)).last();
        line.outstanding() == 0 && last.is_some_and(|last| last.id == shipment.id)
    };
    let mut form = vec![("status", "dispatched".to_owned())];
    if !shipment.trackings.is_empty() {
        let tracking = parcel::only(&shipment.trackings, "BASE")?;
        form.push(("delivery_company_id", parcel::code(channel, tracking.carrier, carrier)?));
        form.push(("tracking_number", tracking.number.clone()));
    }
    order.lines.iter().filter(completed).map(|line| edit_status(line, &form)).collect()
}

fn cancelled(line: &Line) -> Result<ReportCall, Unreportable> {
    edit_status(line, &[("status", "cancelled".to_owned())])
}

fn whole(line: &Line, units: LineQuantity) -> Result<ReportCall, Unreportable> {
    if units.quantity == line.ordered {
        return cancelled(line);
    }
    Err(cannot(format!(
        "BASE cancels whole lines, and of line {} only some units are: change it there.",
        line.id
    )))
}

fn edit_status(line: &Line, fields: &[(&str, String)]) -> Result<ReportCall, Unreportable> {
    let id = parcel::reference(line, "BASE")?.to_owned();
    let fields = [("order_item_id", id)].into_iter().chain(fields.iter().cloned());
    let pairs: Vec<String> = fields.map(|(name, value)| format!("{name}={}", form_value(&value))).collect();
    Ok(ReportCall {
        operation: "orders/edit_status".to_owned(),
        method: "POST".to_owned(),
        path: "/1/orders/edit_status".to_owned(),
        content_type: "application/x-www-form-urlencoded".to_owned(),
        body: pairs.join("&"),
        lookup: Vec::new(),
    })
}

/// A value as forms carry it.
fn form_value(value: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'*');
    value.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

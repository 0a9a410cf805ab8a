//! EC-CUBE 4: a row of the shipping CSV 出荷CSV, which its admin takes. Orders are cancelled there by hand.

use super::{cannot, parcel};
use crate::domain::order::Order;
use crate::domain::report::{Fact, ReportCall, Unreportable};
use crate::domain::shipment::Shipment;

const HEADER: &str = "出荷ID,お問い合わせ番号,出荷日";

pub(super) fn write(order: &Order, fact: &Fact) -> Result<Vec<ReportCall>, Unreportable> {
    match fact {
        Fact::Shipped(id) => shipped(order, parcel::shipment(order, id)?),
        Fact::Cancelled(_) | Fact::LinesCancelled { .. } => Err(cannot(
            "EC-CUBE takes no cancellation from outside: set 注文取消し, or the lines, in its admin.",
        )),
        Fact::Confirmed | Fact::ShippedAll | Fact::Delivered | Fact::Delayed { .. } => Ok(Vec::new()),
    }
}

/// Its 出荷 is all that goes to one addressee: it has left with the last shipment there.
fn shipped(order: &Order, shipment: &Shipment) -> Result<Vec<ReportCall>, Unreportable> {
    let group = shipment.ship_group;
    let mut lines = order.lines.iter().filter(|line| line.ship_group == group);
    let last = parcel::left(order).filter(|known| known.ship_group == group).last();
    if lines.any(|line| line.outstanding() > 0) || last.is_none_or(|last| last.id != shipment.id) {
        return Ok(Vec::new());
    }
    let reference = order.ship_groups.iter().find(|known| known.id == group);
    let reference = reference.and_then(|known| known.particulars.reference.as_deref());
    let reference = reference.ok_or_else(|| {
        cannot(format!("ship group {group} came without the 出荷ID every report must name."))
    })?;
    let number = match shipment.trackings.as_slice() {
        [] => "",
        trackings => &parcel::only(trackings, "EC-CUBE")?.number,
    };
    if !number.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        return Err(cannot("EC-CUBE takes letters, digits and hyphens as お問い合わせ番号: enter it there."));
    }
    let day = parcel::left_on(shipment);
    Ok(vec![ReportCall {
        operation: "出荷CSV登録".to_owned(),
        method: "UPLOAD".to_owned(),
        path: "shipping.csv".to_owned(),
        content_type: "text/csv; charset=utf-8".to_owned(),
        body: format!("{HEADER}\r\n{},{number},{day}\r\n", quoted(reference)),
        lookup: Vec::new(),
    }])
}

fn quoted(text: &str) -> String {
    let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if plain { text.to_owned() } else { format!("\"{}\"", text.replace('"', "\"\"")) }
}

//! Yahoo!ショッピング: `orderShipStatusChange` and `orderStatusChange`.
//!
//! An order has one shipping state and room for two numbers, so it is told when everything has left.

use super::xml::{document, element, text};
use super::{cannot, parcel, xml_call};
use crate::domain::merchant::Channel;
use crate::domain::order::{CancelReason, Order};
use crate::domain::report::{Fact, ReportCall, Unreportable};
use crate::domain::shipment::Carrier;

const SHIPPED: &str = "3";
const ARRIVED: &str = "4";
const CANCELLED: &str = "4";

/// ShipCompanyCode.
const fn carrier(carrier: Carrier) -> Option<&'static str> {
    Some(match carrier {
        Carrier::Other => "1000",
        Carrier::Yamato => "1001",
        Carrier::Sagawa => "1002",
        Carrier::JapanPost => "1003",
    })
}

pub(super) fn write(channel: &Channel, order: &Order, fact: &Fact) -> Result<Vec<ReportCall>, Unreportable> {
    Ok(match fact {
        Fact::ShippedAll => vec![ship_status(channel, order, element("Ship", &shipped(channel, order)?))?],
        Fact::Delivered => {
            vec![ship_status(channel, order, element("Ship", &[text("ShipStatus", ARRIVED)]))?]
        }
        Fact::Cancelled(reason) => {
            let change = [text("OrderStatus", CANCELLED), text("CancelReason", cancel_reason(*reason))];
            let request = request(channel, order, element("Order", &change))?;
            vec![xml_call("orderStatusChange", "/ShoppingWebService/V1/orderStatusChange", request)]
        }
        Fact::LinesCancelled { .. } => {
            return Err(cannot(
                "Yahoo! counts lines down in the order itself: change it in ストアクリエイターPro.",
            ));
        }
        Fact::Confirmed | Fact::Shipped(_) | Fact::Delayed { .. } => Vec::new(),
    })
}

fn ship_status(channel: &Channel, order: &Order, ship: String) -> Result<ReportCall, Unreportable> {
    let request = request(channel, order, element("Order", &[ship]))?;
    Ok(xml_call("orderShipStatusChange", "/ShoppingWebService/V1/orderShipStatusChange", request))
}

fn shipped(channel: &Channel, order: &Order) -> Result<Vec<String>, Unreportable> {
    let trackings = parcel::all_trackings(order);
    let (first, second) = match trackings.as_slice() {
        [] => {
            return Err(cannot(
                "Yahoo! wants a tracking number or the reason why there is none: enter it there.",
            ));
        }
        [first] => (first, None),
        [first, second] if first.carrier == second.carrier => (first, Some(second)),
        [_, _, ..] => {
            let numbers = parcel::numbers(&trackings);
            return Err(cannot(format!(
                "Yahoo! takes two numbers of one carrier, and there are {numbers}: enter them there."
            )));
        }
    };
    let mut ship = vec![
        text("ShipStatus", SHIPPED),
        text("ShipCompanyCode", &parcel::code(channel, first.carrier, carrier)?),
        text("ShipInvoiceNumber1", &first.number),
    ];
    ship.extend(second.map(|second| text("ShipInvoiceNumber2", &second.number)));
    ship.extend(first.carrier.tracking_url(&first.number).map(|url| text("ShipUrl", &url)));
    let day = parcel::left(order).map(parcel::left_on).max();
    ship.extend(day.map(|day| text("ShipDate", &day.strftime("%Y%m%d").to_string())));
    Ok(ship)
}

fn request(channel: &Channel, order: &Order, change: String) -> Result<String, Unreportable> {
    // An order's id begins with its store's account.
    let of_number = order.number.rsplit_once('-').map(|(account, _)| account);
    let account = channel.reports.account.as_deref().or(of_number);
    let account = account
        .ok_or_else(|| cannot("the store's account is unknown: set `reports.account` of the channel."))?;
    // The points are fixed when the store completes the order.
    let target = [text("OrderId", &order.number), text("IsPointFix", "false")];
    let parts = [element("Target", &target), change, text("SellerId", account)];
    Ok(document(&element("Req", &parts)))
}

/// CancelReason: 100 to 180 are the customer's, 200 to 230 the store's.
const fn cancel_reason(reason: CancelReason) -> &'static str {
    match reason {
        CancelReason::Customer => "100",
        CancelReason::PaymentExpired => "120",
        CancelReason::Undeliverable => "130",
        CancelReason::PaymentDeclined => "170",
        CancelReason::OutOfStock => "210",
        CancelReason::Shop | CancelReason::Channel | CancelReason::Fraud => "230",
    }
}

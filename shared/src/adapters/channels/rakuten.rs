//! 楽天市場: `getOrder` of the RakutenPay Order API, versions through 10, and the order CSV of RMS.
//!
//! - The mall's versions differ in which fields there are, so every field may be absent. What the
//!   mall has not determined yet is -9999 in its figures; so are a `null` and an empty text to us.
//! - `requestPrice` is what the customer pays. Where it is not determined yet, the order waits.
//! - `getOrderItem` has the same shape without people and addresses: they are to be fetched.
//! - The CSV is the same model by other names: each row is an item ([`columns`]).

mod address;
mod columns;
mod figures;
mod model;
mod order;
mod payment;

use serde_json::Value;

pub(super) use self::columns::DIALECT;
use self::model::OrderModel;
use super::wire::{MAX_UNMAPPED, join, json, malformed, part, unmarked};
use super::{ChannelDefaults, ChannelError, ChannelOrder, Entry, Reading, table};

/// The call that has all of an order.
const GET_ORDER: &str = "getOrder";

/// Reads the answer of `getOrder`, an order of it or several, or the order CSV.
///
/// # Errors
/// See [`super::read`].
pub(super) fn read(body: &[u8], defaults: &ChannelDefaults) -> Result<Reading, ChannelError> {
    if !is_json(body) {
        return table::read(&DIALECT, body, defaults);
    }
    let payload = json(body)?;
    let mut reading = Reading::default();
    for (at, order) in orders(&payload, "")? {
        let number = order.get("orderNumber").and_then(Value::as_str).map(str::to_owned);
        let said = part::<OrderModel>(order, &at).and_then(|(order, unmapped)| {
            reading.unmapped.extend(unmapped);
            read_order(&order, &at, defaults)
        });
        reading.entries.push(Entry { at, number, said });
    }
    reading.unmapped.truncate(MAX_UNMAPPED);
    Ok(reading)
}

/// Reads an order that is at `at`.
fn read_order(
    order: &OrderModel,
    at: &str,
    defaults: &ChannelDefaults,
) -> Result<ChannelOrder, ChannelError> {
    order::Reader::new(order).read(defaults).map_err(|error| match error {
        ChannelError::Impossible(mut defects) => {
            for defect in &mut defects {
                defect.field = join(at, &defect.field);
            }
            ChannelError::Impossible(defects)
        }
        malformed @ ChannelError::Malformed { .. } => malformed,
    })
}

fn is_json(body: &[u8]) -> bool {
    unmarked(body).trim_ascii_start().first().is_none_or(|first| matches!(first, b'{' | b'['))
}

/// The orders of a payload, each with its path: of the answer, of a list, or the payload itself.
fn orders<'v>(payload: &'v Value, at: &str) -> Result<Vec<(String, &'v Value)>, ChannelError> {
    let list = |orders: &'v [Value], at: &str| {
        let orders = orders.iter().enumerate().map(|(i, order)| self::orders(order, &format!("{at}[{i}]")));
        Ok(orders.collect::<Result<Vec<_>, _>>()?.concat())
    };
    let is_order = |fields: &serde_json::Map<String, Value>| {
        ["orderNumber", "PackageModelList"].iter().any(|field| fields.contains_key(*field))
    };
    match payload {
        // Deeper nesting than a list of answers is no answer of the mall.
        Value::Array(orders) if at.matches('[').count() < 2 => list(orders, at),
        Value::Object(fields) => match fields.get("OrderModelList") {
            Some(Value::Array(orders)) => list(orders, &join(at, "OrderModelList")),
            Some(Value::Null) => Ok(Vec::new()),
            None if is_order(fields) => Ok(vec![(at.to_owned(), payload)]),
            None if fields.contains_key("MessageModelList") => Ok(Vec::new()),
            Some(_) | None => Err(malformed(at, EXPECTED)),
        },
        Value::Array(_) | Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            Err(malformed(at, EXPECTED))
        }
    }
}

const EXPECTED: &str = "expected the answer of getOrder: an object with `OrderModelList`, or an order of it";

#[cfg(test)]
mod tests;

//! Amazon's Selling Partner API: orders of 2026-01-01 (`getOrder`, `searchOrders`) and of v0, where
//! one order is spread over `getOrder`, `getOrderItems`, `getOrderAddress`, `getOrderBuyerInfo` and
//! `getOrderItemsBuyerInfo`.
//!
//! - The v0 answers may come in one payload, as an array or as `{"order": …, "orderItems": …, "address":
//!   …, "buyerInfo": …, "orderItemsBuyerInfo": …}`, each with its `payload` or without. They are put
//!   together by `AmazonOrderId`; an answer that names no order belongs to the one before it.
//! - An answer alone is an order with parts [missing](super::reading::Missing).
//! - Amazon has the customer's money, unless the parcel's carrier collects it (COD). Until a pending
//!   order is let go it is awaited.
//! - What Amazon itself fulfils (FBA) is not ours to ship: its status is that of an order that has left.
//! - Prices are of all units of a line; taxes are amounts without a rate. Whether prices contain them is
//!   what the total tells, and the rate is the one that gives them.

mod assemble;
mod v0;
mod v2026;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::lenient::{Document, Documents, Envelope, Scalar};
use super::reader::Reader;
use super::wire::currency;
use super::{ChannelDefaults, ChannelError, ChannelStatus, Reading};
use crate::domain::money::{Amount, Currency};

const ENVELOPE: Envelope = Envelope {
    platform: "Amazon",
    wrappers: &[
        "response",
        "payload",
        "order",
        "orders",
        "Orders",
        "address",
        "buyerInfo",
        "orderItems",
        "orderItemsBuyerInfo",
        "static",
        // The notification of a change names its order, and little more.
        "Payload",
        "OrderChangeNotification",
    ],
    marks: &["orderId", "AmazonOrderId", "OrderItemId", "OrderItems"],
};

/// Reads orders of either version.
///
/// # Errors
/// See [`super::read`].
pub(super) fn read(body: &[u8], defaults: &ChannelDefaults) -> Result<Reading, ChannelError> {
    let documents = ENVELOPE.open(body)?;
    if documents.found.iter().any(|document| document.fields.contains_key("orderId")) {
        return ENVELOPE.read(documents, |order| v2026::read(order, defaults));
    }
    ENVELOPE.read(put_together(documents), |order| v0::read(order, defaults))
}

/// Puts the answers of v0 together, one document an order.
fn put_together(documents: Documents) -> Documents {
    let Documents { found, unmapped, is_list } = documents;
    let answers = found.len();
    let mut orders: Vec<Document> = Vec::new();
    for Document { at, fields } in found {
        let fields = as_answer(fields);
        let id = fields.get("AmazonOrderId").and_then(Value::as_str).map(str::to_owned);
        let of = |order: &&mut Document| match &id {
            Some(id) => order.fields.get("AmazonOrderId").and_then(Value::as_str) == Some(id),
            None => true,
        };
        match orders.iter_mut().rev().find(of) {
            Some(order) => merge(&mut order.fields, fields),
            None => orders.push(Document { at, fields }),
        }
    }
    // Answers to one order are no list of orders.
    let is_list = is_list && !(orders.len() == 1 && answers > 1);
    Documents { found: orders, unmapped, is_list }
}

/// An item that comes alone, as an answer with items.
fn as_answer(fields: Map<String, Value>) -> Map<String, Value> {
    let is_item = ["OrderItemId", "ASIN", "GiftMessageText"].iter().any(|key| fields.contains_key(*key));
    if fields.contains_key("OrderItems") || !is_item {
        return fields;
    }
    Map::from_iter([("OrderItems".to_owned(), Value::Array(vec![Value::Object(fields)]))])
}

/// Adds what another answer has: the first that has a value wins.
fn merge(order: &mut Map<String, Value>, answer: Map<String, Value>) {
    let has_prices = answer.get("OrderItems").is_some_and(|items| first_has(items, "ASIN"));
    if has_prices {
        // This is the next page of the items, which says whether there is one more.
        order.remove("NextToken");
    }
    for (key, value) in answer {
        if key == "NextToken" && !has_prices {
            continue;
        }
        match (order.get_mut(&key), value) {
            (Some(Value::Array(items)), Value::Array(more)) if key == "OrderItems" => {
                merge_items(items, more);
            }
            (Some(Value::Object(had)), Value::Object(more)) => merge(had, more),
            (None | Some(Value::Null), value) => {
                order.insert(key, value);
            }
            (Some(_), _) => {}
        }
    }
}

fn first_has(items: &Value, key: &str) -> bool {
    items.as_array().and_then(|items| items.first()).is_some_and(|item| item.get(key).is_some())
}

/// Adds items, and to those that are there what another answer says of them: the one of the same id, or
/// of the same place where it names none.
fn merge_items(items: &mut Vec<Value>, more: Vec<Value>) {
    for (place, item) in more.into_iter().enumerate() {
        let Value::Object(item) = item else { continue };
        let same = match item.get("OrderItemId") {
            Some(id) => items.iter().position(|had| had.get("OrderItemId") == Some(id)),
            None => Some(place),
        };
        match same.and_then(|same| items.get_mut(same)) {
            Some(Value::Object(had)) => merge(had, item),
            Some(_) | None => items.push(Value::Object(item)),
        }
    }
}

/// An amount of either version.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Money {
    #[serde(alias = "Amount")]
    amount: Scalar,
    #[serde(alias = "CurrencyCode", rename = "currencyCode")]
    currency: Scalar,
}

impl Money {
    /// The amount. One in another currency than the order's cannot be added to it, and is left out.
    fn read(&self, field: &str, reader: &mut Reader) -> Option<Amount> {
        if self.currency.get().is_some_and(|code| code != reader.currency.code()) {
            let meaning = format!("`{field}` is in another currency than the order, and left out");
            reader.caution("OTHER_CURRENCY", meaning);
            return None;
        }
        reader.signed(field, &self.amount)
    }
}

/// The currency that the first of the amounts is in, or that of the marketplace.
fn currency_of<'a>(amounts: impl IntoIterator<Item = &'a Money>, marketplace: &str) -> Option<Currency> {
    let stated = amounts.into_iter().find_map(|money| money.currency.get());
    currency(stated.unwrap_or_else(|| marketplace_currency(marketplace)))
}

/// The currency of a marketplace; yen for one that is not named.
fn marketplace_currency(marketplace: &str) -> &'static str {
    match marketplace {
        "ATVPDKIKX0DER" => "USD",
        "A2EUQ1WTGCTBG2" => "CAD",
        "A1AM78C64UM0Y8" => "MXN",
        "A2Q3Y263D00KWC" => "BRL",
        "A1F83G8C2ARO7P" => "GBP",
        "A1PA6795UKMFR9" | "A13V1IB3VIYZZH" | "APJ6JRA9NG5V4" | "A1RKKUPIHCS9HS" | "A1805IZSGTT6HS"
        | "AMEN7PMS3EDWL" | "A28R8C7NBKEWEA" => "EUR",
        "A2NODRKZP88ZB9" => "SEK",
        "A1C3SOZRARQ6R3" => "PLN",
        "A33AVAJ2PDY3EV" => "TRY",
        "A2VIGQ35RCS4UG" => "AED",
        "A17E79C6D8DWNP" => "SAR",
        "ARBP9OOSHTCHU" => "EGP",
        "AE08WJ6YKNBMC" => "ZAR",
        "A21TJRUUN4KGV" => "INR",
        "A39IBJ37TRP1C6" => "AUD",
        "A19VAU5U5O7RUS" => "SGD",
        _ => "JPY",
    }
}

/// A status as both versions mean it, `Canceled` and `CANCELLED`.
fn status(text: &Scalar, reader: &mut Reader) -> ChannelStatus {
    let plain: String = text.text().chars().filter(char::is_ascii_alphabetic).collect();
    match plain.to_ascii_uppercase().as_str() {
        "UNSHIPPED" => ChannelStatus::Open,
        "PARTIALLYSHIPPED" => ChannelStatus::PartiallyShipped,
        "SHIPPED" | "INVOICEUNCONFIRMED" => ChannelStatus::Shipped,
        "CANCELED" | "CANCELLED" => ChannelStatus::Cancelled,
        "UNFULFILLABLE" => {
            reader.caution("UNFULFILLABLE", "Amazon cannot fulfil the order");
            ChannelStatus::Cancelled
        }
        "PENDING" | "PENDINGAVAILABILITY" => ChannelStatus::Pending,
        _ => {
            reader.caution(
                "STATUS_UNKNOWN",
                "Amazon's status is none we know: nothing leaves before it is one",
            );
            ChannelStatus::Pending
        }
    }
}

#[cfg(test)]
mod tests;

//! The orders in a document of the mall, and their groups.

use std::collections::BTreeSet;

use serde_json::Value;

use super::super::ChannelError;
use super::super::wire::{TITLE, join, part, shorten};
use super::model::{Buyer, Detail, Head, Item, Pay, Ship};

/// The orders in a document, wherever they are in it.
pub(super) fn find<'v>(value: &'v Value, at: &str, orders: &mut Vec<(String, &'v Value)>) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                let at = join(at, name);
                match field.as_array().filter(|_| name == "OrderInfo") {
                    Some(items) => {
                        let items = items.iter().enumerate();
                        orders.extend(items.map(|(i, order)| (format!("{at}[{i}]"), order)));
                    }
                    None => find(field, &at, orders),
                }
            }
        }
        Value::Array(items) => {
            for (i, item) in items.iter().enumerate() {
                find(item, &format!("{at}[{i}]"), orders);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// What the mall says instead of orders: `<Error><Code>…<Message>…`.
pub(super) fn refusal(document: &Value) -> Option<String> {
    let error = document.get("Error")?;
    let text = |field: &str| error.get(field).and_then(Value::as_str).unwrap_or_default();
    Some(format!(
        "is no order, but the mall's error {} {}",
        text("Code"),
        shorten(text("Message").to_owned(), TITLE)
    ))
}

/// The groups of an order.
pub(super) struct Wire {
    pub(super) head: Head,
    pub(super) pay: Pay,
    pub(super) ship: Ship,
    pub(super) buyer: Buyer,
    pub(super) detail: Detail,
    /// Not there in a list of orders.
    pub(super) items: Option<Vec<Item>>,
}

impl Wire {
    /// Reads the groups, each from its element, or from the order's own where it has no such element.
    pub(super) fn read(order: &Value, at: &str) -> Result<(Self, Vec<String>), ChannelError> {
        let (mut head, mut unmapped) = part::<Head>(order, at)?;
        let mut known = Known { order, at, of_groups: Vec::new(), ignored: Vec::new() };
        let (pay, ship, buyer, detail) =
            (known.group("Pay")?, known.group("Ship")?, known.group("Buyer")?, known.group("Detail")?);
        unmapped.retain(|path| known.ignored.iter().all(|ignored| ignored.contains(path)));
        unmapped.extend(known.of_groups);
        let items = head.items.take();
        Ok((Self { head, pay, ship, buyer, detail, items }, unmapped))
    }
}

/// What the groups have no place for.
struct Known<'v> {
    order: &'v Value,
    at: &'v str,
    /// In elements of their own.
    of_groups: Vec<String>,
    /// In the order itself, by each group that is read from it: unmapped is what all of them ignore.
    ignored: Vec<BTreeSet<String>>,
}

impl<'v> Known<'v> {
    fn group<T: serde::Deserialize<'v>>(&mut self, name: &str) -> Result<T, ChannelError> {
        let (group, unmapped) = match self.order.get(name) {
            Some(group @ Value::Object(_)) => {
                let (group, unmapped) = part(group, &join(self.at, name))?;
                self.of_groups.extend(unmapped);
                return Ok(group);
            }
            _ => part(self.order, self.at)?,
        };
        self.ignored.push(unmapped.into_iter().collect());
        Ok(group)
    }
}

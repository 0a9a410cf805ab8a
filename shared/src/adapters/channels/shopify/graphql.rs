//! Orders of the Admin GraphQL API, put into the words of the REST API.

use serde_json::{Map, Value, json};

/// What the two call otherwise, once it is written alike.
const RENAMED: [(&str, &str); 9] = [
    ("allocated_amount", "amount"),
    ("country_code_v2", "country_code"),
    ("currency_code", "currency"),
    ("custom_attributes", "properties"),
    ("display_financial_status", "financial_status"),
    ("display_fulfillment_status", "fulfillment_status"),
    ("key", "name"),
    ("original_price", "price"),
    ("original_unit_price", "price"),
];

/// Whether this is an order of the GraphQL API.
pub(super) fn is_one(order: &Map<String, Value>) -> bool {
    ["lineItems", "displayFinancialStatus", "totalPriceSet"].iter().any(|field| order.contains_key(*field))
}

/// The order as the REST API would say it.
pub(super) fn as_rest(order: Map<String, Value>) -> Map<String, Value> {
    let mut order = fields(order);
    for status in ["financial_status", "fulfillment_status"] {
        if let Some(Value::String(status)) = order.get_mut(status) {
            *status = status.to_lowercase();
        }
    }
    // `IN_PROGRESS` and the like have no parcel yet, which is `null` in the REST API.
    let left = match order.get("fulfillment_status").and_then(Value::as_str) {
        Some("partially_fulfilled") => json!("partial"),
        Some(status @ ("fulfilled" | "restocked")) => json!(status),
        Some(_) | None => Value::Null,
    };
    order.insert("fulfillment_status".to_owned(), left);
    if let Some(attributes) = order.remove("properties") {
        order.insert("note_attributes".to_owned(), attributes);
    }
    if let Some(Value::Array(codes)) = order.get_mut("discount_codes") {
        for code in codes {
            *code = json!({ "code": code.take() });
        }
    }
    if let (Some(line @ Value::Object(_)), false) =
        (order.remove("shipping_line"), order.contains_key("shipping_lines"))
    {
        order.insert("shipping_lines".to_owned(), json!([line]));
    }
    order
}

fn fields(object: Map<String, Value>) -> Map<String, Value> {
    let field = |(name, value): (String, Value)| {
        let name = snake_case(name.strip_suffix("Set").unwrap_or(&name));
        let known = RENAMED.iter().find(|(theirs, _)| *theirs == name);
        (known.map_or(name, |(_, ours)| (*ours).to_owned()), plain(value))
    };
    object.into_iter().map(field).collect()
}

/// A value without what only GraphQL puts around it: connections, bags of money and global ids.
fn plain(value: Value) -> Value {
    match value {
        Value::Array(items) => items.into_iter().map(plain).collect(),
        Value::Object(mut object) => {
            if let Some(Value::Array(nodes)) = object.remove("nodes") {
                return nodes.into_iter().map(plain).collect();
            }
            if let Some(Value::Array(edges)) = object.remove("edges") {
                return edges.into_iter().map(|edge| plain(taken(edge, "node"))).collect();
            }
            match object.remove("shopMoney") {
                Some(money) => taken(money, "amount"),
                None => Value::Object(fields(object)),
            }
        }
        Value::String(text) => match text.strip_prefix("gid://shopify/").and_then(|id| id.split_once('/')) {
            Some((_, id)) => json!(id),
            None => Value::String(text),
        },
        value @ (Value::Null | Value::Bool(_) | Value::Number(_)) => value,
    }
}

fn taken(mut object: Value, field: &str) -> Value {
    object.get_mut(field).map(Value::take).unwrap_or_default()
}

fn snake_case(name: &str) -> String {
    let letter = |letter: char| {
        let before = letter.is_ascii_uppercase().then_some('_');
        before.into_iter().chain([letter.to_ascii_lowercase()])
    };
    name.chars().flat_map(letter).collect()
}

//! Our own CSV: a row for each line, the columns named as in our JSON.
//!
//! - What belongs to the order is read from its first row: `number`, `ordered_at`, `updated_at`, `status`,
//!   `kind`, `currency`, `prices`, `total`, `note`, `expected_lines`, `customer.name`, `customer.mail` and so on,
//!   `customer.address.city` and so on, `subscription.contract`, `purchase_order.number` …
//! - What belongs to the line: `sku`, `title`, `unit_price`, `quantity`, `tax_rate`, `discount`,
//!   `reference`, `choice`.
//! - Where the line goes: `ship_to.name`, `ship_to.postal_code` and so on, `desired_date`, `time_slot`,
//!   `gift.noshi`, `temperature`, `delivery_method`, `ship_groups.reference`. Lines that agree in all of
//!   these go together.
//! - Lists of the JSON are columns by what tells their entries apart: `fees.SHIPPING`,
//!   `discounts.POINTS` (with `discounts.POINTS.code`), `taxes.10`, `points_earned.OWN`. The payment is
//!   `payment.method`, `payment.token` and `payment.awaited`.
//! - An empty cell says nothing. Days and times may be written as spreadsheets do: `2026/11/21 10:15`.

use serde_json::{Map, Value, json};

use super::given::Given;
use super::json::{self, NewOrder};
use super::table::{Block, Dialect, Row, place};
use super::wire::part;
use super::{ChannelDefaults, ChannelError, ChannelOrder, Reading, table, when};
use crate::domain::intake::Impossible;
use crate::domain::japan;

/// A file of orders.
pub(super) const DIALECT: Dialect = Dialect {
    number: "number",
    needed: &[
        "ordered_at",
        "customer.name",
        "sku",
        "title",
        "unit_price",
        "quantity",
        "tax_rate",
        "payment.method",
    ],
    knows: |column| kind_of(column).is_some(),
    read: read_block,
};

const OF_ORDER: [&str; 12] = [
    "number",
    "ordered_at",
    "updated_at",
    "status",
    "kind",
    "currency",
    "prices",
    "total",
    "note",
    "expected_lines",
    "customer",
    "subscription",
];
const OF_LINE: [&str; 8] =
    ["sku", "title", "unit_price", "quantity", "tax_rate", "discount", "reference", "choice"];
const OF_GROUP: [&str; 6] =
    ["ship_to", "desired_date", "time_slot", "gift", "temperature", "delivery_method"];

/// What a column says something about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Order,
    Line,
    Group,
    Entry,
}

fn kind_of(column: &str) -> Option<Kind> {
    let (first, rest) = column.split_once('.').unwrap_or((column, ""));
    match first {
        "ship_groups" if rest == "reference" => Some(Kind::Group),
        "purchase_order" => Some(Kind::Order),
        "fees" | "discounts" | "taxes" | "points_earned" | "payment" if !rest.is_empty() => Some(Kind::Entry),
        _ if OF_ORDER.contains(&first) => Some(Kind::Order),
        _ if OF_LINE.contains(&column) => Some(Kind::Line),
        _ if OF_GROUP.contains(&first) => Some(Kind::Group),
        _ => None,
    }
}

/// Reads a file of orders.
///
/// # Errors
/// See [`super::read`].
pub(super) fn read(body: &[u8], defaults: &ChannelDefaults) -> Result<Reading, ChannelError> {
    table::read(&DIALECT, body, defaults)
}

fn read_block(block: &Block<'_>, defaults: &ChannelDefaults) -> Result<ChannelOrder, ChannelError> {
    let (order, groups) = order_of(block);
    let order = part::<NewOrder>(&order, "").map(|(order, _)| order);
    order.and_then(|order| json::read_order(&order, defaults)).map_err(|error| match error {
        ChannelError::Impossible(defects) => {
            let told = defects.into_iter().map(|it| told(block, &groups, &it.field, it.message));
            ChannelError::Impossible(told.collect())
        }
        ChannelError::Malformed { path, message } => {
            ChannelError::Impossible(vec![told(block, &groups, &path, message)])
        }
    })
}

/// The order in our JSON, and the first row of each of its ship groups.
fn order_of(block: &Block<'_>) -> (Value, Vec<usize>) {
    let mut order = Map::new();
    if let Some(row) = block.rows.first() {
        for (column, cell) in cells(block, row, Kind::Order) {
            set(&mut order, column, value(column, cell));
        }
        entries(block, row, &mut order);
    }
    let mut groups: Vec<(usize, Vec<(&str, &str)>)> = Vec::new();
    let mut lines = Vec::new();
    for (n, row) in block.rows.iter().enumerate() {
        let wanted: Vec<_> = cells(block, row, Kind::Group).collect();
        let known = groups.iter().position(|(_, group)| *group == wanted);
        if known.is_none() {
            groups.push((n, wanted));
        }
        let mut line = Map::new();
        cells(block, row, Kind::Line).for_each(|(column, cell)| set(&mut line, column, value(column, cell)));
        line.insert("ship_group".to_owned(), json!(known.unwrap_or(groups.len() - 1) + 1));
        lines.push(Value::Object(line));
    }
    let (first_rows, groups): (Vec<usize>, Vec<_>) = groups.into_iter().unzip();
    let groups = groups.into_iter().map(|cells| {
        let mut group = Map::new();
        for (column, cell) in cells {
            set(&mut group, column.strip_prefix("ship_groups.").unwrap_or(column), value(column, cell));
        }
        Value::Object(group)
    });
    order.insert("ship_groups".to_owned(), groups.collect());
    order.insert("lines".to_owned(), lines.into());
    (Value::Object(order), first_rows)
}

/// The cells of a row that say something of this kind.
fn cells<'b>(block: &'b Block<'_>, row: &'b Row, kind: Kind) -> impl Iterator<Item = (&'b str, &'b str)> {
    block.cells(row).filter(move |(column, cell)| !cell.is_empty() && kind_of(column) == Some(kind))
}

/// The lists that are columns by what tells their entries apart.
fn entries(block: &Block<'_>, row: &Row, order: &mut Map<String, Value>) {
    let mut lists: [(&str, Vec<Value>); 4] =
        ["fees", "discounts", "taxes", "points_earned"].map(|list| (list, Vec::new()));
    let mut payment = Map::new();
    for (column, cell) in cells(block, row, Kind::Entry) {
        let Some((list, key)) = column.split_once('.') else { continue };
        let entry = match list {
            "fees" => json!({ "kind": key, "amount": plain(cell) }),
            "discounts" if key.contains('.') => continue,
            "discounts" => {
                let code = block.cell(row, &format!("{column}.code"));
                json!({ "kind": key, "amount": plain(cell), "code": (!code.is_empty()).then_some(code) })
            }
            "taxes" => json!({ "tax_rate": key, "amount": plain(cell) }),
            "points_earned" => json!({ "issuer": key, "points": number(cell) }),
            _ => {
                payment.insert(key.to_owned(), if key == "awaited" { flag(cell) } else { cell.into() });
                continue;
            }
        };
        lists
            .iter_mut()
            .filter(|(name, _)| *name == list)
            .for_each(|(_, entries)| entries.push(entry.clone()));
    }
    for (list, entries) in lists {
        order.insert(list.to_owned(), entries.into());
    }
    order.insert("payments".to_owned(), json!([payment]));
}

/// A cell as our JSON has it.
fn value(column: &str, cell: &str) -> Value {
    let last = column.rsplit('.').next().unwrap_or_default();
    match last {
        "ordered_at" | "updated_at" => {
            when::moment(cell).map_or_else(|| cell.into(), |at| japan_time(at).into())
        }
        "desired_date" | "next_on" => {
            when::day(cell).map_or_else(|| cell.into(), |day| day.to_string().into())
        }
        "time_slot" => when::time_slot(cell).unwrap_or_else(|| cell.to_owned()).into(),
        "quantity" | "expected_lines" | "occurrence" => number(cell),
        "unit_price" | "discount" | "total" | "tax_rate" => plain(cell).into(),
        _ => cell.into(),
    }
}

fn japan_time(at: jiff::Timestamp) -> String {
    format!("{}+09:00", japan::local(at))
}

/// A number without what only people need: spreadsheets write `1,980` and `8%`.
fn plain(cell: &str) -> String {
    crate::domain::text::fold(cell).chars().filter(|c| !matches!(c, ',' | '円' | '¥' | '%' | ' ')).collect()
}

fn number(cell: &str) -> Value {
    Given::from(cell).number().map_or_else(|| cell.into(), Value::from)
}

fn flag(cell: &str) -> Value {
    match cell.to_lowercase().as_str() {
        "1" | "true" | "yes" => true.into(),
        "0" | "false" | "no" => false.into(),
        _ => cell.into(),
    }
}

/// Puts a value where a dotted path says.
fn set(into: &mut Map<String, Value>, path: &str, value: Value) {
    match path.split_once('.') {
        None => drop(into.insert(path.to_owned(), value)),
        Some((first, rest)) => {
            let inner = into.entry(first).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(inner) = inner {
                set(inner, rest, value);
            }
        }
    }
}

/// A defect of our JSON as one of the file: its row and column.
fn told(block: &Block<'_>, groups: &[usize], path: &str, message: String) -> Impossible {
    let indexed = |list: &str| {
        let (index, rest) = path.strip_prefix(list)?.strip_prefix('[')?.split_once(']')?;
        Some((index.parse::<usize>().ok()?, rest.strip_prefix('.').unwrap_or(rest)))
    };
    let of_line = indexed("lines").map(|(n, column)| (block.rows.get(n), column.to_owned()));
    let of_group = || {
        let (n, column) = indexed("ship_groups")?;
        let column = if column == "reference" { "ship_groups.reference" } else { column };
        Some((groups.get(n).and_then(|n| block.rows.get(*n)), column.to_owned()))
    };
    let of_payment = || indexed("payments").map(|(_, rest)| (block.rows.first(), format!("payment.{rest}")));
    let (row, column) = of_line
        .or_else(of_group)
        .or_else(of_payment)
        .unwrap_or_else(|| (block.rows.first(), path.to_owned()));
    let field = row.map_or_else(|| column.clone(), |row| place(row, &column));
    Impossible { field, message }
}

#[cfg(test)]
mod tests;

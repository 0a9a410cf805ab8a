//! What became of the orders, and whether each is accounted for.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use anyhow::bail;
use jiff::Timestamp;
use serde::Deserialize;

use super::sender::Sent;
use super::shop::{self, Shop};
use crate::demo::api::{Api, Happened};

/// The pause between two looks at an order that moves.
const PAUSE: Duration = Duration::from_millis(250);

/// What of an order is looked at.
#[derive(Debug, Clone, Deserialize)]
pub struct Stored {
    /// The channel's number of it.
    pub number: String,
    /// Where it stands.
    pub state: String,
    lines: Vec<Line>,
    gates: Gates,
    shipments: Vec<Shipment>,
    holds: Vec<serde_json::Value>,
    tickets: Vec<Ticket>,
    timeline: Vec<Happened>,
}

#[derive(Debug, Clone, Deserialize)]
struct Line {
    sku: String,
    ordered: u32,
    open: u32,
    allocated: u32,
    backordered: u32,
    released: u32,
}

#[derive(Debug, Clone, Deserialize)]
struct Gates {
    validation: String,
    payment: bool,
}

#[derive(Debug, Clone, Deserialize)]
struct Shipment {
    instructed: bool,
}

#[derive(Debug, Clone, Deserialize)]
struct Ticket {
    kind: String,
}

/// The counts of a stock.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Counts {
    /// Physically there.
    pub on_hand: i64,
    /// Promised to orders.
    pub allocated: i64,
    /// Units orders wait for.
    pub backordered: i64,
}

/// Everything that is stored of a run.
#[derive(Debug, Clone)]
pub struct Books {
    /// The orders by their ids.
    pub orders: BTreeMap<String, Stored>,
    /// The numbers in the list of all orders, each as often as it is there.
    pub listed: Vec<String>,
    /// The stock of the hot SKU.
    pub hot: Counts,
}

impl Line {
    const fn promised(&self) -> u32 {
        self.allocated + self.released
    }
}

impl Stored {
    /// Whether nothing happens to it any more by itself: it waits for stock, or the warehouse has it.
    fn is_at_rest(&self) -> bool {
        let is_checked = self.gates.validation != "PENDING" && self.gates.payment;
        let has_all = self.lines.iter().all(|line| line.open == 0 && line.backordered == 0);
        let is_instructed =
            !self.shipments.is_empty() && self.shipments.iter().all(|shipment| shipment.instructed);
        is_checked && (self.waits() || has_all && is_instructed)
    }

    /// Whether it waits for stock.
    #[must_use]
    pub fn waits(&self) -> bool {
        self.lines.iter().any(|line| line.backordered > 0)
    }

    /// When it was first told what stock it gets.
    #[must_use]
    pub fn stock_decided_at(&self) -> Option<Timestamp> {
        self.first(&["StockAllocated", "StockBackordered"])
    }

    /// When it had everything it needs.
    #[must_use]
    pub fn ready_at(&self) -> Option<Timestamp> {
        self.first(&["OrderReadied"])
    }

    fn first(&self, events: &[&str]) -> Option<Timestamp> {
        self.timeline.iter().find(|happened| events.contains(&happened.event.r#type.as_str())).map(|it| it.at)
    }
}

impl Books {
    /// Waits until every order that was taken is at rest, and reads everything.
    ///
    /// # Errors
    /// If an order does not come to rest, or something cannot be read.
    pub async fn read(api: &Api, shop: &Shop, sent: &[Sent], patience: Duration) -> anyhow::Result<Self> {
        let begun = Instant::now();
        let mut orders = BTreeMap::new();
        for id in sent.iter().filter_map(|sent| sent.order.as_ref().ok()) {
            let order = loop {
                let order: Stored = api.get(&format!("/v1/orders/{id}")).await?;
                if order.is_at_rest() {
                    break order;
                }
                if begun.elapsed() > patience {
                    bail!("order {id} is still {} after {patience:?}", order.state);
                }
                tokio::time::sleep(PAUSE).await;
            };
            orders.insert(id.clone(), order);
        }
        let hot = format!("/v1/stock/{}/{}", shop.merchant, shop::name(0));
        let Stocks { stock } = api.get(&hot).await?;
        let [hot] = stock.as_slice() else { bail!("the hot SKU has {} stocks", stock.len()) };
        Ok(Self { orders, listed: listed(api, shop).await?, hot: *hot })
    }

    /// Everything that does not add up; nothing when all is well.
    #[must_use]
    pub fn defects(&self, sent: &[Sent]) -> Vec<String> {
        let mut defects = Vec::new();
        let mut ids = BTreeSet::new();
        for (n, sent) in sent.iter().enumerate() {
            let number = Shop::number(n);
            let found = match &sent.order {
                Ok(id) if !ids.insert(id) => vec![format!("has the id of another order, {id}")],
                Ok(id) => self.orders.get(id).map_or_else(
                    || vec![format!("was taken as {id}, which is not there")],
                    |order| order.defects(&number, sent),
                ),
                Err(told) => vec![format!("was never taken: {told}")],
            };
            defects.extend(found.into_iter().map(|defect| format!("{number} {defect}")));
        }
        let mut times: BTreeMap<&str, usize> = BTreeMap::new();
        self.listed.iter().for_each(|number| *times.entry(number).or_default() += 1);
        for number in (0..sent.len()).map(Shop::number) {
            let times = times.remove(number.as_str()).unwrap_or_default();
            if times != 1 {
                defects.push(format!("{number} is stored {times} times"));
            }
        }
        defects.extend(times.into_keys().map(|number| format!("{number} is stored, and nobody sent it")));
        defects.extend(self.hot_defects());
        defects
    }

    /// What does not add up of the hot SKU: all that is there is promised, as long as somebody wants it.
    fn hot_defects(&self) -> Vec<String> {
        let hot = shop::name(0);
        let lines = || self.orders.values().flat_map(|order| &order.lines).filter(|line| line.sku == hot);
        let sum = |units: fn(&Line) -> u32| lines().map(|line| i64::from(units(line))).sum::<i64>();
        let wanted = sum(|line| line.ordered);
        let (promised, waiting) = (sum(Line::promised), sum(|line| line.backordered));
        let Counts { on_hand, allocated, backordered } = self.hot;
        let expected = [
            ("promised to orders", promised, on_hand.min(wanted)),
            ("allocated of the stock", allocated, promised),
            ("backordered of the stock", backordered, waiting),
        ];
        let wrong = expected.into_iter().filter(|(_, is, should)| is != should);
        wrong.map(|(what, is, should)| format!("{hot}: {is} units {what} instead of {should}")).collect()
    }
}

impl Stored {
    fn defects(&self, number: &str, sent: &Sent) -> Vec<String> {
        let mut defects = Vec::new();
        if self.number != number {
            defects.push(format!("is stored as {}", self.number));
        }
        let wanted = (shop::name(sent.arrival.sku), sent.arrival.units);
        let [line] = self.lines.as_slice() else {
            defects.push(format!("has {} lines", self.lines.len()));
            return defects;
        };
        if (&line.sku, line.ordered) != (&wanted.0, wanted.1) {
            defects.push(format!(
                "wants {} × {} instead of {} × {}",
                line.ordered, line.sku, wanted.1, wanted.0
            ));
        }
        if line.promised() + line.backordered != line.ordered {
            defects.push(format!("has {line:?}: some units are neither promised nor waited for"));
        }
        if line.backordered > 0 && !sent.arrival.is_hot() {
            defects.push(format!("waits for {}, of which there is plenty", line.sku));
        }
        let expected = if self.waits() { "STOCKOUT" } else { "" };
        let tickets: Vec<&str> = self.tickets.iter().map(|ticket| ticket.kind.as_str()).collect();
        if !self.holds.is_empty() || tickets.join(", ") != expected {
            defects.push(format!("has the holds {:?} and the tickets {tickets:?}", self.holds));
        }
        defects
    }
}

#[derive(Deserialize)]
struct Stocks {
    stock: Vec<Counts>,
}

#[derive(Deserialize)]
struct OrderList {
    orders: Vec<Listed>,
    next_cursor: Option<String>,
}

#[derive(Deserialize)]
struct Listed {
    number: String,
}

async fn listed(api: &Api, shop: &Shop) -> anyhow::Result<Vec<String>> {
    let first = format!("/v1/orders?merchant={}&limit=100", shop.merchant);
    let (mut numbers, mut path) = (Vec::new(), first.clone());
    loop {
        let OrderList { orders, next_cursor } = api.get(&path).await?;
        numbers.extend(orders.into_iter().map(|order| order.number));
        let Some(cursor) = next_cursor else { return Ok(numbers) };
        path = format!("{first}&cursor={cursor}");
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::arrivals::{Arrival, Phase};
    use super::*;

    fn sent(n: usize, sku: u64) -> Sent {
        let arrival = Arrival { after: Duration::ZERO, phase: Phase::Surge, sku, units: 2 };
        let (late, answered) = (Duration::ZERO, Duration::ZERO);
        Sent { arrival, order: Ok(format!("id-{n}")), late, answered }
    }

    fn stored(n: usize, sku: &str, released: u32, backordered: u32) -> Value {
        json!({
            "number": format!("LOAD-{n}"),
            "state": "RELEASED",
            "lines": [{
                "sku": sku, "ordered": 2, "open": 0,
                "allocated": 0, "backordered": backordered, "released": released,
            }],
            "gates": { "validation": "PASSED", "payment": true },
            "shipments": [{ "instructed": true }],
            "holds": [],
            "tickets": if backordered > 0 { json!([{ "kind": "STOCKOUT" }]) } else { json!([]) },
            "timeline": [],
        })
    }

    /// Three orders, of which the second waits for one of the three hot units.
    fn run() -> (Vec<Sent>, [Value; 3]) {
        let orders = [stored(0, "HOT", 2, 0), stored(1, "HOT", 1, 1), stored(2, "SKU-01", 2, 0)];
        (vec![sent(0, 0), sent(1, 0), sent(2, 1)], orders)
    }

    fn books(orders: &[Value]) -> Books {
        let read = |order: &Value| serde_json::from_value::<Stored>(order.clone()).unwrap();
        let listed: Vec<String> = orders.iter().map(|order| read(order).number).collect();
        let orders = orders.iter().enumerate().map(|(n, order)| (format!("id-{n}"), read(order))).collect();
        Books { orders, listed, hot: Counts { on_hand: 3, allocated: 3, backordered: 1 } }
    }

    #[test]
    fn orders_that_are_all_accounted_for_have_no_defects() {
        let (sent, orders) = run();
        assert_eq!(books(&orders).defects(&sent), Vec::<String>::new());
    }

    #[test]
    fn an_order_that_is_lost_doubled_or_nobodys_is_told() {
        let (sent, orders) = run();
        let told = |change: &dyn Fn(&mut Vec<Sent>, &mut Books)| {
            let (mut sent, mut books) = (sent.clone(), books(&orders));
            change(&mut sent, &mut books);
            books.defects(&sent).join("; ")
        };
        assert!(told(&|sent, _| sent[2].order = Err("503".to_owned())).contains("never taken: 503"));
        assert!(told(&|sent, _| sent[2].order = Ok("id-1".to_owned())).contains("id of another order"));
        assert!(told(&|_, books| drop(books.orders.remove("id-2"))).contains("not there"));
        assert!(told(&|_, books| drop(books.listed.pop())).contains("LOAD-2 is stored 0 times"));
        assert!(told(&|_, books| books.listed.push("LOAD-0".into())).contains("LOAD-0 is stored 2 times"));
        assert!(told(&|_, books| books.listed.push("LOAD-9".into())).contains("nobody sent it"));
    }

    #[test]
    fn units_that_are_promised_twice_or_to_nobody_are_told() {
        let (sent, orders) = run();
        let told = |n: usize, field: &str, units: u32| {
            let mut orders = orders.clone();
            orders[n]["lines"][0][field] = json!(units);
            books(&orders).defects(&sent).join("; ")
        };
        assert!(told(1, "released", 2).contains("HOT: 4 units promised to orders instead of 3"));
        assert!(told(0, "released", 1).contains("neither promised nor waited for"));
        assert!(told(1, "backordered", 0).contains("1 units backordered of the stock instead of 0"));
        assert!(told(2, "ordered", 3).contains("wants 3 × SKU-01 instead of 2 × SKU-01"));
        assert!(told(2, "backordered", 1).contains("of which there is plenty"));
    }

    #[test]
    fn an_order_that_nobody_is_told_of_or_that_is_held_is_told() {
        let (sent, orders) = run();
        let told = |n: usize, field: &str, value: Value| {
            let mut orders = orders.clone();
            orders[n][field] = value;
            books(&orders).defects(&sent).join("; ")
        };
        assert!(told(1, "tickets", json!([])).contains("LOAD-1 has the holds [] and the tickets []"));
        assert!(told(0, "tickets", json!([{ "kind": "MAIL_UNKNOWN" }])).contains("LOAD-0 has the holds"));
        assert!(told(0, "holds", json!([{ "code": "MANUAL" }])).contains("LOAD-0 has the holds"));
    }

    #[test]
    fn an_order_rests_when_it_waits_for_stock_or_the_warehouse_has_it() {
        let is_at_rest =
            |order: &Value| serde_json::from_value::<Stored>(order.clone()).unwrap().is_at_rest();
        assert!(is_at_rest(&stored(0, "HOT", 2, 0)));
        let with = |released, backordered, path: &str, value: Value| {
            let mut order = stored(0, "HOT", released, backordered);
            *order.pointer_mut(path).unwrap() = value;
            order
        };
        assert!(is_at_rest(&with(0, 2, "/shipments", json!([]))));
        assert!(!is_at_rest(&with(2, 0, "/shipments", json!([]))));
        assert!(!is_at_rest(&with(2, 0, "/shipments/0/instructed", json!(false))));
        assert!(!is_at_rest(&with(0, 2, "/gates/payment", json!(false))));
        assert!(!is_at_rest(&with(0, 2, "/gates/validation", json!("PENDING"))));
    }
}

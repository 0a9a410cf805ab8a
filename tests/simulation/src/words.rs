//! What the channel says of orders after it sent them, in any order; and whole files of them.

#![expect(clippy::indexing_slicing, reason = "of JSON, which answers null for what is not there")]

use jiff::{SignedDuration, Timestamp};
use juchu::domain::ids::{LineId, OrderId};
use juchu_tests::harness::people::{channel, merchant};
use serde_json::{Value, json};

use crate::chance::Chance;
use crate::people::{People, Posted, address, new_order};
use crate::requests::{Ask, Purpose, Who};

impl People {
    /// The channel says something else of an order, or an older version comes once more, late.
    pub(crate) fn says_something_else(&mut self, now: Timestamp, chance: &Chance) -> Option<Ask> {
        let numbers: Vec<String> = self.posted.keys().cloned().collect();
        let number = chance.pick(&numbers)?.clone();
        let posted = self.posted.get_mut(&number)?;
        if posted.words.is_empty() || chance.one_in(2) {
            let latest = posted.words.last().or(posted.variants.first())?.clone();
            let age = i64::try_from(posted.words.len()).ok()? + 1;
            let mut word = changed(latest, chance)?;
            let first = posted.variants.first()?.get("updated_at")?.as_str()?.parse::<Timestamp>().ok()?;
            word["updated_at"] = json!(first + SignedDuration::from_mins(age));
            posted.words.push(word);
            self.wants_less(&number);
        }
        let words = &self.posted.get(&number)?.words;
        let version = chance.below(words.len());
        let body = words.get(version)?.clone();
        let purpose = Purpose::Word { number, version };
        let door = ("receive-order", "POST /v1/channels/{channel}/orders");
        Some(self.ask(door, &json!({ "channel": channel() }), Who::Channel, &body, (purpose, now)))
    }

    /// Remembers what the newest version of an order does not want any more.
    fn wants_less(&mut self, number: &str) {
        let Some(posted) = self.posted.get(number) else { return };
        let (Some(first), Some(word)) = (posted.variants.first(), posted.words.last()) else { return };
        let id = OrderId::of(&merchant(), &channel(), number);
        if word["status"] == "CANCELLED" {
            self.given_up.insert(id);
            return;
        }
        let quantity = |body: &Value, n: usize| body["lines"][n]["quantity"].as_u64().unwrap_or_default();
        for n in 0..first["lines"].as_array().map_or(0, Vec::len) {
            let less = quantity(first, n).saturating_sub(quantity(word, n));
            if let (Ok(line), Ok(less), 1..) = (u16::try_from(n + 1), u32::try_from(less), less) {
                // What staff want cancelled beside it comes on top.
                *self.cancelled.entry((id.clone(), LineId(line))).or_default() += less;
            }
        }
    }

    /// The channel hands in a file of orders.
    #[expect(clippy::unnecessary_wraps, reason = "as everything people do")]
    pub(crate) fn uploads(&mut self, now: Timestamp, chance: &Chance) -> Option<Ask> {
        let (mut file, mut numbers) = (String::new(), Vec::new());
        for _ in 0..2 {
            let number = format!("A-{}", 1_000 + self.posted.len());
            let body = new_order(&number, now, chance);
            file.push_str(&body.to_string());
            file.push('\n');
            self.posted.insert(number.clone(), Posted { variants: vec![body], ..Posted::default() });
            numbers.push(number);
        }
        let door = ("receive-order", "POST /v1/channels/{channel}/uploads");
        let (parameters, purpose) = (json!({ "channel": channel() }), Purpose::Upload { numbers });
        Some(self.ask(door, &parameters, Who::Channel, &Value::String(file), (purpose, now)))
    }
}

/// The order, and the channel says something else of it; `None` when there is nothing to change.
fn changed(mut order: Value, chance: &Chance) -> Option<Value> {
    match chance.below(5) {
        0 => order["status"] = json!("CANCELLED"),
        1 => order["ship_to"] = address(["丸の内1-9-1", "丸の内2-4-1"].get(chance.below(2))?, None),
        2 => {
            let line = order["lines"].as_array_mut()?.first_mut()?;
            let quantity = line["quantity"].as_u64().filter(|quantity| *quantity > 1)?;
            line["quantity"] = json!(quantity - 1);
        }
        3 => {
            for payment in order["payments"].as_array_mut()? {
                payment.as_object_mut()?.remove("awaited");
            }
            order["status"] = json!("OPEN");
        }
        _ => order["note"] = json!("のしを付けてください"),
    }
    Some(order)
}

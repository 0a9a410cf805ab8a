//! Those who ring customers up, and those who divide the work.

use jiff::Timestamp;
use juchu::domain::calls::{CallReason, CallRequest};
use juchu::domain::matter::Matter;
use juchu::domain::order::Order;
use serde_json::{Value, json};

use super::{People, View};
use crate::chance::Chance;
use crate::requests::{Ask, Purpose, Who};

/// What the API names a matter by.
fn named(matter: &Matter) -> Value {
    match matter {
        Matter::Hold(code) => json!({ "hold": code }),
        Matter::Ticket(id) => json!({ "ticket": id }),
        Matter::Call(id) => json!({ "call": id }),
    }
}

fn recorded(call: &CallRequest, at: Timestamp, outcome: &str, settled: bool) -> Value {
    json!({
        "command": "record_call", "call": call.id, "called_at": at, "outcome": outcome, "settled": settled,
        "note": "のしを付けてください、とのこと",
    })
}

impl People {
    /// Somebody rings a customer up, wants one rung up, or gives work to somebody.
    pub(super) fn calls(&mut self, view: &View<'_>, chance: &Chance) -> Option<Ask> {
        let waits = |order: &&Order| order.open_calls().next().is_some();
        let called: Vec<&Order> = view.orders.iter().filter(waits).collect();
        if let Some(order) = chance.pick(&called).filter(|_| !chance.one_in(3)) {
            let open: Vec<&CallRequest> = order.open_calls().collect();
            let call = chance.pick(&open)?;
            let outcomes = [
                ("NO_ANSWER", false),
                ("NO_ANSWER", false),
                ("REACHED", true),
                ("REACHED", false),
                ("REFUSED", false),
            ];
            let (outcome, settled) = chance.pick(&outcomes).copied()?;
            return Some(self.agent(order, &recorded(call, view.now, outcome, settled), view.now));
        }
        let order = chance.pick(view.orders)?;
        let open = order.open_matters();
        let matter = chance.pick(&open).map(|open| named(&open.matter));
        if chance.one_in(3) {
            let to = chance.one_in(3).then_some("佐藤");
            return Some(self.agent(
                order,
                &json!({ "command": "assign", "matter": matter?, "to": to }),
                view.now,
            ));
        }
        let body = json!({
            "command": "request_call", "reason": chance.pick(CallReason::ALL)?, "detail": "ask the customer",
            "about": matter,
        });
        Some(self.agent(order, &body, view.now))
    }

    /// What is to be asked is asked: nobody answers the first time, and then somebody does.
    pub(super) fn rings(&mut self, order: &Order, now: Timestamp, asks: &mut Vec<Ask>) {
        let open: Vec<CallRequest> = order.open_calls().cloned().collect();
        for call in open {
            let outcome = if call.attempts.is_empty() { "NO_ANSWER" } else { "REACHED" };
            asks.push(self.agent(order, &recorded(&call, now, outcome, false), now));
        }
    }

    fn agent(&mut self, order: &Order, body: &Value, now: Timestamp) -> Ask {
        let door = ("operate-order", "POST /v1/orders/{id}/commands");
        let who = Who::Staff("CALL_CENTER");
        self.ask(door, &json!({ "id": order.id }), who, body, (Purpose::Command, now))
    }
}

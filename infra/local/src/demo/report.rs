//! What the demonstration says in the end.

use std::fmt::Write;
use std::time::Duration;

use serde_json::{Value, json};

use super::api::{Happened, Order};
use super::stories::{End, Story};

/// A story that was played.
pub struct Played {
    /// Its name.
    pub name: &'static str,
    /// What happens in it.
    pub about: &'static str,
    /// Where it should end.
    pub expected: End,
    /// The order at its end, or why it did not get there.
    pub order: anyhow::Result<Order>,
}

impl Played {
    /// The story with how it ended.
    #[must_use]
    pub fn new(story: &Story, order: anyhow::Result<Order>) -> Self {
        Self { name: story.name, about: story.about, expected: story.end, order }
    }

    /// Everything that is not as it should be; nothing when all is well.
    #[must_use]
    pub fn defects(&self) -> Vec<String> {
        match &self.order {
            Ok(order) => self.differences(order, &order.mails_sent(), &[]),
            Err(error) => vec![format!("{error:#}")],
        }
    }

    /// As [`Self::defects`], but of mails whose sending was cut off a ticket may tell that nobody
    /// knows whether they went out.
    #[must_use]
    pub fn defects_after_chaos(&self) -> Vec<String> {
        match &self.order {
            Ok(order) => {
                let mails = order.mails_ended();
                let unknown = mails.len() - order.mails_sent().len();
                self.differences(order, &mails, &vec!["MAIL_UNKNOWN"; unknown])
            }
            Err(error) => vec![format!("{error:#}")],
        }
    }

    fn differences(&self, order: &Order, mails: &[&str], tickets: &[&str]) -> Vec<String> {
        let mut defects = Vec::new();
        let mut check = |what: &str, expected: String, reached: String| {
            if expected != reached {
                defects.push(format!("{what}: expected {expected}, reached {reached}"));
            }
        };
        check("state", self.expected.state.to_owned(), order.state.clone());
        check("payment", self.expected.payment.to_owned(), payments(order));
        check("mails", self.expected.mails.join(", "), mails.join(", "));
        let waiting = order.tickets.iter().filter(|ticket| ticket.closed_at.is_none());
        let waiting: Vec<&str> = waiting.map(|ticket| ticket.kind.as_str()).collect();
        check("open tickets", tickets.join(", "), waiting.join(", "));
        defects
    }
}

fn payments(order: &Order) -> String {
    order.payments.iter().map(|payment| payment.status.as_str()).collect::<Vec<_>>().join(", ")
}

/// One JSON document about everything.
#[must_use]
pub fn json(played: &[Played], took: Duration) -> Value {
    let orders: Vec<Value> = played.iter().map(story_json).collect();
    json!({
        "ok": played.iter().all(|story| story.defects().is_empty()),
        "milliseconds": u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
        "orders": orders,
    })
}

fn story_json(story: &Played) -> Value {
    let expected = story.expected;
    let reached = story.order.as_ref().ok().map(|order| {
        json!({
            "order": order.order,
            "number": order.number,
            "state": order.state,
            "payment": payments(order),
            "mails": order.mails_sent(),
            "currency": order.currency,
            "total": order.billing.total,
            "captured": order.payments.iter().map(|payment| payment.captured).sum::<i64>(),
            "refunded": order.payments.iter().map(|payment| payment.refunded).sum::<i64>(),
            "timeline": order.timeline,
        })
    });
    json!({
        "story": story.name,
        "about": story.about,
        "expected": { "state": expected.state, "payment": expected.payment, "mails": expected.mails },
        "reached": reached,
        "defects": story.defects(),
    })
}

/// The order's way: what happened when, what the customer was told, what was paid.
#[must_use]
pub fn way(story: &Played) -> String {
    let mark = if story.defects().is_empty() { '✔' } else { '✘' };
    let mut text = format!("{mark} {}: {}\n", title(story.name), story.about);
    if let Ok(order) = &story.order {
        let _ = writeln!(text, "    {}", milestones(&order.timeline));
        let payment = order.payments.iter().map(|payment| {
            let refunded = match payment.refunded {
                0 => String::new(),
                refunded => format!(", {} given back", money(&order.currency, refunded)),
            };
            let captured = money(&order.currency, payment.captured);
            format!("{} {}: {captured} taken{refunded}", payment.method, payment.status)
        });
        let _ = writeln!(text, "    {}", payment.collect::<Vec<_>>().join("; "));
        let _ = writeln!(text, "    mails: {}", order.mails_sent().join(", "));
    }
    for defect in story.defects() {
        let _ = writeln!(text, "    ! {defect}");
    }
    text
}

/// What an outsider would call progress, each with the seconds since the order came in.
fn milestones(timeline: &[Happened]) -> String {
    let Some(begun) = timeline.first().map(|first| first.at) else { return String::new() };
    let mut told: Vec<String> = Vec::new();
    for happened in timeline {
        let Some(word) = word(&happened.event.r#type) else { continue };
        let seconds = happened.at.duration_since(begun).as_secs_f64();
        told.push(format!("{word} +{seconds:.2}s"));
    }
    told.join(" → ")
}

/// The word for an event in the report; `None` for what is a detail.
fn word(event: &str) -> Option<&'static str> {
    Some(match event {
        "OrderReceived" => "received",
        "OrderValidated" => "validated",
        "HoldOpened" => "held",
        "HoldResolved" => "released from hold",
        "StockBackordered" => "waiting for stock",
        "StockAllocated" | "BackorderFilled" => "allocated",
        "PaymentRequested" => "payment requested",
        "PaymentDeclined" => "declined",
        "PaymentAuthorized" => "authorized",
        "PaymentCaptured" => "paid",
        "PaymentVoided" => "voided",
        "PaymentRefunded" => "refunded",
        "AddressChanged" => "address changed",
        "AddressCorrected" => "proposed address accepted",
        "OrderReadied" => "ready",
        "OrderReleased" => "instructed",
        "RecallRequested" => "recall asked",
        "ShipmentRecalled" => "recalled",
        "ShipmentShipped" => "shipped",
        "ShipmentDelivered" => "delivered",
        "SalesPosted" => "sale posted",
        "OrderCompleted" => "completed",
        "CancelRequested" => "cancel asked",
        "OrderCancelled" => "cancelled",
        _ => return None,
    })
}

/// Expected against reached, one line per story.
#[must_use]
pub fn summary(played: &[Played], took: Duration) -> String {
    let mut text = format!("{:<26} {:<24} {:<24} {:>6}\n", "", "expected", "reached", "mails");
    for story in played {
        let expected = format!("{} {}", story.expected.state, story.expected.payment);
        let (reached, mails) = match &story.order {
            Ok(order) => (format!("{} {}", order.state, payments(order)), order.mails_sent().len()),
            Err(_) => ("–".to_owned(), 0),
        };
        let mails = format!("{mails}/{}", story.expected.mails.len());
        let mark = if story.defects().is_empty() { "✔" } else { "✘" };
        let _ = writeln!(text, "{mark} {:<24} {expected:<24} {reached:<24} {mails:>6}", title(story.name));
    }
    let good = played.iter().filter(|story| story.defects().is_empty()).count();
    let seconds = took.as_secs_f64();
    let _ =
        write!(text, "\n{good} of {} orders are where they should be, after {seconds:.1} s.", played.len());
    text
}

fn title(name: &str) -> String {
    name.replace('_', " ")
}

/// An amount of the smallest unit, as people write it.
fn money(currency: &str, units: i64) -> String {
    match currency {
        "JPY" => format!("¥{units}"),
        other => format!("{other} {}.{:02}", units / 100, units % 100),
    }
}

//! The people and machines around the system, and what they ask of it: reasonable things, and things
//! that come late, twice, or contradict each other.

mod calls;

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use juchu::app::ports::WarehouseMessage;
use juchu::domain::ids::{LineId, OrderId, PaymentId, ReportId, ShipmentId};
use juchu::domain::money::Amount;
use juchu::domain::order::{HoldCode, Line, Order, OrderState, TicketKind};
use juchu::domain::payment::PaymentMethod;
use juchu::domain::shipment::{FulfilmentEventKind, ShipmentStatus};
use juchu::testing::Told;
use juchu_tests::harness::people::{channel, merchant};
use serde_json::{Value, json};

use crate::chance::Chance;
use crate::channel::{any_answer, missing_answers};
use crate::requests::{Ask, Purpose, Who, event};

/// Where the shop's stock is.
const LOCATION: &str = "main";
/// What it sells.
pub const SKUS: [&str; 3] = ["TEA-100", "POT-01", "CUP-02"];
/// The customer's mail address.
pub const MAIL: &str = "secret.person@example.com";
/// What must never be in a log.
pub const SECRETS: [&str; 6] =
    ["鬼怒川", "secret.person", "090-9876-5432", "０９０－９８７６－５４３２", "丸の内1-9-1", "のしを付けて"];

/// What was posted under a number.
#[derive(Debug, Clone, Default)]
pub struct Posted {
    /// The orders posted under it.
    pub variants: Vec<Value>,
    /// What the channel was told: which of them, and the order's id.
    pub accepted: Option<(usize, String)>,
    /// What the channel says of the first of them, the newest version last.
    pub words: Vec<Value>,
    /// The newest version of which it was told that it is known.
    pub heard: Option<String>,
    /// Whether it was in a file that was taken.
    pub uploaded: bool,
    /// Whether it was told that the order is not opened.
    pub unopened: bool,
}

/// What people know and remember.
#[derive(Debug, Clone, Default)]
pub struct People {
    /// What the channel has sent.
    pub posted: BTreeMap<String, Posted>,
    /// The deposits the system has confirmed.
    pub deposits: BTreeMap<(PaymentId, String), i64>,
    /// The units of lines somebody wanted cancelled.
    pub cancelled: BTreeMap<(OrderId, LineId), u32>,
    /// The orders of which somebody wanted everything cancelled.
    pub given_up: BTreeSet<OrderId>,
    /// The changes of stock it has confirmed.
    pub stock: BTreeMap<(String, String), i64>,
    requests: u32,
    references: u32,
}

/// What people can see.
pub struct View<'a> {
    /// The time.
    pub now: Timestamp,
    /// All orders.
    pub orders: &'a [Order],
    /// What the warehouse was told.
    pub told: &'a [WarehouseMessage],
    /// What the channel's integration was told.
    pub reports: &'a [Told],
}

impl View<'_> {
    fn instructed(&self) -> Vec<ShipmentId> {
        let shipment = |message: &WarehouseMessage| match message {
            WarehouseMessage::ShippingInstruction(instruction) => Some(instruction.shipment.id.clone()),
            WarehouseMessage::Recall { .. } => None,
        };
        let all: BTreeSet<ShipmentId> = self.told.iter().filter_map(shipment).collect();
        all.into_iter().collect()
    }

    fn recalled(&self) -> BTreeSet<ShipmentId> {
        let shipment = |message: &WarehouseMessage| match message {
            WarehouseMessage::ShippingInstruction(_) => None,
            WarehouseMessage::Recall { shipment, .. } => Some(shipment.clone()),
        };
        self.told.iter().filter_map(shipment).collect()
    }

    fn status(&self, shipment: &ShipmentId) -> Option<ShipmentStatus> {
        let order = shipment.order()?;
        let order = self.orders.iter().find(|known| known.id == order)?;
        order.shipment(shipment).map(|shipment| shipment.status)
    }
}

impl People {
    pub(crate) fn ask(
        &mut self,
        (function, route): (&'static str, &str),
        parameters: &Value,
        who: Who,
        body: &Value,
        (purpose, at): (Purpose, Timestamp),
    ) -> Ask {
        self.requests += 1;
        let key = format!("request-{}", self.requests);
        Ask { function, event: event(route, parameters, who, &key, body), purpose, attempts: 0, at }
    }

    fn reference(&mut self) -> String {
        self.references += 1;
        format!("ref-{}", self.references)
    }

    /// Somebody asks for something, or for nothing that is possible now.
    pub fn somebody(&mut self, view: &View<'_>, chance: &Chance) -> Option<Ask> {
        match chance.below(28) {
            0 => self.looks(view, chance),
            1..=5 => self.orders_something(view.now, chance),
            6 => self.sends_again(view.now, chance),
            23..=26 => self.says_something_else(view.now, chance),
            27 => self.uploads(view.now, chance),
            7..=8 => self.moves_stock(view.now, chance),
            9..=10 => self.deposits(view, chance),
            11..=12 => self.commands(view, chance),
            13 => self.calls(view, chance),
            20..=22 => {
                let (report, body) = any_answer(view.reports, chance)?;
                Some(self.answers(&report, &body, view.now))
            }
            14 => self.changes_rules(view.now, chance),
            _ => self.reports(view, chance),
        }
    }

    /// The channel sends a new order.
    pub fn orders_something(&mut self, now: Timestamp, chance: &Chance) -> Option<Ask> {
        let number = format!("A-{}", 1_000 + self.posted.len());
        let body = new_order(&number, now, chance);
        self.posted.insert(number.clone(), Posted { variants: vec![body], ..Posted::default() });
        self.post(&number, 0, now)
    }

    /// The channel sends a number again: the same order, or another one.
    fn sends_again(&mut self, now: Timestamp, chance: &Chance) -> Option<Ask> {
        let numbers: Vec<String> = self.posted.keys().cloned().collect();
        let number = chance.pick(&numbers)?.clone();
        if chance.one_in(3) {
            let posted = self.posted.get_mut(&number)?;
            // Another order was ordered at another time.
            let later = SignedDuration::from_secs(i64::try_from(posted.variants.len()).ok()?);
            posted.variants.push(new_order(&number, now + later, chance));
        }
        let variants = self.posted.get(&number)?.variants.len();
        let variant = chance.below(variants);
        self.post(&number, variant, now)
    }

    fn post(&mut self, number: &str, variant: usize, now: Timestamp) -> Option<Ask> {
        let body = self.posted.get(number)?.variants.get(variant)?.clone();
        let purpose = Purpose::Order { number: number.to_owned(), variant };
        let door = ("receive-order", "POST /v1/channels/{channel}/orders");
        Some(self.ask(door, &json!({ "channel": channel() }), Who::Channel, &body, (purpose, now)))
    }

    /// Goods arrive, or a count finds more or fewer.
    fn moves_stock(&mut self, now: Timestamp, chance: &Chance) -> Option<Ask> {
        let sku = *chance.pick(&SKUS)?;
        if chance.one_in(4) {
            let on_hand = [1, -1, 3, -2].get(chance.below(4)).copied()?;
            return Some(self.stock(sku, on_hand, true, now));
        }
        let units = i64::try_from(chance.below(8)).ok()? + 1;
        Some(self.stock(sku, units, false, now))
    }

    fn stock(&mut self, sku: &str, on_hand: i64, is_count: bool, now: Timestamp) -> Ask {
        let reference = self.reference();
        let (route, body) = if is_count {
            let body = json!({ "location": LOCATION, "on_hand": on_hand, "reference": reference });
            ("POST /v1/stock/{merchant}/{sku}/adjustments", body)
        } else {
            let body = json!({ "location": LOCATION, "quantity": on_hand, "reference": reference });
            ("POST /v1/stock/{merchant}/{sku}/receipts", body)
        };
        let purpose = Purpose::Stock { sku: sku.to_owned(), reference, on_hand };
        let parameters = json!({ "merchant": merchant(), "sku": sku });
        self.ask(("manage-merchant", route), &parameters, Who::Staff("LOGISTICS"), &body, (purpose, now))
    }

    /// The merchant changes its rules while orders are under way.
    fn changes_rules(&mut self, now: Timestamp, chance: &Chance) -> Option<Ask> {
        let treatments = [json!("OFF"), json!("WARN"), json!({ "HOLD": "CLIENT_DECISION" })];
        let treatment = || treatments.get(chance.below(3)).cloned();
        let split = ["TOGETHER", "AS_AVAILABLE"].get(chance.below(2))?;
        let body = json!({
            "policy": { "split": split },
            "treatments": { "LARGE_ORDER": treatment()?, "CUSTOMER_NOTE": treatment()? },
            "thresholds": { "units_per_order": chance.below(5) + 1 },
            "fixes": if chance.one_in(2) { json!(["PHONE_NUMBER"]) } else { json!([]) },
            "custom": [{
                "name": "dear", "reason": "call first", "then": treatment()?,
                "when": { "all": [{ "total_at_least": 1_000 * chance.below(6) }, { "country": ["JP"] }] },
            }],
        });
        let door = ("manage-merchant", "PUT /v1/merchants/{merchant}/rules");
        let (whose, who) = (json!({ "merchant": merchant() }), Who::Staff("SUPERVISOR"));
        Some(self.ask(door, &whose, who, &body, (Purpose::Command, now)))
    }

    /// The bank reports money: what is due, less, more, or the same deposit again.
    fn deposits(&mut self, view: &View<'_>, chance: &Chance) -> Option<Ask> {
        let order = chance.pick(view.orders)?;
        let payments: Vec<_> = order.payments.iter().filter(|p| p.method.is_prepaid()).collect();
        let payment = *chance.pick(&payments)?;
        let mut known = self.deposits.iter().filter(|((of, _), _)| *of == payment.id);
        if let Some(((_, reference), amount)) = known.next().filter(|_| chance.one_in(4)) {
            let (reference, amount) = (reference.clone(), *amount);
            return Some(self.deposit(&payment.id, amount, reference, view.now));
        }
        let missing = (payment.amount - payment.held()).units().max(1);
        let amount = [missing, missing / 2 + 1, missing + 300].get(chance.below(3)).copied()?;
        let reference = self.reference();
        Some(self.deposit(&payment.id, amount, reference, view.now))
    }

    fn deposit(&mut self, payment: &PaymentId, amount: i64, reference: String, now: Timestamp) -> Ask {
        let body = json!({
            "payment": payment, "amount": amount, "reference": reference, "deposited_at": "2026-04-01T00:00:00Z",
        });
        let purpose = Purpose::Deposit { payment: payment.clone(), reference, amount };
        let door = ("operate-order", "POST /v1/payments/deposits");
        self.ask(door, &json!({}), Who::Staff("BACK_OFFICE"), &body, (purpose, now))
    }

    /// Staff ask for something that may or may not be possible.
    fn commands(&mut self, view: &View<'_>, chance: &Chance) -> Option<Ask> {
        let order = chance.pick(view.orders)?;
        let line = chance.pick(&order.lines)?;
        let quantity = u32::try_from(chance.below(line.ordered as usize) + 1).ok()?;
        let kind = chance.below(13);
        if (1..=4).contains(&kind) {
            let units = (kind > 2).then_some((line.id, quantity));
            return Some(self.cancel(&order.id, units, if kind > 2 { "SHOP" } else { "CUSTOMER" }, view.now));
        }
        if kind == 12 {
            // Who looks for a proposal looks where an address is in doubt.
            let doubtful = view.orders.iter().find(|order| order.is_held_for(HoldCode::AddressDefect));
            let body = json!({ "command": "accept_address_proposal", "ship_group": 1 });
            return Some(self.command(&doubtful.unwrap_or(order).id, &body, view.now));
        }
        let body = match kind {
            0 => json!({ "command": "add_note", "text": "checked" }),
            5 => json!({ "command": "place_hold", "code": "QUALITY", "reason": "to be looked at" }),
            6 => {
                json!({ "command": "change_address", "ship_group": 1, "address": address("丸の内1-9-1", None) })
            }
            7 => json!({ "command": "change_desired_delivery", "ship_group": 1, "date": "2026-04-20" }),
            8 => json!({ "command": "report_delay", "reason": "雪のため", "expected_on": "2026-04-25" }),
            9 => {
                let hold = order.open_holds().next()?;
                json!({ "command": "resolve_hold", "code": hold.code })
            }
            10 => {
                let hold = order.open_holds().next()?;
                json!({ "command": "override_hold", "code": hold.code, "reason": "it is all right" })
            }
            11 => {
                let report = chance.pick(&order.reports)?;
                json!({ "command": "repeat_report", "event": report.event })
            }
            _ => {
                let ticket = order.open_tickets().next()?;
                json!({ "command": "close_ticket", "ticket": ticket.id })
            }
        };
        Some(self.command(&order.id, &body, view.now))
    }

    fn command(&mut self, order: &OrderId, body: &Value, now: Timestamp) -> Ask {
        self.command_for(order, body, Purpose::Command, now)
    }

    fn command_for(&mut self, order: &OrderId, body: &Value, purpose: Purpose, now: Timestamp) -> Ask {
        let door = ("operate-order", "POST /v1/orders/{id}/commands");
        self.ask(door, &json!({ "id": order }), Who::Staff("SUPERVISOR"), body, (purpose, now))
    }

    /// Staff want units cancelled; everything when none are named.
    fn cancel(&mut self, order: &OrderId, units: Option<(LineId, u32)>, reason: &str, now: Timestamp) -> Ask {
        let body = match units {
            None => json!({ "command": "cancel", "reason": reason }),
            Some((line, quantity)) => {
                let lines = json!([{ "line": line, "quantity": quantity }]);
                json!({ "command": "cancel", "reason": reason, "lines": lines })
            }
        };
        match units {
            None => drop(self.given_up.insert(order.clone())),
            Some((line, quantity)) => *self.cancelled.entry((order.clone(), line)).or_default() += quantity,
        }
        self.command_for(order, &body, Purpose::Cancel { since: now }, now)
    }

    /// The warehouse or the carrier reports something, which need not fit what came before.
    fn reports(&mut self, view: &View<'_>, chance: &Chance) -> Option<Ask> {
        use FulfilmentEventKind::{
            Absent, Acknowledged, Delayed, Delivered, HandedOver, InTransit, Inspected, Lost, Packed, Picked,
            RecallRefused, Recalled, Refused,
        };
        let shipments = view.instructed();
        let shipment = chance.pick(&shipments)?;
        let asked_back = view.recalled().contains(shipment);
        let likely = match view.status(shipment) {
            _ if asked_back && chance.one_in(2) => [Recalled, RecallRefused].get(chance.below(2)).copied()?,
            None | Some(ShipmentStatus::Released) => Acknowledged,
            Some(ShipmentStatus::Acknowledged) => Packed,
            Some(ShipmentStatus::Picked | ShipmentStatus::Inspected | ShipmentStatus::Packed) => HandedOver,
            Some(_) => [InTransit, Delivered].get(chance.below(2)).copied()?,
        };
        let anything = [
            Acknowledged,
            Picked,
            Inspected,
            Packed,
            HandedOver,
            HandedOver,
            InTransit,
            Delayed,
            Absent,
            Refused,
            Lost,
            Delivered,
            Recalled,
        ];
        let kind = if chance.one_in(4) { chance.pick(&anything).copied()? } else { likely };
        Some(self.report(shipment, kind, view.now))
    }

    fn report(&mut self, shipment: &ShipmentId, kind: FulfilmentEventKind, now: Timestamp) -> Ask {
        let is_out = kind == FulfilmentEventKind::HandedOver;
        let trackings =
            if is_out { json!([{ "carrier": "YAMATO", "number": "444413758703" }]) } else { json!([]) };
        let body = json!({ "kind": kind, "occurred_at": now, "trackings": trackings });
        let door = ("receive-fulfilment", "POST /v1/shipments/{id}/events");
        let who = Who::Staff("LOGISTICS");
        self.ask(door, &json!({ "id": shipment }), who, &body, (Purpose::Report, now))
    }

    /// The channel's integration answers.
    fn answers(&mut self, report: &ReportId, body: &Value, now: Timestamp) -> Ask {
        let door = ("receive-answer", "POST /v1/channels/{channel}/reports/{id}");
        let parameters = json!({ "channel": channel(), "id": report });
        self.ask(door, &parameters, Who::Channel, body, (Purpose::Answer, now))
    }

    fn looks(&mut self, view: &View<'_>, chance: &Chance) -> Option<Ask> {
        let order = chance.pick(view.orders)?;
        let door = ("query-orders", "GET /v1/orders/{id}");
        let who = Who::Staff("CALL_CENTER");
        Some(self.ask(door, &json!({ "id": order.id }), who, &Value::Null, (Purpose::Look, view.now)))
    }

    /// What everybody has to do so that every order comes to its end: goods are bought, money comes,
    /// holds and tickets are dealt with, parcels travel.
    pub fn everybody_does_their_part(&mut self, view: &View<'_>) -> Vec<Ask> {
        let mut asks = Vec::new();
        for order in view.orders.iter().filter(|order| !order.state.is_final()) {
            self.frees(order, view.now, &mut asks);
        }
        // Money comes and goes also for what has ended, and customers are rung up.
        for order in view.orders {
            self.rings(order, view.now, &mut asks);
            self.settles_money(order, view.now, &mut asks);
        }
        for sku in SKUS {
            let lines = view.orders.iter().flat_map(|order| &order.lines);
            let waits: u32 = lines.filter(|l| l.sku.as_str() == sku).map(|l| l.quantities.backordered).sum();
            if waits > 0 {
                // A count may have left fewer than were promised.
                asks.push(self.stock(sku, i64::from(waits) + 5, false, view.now));
            }
        }
        for report in missing_answers(view.orders) {
            asks.push(self.answers(&report, &json!({ "outcome": "accepted" }), view.now));
        }
        for shipment in view.instructed() {
            let kind = match view.status(&shipment) {
                None | Some(ShipmentStatus::Recalled | ShipmentStatus::Delivered) => continue,
                Some(status) if status < ShipmentStatus::Recalled => {
                    let asked_back = view.recalled().contains(&shipment);
                    if asked_back { FulfilmentEventKind::Recalled } else { FulfilmentEventKind::HandedOver }
                }
                Some(_) => FulfilmentEventKind::Delivered,
            };
            asks.push(self.report(&shipment, kind, view.now));
        }
        asks
    }

    fn frees(&mut self, order: &Order, now: Timestamp, asks: &mut Vec<Ask>) {
        let holds: Vec<HoldCode> = order.open_holds().map(|hold| hold.code).collect();
        for code in holds {
            // A payment that was refused is tried again; everything else somebody takes upon themselves.
            // Each third order that may be a fraud is one.
            if code == HoldCode::FraudReview && order.number.ends_with(['2', '5', '8']) {
                asks.push(self.cancel(&order.id, None, "FRAUD", now));
                continue;
            }
            let body = if matches!(code, HoldCode::Payment | HoldCode::FraudReview | HoldCode::Approval) {
                json!({ "command": "resolve_hold", "code": code })
            } else {
                json!({ "command": "override_hold", "code": code, "reason": "it is all right" })
            };
            asks.push(self.command(&order.id, &body, now));
        }
        // What nobody sells will never come.
        let unsold = |line: &&Line| !SKUS.contains(&line.sku.as_str()) && line.quantities.backordered > 0;
        if let Some(line) = order.lines.iter().find(unsold) {
            let units = Some((line.id, line.quantities.backordered));
            asks.push(self.cancel(&order.id, units, "OUT_OF_STOCK", now));
        }
    }

    fn settles_money(&mut self, order: &Order, now: Timestamp, asks: &mut Vec<Ask>) {
        let tickets: Vec<_> = order.open_tickets().map(|ticket| (ticket.id.clone(), ticket.kind)).collect();
        for (payment, target) in order.payments.iter().zip(order.targets()) {
            let missing = (target - payment.held()).units();
            let is_collected =
                payment.method == PaymentMethod::CashOnDelivery && order.state == OrderState::Delivered;
            let is_awaited = payment.method == PaymentMethod::ChannelSettled;
            let counts = payment.method.is_prepaid() || is_collected || is_awaited;
            if counts && missing > 0 && !order.state.is_final() {
                let reference = self.reference();
                asks.push(self.deposit(&payment.id, missing, reference, now));
            }
            let surplus = (payment.held() - target).units();
            let by_hand = tickets
                .iter()
                .any(|(id, kind)| *kind == TicketKind::RefundByHand && id.contains(payment.id.as_str()));
            if by_hand && surplus > 0 {
                let reference = self.reference();
                let body = json!({
                    "command": "record_refund", "payment": payment.id, "amount": surplus, "reference": reference,
                });
                asks.push(self.command(&order.id, &body, now));
            }
        }
        for (id, kind) in tickets {
            if kind != TicketKind::RefundByHand {
                asks.push(self.command(&order.id, &json!({ "command": "close_ticket", "ticket": id }), now));
            }
        }
    }

    /// What the confirmed deposits for a payment sum to.
    #[must_use]
    pub fn deposited(&self, payment: &PaymentId) -> Amount {
        let of_payment = self.deposits.iter().filter(|((of, _), _)| of == payment);
        Amount::new(of_payment.map(|(_, amount)| amount).sum())
    }

    /// What the confirmed receipts and counts of a SKU sum to.
    #[must_use]
    pub fn brought(&self, sku: &str) -> i64 {
        self.stock.iter().filter(|((of, _), _)| of == sku).map(|(_, units)| units).sum()
    }
}

pub(crate) fn address(line1: &str, line2: Option<&str>) -> Value {
    json!({
        "name": "鬼怒川 一子", "phone": "090-9876-5432", "country": "JP", "postal_code": "100-0005",
        "prefecture": "東京都", "city": "千代田区", "line1": line1, "line2": line2,
    })
}

#[expect(clippy::similar_names, reason = "the lines of an address and those of an order")]
pub(crate) fn new_order(number: &str, now: Timestamp, chance: &Chance) -> Value {
    // Now and then a house number is missing or stands in the building's line, and the city is repeated.
    let (line1, line2) = match chance.below(24) {
        0 | 1 => ("丸の内", None),
        2 => ("千代田区丸の内1-9-1", None),
        3 => ("丸の内", Some("1-9-1 東京駅")),
        _ => ("丸の内1-9-1", None),
    };
    let mut ship_to = address(line1, line2);
    if let Some(phone) = ship_to.get_mut("phone").filter(|_| chance.one_in(4)) {
        *phone = json!("０９０－９８７６－５４３２");
    }
    let lines: Vec<Value> = (0..=chance.below(3))
        .map(|_| {
            let at = chance.below(SKUS.len());
            let sku = if chance.one_in(20) { "UNKNOWN-1" } else { SKUS.get(at).copied().unwrap_or_default() };
            json!({
                "sku": sku, "title": sku, "unit_price": 1_000 + 100 * at, "quantity": chance.below(3) + 1,
                "tax_rate": if at == 0 { 8 } else { 10 },
            })
        })
        .collect();
    let methods =
        ["CARD", "BANK_TRANSFER", "CASH_ON_DELIVERY", "PAY_LATER", "CONVENIENCE_STORE", "CHANNEL_SETTLED"];
    let method = methods.get(chance.below(methods.len())).copied().unwrap_or_default();
    let mut payments = vec![json!({ "method": method, "token": "tok" })];
    if method == "CHANNEL_SETTLED" && chance.one_in(2) {
        payments = vec![json!({ "method": method, "awaited": true })];
    }
    if chance.one_in(6) {
        payments.insert(0, json!({ "method": "CARD", "amount": 300, "token": "tok" }));
    }
    let buys_on_terms = method == "BANK_TRANSFER" && chance.one_in(2);
    let fees = if chance.one_in(3) { json!([{ "kind": "SHIPPING", "amount": 550 }]) } else { json!([]) };
    // A code of the shop's, one of a mall's, points of the shop's and of a mall's.
    let discounts = [
        json!([{ "kind": "COUPON", "code": "spring", "amount": 120 }]),
        json!([{ "kind": "COUPON", "code": "MALL-7", "amount": 300 }]),
        json!([{ "kind": "POINTS", "code": "OWN", "amount": 50 }]),
        json!([{ "kind": "COUPON", "code": "SPRING", "amount": 120 }, { "kind": "POINTS", "code": "OWN", "amount": 70 }]),
        json!([{ "kind": "POINTS", "code": "RAKUTEN", "amount": 90 }]),
    ];
    json!({
        "number": number,
        "ordered_at": (now - SignedDuration::from_mins(5)).to_string(),
        "updated_at": now.to_string(),
        "customer": { "name": "鬼怒川 一子", "mail": MAIL, "phone": "090-9876-5432" },
        "ship_to": ship_to,
        "lines": lines,
        "payments": payments,
        "fees": fees,
        "discounts": if chance.one_in(2) { chance.pick(&discounts).cloned() } else { Some(json!([])) },
        "purchase_order": buys_on_terms.then(|| json!({ "number": format!("PO-{number}"), "account": "B-1" })),
        "note": chance.one_in(8).then_some("のしを付けてください"),
        "desired_date": chance.one_in(6).then_some("2026-04-10"),
    })
}

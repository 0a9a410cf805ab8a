//! Orders and commits to try the stores with.

use jiff::Timestamp;
use juchu::app::ports::{Answer, Commit, LedgerReason, StockChange};
use juchu::app::record::{Cause, EventRecord};
use juchu::domain::billing::{Discount, DiscountKind};
use juchu::domain::customer::{Address, Customer, DesiredDelivery, Language, Personal};
use juchu::domain::event::Grant;
use juchu::domain::ids::{LineId, LocationId, OrderId, Sku};
use juchu::domain::intake::{Intake, IntakeLine, IntakePayment, IntakeShipGroup};
use juchu::domain::merchant::OrderPolicy;
use juchu::domain::money::{Amount, Currency};
use juchu::domain::order::Order;
use juchu::domain::particulars::{GroupParticulars, LineParticulars, Particulars};
use juchu::domain::payment::PaymentMethod;
use juchu::domain::stock::{StockDelta, StockKey};
use juchu::domain::tax::{PriceBasis, TaxRate};
pub(crate) use juchu::domain::testing::{channel, merchant};
use juchu::domain::{Command, Event, decide};

pub(crate) fn order_id(number: &str) -> OrderId {
    OrderId::of(&merchant(), &channel(), number)
}

pub(crate) fn location() -> LocationId {
    LocationId::new("tokyo").unwrap()
}

pub(crate) fn stock(sku: &str) -> StockKey {
    StockKey { sku: Sku::new(sku).unwrap(), location: location() }
}

/// A moment of the day the tests play on, with and without decimals.
pub(crate) fn at(second: i64) -> Timestamp {
    let noon: Timestamp = "2026-07-29T03:00:00Z".parse().unwrap();
    noon + jiff::SignedDuration::new(second, if second % 2 == 0 { 0 } else { 120_000_000 })
}

pub(crate) fn cause() -> Cause {
    Cause { actor: "allocate-stock".to_owned(), correlation: "req-1".to_owned(), event: None }
}

pub(crate) fn address(text: &str) -> Address {
    Address {
        name: Personal::new("山田 太郎"),
        phone: Some(Personal::new("03-1234-5678")),
        country: "JP".to_owned(),
        postal_code: Personal::new("150-0001"),
        prefecture: Personal::new("東京都"),
        city: Personal::new("渋谷区"),
        line1: Personal::new(text),
        line2: None,
        ..Address::default()
    }
}

pub(crate) fn intake(number: &str, lines: &[(&str, u32)]) -> Intake {
    let line = |(sku, quantity): &(&str, u32)| IntakeLine {
        ship_group: 0,
        sku: Sku::new(*sku).unwrap(),
        title: format!("商品 {sku}"),
        unit_price: Amount::new(1_980),
        quantity: *quantity,
        tax_rate: TaxRate::STANDARD,
        discount: Amount::ZERO,
        particulars: LineParticulars::default(),
    };
    Intake {
        number: number.to_owned(),
        ordered_at: at(0),
        customer: Customer {
            name: Personal::new("山田 太郎"),
            mail: Some(Personal::new("taro@example.com")),
            phone: None,
            language: Language::Ja,
            ..Customer::default()
        },
        currency: Currency::Jpy,
        basis: PriceBasis::TaxIncluded,
        ship_groups: vec![IntakeShipGroup {
            address: address("神宮前1-2-3"),
            desired: DesiredDelivery { date: None, time_slot: Some("1416".to_owned()) },
            particulars: GroupParticulars::default(),
        }],
        lines: lines.iter().map(line).collect(),
        fees: Vec::new(),
        discounts: vec![Discount { kind: DiscountKind::Coupon, code: None, amount: Amount::new(100) }],
        payments: vec![IntakePayment {
            method: PaymentMethod::Card,
            amount: None,
            token: Some("tok".into()),
            awaited: false,
        }],
        declared: None,
        customer_note: None,
        particulars: Particulars::default(),
    }
}

pub(crate) fn order(number: &str, lines: &[(&str, u32)], received_at: Timestamp) -> Order {
    received(intake(number, lines), received_at)
}

pub(crate) fn received(intake: Intake, received_at: Timestamp) -> Order {
    let whose = (merchant(), channel());
    intake.into_order(whose, "0".repeat(64), &OrderPolicy::default(), received_at).unwrap()
}

/// The commit that opens an order.
pub(crate) fn opening(order: &Order) -> Commit {
    let record = EventRecord {
        order: order.id.clone(),
        merchant: order.merchant.clone(),
        seq: 1,
        at: order.received_at,
        cause: Cause::request("channel:acme-shop", "req-1"),
        event: Event::OrderReceived { order: Box::new(order.clone()) },
    };
    Commit {
        order: order.clone(),
        expected_version: 0,
        records: vec![record],
        movements: Vec::new(),
        answer: None,
        calls_next: false,
    }
}

/// The commit of a command.
pub(crate) fn step(order: &Order, command: &Command, at: Timestamp) -> Commit {
    let decision = decide(order, command, at).unwrap();
    let record = |(seq, event)| EventRecord {
        order: order.id.clone(),
        merchant: order.merchant.clone(),
        seq,
        at,
        cause: cause(),
        event,
    };
    Commit {
        records: (order.version + 1..).zip(decision.events).map(record).collect(),
        order: decision.order,
        expected_version: order.version,
        movements: decision.movements,
        answer: None,
        calls_next: false,
    }
}

pub(crate) fn grant(line: u16, quantity: u32) -> Grant {
    Grant { line: LineId(line), location: location(), quantity }
}

pub(crate) fn allocate(grants: Vec<Grant>, shortages: Vec<Grant>) -> Command {
    Command::Allocate { grants, shortages }
}

pub(crate) fn note(id: &str) -> Command {
    Command::AddNote { id: id.to_owned(), by: "hanako".to_owned(), text: "call back".into() }
}

pub(crate) fn answer(key: &str, given_at: Timestamp) -> Answer {
    Answer {
        key: key.to_owned(),
        request: "0".repeat(64),
        status: 200,
        body: "{}".to_owned(),
        expires_at: given_at + Answer::KEPT,
    }
}

/// Goods that arrived, or, less than none, were found missing.
pub(crate) fn arrival(sku: &str, units: i64, reference: &str, at: Timestamp) -> StockChange {
    StockChange {
        merchant: merchant(),
        key: stock(sku),
        delta: StockDelta { on_hand: units, ..StockDelta::default() },
        reason: if units < 0 { LedgerReason::Adjustment } else { LedgerReason::Receipt },
        reference: reference.to_owned(),
        at,
        cause: cause(),
    }
}

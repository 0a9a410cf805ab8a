//! What only the real adapter has: rows, their limits, and what becomes of broken ones.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use futures_util::future::join_all;
use juchu::adapters::dynamo::{DynamoStore, message_of};
use juchu::app::ports::{AnswerStore, MailLog, MerchantStore, OrderStore, StockStore, StoreError};
use juchu::domain::billing::{Discount, DiscountKind, Fee, FeeKind};
use juchu::domain::customer::Personal;
use juchu::domain::event::Grant;
use juchu::domain::intake::{Intake, MAX_PARTS};
use juchu::domain::money::Amount;
use juchu::domain::order::{CancelReason, HoldCode, LINES_PER_STEP, MAX_LINES, Order, TicketKind};
use juchu::domain::payment::PaymentMethod;
use juchu::domain::{Command, decide};
use serde_json::Value;

use crate::samples::{
    allocate, answer, arrival, at, grant, intake, merchant, note, opening, order, order_id, received, step,
    stock,
};
use crate::worlds::{Dynamo, TABLE};

/// The most writes of one transaction.
const TRANSACTION: usize = 100;
/// The most bytes of one row.
const ROW: usize = 400 * 1_024;

type Row = HashMap<String, AttributeValue>;

#[tokio::test]
async fn the_largest_step_of_an_order_fits_into_one_transaction() {
    let world = Dynamo::new().await;
    let skus: Vec<String> = (0..LINES_PER_STEP).map(|n| format!("SKU-{n}")).collect();
    let lines: Vec<(&str, u32)> = skus.iter().map(|sku| (sku.as_str(), 2)).collect();
    let new = order("1", &lines, at(0));
    world.store.commit(&opening(&new)).await.unwrap();
    for sku in &skus {
        world.store.change(&arrival(sku, 1, "slip", at(0))).await.unwrap();
    }
    let each = || (1..).take(LINES_PER_STEP).map(|line| grant(line, 1)).collect::<Vec<Grant>>();
    let mut allocated = step(&new, &allocate(each(), each()), at(1));
    allocated.answer = Some(answer("key", at(1)));
    let before = world.written();
    world.store.commit(&allocated).await.unwrap();
    let writes = world.written() - before;
    assert!((3 * LINES_PER_STEP..=TRANSACTION).contains(&writes), "{writes}");

    let request = Command::RequestCancel { lines: vec![], reason: CancelReason::Shop };
    let requested = step(&allocated.order, &request, at(2));
    world.store.commit(&requested).await.unwrap();
    let cancelled = step(&requested.order, &Command::Cancel, at(3));
    let before = world.written();
    world.store.commit(&cancelled).await.unwrap();
    let writes = world.written() - before;
    assert!((3 * LINES_PER_STEP..=TRANSACTION).contains(&writes), "{writes}");
}

#[tokio::test]
async fn orders_for_a_hot_sku_that_come_together_write_its_counts_together() {
    let world = Dynamo::new().await;
    world.store.change(&arrival("A", 100, "slip", at(0))).await.unwrap();
    let mut commits = Vec::new();
    for n in 0..25 {
        let new = order(&n.to_string(), &[("A", 1)], at(n));
        world.store.commit(&opening(&new)).await.unwrap();
        commits.push(step(&new, &allocate(vec![grant(1, 1)], vec![]), at(25)));
    }
    let writes = async || {
        let partition = format!("STOCK#{}#A#{}", merchant(), stock("A").location);
        let row = world.row(&partition, "STOCK").await.unwrap();
        row["writes"].as_n().unwrap().parse::<u32>().unwrap()
    };
    let before = writes().await;
    for end in join_all(commits.iter().map(|commit| world.store.commit(commit))).await {
        end.unwrap();
    }
    // The first finds nobody before it; the others wait for it and go together.
    assert_eq!(writes().await - before, 2);
}

#[tokio::test]
async fn orders_too_large_to_be_written_together_are_written_one_by_one() {
    let world = Dynamo::new().await;
    let mut commits = Vec::new();
    for n in 0..20 {
        let mut intake = largest();
        intake.number = format!("{n:0>100}");
        let new = received(intake, at(n));
        world.store.change(&arrival(new.lines[0].sku.as_str(), 1, &n.to_string(), at(0))).await.unwrap();
        world.store.commit(&opening(&new)).await.unwrap();
        commits.push(step(&new, &allocate(vec![grant(1, 1)], vec![]), at(25)));
    }
    for end in join_all(commits.iter().map(|commit| world.store.commit(commit))).await {
        end.unwrap();
    }
}

#[tokio::test]
async fn the_largest_order_fits_into_its_row() {
    let world = Dynamo::new().await;
    let new = received(largest(), at(0));
    world.store.commit(&opening(&new)).await.unwrap();
    assert_eq!(world.store.load(&new.id).await.unwrap().as_ref(), Some(&new));
    assert_eq!(world.store.history(&new.id).await.unwrap(), opening(&new).records);
    for sk in ["ORDER", "EVENT#00000001"] {
        let size = size(&world.row(&partition(&new), sk).await.unwrap());
        assert!(size < ROW * 3 / 4, "{sk} has {size} bytes, which leaves little for what happens to it");
    }
}

#[tokio::test]
async fn the_largest_order_fits_into_its_row_with_all_that_is_added_to_it() {
    let mut intake = largest();
    intake.payments[0].method = PaymentMethod::BankTransfer;
    let before = received(intake, at(0));
    let mut commit = opening(&before);
    let payment = before.payments[0].id.clone();
    let note = |n: usize| Command::AddNote {
        id: format!("{n:0>100}"),
        by: "hanako".to_owned(),
        text: "あ".repeat(2_000).into(),
    };
    let deposit = |n: usize| Command::RecordDeposit {
        payment: payment.clone(),
        amount: Amount::new(1),
        reference: format!("{}{n:0>10}", "あ".repeat(90)),
        deposited_at: at(0),
    };
    for adds in [&note as &dyn Fn(usize) -> Command, &deposit] {
        let mut order = before.clone();
        for n in 0..1_000 {
            let Ok(decision) = decide(&order, &adds(n), at(1)) else { break };
            order = decision.order;
        }
        let world = Dynamo::new().await;
        commit.order = order;
        world.store.commit(&commit).await.unwrap();
        let size = size(&world.row(&partition(&before), "ORDER").await.unwrap());
        assert!(size < ROW * 15 / 16, "{size} bytes");
    }
}

#[tokio::test]
async fn a_usual_order_costs_few_write_units() {
    let world = Dynamo::new().await;
    let new = order("1", &[("IPOD2008GREEN", 1), ("IPOD2008RED", 2)], at(0));
    world.store.commit(&opening(&new)).await.unwrap();
    let noted = step(&new, &note("1"), at(1));
    world.store.commit(&noted).await.unwrap();
    let kilobytes = async |sk: &str| {
        let row = world.row(&partition(&new), sk).await;
        size(&row.unwrap()).div_ceil(1_024)
    };
    assert_eq!(kilobytes("ORDER").await, 3);
    assert_eq!(kilobytes("EVENT#00000002").await, 1);
}

#[tokio::test]
async fn a_row_has_keys_for_the_indexes_it_belongs_to_and_no_other() {
    let world = Dynamo::new().await;
    let new = order("1", &[("A", 1)], at(1));
    world.store.commit(&opening(&new)).await.unwrap();
    let text = |row: &Row, name: &str| row.get(name).map(|value| value.as_s().unwrap().clone());
    let row = world.row(&partition(&new), "ORDER").await.unwrap();
    assert_eq!(text(&row, "merchant_key").as_deref(), Some("acme"));
    assert_eq!(text(&row, "state_key").as_deref(), Some("acme#RECEIVED"));
    assert_eq!(text(&row, "received_key"), Some(format!("2026-07-29T03:00:01.120000000Z#{}", new.id)));
    assert_eq!(text(&row, "attention_key"), None);
    assert_eq!((text(&row, "work_key"), text(&row, "work_due")), (None, None));
    assert_eq!(text(&row, "due_at").as_deref(), Some("2026-07-29T04:00:01.120000000Z"));
    assert_eq!(row.get("kind"), None, "the relay only wants events");

    let stop = Command::PlaceHold { code: HoldCode::Quality, reason: "scratched".into() };
    let held = step(&new, &stop, at(2));
    world.store.commit(&held).await.unwrap();
    let row = world.row(&partition(&new), "ORDER").await.unwrap();
    assert_eq!(text(&row, "attention_key").as_deref(), Some("acme"));
    assert_eq!(text(&row, "work_key").as_deref(), Some("acme"));
    assert_eq!(text(&row, "work_due"), Some(format!("2026-07-30T03:00:02.000000000Z#{}", new.id)));
    let request = Command::RequestCancel { lines: vec![], reason: CancelReason::Shop };
    let requested = step(&held.order, &request, at(3));
    world.store.commit(&requested).await.unwrap();
    let cancelled = step(&requested.order, &Command::Cancel, at(4));
    world.store.commit(&cancelled).await.unwrap();
    let row = world.row(&partition(&new), "ORDER").await.unwrap();
    assert_eq!(text(&row, "attention_key"), None, "nothing holds what is cancelled");
    assert_eq!((text(&row, "work_key"), row.get("work")), (None, None));
    assert_eq!(text(&row, "state_key").as_deref(), Some("acme#CANCELLED"));
    assert_eq!((text(&row, "due_key"), text(&row, "due_at")), (None, None), "nothing more is due");
}

#[tokio::test]
async fn an_answer_expires_of_itself_and_never_too_early() {
    let world = Dynamo::new().await;
    let told = answer("acme/orders/1", at(1));
    world.store.remember(&told).await.unwrap();
    let row = world.row("IDEMPOTENCY#acme/orders/1", "ANSWER").await.unwrap();
    let expires_at: i64 = row["expires_at"].as_n().unwrap().parse().unwrap();
    assert_eq!(expires_at, told.expires_at.as_second() + 1);
}

#[tokio::test]
async fn a_sale_has_a_row_of_its_own_under_its_day_in_japan() {
    let world = Dynamo::new().await;
    let new = order("1", &[("A", 1)], at(0));
    let mut posted = opening(&new);
    let entries = new.sales_entries();
    posted.records[0].event = juchu::domain::Event::SalesPosted { entries: entries.clone() };
    // Half past midnight in Japan is the day before in the world's time.
    posted.records[0].at = "2026-07-31T15:30:00Z".parse().unwrap();
    world.store.commit(&posted).await.unwrap();
    let row = world.row(&partition(&new), "SALES#00000001").await.unwrap();
    assert_eq!(row["posted_on"].as_s().unwrap(), "2026-08-01");
    assert_eq!(row["merchant"].as_s().unwrap(), "acme");
    assert_eq!(row["entries"].as_l().unwrap().len(), entries.len());
}

#[tokio::test]
async fn rows_written_by_earlier_versions_stay_readable() {
    let rows: Value = serde_json::from_str(include_str!("../../samples/rows/version-1.json")).unwrap();
    all_rows_are_read(&rows).await;
}

#[tokio::test]
async fn rows_written_by_a_later_version_with_more_fields_are_read() {
    let mut rows: Value = serde_json::from_str(include_str!("../../samples/rows/version-1.json")).unwrap();
    for row in rows.as_array_mut().unwrap() {
        add_a_field(row);
    }
    all_rows_are_read(&rows).await;
}

/// Adds a field nobody knows to a row and to everything in it.
fn add_a_field(item: &mut Value) {
    for value in item.as_object_mut().unwrap().values_mut() {
        add_to_maps(value);
    }
    item["added_later"] = serde_json::json!({ "S": "news" });
}

fn add_to_maps(value: &mut Value) {
    if let Some(map) = value.get_mut("M") {
        add_a_field(map);
    }
    for item in value.get_mut("L").and_then(Value::as_array_mut).into_iter().flatten() {
        add_to_maps(item);
    }
}

async fn all_rows_are_read(rows: &Value) {
    let world = Dynamo::new().await;
    for row in rows.as_array().unwrap() {
        let item: serde_dynamo::Item = serde_json::from_value(row.clone()).unwrap();
        let put = world.client.put_item().table_name(TABLE).set_item(Some(item.into()));
        put.send().await.unwrap();
    }
    let id = order_id("1001");
    let order = world.store.load(&id).await.unwrap().unwrap();
    let history = world.store.history(&id).await.unwrap();
    let replayed = juchu::domain::evolve::replay(history.iter().map(|r| (&r.event, r.at)));
    assert_eq!((order.version, replayed.as_ref()), (history.len() as u64, Some(&order)));
    let messages = world.messages();
    assert_eq!(messages.len(), history.len() + 2, "and two that units came free");
    let key = stock("A");
    assert_eq!(world.store.counts(&merchant(), std::slice::from_ref(&key)).await.unwrap()[0].backordered, 1);
    assert_eq!(world.store.waiting(&merchant(), &key, 10).await.unwrap().len(), 1);
    assert_eq!(world.store.ledger(&merchant(), &key, None, 10).await.unwrap().items.len(), 2);
    assert!(world.store.recall("acme/orders/1001", at(0)).await.unwrap().is_some());
    assert_eq!(world.store.mails(&id).await.unwrap().len(), 1);
    let channel = world.store.channel(&order.channel).await.unwrap().unwrap();
    assert!(world.store.merchant(&channel.merchant).await.unwrap().is_some());
    assert_eq!(world.store.products(&merchant(), &[key.sku]).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_broken_row_is_reported_by_its_key_and_never_by_its_content() {
    let world = Dynamo::new().await;
    let new = order("1", &[("A", 1)], at(0));
    world.store.commit(&opening(&new)).await.unwrap();
    let mut row = world.row(&partition(&new), "ORDER").await.unwrap();
    let mut content: Value = serde_json::from_str(row["order"].as_s().unwrap()).unwrap();
    content.as_object_mut().unwrap().remove("lines");
    content["state"] = "山田 太郎".into();
    row.insert("order".to_owned(), AttributeValue::S(content.to_string()));
    let put = world.client.put_item().table_name(TABLE).set_item(Some(row));
    put.send().await.unwrap();
    let Err(StoreError::Corrupt(what)) = world.store.load(&new.id).await else { panic!("it was read") };
    assert!(what.contains(&partition(&new)), "{what}");
    assert!(!what.contains("山田"), "{what}");
    assert!(matches!(message_of(&serde_dynamo::Item::from(Row::new())), Err(StoreError::Corrupt(_))));
}

#[tokio::test]
async fn what_can_never_be_written_is_not_called_unavailable() {
    let world = Dynamo::new().await;
    let mut too_large = intake("1", &[("A", 1)]);
    too_large.customer_note = Some("あ".repeat(2_000).into());
    let mut order = received(too_large, at(0));
    for n in 0..100 {
        order.tickets.push(juchu::domain::order::Ticket {
            id: n.to_string(),
            kind: TicketKind::Stalled,
            detail: "あ".repeat(2_000),
            opened_at: at(0),
            closed_at: None,
        });
    }
    let refused = world.store.commit(&opening(&order)).await;
    assert!(
        matches!(&refused, Err(juchu::app::ports::CommitError::Store(StoreError::Corrupt(_)))),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_store_out_of_reach_is_unavailable() {
    let world = Dynamo::new().await;
    let nowhere = DynamoStore::new(world.client.clone(), "no-such-table");
    let loaded = nowhere.load(&order_id("1")).await;
    assert!(matches!(loaded, Err(StoreError::Unavailable(_))), "{loaded:?}");
}

fn partition(order: &Order) -> String {
    format!("ORDER#{}", order.id)
}

/// An order with as much of everything as channels may send.
fn largest() -> Intake {
    let lines: Vec<(&str, u32)> = vec![("A", 9_999); MAX_LINES];
    let mut intake = intake(&"9".repeat(100), &lines);
    let text = |characters| Personal::new("あ".repeat(characters));
    intake.customer_note = Some("あ".repeat(2_000).into());
    intake.customer.name = text(200);
    intake.customer.mail = Some(Personal::new("a".repeat(254)));
    let mut group = intake.ship_groups.remove(0);
    group.address.name = text(200);
    group.address.prefecture = text(300);
    group.address.city = text(300);
    group.address.line1 = text(300);
    group.address.line2 = Some(text(300));
    intake.ship_groups = vec![group; MAX_PARTS];
    for (n, line) in intake.lines.iter_mut().enumerate() {
        line.ship_group = n % MAX_PARTS;
        line.title = "あ".repeat(500);
        line.sku = juchu::domain::ids::Sku::new(format!("{n:x>64}")).unwrap();
    }
    let one = Amount::new(1);
    let rate = juchu::domain::tax::TaxRate::STANDARD;
    let fee = Fee { kind: FeeKind::Shipping, amount: one, tax_rate: rate, discount: one };
    intake.fees =
        vec![
            juchu::domain::intake::IntakeFee { kind: fee.kind, amount: fee.amount, tax_rate: fee.tax_rate };
            MAX_PARTS
        ];
    let discount = Discount { kind: DiscountKind::Coupon, code: Some("あ".repeat(100)), amount: one };
    intake.discounts = vec![discount; MAX_PARTS];
    intake
}

/// The bytes of a row, as DynamoDB counts them.
fn size(row: &Row) -> usize {
    row.iter().map(|(name, value)| name.len() + bytes(value)).sum()
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the SDK's enum is open; our rows have no other kinds")]
fn bytes(value: &AttributeValue) -> usize {
    match value {
        AttributeValue::S(text) => text.len(),
        AttributeValue::N(digits) => digits.len().div_ceil(2) + 1,
        AttributeValue::L(items) => 3 + items.iter().map(|item| 1 + bytes(item)).sum::<usize>(),
        AttributeValue::M(items) => {
            3 + items.iter().map(|(name, item)| 1 + name.len() + bytes(item)).sum::<usize>()
        }
        _ => 1,
    }
}

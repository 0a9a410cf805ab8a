//! Files of many orders: cut off anywhere, every order is taken once and stands in the report once.

use juchu::adapters::reading::Spoken;
use juchu::app::payload_desk::PayloadDesk;
use juchu::app::payloads::{Outcome, Taken};
use juchu::app::uploads::{Upload, UploadState};
use juchu::domain::testing::an_order;
use juchu::testing::Moment;
use juchu_tests::harness::World;
use serde_json::json;

/// A file with `orders` orders, and one that is none.
fn file(orders: usize) -> String {
    let order = |n: usize| {
        json!({
            "number": format!("U-{n}"), "ordered_at": "2026-04-01T09:00:00+09:00",
            "customer": { "name": "山田太郎", "phone": "090-1234-5678" },
            "ship_to": { "name": "山田太郎", "postal_code": "100-0001", "prefecture": "東京都",
                "city": "千代田区", "line1": "千代田1-1" },
            "lines": [{ "sku": "SKU-1", "title": "煎茶", "unit_price": 1000, "quantity": 1, "tax_rate": 8 }],
            "payments": [{ "method": "CHANNEL_SETTLED" }],
        })
    };
    let lines: Vec<String> = (0..orders).map(|n| order(n).to_string()).collect();
    format!("{}\n{{\"number\":7}}\n", lines.join("\n"))
}

async fn report(world: &World, upload: &Upload) -> Vec<Taken> {
    let desk = PayloadDesk { door: world.receive_order(), dialects: Spoken };
    let (mut all, mut cursor) = (Vec::new(), None);
    loop {
        let page = desk.report(&upload.channel, &upload.id, cursor.as_deref(), 2).await.unwrap();
        all.extend(page.items.into_iter().flat_map(|page| page.taken));
        cursor = page.next;
        if cursor.is_none() {
            return all;
        }
    }
}

async fn stands(world: &World, upload: &Upload) -> Upload {
    let desk = PayloadDesk { door: world.receive_order(), dialects: Spoken };
    desk.upload(&upload.channel, &upload.id).await.unwrap().unwrap()
}

/// Every order once, in the store and in the report.
async fn is_complete(world: &World, upload: &Upload, orders: usize) {
    world.faults.disarm();
    let after = stands(world, upload).await;
    assert_eq!((after.state, after.offset), (UploadState::Done, after.size), "{after:?}");
    assert_eq!(world.store.orders().len(), orders);
    let report = report(world, upload).await;
    let rows: Vec<String> = report.iter().map(|taken| taken.at.clone()).collect();
    assert_eq!(rows, (1..=orders + 1).map(|n| format!("row {n}")).collect::<Vec<_>>());
    let opened = report.iter().filter(|taken| taken.outcome == Outcome::Opened).count();
    assert_eq!((opened, report[orders].outcome), (orders, Outcome::Unreadable));
    assert_eq!(after.counts[&Outcome::Opened], orders as u64);
}

#[tokio::test]
async fn a_file_is_worked_through_in_stretches_and_its_report_names_every_row() {
    let mut world = World::new();
    world.opens(&an_order()).await;
    // More than one message's work.
    let file = file(5_100);
    let (upload, is_new) = world.channel_uploads(&file).await;
    assert!(is_new);
    world.settle_uploads().await;
    is_complete(&world, &upload, 5_100).await;
    let pages = stands(&world, &upload).await.pages;
    assert_eq!(pages, 26, "200 orders each");
}

#[tokio::test]
async fn the_same_file_again_changes_nothing_and_the_same_orders_in_another_file_neither() {
    let mut world = World::new();
    world.opens(&an_order()).await;
    let (upload, _) = world.channel_uploads(&file(30)).await;
    world.settle_uploads().await;
    let before = world.store.orders();
    let (again, is_new) = world.channel_uploads(&file(30)).await;
    world.settle_uploads().await;
    assert_eq!((is_new, again.id), (false, upload.id));
    let (other, _) = world.channel_uploads(&format!("\n{}", file(30))).await;
    world.settle_uploads().await;
    assert_eq!(stands(&world, &other).await.counts[&Outcome::Duplicate], 30);
    assert_eq!(world.store.orders(), before);
}

#[tokio::test]
async fn cut_off_at_any_moment_every_order_is_taken_once_and_reported_as_taken() {
    for n in 1.. {
        let mut world = World::dying(n);
        world.opens(&an_order()).await;
        let (upload, _) = world.channel_uploads(&file(6)).await;
        world.settle_uploads().await;
        is_complete(&world, &upload, 6).await;
        if world.hit().is_none() {
            assert!(n > 20, "nothing was cut off");
            break;
        }
    }
}

#[tokio::test]
async fn whatever_call_fails_before_or_after_its_effect_the_report_is_complete() {
    for moment in [Moment::Before, Moment::After] {
        for n in 1.. {
            let mut world = World::failing(n, moment);
            world.opens(&an_order()).await;
            let (upload, _) = world.channel_uploads(&file(6)).await;
            world.settle_uploads().await;
            is_complete(&world, &upload, 6).await;
            if world.hit().is_none() {
                break;
            }
        }
    }
}

#[tokio::test]
async fn a_row_of_an_upload_is_the_orders_source() {
    let mut world = World::new();
    world.opens(&an_order()).await;
    let file = file(3);
    world.channel_uploads(&file).await;
    world.settle_uploads().await;
    let desk = PayloadDesk { door: world.receive_order(), dialects: Spoken };
    let supervisor = juchu_tests::harness::people::somebody(juchu::app::access::Role::Supervisor);
    let order = world.store.orders().into_iter().find(|order| order.number == "U-1").unwrap();
    let (source, raw) = desk.source(&supervisor, &order.id).await.unwrap();
    assert_eq!(source.at, "row 2");
    assert_eq!(String::from_utf8(raw).unwrap().trim_end(), file.lines().nth(1).unwrap());
}

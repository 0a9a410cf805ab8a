//! Requests and events that come again and again.

use jiff::SignedDuration;
use juchu::app::access::Role;
use juchu::app::idempotency::{Repeatable, Reply};
use juchu::app::manage_merchant::{ManageError, StockMove};
use juchu::app::message::Message;
use juchu::app::operate_order::{Caller, RequestError};
use juchu::app::payloads::Outcome;
use juchu::app::ports::{LedgerReason, OrderStore};
use juchu::app::receive_order::ReceiveError;
use juchu::app::record::EventRecord;
use juchu::domain::Command;
use juchu::domain::ids::{LineId, OrderId};
use juchu::domain::order::{CancelReason, Order, OrderState};
use juchu::domain::payment::PaymentMethod;
use juchu::domain::shipment::LineQuantity;
use juchu::domain::stock::StockDelta;
use juchu::domain::testing::{an_order, yen};
use juchu_tests::harness::World;
use juchu_tests::harness::people::{merchant, receive, somebody, stock, told};
use juchu_tests::harness::processes::{Process, side_by_side};

fn is_reused(refused: &Result<Reply, ReceiveError>) -> bool {
    matches!(refused, Err(ReceiveError::Refused(taken)) if taken.outcome == Outcome::NumberReused)
}

async fn open_shop() -> World {
    let mut world = World::new();
    world.opens(&an_order()).await;
    world
}

#[tokio::test]
async fn p20_the_same_order_fifty_times_is_one_order_with_a_key_and_without() {
    for key in [Some("key-1"), None] {
        let mut world = open_shop().await;
        let intake = an_order().intake;
        let first = world.channel_sends(&intake, key).await.unwrap();
        assert_eq!(first.status, 201);
        for _ in 1..50 {
            let again = world.channel_sends(&intake, key).await.unwrap();
            assert_eq!(again.body, first.body);
        }
        assert_eq!(world.store.orders().len(), 1);
        assert_eq!(world.store.orders()[0].version, 1);
        assert_eq!(world.archive.kept().len(), 1);
    }
}

#[tokio::test]
async fn p20_the_same_order_fifty_times_at_once_is_one_order() {
    for seed in 0..20 {
        let world = open_shop().await;
        let request = |n: usize| -> Process<String> {
            let (app, intake) = (world.receive_order(), an_order().intake);
            let key = n.is_multiple_of(2).then_some("key-1");
            Box::pin(async move { receive(&app, &intake, key).await.unwrap().body })
        };
        let mut told = side_by_side(seed, (0..50).map(request).collect()).await;
        told.dedup();
        assert_eq!((told.len(), world.store.orders().len()), (1, 1), "seed {seed}");
    }
}

#[tokio::test]
async fn p20_another_body_is_refused_under_the_same_key_and_under_the_same_number() {
    let mut world = open_shop().await;
    let intake = an_order().intake;
    world.channel_sends(&intake, Some("key-1")).await.unwrap();
    let mut dearer = an_order().of(&[(2, 1_001)]).intake;
    dearer.ordered_at += SignedDuration::from_secs(1);
    let mut other_number = dearer.clone();
    other_number.number = "1002".to_owned();
    for other in [&dearer, &other_number] {
        let refused = world.channel_sends(other, Some("key-1")).await;
        assert!(matches!(refused, Err(ReceiveError::KeyReused(_))), "{refused:?}");
    }
    for key in [Some("key-2"), None] {
        let refused = world.channel_sends(&dearer, key).await;
        assert!(is_reused(&refused), "{refused:?}");
    }
    assert_eq!(world.store.orders().len(), 1);
    assert_eq!(world.store.orders()[0].billing().total, yen(2_000));
}

#[tokio::test]
async fn a_receipt_of_goods_is_answered_the_same_under_its_key_and_another_is_refused() {
    let world = open_shop().await;
    let app = world.manage_merchant();
    let goods = async |units: i64, key: &str| {
        let repeatable = Repeatable { key: key.to_owned(), request: format!("{units} units") };
        let caller = Caller {
            principal: somebody(Role::Logistics),
            correlation: "c-1".to_owned(),
            repeatable: Some(repeatable),
        };
        let receipt = StockMove {
            merchant: merchant(),
            key: stock("SKU-1"),
            delta: StockDelta { on_hand: units, ..StockDelta::default() },
            reason: LedgerReason::Receipt,
            reference: format!("the slip of {units}"),
        };
        app.move_stock(&caller, receipt, told).await
    };
    let first = goods(5, "key-1").await.unwrap();
    assert_eq!(first.body, "5 on hand, 0 allocated");
    assert_eq!(goods(1, "key-2").await.unwrap().body, "6 on hand, 0 allocated");
    assert_eq!(goods(5, "key-1").await.unwrap(), first, "what it was told then");
    assert!(matches!(goods(6, "key-1").await, Err(ManageError::KeyReused(_))));
}

#[tokio::test]
async fn p20_two_orders_at_once_under_one_key_are_one_order_and_one_refusal() {
    for seed in 0..20 {
        let world = open_shop().await;
        let request = |number: &str| -> Process<Result<String, ReceiveError>> {
            let (app, mut intake) = (world.receive_order(), an_order().intake);
            intake.number = number.to_owned();
            Box::pin(async move { Ok(receive(&app, &intake, Some("key-1")).await?.body) })
        };
        let told = side_by_side(seed, vec![request("1001"), request("1002")]).await;
        let refused = told.iter().filter(|told| matches!(told, Err(ReceiveError::KeyReused(_)))).count();
        let taken = told.iter().filter(|told| told.is_ok()).count();
        assert_eq!((taken, refused, world.store.orders().len()), (1, 1, 1), "seed {seed}");
    }
}

#[tokio::test]
async fn p6_the_same_deposit_ten_times_is_counted_once() {
    let mut world = World::new();
    let order = world.receives(&an_order().paid_by(PaymentMethod::BankTransfer)).await;
    world.settle().await;
    for _ in 0..10 {
        // Each time with another `Idempotency-Key`: the bank's reference is what counts.
        world.bank_reports(&order, 1_200, "B-1").await;
        world.settle().await;
    }
    assert_eq!(world.order(&order).held(), yen(1_200));
    for _ in 0..10 {
        world.bank_reports(&order, 800, "B-2").await;
        world.settle().await;
    }
    assert_eq!(world.order(&order).held(), yen(2_000));
    assert_eq!(world.order(&order).state, OrderState::Released);
    world.end().await;
}

/// The answer is lost, the cancellation is carried out, and the caller asks again.
#[tokio::test]
async fn p20_a_repeated_cancellation_of_one_unit_cancels_one_unit() {
    let mut world = World::new();
    let order = world.receives(&an_order().of(&[(3, 1_000)])).await;
    let cancel = Command::RequestCancel {
        lines: vec![LineQuantity { line: LineId(1), quantity: 1 }],
        reason: CancelReason::Customer,
    };
    let app = world.operate_order();
    let stands = |order: &Order| Reply { status: 200, body: order.state.name().to_owned() };
    let caller = |repeatable| Caller {
        principal: somebody(Role::Supervisor),
        correlation: "desk-1".to_owned(),
        repeatable,
    };
    let key = Repeatable { key: "acme/key-1".to_owned(), request: "cancel one".to_owned() };
    for _ in 0..3 {
        app.handle(&caller(Some(key.clone())), &order, &cancel, stands).await.unwrap();
        world.settle().await;
        assert_eq!(world.order(&order).lines[0].quantities.cancelled, 1);
        let refused = app.handle(&caller(None), &order, &cancel, stands).await;
        assert!(matches!(refused, Err(RequestError::KeyMissing(_))), "{refused:?}");
    }
    let all = Command::RequestCancel { lines: Vec::new(), reason: CancelReason::Customer };
    for _ in 0..2 {
        app.handle(&caller(None), &order, &all, stands).await.unwrap();
        world.settle().await;
    }
    world.warehouse_answers_recalls(&order, true).await;
    world.settle().await;
    assert_eq!(world.order(&order).state, OrderState::Cancelled);
}

#[tokio::test]
async fn p6_every_message_of_a_completed_order_ten_times_more_changes_nothing() {
    let mut world = World::new();
    let order = world.receives(&an_order()).await;
    world.settle().await;
    world.warehouse_ships(&order).await;
    world.settle().await;
    world.carrier_delivers(&order).await;
    world.settle().await;
    let messages = relayed(&world, &order).await;
    let expected = world.end().await;
    let version = world.order(&order).version;
    for _ in 0..10 {
        for message in &messages {
            for stage in message.routes() {
                world.deliver_again(*stage, message.clone());
            }
        }
        world.settle().await;
    }
    assert_eq!(world.end().await, expected);
    assert_eq!((world.order(&order).version, world.letters().len()), (version, 3));
}

/// The messages about everything that happened to the order.
async fn relayed(world: &World, order: &OrderId) -> Vec<Message> {
    let history = world.store.history(order).await.unwrap();
    let message = |record: EventRecord| {
        let EventRecord { order, merchant, seq, at, cause, event } = record;
        Message::of_order(order, seq, event.kind(), merchant, at, cause.correlation)
    };
    history.into_iter().map(message).collect()
}

#[tokio::test]
async fn a_command_with_the_same_key_is_carried_out_once_and_told_the_same() {
    let mut world = World::new();
    let order = world.receives(&an_order()).await;
    world.settle().await;
    let note = Command::AddNote { id: "n-1".to_owned(), by: "staff".to_owned(), text: "gift".into() };
    world.staff(&order, &note).await;
    world.staff(&order, &note).await;
    assert_eq!(world.order(&order).notes.len(), 1);
}

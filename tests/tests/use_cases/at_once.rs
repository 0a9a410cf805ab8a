//! Many at the same time.

use std::task::{Context, Waker};

use jiff::SignedDuration;
use juchu::app::access::Role;
use juchu::app::failure::Failure;
use juchu::app::idempotency::Reply;
use juchu::app::manage_merchant::{ManageMerchant, StockMove};
use juchu::app::message::Stage;
use juchu::app::operate_order::Caller;
use juchu::app::payloads::Outcome;
use juchu::app::ports::{LedgerReason, MerchantStore};
use juchu::app::receive_order::ReceiveError;
use juchu::domain::ids::OrderId;
use juchu::domain::order::{MAX_LINES, OrderState};
use juchu::domain::payment::{OperationKind, PaymentMethod, PaymentStatus};
use juchu::domain::stock::StockDelta;
use juchu::domain::testing::{an_order, yen};
use juchu::testing::{ManualClock, MemoryStore};
use juchu_tests::harness::World;
use juchu_tests::harness::people::{merchant, receive, somebody, stock, told};
use juchu_tests::harness::processes::{Process, side_by_side};

/// `n` orders of one unit each, for which no stock has been looked for yet.
async fn orders_of_one(world: &mut World, n: usize, units: i64) -> Vec<OrderId> {
    let draft = an_order().of(&[(1, 1_000)]);
    world.opens(&draft).await;
    if units > 0 {
        world.goods_arrive("SKU-1", units).await;
    }
    world.stop(Stage::AllocateStock);
    world.stop(Stage::NotifyCustomer);
    let mut orders = Vec::new();
    for _ in 0..n {
        orders.push(world.orders(&draft).await);
        world.clock.advance(SignedDuration::from_secs(1));
    }
    world.settle().await;
    orders
}

fn units(world: &World) -> (u32, u32) {
    let lines = world.store.orders().into_iter().flat_map(|order| order.lines);
    lines.fold((0, 0), |(has, waits), line| {
        let q = line.quantities;
        (has + q.allocated + q.released, waits + q.backordered)
    })
}

#[tokio::test]
async fn p1_two_hundred_orders_for_one_unit_are_one_allocation_and_a_hundred_and_ninety_nine_that_wait() {
    for seed in 0..5 {
        let mut world = World::new();
        orders_of_one(&mut world, 200, 1).await;
        let waiting = world.waiting(Stage::AllocateStock).into_iter();
        let all = waiting.map(|message| world.process(Stage::AllocateStock, message)).collect();
        let ended: Vec<Result<(), Failure>> = side_by_side(seed, all).await;
        world.check_books();
        assert!(ended.iter().all(Result::is_ok), "seed {seed}");
        assert_eq!(units(&world), (1, 199), "seed {seed}");
        // The messages themselves are still in the queue: each comes a second time.
        world.start(Stage::AllocateStock);
        world.settle().await;
        assert_eq!(units(&world), (1, 199), "seed {seed}");
    }
}

#[tokio::test]
async fn goods_that_arrive_reach_everybody_who_waits_however_many() {
    let mut world = World::new();
    // More than pages of the list times deliveries of one message.
    let orders = orders_of_one(&mut world, 600, 0).await;
    world.start(Stage::AllocateStock);
    world.settle().await;
    assert_eq!(units(&world), (0, 600));
    world.goods_arrive("SKU-1", 599).await;
    world.settle().await;
    assert!(world.parked.is_empty(), "{:?}", world.parked.first());
    assert_eq!(units(&world), (599, 1));
    assert_eq!(world.order(&orders[599]).lines[0].quantities.backordered, 1, "the last one waits");
}

#[tokio::test]
async fn a_message_serves_a_page_of_those_that_wait_and_calls_for_the_next() {
    let mut world = World::new();
    orders_of_one(&mut world, 120, 0).await;
    world.start(Stage::AllocateStock);
    world.settle().await;
    world.stop(Stage::AllocateStock);
    world.goods_arrive("SKU-1", 115).await;
    world.settle().await;
    for served in [50, 100, 115] {
        let mut messages = world.waiting(Stage::AllocateStock);
        let message = messages.pop().unwrap();
        world.process(Stage::AllocateStock, message).await.unwrap();
        world.settle().await;
        assert_eq!(units(&world), (served, 120 - served));
    }
    assert_eq!(world.waiting(Stage::AllocateStock).len(), 3, "the last page calls nobody");
}

#[tokio::test]
async fn an_order_with_more_waiting_lines_than_a_transaction_takes_is_filled_step_by_step() {
    let mut world = World::new();
    world.stop(Stage::NotifyCustomer);
    let mut draft = an_order().of(&[(1, 1_000); MAX_LINES]);
    for line in &mut draft.intake.lines {
        line.sku = stock("SKU-1").sku;
    }
    world.opens(&draft).await;
    let order = world.orders(&draft).await;
    world.settle().await;
    assert_eq!(units(&world), (0, 100));
    world.goods_arrive("SKU-1", 60).await;
    world.settle().await;
    assert_eq!(units(&world), (60, 40));
    world.goods_arrive("SKU-1", 60).await;
    world.settle().await;
    assert!(world.parked.is_empty(), "{:?}", world.parked.first());
    assert_eq!(world.order(&order).state, OrderState::Released);
}

#[tokio::test]
async fn an_order_that_cannot_be_read_does_not_keep_those_behind_it_waiting() {
    let mut world = World::new();
    // The broken ones fill the first page of those that wait.
    let orders = orders_of_one(&mut world, 103, 0).await;
    world.start(Stage::AllocateStock);
    world.settle().await;
    for order in &orders[..101] {
        world.store.breaks(order);
    }
    world.goods_arrive("SKU-1", 5).await;
    world.settle().await;
    assert_eq!(units(&world), (2, 101));
    assert_eq!(world.parked.len(), 1, "a person looks at the broken ones");
    assert!(world.parked[0].reason.contains(orders[0].as_str()), "{}", world.parked[0].reason);
}

#[tokio::test]
async fn an_order_of_a_merchant_without_a_location_is_put_aside_and_nobody_turns_in_circles() {
    let mut world = World::new();
    let order = world.receives(&an_order()).await;
    let mut merchant = world.store.merchant(&merchant()).await.unwrap().unwrap();
    merchant.version += 1;
    merchant.locations.clear();
    world.store.put_merchant(&merchant).await.unwrap();
    world.stop(Stage::AllocateStock);
    world.settle().await;
    let message = world.waiting(Stage::AllocateStock).remove(1);
    assert_eq!(message.order(), Some(&order));
    let ended = world.process(Stage::AllocateStock, message).await;
    assert!(matches!(ended, Err(Failure::Permanent { .. })), "{ended:?}");
}

#[tokio::test]
async fn goods_and_orders_at_once_leave_nobody_waiting_for_what_is_there() {
    for seed in 0..20 {
        let mut world = World::new();
        orders_of_one(&mut world, 12, 3).await;
        let mut all: Vec<_> = Vec::new();
        for message in world.waiting(Stage::AllocateStock) {
            all.push(world.process(Stage::AllocateStock, message));
        }
        let app = world.manage_merchant();
        for n in 0..3 {
            let app = app.clone();
            all.push(Box::pin(async move {
                receipt(&app, n).await;
                Ok(())
            }));
        }
        side_by_side(seed, all).await;
        world.start(Stage::AllocateStock);
        world.settle().await;
        assert_eq!(units(&world), (9, 3), "seed {seed}");
        world.check_books();
    }
}

/// Two units arrive on slip `n`.
async fn receipt(app: &ManageMerchant<MemoryStore, ManualClock>, n: usize) {
    let principal = somebody(Role::Logistics);
    let caller = Caller { principal, correlation: "c-1".to_owned(), repeatable: None };
    let slip = StockMove {
        merchant: merchant(),
        key: stock("SKU-1"),
        delta: StockDelta { on_hand: 2, ..StockDelta::default() },
        reason: LedgerReason::Receipt,
        reference: format!("slip-{n}"),
    };
    app.move_stock(&caller, slip, told).await.unwrap();
}

#[tokio::test]
async fn p5_two_captures_at_once_a_thousand_times_take_the_money_once_each() {
    let mut world = World::new();
    world.opens(&an_order()).await;
    world.goods_arrive("SKU-1", 2_000).await;
    world.stop(Stage::NotifyCustomer);
    let mut orders = Vec::new();
    for _ in 0..1_000 {
        orders.push(world.orders(&an_order()).await);
    }
    world.settle().await;
    world.stop(Stage::CollectPayment);
    for order in &orders {
        world.warehouse_ships(order).await;
    }
    world.settle().await;
    let messages = world.waiting(Stage::CollectPayment);
    assert_eq!(messages.len(), 1_000);
    for (seed, message) in (0..).zip(messages) {
        let both = vec![
            world.process(Stage::CollectPayment, message.clone()),
            world.process(Stage::CollectPayment, message),
        ];
        let ended = side_by_side(seed, both).await;
        assert!(ended.iter().all(Result::is_ok), "seed {seed}");
    }
    let captures = world.provider.done().into_iter().filter(|done| done.kind == OperationKind::Capture);
    assert_eq!(captures.count(), 1_000);
    for order in world.store.orders() {
        assert_eq!(order.state, OrderState::Shipped);
        let payment = &order.payments[0];
        assert_eq!((payment.captured, payment.authorized), (yen(2_000), yen(2_000)));
    }
}

#[tokio::test]
async fn p5_a_thousand_captures_of_one_order_at_once_take_the_money_once() {
    let mut world = World::new();
    let order = world.receives(&an_order()).await;
    world.settle().await;
    world.stop(Stage::CollectPayment);
    world.warehouse_ships(&order).await;
    world.settle().await;
    let message = world.waiting(Stage::CollectPayment).remove(0);
    let all = (0..1_000).map(|_| world.process(Stage::CollectPayment, message.clone())).collect();
    let ended = side_by_side(1, all).await;
    assert!(ended.iter().all(Result::is_ok));
    world.start(Stage::CollectPayment);
    world.end().await;
    assert_eq!(world.order(&order).payments[0].captured, yen(2_000));
}

#[tokio::test]
async fn the_gates_of_an_order_worked_on_at_once_close_in_every_interleaving() {
    for seed in 0..200 {
        let mut world = World::new();
        let order = world.receives(&an_order()).await;
        for stage in Stage::ALL {
            world.stop(stage);
        }
        world.settle().await;
        let mut all = Vec::new();
        for stage in Stage::ALL {
            all.extend(world.waiting(stage).into_iter().map(|message| world.process(stage, message)));
        }
        assert_eq!(all.len(), 4 + 1, "four stages, and the goods that arrived");
        let ended = side_by_side(seed, all).await;
        assert!(ended.iter().all(Result::is_ok), "seed {seed}");
        assert_eq!(world.order(&order).state, OrderState::Ready, "seed {seed}");
        for stage in Stage::ALL {
            world.start(stage);
        }
        world.settle().await;
        assert_eq!(world.order(&order).state, OrderState::Released, "seed {seed}");
        world.end().await;
    }
}

#[tokio::test]
async fn a_cancellation_and_a_release_at_once_leave_no_order_half_way() {
    for seed in 0..50 {
        let mut world = World::new();
        let order = world.receives(&an_order()).await;
        world.stop(Stage::ReleaseOrder);
        world.settle().await;
        world.stop(Stage::CancelOrder);
        world.customer_cancels(&order).await;
        world.settle().await;
        let mut all = Vec::new();
        for stage in [Stage::ReleaseOrder, Stage::CancelOrder] {
            all.extend(world.waiting(stage).into_iter().map(|message| world.process(stage, message)));
        }
        let ended = side_by_side(seed, all).await;
        assert!(ended.iter().all(Result::is_ok), "seed {seed}");
        world.start(Stage::ReleaseOrder);
        world.start(Stage::CancelOrder);
        world.settle().await;
        assert_eq!(world.order(&order).state, OrderState::Cancelled, "seed {seed}");
        assert!(world.instructions(&order).is_empty(), "nothing was released");
        world.end().await;
    }
}

#[tokio::test]
async fn who_finds_one_payment_done_by_somebody_else_goes_on_to_the_next() {
    let mut world = World::new();
    world.stop(Stage::CollectPayment);
    let order = world.receives(&an_order().first_paid_by(PaymentMethod::Card, 300)).await;
    world.settle().await;
    let message = world.waiting(Stage::CollectPayment).remove(0);
    let mut slow = world.process(Stage::CollectPayment, message.clone());
    let mut dying = world.process(Stage::CollectPayment, message);
    let mut context = Context::from_waker(Waker::noop());
    // The slow one has seen the order, when the other secures the first payment and dies.
    assert!(slow.as_mut().poll(&mut context).is_pending());
    let authorized = |world: &World| {
        let payments = world.order(&order).payments.into_iter();
        payments.filter(|payment| payment.status == PaymentStatus::Authorized).count()
    };
    while authorized(&world) == 0 {
        assert!(dying.as_mut().poll(&mut context).is_pending());
    }
    drop(dying);
    slow.await.unwrap();
    assert_eq!(authorized(&world), 2);
}

#[tokio::test]
async fn two_orders_with_one_number_at_once_are_one_order_and_one_refusal() {
    for seed in 0..50 {
        let mut world = World::new();
        world.opens(&an_order()).await;
        let mut other = an_order().of(&[(5, 9_000)]);
        other.intake.ordered_at += SignedDuration::from_hours(1);
        let both = [an_order(), other].map(|draft| -> Process<_> {
            let app = world.receive_order();
            Box::pin(async move { receive(&app, &draft.intake, None).await })
        });
        let told = side_by_side(seed, both.into()).await;
        assert_eq!(told.iter().filter(|told| told.is_ok()).count(), 1, "seed {seed}");
        let is_reused = |told: &Result<Reply, ReceiveError>| matches!(told, Err(ReceiveError::Refused(taken)) if taken.outcome == Outcome::NumberReused);
        assert!(told.iter().any(is_reused), "seed {seed}");
        assert_eq!(world.store.orders().len(), 1, "seed {seed}");
        assert_eq!(world.archive.kept().len(), 2, "what the refused one sent is kept too, seed {seed}");
    }
}

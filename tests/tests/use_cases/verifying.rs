//! Whether what is stored agrees, and whether that would be noticed.

use juchu::app::ports::{Commit, OrderStore};
use juchu::app::verify::Verify;
use juchu::domain::payment::PaymentMethod;
use juchu::domain::testing::an_order;
use juchu_tests::harness::World;
use juchu_tests::harness::people::merchant;

fn auditor(world: &World) -> Verify<juchu::testing::MemoryStore, juchu::testing::ManualClock> {
    Verify { store: world.store.clone(), clock: world.clock.clone() }
}

#[tokio::test]
async fn everything_agrees_after_a_whole_life_and_a_cancelled_one() {
    let mut world = World::new();
    let order = world.receives(&an_order()).await;
    let other = world.orders(&an_order().paid_by(PaymentMethod::BankTransfer)).await;
    world.settle().await;
    world.warehouse_ships(&order).await;
    world.settle().await;
    world.carrier_delivers(&order).await;
    world.customer_cancels(&other).await;
    world.settle().await;
    let verified = auditor(&world).handle(&merchant()).await.unwrap();
    assert_eq!(verified.violations, []);
    assert_eq!((verified.orders, verified.stocks), (2, 1));
    assert!(verified.events > 10);
}

#[tokio::test]
async fn a_row_somebody_changed_by_hand_is_noticed() {
    let mut world = World::new();
    let id = world.receives(&an_order()).await;
    world.settle().await;
    let order = world.order(&id);
    let mut changed = order.clone();
    changed.lines[0].quantities.allocated += 1;
    let by_hand = Commit {
        expected_version: order.version,
        order: changed,
        records: Vec::new(),
        movements: Vec::new(),
        answer: None,
        calls_next: false,
    };
    world.store.commit(&by_hand).await.unwrap();
    let verified = auditor(&world).handle(&merchant()).await.unwrap();
    let what: Vec<String> = verified.violations.iter().map(ToString::to_string).collect();
    assert!(what.iter().any(|what| what.contains("replaying its events does not give it")), "{what:?}");
    assert!(what.iter().any(|what| what.contains("all units are")), "{what:?}");
    assert!(what.iter().any(|what| what.contains("allocated is")), "{what:?}");
}

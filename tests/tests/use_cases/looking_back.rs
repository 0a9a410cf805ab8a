//! An order as it was.

use jiff::SignedDuration;
use juchu::app::access::Role;
use juchu::app::operate_order::RequestError;
use juchu::domain::order::{Order, OrderState};
use juchu::domain::payment::PaymentMethod;
use juchu::domain::testing::an_order;
use juchu_tests::harness::World;
use juchu_tests::harness::people::somebody;

#[tokio::test]
async fn an_order_is_shown_as_it_was_at_every_moment_of_its_way() {
    let mut world = World::new();
    let before = world.now() - SignedDuration::from_secs(1);
    let order = world.receives(&an_order().paid_by(PaymentMethod::BankTransfer)).await;
    let mut moments = Vec::new();
    let mut remember = async |world: &mut World| {
        world.settle().await;
        let then: Order = world.order(&order);
        moments.push((world.now(), then));
        world.pass(SignedDuration::from_mins(1)).await;
    };
    remember(&mut world).await;
    world.bank_reports(&order, 2_000, "B-1").await;
    remember(&mut world).await;
    world.warehouse_ships(&order).await;
    remember(&mut world).await;
    world.carrier_delivers(&order).await;
    remember(&mut world).await;

    assert_eq!(moments.last().unwrap().1.state, OrderState::Completed);
    let window = world.query_orders();
    let auditor = somebody(Role::Auditor);
    for (at, then) in &moments {
        let whole = window.order(&auditor, &order, Some(*at)).await.unwrap();
        assert_eq!(whole.order, *then);
        assert_eq!(whole.history.len() as u64, then.version);
        assert!(whole.mails.iter().all(|mail| mail.begun_at <= *at));
    }
    let told = window.order(&auditor, &order, Some(before)).await;
    assert!(matches!(told, Err(RequestError::NotFound("order"))), "{told:?}");
}

//! Who may do what: through the use cases, not beside them.

use std::collections::BTreeSet;

use juchu::app::access::{Denied, Principal, Role, Scope};
use juchu::app::idempotency::Reply;
use juchu::app::manage_merchant::ManageError;
use juchu::app::operate_order::{Caller, RequestError};
use juchu::app::ports::{OrderFilter, OrderQuery};
use juchu::app::query_orders::QueryError;
use juchu::domain::ids::{MerchantId, OrderId};
use juchu::domain::order::HoldCode;
use juchu::domain::shipment::{FulfilmentEvent, FulfilmentEventKind};
use juchu::domain::testing::an_order;
use juchu::domain::{Command, Order};
use juchu_tests::harness::World;
use juchu_tests::harness::people::{merchant, somebody};

/// Somebody who may do everything, for another merchant.
fn stranger() -> Principal {
    Principal {
        subject: "stranger".to_owned(),
        roles: Role::ALL.into_iter().collect(),
        scope: Scope::Of(BTreeSet::from([MerchantId::new("other").unwrap()])),
    }
}

async fn released() -> (World, OrderId) {
    let mut world = World::new();
    let order = world.receives(&an_order()).await;
    world.settle().await;
    (world, order)
}

/// A note, a hold, its override, a report, and what only the stages do.
fn commands(world: &World, order: &OrderId) -> Vec<Command> {
    let code = HoldCode::FraudReview;
    let report = FulfilmentEvent {
        occurred_at: world.now(),
        kind: FulfilmentEventKind::Acknowledged,
        trackings: Vec::new(),
    };
    vec![
        Command::AddNote { id: "n-1".to_owned(), by: "x".to_owned(), text: "y".into() },
        Command::PlaceHold { code, reason: "x".into() },
        Command::OverrideHold { code, by: "x".to_owned(), reason: "y".into() },
        Command::RecordFulfilment { shipment: order.shipment(1), report },
        Command::Tick,
    ]
}

#[tokio::test]
async fn another_merchants_order_is_not_found_and_not_touched() {
    let (world, order) = released().await;
    let app = world.operate_order();
    let caller = |principal| Caller { principal, correlation: "c-1".to_owned(), repeatable: None };
    let reply = |_: &Order| Reply { status: 200, body: String::new() };
    let version = world.order(&order).version;
    for command in commands(&world, &order).into_iter().filter(|command| *command != Command::Tick) {
        let told = app.handle(&caller(stranger()), &order, &command, reply).await;
        assert!(matches!(told, Err(RequestError::NotFound("order"))), "{}: {told:?}", command.name());
    }
    assert_eq!(world.order(&order).version, version);

    let window = world.query_orders();
    assert!(matches!(window.order(&stranger(), &order, None).await, Err(RequestError::NotFound("order"))));
    let query = OrderQuery { merchant: merchant(), filter: OrderFilter::All, cursor: None, limit: 10 };
    assert!(matches!(window.orders(&stranger(), &query).await, Err(QueryError::Denied(Denied::Merchant))));
    let denied = world.manage_merchant().merchant(&stranger(), &merchant()).await;
    assert!(matches!(denied, Err(ManageError::Denied(Denied::Merchant))));
}

#[tokio::test]
async fn a_role_may_do_its_work_and_no_other() {
    use Role::{BackOffice, CallCenter, ClientUser, Logistics, Supervisor, System};

    let (mut world, order) = released().await;
    let allowed: [&[Role]; 5] = [
        &[CallCenter, BackOffice, ClientUser, Supervisor, System],
        &[BackOffice, Supervisor, System],
        &[Supervisor],
        &[Logistics, Supervisor, System],
        // What only the stages do, nobody can ask for.
        &[],
    ];
    for (command, allowed) in commands(&world, &order).into_iter().zip(allowed) {
        for role in Role::ALL {
            let told = world.commands(role, &order, &command).await;
            let denied = matches!(told, Err(RequestError::Denied(Denied::Role)));
            assert_eq!(!denied, allowed.contains(&role), "{} by {role:?}: {told:?}", command.name());
        }
    }
}

#[tokio::test]
async fn everybody_of_the_merchant_sees_its_orders_with_all_that_belongs_to_them() {
    let (world, order) = released().await;
    for role in Role::ALL {
        let whole = world.query_orders().order(&somebody(role), &order, None).await.unwrap();
        assert_eq!(whole.order, world.order(&order));
        assert_eq!(whole.history.len() as u64, whole.order.version);
        assert_eq!(whole.mails.len(), 1);
    }
}

#[tokio::test]
async fn what_never_was_is_not_found() {
    let mut world = World::new();
    world.opens(&an_order()).await;
    let nobody = OrderId::new("nobody").unwrap();
    let note = Command::AddNote { id: "n-1".to_owned(), by: "x".to_owned(), text: "y".into() };
    let told = world.commands(Role::Supervisor, &nobody, &note).await;
    assert!(matches!(told, Err(RequestError::NotFound("order"))), "{told:?}");
}

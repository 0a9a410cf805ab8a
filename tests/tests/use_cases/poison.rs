//! Batches in which one message goes wrong, and a relay that does not reach everybody.

use std::sync::Mutex;

use aws_lambda_events::sqs::{SqsEvent, SqsMessage};
use jiff::SignedDuration;
use juchu::app::failure::Parking;
use juchu::app::message::{Message, Stage};
use juchu::app::ports::Unavailable;
use juchu::app::relay_events::relay_events;
use juchu::domain::event::EventKind;
use juchu::domain::ids::OrderId;
use juchu::domain::order::OrderState;
use juchu::domain::payment::PaymentStatus;
use juchu::domain::testing::an_order;
use juchu::domain::timers::{MONEY_PATIENCE, next_due};
use juchu::lambda::batch::run_batch;
use juchu::testing::ProviderScript;
use juchu_tests::MAX_RECEIVES;
use juchu_tests::harness::people::{channel, merchant};
use juchu_tests::harness::{DUPLICATE_DELAY, World};

/// How a batch ended.
#[derive(Debug, Default)]
pub(crate) struct Ended {
    /// The positions of the messages that come again.
    pub(crate) failed: Vec<String>,
    /// What was put aside, and why.
    pub(crate) parked: Vec<String>,
}

#[derive(Default)]
struct Park(Mutex<Vec<String>>);

impl Parking for Park {
    async fn park(&self, _: &str, reason: &str) -> Result<(), Unavailable> {
        self.0.lock().unwrap().push(reason.to_owned());
        Ok(())
    }
}

/// Gives `messages` to the function of `stage` as one batch of its queue.
pub(crate) async fn run_batch_of(world: &World, stage: Stage, messages: Vec<Message>) -> Ended {
    let mut event = SqsEvent::default();
    for (position, message) in messages.iter().enumerate() {
        let mut record = SqsMessage::default();
        record.message_id = Some(position.to_string());
        record.body = Some(serde_json::to_string(message).unwrap());
        event.records.push(record);
    }
    let park = Park::default();
    let response = run_batch(stage, &park, event, async |message| world.process(stage, message).await).await;
    let failed = response.batch_item_failures.into_iter().map(|item| item.item_identifier);
    Ended { failed: failed.collect(), parked: park.0.into_inner().unwrap() }
}

#[tokio::test]
async fn p22_one_poison_of_ten_is_parked_nine_are_done_once_and_a_duplicate_has_no_effect() {
    let mut world = World::new();
    world.opens(&an_order()).await;
    world.goods_arrive("SKU-1", 100).await;
    let mut orders = Vec::new();
    for _ in 0..9 {
        orders.push(world.orders(&an_order()).await);
    }
    world.settle().await;
    world.stop(Stage::ShipOrder);
    for order in &orders {
        world.warehouse_ships(order).await;
    }
    world.settle().await;
    let mut batch = world.waiting(Stage::ShipOrder);
    // A message about an order that never was.
    let stranger = OrderId::of(&merchant(), &channel(), "never was");
    let kind = EventKind::ShipmentHandedOver;
    let poison = Message::of_order(stranger.clone(), 9, kind, merchant(), world.now(), "c-1".to_owned());
    batch.insert(4, poison);
    assert_eq!(batch.len(), 10);

    let ended = run_batch_of(&world, Stage::ShipOrder, batch.clone()).await;
    assert!(ended.failed.is_empty(), "{ended:?}");
    assert_eq!(ended.parked, [format!("there is no order {stranger}")]);
    let on_hand = |world: &World| world.store.books()[0].2.on_hand;
    assert_eq!(on_hand(&world), 100 - 9 * 2);

    world.clock.advance(DUPLICATE_DELAY);
    let before = world.store.orders();
    batch.remove(4);
    let again = run_batch_of(&world, Stage::ShipOrder, batch).await;
    assert!(again.failed.is_empty() && again.parked.is_empty());
    assert_eq!((world.store.orders(), on_hand(&world)), (before, 100 - 9 * 2));

    world.start(Stage::ShipOrder);
    world.settle().await;
    for order in &orders {
        assert_eq!(world.order(order).state, OrderState::Shipped);
    }
}

#[tokio::test]
async fn p19_one_of_ten_entries_that_a_queue_refuses_is_relayed_again_and_its_order_goes_on() {
    let mut world = World::new();
    world.opens(&an_order()).await;
    world.goods_arrive("SKU-1", 100).await;
    world.settle().await;
    let mut orders = Vec::new();
    for _ in 0..10 {
        orders.push(world.orders(&an_order()).await);
    }
    // The queue of the first stage takes nine of the ten.
    world.queues.refuse(1);
    world.settle().await;
    for order in &orders {
        assert_eq!(world.order(order).state, OrderState::Released);
    }
    assert_eq!(world.letters().len(), 10, "the others got it twice, and did it once");
}

#[tokio::test]
async fn p19_the_relay_names_exactly_the_entry_that_was_refused() {
    let world = World::new();
    let id = |n: usize| OrderId::of(&merchant(), &channel(), &n.to_string());
    let message =
        |n| Message::of_order(id(n), 1, EventKind::AddressChanged, merchant(), world.now(), "c-1".to_owned());
    let messages: Vec<Message> = (0..10).map(message).collect();
    world.queues.refuse(1);
    let relayed = relay_events(&world.queues, &messages).await;
    assert_eq!(relayed.missed.into_iter().collect::<Vec<_>>(), [0]);
    assert_eq!(world.queues.waiting(Stage::ValidateOrder).len(), 9);
}

#[tokio::test]
async fn what_is_received_too_often_is_put_aside_and_goes_on_when_it_is_sent_again() {
    let mut world = World::new();
    let order = world.receives(&an_order()).await;
    // The mail service is out for as long as the queue has patience.
    for _ in 0..MAX_RECEIVES {
        world.mailer.then(juchu::testing::MailScript::NotSent);
    }
    world.settle().await;
    assert_eq!(world.parked.len(), 1);
    let parked = world.parked.remove(0);
    assert_eq!((parked.stage, parked.message.order()), (Stage::NotifyCustomer, Some(&order)));
    world.pass(SignedDuration::from_hours(1)).await;
    world.deliver_again(parked.stage, parked.message);
    world.settle().await;
    assert_eq!(world.letters().len(), 1);
}

#[tokio::test]
async fn an_authorization_is_given_up_even_when_the_provider_was_out_of_reach_for_too_long() {
    let mut world = World::new();
    world.stop(Stage::ReleaseOrder);
    let order = world.receives(&an_order()).await;
    world.settle().await;
    world.customer_cancels(&order).await;
    for _ in 0..MAX_RECEIVES {
        world.provider.then(ProviderScript::Unreachable);
    }
    world.settle().await;
    assert_eq!(world.parked.len(), 1, "the queue has lost its patience");
    assert_eq!(world.order(&order).payments[0].status, PaymentStatus::Authorized);
    world.pass(MONEY_PATIENCE + MONEY_PATIENCE).await;
    assert_eq!(world.order(&order).payments[0].status, PaymentStatus::Voided);
    assert_eq!(next_due(&world.order(&order)), None);
}

#[tokio::test]
async fn an_outage_of_half_an_hour_needs_nobody_to_send_messages_again() {
    let mut world = World::new();
    for _ in 0..30 {
        world.provider.then(ProviderScript::Unreachable);
    }
    let order = world.receives(&an_order()).await;
    world.settle().await;
    assert!(world.parked.is_empty(), "{:?}", world.parked);
    assert_eq!(world.order(&order).state, OrderState::Released);
}

//! Lists of orders, and what is due.

use jiff::SignedDuration;
use juchu::app::ports::{ListError, OrderFilter, OrderQuery, OrderStore};
use juchu::domain::Command;
use juchu::domain::ids::MerchantId;
use juchu::domain::order::{CancelReason, HoldCode, OrderState};
use juchu::domain::timers::next_due;

use crate::kept_by_every_store;
use crate::samples::{at, merchant, opening, order, order_id, step};
use crate::worlds::{Store, World};

kept_by_every_store! {
    orders_are_listed_in_pages_newest_first,
    orders_are_listed_by_state_and_by_attention,
    a_cursor_from_elsewhere_is_refused,
    orders_are_woken_when_they_are_due,
    work_is_listed_by_when_its_first_matter_is_due,
}

fn query(filter: OrderFilter) -> OrderQuery {
    OrderQuery { merchant: merchant(), filter, cursor: None, limit: 100 }
}

async fn numbers(store: &impl Store, query: OrderQuery) -> Vec<String> {
    let page = store.list(&query).await.unwrap();
    page.items.into_iter().map(|summary| summary.number).collect()
}

async fn orders_are_listed_in_pages_newest_first(world: &impl World) {
    let store = world.store();
    for n in 0..10 {
        store.commit(&opening(&order(&n.to_string(), &[("A", 1)], at(n)))).await.unwrap();
    }
    let mut seen = Vec::new();
    let mut query = OrderQuery { limit: 4, ..query(OrderFilter::All) };
    loop {
        let page = store.list(&query).await.unwrap();
        seen.push(page.items.iter().map(|summary| summary.number.clone()).collect::<Vec<_>>().concat());
        query.cursor = page.next;
        if query.cursor.is_none() {
            break;
        }
    }
    assert_eq!(seen, vec!["9876", "5432", "10"]);
    let whole = OrderQuery { limit: 5, cursor: None, ..query };
    let page = store.list(&whole).await.unwrap();
    let last = store.list(&OrderQuery { cursor: page.next, ..whole }).await.unwrap();
    assert_eq!((last.items.len(), last.next), (5, None), "a page that is just full is the last");
}

async fn orders_are_listed_by_state_and_by_attention(world: &impl World) {
    let store = world.store();
    let (one, two) = (order("1", &[("A", 1)], at(0)), order("2", &[("A", 1)], at(1)));
    store.commit(&opening(&one)).await.unwrap();
    store.commit(&opening(&two)).await.unwrap();
    let validated = step(&one, &Command::Validate { findings: vec![] }, at(2));
    store.commit(&validated).await.unwrap();
    let stop = Command::PlaceHold { code: HoldCode::FraudReview, reason: "new address".into() };
    let held = step(&two, &stop, at(3));
    store.commit(&held).await.unwrap();

    assert_eq!(numbers(store, query(OrderFilter::All)).await, vec!["2", "1"]);
    assert_eq!(numbers(store, query(OrderFilter::State(OrderState::Received))).await, vec!["2"]);
    assert_eq!(numbers(store, query(OrderFilter::State(OrderState::Validated))).await, vec!["1"]);
    let attention = store.list(&query(OrderFilter::Attention)).await.unwrap().items;
    assert_eq!(attention.len(), 1);
    assert_eq!((attention[0].holds, attention[0].tickets), (1, 0));
    assert_eq!((&attention[0].id, attention[0].received_at), (&two.id, at(1)));
    assert_eq!(attention[0].total, held.order.billing().total);

    let resolve = Command::ResolveHold { code: HoldCode::FraudReview, by: "hanako".to_owned() };
    store.commit(&step(&held.order, &resolve, at(4))).await.unwrap();
    assert!(numbers(store, query(OrderFilter::Attention)).await.is_empty());
    let other = OrderQuery { merchant: MerchantId::new("other").unwrap(), ..query(OrderFilter::All) };
    assert!(numbers(store, other).await.is_empty());
}

async fn a_cursor_from_elsewhere_is_refused(world: &impl World) {
    let store = world.store();
    for n in 0..3 {
        store.commit(&opening(&order(&n.to_string(), &[("A", 1)], at(n)))).await.unwrap();
    }
    let page = store.list(&OrderQuery { limit: 1, ..query(OrderFilter::All) }).await.unwrap();
    let cursor = page.next.unwrap();
    let other_merchant = MerchantId::new("other").unwrap();
    for (merchant, filter, cursor) in [
        (merchant(), OrderFilter::Attention, cursor.clone()),
        (merchant(), OrderFilter::State(OrderState::Received), cursor.clone()),
        (other_merchant, OrderFilter::All, cursor.clone()),
        (merchant(), OrderFilter::All, cursor[1..].to_owned()),
        (merchant(), OrderFilter::All, "nonsense".to_owned()),
        (merchant(), OrderFilter::All, String::new()),
    ] {
        let query = OrderQuery { merchant, filter, cursor: Some(cursor), limit: 10 };
        assert!(matches!(store.list(&query).await, Err(ListError::BadCursor)), "{query:?}");
    }
}

async fn orders_are_woken_when_they_are_due(world: &impl World) {
    let store = world.store();
    for n in 0..20 {
        store.commit(&opening(&order(&n.to_string(), &[("A", 1)], at(n)))).await.unwrap();
    }
    let due = next_due(&order("4", &[("A", 1)], at(4))).unwrap();
    let ids = |numbers: std::ops::Range<i64>| numbers.map(|n| order_id(&n.to_string())).collect::<Vec<_>>();
    assert_eq!(store.due(due, 100).await.unwrap(), ids(0..5));
    assert_eq!(store.due(due, 3).await.unwrap(), ids(0..3));
    assert!(store.due(at(0), 100).await.unwrap().is_empty());

    // Once it was woken, it is due later.
    let woken = step(&order("0", &[("A", 1)], at(0)), &Command::Tick, due);
    store.commit(&woken).await.unwrap();
    assert_eq!(store.due(due, 100).await.unwrap(), ids(1..5));
    let years = due + SignedDuration::from_hours(24 * 365);
    assert_eq!(store.due(years, 100).await.unwrap().len(), 20);

    // Once it has ended, it is due no more.
    let request = Command::RequestCancel { lines: vec![], reason: CancelReason::Shop };
    let requested = step(&woken.order, &request, due);
    store.commit(&requested).await.unwrap();
    let cancelled = step(&requested.order, &Command::Cancel, due);
    store.commit(&cancelled).await.unwrap();
    assert_eq!(next_due(&cancelled.order), None);
    assert_eq!(store.due(years, 100).await.unwrap().len(), 19);
}

async fn work_is_listed_by_when_its_first_matter_is_due(world: &impl World) {
    let store = world.store();
    let numbers = async |limit: usize| {
        let work = store.work(&merchant(), limit).await.unwrap();
        work.into_iter().map(|work| work.number).collect::<Vec<_>>()
    };
    let hold = |code: HoldCode| Command::PlaceHold { code, reason: "look".into() };
    // Of the four the first waits for nobody, and the last to be held is due first.
    let mut stopped = Vec::new();
    let codes = [HoldCode::ClientDecision, HoldCode::Quality, HoldCode::FraudReview];
    for (n, code) in (0..4).zip([None].into_iter().chain(codes.map(Some))) {
        let new = order(&n.to_string(), &[("A", 1)], at(n));
        store.commit(&opening(&new)).await.unwrap();
        let Some(code) = code else { continue };
        let step = step(&new, &hold(code), at(10));
        store.commit(&step).await.unwrap();
        stopped.push(step.order);
    }
    assert_eq!(numbers(100).await, ["3", "2", "1"]);
    assert_eq!(numbers(2).await, ["3", "2"]);
    let work = store.work(&merchant(), 1).await.unwrap().remove(0);
    assert_eq!((work.order, &work.matters), (stopped[2].id.clone(), &stopped[2].open_matters()));
    assert_eq!(work.matters[0].due_at, at(10) + SignedDuration::from_hours(4));

    // Another matter that is due earlier moves an order up, and what is dealt with is gone.
    let urgent = step(&stopped[0], &hold(HoldCode::CustomerNote), at(9));
    store.commit(&urgent).await.unwrap();
    assert_eq!(numbers(100).await, ["1", "3", "2"]);
    let resolve = Command::ResolveHold { code: HoldCode::FraudReview, by: "hanako".to_owned() };
    store.commit(&step(&stopped[2], &resolve, at(11))).await.unwrap();
    assert_eq!(numbers(100).await, ["1", "2"]);
    let other = MerchantId::new("other").unwrap();
    assert!(store.work(&other, 100).await.unwrap().is_empty());
}

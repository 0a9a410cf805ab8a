//! Orders, their events, and answers to repeated requests.

use jiff::SignedDuration;
use juchu::app::message::Subject;
use juchu::app::ports::{Answer, AnswerStore, CommitError, OrderStore, StockStore};
use juchu::domain::Order;
use juchu::domain::event::EventKind;
use juchu::domain::evolve::replay;

use crate::kept_by_every_store;
use crate::samples::{
    allocate, answer, arrival, at, grant, merchant, note, opening, order, order_id, step, stock,
};
use crate::worlds::World;

kept_by_every_store! {
    an_order_is_opened_once,
    the_same_commit_sent_again_counts_once,
    of_two_changes_of_one_version_one_wins,
    a_refused_commit_writes_nothing_at_all,
    a_request_is_answered_once_and_forgotten_after_a_day,
    an_answer_kept_first_stays,
    the_history_makes_the_order,
    every_event_is_told_once,
    orders_are_found_as_they_were_received,
}

async fn an_order_is_opened_once(world: &impl World) {
    let store = world.store();
    let first = order("1001", &[("A", 2)], at(0));
    assert!(store.load(&first.id).await.unwrap().is_none());
    store.commit(&opening(&first)).await.unwrap();
    assert_eq!(store.load(&first.id).await.unwrap().as_ref(), Some(&first));

    let again = order("1001", &[("A", 3)], at(1));
    match store.commit(&opening(&again)).await {
        Err(CommitError::Exists(known)) => assert_eq!(*known, first),
        other => panic!("{other:?}"),
    }
    assert_eq!(store.load(&first.id).await.unwrap(), Some(first));
}

async fn orders_are_found_as_they_were_received(world: &impl World) {
    let store = world.store();
    let orders: Vec<Order> = (0..3).map(|n| order(&n.to_string(), &[("A", 2)], at(n))).collect();
    for order in &orders {
        store.commit(&opening(order)).await.unwrap();
        store.commit(&step(order, &note("1"), at(5))).await.unwrap();
    }
    let never = order_id("never");
    let wanted = [&orders[2].id, &never, &orders[0].id, &orders[2].id].map(Clone::clone);
    let mut found = store.receipts(&wanted).await.unwrap();
    found.sort_by_key(|record| record.at);
    let received: Vec<Option<Order>> =
        found.iter().map(|record| replay([(&record.event, record.at)])).collect();
    assert_eq!(received, [Some(orders[0].clone()), Some(orders[2].clone())]);
    assert_eq!(store.receipts(&[]).await.unwrap(), []);
}

async fn the_same_commit_sent_again_counts_once(world: &impl World) {
    let store = world.store();
    let new = order("1001", &[("A", 2)], at(0));
    store.commit(&opening(&new)).await.unwrap();
    store.change(&arrival("A", 5, "slip", at(0))).await.unwrap();
    let allocated = step(&new, &allocate(vec![grant(1, 2)], vec![]), at(1));
    for _ in 0..3 {
        store.commit(&allocated).await.unwrap();
    }
    assert_eq!(store.load(&new.id).await.unwrap(), Some(allocated.order));
    assert_eq!(store.counts(&merchant(), &[stock("A")]).await.unwrap()[0].allocated, 2);
}

async fn of_two_changes_of_one_version_one_wins(world: &impl World) {
    let store = world.store();
    let new = order("1001", &[("A", 2)], at(0));
    store.commit(&opening(&new)).await.unwrap();
    let (one, other) = (step(&new, &note("1"), at(1)), step(&new, &note("2"), at(2)));
    store.commit(&one).await.unwrap();
    assert!(matches!(store.commit(&other).await, Err(CommitError::Conflict)));
    assert_eq!(store.load(&new.id).await.unwrap().as_ref(), Some(&one.order));
    let later = step(&one.order, &note("2"), at(2));
    store.commit(&later).await.unwrap();
    // An order that is not there has no version either.
    let unknown = order("1002", &[("A", 2)], at(0));
    assert!(matches!(store.commit(&step(&unknown, &note("1"), at(1))).await, Err(CommitError::Conflict)));
}

async fn a_refused_commit_writes_nothing_at_all(world: &impl World) {
    let store = world.store();
    let new = order("1001", &[("A", 2), ("B", 3)], at(0));
    store.commit(&opening(&new)).await.unwrap();
    store.change(&arrival("A", 5, "slip", at(0))).await.unwrap();
    drop(world.messages());
    // A is there, B is not.
    let mut commit = step(&new, &allocate(vec![grant(1, 2), grant(2, 3)], vec![]), at(1));
    commit.answer = Some(answer("key", at(1)));
    assert!(matches!(store.commit(&commit).await, Err(CommitError::StockChanged)));

    assert_eq!(store.load(&new.id).await.unwrap().as_ref(), Some(&new));
    assert_eq!(store.history(&new.id).await.unwrap().len(), 1);
    assert_eq!(store.counts(&merchant(), &[stock("A")]).await.unwrap()[0].allocated, 0);
    assert_eq!(store.ledger(&merchant(), &stock("A"), None, 10).await.unwrap().items.len(), 1);
    assert_eq!(store.recall("key", at(1)).await.unwrap(), None);
    assert_eq!(world.messages(), vec![]);
}

async fn a_request_is_answered_once_and_forgotten_after_a_day(world: &impl World) {
    let store = world.store();
    let new = order("1001", &[("A", 2)], at(0));
    let told = answer("acme/orders/key", at(0));
    let mut commit = opening(&new);
    commit.answer = Some(told.clone());
    store.commit(&commit).await.unwrap();
    assert_eq!(store.recall(&told.key, at(1)).await.unwrap().as_ref(), Some(&told));

    let mut noted = step(&new, &note("1"), at(1));
    noted.answer = Some(Answer { status: 201, ..answer(&told.key, at(1)) });
    match store.commit(&noted).await {
        Err(CommitError::Answered(known)) => assert_eq!(*known, told),
        other => panic!("{other:?}"),
    }
    // What was answered comes before what has changed meanwhile.
    let mut reopened = opening(&order("1001", &[("A", 9)], at(1)));
    reopened.answer = Some(answer(&told.key, at(1)));
    assert!(matches!(store.commit(&reopened).await, Err(CommitError::Answered(_))));

    let next_day = at(0) + SignedDuration::from_hours(24);
    assert_eq!(store.recall(&told.key, next_day).await.unwrap(), None);
    let mut noted = step(&new, &note("1"), next_day);
    noted.answer = Some(answer(&told.key, next_day));
    store.commit(&noted).await.unwrap();
    assert_eq!(store.recall(&told.key, next_day).await.unwrap(), noted.answer);
}

async fn an_answer_kept_first_stays(world: &impl World) {
    let store = world.store();
    let first = answer("key", at(0));
    store.remember(&first).await.unwrap();
    store.remember(&Answer { status: 409, ..answer("key", at(5)) }).await.unwrap();
    assert_eq!(store.recall("key", at(6)).await.unwrap(), Some(first));
    let next_day = answer("key", at(0) + Answer::KEPT);
    store.remember(&next_day).await.unwrap();
    assert_eq!(store.recall("key", next_day.given_at()).await.unwrap(), Some(next_day));
    assert_eq!(store.recall("another", at(0)).await.unwrap(), None);
}

async fn the_history_makes_the_order(world: &impl World) {
    let store = world.store();
    let new = order("1001", &[("A", 2), ("B", 3)], at(0));
    assert_eq!(store.history(&new.id).await.unwrap(), vec![]);
    store.commit(&opening(&new)).await.unwrap();
    store.change(&arrival("A", 5, "slip", at(0))).await.unwrap();
    let allocated = step(&new, &allocate(vec![grant(1, 2)], vec![grant(2, 3)]), at(1));
    store.commit(&allocated).await.unwrap();
    let mut now = allocated.order;
    for n in 0..12 {
        let noted = step(&now, &note(&n.to_string()), at(2 + n));
        store.commit(&noted).await.unwrap();
        now = noted.order;
    }

    let history = store.history(&now.id).await.unwrap();
    assert!(history.iter().map(|record| record.seq).eq(1..=now.version));
    assert_eq!(replay(history.iter().map(|record| (&record.event, record.at))).as_ref(), Some(&now));
    assert_eq!(store.load(&now.id).await.unwrap().as_ref(), Some(&now));
    for record in history {
        assert_eq!(store.event(&now.id, record.seq).await.unwrap(), Some(record));
    }
    assert_eq!(store.event(&now.id, now.version + 1).await.unwrap(), None);
    assert_eq!(store.event(&order_id("1002"), 1).await.unwrap(), None);
}

async fn every_event_is_told_once(world: &impl World) {
    let store = world.store();
    let new = order("1001", &[("A", 2)], at(0));
    store.commit(&opening(&new)).await.unwrap();
    let waiting = step(&new, &allocate(vec![], vec![grant(1, 2)]), at(1));
    store.commit(&waiting).await.unwrap();
    store.commit(&waiting).await.unwrap();

    let mut messages = world.messages();
    messages.sort_by(|a, b| a.id.cmp(&b.id));
    let subject = |seq, kind| Subject::Order { order: new.id.clone(), seq, kind };
    let told: Vec<Subject> = messages.iter().map(|message| message.subject.clone()).collect();
    assert_eq!(
        told,
        vec![
            subject(1, EventKind::OrderReceived),
            subject(2, EventKind::StockBackordered),
            subject(3, EventKind::TicketOpened),
        ]
    );
    for message in &messages {
        assert_eq!((&message.merchant, message.correlation.as_str()), (&merchant(), "req-1"));
    }
    assert_eq!(messages[1].at, at(1));
    assert_eq!(messages[1].id, waiting.records[0].id());
    assert_eq!(world.messages(), vec![]);
}

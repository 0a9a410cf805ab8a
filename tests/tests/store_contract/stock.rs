//! Stock: never promised twice, first come first served, and a ledger that explains every count.

use futures_util::future::join_all;
use juchu::app::message::{Message, Subject};
use juchu::app::ports::{
    Commit, CommitError, LedgerEntry, LedgerReason, OrderStore, StockChanged, StockStore,
};
use juchu::domain::Command;
use juchu::domain::ids::LineId;
use juchu::domain::order::{CancelReason, Order};
use juchu::domain::stock::{Stock, StockDelta};
use tokio::task::JoinSet;

use crate::kept_by_every_store;
use crate::samples::{allocate, arrival, at, grant, merchant, note, opening, order, order_id, step, stock};
use crate::worlds::{Store, World};

kept_by_every_store! {
    a_stock_nobody_has_seen_is_empty,
    units_are_promised_only_while_there_are_any,
    p1_two_hundred_orders_for_one_unit_oversell_nothing,
    of_commits_that_come_at_the_same_time_each_gets_what_it_would_get_alone,
    nobody_begins_to_wait_for_units_that_are_there,
    those_that_wait_are_served_first_in_first_out,
    a_cancelled_line_no_longer_waits,
    lines_of_one_stock_move_it_once,
    the_ledger_sums_to_the_counts,
    a_slip_is_booked_once,
    no_count_falls_below_zero,
    units_that_came_free_are_told_to_those_that_wait,
    a_fill_that_calls_for_the_next_ones_is_told_to_them,
    the_ledger_is_read_in_pages_newest_first,
}

async fn counts(store: &impl Store, sku: &str) -> Stock {
    store.counts(&merchant(), &[stock(sku)]).await.unwrap()[0]
}

async fn opened(store: &impl Store, number: &str, lines: &[(&str, u32)], second: i64) -> Order {
    let order = order(number, lines, at(second));
    store.commit(&opening(&order)).await.unwrap();
    order
}

/// The commit that opens an order and carries out a command on it.
fn opening_with(order: &Order, command: &Command) -> Commit {
    let (first, then) = (opening(order), step(order, command, order.received_at));
    Commit { expected_version: 0, records: [first.records, then.records].concat(), ..then }
}

/// An order whose only line waits.
async fn waiting(store: &impl Store, number: &str, (sku, units): (&str, u32), second: i64) -> Order {
    let order = opened(store, number, &[(sku, units)], second).await;
    let commit = step(&order, &allocate(vec![], vec![grant(1, units)]), at(second));
    store.commit(&commit).await.unwrap();
    commit.order
}

async fn a_stock_nobody_has_seen_is_empty(world: &impl World) {
    let store = world.store();
    store.change(&arrival("B", 4, "slip", at(0))).await.unwrap();
    let keys = [stock("A"), stock("B"), stock("A")];
    let counts = store.counts(&merchant(), &keys).await.unwrap();
    assert_eq!(counts.iter().map(|stock| stock.on_hand).collect::<Vec<_>>(), vec![0, 4, 0]);
    assert_eq!(counts[0], Stock::default());
    assert_eq!(store.counts(&merchant(), &[]).await.unwrap(), vec![]);
}

async fn units_are_promised_only_while_there_are_any(world: &impl World) {
    let store = world.store();
    store.change(&arrival("A", 3, "slip", at(0))).await.unwrap();
    let first = opened(store, "1", &[("A", 2)], 0).await;
    let second = opened(store, "2", &[("A", 2)], 1).await;
    store.commit(&step(&first, &allocate(vec![grant(1, 2)], vec![]), at(2))).await.unwrap();
    let too_many = step(&second, &allocate(vec![grant(1, 2)], vec![]), at(3));
    assert!(matches!(store.commit(&too_many).await, Err(CommitError::StockChanged)));
    store.commit(&step(&second, &allocate(vec![grant(1, 1)], vec![grant(1, 1)]), at(3))).await.unwrap();
    let stock = counts(store, "A").await;
    assert_eq!((stock.on_hand, stock.allocated, stock.backordered), (3, 3, 1));
    assert_eq!((stock.available, stock.promisable), (0, -1));
}

async fn p1_two_hundred_orders_for_one_unit_oversell_nothing(world: &impl World) {
    let store = world.store();
    store.change(&arrival("A", 1, "slip", at(0))).await.unwrap();
    let mut tasks = JoinSet::new();
    for n in 0..200 {
        let store = store.clone();
        tasks.spawn(async move {
            let new = order(&n.to_string(), &[("A", 1)], at(n));
            match store.commit(&opening_with(&new, &allocate(vec![grant(1, 1)], vec![]))).await {
                Ok(()) => true,
                Err(CommitError::StockChanged) => {
                    let short = opening_with(&new, &allocate(vec![], vec![grant(1, 1)]));
                    store.commit(&short).await.unwrap();
                    false
                }
                Err(other) => panic!("{other:?}"),
            }
        });
    }
    let served = tasks.join_all().await;
    assert_eq!(served.into_iter().filter(|served| *served).count(), 1);
    let stock_now = counts(store, "A").await;
    assert_eq!((stock_now.allocated, stock_now.backordered, stock_now.available), (1, 199, 0));
    assert_eq!(store.waiting(&merchant(), &stock("A"), 1_000).await.unwrap().len(), 199);
}

async fn of_commits_that_come_at_the_same_time_each_gets_what_it_would_get_alone(world: &impl World) {
    let store = world.store();
    for sku in ["A", "B"] {
        store.change(&arrival(sku, 20, "slip", at(0))).await.unwrap();
    }
    let mut commits = Vec::new();
    for n in 0..30 {
        let order = opened(store, &n.to_string(), &[("A", 1), ("B", 1)], n).await;
        let mut commit = step(&order, &allocate(vec![grant(1, 1), grant(2, 1)], vec![]), at(30));
        // Every tenth was decided on an order that is no longer so.
        commit.expected_version += u64::from(n % 10 == 0);
        commits.push(commit);
    }
    let ends = join_all(commits.iter().map(|commit| store.commit(commit))).await;
    let count = |is: fn(&Result<(), CommitError>) -> bool| ends.iter().filter(|end| is(end)).count();
    assert_eq!(count(|end| matches!(end, Err(CommitError::Conflict))), 3);
    assert_eq!(count(Result::is_ok), 20);
    assert_eq!(count(|end| matches!(end, Err(CommitError::StockChanged))), 7);
    for sku in ["A", "B"] {
        let stock_now = counts(store, sku).await;
        assert_eq!((stock_now.allocated, stock_now.promisable), (20, 0));
        let ledger = store.ledger(&merchant(), &stock(sku), None, 100).await.unwrap();
        assert_eq!(ledger.items.len(), 21, "the arrival, and one row for each order");
    }
    for (commit, end) in commits.iter().zip(&ends) {
        let known = store.load(&commit.order.id).await.unwrap().unwrap();
        assert_eq!(known == commit.order, end.is_ok());
    }
}

async fn nobody_begins_to_wait_for_units_that_are_there(world: &impl World) {
    let store = world.store();
    let order = opened(store, "1", &[("A", 2)], 0).await;
    let short = step(&order, &allocate(vec![], vec![grant(1, 2)]), at(2));
    // The goods arrive between the decision and the commit: no later arrival would end the wait.
    store.change(&arrival("A", 5, "slip", at(1))).await.unwrap();
    assert!(matches!(store.commit(&short).await, Err(CommitError::StockChanged)));
    let partly = step(&order, &allocate(vec![grant(1, 1)], vec![grant(1, 1)]), at(2));
    assert!(matches!(store.commit(&partly).await, Err(CommitError::StockChanged)));
    assert_eq!(store.waiting(&merchant(), &stock("A"), 10).await.unwrap(), vec![]);
}

async fn those_that_wait_are_served_first_in_first_out(world: &impl World) {
    let store = world.store();
    // Whoever was received first is first, whenever it began to wait.
    let late = waiting(store, "late", ("A", 2), 9).await;
    let early = waiting(store, "early", ("A", 3), 2).await;
    let wait = async || store.waiting(&merchant(), &stock("A"), 10).await.unwrap();
    let line = |order: &Order| (order.id.clone(), LineId(1));
    assert_eq!(wait().await, vec![line(&early), line(&late)]);
    assert_eq!(store.waiting(&merchant(), &stock("A"), 1).await.unwrap(), vec![line(&early)]);
    assert_eq!(store.waiting(&merchant(), &stock("B"), 10).await.unwrap(), vec![]);

    store.change(&arrival("A", 4, "slip", at(10))).await.unwrap();
    // A new order may not overtake them, and nobody gets more than arrived.
    let new = opened(store, "new", &[("A", 1)], 11).await;
    let overtaking = step(&new, &allocate(vec![grant(1, 1)], vec![]), at(11));
    assert!(matches!(store.commit(&overtaking).await, Err(CommitError::StockChanged)));
    let filled = step(&early, &Command::FillBackorder { grants: vec![grant(1, 3)] }, at(12));
    store.commit(&filled).await.unwrap();
    assert_eq!(wait().await, vec![line(&late)]);
    let too_many = step(&late, &Command::FillBackorder { grants: vec![grant(1, 2)] }, at(13));
    assert!(matches!(store.commit(&too_many).await, Err(CommitError::StockChanged)));
    let partly = step(&late, &Command::FillBackorder { grants: vec![grant(1, 1)] }, at(13));
    store.commit(&partly).await.unwrap();
    assert_eq!(wait().await, vec![line(&late)], "one unit still waits");
    let stock = counts(store, "A").await;
    assert_eq!((stock.allocated, stock.backordered, stock.available), (4, 1, 0));
}

async fn a_cancelled_line_no_longer_waits(world: &impl World) {
    let store = world.store();
    let order = waiting(store, "1", ("A", 2), 0).await;
    let request = Command::RequestCancel { lines: vec![], reason: CancelReason::Customer };
    let requested = step(&order, &request, at(1));
    store.commit(&requested).await.unwrap();
    let cancelled = step(&requested.order, &Command::Cancel, at(2));
    store.commit(&cancelled).await.unwrap();
    assert_eq!(store.waiting(&merchant(), &stock("A"), 10).await.unwrap(), vec![]);
    assert_eq!(counts(store, "A").await, Stock::default());
}

async fn lines_of_one_stock_move_it_once(world: &impl World) {
    let store = world.store();
    store.change(&arrival("A", 4, "slip", at(0))).await.unwrap();
    let order = opened(store, "1", &[("A", 3), ("A", 3)], 0).await;
    let grants = vec![grant(1, 3), grant(2, 1)];
    let commit = step(&order, &allocate(grants, vec![grant(2, 2)]), at(1));
    store.commit(&commit).await.unwrap();
    let rows = store.ledger(&merchant(), &stock("A"), None, 10).await.unwrap().items;
    assert_eq!(rows.len(), 2);
    assert_eq!((rows[0].allocated, rows[0].backordered), (4, 2));
    assert_eq!(rows[0].reference, format!("{}:1,2", commit.records[0].id()));
    assert_eq!((rows[0].reason, &rows[0].cause), (LedgerReason::Order, &commit.records[0].cause));
    assert_eq!(
        store.waiting(&merchant(), &stock("A"), 10).await.unwrap(),
        vec![(order.id.clone(), LineId(2))]
    );
}

async fn the_ledger_sums_to_the_counts(world: &impl World) {
    let store = world.store();
    let first = waiting(store, "1", ("A", 3), 0).await;
    store.change(&arrival("A", 5, "slip", at(1))).await.unwrap();
    let filled = step(&first, &Command::FillBackorder { grants: vec![grant(1, 3)] }, at(2));
    store.commit(&filled).await.unwrap();
    store.change(&arrival("A", -1, "count", at(3))).await.unwrap();
    let request = Command::RequestCancel { lines: vec![], reason: CancelReason::Customer };
    let requested = step(&filled.order, &request, at(4));
    store.commit(&requested).await.unwrap();
    store.commit(&step(&requested.order, &Command::Cancel, at(5))).await.unwrap();

    let rows = store.ledger(&merchant(), &stock("A"), None, 100).await.unwrap().items;
    assert_eq!(rows.len(), 5);
    let delta = |row: &LedgerEntry| StockDelta {
        on_hand: row.on_hand,
        allocated: row.allocated,
        safety: row.safety,
        backordered: row.backordered,
    };
    let sum = rows.iter().fold(Stock::default(), |stock, row| stock.after(&delta(row)));
    assert_eq!(sum, counts(store, "A").await);
    assert_eq!((sum.on_hand, sum.allocated, sum.available), (4, 0, 4));
}

async fn a_slip_is_booked_once(world: &impl World) {
    let store = world.store();
    let slip = arrival("A", 5, "slip#1", at(0));
    assert_eq!(store.change(&slip).await.unwrap(), StockChanged::Done);
    for second in 0..3 {
        let again = arrival("A", 5, "slip#1", at(second));
        assert_eq!(store.change(&again).await.unwrap(), StockChanged::AlreadyDone);
    }
    let other = arrival("A", 6, "slip#1", at(0));
    assert_eq!(store.change(&other).await.unwrap(), StockChanged::ReferenceReused);
    // The slip is the stock's own.
    assert_eq!(store.change(&arrival("B", 6, "slip#1", at(0))).await.unwrap(), StockChanged::Done);
    assert_eq!(counts(store, "A").await.on_hand, 5);
    assert_eq!(store.ledger(&merchant(), &stock("A"), None, 10).await.unwrap().items, vec![slip.entry()]);
}

async fn no_count_falls_below_zero(world: &impl World) {
    let store = world.store();
    assert_eq!(store.change(&arrival("A", -1, "count-1", at(0))).await.unwrap(), StockChanged::BelowZero);
    store.change(&arrival("A", 3, "slip", at(1))).await.unwrap();
    assert_eq!(store.change(&arrival("A", -4, "count-2", at(2))).await.unwrap(), StockChanged::BelowZero);
    // What was refused was not booked: the same count may be tried again.
    assert_eq!(store.change(&arrival("A", -3, "count-2", at(3))).await.unwrap(), StockChanged::Done);
    let safety = |units, reference| {
        let mut change = arrival("A", 0, reference, at(4));
        change.delta.safety = units;
        change
    };
    assert_eq!(store.change(&safety(2, "safety-1")).await.unwrap(), StockChanged::Done);
    assert_eq!(store.change(&safety(-3, "safety-2")).await.unwrap(), StockChanged::BelowZero);
    assert_eq!(store.change(&safety(-2, "safety-3")).await.unwrap(), StockChanged::Done);
    assert_eq!(counts(store, "A").await, Stock::default());
}

async fn units_that_came_free_are_told_to_those_that_wait(world: &impl World) {
    let store = world.store();
    let freed = || {
        let of_stock = |message: &Message| matches!(message.subject, Subject::Stock { .. });
        world.messages().into_iter().filter(of_stock).collect::<Vec<_>>()
    };
    store.change(&arrival("A", 5, "slip", at(0))).await.unwrap();
    let told = freed();
    assert_eq!(told.len(), 1, "goods arrived");
    assert_eq!(told[0].stock(), Some(stock("A")));
    assert_eq!((&told[0].merchant, told[0].at), (&merchant(), at(0)));
    store.change(&arrival("A", -1, "count", at(1))).await.unwrap();
    let order = opened(store, "1", &[("A", 5)], 1).await;
    let commit = step(&order, &allocate(vec![grant(1, 4)], vec![grant(1, 1)]), at(2));
    store.commit(&commit).await.unwrap();
    let noted = step(&commit.order, &note("1"), at(3));
    store.commit(&noted).await.unwrap();
    assert_eq!(freed(), vec![], "units were taken, or not touched");

    let request = Command::RequestCancel { lines: vec![], reason: CancelReason::Customer };
    let requested = step(&noted.order, &request, at(4));
    store.commit(&requested).await.unwrap();
    let cancelled = step(&requested.order, &Command::Cancel, at(5));
    store.commit(&cancelled).await.unwrap();
    let told = freed();
    assert_eq!(told.len(), 1, "a promise was taken back, and somebody no longer waits");
    assert!(told[0].id.ends_with(&format!("{}:1", cancelled.records[0].id())));

    let alone = waiting(store, "2", ("B", 1), 6).await;
    let requested = step(&alone, &request, at(7));
    store.commit(&requested).await.unwrap();
    store.commit(&step(&requested.order, &Command::Cancel, at(8))).await.unwrap();
    assert_eq!(freed().len(), 1, "those behind move up");
}

async fn the_ledger_is_read_in_pages_newest_first(world: &impl World) {
    let store = world.store();
    for n in 0..7 {
        store.change(&arrival("A", 1, &format!("slip-{n}"), at(n))).await.unwrap();
    }
    let (mut cursor, mut seen) = (None, Vec::new());
    loop {
        let page = store.ledger(&merchant(), &stock("A"), cursor.as_deref(), 3).await.unwrap();
        assert!(page.items.len() <= 3);
        seen.extend(page.items.into_iter().map(|row| row.reference));
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(seen, (0..7).rev().map(|n| format!("slip-{n}")).collect::<Vec<_>>());
    let page = store.ledger(&merchant(), &stock("A"), None, 3).await.unwrap();
    let elsewhere = store.ledger(&merchant(), &stock("B"), page.next.as_deref(), 3).await;
    assert!(elsewhere.is_err(), "a cursor is bound to its list");
    assert!(store.load(&order_id("none")).await.unwrap().is_none());
}

async fn a_fill_that_calls_for_the_next_ones_is_told_to_them(world: &impl World) {
    let store = world.store();
    let first = waiting(store, "1", ("A", 1), 0).await;
    let second = waiting(store, "2", ("A", 1), 1).await;
    store.change(&arrival("A", 5, "slip", at(2))).await.unwrap();
    drop(world.messages());
    let fill = |order: &Order| step(order, &Command::FillBackorder { grants: vec![grant(1, 1)] }, at(3));
    let told = || world.messages().iter().filter(|message| message.stock() == Some(stock("A"))).count();
    store.commit(&fill(&first)).await.unwrap();
    assert_eq!(told(), 0);
    store.commit(&Commit { calls_next: true, ..fill(&second) }).await.unwrap();
    assert_eq!(told(), 1);
}

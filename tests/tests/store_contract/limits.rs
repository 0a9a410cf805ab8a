//! What orders share: counts never beyond their bounds, who was seen by what, what merchants register.

use futures_util::future::join_all;
use jiff::SignedDuration;
use juchu::app::limit_store::{
    Adjusted, LimitStore, Registered, RegisteredKey, RegisteredKind, Tally, TallyAdjustment,
};
use juchu::app::ports::{Commit, CommitError, OrderStore};
use juchu::domain::Command;
use juchu::domain::account::PointIssuer;
use juchu::domain::fraud::{Mark, MarkKind};
use juchu::domain::ids::{IssuerId, MerchantId};
use juchu::domain::order::{CancelReason, Order};
use juchu::domain::screening::Screened;
use juchu::domain::tally::{Claim, TallyKey, TallyKind};
use tokio::task::JoinSet;

use crate::kept_by_every_store;
use crate::samples::{at, cause, merchant, opening, order, step};
use crate::worlds::{Store, World};

kept_by_every_store! {
    a_count_nobody_has_changed_is_nothing,
    a_code_with_one_use_left_is_used_once_by_two_hundred_orders,
    what_has_no_room_for_a_claim_refuses_the_whole_commit,
    of_claims_that_come_at_the_same_time_each_gets_what_it_would_get_alone,
    what_a_cancelled_order_gives_back_can_be_claimed_again,
    points_are_taken_down_to_nothing_and_no_further,
    a_slip_changes_a_count_once,
    orders_are_seen_by_their_marks_the_newest_first,
    what_is_registered_is_found_listed_changed_and_forgotten,
    a_salt_is_made_once_for_each_merchant,
}

fn code() -> TallyKey {
    TallyKey::new(TallyKind::PromotionUses, &["SPRING"])
}

fn points() -> TallyKey {
    TallyKey::new(TallyKind::Points, &["OWN", "customer"])
}

async fn amount(store: &impl Store, key: TallyKey) -> i64 {
    store.tallies(&merchant(), &[key]).await.unwrap()[0].amount
}

fn screen(claims: Vec<Claim>) -> Command {
    Command::Screen { screened: Box::new(Screened { claims, ..Screened::default() }) }
}

fn uses(limit: i64) -> Command {
    screen(vec![Claim::one(code(), Some(limit))])
}

fn takes(points_used: i64) -> Command {
    screen(vec![Claim { amount: points_used, ..Claim::one(points(), None) }])
}

async fn opened(store: &impl Store, number: &str) -> Order {
    let order = order(number, &[("A", 1)], at(0));
    store.commit(&opening(&order)).await.unwrap();
    order
}

/// The commit that opens an order and screens it.
fn opening_with(number: &str, command: &Command) -> Commit {
    let order = order(number, &[("A", 1)], at(0));
    let (first, then) = (opening(&order), step(&order, command, at(0)));
    Commit { expected_version: 0, records: [first.records, then.records].concat(), ..then }
}

fn slip(delta: i64, reference: &str) -> TallyAdjustment {
    TallyAdjustment {
        merchant: merchant(),
        key: points(),
        delta,
        reference: reference.to_owned(),
        at: at(0),
        cause: cause(),
    }
}

async fn a_count_nobody_has_changed_is_nothing(world: &impl World) {
    let tallies = world.store().tallies(&merchant(), &[code(), points(), code()]).await.unwrap();
    assert_eq!(tallies, [Tally::default(); 3]);
    assert_eq!(world.store().tallies(&merchant(), &[]).await.unwrap(), []);
}

async fn a_code_with_one_use_left_is_used_once_by_two_hundred_orders(world: &impl World) {
    let mut tasks = JoinSet::new();
    for n in 0..200 {
        let store = world.store().clone();
        tasks.spawn(async move {
            match store.commit(&opening_with(&n.to_string(), &uses(1))).await {
                Ok(()) => true,
                Err(CommitError::TallyChanged) => false,
                Err(other) => panic!("{other:?}"),
            }
        });
    }
    let used = tasks.join_all().await;
    assert_eq!(used.into_iter().filter(|used| *used).count(), 1);
    assert_eq!(amount(world.store(), code()).await, 1);
}

async fn what_has_no_room_for_a_claim_refuses_the_whole_commit(world: &impl World) {
    let store = world.store();
    let (one, two) = (opened(store, "1").await, opened(store, "2").await);
    store.commit(&step(&one, &uses(1), at(1))).await.unwrap();
    let free = TallyKey::new(TallyKind::Orders, &["customer"]);
    let both = screen(vec![Claim::one(code(), Some(1)), Claim::one(free.clone(), None)]);
    let refused = store.commit(&step(&two, &both, at(2))).await;
    assert!(matches!(refused, Err(CommitError::TallyChanged)), "{refused:?}");
    assert_eq!((amount(store, code()).await, amount(store, free).await), (1, 0));
    assert_eq!(store.load(&two.id).await.unwrap(), Some(two));
}

async fn of_claims_that_come_at_the_same_time_each_gets_what_it_would_get_alone(world: &impl World) {
    let store = world.store();
    store.adjust(&slip(100, "slip")).await.unwrap();
    // 50, 30, 30, 20, 10, 5: what is left is enough for some of those that come after one it is not enough for.
    let wishes = [50, 30, 30, 20, 10, 5];
    let commits = wishes.map(|points| opening_with(&points.to_string(), &takes(points)));
    let commits: Vec<Commit> = (1..).zip(commits).map(|(n, commit)| renumbered(commit, n)).collect();
    let ends = join_all(commits.iter().map(|commit| store.commit(commit))).await;
    let got: Vec<bool> = ends.iter().map(Result::is_ok).collect();
    assert_eq!(got, [true, true, false, true, false, false]);
    assert!(
        ends.iter().filter_map(|end| end.as_ref().err()).all(|why| matches!(why, CommitError::TallyChanged))
    );
    assert_eq!(amount(store, points()).await, 0);
}

/// The same commit of another order.
fn renumbered(commit: Commit, n: usize) -> Commit {
    let other = order(&format!("order-{n}"), &[("A", 1)], at(0)).id;
    let mut commit = commit;
    for record in &mut commit.records {
        record.order = other.clone();
        if let juchu::domain::Event::OrderReceived { order } = &mut record.event {
            order.id = other.clone();
        }
    }
    commit.order.id = other;
    commit
}

async fn what_a_cancelled_order_gives_back_can_be_claimed_again(world: &impl World) {
    let store = world.store();
    let (one, two) = (opened(store, "1").await, opened(store, "2").await);
    let used = step(&one, &uses(1), at(1));
    store.commit(&used).await.unwrap();
    let everything = Command::RequestCancel { lines: vec![], reason: CancelReason::Customer };
    let asked = step(&used.order, &everything, at(2));
    store.commit(&asked).await.unwrap();
    let cancelled = step(&asked.order, &Command::Cancel, at(3));
    store.commit(&cancelled).await.unwrap();
    assert_eq!(amount(store, code()).await, 0);
    store.commit(&cancelled).await.unwrap();
    assert_eq!(amount(store, code()).await, 0, "what is sent again counts once");
    store.commit(&step(&two, &uses(1), at(4))).await.unwrap();
    assert_eq!(amount(store, code()).await, 1);
}

async fn points_are_taken_down_to_nothing_and_no_further(world: &impl World) {
    let store = world.store();
    let short = store.commit(&opening_with("0", &takes(1))).await;
    assert!(matches!(short, Err(CommitError::TallyChanged)), "{short:?}");
    store.adjust(&slip(100, "slip")).await.unwrap();
    store.commit(&opening_with("1", &takes(60))).await.unwrap();
    let short = store.commit(&opening_with("2", &takes(41))).await;
    assert!(matches!(short, Err(CommitError::TallyChanged)), "{short:?}");
    store.commit(&opening_with("3", &takes(40))).await.unwrap();
    let tally = store.tallies(&merchant(), &[points()]).await.unwrap()[0];
    assert_eq!(tally, Tally { amount: 0, by_hand: 100 });
}

async fn a_slip_changes_a_count_once(world: &impl World) {
    let store = world.store();
    assert_eq!(store.adjust(&slip(-1, "early")).await.unwrap(), Adjusted::BelowZero);
    assert_eq!(store.adjust(&slip(10, "slip")).await.unwrap(), Adjusted::Done);
    assert_eq!(store.adjust(&slip(10, "slip")).await.unwrap(), Adjusted::AlreadyDone);
    assert_eq!(store.adjust(&slip(11, "slip")).await.unwrap(), Adjusted::ReferenceReused);
    assert_eq!(store.adjust(&slip(-11, "other")).await.unwrap(), Adjusted::BelowZero);
    assert_eq!(store.adjust(&slip(-10, "other")).await.unwrap(), Adjusted::Done);
    let tally = store.tallies(&merchant(), &[points()]).await.unwrap()[0];
    assert_eq!(tally, Tally { amount: 0, by_hand: 0 });
}

fn phone(hash: &str) -> Mark {
    Mark { kind: MarkKind::Phone, hash: hash.to_owned(), detail: None }
}

async fn orders_are_seen_by_their_marks_the_newest_first(world: &impl World) {
    let store = world.store();
    let domain = Mark { kind: MarkKind::MailDomain, ..phone("a") };
    for n in 0..5 {
        let new = order(&n.to_string(), &[("A", 1)], at(60 * n));
        store.commit(&opening(&new)).await.unwrap();
        let room = Mark { detail: Some(n.to_string()), ..phone("a") };
        let marks = vec![if n == 2 { phone("b") } else { room }, domain.clone()];
        let screened = Screened { marks, ..Screened::default() };
        let screen = Command::Screen { screened: Box::new(screened) };
        store.commit(&step(&new, &screen, at(60 * n + 1))).await.unwrap();
    }
    let seen = async |mark: &Mark, since, limit| {
        let seen = store.sightings(&merchant(), mark, since, limit).await.unwrap();
        seen.into_iter().map(|sighting| sighting.detail.unwrap_or_default()).collect::<Vec<_>>()
    };
    assert_eq!(seen(&phone("a"), at(0), 10).await, ["4", "3", "1", "0"]);
    assert_eq!(seen(&phone("a"), at(60), 10).await, ["4", "3", "1"]);
    assert_eq!(seen(&phone("a"), at(0), 2).await, ["4", "3"]);
    assert_eq!(seen(&phone("b"), at(0), 10).await, [""]);
    assert!(seen(&domain, at(0), 10).await.is_empty(), "only what is remembered");
    let of_other = MerchantId::new("other").unwrap();
    assert_eq!(store.sightings(&of_other, &phone("a"), at(0), 10).await.unwrap(), []);
    let later = at(0) + SignedDuration::from_hours(1);
    assert!(seen(&phone("a"), later, 10).await.is_empty());
}

fn issuer(id: &str, earn_basis_points: u16) -> Registered {
    Registered::PointIssuer(PointIssuer {
        id: IssuerId::new(id).unwrap(),
        channels: Vec::new(),
        earn_basis_points,
    })
}

async fn what_is_registered_is_found_listed_changed_and_forgotten(world: &impl World) {
    let store = world.store();
    for id in ["A", "B", "C"] {
        store.register(&merchant(), &issuer(id, 1)).await.unwrap();
    }
    store.register(&merchant(), &issuer("B", 2)).await.unwrap();
    let key = |id: &str| RegisteredKey::new(RegisteredKind::PointIssuer, id);
    let other_kind = RegisteredKey::new(RegisteredKind::Account, "B");
    let found = store.registered(&merchant(), &[key("B"), key("X"), other_kind]).await.unwrap();
    assert_eq!(found, [issuer("B", 2)]);
    let kind = RegisteredKind::PointIssuer;
    let first = store.list_registered(&merchant(), kind, None, 2).await.unwrap();
    assert_eq!(first.items, [issuer("A", 1), issuer("B", 2)]);
    let rest = store.list_registered(&merchant(), kind, first.next.as_deref(), 2).await.unwrap();
    assert_eq!((rest.items, rest.next), (vec![issuer("C", 1)], None));
    assert!(
        store.list_registered(&merchant(), RegisteredKind::Account, first.next.as_deref(), 2).await.is_err()
    );
    for _ in 0..2 {
        store.unregister(&merchant(), &key("B")).await.unwrap();
    }
    let left = store.list_registered(&merchant(), kind, None, 10).await.unwrap();
    assert_eq!(left.items, [issuer("A", 1), issuer("C", 1)]);
    let of_other = MerchantId::new("other").unwrap();
    assert_eq!(store.list_registered(&of_other, kind, None, 10).await.unwrap().items, []);
}

async fn a_salt_is_made_once_for_each_merchant(world: &impl World) {
    let store = world.store();
    let (one, again) = futures_util::future::join(store.salt(&merchant()), store.salt(&merchant())).await;
    let one = one.unwrap();
    assert_eq!(one, again.unwrap());
    assert_eq!(one, store.salt(&merchant()).await.unwrap());
    assert_ne!(one, store.salt(&MerchantId::new("other").unwrap()).await.unwrap());
    assert!(one.0.len() >= 16, "long enough not to be guessed");
}

//! What waits for people, as they are shown it.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use juchu::app::access::{Denied, Principal, Role, Scope};
use juchu::app::ports::{ListError, MerchantStore};
use juchu::app::query_orders::QueryError;
use juchu::app::worklist::{Age, Assignee, WorkFilter, WorkItem, WorkQuery};
use juchu::domain::Command;
use juchu::domain::calls::{CallReason, NewCall};
use juchu::domain::customer::Personal;
use juchu::domain::ids::{MerchantId, OrderId};
use juchu::domain::matter::Matter;
use juchu::domain::merchant::Merchant;
use juchu::domain::next_action::Owner;
use juchu::domain::order::HoldCode;
use juchu::domain::rule_pack::RuleVersion;
use juchu::domain::testing::an_order;
use juchu_tests::harness::World;
use juchu_tests::harness::people::{merchant, somebody};

fn query(filter: WorkFilter) -> WorkQuery {
    WorkQuery { merchant: merchant(), filter, cursor: None, limit: 100 }
}

async fn listed(world: &World, filter: WorkFilter) -> Vec<WorkItem> {
    let auditor = somebody(Role::Auditor);
    world.query_orders().worklist(&auditor, &query(filter)).await.unwrap().page.items
}

fn names(items: &[WorkItem]) -> Vec<(&str, &str)> {
    items.iter().map(|item| (item.number.as_str(), item.next.open.matter.name())).collect()
}

/// Of three orders the first waits for nobody; the second for two people, the third for one.
async fn three_orders() -> (World, Vec<OrderId>) {
    let mut world = World::new();
    let mut orders = vec![world.receives(&an_order()).await];
    for _ in 0..2 {
        orders.push(world.orders(&an_order()).await);
    }
    world.settle().await;
    let held = [(1, HoldCode::ClientDecision), (1, HoldCode::CustomerNote), (2, HoldCode::Quality)];
    for (n, code) in held {
        world.staff(&orders[n], &Command::PlaceHold { code, reason: "look".into() }).await;
    }
    (world, orders)
}

#[tokio::test]
async fn what_is_due_first_comes_first_whatever_order_it_belongs_to() {
    let (world, _) = three_orders().await;
    let all = listed(&world, WorkFilter::default()).await;
    assert_eq!(names(&all), [("1002", "CUSTOMER_NOTE"), ("1003", "QUALITY"), ("1002", "CLIENT_DECISION")]);
    assert!(all.iter().all(|item| item.age_hours == 0 && !item.overdue));
}

#[tokio::test]
async fn pages_hold_everything_once_and_in_order() {
    let (world, _) = three_orders().await;
    let (window, auditor) = (world.query_orders(), somebody(Role::Auditor));
    let mut ask = WorkQuery { limit: 1, ..query(WorkFilter::default()) };
    let mut seen = Vec::new();
    loop {
        let shown = window.worklist(&auditor, &ask).await.unwrap();
        assert!(shown.is_complete && shown.page.items.len() == 1);
        seen.extend(shown.page.items);
        ask.cursor = shown.page.next;
        if ask.cursor.is_none() {
            break;
        }
        // Another part of the list has another cursor.
        let owner = Some(Owner::Logistics);
        let other = WorkQuery { filter: WorkFilter { owner, ..WorkFilter::default() }, ..ask.clone() };
        let told = window.worklist(&auditor, &other).await;
        assert!(matches!(told, Err(QueryError::List(ListError::BadCursor))), "{told:?}");
    }
    assert_eq!(seen, listed(&world, WorkFilter::default()).await);
}

#[tokio::test]
async fn a_list_is_narrowed_down_by_reason_by_owner_and_by_who_deals_with_it() {
    let (mut world, orders) = three_orders().await;
    let of = |filter: WorkFilter| filter;
    let reason = of(WorkFilter { reason: Some("QUALITY"), ..WorkFilter::default() });
    assert_eq!(names(&listed(&world, reason).await), [("1003", "QUALITY")]);
    let owner = of(WorkFilter { owner: Some(Owner::ClientUser), ..WorkFilter::default() });
    assert_eq!(names(&listed(&world, owner).await), [("1002", "CLIENT_DECISION")]);

    let (matter, to) = (Matter::Hold(HoldCode::Quality), Some("sato".to_owned()));
    let assign = Command::AssignWork { matter, to, by: "kato".to_owned() };
    world.commands(Role::Logistics, &orders[2], &assign).await.unwrap();
    let assignee = |who| WorkFilter { assignee: Some(who), ..WorkFilter::default() };
    let sato = listed(&world, assignee(Assignee::Person("sato".to_owned()))).await;
    assert_eq!(names(&sato), [("1003", "QUALITY")]);
    assert_eq!(listed(&world, assignee(Assignee::Nobody)).await.len(), 2);
}

#[tokio::test]
async fn counts_tell_how_much_waits_where_and_for_how_long() {
    let (mut world, _) = three_orders().await;
    world.pass(SignedDuration::from_hours(30)).await;
    let window = world.query_orders();
    let counted = window.work_counts(&somebody(Role::Auditor), None, 10).await.unwrap();
    assert_eq!((counted.items.len(), counted.next), (1, None));
    let work = &counted.items[0];
    // Besides what was put on hold, the warehouse has acknowledged none of the three.
    assert_eq!((work.open, work.overdue, work.unassigned, work.is_complete), (6, 5, 6, true));
    let reasons: Vec<_> = work.by_reason.keys().copied().collect();
    assert_eq!(reasons, ["ACKNOWLEDGEMENT_MISSING", "CLIENT_DECISION", "CUSTOMER_NOTE", "QUALITY"]);
    assert_eq!(work.by_owner[Owner::Logistics.name()], 4);
    assert_eq!((work.by_age[&Age::Under3Days], work.by_age[&Age::UnderADay]), (3, 3));
}

#[tokio::test]
async fn nobody_counts_what_is_none_of_their_business() {
    let (world, _) = three_orders().await;
    let known = world.store.merchant(&merchant()).await.unwrap().unwrap();
    let ids = ["aaa", "zzz"].map(|id| MerchantId::new(id).unwrap());
    for id in &ids {
        let merchant = Merchant { id: id.clone(), version: 1, ..known.clone() };
        world.store.put_merchant(&merchant, &RuleVersion::standard(&merchant)).await.unwrap();
    }
    let window = world.query_orders();
    let scoped = |ids: &[&MerchantId]| {
        let scope = Scope::Of(ids.iter().map(|id| (*id).clone()).collect());
        Principal { subject: "u".to_owned(), roles: BTreeSet::from([Role::CallCenter]), scope }
    };
    let seen = async |who: &Principal, cursor: Option<&str>| {
        let page = window.work_counts(who, cursor, 2).await.unwrap();
        (page.items.into_iter().map(|work| work.merchant.to_string()).collect::<Vec<_>>(), page.next)
    };
    assert_eq!(seen(&scoped(&[&ids[1]]), None).await, (vec!["zzz".to_owned()], None));
    for everybody in [somebody(Role::CallCenter), scoped(&[&ids[0], &ids[1], &merchant()])] {
        let (first, next) = seen(&everybody, None).await;
        assert_eq!(first, ["aaa", "acme"]);
        assert_eq!(seen(&everybody, next.as_deref()).await, (vec!["zzz".to_owned()], None));
    }
    let stranger = scoped(&[&ids[0]]);
    let told = window.worklist(&stranger, &query(WorkFilter::default())).await;
    assert!(matches!(told, Err(QueryError::Denied(Denied::Merchant))), "{told:?}");
}

#[tokio::test]
async fn whoever_is_to_call_is_told_what_to_say() {
    let (mut world, orders) = three_orders().await;
    let before = world.now();
    world.pass(SignedDuration::from_mins(1)).await;
    let (reason, detail) = (CallReason::Other, Personal::new("ask for the size"));
    let call = NewCall { reason, about: None, detail, deadline: None, by: "kato".to_owned() };
    world.commands(Role::ClientUser, &orders[0], &Command::RequestCall { call }).await.unwrap();
    let window = world.query_orders();
    let whole = window.order(&somebody(Role::CallCenter), &orders[0], None).await.unwrap();
    assert_eq!(whole.scripts.len(), 1);
    assert!(whole.scripts[0].text.reveal().contains("茶の庵"));
    let then = window.order(&somebody(Role::CallCenter), &orders[0], Some(before)).await.unwrap();
    assert!(then.order.calls.is_empty() && then.scripts.is_empty());
}

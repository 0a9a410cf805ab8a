//! What channels send after the order: updates, cancellations, in any order, late, several at once.

use jiff::{SignedDuration, Timestamp};
use juchu::adapters::channels::{digest_of, fingerprint};
use juchu::adapters::reading::Spoken;
use juchu::app::access::Role;
use juchu::app::operate_order::{Caller, RequestError};
use juchu::app::payload_desk::PayloadDesk;
use juchu::app::payloads::{Outcome, PayloadLog, Taken, Told};
use juchu::app::receive_order::Incoming;
use juchu::app::record::Cause;
use juchu::domain::ids::OrderId;
use juchu::domain::intake::Intake;
use juchu::domain::merchant::ChannelKind;
use juchu::domain::order::{OrderState, TicketKind};
use juchu::domain::payment::PaymentMethod;
use juchu::domain::testing::{START, an_order, channel, merchant};
use juchu::domain::told::{ChannelOrder, ChannelStatus, Missing};
use juchu_tests::harness::World;
use juchu_tests::harness::people::somebody;
use juchu_tests::harness::processes::{Process, side_by_side};
use serde_json::{Value, json};

/// One order of a payload, as a dialect reads it.
fn said(intake: &Intake, status: ChannelStatus, updated_at: Option<Timestamp>) -> Told {
    let is_open = status == ChannelStatus::Open;
    let digest = if is_open { fingerprint(intake) } else { digest_of(&(status, intake)) };
    let said = ChannelOrder { status, updated_at, order: intake.clone(), missing: Vec::new() };
    Told { at: String::new(), bytes: None, number: Some(intake.number.clone()), said: Ok((said, digest)) }
}

fn open(intake: &Intake) -> Told {
    said(intake, ChannelStatus::Open, None)
}

async fn sends(world: &World, payload: Vec<Told>) -> Vec<Taken> {
    world.clock.advance(SignedDuration::from_secs(1));
    let app = world.receive_order();
    let door = app.channel(&channel()).await.unwrap().unwrap();
    let cause = Cause::request("channel:acme-shop", "c-1");
    let incoming = Incoming { door: &door, payload: "p".repeat(64), cause, is_resumed: false };
    let placed = payload.into_iter().enumerate().map(|(n, told)| Told { at: format!("[{n}]"), ..told });
    app.all(&incoming, placed.collect()).await.unwrap()
}

fn outcomes(taken: &[Taken]) -> Vec<Outcome> {
    taken.iter().map(|taken| taken.outcome).collect()
}

async fn shop() -> World {
    let mut world = World::new();
    world.opens(&an_order()).await;
    world.goods_arrive("SKU-1", 1_000).await;
    world
}

fn numbered(number: &str) -> Intake {
    Intake { number: number.to_owned(), ..an_order().intake }
}

#[expect(clippy::unnecessary_wraps, reason = "as a channel says it, or does not")]
fn moment(hours: i64) -> Option<Timestamp> {
    Some(START + SignedDuration::from_hours(hours))
}

fn order_of(taken: &Taken) -> OrderId {
    taken.order.clone().unwrap().0
}

#[tokio::test]
async fn a_payload_of_several_orders_says_of_each_what_became_of_it() {
    use Outcome::{Duplicate, Impossible, Incomplete, NotOpened, Opened};

    let world = shop().await;
    let mut impossible = numbered("3");
    impossible.lines.clear();
    let mut incomplete = open(&numbered("4"));
    incomplete.said.as_mut().unwrap().0.missing =
        vec![Missing { field: "ship_groups", fetch: "the address".to_owned() }];
    let cancelled = said(&numbered("5"), ChannelStatus::Cancelled, None);
    let payload = || vec![open(&numbered("1")), open(&numbered("2")), open(&numbered("1")), cancelled];
    let mut first = payload();
    first.extend([open(&impossible), incomplete]);
    let taken = sends(&world, first).await;
    assert_eq!(outcomes(&taken), [Opened, Opened, Duplicate, NotOpened, Impossible, Incomplete]);
    assert!(taken[5].errors[0].message.contains("the address"), "{:?}", taken[5]);
    assert_eq!(world.store.orders().len(), 2);
    let again = sends(&world, vec![open(&numbered("1")), open(&numbered("2"))]).await;
    assert_eq!(outcomes(&again), [Duplicate, Duplicate]);
    assert!(world.store.orders().iter().all(|order| order.version == 1));
}

#[tokio::test]
async fn what_the_channel_changes_is_followed_and_the_rest_becomes_one_ticket() {
    let mut world = shop().await;
    let id = order_of(&sends(&world, vec![open(&numbered("1"))]).await[0]);
    world.settle().await;
    let mut changed = numbered("1");
    changed.customer_note = Some("のしを付けて".into());
    for _ in 0..3 {
        sends(&world, vec![open(&changed)]).await;
    }
    let tickets = world.order(&id).tickets;
    assert_eq!(tickets.iter().filter(|ticket| ticket.kind == TicketKind::ChannelDiffers).count(), 1);
    let cancelled = sends(&world, vec![said(&changed, ChannelStatus::Cancelled, None)]).await;
    assert_eq!(outcomes(&cancelled), [Outcome::Updated]);
    world.settle().await;
    world.warehouse_answers_recalls(&id, true).await;
    world.settle().await;
    assert_eq!(world.order(&id).state, OrderState::Cancelled);
}

#[tokio::test]
async fn an_order_the_channel_waits_for_leaves_when_it_is_paid_and_not_before() {
    let mut world = shop().await;
    let mut intake = numbered("1");
    intake.payments[0].method = PaymentMethod::ChannelSettled;
    intake.payments[0].awaited = true;
    let id = order_of(&sends(&world, vec![said(&intake, ChannelStatus::Pending, None)]).await[0]);
    world.settle().await;
    assert_eq!(world.order(&id).state, OrderState::Validated);
    intake.payments[0].awaited = false;
    sends(&world, vec![open(&intake)]).await;
    world.settle().await;
    assert_eq!(world.order(&id).state, OrderState::Released);
    assert_eq!(world.letters().iter().filter(|mail| mail.subject.contains("入金")).count(), 0);
}

#[tokio::test]
async fn a_cancellation_that_overtakes_the_order_keeps_it_from_being_opened() {
    let world = shop().await;
    let (early, late) = (moment(0), moment(1));
    let cancelled = said(&numbered("1"), ChannelStatus::Cancelled, late);
    assert_eq!(outcomes(&sends(&world, vec![cancelled]).await), [Outcome::NotOpened]);
    let created = || said(&numbered("1"), ChannelStatus::Open, early);
    assert_eq!(outcomes(&sends(&world, vec![created()]).await), [Outcome::NotOpened]);
    assert_eq!(world.store.orders().len(), 0);
    let wanted_again = said(&numbered("1"), ChannelStatus::Open, moment(2));
    let opened = sends(&world, vec![wanted_again]).await;
    assert_eq!(outcomes(&opened), [Outcome::Opened]);
    let once_more = sends(&world, vec![created()]).await;
    assert_eq!(
        (outcomes(&once_more), order_of(&once_more[0])),
        (vec![Outcome::Duplicate], order_of(&opened[0]))
    );
}

#[tokio::test]
async fn an_order_and_its_cancellation_at_once_never_leave_it_open() {
    for seed in 0..60 {
        let mut world = shop().await;
        let words = [(ChannelStatus::Open, moment(0)), (ChannelStatus::Cancelled, moment(1))];
        let sent = words.map(|(status, at)| -> Process<()> {
            let app = world.receive_order();
            Box::pin(async move {
                let door = app.channel(&channel()).await.unwrap().unwrap();
                let cause = Cause::request("channel:acme-shop", "c-1");
                let incoming = Incoming { door: &door, payload: "p".repeat(64), cause, is_resumed: false };
                app.all(&incoming, vec![said(&numbered("1"), status, at)]).await.unwrap();
            })
        });
        side_by_side(seed, sent.into()).await;
        world.settle().await;
        let states: Vec<OrderState> = world.store.orders().iter().map(|order| order.state).collect();
        assert!(states.is_empty() || states == [OrderState::Cancelled], "seed {seed}: {states:?}");
    }
}

#[tokio::test]
async fn an_older_word_that_comes_late_undoes_nothing() {
    let mut world = shop().await;
    let id = order_of(&sends(&world, vec![said(&numbered("1"), ChannelStatus::Open, moment(0))]).await[0]);
    let mut moved = numbered("1");
    moved.ship_groups[0].address.line1 = "丸の内9-9".into();
    sends(&world, vec![said(&moved, ChannelStatus::Open, moment(3))]).await;
    let late = said(&numbered("1"), ChannelStatus::Cancelled, moment(2));
    assert_eq!(outcomes(&sends(&world, vec![late]).await), [Outcome::Overtaken]);
    world.settle().await;
    assert_eq!(world.order(&id).ship_groups[0].address.line1, "丸の内9-9".into());
    assert_ne!(world.order(&id).state, OrderState::Cancelled);
}

#[tokio::test]
async fn p23_overlapping_windows_of_a_poll_that_hides_and_delays_import_everything_once() {
    let world = shop().await;
    let mut came = 0;
    for window in 0..30_u32 {
        // Each window lists the last 40 of the orders there are by then; 3 % are hidden the first time, and
        // everything is delayed by some windows.
        let until = (window + 1) * 10;
        let listed = (until.saturating_sub(40)..until).filter(|n| n % 33 != 7 || n / 10 + 4 < window + 1);
        let payload = listed.filter(|n| *n < 260).map(|n| open(&numbered(&format!("P-{n}")))).collect();
        let taken = sends(&world, payload).await;
        came += taken.iter().filter(|taken| taken.outcome == Outcome::Opened).count();
        let accepted = [Outcome::Opened, Outcome::Duplicate];
        assert!(taken.iter().all(|taken| accepted.contains(&taken.outcome)));
    }
    let app = world.receive_order();
    let (known, _) = app.channel(&channel()).await.unwrap().unwrap();
    let all: Vec<String> = (0..260).map(|n| format!("P-{n}")).collect();
    let missing = app.missing(&known, all.clone()).await.unwrap();
    assert_eq!((came + missing.len(), world.store.orders().len()), (260, came));
    // What the poll never listed again, the report of the gap names, and it is fetched.
    assert!(!missing.is_empty(), "a poll that hides nothing proves nothing");
    sends(&world, missing.iter().map(|number| open(&numbered(number))).collect()).await;
    assert_eq!(app.missing(&known, all).await.unwrap(), [""; 0]);
    assert_eq!(world.store.orders().len(), 260);
    assert!(world.store.orders().iter().all(|order| order.version == 1));
}

fn our_json(number: &str, sku: &str) -> Value {
    json!({
        "number": number, "ordered_at": "2026-04-01T09:00:00+09:00",
        "customer": { "name": "山田太郎", "phone": "090-1234-5678" },
        "ship_to": { "name": "山田太郎", "postal_code": "100-0001", "prefecture": "東京都",
            "city": "千代田区", "line1": "千代田1-1" },
        "lines": [{ "sku": sku, "title": "煎茶", "unit_price": 1000, "quantity": 1, "tax_rate": 8 }],
        "payments": [{ "method": "CHANNEL_SETTLED" }],
    })
}

fn supervisor() -> Caller {
    Caller { principal: somebody(Role::Supervisor), correlation: "c-2".to_owned(), repeatable: None }
}

#[tokio::test]
async fn p24_a_payload_that_was_refused_is_kept_shown_and_taken_once_it_can_be() {
    let world = shop().await;
    let desk = PayloadDesk { door: world.receive_order(), dialects: Spoken };
    let door = desk.door.channel(&channel()).await.unwrap().unwrap();
    let good = our_json("1", "SKU-1").to_string();
    let cause = Cause::request("channel:acme-shop", "c-1");
    let incoming = Incoming { door: &door, payload: "a".repeat(64), cause, is_resumed: false };
    desk.door.keep(&incoming, good.as_bytes()).await.unwrap();
    // The dialect of that day could not read it.
    let error = juchu::adapters::channels::ChannelError::Malformed {
        path: "lines".to_owned(),
        message: "is missing".to_owned(),
    };
    desk.door.refuse(&incoming, &error).await.unwrap();
    let listed = desk.payloads(&supervisor().principal, &channel(), None, 10).await.unwrap();
    assert_eq!(listed.items[0].refused[0].errors[0].field, "lines");

    for outcome in [Outcome::Opened, Outcome::Duplicate] {
        world.clock.advance(SignedDuration::from_secs(1));
        let taken = desk.reprocess(&supervisor(), &channel(), &incoming.payload).await.unwrap();
        assert_eq!(outcomes(&taken), [outcome]);
    }
    assert_eq!(world.store.orders().len(), 1);
    let settled = desk.payloads(&supervisor().principal, &channel(), None, 10).await.unwrap();
    assert_eq!(settled.items, []);

    let id = world.store.orders()[0].id.clone();
    let (source, raw) = desk.source(&supervisor().principal, &id).await.unwrap();
    assert_eq!((source.payload, raw), ("a".repeat(64), good.into_bytes()));
    let stranger = Caller { principal: somebody(Role::Auditor), ..supervisor() };
    let refused = desk.reprocess(&stranger, &channel(), &incoming.payload).await;
    assert!(matches!(refused, Err(RequestError::Denied(_))), "{refused:?}");
}

#[tokio::test]
async fn staff_enter_orders_through_a_channel_that_is_there_for_it_and_through_no_other() {
    let world = shop().await;
    let desk = PayloadDesk { door: world.receive_order(), dialects: Spoken };
    let refused = desk.manual_door(&supervisor().principal, &merchant(), &channel()).await;
    assert!(matches!(refused, Err(RequestError::NotFound(_))), "{refused:?}");
    let mut phone = desk.door.channel(&channel()).await.unwrap().unwrap().0;
    phone.id = juchu::domain::ids::ChannelId::new("acme-phone").unwrap();
    phone.kind = ChannelKind::Manual;
    juchu::app::ports::MerchantStore::put_channel(&world.store, &phone).await.unwrap();
    let clerk = somebody(Role::CallCenter);
    assert!(desk.manual_door(&clerk, &merchant(), &phone.id).await.is_ok());
    let auditor = somebody(Role::Auditor);
    let refused = desk.manual_door(&auditor, &merchant(), &phone.id).await;
    assert!(matches!(refused, Err(RequestError::Denied(_))), "{refused:?}");
    assert!(world.store.unopened(&OrderId::of(&merchant(), &phone.id, "1")).await.unwrap().is_none());
}

//! What channels are told, and what they answer.

use jiff::SignedDuration;
use juchu::app::channel_drift::compare_with_channel;
use juchu::app::fetch_order::{Wanted, fetch_order};
use juchu::app::message::{Message, Stage};
use juchu::app::operate_order::RequestError;
use juchu::app::ports::{ChannelMessage, MerchantStore, OutgoingReport};
use juchu::app::receive_answer::Answered;
use juchu::app::record::Cause;
use juchu::domain::Command;
use juchu::domain::drift::ChannelStatus;
use juchu::domain::ids::{ChannelId, OrderId};
use juchu::domain::merchant::{Channel, ChannelKind};
use juchu::domain::order::{CancelReason, OrderState};
use juchu::domain::report::{FactKind, ReportAnswer, ReportSettings, ReportStatus};
use juchu::domain::testing::{Draft, an_order};
use juchu_tests::harness::World;
use juchu_tests::harness::people::channel;

use crate::circumstances::{Mails, whatever_the_order, whichever_call_fails, whoever_dies};

/// The shop is on this platform.
async fn is_on(world: &World, kind: ChannelKind) {
    // Also when one of the calls fails.
    let Ok(Some(known)) = world.store.channel(&channel()).await else {
        return Box::pin(is_on(world, kind)).await;
    };
    let reports = ReportSettings { enabled: Some(true), ..known.reports.clone() };
    while world.store.put_channel(&Channel { kind, reports: reports.clone(), ..known.clone() }).await.is_err()
    {
    }
}

async fn a_shop(kind: ChannelKind) -> World {
    let mut world = a_shop_without_goods(kind).await;
    world.goods_arrive("SKU-1", 10).await;
    world
}

/// Nothing of whose orders the warehouse has to give back.
async fn a_shop_without_goods(kind: ChannelKind) -> World {
    let mut world = World::new();
    world.opens(&of_platform()).await;
    is_on(&world, kind).await;
    world
}

/// An order as a platform names its parts.
fn of_platform() -> Draft {
    let mut draft = an_order();
    draft.intake.ship_groups[0].particulars.reference = Some("501".to_owned());
    draft.intake.lines[0].particulars.reference = Some("901".to_owned());
    draft
}

/// What the integration was told, each id once, in the order it came.
fn told(world: &World) -> Vec<OutgoingReport> {
    let mut reports: Vec<OutgoingReport> = Vec::new();
    for (message, _) in world.reports.told() {
        let ChannelMessage::Report(report) = message else { continue };
        if reports.iter().all(|known| (&known.id, known.attempt) != (&report.id, report.attempt)) {
            reports.push(*report);
        }
    }
    reports
}

fn facts(world: &World) -> Vec<FactKind> {
    told(world).iter().map(|report| report.fact).collect()
}

async fn answers(world: &World, report: &OutgoingReport, answer: ReportAnswer) -> Result<(), RequestError> {
    let shop = world.store.channel(&report.channel).await.unwrap().unwrap();
    let answered = Answered { report: report.id.clone(), answer, status: None };
    world.receive_answer().handle(&shop, &answered, "answer").await.map(drop)
}

fn refused() -> ReportAnswer {
    ReportAnswer::Refused { code: "E1".to_owned(), message: "no such basket".to_owned() }
}

fn open_tickets(world: &World, order: &OrderId) -> Vec<String> {
    world.order(order).open_tickets().map(|ticket| ticket.id.clone()).collect()
}

/// An order that leaves and arrives.
async fn shipped(world: &mut World) -> OrderId {
    let order = world.orders(&of_platform()).await;
    world.settle().await;
    world.warehouse_ships(&order).await;
    world.settle().await;
    order
}

#[tokio::test]
async fn a_shop_is_told_what_its_platform_wants_to_know_and_its_answers_are_noted() {
    let mut world = a_shop(ChannelKind::Rakuten).await;
    let order = shipped(&mut world).await;
    assert_eq!(facts(&world), [FactKind::Confirmed, FactKind::Shipped]);
    let shipping = told(&world).pop().unwrap();
    assert_eq!((shipping.order_number.as_str(), shipping.attempt), ("1001", 1));
    assert!(shipping.calls[0].body.contains("\"basketId\":501"), "{}", shipping.calls[0].body);
    for report in told(&world) {
        answers(&world, &report, ReportAnswer::Accepted).await.unwrap();
        answers(&world, &report, ReportAnswer::Accepted).await.unwrap();
    }
    let reports = world.order(&order).reports;
    assert!(reports.iter().all(|report| report.status == ReportStatus::Accepted), "{reports:?}");
    world.pass(SignedDuration::from_hours(24)).await;
    assert!(!open_tickets(&world, &order).iter().any(|id| id.starts_with("CHANNEL")));
}

#[tokio::test]
async fn a_shop_that_does_not_want_to_know_is_told_nothing() {
    let mut world = a_shop(ChannelKind::Manual).await;
    let order = shipped(&mut world).await;
    assert_eq!((facts(&world), world.order(&order).reports.len()), (vec![], 0));
}

#[tokio::test]
async fn a_message_that_comes_again_tells_nobody_again() {
    let mut world = a_shop(ChannelKind::Json).await;
    world.stop(Stage::ReportChannel);
    let order = shipped(&mut world).await;
    let messages: Vec<Message> = world.waiting(Stage::ReportChannel);
    world.start(Stage::ReportChannel);
    world.settle().await;
    let before = world.reports.told().len();
    assert_eq!(before, 3, "confirmed, shipped, all shipped");
    for message in messages {
        world.deliver_again(Stage::ReportChannel, message);
    }
    world.settle().await;
    assert_eq!((world.reports.told().len(), world.order(&order).reports.len()), (before, before));
}

#[tokio::test]
async fn staffs_cancellation_is_told_and_the_channels_own_is_not() {
    for (actor, expected) in [
        ("staff".to_owned(), vec![FactKind::Cancelled]),
        (format!("channel:{}", channel()), vec![]),
        ("channel:another".to_owned(), vec![FactKind::Cancelled]),
    ] {
        let mut world = a_shop_without_goods(ChannelKind::Shopify).await;
        let order = world.orders(&of_platform()).await;
        world.settle().await;
        let command = Command::RequestCancel { lines: Vec::new(), reason: CancelReason::Customer };
        let cause = Cause::request(actor.clone(), "c");
        juchu::app::execute::execute(&world.store, &world.clock, &order, &cause, &command).await.unwrap();
        world.settle().await;
        assert_eq!(world.order(&order).state, OrderState::Cancelled);
        assert_eq!(facts(&world), expected, "{actor}");
    }
}

#[tokio::test]
async fn what_a_platform_cannot_be_told_is_a_ticket_until_it_is_mended_and_repeated() {
    let mut world = a_shop(ChannelKind::Rakuten).await;
    let mut draft = of_platform();
    draft.intake.ship_groups[0].particulars.reference = None;
    let order = world.orders(&draft).await;
    world.settle().await;
    world.warehouse_ships(&order).await;
    world.settle().await;
    let [ticket] = open_tickets(&world, &order).try_into().unwrap();
    assert!(ticket.starts_with("CHANNEL_REPORT_IMPOSSIBLE:SHIPPED-"), "{ticket}");
    assert_eq!(facts(&world), [FactKind::Confirmed]);
    // The shop moves to our own format, which needs no basket.
    is_on(&world, ChannelKind::Json).await;
    let event = world.order(&order).reports.last().unwrap().event;
    world.staff(&order, &Command::RepeatReport { report: event }).await;
    world.settle().await;
    assert_eq!(told(&world).last().map(|report| (report.fact, report.attempt)), Some((FactKind::Shipped, 2)));
    assert_eq!(open_tickets(&world, &order), Vec::<String>::new());
}

#[tokio::test]
async fn a_refusal_is_a_ticket_and_what_is_repeated_goes_out_again() {
    let mut world = a_shop(ChannelKind::Rakuten).await;
    let order = shipped(&mut world).await;
    let shipping = told(&world).pop().unwrap();
    answers(&world, &shipping, refused()).await.unwrap();
    assert_eq!(open_tickets(&world, &order).len(), 1);
    let (_, event) = shipping.id.parts().unwrap();
    world.staff(&order, &Command::RepeatReport { report: event }).await;
    world.settle().await;
    let again = told(&world).pop().unwrap();
    assert_eq!((again.id.clone(), again.attempt), (shipping.id, 2));
    answers(&world, &again, ReportAnswer::Accepted).await.unwrap();
    assert_eq!(open_tickets(&world, &order), Vec::<String>::new());
}

#[tokio::test]
async fn silence_is_a_ticket() {
    let mut world = a_shop(ChannelKind::Rakuten).await;
    let order = shipped(&mut world).await;
    world.pass(SignedDuration::from_hours(7)).await;
    let tickets = open_tickets(&world, &order);
    assert_eq!(tickets.len(), 2, "{tickets:?}");
    assert!(tickets.iter().all(|id| id.starts_with("CHANNEL_REPORT_UNANSWERED:")), "{tickets:?}");
}

#[tokio::test]
async fn nobody_answers_for_another_channel_or_for_what_was_never_told() {
    let mut world = a_shop(ChannelKind::Rakuten).await;
    let order = shipped(&mut world).await;
    let shop = world.store.channel(&channel()).await.unwrap().unwrap();
    let other = Channel { id: ChannelId::new("other-shop").unwrap(), ..shop.clone() };
    let report = told(&world).pop().unwrap().id;
    for (shop, report) in [(&other, report), (&shop, order.report(1)), (&shop, order.report(999))] {
        let answered = Answered { report, answer: ReportAnswer::Accepted, status: None };
        let refused = world.receive_answer().handle(shop, &answered, "c").await;
        assert!(matches!(refused, Err(RequestError::NotFound("report"))), "{refused:?}");
    }
}

#[tokio::test]
async fn an_answer_may_tell_that_the_channel_disagrees() {
    let mut world = a_shop(ChannelKind::Rakuten).await;
    let order = shipped(&mut world).await;
    let shop = world.store.channel(&channel()).await.unwrap().unwrap();
    let report = told(&world).pop().unwrap().id;
    let status = Some(ChannelStatus::Cancelled);
    let answered = Answered { report, answer: ReportAnswer::Accepted, status };
    world.receive_answer().handle(&shop, &answered, "c").await.unwrap();
    world.pass(SignedDuration::from_hours(2)).await;
    assert!(open_tickets(&world, &order).contains(&"CHANNEL_DRIFT:1".to_owned()));
    let cause = Cause::of_channel(&shop.id, "c");
    let agreed =
        compare_with_channel(&world.store, &world.clock, &order, &cause, ChannelStatus::Shipped).await;
    assert_eq!(agreed.unwrap().drift, None);
    assert!(!open_tickets(&world, &order).contains(&"CHANNEL_DRIFT:1".to_owned()));
}

#[tokio::test]
async fn calls_of_a_platform_are_as_far_apart_as_it_wants() {
    let mut world = a_shop_without_goods(ChannelKind::Base).await;
    let mut shop = world.store.channel(&channel()).await.unwrap().unwrap();
    shop.reports.interval_ms = Some(60_000);
    world.store.put_channel(&shop).await.unwrap();
    world.stop(Stage::ReportChannel);
    let mut orders = Vec::new();
    for _ in 0..4 {
        orders.push(world.orders(&of_platform()).await);
    }
    world.settle().await;
    for order in &orders {
        world.staff(order, &Command::RequestCancel { lines: Vec::new(), reason: CancelReason::Shop }).await;
    }
    world.settle().await;
    let now = world.now();
    world.start(Stage::ReportChannel);
    world.settle().await;
    let delays: Vec<(i64, i64)> = world
        .reports
        .told()
        .into_iter()
        .filter_map(|(message, delay)| match message {
            ChannelMessage::Report(report) => {
                Some((report.not_before.duration_since(now).as_secs(), delay.as_secs()))
            }
            ChannelMessage::FetchOrder(_) => None,
        })
        .collect();
    assert_eq!(delays, [(0, 0), (60, 60), (120, 120), (180, 180)]);
}

#[tokio::test]
async fn an_order_that_is_to_be_fetched_waits_its_turn_too() {
    let world = a_shop(ChannelKind::EcCube).await;
    let shop = world.store.channel(&channel()).await.unwrap().unwrap();
    for occasion in ["a", "b"] {
        let wanted = Wanted { order_number: "12", parts: Vec::new(), occasion };
        fetch_order((&world.store, &world.reports), &world.clock, &shop, wanted).await.unwrap();
    }
    let told = world.reports.told();
    let ids: Vec<&str> = told.iter().map(|(message, _)| message.id()).collect();
    assert_eq!(ids, ["fetch.acme-shop.12.a", "fetch.acme-shop.12.b"]);
    assert_eq!(told[1].1, SignedDuration::from_millis(500));
}

/// A way of an order whose channel is told everything and answers all of it, at whatever goes wrong.
async fn a_told_order(world: &mut World) {
    world.opens(&of_platform()).await;
    is_on(world, ChannelKind::Json).await;
    world.goods_arrive("SKU-1", 10).await;
    let order = world.orders(&of_platform()).await;
    world.settle().await;
    world.warehouse_ships(&order).await;
    world.settle().await;
    world.carrier_delivers(&order).await;
    world.settle().await;
    let reports = world.store.order(&order).unwrap().reports;
    let told = told(world);
    // What is noted was told, and what was told is noted, each once.
    let noted: Vec<_> = reports.iter().map(|report| order.report(report.event)).collect();
    let mut sent: Vec<_> = told.iter().map(|report| report.id.clone()).collect();
    sent.sort();
    let mut expected = noted.clone();
    expected.sort();
    assert_eq!(sent, expected);
    let mut facts: Vec<_> = reports.iter().map(|report| report.fact).collect();
    facts.sort();
    assert_eq!(facts, [FactKind::Confirmed, FactKind::Shipped, FactKind::ShippedAll, FactKind::Delivered]);
    // The same id always says the same.
    for (message, _) in world.reports.told() {
        let ChannelMessage::Report(report) = message else { continue };
        let first = told.iter().find(|known| known.id == report.id).unwrap();
        assert_eq!(report.fact, first.fact);
    }
}

#[tokio::test]
async fn a_channel_is_told_each_fact_once_whichever_call_fails() {
    whichever_call_fails(Mails::LeftOut, a_told_order).await;
}

#[tokio::test]
async fn a_channel_is_told_each_fact_once_whoever_dies() {
    whoever_dies(Mails::LeftOut, a_told_order).await;
}

#[tokio::test]
async fn a_channel_is_told_each_fact_once_in_whatever_order_messages_come() {
    whatever_the_order(Mails::LeftOut, a_told_order).await;
}

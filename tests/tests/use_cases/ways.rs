//! Whole ways of orders, each told as it should be and then under every circumstance.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use juchu::app::access::Role;
use juchu::app::message::Stage;
use juchu::domain::Command;
use juchu::domain::customer::Personal;
use juchu::domain::ids::{LineId, OrderId};
use juchu::domain::merchant::AddressCorrections;
use juchu::domain::money::Amount;
use juchu::domain::order::{CancelReason, HoldCode, OrderState, TicketKind, Validation};
use juchu::domain::payment::{OperationKind, PaymentMethod, PaymentStatus};
use juchu::domain::shipment::LineQuantity;
use juchu::domain::testing::{Draft, address, an_order, yen};
use juchu::testing::ProviderScript;
use juchu_tests::harness::World;

use crate::circumstances::{Mails, as_told, whatever_the_order, whichever_call_fails, whoever_dies};

/// Makes each way a module of tests, and all of them a list.
macro_rules! ways {
    ($($way:ident: mails $mails:ident,)*) => {
        $(mod $way {
            use super::{Mails, as_told, whatever_the_order, whichever_call_fails, whoever_dies};

            #[tokio::test]
            async fn goes_as_told() {
                as_told(super::$way).await;
            }

            #[tokio::test]
            async fn p2_ends_the_same_whichever_port_call_fails() {
                whichever_call_fails(Mails::$mails, super::$way).await;
            }

            #[tokio::test]
            async fn p21_ends_the_same_whoever_dies_at_whichever_await_point() {
                whoever_dies(Mails::$mails, super::$way).await;
            }

            #[tokio::test]
            async fn p22_ends_the_same_in_any_order_and_with_duplicates_ten_minutes_later() {
                whatever_the_order(Mails::$mails, super::$way).await;
            }
        })*

        /// Every function that changes something is on some way, so the tests above break each of
        /// its port calls.
        #[tokio::test]
        async fn every_function_is_on_some_way() {
            let mut ran = BTreeSet::new();
            $(ran.extend(as_told($way).await.ran().iter().copied());)*
            let stages = Stage::ALL.map(Stage::name);
            let others = [
                "manage-merchant",
                "operate-order",
                "receive-fulfilment",
                "receive-order",
                "relay-events",
                "run-timers",
            ];
            assert_eq!(ran, stages.into_iter().chain(others).collect());
        }
    };
}

ways! {
    card: mails Written,
    bank_transfer: mails Written,
    convenience_store_paid_in_two_parts: mails LeftOut,
    cash_on_delivery: mails LeftOut,
    pay_later_under_review: mails LeftOut,
    settled_by_the_channel: mails LeftOut,
    card_and_bank_transfer: mails LeftOut,
    two_addresses: mails LeftOut,
    rest_sent_later: mails LeftOut,
    first_in_first_out: mails LeftOut,
    cancelled_before_release: mails Written,
    cancelled_after_the_deposit: mails LeftOut,
    cancelled_in_part: mails LeftOut,
    cancelled_after_release: mails LeftOut,
    cancelled_too_late: mails LeftOut,
    never_paid: mails Written,
    address_put_right: mails LeftOut,
    address_proposed_and_accepted: mails LeftOut,
    address_put_right_by_a_rule: mails LeftOut,
    address_accepted_as_it_is: mails LeftOut,
    card_declined_then_accepted: mails LeftOut,
    pay_later_declined: mails LeftOut,
    capture_unknown: mails LeftOut,
    stalled_on_a_hold: mails LeftOut,
    out_of_stock_for_a_week: mails LeftOut,
    silent_warehouse: mails LeftOut,
}

fn minutes(n: i64) -> SignedDuration {
    SignedDuration::from_mins(n)
}

fn hours(n: i64) -> SignedDuration {
    SignedDuration::from_hours(n)
}

#[track_caller]
fn stands(world: &World, order: &OrderId, state: OrderState, payment: PaymentStatus) {
    let order = world.order(order);
    assert_eq!((order.state, order.payments[0].status), (state, payment));
}

fn has_open_ticket(world: &World, order: &OrderId, kind: TicketKind) -> bool {
    world.order(order).open_tickets().any(|ticket| ticket.kind == kind)
}

/// What was released is shipped and delivered.
async fn leaves_and_arrives(world: &mut World, order: &OrderId) {
    world.warehouse_ships(order).await;
    world.settle().await;
    world.carrier_delivers(order).await;
    world.settle().await;
}

async fn card(world: &mut World) {
    let order = world.receives(&an_order()).await;
    world.settle().await;
    stands(world, &order, OrderState::Released, PaymentStatus::Authorized);
    world.warehouse_ships(&order).await;
    world.settle().await;
    stands(world, &order, OrderState::Shipped, PaymentStatus::Captured);
    world.carrier_delivers(&order).await;
    world.settle().await;
    stands(world, &order, OrderState::Completed, PaymentStatus::Captured);
}

async fn bank_transfer(world: &mut World) {
    let order = world.receives(&an_order().paid_by(PaymentMethod::BankTransfer)).await;
    world.settle().await;
    stands(world, &order, OrderState::Validated, PaymentStatus::Pending);
    world.bank_reports(&order, 2_000, "B-1").await;
    world.settle().await;
    stands(world, &order, OrderState::Released, PaymentStatus::Captured);
    leaves_and_arrives(world, &order).await;
    stands(world, &order, OrderState::Completed, PaymentStatus::Captured);
}

async fn convenience_store_paid_in_two_parts(world: &mut World) {
    let order = world.receives(&an_order().paid_by(PaymentMethod::ConvenienceStore)).await;
    world.settle().await;
    world.bank_reports(&order, 1_500, "K-1").await;
    world.settle().await;
    stands(world, &order, OrderState::Validated, PaymentStatus::Pending);
    assert!(has_open_ticket(world, &order, TicketKind::ShortDeposit));
    world.bank_reports(&order, 500, "K-2").await;
    world.settle().await;
    assert!(!has_open_ticket(world, &order, TicketKind::ShortDeposit));
    leaves_and_arrives(world, &order).await;
    stands(world, &order, OrderState::Completed, PaymentStatus::Captured);
}

async fn cash_on_delivery(world: &mut World) {
    let order = world.receives(&an_order().paid_by(PaymentMethod::CashOnDelivery)).await;
    world.settle().await;
    stands(world, &order, OrderState::Released, PaymentStatus::Pending);
    let to_collect: Vec<_> = world.instructions(&order).iter().map(|i| i.cash_on_delivery).collect();
    assert_eq!(to_collect, [Some(yen(2_000))]);
    world.warehouse_ships(&order).await;
    world.settle().await;
    stands(world, &order, OrderState::Shipped, PaymentStatus::Pending);
    world.carrier_delivers(&order).await;
    world.settle().await;
    stands(world, &order, OrderState::Completed, PaymentStatus::Captured);
}

async fn pay_later_under_review(world: &mut World) {
    world.provider.then(ProviderScript::Review);
    let order = world.receives(&an_order().paid_by(PaymentMethod::PayLater)).await;
    world.settle().await;
    stands(world, &order, OrderState::Validated, PaymentStatus::Review);
    world.pass(minutes(25)).await;
    stands(world, &order, OrderState::Validated, PaymentStatus::Review);
    world.provider.decide(&world.operation(&order, OperationKind::Authorize), true);
    world.pass(hours(2)).await;
    stands(world, &order, OrderState::Released, PaymentStatus::Authorized);
    leaves_and_arrives(world, &order).await;
    stands(world, &order, OrderState::Completed, PaymentStatus::Captured);
}

async fn settled_by_the_channel(world: &mut World) {
    let order = world.receives(&an_order().paid_by(PaymentMethod::ChannelSettled)).await;
    world.settle().await;
    leaves_and_arrives(world, &order).await;
    stands(world, &order, OrderState::Completed, PaymentStatus::Captured);
    assert!(world.provider.done().is_empty());
}

async fn card_and_bank_transfer(world: &mut World) {
    let draft = an_order().first_paid_by(PaymentMethod::BankTransfer, 500);
    let order = world.receives(&draft).await;
    world.settle().await;
    stands(world, &order, OrderState::Validated, PaymentStatus::Pending);
    world.bank_reports(&order, 500, "B-1").await;
    world.settle().await;
    leaves_and_arrives(world, &order).await;
    stands(world, &order, OrderState::Completed, PaymentStatus::Captured);
    assert_eq!(world.order(&order).payments[1].captured, yen(1_500));
}

async fn two_addresses(world: &mut World) {
    let order = world.receives(&an_order().of(&[(1, 1_000), (1, 3_000)]).to_another_address()).await;
    world.settle().await;
    let names: Vec<_> =
        world.instructions(&order).iter().map(|i| i.address.name.reveal().to_owned()).collect();
    assert_eq!(names, ["山田太郎", "山田花子"]);
    leaves_and_arrives(world, &order).await;
    stands(world, &order, OrderState::Completed, PaymentStatus::Captured);
}

/// Two products, of which the second is not there.
fn half_in_stock() -> Draft {
    an_order().of(&[(2, 1_000), (1, 3_000)])
}

async fn receives_half_in_stock(world: &mut World, draft: &Draft) -> OrderId {
    world.opens(draft).await;
    world.goods_arrive("SKU-1", 10).await;
    let order = world.orders(draft).await;
    world.settle().await;
    assert!(has_open_ticket(world, &order, TicketKind::Stockout));
    order
}

async fn rest_sent_later(world: &mut World) {
    let order = receives_half_in_stock(world, &half_in_stock().sent_as_available()).await;
    world.warehouse_ships(&order).await;
    world.settle().await;
    stands(world, &order, OrderState::PartiallyShipped, PaymentStatus::Authorized);
    world.goods_arrive("SKU-2", 1).await;
    world.settle().await;
    assert!(!has_open_ticket(world, &order, TicketKind::Stockout));
    world.warehouse_ships(&order).await;
    world.settle().await;
    stands(world, &order, OrderState::Shipped, PaymentStatus::Captured);
    world.carrier_delivers(&order).await;
    world.settle().await;
    stands(world, &order, OrderState::Completed, PaymentStatus::Captured);
    assert_eq!(world.order(&order).shipments.len(), 2);
}

async fn first_in_first_out(world: &mut World) {
    world.opens(&an_order()).await;
    let mut orders = Vec::new();
    for _ in 0..3 {
        orders.push(world.orders(&an_order()).await);
        world.settle().await;
        world.pass(minutes(1)).await;
    }
    let allocated = |world: &World| {
        let of = |id: &OrderId| {
            let quantities = world.order(id).lines[0].quantities;
            quantities.allocated + quantities.released
        };
        orders.iter().map(of).collect::<Vec<_>>()
    };
    world.goods_arrive("SKU-1", 3).await;
    world.settle().await;
    assert_eq!(allocated(world), [2, 1, 0]);
    // Nobody overtakes those who wait.
    let last = world.orders(&an_order()).await;
    world.goods_arrive("SKU-1", 2).await;
    world.settle().await;
    assert_eq!(allocated(world), [2, 2, 1]);
    assert_eq!(world.order(&last).lines[0].quantities.backordered, 2);
    world.goods_arrive("SKU-1", 10).await;
    world.settle().await;
    for order in orders.iter().chain([&last]) {
        stands(world, order, OrderState::Released, PaymentStatus::Authorized);
    }
}

async fn cancelled_before_release(world: &mut World) {
    let order = receives_half_in_stock(world, &half_in_stock()).await;
    stands(world, &order, OrderState::Validated, PaymentStatus::Authorized);
    world.customer_cancels(&order).await;
    world.settle().await;
    stands(world, &order, OrderState::Cancelled, PaymentStatus::Voided);
    assert!(!has_open_ticket(world, &order, TicketKind::Stockout));
    assert!(world.instructions(&order).is_empty());
}

async fn cancelled_after_the_deposit(world: &mut World) {
    let draft = half_in_stock().paid_by(PaymentMethod::BankTransfer);
    let order = receives_half_in_stock(world, &draft).await;
    world.bank_reports(&order, 5_000, "B-1").await;
    world.settle().await;
    world.customer_cancels(&order).await;
    world.settle().await;
    stands(world, &order, OrderState::Cancelled, PaymentStatus::Captured);
    assert!(has_open_ticket(world, &order, TicketKind::RefundByHand));
    let refund = Command::RecordRefund {
        payment: order.payment(1),
        amount: Amount::new(5_000),
        reference: "R-1".to_owned(),
    };
    world.staff(&order, &refund).await;
    world.settle().await;
    stands(world, &order, OrderState::Cancelled, PaymentStatus::Refunded);
    assert!(!has_open_ticket(world, &order, TicketKind::RefundByHand));
}

async fn cancelled_in_part(world: &mut World) {
    let order = receives_half_in_stock(world, &half_in_stock()).await;
    world.customer_cancels_some(&order, vec![LineQuantity { line: LineId(2), quantity: 1 }]).await;
    world.settle().await;
    stands(world, &order, OrderState::Released, PaymentStatus::Authorized);
    leaves_and_arrives(world, &order).await;
    stands(world, &order, OrderState::Completed, PaymentStatus::Captured);
    assert_eq!(world.order(&order).held(), yen(2_000));
}

async fn cancelled_after_release(world: &mut World) {
    let order = world.receives(&an_order()).await;
    world.settle().await;
    world.customer_cancels(&order).await;
    world.settle().await;
    stands(world, &order, OrderState::Released, PaymentStatus::Authorized);
    world.warehouse_answers_recalls(&order, true).await;
    world.settle().await;
    stands(world, &order, OrderState::Cancelled, PaymentStatus::Voided);
}

async fn cancelled_too_late(world: &mut World) {
    let order = world.receives(&an_order()).await;
    world.settle().await;
    world.customer_cancels(&order).await;
    world.settle().await;
    world.warehouse_answers_recalls(&order, false).await;
    world.settle().await;
    assert!(has_open_ticket(world, &order, TicketKind::CancelRefused));
    leaves_and_arrives(world, &order).await;
    stands(world, &order, OrderState::Completed, PaymentStatus::Captured);
}

async fn never_paid(world: &mut World) {
    let order = world.receives(&an_order().paid_by(PaymentMethod::ConvenienceStore)).await;
    world.pass(hours(24 * 6)).await;
    assert!(world.order(&order).payments[0].requested.as_ref().unwrap().reminded);
    world.pass(hours(24 * 2)).await;
    stands(world, &order, OrderState::Cancelled, PaymentStatus::Expired);
}

/// An order to an address without a house number.
async fn receives_a_bad_address(world: &mut World) -> OrderId {
    let mut draft = an_order();
    draft.intake.ship_groups[0].address.line1 = Personal::new("千代田");
    let order = world.receives(&draft).await;
    world.settle().await;
    assert!(world.order(&order).is_held_for(HoldCode::AddressDefect));
    stands(world, &order, OrderState::Received, PaymentStatus::Authorized);
    order
}

async fn address_put_right(world: &mut World) {
    let order = receives_a_bad_address(world).await;
    world.staff(&order, &Command::ChangeAddress { ship_group: 1, address: address("山田太郎") }).await;
    world.settle().await;
    assert_eq!(world.order(&order).validation, Validation::Passed);
    leaves_and_arrives(world, &order).await;
    stands(world, &order, OrderState::Completed, PaymentStatus::Captured);
}

async fn address_proposed_and_accepted(world: &mut World) {
    let mut draft = an_order();
    let address = &mut draft.intake.ship_groups[0].address;
    address.prefecture = Personal::new("東京");
    let order = world.receives(&draft).await;
    world.settle().await;
    assert!(world.order(&order).is_held_for(HoldCode::AddressDefect));
    world.accepts_the_proposed_address(&order).await;
    world.settle().await;
    assert_eq!(world.order(&order).ship_groups[0].address.prefecture.reveal(), "東京都");
    leaves_and_arrives(world, &order).await;
    stands(world, &order, OrderState::Completed, PaymentStatus::Captured);
}

async fn address_put_right_by_a_rule(world: &mut World) {
    let mut draft = an_order();
    draft.policy.address_corrections = AddressCorrections::ApplySafe;
    draft.intake.ship_groups[0].address.prefecture = Personal::default();
    let order = world.receives(&draft).await;
    world.settle().await;
    assert_eq!(world.order(&order).ship_groups[0].address.prefecture.reveal(), "東京都");
    assert_eq!(world.order(&order).validation, Validation::Passed);
    leaves_and_arrives(world, &order).await;
    stands(world, &order, OrderState::Completed, PaymentStatus::Captured);
}

async fn address_accepted_as_it_is(world: &mut World) {
    let order = receives_a_bad_address(world).await;
    let go_on = Command::OverrideHold {
        code: HoldCode::AddressDefect,
        by: "supervisor".to_owned(),
        reason: "the carrier knows the castle".into(),
    };
    world.staff(&order, &go_on).await;
    world.settle().await;
    leaves_and_arrives(world, &order).await;
    stands(world, &order, OrderState::Completed, PaymentStatus::Captured);
}

async fn card_declined_then_accepted(world: &mut World) {
    world.provider.then(ProviderScript::Decline("LIMIT".to_owned()));
    let order = world.receives(&an_order()).await;
    world.settle().await;
    stands(world, &order, OrderState::Validated, PaymentStatus::Declined);
    assert!(world.order(&order).is_held_for(HoldCode::Payment));
    let again = Command::ResolveHold { code: HoldCode::Payment, by: "back-office".to_owned() };
    world.commands(Role::BackOffice, &order, &again).await.unwrap();
    world.settle().await;
    stands(world, &order, OrderState::Released, PaymentStatus::Authorized);
    leaves_and_arrives(world, &order).await;
    stands(world, &order, OrderState::Completed, PaymentStatus::Captured);
}

async fn pay_later_declined(world: &mut World) {
    world.provider.then(ProviderScript::Decline("NG".to_owned()));
    let order = world.receives(&an_order().paid_by(PaymentMethod::PayLater)).await;
    world.settle().await;
    let cancel = Command::RequestCancel { lines: Vec::new(), reason: CancelReason::PaymentDeclined };
    world.staff(&order, &cancel).await;
    world.settle().await;
    stands(world, &order, OrderState::Cancelled, PaymentStatus::Declined);
    assert!(world.provider.done().is_empty());
}

async fn capture_unknown(world: &mut World) {
    let order = world.receives(&an_order()).await;
    world.settle().await;
    world.provider.then(ProviderScript::Unknown { done: false });
    world.provider.then(ProviderScript::Unknown { done: false });
    world.warehouse_ships(&order).await;
    world.settle().await;
    world.pass(hours(1)).await;
    stands(world, &order, OrderState::Shipped, PaymentStatus::Captured);
    assert!(!has_open_ticket(world, &order, TicketKind::PaymentUnknown));
    world.carrier_delivers(&order).await;
    world.settle().await;
    stands(world, &order, OrderState::Completed, PaymentStatus::Captured);
}

async fn stalled_on_a_hold(world: &mut World) {
    let order = receives_a_bad_address(world).await;
    world.pass(hours(71)).await;
    assert!(!has_open_ticket(world, &order, TicketKind::Stalled));
    world.pass(hours(2)).await;
    assert!(has_open_ticket(world, &order, TicketKind::Stalled));
    world.staff(&order, &Command::ChangeAddress { ship_group: 1, address: address("山田太郎") }).await;
    world.settle().await;
    assert!(!has_open_ticket(world, &order, TicketKind::Stalled));
    leaves_and_arrives(world, &order).await;
    stands(world, &order, OrderState::Completed, PaymentStatus::Captured);
}

async fn out_of_stock_for_a_week(world: &mut World) {
    world.opens(&an_order()).await;
    let order = world.orders(&an_order()).await;
    world.pass(hours(24 * 7)).await;
    let open: Vec<_> = world.order(&order).open_tickets().map(|ticket| ticket.kind).collect();
    assert_eq!(open, [TicketKind::Stockout]);
    world.goods_arrive("SKU-1", 2).await;
    world.settle().await;
    leaves_and_arrives(world, &order).await;
    stands(world, &order, OrderState::Completed, PaymentStatus::Captured);
}

async fn silent_warehouse(world: &mut World) {
    let order = world.receives(&an_order()).await;
    world.pass(hours(25)).await;
    assert!(has_open_ticket(world, &order, TicketKind::AcknowledgementMissing));
    leaves_and_arrives(world, &order).await;
    assert!(!has_open_ticket(world, &order, TicketKind::AcknowledgementMissing));
    stands(world, &order, OrderState::Completed, PaymentStatus::Captured);
}

/// The function is cut off after the provider has authorized and before it could note that, and
/// before its message comes again the customer cancels.
#[tokio::test]
async fn p21_an_authorization_nobody_noted_is_given_up_when_the_order_is_cancelled_meanwhile() {
    let mut world = World::new();
    world.stop(Stage::CollectPayment);
    let order = world.receives(&an_order()).await;
    world.settle().await;
    let message = world.waiting(Stage::CollectPayment).remove(0);
    let mut process = world.process(Stage::CollectPayment, message);
    while world.provider.done().is_empty() {
        std::future::poll_fn(|context| {
            assert!(process.as_mut().poll(context).is_pending());
            std::task::Poll::Ready(())
        })
        .await;
    }
    drop(process);
    world.customer_cancels(&order).await;
    world.settle().await;
    stands(&world, &order, OrderState::Cancelled, PaymentStatus::Pending);
    world.start(Stage::CollectPayment);
    world.settle().await;
    stands(&world, &order, OrderState::Cancelled, PaymentStatus::Voided);
    let done: Vec<_> = world.provider.done().into_iter().map(|operation| operation.kind).collect();
    assert_eq!(done, [OperationKind::Authorize, OperationKind::Void]);
}

/// Nobody knows what became of the authorization, the customer cancels, and then the provider says that
/// it never got it.
#[tokio::test]
async fn an_authorization_the_provider_never_got_is_not_asked_for_once_the_order_is_cancelled() {
    let mut world = World::new();
    world.provider.then(ProviderScript::Unknown { done: false });
    world.provider.then(ProviderScript::Unknown { done: false });
    let order = world.receives(&an_order()).await;
    world.settle().await;
    assert!(has_open_ticket(&world, &order, TicketKind::PaymentUnknown));
    world.customer_cancels(&order).await;
    world.settle().await;
    world.pass(hours(1)).await;
    stands(&world, &order, OrderState::Cancelled, PaymentStatus::Declined);
    assert!(world.provider.done().is_empty());
    let order = world.order(&order);
    assert_eq!((order.open_tickets().count(), order.open_holds().count()), (0, 0));
}

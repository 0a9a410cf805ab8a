//! What orders share, through the whole system: codes, points, credit, the block list.

use juchu::app::access::{Denied, Role};
use juchu::app::limit_store::LimitStore;
use juchu::app::manage_limits::{Block, PointsSlip};
use juchu::app::manage_merchant::ManageError;
use juchu::app::message::Stage;
use juchu::app::operate_order::{Caller, RequestError};
use juchu::domain::Command;
use juchu::domain::account::{Account, PointIssuer};
use juchu::domain::billing::{Discount, DiscountKind};
use juchu::domain::fraud::Feature;
use juchu::domain::ids::{AccountId, IssuerId, OrderId};
use juchu::domain::limits::credit;
use juchu::domain::money::Currency;
use juchu::domain::order::{CancelReason, HoldCode, OrderState};
use juchu::domain::particulars::PurchaseOrder;
use juchu::domain::payment::PaymentMethod;
use juchu::domain::promotion::{Conditions, Gives, Promotion};
use juchu::domain::tally::{TallyKey, TallyKind};
use juchu::domain::testing::{Draft, an_order, yen};
use juchu_tests::harness::World;
use juchu_tests::harness::people::{merchant, somebody};

use crate::circumstances::{Mails, whatever_the_order, whichever_call_fails, whoever_dies};

fn discounted(kind: DiscountKind, code: &str, amount: i64) -> Draft {
    let mut draft = an_order();
    draft.intake.discounts.push(Discount { kind, code: Some(code.to_owned()), amount: yen(amount) });
    draft
}

async fn sells_with_code(world: &mut World, limit: u32) {
    let promotion = Promotion {
        code: Promotion::read_code("SPRING").unwrap(),
        gives: Gives::Amount { amount: yen(200) },
        currency: Currency::Jpy,
        conditions: Conditions::default(),
        limit: Some(limit),
        limit_per_customer: None,
        ended_at: None,
    };
    let app = world.manage_merchant();
    app.save_promotion(&somebody(Role::ClientUser), &merchant(), promotion).await.unwrap();
}

async fn counted(world: &World, key: TallyKey) -> i64 {
    world.store.tallies(&merchant(), &[key]).await.unwrap()[0].amount
}

fn uses() -> TallyKey {
    TallyKey::new(TallyKind::PromotionUses, &["SPRING"])
}

fn is_held(world: &World, order: &OrderId, code: HoldCode) -> bool {
    world.order(order).is_held_for(code)
}

#[tokio::test]
async fn of_two_orders_for_the_last_use_of_a_code_one_waits_for_a_person_until_the_other_is_cancelled() {
    let mut world = World::new();
    let draft = discounted(DiscountKind::Coupon, "spring", 200);
    world.opens(&draft).await;
    world.goods_arrive("SKU-1", 10).await;
    sells_with_code(&mut world, 1).await;
    let (one, two) = (world.orders(&draft).await, world.orders(&draft).await);
    world.settle().await;
    let (first, second) = if is_held(&world, &one, HoldCode::Promotion) { (two, one) } else { (one, two) };
    assert_eq!(world.order(&first).state, OrderState::Released);
    assert!(is_held(&world, &second, HoldCode::Promotion));
    assert_eq!(counted(&world, uses()).await, 1);
    let reason = "we promised".into();
    let accept = Command::OverrideHold { code: HoldCode::Promotion, by: "sato".to_owned(), reason };
    world.staff(&second, &accept).await;
    world.customer_cancels(&second).await;
    world.settle().await;
    assert_eq!(counted(&world, uses()).await, 1, "what was never counted gives nothing back");
}

/// An order with a code and points of ours is placed, a part of it cancelled, and then all of it.
async fn a_discounted_order_that_is_cancelled(world: &mut World) {
    let mut draft = discounted(DiscountKind::Coupon, "spring", 200);
    let points = Discount { kind: DiscountKind::Points, code: Some("OWN".to_owned()), amount: yen(100) };
    draft.intake.discounts.push(points);
    world.stop(Stage::ReleaseOrder);
    world.opens(&draft).await;
    world.goods_arrive("SKU-1", 10).await;
    prepares(world).await;
    let order = world.orders(&draft).await;
    world.settle().await;
    world.customer_cancels(&order).await;
}

/// The shop's code and points, registered whatever fails meanwhile.
async fn prepares(world: &mut World) {
    let app = world.manage_merchant();
    let (who, own) = (somebody(Role::Supervisor), IssuerId::new("OWN").unwrap());
    let issuer = PointIssuer { id: own.clone(), channels: Vec::new(), earn_basis_points: 0 };
    let promotion = Promotion {
        code: Promotion::read_code("SPRING").unwrap(),
        gives: Gives::Amount { amount: yen(200) },
        currency: Currency::Jpy,
        conditions: Conditions::default(),
        limit: Some(1),
        limit_per_customer: Some(1),
        ended_at: None,
    };
    let caller = Caller { principal: who.clone(), correlation: "c".to_owned(), repeatable: None };
    let slip = || PointsSlip {
        issuer: own.clone(),
        customer: Feature::mail("taro@example.com").unwrap(),
        points: 100,
        reference: "slip".to_owned(),
    };
    while app.save_promotion(&who, &merchant(), promotion.clone()).await.is_err() {}
    while app.save_issuer(&who, &merchant(), issuer.clone()).await.is_err() {}
    while app.adjust_points(&caller, &merchant(), slip()).await.is_err() {}
}

#[tokio::test]
async fn what_a_cancelled_order_took_comes_back_once() {
    let mut world = World::new();
    a_discounted_order_that_is_cancelled(&mut world).await;
    let order = world.store.orders()[0].clone();
    assert_eq!(order.screening.claims.len(), 4, "a use, the customer's use, points, the order");
    assert_eq!(counted(&world, uses()).await, 1);
    world.settle().await;
    for (_, key, tally) in world.store.all_tallies() {
        assert_eq!(tally.amount, tally.by_hand, "{key:?}");
    }
}

#[tokio::test]
async fn what_an_order_took_comes_back_once_whatever_happens() {
    whichever_call_fails(Mails::LeftOut, a_discounted_order_that_is_cancelled).await;
    whoever_dies(Mails::LeftOut, a_discounted_order_that_is_cancelled).await;
    whatever_the_order(Mails::LeftOut, a_discounted_order_that_is_cancelled).await;
}

#[tokio::test]
async fn an_account_buys_on_credit_and_a_second_order_above_its_limit_waits() {
    let mut world = World::new();
    let mut draft = an_order().of(&[(6, 1_000)]).paid_by(PaymentMethod::BankTransfer);
    let account = AccountId::new("B-7").unwrap();
    draft.intake.particulars.purchase_order =
        Some(PurchaseOrder { number: "PO-1".to_owned(), account: Some(account.to_string()) });
    world.opens(&draft).await;
    world.goods_arrive("SKU-1", 20).await;
    let agreed = Account {
        id: account.clone(),
        currency: Currency::Jpy,
        credit_limit: yen(10_000),
        payment_terms_days: 30,
        requires_purchase_order: true,
        approval_above: None,
    };
    world.manage_merchant().save_account(&somebody(Role::Supervisor), &merchant(), agreed).await.unwrap();
    let first = world.orders(&draft).await;
    world.settle().await;
    let second = world.orders(&draft).await;
    world.settle().await;
    assert_eq!(world.order(&first).state, OrderState::Released, "it pays later");
    assert!(is_held(&world, &second, HoldCode::CreditLimit));
    assert_eq!(counted(&world, credit(&account)).await, 6_000);
    world.warehouse_ships(&first).await;
    world.settle().await;
    assert!(world.order(&first).payments[0].requested.is_some(), "now it is asked to pay");
    world.bank_reports(&first, 6_000, "ref-1").await;
    world.settle().await;
    assert_eq!(counted(&world, credit(&account)).await, 0);
    world.carrier_delivers(&first).await;
    world.settle().await;
    assert_eq!(world.order(&first).state, OrderState::Completed);
}

async fn blocked() -> (World, OrderId) {
    let mut world = World::new();
    let draft = an_order();
    world.opens(&draft).await;
    world.goods_arrive("SKU-1", 10).await;
    let feature = Feature::phone("090 1234 5678").unwrap();
    let block = Block { feature, reason: "refused three parcels".into(), until: None };
    world.manage_merchant().block(&somebody(Role::BackOffice), &merchant(), block).await.unwrap();
    let order = world.orders(&draft).await;
    world.settle().await;
    (world, order)
}

#[tokio::test]
async fn a_blocked_customers_order_waits_until_somebody_who_may_approves_it() {
    let (mut world, order) = blocked().await;
    let code = HoldCode::FraudReview;
    assert!(is_held(&world, &order, code));
    assert!(world.order(&order).screening.risk.reasons().contains("block list"));
    let approve = Command::ResolveHold { code, by: "x".to_owned() };
    let denied = world.commands(Role::BackOffice, &order, &approve).await;
    assert!(matches!(denied, Err(RequestError::Denied(Denied::Role))), "{denied:?}");
    world.commands(Role::ClientUser, &order, &approve).await.unwrap();
    world.settle().await;
    assert_eq!(world.order(&order).state, OrderState::Released);
}

#[tokio::test]
async fn a_fraud_is_cancelled_by_somebody_who_may_and_no_mail_accuses_anybody() {
    let (mut world, order) = blocked().await;
    let reject = Command::RequestCancel { lines: Vec::new(), reason: CancelReason::Fraud };
    let denied = world.commands(Role::CallCenter, &order, &reject).await;
    assert!(matches!(denied, Err(RequestError::Denied(Denied::Role))), "{denied:?}");
    world.commands(Role::ClientUser, &order, &reject).await.unwrap();
    world.settle().await;
    assert_eq!(world.order(&order).state, OrderState::Cancelled);
    let letters = world.letters();
    let last = letters.last().unwrap();
    assert!(last.subject.contains("キャンセル") && !last.text.contains("不正"), "{}", last.text);
}

#[tokio::test]
async fn an_entry_that_is_taken_from_the_block_list_counts_no_more() {
    let (mut world, order) = blocked().await;
    let app = world.manage_merchant();
    let salt = world.store.salt(&merchant()).await.unwrap();
    let mark = salt.mark(&Feature::phone("090-1234-5678").unwrap());
    let key = (mark.kind, mark.hash);
    let denied = app.unblock(&somebody(Role::BackOffice), &merchant(), key.clone()).await;
    assert!(matches!(denied, Err(ManageError::Denied(Denied::Role))));
    app.unblock(&somebody(Role::Supervisor), &merchant(), key).await.unwrap();
    let next = world.orders(&an_order()).await;
    world.settle().await;
    assert!(!is_held(&world, &next, HoldCode::FraudReview) && is_held(&world, &order, HoldCode::FraudReview));
}

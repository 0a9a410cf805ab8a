//! The orders of the demonstration, each with its way and where it should end.

#![expect(clippy::indexing_slicing, reason = "assigning to a JSON object by index inserts, and cannot panic")]

use std::future::Future;
use std::pin::Pin;

use anyhow::ensure;
use jiff::ToSpan;
use serde_json::{Value, json};

use super::api::Order;
use super::report::Played;
use super::world::{Wish, World, address};

/// An order's way.
pub struct Story {
    /// Its name.
    pub name: &'static str,
    /// What happens.
    pub about: &'static str,
    /// Where it should end.
    pub end: End,
    /// Plays it, and shows the order at its end.
    pub play: fn(World, End) -> Playing,
}

/// A story being played.
pub type Playing = Pin<Box<dyn Future<Output = anyhow::Result<Order>> + Send>>;

/// Where an order should end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct End {
    /// The order's state.
    pub state: &'static str,
    /// The state of its payment.
    pub payment: &'static str,
    /// The mails the customer gets, sorted.
    pub mails: &'static [&'static str],
}

const COMPLETED: &str = "COMPLETED";
const CANCELLED: &str = "CANCELLED";

/// The usual end, with the usual three mails.
const DONE: End =
    End { state: COMPLETED, payment: "CAPTURED", mails: &["delivered", "order_confirmation", "shipped"] };
/// The usual end of what is paid in advance.
const DONE_PREPAID: End = End {
    mails: &["delivered", "order_confirmation", "payment_received", "payment_request", "shipped"],
    ..DONE
};

/// The end of an order for goods that are not there.
const MISSED: End =
    End { state: CANCELLED, payment: "VOIDED", mails: &["cancelled", "order_confirmation", "stock_out"] };

macro_rules! story {
    ($play:ident, $about:literal, $end:expr) => {
        Story {
            name: stringify!($play),
            about: $about,
            end: $end,
            play: |world, end| Box::pin($play(world, end)),
        }
    };
}

/// All stories.
#[must_use]
pub fn all() -> Vec<Story> {
    vec![
        story!(
            card_order,
            "a card, charged when the parcel leaves; the shop's platform is told and accepts",
            DONE
        ),
        story!(bank_transfer, "paid by bank transfer before it leaves", DONE_PREPAID),
        story!(convenience_store, "paid at a convenience store before it leaves", DONE_PREPAID),
        story!(cash_on_delivery, "the carrier collects the money", DONE),
        story!(pay_later, "a credit check, paid after delivery", DONE),
        story!(declined_card_retried, "the card is declined, staff have it tried again", DONE),
        story!(
            declined_card_cancelled,
            "the card is declined for good, staff cancel",
            End { state: CANCELLED, payment: "DECLINED", mails: &["cancelled", "order_confirmation"] }
        ),
        story!(
            split_shipment,
            "two addressees, two shipments, three parcels",
            End { mails: &["delivered", "delivered", "order_confirmation", "shipped", "shipped"], ..DONE }
        ),
        story!(
            back_order,
            "out of stock, an apology, filled when goods arrive",
            End { mails: &["delivered", "order_confirmation", "shipped", "stock_out"], ..DONE }
        ),
        story!(
            cancelled_and_voided,
            "wanted in two weeks, cancelled before that, the card is never charged",
            End { state: CANCELLED, payment: "VOIDED", mails: &["cancelled", "order_confirmation"] }
        ),
        story!(
            cancelled_and_refunded,
            "paid, then recalled from the warehouse and refunded",
            End {
                state: CANCELLED,
                payment: "REFUNDED",
                mails: &["cancelled", "order_confirmation", "payment_received", "payment_request"],
            }
        ),
        story!(sent_twice, "the order and every report arrive several times, and out of order", DONE),
        story!(address_corrected, "no house number; staff ask the customer and correct it", DONE),
        story!(abroad_in_dollars, "to the United States, in dollars, in English", DONE),
    ]
}

/// One unit of `sku`, of which there are fewer than orders: it comes, or the customer is told and
/// the order is cancelled.
pub async fn one_of_few(world: World, number: &str, sku: &str) -> Played {
    let order = get_or_miss(&world, number, sku).await;
    let missed = order.as_ref().is_ok_and(|order| order.state == CANCELLED);
    let expected = if missed { MISSED } else { DONE };
    Played { name: "one_of_few", about: "goods of which there are too few", expected, order }
}

async fn get_or_miss(world: &World, number: &str, sku: &str) -> anyhow::Result<Order> {
    let wish = Wish { number, lines: &[(sku, 1)], payment: card("tok_visa") };
    let id = world.customer_orders(&world.order(&wish)).await?;
    let decided = |order: &Order| {
        let instructed = order.shipments.iter().any(|shipment| shipment.instructed);
        instructed || order.mails_ended().contains(&"stock_out")
    };
    let order = world.until(&id, "a unit or an apology", decided).await?;
    if !order.mails_ended().contains(&"stock_out") {
        return shipped_and_delivered(world, &id, DONE).await;
    }
    world.staff_cancel(&id, "OUT_OF_STOCK").await?;
    world.until(&id, "the void", |order| order.has("PaymentVoided")).await?;
    world.until_state(&id, MISSED.state, MISSED.mails).await
}

/// A card the sandbox declines.
const DECLINED: &str = "tok_declined";
/// A card the sandbox declines the first time.
const DECLINED_ONCE: &str = "tok_declined_once";

/// What the sandbox provider does depends on the token.
fn card(token: &str) -> Value {
    json!({ "method": "CARD", "token": token })
}

/// One set of tea and a pot, paid so.
fn tea(world: &World, number: &str, payment: Value) -> Value {
    world.order(&Wish { number, lines: &[("TEA-100", 2), ("POT-01", 1)], payment })
}

/// From the instruction to the end: everything leaves, in one parcel each, and arrives.
async fn shipped_and_delivered(world: &World, id: &str, end: End) -> anyhow::Result<Order> {
    for shipment in world.instructed(id, 1).await? {
        world.warehouse_ships(&shipment, 1).await?;
        world.carrier_delivers(&shipment).await?;
    }
    world.until_state(id, end.state, end.mails).await
}

async fn ordered_and_delivered(world: World, order: Value, end: End) -> anyhow::Result<Order> {
    let id = world.customer_orders(&order).await?;
    shipped_and_delivered(&world, &id, end).await
}

async fn card_order(world: World, end: End) -> anyhow::Result<Order> {
    let id = world.customer_orders_on_platform(&tea(&world, "card", card("tok_visa"))).await?;
    shipped_and_delivered(&world, &id, end).await?;
    world.platform_accepts(&id, &["CONFIRMED", "DELIVERED", "SHIPPED", "SHIPPED_ALL"]).await
}

async fn paid_in_advance(world: World, number: &str, method: &str, end: End) -> anyhow::Result<Order> {
    let id = world.customer_orders(&tea(&world, number, json!({ "method": method }))).await?;
    world.customer_pays(&id).await?;
    shipped_and_delivered(&world, &id, end).await
}

async fn bank_transfer(world: World, end: End) -> anyhow::Result<Order> {
    paid_in_advance(world, "bank", "BANK_TRANSFER", end).await
}

async fn convenience_store(world: World, end: End) -> anyhow::Result<Order> {
    paid_in_advance(world, "konbini", "CONVENIENCE_STORE", end).await
}

async fn cash_on_delivery(world: World, end: End) -> anyhow::Result<Order> {
    let mut order = tea(&world, "cod", json!({ "method": "CASH_ON_DELIVERY" }));
    order["fees"] = json!([{ "kind": "SHIPPING", "amount": 550 }, { "kind": "PAYMENT", "amount": 330 }]);
    ordered_and_delivered(world, order, end).await
}

async fn pay_later(world: World, end: End) -> anyhow::Result<Order> {
    let mut order = tea(&world, "later", json!({ "method": "PAY_LATER" }));
    order["customer"]["language"] = json!("zh-Hans");
    ordered_and_delivered(world, order, end).await
}

async fn declined_card_retried(world: World, end: End) -> anyhow::Result<Order> {
    let id = world.customer_orders(&tea(&world, "retried", card(DECLINED_ONCE))).await?;
    world.until(&id, "the decline", |order| order.is_held_for("PAYMENT")).await?;
    world.staff(&id, &json!({ "command": "resolve_hold", "code": "PAYMENT" })).await?;
    shipped_and_delivered(&world, &id, end).await
}

async fn declined_card_cancelled(world: World, end: End) -> anyhow::Result<Order> {
    let id = world.customer_orders(&tea(&world, "declined", card(DECLINED))).await?;
    world.until(&id, "the decline", |order| order.is_held_for("PAYMENT")).await?;
    world.staff_cancel(&id, "PAYMENT_DECLINED").await?;
    world.until_state(&id, end.state, end.mails).await
}

async fn split_shipment(world: World, end: End) -> anyhow::Result<Order> {
    let mut order = tea(&world, "split", card("tok_visa"));
    order["lines"][1]["ship_group"] = json!(2);
    order["ship_groups"] = json!([
        { "ship_to": order["ship_to"].take() },
        { "ship_to": address("佐藤 次郎", "千駄ヶ谷2-3-4") },
    ]);
    let _ = order.as_object_mut().map(|order| order.remove("ship_to"));
    let id = world.customer_orders(&order).await?;
    let shipments = world.instructed(&id, 2).await?;
    ensure!(shipments.len() == 2, "{} shipments instead of 2", shipments.len());
    for (shipment, parcels) in shipments.iter().zip([1, 2]) {
        world.warehouse_ships(shipment, parcels).await?;
        world.carrier_delivers(shipment).await?;
    }
    world.until_state(&id, end.state, end.mails).await
}

async fn back_order(world: World, end: End) -> anyhow::Result<Order> {
    world.shop_offers("RARE").await?;
    let wish = Wish { number: "rare", lines: &[("RARE", 1)], payment: card("tok_visa") };
    let id = world.customer_orders(&world.order(&wish)).await?;
    let apologised = |order: &Order| order.mails_ended().contains(&"stock_out");
    world.until(&id, "the apology", apologised).await?;
    world.stock_arrives("RARE", 1).await?;
    shipped_and_delivered(&world, &id, end).await
}

async fn cancelled_and_voided(world: World, end: End) -> anyhow::Result<Order> {
    let mut order = tea(&world, "voided", card("tok_visa"));
    // Wanted later, so the warehouse has not been told yet.
    order["desired_date"] = json!(world.today()?.checked_add(14.days())?);
    let id = world.customer_orders(&order).await?;
    world.until(&id, "the authorization", |order| order.has("PaymentAuthorized")).await?;
    world.staff_cancel(&id, "CUSTOMER").await?;
    let given_up = |order: &Order| order.state == CANCELLED && order.has("PaymentVoided");
    world.until(&id, "the void", given_up).await?;
    world.until_state(&id, end.state, end.mails).await
}

async fn cancelled_and_refunded(world: World, end: End) -> anyhow::Result<Order> {
    let order = tea(&world, "refunded", json!({ "method": "BANK_TRANSFER" }));
    let id = world.customer_orders(&order).await?;
    world.customer_pays(&id).await?;
    let shipments = world.instructed(&id, 1).await?;
    let thanked = |order: &Order| order.mails_ended().contains(&"payment_received");
    world.until(&id, "the thanks for the payment", thanked).await?;
    world.staff_cancel(&id, "CUSTOMER").await?;
    world.until(&id, "the recall", |order| order.has("RecallRequested")).await?;
    for shipment in &shipments {
        world.report(shipment, "RECALLED", 5, &[]).await?;
    }
    let order = world.until(&id, "the refund's ticket", |order| order.needs("REFUND_BY_HAND")).await?;
    for payment in &order.payments {
        let refund = json!({
            "command": "record_refund",
            "payment": payment.payment,
            "amount": payment.captured,
            "reference": format!("DEMO-REFUND-{}", payment.payment),
        });
        world.staff(&id, &refund).await?;
    }
    world.until_state(&id, end.state, end.mails).await
}

async fn sent_twice(world: World, end: End) -> anyhow::Result<Order> {
    let order = tea(&world, "twice", card("tok_visa"));
    let id = world.customer_orders(&order).await?;
    world.shop_repeats(&order, &id).await?;
    let shipments = world.instructed(&id, 1).await?;
    let number = ["444413758703".to_owned()];
    for shipment in &shipments {
        // The carrier is faster than the warehouse's own reports, and everything comes twice.
        for _ in 0..2 {
            world.report(shipment, "HANDED_OVER", 10, &number).await?;
            world.report(shipment, "DELIVERED", 30, &[]).await?;
            world.report(shipment, "PICKED", 2, &[]).await?;
            world.report(shipment, "IN_TRANSIT", 20, &[]).await?;
            world.report(shipment, "ACKNOWLEDGED", 1, &[]).await?;
        }
    }
    world.shop_repeats(&order, &id).await?;
    world.until_state(&id, end.state, end.mails).await
}

async fn address_corrected(world: World, end: End) -> anyhow::Result<Order> {
    let mut order = tea(&world, "address", card("tok_visa"));
    order["ship_to"] = address("山田 花子", "渋谷区神宮前");
    order["ship_to"]["line2"] = json!("1-2-3 ハイツ101");
    let id = world.customer_orders(&order).await?;
    world.until(&id, "the hold", |order| order.is_held_for("ADDRESS_DEFECT")).await?;
    world.staff(&id, &json!({ "command": "accept_address_proposal", "ship_group": 1 })).await?;
    shipped_and_delivered(&world, &id, end).await
}

async fn abroad_in_dollars(world: World, end: End) -> anyhow::Result<Order> {
    let mut order = tea(&world, "dollars", card("tok_visa"));
    order["currency"] = json!("USD");
    order["customer"] = json!({
        "name": "Emily Carter", "mail": "emily@example.com", "phone": "+1-502-555-0134", "language": "en",
    });
    order["ship_to"] = json!({
        "name": "Emily Carter", "country": "US", "postal_code": "40202", "prefecture": "KY",
        "city": "Louisville", "line1": "92 Chestnut Street",
    });
    order["lines"] = json!([
        {
            "sku": "CUP-02", "title": "Set of two tea cups", "unit_price": "19.80", "quantity": 2,
            "tax_rate": 0,
        },
    ]);
    order["fees"] = json!([{ "kind": "SHIPPING", "amount": "12.50", "tax_rate": 0 }]);
    ordered_and_delivered(world, order, end).await
}

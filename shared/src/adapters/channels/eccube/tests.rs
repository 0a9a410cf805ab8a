use serde_json::{Value, json};

use super::super::testing::{DEFAULTS, changed, one};
use super::*;
use crate::domain::merchant::ChannelKind;
use crate::domain::money::Amount;

const SAMPLE: &[u8] = include_bytes!("../samples/eccube_graphql_order.json");
const WEBHOOK: &[u8] = include_bytes!("../samples/eccube_webhook.json");

fn said(change: impl FnOnce(&mut Value)) -> ChannelOrder {
    one(ChannelKind::EcCube, &changed(SAMPLE, |body| change(&mut body["data"]["order"])))
}

#[test]
fn a_notification_names_orders_of_which_everything_is_missing() {
    let entries = super::super::read(ChannelKind::EcCube, WEBHOOK, &DEFAULTS).unwrap().entries;
    let numbers: Vec<_> = entries.iter().filter_map(|entry| entry.number.as_deref()).collect();
    assert_eq!(numbers, ["12", "13"], "and none for the product");
    let orders: Vec<_> = entries.into_iter().map(|entry| entry.said.unwrap()).collect();
    assert!(orders.iter().all(|order| order.missing.iter().any(|missing| missing.field == "lines")));
    assert_eq!(orders[1].status, ChannelStatus::Cancelled, "it was deleted");
}

#[test]
fn a_notification_with_its_order_is_the_order() {
    let mut order: Value = serde_json::from_slice(SAMPLE).unwrap();
    let order = order["data"]["order"].take();
    let body = json!({ "webhook": [{ "entity": "order", "id": 12, "action": "updated" }], "order": order });
    let both = one(ChannelKind::EcCube, body.to_string().as_bytes());
    assert_eq!(both.order.number, "2026-0012");
}

#[test]
fn a_page_of_orders_is_as_many_orders() {
    let order: Value = serde_json::from_slice(SAMPLE).unwrap();
    let order = &order["data"]["order"];
    for orders in
        [json!({ "nodes": [order, order] }), json!({ "edges": [{ "node": order }, { "node": order }] })]
    {
        let body = json!({ "data": { "orders": orders } }).to_string();
        let reading = super::super::read(ChannelKind::EcCube, body.as_bytes(), &DEFAULTS).unwrap();
        assert_eq!(reading.entries.len(), 2, "{:?}", reading.entries.first().map(|entry| &entry.at));
    }
}

#[test]
fn every_status_is_one_of_ours() {
    for (theirs, ours) in [
        ("1", ChannelStatus::Open),
        ("3", ChannelStatus::Cancelled),
        ("4", ChannelStatus::Open),
        ("5", ChannelStatus::Shipped),
        ("6", ChannelStatus::Open),
        ("7", ChannelStatus::Pending),
        ("8", ChannelStatus::Pending),
        ("9", ChannelStatus::Shipped),
        ("99", ChannelStatus::Pending),
    ] {
        assert_eq!(said(|order| order["OrderStatus"]["id"] = json!(theirs)).status, ours, "{theirs}");
    }
    let partly = said(|order| order["Shippings"][0]["shipping_date"] = json!("2026-11-22T00:00:00+09:00"));
    assert_eq!(partly.status, ChannelStatus::PartiallyShipped);
}

#[test]
fn items_below_their_shippings_are_the_same_as_items_below_the_order() {
    let nested = said(|order| {
        let items = order["OrderItems"].take();
        for item in items.as_array().unwrap() {
            let shipping = usize::from(item["Shipping"]["id"] == json!("22"));
            let list = &mut order["Shippings"][shipping]["OrderItems"];
            if list.is_null() {
                *list = json!([]);
            }
            list.as_array_mut().unwrap().push(item.clone());
        }
    });
    let (flat, nested) = (said(|_| ()).order, nested.order);
    let sums = |order: &Intake| {
        order.lines.iter().map(|line| (line.ship_group, line.unit_price)).collect::<Vec<_>>()
    };
    assert_eq!(sums(&nested), sums(&flat));
    assert_eq!(nested.fees, flat.fees);
}

#[test]
fn goods_without_their_tax_get_that_of_a_unit() {
    let price = |change: &dyn Fn(&mut Value)| said(|order| change(order)).order.lines[0].unit_price;
    assert_eq!(price(&|_| ()), Amount::new(1_080));
    assert_eq!(price(&|order| order["OrderItems"][0]["tax"] = Value::Null), Amount::new(1_080));
    assert_eq!(price(&|order| order["OrderItems"][0]["TaxDisplayType"]["id"] = json!(2)), Amount::new(1_000));
}

#[test]
fn a_bank_transfer_is_asked_for_until_it_is_noted() {
    let payment = |status: &str, method: &str| {
        let order = said(|order| {
            order["OrderStatus"]["id"] = json!(status);
            order["payment_method"] = json!(method);
        });
        (order.order.payments[0].method, order.order.payments[0].awaited)
    };
    assert_eq!(payment("1", "銀行振込"), (PaymentMethod::BankTransfer, false));
    assert_eq!(payment("6", "銀行振込"), (PaymentMethod::ChannelSettled, false));
    assert_eq!(payment("1", "クレジットカード"), (PaymentMethod::ChannelSettled, false));
    assert_eq!(payment("7", "クレジットカード"), (PaymentMethod::ChannelSettled, true));
}

#[test]
fn a_choice_is_told_with_what_is_chosen() {
    let choice = |change: &dyn Fn(&mut Value)| {
        let order = said(|order| change(&mut order["OrderItems"][1]));
        order.order.lines[1].particulars.choice.as_ref().map(|choice| choice.reveal().to_owned())
    };
    assert_eq!(choice(&|_| ()).as_deref(), Some("緑"));
    assert_eq!(choice(&|item| item["class_name1"] = json!("色")).as_deref(), Some("色: 緑"));
}

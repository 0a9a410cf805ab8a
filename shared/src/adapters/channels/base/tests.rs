use serde_json::{Value, json};

use super::super::testing::{changed, one};
use super::*;
use crate::domain::merchant::ChannelKind;

const DETAIL_SAMPLE: &[u8] = include_bytes!("../samples/base_detail_shortage.json");
const LIST: &[u8] = include_bytes!("../samples/base_list.json");

fn said(change: impl FnOnce(&mut Value)) -> ChannelOrder {
    one(ChannelKind::Base, &changed(DETAIL_SAMPLE, |body| change(&mut body["order"])))
}

fn cautions(said: &ChannelOrder) -> Vec<&str> {
    said.order.particulars.cautions.iter().map(|caution| caution.code.as_str()).collect()
}

#[test]
fn a_row_of_the_list_says_what_it_can_and_what_is_missing() {
    let row = one(ChannelKind::Base, LIST);
    assert_eq!(row.status, ChannelStatus::Cancelled);
    assert_eq!(row.order.declared.unwrap().total, Amount::new(2_000));
    assert_eq!(row.order.particulars.subscription.unwrap().occurrence, Some(2));
    let missing: Vec<&str> = row.missing.iter().map(|missing| missing.field).collect();
    assert_eq!(missing, ["lines", "ship_groups[0].address"]);
}

#[test]
fn every_dispatch_status_is_one_of_ours() {
    for (theirs, ours) in [
        ("unpaid", ChannelStatus::Pending),
        ("unshippable", ChannelStatus::Pending),
        ("ordered", ChannelStatus::Open),
        ("shipping", ChannelStatus::Shipped),
        ("dispatched", ChannelStatus::Shipped),
        ("cancelled", ChannelStatus::Cancelled),
        ("invented", ChannelStatus::Pending),
    ] {
        assert_eq!(said(|order| order["dispatch_status"] = json!(theirs)).status, ours, "{theirs}");
    }
    let early = said(|order| order["dispatch_status"] = json!("unshippable"));
    assert!(!cautions(&early).contains(&"STATUS_UNKNOWN"));
    let partly = said(|order| {
        order["dispatch_status"] = json!("ordered");
        order["order_items"][0]["status"] = json!("dispatched");
    });
    assert_eq!(partly.status, ChannelStatus::PartiallyShipped);
}

#[test]
fn a_transfer_that_was_too_small_is_awaited() {
    let short = said(|order| order["dispatch_status"] = json!("ordered"));
    assert!(short.order.payments[0].awaited);
    assert_eq!(cautions(&short), ["SHORT_PAYMENT"]);
}

#[test]
fn base_has_the_money_but_for_the_shops_own_account_and_cash() {
    use PaymentMethod::{BankTransfer, CashOnDelivery, ChannelSettled};
    for (payment, method, awaited) in [
        ("creditcard", ChannelSettled, true),
        ("cvs", ChannelSettled, true),
        ("base_bt", ChannelSettled, true),
        ("carrier_01", ChannelSettled, true),
        ("bt", BankTransfer, false),
        ("cod", CashOnDelivery, false),
        ("代金引換", CashOnDelivery, false),
    ] {
        let payments = said(|order| order["payment"] = json!(payment)).order.payments;
        assert_eq!((payments[0].method, payments[0].awaited), (method, awaited), "{payment}");
    }
}

#[test]
fn postage_is_found_wherever_it_stands() {
    let postage = |change: &dyn Fn(&mut Value)| {
        let said = said(|order| {
            order["shipping_lines"] = json!([]);
            change(order);
        });
        said.order.fees.iter().find(|fee| fee.kind == FeeKind::Shipping).map(|fee| fee.amount.units())
    };
    assert_eq!(postage(&|order| order["shipping_fee"] = json!(800)), Some(800));
    assert_eq!(postage(&|order| order["order_items"][0]["shipping_fee"] = json!("800")), Some(800));
    assert_eq!(postage(&|order| order["total"] = json!(5_250)), None);
}

#[test]
fn an_adjustment_that_the_total_does_not_contain_is_only_told() {
    let said = said(|order| order["total"] = json!(6_100));
    assert!(cautions(&said).contains(&"ADJUSTED"));
    assert_eq!(said.order.discounts.len(), 1, "the coupon alone");
}

#[test]
fn a_cancelled_line_is_left_out_and_a_cancelled_order_is_not_emptied() {
    assert_eq!(said(|_| ()).order.lines.len(), 2);
    let cancelled = said(|order| order["dispatch_status"] = json!("cancelled"));
    assert_eq!(cancelled.order.lines.len(), 3);
}

#[test]
fn a_product_code_comes_before_bases_own_numbers() {
    let sku = |change: &dyn Fn(&mut Value)| said(|order| change(order)).order.lines[0].sku.to_string();
    assert_eq!(sku(&|_| ()), "base-1001-101");
    assert_eq!(sku(&|order| order["order_items"][0]["item_identifier"] = json!("TS-1")), "TS-1");
}

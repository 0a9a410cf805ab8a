use serde_json::{Value, json};

use super::super::testing::{changed, one};
use super::*;
use crate::domain::billing::DiscountKind;
use crate::domain::merchant::ChannelKind;
use crate::domain::money::Amount;
use crate::domain::tax::TaxRate;

const SAMPLE: &[u8] = include_bytes!("../samples/woocommerce_jpy_bacs.json");

fn said(change: impl FnOnce(&mut Value)) -> ChannelOrder {
    one(ChannelKind::WooCommerce, &changed(SAMPLE, change))
}

#[test]
fn every_status_is_one_of_ours() {
    for (theirs, ours) in [
        ("pending", ChannelStatus::Pending),
        ("on-hold", ChannelStatus::Pending),
        ("failed", ChannelStatus::Pending),
        ("processing", ChannelStatus::Open),
        ("wc-processing", ChannelStatus::Open),
        ("completed", ChannelStatus::Shipped),
        ("cancelled", ChannelStatus::Cancelled),
        ("refunded", ChannelStatus::Cancelled),
        ("trash", ChannelStatus::Cancelled),
        ("packing-now", ChannelStatus::Pending),
    ] {
        assert_eq!(said(|order| order["status"] = json!(theirs)).status, ours, "{theirs}");
    }
}

#[test]
fn a_gateways_id_says_how_the_order_is_paid_as_long_as_it_is_not() {
    use PaymentMethod::{BankTransfer, CashOnDelivery, ChannelSettled};
    for (id, status, method, awaited) in [
        ("bacs", "on-hold", BankTransfer, false),
        ("bacs", "processing", ChannelSettled, false),
        ("cheque", "on-hold", BankTransfer, false),
        ("cod", "processing", CashOnDelivery, false),
        ("stripe", "processing", ChannelSettled, false),
        ("stripe", "pending", ChannelSettled, true),
    ] {
        let said = said(|order| {
            order["payment_method"] = json!(id);
            order["payment_method_title"] = json!("");
            order["status"] = json!(status);
        });
        let payment = &said.order.payments[0];
        assert_eq!((payment.method, payment.awaited), (method, awaited), "{id} {status}");
    }
}

#[test]
fn prices_are_given_as_the_customer_saw_them() {
    let line = |included: bool| {
        let order = said(|order| order["prices_include_tax"] = json!(included)).order;
        let net = order.lines[0].unit_price * order.lines[0].quantity - order.lines[0].discount;
        (order.basis, order.lines[0].unit_price, net)
    };
    assert_eq!(line(true), (PriceBasis::TaxIncluded, Amount::new(1_080), Amount::new(1_944)));
    assert_eq!(line(false), (PriceBasis::TaxExcluded, Amount::new(1_000), Amount::new(1_800)));
}

#[test]
fn a_coupon_on_all_lines_alike_is_a_discount_of_the_order_with_its_code() {
    let order = said(|order| {
        order["line_items"][0]["total"] = json!("1800");
        order["line_items"][0]["total_tax"] = json!("144");
        order["line_items"][1]["total"] = json!("1800");
        order["line_items"][1]["total_tax"] = json!("180");
    });
    let coupon = order.order.discounts.iter().find(|discount| discount.kind == DiscountKind::Coupon).unwrap();
    assert_eq!((coupon.code.as_deref(), coupon.amount), (Some("autumn"), Amount::new(436)));
    assert!(order.order.lines.iter().all(|line| line.discount.is_zero()));
}

#[test]
fn a_shop_in_japan_without_tax_settings_has_the_tax_in_its_prices() {
    let order = said(|order| {
        order["prices_include_tax"] = json!(false);
        order["total_tax"] = json!("0");
        order["tax_lines"] = json!([]);
        for part in ["line_items", "shipping_lines", "fee_lines"] {
            for line in order[part].as_array_mut().unwrap() {
                line["total_tax"] = json!("0");
                line["subtotal_tax"] = json!("0");
                line["taxes"] = json!([]);
            }
        }
    });
    assert_eq!(order.order.basis, PriceBasis::TaxIncluded);
    assert!(order.order.lines.iter().all(|line| line.tax_rate == TaxRate::STANDARD));
}

#[test]
fn a_list_is_as_many_orders_and_one_that_is_wrong_spoils_no_other() {
    let good: Value = serde_json::from_slice(SAMPLE).unwrap();
    let mut bad = good.clone();
    bad["total"] = json!("a lot");
    let body = json!([good, bad, good]).to_string();
    let reading = super::super::read(ChannelKind::WooCommerce, body.as_bytes(), &ChannelDefaults::default());
    let entries = reading.unwrap().entries;
    assert_eq!(entries.iter().map(|entry| entry.said.is_ok()).collect::<Vec<_>>(), [true, false, true]);
    assert_eq!(entries[1].at, "[1]");
}

#[test]
fn what_php_writes_for_nothing_is_nothing() {
    let order = said(|order| {
        order["shipping"] = json!([]);
        order["billing"]["company"] = json!(false);
        order["meta_data"] = json!("");
        order["coupon_lines"] = Value::Null;
        order["customer_note"] = Value::Null;
        order["line_items"][0]["meta_data"] = json!({});
    });
    let to = &order.order.ship_groups[0].address;
    assert_eq!(to.name.reveal(), "山田 太郎", "to the orderer where no other address is given");
}

#[test]
fn the_reading_of_a_name_is_found_in_the_address_and_beside_it() {
    let order = said(|order| {
        order["billing"]["yomigana_last_name"] = json!("ヤマダ");
        order["billing"]["yomigana_first_name"] = json!("タロウ");
        order["meta_data"].as_array_mut().unwrap().extend([
            json!({ "id": 1, "key": "_shipping_yomigana_last_name", "value": "スズキ" }),
            json!({ "id": 2, "key": "_shipping_yomigana_first_name", "value": "ハナコ" }),
        ]);
    });
    assert_eq!(order.order.customer.kana, Some("ヤマダ タロウ".into()));
    assert_eq!(order.order.ship_groups[0].address.kana, Some("スズキ ハナコ".into()));
}

#[test]
fn answers_to_what_the_shop_asks_are_part_of_the_note_and_a_plugins_own_are_not() {
    let order = said(|order| {
        order["customer_note"] = json!("平日希望");
        order["meta_data"].as_array_mut().unwrap().extend([
            json!({ "id": 1, "key": "のし", "value": "内祝" }),
            json!({ "id": 2, "key": "お届け希望日", "value": "指定なし" }),
            json!({ "id": 3, "key": "is_vat_exempt", "value": "no" }),
            json!({ "id": 4, "key": "_管理", "value": "x" }),
        ]);
    });
    assert_eq!(order.order.customer_note.unwrap().reveal(), "平日希望\nのし: 内祝");
    assert!(order.order.particulars.cautions.iter().all(|caution| caution.code != "DELIVERY_DATE"));
}

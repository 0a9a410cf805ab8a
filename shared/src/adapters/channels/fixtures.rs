//! The platforms' own samples, which are beside the checkout and not in it.

use super::testing::{DEFAULTS, fixture, opened};
use super::*;
use crate::domain::payment::PaymentMethod;

/// What a person reads in a sample: for each of its orders the number, where it stands, the total, the
/// units, how it is paid, and the addressee.
type Read = (&'static str, ChannelStatus, Option<i64>, u32, PaymentMethod, &'static str);

use ChannelStatus::{Open, Pending, Shipped};
use PaymentMethod::{Card, CashOnDelivery, ChannelSettled};

#[rustfmt::skip]
const FIXTURES: [(&str, ChannelKind, &[Read]); 17] = [
    ("shopify/shopify_api_gem_order.json", ChannelKind::Shopify, &[("#1001", Open, Some(40_994), 3, Card, "Bob Norman")]),
    ("amazon/2026-01-01__getOrder__200__application_json.json", ChannelKind::Amazon, &[("202-1234567-8901234", Shipped, Some(10_397), 3, ChannelSettled, "James Wilson")]),
    ("amazon/2026-01-01__searchOrders__200__application_json.json", ChannelKind::Amazon, &[("123-4567890-1234567", Shipped, Some(15_499), 3, CashOnDelivery, "John Smith")]),
    ("amazon/v0__getOrder__200__application_json.json", ChannelKind::Amazon, &[("902-3159896-1390916", Pending, None, 0, ChannelSettled, "Michigan address")]),
    ("amazon/v0__getOrders__200__application_json.json", ChannelKind::Amazon, &[("902-3159896-1390916", Pending, None, 0, ChannelSettled, "Michigan address")]),
    ("amazon/v0__getOrderItems__200__application_json.json", ChannelKind::Amazon, &[("903-1671087-0812628", Pending, None, 3, ChannelSettled, "")]),
    ("amazon/v0__getOrderAddress__200__application_json.json", ChannelKind::Amazon, &[("902-3159896-1390916", Pending, None, 0, ChannelSettled, "Michigan address")]),
    ("amazon/v0__getOrderBuyerInfo__200__application_json.json", ChannelKind::Amazon, &[("902-3159896-1390916", Pending, None, 0, ChannelSettled, "")]),
    ("amazon/v0__getOrderItemsBuyerInfo__200__application_json.json", ChannelKind::Amazon, &[("", Pending, None, 0, ChannelSettled, "")]),
    ("woocommerce/v3_orders_0.json", ChannelKind::WooCommerce, &[("727", Open, Some(2_935), 3, ChannelSettled, "John Doe")]),
    ("base/orders_0.json", ChannelKind::Base, &[
        ("154D88A39E454289", Shipped, Some(2_000), 0, ChannelSettled, "山田 太郎"),
        ("9CD3594222D78673", Pending, Some(3_500), 0, ChannelSettled, "山田 花子"),
    ]),
    ("base/orders_edit_status_0.json", ChannelKind::Base, &[("154D88A39E454289", Shipped, Some(5_800), 3, CashOnDelivery, "山田 花子")]),
    ("logiless/sales_order_0.json", ChannelKind::Logiless, &[("test-20180101-4", Open, Some(1_000), 1, ChannelSettled, "山田 華子")]),
    ("logiless/sales_order_1.json", ChannelKind::Logiless, &[("test-20180101-4", Open, Some(1_000), 1, ChannelSettled, "山田 華子")]),
    ("logiless/sales_order_2.json", ChannelKind::Logiless, &[("test-20180101-1", Open, None, 1, ChannelSettled, "山田 華子")]),
    ("logiless/sales_order_3.json", ChannelKind::Logiless, &[("test-20180101-4", Open, Some(1_000), 1, ChannelSettled, "山田 華子")]),
    ("logiless/sales_order_4.json", ChannelKind::Logiless, &[("", Pending, None, 0, ChannelSettled, "")]),
];

#[test]
fn the_platforms_own_samples_say_what_a_person_reads_in_them() {
    for (path, kind, expected) in FIXTURES {
        let Some(body) = fixture(path) else { continue };
        let orders =
            read(kind, &body, &DEFAULTS).unwrap().entries.into_iter().map(|entry| entry.said.unwrap());
        let orders: Vec<ChannelOrder> = orders.collect();
        let said: Vec<_> = orders
            .iter()
            .map(|said| {
                let order = &said.order;
                let total = order.declared.as_ref().map(|declared| declared.total.units());
                let units: u32 = order.lines.iter().map(|line| line.quantity).sum();
                let addressee = order.ship_groups[0].address.name.reveal();
                (order.number.as_str(), said.status, total, units, order.payments[0].method, addressee)
            })
            .collect();
        assert_eq!(said, expected, "{path}");
    }
}

#[test]
fn what_is_complete_can_be_opened() {
    for (path, kind, _) in FIXTURES {
        let Some(body) = fixture(path) else { continue };
        for entry in read(kind, &body, &DEFAULTS).unwrap().entries {
            let said = entry.said.unwrap();
            if said.missing.is_empty() {
                let total = said.order.declared.as_ref().map(|declared| declared.total);
                let order = opened(said.order);
                assert!(total.is_none_or(|total| order.billing().total == total), "{path}");
            }
        }
    }
}

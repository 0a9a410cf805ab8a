use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::testing::{DEFAULTS, changed, one, survive};
use super::*;
use crate::domain::merchant::ChannelKind;

const KONBINI: &[u8] = include_bytes!("../samples/shopify_jpy_konbini.json");
const EDITED: &[u8] = include_bytes!("../samples/shopify_orders_edited.json");

fn said(change: impl FnOnce(&mut Value)) -> ChannelOrder {
    one(ChannelKind::Shopify, &changed(KONBINI, change))
}

fn cautions(said: &ChannelOrder) -> Vec<&str> {
    said.order.particulars.cautions.iter().map(|caution| caution.code.as_str()).collect()
}

#[test]
fn an_edited_a_cancelled_and_a_barely_listed_order_are_read_as_they_stand() {
    let entries = super::super::read(ChannelKind::Shopify, EDITED, &DEFAULTS).unwrap().entries;
    let orders: Vec<ChannelOrder> = entries.into_iter().map(|entry| entry.said.unwrap()).collect();
    let of = |said: &ChannelOrder| {
        let units: Vec<u32> = said.order.lines.iter().map(|line| line.quantity).collect();
        (said.status, said.order.declared.as_ref().map(|declared| declared.total.units()), units)
    };
    assert_eq!(of(&orders[0]), (ChannelStatus::PartiallyShipped, Some(3_502), vec![1, 1]));
    assert_eq!(of(&orders[1]), (ChannelStatus::Cancelled, Some(4_474), vec![2, 1]));
    assert_eq!(of(&orders[2]), (ChannelStatus::Open, None, vec![]));
    let missing: Vec<&str> = orders[2].missing.iter().map(|missing| missing.field).collect();
    assert_eq!(missing, ["currency", "lines", "payments"]);
    insta::assert_json_snapshot!("shopify_orders_edited", orders);
}

#[test]
fn a_webhook_is_the_same_order_when_a_bus_of_events_delivers_it() {
    let event = changed(KONBINI, |order| {
        let delivered = order.take();
        let metadata = json!({ "X-Shopify-Topic": "orders/create" });
        *order = json!({ "id": "1", "detail": { "payload": delivered, "metadata": metadata } });
    });
    assert_eq!(one(ChannelKind::Shopify, &event).order, said(|_| ()).order);
}

#[test]
fn where_an_order_stands_is_told_by_its_cancellation_its_parcels_and_its_money() {
    for (field, value, status) in [
        ("cancelled_at", json!("2026-11-21T11:00:00+09:00"), ChannelStatus::Cancelled),
        ("fulfillment_status", json!("fulfilled"), ChannelStatus::Shipped),
        ("fulfillment_status", json!("partial"), ChannelStatus::PartiallyShipped),
        ("fulfillment_status", json!("restocked"), ChannelStatus::Cancelled),
        ("financial_status", json!("refunded"), ChannelStatus::Cancelled),
        ("financial_status", json!("voided"), ChannelStatus::Cancelled),
        ("financial_status", json!("expired"), ChannelStatus::Pending),
        ("financial_status", json!("pending"), ChannelStatus::Open),
        ("financial_status", json!("invented"), ChannelStatus::Open),
    ] {
        let said = said(|order| order[field] = value.clone());
        assert_eq!(said.status, status, "{field} {value}");
    }
    let unknown = said(|order| order["financial_status"] = json!("invented"));
    assert!(unknown.order.payments[0].awaited && cautions(&unknown).contains(&"PAYMENT_UNKNOWN"));
}

#[test]
fn units_that_were_refunded_are_not_sent_even_where_only_the_refund_says_so() {
    let said = said(|order| {
        let id = order["line_items"][0]["id"].clone();
        let line = json!({ "line_item_id": id, "quantity": 1 });
        // Older versions of the API do not have it.
        order["line_items"][0].as_object_mut().unwrap().remove("current_quantity");
        order["refunds"] = json!([{ "refund_line_items": [line] }]);
    });
    let line = &said.order.lines[0];
    assert_eq!((line.quantity, line.discount), (1, Amount::new(108)));
    assert_eq!(cautions(&said), ["EDITED"]);
}

#[test]
fn a_tip_is_a_fee_and_a_purchase_order_is_kept() {
    let said = said(|order| {
        order["total_tip_received"] = json!("200");
        order["po_number"] = json!("PO-1");
        order["test"] = json!(true);
        order["line_items"][0]["requires_shipping"] = json!(false);
    });
    let tip = said.order.fees.iter().find(|fee| fee.kind == FeeKind::Other).unwrap();
    assert_eq!((tip.amount, tip.tax_rate), (Amount::new(200), TaxRate::EXEMPT));
    assert_eq!(said.order.particulars.purchase_order.as_ref().unwrap().number, "PO-1");
    assert_eq!(cautions(&said), ["TEST_ORDER", "NOTHING_TO_SHIP", "COUPONS"]);
}

#[test]
fn a_number_may_be_a_text_and_a_text_a_number() {
    let said = said(|order| {
        order["total_price"] = json!(4474);
        order["line_items"][0]["price"] = json!(1080);
        order["line_items"][0]["quantity"] = json!("2");
        order["line_items"][0]["tax_lines"][0]["rate"] = json!("0.08");
        order["customer"]["phone"] = json!(8_012_345_678_u64);
        order["taxes_included"] = json!("true");
        order["discount_codes"] = Value::Null;
    });
    assert_eq!(said.order.lines[0].unit_price, Amount::new(1_080));
    assert_eq!(said.order.basis, PriceBasis::TaxIncluded);
}

/// An order as the GraphQL API answers with it.
fn of_graphql() -> Value {
    let money = |amount: &str| json!({ "shopMoney": { "amount": amount, "currencyCode": "JPY" } });
    json!({
        "id": "gid://shopify/Order/6100200300",
        "name": "#2041",
        "createdAt": "2026-11-21T01:15:00Z",
        "updatedAt": "2026-11-21T01:16:00Z",
        "displayFinancialStatus": "PENDING",
        "displayFulfillmentStatus": "UNFULFILLED",
        "currencyCode": "JPY",
        "taxesIncluded": true,
        "totalPriceSet": money("6060.0"),
        "totalTaxSet": money("551.0"),
        "totalDiscountsSet": money("600.0"),
        "discountCodes": ["AKI"],
        "paymentGatewayNames": ["代金引換"],
        "email": "hanako@example.jp",
        "customer": { "id": "gid://shopify/Customer/77", "firstName": "花子", "lastName": "山田" },
        "customAttributes": [{ "key": "お届け希望日", "value": "2026/11/25" }, { "key": "のし", "value": "内祝" }],
        "shippingAddress": {
            "firstName": "花子", "lastName": "山田", "company": null, "phone": "0115550100", "zip": "060-0001",
            "province": "Hokkaidō", "provinceCode": "JP-01", "city": "札幌市中央区", "address1": "北1条西2",
            "address2": "北ビル 5F", "countryCodeV2": "JP",
        },
        "shippingLine": {
            "title": "宅配便", "originalPriceSet": money("660.0"),
            "taxLines": [{ "rate": 0.1, "priceSet": money("60.0") }],
        },
        "lineItems": { "edges": [{ "node": {
            "id": "gid://shopify/LineItem/1", "name": "湯呑 - 緑", "sku": "YUNOMI-G", "quantity": 3,
            "currentQuantity": 3, "originalUnitPriceSet": money("2000.0"), "taxable": true,
            "discountAllocations": [{ "allocatedAmountSet": money("600.0") }],
            "taxLines": [{ "rate": 0.1, "priceSet": money("491.0") }],
            "customAttributes": [{ "key": "名入れ", "value": "花" }],
        } }] },
    })
}

#[test]
fn an_order_of_the_graphql_api_is_read_like_one_of_the_rest_api() {
    let order = one(ChannelKind::Shopify, of_graphql().to_string().as_bytes());
    insta::assert_json_snapshot!("shopify_graphql", order);
    let billing = super::super::testing::opened(order.order).billing();
    assert_eq!((billing.total.units(), billing.adjustment.units()), (6_060, 0));
}

#[test]
fn answers_of_the_graphql_api_have_one_order_or_many() {
    let order = of_graphql();
    for (answer, count) in [
        (json!({ "data": { "order": order } }), 1),
        (json!({ "data": { "orders": { "nodes": [order, order], "pageInfo": {} } }, "extensions": {} }), 2),
        (json!({ "data": { "orders": { "edges": [{ "cursor": "a", "node": order }] } } }), 1),
    ] {
        let reading = super::super::read(ChannelKind::Shopify, answer.to_string().as_bytes(), &DEFAULTS);
        let read =
            reading.unwrap().entries.into_iter().filter(|entry| entry.number.as_deref() == Some("#2041"));
        assert_eq!(read.count(), count, "{answer:.60}");
    }
}

#[test]
fn a_status_of_the_graphql_api_is_that_of_the_rest_api() {
    for (theirs, ours) in [
        ("UNFULFILLED", ChannelStatus::Open),
        ("IN_PROGRESS", ChannelStatus::Open),
        ("ON_HOLD", ChannelStatus::Open),
        ("PARTIALLY_FULFILLED", ChannelStatus::PartiallyShipped),
        ("FULFILLED", ChannelStatus::Shipped),
        ("RESTOCKED", ChannelStatus::Cancelled),
    ] {
        let mut order = of_graphql();
        order["displayFulfillmentStatus"] = json!(theirs);
        assert_eq!(one(ChannelKind::Shopify, order.to_string().as_bytes()).status, ours, "{theirs}");
    }
}

#[test]
fn a_firm_is_told_from_the_person_and_takes_their_place_where_nobody_is_named() {
    let to = |first: &str, last: &str| {
        let order = said(|order| {
            let address = &mut order["shipping_address"];
            (address["first_name"], address["last_name"]) = (json!(first), json!(last));
            (address["name"], address["company"]) = (Value::Null, json!("株式会社北"));
        });
        let address = order.order.ship_groups[0].address.clone();
        (address.name.reveal().to_owned(), address.company)
    };
    assert_eq!(to("花子", "山田"), ("山田 花子".to_owned(), Some("株式会社北".into())));
    assert_eq!(to("", ""), ("株式会社北".to_owned(), None));
}

#[test]
fn every_way_the_order_is_paid_by_is_told() {
    let paid_by = |gateway: Value, names: Value| {
        let order = said(|order| (order["gateway"], order["payment_gateway_names"]) = (gateway, names));
        order.order.particulars.paid_by
    };
    let both = json!(["gift_card", "paypay"]);
    assert_eq!(paid_by(Value::Null, both.clone()).as_deref(), Some("gift_card, paypay"));
    assert_eq!(paid_by(json!("paypay"), both).as_deref(), Some("gift_card, paypay"));
    assert_eq!(paid_by(json!("paypal"), Value::Null).as_deref(), Some("paypal"));
}

#[test]
fn codes_that_lowered_lines_are_told() {
    let with_code = |allocated: &str, total: &str| {
        said(|order| {
            order["discount_codes"] = json!([{ "code": "AKI", "amount": total, "type": "percentage" }]);
            order["total_discounts"] = json!(total);
            order["current_total_discounts"] = json!(total);
            for item in order["line_items"].as_array_mut().unwrap() {
                (item["total_discount"], item["discount_allocations"]) = (json!("0"), json!([]));
            }
            order["shipping_lines"][0]["discount_allocations"] = json!([]);
            order["line_items"][0]["discount_allocations"] = json!([{ "amount": allocated }]);
        })
    };
    let told = with_code("100", "100");
    assert_eq!((cautions(&told), told.order.discounts.len()), (vec!["COUPONS"], 0));
    let discounted = with_code("0", "100");
    assert_eq!(discounted.order.discounts[0].code.as_deref(), Some("AKI"));
    assert!(cautions(&with_code("0", "0")).is_empty(), "the code took nothing off");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn an_order_of_the_graphql_api_with_bytes_changed_never_panics(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12)
    ) {
        let mut body = of_graphql().to_string().into_bytes();
        for (at, byte) in changes {
            let at = at.index(body.len());
            body[at] = byte;
        }
        survive(ChannelKind::Shopify, &body);
    }

    #[test]
    fn an_order_of_the_graphql_api_with_a_value_of_another_shape_never_panics(
        field in 0..22_usize, value in prop::sample::select(vec!["1", "[1]", "{\"edges\":[1]}", "{\"shopMoney\":1}", "null"])
    ) {
        let mut order = of_graphql();
        let fields = order.as_object_mut().unwrap();
        let key = fields.keys().nth(field % fields.len()).unwrap().clone();
        fields.insert(key, serde_json::from_str(value).unwrap());
        survive(ChannelKind::Shopify, order.to_string().as_bytes());
    }
}

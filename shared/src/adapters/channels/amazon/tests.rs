use serde_json::{Value, json};

use super::super::testing::{DEFAULTS, changed, one};
use super::super::{ChannelOrder, Entry, read as read_any};
use super::*;
use crate::domain::merchant::ChannelKind;
use crate::domain::payment::PaymentMethod;
use crate::domain::tax::PriceBasis;

const ANSWERS: &[u8] = include_bytes!("../samples/amazon_v0_answers.json");
const SEARCH: &[u8] = include_bytes!("../samples/amazon_v2026_search.json");

fn entries(body: &[u8]) -> Vec<Entry> {
    read_any(ChannelKind::Amazon, body, &DEFAULTS).unwrap().entries
}

fn said(body: &[u8]) -> ChannelOrder {
    one(ChannelKind::Amazon, body)
}

/// The first order of the search, once `change` was made to it.
fn searched(change: impl FnOnce(&mut Value)) -> ChannelOrder {
    let body = changed(SEARCH, |all| {
        *all = all["orders"][0].take();
        change(all);
    });
    said(&body)
}

fn cautions(said: &ChannelOrder) -> Vec<&str> {
    said.order.particulars.cautions.iter().map(|caution| caution.code.as_str()).collect()
}

fn missing(said: &ChannelOrder) -> Vec<&str> {
    said.missing.iter().map(|missing| missing.field).collect()
}

#[test]
fn both_versions_say_what_a_person_reads_in_them() {
    let orders = entries(SEARCH).into_iter().map(|entry| entry.said.unwrap());
    insta::assert_json_snapshot!("amazon_v2026_search", orders.collect::<Vec<_>>());
}

#[test]
fn the_answers_to_the_calls_of_v0_are_one_order_however_they_are_put_together() {
    let expected = said(ANSWERS).order;
    let answers: Vec<Value> = serde_json::from_slice(ANSWERS).unwrap();
    let [order, items, wishes, address, buyer] = answers.try_into().unwrap();
    let named = json!({
        "order": order, "orderItems": items, "orderItemsBuyerInfo": wishes, "address": address, "buyerInfo": buyer,
    });
    assert_eq!(said(named.to_string().as_bytes()).order, expected);
    let bare = json!({
        "order": order["payload"], "orderItems": items["payload"]["OrderItems"],
        "orderItemsBuyerInfo": wishes["payload"], "address": address["payload"], "buyerInfo": buyer["payload"],
    });
    assert_eq!(said(bare.to_string().as_bytes()).order, expected);
    let reversed = json!([address, items, wishes, buyer, order]);
    assert_eq!(said(reversed.to_string().as_bytes()).order, expected);
    let pairs = json!([{ "request": {}, "response": order }, { "request": {}, "response": items }]);
    assert_eq!(said(pairs.to_string().as_bytes()).order.lines.len(), 2);
}

#[test]
fn answers_to_different_orders_are_different_orders() {
    let body = json!([
        { "payload": { "AmazonOrderId": "1", "OrderStatus": "Pending", "PurchaseDate": "2026-11-21T00:00:00Z" } },
        { "payload": { "AmazonOrderId": "2", "OrderStatus": "Canceled", "PurchaseDate": "2026-11-21T00:00:00Z" } },
        { "payload": { "AmazonOrderId": "1", "OrderItems": [{ "ASIN": "B0", "QuantityOrdered": 1 }] } },
    ]);
    let entries = entries(body.to_string().as_bytes());
    let of = |entry: &Entry| {
        let said = entry.said.as_ref().unwrap();
        (entry.number.clone().unwrap(), said.status, said.order.lines.len())
    };
    let expected = [("1".into(), ChannelStatus::Pending, 1), ("2".into(), ChannelStatus::Cancelled, 0)];
    assert_eq!(entries.iter().map(of).collect::<Vec<_>>(), expected);
}

#[test]
fn an_answer_alone_says_what_is_missing() {
    let answers: Vec<Value> = serde_json::from_slice(ANSWERS).unwrap();
    let missing_of = |n: usize| missing(&said(answers[n].to_string().as_bytes())).join(" ");
    assert_eq!(missing_of(0), "lines ship_groups[0].address");
    assert_eq!(missing_of(1), "status ordered_at ship_groups[0].address payments");
    assert_eq!(missing_of(3), "status lines ordered_at payments");
}

#[test]
fn items_that_go_on_on_another_page_are_missing_until_it_comes() {
    let item = |id: &str| json!({ "ASIN": id, "OrderItemId": id, "QuantityOrdered": 1 });
    let first = json!({ "payload": { "AmazonOrderId": "1", "NextToken": "t", "OrderItems": [item("A")] } });
    let second = json!({ "payload": { "AmazonOrderId": "1", "OrderItems": [item("B")] } });
    let alone = said(first.to_string().as_bytes());
    assert!(missing(&alone).contains(&"lines"));
    let both = said(json!([first, second]).to_string().as_bytes());
    assert!(!missing(&both).contains(&"lines"));
    assert_eq!(both.order.lines.len(), 2);
}

#[test]
fn every_status_of_both_versions_is_one_of_ours() {
    for (theirs, ours) in [
        ("PENDING_AVAILABILITY", ChannelStatus::Pending),
        ("PENDING", ChannelStatus::Pending),
        ("UNSHIPPED", ChannelStatus::Open),
        ("PARTIALLY_SHIPPED", ChannelStatus::PartiallyShipped),
        ("SHIPPED", ChannelStatus::Shipped),
        ("CANCELLED", ChannelStatus::Cancelled),
        ("UNFULFILLABLE", ChannelStatus::Cancelled),
        ("INVENTED", ChannelStatus::Pending),
    ] {
        let said = searched(|order| order["fulfillment"]["fulfillmentStatus"] = json!(theirs));
        assert_eq!(said.status, ours, "{theirs}");
    }
    let of_v0 =
        |theirs: &str| said(&changed(ANSWERS, |it| it[0]["payload"]["OrderStatus"] = json!(theirs))).status;
    assert_eq!(of_v0("Canceled"), ChannelStatus::Cancelled);
    assert_eq!(of_v0("PartiallyShipped"), ChannelStatus::PartiallyShipped);
    assert_eq!(of_v0("InvoiceUnconfirmed"), ChannelStatus::Shipped);
}

#[test]
fn what_amazon_fulfils_is_not_ours_to_ship() {
    let fba = searched(|order| order["fulfillment"]["fulfilledBy"] = json!("AMAZON"));
    assert_eq!((fba.status, cautions(&fba)), (ChannelStatus::Shipped, vec!["FULFILLED_BY_AMAZON"]));
    let v0 = said(&changed(ANSWERS, |it| it[0]["payload"]["FulfillmentChannel"] = json!("AFN")));
    assert_eq!(v0.status, ChannelStatus::Shipped);
    let cancelled = said(&changed(ANSWERS, |it| {
        it[0]["payload"]["FulfillmentChannel"] = json!("AFN");
        it[0]["payload"]["OrderStatus"] = json!("Canceled");
    }));
    assert_eq!(cancelled.status, ChannelStatus::Cancelled);
}

#[test]
fn amazon_has_the_money_but_for_cash_on_delivery() {
    let method = |change: &dyn Fn(&mut Value)| {
        let payments = searched(|order| change(order)).order.payments;
        payments.into_iter().map(|payment| (payment.method, payment.awaited)).collect::<Vec<_>>()
    };
    let settled = PaymentMethod::ChannelSettled;
    assert_eq!(method(&|_| ()), [(settled, false)]);
    assert_eq!(method(&|it| it["fulfillment"]["fulfillmentStatus"] = json!("PENDING")), [(settled, true)]);
    let cash = |it: &mut Value| {
        it["payment"]["paymentExecutions"] = json!([
            { "paymentMethod": "CashOnDelivery" },
            { "paymentMethod": "GiftCard", "paymentAmount": { "amount": "30", "currencyCode": "JPY" } },
        ]);
    };
    assert_eq!(method(&cash), [(settled, false), (PaymentMethod::CashOnDelivery, false)]);
}

#[test]
fn prices_contain_the_tax_when_the_total_is_their_sum() {
    let basis =
        |total: &str| searched(|it| it["proceeds"]["grandTotal"]["amount"] = json!(total)).order.basis;
    assert_eq!(basis("3830"), PriceBasis::TaxIncluded);
    assert_eq!(basis("4127"), PriceBasis::TaxExcluded);
    assert_eq!(basis("5000"), PriceBasis::TaxIncluded, "yen, when the total tells nothing");
}

#[test]
fn figures_finer_than_a_yen_are_rounded_and_figures_in_other_money_left_out() {
    let said = said(&changed(ANSWERS, |it| {
        it[1]["payload"]["OrderItems"][0]["ItemPrice"]["Amount"] = json!("25.99");
        it[2]["payload"]["OrderItems"][0]["GiftWrapPrice"]["CurrencyCode"] = json!("GBP");
    }));
    assert_eq!(said.order.lines[0].unit_price, Amount::new(13));
    assert!(cautions(&said).contains(&"ROUNDED") && cautions(&said).contains(&"OTHER_CURRENCY"));
    assert!(said.order.fees.iter().all(|fee| fee.kind != crate::domain::billing::FeeKind::Wrapping));
}

#[test]
fn a_marketplace_tells_the_currency_where_no_amount_does() {
    let body = json!({ "payload": {
        "AmazonOrderId": "1", "OrderStatus": "Pending", "MarketplaceId": "A1PA6795UKMFR9",
    } });
    assert_eq!(said(body.to_string().as_bytes()).order.currency, Currency::Eur);
}

#[test]
fn sandbox_dates_of_1970_are_doubtful_and_not_refused() {
    let said = said(&changed(ANSWERS, |it| it[0]["payload"]["PurchaseDate"] = json!("1970-01-19T03:58:30Z")));
    assert_eq!(cautions(&said), ["DATE_DOUBTFUL", "TAX_RATE_ASSUMED"]);
}

#[test]
fn an_order_of_a_preorder_or_a_subscription_is_of_that_kind() {
    use crate::domain::particulars::OrderKind::{Preorder, Subscription};
    let kind = |change: &dyn Fn(&mut Value)| searched(|order| change(order)).order.particulars.kind;
    assert_eq!(kind(&|it| it["programs"] = json!(["PREORDER"])), Preorder);
    assert_eq!(kind(&|it| it["orderItems"][0]["programs"] = json!(["SUBSCRIBE_AND_SAVE"])), Subscription);
}

#[test]
fn an_error_that_amazon_answered_is_no_order() {
    let body = br#"{"errors":[{"code":"InvalidInput","message":"Invalid Input"}]}"#;
    let error = read_any(ChannelKind::Amazon, body, &DEFAULTS).unwrap_err();
    assert!(matches!(error, ChannelError::Malformed { .. }), "{error}");
}

#[test]
fn the_answer_with_the_address_says_where_to_leave_the_parcel_and_for_which_firm_it_is() {
    let answer = json!({ "payload": {
        "AmazonOrderId": "1-1-1",
        "BuyerCompanyName": "株式会社青山",
        "ShippingAddress": { "Name": "青山 花子" },
        "DeliveryPreferences": { "DropOffLocation": "玄関", "AddressInstructions": "裏門から" },
    } });
    let order = said(answer.to_string().as_bytes());
    assert_eq!(order.order.customer.company, Some("株式会社青山".into()));
    assert_eq!(order.order.customer_note, Some("玄関\n裏門から".into()));
}

#[test]
fn a_gift_is_one_even_without_a_wrapping() {
    let wrapping = |gift: Value| {
        let item = json!({ "SellerSKU": "a", "Title": "a", "QuantityOrdered": 1, "IsGift": gift });
        let order = json!({ "AmazonOrderId": "1-1-1", "OrderItems": [item] });
        said(order.to_string().as_bytes()).order.ship_groups[0].particulars.gift.wrapping.clone()
    };
    assert_eq!(wrapping(json!("true")).as_deref(), Some("ギフト"));
    assert_eq!(wrapping(json!("false")), None);
}

#[test]
fn the_notification_of_a_change_names_the_order_that_is_to_be_fetched() {
    let changed =
        json!({ "AmazonOrderId": "250-1234567-7654321", "Summary": { "OrderStatus": "Unshipped" } });
    let notification =
        json!({ "NotificationType": "ORDER_CHANGE", "Payload": { "OrderChangeNotification": changed } });
    let order = said(notification.to_string().as_bytes());
    assert_eq!(order.order.number, "250-1234567-7654321");
    assert_eq!(missing(&order)[..2], ["status", "lines"]);
}

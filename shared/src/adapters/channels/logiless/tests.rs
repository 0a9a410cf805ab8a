use serde_json::{Value, json};

use super::super::testing::{changed, one};
use super::*;
use crate::domain::merchant::ChannelKind;

const SAMPLE: &[u8] = include_bytes!("../samples/logiless_detail.json");

fn said(change: impl FnOnce(&mut Value)) -> ChannelOrder {
    one(ChannelKind::Logiless, &changed(SAMPLE, change))
}

#[test]
fn every_status_is_one_of_ours() {
    for (document, delivery, ours) in [
        ("WaitingForPayment", "WaitingForShipment", ChannelStatus::Pending),
        ("Processing", "WaitingForShipment", ChannelStatus::Open),
        ("WaitingForAllocation", "WaitingForShipment", ChannelStatus::Open),
        ("WaitingForShipment", "Working", ChannelStatus::Open),
        ("WaitingForShipment", "PartlyShipped", ChannelStatus::PartiallyShipped),
        ("WaitingForShipment", "Pending", ChannelStatus::Pending),
        ("Shipped", "Shipped", ChannelStatus::Shipped),
        ("Cancel", "Cancel", ChannelStatus::Cancelled),
        ("Invented", "", ChannelStatus::Pending),
    ] {
        let status = said(|order| {
            order["document_status"] = json!(document);
            order["delivery_status"] = json!(delivery);
        });
        assert_eq!(status.status, ours, "{document} {delivery}");
    }
}

#[test]
fn a_method_is_awaited_until_it_is_paid() {
    use PaymentMethod::{BankTransfer, CashOnDelivery, ChannelSettled, ConvenienceStore, PayLater};
    for (name, incoming, document, method, awaited) in [
        ("bank_transfer", "NotPaid", "WaitingForPayment", BankTransfer, false),
        ("bank_transfer", "PartlyPaid", "WaitingForPayment", BankTransfer, false),
        ("bank_transfer", "Paid", "WaitingForShipment", ChannelSettled, false),
        ("cvs_payment", "NotPaid", "WaitingForPayment", ConvenienceStore, false),
        ("cod", "NotPaid", "WaitingForAllocation", CashOnDelivery, false),
        ("np_atobarai", "NotPaid", "WaitingForAllocation", PayLater, false),
        ("credit_card_payment", "NotPaid", "WaitingForAllocation", ChannelSettled, false),
        ("credit_card_payment", "NotPaid", "WaitingForPayment", ChannelSettled, true),
        ("platform_payment", "PartlyPaid", "Processing", ChannelSettled, true),
    ] {
        let payments = said(|order| {
            order["payment_method"] = json!(name);
            order["incoming_payment_status"] = json!(incoming);
            order["document_status"] = json!(document);
        });
        let payment = &payments.order.payments[0];
        assert_eq!((payment.method, payment.awaited), (method, awaited), "{name} {incoming} {document}");
    }
}

#[test]
fn prices_are_without_tax_only_when_those_of_all_lines_are() {
    let prices = |indicator: &str| {
        let order = said(|order| {
            for line in order["lines"].as_array_mut().unwrap() {
                line["tax_indicator"] = json!(indicator);
            }
        });
        (order.order.basis, order.order.lines[1].unit_price.units())
    };
    assert_eq!(said(|_| ()).order.lines[1].unit_price.units(), 2_200, "mixed: given its tax");
    assert_eq!(prices("TaxExcluded"), (PriceBasis::TaxExcluded, 2_000));
    assert_eq!(prices("TaxIncluded"), (PriceBasis::TaxIncluded, 2_000));
    assert!(
        said(|order| order["lines"][0]["tax_indicator"] = json!("Exempt")).order.lines[0].tax_rate
            == TaxRate::EXEMPT
    );
}

#[test]
fn components_and_cancelled_lines_are_left_out() {
    let skus: Vec<String> = said(|_| ()).order.lines.iter().map(|line| line.sku.to_string()).collect();
    assert_eq!(skus, ["HONEY", "SET-1"]);
}

#[test]
fn a_row_without_prices_has_those_that_the_subtotal_tells() {
    let row = |lines: usize| {
        said(|order| {
            let list = order["lines"].as_array_mut().unwrap();
            list.truncate(lines);
            for line in list {
                line["price"] = Value::Null;
                line["tax_indicator"] = json!("TaxIncluded");
            }
            order["total"] = Value::Null;
        })
    };
    let one_line = row(1);
    assert!(one_line.missing.is_empty());
    assert_eq!(one_line.order.lines[0].unit_price, Amount::new(2_180));
    assert_eq!(one_line.order.declared.unwrap().total, Amount::new(4_610));
    let missing: Vec<&str> = row(2).missing.iter().map(|missing| missing.field).collect();
    assert_eq!(missing, ["lines[].unit_price"]);
}

#[test]
fn an_order_that_was_not_approved_does_not_leave() {
    let said = said(|order| {
        order["document_status"] = json!("WaitingForShipment");
        order["authorization_status"] = json!("AuthorizationFailure");
    });
    assert_eq!(said.status, ChannelStatus::Pending);
}

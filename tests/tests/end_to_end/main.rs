//! The real binaries, deployed with the real template on an AWS emulator that lets each function do
//! only what its own role allows. `cargo xtask test --only end-to-end` makes the deployment; without
//! one these tests are ignored.

#![expect(clippy::indexing_slicing, reason = "a JSON value answers null for what it does not hold")]

mod deployment;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use aws_sdk_sqs::types::SendMessageBatchRequestEntry;
use juchu::app::message::{Message, Stage};
use juchu::domain::event::EventKind;
use juchu::domain::ids::{MerchantId, OrderId};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use deployment::{Deployment, MERCHANT, happened, mails_sent, now};

/// An order for two packs of tea (8 %) and a cup (10 %): 4,360 yen with their tax.
fn order(number: &str, payment: &Value) -> Value {
    json!({
        "number": number,
        "ordered_at": now(),
        "customer": { "name": "山田 花子", "mail": "hanako@example.com", "phone": "090-1234-5678" },
        "ship_to": {
            "name": "山田 花子",
            "phone": "03-1234-5678",
            "postal_code": "150-0001",
            "prefecture": "東京都",
            "city": "渋谷区",
            "line1": "神宮前1-2-3",
        },
        "lines": [
            { "sku": "TEA-100", "title": "静岡産 深蒸し煎茶 100g", "unit_price": 1_080, "quantity": 2, "tax_rate": 8 },
            { "sku": "CUP-BLUE", "title": "有田焼 湯呑み 青", "unit_price": 2_200, "quantity": 1, "tax_rate": 10 },
        ],
        "payments": [payment],
    })
}

/// A number nobody has used, so that the tests can be repeated on one deployment.
fn number(what: &str) -> String {
    format!("{what}-{}", now().as_nanosecond())
}

/// The mails of an order that is delivered, without and with payment in advance.
const MAILS: [&str; 3] = ["delivered", "order_confirmation", "shipped"];
const MAILS_PREPAID: [&str; 5] =
    ["delivered", "order_confirmation", "payment_received", "payment_request", "shipped"];

/// Takes an order to its end, and checks what every completed order has.
async fn completes(deployment: &Deployment, payment: Value, mails: &[&str]) -> anyhow::Result<Value> {
    let prepaid = mails.contains(&"payment_request");
    let order = order(&number("HAPPY"), &payment);
    let (id, known) = deployment.place(&order).await?;
    ensure!(!known, "a new order was taken for a known one");
    if prepaid {
        deployment.pay(&id).await?;
    }
    deployment.ship(&id).await?;
    let complete = |order: &Value| order["state"] == "COMPLETED" && mails_sent(order).len() >= mails.len();
    let order = deployment.until(&id, "completion and its mails", complete).await?;
    assert_eq!(order["billing"]["total"], 4_360);
    assert_eq!(order["payments"][0]["status"], "CAPTURED");
    assert_eq!(order["payments"][0]["captured"], 4_360);
    assert_eq!(happened(&order, "SalesPosted"), 1);
    assert_eq!(mails_sent(&order), mails);
    assert_eq!(order["tickets"], json!([]));
    assert_eq!(order["holds"], json!([]));
    Ok(order)
}

#[tokio::test]
#[ignore = "needs a deployment: cargo xtask test --only end-to-end"]
async fn a_card_order_is_completed() -> anyhow::Result<()> {
    let payment = json!({ "method": "CARD", "token": "tok_visa" });
    let order = completes(&Deployment::find()?, payment, &MAILS).await?;
    assert_eq!(happened(&order, "PaymentAuthorized"), 1);
    assert_eq!(happened(&order, "PaymentCaptured"), 1);
    Ok(())
}

#[tokio::test]
#[ignore = "needs a deployment: cargo xtask test --only end-to-end"]
async fn an_order_paid_by_bank_transfer_is_completed() -> anyhow::Result<()> {
    completes(&Deployment::find()?, json!({ "method": "BANK_TRANSFER" }), &MAILS_PREPAID).await?;
    Ok(())
}

#[tokio::test]
#[ignore = "needs a deployment: cargo xtask test --only end-to-end"]
async fn an_order_paid_at_a_convenience_store_is_completed() -> anyhow::Result<()> {
    completes(&Deployment::find()?, json!({ "method": "CONVENIENCE_STORE" }), &MAILS_PREPAID).await?;
    Ok(())
}

#[tokio::test]
#[ignore = "needs a deployment: cargo xtask test --only end-to-end"]
async fn an_order_paid_on_delivery_is_completed() -> anyhow::Result<()> {
    completes(&Deployment::find()?, json!({ "method": "CASH_ON_DELIVERY" }), &MAILS).await?;
    Ok(())
}

#[tokio::test]
#[ignore = "needs a deployment: cargo xtask test --only end-to-end"]
async fn an_order_paid_later_is_completed() -> anyhow::Result<()> {
    completes(&Deployment::find()?, json!({ "method": "PAY_LATER" }), &MAILS).await?;
    Ok(())
}

#[tokio::test]
#[ignore = "needs a deployment: cargo xtask test --only end-to-end"]
async fn a_mail_has_its_subject_its_addressee_and_both_parts() -> anyhow::Result<()> {
    let deployment = Deployment::find()?;
    let number = number("MAIL");
    let (id, _) = deployment.place(&order(&number, &json!({ "method": "BANK_TRANSFER" }))).await?;
    let asked = |order: &Value| mails_sent(order) == ["order_confirmation", "payment_request"];
    deployment.until(&id, "the payment request's mail", asked).await?;

    let mails = deployment.mails(&number).await?;
    assert_eq!(mails.len(), 2);
    let about_payment =
        |mail: &&Value| mail["Subject"].as_str().is_some_and(|subject| subject.contains("支払"));
    let mail = mails.iter().find(about_payment).context("no mail asks for the payment")?;
    assert_eq!(mail["Source"], "orders@shop.example");
    assert_eq!(mail["To"], json!(["山田 花子 <hanako@example.com>"]));
    assert!(mail["Subject"].as_str().is_some_and(|subject| subject.starts_with("【茶と器の店】")));
    let text = mail["BodyText"].as_str().unwrap_or_default();
    for expected in [number.as_str(), "¥4,360", "みほん銀行"] {
        assert!(text.contains(expected), "{expected} is missing in:\n{text}");
    }
    let html = mail["BodyHtml"].as_str().unwrap_or_default();
    assert!(html.starts_with("<!doctype html>") && html.contains("¥4,360"), "{html}");
    Ok(())
}

#[tokio::test]
#[ignore = "needs a deployment: cargo xtask test --only end-to-end"]
async fn an_order_sent_twice_is_one_order() -> anyhow::Result<()> {
    let deployment = Deployment::find()?;
    let sent = order(&number("TWICE"), &json!({ "method": "CARD", "token": "tok_visa" }));
    let (first, second) = tokio::join!(deployment.place(&sent), deployment.place(&sent));
    let ((id, known), (again, known_again)) = (first?, second?);
    assert_eq!(id, again);
    assert_eq!([known, known_again].iter().filter(|known| **known).count(), 1, "one of them created it");

    let instructed = |order: &Value| order["shipments"][0]["instructed"] == true;
    let order = deployment.until(&id, "the shipping instruction", instructed).await?;
    assert_eq!(deployment.place(&sent).await?, (id, true));
    for event in ["OrderReceived", "OrderValidated", "StockAllocated", "PaymentAuthorized", "OrderReleased"] {
        assert_eq!(happened(&order, event), 1, "{event}");
    }
    Ok(())
}

#[tokio::test]
#[ignore = "needs a deployment: cargo xtask test --only end-to-end"]
async fn a_poison_message_is_parked_alone_and_its_batch_mates_are_done_once() -> anyhow::Result<()> {
    let deployment = Deployment::find()?;
    let (queue, dead_letters) = deployment.queues(Stage::ValidateOrder)?;
    let sqs = deployment.aws()?.sqs();

    let mut orders = Vec::new();
    for n in 0..9 {
        let order = order(&number(&format!("MATE{n}")), &json!({ "method": "BANK_TRANSFER" }));
        orders.push(deployment.place(&order).await?.0);
    }
    // A second delivery of what the relay sends as well, so each of the nine is there twice.
    let message = |id: &String| -> anyhow::Result<String> {
        let (id, merchant) = (OrderId::try_from(id.clone())?, MerchantId::try_from(MERCHANT.to_owned())?);
        let message = Message::of_order(id, 1, EventKind::OrderReceived, merchant, now(), "test".to_owned());
        Ok(serde_json::to_string(&message)?)
    };
    let mut bodies = orders.iter().map(message).collect::<anyhow::Result<Vec<_>>>()?;
    let poison = format!("{{\"poison\": {}", now().as_nanosecond());
    bodies.insert(4, poison.clone());
    let mut batch = sqs.send_message_batch().queue_url(queue);
    for (n, body) in bodies.into_iter().enumerate() {
        let entry = SendMessageBatchRequestEntry::builder().id(n.to_string()).message_body(body);
        batch = batch.entries(entry.build()?);
    }
    ensure!(batch.send().await?.failed().is_empty(), "the queue did not take all of the batch");

    let begun = Instant::now();
    let mut parked = Vec::new();
    // Longer than it takes until the poison is there, to see that nothing follows it.
    while parked.is_empty() || begun.elapsed() < Duration::from_secs(10) {
        ensure!(begun.elapsed() < Duration::from_mins(1), "nothing was parked");
        let received = sqs
            .receive_message()
            .queue_url(dead_letters)
            .message_attribute_names("All")
            .max_number_of_messages(10)
            .send()
            .await?;
        parked.extend(received.messages.unwrap_or_default());
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    let ours: BTreeSet<&str> = parked.iter().filter_map(|message| message.body()).collect();
    assert_eq!(ours, BTreeSet::from([poison.as_str()]));
    let attributes = parked[0].message_attributes().context("the parked message has no attributes")?;
    let reason = attributes.get("reason").and_then(|reason| reason.string_value());
    assert!(reason.is_some_and(|reason| reason.contains("not a message of ours")), "{reason:?}");

    for id in &orders {
        let asked = |order: &Value| happened(order, "PaymentRequested") == 1;
        let order = deployment.until(id, "the payment request", asked).await?;
        assert_eq!(happened(&order, "OrderValidated"), 1);
    }
    Ok(())
}

#[tokio::test]
#[ignore = "needs a deployment: cargo xtask test --only end-to-end"]
async fn who_may_not_is_refused() -> anyhow::Result<()> {
    let deployment = Deployment::find()?;
    let sent = order(&number("REFUSED"), &json!({ "method": "BANK_TRANSFER" }));
    let (status, _) = deployment.send_order("not the key", &sent).await?;
    assert_eq!(status, StatusCode::UNAUTHORIZED, "a channel with another key");
    let (id, known) = deployment.place(&sent).await?;
    ensure!(!known, "the refused order was kept");

    let path = format!("/v1/orders/{id}");
    let (status, _) = deployment.call_with_token("a.b.c", &path).await?;
    assert_eq!(status, StatusCode::UNAUTHORIZED, "staff with a token of their own making");
    let note = json!({ "command": "add_note", "text": "…" });
    let (status, _) =
        deployment.call_as("AUDITOR", Method::POST, &format!("{path}/commands"), Some(&note)).await?;
    assert_eq!(status, StatusCode::FORBIDDEN, "an auditor who wants to change something");
    let (status, _) = deployment.call_as("CLIENT_USER", Method::GET, "/v1/merchants/other", None).await?;
    assert!(
        [StatusCode::FORBIDDEN, StatusCode::NOT_FOUND].contains(&status),
        "a client who asks for another merchant: {status}"
    );
    deployment.post_as("CALL_CENTER", &format!("{path}/commands"), &note).await?;
    Ok(())
}

#[tokio::test]
#[ignore = "needs a deployment: cargo xtask test --only end-to-end"]
async fn a_function_may_do_nothing_but_what_the_template_grants_it() -> anyhow::Result<()> {
    let deployment = Deployment::find()?;
    let table = deployment.table()?;
    let key = |text: &str| aws_sdk_dynamodb::types::AttributeValue::S(text.to_owned());
    let reader = deployment.aws_as_function("query-orders").await?.dynamodb();
    reader.get_item().table_name(table).key("pk", key("X")).key("sk", key("X")).send().await?;

    let put = reader.put_item().table_name(table).item("pk", key("X")).item("sk", key("X"));
    let refused = put.send().await.err().context("query-orders could write")?;
    assert!(format!("{refused:?}").contains("AccessDenied"), "{refused:?}");
    let scan = reader.scan().table_name(table).send().await.err().context("query-orders could scan")?;
    assert!(format!("{scan:?}").contains("AccessDenied"), "{scan:?}");

    let (_, dead_letters) = deployment.queues(Stage::PostSales)?;
    let sqs = deployment.aws_as_function("ship-order").await?.sqs();
    let send = sqs.send_message().queue_url(dead_letters).message_body("…");
    let refused = send.send().await.err().context("ship-order could write to another stage's queue")?;
    assert!(format!("{refused:?}").contains("AccessDenied"), "{refused:?}");
    Ok(())
}

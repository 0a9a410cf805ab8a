use serde_json::json;

use super::super::testing::{changed, defects, one, opened};
use super::super::{ChannelStatus, read_one};
use super::*;
use crate::domain::merchant::ChannelKind::Json;
use crate::domain::payment::PaymentStatus;

const SAMPLE: &[u8] = include_bytes!("../samples/json_particulars.json");

#[test]
fn what_a_channel_says_beside_the_goods_is_kept() {
    let order = one(Json, SAMPLE);
    assert_eq!(order.status, ChannelStatus::Pending);
    insta::assert_json_snapshot!("json_particulars", order);
}

#[test]
fn money_that_is_awaited_is_not_there_yet() {
    let order = opened(one(Json, SAMPLE).order);
    assert_eq!(order.payments[0].status, PaymentStatus::Pending);
    let there = changed(SAMPLE, |order| order["payments"][0]["awaited"] = json!(false));
    assert_eq!(opened(one(Json, &there).order).payments[0].status, PaymentStatus::Captured);
    let cash = changed(SAMPLE, |order| order["payments"][0]["method"] = json!("CASH_ON_DELIVERY"));
    assert!(defects(Json, &cash)[0].starts_with("payments[0].awaited: "));
}

#[test]
fn what_is_said_beside_the_goods_is_part_of_the_fingerprint() {
    let of = |body: &[u8]| read_one(Json, body, &ChannelDefaults::default()).unwrap().1;
    let frozen = changed(SAMPLE, |order| order["ship_groups"][0]["temperature"] = json!("AMBIENT"));
    assert_ne!(of(SAMPLE), of(&frozen));
}

#[test]
fn every_particular_has_a_limit() {
    let bad = changed(SAMPLE, |order| {
        order["customer"]["kana"] = json!("ア".repeat(201));
        order["customer"]["number"] = json!("1".repeat(201));
        order["customer"]["address"]["country"] = json!("Japan");
        order["ship_groups"][0]["gift"]["message"] = json!("あ".repeat(2_001));
        order["lines"][0]["choice"] = json!("あ".repeat(2_001));
        order["cautions"] = json!(vec![json!({ "code": "", "meaning": "" }); 21]);
        order["subscription"]["next_on"] = json!("1999-01-01");
        order["purchase_order"]["number"] = json!(" ");
    });
    insta::assert_json_snapshot!(defects(Json, &bad));
}

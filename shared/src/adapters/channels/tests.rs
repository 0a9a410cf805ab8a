use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::domain::Order;
use crate::domain::ids::{ChannelId, MerchantId};
use crate::domain::intake::Impossible;
use crate::domain::merchant::OrderPolicy;
use crate::domain::money::Amount;
use crate::domain::order::HoldCode;
use crate::domain::payment::PaymentMethod;
use crate::domain::rule_pack::RulePack;
use crate::domain::rules;
use crate::domain::tax::TaxRate;
use crate::domain::validation::{FindingCode, Severity};

const DEFAULTS: ChannelDefaults = ChannelDefaults { language: Language::Ja };

/// Every sample, with what the customer pays.
const SAMPLES: [(&str, ChannelKind, &[u8], i64); 12] = [
    ("json_minimal", ChannelKind::Json, include_bytes!("samples/json_minimal.json"), 2_160),
    ("json_full", ChannelKind::Json, include_bytes!("samples/json_full.json"), 4_550),
    ("shopify_usd_card", ChannelKind::Shopify, include_bytes!("samples/shopify_usd_card.json"), 40_994),
    ("shopify_jpy_card", ChannelKind::Shopify, include_bytes!("samples/shopify_jpy_card.json"), 8_410),
    ("shopify_jpy_cod", ChannelKind::Shopify, include_bytes!("samples/shopify_jpy_cod.json"), 4_620),
    ("shopify_jpy_draft", ChannelKind::Shopify, include_bytes!("samples/shopify_jpy_draft.json"), 4_400),
    ("shopify_jpy_konbini", ChannelKind::Shopify, include_bytes!("samples/shopify_jpy_konbini.json"), 4_474),
    ("amazon_v0_answers", ChannelKind::Amazon, include_bytes!("samples/amazon_v0_answers.json"), 5_216),
    (
        "woocommerce_jpy_bacs",
        ChannelKind::WooCommerce,
        include_bytes!("samples/woocommerce_jpy_bacs.json"),
        4_714,
    ),
    ("base_detail_shortage", ChannelKind::Base, include_bytes!("samples/base_detail_shortage.json"), 6_050),
    ("eccube_graphql_order", ChannelKind::EcCube, include_bytes!("samples/eccube_graphql_order.json"), 5_860),
    ("logiless_detail", ChannelKind::Logiless, include_bytes!("samples/logiless_detail.json"), 4_610),
];

/// The order of a payload that is one.
fn order_in(kind: ChannelKind, body: &[u8]) -> Result<Intake, ChannelError> {
    read_one(kind, body, &DEFAULTS).map(|(order, _)| order)
}

fn sample(wanted: &str) -> (ChannelKind, Value) {
    let (_, kind, body, _) = SAMPLES.into_iter().find(|(name, ..)| *name == wanted).unwrap();
    (kind, serde_json::from_slice(body).unwrap())
}

fn accept(intake: Intake) -> Result<Order, Vec<Impossible>> {
    let owner = (MerchantId::new("acme").unwrap(), ChannelId::new("acme-shop").unwrap());
    let fingerprint = fingerprint(&intake);
    intake.into_order(owner, fingerprint, &OrderPolicy::default(), "2026-11-21T02:00:00Z".parse().unwrap())
}

fn order(name: &str) -> Order {
    let (kind, body) = sample(name);
    accept(order_in(kind, body.to_string().as_bytes()).unwrap()).unwrap()
}

/// What is wrong with the sample once `change` was made to it, as `field: message`.
fn defects(name: &str, change: impl FnOnce(&mut Value)) -> Vec<String> {
    let (kind, mut body) = sample(name);
    change(&mut body);
    match order_in(kind, body.to_string().as_bytes()).unwrap_err() {
        ChannelError::Impossible(defects) => {
            defects.into_iter().map(|it| format!("{}: {}", it.field, it.message)).collect()
        }
        ChannelError::Malformed { path, message } => vec![format!("malformed {path}: {message}")],
    }
}

fn read_changed(name: &str, change: impl FnOnce(&mut Value)) -> Intake {
    let (kind, mut body) = sample(name);
    change(&mut body);
    order_in(kind, body.to_string().as_bytes()).unwrap()
}

#[test]
fn every_sample_becomes_the_canonical_order_a_person_reads_in_it() {
    for (name, kind, body, total) in SAMPLES {
        let intake = order_in(kind, body).unwrap();
        insta::assert_json_snapshot!(name, intake);
        assert_eq!(accept(intake).unwrap().billing().total, Amount::new(total), "{name}");
    }
}

#[test]
fn a_byte_order_mark_and_blank_lines_around_a_payload_are_nothing() {
    for (name, kind, body, _) in SAMPLES {
        let marked = [b"\xEF\xBB\xBF", body, b"\r\n\r\n"].concat();
        assert_eq!(order_in(kind, &marked).unwrap(), order_in(kind, body).unwrap(), "{name}");
    }
}

#[test]
fn the_gem_sample_keeps_its_stated_total_and_tax_and_its_contradictions_are_warnings() {
    use FindingCode::{DestinationAbroad, TaxDiffers, TotalDiffers};

    let order = order("shopify_usd_card");
    let billing = order.billing();
    let rate = TaxRate::from_basis_points(600).unwrap();
    assert_eq!(billing.total, Amount::new(40_994));
    assert_eq!(
        billing.taxes.iter().map(|tax| (tax.rate, tax.tax)).collect::<Vec<_>>(),
        [(rate, Amount::new(1_194))]
    );
    assert_eq!(billing.discount, Amount::ZERO, "the code's 10.00 was never granted");
    assert_eq!((order.number.as_str(), order.lines.len()), ("#1001", 3));
    assert_eq!(order.customer.name.reveal(), "Bob Norman");
    assert_eq!(order.payments[0].method, PaymentMethod::Card);
    assert_eq!(order.payments[0].token, Some("fhwdgads".into()));
    let findings = rules::check(&order, &[], &RulePack::default());
    let warnings: Vec<FindingCode> =
        findings.iter().filter(|it| it.severity == Severity::Warning).map(|it| it.code).collect();
    assert_eq!(warnings, [DestinationAbroad, TotalDiffers, TaxDiffers]);
}

#[test]
fn the_shipped_gem_sample_is_the_shared_fixture() {
    let fixture = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../shared/fixtures/shopify/shopify_api_gem_order.json");
    match std::fs::read(&fixture) {
        Ok(fixture) => assert_eq!(fixture, include_bytes!("samples/shopify_usd_card.json")),
        Err(_) => eprintln!("skipped: the shared fixtures are not beside this checkout"),
    }
}

#[test]
fn our_arithmetic_gives_what_an_ordinary_shop_states() {
    for name in [
        "shopify_jpy_card",
        "shopify_jpy_cod",
        "shopify_jpy_draft",
        "shopify_jpy_konbini",
        "json_full",
        "base_detail_shortage",
        "eccube_graphql_order",
        "logiless_detail",
    ] {
        let order = order(name);
        let figures = rules::check(&order, &[], &RulePack::default());
        let differs = |code| matches!(code, FindingCode::TotalDiffers | FindingCode::TaxDiffers);
        let differing: Vec<_> = figures.iter().filter(|finding| differs(finding.code)).collect();
        assert!(differing.is_empty(), "{name}: {differing:?}");
    }
}

#[test]
fn an_order_without_a_shipping_address_is_kept_for_a_person_to_complete() {
    let holds = rules::check(&order("shopify_jpy_draft"), &[], &RulePack::default());
    assert!(holds.iter().any(|it| it.severity == Severity::Blocking(HoldCode::AddressDefect)), "{holds:?}");
}

#[test]
fn a_repetition_with_other_irrelevant_fields_has_the_same_fingerprint() {
    let of = |change: fn(&mut Value)| fingerprint(&read_changed("shopify_jpy_konbini", change));
    let original = of(|_| ());
    assert_eq!(original.len(), 64);
    assert_eq!(original, of(|order| order["updated_at"] = json!("2026-11-22T00:00:00+09:00")));
    assert_eq!(original, of(|order| *order = json!({ "order": order })), "wrapped or bare");
    assert_ne!(original, of(|order| order["line_items"][0]["quantity"] = json!(3)));
    assert_ne!(original, of(|order| order["shipping_address"]["zip"] = json!("150-0002")));
}

#[test]
fn a_repetition_after_a_change_of_the_merchants_language_has_the_same_fingerprint() {
    let (kind, mut body) = sample("json_full");
    body["customer"].as_object_mut().unwrap().remove("language");
    let body = body.to_string();
    let [(before, one), (after, other)] = [Language::Ja, Language::En]
        .map(|language| read_one(kind, body.as_bytes(), &ChannelDefaults { language }).unwrap());
    assert_eq!((before.customer.language, after.customer.language), (Language::Ja, Language::En));
    assert_eq!(one, other);
}

#[test]
fn all_defects_are_told_at_once_with_their_paths() {
    let told = defects("json_full", |order| {
        order["lines"][0]["quantity"] = json!(0);
        order["lines"][0]["unit_price"] = json!("10.5");
        order["lines"][1]["sku"] = json!("50%25");
        order["lines"][1]["ship_group"] = json!(3);
        order["lines"][1]["tax_rate"] = json!(101);
        order["ship_groups"][1]["time_slot"] = json!("evening");
        order["ship_groups"][1]["ship_to"]["country"] = json!("Japan");
        order["fees"][0]["amount"] = json!(-1);
        order["payments"][1]["token"] = json!(" ");
        order["taxes"][1]["tax_rate"] = json!(10);
        order["ordered_at"] = json!("1999-12-31T00:00:00Z");
        order["number"] = json!("");
    });
    insta::assert_json_snapshot!("all_defects_at_once", told);
}

#[test]
fn a_payload_of_another_shape_is_told_the_first_place_that_has_it() {
    let changes: [fn(&mut Value); 9] = [
        |order| order["lines"][0]["unit_price"] = json!(10.8),
        |order| order["lines"][0]["unit_price"] = json!({}),
        |order| order["lines"][0]["quantity"] = json!(1e30),
        |order| order["lines"][0]["colour"] = json!("green"),
        |order| drop(order["lines"][0].as_object_mut().unwrap().remove("sku")),
        |order| order["payments"][0]["method"] = json!("CHEQUE"),
        |order| order["ordered_at"] = json!("yesterday"),
        |order| order["desired_date"] = json!("tomorrow"),
        |order| *order = json!([]),
    ];
    let told: Vec<String> = changes.into_iter().flat_map(|change| defects("json_minimal", change)).collect();
    insta::assert_json_snapshot!("malformed", told);
    for body in ["", "{", "{}{}", "null", "\u{feff}{}", &"[".repeat(100_000)] {
        for kind in [ChannelKind::Json, ChannelKind::Shopify] {
            let error = read(kind, body.as_bytes(), &DEFAULTS).unwrap_err();
            assert!(matches!(error, ChannelError::Malformed { .. }), "{kind:?} {body:.10}: {error:?}");
        }
    }
}

#[test]
fn an_order_says_once_where_it_goes() {
    let nowhere = |order: &mut Value| drop(order.as_object_mut().unwrap().remove("ship_to"));
    assert_eq!(defects("json_minimal", nowhere).len(), 1);
    let address = sample("json_minimal").1["ship_to"].clone();
    assert_eq!(
        defects("json_full", |order| order["ship_to"] = address)[0].split(':').next(),
        Some("ship_to")
    );
    assert_eq!(defects("json_full", |order| order["time_slot"] = json!("0812")).len(), 1);
}

#[test]
fn a_shopify_order_is_paid_by_its_status() {
    let methods = |status: &str| -> Vec<PaymentMethod> {
        let intake = read_changed("shopify_jpy_konbini", |order| order["financial_status"] = json!(status));
        intake.payments.into_iter().map(|payment| payment.method).collect()
    };
    assert_eq!(methods("pending"), [PaymentMethod::ConvenienceStore]);
    assert_eq!(methods("authorized"), [PaymentMethod::Card]);
    assert_eq!(methods("paid"), [PaymentMethod::ChannelSettled]);
    assert_eq!(methods("partially_refunded"), [PaymentMethod::ChannelSettled]);
    assert_eq!(methods("partially_paid"), [PaymentMethod::ChannelSettled, PaymentMethod::ConvenienceStore]);
}

#[test]
fn all_defects_of_a_shopify_order_are_told_at_once() {
    let told = defects("shopify_jpy_cod", |body| {
        let order = &mut body["order"];
        order["currency"] = json!("XXX");
        order["total_price"] = json!("１０００");
        order["name"] = json!(" ");
        order["order_number"] = Value::Null;
        order["line_items"][0]["price"] = json!("-1");
        order["line_items"][0]["quantity"] = json!(-3);
        order["line_items"][0]["tax_lines"][0]["rate"] = json!(8);
        order["line_items"][1] = json!({ "price": "500", "quantity": 1 });
        order["shipping_lines"][1]["price"] = Value::Null;
        order["shipping_address"]["address1"] = json!("一".repeat(301));
    });
    insta::assert_json_snapshot!("shopify_defects", told);
}

#[test]
fn what_the_customer_wrote_is_cut_rather_than_the_order_refused() {
    let intake = read_changed("shopify_jpy_konbini", |order| order["note"] = json!("の".repeat(5_000)));
    assert_eq!(intake.customer_note.unwrap().reveal().chars().count(), 2_000);
}

#[test]
fn personal_data_is_not_in_the_debug_output_of_an_error() {
    let error = read(ChannelKind::Json, br#"{"customer":"Taro Yamada"}"#, &DEFAULTS).unwrap_err();
    assert!(!format!("{error} {error:?}").contains("Taro"), "{error:?}");
}

/// Replaces the `n`th value of a JSON tree.
fn replace(tree: &mut Value, n: &mut usize, with: &Value) {
    if *n == 0 {
        *tree = with.clone();
    }
    *n = n.wrapping_sub(1);
    match tree {
        Value::Array(items) => items.iter_mut().for_each(|item| replace(item, n, with)),
        Value::Object(fields) => fields.values_mut().for_each(|field| replace(field, n, with)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Reads, and accepts what can be read, for the panics that must not come.
fn survive(kind: ChannelKind, body: &[u8]) {
    if let Ok(order) = order_in(kind, body).map(accept)
        && let Ok(order) = order
    {
        assert!(order.billing().total >= Amount::ZERO);
        assert!(rules::check(&order, &[], &RulePack::default()).len() < 1_000);
    }
}

fn hostile_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        (-2_i64..100_000).prop_map(Value::from),
        (0_u32..2_000_000_000).prop_map(|n| json!(n.to_string())),
        "[-0-9.]{0,14}".prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        prop::sample::select(vec![
            Value::Null,
            json!(true),
            json!([]),
            json!({}),
            json!(""),
            json!("9999-12-31T23:59:59Z"),
            json!("2099-12-31"),
            json!("24:00-24:00"),
            json!("1000000000"),
            json!("a".repeat(10_000)),
            json!([[[{}]]]),
        ]),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn arbitrary_bytes_never_panic(body in prop::collection::vec(any::<u8>(), 0..300)) {
        for kind in ChannelKind::ALL {
            survive(kind, &body);
        }
    }

    #[test]
    fn a_sample_with_bytes_changed_never_panics(
        which in 0..SAMPLES.len(), changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8)
    ) {
        let (_, kind, body, _) = SAMPLES[which];
        let mut body = body.to_vec();
        for (at, byte) in changes {
            let at = at.index(body.len());
            body[at] = byte;
        }
        survive(kind, &body);
    }

    #[test]
    fn a_sample_with_values_changed_never_panics(
        which in 0..SAMPLES.len(),
        changes in prop::collection::vec((0_usize..150, hostile_value()), 1..5),
    ) {
        let (name, ..) = SAMPLES[which];
        let (kind, mut body) = sample(name);
        for (n, value) in changes {
            replace(&mut body, &mut { n }, &value);
        }
        survive(kind, body.to_string().as_bytes());
    }
}

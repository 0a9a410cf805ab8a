//! What a pack may say, and what its own rules fit.

use jiff::civil::date;
use serde_json::{Value, json};

use super::*;
use crate::domain::order::Order;
use crate::domain::particulars::{Caution, OrderKind, PurchaseOrder};
use crate::domain::testing::an_order;

fn pack(json: Value) -> RulePack {
    serde_json::from_value(json).unwrap()
}

/// Paths of what is wrong.
fn wrong(json: Value) -> Vec<String> {
    pack(json).defects().into_iter().map(|defect| defect.field).collect()
}

fn refused(json: Value) -> String {
    serde_json::from_value::<RulePack>(json).unwrap_err().to_string()
}

fn rule(name: &str, when: &Value) -> Value {
    json!({ "name": name, "when": when, "then": "WARN", "reason": "look" })
}

#[test]
fn a_pack_that_says_nothing_is_the_standard_and_nothing_is_wrong_with_it() {
    assert_eq!(pack(json!({})), RulePack::default());
    assert_eq!(RulePack::default().defects(), []);
    for code in FindingCode::ALL {
        let treatment = standard(*code, &OrderPolicy::default());
        let ok = *code == FindingCode::CustomRule || treatment.check_for(*code).is_ok();
        assert!(ok, "the standard treatment of {} is not allowed", code.name());
    }
}

#[test]
fn what_is_unknown_is_refused_with_what_is_known() {
    let error = refused(json!({ "treatment": {} }));
    assert!(error.contains("unknown field `treatment`") && error.contains("treatments"), "{error}");
    let error = refused(json!({ "treatments": { "PRICE_DIFFER": "WARN" } }));
    assert!(error.contains("PRICE_DIFFERS"), "{error}");
    let error = refused(json!({ "custom": [rule("a", &json!({ "prefektur": ["東京都"] }))] }));
    assert!(error.contains("unknown variant `prefektur`") && error.contains("prefecture"), "{error}");
    let error = refused(json!({ "thresholds": { "total": -1 } }));
    assert!(error.contains("-1"), "{error}");
}

#[test]
fn what_loses_money_or_cannot_arrive_is_not_switched_off() {
    let treat = |code: &str, treatment: Value| {
        let defects = pack(json!({ "treatments": { code: treatment } })).defects();
        defects.into_iter().map(|defect| (defect.field, defect.message)).collect::<Vec<_>>()
    };
    assert_eq!(treat("PRICE_DIFFERS", json!("OFF")), []);
    assert_eq!(treat("PRICE_DIFFERS", json!({ "HOLD": "FRAUD_REVIEW" })), []);
    let [(field, message)] = treat("PARTIAL_IMPORT", json!("WARN")).try_into().unwrap();
    assert_eq!(field, "treatments.PARTIAL_IMPORT");
    assert!(message.starts_with("must be HOLD PARTIAL_IMPORT: "), "{message}");
    let [(_, message)] = treat("UNSERVABLE", json!("WARN")).try_into().unwrap();
    assert!(message.starts_with("must be HOLD: "), "{message}");
    let [(_, message)] = treat("CASH_ABROAD", json!("OFF")).try_into().unwrap();
    assert!(message.starts_with("must be WARN or HOLD: "), "{message}");
    let [(_, message)] = treat("PRICE_DIFFERS", json!({ "HOLD": "STOCKOUT" })).try_into().unwrap();
    assert!(message.contains("no hold STOCKOUT") && message.contains("CLIENT_DECISION"), "{message}");
    let [(_, message)] = treat("CUSTOM_RULE", json!("OFF")).try_into().unwrap();
    assert!(message.contains("`then`"), "{message}");
}

#[test]
fn every_number_has_its_limits() {
    assert_eq!(wrong(json!({ "policy": { "payment_due_days": 61 } })), ["policy.payment_due_days"]);
    assert_eq!(
        wrong(json!({ "fraud": { "warn_at": 61, "rooms": 0, "weights": { "RUSH": 1_001 } } })),
        ["fraud.hold_at", "fraud.rooms", "fraud.weights.RUSH"]
    );
    let thresholds = |name: &str, value: Value| wrong(json!({ "thresholds": { name: value } }));
    for (name, good, bad) in [
        ("units_per_line", json!([1, 9_999]), json!([0, 10_000])),
        ("units_per_order", json!([1, 999_900]), json!([0, 999_901])),
        ("total", json!([1, 1_000_000_000]), json!([0, 1_000_000_001])),
        ("cash_on_delivery", json!([1, 1_000_000_000]), json!([0, 1_000_000_001])),
        ("convenience_store", json!([1, 1_000_000_000]), json!([0, 1_000_000_001])),
        ("pay_later", json!([1, 1_000_000_000]), json!([0, 1_000_000_001])),
    ] {
        for value in good.as_array().unwrap() {
            assert_eq!(thresholds(name, value.clone()), [""; 0], "{name} {value}");
        }
        for value in bad.as_array().unwrap() {
            assert_eq!(thresholds(name, value.clone()), [format!("thresholds.{name}")], "{value}");
        }
    }
    assert_eq!(
        thresholds("price_tolerance", json!({ "percent": 101, "yen": 1_000_000_001 })),
        ["thresholds.price_tolerance.percent", "thresholds.price_tolerance.yen"]
    );
    assert_eq!(thresholds("units_per_sku", json!({ "A": 0 })), ["thresholds.units_per_sku.A"]);
    let many: serde_json::Map<String, Value> = (0..501).map(|n| (format!("S{n}"), json!(1))).collect();
    assert_eq!(thresholds("units_per_sku", Value::Object(many)), ["thresholds.units_per_sku"]);
    let notes: Vec<String> = (0..51).map(|n| n.to_string()).collect();
    assert_eq!(thresholds("empty_notes", json!(notes)), ["thresholds.empty_notes"]);
}

#[test]
fn own_rules_are_checked_to_the_last_condition() {
    let when = |when: Value| wrong(json!({ "custom": [rule("a", &when)] }));
    assert_eq!(when(json!({ "all": [{ "gift": true }, { "prefecture": ["沖縄県"] }] })), [""; 0]);
    assert_eq!(
        when(json!({ "all": [{ "gift": true }, { "any": [{ "prefecture": ["沖縄"] }] }] })),
        ["custom[0].when.all[1].any[0].prefecture"]
    );
    assert_eq!(when(json!({ "country": ["jp"] })), ["custom[0].when.country"]);
    assert_eq!(when(json!({ "not": { "sku": [] } })), ["custom[0].when.not.sku"]);
    assert_eq!(when(json!({ "note_contains": ["領収書", ""] })), ["custom[0].when.note_contains[1]"]);
    assert_eq!(when(json!({ "wanted_within_days": 91 })), ["custom[0].when.wanted_within_days"]);
    let deep = (0..5).fold(json!({ "gift": true }), |inner, _| json!({ "not": inner }));
    assert_eq!(when(deep), ["custom[0].when.not.not.not.not.not"]);

    let twice =
        json!({ "custom": [rule("a", &json!({ "gift": true })), rule("a", &json!({ "gift": true }))] });
    assert_eq!(wrong(twice), ["custom[1].name"]);
    let mut odd = rule("", &json!({ "gift": true }));
    (odd["reason"], odd["then"]) = (json!("x".repeat(301)), json!({ "HOLD": "PAYMENT" }));
    assert_eq!(wrong(json!({ "custom": [odd] })), ["custom[0].name", "custom[0].reason", "custom[0].then"]);
}

#[test]
fn a_pack_is_bounded_in_rules_conditions_and_bytes() {
    let rules = |count: usize, when: &Value| {
        let rules: Vec<Value> = (0..count).map(|n| rule(&n.to_string(), when)).collect();
        wrong(json!({ "custom": rules }))
    };
    let gift = json!({ "gift": true });
    assert_eq!(rules(MAX_RULES, &gift), [""; 0]);
    assert_eq!(rules(MAX_RULES + 1, &gift), ["custom"]);
    let five = json!({ "all": [gift, gift, gift, gift] });
    assert_eq!(rules(100, &five), [""; 0], "500 conditions");
    assert_eq!(rules(100, &json!({ "all": [gift, gift, gift, gift, gift] })), ["custom"]);
    let long: Vec<String> = (0..100).map(|n| format!("{n:0>100}")).collect();
    assert_eq!(rules(6, &json!({ "sku": long })), [""; 0]);
    assert_eq!(rules(7, &json!({ "sku": long })), ["body"]);
}

/// Whether a condition fits an order of two units at ¥1,000 to Tokyo by card, received on 2026-04-01.
fn fits(when: Value, change: fn(&mut Order)) -> bool {
    let mut order = an_order().order();
    change(&mut order);
    serde_json::from_value::<Condition>(when).unwrap().fits(&order)
}

#[test]
fn each_condition_looks_at_its_own_part_of_the_order() {
    /// What fits, what does not, and what is done to the order before.
    type Case = (Value, Value, fn(&mut Order));
    let cases: [Case; 14] = [
        (json!({ "channel": ["acme-shop", "x"] }), json!({ "channel": ["other"] }), |_| ()),
        (json!({ "payment": ["CARD"] }), json!({ "payment": ["PAY_LATER"] }), |_| ()),
        (json!({ "total_at_least": 2_000 }), json!({ "total_at_least": 2_001 }), |_| ()),
        (json!({ "currency": ["JPY"] }), json!({ "currency": ["USD"] }), |_| ()),
        (json!({ "units_at_least": 2 }), json!({ "units_at_least": 3 }), |_| ()),
        (json!({ "sku": ["SKU-1"] }), json!({ "sku": ["SKU"] }), |_| ()),
        (json!({ "sku_prefix": ["SKU"] }), json!({ "sku_prefix": ["KU"] }), |_| ()),
        (json!({ "prefecture": ["東京都"] }), json!({ "prefecture": ["沖縄県"] }), |_| ()),
        (json!({ "country": ["JP"] }), json!({ "country": ["US"] }), |_| ()),
        (json!({ "note_contains": ["Tel"] }), json!({ "note_contains": ["fax"] }), |order| {
            order.customer_note = Some("ＴＥＬください".into());
        }),
        (json!({ "caution": ["102"] }), json!({ "caution": ["10"] }), |order| {
            order.particulars.cautions = vec![Caution { code: "102".into(), meaning: "受取拒否".into() }];
        }),
        (json!({ "kind": ["PREORDER"] }), json!({ "kind": ["NORMAL"] }), |order| {
            order.particulars.kind = OrderKind::Preorder;
        }),
        (json!({ "wanted_within_days": 3 }), json!({ "wanted_within_days": 2 }), |order| {
            order.ship_groups[0].desired.date = Some(date(2026, 4, 4));
        }),
        (json!({ "business": true }), json!({ "business": false }), |order| {
            order.particulars.purchase_order = Some(PurchaseOrder { number: "PO-1".into(), account: None });
        }),
    ];
    for (fitting, other, change) in cases {
        assert!(fits(fitting.clone(), change), "{fitting}");
        assert!(!fits(other.clone(), change), "{other}");
    }
    assert!(!fits(json!({ "business": true }), |_| ()) && !fits(json!({ "wanted_within_days": 9 }), |_| ()));
    assert!(fits(json!({ "business": true }), |order| order.customer.company = Some("株式会社茶".into())));
    assert!(fits(json!({ "gift": true }), |order| {
        order.ship_groups[0].particulars.gift.wrapping = Some("赤".to_owned());
    }));
}

#[test]
fn conditions_are_combined_by_all_any_and_not() {
    let (yes, no) = (json!({ "country": ["JP"] }), json!({ "country": ["US"] }));
    for (when, expected) in [
        (json!({ "all": [yes, yes] }), true),
        (json!({ "all": [yes, no] }), false),
        (json!({ "any": [no, yes] }), true),
        (json!({ "any": [no, no] }), false),
        (json!({ "not": no }), true),
        (json!({ "all": [yes, { "any": [no, { "not": no }] }] }), true),
    ] {
        assert_eq!(fits(when.clone(), |_| ()), expected, "{when}");
    }
}

#[test]
fn only_the_form_of_a_text_is_corrected_and_only_where_that_is_allowed() {
    let mut order = an_order().order();
    order.customer.phone = Some("０９０－１２３４－５６７８".into());
    order.customer.kana = Some("ﾔﾏﾀﾞ".into());
    order.ship_groups[0].address.kana = Some("山田".into());
    assert_eq!(corrections(&order, &BTreeSet::new()), []);
    let phone = corrections(&order, &[Fix::PhoneNumber].into());
    assert_eq!(phone.iter().map(|it| it.to.reveal()).collect::<Vec<_>>(), ["090-1234-5678"]);

    let all = corrections(&order, &[Fix::PhoneNumber, Fix::NameReading].into());
    assert_eq!(all.len(), 2, "what is no reading stays for a person: {all:?}");
    for correction in &all {
        assert!(correction.is_due(&order));
        correction.apply(&mut order);
        assert!(!correction.is_due(&order));
    }
    assert_eq!(order.customer.kana, Some("ヤマダ".into()));
    assert_eq!(corrections(&order, &[Fix::PhoneNumber, Fix::NameReading].into()), []);
}

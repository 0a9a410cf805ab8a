//! What is found of an order with which one thing is wrong.

use jiff::civil::date;

use super::*;
use crate::domain::billing::Declared;
use crate::domain::customer::{Address, Personal};
use crate::domain::ids::Sku;
use crate::domain::merchant::{OrderPolicy, UnknownProductPolicy};
use crate::domain::money::{Amount, Currency};
use crate::domain::order::{Hold, HoldCode, HoldEnd};
use crate::domain::payment::PaymentMethod;
use crate::domain::rule_pack::{Condition, CustomRule, PriceTolerance};
use crate::domain::tax::TaxRate;
use crate::domain::testing::{address, an_order};

const ADDRESS: Severity = Severity::Blocking(HoldCode::AddressDefect);
const CONTACT: Severity = Severity::Blocking(HoldCode::ContactDefect);
const CLIENT: Severity = Severity::Blocking(HoldCode::ClientDecision);
const PAYMENT: Severity = Severity::Blocking(HoldCode::PaymentDefect);

type Found = (FindingCode, Severity, String);

fn sku() -> Sku {
    Sku::new("SKU-1").unwrap()
}

fn catalogue() -> [Product; 1] {
    [Product { sku: sku(), title: "煎茶".into(), price: Amount::new(1_080), tax_rate: TaxRate::REDUCED }]
}

/// One unit of what the catalogue has, paid in cash; received on 2026-04-01. Nothing is wrong with it.
fn order() -> Order {
    let draft = an_order().of(&[(1, 1_080)]).at(TaxRate::REDUCED).paid_by(PaymentMethod::CashOnDelivery);
    let mut order = draft.order();
    order.declared =
        Some(Declared { total: Amount::new(1_080), taxes: vec![(TaxRate::REDUCED, Amount::new(80))] });
    order
}

/// What is found once `change` was made to the order and to the standard rules.
fn judged(change: impl FnOnce(&mut Order, &mut RulePack)) -> Vec<Found> {
    let (mut order, mut pack) = (order(), RulePack::default());
    change(&mut order, &mut pack);
    assert_eq!(pack.defects(), []);
    check(&order, &catalogue(), &pack).into_iter().map(|it| (it.code, it.severity, it.field)).collect()
}

fn found(change: impl FnOnce(&mut Order)) -> Vec<Found> {
    judged(|order, _| change(order))
}

fn finding(code: FindingCode, severity: Severity, field: &str) -> Found {
    (code, severity, field.to_owned())
}

fn warning(code: FindingCode, field: &str) -> Found {
    finding(code, Severity::Warning, field)
}

fn held_for_address(field: &str, change: impl FnOnce(&mut Address)) -> bool {
    let found = found(|order| change(&mut order.ship_groups[0].address));
    let field = format!("ship_groups[0].address.{field}");
    matches!(found.as_slice(), [(_, ADDRESS, at)] if *at == field)
}

#[test]
fn an_ordinary_order_has_no_findings() {
    assert_eq!(found(|_| ()), []);
}

#[test]
fn p17_a_mail_address_no_server_accepts_stops_the_order_only_when_nobody_can_be_called() {
    let bad = || Some(Personal::new("a..b@docomo.ne.jp"));
    let invalid = || warning(FindingCode::MailInvalid, "customer.mail");
    assert_eq!(found(|order| order.customer.mail = bad()), [invalid()]);
    assert_eq!(
        found(|order| (order.customer.mail, order.customer.phone) = (bad(), None)),
        [invalid(), finding(FindingCode::Unreachable, CONTACT, "customer")]
    );
}

#[test]
fn p17_a_mistyped_domain_is_told_with_what_was_probably_meant() {
    let told = |mail: &str| {
        let mut order = order();
        order.customer.mail = Some(Personal::new(mail));
        let found = check(&order, &catalogue(), &RulePack::default());
        found.into_iter().map(|it| (it.code, it.message)).collect::<Vec<_>>()
    };
    let [(code, message)] = told("hanako@gmial.com").try_into().unwrap();
    assert_eq!(code, FindingCode::MailSuspect);
    assert!(message.contains("gmail.com") && !message.contains("hanako"), "{message}");
    let [(code, message)] = told("hanako@docomo.ne,jp").try_into().unwrap();
    assert_eq!(code, FindingCode::MailInvalid);
    assert!(message.contains("docomo.ne.jp") && !message.contains("hanako"), "{message}");
}

#[test]
fn a_customer_nobody_can_reach_stops_the_order() {
    assert_eq!(found(|order| order.customer.mail = None), []);
    assert_eq!(found(|order| order.customer.phone = None), []);
    assert_eq!(
        found(|order| (order.customer.mail, order.customer.phone) = (None, None)),
        [finding(FindingCode::Unreachable, CONTACT, "customer")]
    );
}

#[test]
fn a_phone_number_is_measured_where_its_owner_lives() {
    let number = |order: &mut Order| order.customer.phone = Some("555-625-1199".into());
    assert_eq!(found(number), [warning(FindingCode::PhoneInvalid, "customer.phone")]);
    let at_home = |order: &mut Order| {
        number(order);
        let home = Address { country: "US".into(), ..address("Taro") };
        order.customer.address = Some(Box::new(home));
    };
    assert_eq!(found(at_home), []);
    let addressee = |order: &mut Order| order.ship_groups[0].address.phone = Some("090-1234-567".into());
    assert_eq!(found(addressee), [warning(FindingCode::PhoneInvalid, "ship_groups[0].address.phone")]);
}

#[test]
fn a_reading_is_in_kana() {
    let read = |text: &'static str| found(|order| order.customer.kana = Some(text.into()));
    assert_eq!(read("ﾔﾏﾀﾞ たろう"), []);
    assert_eq!(read("山田"), [warning(FindingCode::ReadingInvalid, "customer.kana")]);
    let addressee = found(|order| order.ship_groups[0].address.kana = Some("Yamada".into()));
    assert_eq!(addressee, [warning(FindingCode::ReadingInvalid, "ship_groups[0].address.kana")]);
}

#[test]
fn each_part_that_a_japanese_address_lacks_holds_the_order() {
    assert!(held_for_address("name", |address| address.name = Personal::default()));
    assert!(held_for_address("postal_code", |address| address.postal_code = Personal::new("150-001")));
    assert!(held_for_address("prefecture", |address| address.prefecture = Personal::new("東京")));
    assert!(held_for_address("city", |address| address.city = Personal::default()));
    assert!(held_for_address("line1", |address| address.line1 = Personal::default()));
    assert!(held_for_address("line1", |address| address.line1 = Personal::new("千代田")));
}

#[test]
fn the_addresses_that_vendors_test_with_hold_or_pass_as_theirs_do() {
    let findings = |code: &str, prefecture: &str, city: &str, line1: &str| {
        let set = |order: &mut Order| {
            let address = &mut order.ship_groups[0].address;
            (address.postal_code, address.prefecture) = (code.into(), prefecture.into());
            (address.city, address.line1) = (city.into(), line1.into());
        };
        found(set).into_iter().map(|(code, ..)| code).collect::<Vec<_>>()
    };
    let kanji_only = findings("5410000", "大阪府", "大阪市中央区", "一二三四");
    assert!(kanji_only.contains(&FindingCode::HouseNumberMissing), "{kanji_only:?}");
    assert_eq!(findings("1410031", "東京都", "品川区", "西五反田三-十一-六"), []);
    assert_eq!(findings("1060032", "東京都", "港区", "六本木一二四-五"), []);
    let repeated = findings("1500042", "東京都", "渋谷区", "渋谷区宇田川町1-1");
    assert_eq!(repeated, [FindingCode::CityRepeated]);
    let elsewhere = findings("1500000", "東京都", "品川区", "西五反田3-11-6");
    assert_eq!(elsewhere, [FindingCode::PostalCodeMismatch]);
    let nowhere = findings("9999999", "東京都", "品川区", "西五反田3-11-6");
    assert_eq!(nowhere, [FindingCode::PostalCodeUnknown]);
}

#[test]
fn an_address_abroad_is_shown_and_not_measured_by_japanese_rules() {
    let abroad = found(|order| {
        order.payments[0].method = PaymentMethod::ChannelSettled;
        let address = &mut order.ship_groups[0].address;
        (address.country, address.kana) = ("HK".into(), Some("Taro".into()));
        (address.postal_code, address.prefecture) = (Personal::default(), Personal::default());
    });
    assert_eq!(abroad, [warning(FindingCode::DestinationAbroad, "ship_groups[0].address.country")]);
}

#[test]
fn p24_an_order_that_did_not_come_whole_stops() {
    assert_eq!(found(|order| order.particulars.expected_lines = Some(1)), []);
    for announced in [0, 2] {
        let hold = Severity::Blocking(HoldCode::PartialImport);
        assert_eq!(
            found(|order| order.particulars.expected_lines = Some(announced)),
            [finding(FindingCode::PartialImport, hold, "lines")]
        );
    }
}

#[test]
fn an_unknown_product_stops_the_order_unless_the_merchant_accepts_it() {
    let unknown = |policy: UnknownProductPolicy| {
        let found = judged(|order, pack| {
            order.lines[0].sku = Sku::new("OTHER").unwrap();
            *pack = RulePack::standard(OrderPolicy { unknown_product: policy, ..OrderPolicy::default() });
        });
        assert_eq!(found.len(), 1);
        found[0].1
    };
    assert_eq!(unknown(UnknownProductPolicy::Hold), Severity::Blocking(HoldCode::UnknownProduct));
    assert_eq!(unknown(UnknownProductPolicy::Accept), Severity::Warning);
}

#[test]
fn figures_that_differ_from_the_catalogue_or_from_our_own_are_shown_and_stop_nothing() {
    use FindingCode::{PriceDiffers, TaxDiffers, TotalDiffers};

    let codes = |change: fn(&mut Order)| {
        let found = found(change);
        assert!(found.iter().all(|(_, severity, _)| *severity == Severity::Warning));
        found.into_iter().map(|(code, ..)| code).collect::<Vec<_>>()
    };
    assert_eq!(codes(|order| order.declared.as_mut().unwrap().total = Amount::new(1_081)), [TotalDiffers]);
    assert_eq!(codes(|order| order.declared.as_mut().unwrap().taxes[0].1 = Amount::new(79)), [TaxDiffers]);
    assert_eq!(
        codes(|order| order.lines[0].unit_price = Amount::new(1_000)),
        [PriceDiffers, TotalDiffers, TaxDiffers]
    );
    assert_eq!(codes(|order| order.currency = Currency::Usd), []);
}

#[test]
fn a_price_may_be_as_far_from_the_catalogue_as_the_merchant_tolerates() {
    let sold = |price: i64, percent: u8, yen: u32| {
        let found = judged(|order, pack| {
            order.declared = None;
            order.lines[0].unit_price = Amount::new(price);
            pack.thresholds.price_tolerance = PriceTolerance { percent, yen };
        });
        found.is_empty()
    };
    // Five percent of 1,080 are 54.
    assert!(sold(1_134, 5, 0) && sold(1_026, 5, 0));
    assert!(!sold(1_135, 5, 0) && !sold(1_025, 5, 0));
    assert!(sold(1_180, 5, 100) && !sold(1_181, 5, 100), "the larger of both counts");
    assert!(!sold(1_081, 0, 0));
}

#[test]
fn many_units_and_high_totals_are_looked_at_from_the_merchants_thresholds_on() {
    let many = |set: fn(&mut RulePack)| {
        judged(|order, pack| {
            order.declared = None;
            order.lines[0].ordered = 10;
            set(pack);
        })
    };
    assert_eq!(many(|_| ()), [], "who sets no threshold is not asked");
    assert_eq!(
        many(|pack| pack.thresholds.units_per_line = Some(9)),
        [finding(FindingCode::LargeQuantity, CLIENT, "lines[0].quantity")]
    );
    assert_eq!(
        many(|pack| pack.thresholds.units_per_order = Some(9)),
        [finding(FindingCode::LargeOrder, CLIENT, "lines")]
    );
    assert_eq!(
        many(|pack| pack.thresholds.units_per_sku = [(sku(), 9)].into()),
        [finding(FindingCode::UnusualQuantity, CLIENT, "lines[0].quantity")]
    );
    assert_eq!(
        many(|pack| pack.thresholds.total = Some(10_799)),
        [finding(FindingCode::LargeAmount, CLIENT, "total")]
    );
    let exactly = many(|pack| {
        let thresholds = &mut pack.thresholds;
        (thresholds.units_per_line, thresholds.units_per_order) = (Some(10), Some(10));
        (thresholds.units_per_sku, thresholds.total) = ([(sku(), 10)].into(), Some(10_800));
    });
    assert_eq!(exactly, []);
}

#[test]
fn units_of_a_sku_count_over_all_lines() {
    let found = judged(|order, pack| {
        (order.declared, order.lines) = (None, vec![order.lines[0].clone(), order.lines[0].clone()]);
        pack.thresholds.units_per_sku = [(sku(), 1)].into();
    });
    assert_eq!(found, [finding(FindingCode::UnusualQuantity, CLIENT, "lines[0].quantity")]);
}

#[test]
fn what_nobody_would_collect_is_not_sent() {
    use PaymentMethod::{BankTransfer, CashOnDelivery, ConvenienceStore, PayLater};

    let paid = |method: PaymentMethod, amount: i64| {
        let found = found(|order| {
            (order.payments[0].method, order.payments[0].amount) = (method, Amount::new(amount));
        });
        found.into_iter().map(|(code, severity, _)| (code, severity)).collect::<Vec<_>>()
    };
    assert_eq!(paid(CashOnDelivery, 300_000), []);
    assert_eq!(paid(CashOnDelivery, 300_001), [(FindingCode::CashAboveLimit, PAYMENT)]);
    assert_eq!(paid(ConvenienceStore, 300_001), [(FindingCode::ConvenienceStoreAboveLimit, PAYMENT)]);
    assert_eq!(paid(PayLater, 55_001), [(FindingCode::PayLaterAboveLimit, Severity::Warning)]);
    assert_eq!(paid(BankTransfer, 9_000_000), []);
    let raised = judged(|order, pack| {
        (order.payments[0].method, order.payments[0].amount) = (PayLater, Amount::new(55_001));
        pack.thresholds.pay_later = 250_000;
    });
    assert_eq!(raised, []);
    let abroad = found(|order| order.ship_groups[0].address.country = "US".into());
    assert!(abroad.contains(&finding(FindingCode::CashAbroad, PAYMENT, "payments[0].method")), "{abroad:?}");
}

#[test]
fn a_card_without_a_token_is_told_where_the_merchant_wants_that() {
    let without = |treatment: Option<Treatment>| {
        judged(|order, pack| {
            order.payments[0].method = PaymentMethod::Card;
            pack.treatments = treatment.map(|it| (FindingCode::CardTokenMissing, it)).into_iter().collect();
        })
    };
    assert_eq!(without(None), []);
    let told = [warning(FindingCode::CardTokenMissing, "payments[0].token")];
    assert_eq!(without(Some(Treatment::Warn)), told);
}

#[test]
fn a_day_on_which_the_goods_cannot_arrive_is_told() {
    let wanted = |day: i8| found(|order| order.ship_groups[0].desired.date = Some(date(2026, 4, day)));
    let field = "ship_groups[0].desired.date";
    let past = found(|order| order.ship_groups[0].desired.date = Some(date(2026, 3, 31)));
    assert_eq!(past, [warning(FindingCode::DesiredDatePast, field)]);
    assert_eq!(wanted(1), [warning(FindingCode::DesiredDateTooEarly, field)]);
    assert_eq!(wanted(2), [warning(FindingCode::DesiredDateTooEarly, field)]);
    assert_eq!(wanted(3), [], "two days of lead time");
}

#[test]
fn a_customers_note_stops_the_order_until_somebody_has_read_it() {
    let note = |order: &mut Order| order.customer_note = Some("急いで".into());
    let hold = HoldCode::CustomerNote;
    let stopped = finding(FindingCode::CustomerNote, Severity::Blocking(hold), "customer_note");
    assert_eq!(found(note), [stopped]);
    let read = found(|order| {
        note(order);
        order.findings = check(order, &catalogue(), &RulePack::default());
        closed(order, hold);
    });
    assert_eq!(read, [warning(FindingCode::CustomerNote, "customer_note")]);
}

#[test]
fn a_note_that_says_nothing_need_not_be_read() {
    for note in ["なし", " ナシ ", "特になし", "　"] {
        let found = judged(|order, pack| {
            order.customer_note = Some(note.into());
            pack.thresholds.empty_notes = ["なし", "ナシ", "特になし"].map(str::to_owned).into();
        });
        assert_eq!(found, [], "{note}");
    }
}

/// Somebody let the order go on.
fn closed(order: &mut Order, code: HoldCode) {
    let opened_at = order.received_at;
    let closed = Some((opened_at, HoldEnd::Resolved { by: "sato".into() }));
    order.holds.push(Hold { code, reason: "look".into(), opened_at, closed });
}

#[test]
fn nobody_decides_the_same_twice_but_an_address_may_have_changed() {
    let again = |change: fn(&mut Order), code| {
        found(|order| {
            change(order);
            order.findings = check(order, &catalogue(), &RulePack::default());
            closed(order, code);
        })
    };
    let unknown = again(|order| order.lines[0].sku = Sku::new("OTHER").unwrap(), HoldCode::UnknownProduct);
    assert_eq!(unknown, [warning(FindingCode::UnknownProduct, "lines[0].sku")]);
    let elsewhere =
        again(|order| order.ship_groups[0].address.city = Personal::default(), HoldCode::AddressDefect);
    assert_eq!(elsewhere, [finding(FindingCode::AddressIncomplete, ADDRESS, "ship_groups[0].address.city")]);
}

#[test]
fn a_merchants_own_rule_does_what_it_says() {
    let rule = |then: Treatment| CustomRule {
        name: "沖縄".to_owned(),
        when: Condition::Prefecture(vec!["東京都".to_owned()]),
        then,
        reason: "ask for the ferry".to_owned(),
    };
    let fits = |then| judged(|_, pack| pack.custom = vec![rule(then)]);
    assert_eq!(fits(Treatment::Off), []);
    assert_eq!(fits(Treatment::Warn), [warning(FindingCode::CustomRule, "custom.沖縄")]);
    let code = HoldCode::FraudReview;
    let held = finding(FindingCode::CustomRule, Severity::Blocking(code), "custom.沖縄");
    assert_eq!(fits(Treatment::Hold(code)), [held]);
}

#[test]
fn what_a_merchant_switches_off_is_not_looked_for() {
    let found = judged(|order, pack| {
        order.customer_note = Some("急いで".into());
        pack.treatments = [(FindingCode::CustomerNote, Treatment::Off)].into();
    });
    assert_eq!(found, []);
}

#[test]
fn no_message_holds_personal_data() {
    let mut order = order();
    order.customer.mail = Some(Personal::new("a..b@docomo.ne.jp"));
    order.customer.phone = Some(Personal::new("秘密"));
    order.customer.kana = Some(Personal::new("秘密"));
    order.ship_groups[0].address.prefecture = Personal::new("秘密県");
    order.customer_note = Some("秘密".into());
    let findings = check(&order, &[], &RulePack::default());
    assert_eq!(findings.len(), 8, "{findings:?}");
    let shown = format!("{findings:?}");
    assert!(!shown.contains("秘密") && !shown.contains("a..b"), "{shown}");
}

use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::testing::{DEFAULTS, changed, codes, defects, findings, fixture, one, opened, survive};
use super::super::{ChannelStatus, read};
use super::*;
use crate::domain::billing::DiscountKind;
use crate::domain::merchant::ChannelKind::Rakuten;
use crate::domain::money::Amount;
use crate::domain::particulars::{OrderKind, Temperature};
use crate::domain::payment::PaymentMethod;
use crate::domain::tax::{PriceBasis, TaxRate};
use crate::domain::validation::FindingCode;

const COD: &[u8] = include_bytes!("../samples/rakuten_v2_cod.json");
const SEVERAL: &[u8] = include_bytes!("../samples/rakuten_v9_several.json");
const SOCIAL_GIFT: &[u8] = include_bytes!("../samples/rakuten_v10_social_gift.json");
const ITEMS: &[u8] = include_bytes!("../samples/rakuten_items.json");
const CSV: &[u8] = include_bytes!("../samples/rakuten_orders.csv");

/// The sample's order once `change` was made to it.
fn with(body: &[u8], change: impl FnOnce(&mut Value)) -> ChannelOrder {
    one(Rakuten, &changed(body, |payload| change(&mut payload["OrderModelList"][0])))
}

fn total(order: &ChannelOrder) -> i64 {
    opened(order.order.clone()).billing().total.units()
}

#[test]
fn every_sample_becomes_the_canonical_order_a_person_reads_in_it() {
    for (name, body, total) in [
        ("rakuten_v2_cod", COD, 4_104),
        ("rakuten_v9_several", SEVERAL, 9_600),
        ("rakuten_v10_social_gift", SOCIAL_GIFT, 2_410),
        ("rakuten_items", ITEMS, 6_130),
    ] {
        let order = one(Rakuten, body);
        insta::assert_json_snapshot!(name, order);
        assert_eq!(self::total(&order), total, "{name}");
    }
}

#[test]
fn the_shared_fixture_is_a_cod_order_of_220_yen() {
    let Some(body) = fixture("rakuten/getOrder_v2ish_cod_masked.json") else { return };
    let order = one(Rakuten, &body);
    assert_eq!((order.status, order.missing.len()), (ChannelStatus::Open, 0));
    assert_eq!(order.order.number, "360238-20180724-00000810");
    assert_eq!(order.order.ordered_at, "2018-07-24T16:01:22+09:00".parse().unwrap());
    assert_eq!(order.order.payments[0].method, PaymentMethod::CashOnDelivery);
    assert_eq!(order.order.customer_note, None, "the form is empty");
    let [line] = order.order.lines.as_slice() else { panic!("one line") };
    assert_eq!((line.sku.as_str(), line.quantity, line.unit_price), ("mugtestc01", 1, Amount::new(20)));
    let billing = opened(order.order).billing();
    assert_eq!((billing.goods, billing.fees), (Amount::new(20), Amount::new(200)));
    assert_eq!((billing.total, billing.adjustment), (Amount::new(220), Amount::ZERO));
}

#[test]
fn a_gift_is_one_even_without_a_wrapping_and_an_island_is_told() {
    let order = with(SEVERAL, |order| {
        (order["WrappingModel1"], order["WrappingModel2"]) = (Value::Null, Value::Null);
        (order["giftCheckFlag"], order["isolatedIslandFlag"]) = (json!(1), json!("1"));
    });
    let wrappings = order.order.ship_groups.iter().map(|group| group.particulars.gift.wrapping.as_deref());
    assert!(wrappings.into_iter().all(|wrapping| wrapping == Some("ギフト")));
    assert!(order.order.particulars.cautions.iter().any(|caution| caution.code == "ISOLATED_AREA"));
}

#[test]
fn how_the_customer_pays_is_told_in_the_malls_words() {
    let paid_by = |settlement: Value| {
        with(SEVERAL, |order| order["SettlementModel"] = settlement).order.particulars.paid_by
    };
    let named =
        json!({ "settlementMethodCode": 14, "settlementMethod": "ファミリーマート、ローソン等（前払）" });
    assert_eq!(paid_by(named).as_deref(), Some("ファミリーマート、ローソン等（前払）"));
    assert_eq!(paid_by(json!({ "settlementMethodCode": 21 })).as_deref(), Some("後払い決済"));
    assert_eq!(paid_by(json!({ "settlementMethodCode": 99 })), None);
}

#[test]
fn every_wrapper_is_taken() {
    let payload: Value = serde_json::from_slice(SEVERAL).unwrap();
    let order = &payload["OrderModelList"][0];
    let numbers = |payload: Value| -> Vec<(String, bool)> {
        let reading = read(Rakuten, payload.to_string().as_bytes(), &DEFAULTS).unwrap();
        reading.entries.into_iter().map(|entry| (entry.at, entry.said.is_ok())).collect()
    };
    let at = |at: &str| (at.to_owned(), true);
    assert_eq!(numbers(order.clone()), [at("")]);
    assert_eq!(numbers(json!([order, order])), [at("[0]"), at("[1]")]);
    assert_eq!(numbers(payload.clone()), [at("OrderModelList[0]")]);
    assert_eq!(numbers(json!([payload])), [at("[0].OrderModelList[0]")]);
    assert_eq!(numbers(json!({ "MessageModelList": [], "OrderModelList": [] })), []);
    assert_eq!(numbers(json!({ "MessageModelList": [], "OrderModelList": null })), []);
    for other in [json!({}), json!([1]), json!({ "OrderModelList": 1 }), json!([[[[]]]])] {
        assert!(read(Rakuten, other.to_string().as_bytes(), &DEFAULTS).is_err(), "{other}");
    }
}

#[test]
fn one_order_that_cannot_be_read_stops_no_other() {
    let body = changed(SEVERAL, |payload| {
        let good = payload["OrderModelList"][0].clone();
        let mut bad = good.clone();
        bad["orderNumber"] = json!("2");
        bad["PackageModelList"][0]["ItemModelList"][1]["units"] = json!("many");
        let mut malformed = good.clone();
        malformed["remarks"] = json!({});
        payload["OrderModelList"] = json!([good, bad, malformed]);
    });
    let [good, bad, malformed] = read(Rakuten, &body, &DEFAULTS).unwrap().entries.try_into().unwrap();
    assert!(good.said.is_ok());
    assert_eq!(bad.number.as_deref(), Some("2"));
    let Err(ChannelError::Impossible(defects)) = bad.said else { panic!("impossible") };
    assert_eq!(defects[0].field, "OrderModelList[1].PackageModelList[0].ItemModelList[1].units");
    let Err(ChannelError::Malformed { path, .. }) = malformed.said else { panic!("malformed") };
    assert_eq!(path, "OrderModelList[2].remarks");
}

#[test]
fn what_is_not_determined_waits_for_the_mall_and_is_no_error() {
    for undetermined in [json!(-9999), json!("-9999"), json!(-9999.0), json!(null), json!("")] {
        let order = with(SEVERAL, |order| {
            order["requestPrice"] = undetermined.clone();
            order["postagePrice"] = undetermined.clone();
            order["TaxSummaryModelList"][0]["reqPriceTax"] = undetermined.clone();
            order["PackageModelList"][0]["postagePrice"] = undetermined.clone();
        });
        assert_eq!(order.status, ChannelStatus::Pending, "{undetermined}");
        assert_eq!(order.missing[0].field, "declared.total", "{undetermined}");
        assert_eq!(order.order.declared, None);
    }
    let absent = with(SEVERAL, |order| drop(order.as_object_mut().unwrap().remove("requestPrice")));
    assert_eq!(absent.status, ChannelStatus::Pending);
    let fields: Vec<String> = serde_json::from_slice::<Value>(SEVERAL).unwrap()["OrderModelList"][0]
        .as_object()
        .unwrap()
        .keys()
        .filter(|field| field.ends_with("Price") || field.ends_with("Charge") || field.ends_with("ToUser"))
        .cloned()
        .collect();
    assert!(fields.len() > 8, "{fields:?}");
    for field in fields {
        with(SEVERAL, |order| order[field] = json!(-9999));
    }
}

#[test]
fn figures_may_be_texts() {
    let texts = |order: &mut Value| {
        for field in ["requestPrice", "postagePrice", "orderProgress", "shippingTerm"] {
            order[field] = json!(order[field].to_string());
        }
        let item = &mut order["PackageModelList"][0]["ItemModelList"][0];
        (item["price"], item["units"], item["taxRate"]) = (json!("2160"), json!("2"), json!("0.08"));
    };
    assert_eq!(with(SEVERAL, texts), with(SEVERAL, |_| ()));
}

#[test]
fn a_delivery_time_is_a_number_of_one_digit_or_of_hours() {
    let slot = |term: Value| {
        let order = with(SEVERAL, |order| {
            (order["shippingTerm"], order["remarks"]) = (term, Value::Null);
        });
        order.order.ship_groups[1].desired.time_slot.clone()
    };
    for (term, expected) in [
        (json!(0), None),
        (json!(null), None),
        (json!(1), Some("0812")),
        (json!(2), Some("1218")),
        (json!(9), None),
        (json!(708), Some("0708")),
        (json!(1416), Some("1416")),
        (json!(2324), Some("2324")),
        (json!("1820"), Some("1820")),
        (json!(9999), None),
    ] {
        assert_eq!(slot(term.clone()).as_deref(), expected, "{term}");
    }
}

#[test]
fn only_what_the_form_does_not_say_is_a_note() {
    let note = |remarks: &str| {
        let order = with(SEVERAL, |order| order["remarks"] = json!(remarks));
        order.order.customer_note.map(|note| note.reveal().to_owned())
    };
    assert_eq!(note("[配送日時指定:]\n2026-11-27(金)\n14:00～16:00\n\n"), None);
    assert_eq!(note("[配送日時指定:]\n指定なし\n"), None);
    assert_eq!(note("[配送日時指定:]\n\n\n"), None);
    assert_eq!(note("[配送日時指定:]\n不在がちです").as_deref(), Some("不在がちです"));
    assert_eq!(note("2026-11-27までに").as_deref(), Some("2026-11-27までに"));
    let wish = with(SEVERAL, |order| {
        (order["deliveryDate"], order["shippingTerm"]) = (Value::Null, Value::Null);
    });
    let desired = &wish.order.ship_groups[0].desired;
    assert_eq!(desired.date, Some(jiff::civil::date(2026, 11, 27)));
    assert_eq!(desired.time_slot.as_deref(), Some("1416"));
}

#[test]
fn a_phone_number_may_lack_one_of_its_three_parts() {
    let order = one(Rakuten, SEVERAL).order;
    assert_eq!(order.ship_groups[0].address.phone, Some("075-555-0123".into()));
    assert_eq!(order.ship_groups[1].address.phone, Some("098-5550199".into()));
    assert_eq!(order.ship_groups[1].address.postal_code, "900-0015".into());
    assert_eq!(one(Rakuten, COD).order.ship_groups[0].address.phone, Some("0755550123".into()));
}

#[test]
fn an_unfilled_social_gift_is_held_and_not_rejected() {
    let order = one(Rakuten, SOCIAL_GIFT);
    assert_eq!(order.order.particulars.cautions[0].code, "SOCIAL_GIFT");
    assert!(order.order.ship_groups[0].address.name.is_empty(), "no dummy is kept");
    assert!(codes(&opened(order.order)).contains(&(FindingCode::AddressIncomplete, true)));
    let filled = with(SOCIAL_GIFT, |order| {
        let recipient = order["OrdererModel"].clone();
        let package = &mut order["PackageModelList"][0];
        (package["SocialGiftModel"]["inputFlag"], package["SenderModel"]) = (json!(1), recipient);
    });
    assert_eq!(filled.order.particulars.cautions, []);
    assert!(!filled.order.ship_groups[0].address.name.is_empty());
}

#[test]
fn each_addressee_is_a_ship_group_with_the_malls_id() {
    let order = one(Rakuten, SEVERAL).order;
    let baskets: Vec<_> =
        order.ship_groups.iter().map(|group| group.particulars.reference.as_deref()).collect();
    assert_eq!(baskets, [Some("9700101"), Some("9700102")], "the deleted package is not there");
    let lines: Vec<_> = order.lines.iter().map(|line| (line.ship_group, line.sku.as_str())).collect();
    assert_eq!(lines, [(0, "YOKAN-06"), (0, "caddy-88"), (1, "gyokuro-100")], "nor is the deleted item");
    let group = &order.ship_groups[0].particulars;
    assert_eq!(group.gift.noshi, Some("御歳暮 宇治".into()));
    assert_eq!(group.gift.wrapping.as_deref(), Some("包装紙: 和紙, リボン: 赤"));
    assert_eq!(group.temperature, Temperature::Chilled);
    assert_eq!(group.delivery_method.as_deref(), Some("クール宅配便 置き配: 宅配ボックス"));
}

#[test]
fn the_parts_sum_to_what_the_mall_bills() {
    for body in [COD, SEVERAL, SOCIAL_GIFT, ITEMS] {
        let order = opened(one(Rakuten, body).order);
        assert_eq!(order.own_billing().total, order.billing().total, "{}", order.number);
    }
    let order = with(SEVERAL, |order| order["requestPrice"] = json!(9_599));
    assert!(codes(&opened(order.order)).contains(&(FindingCode::TotalDiffers, false)));
}

#[test]
fn coupons_and_points_have_their_codes() {
    let discounts = |order: ChannelOrder| -> Vec<(DiscountKind, Option<String>, i64)> {
        order.order.discounts.into_iter().map(|it| (it.kind, it.code, it.amount.units())).collect()
    };
    let coupon = |code: &str, amount| (DiscountKind::Coupon, Some(code.to_owned()), amount);
    let points = (DiscountKind::Points, Some("RAKUTEN".to_owned()), 300);
    assert_eq!(
        discounts(one(Rakuten, SEVERAL)),
        [coupon("UJI1-AUTU-MN26-SHOP", 500), coupon("RKTN-GIFT-0200-MALL", 200), points.clone()]
    );
    let unnamed = with(SEVERAL, |order| order["CouponModelList"] = Value::Null);
    assert_eq!(discounts(unnamed), [coupon("SHOP", 500), coupon("RAKUTEN", 200), points]);
}

#[test]
fn a_coupon_above_the_goods_is_no_reason_to_refuse_the_order() {
    let order = with(SEVERAL, |order| {
        for field in ["couponAllTotalPrice", "couponShopPrice"] {
            order[field] = json!(20_000);
        }
        (order["CouponModelList"], order["requestPrice"]) = (Value::Null, json!(0));
    });
    assert_eq!(total(&order), 0);
    assert_eq!(order.order.payments[0].method, PaymentMethod::ChannelSettled);
    assert!(!order.order.payments[0].awaited, "nothing is to be paid");
}

#[test]
fn the_malls_tax_is_kept_and_a_difference_shown() {
    let order = one(Rakuten, ITEMS);
    let declared = order.order.declared.clone().unwrap();
    assert_eq!(declared.taxes, [(TaxRate::REDUCED, Amount::new(457))]);
    let differs = findings(&opened(order.order)).into_iter().find(|it| it.code == FindingCode::TaxDiffers);
    assert!(differs.is_some(), "the mall taxes what is paid with points, too");
}

#[test]
fn prices_without_tax_are_billed_with_it() {
    let order = one(Rakuten, SEVERAL).order;
    assert_eq!((order.basis, order.lines[1].unit_price), (PriceBasis::TaxIncluded, Amount::new(1_100)));
    let without = with(COD, |order| {
        let item = &mut order["PackageModelList"][0]["ItemModelList"][0];
        (item["includeTaxFlag"], item["price"], item["units"]) = (json!(0), json!(105), json!(3));
        for fee in ["postagePrice", "deliveryPrice"] {
            (order[fee], order["PackageModelList"][0][fee]) = (json!(0), json!(0));
        }
        (order["goodsTax"], order["requestPrice"]) = (json!(25), json!(340));
    });
    assert_eq!(without.order.basis, PriceBasis::TaxExcluded);
    let order = opened(without.order);
    assert_eq!((order.own_billing().total, order.billing().total), (Amount::new(340), Amount::new(340)));
}

#[test]
fn the_usual_rate_is_that_of_the_day() {
    assert_eq!(one(Rakuten, COD).order.lines[0].tax_rate, TaxRate::REDUCED, "in 2018");
    let later = with(COD, |order| order["orderDatetime"] = json!("2019-10-01T00:00:00+0900"));
    assert_eq!(later.order.lines[0].tax_rate, TaxRate::STANDARD);
}

#[test]
fn a_payment_is_the_malls_unless_the_carrier_or_the_shop_takes_it() {
    use PaymentMethod::{BankTransfer, CashOnDelivery, ChannelSettled};
    let paid = |progress: i64, code: Value, name: &str, flag: Value| {
        let order = with(SEVERAL, |order| {
            order["orderProgress"] = json!(progress);
            order["SettlementModel"] =
                json!({ "settlementMethodCode": code, "settlementMethod": name, "rpaySettlementFlag": flag });
        });
        let payment = &order.order.payments[0];
        (payment.method, payment.awaited)
    };
    assert_eq!(paid(300, json!(1), "クレジットカード", json!(1)), (ChannelSettled, false));
    assert_eq!(paid(100, json!(1), "クレジットカード", json!(1)), (ChannelSettled, true));
    assert_eq!(paid(200, json!(13), "セブンイレブン（前払）", json!(1)), (ChannelSettled, true));
    assert_eq!(paid(300, json!(12), "Apple Pay", json!(1)), (ChannelSettled, false));
    assert_eq!(paid(300, json!(21), "後払い決済", json!(1)), (ChannelSettled, false));
    assert_eq!(paid(100, json!(2), "代金引換", json!(1)), (CashOnDelivery, false));
    assert_eq!(paid(100, json!(null), "代金引換", json!(null)), (CashOnDelivery, false));
    assert_eq!(paid(300, json!(9), "銀行振込", json!(0)), (BankTransfer, false));
    assert_eq!(paid(200, json!(9), "銀行振込", json!(1)), (ChannelSettled, true));
    assert_eq!(paid(300, json!(7), "請求書払い", json!(null)), (BankTransfer, false));
    assert_eq!(paid(300, json!(27), "Alipay（支付宝）", json!(1)), (ChannelSettled, false));
}

#[test]
fn the_malls_progress_is_where_the_order_stands() {
    let status = |progress: i64| with(SEVERAL, |order| order["orderProgress"] = json!(progress)).status;
    for (progress, expected) in [
        (100, ChannelStatus::Open),
        (200, ChannelStatus::Pending),
        (300, ChannelStatus::Open),
        (400, ChannelStatus::Open),
        (500, ChannelStatus::Shipped),
        (600, ChannelStatus::Shipped),
        (700, ChannelStatus::Shipped),
        (800, ChannelStatus::Cancelled),
        (900, ChannelStatus::Cancelled),
        (150, ChannelStatus::Pending),
    ] {
        assert_eq!(status(progress), expected, "{progress}");
    }
    let confirming = with(SEVERAL, |order| order["rakutenConfirmFlag"] = json!(1));
    assert_eq!(confirming.status, ChannelStatus::Pending);
}

#[test]
fn a_cancelled_order_may_have_no_units_left() {
    let order = with(ITEMS, |order| {
        order["orderProgress"] = json!(900);
        order["PackageModelList"][0]["ItemModelList"][0]["units"] = json!(0);
    });
    assert_eq!((order.status, order.order.lines.len()), (ChannelStatus::Cancelled, 0));
}

#[test]
fn cautions_kinds_and_subscriptions_are_kept() {
    let cautions = |kind: i64, detail: Value| -> Vec<String> {
        let order = with(SEVERAL, |order| {
            order["cautionDisplayType"] = json!(kind);
            order["cautionDisplayDetailType"] = detail;
            order["isolatedIslandFlag"] = json!(0);
        });
        order.order.particulars.cautions.into_iter().map(|caution| caution.code).collect()
    };
    for detail in 101..=105 {
        assert_eq!(cautions(1, json!(detail)), [detail.to_string()]);
    }
    assert_eq!(cautions(1, Value::Null), ["1"]);
    assert_eq!(cautions(2, Value::Null), ["2"]);
    assert_eq!(cautions(0, Value::Null), Vec::<String>::new());
    let particulars = one(Rakuten, ITEMS).order.particulars;
    let subscription = particulars.subscription.unwrap();
    assert_eq!(particulars.kind, OrderKind::Subscription);
    assert_eq!(
        (subscription.contract.as_str(), subscription.occurrence),
        ("295001-20260601-00009901-r", Some(6))
    );
}

#[test]
fn people_that_another_call_has_are_missing_and_no_error() {
    let order = one(Rakuten, ITEMS);
    let missing: Vec<_> = order.missing.iter().map(|it| (it.field, it.fetch.as_str())).collect();
    assert_eq!(missing, [("customer", "getOrder"), ("ship_groups.address", "getOrder")]);
    let home = order.order.customer.address.unwrap();
    assert_eq!(home.prefecture, "京都府".into());
}

#[test]
fn what_has_no_place_is_listed_with_its_path() {
    let unmapped = read(Rakuten, SEVERAL, &DEFAULTS).unwrap().unmapped;
    let has = |path: &str| unmapped.iter().any(|it| it == &format!("OrderModelList[0].{path}"));
    assert!(
        has("OrdererModel.sex") && has("asurakuFlag") && has("CouponModelList[0].couponName"),
        "{unmapped:?}"
    );
    assert!(has("PackageModelList[1].SenderModel.isolatedIslandFlag"), "{unmapped:?}");
    assert!(!has("operator") && !has("orderNumber"), "what is null is nothing: {unmapped:?}");
}

#[test]
fn defects_name_the_malls_fields() {
    let body = changed(SEVERAL, |payload| {
        let order = &mut payload["OrderModelList"][0];
        order["orderNumber"] = json!(null);
        order["orderDatetime"] = json!("yesterday");
        order["deliveryDate"] = json!("2026-13-01");
        order["requestPrice"] = json!("9,6OO");
        order["PackageModelList"][0]["ItemModelList"][0]["units"] = json!(10_000);
        order["PackageModelList"][0]["ItemModelList"][0]["price"] = json!(-1);
        order["PackageModelList"][1]["ItemModelList"][0]["taxRate"] = json!("軽減");
        order["PackageModelList"][1]["SenderModel"]["city"] = json!("市".repeat(301));
    });
    insta::assert_json_snapshot!(defects(Rakuten, &body));
}

#[test]
fn the_csv_says_the_same_as_the_api() {
    let reading = read(Rakuten, CSV, &DEFAULTS).unwrap();
    let [several, cod] = reading.entries.as_slice() else { panic!("two orders") };
    assert_eq!((several.at.as_str(), cod.at.as_str()), ("rows 2-4", "row 5"));
    assert_eq!(reading.unmapped.len(), 53, "{:?}", reading.unmapped);
    for (entry, total) in [(several, 7_270), (cod, 3_970)] {
        let order = entry.said.as_ref().unwrap();
        assert_eq!(self::total(order), total);
        assert_eq!(opened(order.order.clone()).own_billing().total, Amount::new(total));
        insta::assert_json_snapshot!(order);
    }
}

#[test]
fn csvs_of_older_times_and_of_fewer_columns_are_read() {
    let text = encoding_rs::SHIFT_JIS.decode(CSV).0.into_owned();
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let keep = |columns: &dyn Fn(usize, &str) -> bool| {
        let mut writer = csv::Writer::from_writer(Vec::new());
        for row in &rows {
            let cells = row.iter().enumerate().filter(|(at, _)| columns(*at, &rows[0][*at]));
            writer.write_record(cells.map(|(_, cell)| cell)).unwrap();
        }
        writer.into_inner().unwrap()
    };
    let totals = |body: &[u8]| -> Vec<i64> {
        let reading = read(Rakuten, body, &DEFAULTS).unwrap();
        reading.entries.iter().map(|entry| total(entry.said.as_ref().unwrap())).collect()
    };
    assert_eq!(totals(&keep(&|at, _| at < 155)), [7_270, 3_970], "before SKUs");
    assert_eq!(totals(&keep(&|at, _| at < 150)), [7_270, 3_970], "before coupon codes");
    assert_eq!(totals(&keep(&|_, name| !name.contains('%'))), [7_270, 3_970], "before taxes by rate");
}

#[test]
fn a_defect_of_a_csv_names_row_and_column() {
    let text = encoding_rs::SHIFT_JIS.decode(CSV).0.into_owned();
    let bad = text.replacen("\"1220\",\"1\"", "\"1220\",\"x\"", 1);
    let told = defects(Rakuten, bad.as_bytes());
    assert_eq!(told, ["row 3: 個数: must be a number of units, at most 9,999"]);
    let bad = text.replacen("\"7270\"", "\"seven\"", 1);
    assert!(defects(Rakuten, bad.as_bytes())[0].starts_with("row 2: 請求金額: "));
    let at =
        CSV.windows(4).position(|bytes| bytes == encoding_rs::SHIFT_JIS.encode("最中").0.as_ref()).unwrap();
    let mut bad = CSV.to_vec();
    bad[at] = 0xFF;
    let told = defects(Rakuten, &bad);
    assert!(told[0].starts_with("row 3: 商品名: cannot be read"), "{told:?}");
}

fn hostile() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<i64>().prop_map(Value::from),
        (-10_000_i64..2_400).prop_map(Value::from),
        "[-0-9.,円%]{0,12}".prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        prop::sample::select(vec![
            json!(null),
            json!([]),
            json!({}),
            json!(true),
            json!([{}]),
            json!("9".repeat(40_000))
        ]),
    ]
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

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn samples_with_values_changed_never_panic(
        which in 0_usize..4, changes in prop::collection::vec((0_usize..300, hostile()), 1..6)
    ) {
        let body = changed([COD, SEVERAL, SOCIAL_GIFT, ITEMS][which], |payload| {
            for (n, value) in &changes {
                replace(payload, &mut { *n }, value);
            }
        });
        survive(Rakuten, &body);
    }

    #[test]
    fn samples_with_bytes_changed_never_panic(
        which in 0_usize..5, changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8)
    ) {
        let mut body = [COD, SEVERAL, SOCIAL_GIFT, ITEMS, CSV][which].to_vec();
        for (at, byte) in changes {
            let at = at.index(body.len());
            body[at] = byte;
        }
        survive(Rakuten, &body);
    }
}

use proptest::prelude::*;

use super::super::testing::{DEFAULTS, codes, defects, fixture, one, opened, survive};
use super::super::{read, rows};
use super::*;
use crate::domain::merchant::ChannelKind::NextEngine;
use crate::domain::tax::PriceBasis;
use crate::domain::validation::FindingCode;

const CP932: &[u8] = include_bytes!("../samples/nextengine_39.csv");
const BY_RATE: &[u8] = include_bytes!("../samples/nextengine_61.csv");
const GIFT: &[u8] = include_bytes!("../samples/nextengine_41.csv");

fn orders(body: &[u8]) -> Vec<ChannelOrder> {
    let entries = read(NextEngine, body, &DEFAULTS).unwrap().entries;
    entries.into_iter().map(|entry| entry.said.unwrap()).collect()
}

#[test]
fn every_sample_becomes_the_canonical_orders_a_person_reads_in_it() {
    for (name, body, totals) in [
        ("nextengine_39", CP932, &[5_770, 11_000][..]),
        ("nextengine_61", BY_RATE, &[5_570]),
        ("nextengine_41", GIFT, &[10_000]),
    ] {
        let orders = orders(body);
        insta::assert_json_snapshot!(name, orders);
        let billed: Vec<i64> = orders
            .into_iter()
            .map(|order| {
                let order = opened(order.order);
                assert_eq!(order.billing().adjustment, Amount::ZERO, "{name} {}", order.number);
                order.billing().total.units()
            })
            .collect();
        assert_eq!(billed, totals, "{name}");
    }
}

#[test]
fn the_shared_template_is_a_cod_order_of_3070_yen_without_a_date() {
    let Some(body) = fixture("nextengine/hanyo_template.csv") else { return };
    let order = one(NextEngine, &body);
    assert_eq!(order.missing[0].field, "ordered_at", "the template has a placeholder there");
    let intake = order.order.clone();
    assert_eq!(intake.payments[0].method, PaymentMethod::CashOnDelivery);
    let address = &intake.ship_groups[0].address;
    let parts = [&address.prefecture, &address.city, &address.line1].map(|part| part.reveal().to_owned());
    assert_eq!(parts, ["神奈川県", "小田原市", "栄町"]);
    assert_eq!(address.line2, Some("HASOU_JYUSYO_2".into()));
    let [line] = intake.lines.as_slice() else { panic!("one line") };
    assert_eq!(
        (line.sku.as_str(), line.quantity, line.unit_price),
        ("item-select-l-blue", 2, Amount::new(2_400))
    );
    assert_eq!(intake.basis, PriceBasis::TaxExcluded, "2400 + 120 of tax + 550 are 3070");
    let order = opened(intake);
    assert_eq!(order.billing().total, Amount::new(3_070));
    assert_eq!(order.billing().fees, Amount::new(550));
    assert!(codes(&order).contains(&(FindingCode::TotalDiffers, false)), "two at 2400 are not 2400");
}

#[test]
fn the_shared_header_of_61_columns_is_a_file_without_orders() {
    let Some(header) = fixture("nextengine/order_import_61cols.header.csv") else { return };
    assert_eq!(orders(&header).len(), 0);
}

/// The sample of a gift, once cells of its row were changed, and with a second row that has others changed.
fn rows_with(first: &[(&str, &str)], second: Option<&[(&str, &str)]>) -> Vec<u8> {
    let text = String::from_utf8(GIFT.to_vec()).unwrap();
    let (header, row) = text.trim_end().split_once('\n').unwrap();
    let changed = |changes: &[(&str, &str)]| {
        let cells = header.split(',').zip(row.split(','));
        let cell = |(column, cell)| changes.iter().find(|(of, _)| *of == column).map_or(cell, |(_, to)| *to);
        cells.map(cell).collect::<Vec<_>>().join(",")
    };
    let rows: Vec<String> = std::iter::once(first).chain(second).map(changed).collect();
    format!("{header}\n{}\n", rows.join("\n")).into_bytes()
}

#[test]
fn rows_of_one_order_that_go_elsewhere_are_parcels_of_their_own() {
    let elsewhere =
        [("発送先名", "佐々木 恵"), ("発送先住所１", "三重県四日市市鵜の森1-4-28"), ("のし", "内祝")];
    let order = one(NextEngine, &rows_with(&[], Some(&elsewhere))).order;
    let goes = |line: usize| order.ship_groups[order.lines[line].ship_group].address.name.reveal().to_owned();
    assert_eq!((goes(0).as_str(), goes(1).as_str()), ("佐々木商店", "佐々木 恵"));
    let noshi = order.ship_groups.iter().map(|group| group.particulars.gift.noshi.clone().unwrap());
    assert_eq!(noshi.collect::<Vec<_>>(), ["御祝".into(), "内祝".into()]);

    let unnamed = [("発送先名", ""), ("発送郵便番号", ""), ("発送先住所１", ""), ("発送先住所２", "")];
    for second in [&[][..], &unnamed] {
        let order = one(NextEngine, &rows_with(&[], Some(second))).order;
        assert_eq!((order.ship_groups.len(), order.lines[1].ship_group), (1, 0));
    }
}

#[test]
fn an_item_with_a_negative_price_is_a_discount() {
    let off = [("商品名", "値引き"), ("商品コード", "off"), ("商品価格", "-500"), ("受注数量", "1")];
    let order = one(NextEngine, &rows_with(&[("合計金額", "9500")], Some(&off))).order;
    assert_eq!(order.lines.len(), 1);
    assert_eq!(order.discounts[0].code.as_deref(), Some("値引き"));
    assert_eq!(opened(order).billing().adjustment, Amount::ZERO);
}

#[test]
fn a_wish_in_words_of_their_own_does_not_refuse_the_order() {
    let cautions = |column: &str, cell: &str| -> Vec<String> {
        let order = one(NextEngine, &rows_with(&[(column, cell)], None)).order;
        order.particulars.cautions.into_iter().map(|caution| caution.meaning).collect()
    };
    assert_eq!(cautions("日付指定", "12/1以降"), ["the wanted day cannot be read: 12/1以降"]);
    assert_eq!(cautions("時間帯指定", "18時以降"), ["the wanted hours cannot be read: 18時以降"]);
    for open in ["", "指定なし", "0000-00-00", "最短"] {
        assert!(cautions("日付指定", open).is_empty(), "{open}");
    }
}

#[test]
fn a_gift_is_one_even_without_a_wrapping() {
    let order = one(NextEngine, &rows_with(&[("ギフトフラグ", "1")], None)).order;
    assert_eq!(order.ship_groups[0].particulars.gift.wrapping.as_deref(), Some("ギフト"));
    assert_eq!(order.particulars.paid_by.as_deref(), Some("クレジットカード"));
}

#[test]
fn the_same_file_says_the_same_in_every_encoding() {
    let text = encoding_rs::SHIFT_JIS.decode(CP932).0.into_owned();
    assert_eq!(orders(CP932), orders(text.as_bytes()));
    assert_eq!(orders(CP932), orders(format!("\u{feff}{text}").as_bytes()));
    assert_eq!(orders(CP932), orders(text.replace("住所１", "住所1").as_bytes()), "half-width names");
}

#[test]
fn a_date_is_read_in_each_of_its_forms() {
    let text = String::from_utf8(GIFT.to_vec()).unwrap();
    for (written, expected) in [
        ("2026/11/21", "2026-11-20T15:00:00Z"),
        ("2026/11/21 10:15", "2026-11-21T01:15:00Z"),
        ("2026-11-21 10:15:30", "2026-11-21T01:15:30Z"),
        ("20261121", "2026-11-20T15:00:00Z"),
        ("2026年11月21日", "2026-11-20T15:00:00Z"),
        ("2026-11-21T10:15:00+09:00", "2026-11-21T01:15:00Z"),
    ] {
        let order = one(NextEngine, text.replacen("2026/11/21", written, 1).as_bytes());
        assert_eq!(order.order.ordered_at, expected.parse().unwrap(), "{written}");
        assert_eq!(order.missing, []);
    }
}

#[test]
fn defects_name_row_and_column() {
    let text = encoding_rs::SHIFT_JIS.decode(CP932).0.into_owned();
    let told = |from: &str, to: &str| defects(NextEngine, text.replacen(from, to, 1).as_bytes());
    assert!(told("1620,2,", "1620,x,")[0].starts_with("row 2: 受注数量: "));
    assert!(told("hoji-80", "")[0].starts_with("row 3: 商品コード: "));
    assert!(told(",5770,", ",たくさん,")[0].starts_with("row 2: 合計金額: "));
    assert!(told("hoji-80,1620,1,,", "hoji-80,1620,1")[0].starts_with("row 3: has 37 cells"));
    assert!(told("店舗伝票番号", "伝票")[0].starts_with("malformed row 1: lacks the columns 店舗伝票番号"));
    let bad = [&b"\x81\xFF"[..], CP932].concat();
    assert!(defects(NextEngine, &bad)[0].starts_with("malformed row 1, column 1: cannot be read"));
}

#[test]
fn an_order_in_two_places_of_a_file_is_an_error_of_the_second() {
    let text = encoding_rs::SHIFT_JIS.decode(CP932).0.into_owned();
    let last = text.rfind("CAT-5002").unwrap();
    let first = text.find("CAT-5001").unwrap();
    let twice = format!("{text}{}", &text[first..last]);
    let entries = read(NextEngine, twice.as_bytes(), &DEFAULTS).unwrap().entries;
    let [one, two, again] = entries.as_slice() else { panic!("three entries") };
    assert!(one.said.is_ok() && two.said.is_ok());
    assert_eq!((again.at.as_str(), again.number.as_deref()), ("rows 5-6", Some("CAT-5001")));
    let Err(ChannelError::Impossible(defects)) = &again.said else { panic!("refused") };
    assert_eq!(defects[0].field, "row 5: 店舗伝票番号");
}

#[test]
fn reading_goes_on_where_it_stopped_and_knows_what_was_before() {
    let text = encoding_rs::SHIFT_JIS.decode(CP932).0.into_owned();
    let first = text.find("CAT-5001").unwrap();
    let twice = format!("\u{feff}{text}{}", &text[first..]);
    let from = |from: usize| -> Vec<(usize, String, bool)> {
        let rows = rows(NextEngine, twice.as_bytes(), from, &DEFAULTS).unwrap();
        rows.map(|(end, entry)| (end, entry.at, entry.said.is_ok())).collect()
    };
    let all = from(0);
    let read: Vec<bool> = all.iter().map(|(.., read)| *read).collect();
    assert_eq!(read, [true, true, false, false]);
    assert_eq!(all.last().unwrap().0, twice.len());
    for (n, (end, ..)) in all.iter().enumerate() {
        assert_eq!(from(*end), all[n + 1..], "after order {n}");
    }
}

#[test]
fn a_file_of_more_rows_than_an_order_may_have_takes_little_memory() {
    let text = String::from_utf8(GIFT.to_vec()).unwrap();
    let (header, row) = text.split_once("\r\n").unwrap();
    let many = format!("{header}\r\n{}", row.repeat(500));
    assert!(defects(NextEngine, many.as_bytes())[0].contains("more than 100 rows"));
}

#[test]
fn only_orders_with_rows_come_from_blank_rows() {
    let text = String::from_utf8(GIFT.to_vec()).unwrap();
    let blank = format!("{text}\r\n,,,,\r\n\r\n");
    assert_eq!(orders(blank.as_bytes()).len(), 1);
}

#[test]
fn what_has_no_place_is_listed() {
    let unmapped = read(NextEngine, CP932, &DEFAULTS).unwrap().unmapped;
    assert_eq!(unmapped, ["作業者欄", "顧客区分", "ピッキング指示内容", "出荷予定日"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn samples_with_bytes_changed_never_panic(
        which in 0_usize..3, changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12)
    ) {
        let mut body = [CP932, BY_RATE, GIFT][which].to_vec();
        for (at, byte) in changes {
            let at = at.index(body.len());
            body[at] = byte;
        }
        survive(NextEngine, &body);
    }

    #[test]
    fn bytes_after_the_header_never_panic(rest in prop::collection::vec(any::<u8>(), 0..2_000)) {
        let header = GIFT.iter().position(|byte| *byte == b'\n').unwrap();
        survive(NextEngine, &[&GIFT[..=header], &rest].concat());
    }
}

use proptest::prelude::*;

use super::super::testing::{DEFAULTS, defects, opened, survive};
use super::super::{read, rows};
use super::*;
use crate::domain::merchant::ChannelKind::{Csv, Json};

const ORDERS: &str = include_str!("../samples/csv_orders.csv");

fn orders(body: &[u8]) -> Vec<ChannelOrder> {
    let entries = read(Csv, body, &DEFAULTS).unwrap().entries;
    entries.into_iter().map(|entry| entry.said.unwrap()).collect()
}

#[test]
fn the_sample_becomes_the_canonical_orders_a_person_reads_in_it() {
    let reading = read(Csv, ORDERS.as_bytes(), &DEFAULTS).unwrap();
    let places: Vec<_> = reading.entries.iter().map(|entry| entry.at.as_str()).collect();
    assert_eq!(places, ["rows 2-3", "row 4"]);
    assert_eq!(reading.unmapped, ["備考"]);
    let orders = orders(ORDERS.as_bytes());
    insta::assert_json_snapshot!("csv_orders", orders);
    let totals: Vec<_> = orders.into_iter().map(|it| opened(it.order).billing().total.units()).collect();
    assert_eq!(totals, [6_180, 3_550]);
}

#[test]
fn lines_that_agree_in_where_they_go_are_one_ship_group() {
    let orders = orders(ORDERS.as_bytes());
    let groups: Vec<_> = orders[0].order.lines.iter().map(|line| line.ship_group).collect();
    assert_eq!(groups, [0, 1]);
    let together =
        ORDERS.replace("GYOKURO-100,玉露 100g,3090,1,8,90,,550", "GYOKURO-100,玉露 100g,3090,1,8,,,");
    let row = together.lines().last().unwrap();
    assert_eq!(self::orders(format!("{together}{row}\n").as_bytes())[1].order.ship_groups.len(), 1);
}

#[test]
fn excels_cp932_says_the_same_as_utf_8() {
    let (cp932, _, lost) = encoding_rs::SHIFT_JIS.encode(ORDERS);
    assert!(!lost);
    assert_eq!(orders(&cp932), orders(ORDERS.as_bytes()));
    assert_eq!(orders(format!("\u{feff}{ORDERS}").as_bytes()), orders(ORDERS.as_bytes()));
}

#[test]
fn an_order_is_the_same_in_csv_and_in_json() {
    let (row, line) = (orders(ORDERS.as_bytes()).remove(1), ORDERS.lines().last().unwrap());
    assert!(line.starts_with("B-2"));
    let json = serde_json::json!({
        "number": "B-2", "ordered_at": "2026-11-21T11:00:00+09:00", "kind": "PREORDER",
        "customer": { "name": "小林 結衣", "mail": "yui@example.jp" },
        "ship_to": { "name": "小林 結衣", "phone": "075-555-0133", "postal_code": "604-0001",
            "prefecture": "京都府", "city": "京都市中京区", "line1": "道場町1-1" },
        "lines": [{ "sku": "GYOKURO-100", "title": "玉露 100g", "unit_price": 3090, "quantity": 1,
            "tax_rate": 8, "discount": 90 }],
        "fees": [{ "kind": "SHIPPING", "amount": 550 }],
        "payments": [{ "method": "CASH_ON_DELIVERY" }]
    });
    assert_eq!(super::super::testing::one(Json, json.to_string().as_bytes()), row);
}

#[test]
fn defects_name_row_and_column() {
    let told = |from: &str, to: &str| {
        assert!(ORDERS.contains(from), "{from}");
        defects(Csv, ORDERS.replacen(from, to, 1).as_bytes())
    };
    assert!(told("茶筒,1100,1,", "茶筒,1100,0,")[0].starts_with("row 3: quantity: "));
    assert!(told("茶筒,1100,1,", "茶筒,1100,one,")[0].starts_with("row 3: quantity: "));
    assert!(told("1100,1,10", "11.5,1,10")[0].starts_with("row 3: unit_price: "));
    assert!(told(",CHILLED,", ",COOL,")[0].starts_with("row 2: temperature: "));
    assert!(told("2026/11/21 10:15", "yesterday")[0].starts_with("row 2: ordered_at: "));
    assert!(told("CHANNEL_SETTLED", "CHEQUE")[0].starts_with("row 2: payment.method: "));
    assert!(told(",6180,", ",x,")[0].starts_with("row 2: total: "));
    assert!(told("B-1", "")[0].starts_with("row 2: number: is missing"));
    assert!(told("number,", "no,")[0].starts_with("malformed row 1: lacks the columns number"));
    assert!(told("fees.SHIPPING", "total")[0].starts_with("malformed row 1: has the column total twice"));
}

#[test]
fn ten_thousand_rows_are_read_one_order_at_a_time() {
    let (header, _) = ORDERS.split_once("\r\n").unwrap();
    let row = ORDERS.lines().last().unwrap();
    let many: Vec<_> = (0..10_000).map(|n| row.replace("B-2", &format!("B-{n}"))).collect();
    let file = format!("{header}\r\n{}\r\n", many.join("\r\n"));
    let mut last = 0;
    let mut count = 0;
    for (end, entry) in rows(Csv, file.as_bytes(), 0, &DEFAULTS).unwrap() {
        assert!(end > last && entry.said.is_ok());
        (last, count) = (end, count + 1);
    }
    assert_eq!((last, count), (file.len(), 10_000));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn the_sample_with_bytes_changed_never_panics(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12)
    ) {
        let mut body = ORDERS.as_bytes().to_vec();
        for (at, byte) in changes {
            let at = at.index(body.len());
            body[at] = byte;
        }
        survive(Csv, &body);
    }

    #[test]
    fn cells_of_any_text_never_panic(cells in prop::collection::vec("[-0-9a-zA-Z.,:/円日 ]{0,12}", 40)) {
        let (header, _) = ORDERS.split_once("\r\n").unwrap();
        let cells: Vec<_> = cells.iter().map(|cell| format!("\"{cell}\"")).collect();
        survive(Csv, format!("{header}\r\n{}\r\n", cells.join(",")).as_bytes());
    }
}

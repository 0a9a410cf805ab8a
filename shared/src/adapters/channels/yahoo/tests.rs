use proptest::prelude::*;

use super::super::read;
use super::super::testing::{DEFAULTS, defects, findings, one, opened, survive};
use super::*;
use crate::domain::merchant::ChannelKind::Yahoo;

const ORDER: &str = include_str!("../samples/yahoo_order.xml");
const LIST: &str = include_str!("../samples/yahoo_list.xml");

fn with(from: &str, to: &str) -> ChannelOrder {
    assert!(ORDER.contains(from), "{from}");
    one(Yahoo, ORDER.replacen(from, to, 1).as_bytes())
}

#[test]
fn the_sample_becomes_the_canonical_order_a_person_reads_in_it() {
    let order = one(Yahoo, ORDER.as_bytes());
    insta::assert_json_snapshot!("yahoo_order", order);
    let order = opened(order.order);
    assert_eq!(order.billing().total, Amount::new(6_610));
    assert_eq!(order.own_billing().total, Amount::new(6_610), "the parts make the total");
    assert!(findings(&order).iter().all(|it| it.field == "customer_note"), "{:?}", findings(&order));
}

#[test]
fn orders_are_found_whatever_is_around_them() {
    let order = &ORDER[ORDER.find("<OrderInfo>").unwrap()..ORDER.find("  </Result>").unwrap()];
    for (document, count) in [
        (order.to_owned(), 1),
        (format!("<Result>{order}</Result>"), 1),
        (format!("<ResultSet><Result>{order}</Result><Result>{order}</Result></ResultSet>"), 2),
        (format!("<ResultSet><Result>{order}{order}</Result></ResultSet>"), 2),
        ("<ResultSet totalResultsAvailable=\"0\"/>".to_owned(), 0),
    ] {
        let entries = read(Yahoo, document.as_bytes(), &DEFAULTS).unwrap().entries;
        assert_eq!(entries.iter().filter(|entry| entry.said.is_ok()).count(), count, "{document:.60}");
    }
    for other in ["<Html/>", "<Error><Code>px-04102</Code><Message>AccessDenied</Message></Error>", "{}"] {
        assert!(read(Yahoo, other.as_bytes(), &DEFAULTS).is_err(), "{other}");
    }
}

#[test]
fn a_list_of_orders_says_less_than_each_of_them_and_is_no_error() {
    let reading = read(Yahoo, LIST.as_bytes(), &DEFAULTS).unwrap();
    let unmapped = ["Result[0].Search.OrderInfo[0].Index", "Result[0].Search.OrderInfo[0].OrderTimeStamp"];
    assert_eq!(reading.unmapped[..2], unmapped);
    let [paid, cancelled] = reading.entries.as_slice() else { panic!("two orders") };
    let (paid, cancelled) = (paid.said.as_ref().unwrap(), cancelled.said.as_ref().unwrap());
    assert_eq!((paid.status, cancelled.status), (ChannelStatus::Open, ChannelStatus::Cancelled));
    let missing: Vec<_> = paid.missing.iter().map(|missing| missing.field).collect();
    assert_eq!(missing, ["lines", "ship_groups.address"]);
    assert_eq!(paid.order.declared.as_ref().unwrap().total, Amount::new(6_610));
    assert!(paid.order.payments[0].awaited);
    assert_eq!(paid.order.ship_groups[0].address.prefecture, "広島県".into());
}

#[test]
fn where_an_order_stands_is_read_from_both_its_states() {
    let status = |order: &str, ship: &str| {
        let xml = ORDER.replace("<OrderStatus>2<", &format!("<OrderStatus>{order}<"));
        one(Yahoo, xml.replace("<ShipStatus>1<", &format!("<ShipStatus>{ship}<")).as_bytes()).status
    };
    assert_eq!(status("2", "1"), ChannelStatus::Open);
    assert_eq!(status("2", "3"), ChannelStatus::Shipped);
    assert_eq!(status("5", "4"), ChannelStatus::Shipped);
    assert_eq!(status("4", "0"), ChannelStatus::Cancelled);
    assert_eq!(status("3", "1"), ChannelStatus::Pending);
    assert_eq!(status("1", "1"), ChannelStatus::Pending);
    assert_eq!(
        one(Yahoo, ORDER.replace("<OrderStatus>2<", "<OrderStatus>1<").as_bytes()).order.particulars.kind,
        OrderKind::Preorder
    );
}

#[test]
fn a_payment_is_the_malls_the_carriers_or_the_shops() {
    let paid = |code: &str, name: &str, status: u8| {
        let xml = ORDER.replace("payment_a17", code).replace("PayPay残高等", name);
        let xml = xml.replace("<PayStatus>1<", &format!("<PayStatus>{status}<"));
        let payment = one(Yahoo, xml.as_bytes()).order.payments.remove(0);
        (payment.method, payment.awaited)
    };
    assert_eq!(paid("payment_a1", "クレジットカード決済", 1), (PaymentMethod::ChannelSettled, false));
    assert_eq!(paid("payment_a6", "コンビニ決済", 0), (PaymentMethod::ChannelSettled, true));
    assert_eq!(paid("payment_d1", "商品代引", 0), (PaymentMethod::CashOnDelivery, false));
    assert_eq!(paid("payment_b1", "銀行振込", 0), (PaymentMethod::BankTransfer, false));
    assert_eq!(paid("payment_e3", "店頭後払い", 0), (PaymentMethod::PayLater, false));
    assert_eq!(paid("payment_z1", "ポイント全額払い", 0), (PaymentMethod::ChannelSettled, false));
}

#[test]
fn what_lowers_the_total_may_have_a_minus() {
    let order = with("<UsePoint>200<", "<UsePoint>-200<");
    assert_eq!(opened(order.order).own_billing().total, Amount::new(6_610));
}

#[test]
fn what_the_mall_suspects_is_a_caution() {
    let cautions = with("<Suspect>0<", "<Suspect>1<").order.particulars.cautions;
    assert_eq!(cautions[0].code, "SUSPECT");
}

#[test]
fn an_order_without_a_wish_has_none() {
    let order = one(Yahoo, ORDER.replace("2026-11-28", "").replace("14:00-16:00", "指定なし").as_bytes());
    assert_eq!(order.order.ship_groups[0].desired, DesiredDelivery::default());
}

#[test]
fn what_has_no_place_is_listed_with_its_path() {
    let unmapped = read(Yahoo, ORDER.as_bytes(), &DEFAULTS).unwrap().unmapped;
    let has =
        |path: &str| unmapped.iter().any(|it| it == &format!("ResultSet.Result[0].OrderInfo[0].{path}"));
    assert!(has("Version") && has("Pay.NeedReceipt") && has("Detail.SettleAmount"), "{unmapped:?}");
    assert!(has("Seller") && !has("Ship.ShipNotes") && !has("OrderId"), "{unmapped:?}");
}

#[test]
fn defects_name_the_malls_fields() {
    let mut xml = ORDER.to_owned();
    for (from, to) in [
        ("<OrderTime>2026", "<OrderTime>x026"),
        ("<UnitPrice>1980", "<UnitPrice>many"),
        ("<Quantity>1<", "<Quantity>ten<"),
        ("<TotalPrice>6610", "<TotalPrice>-6610"),
        ("<ShipRequestDate>2026-11-28", "<ShipRequestDate>soon"),
        ("<ItemTaxRatio>10", "<ItemTaxRatio>reduced"),
        ("<OrderId>chanoiori-10001234", "<OrderId>"),
        ("<ItemId>yunomi", "<ItemId>50%25"),
    ] {
        assert!(xml.contains(from), "{from}");
        xml = xml.replacen(from, to, 1);
    }
    insta::assert_json_snapshot!(defects(Yahoo, xml.as_bytes()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn the_sample_with_bytes_changed_never_panics(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12)
    ) {
        let mut body = ORDER.as_bytes().to_vec();
        for (at, byte) in changes {
            let at = at.index(body.len());
            body[at] = byte;
        }
        survive(Yahoo, &body);
    }

    #[test]
    fn the_sample_with_texts_changed_never_panics(
        n in 0_usize..60, text in "[-0-9.,円]{0,14}|[^<&]{0,40}"
    ) {
        let (start, _) = ORDER.match_indices('>').nth(n).unwrap();
        let end = ORDER[start..].find('<').unwrap() + start;
        survive(Yahoo, format!("{}>{text}{}", &ORDER[..start], &ORDER[end..]).as_bytes());
    }

    #[test]
    fn arbitrary_bytes_never_panic(body in prop::collection::vec(any::<u8>(), 0..300)) {
        survive(Yahoo, &body);
        survive(crate::domain::merchant::ChannelKind::Rakuten, &body);
        survive(crate::domain::merchant::ChannelKind::NextEngine, &body);
        survive(crate::domain::merchant::ChannelKind::Csv, &body);
    }
}

#[test]
fn what_the_customer_wishes_in_words_of_their_own_is_for_a_person_to_read() {
    let cautions = |from: &str, to: &str| {
        let order = with(from, to);
        let cautions = order.order.particulars.cautions.iter().map(|it| it.meaning.clone());
        (order.order.ship_groups[0].desired.clone(), cautions.collect::<Vec<_>>())
    };
    let (desired, told) = cautions(">14:00-16:00<", ">19時以降<");
    assert_eq!((desired.date.is_some(), desired.time_slot), (true, None));
    assert_eq!(told, ["the wanted hours cannot be read: 19時以降"]);
    let (desired, told) = cautions(">2026-11-28<", ">なるべく早く<");
    assert_eq!((desired.date, told.len()), (None, 1));
    assert_eq!(cautions(">14:00-16:00<", ">指定なし<").1.len(), 0);
}

#[test]
fn answers_to_the_stores_own_questions_are_part_of_the_note() {
    let order = with(
        "</Ship>",
        "<Option1Field>領収書の宛名</Option1Field><Option1Value>松本農園</Option1Value><Option2Value>要</Option2Value></Ship>",
    );
    let note = order.order.customer_note.unwrap();
    assert_eq!(note.reveal(), "領収書 & 納品書をお願いします\n領収書の宛名: 松本農園\n要");
}

#[test]
fn a_price_that_was_not_asked_for_is_to_be_fetched() {
    let order = with("<UnitPrice>1980</UnitPrice>", "");
    assert_eq!(order.missing.iter().map(|it| it.field).collect::<Vec<_>>(), ["lines[].unit_price"]);
}

#[test]
fn how_the_customer_pays_is_told_in_the_malls_words() {
    let paid_by = |from: &str, to: &str| with(from, to).order.particulars.paid_by;
    assert_eq!(paid_by("</OrderInfo>", "</OrderInfo>").as_deref(), Some("PayPay残高等"));
    assert_eq!(paid_by("<PayMethodName>PayPay残高等</PayMethodName>", "").as_deref(), Some("payment_a17"));
}

#[test]
fn a_document_is_read_in_the_encoding_it_names() {
    let text = ORDER.replacen("UTF-8", "Shift_JIS", 1);
    let (body, ..) = encoding_rs::SHIFT_JIS.encode(&text);
    assert_eq!(one(Yahoo, &body), one(Yahoo, ORDER.as_bytes()));
    let text = ORDER.replacen("UTF-8", "euc-jp", 1);
    let (body, ..) = encoding_rs::EUC_JP.encode(&text);
    assert_eq!(one(Yahoo, &body), one(Yahoo, ORDER.as_bytes()));
    let unnamed = ORDER.split_once("?>").unwrap().1;
    assert_eq!(one(Yahoo, &encoding_rs::SHIFT_JIS.encode(unnamed).0), one(Yahoo, ORDER.as_bytes()));
}

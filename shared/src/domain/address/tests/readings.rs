//! Addresses as people write them.

use super::super::{AddressRemark, Reading, Step, read};

/// Prefecture, city, town and the rest.
fn parts(text: &str) -> [String; 4] {
    let reading = read(text, None);
    let rest = reading.rest();
    [reading.prefecture, reading.city, reading.town, rest]
}

fn remarks(text: &str, code: Option<&str>) -> Vec<AddressRemark> {
    read(text, code).remarks
}

#[test]
fn width_blanks_and_dashes_do_not_matter() {
    let expected = ["東京都", "渋谷区", "神宮前一丁目", "2-3 パークハイツ201号室"];
    for text in [
        "東京都渋谷区神宮前1-2-3 パークハイツ201号室",
        "〒150-0001 東京都渋谷区神宮前1-2-3 パークハイツ201号室",
        "〒１５０－０００１　東京都渋谷区神宮前１丁目２番３号　パークハイツ２０１号室",
        "1500001東京都 渋谷区 神宮前１ー２ー３ ﾊﾟｰｸﾊｲﾂ201号室",
        "東京都渋谷区\n神宮前一丁目二番三号\r\nパークハイツ201号室",
        "東京都、渋谷区、神宮前1‐2−3、パークハイツ201号室",
        "東京渋谷区神宮前1の2の3 パークハイツ201号室",
        "渋谷区神宮前1丁目2-3\u{3000}パークハイツ201号室",
        "東京都渋谷区東京都渋谷区神宮前1-2-3 パークハイツ201号室",
    ] {
        assert_eq!(parts(text), expected, "{text}");
    }
}

#[test]
fn formal_digits_count_before_a_unit_and_a_quarter_is_no_room() {
    assert_eq!(parts("新潟県長岡市大手通弐丁目4番地10")[2..], ["大手通二丁目", "4-10"]);
    assert_eq!(parts("神奈川県横浜市港北区新横浜2丁目壱番地")[2..], ["新横浜二丁目", "1"]);
    assert_eq!(
        parts("東京都中央区日本橋室町2-2-1室町東三井ビルディング")[2..],
        ["日本橋室町二丁目", "2-1 室町東三井ビルディング"]
    );
    assert_eq!(parts("東京都渋谷区神宮前1-2-3-401室")[2..], ["神宮前一丁目", "2-3 401室"]);
}

#[test]
fn counties_wards_and_islands_that_are_left_out_are_added() {
    for (text, city, town) in [
        ("山梨県富士河口湖町船津1700", "南都留郡富士河口湖町", "船津"),
        ("東京都八丈町三根1", "八丈島八丈町", "三根"),
        ("大阪市天神橋1-1-1", "大阪市北区", "天神橋一丁目"),
        ("青葉区国分町3-7-1", "仙台市青葉区", "国分町三丁目"),
        ("茨城県竜ヶ崎市馴馬町5387", "龍ケ崎市", "馴馬町"),
        ("府中市宮西町2-24", "府中市", "宮西町二丁目"),
    ] {
        let reading = read(text, None);
        assert_eq!((reading.city.as_str(), reading.town.as_str()), (city, town), "{text}");
    }
}

#[test]
fn hokkaidos_grid_iwates_plots_and_ishikawas_letters_are_read() {
    assert_eq!(parts("札幌市中央区南1西5-1-2 パークビル5F")[2..], ["南一条西五丁目", "1-2 パークビル5F"]);
    assert_eq!(parts("北海道札幌市白石区南郷通1丁目南8-1")[2..], ["南郷通一丁目南", "8-1"]);
    assert_eq!(parts("北海道旭川市3条通18丁目左1号")[2..], ["三条通十八丁目", "左1"]);
    assert_eq!(parts("岩手県八幡平市大更第35地割62番地")[2..], ["大更", "第35地割62"]);
    assert_eq!(parts("石川県七尾市府中町イ33番地")[2..], ["府中町", "イ33"]);
    assert_eq!(parts("愛媛県宇和島市津島町岩松甲471")[2..], ["津島町岩松", "甲471"]);
    assert_eq!(parts("大阪府堺市堺区南花田口町2丁3-10")[2..], ["南花田口町二丁", "3-10"]);
}

#[test]
fn kyotos_street_names_are_set_aside_and_choose_the_postal_code() {
    let reading = read("京都市中京区寺町通御池上る上本能寺前町488番地", None);
    assert_eq!((reading.town.as_str(), reading.block.as_str()), ("上本能寺前町", "488"));
    assert_eq!(reading.street, "寺町通御池上る");
    let code = |text: &str| read(text, None).postal_codes.iter().map(ToString::to_string).collect::<Vec<_>>();
    let all = code("京都市上京区栄町1");
    let one = code("京都市上京区石薬師通河原西入栄町1");
    assert!(all.len() > 1 && one == ["6020842"], "{all:?} {one:?}");
}

#[test]
fn a_town_the_table_does_not_have_is_taken_as_the_text_has_it() {
    assert_eq!(parts("青森県上北郡横浜町字三保野888")[2..], ["字三保野", "888"]);
    assert_eq!(parts("三重県三重郡菰野町大字なし村字北1-2")[2..], ["大字なし村", "字北1-2"]);
    assert!(read("東京都渋谷区存在町1-1", None).has(AddressRemark::TownUnknown));
    assert_eq!(parts("東京都青ヶ島村無番地")[2..], ["", "無番地"]);
}

#[test]
fn a_lot_is_not_mistaken_for_the_first_number_of_a_town_with_chome() {
    assert_eq!(parts("岐阜県岐阜市薮田1番")[2..], ["薮田", "1"]);
    assert_eq!(parts("東京都渋谷区神宮前1番地2")[2..], ["神宮前", "1番地2"]);
    assert!(read("東京都港区六本木一二四-五", None).did(Step::NumbersInDigits));
}

#[test]
fn a_postal_code_is_measured_against_the_place() {
    let ok = |code: &str, text: &str| assert_eq!(remarks(text, Some(code)), [], "{code} {text}");
    ok("150-0001", "東京都渋谷区神宮前1-2-3");
    // For all the rest of the city, for a floor, for a business, and one that two prefectures share.
    ok("1500000", "東京都渋谷区神宮前1-2-3");
    ok("1056302", "東京都港区虎ノ門1-23-1 虎ノ門ヒルズ森タワー2階");
    ok("0018501", "北海道札幌市北区北29条西2丁目1-1");
    ok("8710000", "大分県中津市豊田町14-3");
    let text = "東京都渋谷区神宮前1-2-3";
    assert_eq!(remarks(text, Some("1600023")), [AddressRemark::PostalCodeMismatch]);
    assert_eq!(remarks(text, Some("9999999")), [AddressRemark::PostalCodeUnknown]);
    assert_eq!(remarks(text, Some("15000")), [AddressRemark::PostalCodeMalformed]);
}

#[test]
fn what_is_missing_is_said_and_what_the_code_tells_is_filled_in() {
    use AddressRemark::*;
    assert_eq!(remarks("", None), [Empty]);
    assert_eq!(remarks(" \n\u{3000}", Some("1500001")), [Empty]);
    assert_eq!(remarks(&"東".repeat(301), None), [TooLong]);
    assert_eq!(remarks("渋谷区神宮前1-2-3", None), [PrefectureMissing]);
    assert_eq!(remarks("大阪府渋谷区神宮前1-2-3", None), [PrefectureMismatch]);
    assert_eq!(remarks("東京都渋谷区神宮前", None), [HouseNumberMissing]);
    assert_eq!(remarks("大阪府大阪市中央区一二三四", None), [TownUnknown, HouseNumberMissing]);
    assert_eq!(remarks("府中市1-1", None), [PrefectureMissing, CityAmbiguous]);
    assert_eq!(remarks("東京都渋谷区渋谷区宇田川町1-1", None), [CityRepeated]);
    assert_eq!(remarks("東京都大島町元町1-1-14", None), [RemoteIsland]);
    let reading = read("神宮前1-2-3", Some("1500001"));
    assert_eq!((reading.prefecture.as_str(), reading.city.as_str()), ("東京都", "渋谷区"));
}

#[test]
fn towns_whose_names_begin_alike_are_told_apart() {
    assert_eq!(parts("神奈川県横浜市緑区鴨居町2400")[2], "鴨居町");
    assert_eq!(parts("神奈川県横浜市緑区鴨居2丁目21")[2], "鴨居二丁目");
    assert_eq!(parts("岐阜県岐阜市薮田南2丁目1番1号")[2], "薮田南二丁目");
    assert_eq!(parts("福島県郡山市朝日1-23-7")[1], "郡山市");
    assert_eq!(parts("三重県四日市市諏訪町1-5")[1], "四日市市");
    assert_eq!(parts("広島県廿日市市下平良1-11-1")[1], "廿日市市");
}

#[test]
fn debug_output_shows_no_address() {
    let reading: Reading = read("東京都渋谷区神宮前1-2-3", Some("1500001"));
    let shown = format!("{reading:?}");
    assert!(!shown.contains("渋谷") && !shown.contains("1500001"), "{shown}");
}

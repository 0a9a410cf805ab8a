//! Addresses as back offices meet them: with what people put around them, of cities that are no more, a
//! character more or less.

use super::super::{AddressRemark, Reading, Step, read};

fn parts(it: &Reading) -> [String; 4] {
    [&it.prefecture, &it.city, &it.town, &it.rest()].map(Clone::clone)
}

fn codes(text: &str) -> Vec<String> {
    read(text, None).postal_codes.iter().map(ToString::to_string).collect()
}

/// Town and the rest.
fn below(text: &str) -> [String; 2] {
    let reading = read(text, None);
    [reading.town.clone(), reading.rest()]
}

#[test]
fn marks_labels_and_countries_around_an_address_are_left_out() {
    let plain = parts(&read("愛知県豊橋市今橋町1", None));
    for text in [
        "「愛知県豊橋市今橋町1」",
        "\"愛知県豊橋市今橋町1\"",
        "住所：愛知県豊橋市今橋町1",
        "【お届け先】愛知県豊橋市今橋町1。",
        "日本国愛知県豊橋市今橋町1",
        "Japan, 愛知県豊橋市今橋町1",
        "愛知県/豊橋市/今橋町/1",
        "愛知県-豊橋市-今橋町-1",
        "郵便番号:440-0806 住所:愛知県豊橋市今橋町1",
    ] {
        assert_eq!(parts(&read(text, None)), plain, "{text}");
    }
    assert_eq!(read("日本橋室町2-1", Some("1030022")).city, "中央区");
}

#[test]
fn a_name_or_remark_before_the_prefecture_is_kept_behind_the_address() {
    assert_eq!(below("佐藤花子　岡山県倉敷市中央1-2-3"), ["中央一丁目", "2-3 佐藤花子"]);
    assert_eq!(below("(倉庫) 岡山県倉敷市中央1-2-3 2階"), ["中央一丁目", "2-3 2階 (倉庫)"]);
    assert_eq!(read("佐藤花子　岡山県倉敷市中央1-2-3", None).below_city, "中央1-2-3 佐藤花子");
}

#[test]
fn a_postal_code_is_found_in_brackets_and_behind_the_address() {
    for text in [
        "（〒440-0806）愛知県豊橋市今橋町1",
        "[4400806] 愛知県豊橋市今橋町1",
        "愛知県豊橋市今橋町1 〒440-0806",
        "愛知県豊橋市今橋町1(〒４４０－０８０６)",
    ] {
        let reading = read(text, None);
        assert_eq!(reading.written_code.map(|code| code.to_string()).as_deref(), Some("4400806"), "{text}");
        assert_eq!((reading.town.as_str(), reading.rest().as_str()), ("今橋町", "1"), "{text}");
    }
    let two = read("〒440-0806 愛知県豊橋市今橋町1", Some("4400801"));
    assert!(two.has(AddressRemark::PostalCodeMismatch), "two codes that differ are told");
    assert_eq!(read("愛知県豊橋市今橋町440-0806", None).written_code, None, "a lot looks like a code");
}

#[test]
fn a_bare_number_or_an_address_in_latin_letters_is_placed_by_its_postal_code() {
    let latin = read("3-1-1 Sannomaru, Naka-ku, Nagoya, Aichi 460-0001, JAPAN", None);
    assert_eq!((latin.city.as_str(), latin.town.as_str()), ("名古屋市中区", "三の丸三丁目"));
    assert_eq!(latin.rest(), "1-1 Sannomaru, Naka-ku, Nagoya, Aichi JAPAN");
    let bare = read("5-6", Some("4600001"));
    assert_eq!(parts(&bare), ["愛知県", "名古屋市中区", "三の丸五丁目", "6"]);
    assert!(bare.has(AddressRemark::CityMissing));
}

#[test]
fn every_stroke_between_numbers_is_one_and_a_list_stays_a_list() {
    for text in ["1.2.3", "1/2/3", "1_2_3", "1=2=3", "一ー二ー三"] {
        let text = format!("岡山県倉敷市中央{text}");
        assert_eq!(below(&text), ["中央一丁目", "2-3"], "{text}");
    }
    assert_eq!(below("愛知県豊橋市今橋町12・13"), ["今橋町", "12・13"]);
    assert_eq!(below("愛知県豊橋市今橋町1番地、8、9 倉庫"), ["今橋町", "1、8、9 倉庫"]);
}

#[test]
fn no_word_is_taken_for_a_number_and_no_number_out_of_a_word() {
    assert_eq!(below("岡山県倉敷市中央1-35の一部"), ["中央一丁目", "35 の一部"]);
    assert_eq!(below("岡山県倉敷市中央1-2の三田ビル"), ["中央一丁目", "2 の三田ビル"]);
    assert_eq!(below("福井県大野市朝日11字"), ["朝日", "11字"]);
    assert_eq!(below("石川県輪島市河井町20部1番地1"), ["河井町", "20部1-1"]);
    assert_eq!(below("千葉県柏市柏14街区5"), ["柏", "14街区5"]);
    assert_eq!(below("岡山県倉敷市中央1-2-3-イ22 コーポ"), ["中央一丁目", "2-3-イ22 コーポ"]);
    assert_eq!(below("岡山県倉敷市中央1-2-3CAPE KUBO"), ["中央一丁目", "2-3 CAPE KUBO"]);
    assert_eq!(below("和歌山県東牟婁郡串本町串本一二三四"), ["串本", "1234"]);
}

#[test]
fn a_ward_that_is_no_more_is_replaced_by_todays_and_told() {
    let reading = read("静岡県浜松市東区流通元町20-2", None);
    assert_eq!(parts(&reading), ["静岡県", "浜松市中央区", "流通元町", "20-2"]);
    assert!(reading.did(Step::CityInferred) && reading.has(AddressRemark::CityMissing));
    assert_eq!(read("静岡県浜松市浜北区西美薗6", None).city, "浜松市浜名区");
}

#[test]
fn a_city_that_is_no_more_is_found_by_its_name_and_the_town() {
    for (text, city, town) in [
        ("兵庫県篠山市北新町41", "丹波篠山市", "北新町"),
        ("埼玉県浦和市常盤6-4-4", "さいたま市浦和区", "常盤六丁目"),
        ("愛知県愛知郡長久手町岩作城の内60", "長久手市", "岩作城の内"),
        ("宮城県栗原郡築館町薬師1-7", "栗原市", "築館薬師一丁目"),
        ("三重県久居市新町3006", "津市", "久居新町"),
        ("滋賀県八日市市緑町10", "東近江市", "八日市緑町"),
        ("秋田県本荘市尾崎17", "由利本荘市", "尾崎"),
        ("岐阜県郡上郡八幡町島谷228", "郡上市", "八幡町島谷"),
    ] {
        let reading = read(text, None);
        assert_eq!((reading.city.as_str(), reading.town.as_str()), (city, town), "{text}");
        assert!(reading.has(AddressRemark::CityMissing), "{text}");
    }
    // 一宮市 is called like the last one, but the town is 豊川市's.
    for unknown in ["兵庫県存在市北新町41", "東京都存在しない区神南1-1", "愛知県宝飯郡一宮町一宮33"]
    {
        assert_eq!(read(unknown, None).known_city, None, "{unknown}");
    }
}

#[test]
fn a_town_is_found_when_one_small_character_is_left_out_or_added() {
    assert_eq!(below("東京都新宿区市ヶ谷本村町5-1"), ["市谷本村町", "5-1"]);
    assert_eq!(below("愛知県春日井市上町1-2")[0], "上ノ町一丁目");
    assert_eq!(below("静岡県静岡市葵区与一四-1"), ["与一四丁目", "1"]);
    assert!(read("大分県大分市大石の-町3-5", None).has(AddressRemark::TownUnknown));
}

#[test]
fn hokkaidos_streets_are_found_when_they_are_only_counted() {
    assert_eq!(below("札幌市豊平区平岸3-5-1-1"), ["平岸三条五丁目", "1-1"]);
    assert_eq!(below("旭川市春光4-2-1-1"), ["春光四条二丁目", "1-1"]);
    assert_eq!(below("札幌市中央区北一一条西一三丁目1"), ["北十一条西十三丁目", "1"]);
}

#[test]
fn japan_posts_notes_on_numbers_and_sub_areas_choose_the_postal_code() {
    assert_eq!(codes("和歌山県紀の川市竹房450"), ["6496413"]);
    assert_eq!(codes("和歌山県紀の川市竹房451番地"), ["6496162"]);
    assert_eq!(codes("北海道札幌市南区常盤131"), ["0050865"]);
    assert_eq!(codes("北海道札幌市南区常盤132"), ["0050863"]);
    assert_eq!(codes("愛知県稲沢市平和町下前浪1-1"), ["4901322"]);
    assert_eq!(codes("岩手県九戸郡洋野町種市第23地割27"), ["0287914"]);
    assert_eq!(codes("愛知県稲沢市平和町どこか1-1").len(), 3, "none is chosen that is not sure");
}

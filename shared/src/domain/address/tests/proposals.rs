//! What is proposed, and how far it is trusted.

use super::super::{CorrectionReason, Trust, propose};
use crate::domain::customer::{Address, Personal};

/// An address with nothing wrong, written in its fields.
fn address(code: &str, prefecture: &str, city: &str, line1: &str, line2: &str) -> Address {
    Address {
        name: Personal::new("山田 太郎"),
        phone: None,
        country: "JP".to_owned(),
        postal_code: code.into(),
        prefecture: prefecture.into(),
        city: city.into(),
        line1: line1.into(),
        line2: Some(line2).filter(|text| !text.is_empty()).map(Into::into),
        kana: None,
        company: None,
    }
}

fn fields(address: &Address) -> [&str; 5] {
    let line2 = address.line2.as_ref().map_or("", Personal::reveal);
    [
        address.postal_code.reveal(),
        address.prefecture.reveal(),
        address.city.reveal(),
        address.line1.reveal(),
        line2,
    ]
}

#[test]
fn an_address_that_only_says_it_otherwise_is_left_alone() {
    for line1 in ["神宮前1-2-3", "神宮前一丁目二番三号", "神宮前１－２－３"] {
        assert_eq!(propose(&address("150-0001", "東京都", "渋谷区", line1, "ハイツ101"), Trust::Any), None);
    }
    let abroad = Address { country: "HK".to_owned(), ..address("", "", "Central", "1 Queen's Road", "") };
    assert_eq!(propose(&abroad, Trust::Any), None);
}

#[test]
fn what_is_certain_may_be_applied_by_a_rule() {
    use CorrectionReason::*;
    let right = ["1500042", "東京都", "渋谷区", "宇田川町1-1", ""];
    for (given, reasons) in [
        (["１５０ー００４２", "東京都", "渋谷区", "宇田川町1-1", ""], vec![PostalCodeFormatted]),
        (["", "東京都", "渋谷区", "宇田川町1-1", ""], vec![PostalCodeFilled]),
        (["1500042", "", "渋谷区", "宇田川町1-1", ""], vec![PrefectureFilled]),
        (["1500042", "東京", "渋谷区", "宇田川町1-1", ""], vec![PrefectureFilled]),
        (["1500042", "Tokyo", "渋谷区", "宇田川町1-1", ""], vec![PrefectureFilled]),
        (["1500042", "東京都", "渋谷区", "渋谷区宇田川町1-1", ""], vec![RepetitionDropped]),
        (["1500042", "東京都", "東京都渋谷区", "宇田川町1-1", ""], vec![RepetitionDropped]),
        (["1500042", "東京都", "", "渋谷区宇田川町1-1", ""], vec![PartsMoved]),
        (["1500042", "東京都", "渋谷区宇田川町", "1-1", ""], vec![PartsMoved]),
        (["1500042", "東京都", "渋谷区", "宇田川町", "1-1"], vec![HouseNumberMoved]),
    ] {
        let [code, prefecture, city, line1, line2] = given;
        let proposal = propose(&address(code, prefecture, city, line1, line2), Trust::Safe).unwrap();
        assert_eq!(fields(&proposal.address), right, "{given:?}");
        assert_eq!((proposal.is_safe(), proposal.reasons), (true, reasons), "{given:?}");
    }
    let county = address("4010301", "山梨県", "富士河口湖町", "船津1700", "");
    let proposal = propose(&county, Trust::Safe).unwrap();
    assert_eq!(proposal.address.city.reveal(), "南都留郡富士河口湖町");
    assert_eq!(proposal.reasons, [CityCompleted]);
}

#[test]
fn what_contradicts_the_customer_needs_a_person() {
    use CorrectionReason::*;
    for (given, right, reasons) in [
        (
            ["1600023", "東京都", "渋谷区", "宇田川町1-1", ""],
            ["1500042", "東京都", "渋谷区", "宇田川町1-1", ""],
            [PostalCodeReplaced],
        ),
        (
            ["1500042", "大阪府", "渋谷区", "宇田川町1-1", ""],
            ["1500042", "東京都", "渋谷区", "宇田川町1-1", ""],
            [PrefectureReplaced],
        ),
        (
            ["1500042", "東京都", "", "宇田川町1-1", ""],
            ["1500042", "東京都", "渋谷区", "宇田川町1-1", ""],
            [CityFilled],
        ),
    ] {
        let [code, prefecture, city, line1, line2] = given;
        let given = address(code, prefecture, city, line1, line2);
        assert_eq!(propose(&given, Trust::Safe), None, "{reasons:?}");
        let proposal = propose(&given, Trust::Any).unwrap();
        assert_eq!((fields(&proposal.address), proposal.reasons.as_slice()), (right, &reasons[..]));
        assert!(!proposal.is_safe());
    }
}

#[test]
fn what_was_proposed_needs_no_further_proposal() {
    let codes = ["", "1500042", "１６０－００２３", "999-9999", "x"];
    let prefectures = ["", "東京", "東京都", "大阪府", "Tokyo", "東京都渋谷区"];
    let cities = ["", "渋谷区", "東京都渋谷区", "渋谷区渋谷区", "大阪市", "存在市", "富士河口湖町"];
    let lines =
        ["", "宇田川町1-1", "渋谷区宇田川町1-1", "東京都渋谷区宇田川町1-1", "宇田川町", "1-1", "天神橋1-1"];
    for (code, prefecture) in codes.iter().flat_map(|code| prefectures.iter().map(move |it| (code, it))) {
        for (city, line1) in cities.iter().flat_map(|city| lines.iter().map(move |it| (city, it))) {
            for (trust, line2) in [(Trust::Safe, "1-1 ハイツ101"), (Trust::Any, ""), (Trust::Any, "1-1")] {
                let given = address(code, prefecture, city, line1, line2);
                if let Some(proposal) = propose(&given, trust) {
                    assert_ne!(proposal.address, given);
                    let again = propose(&proposal.address, trust).map(|it| it.reasons);
                    assert_eq!(again, None, "{:?} from {:?}", fields(&proposal.address), fields(&given));
                }
            }
        }
    }
}

#[test]
fn nothing_that_was_written_is_lost() {
    let name = address("4400801", "", "", "佐藤花子 愛知県豊橋市今橋町1", "倉庫2階");
    let proposal = propose(&name, Trust::Safe).unwrap();
    assert_eq!(fields(&proposal.address), ["4400801", "愛知県", "豊橋市", "今橋町1 佐藤花子", "倉庫2階"]);
    let code = address("", "愛知県", "豊橋市", "今橋町1 〒440-0801", "");
    let proposal = propose(&code, Trust::Safe).unwrap();
    assert_eq!(fields(&proposal.address), ["4400801", "愛知県", "豊橋市", "今橋町1", ""]);
    let two_codes = address("4400806", "愛知県", "豊橋市", "今橋町1 〒440-0801", "");
    assert_eq!(propose(&two_codes, Trust::Safe), None);
}

#[test]
fn a_city_that_is_no_more_is_replaced_only_by_a_person() {
    let given = address("6692332", "兵庫県", "篠山市", "北新町41", "");
    assert_eq!(propose(&given, Trust::Safe), None);
    let proposal = propose(&given, Trust::Any).unwrap();
    assert_eq!(fields(&proposal.address), ["6692332", "兵庫県", "丹波篠山市", "北新町41", ""]);
    assert_eq!(proposal.reasons, [CorrectionReason::CityFilled]);
    let ward = address("4350007", "静岡県", "浜松市東区", "流通元町20-2", "");
    assert_eq!(propose(&ward, Trust::Safe), None);
    assert_eq!(propose(&ward, Trust::Any).unwrap().address.city.reveal(), "浜松市中央区");
}

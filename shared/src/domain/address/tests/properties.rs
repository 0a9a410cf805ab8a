//! Whatever is typed, reading ends, and reading what was read changes nothing.

use proptest::prelude::*;

use super::super::{City, LONGEST, Reading, read};

fn parts(it: &Reading) -> [String; 5] {
    let [prefecture, city, street, town] = [&it.prefecture, &it.city, &it.street, &it.town].map(Clone::clone);
    [prefecture, city, street, town, it.rest()]
}

/// A town of the table with what people write around it.
fn address() -> impl Strategy<Value = String> {
    let places: Vec<City> = City::all().collect();
    let prefix = prop::sample::select(vec!["", "〒150-0001 ", "日本"]);
    let number = "[1-9][0-9]{0,2}";
    let tail = prop::sample::select(vec!["", " パークハイツ201号室", "パークビル5F", " A棟3", "-405", "B"]);
    let form = (0..7usize, number, number, number);
    (prefix, prop::sample::select(places), any::<prop::sample::Index>(), form, tail).prop_map(
        |(prefix, city, index, (form, a, b, c), tail)| {
            let towns: Vec<_> = city.towns().collect();
            let town = towns[index.index(towns.len())].name();
            let numbers = match form {
                0 => format!("{a}-{b}-{c}"),
                1 => format!("{a}丁目{b}番{c}号"),
                2 => format!("{a}番地{b}"),
                3 => format!("{a}番{b}号"),
                4 => a,
                5 => format!("字北{a}の{b}"),
                _ => String::new(),
            };
            format!("{prefix}{}{}{town}{numbers}{tail}", city.prefecture(), city.name())
        },
    )
}

/// Words of addresses in any order.
fn jumble() -> impl Strategy<Value = String> {
    let words = vec![
        "東京都",
        "京都府",
        "京都市中京区",
        "渋谷区",
        "大阪市",
        "府中市",
        "神宮前",
        "本町",
        "大字",
        "字",
        "丁目",
        "番地",
        "番",
        "号",
        "の",
        "-",
        "ー",
        " ",
        "〒",
        "1",
        "23",
        "一",
        "十",
        "三十",
        "通",
        "上る",
        "西入",
        "条",
        "線",
        "地割",
        "第",
        "ビル",
        "F",
        "階",
        "号室",
        "無番地",
        "甲",
        "イ",
        "(",
        "東",
        "北",
        "町",
        "村",
        "郡",
        "県",
        "1500001",
        "、",
    ];
    prop::collection::vec(prop::sample::select(words), 0..14).prop_map(|words| words.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn any_text_is_read_without_a_panic(text in any::<String>(), code in any::<Option<String>>()) {
        let _ = read(&text, code.as_deref());
    }

    #[test]
    fn a_real_address_is_read_and_reading_it_again_changes_nothing(text in address()) {
        let once = read(&text, None);
        prop_assert!(!once.prefecture.is_empty() && once.known_city.is_some(), "{}", text);
        prop_assert_eq!(parts(&read(&once.one_line(), None)), parts(&once), "{}", text);
    }

    #[test]
    fn a_jumble_of_words_is_read_without_a_panic(text in jumble()) {
        let once = read(&text, None);
        let _ = read(&once.one_line(), None);
    }
}

#[test]
fn the_longest_text_takes_less_than_50_milliseconds() {
    for word in ["1", "一", "京", "番", "-", "大字", "通", "渋谷区", "東京都渋谷区", "1番", "㍿"]
    {
        let text: String =
            format!("京都府京都市中京区{}", word.repeat(LONGEST)).chars().take(LONGEST).collect();
        let start = std::time::Instant::now();
        let _ = read(&text, None);
        assert!(start.elapsed().as_millis() < 50, "{word}: {:?}", start.elapsed());
    }
}

//! Addresses that come as one text.

use crate::domain::prefecture::is_prefecture;

/// The cities that have wards 政令指定都市.
const WITH_WARDS: [&str; 20] = [
    "札幌市",
    "仙台市",
    "さいたま市",
    "千葉市",
    "横浜市",
    "川崎市",
    "相模原市",
    "新潟市",
    "静岡市",
    "浜松市",
    "名古屋市",
    "京都市",
    "大阪市",
    "堺市",
    "神戸市",
    "岡山市",
    "広島市",
    "北九州市",
    "福岡市",
    "熊本市",
];

/// Cities whose name has a 郡 of its own.
const NO_DISTRICT: [&str; 5] = ["郡山市", "郡上市", "蒲郡市", "小郡市", "大和郡山市"];

/// Prefecture 都道府県, city 市区町村 and the rest of a Japanese address in one text. What cannot be
/// told apart stays in the rest, and validation asks for it.
pub(super) fn split(text: &str) -> (&str, &str, &str) {
    let text = text.trim();
    let (prefecture, rest) = prefecture(text);
    let rest = rest.trim_start();
    let (city, rest) = rest.split_at_checked(city_length(rest, prefecture)).unwrap_or(("", rest));
    (prefecture, city, rest.trim_start())
}

fn prefecture(text: &str) -> (&str, &str) {
    let after = |n: usize| text.char_indices().nth(n).map_or(text.len(), |(at, _)| at);
    let parts = [3, 4].into_iter().filter_map(|n| text.split_at_checked(after(n)));
    parts.into_iter().find(|(name, _)| is_prefecture(name)).unwrap_or(("", text))
}

/// The length of the city's name that `text` begins with, in bytes; 0 when it begins with none.
fn city_length(text: &str, prefecture: &str) -> usize {
    // The longest, such as 西八代郡市川三郷町 and 浜松市浜名区, have nine characters.
    const LONGEST: usize = 10;
    let end = |unit: char, from: usize| {
        let mut found = text.char_indices().take(LONGEST).filter(|(at, c)| *c == unit && *at >= from);
        found.next().map(|(at, c)| at + c.len_utf8())
    };
    let second = text.chars().next().map_or(0, char::len_utf8);
    if let Some(district) =
        end('郡', second).filter(|_| !NO_DISTRICT.iter().any(|name| text.starts_with(name)))
    {
        let name =
            district + text.get(district..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        return earliest([end('町', name), end('村', name)]);
    }
    let city = end('市', second).map(|end| {
        end + if text.get(end..).is_some_and(|rest| rest.starts_with('市')) { '市'.len_utf8() } else { 0 }
    });
    let ward = end('区', second).filter(|_| prefecture == "東京都" || prefecture.is_empty());
    match (city, ward) {
        (Some(city), ward) if ward.is_none_or(|ward| city < ward) => {
            let has_wards = text.get(..city).is_some_and(|name| WITH_WARDS.contains(&name));
            end('区', city).filter(|_| has_wards).unwrap_or(city)
        }
        (_, Some(ward)) => ward,
        (..) => earliest([end('町', second), end('村', second)]),
    }
}

fn earliest(ends: [Option<usize>; 2]) -> usize {
    ends.into_iter().flatten().min().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn an_address_in_one_text_is_told_apart() {
        for (prefecture, city, rest) in [
            ("神奈川県", "小田原市", "栄町2-7-25"),
            ("東京都", "渋谷区", "神宮前1-2-3"),
            ("東京都", "町田市", "原町田1-1"),
            ("東京都", "武蔵村山市", "本町1-1"),
            ("東京都", "羽村市", "緑ヶ丘5-2-1"),
            ("東京都", "大島町", "元町1-1-14"),
            ("東京都", "西多摩郡檜原村", "467-1"),
            ("千葉県", "市川市", "八幡1-1-1"),
            ("千葉県", "市原市", "国分寺台中央1-1-1"),
            ("三重県", "四日市市", "諏訪町1-5"),
            ("広島県", "廿日市市", "下平良1-11-1"),
            ("石川県", "野々市市", "三納1-1"),
            ("新潟県", "十日町市", "千歳町3-3"),
            ("新潟県", "村上市", "三之町1-1"),
            ("長野県", "大町市", "大町3887"),
            ("福島県", "郡山市", "朝日1-23-7"),
            ("奈良県", "大和郡山市", "北郡山町248-4"),
            ("奈良県", "高市郡明日香村", "岡55"),
            ("北海道", "余市郡余市町", "朝日町26"),
            ("兵庫県", "神崎郡市川町", "西川辺165-3"),
            ("山梨県", "西八代郡市川三郷町", "市川大門1790-3"),
            ("大阪府", "大阪市中央区", "大手前1-3-20"),
            ("大阪府", "堺市堺区", "南瓦町3-1"),
            ("京都府", "京都市中京区", "寺町通御池上る"),
            ("静岡県", "浜松市浜名区", "貴布祢3000"),
            ("北海道", "札幌市中央区", "北1条西2"),
            ("千葉県", "千葉市若葉区", "桜木北2-1-1"),
            ("山形県", "鶴岡市", "馬場町9-25"),
        ] {
            assert_eq!(split(&format!("{prefecture}{city}{rest}")), (prefecture, city, rest));
            assert_eq!(split(&format!(" {prefecture} {city}　{rest} ")), (prefecture, city, rest));
        }
    }

    #[test]
    fn what_is_no_address_stays_whole() {
        assert_eq!(split("JYUCHU_JYUSYO_2"), ("", "", "JYUCHU_JYUSYO_2"));
        assert_eq!(split(""), ("", "", ""));
        assert_eq!(split("東京都"), ("東京都", "", ""));
    }
}

//! Addresses that come as one text.

use crate::domain::address;

/// Prefecture 都道府県, city 市区町村 and the rest of a Japanese address in one text. The rest is as it
/// was written, unless the city was written otherwise than it is spelt. What cannot be told apart
/// stays in the rest, and validation asks for it.
pub(super) fn split(text: &str) -> (String, String, String) {
    let text = text.trim();
    let reading = address::read(text, None);
    let address::Reading { prefecture, city, street, town, .. } = &reading;
    if city.is_empty() {
        let rest = text.strip_prefix(prefecture.as_str()).unwrap_or(text);
        return (prefecture.clone(), String::new(), rest.trim_start().to_owned());
    }
    let below = text.strip_prefix(prefecture.as_str()).unwrap_or(text).trim_start();
    let rest = match below.strip_prefix(city.as_str()) {
        Some(rest) => rest.trim_start().to_owned(),
        None => format!("{street}{town}{}", reading.rest()),
    };
    (prefecture.clone(), city.clone(), rest)
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
            let apart = (prefecture.to_owned(), city.to_owned(), rest.to_owned());
            assert_eq!(split(&format!("{prefecture}{city}{rest}")), apart);
            assert_eq!(split(&format!(" {prefecture} {city}　{rest} ")), apart);
        }
    }

    #[test]
    fn what_is_no_address_stays_whole() {
        for text in ["JYUCHU_JYUSYO_2", "", "123 Main Street"] {
            assert_eq!(split(text), (String::new(), String::new(), text.to_owned()));
        }
    }

    #[test]
    fn a_city_that_is_spelt_otherwise_is_still_found() {
        let (prefecture, city, _) = split("茨城県龍ヶ崎市3710");
        assert_eq!((prefecture.as_str(), city.is_empty()), ("茨城県", false));
    }
}

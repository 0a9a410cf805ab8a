//! Places that carriers reach late, at a surcharge, or not at all.
//!
//! The list follows the areas named in the laws on remote islands (離島振興法, 小笠原諸島振興開発特別措置法,
//! 奄美群島振興開発特別措置法, 沖縄振興特別措置法), without islands that a bridge joins to the mainland. A carrier's
//! own list may differ: a remark says to look, it decides nothing.

use super::reading::AddressRemark;

/// Municipalities all of which lie on such islands, by prefecture.
const MUNICIPALITIES: [(&str, &str); 11] = [
    ("北海道", "奥尻郡奥尻町 礼文郡礼文町 利尻郡利尻町 利尻郡利尻富士町"),
    ("東京都", "大島町 利島村 新島村 神津島村 三宅島三宅村 御蔵島村 八丈島八丈町 青ヶ島村 小笠原村"),
    ("新潟県", "佐渡市 岩船郡粟島浦村"),
    ("島根県", "隠岐郡海士町 隠岐郡西ノ島町 隠岐郡知夫村 隠岐郡隠岐の島町"),
    ("広島県", "豊田郡大崎上島町"),
    ("香川県", "小豆郡土庄町 小豆郡小豆島町 香川郡直島町"),
    ("愛媛県", "越智郡上島町"),
    ("大分県", "東国東郡姫島村"),
    ("長崎県", "対馬市 壱岐市 五島市 北松浦郡小値賀町 南松浦郡新上五島町"),
    (
        "鹿児島県",
        "西之表市 奄美市 鹿児島郡三島村 鹿児島郡十島村 熊毛郡中種子町 熊毛郡南種子町 熊毛郡屋久島町 大島郡大和村 \
         大島郡宇検村 大島郡瀬戸内町 大島郡龍郷町 大島郡喜界町 大島郡徳之島町 大島郡天城町 大島郡伊仙町 大島郡和泊町 \
         大島郡知名町 大島郡与論町",
    ),
    (
        "沖縄県",
        "石垣市 宮古島市 国頭郡伊江村 島尻郡渡嘉敷村 島尻郡座間味村 島尻郡粟国村 島尻郡渡名喜村 島尻郡南大東村 \
         島尻郡北大東村 島尻郡伊平屋村 島尻郡伊是名村 島尻郡久米島町 宮古郡多良間村 八重山郡竹富町 八重山郡与那国町",
    ),
];

/// Towns on such islands in other municipalities: city, and what the towns' names begin with.
const TOWNS: [(&str, &str); 63] = [
    ("苫前郡羽幌町", "天売 焼尻"),
    ("石巻市", "網地浜 長渡浜 田代浜"),
    ("塩竈市", "浦戸"),
    ("牡鹿郡女川町", "江島"),
    ("酒田市", "飛島"),
    ("輪島市", "海士町"),
    ("西尾市", "一色町佐久島"),
    ("知多郡南知多町", "篠島 日間賀島"),
    ("鳥羽市", "桃取町 答志町 菅島町 神島町 坂手町"),
    ("志摩市", "磯部町渡鹿野"),
    ("近江八幡市", "沖島町"),
    ("姫路市", "家島町"),
    ("南あわじ市", "沼島"),
    ("笠岡市", "高島 白石島 北木島町 真鍋島 飛島 六島"),
    ("備前市", "日生町大多府"),
    ("岡山市東区", "犬島"),
    ("玉野市", "石島"),
    ("広島市南区", "似島町"),
    ("三原市", "鷺浦町"),
    ("福山市", "走島町"),
    ("尾道市", "百島町"),
    ("下関市", "蓋井島 六連島"),
    ("萩市", "見島 大島 相島 櫃島"),
    ("柳井市", "平郡"),
    ("周南市", "大津島"),
    ("防府市", "野島"),
    ("岩国市", "柱島"),
    ("光市", "牛島"),
    ("熊毛郡上関町", "祝島 八島"),
    ("大島郡周防大島町", "笠佐島"),
    ("阿南市", "伊島町"),
    ("高松市", "男木町 女木町"),
    ("丸亀市", "本島町 広島町 牛島 手島町"),
    ("観音寺市", "伊吹町"),
    ("仲多度郡多度津町", "高見 佐柳"),
    ("三豊市", "詫間町粟島 詫間町志々島"),
    (
        "松山市",
        "中島大浦 中島粟井 睦月 野忽那 二神 津和地 元怒和 上怒和 安居島 由良町 泊町 饒 宇和間 熊田 吉木 長師 宮野 \
         小浜 畑里 神浦",
    ),
    ("今治市", "関前 馬島 吉海町津島 宮窪町四阪島"),
    ("大洲市", "長浜町青島"),
    ("八幡浜市", "大島"),
    ("宇和島市", "日振島 戸島"),
    ("新居浜市", "大島"),
    ("宿毛市", "沖の島町"),
    ("宗像市", "大島 地島"),
    ("福岡市西区", "玄界島 小呂島 能古"),
    ("糟屋郡新宮町", "相島"),
    ("北九州市小倉北区", "藍島 馬島"),
    ("糸島市", "志摩姫島"),
    ("唐津市", "高島 神集島 鎮西町加唐島 鎮西町松島 鎮西町馬渡島 呼子町小川島 肥前町向島"),
    ("佐世保市", "宇久町 黒島町 高島町"),
    ("西海市", "崎戸町江島 崎戸町平島 大瀬戸町松島"),
    ("長崎市", "高島町 池島町"),
    ("平戸市", "大島村 度島町"),
    ("松浦市", "鷹島町黒島 星鹿町青島"),
    ("天草市", "御所浦町"),
    ("津久見市", "保戸島"),
    ("薩摩川内市", "里町 上甑町 下甑町 鹿島町"),
    ("上天草市", "大矢野町湯島"),
    ("佐伯市", "久保浦 高松浦 荒網代浦 石間浦 守後浦 片神浦 日向泊浦 塩内浦"),
    ("延岡市", "島浦町"),
    ("出水郡長島町", "獅子島"),
    ("南城市", "知念久高"),
    ("うるま市", "勝連津堅"),
];

/// Where nobody lives who could receive a parcel, or no carrier may go.
const UNSERVABLE: [(&str, &str); 3] = [
    ("小笠原村", "硫黄島 南鳥島 沖ノ鳥島 北硫黄島 南硫黄島"),
    ("石垣市", "登野城尖閣"),
    ("隠岐郡隠岐の島町", "竹島"),
];

/// What a carrier will say to a place.
pub(super) fn remark(prefecture: &str, city: &str, town: &str) -> Option<AddressRemark> {
    let bare = town.strip_prefix("大字").or_else(|| town.strip_prefix('字')).unwrap_or(town);
    let names = |list: &[(&str, &str)]| {
        let mut towns =
            list.iter().filter(|(name, _)| *name == city).flat_map(|(_, towns)| towns.split_whitespace());
        towns.any(|name| bare.starts_with(name))
    };
    let mut islands = MUNICIPALITIES.iter().filter(|(name, _)| *name == prefecture);
    if names(&UNSERVABLE) {
        Some(AddressRemark::Unservable)
    } else if islands.any(|(_, cities)| cities.split_whitespace().any(|name| name == city)) || names(&TOWNS) {
        Some(AddressRemark::RemoteIsland)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::super::City;
    use super::*;

    #[test]
    fn every_island_of_the_list_is_a_place_of_the_table() {
        for (prefecture, cities) in MUNICIPALITIES {
            for name in cities.split_whitespace() {
                let exists = City::all().any(|city| (city.prefecture(), city.name()) == (prefecture, name));
                assert!(exists, "{prefecture}{name}");
            }
        }
        for (name, towns) in TOWNS {
            let cities: Vec<City> = City::all().filter(|city| city.name() == name).collect();
            assert_eq!(cities.len(), 1, "{name} must be the name of one city only");
            for town in towns.split_whitespace() {
                let exists =
                    cities.iter().flat_map(|city| city.towns()).any(|row| row.name().starts_with(town));
                assert!(exists, "{name}{town}");
            }
        }
    }

    #[test]
    fn an_island_is_remarked_on_and_the_mainland_is_not() {
        let island = Some(AddressRemark::RemoteIsland);
        assert_eq!(remark("東京都", "三宅島三宅村", "神着"), island);
        assert_eq!(remark("山口県", "萩市", "大字見島"), island);
        assert_eq!(remark("東京都", "千代田区", "丸の内一丁目"), None);
        assert_eq!(remark("愛媛県", "松山市", "一番町四丁目"), None);
        assert_eq!(remark("沖縄県", "那覇市", "泉崎一丁目"), None);
        assert_eq!(remark("島根県", "隠岐郡隠岐の島町", "竹島"), Some(AddressRemark::Unservable));
    }
}

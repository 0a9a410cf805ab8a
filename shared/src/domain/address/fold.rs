//! When two spellings of a place name are the same name.
//!
//! The table in `shared/data` is sorted by these keys, so the task that builds it (`cargo xtask
//! addresses`) compiles this very file. It uses nothing but the standard library.

use std::sync::LazyLock;

/// Characters that people write for one another. The first of a group stands for all: old forms
/// 旧字体, variants 異体字, the kana and kanji that are read alike in place names.
#[rustfmt::skip]
const GROUPS: &str = "
    亜亞 悪惡 圧壓 囲圍 医醫 為爲 一壱壹弌 隠隱 栄榮 営營 衛衞 駅驛 円圓 塩鹽 縁緣 応應 欧歐 桜櫻 奥奧 横橫 温溫 穏穩 仮假 価價 画畫 会會 絵繪 壊壞 懐懷 拡擴 殻殼
    覚覺 学學斈 岳嶽 楽樂 渇渴 巻卷 陥陷 勧勸 寛寬 関關 歓歡 観觀 気氣 帰歸 亀龜 偽僞 戯戲 犠犧 旧舊 拠據 挙擧 峡峽 挟挾 狭狹 郷鄕鄉 暁曉 区區 駆驅 勲勳 薫薰 径徑
    茎莖 恵惠 掲揭 渓溪谿 経經 蛍螢 軽輕 継繼 鶏鷄 芸藝 撃擊 欠缺 研硏 県縣 倹儉 剣劍劔剱釼 険險 圏圈 検檢 献獻 権權 顕顯 験驗 厳嚴 戸戶 呉吳 広廣 効效 恒恆 黄黃
    鉱鑛 号號 国國圀 黒黑 砕碎 済濟 斎斉齋齊 剤劑 桟棧 雑雜 三参參弎 蚕蠶 賛贊 残殘 糸絲 歯齒 児兒 辞辭 湿濕 実實 写寫 釈釋 寿壽 収收 従從 渋澁澀 獣獸 縦縱 粛肅
    処處 叙敍 将將 称稱 焼燒 証證 奨奬 条條 状狀 乗乘 浄淨 剰剩 畳疊疉 縄繩 壌壤 嬢孃 譲讓 醸釀 触觸 真眞 寝寢 慎愼 尽盡 図圖 粋粹 酔醉 穂穗 随隨 枢樞 数數 瀬瀨
    声聲 静靜 摂攝 専專 浅淺 戦戰 践踐 銭錢 潜潛 繊纖 禅禪 双雙 壮壯 争爭 荘莊庄 捜搜 挿插 巣巢 曽曾 装裝 総總惣 騒騷 蔵藏 臓臟 即卽 属屬 続續 対對 体體 帯帶 滞滯
    台臺 滝瀧 択擇 沢澤 担擔 単單 胆膽 団團 断斷 弾彈 遅遲 虫蟲 昼晝 鋳鑄 庁廳 聴聽 鉄鐵銕 点點 転轉 伝傳 灯燈 当當 党黨 盗盜 稲稻 闘鬪 徳德 独獨 読讀 届屆
    二弐貳弍 脳腦 拝拜 廃廢 売賣 麦麥 発發 髪髮 抜拔 蛮蠻 秘祕 浜濱濵 払拂 仏佛 併倂 並竝 辺邊邉 変變 弁辨辯瓣 歩步 宝寶寳 豊豐 毎每 万萬 満滿 黙默 弥彌 訳譯 薬藥
    与與 予豫 余餘 誉譽 揺搖 様樣 来來 頼賴 乱亂 覧覽 竜龍 両兩 猟獵 緑綠 涙淚 塁壘 礼禮 励勵 霊靈 齢齡 恋戀 炉爐 労勞 楼樓 録錄 湾灣 十拾 九玖 崎﨑嵜碕 高髙
    島嶋嶌 峰峯 館舘 富冨 吉𠮷 桑桒 松枩 藪薮籔 檜桧 鯵鰺 鶯鴬鸎 麹麴 炮砲 邇迩爾尓 遥遙 尭堯 槙槇 祇祗 祷禱 鴎鷗 涛濤 頬頰 蝉蟬 噛嚙 繋繫 頚頸 躯軀 屏屛 醤醬 蒋蔣
    掻搔 蝋蠟 潅灌 諌諫 撹攪 芦蘆 鈎鉤 釜竈竃釡 騨驒 婁娄 鉋飽 斑班 櫟擽檪 菟莵兎兔 籠篭 蛎蠣 砺礪 蕊蘂 壷壺 野埜 桝枡 淵渕渊 州洲 苅刈 萌萠 栃杤 沖冲 涼凉 隣鄰 裏裡
    略畧 群羣 峨峩 杯盃 雁鴈 鶴靍靏 柏栢 柳栁 橋槗 姉姊 姫姬 巌巖 厩廏廐 彦彥 晋晉 毘毗 氷冰 沿㳂 潟泻 猪豬 磯礒 祢禰 蓑簑 園薗 間閒 窓窻 纏纒 侠俠 倶俱 剥剝 叱𠮟
    呑吞 填塡 幷并 槌鎚 溌潑 焔焰 痩瘦 箪簞 莱萊 賎賤 鹸鹼 麺麵 餠餅 鰌鯲 稚穉 穐龝 舎舍 畝畞 鼡鼠 靭靱 土圡𡈽 杉𣘺 栖棲 湧涌 瀦潴 町甼 船舩 廻𢌞 曳曵 曻昇 朖朗
    竒奇 竪豎 籐藤 蠏蟹 覇霸 踊踴 輌輛 迹跡 逓遞 鋪舗 閇閉 頴穎 飜翻 鮏鮭 鵞鵝 耻恥 聟婿 艪櫓 荊荆 莓苺 葢蓋 藁稾 函凾 刧劫 勅敕 咒呪 喩喻 嘩譁 坭泥 幤幣 彜彝
    忰倅 恊協 戻戾 掛挂 昻昂 暦曆 梅楳 棕椶 歴歷 汚汙 濶闊 煙烟 牆墻 筍笋 粮糧 綿緜 罐缶 罸罰 膸髄 臈臘 芲花 蛇虵 蚫鮑 襃褒 讃讚 軰輩 邨村 銹錆 鎭鎮 隄堤 靑青
    顛顚 飮飲 餝飾 鬱欝 吿告 啞唖 僊仙 儘侭
    冶治 己巳已 背脊 檮梼 鷆鷏
";

/// The kana that are read alike in place names, after [`large`] has made them large katakana.
fn sound(c: char) -> char {
    match c {
        'ガ' | 'カ' | '箇' | '个' | '個' => 'ケ',
        '之' | '乃' => 'ノ',
        'ヅ' => 'ズ',
        'ヂ' => 'ジ',
        'ヰ' => 'イ',
        'ヱ' => 'エ',
        'ヲ' => 'オ',
        _ => c,
    }
}

/// Hiragana as katakana, small kana as large ones.
fn large(c: char) -> char {
    let c = match c {
        'ぁ'..='ゖ' => char::from_u32(u32::from(c) + 0x60).unwrap_or(c),
        _ => c,
    };
    match c {
        'ァ' | 'ィ' | 'ゥ' | 'ェ' | 'ォ' | 'ッ' | 'ャ' | 'ュ' | 'ョ' | 'ヮ' => {
            char::from_u32(u32::from(c) + 1).unwrap_or(c)
        }
        'ヵ' => 'カ',
        'ヶ' => 'ケ',
        _ => c,
    }
}

/// Whether `c` is one of the strokes people put between numbers, the long vowel ー among them.
#[must_use]
pub const fn is_dash(c: char) -> bool {
    matches!(
        c,
        '-' | '‐'
            | '‑'
            | '‒'
            | '–'
            | '—'
            | '―'
            | '−'
            | 'ー'
            | 'ｰ'
            | '─'
            | '━'
            | '﹣'
            | '－'
            | '⁃'
            | '˗'
            | '➖'
            | '﹘'
            | '~'
            | '〜'
            | '～'
    )
}

static VARIANTS: LazyLock<Vec<(char, char)>> = LazyLock::new(|| {
    let mut pairs = Vec::new();
    for group in GROUPS.split_whitespace() {
        let Some(first) = group.chars().next() else { continue };
        pairs.extend(group.chars().skip(1).filter(|c| *c != first).map(|c| (c, first)));
    }
    // The first group that mentions a character wins, as a reader of the list expects.
    pairs.sort_by_key(|(c, _)| *c);
    pairs.dedup_by_key(|(c, _)| *c);
    pairs
});

/// The character that stands for `c` and all that is written for it.
#[must_use]
pub fn fold(c: char) -> char {
    match c {
        '0'..='9' => c,
        '！'..='～' if !is_dash(c) => {
            char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c).to_ascii_uppercase()
        }
        _ if is_dash(c) => '-',
        _ if c.is_ascii() => c.to_ascii_uppercase(),
        'ぁ'..='ヿ' => sound(large(c)),
        _ => {
            let found = VARIANTS.binary_search_by_key(&c, |(variant, _)| *variant).ok();
            sound(found.and_then(|i| VARIANTS.get(i)).map_or(c, |(_, first)| *first))
        }
    }
}

/// `number` as kanji: 37 is 三十七. Up to 9,999; larger ones are written digit by digit.
#[must_use]
pub fn kanji(number: u32) -> String {
    const DIGITS: [&str; 10] = ["〇", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
    let digit = |n: u32| DIGITS.get(n as usize % 10).copied().unwrap_or_default();
    if number == 0 || number > 9_999 {
        return number.to_string().bytes().map(|b| digit(u32::from(b - b'0'))).collect();
    }
    let mut text = String::new();
    for (unit, name) in [(1_000, "千"), (100, "百"), (10, "十"), (1, "")] {
        let count = number / unit % 10;
        if count > 1 || (count == 1 && unit == 1) {
            text.push_str(digit(count));
        }
        if count > 0 {
            text.push_str(name);
        }
    }
    text
}

//! Payment methods by the names that malls, carts and shops give them.

use crate::domain::payment::PaymentMethod;
use crate::domain::text::fold;

/// The method that a Japanese name means; `None` for one we do not know.
pub(super) fn named(name: &str) -> Option<PaymentMethod> {
    let name = fold(name).to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| name.contains(word));
    // コンビニ後払い is paid later, not at the till.
    if says(&["後払", "あと払い", "atobarai", "paidy", "ペイディ"]) {
        Some(PaymentMethod::PayLater)
    } else if says(&["代引", "代金引換", "着払"]) {
        Some(PaymentMethod::CashOnDelivery)
    } else if says(&["コンビニ", "セブンイレブン", "ロ-ソン", "ファミリ-マ-ト"]) {
        Some(PaymentMethod::ConvenienceStore)
    } else if says(&["振込", "振替", "銀行", "前払", "書留", "請求書", "掛"]) {
        Some(PaymentMethod::BankTransfer)
    } else if says(&[
        "カ-ド",
        "クレジット",
        "card",
        "pay",
        "ペイ",
        "決済",
        "払い",
        "ポイント",
        "全額",
        "マネ-",
        "支払済",
        "入金済",
        "suica",
        "edy",
    ]) {
        Some(PaymentMethod::ChannelSettled)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_method_is_known_by_its_usual_names() {
        for (name, method) in [
            ("代金引換", PaymentMethod::CashOnDelivery),
            ("商品代引", PaymentMethod::CashOnDelivery),
            ("銀行振込（前払い）", PaymentMethod::BankTransfer),
            ("ゆうちょ銀行振替", PaymentMethod::BankTransfer),
            ("コンビニ決済", PaymentMethod::ConvenienceStore),
            ("ローソン、郵便局ATM等（前払）", PaymentMethod::ConvenienceStore),
            ("NP後払い", PaymentMethod::PayLater),
            ("コンビニ後払い", PaymentMethod::PayLater),
            ("クレジットカード", PaymentMethod::ChannelSettled),
            ("Apple Pay", PaymentMethod::ChannelSettled),
            ("PayPay残高等", PaymentMethod::ChannelSettled),
            ("楽天ペイ", PaymentMethod::ChannelSettled),
            ("auかんたん決済", PaymentMethod::ChannelSettled),
            ("Yahoo!マネー", PaymentMethod::ChannelSettled),
            ("支払済", PaymentMethod::ChannelSettled),
        ] {
            assert_eq!(named(name), Some(method), "{name}");
        }
        assert_eq!(named("その他"), None);
    }
}

//! What an agent says on the phone 架電スクリプト: written when it is read, in the customer's language.
//!
//! The words live in `shared/calls`: `<language>/script.j2` is the frame of every call,
//! `<language>/<reason>.j2` what this one is about.

use jiff::civil::Date;
use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior, value::Serde};
use serde::Serialize;

use super::failure::Failure;
use super::mail::{clean, date_text, folder, money, tidy};
use crate::domain::calls::{CallReason, CallRequest};
use crate::domain::customer::Personal;
use crate::domain::japan;
use crate::domain::order::{Line, Order};

macro_rules! embed {
    ($($language:literal),+) => {
        &[$(embed!($language: "script", "unreachable_by_mail", "address", "order_content", "payment",
            "stockout", "identity", "delivery", "other")),+]
    };
    ($language:literal: $($name:literal),+) => {
        [$((
            concat!($language, "/", $name, ".j2"),
            include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/calls/", $language, "/", $name, ".j2")),
        )),+]
    };
}

/// The templates of each language, by their paths below `shared/calls`.
const TEMPLATES: &[[(&str, &str); 9]] = embed!["ja", "en", "zh-Hans"];

/// What to say in the calls of one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    /// Which request.
    pub call: String,
    /// The words.
    pub text: Personal,
}

/// Personal data, nearly all of it: never shown in a log.
#[derive(Serialize)]
struct Facts<'a> {
    shop: &'a str,
    customer: &'a str,
    number: &'a str,
    ordered_on: Date,
    total: String,
    items: Vec<Item<'a>>,
    waiting: Vec<Item<'a>>,
    missing_amount: Option<String>,
    address: String,
}

#[derive(Serialize)]
struct Item<'a> {
    title: &'a str,
    quantity: u32,
}

/// The scripts of the calls that are to be made about `order`, in the name of `shop`.
///
/// # Errors
/// A permanent [`Failure`]: a template is wrong.
pub fn scripts(order: &Order, shop: &str) -> Result<Vec<Script>, Failure> {
    let script = |call: &CallRequest| {
        let text = script(order, shop, call.reason);
        let text = text
            .map_err(|error| Failure::permanent(format!("the script of {}: {error}", call.reason.name())))?;
        Ok(Script { call: call.id.clone(), text: text.into() })
    };
    order.open_calls().map(script).collect()
}

fn script(order: &Order, shop: &str, reason: CallReason) -> Result<String, Error> {
    let language = order.customer.language;
    let mut facts = serde_json::to_value(facts(order, shop))
        .map_err(|error| Error::new(ErrorKind::BadSerialization, "facts of a call").with_source(error))?;
    clean(&mut facts);
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    environment.set_loader(|name| {
        let mut templates = TEMPLATES.iter().flatten();
        Ok(templates.find(|(known, _)| *known == name).map(|(_, source)| (*source).to_owned()))
    });
    environment.add_filter("date", move |text: &str| {
        let date = text.parse::<Date>();
        date.map(|date| date_text(date, language))
            .map_err(|_| Error::new(ErrorKind::InvalidOperation, "not a date"))
    });
    let name = format!("{}/{}.j2", folder(language), reason.name().to_ascii_lowercase());
    Ok(tidy(&environment.get_template(&name)?.render(Serde(&facts))?))
}

fn facts<'a>(order: &'a Order, shop: &'a str) -> Facts<'a> {
    let units = |of: fn(&Line) -> u32| {
        let items = order.lines.iter().map(move |line| Item { title: &line.title, quantity: of(line) });
        items.filter(|item| item.quantity > 0).collect()
    };
    let missing: i64 = order
        .payments
        .iter()
        .zip(order.targets())
        .filter(|(payment, target)| !payment.secures(*target))
        .map(|(payment, target)| (target - payment.held()).units())
        .sum();
    Facts {
        shop,
        customer: order.customer.name.reveal(),
        number: &order.number,
        ordered_on: japan::local(order.ordered_at).date(),
        total: money(order.billing().total.units(), order.currency),
        items: units(Line::active),
        waiting: units(|line| line.quantities.backordered),
        missing_amount: (missing > 0).then(|| money(missing, order.currency)),
        address: order.ship_groups.first().map_or_else(String::new, |group| group.address.one_line()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Command;
    use crate::domain::calls::NewCall;
    use crate::domain::customer::Language;
    use crate::domain::payment::PaymentMethod;
    use crate::domain::testing::{an_order, given};

    /// What is said in each language about two units, of which one is missing, that are not paid.
    fn told(reason: CallReason) -> [String; 3] {
        [Language::Ja, Language::En, Language::ZhHans].map(|language| {
            let mut draft = an_order().paid_by(PaymentMethod::BankTransfer);
            draft.intake.customer.language = language;
            draft.intake.lines[0].title = "煎茶\n<b>".to_owned();
            let mut case = given(draft);
            let (detail, by) = ("ask".into(), "kato".to_owned());
            let call = NewCall { reason, about: None, detail, deadline: None, by };
            case.short_of(1, 1).does(&Command::RequestCall { call });
            let scripts = scripts(&case.order, "茶の庵").unwrap();
            assert_eq!(scripts[0].call, case.order.calls[0].id);
            assert!(!format!("{scripts:?}").contains("山田"), "a script is personal data");
            let text = scripts[0].text.reveal().to_owned();
            for fact in ["茶の庵", "山田太郎", "1001", "¥2,000", "煎茶 <b> × 2"] {
                assert!(text.contains(fact), "{fact} is not in {text}");
            }
            text
        })
    }

    /// One test for each reason: what it asks, in each language. The reasons of the list are checked
    /// against all there are.
    macro_rules! scripts_ask {
        ($($test:ident: $reason:ident, $ja:literal, $en:literal, $zh:literal;)*) => {
            $(#[test]
            fn $test() {
                for (text, asked) in told(CallReason::$reason).iter().zip([$ja, $en, $zh]) {
                    assert!(text.contains(asked), "{asked} is not in {text}");
                }
            })*

            #[test]
            fn every_reason_has_its_script() {
                let tested = [$(CallReason::$reason),*];
                assert_eq!(tested, CallReason::ALL);
            }
        };
    }

    scripts_ask! {
        a_customer_no_mail_reaches_is_asked_for_another_address:
            UnreachableByMail, "メールをお届けできませんでした", "a mail address that works", "邮件未能送达";
        the_address_is_read_out_and_asked_for:
            Address, "〒100-0001 東京都千代田区千代田1-1", "with house number", "正确的地址";
        what_was_ordered_is_confirmed:
            OrderContent, "お間違いございませんでしょうか", "what you meant to order", "是否正确";
        what_is_not_paid_is_named_and_no_card_number_is_asked_for:
            Payment, "お支払い ¥2,000 の確認", "never ask for a card number", "（¥2,000）";
        what_is_missing_is_named_and_the_customer_chooses:
            Stockout, "・煎茶 <b> × 1", "- 煎茶 <b> × 1", "缺货";
        who_has_to_prove_who_they_are_is_told_nothing_of_the_address:
            Identity, "ご本人様の確認", "Did you place this order yourself?", "本人下的吗";
        a_parcel_that_was_not_taken_is_offered_again:
            Delivery, "もう一度お届けして", "May we send it again?", "再次为您配送";
        anything_else_is_in_the_request:
            Other, "確認させていただきたいこと", "something about the order", "有一件事";
    }

    #[test]
    fn a_script_that_proves_identity_does_not_give_the_address_away() {
        for text in told(CallReason::Identity) {
            assert!(!text.contains("千代田"), "{text}");
        }
    }
}

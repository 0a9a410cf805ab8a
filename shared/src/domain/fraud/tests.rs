//! Each signal is seen where it should be, and an ordinary order has none.

use jiff::SignedDuration;

use super::rules::Signal;
use super::*;
use crate::domain::customer::Personal;
use crate::domain::ids::Sku;
use crate::domain::order::Order;
use crate::domain::testing::{Draft, START, an_order};

/// An order with which nothing is wrong.
fn ordinary() -> Draft {
    let mut draft = an_order();
    draft.intake.customer.phone = Some(Personal::new("090-2714-5836"));
    draft
}

/// An order with which nothing is wrong, changed.
fn order(change: impl FnOnce(&mut Order)) -> Order {
    let mut order = ordinary().order();
    change(&mut order);
    order
}

fn facts() -> FraudFacts {
    FraudFacts { now: START, ..FraudFacts::default() }
}

fn signals(order: &Order, facts: &FraudFacts) -> Vec<Signal> {
    assess(order, facts, &FraudRules::default()).suspicions.into_iter().map(|it| it.signal).collect()
}

fn of_address(change: impl FnOnce(&mut crate::domain::customer::Address)) -> Vec<Signal> {
    signals(&order(|order| change(&mut order.ship_groups[0].address)), &facts())
}

fn of_mail(mail: &str) -> Vec<Signal> {
    signals(&order(|order| order.customer.mail = Some(Personal::new(mail))), &facts())
}

fn of_phone(phone: &str) -> Vec<Signal> {
    signals(&order(|order| order.customer.phone = Some(Personal::new(phone))), &facts())
}

#[test]
fn an_ordinary_order_has_no_signal() {
    assert_eq!(signals(&ordinary().order(), &facts()), []);
    assert_eq!(signals(&ordinary().order(), &FraudFacts { is_first_order: true, ..facts() }), []);
}

#[test]
fn the_place_is_known_by_its_words() {
    for (line, signal) in [
        ("○○転送サービス内 1-2", Signal::Forwarder),
        ("千代田1-1 Ｂｕｙｅｅ123456", Signal::Forwarder),
        ("新宿郵便局 私書箱12号", Signal::PostBox),
        ("丸の内1-1 リージャス東京", Signal::RentalOffice),
        ("1-2 ウィークリーマンション", Signal::WeeklyFlat),
        ("西新宿1-2-3 ＡＢＣホテル", Signal::Hotel),
        ("千代田1-1 鈴木方", Signal::CareOf),
        ("千代田1-1 株式会社見本気付", Signal::CareOf),
    ] {
        assert!(of_address(|address| address.line1 = Personal::new(line)).contains(&signal), "{line}");
    }
    for plain in ["枚方1-2-3", "四方木12", "方南町1-2", "千代田1-1"] {
        assert_eq!(of_address(|address| address.line1 = Personal::new(plain)), [], "{plain}");
    }
}

#[test]
fn an_address_that_ends_too_early_or_is_made_up_is_seen() {
    for bad in ["千代田1-", "千代田1丁目", "千代田0-00", "千代田１－１テスト", "○○1-1"]
    {
        let seen = of_address(|address| address.line1 = Personal::new(bad));
        assert_eq!(seen, [Signal::AddressTruncated], "{bad}");
    }
    for good in ["千代田1-10-100", "一丁目2番3号", "無番地", "千代田1-1 100号"] {
        assert_eq!(of_address(|address| address.line1 = Personal::new(good)), [], "{good}");
    }
}

#[test]
fn the_area_code_is_compared_with_every_address() {
    assert_eq!(of_phone("03-1234-5671"), []);
    assert_eq!(of_phone("+81 3 1234 5671"), []);
    assert_eq!(of_phone("06-6213-4571"), [Signal::AreaCodeElsewhere]);
    assert_eq!(of_phone("0982-12-3461"), [Signal::AreaCodeElsewhere]);
    assert_eq!(of_phone("0422-21-3461"), []);
    for placeless in ["090-1234-6789", "050-1234-6789", "0120-444-113"] {
        assert_eq!(of_phone(placeless), [], "{placeless}");
    }
    let present = order(|order| {
        order.customer.phone = Some(Personal::new("06-6213-4571"));
        let mut home = order.ship_groups[0].clone();
        home.address.prefecture = Personal::new("大阪府");
        order.ship_groups.push(home);
    });
    assert_eq!(signals(&present, &facts()), []);
}

#[test]
fn a_mail_or_phone_that_leads_nowhere_is_seen() {
    for (mail, signal) in [
        ("taro@mailinator.com", Signal::DisposableMail),
        ("taro@eu.yopmail.com", Signal::DisposableMail),
        ("xkqzwrtp@example.com", Signal::MeaninglessMail),
        ("a1b2c3d4@example.com", Signal::MeaninglessMail),
        ("aaaaaa@example.com", Signal::MeaninglessMail),
    ] {
        assert_eq!(of_mail(mail), [signal], "{mail}");
    }
    for good in [
        "taro.yamada@example.com",
        "y.suzuki1985@docomo.ne.jp",
        "shinichiro-52@example.jp",
        "abc@example.com",
    ] {
        assert_eq!(of_mail(good), [], "{good}");
    }
    for bad in ["090-1111-1111", "080-1234-5678", "070-8765-4321", "090-1212-1212"] {
        assert_eq!(of_phone(bad), [Signal::MeaninglessPhone], "{bad}");
    }
}

#[test]
fn a_first_order_is_doubtful_only_when_it_is_dear() {
    let dear = ordinary().of(&[(1, 50_000)]).order();
    let first = FraudFacts { is_first_order: true, ..facts() };
    assert_eq!(signals(&dear, &first), [Signal::FirstOrderLarge]);
    assert_eq!(signals(&dear, &facts()), []);
    assert_eq!(signals(&ordinary().of(&[(1, 49_999)]).order(), &first), []);
    assert_eq!(signals(&ordinary().of(&[(20, 100)]).order(), &facts()), [Signal::ManyUnits]);
}

/// So many other orders with the mark, one every ten minutes.
fn seen(kind: MarkKind, others: usize, room: impl Fn(usize) -> Option<String>) -> FraudFacts {
    let other = |n: usize| Sighting {
        order: ordinary().order().id,
        at: START - SignedDuration::from_mins(10 * i64::try_from(n).unwrap()),
        detail: room(n),
    };
    let seen = Seen { kind, detail: room(0), others: (0..others).map(other).collect() };
    FraudFacts { seen: vec![seen], ..facts() }
}

#[test]
fn several_orders_count_within_their_time_alone() {
    let order = ordinary().order();
    let of = |kind, others| signals(&order, &seen(kind, others, |_| None));
    assert_eq!(of(MarkKind::Name, 2), []);
    assert_eq!(of(MarkKind::Name, 3), [Signal::SameNameOften]);
    assert_eq!(of(MarkKind::Mail, 4), []);
    assert_eq!(of(MarkKind::Mail, 5), [Signal::SameMailOften]);
    assert_eq!(of(MarkKind::Phone, 5), [Signal::SamePhoneOften]);
    assert_eq!(of(MarkKind::Card, 5), [Signal::SameCardOften]);
    assert_eq!(of(MarkKind::Address, 8), [Signal::SameAddressOften]);
    let mut late = seen(MarkKind::Name, 3, |_| None);
    late.now = START + SignedDuration::from_mins(50);
    assert_eq!(signals(&order, &late), []);
}

#[test]
fn the_same_address_with_other_rooms_is_seen() {
    let order = ordinary().order();
    let rooms = |others| signals(&order, &seen(MarkKind::Address, others, |n| Some(n.to_string())));
    assert_eq!(rooms(2), []);
    assert_eq!(rooms(3), [Signal::RoomsVary]);
    assert_eq!(signals(&order, &seen(MarkKind::Address, 3, |_| Some("101".into()))), []);
}

#[test]
fn what_was_refused_unpaid_or_blocked_before_counts() {
    let order = ordinary().order();
    let of = |facts| signals(&order, &facts);
    assert_eq!(of(FraudFacts { refusals: 1, ..facts() }), [Signal::RefusedBefore]);
    assert_eq!(of(FraudFacts { unpaid: 1, ..facts() }), [Signal::UnpaidBefore]);
    assert_eq!(of(FraudFacts { blocked: vec![MarkKind::Phone], ..facts() }), [Signal::BlockListed]);
}

#[test]
fn weights_add_up_can_be_changed_and_are_explained_heaviest_first() {
    let order = order(|order| {
        order.customer.mail = Some(Personal::new("taro@mailinator.com"));
        order.lines[0].ordered = 20;
    });
    let risk = assess(&order, &facts(), &FraudRules::default());
    assert_eq!(risk.score, 55);
    assert!(risk.reasons().starts_with("customer.mail: of a service"), "{}", risk.reasons());
    let mut rules = FraudRules::default();
    rules.weights.insert(Signal::DisposableMail, 0);
    assert_eq!(assess(&order, &facts(), &rules).score, 20);
}

#[test]
fn that_one_person_orders_often_never_holds_an_order_by_itself() {
    let often = [
        Signal::SameNameOften,
        Signal::SameMailOften,
        Signal::SamePhoneOften,
        Signal::SameCardOften,
        Signal::SameAddressOften,
        Signal::MeaninglessPhone,
    ];
    let (rules, sum) = (FraudRules::default(), often.into_iter().map(Signal::default_weight).sum::<u16>());
    assert!((rules.warn_at..rules.hold_at).contains(&sum), "{sum}");
}

#[test]
fn the_same_person_is_recognised_however_it_is_written() {
    let text = |feature: Option<Feature>| feature.unwrap().text;
    assert_eq!(text(Feature::mail("Taro+shop@Example.com")), text(Feature::mail("taro@example.com ")));
    assert_eq!(text(Feature::phone("+81 90-1234-5678")), text(Feature::phone("０９０１２３４５６７８")));
    assert_eq!(text(Feature::name("山田　太郎")), text(Feature::name("山田 太郎")));
    let address = |line1: &str, line2: Option<&str>| {
        let mut address = crate::domain::testing::address("山田");
        (address.line1, address.line2) = (Personal::new(line1), line2.map(Personal::new));
        Feature::address(&address).unwrap()
    };
    let (one, other) = (address("千代田１ー１", Some("101号")), address("千代田1-1", Some("102号")));
    assert_eq!(one.text, other.text);
    assert_ne!(one.detail, other.detail);
}

#[test]
fn nothing_personal_is_in_what_is_found() {
    let order = order(|order| {
        order.customer.mail = Some(Personal::new("secretaaa@mailinator.com"));
        order.customer.phone = Some(Personal::new("090-1111-1111"));
        order.ship_groups[0].address.line1 = Personal::new("秘密ホテル");
        order.lines[0].sku = Sku::new("A").unwrap();
    });
    let risk = assess(&order, &facts(), &FraudRules::default());
    let shown = format!("{risk:?} {:?}", features(&order));
    assert_eq!(risk.suspicions.len(), 3);
    for secret in ["secretaaa", "1111", "秘密"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

/// The document about the signals: what a person says, and the table as the code has it.
fn document() -> String {
    let rules = FraudRules::default();
    let mut table = String::from("| signal | weight | what and why |\n|---|---|---|\n");
    for signal in Signal::ALL {
        table += &format!("| `{}` | {} | {} |\n", signal.code(), signal.default_weight(), signal.why());
    }
    let thresholds = format!(
        "From **{}** on an order is shown with a warning, from **{}** on it is held for `FRAUD_REVIEW`. A first \
         order is large from {} yen on, a line has many units from {} on. Several are {} other orders of the \
         same name within an hour, {} of the same mail, phone or card within a day, {} to the same address \
         within 30 days; {} different rooms at one address are too many.",
        rules.warn_at,
        rules.hold_at,
        rules.large_amount.units(),
        rules.many_units,
        rules.names_an_hour,
        rules.orders_a_day,
        rules.addresses_a_month,
        rules.rooms,
    );
    include_str!("document.txt").replace("{table}", &table).replace("{thresholds}", &thresholds)
}

#[test]
fn the_document_is_what_the_code_does() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../infra/docs/FRAUD.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(path, document()).unwrap();
    }
    let known = std::fs::read_to_string(path).unwrap_or_default();
    assert!(known == document(), "rewrite it: UPDATE_DOCS=1 cargo nextest run --workspace -E 'test(fraud)'");
}

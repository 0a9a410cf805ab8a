use std::{collections::BTreeSet, path::Path};

use jiff::civil::date;
use mailparse::MailHeaderMap;
use proptest::prelude::*;

use super::{render::folder, *};
use crate::domain::{customer::Language, money::Currency};

const LANGUAGES: [Language; 3] = [Language::Ja, Language::En, Language::ZhHans];

fn items(titles: &[(&str, u32)]) -> Vec<Item> {
    titles.iter().map(|(title, quantity)| Item { title: (*title).to_owned(), quantity: *quantity }).collect()
}

fn hanako() -> Party {
    Party {
        name: "山田 花子".to_owned(),
        address: "〒604-8064 京都府京都市中京区骨屋之町560 和光ビル3階".to_owned(),
        phone: "075-000-1234".to_owned(),
    }
}

fn destination() -> Destination {
    Destination {
        party: hanako(),
        desired_date: Some(date(2026, 10, 17)),
        desired_time: Some(TimeSlot { from_hour: 14, to_hour: 16 }),
    }
}

fn parcels() -> Vec<Parcel> {
    vec![
        Parcel {
            carrier: Carrier::Yamato,
            tracking_number: "444413758703".to_owned(),
            tracking_url: "https://toi.kuronekoyamato.co.jp/cgi-bin/tneko?number=444413758703".to_owned(),
        },
        Parcel {
            carrier: Carrier::Other("みなと急送".to_owned()),
            tracking_number: "MN-0042".to_owned(),
            tracking_url: String::new(),
        },
    ]
}

fn order() -> Order {
    let line = |title: &str, quantity: u32, unit_price, reduced_tax| Line {
        title: title.to_owned(),
        quantity,
        unit_price,
        amount: unit_price * i64::from(quantity),
        reduced_tax,
    };
    Order {
        number: "CHA-2026-000123".to_owned(),
        ordered_at: date(2026, 10, 12).at(9, 30, 15, 0),
        payment_method: PaymentMethod::BankTransfer,
        lines: vec![
            line("有機ほうじ茶 100g 缶", 2, 1_080, true),
            line("萩焼の急須（小・白）", 1, 8_800, false),
        ],
        subtotal: 10_960,
        amounts: vec![
            Amount { kind: AmountKind::Shipping, amount: 550 },
            Amount { kind: AmountKind::Wrapping, amount: 330 },
            Amount { kind: AmountKind::Points, amount: -500 },
        ],
        taxes: vec![
            Tax { rate_bp: 1000, base: 9_223, tax: 838, included: true },
            Tax { rate_bp: 800, base: 2_117, tax: 156, included: true },
        ],
        total: 11_340,
        orderer: hanako(),
        destinations: vec![
            destination(),
            Destination {
                party: Party { name: "佐藤 次郎".to_owned(), phone: String::new(), ..hanako() },
                desired_date: None,
                desired_time: None,
            },
        ],
    }
}

fn context(notice: Notice) -> MailContext {
    MailContext {
        shop: Shop {
            name: "茶の庵".to_owned(),
            url: "https://cha-no-iori.example.jp/".to_owned(),
            support_mail: "support@cha-no-iori.example.jp".to_owned(),
            phone: "075-000-0000".to_owned(),
            postal_address: "〒604-0000 京都府京都市中京区一之船入町1".to_owned(),
        },
        currency: Currency::Jpy,
        order: order(),
        notice,
    }
}

fn bank_request() -> PaymentRequest {
    PaymentRequest {
        amount: 11_340,
        due_at: date(2026, 10, 19).at(23, 59, 59, 0),
        pay_at: PayAt::Bank {
            account: "みなと銀行 京都支店（012） 普通 0123456 カ）チャノイオリ".to_owned(),
        },
    }
}

fn store_request() -> PaymentRequest {
    PaymentRequest {
        pay_at: PayAt::ConvenienceStore {
            store: "まちかどストア".to_owned(),
            payment_number: "12345-678901".to_owned(),
            confirmation_number: "4321".to_owned(),
            instructions_url: "https://pay.example.jp/slips/12345".to_owned(),
        },
        ..bank_request()
    }
}

/// The notice that stands for its kind in the snapshots.
fn sample(kind: MailKind) -> Notice {
    match kind {
        MailKind::OrderConfirmation => Notice::OrderConfirmation,
        MailKind::PaymentRequest => Notice::PaymentRequest(bank_request()),
        MailKind::PaymentReceived => Notice::PaymentReceived(PaymentReceipt {
            amount: 11_340,
            received_on: date(2026, 10, 14),
            ships_by: Some(date(2026, 10, 16)),
        }),
        MailKind::PaymentReminder => Notice::PaymentReminder(store_request()),
        MailKind::PaymentExpired => Notice::PaymentExpired(Expiry {
            due_at: date(2026, 10, 19).at(23, 59, 59, 0),
            items: items(&[("有機ほうじ茶 100g 缶", 2), ("萩焼の急須（小・白）", 1)]),
        }),
        MailKind::Shipped => Notice::Shipped(Shipment {
            shipped_on: date(2026, 10, 16),
            expected_on: Some(date(2026, 10, 17)),
            items: items(&[("有機ほうじ茶 100g 缶", 2)]),
            parcels: parcels(),
            destination: destination(),
            cash_on_delivery: Some(11_340),
            rest_follows: true,
        }),
        MailKind::Delivered => Notice::Delivered(Delivery {
            delivered_on: date(2026, 10, 17),
            items: items(&[("有機ほうじ茶 100g 缶", 2)]),
            parcels: parcels(),
            destination: destination(),
        }),
        MailKind::Delayed => Notice::Delayed(Delay {
            reason: DelayReason::Disaster,
            explanation: "台風12号のため、京都府内の集荷が止まっております。".to_owned(),
            items: items(&[("萩焼の急須（小・白）", 1)]),
            expected_on: Some(date(2026, 10, 24)),
        }),
        MailKind::Cancelled => Notice::Cancelled(Cancellation {
            reason: CancelReason::OutOfStock,
            whole: false,
            items: items(&[("京番茶 200g", 3)]),
            settlement: Settlement::Refunded { amount: 2_592, to: RefundTo::BankAccount },
        }),
        MailKind::StockOut => Notice::StockOut(StockOut {
            waiting: items(&[("萩焼の急須（小・白）", 1)]),
            expected_to_ship_on: None,
        }),
    }
}

/// The notices that take the templates' other branches.
fn variants() -> Vec<Notice> {
    let mut notices = vec![
        Notice::PaymentRequest(store_request()),
        Notice::PaymentReminder(bank_request()),
        Notice::PaymentReceived(PaymentReceipt {
            amount: 1,
            received_on: date(2026, 10, 14),
            ships_by: None,
        }),
        Notice::Shipped(Shipment {
            shipped_on: date(2026, 10, 16),
            expected_on: None,
            items: Vec::new(),
            parcels: Vec::new(),
            destination: Destination { desired_date: None, desired_time: None, ..destination() },
            cash_on_delivery: None,
            rest_follows: false,
        }),
        Notice::StockOut(StockOut {
            waiting: items(&[("京番茶 200g", 1)]),
            expected_to_ship_on: Some(date(2026, 11, 2)),
        }),
    ];
    for reason in [
        DelayReason::Stock,
        DelayReason::Warehouse,
        DelayReason::Carrier,
        DelayReason::Disaster,
        DelayReason::Shop,
    ] {
        notices.push(Notice::Delayed(Delay {
            reason,
            explanation: String::new(),
            items: Vec::new(),
            expected_on: None,
        }));
    }
    for reason in [
        CancelReason::Customer,
        CancelReason::Shop,
        CancelReason::OutOfStock,
        CancelReason::Undeliverable,
        CancelReason::PaymentDeclined,
    ] {
        for settlement in [
            Settlement::NothingCharged,
            Settlement::AuthorizationReleased,
            Settlement::BilledLess,
            Settlement::Refunded { amount: 100, to: RefundTo::Card },
            Settlement::Refunded { amount: 100, to: RefundTo::BankAccount },
            Settlement::Refunded { amount: 100, to: RefundTo::PaymentMethod },
        ] {
            for whole in [true, false] {
                let items = items(&[("京番茶 200g", 3)]);
                notices.push(Notice::Cancelled(Cancellation { reason, whole, items, settlement }));
            }
        }
    }
    notices
}

fn every_notice() -> Vec<Notice> {
    MailKind::ALL.into_iter().map(sample).chain(variants()).collect()
}

fn rendered(language: Language, notice: Notice) -> RenderedMail {
    render(language, &context(notice)).unwrap()
}

#[test]
fn each_mail_reads_well_in_each_language() {
    for kind in MailKind::ALL {
        for language in LANGUAGES {
            let mail = rendered(language, sample(kind));
            let text = format!("Subject: {}\n\n{}", mail.subject, mail.text);
            insta::assert_snapshot!(format!("{}.{}.txt", kind.name(), folder(language)), text);
        }
    }
}

#[test]
fn each_mail_has_an_html_part() {
    for (kind, language) in MailKind::ALL.into_iter().zip(LANGUAGES.into_iter().cycle()) {
        insta::assert_snapshot!(format!("{}.html", kind.name()), rendered(language, sample(kind)).html);
    }
}

/// Width in a terminal, near enough for these texts: whatever is beyond Latin takes two columns.
fn columns(line: &str) -> usize {
    line.chars().map(|c| if c > '\u{2fff}' { 2 } else { 1 }).sum()
}

#[test]
fn every_branch_of_every_template_has_its_words() {
    for notice in every_notice() {
        for language in LANGUAGES {
            let mail = rendered(language, notice.clone());
            assert!(!mail.text.contains("&#"), "HTML escapes in the plain part: {}", mail.text);
            let too_wide = |line: &&str| columns(line) > 78 && !line.contains("://");
            assert_eq!(mail.text.lines().find(too_wide), None);
            assert!(!mail.text.contains("\n\n\n") && !mail.text.contains(" \n"), "{}", mail.text);
        }
    }
}

#[test]
fn every_word_of_the_vocabulary_exists_in_every_language() {
    let mut context = context(Notice::OrderConfirmation);
    for payment_method in [
        PaymentMethod::Card,
        PaymentMethod::BankTransfer,
        PaymentMethod::ConvenienceStore,
        PaymentMethod::CashOnDelivery,
        PaymentMethod::PayLater,
        PaymentMethod::Channel,
        PaymentMethod::NothingToPay,
    ] {
        context.order.payment_method = payment_method;
        for kind in [
            AmountKind::Shipping,
            AmountKind::CashOnDeliveryFee,
            AmountKind::PaymentFee,
            AmountKind::Wrapping,
            AmountKind::OtherFee,
            AmountKind::Coupon,
            AmountKind::Points,
            AmountKind::OtherDiscount,
        ] {
            context.order.amounts = vec![Amount { kind, amount: -1 }];
            for language in LANGUAGES {
                assert!(render(language, &context).unwrap().text.contains("-¥1\n"));
            }
        }
    }
    for carrier in [Carrier::Yamato, Carrier::Sagawa, Carrier::JapanPost] {
        let Notice::Delivered(mut delivery) = sample(MailKind::Delivered) else { unreachable!() };
        delivery.parcels[0].carrier = carrier;
        for language in LANGUAGES {
            rendered(language, Notice::Delivered(delivery.clone()));
        }
    }
}

#[test]
fn a_purpose_is_at_most_25_characters() {
    for notice in every_notice() {
        for language in LANGUAGES {
            let subject = rendered(language, notice.clone()).subject;
            let purpose = subject.strip_prefix("【茶の庵】").unwrap();
            assert!((2..=25).contains(&purpose.chars().count()), "{purpose}");
        }
    }
}

#[test]
fn every_template_file_is_embedded_and_every_language_has_every_mail() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("mails");
    let mut files = BTreeSet::new();
    for folder in ["", "kinds/", "ja/", "en/", "zh-Hans/"] {
        for entry in std::fs::read_dir(root.join(folder)).unwrap() {
            let entry = entry.unwrap();
            if entry.file_type().unwrap().is_file() {
                files.insert(format!("{folder}{}", entry.file_name().to_str().unwrap()));
            }
        }
    }
    let embedded: BTreeSet<String> =
        templates::TEMPLATES.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(embedded, files);
    for kind in MailKind::ALL {
        for language in LANGUAGES {
            assert!(embedded.contains(&format!("{}/{}.j2", folder(language), kind.name())));
        }
    }
}

#[test]
fn a_kind_is_stored_under_its_name() {
    for kind in MailKind::ALL {
        assert_eq!(sample(kind).kind(), kind);
        assert_eq!(serde_json::to_value(kind).unwrap(), kind.name());
    }
}

#[test]
fn all_tracking_numbers_are_mailed_with_their_links() {
    for language in LANGUAGES {
        let mail = rendered(language, sample(MailKind::Shipped));
        for body in [&mail.text, &mail.html] {
            assert!(body.contains("444413758703") && body.contains("MN-0042"));
        }
        assert!(mail.text.contains("https://toi.kuronekoyamato.co.jp/cgi-bin/tneko?number=444413758703\n"));
        assert_eq!(mail.html.matches("<a href=").count(), 2, "the tracking page and the shop");
    }
}

#[test]
fn tax_on_top_is_part_of_the_sum() {
    let mut context = context(Notice::OrderConfirmation);
    context.currency = Currency::Usd;
    context.order.taxes = vec![Tax { rate_bp: 825, base: 40_994, tax: 3_382, included: false }];
    let text = render(Language::En, &context).unwrap().text;
    assert!(text.contains("Tax (8.25% on $409.94): $33.82\nTotal: $113.40\n"), "{text}");
}

#[test]
fn absurd_facts_are_still_a_mail() {
    let shop_name = "株式会社".repeat(100);
    for name in
        ["", " \u{3000} ", "<script>alert(1)</script>", "مرحبا\u{202e}بالعالم", "{{ 7 * 7 }}", "a\r\nb"]
    {
        let mut context = context(Notice::OrderConfirmation);
        context.shop.name.clone_from(&shop_name);
        context.shop.url = "javascript:alert(1)".to_owned();
        context.order.orderer.name = name.to_owned();
        context.order.total = i64::MIN;
        let mut line = context.order.lines.remove(0);
        line.title = "とても長い商品名".repeat(200);
        context.order.lines = vec![line; 40];
        for language in LANGUAGES {
            let mail = render(language, &context).unwrap();
            assert!(mail.subject.chars().count() < 60, "{}", mail.subject);
            assert!(!mail.html.contains("<script") && !mail.html.contains("href=\"javascript"));
            assert!(!mail.text.contains("49") || !name.contains("7 * 7"));
            assert_eq!(mail.text.matches("とても長い商品名とても長い商品名").count(), 40 * 100);
        }
    }
}

#[test]
fn a_shop_without_a_name_has_a_subject_without_brackets() {
    let mut context = context(Notice::OrderConfirmation);
    context.shop.name = "\r\n".to_owned();
    assert_eq!(render(Language::En, &context).unwrap().subject, "We received your order");
}

fn sealed(shop: &str, customer: &str, mail: &RenderedMail) -> Vec<u8> {
    sealed_about("CHA-2026-000123", shop, customer, mail)
}

fn sealed_about(order_number: &str, shop: &str, customer: &str, mail: &RenderedMail) -> Vec<u8> {
    let from = Mailbox::new(shop, "order@cha-no-iori.example.jp").unwrap();
    let reply_to = Mailbox::new(shop, "support@cha-no-iori.example.jp").unwrap();
    let to = Mailbox::new(customer, "hanako@example.jp").unwrap();
    let date = "2026-10-12T00:30:15Z".parse().unwrap();
    let fact_id = "ORDER#1/order_confirmation";
    Envelope { from: &from, reply_to: &reply_to, to: &to, date, fact_id, order_number }.seal(mail)
}

#[test]
fn a_sealed_mail_is_read_back_as_it_was_written() {
    let mail = rendered(Language::Ja, Notice::OrderConfirmation);
    let bytes = sealed("茶の庵", "山田, \"花子\"", &mail);
    assert_eq!(bytes, sealed("茶の庵", "山田, \"花子\"", &mail));
    assert!(bytes.is_ascii());
    assert!(bytes.split(|byte| *byte == b'\n').all(|line| line.len() <= 78));

    let head = bytes.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
    insta::assert_snapshot!("head.mime", String::from_utf8_lossy(&bytes[..head]).replace("\r\n", "\n"));

    let parsed = mailparse::parse_mail(&bytes).unwrap();
    let header = |name| parsed.headers.get_first_value(name).unwrap();
    assert_eq!(header("Subject"), mail.subject);
    assert_eq!(header("Auto-Submitted"), "auto-generated");
    assert_eq!(header(ORDER_NUMBER), "CHA-2026-000123");
    let to = mailparse::addrparse_header(parsed.headers.get_first_header("To").unwrap()).unwrap();
    let to = to.extract_single_info().unwrap();
    assert_eq!(to.display_name.as_deref(), Some("山田, \"花子\""));
    assert_eq!(to.addr, "hanako@example.jp");

    assert_eq!(parsed.ctype.mimetype, "multipart/alternative");
    let [text, html] = &parsed.subparts[..] else { panic!("two parts") };
    assert_eq!((text.ctype.mimetype.as_str(), text.ctype.charset.as_str()), ("text/plain", "utf-8"));
    assert_eq!((html.ctype.mimetype.as_str(), html.ctype.charset.as_str()), ("text/html", "utf-8"));
    assert_eq!(text.get_body().unwrap().replace("\r\n", "\n").trim_end(), mail.text.trim_end());
    assert_eq!(html.get_body().unwrap().replace("\r\n", "\n").trim_end(), mail.html.trim_end());
}

#[test]
fn another_fact_is_another_message() {
    let mail = rendered(Language::Ja, Notice::OrderConfirmation);
    let mailbox = Mailbox::new("", "order@cha-no-iori.example.jp").unwrap();
    let message_id = |fact_id| {
        let date = jiff::Timestamp::MIN;
        let (from, reply_to, to) = (&mailbox, &mailbox, &mailbox);
        let envelope = Envelope { from, reply_to, to, date, fact_id, order_number: "1" };
        let bytes = envelope.seal(&mail);
        mailparse::parse_mail(&bytes).unwrap().headers.get_first_value("Message-ID").unwrap()
    };
    assert_eq!(message_id("a"), message_id("a"));
    assert_ne!(message_id("a"), message_id("b"));
    assert!(message_id("a").ends_with("@cha-no-iori.example.jp>"));
}

#[test]
fn a_recipient_no_mail_service_accepts_is_refused_before_sending() {
    assert_eq!(Mailbox::new("花子", "a..b@docomo.ne.jp"), Err(InvalidAddress::Dots));
}

proptest! {
    #[test]
    fn any_text_renders_and_injects_nothing(
        shop in any::<String>(),
        customer in any::<String>(),
        title in "\\PC*|[\\x00-\\x7f\u{202e}\u{2028}<>&'\"{}%]{0,40}",
        language in prop::sample::select(LANGUAGES.to_vec()),
        kind in prop::sample::select(MailKind::ALL.to_vec()),
    ) {
        let mut context = context(sample(kind));
        context.shop.name.clone_from(&shop);
        context.shop.url.clone_from(&title);
        context.order.number.clone_from(&title);
        context.order.orderer.name.clone_from(&customer);
        context.order.lines[0].title.clone_from(&title);
        let mail = render(language, &context).unwrap();
        prop_assert!(!mail.subject.chars().any(char::is_control));
        prop_assert!(!mail.text.chars().any(|c| c.is_control() && c != '\n'));
        let plain = rendered(language, sample(kind));
        let tags = |html: &str| html.matches('<').count() - html.matches("<a ").count() - html.matches("</a>").count();
        prop_assert!(tags(&mail.html) <= tags(&plain.html));

        let bytes = sealed_about(&title, &shop, &customer, &mail);
        let parsed = mailparse::parse_mail(&bytes).unwrap();
        let names: Vec<String> = parsed.headers.iter().map(mailparse::MailHeader::get_key).collect();
        prop_assert_eq!(names, [
            "From", "Reply-To", "To", "Subject", "Message-ID", "Date", "MIME-Version", "Content-Type",
            "Auto-Submitted", ORDER_NUMBER,
        ]);
        prop_assert_eq!(parsed.subparts.len(), 2);
    }
}

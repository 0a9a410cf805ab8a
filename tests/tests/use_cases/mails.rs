//! P16: every kind of mail is written by the real transition, from the order to the letter box.
//! P15 and P17: at most one mail, and what could not be delivered is seen.

use jiff::SignedDuration;
use jiff::civil::date;
use juchu::app::mail::MailKind;
use juchu::app::message::Stage;
use juchu::app::ports::{MailLog, MailStatus, MerchantStore, OrderStore};
use juchu::domain::Command;
use juchu::domain::billing::Declared;
use juchu::domain::customer::{Language, Personal};
use juchu::domain::event::EventKind;
use juchu::domain::ids::{LineId, OrderId};
use juchu::domain::merchant::Merchant;
use juchu::domain::order::TicketKind;
use juchu::domain::payment::PaymentMethod;
use juchu::domain::rule_pack::RuleVersion;
use juchu::domain::shipment::LineQuantity;
use juchu::domain::testing::{Draft, an_order, yen};
use juchu::testing::MailScript;
use juchu_tests::harness::World;
use juchu_tests::harness::people::{Letter, merchant};

use crate::poison::run_batch_of;

/// A customer who reads `language`.
fn reader(language: Language) -> Draft {
    let mut draft = an_order();
    draft.intake.customer.language = language;
    draft.intake.customer.mail = Some(Personal::new("reader@example.com"));
    draft
}

/// The letters of `kind` about the order, as the mail log knows them.
async fn letters_of(world: &World, order: &OrderId, kind: MailKind) -> Vec<Letter> {
    let outbox = world.letters();
    let mut letters = Vec::new();
    for record in world.store.mails(order).await.unwrap() {
        let MailStatus::Sent { message_id } = record.status else { continue };
        if record.fact.split(':').next() == Some(kind.name()) {
            let number: usize = message_id.trim_start_matches("mail-").parse().unwrap();
            letters.push(outbox[number - 1].clone());
        }
    }
    letters
}

/// For each kind: how it comes about, and how it is recognised. The kinds of the list are checked
/// against all kinds there are.
macro_rules! p16 {
    ($($test:ident: $kind:ident in $language:ident, $subject:literal, $facts:expr, $way:expr;)*) => {
        $(#[tokio::test]
        async fn $test() {
            let mut world = World::new();
            let way = $way;
            let order: OrderId = way(&mut world, reader(Language::$language)).await;
            let letters = letters_of(&world, &order, MailKind::$kind).await;
            assert_eq!(letters.len(), 1, "one letter of the kind");
            let letter = &letters[0];
            assert_eq!((letter.to.as_str(), letter.subject.as_str()), ("reader@example.com", $subject));
            for fact in $facts {
                assert!(letter.text.contains(fact), "{fact} is not in the text:\n{}", letter.text);
                assert!(letter.html.contains(fact), "{fact} is not in the HTML:\n{}", letter.html);
            }
        })*

        #[test]
        fn p16_every_kind_of_mail_has_its_transition() {
            let tested = [$(MailKind::$kind),*];
            for kind in MailKind::ALL {
                assert!(tested.contains(&kind), "no transition writes {}", kind.name());
            }
        }
    };
}

p16! {
    p16_a_received_order_is_confirmed:
        OrderConfirmation in Ja, "【茶の庵】ご注文内容のご確認", ["¥2,000", "Product 1", "山田太郎 様"], ordered;
    p16_who_pays_in_advance_is_told_how:
        PaymentRequest in En, "【茶の庵】Please pay for your order", ["見本銀行 本店 普通 1234567", "¥2,000", "Wed, 8 Apr 2026"], asked_to_pay;
    p16_a_deposit_is_acknowledged:
        PaymentReceived in ZhHans, "【茶の庵】已收到您的付款", ["2,000"], paid;
    p16_who_forgets_is_reminded:
        PaymentReminder in Ja, "【茶の庵】お支払いのご確認", ["2026年4月8日", "¥2,000"], reminded;
    p16_who_never_pays_is_told_that_it_is_over:
        PaymentExpired in En, "【茶の庵】Order cancelled (unpaid)", ["Wed, 8 Apr 2026", "Product 1"], expired;
    p16_a_shipped_parcel_can_be_followed:
        Shipped in Ja, "【茶の庵】商品発送のお知らせ", ["444413758703"], shipped;
    p16_an_arrived_parcel_is_reported:
        Delivered in ZhHans, "【茶の庵】商品送达通知", ["Product 1"], delivered;
    p16_a_delay_is_explained:
        Delayed in En, "【茶の庵】Your delivery is delayed", ["The ship is late", "Mon, 20 Apr 2026"], delayed;
    p16_a_cancellation_says_what_becomes_of_the_money:
        Cancelled in En, "【茶の庵】Order cancelled", ["Product 1", "The amount held on your credit card is released"], cancelled;
    p16_missing_goods_are_apologised_for:
        StockOut in ZhHans, "【茶の庵】商品缺货致歉通知", ["Product 1"], out_of_stock;
}

async fn ordered(world: &mut World, draft: Draft) -> OrderId {
    let order = world.receives(&draft).await;
    world.settle().await;
    order
}

async fn asked_to_pay(world: &mut World, draft: Draft) -> OrderId {
    ordered(world, draft.paid_by(PaymentMethod::BankTransfer)).await
}

async fn paid(world: &mut World, draft: Draft) -> OrderId {
    let order = asked_to_pay(world, draft).await;
    world.bank_reports(&order, 2_000, "B-1").await;
    world.settle().await;
    order
}

async fn reminded(world: &mut World, draft: Draft) -> OrderId {
    let order = asked_to_pay(world, draft).await;
    world.pass(SignedDuration::from_hours(24 * 6)).await;
    order
}

async fn expired(world: &mut World, draft: Draft) -> OrderId {
    let order = asked_to_pay(world, draft).await;
    world.pass(SignedDuration::from_hours(24 * 8)).await;
    order
}

async fn shipped(world: &mut World, draft: Draft) -> OrderId {
    let order = ordered(world, draft).await;
    world.warehouse_ships(&order).await;
    world.settle().await;
    order
}

async fn delivered(world: &mut World, draft: Draft) -> OrderId {
    let order = shipped(world, draft).await;
    world.carrier_delivers(&order).await;
    world.settle().await;
    order
}

async fn delayed(world: &mut World, draft: Draft) -> OrderId {
    let order = ordered(world, draft).await;
    let reason = "The ship is late".to_owned();
    let expected_on = Some(date(2026, 4, 20));
    world.staff(&order, &Command::ReportDelay { reason, expected_on }).await;
    world.settle().await;
    order
}

async fn cancelled(world: &mut World, draft: Draft) -> OrderId {
    let order = ordered(world, draft).await;
    world.customer_cancels(&order).await;
    world.settle().await;
    world.warehouse_answers_recalls(&order, true).await;
    world.settle().await;
    order
}

async fn out_of_stock(world: &mut World, draft: Draft) -> OrderId {
    world.opens(&draft).await;
    let order = world.orders(&draft).await;
    world.settle().await;
    order
}

#[tokio::test]
async fn p15_a_function_that_dies_after_the_mail_service_accepted_sends_no_second_mail() {
    let confirmation = async |world: &mut World| {
        let order = ordered(world, an_order()).await;
        (order, world.letters())
    };
    let mut deaths = 0;
    for n in 1.. {
        let mut world = World::dying(n);
        let (order, letters) = confirmation(&mut world).await;
        let Some(who) = world.hit() else { break };
        assert!(letters.len() <= 1, "a second mail, after {who} died at {n}");
        let unknown = world.order(&order).open_tickets().any(|ticket| ticket.kind == TicketKind::MailUnknown);
        if who == Stage::NotifyCustomer.name() {
            deaths += usize::from(unknown && letters.len() == 1);
            assert!(unknown || letters.len() == 1, "neither a mail nor a ticket, after it died at {n}");
        } else {
            assert!(!unknown && letters.len() == 1, "{who} died at {n}");
        }
    }
    // Once between the service's answer and the note of it: the mail is there, and nobody knows.
    assert_eq!(deaths, 1);
}

#[tokio::test]
async fn p15_a_mail_nobody_knows_of_is_never_repeated_and_a_ticket_says_so() {
    let mut world = World::new();
    world.mailer.then(MailScript::LoseAnswer);
    let order = ordered(&mut world, an_order()).await;
    world.pass(SignedDuration::from_hours(24)).await;
    assert_eq!(letters_of(&world, &order, MailKind::OrderConfirmation).await, []);
    assert_eq!(world.letters().len(), 1);
    let tickets: Vec<_> = world.order(&order).tickets.iter().map(|ticket| ticket.id.clone()).collect();
    assert_eq!(tickets[0], "MAIL_UNKNOWN:order_confirmation:1");
}

#[tokio::test]
async fn p15_a_mail_service_that_is_busy_is_asked_again() {
    let mut world = World::new();
    for _ in 0..3 {
        world.mailer.then(MailScript::NotSent);
    }
    let order = ordered(&mut world, an_order()).await;
    assert_eq!(letters_of(&world, &order, MailKind::OrderConfirmation).await.len(), 1);
    assert!(world.order(&order).tickets.is_empty());
}

#[tokio::test]
async fn who_has_paid_or_cancelled_meanwhile_is_not_asked_for_money_by_a_late_mail() {
    for pays in [true, false] {
        let mut world = World::new();
        world.stop(Stage::NotifyCustomer);
        let order = asked_to_pay(&mut world, an_order().sent_as_available()).await;
        if pays {
            world.bank_reports(&order, 2_000, "B-1").await;
        } else {
            world.customer_cancels(&order).await;
        }
        world.settle().await;
        world.start(Stage::NotifyCustomer);
        world.settle().await;
        assert_eq!(letters_of(&world, &order, MailKind::PaymentRequest).await, []);
        let confirmed = letters_of(&world, &order, MailKind::OrderConfirmation).await.len();
        assert_eq!(confirmed, usize::from(pays), "what is cancelled is not confirmed");
    }
}

#[tokio::test]
async fn p17_an_address_no_server_accepts_becomes_a_ticket_and_its_batch_mates_are_written_to() {
    let mut world = World::new();
    world.opens(&an_order()).await;
    world.stop(Stage::NotifyCustomer);
    let mut orders = Vec::new();
    for n in 0..10 {
        let mut draft = an_order();
        let address = if n == 4 { "a..b@docomo.ne.jp".to_owned() } else { format!("reader-{n}@example.com") };
        draft.intake.customer.mail = Some(Personal::new(address));
        orders.push(world.orders(&draft).await);
    }
    // One of the others has an address that can be, and the service refuses it all the same.
    world.mailer.then(MailScript::Refuse("MessageRejected".to_owned()));
    world.settle().await;
    let batch = world.waiting(Stage::NotifyCustomer).into_iter().filter(|message| message.id.ends_with(":1"));
    let ended = run_batch_of(&world, Stage::NotifyCustomer, batch.collect()).await;
    assert!(ended.failed.is_empty() && ended.parked.is_empty());
    assert_eq!(world.letters().len(), 8);
    let undeliverable = |order: &&OrderId| {
        world.order(order).open_tickets().any(|ticket| ticket.kind == TicketKind::MailUndeliverable)
    };
    assert_eq!(orders.iter().filter(undeliverable).count(), 2);
    assert!(undeliverable(&&orders[4]));
}

#[tokio::test]
async fn p15_a_mail_that_was_begun_and_is_called_for_no_more_is_not_left_open() {
    let mut world = World::new();
    world.stop(Stage::NotifyCustomer);
    let order = world.receives(&an_order().paid_by(PaymentMethod::BankTransfer)).await;
    world.settle().await;
    let history = world.store.history(&order).await.unwrap();
    let asked = history.iter().find(|record| record.event.kind() == EventKind::PaymentRequested).unwrap();
    // Whoever began it died before the mail service answered. Then the customer paid.
    let fact = format!("{}:{}", MailKind::PaymentRequest.name(), asked.seq);
    assert_eq!(world.store.begin(&order, &fact, world.now()).await.unwrap(), None);
    world.bank_reports(&order, 2_000, "B-1").await;
    world.start(Stage::NotifyCustomer);
    world.settle().await;
    let mails = world.store.mails(&order).await.unwrap();
    let request = mails.iter().find(|mail| mail.fact == fact).unwrap();
    assert_eq!(request.status, MailStatus::Unknown);
    assert!(world.order(&order).has_ticket(&format!("MAIL_UNKNOWN:{fact}")));
}

#[tokio::test]
async fn a_shop_whose_mails_nobody_can_send_is_no_customer_who_cannot_be_reached() {
    let mut world = World::new();
    world.stop(Stage::NotifyCustomer);
    let order = ordered(&mut world, an_order()).await;
    let mut shop = world.store.merchant(&merchant()).await.unwrap().unwrap();
    let right = shop.clone();
    shop.version += 1;
    shop.shop.mail_from = "nobody".to_owned();
    world.store.put_merchant(&shop, &RuleVersion::standard(&shop)).await.unwrap();
    world.start(Stage::NotifyCustomer);
    world.settle().await;
    assert!(world.order(&order).tickets.is_empty());
    assert!(world.parked[0].reason.contains("mail_from"), "{}", world.parked[0].reason);
    // Put right and sent again, it goes out.
    let right = Merchant { version: shop.version + 1, ..right };
    world.store.put_merchant(&right, &RuleVersion::standard(&right)).await.unwrap();
    let parked = world.parked.remove(0);
    world.deliver_again(parked.stage, parked.message);
    world.settle().await;
    assert_eq!(world.letters().len(), 1);
}

#[tokio::test]
async fn what_the_channel_asks_less_than_our_sum_is_shown_as_a_discount() {
    for (total, label) in [(1_900, "Discount"), (2_100, "Handling fee")] {
        let mut world = World::new();
        let mut draft = reader(Language::En);
        draft.intake.declared = Some(Declared { total: yen(total), taxes: Vec::new() });
        let order = ordered(&mut world, draft).await;
        let letter = letters_of(&world, &order, MailKind::OrderConfirmation).await.remove(0);
        let shown = letter.text.lines().any(|line| line.contains(label) && line.contains("100"));
        assert!(shown, "{label} of 100 is not in:\n{}", letter.text);
    }
}

fn one_unit_of(line: u16) -> Vec<LineQuantity> {
    vec![LineQuantity { line: LineId(line), quantity: 1 }]
}

/// The mails are written when both cancellations are over.
#[tokio::test]
async fn each_of_two_cancellations_tells_its_own_goods_and_its_own_sum() {
    let mut world = World::new();
    world.stop(Stage::ReleaseOrder);
    let draft = reader(Language::Ja).of(&[(1, 1_000), (1, 3_000)]).paid_by(PaymentMethod::BankTransfer);
    let order = ordered(&mut world, draft).await;
    world.bank_reports(&order, 4_000, "B-1").await;
    world.settle().await;
    world.stop(Stage::NotifyCustomer);
    for line in [1, 2] {
        world.customer_cancels_some(&order, one_unit_of(line)).await;
        world.settle().await;
    }
    world.start(Stage::NotifyCustomer);
    world.settle().await;
    let letters = letters_of(&world, &order, MailKind::Cancelled).await;
    let says = |letter: &Letter| ["1,000", "3,000", "4,000"].map(|sum| letter.text.contains(sum));
    let mut told: Vec<_> = letters.iter().map(says).collect();
    told.sort_unstable();
    // The first one also shows the order, whose other product costs ¥3,000.
    assert_eq!(told, [[false, true, false], [true, true, false]]);
}

/// How many letters of `kind` are written when the mail stage sleeps through `way` and then wakes.
async fn late_letters(
    kind: MailKind,
    draft: Draft,
    way: impl AsyncFnOnce(&mut World, &OrderId),
) -> Vec<Letter> {
    let mut world = World::new();
    world.stop(Stage::NotifyCustomer);
    let order = if kind == MailKind::StockOut {
        world.opens(&draft).await;
        world.orders(&draft).await
    } else {
        world.receives(&draft).await
    };
    world.settle().await;
    way(&mut world, &order).await;
    world.settle().await;
    world.start(Stage::NotifyCustomer);
    world.settle().await;
    letters_of(&world, &order, kind).await
}

#[tokio::test]
async fn a_cancelled_order_is_not_confirmed_any_more() {
    let cancel = async |world: &mut World, order: &OrderId| {
        world.customer_cancels(order).await;
        world.settle().await;
        world.warehouse_answers_recalls(order, true).await;
    };
    assert!(late_letters(MailKind::OrderConfirmation, reader(Language::Ja), cancel).await.is_empty());
    assert_eq!(late_letters(MailKind::Cancelled, reader(Language::Ja), cancel).await.len(), 1);
}

#[tokio::test]
async fn a_late_confirmation_confirms_what_was_received() {
    let draft = || reader(Language::Ja).of(&[(1, 1_000), (1, 3_000)]).paid_by(PaymentMethod::BankTransfer);
    let cancel = async |world: &mut World, order: &OrderId| {
        world.customer_cancels_some(order, one_unit_of(2)).await;
    };
    let letters = late_letters(MailKind::OrderConfirmation, draft(), cancel).await;
    assert!(letters.len() == 1 && letters[0].text.contains("4,000"), "{}", letters[0].text);
}

#[tokio::test]
async fn goods_that_arrived_meanwhile_are_not_apologised_for() {
    let some = async |world: &mut World, _: &OrderId| world.goods_arrive("SKU-1", 1).await;
    let all = async |world: &mut World, _: &OrderId| world.goods_arrive("SKU-1", 2).await;
    assert_eq!(late_letters(MailKind::StockOut, reader(Language::Ja), some).await.len(), 1);
    assert!(late_letters(MailKind::StockOut, reader(Language::Ja), all).await.is_empty());
}

#[tokio::test]
async fn what_has_arrived_is_not_late_any_more() {
    let arrives = async |world: &mut World, order: &OrderId| {
        let delay = Command::ReportDelay { reason: "The ship is late".to_owned(), expected_on: None };
        world.staff(order, &delay).await;
        world.warehouse_ships(order).await;
        world.settle().await;
        world.carrier_delivers(order).await;
    };
    assert!(late_letters(MailKind::Delayed, reader(Language::En), arrives).await.is_empty());
}

#[tokio::test]
async fn whose_time_to_pay_is_over_is_not_reminded_of_it() {
    for kind in [MailKind::PaymentRequest, MailKind::PaymentReminder] {
        let expires = async |world: &mut World, _: &OrderId| {
            world.pass(SignedDuration::from_hours(24 * 6)).await;
            world.stop(Stage::CancelOrder);
            world.pass(SignedDuration::from_hours(24 * 2)).await;
        };
        let draft = reader(Language::Ja).paid_by(PaymentMethod::BankTransfer);
        assert!(late_letters(kind, draft, expires).await.is_empty(), "{}", kind.name());
    }
}

#[tokio::test]
async fn an_order_to_two_addresses_ships_by_the_later_day() {
    let draft = reader(Language::Ja).of(&[(1, 1_000)]).wanted_on(date(2026, 4, 10));
    let draft = draft.and(1, 1_000).to_another_address().wanted_on(date(2026, 4, 20));
    let mut world = World::new();
    let order = paid(&mut world, draft).await;
    let letters = letters_of(&world, &order, MailKind::PaymentReceived).await;
    assert!(letters[0].text.contains("2026年4月18日"), "{}", letters[0].text);
}

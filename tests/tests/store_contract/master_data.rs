//! Merchants, rules, channels, products, and the mail log.

use juchu::app::ports::{MailLog, MailStatus, MerchantStore, PutError};
use juchu::domain::customer::Language;
use juchu::domain::ids::{ChannelId, MerchantId, Sku};
use juchu::domain::merchant::{
    Channel, ChannelKind, ChannelSecret, Merchant, OrderPolicy, Product, ShopProfile,
};
use juchu::domain::money::Amount;
use juchu::domain::order::HoldCode;
use juchu::domain::report::{CarrierCode, ReportSettings};
use juchu::domain::rule_pack::{
    Condition, CustomRule, Fix, RulePack, RuleVersion, Saved, Thresholds, Treatment,
};
use juchu::domain::shipment::Carrier;
use juchu::domain::tax::TaxRate;
use juchu::domain::validation::FindingCode;

use crate::kept_by_every_store;
use crate::samples::{at, channel, location, merchant, order_id};
use crate::worlds::World;

kept_by_every_store! {
    a_merchant_changes_one_version_at_a_time,
    merchants_are_listed_in_pages_by_id,
    rules_come_with_their_merchants_version_and_never_change,
    a_channel_keeps_its_merchant,
    products_are_found_and_listed_by_sku,
    a_mail_is_begun_once,
}

fn merchant_of(version: u64, name: &str) -> Merchant {
    let shop = ShopProfile {
        name: name.to_owned(),
        url: "https://shop.example.com".to_owned(),
        mail_from: "shop@example.com".to_owned(),
        support_mail: "help@example.com".to_owned(),
        phone: "03-0000-0000".to_owned(),
        address: "東京都渋谷区神宮前1-2-3".to_owned(),
        bank_account: "みずほ銀行 渋谷支店 普通 1234567".to_owned(),
    };
    Merchant {
        id: merchant(),
        version,
        shop,
        policy: OrderPolicy::default(),
        language: Language::Ja,
        locations: vec![location()],
    }
}

/// The merchant's settings of a version, with rules that tell by their threshold whose they are.
fn rules_of(version: u64, total: u32) -> RuleVersion {
    let thresholds = Thresholds { total: Some(total), ..Thresholds::default() };
    let condition = Condition::All(vec![Condition::Gift(true), Condition::SkuPrefix(vec!["湯".to_owned()])]);
    let custom = CustomRule {
        name: "贈答".to_owned(),
        when: condition,
        then: Treatment::Hold(HoldCode::FraudReview),
        reason: "ask".to_owned(),
    };
    let treatments = [
        (FindingCode::PriceDiffers, Treatment::Off),
        (FindingCode::TaxDiffers, Treatment::Hold(HoldCode::AmountDefect)),
    ];
    let pack = RulePack {
        treatments: treatments.into(),
        thresholds,
        fixes: [Fix::NameReading, Fix::PhoneNumber].into(),
        custom: vec![custom],
        ..RulePack::default()
    };
    RuleVersion::of(&merchant_of(version, "a"), pack, Some(Saved { at: at(1), by: "sato".to_owned() }))
}

async fn a_merchant_changes_one_version_at_a_time(world: &impl World) {
    let store = world.store();
    let put =
        async |version, name| store.put_merchant(&merchant_of(version, name), &rules_of(version, 1)).await;
    assert_eq!(store.merchant(&merchant()).await.unwrap(), None);
    assert!(matches!(put(2, "a").await, Err(PutError::Conflict)));
    put(1, "a").await.unwrap();
    assert!(matches!(put(1, "b").await, Err(PutError::Conflict)));
    put(2, "b").await.unwrap();
    assert!(matches!(put(2, "c").await, Err(PutError::Conflict)));
    // The very same again is no other change.
    put(2, "b").await.unwrap();
    assert_eq!(store.merchant(&merchant()).await.unwrap(), Some(merchant_of(2, "b")));
}

async fn merchants_are_listed_in_pages_by_id(world: &impl World) {
    let store = world.store();
    for id in ["b", "a", "c"] {
        let merchant = Merchant { id: MerchantId::new(id).unwrap(), ..merchant_of(1, id) };
        store.put_merchant(&merchant, &rules_of(1, 0)).await.unwrap();
        store.put_merchant(&Merchant { version: 2, ..merchant }, &rules_of(2, 0)).await.unwrap();
    }
    let page = store.list_merchants(None, 2).await.unwrap();
    let ids = |ids: &[MerchantId]| ids.iter().map(MerchantId::to_string).collect::<Vec<_>>();
    assert_eq!(ids(&page.items), ["a", "b"]);
    let rest = store.list_merchants(page.next.as_deref(), 2).await.unwrap();
    assert_eq!((ids(&rest.items), rest.next), (vec!["c".to_owned()], None));
    assert!(store.list_merchants(Some("nonsense"), 2).await.is_err());
}

async fn rules_come_with_their_merchants_version_and_never_change(world: &impl World) {
    let store = world.store();
    assert_eq!(store.rules(&merchant(), 1).await.unwrap(), None);
    for version in 1..=12 {
        let total = u32::try_from(version).unwrap();
        store.put_merchant(&merchant_of(version, "a"), &rules_of(version, total)).await.unwrap();
    }
    // Neither is written when the other cannot be.
    assert!(matches!(
        store.put_merchant(&merchant_of(12, "a"), &rules_of(12, 99)).await,
        Err(PutError::Conflict)
    ));
    assert!(matches!(
        store.put_merchant(&merchant_of(13, "a"), &rules_of(3, 99)).await,
        Err(PutError::Conflict)
    ));
    assert!(matches!(
        store.put_merchant(&merchant_of(14, "a"), &rules_of(14, 99)).await,
        Err(PutError::Conflict)
    ));
    assert_eq!(store.merchant(&merchant()).await.unwrap(), Some(merchant_of(12, "a")));
    assert_eq!(store.rules(&merchant(), 14).await.unwrap(), None);
    assert_eq!(store.rules(&merchant(), 3).await.unwrap(), Some(rules_of(3, 3)));
    assert_eq!(store.rules(&MerchantId::new("other").unwrap(), 3).await.unwrap(), None);

    let first = store.list_rules(&merchant(), None, 10).await.unwrap();
    let second = store.list_rules(&merchant(), first.next.as_deref(), 10).await.unwrap();
    assert_eq!(second.next, None);
    let listed: Vec<u32> = first.items.iter().chain(&second.items).map(|rules| rules.version).collect();
    assert_eq!(listed, (1..=12).rev().collect::<Vec<_>>());
    assert_eq!(first.items[0], rules_of(12, 12));
    assert!(store.list_rules(&merchant(), Some("nonsense"), 10).await.is_err());
}

async fn a_channel_keeps_its_merchant(world: &impl World) {
    let store = world.store();
    assert_eq!(store.channel(&channel()).await.unwrap(), None);
    let mut shop = Channel {
        id: channel(),
        merchant: merchant(),
        kind: ChannelKind::Json,
        secret: ChannelSecret::ApiKey { sha256: "0".repeat(64) },
        reports: ReportSettings {
            account: Some("shop".to_owned()),
            carriers: vec![CarrierCode { carrier: Carrier::Yamato, code: "2".to_owned() }],
            ..ReportSettings::default()
        },
    };
    store.put_channel(&shop).await.unwrap();
    let taken = Channel { merchant: MerchantId::new("other").unwrap(), ..shop.clone() };
    assert!(matches!(store.put_channel(&taken).await, Err(PutError::Conflict)));
    shop.secret = ChannelSecret::Signature { secret: "s".to_owned() };
    store.put_channel(&shop).await.unwrap();
    assert_eq!(store.channel(&shop.id).await.unwrap(), Some(shop.clone()));
    let another = Channel { id: ChannelId::new("another").unwrap(), ..shop.clone() };
    assert_eq!(store.channel(&another.id).await.unwrap(), None);

    store.put_channel(&another).await.unwrap();
    let first = store.list_channels(&merchant(), None, 1).await.unwrap();
    let second = store.list_channels(&merchant(), first.next.as_deref(), 1).await.unwrap();
    assert_eq!((first.items, second.items, second.next), (vec![shop], vec![another], None));
    let none = store.list_channels(&taken.merchant, None, 10).await.unwrap();
    assert_eq!((none.items, none.next), (vec![], None));
    assert!(store.list_channels(&merchant(), Some("nonsense"), 1).await.is_err());
}

async fn products_are_found_and_listed_by_sku(world: &impl World) {
    let store = world.store();
    let product = |n: i64, price: i64| Product {
        sku: Sku::new(format!("SKU-{n:03}")).unwrap(),
        title: "緑のiPod".to_owned(),
        price: Amount::new(price),
        tax_rate: TaxRate::REDUCED,
    };
    for n in (0..120).rev() {
        store.put_product(&merchant(), &product(n, 1)).await.unwrap();
    }
    store.put_product(&merchant(), &product(7, 2)).await.unwrap();

    let skus: Vec<Sku> = (50..150).map(|n| product(n, 1).sku).collect();
    let mut found = store.products(&merchant(), &skus).await.unwrap();
    found.sort_by(|a, b| a.sku.cmp(&b.sku));
    assert_eq!(found, (50..120).map(|n| product(n, 1)).collect::<Vec<_>>());
    let twice = [product(7, 1).sku, product(7, 1).sku];
    assert_eq!(store.products(&merchant(), &twice).await.unwrap(), vec![product(7, 2)]);
    assert_eq!(store.products(&MerchantId::new("other").unwrap(), &skus).await.unwrap(), vec![]);
    assert_eq!(store.products(&merchant(), &[]).await.unwrap(), vec![]);

    let first = store.list_products(&merchant(), None, 1_000).await.unwrap();
    assert_eq!(first.items.len(), 100, "a page has at most 100");
    let second = store.list_products(&merchant(), first.next.as_deref(), 100).await.unwrap();
    assert_eq!((second.items.len(), second.next), (20, None));
    let listed: Vec<Sku> = first.items.into_iter().chain(second.items).map(|product| product.sku).collect();
    assert_eq!(listed, (0..120).map(|n| product(n, 1).sku).collect::<Vec<_>>());
    assert!(store.list_products(&merchant(), Some("nonsense"), 100).await.is_err());
}

async fn a_mail_is_begun_once(world: &impl World) {
    let store = world.store();
    let order = order_id("1");
    assert_eq!(store.begin(&order, "shipped:7", at(0)).await.unwrap(), None);
    let begun = store.begin(&order, "shipped:7", at(0)).await.unwrap().unwrap();
    assert_eq!((begun.begun_at, begun.status), (at(0), MailStatus::Sending));
    assert_eq!(store.begin(&order, "received:1", at(2)).await.unwrap(), None);
    assert_eq!(store.begin(&order_id("2"), "shipped:7", at(2)).await.unwrap(), None);

    // What surely was not sent may be begun again.
    store.finish(&order, "shipped:7", None).await.unwrap();
    assert_eq!(store.mails(&order).await.unwrap().len(), 1);
    assert_eq!(store.begin(&order, "shipped:7", at(3)).await.unwrap(), None);
    let sent = MailStatus::Sent { message_id: "m-1".to_owned() };
    store.finish(&order, "shipped:7", Some(&sent)).await.unwrap();
    let begun = store.begin(&order, "shipped:7", at(4)).await.unwrap().unwrap();
    assert_eq!((begun.begun_at, begun.status), (at(3), sent.clone()));

    // A mail nobody began has no end.
    store.finish(&order, "never", Some(&sent)).await.unwrap();
    store.finish(&order, "never", None).await.unwrap();
    let mails = store.mails(&order).await.unwrap();
    let facts: Vec<(&str, &MailStatus)> =
        mails.iter().map(|mail| (mail.fact.as_str(), &mail.status)).collect();
    assert_eq!(facts, vec![("received:1", &MailStatus::Sending), ("shipped:7", &sent)]);
}

//! All that a merchant has, taken out and taken over elsewhere, and past orders that are only looked at.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use juchu::adapters::channels::fingerprint;
use juchu::app::access::{Denied, Role};
use juchu::app::import::Import;
use juchu::app::limit_store::LimitStore;
use juchu::app::manage_limits::Block;
use juchu::app::manage_merchant::ManageError;
use juchu::app::operate_order::{Caller, RequestError};
use juchu::app::payloads::{Outcome, Told};
use juchu::app::ports::{OrderFilter, OrderQuery, OrderStore, StockStore};
use juchu::app::receive_order::Incoming;
use juchu::app::record::Cause;
use juchu::app::records::{ImportOutcome, Imported, Kind};
use juchu::app::verify::Verify;
use juchu::domain::account::{Account, PointIssuer};
use juchu::domain::calls::CallReason;
use juchu::domain::fraud::Feature;
use juchu::domain::ids::{AccountId, ChannelId, IssuerId, MerchantId, OrderId};
use juchu::domain::money::Currency;
use juchu::domain::order::{CancelReason, OrderState};
use juchu::domain::payment::PaymentStatus;
use juchu::domain::promotion::{Conditions, Gives, Promotion};
use juchu::domain::rule_pack::{RulePack, Thresholds};
use juchu::domain::testing::{START, an_order, channel, merchant, yen};
use juchu::domain::timers::next_due;
use juchu::domain::told::{ChannelOrder, ChannelStatus};
use juchu::domain::{Command, Rejection};
use juchu::lambda::api::moving::{MovedRecord, read_row};
use juchu_tests::harness::World;
use juchu_tests::harness::people::{somebody, stock};
use serde_json::{Value, json};

/// What the provider knows a card by.
const CARD: &str = "tok-4242-of-a-card";

/// The merchant under another name, in another system.
fn elsewhere() -> MerchantId {
    MerchantId::new("moved").unwrap()
}

/// Everything the merchant has, taken out in pages of `limit`.
async fn taken_out(world: &World, id: &MerchantId, limit: usize) -> Vec<Value> {
    let (app, supervisor) = (world.manage_merchant(), somebody(Role::Supervisor));
    let (mut records, mut cursor) = (Vec::new(), None);
    loop {
        let page = app.export(&supervisor, id, cursor.as_deref(), limit).await.unwrap();
        assert!(page.items.len() <= limit, "{} records of at most {limit}", page.items.len());
        for exported in page.items {
            records.push(serde_json::to_value(MovedRecord::of(exported).unwrap()).unwrap());
        }
        cursor = page.next;
        if cursor.is_none() {
            return records;
        }
    }
}

async fn imported(world: &World, id: &MerchantId, records: &[Value], is_dry_run: bool) -> Vec<Imported> {
    world.clock.advance(SignedDuration::from_secs(1));
    let caller =
        Caller { principal: somebody(Role::Supervisor), correlation: "move".to_owned(), repeatable: None };
    let app = world.manage_merchant();
    let mut import = Import::begin(&app, caller, id.clone(), is_dry_run).await.unwrap();
    let rows = records.iter().enumerate();
    let rows = rows.map(|(n, record)| read_row(format!("records[{n}]"), record.clone(), "example"));
    import.take(rows.collect()).await.unwrap()
}

async fn taken_over(world: &World, id: &MerchantId, records: &[Value]) -> Vec<Imported> {
    imported(world, id, records, false).await
}

fn outcomes(imported: &[Imported]) -> Vec<ImportOutcome> {
    imported.iter().map(|imported| imported.outcome).collect()
}

fn of_kind(records: &[Value], kind: &str) -> Vec<Value> {
    records.iter().filter(|record| record["kind"] == kind).cloned().collect()
}

/// A shop with something of everything: an order that was delivered, one that was cancelled, one on its way.
async fn shop() -> World {
    let mut world = World::new();
    let mut by_card = an_order();
    by_card.intake.payments[0].token = Some(CARD.into());
    let delivered = world.receives(&by_card).await;
    let cancelled = world.orders(&an_order()).await;
    let on_its_way = world.orders(&an_order()).await;
    world.settle().await;
    world.warehouse_ships(&delivered).await;
    world.settle().await;
    world.carrier_delivers(&delivered).await;
    world.customer_cancels(&cancelled).await;
    world.settle().await;
    world.warehouse_answers_recalls(&cancelled, true).await;
    world.settle().await;
    let states = [&delivered, &cancelled, &on_its_way].map(|order| world.order(order).state);
    assert_eq!(states, [OrderState::Completed, OrderState::Cancelled, OrderState::Released]);
    let note = Command::AddNote { id: "n-1".into(), by: "sato".into(), text: "お得意様".into() };
    world.staff(&delivered, &note).await;

    let (app, who, id) = (world.manage_merchant(), somebody(Role::Supervisor), merchant());
    for units in [5, 9] {
        let thresholds = Thresholds { units_per_order: Some(units), ..Thresholds::default() };
        let pack = RulePack { thresholds, ..RulePack::default() };
        app.save_rules(&who, &id, pack, None).await.unwrap();
    }
    let promotion = Promotion {
        code: Promotion::read_code("SPRING").unwrap(),
        gives: Gives::Amount { amount: yen(200) },
        currency: Currency::Jpy,
        conditions: Conditions::default(),
        limit: Some(3),
        limit_per_customer: None,
        ended_at: Some(START),
    };
    app.save_promotion(&who, &id, promotion).await.unwrap();
    let account = Account {
        id: AccountId::new("A-1").unwrap(),
        currency: Currency::Jpy,
        credit_limit: yen(100_000),
        payment_terms_days: 30,
        requires_purchase_order: true,
        approval_above: None,
    };
    app.save_account(&who, &id, account).await.unwrap();
    let issuer =
        PointIssuer { id: IssuerId::new("OWN").unwrap(), channels: Vec::new(), earn_basis_points: 100 };
    app.save_issuer(&who, &id, issuer).await.unwrap();
    let block = Block {
        feature: Feature::mail("bad@example.com").unwrap(),
        reason: "chargeback".into(),
        until: None,
    };
    app.block(&who, &id, block).await.unwrap();
    world
}

/// A merchant that begins here, with a channel and no orders.
async fn empty_shop() -> World {
    let mut world = World::new();
    world.opens(&an_order()).await;
    world
}

/// What another system kept of an order of two lines.
fn past(number: &str, ended: &Value) -> Value {
    let order = json!({
        "number": number,
        "ordered_at": "2026-03-01T10:15:00+09:00",
        "customer": { "name": "山田 花子", "mail": "hanako@example.com" },
        "ship_to": {
            "name": "山田 花子", "postal_code": "150-0001", "prefecture": "東京都", "city": "渋谷区",
            "line1": "神宮前1-2-3",
        },
        "lines": [
            { "sku": "SKU-1", "title": "煎茶", "unit_price": 1_000, "quantity": 2, "tax_rate": 8 },
            { "sku": "GONE", "title": "廃番", "unit_price": 500, "quantity": 1, "tax_rate": 10 },
        ],
        "payments": [{ "method": "CARD" }],
    });
    let data = json!({ "channel": channel().as_str(), "order": order, "ended": ended });
    json!({ "schema": 1, "kind": "PAST_ORDER", "id": number, "data": data })
}

fn delivered() -> Value {
    json!({
        "state": "COMPLETED", "shipped_at": "2026-03-02T09:00:00Z", "delivered_at": "2026-03-03T09:00:00Z",
        "trackings": [{ "carrier": "YAMATO", "number": "OLD-1" }], "refunded": 500,
    })
}

fn cancelled() -> Value {
    json!({ "state": "CANCELLED", "cancelled_at": "2026-03-02T00:00:00Z", "reason": "OUT_OF_STOCK" })
}

fn order_of(imported: &Imported) -> OrderId {
    imported.order.clone().unwrap()
}

#[tokio::test]
async fn what_is_taken_out_of_a_shop_makes_the_same_shop_elsewhere() {
    let old = shop().await;
    let records = taken_out(&old, &merchant(), 100).await;
    let mut new = World::new();
    let told = taken_over(&new, &elsewhere(), &records).await;
    let refused: Vec<_> = told.iter().filter(|it| it.outcome == ImportOutcome::Refused).collect();
    let [blocked, on_its_way] = refused[..] else { panic!("{refused:#?}") };
    assert_eq!((blocked.kind, on_its_way.kind), (Some(Kind::Block), Some(Kind::Order)));
    assert!(on_its_way.errors[0].message.contains("RELEASED"), "{on_its_way:?}");

    let moved = taken_out(&new, &elsewhere(), 100).await;
    for kind in ["CHANNEL", "PRODUCT", "PROMOTION", "ACCOUNT", "POINT_ISSUER"] {
        let before = of_kind(&records, kind);
        assert!(!before.is_empty(), "{kind} is taken out");
        assert_eq!(of_kind(&moved, kind), before);
    }
    assert_eq!(of_kind(&moved, "MERCHANT")[0]["data"], of_kind(&records, "MERCHANT")[0]["data"]);
    let in_force = |records: &[Value]| {
        let mut rules = of_kind(records, "RULES").last().unwrap()["data"]["rules"].clone();
        rules["policy"]["version"] = Value::Null;
        rules
    };
    assert_eq!(in_force(&moved), in_force(&records));
    assert_eq!(in_force(&moved)["thresholds"]["units_per_order"], 9);
    for field in ["on_hand", "safety"] {
        let of = |records: &[Value]| of_kind(records, "STOCK")[0]["data"][field].clone();
        assert_eq!(of(&moved), of(&records), "{field}");
    }
    let orders = |records: &[Value]| {
        let state = |record: &Value| record["data"]["order"]["state"].as_str().unwrap().to_owned();
        let named = of_kind(records, "ORDER").into_iter();
        named.map(|record| (state(&record), record["id"].clone())).collect::<BTreeMap<_, _>>()
    };
    let mut ended = orders(&records);
    assert!(ended.remove("RELEASED").is_some() && ended.len() == 2);
    assert_eq!(orders(&moved), ended);
    let moved = of_kind(&moved, "ORDER");
    let order = moved.iter().find(|record| record["data"]["order"]["state"] == "COMPLETED").unwrap();
    assert_eq!(order["data"]["order"]["notes"][0]["text"], "お得意様");
    assert_ne!(order["data"]["order"]["shipments"][0]["trackings"], json!([]));
    let passed = order["data"]["history"][0]["event"]["milestones"].as_array().unwrap();
    let passed: Vec<&str> = passed.iter().map(|it| it["what"].as_str().unwrap()).collect();
    assert_eq!(passed[0], "OrderReceived");
    assert!(passed.contains(&"OrderCompleted"), "{passed:?}");
    assert!(passed.iter().any(|what| what.starts_with("mail ") && what.ends_with(" SENT")), "{passed:?}");

    new.settle().await;
    assert_eq!(new.letters(), []);
    let auditor = Verify { store: new.store.clone(), clock: new.clock.clone() };
    assert_eq!(auditor.handle(&elsewhere()).await.unwrap().violations, []);
}

#[tokio::test]
async fn the_same_records_again_change_nothing() {
    let old = shop().await;
    let records = taken_out(&old, &merchant(), 100).await;
    let new = World::new();
    taken_over(&new, &elsewhere(), &records).await;
    let before = taken_out(&new, &elsewhere(), 100).await;
    let again = taken_over(&new, &elsewhere(), &records).await;
    let changed = [ImportOutcome::Created, ImportOutcome::Replaced];
    assert!(!again.iter().any(|it| changed.contains(&it.outcome)), "{again:#?}");
    assert_eq!(taken_out(&new, &elsewhere(), 100).await, before);
    // Taken back to where they came from, they are what is there.
    let back = taken_over(&old, &merchant(), &records).await;
    assert!(!back.iter().any(|it| changed.contains(&it.outcome)), "{back:#?}");
    assert!(back.iter().all(|it| it.kind != Some(Kind::Block) || it.outcome == ImportOutcome::Unchanged));
}

#[tokio::test]
async fn no_boundary_of_a_page_loses_or_doubles_anything() {
    let world = shop().await;
    let whole = taken_out(&world, &merchant(), 100).await;
    for limit in [1, 2, 7] {
        assert_eq!(taken_out(&world, &merchant(), limit).await, whole, "pages of {limit}");
    }
    let other = world.manage_merchant().export(&somebody(Role::Supervisor), &merchant(), Some("x"), 1).await;
    assert!(matches!(other, Err(ManageError::BadCursor)), "{other:?}");
}

#[tokio::test]
async fn no_secret_leaves() {
    let world = shop().await;
    let tokens = world.store.orders().into_iter().flat_map(|order| order.payments).map(|it| it.token);
    assert!(tokens.flatten().any(|token| token.reveal() == CARD));
    let salt = world.store.salt(&merchant()).await.unwrap();
    let records = taken_out(&world, &merchant(), 100).await;
    assert!(of_kind(&records, "ORDER").len() == 3 && of_kind(&records, "CHANNEL").len() == 1);
    let text = serde_json::to_string(&records).unwrap();
    for secret in [CARD, &salt.0, &"0".repeat(64)] {
        assert!(!secret.is_empty() && !text.contains(secret), "{secret} is in it");
    }
}

#[tokio::test]
async fn only_a_supervisor_of_the_merchant_moves_its_data() {
    let world = shop().await;
    for role in Role::ALL {
        let app = world.manage_merchant();
        let caller = Caller { principal: somebody(role), correlation: "c".to_owned(), repeatable: None };
        let out = app.export(&caller.principal, &merchant(), None, 1).await.err();
        let over = Import::begin(&app, caller, merchant(), false).await.err();
        for denied in [out, over] {
            let is_denied = matches!(denied, Some(ManageError::Denied(Denied::Role)));
            assert_eq!(is_denied, role != Role::Supervisor, "{role:?} {denied:?}");
        }
    }
}

#[tokio::test]
async fn past_orders_are_seen_like_others_and_nothing_is_done_about_them() {
    let mut world = empty_shop().await;
    let stock_before = world.store.counts(&merchant(), &[stock("SKU-1")]).await.unwrap();
    let records = [past("P-1", &delivered()), past("P-2", &cancelled())];
    let told = taken_over(&world, &merchant(), &records).await;
    assert_eq!(outcomes(&told), [ImportOutcome::Created; 2], "{told:?}");
    world.pass(SignedDuration::from_hours(24 * 400)).await;

    let list = async |filter| {
        let query = OrderQuery { merchant: merchant(), filter, cursor: None, limit: 10 };
        world.store.list(&query).await.unwrap().items
    };
    let listed = list(OrderFilter::All).await;
    let numbers: Vec<&str> = listed.iter().map(|order| order.number.as_str()).collect();
    assert_eq!(numbers.len(), 2);
    assert_eq!(list(OrderFilter::State(OrderState::Completed)).await[0].number, "P-1");
    assert_eq!(list(OrderFilter::Attention).await, []);
    let (done, not) = (world.order(&order_of(&told[0])), world.order(&order_of(&told[1])));
    assert_eq!((done.state, not.state), (OrderState::Completed, OrderState::Cancelled));
    assert_eq!(done.received_at, "2026-03-01T01:15:00Z".parse().unwrap());
    assert_eq!(done.state_since, "2026-03-03T09:00:00Z".parse().unwrap());
    let payment = &done.payments[0];
    assert_eq!((payment.captured, payment.refunded), (yen(2_500), yen(500)));
    assert_eq!(
        (payment.status, not.payments[0].status),
        (PaymentStatus::PartiallyRefunded, PaymentStatus::Voided)
    );
    assert_eq!((payment.token.clone(), done.shipments[0].trackings[0].number.as_str()), (None, "OLD-1"));

    // Nothing was sent, moved, asked for or counted, and nothing ever will be.
    assert_eq!((world.letters(), world.provider.done(), world.warehouse.told()), (vec![], vec![], vec![]));
    assert_eq!(world.parked.len(), 0);
    assert_eq!(world.store.counts(&merchant(), &[stock("SKU-1")]).await.unwrap(), stock_before);
    assert_eq!(world.store.all_tallies(), []);
    for order in [&done, &not] {
        assert_eq!((next_due(order), order.version), (None, 1));
    }
    assert_eq!(world.store.work(&merchant(), 10).await.unwrap(), []);
    let auditor = Verify { store: world.store.clone(), clock: world.clock.clone() };
    assert_eq!(auditor.handle(&merchant()).await.unwrap().violations, []);
}

#[tokio::test]
async fn a_past_order_takes_remarks_and_nothing_else() {
    let mut world = empty_shop().await;
    let told = taken_over(&world, &merchant(), &[past("P-1", &delivered())]).await;
    let id = order_of(&told[0]);
    let note = Command::AddNote { id: "n-1".into(), by: "sato".into(), text: "常連".into() };
    world.staff(&id, &note).await;
    assert_eq!(world.order(&id).notes.len(), 1);
    let payment = world.order(&id).payments[0].id.clone();
    let call = juchu::domain::calls::NewCall {
        reason: CallReason::Delivery,
        about: None,
        detail: "?".into(),
        deadline: None,
        by: "sato".to_owned(),
    };
    for command in [
        Command::RequestCancel { lines: Vec::new(), reason: CancelReason::Customer },
        Command::RecordRefund { payment, amount: yen(1), reference: "r".to_owned() },
        Command::RequestCall { call },
    ] {
        let refused = world.commands(Role::Supervisor, &id, &command).await;
        let is_history = matches!(
            &refused,
            Err(RequestError::Rejected(Rejection::WrongState { advice, .. })) if advice.contains("history")
        );
        assert!(is_history, "{command:?}: {refused:?}");
    }
    world.settle().await;
    assert_eq!((world.order(&id).version, world.letters()), (2, vec![]));
}

#[tokio::test]
async fn what_its_channel_says_later_does_not_open_a_past_order_again() {
    let mut world = empty_shop().await;
    let told = taken_over(&world, &merchant(), &[past("P-1", &cancelled())]).await;
    let mut intake = an_order().intake;
    (intake.number, intake.ordered_at) = ("P-1".to_owned(), "2026-03-01T01:15:00Z".parse().unwrap());
    let app = world.receive_order();
    let door = app.channel(&channel()).await.unwrap().unwrap();
    let cause = Cause::request("channel:acme-shop", "c-1");
    let incoming = Incoming { door: &door, payload: "p".repeat(64), cause, is_resumed: false };
    for status in [ChannelStatus::Open, ChannelStatus::Cancelled] {
        let order = ChannelOrder { status, updated_at: Some(START), order: intake.clone(), missing: vec![] };
        let said = Ok((order, fingerprint(&intake)));
        let later = Told { at: String::new(), bytes: None, number: Some("P-1".to_owned()), said };
        let taken = app.all(&incoming, vec![later]).await.unwrap();
        assert_eq!((taken[0].outcome, taken[0].outcome.is_refused()), (Outcome::Historic, false));
    }
    world.settle().await;
    let order = world.order(&order_of(&told[0]));
    assert_eq!((order.state, order.version), (OrderState::Cancelled, 1));
}

#[tokio::test]
async fn an_order_that_is_here_is_never_overwritten() {
    let mut world = shop().await;
    let first = past("P-1", &delivered());
    assert_eq!(
        outcomes(&taken_over(&world, &merchant(), std::slice::from_ref(&first)).await),
        [ImportOutcome::Created]
    );
    let live = world.store.orders().iter().find(|order| !order.state.is_final()).unwrap().clone();
    let records = [first, past("P-1", &cancelled()), past(&live.number, &cancelled())];
    let told = taken_over(&world, &merchant(), &records).await;
    assert_eq!(
        outcomes(&told),
        [ImportOutcome::Unchanged, ImportOutcome::Known, ImportOutcome::Known],
        "{told:?}"
    );
    world.settle().await;
    assert_eq!(
        (world.order(&live.id), world.order(&order_of(&told[1])).state),
        (live, OrderState::Completed)
    );
}

#[tokio::test]
async fn each_bad_record_is_refused_by_itself_and_says_what_to_do() {
    let world = empty_shop().await;
    let good = past("P-1", &delivered());
    let with = |pointer: &str, value: Value| {
        let mut record = past("P-2", &delivered());
        *record.pointer_mut(pointer).unwrap() = value;
        record
    };
    let stock = |sku: &str, location: &str, on_hand: i64| {
        let data = json!({ "sku": sku, "location": location, "on_hand": on_hand });
        json!({ "schema": 1, "kind": "STOCK", "data": data })
    };
    let bad = [
        (json!("no record"), "record", "schema"),
        (with("/schema", json!(2)), "schema", "reads 1"),
        (with("/kind", json!("ORDERS")), "kind", "PAST_ORDER"),
        (with("/data/channel", json!("unknown")), "channel", "CHANNEL record"),
        (with("/data/order/lines", json!([])), "order.lines", "1 to 100"),
        (with("/data/ended/shipped_at", Value::Null), "ended.shipped_at", "when the order ended"),
        (
            with("/data/ended/shipped_at", json!("2026-02-01T00:00:00Z")),
            "ended.shipped_at",
            "after the order",
        ),
        (with("/data/ended/delivered_at", json!("2099-01-01T00:00:00Z")), "ended.delivered_at", "future"),
        (with("/data/ended/refunded", json!(9_999)), "ended.refunded", "captured"),
        (with("/data/ended/trackings/0", json!({ "carrier": "OTHER" })), "ended.trackings[0]", "number"),
        (stock("UNKNOWN", "main", 1), "sku", "PRODUCT record"),
        (stock("SKU-1", "moon", 1), "location", "settings"),
        (stock("SKU-1", "main", -1), "on_hand", "0 to"),
    ];
    let mut records: Vec<Value> = bad.iter().map(|(record, ..)| record.clone()).collect();
    records.push(good);
    let told = taken_over(&world, &merchant(), &records).await;
    for ((record, field, message), told) in bad.iter().zip(&told) {
        assert_eq!(told.outcome, ImportOutcome::Refused, "{record}");
        let error = &told.errors[0];
        assert!(error.field.starts_with(field) && error.message.contains(message), "{record}: {error:?}");
    }
    assert_eq!(told.last().unwrap().outcome, ImportOutcome::Created);
    assert_eq!(world.store.orders().len(), 1);
}

#[tokio::test]
async fn an_order_of_a_file_that_somebody_bent_is_refused() {
    let old = shop().await;
    let records = taken_out(&old, &merchant(), 100).await;
    let is_completed = |record: &&Value| record["data"]["order"]["state"] == "COMPLETED";
    let order = records.iter().find(is_completed).unwrap();
    let new = World::new();
    taken_over(&new, &elsewhere(), &records[..records.len() - 3]).await;
    for (pointer, value) in [
        ("/data/order/lines/0/quantities/cancelled", json!(4_000_000_000_u32)),
        ("/data/order/lines/0/quantities/delivered", json!(0)),
        ("/data/order/lines/0/unit_price", json!(i64::MAX)),
        ("/data/order/payments/0/captured", json!(-1)),
        ("/data/order/shipments/0/lines/0/line", json!(99)),
        ("/data/order/lines", json!([])),
    ] {
        let mut bent = order.clone();
        *bent.pointer_mut(pointer).unwrap() = value;
        let told = taken_over(&new, &elsewhere(), &[bent]).await;
        assert_eq!(outcomes(&told), [ImportOutcome::Refused], "{pointer}: {told:?}");
    }
    assert_eq!(
        outcomes(&taken_over(&new, &elsewhere(), std::slice::from_ref(order)).await),
        [ImportOutcome::Created]
    );
}

#[tokio::test]
async fn a_dry_run_says_what_would_become_of_each_and_stores_nothing() {
    let old = shop().await;
    let mut records = taken_out(&old, &merchant(), 100).await;
    // Orders of a channel that is not there yet, and opening stock of products that are not.
    records.push(past("P-1", &delivered()));
    let new = World::new();
    let tried = imported(&new, &elsewhere(), &records, true).await;
    assert!(new.store.orders().is_empty());
    let shown = new.manage_merchant().merchant(&somebody(Role::Supervisor), &elsewhere()).await;
    assert!(matches!(shown, Err(ManageError::NotFound(_))), "{shown:?}");
    let done = taken_over(&new, &elsewhere(), &records).await;
    assert_eq!(tried, done);
}

#[tokio::test]
async fn opening_stock_counts_once_and_never_undoes_a_count() {
    let mut world = empty_shop().await;
    let opening = |on_hand: i64| {
        let data = json!({ "sku": "SKU-1", "location": "main", "on_hand": on_hand, "safety": 1 });
        vec![json!({ "schema": 1, "kind": "STOCK", "data": data })]
    };
    let take = async |on_hand| taken_over(&world, &merchant(), &opening(on_hand)).await[0].outcome;
    assert_eq!([take(5).await, take(5).await], [ImportOutcome::Created, ImportOutcome::Unchanged]);
    assert_eq!(take(6).await, ImportOutcome::Refused);
    world.orders(&an_order()).await;
    world.settle().await;
    world.check_books();
    let counts = world.store.counts(&merchant(), &[stock("SKU-1")]).await.unwrap();
    assert_eq!((counts[0].on_hand, counts[0].allocated, counts[0].safety), (5, 2, 1));
}

#[tokio::test]
async fn a_channel_taken_over_opens_only_with_a_secret_of_its_own_and_keeps_the_one_it_has() {
    let world = empty_shop().await;
    let told = |id: &str| {
        let data = json!({ "kind": "json", "reports": { "enabled": true } });
        json!({ "schema": 1, "kind": "CHANNEL", "id": id, "data": data })
    };
    let known = channel();
    let outcome = taken_over(&world, &merchant(), &[told(known.as_str()), told("new-shop")]).await;
    assert_eq!(outcomes(&outcome), [ImportOutcome::Replaced, ImportOutcome::Created]);
    let secret = async |id: &ChannelId| {
        use juchu::app::ports::MerchantStore;
        format!("{:?}", world.store.channel(id).await.unwrap().unwrap().secret)
    };
    assert_eq!(secret(&known).await, "ApiKey(▒▒▒)");
    assert_eq!(secret(&ChannelId::new("new-shop").unwrap()).await, "Unset");
    let other = taken_over(&world, &elsewhere(), &[told(known.as_str())]).await;
    assert!(other[0].errors[0].message.contains("MERCHANT record first"), "{other:?}");
}

#[tokio::test]
async fn past_orders_are_shown_as_they_are_known_and_not_before_they_came() {
    let world = empty_shop().await;
    let told = taken_over(&world, &merchant(), &[past("P-1", &delivered())]).await;
    let (id, who) = (order_of(&told[0]), somebody(Role::CallCenter));
    let whole = world.query_orders().order(&who, &id, None).await.unwrap();
    let view = serde_json::to_value(juchu::lambda::api::orders::OrderView::from(&whole)).unwrap();
    assert_eq!(view["imported_at"], json!(world.now().to_string()));
    let happened = &view["timeline"][0]["event"];
    assert_eq!(happened["type"], "HistoryImported");
    let passed: Vec<&Value> =
        happened["milestones"].as_array().unwrap().iter().map(|it| &it["what"]).collect();
    assert_eq!(passed, ["ordered", "shipped", "delivered"]);
    let before: Timestamp = "2026-03-10T00:00:00Z".parse().unwrap();
    let unknown = world.query_orders().order(&who, &id, Some(before)).await;
    assert!(matches!(unknown, Err(RequestError::NotFound(_))), "{unknown:?}");
}

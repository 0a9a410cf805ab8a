//! A merchant's rules: versions, what they are for, and what is shown of them before they are saved.

use jiff::SignedDuration;
use juchu::app::access::Role;
use juchu::app::dry_run::{Shown, Trial};
use juchu::app::manage_merchant::ManageError;
use juchu::app::message::Stage;
use juchu::app::ports::MerchantStore;
use juchu::domain::Command;
use juchu::domain::event::EventKind;
use juchu::domain::fraud::{FraudRules, Signal};
use juchu::domain::ids::OrderId;
use juchu::domain::merchant::{OrderPolicy, SplitPolicy};
use juchu::domain::order::{HoldCode, OrderState};
use juchu::domain::rule_pack::{Condition, CustomRule, Fix, RulePack, Thresholds, Treatment};
use juchu::domain::testing::{Draft, address, an_order};
use juchu::domain::validation::{FindingCode, Severity};
use juchu_tests::harness::World;
use juchu_tests::harness::people::{merchant, settings, somebody};

/// Rules by which an order of more units than this is held for the merchant to decide.
fn at_most(units: u32) -> RulePack {
    let thresholds = Thresholds { units_per_order: Some(units), ..Thresholds::default() };
    RulePack { thresholds, ..RulePack::default() }
}

async fn saves(world: &World, pack: RulePack) -> u32 {
    let app = world.manage_merchant();
    app.save_rules(&somebody(Role::Supervisor), &merchant(), pack, None).await.unwrap().version
}

async fn tries(world: &World, pack: RulePack, days: u8) -> Shown {
    let trial = Trial { pack, days, cursor: None };
    world.manage_merchant().dry_run(&somebody(Role::Supervisor), &merchant(), trial).await.unwrap()
}

/// A shop that is open, with nothing sold yet.
async fn open(draft: &Draft) -> World {
    let mut world = World::new();
    world.opens(draft).await;
    world
}

fn is_held(world: &World, order: &OrderId) -> bool {
    world.order(order).is_held_for(HoldCode::ClientDecision)
}

#[tokio::test]
async fn an_order_is_judged_by_the_rules_it_began_with_and_the_next_one_by_the_new_ones() {
    let two = an_order();
    let mut world = open(&two).await;
    world.stop(Stage::ValidateOrder);
    let first = world.orders(&two).await;
    let version = saves(&world, at_most(1)).await;
    let second = world.orders(&two).await;
    assert_eq!(u64::from(version), world.store.merchant(&merchant()).await.unwrap().unwrap().version);
    saves(&world, at_most(9)).await;
    world.start(Stage::ValidateOrder);
    world.settle().await;
    assert_eq!(world.order(&second).policy.version, version);
    assert!(!is_held(&world, &first) && is_held(&world, &second));

    // The address changes while newer rules hold: it is judged anew, by its own.
    let change = Command::ChangeAddress { ship_group: 1, address: address("山田次郎") };
    world.staff(&second, &change).await;
    world.settle().await;
    assert!(is_held(&world, &second));
    world.staff(&second, &Command::ResolveHold { code: HoldCode::ClientDecision, by: "sato".into() }).await;
    world.settle().await;
    assert!(world.order(&second).state > OrderState::Received, "{:?}", world.order(&second).state);
}

#[tokio::test]
async fn settings_and_rules_share_one_version_and_neither_takes_back_what_the_other_changed() {
    let world = open(&an_order()).await;
    let (app, supervisor) = (world.manage_merchant(), somebody(Role::Supervisor));
    let split = OrderPolicy { split: SplitPolicy::AsAvailable, ..OrderPolicy::default() };
    let saved = saves(&world, RulePack { policy: split, ..at_most(5) }).await;

    let mut new = settings(OrderPolicy::default());
    (new.policy, new.shop.name) = (None, "新しい名前".to_owned());
    let shop = app.save_merchant(&supervisor, &merchant(), new, Some(u64::from(saved))).await.unwrap();
    assert_eq!((shop.version, shop.policy.version), (u64::from(saved) + 1, saved + 1));
    assert_eq!(shop.policy.split, SplitPolicy::AsAvailable);
    let rules = app.rules(&supervisor, &merchant(), None).await.unwrap();
    assert_eq!((rules.version, &rules.pack.policy), (saved + 1, &shop.policy));
    assert_eq!(rules.pack.thresholds.units_per_order, Some(5));

    let late = app.save_rules(&supervisor, &merchant(), at_most(1), Some(u64::from(saved))).await;
    assert!(matches!(late, Err(ManageError::Changed)), "{late:?}");
    let before = app.rules(&supervisor, &merchant(), Some(saved)).await.unwrap();
    assert_eq!((before.version, before.pack.policy.version), (saved, saved));
    let none = app.rules(&supervisor, &merchant(), Some(99)).await;
    assert!(matches!(none, Err(ManageError::NotFound(_))), "{none:?}");
    let listed = app.rule_versions(&supervisor, &merchant(), None, 10).await.unwrap();
    assert_eq!(listed.items.iter().map(|rules| rules.version).collect::<Vec<_>>(), [saved + 1, saved, 1]);
}

#[tokio::test]
async fn a_rule_may_leave_the_decision_to_those_who_judge_fraud_and_the_order_goes_on_afterwards() {
    let mut world = open(&an_order()).await;
    let rule = CustomRule {
        name: "東京".to_owned(),
        when: Condition::Prefecture(vec!["東京都".to_owned()]),
        then: Treatment::Hold(HoldCode::FraudReview),
        reason: "call first".to_owned(),
    };
    saves(&world, RulePack { custom: vec![rule], ..RulePack::default() }).await;
    let order = world.receives(&an_order()).await;
    world.settle().await;
    let held = world.order(&order);
    assert!(held.is_held_for(HoldCode::FraudReview) && held.state == OrderState::Received);
    let reason = held.open_holds().next().unwrap().reason.reveal().to_owned();
    assert!(reason.contains("call first"), "{reason}");
    world.staff(&order, &Command::ResolveHold { code: HoldCode::FraudReview, by: "sato".into() }).await;
    world.settle().await;
    assert!(world.order(&order).state >= OrderState::Released, "{:?}", world.order(&order).state);
}

#[tokio::test]
async fn what_the_rules_allow_is_corrected_before_the_order_is_checked_and_stays_in_its_history() {
    let mut draft = an_order();
    draft.intake.customer.kana = Some("ﾔﾏﾀﾞ ﾀﾛｳ".into());
    draft.intake.ship_groups[0].address.phone = Some("０３－１２３４－５６７８".into());
    let mut world = open(&draft).await;
    let fixes = [Fix::NameReading, Fix::PhoneNumber].into();
    saves(&world, RulePack { fixes, ..RulePack::default() }).await;
    let order = world.receives(&draft).await;
    world.settle().await;
    let corrected = world.order(&order);
    assert_eq!(corrected.customer.kana, Some("ヤマダ タロウ".into()));
    assert_eq!(corrected.ship_groups[0].address.phone, Some("03-1234-5678".into()));
    let whole = world.query_orders().order(&somebody(Role::Auditor), &order, None).await.unwrap();
    let kinds: Vec<EventKind> = whole.history.iter().map(|record| record.event.kind()).collect();
    let at = |kind: EventKind| kinds.iter().position(|known| *known == kind);
    assert!(at(EventKind::ContactCorrected) < at(EventKind::OrderValidated), "{kinds:?}");
}

#[tokio::test]
async fn a_dry_run_tells_which_orders_rules_would_judge_differently_and_stores_nothing() {
    let (two, six) = (an_order(), an_order().of(&[(6, 1_000)]));
    let mut world = open(&two).await;
    saves(&world, at_most(5)).await;
    for draft in [&two, &six] {
        world.orders(draft).await;
        world.settle().await;
    }
    let version = world.store.merchant(&merchant()).await.unwrap().unwrap().version;

    let same = tries(&world, at_most(5), 1).await;
    assert_eq!((same.judged, same.differences.len(), same.next), (2, 0, None));

    let stricter = tries(&world, at_most(1), 1).await;
    assert_eq!(stricter.differences.len(), 1, "{stricter:?}");
    assert_eq!(stricter.differences[0].gained[0].code, FindingCode::LargeOrder);
    let counts = stricter.codes[&FindingCode::LargeOrder];
    assert_eq!((counts.0.holds, counts.1.holds), (1, 2));

    let looser = tries(&world, RulePack::default(), 1).await;
    assert_eq!(looser.differences[0].lost[0].code, FindingCode::LargeOrder);
    let treatments = [(FindingCode::LargeOrder, Treatment::Warn)].into();
    let shown = tries(&world, RulePack { treatments, ..at_most(5) }, 1).await;
    let (finding, before) = &shown.differences[0].changed[0];
    assert_eq!(finding.severity, Severity::Warning);
    assert_eq!(*before, Severity::Blocking(HoldCode::ClientDecision));

    assert_eq!(world.store.merchant(&merchant()).await.unwrap().unwrap().version, version);
    world.pass(SignedDuration::from_hours(25)).await;
    assert_eq!(tries(&world, at_most(1), 1).await.judged, 0, "older than a day");
    assert_eq!(tries(&world, at_most(1), 2).await.judged, 2);
}

#[tokio::test]
async fn a_dry_run_weighs_the_signals_of_fraud_anew() {
    let mut hurried = an_order();
    hurried.intake.customer_note = Some("至急".into());
    let mut world = open(&hurried).await;
    let order = world.orders(&hurried).await;
    world.settle().await;
    assert!(!world.order(&order).is_held_for(HoldCode::FraudReview));

    let fraud = FraudRules { weights: [(Signal::Rush, 100)].into(), ..FraudRules::default() };
    let stricter = tries(&world, RulePack { fraud, ..RulePack::default() }, 1).await;
    let [finding] = &stricter.differences[0].gained[..] else { panic!("{stricter:?}") };
    assert_eq!(finding.severity, Severity::Blocking(HoldCode::FraudReview));
    let shown = [(FindingCode::FraudSuspected, Treatment::Warn)].into();
    let milder = tries(&world, RulePack { treatments: shown, ..RulePack::default() }, 1).await;
    assert_eq!(milder.differences, [], "it was not suspected");
}

#[tokio::test]
async fn a_dry_run_judges_a_thousand_orders_and_goes_on_where_it_ended() {
    let mut world = open(&an_order()).await;
    for stage in Stage::ALL {
        world.stop(stage);
    }
    for _ in 0..1_002 {
        world.orders(&an_order()).await;
    }
    let (app, supervisor) = (world.manage_merchant(), somebody(Role::Supervisor));
    let trial = Trial { pack: at_most(1), days: 90, cursor: None };
    let first = app.dry_run(&supervisor, &merchant(), trial.clone()).await.unwrap();
    assert_eq!((first.judged, first.differences.len()), (1_000, 1_000));
    let rest = app.dry_run(&supervisor, &merchant(), Trial { cursor: first.next, ..trial }).await.unwrap();
    assert_eq!((rest.judged, rest.next), (2, None));
}

#[tokio::test]
async fn whoever_may_not_change_the_settings_may_read_the_rules_and_not_try_or_save_them() {
    let world = open(&an_order()).await;
    let (app, clerk) = (world.manage_merchant(), somebody(Role::BackOffice));
    assert!(app.rules(&clerk, &merchant(), None).await.is_ok());
    let saved = app.save_rules(&clerk, &merchant(), RulePack::default(), None).await;
    assert!(matches!(saved, Err(ManageError::Denied(_))), "{saved:?}");
    let trial = Trial { pack: RulePack::default(), days: 1, cursor: None };
    let tried = app.dry_run(&clerk, &merchant(), trial).await;
    assert!(matches!(tried, Err(ManageError::Denied(_))), "{tried:?}");
}

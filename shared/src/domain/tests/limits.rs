//! What an order takes of what orders share, and gives back.

use std::collections::BTreeMap;

use crate::domain::Command;
use crate::domain::account::{Account, PointIssuer};
use crate::domain::billing::{Discount, DiscountKind};
use crate::domain::event::EventKind;
use crate::domain::fraud::{FraudRules, Risk};
use crate::domain::ids::{AccountId, IssuerId};
use crate::domain::limits::{Shared, judge, take};
use crate::domain::money::Currency;
use crate::domain::order::{HoldCode, OrderState};
use crate::domain::particulars::PurchaseOrder;
use crate::domain::payment::PaymentMethod;
use crate::domain::promotion::{Conditions, Gives, Promotion};
use crate::domain::tally::{Claim, TallyKey, TallyKind};
use crate::domain::testing::{Case, Draft, an_order, given, yen};
use crate::domain::validation::{Finding, FindingCode, Severity};

fn with_code(draft: Draft, kind: DiscountKind, code: &str, amount: i64) -> Draft {
    let mut draft = draft;
    draft.intake.discounts.push(Discount { kind, code: Some(code.to_owned()), amount: yen(amount) });
    draft
}

/// 10 % once for each customer, a hundred times.
fn spring() -> Promotion {
    Promotion {
        code: Promotion::read_code("SPRING10").unwrap(),
        gives: Gives::Percent { basis_points: 1_000 },
        currency: Currency::Jpy,
        conditions: Conditions::default(),
        limit: Some(100),
        limit_per_customer: Some(1),
        ended_at: None,
    }
}

fn account() -> Account {
    Account {
        id: AccountId::new("B-7").unwrap(),
        currency: Currency::Jpy,
        credit_limit: yen(10_000),
        payment_terms_days: 30,
        requires_purchase_order: true,
        approval_above: Some(yen(5_000)),
    }
}

fn shared(change: impl FnOnce(&mut Shared)) -> Shared {
    let own = PointIssuer { id: IssuerId::new("OWN").unwrap(), channels: Vec::new(), earn_basis_points: 100 };
    let mut shared = Shared {
        customer: Some("c1".to_owned()),
        promotions: vec![spring()],
        issuers: vec![own],
        account: Some(account()),
        tallies: BTreeMap::new(),
    };
    change(&mut shared);
    shared
}

fn having(kind: TallyKind, parts: &[&str], amount: i64) -> Shared {
    shared(|shared| shared.tallies.extend([(TallyKey::new(kind, parts), amount)]))
}

/// What the order takes, and what stands against it.
#[expect(clippy::type_complexity, reason = "read where it is asserted")]
fn taken(draft: Draft, shared: &Shared) -> (Vec<(TallyKind, i64)>, Vec<(FindingCode, Option<HoldCode>)>) {
    let (screened, findings) = take(&draft.order(), shared);
    let hold = |finding: &Finding| match finding.severity {
        Severity::Blocking(code) => Some(code),
        Severity::Warning => None,
    };
    let claims = screened.claims.iter().map(|claim| (claim.key.kind, claim.amount)).collect();
    (claims, findings.iter().map(|finding| (finding.code, hold(finding))).collect())
}

fn screened(draft: Draft, shared: &Shared) -> Case {
    let mut case = given(draft);
    let (screened, findings) = take(&case.order, shared);
    assert_eq!(findings, []);
    case.does(&Command::Screen { screened: Box::new(screened) });
    case
}

fn promised(amount: i64) -> Draft {
    with_code(an_order(), DiscountKind::Coupon, " spring10", amount)
}

#[test]
fn a_code_of_ours_is_used_once_in_all_and_by_the_customer() {
    let (claims, findings) = taken(promised(200), &shared(|_| ()));
    let uses = [(TallyKind::PromotionUses, 1), (TallyKind::CustomerPromotionUses, 1), (TallyKind::Orders, 1)];
    assert_eq!((claims.as_slice(), findings), (uses.as_slice(), vec![]));
}

#[test]
fn a_code_that_is_not_registered_is_the_channels_and_nothing_is_checked() {
    let draft = with_code(an_order(), DiscountKind::Coupon, "MALL-2026", 1_999);
    assert_eq!(taken(draft, &shared(|_| ())), (vec![(TallyKind::Orders, 1)], vec![]));
}

#[test]
fn a_discount_above_what_the_code_gives_holds_and_one_below_is_shown() {
    let differs = |hold| vec![(FindingCode::PromotionDiffers, hold)];
    assert_eq!(taken(promised(201), &shared(|_| ())).1, differs(Some(HoldCode::Promotion)));
    assert_eq!(taken(promised(199), &shared(|_| ())).1, differs(None));
}

#[test]
fn an_exhausted_code_holds_the_order_and_takes_nothing_of_it() {
    let exhausted =
        (vec![(TallyKind::Orders, 1)], vec![(FindingCode::PromotionExhausted, Some(HoldCode::Promotion))]);
    assert_eq!(taken(promised(200), &having(TallyKind::PromotionUses, &["SPRING10"], 100)), exhausted);
    assert_eq!(
        taken(promised(200), &having(TallyKind::CustomerPromotionUses, &["SPRING10", "c1"], 1)),
        exhausted
    );
    assert_eq!(taken(promised(200), &having(TallyKind::PromotionUses, &["SPRING10"], 99)).1, []);
}

#[test]
fn a_code_for_first_orders_counts_the_order_as_the_only_one() {
    let mut first = shared(|shared| shared.promotions[0].conditions.first_order_only = true);
    let (screened, _) = take(&promised(200).order(), &first);
    let orders = screened.claims.iter().find(|claim| claim.key.kind == TallyKind::Orders).unwrap();
    assert_eq!(orders.limit, Some(1));
    first.tallies.insert(orders.key.clone(), 1);
    assert_eq!(taken(promised(200), &first).1, [(FindingCode::PromotionInvalid, Some(HoldCode::Promotion))]);
}

#[test]
fn what_a_person_has_let_pass_stops_the_order_no_more() {
    let exhausted = having(TallyKind::PromotionUses, &["SPRING10"], 100);
    let mut case = given(promised(200));
    case.does(&Command::Validate { findings: take(&case.order, &exhausted).1 });
    let by = "hanako".to_owned();
    case.does(&Command::OverrideHold { code: HoldCode::Promotion, by, reason: "we promised".into() });
    assert_eq!(take(&case.order, &exhausted).1[0].severity, Severity::Warning);
}

#[test]
fn screening_again_takes_nothing_twice() {
    let shared = shared(|_| ());
    let mut case = screened(promised(200), &shared);
    case.then(&[EventKind::OrderScreened]);
    let again = take(&case.order, &shared).0;
    case.does(&Command::Screen { screened: Box::new(again) }).then_nothing();
}

#[test]
fn a_cancelled_order_gives_its_uses_back_once_and_a_part_of_it_none() {
    let mut case = screened(promised(200), &shared(|_| ()));
    case.in_stock().cancel_requested_of(&[(1, 1)]).cancelled();
    assert_eq!(case.count(EventKind::ClaimsReturned), 0);
    case.cancel_requested().cancelled().then_state(OrderState::Cancelled);
    assert!(case.order.screening.claims.iter().all(|claim| claim.kept() == 0));
    assert_eq!(case.count(EventKind::ClaimsReturned), 1);
}

fn points(amount: i64) -> Draft {
    with_code(an_order().of(&[(3, 1_000)]), DiscountKind::Points, "own", amount)
}

fn with_points(amount: i64) -> Shared {
    having(TallyKind::Points, &["OWN", "c1"], amount)
}

#[test]
fn points_the_customer_does_not_have_hold_the_order() {
    let (claims, findings) = taken(points(500), &with_points(499));
    assert_eq!(claims, [(TallyKind::Orders, 1)]);
    assert_eq!(findings, [(FindingCode::PointsShort, Some(HoldCode::PointRecalc))]);
    assert_eq!(taken(points(500), &with_points(500)).0, [(TallyKind::Points, 500), (TallyKind::Orders, 1)]);
}

#[test]
fn the_points_of_a_mall_are_recorded_and_not_counted() {
    let draft = with_code(an_order(), DiscountKind::Points, "rakuten", 300);
    assert_eq!(taken(draft.clone(), &shared(|_| ())), (vec![(TallyKind::Orders, 1)], vec![]));
    let mut case = given(draft);
    let entries = |case: &Case| {
        case.order.points().into_iter().map(|it| (it.issuer, it.used, it.returned)).collect::<Vec<_>>()
    };
    assert_eq!(entries(&case), [("RAKUTEN".to_owned(), yen(300), yen(0))]);
    case.in_stock().cancel_requested_of(&[(1, 1)]).cancelled();
    assert_eq!(entries(&case), [("RAKUTEN".to_owned(), yen(300), yen(150))]);
}

#[test]
fn p11_points_come_back_with_the_units_they_paid_for_and_never_more_than_were_used() {
    let mut case = screened(points(500), &with_points(500));
    case.in_stock();
    let mut returned = Vec::new();
    for _ in 0..3 {
        case.cancel_requested_of(&[(1, 1)]).cancelled();
        returned.push(case.order.screening.claims[0].returned);
    }
    // What each of three units brings is what the billing drops of the discount.
    assert_eq!(returned, [166, 333, 500]);
    assert_eq!(case.order.points()[0].returned, yen(500));
}

#[test]
fn points_of_ours_are_earned_once_with_the_sale() {
    let mut case = screened(points(500), &with_points(500));
    case.validated().in_stock().collected().released().shipped(1).collected().delivered(1).stages_run();
    case.then_state(OrderState::Completed);
    assert_eq!(case.order.points()[0].earned, yen(25));
    assert_eq!(case.count(EventKind::PointsEarned), 1);
}

fn of_account(units: u32, number: &str) -> Draft {
    let mut draft = an_order().of(&[(units, 1_000)]).paid_by(PaymentMethod::BankTransfer);
    let account = Some("B-7".to_owned());
    draft.intake.particulars.purchase_order = Some(PurchaseOrder { number: number.to_owned(), account });
    draft
}

#[test]
fn an_account_takes_its_credit_quotes_its_number_and_has_large_orders_approved() {
    let all = shared(|_| ());
    let credit = |amount| vec![(TallyKind::Credit, amount), (TallyKind::Orders, 1)];
    assert_eq!(taken(of_account(5, "PO-1"), &all), (credit(5_000), vec![]));
    let missing = (FindingCode::PurchaseOrderMissing, Some(HoldCode::PurchaseOrder));
    assert_eq!(taken(of_account(5, " "), &all).1, [missing]);
    let approval = (FindingCode::ApprovalNeeded, Some(HoldCode::Approval));
    assert_eq!(taken(of_account(6, "PO-1"), &all), (credit(6_000), vec![approval]));
    let unknown = (FindingCode::AccountUnknown, Some(HoldCode::PurchaseOrder));
    assert_eq!(taken(of_account(5, "PO-1"), &shared(|it| it.account = None)).1, [unknown]);
    let exceeded = (FindingCode::CreditExceeded, Some(HoldCode::CreditLimit));
    assert_eq!(taken(of_account(5, "PO-1"), &having(TallyKind::Credit, &["B-7"], 5_001)).1, [exceeded]);
    assert_eq!(taken(of_account(5, "PO-1"), &having(TallyKind::Credit, &["B-7"], 5_000)).1, []);
}

#[test]
fn an_account_pays_after_the_goods_have_left_and_its_credit_comes_back_with_the_money() {
    let mut case = screened(of_account(5, "PO-1"), &shared(|_| ()));
    case.validated().in_stock().then_state(OrderState::Ready);
    assert_eq!(case.asked(), None);
    case.released().shipped(1).payment_requested().then(&[EventKind::PaymentRequested]);
    let owed = |case: &Case| case.order.screening.claims[0].kept();
    assert_eq!(owed(&case), 5_000);
    case.deposited(2_000, "first");
    assert_eq!(owed(&case), 3_000);
    case.after(30 * 24 + 1).then_open_tickets(&["SHORT_DEPOSIT:ORDER-P1"]);
    assert_eq!(case.count(EventKind::PaymentExpired), 0, "what it has is not cancelled");
    case.deposited(3_000, "rest");
    assert_eq!(owed(&case), 0);
    case.delivered(1).stages_run().then_state(OrderState::Completed).then_history_agrees();
}

#[test]
fn an_account_that_may_owe_more_than_agreed_owes_it_and_frees_it_by_paying() {
    let all = having(TallyKind::Credit, &["B-7"], 5_001);
    let mut case = given(of_account(5, "PO-1"));
    let (screened, findings) = take(&case.order, &all);
    case.does(&Command::Screen { screened: Box::new(screened) });
    case.does(&Command::Validate { findings }).in_stock().then_state(OrderState::Received);
    let code = HoldCode::CreditLimit;
    let by = "supervisor".to_owned();
    case.does(&Command::OverrideHold { code, by, reason: "they always pay".into() });
    let owed = |case: &Case| {
        let credit = case.order.screening.claims.iter().find(|claim| claim.key.kind == TallyKind::Credit);
        credit.map(Claim::kept)
    };
    assert_eq!(owed(&case), Some(5_000));
    case.then_state(OrderState::Ready).released().shipped(1).payment_requested().deposited(5_000, "all");
    assert_eq!(owed(&case), Some(0));
    case.then_history_agrees();
}

#[test]
fn a_cancelled_order_frees_the_credit_of_its_units() {
    let mut case = screened(of_account(5, "PO-1"), &shared(|_| ()));
    case.validated().in_stock().cancel_requested_of(&[(1, 2)]).cancelled();
    assert_eq!(case.order.screening.claims[0].kept(), 3_000);
    case.cancel_requested().cancelled();
    assert_eq!(case.order.screening.claims[0].kept(), 0);
}

#[test]
fn an_order_of_a_named_account_is_not_asked_for_money_before_it_is_checked() {
    let mut case = given(of_account(5, "PO-1"));
    case.payment_requested().then_nothing();
    case.validated().payment_requested().then(&[EventKind::PaymentRequested]);
}

#[test]
fn a_refused_parcel_and_an_unpaid_order_are_remembered_of_the_customer_once() {
    use crate::domain::shipment::FulfilmentEventKind;
    let of_customer = |case: &Case, kind| {
        let key = TallyKey::new(kind, &["c1"]);
        case.history
            .iter()
            .flat_map(|(event, _)| crate::domain::tally::changes(&case.order, event))
            .filter(|change| change.key == key)
            .map(|change| change.delta)
            .sum::<i64>()
    };
    let mut case = screened(an_order(), &shared(|_| ()));
    case.validated().in_stock().collected().released().shipped(1);
    for _ in 0..2 {
        case.reported(1, FulfilmentEventKind::Refused).after(1);
    }
    assert_eq!(of_customer(&case, TallyKind::Refusals), 1);
    let mut case = screened(an_order().paid_by(PaymentMethod::BankTransfer), &shared(|_| ()));
    case.payment_requested().after(24 * 7).after(24);
    assert_eq!(of_customer(&case, TallyKind::Unpaid), 1);
}

#[test]
fn an_approved_risk_stops_the_order_again_only_when_it_has_risen() {
    let rules = FraudRules::default();
    let risk = |score| Risk { score, suspicions: Vec::new() };
    let mut case = given(an_order());
    assert_eq!(judge(&case.order, &risk(29), &rules), None);
    assert_eq!(judge(&case.order, &risk(30), &rules).unwrap().severity, Severity::Warning);
    let finding = judge(&case.order, &risk(60), &rules).unwrap();
    assert_eq!(finding.severity, Severity::Blocking(HoldCode::FraudReview));
    let screened = take(&case.order, &Shared::default()).0;
    let screened = crate::domain::screening::Screened { risk: risk(60), ..screened };
    case.does(&Command::Screen { screened: Box::new(screened) })
        .does(&Command::Validate { findings: vec![finding] });
    case.does(&Command::ResolveHold { code: HoldCode::FraudReview, by: "hanako".to_owned() });
    assert_eq!(judge(&case.order, &risk(60), &rules).unwrap().severity, Severity::Warning);
    let risen = judge(&case.order, &risk(61), &rules).unwrap();
    assert_eq!(risen.severity, Severity::Blocking(HoldCode::FraudReview));
}

//! What an order costs, whole and after part of it was cancelled, component by component.

use crate::domain::billing::{Billing, Declared, DiscountKind, FeeKind, TaxLine};
use crate::domain::money::Amount;
use crate::domain::order::OrderState;
use crate::domain::payment::PaymentMethod;
use crate::domain::tax::{PriceBasis, TaxRate};
use crate::domain::testing::{Case, Draft, an_order, given, yen};

fn tax(rate: TaxRate, base: i64, tax: i64) -> TaxLine {
    TaxLine { rate, base: yen(base), tax: yen(tax) }
}

fn without_tax(mut draft: Draft) -> Draft {
    draft.intake.basis = PriceBasis::TaxExcluded;
    draft
}

/// The order after some units were cancelled.
fn less(draft: Draft, units: &[(u16, u32)]) -> Case {
    let mut case = given(draft);
    case.cancel_requested_of(units).cancelled();
    case
}

#[test]
fn goods_fees_and_both_rates_add_up() {
    let draft =
        an_order().of(&[(2, 1_100)]).and(3, 540).at(TaxRate::REDUCED).with_fee(FeeKind::Shipping, 660);
    let expected = Billing {
        goods: yen(3_820),
        fees: yen(660),
        discount: yen(0),
        taxes: vec![tax(TaxRate::STANDARD, 2_860, 260), tax(TaxRate::REDUCED, 1_620, 120)],
        adjustment: yen(0),
        total: yen(4_480),
    };
    assert_eq!(draft.order().billing(), expected);
}

#[test]
fn p9_each_component_goes_with_the_units_it_belongs_to() {
    let draft = an_order().of(&[(2, 1_100), (1, 3_300)]).with_fee(FeeKind::Shipping, 660);
    let total =
        |draft: &Draft, units: &[(u16, u32)]| less(draft.clone(), units).order.billing().total.units();
    assert_eq!(total(&draft, &[]), 0, "no units named means all");
    assert_eq!(total(&draft, &[(1, 1)]), 1_100 + 3_300 + 660, "goods go, the shipping fee stays");
    assert_eq!(total(&draft, &[(2, 1)]), 2_200 + 660);
    let coupon = draft.clone().with_discount(DiscountKind::Coupon, 550);
    // 550 over 2,200 and 3,300: 220 and 330.
    assert_eq!(
        total(&coupon, &[(1, 1)]),
        1_100 - 110 + 3_300 - 330 + 660,
        "its share of the coupon goes too"
    );
    assert_eq!(total(&coupon, &[(2, 1)]), 2_200 - 220 + 660);
    let points = draft.with_discount(DiscountKind::Points, 616);
    // 616 over 2,200, 3,300 and the fee of 660: 220, 330 and 66.
    assert_eq!(total(&points, &[(2, 1)]), 2_200 - 220 + 660 - 66, "points lower the fee as well");
}

#[test]
fn p9_the_tax_of_what_was_cancelled_is_not_charged() {
    let draft = without_tax(an_order().of(&[(1, 1_000)]).and(1, 1_000).at(TaxRate::REDUCED));
    assert_eq!(draft.clone().order().billing().total, yen(2_180));
    assert_eq!(less(draft.clone(), &[(1, 1)]).order.billing().total, yen(1_080));
    assert_eq!(less(draft, &[(2, 1)]).order.billing().total, yen(1_100));
}

#[test]
fn a_discount_that_does_not_divide_is_gone_exactly_when_the_last_unit_is() {
    let draft = an_order().of(&[(3, 1_000)]).with_discount(DiscountKind::Coupon, 100);
    let mut case = given(draft);
    let mut totals = Vec::new();
    for _ in 0..3 {
        totals.push(case.order.billing().total.units());
        case.cancel_requested_of(&[(1, 1)]).cancelled();
    }
    totals.push(case.order.billing().total.units());
    assert_eq!(totals, [2_900, 1_933, 966, 0]);
}

#[test]
fn p14_the_tax_of_an_invoice_is_rounded_once_per_rate() {
    let draft = without_tax(an_order().of(&[(1, 105), (1, 105), (1, 105)]));
    let billing = draft.order().billing();
    assert_eq!((billing.taxes, billing.total), (vec![tax(TaxRate::STANDARD, 315, 31)], yen(346)));
}

#[test]
fn p14_a_partial_cancellation_rounds_the_rest_once_and_posts_exactly_that() {
    let draft =
        without_tax(an_order().of(&[(1, 105), (1, 105), (1, 105)]).paid_by(PaymentMethod::CashOnDelivery));
    let mut case = less(draft, &[(1, 1)]);
    case.stages_run().shipped(1).delivered(1).stages_run().then_state(OrderState::Completed);
    assert_eq!(case.order.billing().taxes, [tax(TaxRate::STANDARD, 210, 21)]);
    assert_eq!(case.order.held(), yen(231));
}

/// Three at 199.00; the channel says 409.94 with 11.94 of tax stated at 6 %, and means it.
fn from_abroad() -> Draft {
    let six_percent = TaxRate::from_basis_points(600).unwrap();
    let mut draft = an_order().of(&[]);
    for _ in 0..3 {
        draft = draft.and(1, 19_900).at(six_percent);
    }
    draft.abroad(40_994, &[(six_percent, 1_194)])
}

#[test]
fn the_channels_total_and_tax_are_what_the_customer_pays() {
    let six_percent = TaxRate::from_basis_points(600).unwrap();
    let order = from_abroad().order();
    let billing = order.billing();
    assert_eq!(billing.total, yen(40_994));
    assert_eq!(billing.taxes, [tax(six_percent, 59_700, 1_194)]);
    assert_eq!(billing.adjustment, yen(40_994 - 59_700 - 1_194));
    assert_eq!(order.own_billing().taxes, [tax(six_percent, 59_700, 3_582)], "our own arithmetic differs");
    let entries: Amount = order.sales_entries().iter().map(|entry| entry.net + entry.tax).sum();
    assert_eq!(entries, yen(40_994));
    let mut case = given(from_abroad());
    case.stages_run().shipped(1).stages_run().delivered(1).stages_run().then_state(OrderState::Completed);
    assert_eq!(case.payment(1).captured, yen(40_994));
}

#[test]
fn the_channels_tax_shrinks_with_the_units_and_never_becomes_ours() {
    let six_percent = TaxRate::from_basis_points(600).unwrap();
    let draft = an_order().of(&[(2, 19_900)]).at(six_percent).abroad(40_994, &[(six_percent, 1_194)]);
    let billing = less(draft, &[(1, 1)]).order.billing();
    assert_eq!((billing.taxes, billing.total), (vec![tax(six_percent, 19_900, 597)], yen(20_497)));
}

#[test]
fn a_channels_lower_total_is_shared_by_the_units_and_gone_with_the_last() {
    let mut case = given(from_abroad());
    let mut totals = Vec::new();
    for line in 1..=3 {
        case.cancel_requested_of(&[(line, 1)]).cancelled();
        totals.push(case.order.billing().total.units());
    }
    // Two thirds, one third, none of 409.94: the rounding favours the channel's figure.
    assert_eq!(totals, [27_330, 13_665, 0]);
}

#[test]
fn half_of_an_order_costs_half_of_what_the_channel_says() {
    let declared = |total: i64| {
        let mut draft = an_order().of(&[(1, 5_000), (1, 5_000)]);
        draft.intake.declared = Some(Declared { total: yen(total), taxes: Vec::new() });
        less(draft, &[(2, 1)]).order.billing().total
    };
    assert_eq!((declared(5_000), declared(0), declared(11_000)), (yen(2_500), yen(0), yen(5_500)));
}

#[test]
fn an_order_that_cannot_add_up_is_refused_with_every_reason() {
    let refused = |draft: Draft| -> Vec<String> {
        draft.received().unwrap_err().into_iter().map(|defect| defect.field).collect()
    };
    let mut draft = an_order().of(&[(0, i64::MAX), (10_000, -1)]);
    draft.intake.payments[0].amount = Some(yen(i64::MAX));
    assert_eq!(
        refused(draft),
        [
            "lines[0].quantity",
            "lines[0].unit_price",
            "lines[1].quantity",
            "lines[1].unit_price",
            "payments[0].amount"
        ]
    );
    assert_eq!(refused(an_order().of(&[])), ["lines"]);
    assert_eq!(refused(an_order().with_discount(DiscountKind::Coupon, 2_001)), ["discounts[0]"]);
    assert_eq!(refused(an_order().first_paid_by(PaymentMethod::Card, 2_001)), ["payments"]);
    assert_eq!(
        refused(an_order().abroad(i64::MIN, &[(TaxRate::STANDARD, i64::MAX)])),
        ["declared.total", "declared.taxes[0]"]
    );
    let mut draft = an_order();
    draft.intake.lines[0].discount = yen(2_001);
    assert_eq!(refused(draft), ["lines[0].discount"]);
}

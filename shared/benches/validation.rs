//! What it costs to judge an order: `cargo bench -p juchu --features testing --bench validation`.
//! What was measured, and how to count instructions, is in `infra/docs/RULES.md`.

#![allow(missing_docs, reason = "the macros of the bench write functions of their own")]

use divan::Bencher;
use juchu::domain::merchant::Product;
use juchu::domain::order::{Line, Order};
use juchu::domain::rule_pack::{Condition, CustomRule, RulePack, Treatment};
use juchu::domain::rules;
use juchu::domain::testing::an_order;

fn main() {
    divan::main();
}

/// An order of so many lines, all in the catalogue, with nothing wrong.
fn ordered(lines: u32) -> (Order, Vec<Product>) {
    let lines: Vec<(u32, i64)> = (0..lines).map(|n| (1, 1_000 + i64::from(n))).collect();
    let order = an_order().of(&lines).order();
    let product = |line: &Line| Product {
        sku: line.sku.clone(),
        title: "煎茶".to_owned(),
        price: line.unit_price,
        tax_rate: line.tax_rate,
    };
    let products = order.lines.iter().map(product).collect();
    (order, products)
}

/// As many rules as a merchant may have, of five conditions each, none of which fits: all are looked at.
fn hundred_rules() -> RulePack {
    let rule = |n: u32| CustomRule {
        name: format!("rule {n}"),
        when: Condition::Any(vec![
            Condition::Prefecture(vec!["沖縄県".to_owned(), "鹿児島県".to_owned()]),
            Condition::SkuPrefix(vec![format!("FROZEN-{n}")]),
            Condition::TotalAtLeast(900_000_000),
            Condition::NoteContains(vec!["至急".to_owned()]),
        ]),
        then: Treatment::Warn,
        reason: "look".to_owned(),
    };
    RulePack { custom: (0..100).map(rule).collect(), ..RulePack::default() }
}

fn judge(bencher: Bencher<'_, '_>, lines: u32, pack: &RulePack) {
    let (order, products) = ordered(lines);
    assert!(pack.defects().is_empty() && rules::check(&order, &products, pack).is_empty());
    bencher.bench_local(|| rules::check(divan::black_box(&order), &products, pack));
}

#[divan::bench(args = [2, 100])]
fn by_the_standard_rules(bencher: Bencher<'_, '_>, lines: u32) {
    judge(bencher, lines, &RulePack::default());
}

#[divan::bench(args = [2, 100])]
fn by_a_hundred_rules_more(bencher: Bencher<'_, '_>, lines: u32) {
    judge(bencher, lines, &hundred_rules());
}

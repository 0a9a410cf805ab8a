//! Commits that come at the same time: written together or not, each ends as if they had come one after
//! the other. The model takes them so; the real adapter groups them.

use futures_util::future::join_all;
use juchu::app::ports::{Commit, CommitError, OrderStore};
use juchu::domain::event::Grant;
use proptest::prelude::*;

use crate::samples::{allocate, arrival, at, grant, merchant, opening, order, step, stock};
use crate::worlds::{Dynamo, Memory, Store, World};

/// What an order wants of a stock, and how much of it somebody decided to give it.
type Wish = (u32, u32);

#[derive(Debug, Clone)]
struct Attempt {
    of_a: Wish,
    of_b: Wish,
    /// Decided on an order that has changed since.
    is_stale: bool,
}

/// Most expect to get all; of the others few expect what the stock then has.
fn wish() -> impl Strategy<Value = Wish> {
    (1..4_u32).prop_flat_map(|wanted| (Just(wanted), prop_oneof![9 => Just(wanted), 1 => 0..=wanted]))
}

fn attempts() -> impl Strategy<Value = Vec<Attempt>> {
    let attempt = (wish(), wish(), prop::bool::weighted(0.1));
    let attempt = attempt.prop_map(|(of_a, of_b, is_stale)| Attempt { of_a, of_b, is_stale });
    prop::collection::vec(attempt, 1..40)
}

/// Opens the orders, and returns what is to be tried at the same time.
async fn prepared(store: &impl Store, units: (u32, u32), attempts: &[Attempt]) -> Vec<Commit> {
    for (sku, units) in [("A", units.0), ("B", units.1)] {
        store.change(&arrival(sku, units.into(), "slip", at(0))).await.unwrap();
    }
    let mut commits = Vec::new();
    for (n, attempt) in (0..).zip(attempts) {
        let wishes = [attempt.of_a, attempt.of_b];
        let new = order(&n.to_string(), &[("A", wishes[0].0), ("B", wishes[1].0)], at(n));
        store.commit(&opening(&new)).await.unwrap();
        let some = |part: fn(Wish) -> u32| -> Vec<Grant> {
            let parts = (1..).zip(wishes.map(part)).filter(|(_, units)| *units > 0);
            parts.map(|(line, units)| grant(line, units)).collect()
        };
        let command = allocate(some(|(_, given)| given), some(|(wanted, given)| wanted - given));
        let mut commit = step(&new, &command, at(100));
        commit.expected_version += u64::from(attempt.is_stale);
        commits.push(commit);
    }
    commits
}

/// Everything the commits may have changed.
async fn contents(store: &impl Store, commits: &[Commit]) -> String {
    let mut told = Vec::new();
    for commit in commits {
        told.push(format!("{:?}", store.load(&commit.order.id).await.unwrap()));
    }
    for sku in ["A", "B"] {
        let key = stock(sku);
        told.push(format!("{:?}", store.counts(&merchant(), std::slice::from_ref(&key)).await.unwrap()));
        told.push(format!("{:?}", store.waiting(&merchant(), &key, 100).await.unwrap()));
        let ledger = store.ledger(&merchant(), &key, None, 100).await.unwrap();
        told.push(format!("{:?}", ledger.items));
    }
    told.join("\n")
}

fn ends(ends: Vec<Result<(), CommitError>>) -> Vec<String> {
    ends.into_iter()
        .map(|end| end.map_or_else(|error| error.to_string(), |()| "written".to_owned()))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn commits_that_come_together_end_as_if_they_had_come_one_after_the_other(
        units in (1..60_u32, 1..60_u32),
        attempts in attempts(),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (model, real) = (Memory::new(), Dynamo::new().await);
            let commits = prepared(model.store(), units, &attempts).await;
            prepared(real.store(), units, &attempts).await;
            let mut one_by_one = Vec::new();
            for commit in &commits {
                one_by_one.push(model.store().commit(commit).await);
            }
            let together = join_all(commits.iter().map(|commit| real.store().commit(commit))).await;
            prop_assert_eq!(ends(together), ends(one_by_one));
            let (real, model) = (contents(real.store(), &commits).await, contents(model.store(), &commits).await);
            prop_assert_eq!(real, model);
            Ok(())
        })?;
    }
}

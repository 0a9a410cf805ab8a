//! Group commit: commits that change the same counts at the same time are written together.
//!
//! A row takes one transaction after the other, and at most 500 a second: with a transaction per
//! order, a hot SKU or a code that everybody uses would be the slowest thing there is. So whoever finds
//! the first counts of its commit being written waits its turn, and then writes everything that came to
//! wait meanwhile in one transaction, each count once. When nobody else is there, nobody waits: no timer
//! delays an order.
//!
//! Above this module nothing of it shows. Each commit is written or not as if those of its counts had
//! come alone, one after the other. Only the token is the group's: a commit that was written with
//! others and is sent again finds the order changed by itself, where one that went alone is told that
//! it is written.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_sdk_dynamodb::types::{CancellationReason, TransactWriteItem};
use futures_util::stream::{self, StreamExt};
use sha2::{Digest, Sha256};
use tokio::sync::oneshot;
use tokio::sync::oneshot::error::TryRecvError;

use super::DynamoStore;
use super::commit::{Part, Prepared, why};
use super::transact::{Cancelled, Reason, reason};
use crate::app::ports::{Commit, CommitError, StoreError};
use crate::app::stock_effect::{Needs, StockEffect};
use crate::domain::ids::MerchantId;
use crate::domain::stock::{Stock, StockDelta, StockKey};
use crate::domain::tally::{Bounds, TallyChange, TallyKey};

/// The most rows one transaction writes.
const TRANSACTION: usize = 100;
/// How many groups that nobody else waits for are written in the same moment.
const GROUPS: usize = 4;

/// Who waits for which counts. A commit that changes several waits for the first of them.
#[derive(Debug, Default)]
pub(super) struct Lanes(Mutex<HashMap<(MerchantId, Counts), Arc<Lane>>>);

/// Counts that orders share.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Counts {
    Stock(StockKey),
    Tally(TallyKey),
}

#[derive(Debug, Default)]
struct Lane {
    /// Given to one after the other, first come first served.
    turn: tokio::sync::Mutex<()>,
    /// Those that nobody has begun to write.
    waiting: Mutex<Vec<Waiting>>,
}

#[derive(Debug)]
struct Waiting {
    commit: Prepared,
    told: oneshot::Sender<Result<(), CommitError>>,
}

/// What is done to counts, and what they must be for that.
#[derive(Debug, Clone, Copy)]
enum Change {
    Stock(Needs, StockDelta),
    Tally(Bounds, i64),
}

/// What a group does to all counts.
type Shared = BTreeMap<Counts, Change>;

/// How counts stand.
#[derive(Debug, Clone, Copy)]
enum Standing {
    Stock(Stock),
    Tally(i64),
}

impl Change {
    /// This change, and another one of the same counts after it.
    fn then(self, next: Self) -> Self {
        match (self, next) {
            (Self::Stock(needs, delta), Self::Stock(more, change)) => {
                Self::Stock(needs.then(&delta, more), delta.and(change))
            }
            (Self::Tally(bounds, delta), Self::Tally(more, change)) => {
                Self::Tally(bounds.then(delta, more), delta + change)
            }
            // A key has changes of one kind.
            (Self::Stock(..), Self::Tally(..)) | (Self::Tally(..), Self::Stock(..)) => next,
        }
    }

    fn part(self) -> Part {
        match self {
            Self::Stock(..) => Part::Stock,
            Self::Tally(..) => Part::Tally,
        }
    }
}

impl Standing {
    /// How they stand after the change; `None` when they do not allow it.
    fn after(self, change: Change) -> Option<Self> {
        match (self, change) {
            (Self::Stock(stock), Change::Stock(needs, delta)) => {
                needs.hold_for(&stock).then(|| Self::Stock(stock.after(&delta)))
            }
            (Self::Tally(amount), Change::Tally(bounds, delta)) => {
                bounds.hold_for(amount).then_some(Self::Tally(amount + delta))
            }
            (Self::Stock(_), Change::Tally(..)) | (Self::Tally(_), Change::Stock(..)) => Some(self),
        }
    }
}

impl Prepared {
    /// What it does to each count, the stock first.
    fn changes(&self) -> impl Iterator<Item = (Counts, Change)> + '_ {
        let stock = |effect: &StockEffect| {
            (Counts::Stock(effect.key.clone()), Change::Stock(effect.needs, effect.delta))
        };
        let tally = |it: &TallyChange| (Counts::Tally(it.key.clone()), Change::Tally(it.bounds, it.delta));
        self.effects.iter().map(stock).chain(self.tallies.iter().map(tally))
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Lane {
    /// Takes those that came first and fit into one transaction, but only one of each order: the next
    /// one is about what the order is by then. Whose caller is gone is forgotten, as if it had never come.
    fn next_group(&self) -> Vec<Waiting> {
        let (mut rows, mut is_full) = (0, false);
        let (mut orders, mut counts) = (HashSet::new(), HashSet::new());
        let mut waiting = locked(&self.waiting);
        waiting.retain(|waiting| !waiting.told.is_closed());
        let (group, later) =
            std::mem::take(&mut *waiting).into_iter().partition(|Waiting { commit, .. }| {
                let new_counts = commit.changes().filter(|(key, _)| !counts.contains(key));
                let added = commit.own.len() + new_counts.count();
                is_full |= rows > 0 && rows + added > TRANSACTION;
                let goes = !is_full && orders.insert(commit.order.clone());
                if goes {
                    rows += added;
                    counts.extend(commit.changes().map(|(key, _)| key));
                }
                goes
            });
        *waiting = later;
        group
    }
}

impl DynamoStore {
    /// Writes a commit when it is its turn, perhaps with others.
    pub(super) async fn commit_in_turn(&self, commit: Prepared) -> Result<(), CommitError> {
        let (told, mut answer) = oneshot::channel();
        let Some((counts, _)) = commit.changes().next() else {
            self.write(vec![Waiting { commit, told }]).await;
            return answer.try_recv().unwrap_or_else(|_| Err(unknown()));
        };
        let counts = (commit.merchant.clone(), counts);
        let lane = Arc::clone(locked(&self.lanes.0).entry(counts.clone()).or_default());
        locked(&lane.waiting).push(Waiting { commit, told });
        let turn = lane.turn.lock().await;
        let answer = loop {
            match answer.try_recv() {
                Ok(answer) => break answer,
                Err(TryRecvError::Empty) => self.write(lane.next_group()).await,
                Err(TryRecvError::Closed) => break Err(unknown()),
            }
        };
        drop(turn);
        let mut lanes = locked(&self.lanes.0);
        // The map's and our own. Ours goes before the next one counts.
        if Arc::strong_count(&lane) == 2 {
            lanes.remove(&counts);
        }
        drop(lane);
        answer
    }

    /// Writes commits that nobody else waits for, as many at a time as fit into one transaction.
    pub(super) async fn commit_orders(&self, commits: &[Commit]) -> Vec<Result<(), CommitError>> {
        let (mut answers, mut groups, mut rows) = (Vec::with_capacity(commits.len()), Vec::new(), 0);
        for commit in commits {
            let (told, answer) = oneshot::channel();
            answers.push(answer);
            let commit = match self.prepare(commit) {
                Ok(commit) => commit,
                Err(error) => {
                    drop(told.send(Err(error.into())));
                    continue;
                }
            };
            rows += commit.own.len();
            if groups.is_empty() || rows > TRANSACTION {
                rows = commit.own.len();
                groups.push(Vec::new());
            }
            if let Some(group) = groups.last_mut() {
                Vec::push(group, Waiting { commit, told });
            }
        }
        stream::iter(groups).for_each_concurrent(GROUPS, |group| self.write(group)).await;
        answers.into_iter().map(|mut answer| answer.try_recv().unwrap_or_else(|_| Err(unknown()))).collect()
    }

    /// Writes a group, and tells each of its commits what became of it. Those that cannot be written
    /// are told so, and the others go on without them.
    async fn write(&self, mut group: Vec<Waiting>) {
        let mut at_once = TRANSACTION;
        while !group.is_empty() {
            let mut rest = group.split_off(group.len().min(at_once));
            let commits: Vec<&Prepared> = group.iter().map(|waiting| &waiting.commit).collect();
            let shared = shared(&commits);
            let ended = match self.writes(&commits, &shared) {
                Ok(writes) => self.transact(Some(token(&commits)), writes).await,
                Err(error) => Err(Cancelled::Failed(error)),
            };
            let ends = match ended {
                Ok(()) => commits.iter().map(|_| Some(Ok(()))).collect(),
                Err(Cancelled::For(reasons)) => settle(&commits, &shared, &reasons),
                // Only the same events have the same token: they are written, or being written.
                Err(Cancelled::TokenReused) => all(&commits, || CommitError::Conflict),
                // As a whole it may be too large; one alone is not.
                Err(Cancelled::Failed(StoreError::Corrupt(_))) if commits.len() > 1 => {
                    at_once = 1;
                    commits.iter().map(|_| None).collect()
                }
                Err(Cancelled::Failed(error)) => all(&commits, || again(&error)),
            };
            let mut left: Vec<Waiting> = Vec::with_capacity(group.len());
            for (waiting, end) in group.into_iter().zip(ends) {
                match end {
                    // Whoever asked may be gone.
                    Some(end) => drop(waiting.told.send(end)),
                    None => left.push(waiting),
                }
            }
            left.append(&mut rest);
            group = left;
        }
    }

    fn writes(&self, commits: &[&Prepared], shared: &Shared) -> Result<Vec<TransactWriteItem>, StoreError> {
        let own = commits.iter().flat_map(|commit| commit.own.iter().map(|(_, write)| Ok(write.clone())));
        let merchant = commits.first().map(|commit| &commit.merchant);
        let count = |(merchant, counts, change): (&MerchantId, &Counts, &Change)| match (counts, *change) {
            (Counts::Stock(key), Change::Stock(needs, delta)) => {
                self.write_counts(merchant, key, &(needs, delta))
            }
            (Counts::Tally(key), Change::Tally(bounds, delta)) => {
                self.write_tally(merchant, key, (bounds, delta))
            }
            (Counts::Stock(_), Change::Tally(..)) | (Counts::Tally(_), Change::Stock(..)) => {
                Err(StoreError::Corrupt("a change of other counts".to_owned()))
            }
        };
        let all =
            merchant.into_iter().flat_map(|merchant| shared.iter().map(move |(key, it)| (merchant, key, it)));
        own.chain(all.map(count)).collect()
    }
}

/// What the commits do to all counts, one after the other.
fn shared(commits: &[&Prepared]) -> Shared {
    let mut shared = Shared::new();
    for (counts, change) in commits.iter().flat_map(|commit| commit.changes()) {
        let all = shared.get(&counts).map_or(change, |before| before.then(change));
        shared.insert(counts, all);
    }
    shared
}

/// How the counts stood that did not allow what was to be done to them.
fn standing(counts: &Counts, why: &CancellationReason) -> Result<Standing, StoreError> {
    let row = why.item().cloned();
    Ok(match counts {
        Counts::Stock(_) => Standing::Stock(DynamoStore::read_counts(row)?),
        Counts::Tally(_) => Standing::Tally(DynamoStore::read_amount(row)?),
    })
}

/// What became of each commit of a group that was not written; `None` when nothing of its own is in
/// the way. At least one is told something.
fn settle(
    commits: &[&Prepared],
    shared: &Shared,
    reasons: &[CancellationReason],
) -> Vec<Option<Result<(), CommitError>>> {
    let mut reasons = reasons.iter();
    let of_its_own = commits.iter().map(|commit| {
        let parts = commit.own.iter().map(|(part, _)| *part);
        why(&parts.zip(reasons.by_ref()).collect::<Vec<_>>())
    });
    let of_their_own: Vec<Option<CommitError>> = of_its_own.collect();
    if of_their_own.iter().any(Option::is_some) {
        return of_their_own.into_iter().map(|error| error.map(Err)).collect();
    }
    let of_counts: Vec<_> = shared.iter().zip(reasons).collect();
    let refused = of_counts.iter().filter(|(_, why)| reason(why) == Some(Reason::Condition));
    let stood = refused.map(|((counts, _), why)| Ok((*counts, standing(counts, why)?)));
    let mut stands: BTreeMap<&Counts, Standing> = match stood.collect::<Result<_, StoreError>>() {
        Ok(stands) => stands,
        Err(error) => return all(commits, || again(&error)),
    };
    let unfit: Vec<Option<CommitError>> = commits.iter().map(|commit| take(commit, &mut stands)).collect();
    if unfit.iter().any(Option::is_some) {
        return unfit.into_iter().map(|error| error.map(Err)).collect();
    }
    let of_counts: Vec<(Part, &CancellationReason)> =
        of_counts.into_iter().map(|((_, change), why)| (change.part(), why)).collect();
    all(commits, || why(&of_counts).unwrap_or_else(unknown))
}

/// Takes from the counts what the commit takes; says why not when they do not allow it, and takes nothing.
fn take(commit: &Prepared, stands: &mut BTreeMap<&Counts, Standing>) -> Option<CommitError> {
    let mut after = Vec::new();
    for (counts, change) in commit.changes() {
        let Some((known, standing)) = stands.get_key_value(&counts) else { continue };
        match standing.after(change) {
            Some(left) => after.push((*known, left)),
            None => {
                return Some(match change {
                    Change::Stock(..) => CommitError::StockChanged,
                    Change::Tally(..) => CommitError::TallyChanged,
                });
            }
        }
    }
    stands.extend(after);
    None
}

fn all(commits: &[&Prepared], error: impl Fn() -> CommitError) -> Vec<Option<Result<(), CommitError>>> {
    commits.iter().map(|_| Some(Err(error()))).collect()
}

/// The same commits in the same order always have the same token.
fn token(commits: &[&Prepared]) -> String {
    if let [commit] = commits {
        return commit.token.clone();
    }
    let tokens: String = commits.iter().map(|commit| commit.token.as_str()).collect();
    let mut token = hex::encode(Sha256::digest(tokens));
    token.truncate(32);
    token
}

/// An error that several are told.
fn again(error: &StoreError) -> CommitError {
    CommitError::Store(match error {
        StoreError::Unavailable(source) => StoreError::Unavailable(source.to_string().into()),
        StoreError::Corrupt(what) => StoreError::Corrupt(what.clone()),
    })
}

/// Whoever was writing is gone without a word, or DynamoDB gave no reason.
fn unknown() -> CommitError {
    StoreError::Unavailable("nobody knows what became of the commit".into()).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::ports::{LedgerEntry, LedgerReason};
    use crate::app::record::Cause;
    use crate::domain::ids::{ChannelId, LocationId, OrderId, Sku};
    use jiff::Timestamp;

    /// A commit with one row of its own that takes `units` of the stock.
    fn taking(number: &str, units: i64) -> Prepared {
        let merchant = MerchantId::new("acme").unwrap();
        let delta = StockDelta { allocated: units, ..StockDelta::default() };
        let entry = LedgerEntry {
            reason: LedgerReason::Order,
            reference: number.to_owned(),
            at: Timestamp::UNIX_EPOCH,
            cause: Cause::request("staff:hanako", "req-1"),
            on_hand: 0,
            allocated: units,
            safety: 0,
            backordered: 0,
            calls_next: false,
        };
        let key = StockKey { sku: Sku::new("A").unwrap(), location: LocationId::new("main").unwrap() };
        Prepared {
            order: OrderId::of(&merchant, &ChannelId::new("shop").unwrap(), number),
            merchant,
            token: number.to_owned(),
            own: vec![(Part::Order, TransactWriteItem::builder().build())],
            effects: vec![StockEffect { key, delta, needs: Needs::of(units, 0, false), entry }],
            tallies: Vec::new(),
        }
    }

    /// How two commits that take 2 and 1 units end, with these reasons for their rows and the counts.
    fn ends(codes: [&str; 3]) -> Vec<String> {
        let (first, second) = (taking("1", 2), taking("2", 1));
        let commits = [&first, &second];
        let reasons = codes.map(|code| CancellationReason::builder().code(code).build());
        let ends = settle(&commits, &shared(&commits), &reasons);
        ends.into_iter().map(|end| end.map_or_else(|| "again".to_owned(), |end| format!("{end:?}"))).collect()
    }

    #[test]
    fn a_commit_that_fails_for_its_own_rows_leaves_the_others_to_go_on() {
        assert_eq!(ends(["None", "ConditionalCheckFailed", "None"]), ["again", "Err(Conflict)"]);
        assert_eq!(
            ends(["TransactionConflict", "None", "ConditionalCheckFailed"]),
            ["Err(Conflict)", "again"]
        );
    }

    #[test]
    fn what_keeps_the_shared_counts_from_being_written_is_told_to_all() {
        let changed = "Err(StockChanged)";
        assert_eq!(ends(["None", "None", "TransactionConflict"]), [changed, changed]);
        let busy = ends(["None", "None", "ThrottlingError"]);
        assert!(busy.iter().all(|end| end.starts_with("Err(Store(Unavailable")), "{busy:?}");
        // Of a stock nobody has seen, nobody gets anything.
        assert_eq!(ends(["None", "None", "ConditionalCheckFailed"]), [changed, changed]);
    }

    /// The sizes of the groups in which those that wait go.
    fn groups(commits: impl Iterator<Item = Prepared>) -> Vec<usize> {
        let lane = Lane::default();
        let callers: Vec<_> = commits
            .map(|commit| {
                let (told, answer) = oneshot::channel();
                locked(&lane.waiting).push(Waiting { commit, told });
                answer
            })
            .collect();
        let sizes = std::iter::from_fn(|| Some(lane.next_group().len()).filter(|size| *size > 0)).collect();
        drop(callers);
        sizes
    }

    fn with_rows(number: usize, rows: usize) -> Prepared {
        let commit = taking(&number.to_string(), 1);
        let own = commit.own.iter().cycle().take(rows).cloned().collect();
        Prepared { own, ..commit }
    }

    #[test]
    fn a_group_is_as_large_as_a_transaction_with_the_counts_of_a_stock_once() {
        assert_eq!(groups((0..60).map(|n| with_rows(n, 4))), [24, 24, 12]);
        assert_eq!(groups((0..120).map(|n| with_rows(n, 1))), [99, 21]);
        assert_eq!(groups((0..2).map(|n| with_rows(n, 200))), [1, 1], "it is for DynamoDB to refuse");
    }

    #[test]
    fn nobody_overtakes_who_does_not_fit_any_more() {
        assert_eq!(groups([60, 60, 1].into_iter().enumerate().map(|(n, rows)| with_rows(n, rows))), [1, 2]);
    }

    #[test]
    fn of_one_order_a_group_has_one_commit() {
        assert_eq!(groups((0..6).map(|n| with_rows(n / 2, 4))), [3, 3]);
    }

    #[test]
    fn whose_caller_is_gone_is_not_written_later() {
        let lane = Lane::default();
        let (told, answer) = oneshot::channel();
        locked(&lane.waiting).push(Waiting { commit: taking("1", 1), told });
        drop(answer);
        assert_eq!(lane.next_group().len(), 0);
    }
}

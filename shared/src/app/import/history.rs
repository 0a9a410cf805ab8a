//! Past orders: opened as what they are, ended. One event holds all of it, and no stage acts on that.

use std::collections::BTreeSet;

use super::{Import, NO_MERCHANT, impossible};
use crate::app::failure::Failure;
use crate::app::limit_store::LimitStore;
use crate::app::manage_merchant::ManageError;
use crate::app::ports::{AnswerStore, Clock, Commit, CommitError, MerchantStore, OrderStore, StockStore};
use crate::app::record::EventRecord;
use crate::app::records::{ImportOutcome, PastOrder};
use crate::domain::Event;
use crate::domain::ids::{ChannelId, OrderId};
use crate::domain::intake::Impossible;
use crate::domain::merchant::Merchant;
use crate::domain::order::Order;
use crate::domain::past::{MAX_BYTES, MAX_MILESTONES, Milestone};

/// How many orders are written in one call.
const TOGETHER: usize = 25;

/// What became of an order: its place among the records, how it ended, which it is, and why not.
type Kept = (usize, ImportOutcome, OrderId, Vec<Impossible>);

impl<S, C> Import<'_, S, C>
where
    S: MerchantStore + StockStore + LimitStore + OrderStore + AnswerStore,
    C: Clock,
{
    /// An order of a system like this one, as history.
    pub(super) async fn past(
        &mut self,
        order: Order,
        milestones: Vec<Milestone>,
        fingerprint: String,
    ) -> Result<Result<Commit, Vec<Impossible>>, ManageError> {
        let merchant = match self.owner(&order.channel).await? {
            Ok(merchant) => merchant,
            Err(defects) => return Ok(Err(defects)),
        };
        let past = order.into_past(&merchant, fingerprint, self.app.clock.now());
        Ok(past.and_then(|order| self.commit_of(order, milestones)))
    }

    /// An order of any other system, as history.
    pub(super) async fn ended_elsewhere(
        &mut self,
        past: PastOrder,
        fingerprint: String,
    ) -> Result<Result<Commit, Vec<Impossible>>, ManageError> {
        let PastOrder { channel, told, ended, milestones } = past;
        let merchant = match self.owner(&channel).await? {
            Ok(merchant) => merchant,
            Err(defects) => return Ok(Err(defects)),
        };
        let Some(from) = merchant.locations.first() else {
            return Err(Failure::permanent("a merchant without a location").into());
        };
        let now = self.app.clock.now();
        let whose = (merchant.id.clone(), channel);
        let order = told.into_order(whose, fingerprint.clone(), &merchant.policy, now);
        let order = order.map_err(|defects| below("order", defects));
        let order = order.and_then(|order| order.after(ended, from, now));
        let order = order.and_then(|order| order.into_past(&merchant, fingerprint, now));
        Ok(order.and_then(|order| self.commit_of(order, milestones)))
    }

    /// The merchant, if the channel is one of its.
    async fn owner(&mut self, channel: &ChannelId) -> Result<Result<Merchant, Vec<Impossible>>, ManageError> {
        let Some(merchant) = self.known.clone() else {
            return Ok(Err(vec![impossible("merchant", NO_MERCHANT)]));
        };
        let is_own = if let Some(is_own) = self.channels.get(channel) {
            *is_own
        } else {
            let known = self.app.store.channel(channel).await?;
            known.is_some_and(|known| known.merchant == merchant.id)
        };
        self.channels.insert(channel.clone(), is_own);
        let message = "is no channel of the merchant: import its CHANNEL record first";
        Ok(if is_own { Ok(merchant) } else { Err(vec![impossible("channel", message)]) })
    }

    fn commit_of(&self, order: Order, mut milestones: Vec<Milestone>) -> Result<Commit, Vec<Impossible>> {
        milestones.truncate(MAX_MILESTONES);
        let bytes = serde_json::to_vec(&(&order, &milestones)).map_or(usize::MAX, |json| json.len());
        if bytes > MAX_BYTES {
            let message = format!("has {bytes} bytes as it would be kept; at most {MAX_BYTES} are");
            return Err(vec![impossible("order", message)]);
        }
        let record = EventRecord {
            order: order.id.clone(),
            merchant: order.merchant.clone(),
            seq: order.version,
            at: self.app.clock.now(),
            cause: self.caller.cause(),
            event: Event::HistoryImported { order: Box::new(order.clone()), milestones },
        };
        let (records, movements) = (vec![record], Vec::new());
        Ok(Commit { order, expected_version: 0, records, movements, answer: None, calls_next: false })
    }

    /// Writes the orders that are new; in a dry run it only looks.
    pub(super) async fn keep(&self, orders: Vec<(usize, Commit)>) -> Result<Vec<Kept>, ManageError> {
        let (mut kept, mut seen) = (Vec::new(), BTreeSet::new());
        // What a file says twice of an order is compared with what it said first.
        let (first, again): (Vec<_>, Vec<_>) =
            orders.into_iter().partition(|(_, commit)| seen.insert(commit.order.id.clone()));
        for part in first.chunks(TOGETHER).chain(again.chunks(1)) {
            let (places, commits): (Vec<usize>, Vec<Commit>) = part.iter().cloned().unzip();
            let ends = if self.is_dry_run {
                self.looked(&commits).await?
            } else {
                self.app.store.commit_all(&commits).await
            };
            for ((place, commit), end) in places.into_iter().zip(commits).zip(ends) {
                let (outcome, errors) = ended(&commit, end)?;
                kept.push((place, outcome, commit.order.id, errors));
            }
        }
        Ok(kept)
    }

    async fn looked(&self, commits: &[Commit]) -> Result<Vec<Result<(), CommitError>>, ManageError> {
        let mut ends = Vec::with_capacity(commits.len());
        for commit in commits {
            let known = self.app.store.load(&commit.order.id).await?;
            ends.push(known.map_or(Ok(()), |known| Err(CommitError::Exists(Box::new(known)))));
        }
        Ok(ends)
    }
}

fn ended(
    commit: &Commit,
    end: Result<(), CommitError>,
) -> Result<(ImportOutcome, Vec<Impossible>), ManageError> {
    match end {
        Ok(()) => Ok((ImportOutcome::Created, Vec::new())),
        Err(CommitError::Exists(known))
            if known.is_past() && known.fingerprint == commit.order.fingerprint =>
        {
            Ok((ImportOutcome::Unchanged, Vec::new()))
        }
        Err(CommitError::Exists(_)) => {
            let message = "an order with this number is here already, and is never overwritten";
            Ok((ImportOutcome::Known, vec![impossible("number", message)]))
        }
        Err(error @ (CommitError::Conflict | CommitError::StockChanged | CommitError::TallyChanged)) => {
            Err(Failure::Retryable(error.into()).into())
        }
        Err(CommitError::Answered(_)) => Err(Failure::permanent("an answer nobody asked for").into()),
        Err(CommitError::Store(error)) => Err(error.into()),
    }
}

fn below(field: &str, mut defects: Vec<Impossible>) -> Vec<Impossible> {
    for defect in &mut defects {
        defect.field = format!("{field}.{}", defect.field);
    }
    defects
}

//! The store in memory, with the conditions of the real one.

mod limits;
mod mails;
mod merchants;
mod pace;
mod payloads;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use jiff::Timestamp;

use self::limits::Limits;
use super::{Call, Faults, locked};
use crate::adapters::cursor;
use crate::app::message::Message;
use crate::app::payloads::{PayloadNote, Unopened};
use crate::app::ports::{
    Answer, AnswerStore, Commit, CommitError, LedgerEntry, ListError, MailRecord, OrderFilter, OrderQuery,
    OrderStore, OrderSummary, Page, StockChange, StockChanged, StockStore, StoreError,
};
use crate::app::record::EventRecord;
use crate::app::uploads::{ReportPage, Upload};
use crate::domain::event::EventKind;
use crate::domain::ids::{ChannelId, LineId, MerchantId, OrderId, Sku};
use crate::domain::merchant::{Channel, Merchant, Product};
use crate::domain::order::Order;
use crate::domain::stock::{Stock, StockKey};
use crate::domain::timers::next_due;

/// The most rows one transaction of DynamoDB writes.
const TRANSACTION: usize = 100;

/// A stock of a merchant.
type Place = (MerchantId, StockKey);

#[derive(Debug, Default)]
struct State {
    orders: BTreeMap<OrderId, Order>,
    events: BTreeMap<(OrderId, u64), EventRecord>,
    stock: BTreeMap<Place, Stock>,
    ledger: BTreeMap<Place, BTreeMap<(Timestamp, String), LedgerEntry>>,
    references: BTreeMap<(Place, String), LedgerEntry>,
    waiting: BTreeSet<(Place, Timestamp, OrderId, LineId)>,
    answers: BTreeMap<String, Answer>,
    merchants: BTreeMap<MerchantId, Merchant>,
    channels: BTreeMap<ChannelId, Channel>,
    products: BTreeMap<(MerchantId, Sku), Product>,
    mails: BTreeMap<(OrderId, String), MailRecord>,
    notes: BTreeMap<(ChannelId, String), PayloadNote>,
    unopened: BTreeMap<OrderId, Unopened>,
    uploads: BTreeMap<(ChannelId, String), Upload>,
    pages: BTreeMap<(ChannelId, String, u32), ReportPage>,
    limits: Limits,
    /// Until when the calls of channels are taken, in milliseconds.
    paces: BTreeMap<ChannelId, i64>,
    /// Orders whose row cannot be read.
    broken: BTreeSet<OrderId>,
    outbox: Vec<Message>,
    /// The calls that took effect, once somebody wants them.
    calls: Option<Vec<Call>>,
}

impl State {
    fn kept_answer(&self, key: &str, now: Timestamp) -> Option<&Answer> {
        self.answers.get(key).filter(|answer| answer.expires_at > now)
    }

    fn stock_of(&self, place: &Place) -> Stock {
        self.stock.get(place).copied().unwrap_or_default()
    }

    /// Whether this very commit was written before: sending it again changes nothing.
    fn has(&self, commit: &Commit) -> bool {
        let written = |record: &EventRecord| {
            self.events.get(&(record.order.clone(), record.seq)).is_some_and(|known| known == record)
        };
        let told = |new: &Answer| self.answers.get(&new.key) == Some(new);
        let any = !commit.records.is_empty();
        any && commit.records.iter().all(written) && commit.answer.as_ref().is_none_or(told)
    }

    fn refusal(&self, commit: &Commit) -> Option<CommitError> {
        let rows = rows(commit);
        if rows > TRANSACTION {
            return Some(StoreError::Corrupt(format!("{rows} rows in one transaction")).into());
        }
        let told = commit.answer.as_ref().and_then(|new| self.kept_answer(&new.key, new.given_at()));
        if let Some(answer) = told {
            return Some(CommitError::Answered(Box::new(answer.clone())));
        }
        match self.orders.get(&commit.order.id) {
            Some(known) if commit.expected_version == 0 => {
                return Some(CommitError::Exists(Box::new(known.clone())));
            }
            known if known.map_or(0, |known| known.version) != commit.expected_version => {
                return Some(CommitError::Conflict);
            }
            _ => {}
        }
        let stock = |key: &StockKey| self.stock_of(&(commit.order.merchant.clone(), key.clone()));
        let allowed = commit.stock_effects().iter().all(|effect| effect.needs.hold_for(&stock(&effect.key)));
        if !allowed {
            return Some(CommitError::StockChanged);
        }
        (!self.limits.allow(commit)).then_some(CommitError::TallyChanged)
    }

    fn write(&mut self, commit: &Commit) {
        let order = &commit.order;
        self.orders.insert(order.id.clone(), order.clone());
        for record in &commit.records {
            self.events.insert((order.id.clone(), record.seq), record.clone());
            self.outbox.push(Message::of_order(
                order.id.clone(),
                record.seq,
                record.event.kind(),
                record.merchant.clone(),
                record.at,
                record.cause.correlation.clone(),
            ));
        }
        for effect in commit.stock_effects() {
            let place = (order.merchant.clone(), effect.key);
            let stock = self.stock_of(&place).after(&effect.delta);
            self.book(place, stock, effect.entry);
        }
        for ((key, line), waits) in commit.waiting_changes() {
            let place = (order.merchant.clone(), key.clone());
            let row = (place, order.received_at, order.id.clone(), line);
            if waits {
                self.waiting.insert(row);
            } else {
                self.waiting.remove(&row);
            }
        }
        self.limits.write(commit);
        if let Some(answer) = &commit.answer {
            self.answers.insert(answer.key.clone(), answer.clone());
        }
    }

    fn book(&mut self, place: Place, stock: Stock, entry: LedgerEntry) {
        self.outbox.extend(entry.message(&place.0, &place.1));
        self.stock.insert(place.clone(), stock);
        self.ledger.entry(place).or_default().insert((entry.at, entry.reference.clone()), entry);
    }

    fn change(&mut self, change: &StockChange) -> StockChanged {
        let place = (change.merchant.clone(), change.key.clone());
        let entry = change.entry();
        let reference = (place.clone(), change.reference.clone());
        if let Some(booked) = self.references.get(&reference) {
            let same = LedgerEntry { at: entry.at, cause: entry.cause.clone(), ..booked.clone() } == entry;
            return if same { StockChanged::AlreadyDone } else { StockChanged::ReferenceReused };
        }
        let (delta, stock) = (&change.delta, self.stock_of(&place).after(&change.delta));
        if (delta.on_hand < 0 && stock.on_hand < 0) || (delta.safety < 0 && stock.safety < 0) {
            return StockChanged::BelowZero;
        }
        self.references.insert(reference, entry.clone());
        self.book(place, stock, entry);
        StockChanged::Done
    }
}

/// How many rows a commit writes: the order, its events and sales, two of each stock, those that wait,
/// what orders share, and the answer.
fn rows(commit: &Commit) -> usize {
    let sales = commit.records.iter().filter(|record| record.event.kind() == EventKind::SalesPosted);
    1 + commit.records.len()
        + sales.count()
        + 2 * commit.stock_effects().len()
        + commit.waiting_changes().len()
        + commit.tally_changes().len()
        + commit.sightings().len()
        + usize::from(commit.answer.is_some())
}

/// Everything that is kept, in memory.
#[derive(Debug, Clone, Default)]
pub struct MemoryStore {
    state: Arc<Mutex<State>>,
    faults: Faults,
}

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new(faults: Faults) -> Self {
        Self { state: Arc::default(), faults }
    }

    /// The messages written since the last call, in the order they were written: what the table's
    /// stream carries to the relay.
    #[must_use]
    pub fn take_messages(&self) -> Vec<Message> {
        std::mem::take(&mut locked(&self.state).outbox)
    }

    /// The order as it stands; `None` when there is none.
    #[must_use]
    pub fn order(&self, id: &OrderId) -> Option<Order> {
        locked(&self.state).orders.get(id).cloned()
    }

    /// What happened to an order as its event of that number; `None` when there is none.
    #[must_use]
    pub fn happened(&self, id: &OrderId, seq: u64) -> Option<EventRecord> {
        locked(&self.state).events.get(&(id.clone(), seq)).cloned()
    }

    /// Makes the row of an order one that cannot be read.
    pub fn breaks(&self, id: &OrderId) {
        locked(&self.state).broken.insert(id.clone());
    }

    /// All orders, by id.
    #[must_use]
    pub fn orders(&self) -> Vec<Order> {
        locked(&self.state).orders.values().cloned().collect()
    }

    /// All stock with its whole ledger, the oldest row first.
    #[must_use]
    pub fn books(&self) -> Vec<(MerchantId, StockKey, Stock, Vec<LedgerEntry>)> {
        let state = locked(&self.state);
        let book = |(place, stock): (&Place, &Stock)| {
            let rows = state.ledger.get(place).into_iter().flat_map(BTreeMap::values).cloned();
            (place.0.clone(), place.1.clone(), *stock, rows.collect())
        };
        state.stock.iter().map(book).collect()
    }

    /// From now on keeps each call that takes effect, for [`Self::take_calls`].
    pub fn keep_calls(&self) {
        locked(&self.state).calls.get_or_insert_default();
    }

    /// The calls that took effect since the last time, in that order. One that failed before its
    /// effect is not among them, one whose answer was lost is.
    #[must_use]
    pub fn take_calls(&self) -> Vec<Call> {
        locked(&self.state).calls.as_mut().map(std::mem::take).unwrap_or_default()
    }

    async fn read<T, E: From<super::InjectedFault>>(
        &self,
        call: Call,
        read: impl FnOnce(&State) -> T,
    ) -> Result<T, E> {
        self.write(call, |state| Ok(read(state))).await
    }

    async fn write<T, E: From<super::InjectedFault>>(
        &self,
        call: Call,
        write: impl FnOnce(&mut State) -> Result<T, E>,
    ) -> Result<T, E> {
        let name = call.name();
        let effect = || {
            let mut state = locked(&self.state);
            if let Some(calls) = &mut state.calls {
                calls.push(call);
            }
            write(&mut state)
        };
        self.faults.around(name, effect).await
    }
}

/// How positions follow each other in a list.
#[derive(Clone, Copy)]
enum Ordering {
    Rising,
    Falling,
}

/// A page of the list `scope`.
fn page<T>(
    scope: &str,
    (cursor, limit): (Option<&str>, usize),
    order: Ordering,
    mut items: Vec<(String, T)>,
) -> Result<Page<T>, ListError> {
    let after = cursor.map(|text| cursor::decode(scope, text).ok_or(ListError::BadCursor)).transpose()?;
    let in_order = |a: &str, b: &str| match order {
        Ordering::Rising => a.cmp(b),
        Ordering::Falling => b.cmp(a),
    };
    items.sort_by(|(a, _), (b, _)| in_order(a, b));
    items.retain(|(position, _)| after.as_ref().is_none_or(|after| in_order(after, position).is_lt()));
    let limit = limit.clamp(1, 100);
    let more = items.len() > limit;
    items.truncate(limit);
    let last = items.last().filter(|_| more).map(|(position, _)| cursor::encode(scope, position));
    Ok(Page { items: items.into_iter().map(|(_, item)| item).collect(), next: last })
}

impl OrderStore for MemoryStore {
    async fn load(&self, id: &OrderId) -> Result<Option<Order>, StoreError> {
        self.write(Call::Load(id.clone()), |state| {
            if state.broken.contains(id) {
                return Err(StoreError::Corrupt(id.to_string()));
            }
            Ok(state.orders.get(id).cloned())
        })
        .await
    }

    async fn event(&self, id: &OrderId, seq: u64) -> Result<Option<EventRecord>, StoreError> {
        self.read(Call::Event(id.clone(), seq), |state| state.events.get(&(id.clone(), seq)).cloned()).await
    }

    async fn history(&self, id: &OrderId) -> Result<Vec<EventRecord>, StoreError> {
        self.read(Call::History(id.clone()), |state| {
            let all = state.events.range((id.clone(), 0)..=(id.clone(), u64::MAX));
            all.map(|(_, record)| record.clone()).collect()
        })
        .await
    }

    async fn commit(&self, commit: &Commit) -> Result<(), CommitError> {
        self.write(Call::Commit(Box::new(commit.clone())), |state| {
            if state.has(commit) {
                return Ok(());
            }
            if let Some(refusal) = state.refusal(commit) {
                return Err(refusal);
            }
            state.write(commit);
            Ok(())
        })
        .await
    }

    async fn commit_all(&self, commits: &[Commit]) -> Vec<Result<(), CommitError>> {
        let mut ends = Vec::with_capacity(commits.len());
        for commit in commits {
            ends.push(self.commit(commit).await);
        }
        ends
    }

    async fn list(&self, query: &OrderQuery) -> Result<Page<OrderSummary>, ListError> {
        let orders: Vec<(String, OrderSummary)> = self
            .read::<_, ListError>(Call::List(query.clone()), |state| {
                let of_merchant = state.orders.values().filter(|order| order.merchant == query.merchant);
                let summaries = of_merchant.map(OrderSummary::of).filter(|summary| match query.filter {
                    OrderFilter::All => true,
                    OrderFilter::State(state) => summary.state == state,
                    OrderFilter::Attention => summary.needs_attention(),
                });
                summaries.map(|order| (format!("{:.9}#{}", order.received_at, order.id), order)).collect()
            })
            .await?;
        let scope = format!("{}#{:?}", query.merchant, query.filter);
        page(&scope, (query.cursor.as_deref(), query.limit), Ordering::Falling, orders)
    }

    async fn due(&self, now: Timestamp, limit: usize) -> Result<Vec<OrderId>, StoreError> {
        self.read(Call::Due(now, limit), |state| {
            let dues = state.orders.values().filter_map(|order| Some((next_due(order)?, order.id.clone())));
            let mut dues: Vec<(Timestamp, OrderId)> = dues.filter(|(at, _)| *at <= now).collect();
            dues.sort();
            dues.into_iter().take(limit).map(|(_, id)| id).collect()
        })
        .await
    }
}

impl AnswerStore for MemoryStore {
    async fn recall(&self, key: &str, now: Timestamp) -> Result<Option<Answer>, StoreError> {
        self.read(Call::Recall(key.to_owned(), now), |state| state.kept_answer(key, now).cloned()).await
    }

    async fn remember(&self, answer: &Answer) -> Result<(), StoreError> {
        self.write(Call::Remember(answer.clone()), |state| {
            if state.kept_answer(&answer.key, answer.given_at()).is_none() {
                state.answers.insert(answer.key.clone(), answer.clone());
            }
            Ok(())
        })
        .await
    }
}

impl StockStore for MemoryStore {
    async fn counts(&self, merchant: &MerchantId, keys: &[StockKey]) -> Result<Vec<Stock>, StoreError> {
        self.read(Call::Counts(merchant.clone(), keys.to_vec()), |state| {
            keys.iter().map(|key| state.stock_of(&(merchant.clone(), key.clone()))).collect()
        })
        .await
    }

    async fn change(&self, change: &StockChange) -> Result<StockChanged, StoreError> {
        self.write(Call::Change(change.clone()), |state| Ok(state.change(change))).await
    }

    async fn waiting(
        &self,
        merchant: &MerchantId,
        key: &StockKey,
        limit: usize,
    ) -> Result<Vec<(OrderId, LineId)>, StoreError> {
        self.read(Call::Waiting(merchant.clone(), key.clone(), limit), |state| {
            let here = |place: &Place| place.0 == *merchant && place.1 == *key;
            let rows = state.waiting.iter().filter(|(place, ..)| here(place)).take(limit);
            rows.map(|(_, _, order, line)| (order.clone(), *line)).collect()
        })
        .await
    }

    async fn ledger(
        &self,
        merchant: &MerchantId,
        key: &StockKey,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<LedgerEntry>, ListError> {
        let place = (merchant.clone(), key.clone());
        let call = Call::Ledger(merchant.clone(), key.clone(), cursor.map(str::to_owned), limit);
        let rows: Vec<(String, LedgerEntry)> = self
            .read::<_, ListError>(call, |state| {
                let rows = state.ledger.get(&place).into_iter().flatten();
                rows.map(|((at, reference), row)| (format!("{at:.9}#{reference}"), row.clone())).collect()
            })
            .await?;
        page(&format!("{merchant}#{}#{}", key.sku, key.location), (cursor, limit), Ordering::Falling, rows)
    }
}

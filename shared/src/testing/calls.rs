//! The calls of the store's ports as values: what was asked of one store can be asked of another.

use std::fmt::Debug;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde_json::{Value, json};

use crate::app::limit_store::{LimitStore, Registered, RegisteredKey, RegisteredKind, Salt, TallyAdjustment};
use crate::app::payloads::{PayloadLog, PayloadNote, Unopened};
use crate::app::ports::{
    Answer, AnswerStore, ChannelPace, Commit, CommitError, ListError, MailLog, MailStatus, MerchantStore,
    OrderQuery, OrderStore, Page, StockChange, StockStore, StoreError,
};
use crate::app::record::EventRecord;
use crate::app::uploads::{Step, Upload, UploadStore};
use crate::domain::fraud::Mark;
use crate::domain::ids::{ChannelId, MerchantId, OrderId, Sku};
use crate::domain::merchant::{Channel, Merchant, Product};
use crate::domain::order::Order;
use crate::domain::rule_pack::RuleVersion;
use crate::domain::stock::StockKey;
use crate::domain::tally::TallyKey;

/// All that a store has to be.
pub trait Store:
    OrderStore
    + AnswerStore
    + StockStore
    + MerchantStore
    + LimitStore
    + MailLog
    + ChannelPace
    + PayloadLog
    + UploadStore
{
}

impl<S> Store for S where
    S: OrderStore
        + AnswerStore
        + StockStore
        + MerchantStore
        + LimitStore
        + MailLog
        + ChannelPace
        + PayloadLog
        + UploadStore
{
}

/// One line for each method: its call, what the call keeps, what the method is given of that, and
/// what of its answer counts if that is not all of it.
macro_rules! calls {
    ($($port:ident::$method:ident,
        $call:ident($($name:ident: $kept:ty),+) => ($($argument:expr),+) $(as $plain:ident)?;)+) => {
        /// A call of a store's port.
        #[derive(Debug, Clone)]
        pub enum Call {
            $(
                #[doc = concat!("[`", stringify!($port), "::", stringify!($method), "`]")]
                $call($($kept),+),
            )+
        }

        impl Call {
            /// `Port::method`.
            #[must_use]
            pub const fn name(&self) -> &'static str {
                match self {
                    $(Self::$call(..) => concat!(stringify!($port), "::", stringify!($method)),)+
                }
            }

            /// Makes the call, and tells of its answer what all stores must agree on.
            pub async fn answer(&self, store: &impl Store) -> Value {
                match self {
                    $(Self::$call($($name),+) => {
                        let answer = $port::$method(store, $($argument),+).await;
                        $(let answer = $plain(answer);)?
                        told(answer)
                    })+
                }
            }
        }
    };
}

calls! {
    OrderStore::load, Load(id: OrderId) => (id);
    OrderStore::event, Event(id: OrderId, seq: u64) => (id, *seq);
    OrderStore::history, History(id: OrderId) => (id);
    OrderStore::receipts, Receipts(ids: Vec<OrderId>) => (ids) as by_order;
    OrderStore::commit, Commit(commit: Box<Commit>) => (commit) as met;
    OrderStore::list, List(query: OrderQuery) => (query) as listed;
    OrderStore::work, Work(merchant: MerchantId, limit: usize) => (merchant, *limit);
    OrderStore::due, Due(now: Timestamp, limit: usize) => (*now, *limit);
    AnswerStore::recall, Recall(key: String, now: Timestamp) => (key, *now);
    AnswerStore::remember, Remember(answer: Answer) => (answer);
    StockStore::counts, Counts(merchant: MerchantId, keys: Vec<StockKey>) => (merchant, keys);
    StockStore::change, Change(change: StockChange) => (change) as named;
    StockStore::waiting,
        Waiting(merchant: MerchantId, key: StockKey, limit: usize) => (merchant, key, *limit);
    StockStore::ledger,
        Ledger(merchant: MerchantId, key: StockKey, cursor: Option<String>, limit: usize)
        => (merchant, key, cursor.as_deref(), *limit) as listed;
    MerchantStore::merchant, Merchant(id: MerchantId) => (id);
    MerchantStore::list_merchants,
        ListMerchants(cursor: Option<String>, limit: usize) => (cursor.as_deref(), *limit) as listed;
    MerchantStore::put_merchant,
        PutMerchant(merchant: Box<Merchant>, rules: Box<RuleVersion>) => (merchant, rules);
    MerchantStore::rules, Rules(merchant: MerchantId, version: u32) => (merchant, *version);
    MerchantStore::list_rules,
        ListRules(merchant: MerchantId, cursor: Option<String>, limit: usize)
        => (merchant, cursor.as_deref(), *limit) as listed;
    MerchantStore::channel, Channel(id: ChannelId) => (id);
    MerchantStore::put_channel, PutChannel(channel: Channel) => (channel);
    MerchantStore::list_channels,
        ListChannels(merchant: MerchantId, cursor: Option<String>, limit: usize)
        => (merchant, cursor.as_deref(), *limit) as listed;
    MerchantStore::products,
        Products(merchant: MerchantId, skus: Vec<Sku>) => (merchant, skus) as in_any_order;
    MerchantStore::put_product,
        PutProduct(merchant: MerchantId, product: Product) => (merchant, product);
    MerchantStore::list_products,
        ListProducts(merchant: MerchantId, cursor: Option<String>, limit: usize)
        => (merchant, cursor.as_deref(), *limit) as listed;
    LimitStore::salt, Salt(merchant: MerchantId) => (merchant) as kept;
    LimitStore::registered,
        Registered(merchant: MerchantId, keys: Vec<RegisteredKey>) => (merchant, keys) as by_key;
    LimitStore::register, Register(merchant: MerchantId, what: Box<Registered>) => (merchant, what);
    LimitStore::unregister, Unregister(merchant: MerchantId, key: RegisteredKey) => (merchant, key);
    LimitStore::list_registered,
        ListRegistered(merchant: MerchantId, kind: RegisteredKind, cursor: Option<String>, limit: usize)
        => (merchant, *kind, cursor.as_deref(), *limit) as listed;
    LimitStore::tallies, Tallies(merchant: MerchantId, keys: Vec<TallyKey>) => (merchant, keys);
    LimitStore::adjust, Adjust(adjustment: TallyAdjustment) => (adjustment) as named;
    LimitStore::sightings,
        Sightings(merchant: MerchantId, mark: Mark, since: Timestamp, limit: usize)
        => (merchant, mark, *since, *limit);
    ChannelPace::reserve,
        Reserve(channel: ChannelId, now: Timestamp, length: SignedDuration) => (channel, *now, *length);
    MailLog::begin, Begin(order: OrderId, fact: String, now: Timestamp) => (order, fact, *now);
    MailLog::finish,
        Finish(order: OrderId, fact: String, status: Option<MailStatus>) => (order, fact, status.as_ref());
    MailLog::mails, Mails(order: OrderId) => (order);
    PayloadLog::note_payload, NotePayload(channel: ChannelId, note: PayloadNote) => (channel, note);
    PayloadLog::settle_payload, SettlePayload(channel: ChannelId, payload: String) => (channel, payload);
    PayloadLog::payloads,
        Payloads(channel: ChannelId, cursor: Option<String>, limit: usize)
        => (channel, cursor.as_deref(), *limit) as listed;
    PayloadLog::note_unopened, NoteUnopened(unopened: Unopened) => (unopened);
    PayloadLog::unopened, Unopened(order: OrderId) => (order);
    UploadStore::begin_upload, BeginUpload(upload: Box<Upload>) => (upload);
    UploadStore::upload, Upload(channel: ChannelId, id: String) => (channel, id);
    UploadStore::advance_upload, AdvanceUpload(step: Box<Step>) => (step);
    UploadStore::report,
        Report(channel: ChannelId, id: String, cursor: Option<String>, limit: usize)
        => (channel, id, cursor.as_deref(), *limit) as listed;
}

/// An answer with all that `Debug` hides.
fn told<T: Serialize, E: Debug>(answer: Result<T, E>) -> Value {
    match answer {
        Ok(answer) => json!({ "Ok": answer }),
        Err(error) => json!({ "Err": format!("{error:?}") }),
    }
}

/// The order that is there already counts with all that `Debug` hides.
fn met(answer: Result<(), CommitError>) -> Result<Option<Box<Order>>, CommitError> {
    match answer {
        Err(CommitError::Exists(order)) => Ok(Some(order)),
        other => other.map(|()| None),
    }
}

/// Each store has cursors of its own.
fn listed<T>(answer: Result<Page<T>, ListError>) -> Result<(Vec<T>, bool), ListError> {
    answer.map(|page| (page.items, page.next.is_some()))
}

fn named<T: Debug>(answer: Result<T, StoreError>) -> Result<String, StoreError> {
    answer.map(|answer| format!("{answer:?}"))
}

fn by_order(answer: Result<Vec<EventRecord>, StoreError>) -> Result<Vec<EventRecord>, StoreError> {
    let mut records = answer?;
    records.sort_by(|one, other| one.order.cmp(&other.order));
    Ok(records)
}

/// Each store makes salts of its own.
fn kept(answer: Result<Salt, StoreError>) -> Result<bool, StoreError> {
    answer.map(|salt| !salt.0.is_empty())
}

fn by_key(answer: Result<Vec<Registered>, StoreError>) -> Result<Vec<Registered>, StoreError> {
    let mut registered = answer?;
    registered.sort_by_key(Registered::key);
    Ok(registered)
}

fn in_any_order(answer: Result<Vec<Product>, StoreError>) -> Result<Vec<Product>, StoreError> {
    let mut products = answer?;
    products.sort_by(|one, other| one.sku.cmp(&other.sku));
    Ok(products)
}

//! A world's calls of its store, made again one after the other: of the model, which now fails at
//! none, and of another store, which has to answer alike.
//!
//! In a world a call does what it does in one moment, so its calls have an order, however many
//! functions were at work; and the model, asked the same in the same order, says the same again.

use std::fmt::Display;

use anyhow::Context;
use juchu::app::message::Message;
use juchu::app::ports::{ListError, OrderFilter, OrderQuery, OrderStore, Page};
use juchu::domain::Event;
use juchu::domain::billing::SalesEntry;
use juchu::domain::ids::OrderId;
use juchu::domain::order::OrderState;
use juchu::domain::stock::StockKey;
use juchu::testing::{Call, Faults, MemoryStore, Store};
use juchu_tests::emulator::Dynamo;
use juchu_tests::harness::people::{channel, merchant};
use serde::Serialize;
use serde_json::{Value, json};

use crate::world::{Broken, Run, World};

/// After how many calls everything that is stored is compared as well.
const LOOK: usize = 500;
/// How many rows of a list are asked for at once: few, so that there is a next page.
const PAGE: usize = 4;
/// More rows than any list that has no pages gets.
const ALL: usize = 100;

/// Runs `world`, and then its calls of the store on the real adapter over an emulator of DynamoDB.
/// It breaks as well when the adapter answers one of them otherwise, or stores something else. Tells
/// too how many calls there were.
#[must_use]
pub fn run_over_dynamo(world: World) -> (Run, usize) {
    let store = world.store();
    store.keep_calls();
    let mut run = world.run();
    let calls = store.take_calls();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let compared = match runtime {
        Ok(runtime) => runtime.block_on(compare(&calls, &store)),
        Err(error) => Err(anyhow::Error::from(error).into()),
    };
    run.broken = run.broken.or(compared.err());
    (run, calls.len())
}

/// Makes `calls` of the real adapter too, which must end as the `world` did that made them.
async fn compare(calls: &[Call], world: &MemoryStore) -> Result<(), Broken> {
    let (model, dynamo) = (MemoryStore::new(Faults::none()), Dynamo::new().await);
    replay(calls, &model, &dynamo.store).await?;
    same(&"the world's orders", &world.orders(), &model.orders())?;
    same(&"the world's stock", &world.books(), &model.books())?;
    same(&"the messages", &by_id(model.take_messages()), &by_id(dynamo.messages()))?;
    Ok(sales(&model, &dynamo).await?)
}

/// Makes `calls` of both stores, and compares all answers; and now and then, and at the end,
/// everything that is stored.
///
/// # Errors
/// [`Broken`], when they differ.
pub async fn replay(calls: &[Call], model: &MemoryStore, other: &impl Store) -> Result<(), Broken> {
    for (number, call) in (1..).zip(calls) {
        let (expected, found) = (call.answer(model).await, call.answer(other).await);
        same(&format_args!("call {number}, {call:?}"), &expected, &found)?;
        if number % LOOK == 0 || number == calls.len() {
            let (orders, books) = (model.orders(), model.books());
            let orders: Vec<OrderId> = orders.into_iter().map(|order| order.id).collect();
            let keys: Vec<StockKey> = books.into_iter().map(|(_, key, ..)| key).collect();
            let expected = contents(model, &orders, &keys).await?;
            let found = contents(other, &orders, &keys).await?;
            for ((what, expected), (_, found)) in expected.iter().zip(&found) {
                same(&format_args!("after call {number}, {what}"), expected, found)?;
            }
        }
    }
    Ok(())
}

/// Everything a store tells of these orders and stocks, by what was asked.
async fn contents(
    store: &impl Store,
    orders: &[OrderId],
    keys: &[StockKey],
) -> anyhow::Result<Vec<(String, Value)>> {
    let merchant = merchant();
    let mut calls = vec![
        Call::Merchant(merchant.clone()),
        Call::Channel(channel()),
        Call::Counts(merchant.clone(), keys.to_vec()),
        Call::Due(jiff::Timestamp::MAX, ALL),
        Call::Work(merchant.clone(), ALL),
        Call::ListMerchants(None, ALL),
    ];
    for id in orders {
        calls.extend([Call::Load(id.clone()), Call::History(id.clone()), Call::Mails(id.clone())]);
    }
    calls.extend(keys.iter().map(|key| Call::Waiting(merchant.clone(), key.clone(), ALL)));
    let mut contents = Vec::new();
    for call in calls {
        contents.push((format!("{call:?}"), call.answer(store).await));
    }
    let states = OrderState::ALL.into_iter().map(OrderFilter::State);
    for filter in [OrderFilter::All, OrderFilter::Attention].into_iter().chain(states) {
        let query = |cursor| OrderQuery { merchant: merchant.clone(), filter, cursor, limit: PAGE };
        let listed = pages(async |cursor| store.list(&query(cursor)).await).await?;
        contents.push((format!("the list of {filter:?}"), listed));
    }
    for key in keys {
        let ledger = pages(async |cursor| store.ledger(&merchant, key, cursor.as_deref(), PAGE).await);
        contents.push((format!("the ledger of {}", key.sku), ledger.await?));
    }
    let products = pages(async |cursor| store.list_products(&merchant, cursor.as_deref(), PAGE).await);
    contents.push(("the products".to_owned(), products.await?));
    Ok(contents)
}

/// A whole list, page by page.
async fn pages<T: Serialize>(
    page: impl AsyncFn(Option<String>) -> Result<Page<T>, ListError>,
) -> anyhow::Result<Value> {
    let (mut pages, mut cursor) = (Vec::new(), None);
    loop {
        let Page { items, next } = page(cursor).await?;
        pages.push(json!(items));
        if next.is_none() {
            return Ok(pages.into());
        }
        cursor = next;
    }
}

/// Each posted sale has its row, which no port reads.
async fn sales(model: &MemoryStore, dynamo: &Dynamo) -> anyhow::Result<()> {
    for order in model.orders() {
        for record in model.history(&order.id).await? {
            let Event::SalesPosted { entries } = record.event else { continue };
            let (pk, sk) = (format!("ORDER#{}", order.id), format!("SALES#{:08}", record.seq));
            let mut row = dynamo.row(&pk, &sk).await.context("a sale without its row")?;
            let stored = row.remove("entries").context("a sale without entries")?;
            let stored: Vec<SalesEntry> = serde_dynamo::from_attribute_value(stored)?;
            same(&format_args!("the sale {pk} {sk}"), &entries, &stored)?;
        }
    }
    Ok(())
}

fn by_id(mut messages: Vec<Message>) -> Vec<Message> {
    messages.sort_by(|one, other| one.id.cmp(&other.id));
    messages
}

fn same<T: PartialEq + Serialize>(what: &impl Display, expected: &T, found: &T) -> Result<(), Broken> {
    if expected == found {
        return Ok(());
    }
    Err(Broken(format!("{what}\n  should be {}\n  and is    {}", json!(expected), json!(found))))
}

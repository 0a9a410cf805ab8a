//! The orders that go through the storm: those of the demonstration, again and again, and some for
//! goods of which there are too few.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::demo::report::Played;
use crate::demo::stories::Story;
use crate::demo::world::World;
use crate::demo::{play, stories};

/// How many orders are on their way at the same time.
const AT_ONCE: usize = 16;
/// What there is too little of.
const SCARCE: &str = "TRAY-03";
/// So many orders of each round are for it, and half as many units come in.
const SCARCE_ORDERS: usize = 2;

/// All orders.
pub(super) struct Load {
    world: World,
    scarce: World,
    orders: usize,
    scarce_units: usize,
    ended: Arc<AtomicUsize>,
}

impl Load {
    /// Brings in the goods for so many orders.
    pub(super) async fn prepare(world: World, orders: usize) -> anyhow::Result<Self> {
        let scarce = world.another("few");
        scarce.shelves_are_filled(u32::try_from(orders)?.saturating_mul(4)).await?;
        scarce.shop_offers(SCARCE).await?;
        let scarce_units = (0..orders).filter(|n| story(*n).is_none()).count() / 2;
        if scarce_units > 0 {
            scarce.stock_arrives(SCARCE, u32::try_from(scarce_units)?).await?;
        }
        Ok(Self { world, scarce, orders, scarce_units, ended: Arc::default() })
    }

    /// How many there are.
    pub(super) const fn orders(&self) -> usize {
        self.orders
    }

    /// How many have come to their end.
    pub(super) fn ended(&self) -> usize {
        self.ended.load(Ordering::Relaxed)
    }

    /// How many requests were repeated.
    pub(super) fn repeated(&self) -> u64 {
        self.world.api().repeated()
    }

    /// How many units there were of what there is too little of.
    pub(super) const fn scarce_units(&self) -> usize {
        self.scarce_units
    }

    /// Sends them all, and plays everybody around the system until each is at its end.
    pub(super) async fn play(&self) -> anyhow::Result<Vec<Played>> {
        let (places, mut playing) = (Arc::new(Semaphore::new(AT_ONCE)), JoinSet::new());
        for n in 0..self.orders {
            let (world, scarce) = (self.world.another(&n.to_string()), self.scarce.clone());
            let (places, ended) = (Arc::clone(&places), Arc::clone(&self.ended));
            playing.spawn(async move {
                let _place = places.acquire().await;
                let played = match story(n) {
                    Some(story) => play(story, world).await,
                    // No number begins as another one does: mails are told apart by them.
                    None => stories::one_of_few(scarce, &format!("{n}-one"), SCARCE).await,
                };
                ended.fetch_add(1, Ordering::Relaxed);
                played
            });
        }
        Ok(playing.join_all().await)
    }

    /// The orders as they are now that nothing goes on any more: of some, the last was not done yet
    /// when they were at their end for everybody outside.
    pub(super) async fn look_again(&self, mut played: Vec<Played>) -> Vec<Played> {
        for played in &mut played {
            if let Ok(order) = &played.order {
                played.order = self.world.api().order(&order.order).await;
            }
        }
        played
    }
}

/// The story of the `n`th order; `None` when it is for what there is too little of.
fn story(n: usize) -> Option<Story> {
    let stories = stories::all();
    let place = n % (stories.len() + SCARCE_ORDERS);
    stories.into_iter().nth(place)
}

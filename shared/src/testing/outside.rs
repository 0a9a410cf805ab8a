//! Queues, the warehouse and the archive.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use super::{Faults, locked};
use crate::app::failure::Parking;
use crate::app::message::{Message, Stage};
use crate::app::ports::{Archive, StageQueues, Unavailable, Warehouse, WarehouseMessage};

#[derive(Default)]
struct Queues {
    waiting: BTreeMap<Stage, Vec<Message>>,
    refusals: usize,
}

/// The queues of the stages.
#[derive(Clone, Default)]
pub struct FakeQueues {
    queues: Arc<Mutex<Queues>>,
    faults: Faults,
}

impl FakeQueues {
    /// Empty queues.
    #[must_use]
    pub fn new(faults: Faults) -> Self {
        Self { queues: Arc::default(), faults }
    }

    /// The next `n` messages are not taken.
    pub fn refuse(&self, n: usize) {
        locked(&self.queues).refusals = n;
    }

    /// What waits for `stage`.
    #[must_use]
    pub fn waiting(&self, stage: Stage) -> Vec<Message> {
        locked(&self.queues).waiting.get(&stage).cloned().unwrap_or_default()
    }

    /// Takes what waits for `stage` off its queue.
    #[must_use]
    pub fn take(&self, stage: Stage) -> Vec<Message> {
        locked(&self.queues).waiting.remove(&stage).unwrap_or_default()
    }
}

impl StageQueues for FakeQueues {
    async fn send(&self, stage: Stage, messages: &[&Message]) -> Result<Vec<usize>, Unavailable> {
        self.faults
            .around("StageQueues::send", || {
                let mut queues = locked(&self.queues);
                let refused = queues.refusals.min(messages.len());
                queues.refusals -= refused;
                let taken = messages.iter().skip(refused).map(|message| (*message).clone());
                queues.waiting.entry(stage).or_default().extend(taken);
                Ok((0..refused).collect())
            })
            .await
    }
}

/// Something that was put aside for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// By which function.
    pub function: &'static str,
    /// What.
    pub body: String,
    /// Why.
    pub reason: String,
}

/// The dead letter queues, as one of the functions sees them.
#[derive(Clone)]
pub struct FakeDeadLetters {
    function: &'static str,
    letters: Arc<Mutex<Vec<DeadLetter>>>,
    faults: Faults,
}

impl FakeDeadLetters {
    /// Empty queues.
    #[must_use]
    pub fn new(faults: Faults) -> Self {
        Self { function: "", letters: Arc::default(), faults }
    }

    /// The same queues, as `function` sees them.
    #[must_use]
    pub fn of(&self, function: &'static str) -> Self {
        Self { function, ..self.clone() }
    }

    /// Takes out everything that was put aside.
    #[must_use]
    pub fn take(&self) -> Vec<DeadLetter> {
        std::mem::take(&mut locked(&self.letters))
    }
}

impl Parking for FakeDeadLetters {
    async fn park(&self, body: &str, reason: &str) -> Result<(), Unavailable> {
        self.faults
            .around("Parking::park", || {
                let letter =
                    DeadLetter { function: self.function, body: body.to_owned(), reason: reason.to_owned() };
                locked(&self.letters).push(letter);
                Ok(())
            })
            .await
    }
}

/// A warehouse that listens.
#[derive(Clone, Default)]
pub struct FakeWarehouse {
    told: Arc<Mutex<Vec<WarehouseMessage>>>,
    faults: Faults,
}

impl FakeWarehouse {
    /// A warehouse that was told nothing.
    #[must_use]
    pub fn new(faults: Faults) -> Self {
        Self { told: Arc::default(), faults }
    }

    /// Everything it was told, repetitions included.
    #[must_use]
    pub fn told(&self) -> Vec<WarehouseMessage> {
        locked(&self.told).clone()
    }
}

impl Warehouse for FakeWarehouse {
    async fn tell(&self, message: &WarehouseMessage) -> Result<(), Unavailable> {
        self.faults
            .around("Warehouse::tell", || {
                locked(&self.told).push(message.clone());
                Ok(())
            })
            .await
    }
}

/// A bucket.
#[derive(Clone, Default)]
pub struct FakeArchive {
    kept: Arc<Mutex<BTreeMap<String, Vec<u8>>>>,
    faults: Faults,
}

impl FakeArchive {
    /// An empty bucket.
    #[must_use]
    pub fn new(faults: Faults) -> Self {
        Self { kept: Arc::default(), faults }
    }

    /// What is kept, by key.
    #[must_use]
    pub fn kept(&self) -> BTreeMap<String, Vec<u8>> {
        locked(&self.kept).clone()
    }
}

impl Archive for FakeArchive {
    async fn keep(&self, key: &str, body: &[u8]) -> Result<(), Unavailable> {
        self.faults
            .around("Archive::keep", || {
                locked(&self.kept).insert(key.to_owned(), body.to_vec());
                Ok(())
            })
            .await
    }

    async fn read(&self, key: &str, (from, until): (u64, u64)) -> Result<Option<Vec<u8>>, Unavailable> {
        self.faults
            .around("Archive::read", || {
                let kept = locked(&self.kept);
                let length = until.saturating_sub(from);
                let part = |body: &Vec<u8>| {
                    let bytes = body.iter().skip(usize::try_from(from).unwrap_or(usize::MAX));
                    bytes.take(usize::try_from(length).unwrap_or(usize::MAX)).copied().collect()
                };
                Ok(kept.get(key).map(part))
            })
            .await
    }
}

//! The stores the contract is tried on.

use juchu::adapters::dynamo::DynamoStore;
use juchu::app::message::Message;
use juchu::testing::{self, Faults, MemoryStore};
pub(crate) use juchu_tests::emulator::{Dynamo, TABLE};

/// A store that is a handle.
pub(crate) trait Store: testing::Store + Clone + 'static {}

impl<S: testing::Store + Clone + 'static> Store for S {}

/// A store, and what it tells the relay.
pub(crate) trait World {
    type Store: Store;

    fn store(&self) -> &Self::Store;

    /// The messages since the last call, in no particular order.
    fn messages(&self) -> Vec<Message>;
}

pub(crate) struct Memory(MemoryStore);

impl Memory {
    pub(crate) fn new() -> Self {
        Self(MemoryStore::new(Faults::none()))
    }
}

impl World for Memory {
    type Store = MemoryStore;

    fn store(&self) -> &MemoryStore {
        &self.0
    }

    fn messages(&self) -> Vec<Message> {
        self.0.take_messages()
    }
}

impl World for Dynamo {
    type Store = DynamoStore;

    fn store(&self) -> &DynamoStore {
        &self.store
    }

    fn messages(&self) -> Vec<Message> {
        self.messages()
    }
}

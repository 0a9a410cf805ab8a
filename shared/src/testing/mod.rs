//! The ports in memory, for tests and the simulation: no real time, no randomness, the same order of
//! everything on every run, and faults where a test wants them.
//!
//! All fakes are handles: a clone speaks of the same world.

mod calls;
mod channel;
mod clock;
mod faults;
mod mailer;
mod outside;
mod provider;
mod store;
mod surroundings;

use std::sync::{Mutex, MutexGuard, PoisonError};

pub use calls::{Call, Store};
pub use channel::{FakeReports, Told};
pub use clock::ManualClock;
pub use faults::{Faults, InjectedFault, Moment};
pub use mailer::{FakeMailer, MailScript};
pub use outside::{DeadLetter, FakeArchive, FakeDeadLetters, FakeQueues, FakeWarehouse};
pub use provider::{FakeProvider, ProviderScript};
pub use store::MemoryStore;
pub use surroundings::Surroundings;

/// A test that panicked elsewhere leaves the world as it was.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

use std::sync::{Arc, Mutex};

use jiff::{SignedDuration, Timestamp};

use super::locked;
use crate::app::ports::Clock;

/// A clock that only moves when told to.
#[derive(Debug, Clone)]
pub struct ManualClock(Arc<Mutex<Timestamp>>);

impl ManualClock {
    /// A clock that stands at `now`.
    #[must_use]
    pub fn at(now: Timestamp) -> Self {
        Self(Arc::new(Mutex::new(now)))
    }

    /// Lets time pass.
    pub fn advance(&self, by: SignedDuration) {
        *locked(&self.0) += by;
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        *locked(&self.0)
    }
}

use std::sync::{Arc, Mutex};

use jiff::{SignedDuration, Timestamp};

use super::locked;
use crate::app::ports::Clock;

/// A clock that only moves when told to.
#[derive(Debug, Clone)]
pub struct ManualClock {
    time: Arc<Mutex<Timestamp>>,
    skew: SignedDuration,
}

impl ManualClock {
    /// A clock that stands at `now`.
    #[must_use]
    pub fn at(now: Timestamp) -> Self {
        Self { time: Arc::new(Mutex::new(now)), skew: SignedDuration::ZERO }
    }

    /// A clock that goes with this one, and is always `by` ahead of it (or behind, if negative).
    #[must_use]
    pub fn skewed(&self, by: SignedDuration) -> Self {
        Self { time: Arc::clone(&self.time), skew: self.skew + by }
    }

    /// Lets time pass.
    pub fn advance(&self, by: SignedDuration) {
        *locked(&self.time) += by;
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        *locked(&self.time) + self.skew
    }
}

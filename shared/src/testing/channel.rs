use std::sync::{Arc, Mutex};

use jiff::SignedDuration;

use super::{Faults, locked};
use crate::app::ports::{ChannelMessage, ChannelReports, Unavailable};

/// A message to a channel's integration, and how long it is held back.
pub type Told = (ChannelMessage, SignedDuration);

/// The channels' queue, of which nothing is taken.
#[derive(Clone, Default)]
pub struct FakeReports {
    told: Arc<Mutex<Vec<Told>>>,
    faults: Faults,
}

impl FakeReports {
    /// An empty queue.
    #[must_use]
    pub fn new(faults: Faults) -> Self {
        Self { told: Arc::default(), faults }
    }

    /// Everything it was given, repetitions included.
    #[must_use]
    pub fn told(&self) -> Vec<Told> {
        locked(&self.told).clone()
    }
}

impl ChannelReports for FakeReports {
    async fn tell(&self, message: &ChannelMessage, delay: SignedDuration) -> Result<(), Unavailable> {
        self.faults
            .around("ChannelReports::tell", || {
                locked(&self.told).push((message.clone(), delay));
                Ok(())
            })
            .await
    }
}

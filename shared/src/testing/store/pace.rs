//! How often channels may be called.

use jiff::{SignedDuration, Timestamp};

use super::MemoryStore;
use crate::app::ports::{ChannelPace, LONGEST_PACE, StoreError};
use crate::domain::ids::ChannelId;
use crate::testing::Call;

impl ChannelPace for MemoryStore {
    async fn reserve(
        &self,
        channel: &ChannelId,
        now: Timestamp,
        length: SignedDuration,
    ) -> Result<Timestamp, StoreError> {
        self.write(Call::Reserve(channel.clone(), now, length), |state| {
            let now_ms = now.as_millisecond();
            let taken_until_ms = state.paces.get(channel).copied().unwrap_or_default();
            let begin_ms = taken_until_ms.max(now_ms);
            if i128::from(begin_ms - now_ms) > LONGEST_PACE.as_millis() {
                let why = "the channel's calls are taken for hours ahead";
                return Err(StoreError::Unavailable(why.into()));
            }
            let end_ms = begin_ms + i64::try_from(length.as_millis()).unwrap_or(i64::MAX);
            state.paces.insert(channel.clone(), end_ms);
            Timestamp::from_millisecond(begin_ms).map_err(|error| StoreError::Corrupt(error.to_string()))
        })
        .await
    }
}

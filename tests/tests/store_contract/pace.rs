//! How often channels may be called.

use jiff::{SignedDuration, Timestamp};
use juchu::app::ports::{ChannelPace, LONGEST_PACE, StoreError};
use juchu::domain::ids::ChannelId;
use juchu::domain::testing::{START, channel};

use crate::kept_by_every_store;
use crate::worlds::World;

kept_by_every_store! {
    calls_are_as_far_apart_as_they_are_long,
    time_nobody_took_is_not_saved_up,
    each_channel_has_its_own_time,
    callers_at_once_get_different_times,
    nothing_is_promised_for_tomorrow,
}

const SECOND: SignedDuration = SignedDuration::from_secs(1);

fn after(ms: i64) -> Timestamp {
    START + SignedDuration::from_millis(ms)
}

async fn calls_are_as_far_apart_as_they_are_long(world: &impl World) {
    let store = world.store();
    let mut begun = Vec::new();
    for length_ms in [1_000, 3_000, 500, 1_000] {
        let length = SignedDuration::from_millis(length_ms);
        begun.push(store.reserve(&channel(), START, length).await.unwrap());
    }
    assert_eq!(begun, [0, 1_000, 4_000, 4_500].map(after));
    assert_eq!(store.reserve(&channel(), after(5_400), SECOND).await.unwrap(), after(5_500));
}

async fn time_nobody_took_is_not_saved_up(world: &impl World) {
    let store = world.store();
    store.reserve(&channel(), START, SECOND).await.unwrap();
    for expected in [60_000, 61_000] {
        assert_eq!(store.reserve(&channel(), after(60_000), SECOND).await.unwrap(), after(expected));
    }
    // A caller whose clock is behind waits like everybody.
    assert_eq!(store.reserve(&channel(), START, SECOND).await.unwrap(), after(62_000));
}

async fn each_channel_has_its_own_time(world: &impl World) {
    let store = world.store();
    let other = ChannelId::new("other-shop").unwrap();
    assert_eq!(store.reserve(&channel(), START, SECOND).await.unwrap(), START);
    assert_eq!(store.reserve(&other, START, SECOND).await.unwrap(), START);
    assert_eq!(store.reserve(&channel(), START, SECOND).await.unwrap(), after(1_000));
}

async fn callers_at_once_get_different_times(world: &impl World) {
    let store = world.store();
    let calls = (0..8).map(async |_| {
        let store = store.clone();
        store.reserve(&channel(), START, SECOND).await.unwrap()
    });
    let mut begun = futures_util::future::join_all(calls).await;
    begun.sort();
    let expected: Vec<Timestamp> = (0..8).map(|n| after(n * 1_000)).collect();
    assert_eq!(begun, expected);
}

async fn nothing_is_promised_for_tomorrow(world: &impl World) {
    let store = world.store();
    store.reserve(&channel(), START, LONGEST_PACE).await.unwrap();
    assert_eq!(store.reserve(&channel(), START, SECOND).await.unwrap(), START + LONGEST_PACE);
    let refused = store.reserve(&channel(), START, SECOND).await;
    assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
    // A second later there is room again.
    let later = store.reserve(&channel(), after(1_000), SECOND).await.unwrap();
    assert_eq!(later, after(1_000) + LONGEST_PACE);
}

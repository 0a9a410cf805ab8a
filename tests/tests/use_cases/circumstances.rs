//! A story must end in the same way whatever happens to the machines meanwhile.

use juchu::testing::Moment;
use juchu_tests::harness::World;

/// The end of a story as it is told.
pub(crate) async fn as_told(way: impl AsyncFn(&mut World)) -> (World, Vec<String>) {
    let mut world = World::new();
    way(&mut world).await;
    let end = world.end().await;
    (world, end)
}

/// Each port call in turn fails, before its effect and after it, and is delivered or asked again.
pub(crate) async fn whichever_call_fails(way: impl AsyncFn(&mut World)) {
    let (_, expected) = as_told(&way).await;
    for moment in [Moment::Before, Moment::After] {
        for n in 1.. {
            let mut world = World::failing(n, moment);
            way(&mut world).await;
            let end = world.end().await;
            let Some(call) = world.faults.fired() else { break };
            assert_eq!(end, expected, "{call} of {:?} failed {moment:?} its effect (call {n})", world.hit());
        }
    }
}

/// The process that runs at each await point in turn is killed there.
pub(crate) async fn whoever_dies(way: impl AsyncFn(&mut World)) {
    let (_, expected) = as_told(&way).await;
    for n in 1.. {
        let mut world = World::dying(n);
        way(&mut world).await;
        let end = world.end().await;
        let Some(who) = world.hit() else { break };
        assert_eq!(end, expected, "{who} died at await point {n}");
    }
}

/// The queues deliver in many different orders, and some messages again ten minutes later.
pub(crate) async fn whatever_the_order(way: impl AsyncFn(&mut World)) {
    let (_, expected) = as_told(&way).await;
    for seed in 0..25 {
        let mut world = World::disorderly(seed);
        way(&mut world).await;
        assert_eq!(world.end().await, expected, "seed {seed}");
    }
}

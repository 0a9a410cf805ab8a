//! A story must end in the same way whatever happens to the machines meanwhile.

use juchu::app::message::Stage;
use juchu::testing::Moment;
use juchu_tests::harness::World;

/// Whether customers are written to. Their mails take most of a story's time, and what can go wrong
/// with a mail is the same in every story.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mails {
    Written,
    LeftOut,
}

/// The end of a story as it is told.
pub(crate) async fn as_told(way: impl AsyncFn(&mut World)) -> World {
    let mut world = World::new();
    way(&mut world).await;
    world.end().await;
    world
}

/// The end of a story in a world of its own.
async fn told(world: &mut World, mails: Mails, way: &impl AsyncFn(&mut World)) -> Vec<String> {
    if mails == Mails::LeftOut {
        world.stop(Stage::NotifyCustomer);
    }
    way(world).await;
    world.end().await
}

/// Each port call in turn fails, before its effect and after it, and is delivered or asked again.
pub(crate) async fn whichever_call_fails(mails: Mails, way: impl AsyncFn(&mut World)) {
    let mut undisturbed = World::new();
    let expected = told(&mut undisturbed, mails, &way).await;
    for (n, call) in (1..).zip(undisturbed.faults.calls()) {
        // That a call without an effect fails is all the same before it and after it.
        let moments = if writes(call) { &[Moment::Before, Moment::After][..] } else { &[Moment::Before] };
        for moment in moments {
            let mut world = World::failing(n, *moment);
            let end = told(&mut world, mails, &way).await;
            // The last calls were those that looked at the end.
            let Some(call) = world.faults.fired() else { return };
            assert_eq!(end, expected, "{call} of {:?} failed {moment:?} its effect (call {n})", world.hit());
        }
    }
}

fn writes(call: &str) -> bool {
    let (_, method) = call.split_once("::").unwrap();
    let reads = [
        "channel",
        "counts",
        "due",
        "event",
        "list_registered",
        "load",
        "look",
        "merchant",
        "products",
        "recall",
        "registered",
        "salt",
        "sightings",
        "tallies",
        "waiting",
    ];
    !reads.contains(&method)
}

/// The process that runs at each await point in turn is killed there.
pub(crate) async fn whoever_dies(mails: Mails, way: impl AsyncFn(&mut World)) {
    let expected = told(&mut World::new(), mails, &way).await;
    for n in 1.. {
        let mut world = World::dying(n);
        let end = told(&mut world, mails, &way).await;
        let Some(who) = world.hit() else { break };
        assert_eq!(end, expected, "{who} died at await point {n}");
    }
}

/// The queues deliver in many different orders, and some messages again ten minutes later.
pub(crate) async fn whatever_the_order(mails: Mails, way: impl AsyncFn(&mut World)) {
    let expected = told(&mut World::new(), mails, &way).await;
    for seed in 0..25 {
        let end = told(&mut World::disorderly(seed), mails, &way).await;
        assert_eq!(end, expected, "seed {seed}");
    }
}

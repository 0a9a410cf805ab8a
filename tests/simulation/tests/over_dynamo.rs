//! Whether the model that all worlds are built on answers as DynamoDB does, wherever they ask it.

use juchu::testing::{Faults, MemoryStore, Moment};
use simulation::chance::Chance;
use simulation::faults::Coverage;
use simulation::replay::{replay, run_over_dynamo};
use simulation::world::World;

/// As many worlds as half a minute is enough for.
const SEEDS: u64 = 5;

fn world(seed: u64) -> World {
    World::new(Chance::of_seed(seed), Coverage::default(), false)
}

#[test]
fn every_call_of_a_world_is_answered_by_the_real_adapter_as_by_the_model() {
    for seed in 1..=SEEDS {
        let (run, calls) = run_over_dynamo(world(seed));
        if let Some(broken) = run.broken {
            panic!("seed {seed}: {broken}");
        }
        assert!(calls > 500, "a world asks more of its store than {calls} times");
    }
}

#[tokio::test]
async fn a_call_that_is_answered_otherwise_is_told_by_its_number() {
    let world = world(1);
    let store = world.store();
    store.keep_calls();
    assert_eq!(world.run().broken, None);
    let (model, other) = (MemoryStore::new(Faults::none()), MemoryStore::new(Faults::at(30, Moment::Before)));
    let told = replay(&store.take_calls(), &model, &other).await.unwrap_err().to_string();
    assert!(told.starts_with("call 30, "), "{told}");
}

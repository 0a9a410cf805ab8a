//! Processes: running, killed in the middle, and side by side.

use std::future::Future;
use std::pin::{Pin, pin};
use std::task::Poll;

use super::World;
use super::dice::Dice;

/// Something a function does, from its first step to its last.
pub type Process<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// When a process is to die.
#[derive(Debug, Default)]
pub(super) struct Fate {
    /// How many await points there were.
    steps: usize,
    /// The await point that kills.
    dies_at: Option<usize>,
}

impl Fate {
    pub(super) fn at(step: usize) -> Self {
        Self { steps: 0, dies_at: Some(step) }
    }

    fn strikes(&mut self) -> bool {
        self.steps += 1;
        self.dies_at == Some(self.steps)
    }
}

impl World {
    /// Runs a process to its end; `None` when it was killed on the way.
    pub(super) async fn live<T>(&mut self, who: &'static str, process: impl Future<Output = T>) -> Option<T> {
        self.ran.insert(who);
        let failed_before = self.faults.fired();
        let mut process = pin!(process);
        let fate = &mut self.fate;
        let ended = std::future::poll_fn(|context| match process.as_mut().poll(context) {
            Poll::Ready(ended) => Poll::Ready(Some(ended)),
            Poll::Pending if fate.strikes() => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        });
        let ended = ended.await;
        if ended.is_none() || self.faults.fired() != failed_before {
            self.hit = Some(who);
        }
        ended
    }
}

/// Runs processes at the same time: at every await point another one may go on, and `seed` says
/// which. Returns how each ended.
pub async fn side_by_side<T>(seed: u64, mut processes: Vec<Process<T>>) -> Vec<T> {
    let mut dice = Dice::new(seed);
    let mut ended: Vec<Option<T>> = processes.iter().map(|_| None).collect();
    let mut running: Vec<usize> = (0..processes.len()).collect();
    // Nothing here waits for anything but its turn, so polling on is never in vain.
    std::future::poll_fn(|context| {
        while !running.is_empty() {
            let turn = dice.below(running.len());
            let slot = running.get(turn).and_then(|at| Some((processes.get_mut(*at)?, ended.get_mut(*at)?)));
            let Some((process, end)) = slot else { break };
            if let Poll::Ready(result) = process.as_mut().poll(context) {
                *end = Some(result);
                running.swap_remove(turn);
            }
        }
        Poll::Ready(())
    })
    .await;
    ended.into_iter().flatten().collect()
}

//! What goes wrong: deaths, functions that run too long, messages that are put aside.

use super::{Dead, Running, Work, World};
use crate::faults::Fault;
use crate::queues::Delivery;

impl World {
    pub(super) fn somebody_dies(&mut self) {
        if self.running.is_empty() || !self.chance.one_in(self.weather.crash) {
            return;
        }
        let at = self.chance.below(self.running.len());
        self.kill(at, Fault::Crash);
    }

    pub(super) fn end_late(&mut self) {
        let now = self.now();
        while let Some(at) = self.running.iter().position(|running| running.deadline < now) {
            self.kill(at, Fault::Timeout);
        }
    }

    pub(super) fn kill(&mut self, at: usize, fault: Fault) {
        let Running { function, work, .. } = self.running.remove(at);
        self.tell(|| format!("{function} ends by {fault:?}"));
        self.coverage.hit(fault, function);
        match work {
            Work::Stream { shard, .. } => {
                if let Some(shard) = self.shards.get_mut(shard) {
                    shard.is_busy = false;
                }
            }
            Work::Request(ask) => self.ask_again(ask),
            // The queue delivers again when the messages become visible; the timers run again.
            Work::Batch(_) | Work::Timers => {}
        }
    }

    pub(super) fn bury(&mut self, id: &str, reason: &str) {
        let Some(at) = self.inbox.iter().position(|delivery| delivery.id == id) else { return };
        let Delivery { stage, body, .. } = self.inbox.remove(at);
        self.tell(|| format!("a message of {} is put aside: {reason}", stage.name()));
        self.dead.push(Dead { stage, body, reason: reason.to_owned() });
    }

    /// Somebody sends again what was put aside; by now all code reads the newer format.
    pub(super) fn redrive(&mut self) {
        let visible_at = self.now();
        for Dead { stage, body, .. } in std::mem::take(&mut self.dead) {
            self.coverage.hit(Fault::Redriven, stage.name());
            self.ids += 1;
            let body = body.replacen("\"schema\":2", "\"schema\":1", 1);
            let id = format!("m{}", self.ids);
            self.inbox.push(Delivery { id, stage, body, visible_at, receives: 0, is_duplicate: true });
        }
    }
}

//! What begins: batches from queues and the stream, requests, the timers.

use jiff::{SignedDuration, Timestamp};
use juchu_tests::{MAX_RECEIVES, VISIBILITY};

use super::{Broken, FUNCTION_TIMEOUT, Running, Work, World, describe};
use crate::faults::Fault;
use crate::functions::{self, Process};
use crate::queues::{StreamRecord, batch, stream_batch};

impl World {
    pub(super) fn visible(&self, now: Timestamp) -> Vec<usize> {
        let visible = (0..).zip(&self.inbox).filter(|(_, delivery)| delivery.visible_at <= now);
        visible.map(|(at, _)| at).collect()
    }

    pub(super) fn receive(&mut self, first: usize, visible: &[usize]) -> Result<(), Broken> {
        let Some(stage) = self.inbox.get(first).map(|delivery| delivery.stage) else { return Ok(()) };
        let of_stage = |at: &usize| self.inbox.get(*at).is_some_and(|delivery| delivery.stage == stage);
        let mine: Vec<usize> = visible.iter().copied().filter(of_stage).collect();
        if mine.first() != Some(&first) {
            self.coverage.hit(Fault::Overtaken, stage.name());
        }
        let more = self.chance.below(3);
        let others = mine.into_iter().filter(|at| *at != first).take(more);
        let chosen: Vec<usize> = std::iter::once(first).chain(others).collect();
        let (now, mut received, mut spent) = (self.now(), Vec::new(), Vec::new());
        for at in chosen {
            let is_redelivered = self.chance.one_in(self.redelivered());
            let Some(delivery) = self.inbox.get_mut(at) else { continue };
            if delivery.receives == MAX_RECEIVES {
                spent.push(delivery.id.clone());
                continue;
            }
            delivery.receives += 1;
            delivery.visible_at = now + VISIBILITY;
            received.push(delivery.clone());
            if is_redelivered {
                delivery.visible_at = now;
                self.coverage.hit(Fault::Redelivered, stage.name());
            }
        }
        for id in spent {
            self.bury(&id, "it was received too often");
        }
        if received.is_empty() {
            return Ok(());
        }
        let skew = self.skew(stage.name());
        let process = functions::stage(&self.out, stage, skew, batch(&received)?);
        self.start(stage.name(), Work::Batch(received), process);
        Ok(())
    }

    pub(super) fn redelivered(&self) -> usize {
        if self.is_calm { 0 } else { self.weather.redelivered }
    }

    pub(super) fn ready_shards(&self) -> Vec<usize> {
        let ready = (0..).zip(&self.shards).filter(|(_, shard)| !shard.is_busy && !shard.records.is_empty());
        ready.map(|(at, _)| at).collect()
    }

    pub(super) fn start_relay(&mut self, at: usize) -> Result<(), Broken> {
        let size = self.chance.below(6) + 1;
        if !self.is_calm && self.chance.one_in(self.weather.partial_send) {
            self.out.queues.refuse(1);
            self.coverage.hit(Fault::PartialSend, "relay-events");
        }
        let Some(shard) = self.shards.get_mut(at) else { return Ok(()) };
        shard.is_busy = true;
        let size = if self.is_calm { shard.records.len().min(100) } else { size };
        let records: Vec<StreamRecord> = shard.records.iter().take(size).cloned().collect();
        let process = functions::relay(&self.out, stream_batch(&records)?);
        self.start("relay-events", Work::Stream { shard: at, records }, process);
        Ok(())
    }

    pub(super) fn start_request(&mut self, at: usize) -> Result<(), Broken> {
        let mut ask = self.asks.remove(at);
        if ask.attempts > 0 {
            self.coverage.hit(Fault::Repeated, ask.function);
        }
        ask.attempts += 1;
        let skew = self.skew(ask.function);
        let process = functions::door(&self.out, ask.function, skew, ask.read()?);
        let process = process.ok_or_else(|| Broken(format!("there is no function {}", ask.function)))?;
        self.start(ask.function, Work::Request(ask), process);
        Ok(())
    }

    pub(super) fn start_timers(&mut self) {
        // One at a time, as the template reserves it.
        if self.running.iter().any(|running| matches!(running.work, Work::Timers)) {
            return;
        }
        let skew = self.skew("run-timers");
        let process = functions::timers(&self.out, skew);
        self.start("run-timers", Work::Timers, process);
    }

    pub(super) fn skew(&self, function: &'static str) -> SignedDuration {
        if self.is_calm || !self.chance.one_in(self.weather.skew) {
            return SignedDuration::ZERO;
        }
        if Fault::Skew.can_hit(function) {
            self.coverage.hit(Fault::Skew, function);
        }
        let millis = [-3_000, -400, 400, 3_000].get(self.chance.below(4)).copied().unwrap_or_default();
        SignedDuration::from_millis(millis)
    }

    pub(super) fn start(&mut self, function: &'static str, work: Work, process: Process) {
        self.tell(|| format!("{function} begins with {}", describe(&work)));
        let deadline = self.now() + FUNCTION_TIMEOUT;
        self.running.push(Running { function, work, process, deadline });
    }
}

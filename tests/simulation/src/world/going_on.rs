//! What goes on, and what it leads to.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::PoisonError;
use std::task::{Context, Poll, Waker};

use jiff::SignedDuration;
use juchu::app::message::{Message, Stage};
use juchu::app::ports::Answer;
use serde_json::Value;

use super::{Broken, Dead, Running, Work, World, about};
use crate::checks::check_answer;
use crate::faults::Fault;
use crate::functions::Ended;
use crate::queues::{Delivery, SHARDS, StreamRecord};
use crate::requests::{Ask, Purpose};

impl World {
    pub(super) fn poll(&mut self, at: usize) -> Result<(), Broken> {
        self.steps += 1;
        let Some(running) = self.running.get_mut(at) else { return Ok(()) };
        let function = running.function;
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = function;
        let mut context = Context::from_waker(Waker::noop());
        let process = &mut running.process;
        let polled = catch_unwind(AssertUnwindSafe(|| process.as_mut().poll(&mut context)));
        let polled = polled.map_err(|_| Broken(format!("{function} panicked")))?;
        self.observe()?;
        if let Poll::Ready(ended) = polled {
            let Running { work, .. } = self.running.remove(at);
            self.end(function, work, ended)?;
        }
        Ok(())
    }

    /// Carries what was written to where it goes, and checks the books if something was.
    pub(super) fn observe(&mut self) -> Result<(), Broken> {
        let messages = self.out.store.take_messages();
        for message in messages {
            self.tell(|| format!("  {}", about(&message)));
            self.ids += 1;
            let key = message.order().map_or_else(|| message.id.clone(), |order| order.as_str().to_owned());
            let shard = key.bytes().map(usize::from).sum::<usize>() % SHARDS;
            let sequence_number = format!("{:021}", self.ids);
            if let Some(shard) = self.shards.get_mut(shard) {
                shard.records.push_back(StreamRecord { sequence_number, message });
            }
        }
        for stage in Stage::ALL {
            for message in self.out.queues.take(stage) {
                self.enqueue(stage, &message)?;
            }
        }
        for letter in self.out.dead_letters.take() {
            self.tell(|| format!("  put aside by {}: {}", letter.function, letter.reason));
            let stage = Stage::from_name(letter.function)
                .ok_or_else(|| Broken(format!("{} put aside {}", letter.function, letter.reason)))?;
            self.dead.push(Dead { stage, body: letter.body, reason: letter.reason });
        }
        self.checks.after_step()
    }

    pub(super) fn enqueue(&mut self, stage: Stage, message: &Message) -> Result<(), Broken> {
        let body = serde_json::to_string(message).map_err(|error| Broken(error.to_string()))?;
        let body = if !self.is_calm && self.chance.one_in(self.weather.newer) {
            self.rewritten(stage, &body)
        } else {
            body
        };
        self.ids += 1;
        let id = format!("m{}", self.ids);
        self.tell(|| format!("  {id} to {}: {}", stage.name(), about(message)));
        self.inbox.push(Delivery {
            id,
            stage,
            body,
            visible_at: self.now(),
            receives: 0,
            is_duplicate: false,
        });
        Ok(())
    }

    /// The message as newer code would have written it, while older code still runs.
    pub(super) fn rewritten(&self, stage: Stage, body: &str) -> String {
        if self.chance.one_in(2) {
            self.coverage.hit(Fault::NewerFormat, stage.name());
            return body.replacen("\"schema\":1", "\"schema\":2", 1);
        }
        self.coverage.hit(Fault::NewerFields, stage.name());
        body.replacen('{', "{\"added_later\":{\"anything\":[1,null]},", 1)
    }

    pub(super) fn end(&mut self, function: &'static str, work: Work, ended: Ended) -> Result<(), Broken> {
        match (work, ended) {
            (Work::Batch(received), Ended::Batch(again)) => {
                for delivery in received {
                    if !again.contains(&delivery.id) {
                        self.done(&delivery);
                    }
                }
                Ok(())
            }
            (Work::Stream { shard, records }, Ended::Relayed(again)) => {
                let done = match again {
                    Some(first) => records.iter().take_while(|r| r.sequence_number != first).count(),
                    None => records.len(),
                };
                let is_repeated = !self.is_calm && self.chance.one_in(self.weather.stream_repeated);
                if is_repeated {
                    self.coverage.hit(Fault::StreamRepeated, function);
                }
                if let Some(shard) = self.shards.get_mut(shard) {
                    shard.is_busy = false;
                    if !is_repeated {
                        shard.records.drain(..done);
                    }
                }
                Ok(())
            }
            (Work::Stream { shard, .. }, Ended::NothingRelayed) => {
                if let Some(shard) = self.shards.get_mut(shard) {
                    shard.is_busy = false;
                }
                Ok(())
            }
            (Work::Request(ask), Ended::Answered(response)) => {
                let body = response.body.map(|body| body.to_vec()).unwrap_or_default();
                self.answered(ask, response.status_code, &body)
            }
            (Work::Timers, Ended::Woken) => Ok(()),
            _ => Err(Broken(format!("{function} ended as something else"))),
        }
    }

    pub(super) fn done(&mut self, delivery: &Delivery) {
        // A message that came again meanwhile is deleted only if nobody else has received it since.
        let held = |d: &Delivery| d.id == delivery.id && d.receives == delivery.receives;
        self.inbox.retain(|d| !held(d));
        if self.is_calm || delivery.is_duplicate || !self.chance.one_in(self.weather.duplicate) {
            return;
        }
        self.coverage.hit(Fault::Duplicate, delivery.stage.name());
        self.ids += 1;
        let copy = self.ids;
        self.tell(|| format!("  {} comes again as m{copy}", delivery.id));
        let later = SignedDuration::from_secs([0, 5, 600].get(self.chance.below(3)).copied().unwrap_or(0));
        let visible_at = self.now() + later;
        let id = format!("m{}", self.ids);
        self.inbox.push(Delivery { id, visible_at, receives: 0, is_duplicate: true, ..delivery.clone() });
    }

    pub(super) fn answered(&mut self, ask: Ask, status: i64, body: &[u8]) -> Result<(), Broken> {
        let text = String::from_utf8_lossy(body).into_owned();
        self.tell(|| format!("  {} answers {status}: {:.160}", ask.function, text));
        if status == 503 {
            self.ask_again(ask);
            return Ok(());
        }
        let body: Value = serde_json::from_str(&text)
            .map_err(|error| Broken(format!("{} answers no JSON: {error}: {text}", ask.function)))?;
        check_answer(&mut self.people, &ask, status, &body)
    }

    pub(super) fn ask_again(&mut self, mut ask: Ask) {
        ask.at = self.now() + SignedDuration::from_secs(2);
        if matches!(ask.purpose, Purpose::Cancel { since } if ask.at > since + Answer::KEPT) {
            return;
        }
        self.asks.push(ask);
    }
}

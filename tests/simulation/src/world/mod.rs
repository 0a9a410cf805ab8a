//! The system and all around it, one small step after the other.
//!
//! A step is one poll of one function, which goes as far as its next call to a port; or something
//! that happens around the functions: a request, a delivery, a death, time that passes. Which one,
//! [`Chance`] decides. After each step that wrote something the books are checked.

mod going_on;
mod going_wrong;
mod outside;
mod starting;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

use jiff::{SignedDuration, Timestamp};
use juchu::app::message::{Message, Stage};
use juchu::app::ports::Clock;
use juchu::domain::order::Order;
use juchu::domain::payment::PaymentStatus;
use juchu::domain::timers::next_due;
use juchu::testing::{MemoryStore, Moment, Surroundings};
use serde_json::Value;

use crate::chance::Chance;
use crate::channel;
use crate::checks::Checks;
use crate::faults::{Coverage, Fault};
use crate::functions::Process;
use crate::people::{People, View};
use crate::queues::{Delivery, SHARDS, Shard, StreamRecord};
use crate::requests::Ask;
use crate::shop;

/// How long a function may run, as in the template.
const FUNCTION_TIMEOUT: SignedDuration = SignedDuration::from_secs(10);
/// The most orders of a run: enough to compete for stock, few enough to check them all at each step.
const MAX_ORDERS: usize = 8;
/// The most functions that run at the same time.
const MAX_RUNNING: usize = 6;
/// How many steps a storm lasts.
const STORM: usize = 5_000;
/// More steps than any calm needs to come to rest; a bound, so that nothing goes round in circles.
const MAX_CALM_STEPS: usize = 60_000;
/// How many days people have to bring everything to its end.
const DAYS_TO_THE_END: usize = 60;

/// Something that must never happen, and did.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Broken(pub String);

impl From<anyhow::Error> for Broken {
    fn from(error: anyhow::Error) -> Self {
        Self(format!("the simulation itself fails: {error:#}"))
    }
}

/// How often each kind of fault comes: once in so many chances, never when 0. Each run has its own
/// weather, so that some runs have a lot of one fault and none of another.
#[derive(Debug, Clone, Copy, Default)]
struct Weather {
    unavailable: usize,
    lost_answer: usize,
    contended: usize,
    crash: usize,
    timeout: usize,
    skew: usize,
    duplicate: usize,
    redelivered: usize,
    newer: usize,
    partial_send: usize,
    stream_repeated: usize,
    outside: usize,
}

impl Weather {
    fn of(chance: &Chance) -> Self {
        let some = |often: [usize; 4]| often.get(chance.below(4)).copied().unwrap_or_default();
        Self {
            unavailable: some([0, 200, 60, 20]),
            lost_answer: some([0, 200, 60, 20]),
            contended: some([0, 60, 20, 8]),
            crash: some([0, 8, 3, 1]),
            timeout: some([0, 8, 3, 1]),
            skew: some([0, 6, 3, 2]),
            duplicate: some([0, 12, 5, 2]),
            redelivered: some([0, 12, 5, 2]),
            newer: some([0, 30, 12, 6]),
            partial_send: some([0, 12, 5, 2]),
            stream_repeated: some([0, 12, 5, 2]),
            outside: some([0, 4, 2, 1]),
        }
    }
}

/// What a running function works on.
enum Work {
    Batch(Vec<Delivery>),
    Stream { shard: usize, records: Vec<StreamRecord> },
    Request(Ask),
    Timers,
}

/// A function at work.
struct Running {
    function: &'static str,
    work: Work,
    process: Process,
    deadline: Timestamp,
}

/// A message that was put aside.
#[derive(Debug, Clone)]
struct Dead {
    stage: Stage,
    body: String,
    reason: String,
}

/// What a run came to.
#[derive(Debug)]
pub struct Run {
    /// How many steps it had.
    pub steps: u64,
    /// How many orders it took in.
    pub orders: usize,
    /// What broke, if something did.
    pub broken: Option<Broken>,
    /// Its decisions.
    pub record: Vec<u32>,
    /// What happened, step by step, if that was asked for.
    pub trace: Vec<String>,
}

/// The system and all around it.
pub struct World {
    out: Surroundings,
    chance: Chance,
    coverage: Coverage,
    weather: Weather,
    people: People,
    checks: Checks,
    inbox: Vec<Delivery>,
    shards: Vec<Shard>,
    asks: Vec<Ask>,
    running: Vec<Running>,
    dead: Vec<Dead>,
    /// The messages that were sent again in the calm.
    sent_again: BTreeSet<String>,
    /// Whose calls are being made, for those who count faults.
    current: Arc<Mutex<&'static str>>,
    is_calm: bool,
    ids: u64,
    steps: u64,
    trace: Option<Vec<String>>,
}

impl World {
    /// A world in which nothing has happened.
    #[must_use]
    pub fn new(chance: Chance, coverage: Coverage, is_traced: bool) -> Self {
        let out = Surroundings::default();
        Self {
            checks: Checks::new(out.clone()),
            out,
            coverage,
            weather: Weather::of(&chance),
            chance,
            people: People::default(),
            inbox: Vec::new(),
            shards: (0..SHARDS).map(|_| Shard::default()).collect(),
            asks: Vec::new(),
            running: Vec::new(),
            dead: Vec::new(),
            sent_again: BTreeSet::new(),
            current: Arc::new(Mutex::new("")),
            is_calm: false,
            ids: 0,
            steps: 0,
            trace: is_traced.then(Vec::new),
        }
    }

    /// Its table, as a handle.
    #[must_use]
    pub fn store(&self) -> MemoryStore {
        self.out.store.clone()
    }

    /// Lives through a storm, then through a calm in which everybody does their part, and checks
    /// that everything comes to its end.
    #[must_use]
    pub fn run(mut self) -> Run {
        let broken = self.live().err();
        Run {
            steps: self.steps,
            orders: self.out.store.orders().len(),
            broken,
            record: self.chance.record(),
            trace: self.trace.unwrap_or_default(),
        }
    }

    fn live(&mut self) -> Result<(), Broken> {
        shop::open(&self.out, &self.chance)?;
        self.brew();
        for _ in 0..STORM {
            self.step()?;
        }
        self.out.faults.disarm();
        self.is_calm = true;
        self.tell(|| "the storm is over".to_owned());
        self.rest()?;
        self.everything_due()?;
        self.checks.at_rest(&self.people)?;
        for _ in 0..DAYS_TO_THE_END {
            let orders = self.out.store.orders();
            self.decide_reviews(&orders, true);
            let told = self.out.warehouse.told();
            let reports = self.out.reports.told();
            let view = View { now: self.now(), orders: &orders, told: &told, reports: &reports };
            let asks = self.people.everybody_does_their_part(&view);
            if asks.is_empty() && orders.iter().all(is_over) {
                break;
            }
            self.asks.extend(asks);
            self.rest()?;
            self.passes(SignedDuration::from_hours(24))?;
        }
        let orders = self.out.store.orders();
        match orders.iter().find(|order| !is_over(order)) {
            None => self.checks.at_the_end(&self.people),
            Some(order) => Err(Broken(format!(
                "order {} never ends: {:?}, payments {:?}, open tickets {:?}, calls {:?}, holds {:?}, due {:?}",
                order.number,
                order.state,
                order.payments.iter().map(|p| (p.method, p.status, p.unknown.is_some())).collect::<Vec<_>>(),
                order.open_tickets().map(|ticket| &ticket.id).collect::<Vec<_>>(),
                order.open_calls().map(|call| &call.id).collect::<Vec<_>>(),
                order.open_holds().map(|hold| hold.code).collect::<Vec<_>>(),
                next_due(order),
            ))),
        }
    }

    /// Lets calls fail as the weather says.
    fn brew(&self) {
        let (weather, chance) = (self.weather, self.chance.clone());
        let (coverage, current) = (self.coverage.clone(), Arc::clone(&self.current));
        self.out.faults.decide_by(move |call| {
            let function = *current.lock().unwrap_or_else(PoisonError::into_inner);
            let contended = if call == "OrderStore::commit" { weather.contended } else { 0 };
            let faults = [
                (weather.unavailable, Fault::Unavailable, Moment::Before),
                (weather.lost_answer, Fault::LostAnswer, Moment::After),
                (contended, Fault::Contended, Moment::Contended),
            ];
            let (_, fault, moment) = faults.into_iter().find(|(often, ..)| chance.one_in(*often))?;
            coverage.hit(fault, function);
            Some(moment)
        });
    }

    fn step(&mut self) -> Result<(), Broken> {
        match self.chance.below(100) {
            0..=89 => self.progress(),
            // Each request is many steps of its own; more of them and nothing else would go on.
            90..=92 => {
                self.somebody_asks();
                Ok(())
            }
            93 => {
                self.start_timers();
                Ok(())
            }
            94 => {
                let seconds = [1, 5, 9, 30, 70, 600, 7_200, 86_400].get(self.chance.below(8)).copied();
                self.passes(SignedDuration::from_secs(seconds.unwrap_or(1)))
            }
            95..=96 => {
                self.somebody_dies();
                Ok(())
            }
            97 => {
                self.redrive();
                Ok(())
            }
            98 => {
                self.outside_changes();
                Ok(())
            }
            _ => {
                // Everybody who is at work now takes too long.
                if self.chance.one_in(self.weather.timeout) && !self.running.is_empty() {
                    self.out.clock.advance(FUNCTION_TIMEOUT + SignedDuration::from_secs(1));
                    self.end_late();
                }
                Ok(())
            }
        }
    }

    /// Goes on with one of all things that can go on.
    fn progress(&mut self) -> Result<(), Broken> {
        let now = self.now();
        let may_start = self.running.len() < MAX_RUNNING;
        let visible: Vec<usize> = if may_start { self.visible(now) } else { Vec::new() };
        let shards: Vec<usize> = if may_start { self.ready_shards() } else { Vec::new() };
        let asks: Vec<usize> = (0..self.asks.len())
            .filter(|at| may_start && self.asks.get(*at).is_some_and(|ask| ask.at <= now))
            .collect();
        let running = self.running.len();
        // However many wait at the doors, they are one of the things that can go on.
        let doors = usize::from(!asks.is_empty());
        let all = running + visible.len() + shards.len() + doors;
        if all == 0 {
            self.wait();
            return Ok(());
        }
        let chosen = self.chance.below(all);
        if chosen < running {
            return self.poll(chosen);
        }
        let chosen = chosen - running;
        if let Some(at) = visible.get(chosen) {
            return self.receive(*at, &visible);
        }
        let chosen = chosen - visible.len();
        if let Some(shard) = shards.get(chosen) {
            return self.start_relay(*shard);
        }
        match self.chance.pick(&asks) {
            Some(at) => self.start_request(*at),
            None => Ok(()),
        }
    }

    /// Nothing can go on now: time passes until something can.
    fn wait(&self) {
        match self.next_moment() {
            Some(at) => self.out.clock.advance(at.duration_since(self.now()).max(SignedDuration::ZERO)),
            None => self.out.clock.advance(SignedDuration::from_secs(1)),
        }
    }

    fn next_moment(&self) -> Option<Timestamp> {
        let deliveries = self.inbox.iter().map(|delivery| delivery.visible_at);
        deliveries.chain(self.asks.iter().map(|ask| ask.at)).min()
    }

    /// Until nothing moves any more, without faults.
    fn rest(&mut self) -> Result<(), Broken> {
        for _ in 0..MAX_CALM_STEPS {
            let is_idle = self.running.is_empty() && self.ready_shards().is_empty();
            if is_idle && self.next_moment().is_none() {
                if self.dead.is_empty() {
                    return Ok(());
                }
                // What cannot be done in a calm, sent again after all others, can never be done.
                let hopeless = self.dead.iter().find(|dead| self.sent_again.contains(&dead.body));
                if let Some(Dead { stage, reason, body }) = hopeless {
                    let stage = stage.name();
                    return Err(Broken(format!("put aside for good by {stage}: {reason}: {body}")));
                }
                self.sent_again.extend(self.dead.iter().map(|dead| dead.body.clone()));
                self.redrive();
            }
            self.progress()?;
        }
        Err(Broken("the world does not come to rest".to_owned()))
    }

    fn passes(&mut self, time: SignedDuration) -> Result<(), Broken> {
        self.tell(|| format!("{time:#} pass"));
        self.out.clock.advance(time);
        self.end_late();
        if self.is_calm { self.everything_due() } else { Ok(()) }
    }

    /// Has the timers do all that is due, and what follows from it.
    fn everything_due(&mut self) -> Result<(), Broken> {
        let is_due = |order: &Order, now| next_due(order).is_some_and(|at| at <= now);
        for _ in 0..20 {
            let now = self.now();
            if !self.out.store.orders().iter().any(|order| is_due(order, now)) {
                break;
            }
            self.start_timers();
            self.rest()?;
        }
        Ok(())
    }

    fn now(&self) -> Timestamp {
        self.out.clock.now()
    }

    fn tell(&mut self, what: impl FnOnce() -> String) {
        let (now, step) = (self.out.clock.now(), self.steps);
        if let Some(trace) = &mut self.trace {
            trace.push(format!("{step:>6} {now} {}", what()));
        }
    }
}

/// Whether nothing more is to happen to the order, with its money neither.
fn is_over(order: &Order) -> bool {
    let settled = order.payments.iter().zip(order.targets()).all(|(payment, target)| {
        payment.held() == target && payment.unknown.is_none() && payment.status != PaymentStatus::Review
    });
    let nobody_waits = order.open_tickets().next().is_none() && order.open_calls().next().is_none();
    let heard = order.reports.iter().all(|report| channel::is_settled(order, report));
    order.state.is_final() && settled && heard && nobody_waits
}

fn describe(work: &Work) -> String {
    match work {
        Work::Batch(deliveries) => {
            let all: Vec<&str> = deliveries.iter().map(|delivery| delivery.id.as_str()).collect();
            all.join(", ")
        }
        Work::Stream { shard, records } => format!("{} records of shard {shard}", records.len()),
        Work::Request(ask) => format!("{:?}, attempt {}", ask.purpose, ask.attempts),
        Work::Timers => "what is due".to_owned(),
    }
}

fn about(message: &Message) -> String {
    serde_json::to_string(&message.subject).unwrap_or_default()
}

fn shorten(event: &Value) -> String {
    let text = |name: &str| event.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    format!("{} {:.300}", text("rawPath"), text("body"))
}

/// What a process that waits for nothing comes to.
///
/// # Errors
/// [`Broken`], when it waits for something.
pub fn completed<T>(process: impl Future<Output = T>) -> Result<T, Broken> {
    let mut process = std::pin::pin!(process);
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..1_000 {
        if let Poll::Ready(ended) = process.as_mut().poll(&mut context) {
            return Ok(ended);
        }
    }
    Err(Broken("it waits for something".to_owned()))
}

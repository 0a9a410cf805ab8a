//! The whole lifecycle in memory: all use cases over the fakes, the relay, queues that deliver at
//! least once, a clock that moves only when told to, and the people outside.
//!
//! A [`World`] does one thing after the other, so every run with the same inputs is the same run.
//! What it may be told to do to them: let the `n`th port call fail ([`World::failing`]), kill the
//! process at its `n`th await point ([`World::dying`]), deliver in any order and twice
//! ([`World::disorderly`]), and take a stage down ([`World::stop`]). After every step it checks the
//! [books](books).
//!
//! ```text
//! let mut world = World::new();
//! let order = world.receives(an_order()).await;
//! world.settle().await;
//! world.warehouse_ships(&order).await;
//! ```

#![expect(clippy::expect_used, clippy::panic, reason = "a test that cannot go on must fail loudly")]

pub mod books;
pub mod dice;
pub mod people;
pub mod processes;

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use juchu::adapters::dialects::Dialects;
use juchu::adapters::reading::Spoken;
use juchu::app::allocate_stock::AllocateStock;
use juchu::app::cancel_order::CancelOrder;
use juchu::app::collect_payment::CollectPayment;
use juchu::app::deliver_order::DeliverOrder;
use juchu::app::failure::Failure;
use juchu::app::manage_merchant::ManageMerchant;
use juchu::app::message::{Message, Stage};
use juchu::app::notify_customer::NotifyCustomer;
use juchu::app::operate_order::OperateOrder;
use juchu::app::ports::Clock;
use juchu::app::post_sales::PostSales;
use juchu::app::query_orders::QueryOrders;
use juchu::app::receive_answer::ReceiveAnswer;
use juchu::app::receive_order::ReceiveOrder;
use juchu::app::relay_events::relay_events;
use juchu::app::release_order::ReleaseOrder;
use juchu::app::report_channel::ReportChannel;
use juchu::app::run_timers::RunTimers;
use juchu::app::ship_order::ShipOrder;
use juchu::app::take_upload::TakeUpload;
use juchu::app::validate_order::ValidateOrder;
use juchu::domain::ids::{OrderId, ShipmentId};
use juchu::domain::order::Order;
use juchu::domain::timers::next_due;
use juchu::testing::{
    FakeArchive, FakeMailer, FakeProvider, FakeQueues, FakeReports, FakeWarehouse, Faults, ManualClock,
    MemoryStore, Moment, Surroundings,
};

use self::dice::Dice;
use self::processes::{Fate, Process};
use crate::{MAX_RECEIVES, VISIBILITY};

/// How much later a duplicate comes: longer than any queue would recognise it.
pub const DUPLICATE_DELAY: SignedDuration = SignedDuration::from_mins(10);
/// With more orders than this the books are checked at rest only: each check looks at all of them.
const CROWD: u32 = 10;
/// More deliveries than any test needs; a bound, so that nothing can go round in circles.
const MAX_STEPS: usize = 50_000;

/// The use case that takes orders in.
pub type Door = ReceiveOrder<MemoryStore, FakeArchive, ManualClock>;

/// A message on its way to a stage.
#[derive(Debug, Clone)]
struct Delivery {
    stage: Stage,
    message: Message,
    visible_at: Timestamp,
    receives: u32,
    is_duplicate: bool,
}

/// A message that was put aside for a person.
#[derive(Debug, Clone)]
pub struct Parked {
    /// Whose queue it was in.
    pub stage: Stage,
    /// The message.
    pub message: Message,
    /// Why.
    pub reason: String,
}

/// The system and all around it.
pub struct World {
    /// The time.
    pub clock: ManualClock,
    /// Which port call fails.
    pub faults: Faults,
    /// Everything that is kept.
    pub store: MemoryStore,
    /// The payment provider.
    pub provider: FakeProvider,
    /// The mail service.
    pub mailer: FakeMailer,
    /// What the warehouse is told.
    pub warehouse: FakeWarehouse,
    /// The bucket.
    pub archive: FakeArchive,
    /// What channels are told.
    pub reports: FakeReports,
    /// What platforms call that.
    pub dialects: Dialects,
    /// The queues of the stages.
    pub queues: FakeQueues,
    /// What the queues have put aside.
    pub parked: Vec<Parked>,
    /// Written and not relayed yet.
    stream: Vec<Message>,
    /// Received from the queues and not done yet.
    inbox: Vec<Delivery>,
    stopped: BTreeSet<Stage>,
    disorder: Option<Dice>,
    fate: Fate,
    /// The process that was hit by the planned failure or death.
    hit: Option<&'static str>,
    /// Everybody who ran.
    ran: BTreeSet<&'static str>,
    /// How many requests were made, which numbers them.
    requests: u32,
    /// How many orders came in, which numbers them.
    received: u32,
    /// What the warehouse has given to the carrier, with the tracking number.
    handed_over: BTreeMap<ShipmentId, String>,
    /// What the carrier has given to the customer.
    arrived: BTreeSet<ShipmentId>,
    /// The recalls the warehouse has answered.
    answered: BTreeSet<ShipmentId>,
}

impl Default for World {
    fn default() -> Self {
        Self::new()
    }
}

impl World {
    /// A world with nothing in it.
    #[must_use]
    pub fn new() -> Self {
        let Surroundings {
            clock,
            faults,
            store,
            provider,
            mailer,
            warehouse,
            archive,
            queues,
            reports,
            dialects,
            ..
        } = Surroundings::default();
        Self {
            clock,
            faults,
            store,
            provider,
            mailer,
            warehouse,
            archive,
            reports,
            dialects,
            queues,
            parked: Vec::new(),
            stream: Vec::new(),
            inbox: Vec::new(),
            stopped: BTreeSet::new(),
            disorder: None,
            fate: Fate::default(),
            hit: None,
            ran: BTreeSet::new(),
            requests: 0,
            received: 0,
            handed_over: BTreeMap::new(),
            arrived: BTreeSet::new(),
            answered: BTreeSet::new(),
        }
    }

    /// A world whose `n`th port call fails, counted from 1 over all ports.
    #[must_use]
    pub fn failing(n: usize, moment: Moment) -> Self {
        let world = Self::new();
        world.faults.arm(n, moment);
        world
    }

    /// A world in which whoever runs is killed at the `n`th await point, counted from 1.
    #[must_use]
    pub fn dying(n: usize) -> Self {
        Self { fate: Fate::at(n), ..Self::new() }
    }

    /// A world whose queues deliver in any order, and some messages twice; `seed` says how.
    #[must_use]
    pub fn disorderly(seed: u64) -> Self {
        Self { disorder: Some(Dice::new(seed)), ..Self::new() }
    }

    /// The process that was hit by the planned failure or death; `None` when none was.
    #[must_use]
    pub fn hit(&self) -> Option<&'static str> {
        self.hit
    }

    /// The names of all functions that ran.
    #[must_use]
    pub fn ran(&self) -> &BTreeSet<&'static str> {
        &self.ran
    }

    /// The time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The order as it stands.
    ///
    /// # Panics
    /// When there is none.
    #[must_use]
    pub fn order(&self, id: &OrderId) -> Order {
        self.store.order(id).expect("the order")
    }

    // The functions.

    /// The door for orders.
    #[must_use]
    pub fn receive_order(&self) -> Door {
        ReceiveOrder { store: self.store.clone(), archive: self.archive.clone(), clock: self.clock.clone() }
    }

    /// The hand on orders.
    #[must_use]
    pub fn operate_order(&self) -> OperateOrder<MemoryStore, ManualClock> {
        OperateOrder { store: self.store.clone(), clock: self.clock.clone() }
    }

    /// The door for channels' answers.
    #[must_use]
    pub fn receive_answer(&self) -> ReceiveAnswer<MemoryStore, ManualClock> {
        ReceiveAnswer { store: self.store.clone(), clock: self.clock.clone() }
    }

    /// The window on orders.
    #[must_use]
    pub fn query_orders(&self) -> QueryOrders<MemoryStore> {
        QueryOrders { store: self.store.clone() }
    }

    /// The administration of merchants.
    #[must_use]
    pub fn manage_merchant(&self) -> ManageMerchant<MemoryStore, ManualClock> {
        ManageMerchant { store: self.store.clone(), clock: self.clock.clone() }
    }

    /// What `stage` does with `message`.
    #[must_use]
    pub fn process(&self, stage: Stage, message: Message) -> Process<Result<(), Failure>> {
        macro_rules! stage {
            ($use_case:ident { $($port:ident),* }) => {{
                let app = $use_case { $($port: self.$port.clone()),* };
                Box::pin(async move { app.handle(&message).await })
            }};
        }
        match stage {
            Stage::TakeUpload => {
                let app = TakeUpload { door: self.receive_order(), dialects: Spoken };
                Box::pin(async move { app.handle(&message).await })
            }
            Stage::ValidateOrder => stage!(ValidateOrder { store, clock }),
            Stage::AllocateStock => stage!(AllocateStock { store, clock }),
            Stage::CollectPayment => stage!(CollectPayment { store, provider, clock }),
            Stage::ReleaseOrder => stage!(ReleaseOrder { store, warehouse, clock }),
            Stage::ShipOrder => stage!(ShipOrder { store, clock }),
            Stage::DeliverOrder => stage!(DeliverOrder { store, clock }),
            Stage::PostSales => stage!(PostSales { store, clock }),
            Stage::CancelOrder => stage!(CancelOrder { store, clock }),
            Stage::NotifyCustomer => stage!(NotifyCustomer { store, mailer, clock }),
            Stage::ReportChannel => stage!(ReportChannel { store, reports, dialects, clock }),
        }
    }

    // The event sources.

    /// Takes a stage down: its queue fills.
    pub fn stop(&mut self, stage: Stage) {
        self.stopped.insert(stage);
    }

    /// Brings a stage up again.
    pub fn start(&mut self, stage: Stage) {
        self.stopped.remove(&stage);
    }

    /// Settles while the stages of the lifecycle are down: files are worked through, their orders wait.
    ///
    /// # Panics
    /// As [`Self::settle`].
    pub async fn settle_uploads(&mut self) {
        self.stopped = Stage::ALL.into_iter().filter(|stage| *stage != Stage::TakeUpload).collect();
        self.settle().await;
    }

    /// What waits for `stage`.
    #[must_use]
    pub fn waiting(&self, stage: Stage) -> Vec<Message> {
        let mine = self.inbox.iter().filter(|delivery| delivery.stage == stage);
        mine.map(|delivery| delivery.message.clone()).collect()
    }

    /// Puts `message` into the queue of `stage` once more.
    pub fn deliver_again(&mut self, stage: Stage, message: Message) {
        let visible_at = self.now();
        self.inbox.push(Delivery { stage, message, visible_at, receives: 0, is_duplicate: true });
    }

    /// Relays and delivers until nothing moves any more. What failed is delivered again after
    /// [`VISIBILITY`], for which the clock is moved.
    ///
    /// # Panics
    /// When the books are wrong after a step, or the world does not come to rest.
    pub async fn settle(&mut self) {
        for _ in 0..MAX_STEPS {
            self.relay().await;
            if let Some(next) = self.next_visible() {
                let delivery = self.inbox.remove(next);
                self.deliver(delivery).await;
            } else if self.stream.is_empty() {
                let Some(at) = self.next_moment() else {
                    self.check_books();
                    return;
                };
                self.clock.advance(at.duration_since(self.now()));
            }
        }
        panic!("the world does not come to rest");
    }

    /// Lets time pass, and the clock of the lifecycle look at what becomes due.
    ///
    /// # Panics
    /// As [`Self::settle`].
    pub async fn pass(&mut self, time: SignedDuration) {
        let until = self.now() + time;
        for _ in 0..MAX_STEPS {
            self.settle().await;
            let due = self.store.orders().iter().filter_map(next_due).min();
            let Some(at) = due.filter(|at| *at <= until) else {
                let rest = until.duration_since(self.now());
                self.clock.advance(rest.max(SignedDuration::ZERO));
                return;
            };
            self.clock.advance(at.duration_since(self.now()).max(SignedDuration::ZERO));
            let timers = RunTimers { store: self.store.clone(), clock: self.clock.clone() };
            // When a run fails, the next one a minute later does the same.
            drop(self.live("run-timers", timers.handle("timer")).await);
            self.check_step();
        }
        panic!("the timers do not come to rest");
    }

    async fn relay(&mut self) {
        self.stream.extend(self.store.take_messages());
        if !self.stream.is_empty() {
            let (queues, messages) = (self.queues.clone(), std::mem::take(&mut self.stream));
            // Whatever did not reach all its stages, the stream delivers again.
            match self.live("relay-events", relay_events(&queues, &messages)).await {
                None => self.stream = messages,
                Some(relayed) => {
                    let missed = |(at, message)| relayed.missed.contains(&at).then_some(message);
                    self.stream = messages.into_iter().enumerate().filter_map(missed).collect();
                }
            }
        }
        let visible_at = self.now();
        for stage in Stage::ALL {
            let new = self.queues.take(stage).into_iter();
            self.inbox.extend(new.map(|message| Delivery {
                stage,
                message,
                visible_at,
                receives: 0,
                is_duplicate: false,
            }));
        }
    }

    fn check_step(&self) {
        if self.received <= CROWD {
            self.check_books();
        }
    }

    fn next_visible(&mut self) -> Option<usize> {
        let now = self.now();
        let runs =
            |delivery: &Delivery| delivery.visible_at <= now && !self.stopped.contains(&delivery.stage);
        let visible: Vec<usize> = (0..).zip(&self.inbox).filter(|(_, d)| runs(d)).map(|(at, _)| at).collect();
        match &mut self.disorder {
            Some(dice) => dice.pick(&visible).copied(),
            None => visible.first().copied(),
        }
    }

    fn next_moment(&self) -> Option<Timestamp> {
        let runs = |delivery: &&Delivery| !self.stopped.contains(&delivery.stage);
        self.inbox.iter().filter(runs).map(|delivery| delivery.visible_at).min()
    }

    async fn deliver(&mut self, mut delivery: Delivery) {
        let process = self.process(delivery.stage, delivery.message.clone());
        let ended = self.live(delivery.stage.name(), process).await;
        self.check_step();
        delivery.receives += 1;
        match ended {
            Some(Ok(())) => {
                let twice = self.disorder.as_mut().is_some_and(|dice| dice.below(4) == 0);
                if twice && !delivery.is_duplicate {
                    delivery.is_duplicate = true;
                    delivery.visible_at = self.now() + DUPLICATE_DELAY;
                    self.inbox.push(delivery);
                }
            }
            Some(Err(Failure::Permanent { reason })) => self.park(delivery, reason),
            Some(Err(Failure::Retryable(error))) if delivery.receives == MAX_RECEIVES => {
                self.park(delivery, error.to_string());
            }
            Some(Err(Failure::Retryable(_))) | None => {
                delivery.visible_at = self.now() + VISIBILITY;
                self.inbox.push(delivery);
            }
        }
    }

    fn park(&mut self, delivery: Delivery, reason: String) {
        let Delivery { stage, message, .. } = delivery;
        self.parked.push(Parked { stage, message, reason });
    }
}

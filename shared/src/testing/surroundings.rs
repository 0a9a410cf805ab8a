use super::{
    FakeArchive, FakeDeadLetters, FakeMailer, FakeProvider, FakeQueues, FakeReports, FakeWarehouse, Faults,
    ManualClock, MemoryStore,
};
use crate::adapters::dialects::Dialects;
use crate::app::rule_book::RuleBook;
use crate::domain::testing::START;

/// Everything the functions use. All of it is handles; as it begins, it is empty, it is [`START`], and
/// one plan says which call to any of it fails.
#[derive(Clone)]
pub struct Surroundings {
    /// Which call fails.
    pub faults: Faults,
    /// The time.
    pub clock: ManualClock,
    /// The table.
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
    /// Where messages are put aside.
    pub dead_letters: FakeDeadLetters,
    /// What the validation stage has read of rules, as if all its runs were in one process.
    pub rules: RuleBook,
}

impl Default for Surroundings {
    fn default() -> Self {
        let faults = Faults::none();
        Self {
            clock: ManualClock::at(START),
            store: MemoryStore::new(faults.clone()),
            provider: FakeProvider::new(faults.clone()),
            mailer: FakeMailer::new(faults.clone()),
            warehouse: FakeWarehouse::new(faults.clone()),
            archive: FakeArchive::new(faults.clone()),
            reports: FakeReports::new(faults.clone()),
            dialects: Dialects,
            queues: FakeQueues::new(faults.clone()),
            dead_letters: FakeDeadLetters::new(faults.clone()),
            rules: RuleBook::default(),
            faults,
        }
    }
}

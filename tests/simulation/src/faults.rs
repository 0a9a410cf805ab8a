//! What can go wrong, where, and how often it did.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use juchu::app::message::Stage;
use juchu::lambda::routes::ROUTES;
use juchu_tests::function_names;

/// A fault of the surroundings that a function has to live with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// The process dies between two effects.
    Crash,
    /// The function runs longer than it may, and is ended.
    Timeout,
    /// A call fails and does nothing: throttled, or out of reach.
    Unavailable,
    /// A call does what it does, and its answer is lost.
    LostAnswer,
    /// A transaction meets another one.
    Contended,
    /// The function's clock is wrong.
    Skew,
    /// A message comes a second time, later.
    Duplicate,
    /// A message comes again while it is still being worked on.
    Redelivered,
    /// A message is overtaken by a later one.
    Overtaken,
    /// A message is put aside, and sent again by a person.
    Redriven,
    /// A message was written by newer code, with fields this code does not know.
    NewerFields,
    /// A message was written by newer code, in a format this code cannot read.
    NewerFormat,
    /// A caller repeats a request whose answer did not come.
    Repeated,
    /// A queue takes only some of the messages sent to it.
    PartialSend,
    /// The stream delivers again what was relayed.
    StreamRepeated,
}

impl Fault {
    /// All of them.
    pub const ALL: [Self; 15] = [
        Self::Crash,
        Self::Timeout,
        Self::Unavailable,
        Self::LostAnswer,
        Self::Contended,
        Self::Skew,
        Self::Duplicate,
        Self::Redelivered,
        Self::Overtaken,
        Self::Redriven,
        Self::NewerFields,
        Self::NewerFormat,
        Self::Repeated,
        Self::PartialSend,
        Self::StreamRepeated,
    ];

    /// Whether it can happen to `function` at all.
    #[must_use]
    pub fn can_hit(self, function: &str) -> bool {
        let is_stage = Stage::from_name(function).is_some();
        let is_door = ROUTES.iter().any(|route| route.function == function);
        match self {
            Self::Crash | Self::Timeout | Self::Unavailable => true,
            // It only reads.
            Self::LostAnswer => function != "query-orders",
            Self::Contended => !["query-orders", "manage-merchant", "relay-events"].contains(&function),
            // They ask no clock.
            Self::Skew => !["query-orders", "relay-events"].contains(&function),
            Self::Duplicate
            | Self::Redelivered
            | Self::Overtaken
            | Self::Redriven
            | Self::NewerFields
            | Self::NewerFormat => is_stage,
            Self::Repeated => is_door,
            Self::PartialSend | Self::StreamRepeated => function == "relay-events",
        }
    }
}

/// How often each fault hit each function. Clones count together.
#[derive(Debug, Clone, Default)]
pub struct Coverage(Arc<Mutex<BTreeMap<(Fault, &'static str), u64>>>);

impl Coverage {
    /// Counts a fault.
    pub fn hit(&self, fault: Fault, function: &'static str) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner).entry((fault, function)).or_default() += 1;
    }

    /// How often `fault` hit `function`.
    #[must_use]
    pub fn of(&self, fault: Fault, function: &'static str) -> u64 {
        let hits = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        hits.get(&(fault, function)).copied().unwrap_or_default()
    }

    /// How many faults there were.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).values().sum()
    }

    /// The faults that could have hit a function and never did.
    #[must_use]
    pub fn missing(&self) -> Vec<(Fault, &'static str)> {
        let cells =
            Fault::ALL.into_iter().flat_map(|fault| function_names().into_iter().map(move |f| (fault, f)));
        cells.filter(|(fault, function)| fault.can_hit(function) && self.of(*fault, function) == 0).collect()
    }
}

impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<String> = Fault::ALL.iter().map(|fault| format!("{fault:?}")).collect();
        write!(f, "{:19}", "")?;
        for name in &names {
            write!(f, " {name:>w$}", w = name.len().max(7))?;
        }
        for function in function_names() {
            write!(f, "\n{function:19}")?;
            for (fault, name) in Fault::ALL.into_iter().zip(&names) {
                let hits =
                    if fault.can_hit(function) { self.of(fault, function).to_string() } else { "·".into() };
                write!(f, " {hits:>w$}", w = name.len().max(7))?;
            }
        }
        Ok(())
    }
}

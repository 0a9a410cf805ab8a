//! What a channel tells of its orders, in our terms: one order or many, each with where it stands there.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use super::drift::ChannelStatus;
use super::intake::{Impossible, Intake};

/// An order as its channel tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChannelOrder {
    /// Where it stands there.
    pub status: ChannelStatus,
    /// When the channel last changed it: of two payloads the later one counts, whichever comes first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
    /// The order in our terms, as far as the payload has it.
    pub order: Intake,
    /// What the payload does not have and must be fetched before the order can be opened. It is no
    /// defect: a list of orders says less than each of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<Missing>,
}

/// A part of an order that another call to the channel has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Missing {
    /// Which part of the canonical order.
    pub field: &'static str,
    /// The call that has it.
    pub fetch: String,
}

/// Why a payload became no order.
///
/// `Display` is safe to log. The messages inside may quote the payload, and so are for its sender
/// and for staff only.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChannelError {
    /// It has not the dialect's shape (HTTP 400).
    #[error("the payload cannot be read: see `{path}`")]
    Malformed {
        /// Where, as a path into the payload; empty when it is the payload as a whole.
        path: String,
        /// What is expected there.
        message: String,
    },
    /// It has the right shape, but no such order can be (HTTP 422).
    #[error("the payload is no possible order: {} defects", .0.len())]
    Impossible(Vec<Impossible>),
}

impl std::fmt::Debug for ChannelError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ChannelError({self})")
    }
}

/// One order of a payload.
#[derive(Debug)]
pub struct Entry {
    /// Where it is in the payload, such as `OrderModelList[2]` or `rows 5-7`; empty when the payload
    /// is the order.
    pub at: String,
    /// The channel's number of it, as far as it could be read.
    pub number: Option<String>,
    /// The order, or what is wrong with it.
    pub said: Result<ChannelOrder, ChannelError>,
}

/// What a payload says.
#[derive(Debug, Default)]
pub struct Reading {
    /// Its orders, in the payload's order.
    pub entries: Vec<Entry>,
    /// The paths of what it has and the canonical order does not. It is kept in the payload itself,
    /// which is archived.
    pub unmapped: Vec<String>,
}

impl Reading {
    /// A payload that is one order.
    #[must_use]
    pub fn of(order: ChannelOrder, unmapped: Vec<String>) -> Self {
        let number = Some(order.order.number.clone());
        Self { entries: vec![Entry { at: String::new(), number, said: Ok(order) }], unmapped }
    }
}

impl ChannelOrder {
    /// An order that is complete and to be shipped.
    #[must_use]
    pub const fn open(order: Intake) -> Self {
        Self { status: ChannelStatus::Open, updated_at: None, order, missing: Vec::new() }
    }

    /// What keeps it from being opened, as the caller is told it.
    #[must_use]
    pub fn gaps(&self) -> Vec<Impossible> {
        let gap = |missing: &Missing| Impossible {
            field: missing.field.to_owned(),
            message: format!("is not in this payload: send it with that of {}", missing.fetch),
        };
        self.missing.iter().map(gap).collect()
    }
}

/// Where in the archive an order was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// The payload's SHA-256, in hex.
    pub payload: String,
    /// Where in it; empty when it is the order.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub at: String,
    /// The bytes from and to which it stands there, when the payload is a file of many orders.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<(u64, u64)>,
}

/// An order's channel says something of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// Where the order stands there.
    pub status: ChannelStatus,
    /// When the channel last changed it.
    pub updated_at: Option<Timestamp>,
    /// SHA-256 of what it says, in hex.
    pub fingerprint: String,
    /// What it says.
    pub told: Intake,
    /// Where that was read.
    pub source: Option<Source>,
}

/// What a channel said last of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Said {
    /// The number of the event that carries it; 1 is the receipt itself.
    pub seq: u64,
    /// Where the order stood there.
    pub status: ChannelStatus,
    /// When the channel had changed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
    /// Where that was read; unknown of orders older than this field.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
}

impl Default for Said {
    fn default() -> Self {
        Self { seq: 1, status: ChannelStatus::Open, updated_at: None, source: None }
    }
}

impl Said {
    /// Whether a word of `updated_at` was overtaken by what has been said already. Without the channel's
    /// own times the last word counts.
    #[must_use]
    pub fn is_newer_than(&self, updated_at: Option<Timestamp>) -> bool {
        self.updated_at.zip(updated_at).is_some_and(|(said, word)| said > word)
    }
}

//! What a payload says: one order or many, each with where it stands at the channel.

use serde::Serialize;

use super::ChannelError;
pub use crate::domain::drift::ChannelStatus;
use crate::domain::intake::{Impossible, Intake};

/// An order as its channel tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChannelOrder {
    /// Where it stands there.
    pub status: ChannelStatus,
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
        Self { status: ChannelStatus::Open, order, missing: Vec::new() }
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

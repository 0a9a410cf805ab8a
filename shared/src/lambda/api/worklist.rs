//! The worklist as the API shows it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use super::orders::NextActionView;
use crate::app::ports::Page;
use crate::app::worklist::{MerchantWork, WorkItem, WorkPage};

/// A page of what waits for people, the most urgent first.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct WorkList {
    /// What waits.
    pub items: Vec<WorkItemView>,
    /// Where the next page begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
    /// Whether all orders were looked at: with more than 1,000, only the most urgent ones are.
    pub complete: bool,
}

/// Something that waits for a person.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct WorkItemView {
    /// About which order.
    pub order: String,
    /// The channel's number of it.
    pub number: String,
    /// For how many whole hours it has waited.
    pub age_hours: i64,
    /// Whether its time is over.
    pub overdue: bool,
    /// What to do.
    #[serde(flatten)]
    pub next: NextActionView,
}

/// What waits at the merchants one works for, counted.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct WorkCounts {
    /// Each merchant, by id.
    pub merchants: Vec<MerchantWorkView>,
    /// Where the next page begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// What waits at one merchant, counted.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct MerchantWorkView {
    /// Which merchant.
    pub merchant: String,
    /// How much waits.
    pub open: usize,
    /// How much of it should be done already.
    pub overdue: usize,
    /// How much of it nobody deals with.
    pub unassigned: usize,
    /// Since when the oldest of it waits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oldest_since: Option<Timestamp>,
    /// How much, by reason.
    pub by_reason: BTreeMap<&'static str, usize>,
    /// How much, by the role whose work it is.
    pub by_owner: BTreeMap<&'static str, usize>,
    /// How much, by how long it has waited: `UNDER_4_HOURS`, `UNDER_1_DAY`, `UNDER_3_DAYS`, `OLDER`.
    pub by_age: BTreeMap<&'static str, usize>,
    /// Whether all orders were counted: with more than 1,000, only the most urgent ones are.
    pub complete: bool,
}

impl From<WorkPage> for WorkList {
    fn from(WorkPage { page, is_complete }: WorkPage) -> Self {
        let items = page.items.into_iter().map(Into::into).collect();
        Self { items, next_cursor: page.next, complete: is_complete }
    }
}

impl From<WorkItem> for WorkItemView {
    fn from(WorkItem { order, number, next, age_hours, overdue }: WorkItem) -> Self {
        Self { order: order.to_string(), number, age_hours, overdue, next: next.into() }
    }
}

impl From<Page<MerchantWork>> for WorkCounts {
    fn from(page: Page<MerchantWork>) -> Self {
        Self { merchants: page.items.into_iter().map(Into::into).collect(), next_cursor: page.next }
    }
}

impl From<MerchantWork> for MerchantWorkView {
    fn from(work: MerchantWork) -> Self {
        Self {
            merchant: work.merchant.to_string(),
            open: work.open,
            overdue: work.overdue,
            unassigned: work.unassigned,
            oldest_since: work.oldest_since,
            by_reason: work.by_reason,
            by_owner: work.by_owner,
            by_age: work.by_age.into_iter().map(|(age, count)| (age.name(), count)).collect(),
            complete: work.is_complete,
        }
    }
}

//! The worklist 要対応一覧: what waits for a person, and nothing else, the most urgent first.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::access::{Permission, Principal, Scope};
use super::cursor;
use super::ports::{Clock, ListError, MerchantStore, OrderStore, Page};
use super::query_orders::{QueryError, QueryOrders};
use crate::domain::ids::{MerchantId, OrderId};
use crate::domain::matter::{Matter, OpenMatter};
use crate::domain::next_action::{NextAction, Owner, Promise, Step};
use crate::domain::order::Order;

/// The most orders of a merchant that are looked at for its worklist: the most urgent ones.
pub const MAX_ORDERS: usize = 1_000;
/// The most matters of one order that are listed: the most urgent ones.
pub const MAX_MATTERS: usize = 20;
/// What the cursor over merchants belongs to.
const SUMMARY: &str = "worklist";

/// What waits for people about one order, as the store lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderWork {
    /// Which order.
    pub order: OrderId,
    /// The channel's number of it.
    pub number: String,
    /// What is at stake.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub promise: Option<Promise>,
    /// What waits, what is due first before the others; never nothing.
    pub matters: Vec<OpenMatter>,
}

impl OrderWork {
    /// What waits about `order`; `None` when nothing does.
    #[must_use]
    pub fn of(order: &Order) -> Option<Self> {
        let mut matters = order.open_matters();
        matters.truncate(MAX_MATTERS);
        (!matters.is_empty()).then(|| Self {
            order: order.id.clone(),
            number: order.number.clone(),
            promise: order.promise(),
            matters,
        })
    }

    /// When the first of it is due.
    #[must_use]
    pub fn due_at(&self) -> Timestamp {
        self.matters.first().map_or(Timestamp::MAX, |open| open.due_at)
    }
}

/// Whose work is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Assignee {
    /// Nobody's yet.
    Nobody,
    /// This person's.
    Person(String),
}

/// Which part of a worklist. What is absent does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WorkFilter {
    /// Only what has a reason of this name.
    pub reason: Option<&'static str>,
    /// Only this role's work.
    pub owner: Option<Owner>,
    /// Only what this person deals with.
    pub assignee: Option<Assignee>,
}

impl WorkFilter {
    fn wants(&self, open: &OpenMatter) -> bool {
        let assigned = |assignee: &Assignee| match assignee {
            Assignee::Nobody => open.assigned_to.is_none(),
            Assignee::Person(name) => open.assigned_to.as_ref() == Some(name),
        };
        self.reason.is_none_or(|name| open.reason.name() == name)
            && self.owner.is_none_or(|owner| Step::of(open.reason).owner == owner)
            && self.assignee.as_ref().is_none_or(assigned)
    }
}

/// Which worklist.
#[derive(Debug, Clone)]
pub struct WorkQuery {
    /// Of which merchant.
    pub merchant: MerchantId,
    /// Which part of it.
    pub filter: WorkFilter,
    /// Where the last page ended.
    pub cursor: Option<String>,
    /// How many, at most 100.
    pub limit: usize,
}

/// Something to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkItem {
    /// About which order.
    pub order: OrderId,
    /// The channel's number of it.
    pub number: String,
    /// What, by whom, and why.
    pub next: NextAction,
    /// For how many whole hours it has waited.
    pub age_hours: i64,
    /// Whether its time is over.
    pub overdue: bool,
}

impl WorkItem {
    fn new(work: &OrderWork, open: OpenMatter, now: Timestamp) -> Self {
        Self {
            order: work.order.clone(),
            number: work.number.clone(),
            age_hours: now.duration_since(open.since).as_hours(),
            overdue: open.due_at <= now,
            next: NextAction { step: Step::of(open.reason), open, promise: work.promise },
        }
    }

    /// Where it stands in the list: by its moment, as text as in time.
    fn position(&self) -> String {
        let open = &self.next.open;
        let kind = match open.matter {
            Matter::Hold(_) => "hold",
            Matter::Ticket(_) => "ticket",
            Matter::Call(_) => "call",
        };
        format!("{:.9}#{}#{kind}#{}", open.due_at, self.order, open.matter.name())
    }
}

/// A page of a worklist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkPage {
    /// What is on it.
    pub page: Page<WorkItem>,
    /// Whether all orders were looked at; of too many, only the most urgent ones are.
    pub is_complete: bool,
}

/// How long something has waited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Age {
    /// Less than four hours.
    Under4Hours,
    /// Less than a day.
    UnderADay,
    /// Less than three days.
    Under3Days,
    /// Three days or longer.
    Older,
}

impl Age {
    const fn of(hours: i64) -> Self {
        match hours {
            ..4 => Self::Under4Hours,
            4..24 => Self::UnderADay,
            24..72 => Self::Under3Days,
            72.. => Self::Older,
        }
    }

    /// Its name in the API.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Under4Hours => "UNDER_4_HOURS",
            Self::UnderADay => "UNDER_1_DAY",
            Self::Under3Days => "UNDER_3_DAYS",
            Self::Older => "OLDER",
        }
    }
}

/// What waits at one merchant, counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MerchantWork {
    /// Which merchant.
    pub merchant: MerchantId,
    /// How much waits.
    pub open: usize,
    /// How much of it should be done already.
    pub overdue: usize,
    /// How much of it nobody deals with.
    pub unassigned: usize,
    /// Since when the oldest of it waits.
    pub oldest_since: Option<Timestamp>,
    /// How much, by reason.
    pub by_reason: BTreeMap<&'static str, usize>,
    /// How much, by whose work it is.
    pub by_owner: BTreeMap<&'static str, usize>,
    /// How much, by how long it has waited.
    pub by_age: BTreeMap<Age, usize>,
    /// Whether all orders were counted; of too many, only the most urgent ones are.
    pub is_complete: bool,
}

impl MerchantWork {
    fn count(merchant: MerchantId, items: &[WorkItem], is_complete: bool) -> Self {
        let mut counted = Self {
            merchant,
            open: items.len(),
            overdue: items.iter().filter(|item| item.overdue).count(),
            unassigned: items.iter().filter(|item| item.next.open.assigned_to.is_none()).count(),
            oldest_since: items.iter().map(|item| item.next.open.since).min(),
            by_reason: BTreeMap::new(),
            by_owner: BTreeMap::new(),
            by_age: BTreeMap::new(),
            is_complete,
        };
        for item in items {
            *counted.by_reason.entry(item.next.open.reason.name()).or_default() += 1;
            *counted.by_owner.entry(item.next.step.owner.name()).or_default() += 1;
            *counted.by_age.entry(Age::of(item.age_hours)).or_default() += 1;
        }
        counted
    }
}

impl<S: OrderStore + MerchantStore, C: Clock> QueryOrders<S, C> {
    /// A page of what waits for people at a merchant, the most urgent first.
    ///
    /// # Errors
    /// [`QueryError`].
    pub async fn worklist(&self, principal: &Principal, query: &WorkQuery) -> Result<WorkPage, QueryError> {
        principal.require(Permission::Read, &query.merchant)?;
        let scope = format!("{SUMMARY}#{}#{:?}", query.merchant, query.filter);
        let after = |text: &String| cursor::decode(&scope, text).ok_or(ListError::BadCursor);
        let after = query.cursor.as_ref().map(after).transpose()?;
        let (items, is_complete) = self.work(&query.merchant).await?;
        let wanted = items.into_iter().filter(|item| query.filter.wants(&item.next.open));
        let placed = wanted.map(|item| (item.position(), item));
        let mut placed: Vec<_> =
            placed.filter(|(position, _)| after.as_ref().is_none_or(|after| position > after)).collect();
        placed.sort_by(|(one, _), (other, _)| one.cmp(other));
        Ok(WorkPage { page: cut(&scope, query.limit, placed), is_complete })
    }

    /// What waits at each merchant the caller may see, counted, by merchant.
    ///
    /// # Errors
    /// [`QueryError`].
    pub async fn work_counts(
        &self,
        principal: &Principal,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<MerchantWork>, QueryError> {
        let Page { items: merchants, next } = match &principal.scope {
            Scope::All => self.store.list_merchants(cursor, limit).await?,
            Scope::Of(merchants) => {
                let after = |text| cursor::decode(SUMMARY, text).ok_or(ListError::BadCursor);
                let after = cursor.map(after).transpose()?;
                let rest =
                    merchants.iter().filter(|id| after.as_ref().is_none_or(|it| id.as_str() > it.as_str()));
                cut(SUMMARY, limit, rest.map(|id| (id.to_string(), id.clone())).collect())
            }
        };
        let mut counted = Vec::new();
        for merchant in merchants {
            principal.require(Permission::Read, &merchant)?;
            let (items, is_complete) = self.work(&merchant).await?;
            counted.push(MerchantWork::count(merchant, &items, is_complete));
        }
        Ok(Page { items: counted, next })
    }

    /// Everything that waits at a merchant, and whether that is all.
    async fn work(&self, merchant: &MerchantId) -> Result<(Vec<WorkItem>, bool), QueryError> {
        let now = self.clock.now();
        let orders = self.store.work(merchant, MAX_ORDERS).await.map_err(ListError::from)?;
        let is_complete = orders.len() < MAX_ORDERS;
        let items = |work: OrderWork| {
            let items = work.matters.iter().map(|open| WorkItem::new(&work, open.clone(), now));
            items.collect::<Vec<_>>()
        };
        Ok((orders.into_iter().flat_map(items).collect(), is_complete))
    }
}

/// The first `limit` of `placed`, which are in order, and the cursor to the rest.
fn cut<T>(scope: &str, limit: usize, mut placed: Vec<(String, T)>) -> Page<T> {
    let limit = limit.clamp(1, 100);
    let more = placed.len() > limit;
    placed.truncate(limit);
    let last = placed.last().filter(|_| more);
    let next = last.map(|(position, _)| cursor::encode(scope, position));
    Page { items: placed.into_iter().map(|(_, item)| item).collect(), next }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_have_no_gaps() {
        let names = [0, 3, 4, 23, 24, 71, 72, 10_000].map(|hours| Age::of(hours).name());
        assert_eq!(
            names,
            [
                "UNDER_4_HOURS",
                "UNDER_4_HOURS",
                "UNDER_1_DAY",
                "UNDER_1_DAY",
                "UNDER_3_DAYS",
                "UNDER_3_DAYS",
                "OLDER",
                "OLDER"
            ]
        );
    }
}

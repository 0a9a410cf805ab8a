//! Tries rules on orders that came before they are saved 試行. Nothing is written.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::stream::{self, StreamExt, TryStreamExt};
use jiff::{SignedDuration, Timestamp};

use super::access::{Permission, Principal};
use super::manage_merchant::{ManageError, ManageMerchant};
use super::ports::{AnswerStore, Clock, MerchantStore, OrderFilter, OrderQuery, OrderStore, StockStore};
use super::rule_book::RuleBook;
use crate::domain::Event;
use crate::domain::fraud::Risk;
use crate::domain::ids::{MerchantId, OrderId, Sku};
use crate::domain::limits;
use crate::domain::merchant::Product;
use crate::domain::order::Order;
use crate::domain::rule_pack::RulePack;
use crate::domain::rules;
use crate::domain::validation::{Finding, FindingCode, Severity};

/// How many orders are read at once.
const PAGE: usize = 100;
/// How many pages one call judges: 1,000 orders.
const PAGES: usize = 10;
/// How many orders are loaded at the same time.
const CONCURRENCY: usize = 16;

/// What is to be tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trial {
    /// The rules.
    pub pack: RulePack,
    /// On the orders of how many days.
    pub days: u8,
    /// Where the last call ended.
    pub cursor: Option<String>,
}

/// An order that the rules tried would judge differently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Which order.
    pub order: OrderId,
    /// The channel's number of it.
    pub number: String,
    /// When it came in.
    pub received_at: Timestamp,
    /// The version of the rules it began with.
    pub version: u32,
    /// What the rules tried would find and its own do not.
    pub gained: Vec<Finding>,
    /// What its own find and the rules tried would not.
    pub lost: Vec<Finding>,
    /// What both find and treat differently: as the rules tried do, and how its own do.
    pub changed: Vec<(Finding, Severity)>,
}

/// How many findings there are of a code.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    /// That stop their order.
    pub holds: u32,
    /// That are only shown.
    pub warnings: u32,
}

impl Count {
    fn add(&mut self, finding: &Finding) {
        match finding.severity {
            Severity::Warning => self.warnings += 1,
            Severity::Blocking(_) => self.holds += 1,
        }
    }
}

/// What a trial showed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shown {
    /// How many orders were judged.
    pub judged: usize,
    /// Those that would be judged differently, the newest first.
    pub differences: Vec<Difference>,
    /// The findings of each code: by the orders' own rules, and by those tried.
    pub codes: BTreeMap<FindingCode, (Count, Count)>,
    /// Where the next call begins; `None` when all orders were judged.
    pub next: Option<String>,
}

impl Shown {
    fn compare(&mut self, order: &Order, own: &[Finding], tried: Vec<Finding>) {
        self.judged += 1;
        for finding in own {
            self.codes.entry(finding.code).or_default().0.add(finding);
        }
        for finding in &tried {
            self.codes.entry(finding.code).or_default().1.add(finding);
        }
        let in_place_of = |finding: &Finding, others: &[Finding]| {
            let is_same = |other: &&Finding| (other.code, &other.field) == (finding.code, &finding.field);
            others.iter().find(is_same).map(|other| other.severity)
        };
        let lost = own.iter().filter(|finding| in_place_of(finding, &tried).is_none()).cloned().collect();
        let (mut gained, mut changed) = (Vec::new(), Vec::new());
        for finding in tried {
            match in_place_of(&finding, own) {
                None => gained.push(finding),
                Some(severity) if severity != finding.severity => changed.push((finding, severity)),
                Some(_) => {}
            }
        }
        let difference = Difference {
            order: order.id.clone(),
            number: order.number.clone(),
            received_at: order.received_at,
            version: order.policy.version,
            gained,
            lost,
            changed,
        };
        if difference.gained.len() + difference.lost.len() + difference.changed.len() > 0 {
            self.differences.push(difference);
        }
    }
}

impl<S: MerchantStore + StockStore + AnswerStore + OrderStore, C: Clock> ManageMerchant<S, C> {
    /// Judges the last days' orders, as they came, by the rules tried and by their own, both against
    /// the catalogue of today: what differs, the rules make differ. The signals of fraud that were seen
    /// are weighed anew.
    ///
    /// # Errors
    /// [`ManageError`].
    pub async fn dry_run(
        &self,
        who: &Principal,
        id: &MerchantId,
        trial: Trial,
    ) -> Result<Shown, ManageError> {
        who.require(Permission::ManageMerchant, id)?;
        self.existing(id).await?;
        let since = self.clock.now() - SignedDuration::from_hours(24 * i64::from(trial.days));
        let (book, mut catalogue) = (RuleBook::default(), Catalogue::default());
        let mut shown = Shown { next: trial.cursor, ..Shown::default() };
        for _ in 0..PAGES {
            let query = OrderQuery {
                merchant: id.clone(),
                filter: OrderFilter::All,
                cursor: shown.next.take(),
                limit: PAGE,
            };
            let page = self.store.list(&query).await?;
            let of_days = page.items.iter().take_while(|order| order.received_at >= since);
            let ids: Vec<OrderId> = of_days.map(|order| order.id.clone()).collect();
            let orders = self.as_received(&ids).await?;
            let risks = self.risks(&orders).await?;
            for (order, risk) in orders.into_iter().zip(risks) {
                let own = book.of(&self.store, &order).await?;
                let products = catalogue.products(&self.store, &order).await?;
                let judge = |pack: &RulePack| {
                    let mut findings = rules::check(&order, &products, pack);
                    let suspected = limits::judge(&order, &risk.weighed_by(&pack.fraud), &pack.fraud);
                    findings.extend(rules::treat(&order, suspected.into_iter().collect(), pack));
                    findings
                };
                shown.compare(&order, &judge(&own), judge(&trial.pack));
            }
            shown.next = page.next.filter(|_| ids.len() == page.items.len());
            if shown.next.is_none() {
                break;
            }
        }
        Ok(shown)
    }

    /// How risky each of these orders was found.
    async fn risks(&self, orders: &[Order]) -> Result<Vec<Risk>, ManageError> {
        let risk = async |order: &Order| {
            let order = self.store.load(&order.id).await?;
            Ok(order.map(|order| order.screening.risk).unwrap_or_default())
        };
        stream::iter(orders).map(risk).buffered(CONCURRENCY).try_collect().await
    }

    /// These orders as they came, the newest first.
    async fn as_received(&self, ids: &[OrderId]) -> Result<Vec<Order>, ManageError> {
        let mut orders = Vec::with_capacity(ids.len());
        for record in self.store.receipts(ids).await? {
            if let Event::OrderReceived { order } = record.event {
                orders.push(*order);
            }
        }
        orders.sort_by(|one, other| (other.received_at, &other.id).cmp(&(one.received_at, &one.id)));
        Ok(orders)
    }
}

/// The part of a catalogue that was read.
#[derive(Default)]
struct Catalogue {
    asked: BTreeSet<Sku>,
    products: BTreeMap<Sku, Product>,
}

impl Catalogue {
    /// The products of an order.
    async fn products(
        &mut self,
        store: &impl MerchantStore,
        order: &Order,
    ) -> Result<Vec<Product>, ManageError> {
        let skus: BTreeSet<&Sku> = order.lines.iter().map(|line| &line.sku).collect();
        let new: Vec<Sku> = skus.iter().filter(|sku| !self.asked.contains(**sku)).copied().cloned().collect();
        if !new.is_empty() {
            for product in store.products(&order.merchant, &new).await? {
                self.products.insert(product.sku.clone(), product);
            }
            self.asked.extend(new);
        }
        Ok(skus.into_iter().filter_map(|sku| self.products.get(sku).cloned()).collect())
    }
}

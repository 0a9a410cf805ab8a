//! What is taken out of the system, and into it: records of all that a merchant has, each of one kind.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::limit_store::Registered;
use super::manage_limits::Block;
use super::manage_merchant::MerchantSettings;
use super::ports::LedgerEntry;
use super::query_orders::WholeOrder;
use crate::domain::fraud::Mark;
use crate::domain::ids::{ChannelId, OrderId};
use crate::domain::intake::{Impossible, Intake};
use crate::domain::merchant::{Channel, ChannelKind, Merchant, Product};
use crate::domain::order::Order;
use crate::domain::past::{Ended, Milestone};
use crate::domain::report::ReportSettings;
use crate::domain::rule_pack::{RulePack, RuleVersion};
use crate::domain::stock::{Stock, StockKey};

/// The version of the format this code writes. Older ones stay readable.
pub const SCHEMA: u32 = 1;

/// What a record is about.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Kind {
    /// The merchant's settings.
    Merchant,
    /// A version of its rules.
    Rules,
    /// A channel, without its secret.
    Channel,
    /// A product.
    Product,
    /// A promotion code.
    Promotion,
    /// An account of a business.
    Account,
    /// An issuer of points.
    PointIssuer,
    /// An entry of the block list.
    Block,
    /// How many units of a product are at a location.
    Stock,
    /// A row of a stock's ledger 在庫台帳.
    Ledger,
    /// An order of a system like this one, with all that happened to it.
    Order,
    /// 過去受注: an order of any other system, and how it ended.
    PastOrder,
}

impl Kind {
    /// All kinds that are taken out, in this order: each needs at most those before it.
    pub const EXPORTED: [Self; 11] = [
        Self::Merchant,
        Self::Rules,
        Self::Channel,
        Self::Product,
        Self::Promotion,
        Self::Account,
        Self::PointIssuer,
        Self::Block,
        Self::Stock,
        Self::Ledger,
        Self::Order,
    ];

    /// Its name in records and cursors.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Merchant => "MERCHANT",
            Self::Rules => "RULES",
            Self::Channel => "CHANNEL",
            Self::Product => "PRODUCT",
            Self::Promotion => "PROMOTION",
            Self::Account => "ACCOUNT",
            Self::PointIssuer => "POINT_ISSUER",
            Self::Block => "BLOCK",
            Self::Stock => "STOCK",
            Self::Ledger => "LEDGER",
            Self::Order => "ORDER",
            Self::PastOrder => "PAST_ORDER",
        }
    }

    /// The kind that is taken out after this one.
    #[must_use]
    pub fn next(self) -> Option<Self> {
        Self::EXPORTED.into_iter().skip_while(|kind| *kind != self).nth(1)
    }
}

/// Something of a merchant's, as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Exported {
    /// Its settings.
    Merchant(Merchant),
    /// A version of its rules, and whether they are those in force.
    Rules(RuleVersion, bool),
    /// A channel.
    Channel(Channel),
    /// A product.
    Product(Product),
    /// A promotion code, an account, an issuer of points or an entry of the block list.
    Registered(Registered),
    /// A stock.
    Stock(StockKey, Stock),
    /// A row of its ledger.
    Ledger(StockKey, LedgerEntry),
    /// An order with its history and its mails.
    Order(Box<WholeOrder>),
}

/// Something to take over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Record {
    /// A part of how the merchant works.
    Setting(Setting),
    /// An order that ended in a system like this one, and what had happened to it.
    Order(Box<Order>, Vec<Milestone>),
    /// An order of any other system, and how it ended.
    PastOrder(Box<PastOrder>),
}

/// A part of how a merchant works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Setting {
    /// The merchant's settings; its policy comes with its rules.
    Merchant(MerchantSettings),
    /// A version of its rules, and whether they are those in force.
    Rules(Box<RulePack>, bool),
    /// A channel, without its secret.
    Channel {
        /// Its id.
        id: ChannelId,
        /// The dialect it speaks.
        kind: ChannelKind,
        /// How it is told what happens to its orders.
        reports: ReportSettings,
    },
    /// A product.
    Product(Product),
    /// A promotion code, an account or an issuer of points.
    Registered(Registered),
    /// What is to be blocked.
    Block(Block),
    /// An entry of the block list of which only the hash is known.
    Blocked(Mark),
    /// Opening stock.
    Stock {
        /// Which.
        key: StockKey,
        /// How many units are there.
        on_hand: i64,
        /// How many of them are kept back.
        safety: i64,
    },
    /// A row of a ledger, which only its own stock has.
    Ledger,
}

/// An order of another system, and how it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastOrder {
    /// The channel it came from.
    pub channel: ChannelId,
    /// What was ordered.
    pub told: Intake,
    /// How it ended.
    pub ended: Ended,
    /// What had happened to it.
    pub milestones: Vec<Milestone>,
}

/// A record as it was sent.
#[derive(Debug, Clone)]
pub struct Row {
    /// Where: `records[3]`, or the line of a file.
    pub at: String,
    /// What it is about, as far as that could be read.
    pub kind: Option<Kind>,
    /// Which, as its sender names it.
    pub id: String,
    /// SHA-256 of what it says, in hex.
    pub fingerprint: String,
    /// What it says, or what is wrong with it.
    pub record: Result<Record, Vec<Impossible>>,
}

/// What became of a record.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ImportOutcome {
    /// It is new here.
    Created,
    /// It was here and said something else.
    Replaced,
    /// It was here and said the same.
    Unchanged,
    /// An order with this number is here, and is never overwritten.
    Known,
    /// There is nothing to take over in it; `errors` says why.
    Skipped,
    /// It was not taken over; `errors` says why, and what to do.
    Refused,
}

impl ImportOutcome {
    /// Its name in the API.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Created => "CREATED",
            Self::Replaced => "REPLACED",
            Self::Unchanged => "UNCHANGED",
            Self::Known => "KNOWN",
            Self::Skipped => "SKIPPED",
            Self::Refused => "REFUSED",
        }
    }
}

/// A record, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// Where it was.
    pub at: String,
    /// What it is about, as far as that could be read.
    pub kind: Option<Kind>,
    /// Which, as its sender names it.
    pub id: String,
    /// What became of it.
    pub outcome: ImportOutcome,
    /// The order it is here, if it is one.
    pub order: Option<OrderId>,
    /// Why it was not taken over.
    pub errors: Vec<Impossible>,
}

/// The milestones that a history makes.
#[must_use]
pub fn milestones(history: impl IntoIterator<Item = (Timestamp, String, Option<String>)>) -> Vec<Milestone> {
    let milestone = |(at, what, by)| Milestone { at, what, by };
    history.into_iter().take(crate::domain::past::MAX_MILESTONES).map(milestone).collect()
}

//! Records as they are sent, read one by one: what is wrong with one is no matter of the others.

use jiff::Timestamp;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{ChannelData, MovedRecord, OrderData, PromotionData, RulesData, StockData};
use crate::adapters::channels::{self, ChannelDefaults, ChannelError};
use crate::app::limit_store::Registered;
use crate::app::records::{Kind, PastOrder, Record, Row, SCHEMA, Setting, milestones};
use crate::domain::Event;
use crate::domain::customer::Language;
use crate::domain::fraud::{Mark, MarkKind};
use crate::domain::ids::{AccountId, ChannelId, IssuerId, Sku};
use crate::domain::intake::{Impossible, Intake};
use crate::domain::merchant::ChannelKind;
use crate::domain::money::Amount;
use crate::domain::order::CancelReason;
use crate::domain::past::{End, Ended, MAX_TRACKINGS, Milestone};
use crate::domain::promotion::Promotion;
use crate::domain::shipment::{Carrier, Tracking};
use crate::lambda::api::Defects;
use crate::lambda::api::limits::{AccountBody, BlockBody, PointIssuerBody};
use crate::lambda::api::merchants::{MerchantBody, ProductBody};

/// The most units of opening stock.
const MAX_UNITS: i64 = 1_000_000;

/// What a `BLOCK` record says when only the hash is known.
#[derive(Deserialize)]
struct HashData {
    kind: MarkKind,
    hash: String,
}

/// How a past order ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum EndState {
    /// The customer has all of it.
    Completed,
    /// All of it was cancelled.
    Cancelled,
}

/// A tracking number of a past order.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PastTracking {
    /// Who carried the parcel.
    carrier: Carrier,
    /// The number, up to 40 characters.
    number: String,
    /// Which ship group it served, from 1; the first when absent.
    #[serde(default = "first")]
    ship_group: u8,
}

const fn first() -> u8 {
    1
}

/// How a past order ended 過去受注の結末.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EndedBody {
    /// COMPLETED or CANCELLED.
    state: EndState,
    /// When it left; a completed order must say so.
    #[serde(default)]
    shipped_at: Option<Timestamp>,
    /// When it arrived.
    #[serde(default)]
    delivered_at: Option<Timestamp>,
    /// When it was cancelled; a cancelled order must say so.
    #[serde(default)]
    cancelled_at: Option<Timestamp>,
    /// Why it was cancelled; `CUSTOMER` when absent.
    #[serde(default)]
    reason: Option<CancelReason>,
    /// Its tracking numbers, at most 100.
    #[serde(default)]
    trackings: Vec<PastTracking>,
    /// What was taken, in the currency's smallest unit; of a completed order all that it cost when absent,
    /// of a cancelled one nothing.
    #[serde(default)]
    captured: Option<i64>,
    /// What of that was given back.
    #[serde(default)]
    refunded: i64,
}

/// What a `PAST_ORDER` record says.
#[derive(Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PastOrderBody {
    /// The channel it came from, which must be one of the merchant's.
    #[schema(value_type = String)]
    channel: ChannelId,
    /// The order, as `POST /v1/channels/{channel}/orders` takes it. A card needs no token.
    #[schema(value_type = channels::json::NewOrder)]
    order: Value,
    /// How it ended.
    ended: EndedBody,
}

/// Reads a record. Mails can come from `mail_domain` and what is below it alone.
#[must_use]
pub fn read_row(at: String, text: Value, mail_domain: &str) -> Row {
    let fingerprint = text.get("data").map(channels::digest_of).unwrap_or_default();
    let named = |name: &str| text.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (id, kind) = (named("id"), serde_json::from_value(named("kind").into()).ok());
    let record = if text.is_object() {
        parsed::<MovedRecord>(text).and_then(|record| read(record, mail_domain))
    } else {
        Err(wrong("record", "must be a JSON object with `schema`, `kind`, `id` and `data`"))
    };
    Row { at, kind, id, fingerprint, record }
}

fn read(record: MovedRecord, mail_domain: &str) -> Result<Record, Vec<Impossible>> {
    let MovedRecord { schema, kind, id, data } = record;
    if schema != SCHEMA {
        return Err(wrong("schema", format!("is {schema}; this system reads {SCHEMA}")));
    }
    let setting = match kind {
        Kind::Merchant => Setting::Merchant(parsed::<MerchantBody>(data)?.read(mail_domain)?),
        Kind::Rules => {
            let RulesData { current, rules, .. } = parsed(data)?;
            Setting::Rules(Box::new(rules.read()?), current)
        }
        Kind::Channel => channel(named(ChannelId::new(id))?, parsed(data)?)?,
        Kind::Product => Setting::Product(parsed::<ProductBody>(data)?.read(named(Sku::new(id))?)?),
        Kind::Promotion => {
            let PromotionData { promotion, ended_at } = parsed(data)?;
            let code = Promotion::read_code(&id).ok_or_else(|| wrong("id", "is no promotion code"))?;
            let promotion = Promotion { ended_at, ..promotion.read(code)? };
            Setting::Registered(Registered::Promotion(promotion))
        }
        Kind::Account => {
            let account = parsed::<AccountBody>(data)?.read(named(AccountId::new(id))?)?;
            Setting::Registered(Registered::Account(account))
        }
        Kind::PointIssuer => {
            let issuer = parsed::<PointIssuerBody>(data)?.read(named(IssuerId::new(id))?)?;
            Setting::Registered(Registered::PointIssuer(issuer))
        }
        Kind::Block if data.get("hash").is_some() => {
            let HashData { kind, hash } = parsed(data)?;
            let is_hash = hash.len() <= 64 && hash.bytes().all(|b| b.is_ascii_hexdigit());
            if !is_hash {
                return Err(wrong("hash", "is no hash of a block list"));
            }
            Setting::Blocked(Mark { kind, hash, detail: None })
        }
        Kind::Block => Setting::Block(parsed::<BlockBody>(data)?.read()?),
        Kind::Stock => stock(parsed(data)?)?,
        Kind::Ledger => Setting::Ledger,
        Kind::Order => return Ok(order(parsed(data)?)),
        Kind::PastOrder => return past_order(parsed(data)?),
    };
    Ok(Record::Setting(setting))
}

fn named<T, E: std::fmt::Display>(id: Result<T, E>) -> Result<T, Vec<Impossible>> {
    id.map_err(|error| wrong("id", error.to_string()))
}

fn channel(id: ChannelId, data: ChannelData) -> Result<Setting, Vec<Impossible>> {
    let mut defects = Defects::default();
    let (kind, reports) = (data.kind, data.reports.read(&mut defects));
    defects.or(Setting::Channel { id, kind, reports })
}

fn order(data: OrderData) -> Record {
    let OrderData { order, history, mails } = data;
    let mut passed = Vec::new();
    for record in history {
        let what = record.event.kind().name().to_owned();
        // What was history there already has happened before.
        if let Event::HistoryImported { milestones, .. } = record.event {
            passed.extend(milestones.into_iter().map(|it| (it.at, it.what, it.by)));
        }
        passed.push((record.at, what, Some(record.cause.actor)));
    }
    passed.extend(mails.into_iter().map(|mail| {
        let status = serde_json::to_value(&mail.status).unwrap_or_default();
        let status = status.get("status").and_then(Value::as_str).unwrap_or_default();
        (mail.begun_at, format!("mail {} {status}", mail.fact), None)
    }));
    passed.sort_by_key(|(at, ..)| *at);
    Record::Order(Box::new(order), milestones(passed))
}

fn stock(data: StockData) -> Result<Setting, Vec<Impossible>> {
    let mut defects = Defects::default();
    for (field, units) in [("on_hand", data.on_hand), ("safety", data.safety)] {
        defects.check((0..=MAX_UNITS).contains(&units), field, "must be 0 to 1,000,000");
    }
    let key = crate::domain::stock::StockKey { sku: data.sku, location: data.location };
    defects.or(Setting::Stock { key, on_hand: data.on_hand, safety: data.safety })
}

fn past_order(body: PastOrderBody) -> Result<Record, Vec<Impossible>> {
    let PastOrderBody { channel, order, ended } = body;
    let told = told(order)?;
    let ended = ended.read()?;
    let milestones = passed(&told, &ended);
    Ok(Record::PastOrder(Box::new(PastOrder { channel, told, ended, milestones })))
}

/// The order in our terms.
fn told(mut order: Value) -> Result<Intake, Vec<Impossible>> {
    // What was paid by card needs nothing more of the card.
    for payment in order.get_mut("payments").and_then(Value::as_array_mut).into_iter().flatten() {
        if let Some(payment) = payment.as_object_mut() {
            payment.entry("token").or_insert_with(|| "past".into());
        }
    }
    let json = serde_json::to_vec(&order).map_err(|error| wrong("order", error.to_string()))?;
    let defaults = ChannelDefaults { language: Language::default() };
    let reading = channels::read(ChannelKind::Json, &json, &defaults).map_err(defects_of)?;
    let said = reading.entries.into_iter().next().map(|entry| entry.said);
    let said = said.unwrap_or_else(|| Err(ChannelError::Impossible(wrong("", "is missing"))));
    said.map(|said| said.order).map_err(defects_of)
}

fn defects_of(error: ChannelError) -> Vec<Impossible> {
    let defects = match error {
        ChannelError::Malformed { path, message } => vec![Impossible { field: path, message }],
        ChannelError::Impossible(defects) => defects,
    };
    let below = |Impossible { field, message }| Impossible { field: format!("order.{field}"), message };
    defects.into_iter().map(below).collect()
}

impl EndedBody {
    fn read(self) -> Result<Ended, Vec<Impossible>> {
        let mut defects = Defects::default();
        let amounts = [("captured", self.captured.unwrap_or_default()), ("refunded", self.refunded)];
        for (field, amount) in amounts {
            let ok = (0..=Amount::LIMIT.units()).contains(&amount);
            defects.check(ok, format!("ended.{field}"), "must be 0 to 1,000,000,000");
        }
        let is_completed = self.state == EndState::Completed;
        let count = self.trackings.len() <= MAX_TRACKINGS;
        defects.check(count, "ended.trackings", "must be at most 100");
        for (i, tracking) in self.trackings.iter().enumerate() {
            defects.check_text(&tracking.number, 40, &format!("ended.trackings[{i}].number"));
        }
        let (when, field) = if is_completed {
            defects.check(self.cancelled_at.is_none(), "ended.cancelled_at", "a completed order has none");
            defects.check(self.reason.is_none(), "ended.reason", "a completed order has none");
            (self.shipped_at, "ended.shipped_at")
        } else {
            let left = self.shipped_at.is_none() && self.delivered_at.is_none() && self.trackings.is_empty();
            defects.check(left, "ended.shipped_at", "a cancelled order has not left: give `cancelled_at`");
            (self.cancelled_at, "ended.cancelled_at")
        };
        defects.check(when.is_some(), field, "is missing: say when the order ended");
        let when = when.unwrap_or_default();
        let number = |it: PastTracking| (it.ship_group, Tracking { carrier: it.carrier, number: it.number });
        let end = if is_completed {
            let trackings = self.trackings.into_iter().map(number).collect();
            End::Completed { shipped_at: when, delivered_at: self.delivered_at, trackings }
        } else {
            End::Cancelled { at: when, reason: self.reason.unwrap_or(CancelReason::Customer) }
        };
        let (captured, refunded) = (self.captured.map(Amount::new), Amount::new(self.refunded));
        defects.or(Ended { end, captured, refunded })
    }
}

/// What is known to have happened to it.
fn passed(told: &Intake, ended: &Ended) -> Vec<Milestone> {
    let mut passed = vec![(told.ordered_at, "ordered".to_owned(), None)];
    match &ended.end {
        End::Completed { shipped_at, delivered_at, .. } => {
            passed.push((*shipped_at, "shipped".to_owned(), None));
            passed.extend(delivered_at.map(|at| (at, "delivered".to_owned(), None)));
        }
        End::Cancelled { at, reason } => {
            let reason = serde_json::to_value(reason).unwrap_or_default();
            let reason = reason.as_str().unwrap_or_default().to_owned();
            passed.push((*at, format!("cancelled: {reason}"), None));
        }
    }
    milestones(passed)
}

/// Reads JSON; what is unknown or of the wrong type is named by its path.
fn parsed<T: DeserializeOwned>(value: Value) -> Result<T, Vec<Impossible>> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let path = error.path().to_string();
        wrong(if path == "." { "data" } else { &path }, error.into_inner().to_string())
    })
}

fn wrong(field: &str, message: impl Into<String>) -> Vec<Impossible> {
    vec![Impossible { field: field.to_owned(), message: message.into() }]
}

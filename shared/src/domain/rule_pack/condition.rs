//! What a merchant's own rules look at.

use jiff::ToSpan;
use serde::{Deserialize, Serialize};

use super::{Defects, MAX_RULES, Treatment};
use crate::domain::customer::Address;
use crate::domain::ids::ChannelId;
use crate::domain::japan;
use crate::domain::money::{Amount, Currency};
use crate::domain::order::Order;
use crate::domain::particulars::OrderKind;
use crate::domain::payment::PaymentMethod;
use crate::domain::prefecture::is_prefecture;
use crate::domain::text::fold;

/// How deep conditions may stand in one another.
const MAX_DEPTH: usize = 5;
/// How many conditions a merchant's rules may have in all.
const MAX_CONDITIONS: usize = 500;
/// How many values a condition may name.
const MAX_VALUES: usize = 100;
const MAX_TEXT: usize = 100;
const MAX_REASON: usize = 300;
const MAX_DAYS: u8 = 90;

/// A rule of a merchant's own: an order that fits `when` is treated as `then` says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CustomRule {
    /// Its name, no other rule's; up to 100 characters.
    pub name: String,
    /// Which orders.
    pub when: Condition,
    /// What becomes of them. `OFF` keeps a rule for later.
    pub then: Treatment,
    /// What the person who looks at such an order is told; up to 300 characters.
    pub reason: String,
}

/// What an order may be like. A condition with several values fits when one of them does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(no_recursion)]
pub enum Condition {
    /// Every one of these fits.
    All(Vec<Condition>),
    /// At least one of these fits.
    Any(Vec<Condition>),
    /// This does not fit.
    Not(Box<Condition>),
    /// It came through one of these channels.
    #[schema(value_type = Vec<String>)]
    Channel(Vec<ChannelId>),
    /// At least a part of it is paid so.
    Payment(Vec<PaymentMethod>),
    /// It costs at least this much, in its currency's smallest unit.
    TotalAtLeast(u32),
    /// It is in one of these currencies.
    Currency(Vec<Currency>),
    /// It has at least so many units.
    UnitsAtLeast(u32),
    /// It has one of these SKUs.
    Sku(Vec<String>),
    /// It has a SKU that begins so.
    SkuPrefix(Vec<String>),
    /// A part of it goes to one of these prefectures, such as 沖縄県.
    Prefecture(Vec<String>),
    /// A part of it goes to one of these countries (ISO 3166-1, `JP` for Japan).
    Country(Vec<String>),
    /// The customer's note contains one of these texts; width and case do not matter.
    NoteContains(Vec<String>),
    /// The channel warns of it with one of these codes.
    Caution(Vec<String>),
    /// It is of one of these kinds.
    Kind(Vec<OrderKind>),
    /// A part of it is wanted at most so many days after the order came in (0 to 90).
    WantedWithinDays(u8),
    /// Whether a firm orders: by a purchase order, or under its name.
    Business(bool),
    /// Whether a part of it is a gift.
    Gift(bool),
}

impl Condition {
    /// Whether `order` is like this.
    #[must_use]
    pub fn fits(&self, order: &Order) -> bool {
        let groups = &order.ship_groups;
        match self {
            Self::All(conditions) => conditions.iter().all(|condition| condition.fits(order)),
            Self::Any(conditions) => conditions.iter().any(|condition| condition.fits(order)),
            Self::Not(condition) => !condition.fits(order),
            Self::Channel(channels) => channels.contains(&order.channel),
            Self::Payment(methods) => order.payments.iter().any(|payment| methods.contains(&payment.method)),
            Self::TotalAtLeast(least) => order.billing().total >= Amount::new(i64::from(*least)),
            Self::Currency(currencies) => currencies.contains(&order.currency),
            Self::UnitsAtLeast(least) => order.lines.iter().map(|line| line.ordered).sum::<u32>() >= *least,
            Self::Sku(skus) => order.lines.iter().any(|line| skus.iter().any(|sku| sku == line.sku.as_str())),
            Self::SkuPrefix(prefixes) => {
                let begins = |sku: &str| prefixes.iter().any(|prefix| sku.starts_with(prefix.as_str()));
                order.lines.iter().any(|line| begins(line.sku.as_str()))
            }
            Self::Prefecture(names) => groups.iter().any(|group| {
                let prefecture = group.address.prefecture.reveal();
                names.iter().any(|name| name == prefecture)
            }),
            Self::Country(codes) => groups.iter().any(|group| codes.contains(&group.address.country)),
            Self::NoteContains(texts) => order.customer_note.as_ref().is_some_and(|note| {
                let note = comparable(note.reveal());
                texts.iter().any(|text| note.contains(&comparable(text)))
            }),
            Self::Caution(codes) => {
                order.particulars.cautions.iter().any(|caution| codes.contains(&caution.code))
            }
            Self::Kind(kinds) => kinds.contains(&order.particulars.kind),
            Self::WantedWithinDays(days) => is_wanted_within(order, *days),
            Self::Business(wanted) => is_of_a_firm(order) == *wanted,
            Self::Gift(wanted) => groups.iter().any(|group| !group.particulars.gift.is_empty()) == *wanted,
        }
    }

    /// Notes what is wrong with it at `path`, and counts it.
    fn check(&self, path: &str, depth: usize, count: &mut usize, defects: &mut Defects) {
        *count += 1;
        if depth > MAX_DEPTH {
            defects.note(path, format!("conditions stand at most {MAX_DEPTH} deep in one another"));
            return;
        }
        let at = |name: &str| format!("{path}.{name}");
        match self {
            Self::All(conditions) => check_all(conditions, &at("all"), depth, count, defects),
            Self::Any(conditions) => check_all(conditions, &at("any"), depth, count, defects),
            Self::Not(condition) => condition.check(&at("not"), depth + 1, count, defects),
            Self::Channel(values) => check_count(values.len(), &at("channel"), defects),
            Self::Payment(values) => check_count(values.len(), &at("payment"), defects),
            Self::Currency(values) => check_count(values.len(), &at("currency"), defects),
            Self::Kind(values) => check_count(values.len(), &at("kind"), defects),
            Self::Sku(values) => check_texts(values, &at("sku"), defects),
            Self::SkuPrefix(values) => check_texts(values, &at("sku_prefix"), defects),
            Self::NoteContains(values) => check_texts(values, &at("note_contains"), defects),
            Self::Caution(values) => check_texts(values, &at("caution"), defects),
            Self::Prefecture(names) => {
                check_count(names.len(), &at("prefecture"), defects);
                let rule = "must be full names of prefectures, such as 東京都 or 沖縄県";
                defects.check(names.iter().all(|name| is_prefecture(name)), &at("prefecture"), rule);
            }
            Self::Country(codes) => {
                check_count(codes.len(), &at("country"), defects);
                let rule = "must be codes of two capital letters, such as JP or US";
                defects.check(codes.iter().all(|code| Address::is_country_code(code)), &at("country"), rule);
            }
            Self::WantedWithinDays(days) => {
                defects.check(*days <= MAX_DAYS, &at("wanted_within_days"), "must be 0 to 90");
            }
            Self::TotalAtLeast(_) | Self::UnitsAtLeast(_) | Self::Business(_) | Self::Gift(_) => {}
        }
    }
}

/// Notes what is wrong with a merchant's own rules.
pub(super) fn check(rules: &[CustomRule], defects: &mut Defects) {
    if rules.len() > MAX_RULES {
        defects.note("custom", format!("a merchant has at most {MAX_RULES} rules of its own"));
        return;
    }
    let mut count = 0;
    for (i, rule) in rules.iter().enumerate() {
        let at = |field: &str| format!("custom[{i}].{field}");
        defects.check_text(&rule.name, MAX_TEXT, &at("name"));
        let is_taken = rules.iter().take(i).any(|other| other.name == rule.name);
        defects.check(!is_taken, &at("name"), "another rule has this name");
        defects.check_text(&rule.reason, MAX_REASON, &at("reason"));
        if let Err(allowed) = rule.then.check() {
            defects.note(at("then"), allowed);
        }
        rule.when.check(&at("when"), 1, &mut count, defects);
    }
    let rule = format!("have {count} conditions in all; at most {MAX_CONDITIONS} are looked at");
    defects.check(count <= MAX_CONDITIONS, "custom", &rule);
}

fn check_all(conditions: &[Condition], path: &str, depth: usize, count: &mut usize, defects: &mut Defects) {
    check_count(conditions.len(), path, defects);
    for (i, condition) in conditions.iter().enumerate().take(MAX_VALUES) {
        condition.check(&format!("{path}[{i}]"), depth + 1, count, defects);
    }
}

fn check_count(count: usize, path: &str, defects: &mut Defects) {
    defects.check((1..=MAX_VALUES).contains(&count), path, "must have 1 to 100 entries");
}

fn check_texts(texts: &[String], path: &str, defects: &mut Defects) {
    check_count(texts.len(), path, defects);
    for (i, text) in texts.iter().enumerate().take(MAX_VALUES) {
        defects.check_text(text, MAX_TEXT, &format!("{path}[{i}]"));
    }
}

/// A text as it is compared, however wide and large it was typed.
pub(crate) fn comparable(text: &str) -> String {
    fold(text).trim().to_lowercase()
}

fn is_wanted_within(order: &Order, days: u8) -> bool {
    let received_on = japan::local(order.received_at).date();
    let Ok(last) = received_on.checked_add(i64::from(days).days()) else { return true };
    order.ship_groups.iter().any(|group| group.desired.date.is_some_and(|date| date <= last))
}

fn is_of_a_firm(order: &Order) -> bool {
    let has_name = order.customer.company.as_ref().is_some_and(|name| !name.is_empty());
    has_name || order.particulars.purchase_order.is_some()
}

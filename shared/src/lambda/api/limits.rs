//! What orders share: promotion codes, accounts, points, the block list.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Defects;
use super::address::AddressBody;
use crate::app::limit_store::Registered;
use crate::app::manage_limits::{Block, PointsSlip};
use crate::domain::account::{Account, PointIssuer};
use crate::domain::customer::Personal;
use crate::domain::fraud::{Blocked, Feature, MarkKind};
use crate::domain::ids::{AccountId, ChannelId, IssuerId, PromotionCode};
use crate::domain::intake::Impossible;
use crate::domain::money::{Amount, Currency};
use crate::domain::promotion::{Conditions, Gives, Promotion};
use crate::lambda::http::Problem;

/// The most SKUs or channels a condition names.
const MAX_NAMES: usize = 50;
const AMOUNT_RULE: &str = "must be 1 to 1,000,000,000 of the currency's smallest unit";

/// The code of a path, as customers may type it.
///
/// # Errors
/// 400 when it is none.
pub fn promotion_code(text: &str) -> Result<PromotionCode, Problem> {
    let rule = "must be 1 to 40 characters of A-Z 0-9 . _ - and begin with a letter or digit";
    Promotion::read_code(text).ok_or_else(|| Problem::invalid("code", rule))
}

fn amount(units: i64, field: &str, defects: &mut Defects) -> Amount {
    let amount = Amount::new(units);
    defects.check(amount.is_positive() && amount <= Amount::LIMIT, field, AMOUNT_RULE);
    amount
}

/// What a promotion code gives.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "kind", rename_all = "SCREAMING_SNAKE_CASE", deny_unknown_fields)]
pub enum GivesBody {
    /// A part of the price of the goods, rounded down to the currency's smallest unit.
    Percent {
        /// 1 to 10,000: 1,000 is 10 %.
        basis_points: u16,
    },
    /// So much, at most what the goods cost.
    Amount {
        /// How much, in the currency's smallest unit.
        amount: i64,
    },
    /// What shipping costs.
    FreeShipping,
}

/// A promotion code. Codes are the same in capitals and in small letters.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PromotionBody {
    /// What it gives.
    pub gives: GivesBody,
    /// The currency of its amounts, and of the orders it is for.
    #[serde(default)]
    pub currency: Currency,
    /// For orders placed at this moment or later.
    #[serde(default)]
    pub from: Option<Timestamp>,
    /// For orders placed before this moment.
    #[serde(default)]
    pub until: Option<Timestamp>,
    /// The goods it is for cost at least this.
    #[serde(default)]
    pub least_goods: i64,
    /// For SKUs that begin with one of these; for all when there are none. At most 50.
    #[serde(default)]
    pub skus: Vec<String>,
    /// For orders of these channels; of all when there are none. At most 50.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    pub channels: Vec<ChannelId>,
    /// Only for the first order of a customer.
    #[serde(default)]
    pub first_order_only: bool,
    /// How many orders may use it; any number when absent.
    #[serde(default)]
    pub limit: Option<u32>,
    /// How many orders of one customer may use it; any number when absent.
    #[serde(default)]
    pub limit_per_customer: Option<u32>,
}

impl From<Promotion> for PromotionBody {
    fn from(promotion: Promotion) -> Self {
        let Promotion { gives, currency, conditions, limit, limit_per_customer, .. } = promotion;
        let Conditions { from, until, least_goods, skus, channels, first_order_only } = conditions;
        let (gives, least_goods) = (gives.into(), least_goods.units());
        Self {
            gives,
            currency,
            from,
            until,
            least_goods,
            skus,
            channels,
            first_order_only,
            limit,
            limit_per_customer,
        }
    }
}

impl From<Gives> for GivesBody {
    fn from(gives: Gives) -> Self {
        match gives {
            Gives::Percent { basis_points } => Self::Percent { basis_points },
            Gives::Amount { amount } => Self::Amount { amount: amount.units() },
            Gives::FreeShipping => Self::FreeShipping,
        }
    }
}

impl PromotionBody {
    /// The promotion code, checked.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn read(self, code: PromotionCode) -> Result<Promotion, Vec<Impossible>> {
        let mut defects = Defects::default();
        let gives = match self.gives {
            GivesBody::Percent { basis_points } => {
                let ok = (1..=10_000).contains(&basis_points);
                defects.check(ok, "gives.basis_points", "must be 1 to 10000");
                Gives::Percent { basis_points }
            }
            GivesBody::Amount { amount: units } => {
                Gives::Amount { amount: amount(units, "gives.amount", &mut defects) }
            }
            GivesBody::FreeShipping => Gives::FreeShipping,
        };
        let ok = self.from.zip(self.until).is_none_or(|(from, until)| from < until);
        defects.check(ok, "until", "must be after from");
        let least_goods = Amount::new(self.least_goods);
        let ok = (Amount::ZERO..=Amount::LIMIT).contains(&least_goods);
        defects.check(ok, "least_goods", "must be 0 to 1,000,000,000");
        for (field, count) in [("skus", self.skus.len()), ("channels", self.channels.len())] {
            defects.check(count <= MAX_NAMES, field, "must be at most 50");
        }
        for (i, sku) in self.skus.iter().enumerate() {
            defects.check_text(sku, 64, &format!("skus[{i}]"));
        }
        for (field, limit) in [("limit", self.limit), ("limit_per_customer", self.limit_per_customer)] {
            defects.check(limit != Some(0), field, "must be at least 1; delete the code to end it");
        }
        let conditions = Conditions {
            from: self.from,
            until: self.until,
            least_goods,
            skus: self.skus,
            channels: self.channels,
            first_order_only: self.first_order_only,
        };
        defects.or(Promotion {
            code,
            gives,
            currency: self.currency,
            conditions,
            limit: self.limit,
            limit_per_customer: self.limit_per_customer,
            ended_at: None,
        })
    }
}

/// What is shown of a promotion code.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct PromotionView {
    /// The code.
    pub code: String,
    /// What it gives.
    pub gives: GivesBody,
    /// The currency of its amounts, and of the orders it is for.
    pub currency: Currency,
    /// For orders placed at this moment or later.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Timestamp>,
    /// For orders placed before this moment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// The goods it is for cost at least this.
    pub least_goods: i64,
    /// For SKUs that begin with one of these.
    pub skus: Vec<String>,
    /// For orders of these channels.
    pub channels: Vec<String>,
    /// Only for the first order of a customer.
    pub first_order_only: bool,
    /// How many orders may use it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// How many orders of one customer may use it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit_per_customer: Option<u32>,
    /// When it was ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// How many orders use it, if that is limited and this is asked of it alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uses: Option<i64>,
}

impl PromotionView {
    /// The promotion code, and how many orders use it.
    #[must_use]
    pub fn new(promotion: Promotion, uses: Option<i64>) -> Self {
        let Promotion { code, gives, currency, conditions, limit, limit_per_customer, ended_at } = promotion;
        Self {
            code: code.into(),
            gives: gives.into(),
            currency,
            from: conditions.from,
            until: conditions.until,
            least_goods: conditions.least_goods.units(),
            skus: conditions.skus,
            channels: conditions.channels.into_iter().map(String::from).collect(),
            first_order_only: conditions.first_order_only,
            limit,
            limit_per_customer,
            ended_at,
            uses: uses.filter(|_| limit.is_some()),
        }
    }

    /// What is shown of it in a list.
    #[must_use]
    pub fn of_registered(registered: Registered) -> Option<Self> {
        if let Registered::Promotion(promotion) = registered {
            Some(Self::new(promotion, None))
        } else {
            None
        }
    }
}

/// What was agreed with an account of a business.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountBody {
    /// The currency of its amounts and of its orders.
    #[serde(default)]
    pub currency: Currency,
    /// How much it may owe at any time 与信限度額, 0 to 1,000,000,000.
    pub credit_limit: i64,
    /// The days it has to pay after the goods have left 支払サイト, 1 to 180.
    pub payment_terms_days: u16,
    /// Whether its orders must quote a purchase order number 発注番号.
    #[serde(default)]
    pub requires_purchase_order: bool,
    /// Orders of more than this have to be approved; none when absent.
    #[serde(default)]
    pub approval_above: Option<i64>,
}

impl From<Account> for AccountBody {
    fn from(account: Account) -> Self {
        Self {
            currency: account.currency,
            credit_limit: account.credit_limit.units(),
            payment_terms_days: account.payment_terms_days,
            requires_purchase_order: account.requires_purchase_order,
            approval_above: account.approval_above.map(Amount::units),
        }
    }
}

impl AccountBody {
    /// The account, checked.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn read(self, id: AccountId) -> Result<Account, Vec<Impossible>> {
        let mut defects = Defects::default();
        let in_range = |units: i64| (0..=Amount::LIMIT.units()).contains(&units);
        defects.check(in_range(self.credit_limit), "credit_limit", "must be 0 to 1,000,000,000");
        let ok = (1..=180).contains(&self.payment_terms_days);
        defects.check(ok, "payment_terms_days", "must be 1 to 180");
        let ok = self.approval_above.is_none_or(in_range);
        defects.check(ok, "approval_above", "must be 0 to 1,000,000,000");
        defects.or(Account {
            id,
            currency: self.currency,
            credit_limit: Amount::new(self.credit_limit),
            payment_terms_days: self.payment_terms_days,
            requires_purchase_order: self.requires_purchase_order,
            approval_above: self.approval_above.map(Amount::new),
        })
    }
}

/// What is shown of an account.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct AccountView {
    /// Its id.
    pub account: String,
    /// The currency of its amounts and of its orders.
    pub currency: Currency,
    /// How much it may owe at any time.
    pub credit_limit: i64,
    /// How much of that it uses now, if this is asked of it alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credit_used: Option<i64>,
    /// The days it has to pay after the goods have left.
    pub payment_terms_days: u16,
    /// Whether its orders must quote a purchase order number.
    pub requires_purchase_order: bool,
    /// Orders of more than this have to be approved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approval_above: Option<i64>,
}

impl AccountView {
    /// The account, and the credit it uses.
    #[must_use]
    pub fn new(account: Account, used: Option<i64>) -> Self {
        Self {
            account: account.id.into(),
            currency: account.currency,
            credit_limit: account.credit_limit.units(),
            credit_used: used,
            payment_terms_days: account.payment_terms_days,
            requires_purchase_order: account.requires_purchase_order,
            approval_above: account.approval_above.map(Amount::units),
        }
    }

    /// What is shown of it in a list.
    #[must_use]
    pub fn of_registered(registered: Registered) -> Option<Self> {
        if let Registered::Account(account) = registered { Some(Self::new(account, None)) } else { None }
    }
}

/// An issuer of points of the merchant's own.
#[derive(Debug, Clone, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PointIssuerBody {
    /// The channels whose orders bring its points; all when there are none. At most 50.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    pub channels: Vec<ChannelId>,
    /// How many points for 10,000 yen of goods: 100 is 1 %. None when 0.
    #[serde(default)]
    pub earn_basis_points: u16,
}

impl From<PointIssuer> for PointIssuerBody {
    fn from(issuer: PointIssuer) -> Self {
        Self { channels: issuer.channels, earn_basis_points: issuer.earn_basis_points }
    }
}

impl PointIssuerBody {
    /// The issuer, checked.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn read(self, id: IssuerId) -> Result<PointIssuer, Vec<Impossible>> {
        let mut defects = Defects::default();
        let capitals = !id.as_str().contains(|c: char| c.is_ascii_lowercase());
        defects.check(capitals, "issuer", "must be in capitals, as orders are compared with it");
        defects.check(self.channels.len() <= MAX_NAMES, "channels", "must be at most 50");
        defects.check(self.earn_basis_points <= 10_000, "earn_basis_points", "must be 0 to 10000");
        defects.or(PointIssuer { id, channels: self.channels, earn_basis_points: self.earn_basis_points })
    }
}

/// What is shown of an issuer of points.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct PointIssuerView {
    /// Its id.
    pub issuer: String,
    /// The channels whose orders bring its points.
    pub channels: Vec<String>,
    /// How many points for 10,000 yen of goods.
    pub earn_basis_points: u16,
}

impl From<PointIssuer> for PointIssuerView {
    fn from(issuer: PointIssuer) -> Self {
        Self {
            issuer: issuer.id.into(),
            channels: issuer.channels.into_iter().map(String::from).collect(),
            earn_basis_points: issuer.earn_basis_points,
        }
    }
}

impl PointIssuerView {
    /// What is shown of it in a list.
    #[must_use]
    pub fn of_registered(registered: Registered) -> Option<Self> {
        if let Registered::PointIssuer(issuer) = registered { Some(issuer.into()) } else { None }
    }
}

/// Points for a customer, who is named by mail address or by phone number.
#[derive(Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PointsBody {
    /// The customer's mail address.
    #[serde(default)]
    pub mail: Option<String>,
    /// The customer's phone number, if orders come without a mail address.
    #[serde(default)]
    pub phone: Option<String>,
    /// How many; taken when negative; with 0 the balance is only told.
    pub points: i64,
    /// The slip: the same one counts once.
    #[schema(example = "campaign-2026-11")]
    pub reference: String,
}

impl PointsBody {
    /// The slip, checked.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn read(self, issuer: IssuerId) -> Result<PointsSlip, Vec<Impossible>> {
        let mut defects = Defects::default();
        let ok = self.points.abs() <= Amount::LIMIT.units();
        defects.check(ok, "points", "must be at most 1,000,000,000");
        defects.check_text(&self.reference, 100, "reference");
        let customer = match (&self.mail, &self.phone) {
            (Some(mail), None) => Feature::mail(mail),
            (None, Some(phone)) => Feature::phone(phone),
            (Some(_), Some(_)) | (None, None) => None,
        };
        let rule = "name the customer by a mail address, or by a phone number, not by both";
        defects.check(customer.is_some(), "mail", rule);
        let nobody = Feature { kind: MarkKind::Mail, text: Personal::default(), detail: None };
        let customer = customer.unwrap_or(nobody);
        defects.or(PointsSlip { issuer, customer, points: self.points, reference: self.reference })
    }
}

/// How many points a customer has.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct PointsView {
    /// How many.
    pub points: i64,
}

/// What is to be blocked.
#[derive(Clone, Deserialize, utoipa::ToSchema)]
#[serde(tag = "kind", rename_all = "SCREAMING_SNAKE_CASE", deny_unknown_fields)]
pub enum BlockedBody {
    /// A mail address.
    Mail {
        /// The address.
        mail: String,
    },
    /// All mail addresses of a domain.
    MailDomain {
        /// The domain.
        domain: String,
    },
    /// A phone number.
    Phone {
        /// The number.
        phone: String,
    },
    /// An address, with all its rooms.
    Address {
        /// The address.
        address: Box<AddressBody>,
    },
    /// A name with a postal code.
    NameAndPostalCode {
        /// The name.
        name: String,
        /// The postal code.
        postal_code: String,
    },
    /// The number a channel knows a customer by.
    Customer {
        /// The channel.
        #[schema(value_type = String)]
        channel: ChannelId,
        /// The number.
        number: String,
    },
}

/// An entry for the block list. What is blocked is kept as a hash: it is not shown again.
#[derive(Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BlockBody {
    /// What.
    pub blocked: BlockedBody,
    /// Why, up to 500 characters.
    pub reason: String,
    /// Until when; for good when absent.
    #[serde(default)]
    pub until: Option<Timestamp>,
}

impl BlockBody {
    /// The entry, checked.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn read(self) -> Result<Block, Vec<Impossible>> {
        let mut defects = Defects::default();
        defects.check_text(&self.reason, 500, "reason");
        let feature = match self.blocked {
            BlockedBody::Mail { mail } => Feature::mail(&mail),
            BlockedBody::MailDomain { domain } => Feature::mail_domain(&domain),
            BlockedBody::Phone { phone } => Feature::phone(&phone),
            BlockedBody::Address { address } => {
                Feature::address(&address.read("blocked.address", &mut defects))
            }
            BlockedBody::NameAndPostalCode { name, postal_code } => {
                Feature::name_and_postal_code(&name, &postal_code)
            }
            BlockedBody::Customer { channel, number } => Feature::customer(&channel, &number),
        };
        defects.check(feature.is_some(), "blocked", "is none of its kind; write it as orders have it");
        let nobody = Feature { kind: MarkKind::Mail, text: Personal::default(), detail: None };
        let feature = feature.unwrap_or(nobody);
        defects.or(Block { feature, reason: self.reason.into(), until: self.until })
    }
}

/// What is shown of an entry of the block list.
#[derive(Clone, Serialize, utoipa::ToSchema)]
pub struct BlockView {
    /// What kind.
    pub kind: MarkKind,
    /// The hash of what is blocked: with the kind, the entry's key.
    pub hash: String,
    /// Why.
    pub reason: String,
    /// Who blocked it.
    pub by: String,
    /// Since when.
    pub since: Timestamp,
    /// Until when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

impl From<Blocked> for BlockView {
    fn from(entry: Blocked) -> Self {
        Self {
            kind: entry.mark.kind,
            hash: entry.mark.hash,
            reason: entry.reason.reveal().to_owned(),
            by: entry.by,
            since: entry.since,
            until: entry.until,
        }
    }
}

impl BlockView {
    /// What is shown of it in a list.
    #[must_use]
    pub fn of_registered(registered: Registered) -> Option<Self> {
        if let Registered::Blocked(entry) = registered { Some(entry.into()) } else { None }
    }
}

/// The key of an entry of the block list, as it stands in a path.
///
/// # Errors
/// 400 when it cannot be one.
pub fn block_key(kind: &str, hash: String) -> Result<(MarkKind, String), Problem> {
    let kinds = MarkKind::ALL.into_iter().filter(|kind| kind.can_be_blocked());
    let kind = kinds.into_iter().find(|known| known.name() == kind);
    let kind = kind.ok_or_else(|| Problem::invalid("kind", "is no kind of the block list"))?;
    let ok = hash.len() <= 64 && hash.bytes().all(|b| b.is_ascii_hexdigit());
    if ok { Ok((kind, hash)) } else { Err(Problem::invalid("hash", "must be the hash the list shows")) }
}

/// A page of what is registered.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct RegisteredList<T> {
    /// What is registered, by its key.
    pub items: Vec<T>,
    /// Where the next page begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn wrong<T: serde::de::DeserializeOwned, R>(
        body: Value,
        read: impl FnOnce(T) -> Result<R, Vec<Impossible>>,
    ) -> Vec<String> {
        let defects = read(serde_json::from_value(body).unwrap()).err().unwrap_or_default();
        defects.into_iter().map(|defect| defect.field).collect()
    }

    #[test]
    fn a_promotion_that_could_give_nothing_or_never_is_refused() {
        let code = || PromotionCode::new("SPRING").unwrap();
        let promotion = |body| wrong(body, |body: PromotionBody| body.read(code()));
        assert_eq!(promotion(json!({ "gives": { "kind": "FREE_SHIPPING" } })), [""; 0]);
        assert_eq!(
            promotion(json!({
                "gives": { "kind": "PERCENT", "basis_points": 10_001 },
                "from": "2026-04-02T00:00:00Z", "until": "2026-04-02T00:00:00Z", "limit": 0,
            })),
            ["gives.basis_points", "until", "limit"]
        );
    }

    #[test]
    fn who_gets_points_is_named_in_one_way() {
        let points = |body| wrong(body, |body: PointsBody| body.read(IssuerId::new("OWN").unwrap()));
        assert_eq!(points(json!({ "mail": "a@example.com", "points": 1, "reference": "1" })), [""; 0]);
        for who in
            [json!({}), json!({ "mail": "a@example.com", "phone": "090" }), json!({ "mail": "nobody" })]
        {
            let mut body = who;
            (body["points"], body["reference"]) = (json!(1), json!("1"));
            assert_eq!(points(body), ["mail"]);
        }
    }
}

//! Promotion codes.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::MAX_NAMES;
use crate::app::limit_store::Registered;
use crate::domain::ids::{ChannelId, PromotionCode};
use crate::domain::intake::Impossible;
use crate::domain::money::{Amount, Currency};
use crate::domain::promotion::{Conditions, Gives, Promotion};
use crate::lambda::api::Defects;
use crate::lambda::http::Problem;

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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::lambda::api::limits::wrong_fields;

    #[test]
    fn a_promotion_that_could_give_nothing_or_never_is_refused() {
        let code = || PromotionCode::new("SPRING").unwrap();
        let promotion = |body| wrong_fields(body, |body: PromotionBody| body.read(code()));
        assert_eq!(promotion(json!({ "gives": { "kind": "FREE_SHIPPING" } })), [""; 0]);
        assert_eq!(
            promotion(json!({
                "gives": { "kind": "PERCENT", "basis_points": 10_001 },
                "from": "2026-04-02T00:00:00Z", "until": "2026-04-02T00:00:00Z", "limit": 0,
            })),
            ["gives.basis_points", "until", "limit"]
        );
    }
}

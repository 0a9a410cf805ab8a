//! Promotion codes of a merchant's own: what each gives, on which orders, and how often.
//!
//! A code is ours when the merchant has registered it, and only then it is checked: everything else
//! in an order's discounts is the channel's, which funds and checks its own coupons.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::billing::FeeKind;
use super::ids::{ChannelId, PromotionCode};
use super::money::{Amount, Currency};
use super::order::Order;

/// What a code gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Gives {
    /// A part of the price of the goods it is for, rounded down to the currency's smallest unit.
    Percent {
        /// 1 to 10,000: 1,000 is 10 %.
        basis_points: u16,
    },
    /// So much, at most what the goods cost.
    Amount {
        /// How much.
        amount: Amount,
    },
    /// What shipping costs.
    FreeShipping,
}

/// On which orders.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conditions {
    /// Ordered at this moment or later.
    pub from: Option<Timestamp>,
    /// Ordered before this moment.
    pub until: Option<Timestamp>,
    /// The goods it is for cost at least this.
    pub least_goods: Amount,
    /// The goods it is for: SKUs that begin with one of these; all when there are none.
    pub skus: Vec<String>,
    /// The channels; all when there are none.
    pub channels: Vec<ChannelId>,
    /// Only the first order of a customer.
    pub first_order_only: bool,
}

/// A promotion code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promotion {
    /// The code, in capitals.
    pub code: PromotionCode,
    /// What it gives.
    pub gives: Gives,
    /// The currency of its amounts, and of the orders it is for.
    pub currency: Currency,
    /// On which orders.
    pub conditions: Conditions,
    /// How many orders may use it.
    pub limit: Option<u32>,
    /// How many orders of one customer may use it.
    pub limit_per_customer: Option<u32>,
    /// When the merchant ended it.
    pub ended_at: Option<Timestamp>,
}

/// Why a code does not give anything on an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unmet {
    /// Ordered too early or too late, or after its end.
    #[error("it was not valid when the customer ordered")]
    Time,
    /// Ordered elsewhere.
    #[error("it is not for this channel")]
    Channel,
    /// In another currency.
    #[error("it is for orders in {}", .0.code())]
    Currency(Currency),
    /// Too little of the goods it is for.
    #[error("the goods it is for cost less than {}", .0.units())]
    Goods(Amount),
    /// The customer has ordered before, or nothing tells who the customer is.
    #[error("it is for the first order of a customer alone")]
    NotFirst,
}

impl Promotion {
    /// The code as a customer may have typed it; `None` when it cannot be one of ours.
    #[must_use]
    pub fn read_code(text: &str) -> Option<PromotionCode> {
        PromotionCode::new(text.trim().to_ascii_uppercase()).ok()
    }

    /// What the code gives on the order as it was placed.
    ///
    /// # Errors
    /// [`Unmet`], the first condition that is not met.
    pub fn on(&self, order: &Order, is_first_order: bool) -> Result<Amount, Unmet> {
        let Conditions { from, until, least_goods, channels, first_order_only, .. } = &self.conditions;
        let at = order.ordered_at;
        let until = until.iter().chain(&self.ended_at).min();
        if from.is_some_and(|from| at < from) || until.is_some_and(|until| at >= *until) {
            return Err(Unmet::Time);
        }
        if !channels.is_empty() && !channels.contains(&order.channel) {
            return Err(Unmet::Channel);
        }
        if order.currency != self.currency {
            return Err(Unmet::Currency(self.currency));
        }
        if *first_order_only && !is_first_order {
            return Err(Unmet::NotFirst);
        }
        let goods = self.goods(order);
        if goods < *least_goods {
            return Err(Unmet::Goods(*least_goods));
        }
        Ok(match self.gives {
            Gives::Percent { basis_points } => goods.proportion(u32::from(basis_points), 10_000),
            Gives::Amount { amount } => amount.min(goods),
            Gives::FreeShipping => {
                let shipping = order.fees.iter().filter(|fee| fee.kind == FeeKind::Shipping);
                shipping.map(|fee| fee.amount).sum()
            }
        })
    }

    /// What the goods it is for cost.
    fn goods(&self, order: &Order) -> Amount {
        let skus = &self.conditions.skus;
        let is_for =
            |sku: &str| skus.is_empty() || skus.iter().any(|prefix| sku.starts_with(prefix.as_str()));
        let lines = order.lines.iter().filter(|line| is_for(line.sku.as_str()));
        lines.map(|line| line.unit_price * line.ordered).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::testing::{START, an_order, yen};

    fn promotion(gives: Gives) -> Promotion {
        Promotion {
            code: Promotion::read_code(" spring10 ").unwrap(),
            gives,
            currency: Currency::Jpy,
            conditions: Conditions::default(),
            limit: None,
            limit_per_customer: None,
            ended_at: None,
        }
    }

    fn with(change: impl FnOnce(&mut Promotion)) -> Result<Amount, Unmet> {
        let mut promotion = promotion(Gives::Amount { amount: yen(300) });
        change(&mut promotion);
        promotion.on(&an_order().order(), true)
    }

    #[test]
    fn a_part_is_rounded_down_an_amount_ends_at_the_goods_and_shipping_is_what_shipping_costs() {
        let order = an_order().of(&[(3, 333)]).with_fee(FeeKind::Shipping, 660).order();
        let gives = |gives| promotion(gives).on(&order, true).unwrap();
        assert_eq!(gives(Gives::Percent { basis_points: 1_500 }), yen(149));
        assert_eq!(gives(Gives::Amount { amount: yen(500) }), yen(500));
        assert_eq!(gives(Gives::Amount { amount: yen(5_000) }), yen(999));
        assert_eq!(gives(Gives::FreeShipping), yen(660));
    }

    #[test]
    fn each_condition_that_is_not_met_is_told() {
        assert_eq!(with(|_| ()), Ok(yen(300)));
        assert_eq!(with(|it| it.conditions.from = Some(START)), Ok(yen(300)));
        let later = START + jiff::SignedDuration::from_secs(1);
        assert_eq!(with(|it| it.conditions.from = Some(later)), Err(Unmet::Time));
        assert_eq!(with(|it| it.conditions.until = Some(START)), Err(Unmet::Time));
        assert_eq!(with(|it| it.ended_at = Some(START)), Err(Unmet::Time));
        assert_eq!(with(|it| it.ended_at = Some(later)), Ok(yen(300)));
        let elsewhere = ChannelId::new("elsewhere").unwrap();
        assert_eq!(with(|it| it.conditions.channels = vec![elsewhere]), Err(Unmet::Channel));
        assert_eq!(with(|it| it.currency = Currency::Usd), Err(Unmet::Currency(Currency::Usd)));
        assert_eq!(with(|it| it.conditions.least_goods = yen(2_000)), Ok(yen(300)));
        let more = yen(2_001);
        assert_eq!(with(|it| it.conditions.least_goods = more), Err(Unmet::Goods(more)));
        assert_eq!(with(|it| it.conditions.skus = vec!["OTHER".into()]), Ok(yen(0)));
        assert_eq!(with(|it| it.conditions.skus = vec!["OTHER".into(), "SKU-".into()]), Ok(yen(300)));
        let mut first = promotion(Gives::FreeShipping);
        first.conditions.first_order_only = true;
        assert_eq!(first.on(&an_order().order(), false), Err(Unmet::NotFirst));
    }
}

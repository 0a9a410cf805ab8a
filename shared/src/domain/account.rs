//! Business customers 法人: what was agreed with an account, and the issuers of points.

use serde::{Deserialize, Serialize};

use super::ids::{AccountId, ChannelId, IssuerId};
use super::money::{Amount, Currency};

/// An account of a business that buys on terms 掛売取引先.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Its id, as its orders quote it.
    pub id: AccountId,
    /// The currency of its amounts, and of its orders.
    pub currency: Currency,
    /// How much it may owe at any time 与信限度額.
    pub credit_limit: Amount,
    /// The days it has to pay after the goods have left 支払サイト.
    pub payment_terms_days: u16,
    /// Whether its orders must quote a purchase order number 発注番号.
    pub requires_purchase_order: bool,
    /// Orders above this have to be approved 要承認.
    pub approval_above: Option<Amount>,
}

/// An issuer of points of the merchant's own, who keeps their balances. The points of malls have
/// issuers too; what is not registered here is theirs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PointIssuer {
    /// Its id, as orders name it in the code of a discount by points.
    pub id: IssuerId,
    /// The channels whose orders bring its points; all when there are none.
    pub channels: Vec<ChannelId>,
    /// How many points for 10,000 units of what the goods cost; none when 0.
    pub earn_basis_points: u16,
}

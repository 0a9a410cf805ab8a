//! Accounts of business customers.

use serde::{Deserialize, Serialize};

use crate::app::limit_store::Registered;
use crate::domain::account::Account;
use crate::domain::ids::AccountId;
use crate::domain::intake::Impossible;
use crate::domain::money::{Amount, Currency};
use crate::lambda::api::Defects;

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

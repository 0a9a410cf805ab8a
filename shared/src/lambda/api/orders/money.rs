//! What an order costs, and how it is paid.

use jiff::Timestamp;
use serde::Serialize;

use crate::domain::billing::{Billing, Discount, DiscountKind, Fee, FeeKind, TaxLine};
use crate::domain::money::Amount;
use crate::domain::payment::{Payment, PaymentMethod, PaymentStatus};

/// What an order costs now, after what was cancelled.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct BillingView {
    /// Units × price.
    pub goods: i64,
    /// All fees.
    pub fees: i64,
    /// All discounts, positive.
    pub discount: i64,
    /// Tax per rate.
    pub taxes: Vec<TaxView>,
    /// What the channel's total has more (or less) than our own sum.
    pub adjustment: i64,
    /// What the customer pays.
    pub total: i64,
}

/// The tax of one rate.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct TaxView {
    /// The rate in basis points: 1000 is 10 %.
    pub rate_basis_points: u16,
    /// Everything invoiced at this rate.
    pub base: i64,
    /// The tax, contained in `base` or on top of it as `prices` says.
    pub tax: i64,
}

/// A fee.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct FeeView {
    /// What for.
    pub kind: FeeKind,
    /// How much.
    pub amount: i64,
}

/// A discount.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct DiscountView {
    /// Where it comes from.
    pub kind: DiscountKind,
    /// Its code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// How much, positive.
    pub amount: i64,
}

/// A payment 決済.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct PaymentView {
    /// Its id.
    pub payment: String,
    /// How.
    pub method: PaymentMethod,
    /// Where it stands.
    pub status: PaymentStatus,
    /// How much was agreed.
    pub amount: i64,
    /// How much it has to bring now.
    pub due: i64,
    /// Secured at the provider.
    pub authorized: i64,
    /// Taken, or received.
    pub captured: i64,
    /// Given back.
    pub refunded: i64,
    /// Whether nobody knows the outcome of the last operation.
    pub outcome_unknown: bool,
    /// Until when a payment in advance must come.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Timestamp>,
}

impl From<&Billing> for BillingView {
    fn from(billing: &Billing) -> Self {
        Self {
            goods: billing.goods.units(),
            fees: billing.fees.units(),
            discount: billing.discount.units(),
            taxes: billing.taxes.iter().map(Into::into).collect(),
            adjustment: billing.adjustment.units(),
            total: billing.total.units(),
        }
    }
}

impl From<&TaxLine> for TaxView {
    fn from(line: &TaxLine) -> Self {
        Self { rate_basis_points: line.rate.basis_points(), base: line.base.units(), tax: line.tax.units() }
    }
}

impl From<&Fee> for FeeView {
    fn from(fee: &Fee) -> Self {
        Self { kind: fee.kind, amount: fee.amount.units() }
    }
}

impl From<&Discount> for DiscountView {
    fn from(discount: &Discount) -> Self {
        Self { kind: discount.kind, code: discount.code.clone(), amount: discount.amount.units() }
    }
}

/// A payment with what it has to bring.
impl From<(&Payment, Amount)> for PaymentView {
    fn from((payment, due): (&Payment, Amount)) -> Self {
        Self {
            payment: payment.id.to_string(),
            method: payment.method,
            status: payment.status,
            amount: payment.amount.units(),
            due: due.units(),
            authorized: payment.authorized.units(),
            captured: payment.captured.units(),
            refunded: payment.refunded.units(),
            outcome_unknown: payment.unknown.is_some(),
            due_at: payment.requested.as_ref().map(|request| request.due_at),
        }
    }
}

//! Payments 決済 of an order.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::customer::Personal;
use super::ids::PaymentId;
use super::money::Amount;

/// How a customer pays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PaymentMethod {
    /// クレジットカード: authorized before release, captured when everything has shipped.
    Card,
    /// 銀行振込: paid in advance, known by a deposit.
    BankTransfer,
    /// コンビニ払い: paid in advance, known by a deposit.
    ConvenienceStore,
    /// 代金引換: collected by the carrier.
    CashOnDelivery,
    /// 後払い: a credit check before release; registering the shipment captures.
    PayLater,
    /// The channel has the money already.
    ChannelSettled,
}

impl PaymentMethod {
    /// Whether a provider authorizes, captures, voids and refunds.
    #[must_use]
    pub const fn has_provider(self) -> bool {
        matches!(self, Self::Card | Self::PayLater)
    }

    /// Whether a person, a bank or the channel may count money for it: an advance, what a driver did not
    /// collect, or what the channel waited for itself.
    #[must_use]
    pub const fn takes_deposits(self) -> bool {
        self.is_prepaid() || matches!(self, Self::CashOnDelivery | Self::ChannelSettled)
    }

    /// Whether the customer pays by a deposit before we ship 前払い.
    #[must_use]
    pub const fn is_prepaid(self) -> bool {
        matches!(self, Self::BankTransfer | Self::ConvenienceStore)
    }
}

/// Where a payment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PaymentStatus {
    /// Nothing has happened yet, or the customer has not paid in full.
    Pending,
    /// The provider is still deciding (与信審査中).
    Review,
    /// Secured, not yet taken (仮売上, 与信OK).
    Authorized,
    /// Refused (与信NG).
    Declined,
    /// Taken (実売上, 入金済).
    Captured,
    /// Given up before it was taken.
    Voided,
    /// The customer did not pay in time.
    Expired,
    /// Taken and partly given back.
    PartiallyRefunded,
    /// Taken and given back in full.
    Refunded,
}

/// What a provider is asked to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum OperationKind {
    /// Secure the amount, or check the customer's credit.
    Authorize,
    /// Take it, or register the shipment.
    Capture,
    /// Give up what was authorized.
    Void,
    /// Give back what was taken.
    Refund,
}

/// One thing to ask of a provider. Two operations with the same key are the same operation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operation {
    /// Which payment.
    pub payment: PaymentId,
    /// What to do.
    pub kind: OperationKind,
    /// How much. For a void: what is authorized.
    pub amount: Amount,
    /// The idempotency key: the payment, the operation, and its running number.
    pub key: String,
}

/// What a provider answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum OperationOutcome {
    /// Done.
    Approved {
        /// How much was really done: a repeated key answers with what was done the first time.
        amount: Amount,
        /// The provider's own reference.
        reference: String,
        /// Until when an authorization holds.
        valid_until: Option<Timestamp>,
    },
    /// Refused, for good.
    Declined {
        /// The provider's reason.
        code: String,
    },
    /// Not decided yet; ask again later.
    Review {
        /// The provider's own reference.
        reference: String,
    },
    /// Nobody knows whether it happened. Never to be repeated blindly: the provider is asked.
    Unknown,
}

/// A payment of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    /// Its id; customers quote it with a transfer.
    pub id: PaymentId,
    /// How.
    pub method: PaymentMethod,
    /// How much was agreed at the order. What is due may become less (see `Order::targets`).
    pub amount: Amount,
    /// Where it stands.
    pub status: PaymentStatus,
    /// The card token or the customer's reference at the provider.
    pub token: Option<Personal>,
    /// The provider's reference of the authorization.
    pub reference: Option<String>,
    /// Secured at the provider.
    pub authorized: Amount,
    /// Until when that holds, if the provider said so; unknown in rows older than this field.
    #[serde(default)]
    pub valid_until: Option<Timestamp>,
    /// Taken, or received.
    pub captured: Amount,
    /// Given back.
    pub refunded: Amount,
    /// The operation whose outcome nobody knows.
    pub unknown: Option<Operation>,
    /// When to ask the provider again about what is unknown or in review; `None` meanwhile is now.
    pub check_at: Option<Timestamp>,
    /// How often the provider was asked about it in vain; each time we wait longer.
    #[serde(default)]
    pub checks: u8,
    /// What the provider refused after the authorization; it is not asked again before somebody has
    /// closed the ticket that tells.
    pub refused: Vec<OperationKind>,
    /// How often the provider was asked anew after a refusal; numbers the idempotency keys.
    pub attempt: u16,
    /// How many refunds were made; numbers the idempotency keys.
    pub refunds: u16,
    /// The references of the refunds already counted.
    pub refund_references: Vec<String>,
    /// When a prepaid payment was asked for, and until when it must come.
    pub requested: Option<PaymentRequest>,
    /// The bank references of the deposits already counted.
    pub deposits: Vec<String>,
}

/// That the customer was asked to pay in advance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentRequest {
    /// Until when.
    pub due_at: Timestamp,
    /// When to remind.
    pub remind_at: Timestamp,
    /// Whether the reminder was sent, or would be due with the request itself.
    pub reminded: bool,
}

impl Payment {
    /// What we hold: taken less given back.
    #[must_use]
    pub fn held(&self) -> Amount {
        self.captured - self.refunded
    }

    /// Whether the authorization holds no longer at `now`.
    #[must_use]
    pub fn has_ended_by(&self, now: Timestamp) -> bool {
        self.status == PaymentStatus::Authorized && self.valid_until.is_some_and(|until| until <= now)
    }

    /// Whether goods worth `target` may leave: the payment gate 入金ゲート of this payment.
    #[must_use]
    pub fn secures(&self, target: Amount) -> bool {
        match self.method {
            PaymentMethod::CashOnDelivery => true,
            PaymentMethod::Card | PaymentMethod::PayLater => {
                target.is_zero()
                    || self.unknown.is_none() && (self.authorized >= target || self.held() >= target)
            }
            PaymentMethod::BankTransfer | PaymentMethod::ConvenienceStore | PaymentMethod::ChannelSettled => {
                self.held() >= target
            }
        }
    }

    /// The operation of `kind` over `amount` that comes next for this payment.
    #[must_use]
    pub fn operation(&self, kind: OperationKind, amount: Amount) -> Operation {
        let number = match kind {
            // Both only count up, so no two refunds have the same number.
            OperationKind::Refund => self.attempt + self.refunds,
            OperationKind::Authorize | OperationKind::Capture | OperationKind::Void => self.attempt,
        };
        let name = match kind {
            OperationKind::Authorize => "authorize",
            OperationKind::Capture => "capture",
            OperationKind::Void => "void",
            OperationKind::Refund => "refund",
        };
        Operation { payment: self.id.clone(), kind, amount, key: format!("{}:{name}:{number}", self.id) }
    }
}

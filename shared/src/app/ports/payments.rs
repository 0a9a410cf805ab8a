//! Whoever moves the money.

use std::future::Future;

use crate::domain::customer::Personal;
use crate::domain::money::Currency;
use crate::domain::payment::{Operation, OperationOutcome, PaymentMethod};

/// The provider could not be reached, and surely has not done anything.
#[derive(Debug, thiserror::Error)]
#[error("the payment provider is unavailable")]
pub struct ProviderUnavailable(#[source] pub Box<dyn std::error::Error + Send + Sync>);

/// What a provider needs to know besides the operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderContext {
    /// Card or pay-later.
    pub method: PaymentMethod,
    /// The card token or the customer's reference.
    pub token: Option<Personal>,
    /// The provider's reference of the authorization.
    pub reference: Option<String>,
    /// The currency of the amount.
    pub currency: Currency,
}

/// A payment provider 決済代行. Contract: two calls with the same key do the thing at most once and
/// both tell its outcome. An adapter of a provider without idempotency keys has to see to that.
pub trait PaymentProvider: Send + Sync {
    /// Does the operation. A lost answer is `Ok(Unknown)`.
    fn perform(
        &self,
        operation: &Operation,
        context: &ProviderContext,
    ) -> impl Future<Output = Result<OperationOutcome, ProviderUnavailable>> + Send;

    /// What became of the operation; `None` when the provider never got it.
    fn look(
        &self,
        operation: &Operation,
        context: &ProviderContext,
    ) -> impl Future<Output = Result<Option<OperationOutcome>, ProviderUnavailable>> + Send;
}

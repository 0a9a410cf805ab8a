//! Merchants, with all that is theirs.

use std::future::Future;

use super::{ListError, Page, StoreError};
use crate::domain::ids::{ChannelId, MerchantId, Sku};
use crate::domain::merchant::{Channel, Merchant, Product};
use crate::domain::rule_pack::RuleVersion;

/// The merchant or product was changed meanwhile: read it and change it again.
#[derive(Debug, thiserror::Error)]
pub enum PutError {
    /// Somebody else changed it.
    #[error("it was changed meanwhile")]
    Conflict,
    /// The store could not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Where merchants, their rules, channels and products are kept.
pub trait MerchantStore: Send + Sync {
    /// A merchant; `None` when there is none.
    fn merchant(&self, id: &MerchantId) -> impl Future<Output = Result<Option<Merchant>, StoreError>> + Send;

    /// Writes a merchant with the rules of this version, both or neither. The stored version must be
    /// one less; version 1 must not exist.
    fn put_merchant(
        &self,
        merchant: &Merchant,
        rules: &RuleVersion,
    ) -> impl Future<Output = Result<(), PutError>> + Send;

    /// The rules that came with `version` of a merchant's settings; `None` when there were none. They
    /// never change.
    fn rules(
        &self,
        merchant: &MerchantId,
        version: u32,
    ) -> impl Future<Output = Result<Option<RuleVersion>, StoreError>> + Send;

    /// A page of all versions of a merchant's rules, the newest first.
    fn list_rules(
        &self,
        merchant: &MerchantId,
        cursor: Option<&str>,
        limit: usize,
    ) -> impl Future<Output = Result<Page<RuleVersion>, ListError>> + Send;

    /// A page of all merchants, by id.
    fn list_merchants(
        &self,
        cursor: Option<&str>,
        limit: usize,
    ) -> impl Future<Output = Result<Page<MerchantId>, ListError>> + Send;

    /// A channel; `None` when there is none.
    fn channel(&self, id: &ChannelId) -> impl Future<Output = Result<Option<Channel>, StoreError>> + Send;

    /// Writes a channel. `Conflict` when it belongs to another merchant.
    fn put_channel(&self, channel: &Channel) -> impl Future<Output = Result<(), PutError>> + Send;

    /// A page of a merchant's channels by id.
    fn list_channels(
        &self,
        merchant: &MerchantId,
        cursor: Option<&str>,
        limit: usize,
    ) -> impl Future<Output = Result<Page<Channel>, ListError>> + Send;

    /// Those of the SKUs that are in the catalogue, in any order. At most 100 SKUs.
    fn products(
        &self,
        merchant: &MerchantId,
        skus: &[Sku],
    ) -> impl Future<Output = Result<Vec<Product>, StoreError>> + Send;

    /// Writes a product; the last one wins.
    fn put_product(
        &self,
        merchant: &MerchantId,
        product: &Product,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// A page of the catalogue by SKU.
    fn list_products(
        &self,
        merchant: &MerchantId,
        cursor: Option<&str>,
        limit: usize,
    ) -> impl Future<Output = Result<Page<Product>, ListError>> + Send;
}

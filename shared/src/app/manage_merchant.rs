//! Keeps merchants, their channels, catalogue and stock 店舗・商品・在庫管理.

use super::access::{Denied, Permission, Principal};
use super::failure::Failure;
use super::idempotency::{KeyReused, Reply, recall};
use super::operate_order::Caller;
use super::ports::{
    AnswerStore, Clock, LedgerEntry, LedgerReason, ListError, MerchantStore, Page, PutError, StockChange,
    StockChanged, StockStore, StoreError,
};
use crate::domain::customer::Language;
use crate::domain::ids::{LocationId, MerchantId, Sku};
use crate::domain::merchant::{Channel, Merchant, OrderPolicy, Product, ShopProfile};
use crate::domain::rule_pack::{RulePack, RuleVersion, Saved};
use crate::domain::stock::{Stock, StockDelta, StockKey};

/// What of a merchant can be set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MerchantSettings {
    /// The shop as customers see it.
    pub shop: ShopProfile,
    /// How its orders are handled; `None` as until now.
    pub policy: Option<OrderPolicy>,
    /// The language of mails when an order names none.
    pub language: Language,
    /// Its stock locations, the preferred one first.
    pub locations: Vec<LocationId>,
}

/// Why it was not done.
#[derive(Debug, thiserror::Error)]
pub enum ManageError {
    /// There is no such thing.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// The caller may not.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// Somebody else changed it meanwhile, or it is another version than the caller saw.
    #[error("it was changed meanwhile")]
    Changed,
    /// The channel's id is taken by another merchant.
    #[error("the channel belongs to another merchant")]
    ChannelTaken,
    /// The reference was used for another change.
    #[error("this reference was used before for another change")]
    ReferenceReused,
    /// There would be less than nothing.
    #[error("that would leave fewer than 0 units")]
    BelowZero,
    /// The customer would have fewer than no points.
    #[error("the customer does not have so many points")]
    TooFewPoints,
    /// There are as many as there may be.
    #[error("a merchant has at most {1} {0}")]
    TooMany(&'static str, usize),
    /// The `Idempotency-Key` was used for another request.
    #[error(transparent)]
    KeyReused(#[from] KeyReused),
    /// A location the merchant does not have.
    #[error("the merchant has no such location")]
    NoSuchLocation,
    /// The cursor is wrong.
    #[error("the cursor is not one this list gave out")]
    BadCursor,
    /// It failed.
    #[error(transparent)]
    Failed(#[from] Failure),
}

impl From<StoreError> for ManageError {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<PutError> for ManageError {
    fn from(error: PutError) -> Self {
        match error {
            PutError::Conflict => Self::Changed,
            PutError::Store(error) => error.into(),
        }
    }
}

impl From<ListError> for ManageError {
    fn from(error: ListError) -> Self {
        match error {
            ListError::BadCursor => Self::BadCursor,
            ListError::Store(error) => error.into(),
        }
    }
}

/// A change of stock by a person or a warehouse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StockMove {
    /// Whose.
    pub merchant: MerchantId,
    /// Which.
    pub key: StockKey,
    /// What changes.
    pub delta: StockDelta,
    /// Why.
    pub reason: LedgerReason,
    /// The slip or count: the same one changes the stock once.
    pub reference: String,
}

/// The administration of merchants.
#[derive(Debug, Clone)]
pub struct ManageMerchant<S, C> {
    /// Merchants and stock.
    pub store: S,
    /// The time.
    pub clock: C,
}

impl<S: MerchantStore + StockStore + AnswerStore, C: Clock> ManageMerchant<S, C> {
    /// A merchant.
    ///
    /// # Errors
    /// [`ManageError`].
    pub async fn merchant(&self, who: &Principal, id: &MerchantId) -> Result<Merchant, ManageError> {
        who.require(Permission::Read, id)?;
        self.store.merchant(id).await?.ok_or(ManageError::NotFound("merchant"))
    }

    /// Creates a merchant or changes its settings. With `expected` the stored version must be that.
    ///
    /// # Errors
    /// [`ManageError`].
    pub async fn save_merchant(
        &self,
        who: &Principal,
        id: &MerchantId,
        settings: MerchantSettings,
        expected: Option<u64>,
    ) -> Result<Merchant, ManageError> {
        who.require(Permission::ManageMerchant, id)?;
        let known = self.store.merchant(id).await?;
        let version = known.as_ref().map_or(0, |merchant| merchant.version);
        if expected.is_some_and(|expected| expected != version) {
            return Err(ManageError::Changed);
        }
        let pack = match &known {
            Some(known) => self.rules_of(known).await?.pack,
            None => RulePack::default(),
        };
        let MerchantSettings { shop, policy, language, locations } = settings;
        let policy = policy.unwrap_or_else(|| pack.policy.clone());
        let merchant = Merchant { id: id.clone(), version, shop, policy, language, locations };
        self.save_next(who, merchant, pack).await
    }

    /// Writes the next version of a merchant, and the rules that come with it.
    pub(super) async fn save_next(
        &self,
        who: &Principal,
        mut merchant: Merchant,
        pack: RulePack,
    ) -> Result<Merchant, ManageError> {
        merchant.version += 1;
        merchant.policy.version = u32::try_from(merchant.version).unwrap_or(u32::MAX);
        let saved = Saved { at: self.clock.now(), by: who.subject.clone() };
        let rules = RuleVersion::of(&merchant, pack, Some(saved));
        self.store.put_merchant(&merchant, &rules).await?;
        Ok(merchant)
    }

    /// Registers a channel of a merchant, or changes how it proves itself.
    ///
    /// # Errors
    /// [`ManageError`].
    pub async fn save_channel(&self, who: &Principal, channel: &Channel) -> Result<(), ManageError> {
        who.require(Permission::ManageMerchant, &channel.merchant)?;
        self.existing(&channel.merchant).await?;
        match self.store.put_channel(channel).await {
            Err(PutError::Conflict) => Err(ManageError::ChannelTaken),
            other => Ok(other?),
        }
    }

    /// Puts a product into the catalogue, or changes it.
    ///
    /// # Errors
    /// [`ManageError`].
    pub async fn save_product(
        &self,
        who: &Principal,
        merchant: &MerchantId,
        product: &Product,
    ) -> Result<(), ManageError> {
        who.require(Permission::ManageCatalogue, merchant)?;
        self.existing(merchant).await?;
        Ok(self.store.put_product(merchant, product).await?)
    }

    /// A product of the catalogue.
    ///
    /// # Errors
    /// [`ManageError`].
    pub async fn product(
        &self,
        who: &Principal,
        merchant: &MerchantId,
        sku: &Sku,
    ) -> Result<Product, ManageError> {
        who.require(Permission::Read, merchant)?;
        let found = self.store.products(merchant, std::slice::from_ref(sku)).await?;
        found.into_iter().next().ok_or(ManageError::NotFound("product"))
    }

    /// A page of the catalogue.
    ///
    /// # Errors
    /// [`ManageError`].
    pub async fn products(
        &self,
        who: &Principal,
        merchant: &MerchantId,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<Product>, ManageError> {
        who.require(Permission::Read, merchant)?;
        Ok(self.store.list_products(merchant, cursor, limit).await?)
    }

    /// The stock of a SKU at each of the merchant's locations.
    ///
    /// # Errors
    /// [`ManageError`].
    pub async fn stock(
        &self,
        who: &Principal,
        merchant: &MerchantId,
        sku: &Sku,
    ) -> Result<Vec<(LocationId, Stock)>, ManageError> {
        who.require(Permission::Read, merchant)?;
        let locations = self.existing(merchant).await?.locations;
        let key = |location: &LocationId| StockKey { sku: sku.clone(), location: location.clone() };
        let keys: Vec<StockKey> = locations.iter().map(key).collect();
        let counts = self.store.counts(merchant, &keys).await?;
        Ok(locations.into_iter().zip(counts).collect())
    }

    /// Receives or adjusts stock, and tells the caller what `reply` makes of the counts afterwards. A
    /// repeated request is told the same again. Units that become free go to the orders that wait, the
    /// first in first.
    ///
    /// # Errors
    /// [`ManageError`].
    pub async fn move_stock(
        &self,
        caller: &Caller,
        change: StockMove,
        reply: impl Fn(&Stock) -> Reply + Send + Sync,
    ) -> Result<Reply, ManageError> {
        caller.principal.require(Permission::ManageStock, &change.merchant)?;
        let repeatable = caller.repeatable.as_ref();
        if let Some(told) = recall(&self.store, repeatable, self.clock.now()).await? {
            return Ok(told?);
        }
        let merchant = self.existing(&change.merchant).await?;
        if !merchant.locations.contains(&change.key.location) {
            return Err(ManageError::NoSuchLocation);
        }
        self.product(&caller.principal, &change.merchant, &change.key.sku).await?;
        let key = change.key.clone();
        let change = StockChange {
            merchant: change.merchant,
            key: change.key,
            delta: change.delta,
            reason: change.reason,
            reference: change.reference,
            at: self.clock.now(),
            cause: caller.cause(),
        };
        match self.store.change(&change).await? {
            StockChanged::Done | StockChanged::AlreadyDone => {}
            StockChanged::ReferenceReused => return Err(ManageError::ReferenceReused),
            StockChanged::BelowZero => return Err(ManageError::BelowZero),
        }
        let counts = self.store.counts(&merchant.id, &[key]).await?;
        let told = reply(&counts.into_iter().next().unwrap_or_default());
        // Cut off before this, the same request finds its slip booked and is told the counts of then.
        if let Some(request) = repeatable {
            self.store.remember(&request.answer(told.clone(), self.clock.now())).await?;
        }
        Ok(told)
    }

    /// A page of a stock's ledger, the newest first.
    ///
    /// # Errors
    /// [`ManageError`].
    pub async fn ledger(
        &self,
        who: &Principal,
        merchant: &MerchantId,
        key: &StockKey,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<LedgerEntry>, ManageError> {
        who.require(Permission::Read, merchant)?;
        Ok(self.store.ledger(merchant, key, cursor, limit).await?)
    }

    pub(super) async fn existing(&self, id: &MerchantId) -> Result<Merchant, ManageError> {
        self.store.merchant(id).await?.ok_or(ManageError::NotFound("merchant"))
    }
}

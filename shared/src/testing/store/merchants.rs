//! Merchants, their rules, channels and products.

use std::collections::BTreeSet;

use super::{MemoryStore, Ordering, page};
use crate::app::ports::{ListError, MerchantStore, Page, PutError, StoreError};
use crate::domain::ids::{ChannelId, MerchantId, Sku};
use crate::domain::merchant::{Channel, Merchant, Product};
use crate::domain::rule_pack::RuleVersion;
use crate::testing::Call;

impl MerchantStore for MemoryStore {
    async fn merchant(&self, id: &MerchantId) -> Result<Option<Merchant>, StoreError> {
        self.read(Call::Merchant(id.clone()), |state| state.merchants.get(id).cloned()).await
    }

    async fn put_merchant(&self, merchant: &Merchant, rules: &RuleVersion) -> Result<(), PutError> {
        let call = Call::PutMerchant(Box::new(merchant.clone()), Box::new(rules.clone()));
        self.write(call, |state| {
            let of_version = (merchant.id.clone(), rules.version);
            let (known, saved) = (state.merchants.get(&merchant.id), state.rules.get(&of_version));
            if known == Some(merchant) && saved == Some(rules) {
                return Ok(());
            }
            let version = known.map_or(0, |known| known.version);
            if saved.is_some() || version != merchant.version.saturating_sub(1) {
                return Err(PutError::Conflict);
            }
            state.merchants.insert(merchant.id.clone(), merchant.clone());
            state.rules.insert(of_version, rules.clone());
            Ok(())
        })
        .await
    }

    async fn list_merchants(
        &self,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<MerchantId>, ListError> {
        let call = Call::ListMerchants(cursor.map(str::to_owned), limit);
        let ids: Vec<(String, MerchantId)> = self
            .read::<_, ListError>(call, |state| {
                state.merchants.keys().map(|id| (id.to_string(), id.clone())).collect()
            })
            .await?;
        page("merchants", (cursor, limit), Ordering::Rising, ids)
    }

    async fn rules(&self, merchant: &MerchantId, version: u32) -> Result<Option<RuleVersion>, StoreError> {
        let key = (merchant.clone(), version);
        self.read(Call::Rules(merchant.clone(), version), |state| state.rules.get(&key).cloned()).await
    }

    async fn list_rules(
        &self,
        merchant: &MerchantId,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<RuleVersion>, ListError> {
        let call = Call::ListRules(merchant.clone(), cursor.map(str::to_owned), limit);
        let rows: Vec<(String, RuleVersion)> = self
            .read::<_, ListError>(call, |state| {
                let own = state.rules.iter().filter(|((of, _), _)| of == merchant);
                own.map(|((_, version), rules)| (format!("{version:010}"), rules.clone())).collect()
            })
            .await?;
        page(&format!("{merchant}#RULES"), (cursor, limit), Ordering::Falling, rows)
    }

    async fn channel(&self, id: &ChannelId) -> Result<Option<Channel>, StoreError> {
        self.read(Call::Channel(id.clone()), |state| state.channels.get(id).cloned()).await
    }

    async fn put_channel(&self, channel: &Channel) -> Result<(), PutError> {
        self.write(Call::PutChannel(channel.clone()), |state| {
            if state.channels.get(&channel.id).is_some_and(|known| known.merchant != channel.merchant) {
                return Err(PutError::Conflict);
            }
            state.channels.insert(channel.id.clone(), channel.clone());
            Ok(())
        })
        .await
    }

    async fn list_channels(
        &self,
        merchant: &MerchantId,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<Channel>, ListError> {
        let call = Call::ListChannels(merchant.clone(), cursor.map(str::to_owned), limit);
        let rows: Vec<(String, Channel)> = self
            .read::<_, ListError>(call, |state| {
                let own = state.channels.values().filter(|channel| channel.merchant == *merchant);
                own.map(|channel| (channel.id.to_string(), channel.clone())).collect()
            })
            .await?;
        page(&format!("{merchant}#CHANNELS"), (cursor, limit), Ordering::Rising, rows)
    }

    async fn products(&self, merchant: &MerchantId, skus: &[Sku]) -> Result<Vec<Product>, StoreError> {
        self.read(Call::Products(merchant.clone(), skus.to_vec()), |state| {
            let wanted: BTreeSet<&Sku> = skus.iter().collect();
            let known = |sku: &Sku| state.products.get(&(merchant.clone(), sku.clone())).cloned();
            wanted.into_iter().filter_map(known).collect()
        })
        .await
    }

    async fn put_product(&self, merchant: &MerchantId, product: &Product) -> Result<(), StoreError> {
        self.write(Call::PutProduct(merchant.clone(), product.clone()), |state| {
            state.products.insert((merchant.clone(), product.sku.clone()), product.clone());
            Ok(())
        })
        .await
    }

    async fn list_products(
        &self,
        merchant: &MerchantId,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<Product>, ListError> {
        let call = Call::ListProducts(merchant.clone(), cursor.map(str::to_owned), limit);
        let rows: Vec<(String, Product)> = self
            .read::<_, ListError>(call, |state| {
                let own = state.products.iter().filter(|((of, _), _)| of == merchant);
                own.map(|((_, sku), product)| (sku.to_string(), product.clone())).collect()
            })
            .await?;
        page(merchant.as_str(), (cursor, limit), Ordering::Rising, rows)
    }
}

//! Merchants, their rules, channels and products.

use aws_sdk_dynamodb::types::{AttributeValue, CancellationReason};
use serde::{Deserialize, Serialize};

use super::keys::{CHANNEL_PREFIX, Key, MERCHANTS, PRODUCT_PREFIX, RULES_PREFIX, merchant_partition};
use super::query::Select;
use super::transact::{Cancelled, Condition, Reason, reason};
use super::{DynamoStore, decode, encode};
use crate::app::ports::{ListError, MerchantStore, Page, PutError, StoreError};
use crate::domain::ids::{ChannelId, MerchantId, Sku};
use crate::domain::merchant::{Channel, Merchant, Product};
use crate::domain::rule_pack::RuleVersion;

#[derive(Serialize)]
struct MerchantRow<'a> {
    version: u64,
    merchant: &'a Merchant,
}

#[derive(Deserialize)]
struct StoredMerchant {
    merchant: Merchant,
}

/// Says that there is such a merchant, and no more.
#[derive(Serialize)]
struct ListedMerchantRow {}

#[derive(Deserialize)]
struct ListedMerchant {
    sk: MerchantId,
}

#[derive(Serialize)]
struct ChannelRow<'a> {
    merchant: &'a MerchantId,
    channel: &'a Channel,
}

#[derive(Deserialize)]
struct StoredChannel {
    channel: Channel,
}

/// Says that the merchant has such a channel, and no more.
#[derive(Serialize)]
struct ListedChannel<'a> {
    id: &'a ChannelId,
}

#[derive(Deserialize)]
struct StoredListedChannel {
    id: ChannelId,
}

#[derive(Serialize)]
struct ProductRow<'a> {
    product: &'a Product,
}

#[derive(Deserialize)]
struct StoredProduct {
    product: Product,
}

#[derive(Serialize)]
struct RulesRow<'a> {
    rules: &'a RuleVersion,
}

#[derive(Deserialize)]
struct StoredRules {
    rules: RuleVersion,
}

impl DynamoStore {
    /// What it means that a merchant could not be written for these reasons.
    async fn put_before(
        &self,
        merchant: &Merchant,
        rules: &RuleVersion,
        reasons: &[CancellationReason],
    ) -> Result<(), PutError> {
        let refused = reasons.iter().filter_map(reason).any(|reason| match reason {
            Reason::Condition => true,
            Reason::Contention | Reason::Busy | Reason::Invalid => false,
        });
        if !refused {
            return Err(StoreError::Unavailable("the merchant is being changed by others".into()).into());
        }
        // Its own first attempt, whose answer was lost, is no other's change.
        let is_ours = self.merchant(&merchant.id).await?.as_ref() == Some(merchant)
            && self.rules(&merchant.id, rules.version).await?.as_ref() == Some(rules);
        if is_ours { Ok(()) } else { Err(PutError::Conflict) }
    }
}

impl MerchantStore for DynamoStore {
    async fn merchant(&self, id: &MerchantId) -> Result<Option<Merchant>, StoreError> {
        let stored: Option<StoredMerchant> = self.get(Key::merchant(id)).await?;
        Ok(stored.map(|stored| stored.merchant))
    }

    async fn put_merchant(&self, merchant: &Merchant, rules: &RuleVersion) -> Result<(), PutError> {
        let before = AttributeValue::N(merchant.version.saturating_sub(1).to_string());
        let condition = if merchant.version <= 1 {
            Condition::absent()
        } else {
            Condition::new("version = :before", [(":before", before)])
        };
        let row = encode(Key::merchant(&merchant.id), MerchantRow { version: merchant.version, merchant })?;
        let of_version = encode(Key::rules(&merchant.id, rules.version), RulesRow { rules })?;
        let mut writes = vec![
            self.write_put(row, Some(condition))?,
            self.write_put(of_version, Some(Condition::absent()))?,
        ];
        if merchant.version <= 1 {
            writes.push(
                self.write_put(encode(Key::listed_merchant(&merchant.id), ListedMerchantRow {})?, None)?,
            );
        }
        match self.transact(None, writes).await {
            Ok(()) => Ok(()),
            Err(Cancelled::For(reasons)) => self.put_before(merchant, rules, &reasons).await,
            Err(Cancelled::TokenReused) => Err(PutError::Conflict),
            Err(Cancelled::Failed(error)) => Err(error.into()),
        }
    }

    async fn list_merchants(
        &self,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<MerchantId>, ListError> {
        let select = Select::starting_with(MERCHANTS.to_owned(), String::new());
        let select = Select { condition: "pk = :partition", sort: None, ..select };
        let key_at = |sk: String| MerchantId::new(sk).ok().map(|id| Key::listed_merchant(&id).into_row());
        let (rows, next) = self.page(MERCHANTS, "sk", (cursor, limit), select, key_at).await?;
        let id = |row| decode::<ListedMerchant>(row).map(|listed| listed.sk);
        Ok(Page { items: rows.into_iter().map(id).collect::<Result<_, _>>()?, next })
    }

    async fn rules(&self, merchant: &MerchantId, version: u32) -> Result<Option<RuleVersion>, StoreError> {
        let stored: Option<StoredRules> = self.get(Key::rules(merchant, version)).await?;
        Ok(stored.map(|stored| stored.rules))
    }

    async fn list_rules(
        &self,
        merchant: &MerchantId,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<RuleVersion>, ListError> {
        let partition = merchant_partition(merchant);
        let select = Select::starting_with(partition.clone(), RULES_PREFIX.to_owned());
        let select = Select { newest_first: true, ..select };
        let key_at =
            |sk: String| sk.starts_with(RULES_PREFIX).then(|| Key { pk: partition.clone(), sk }.into_row());
        let scope = format!("{partition}#{RULES_PREFIX}");
        let (rows, next) = self.page(&scope, "sk", (cursor, limit), select, key_at).await?;
        let rules = |row| decode::<StoredRules>(row).map(|stored| stored.rules);
        Ok(Page { items: rows.into_iter().map(rules).collect::<Result<_, _>>()?, next })
    }

    async fn channel(&self, id: &ChannelId) -> Result<Option<Channel>, StoreError> {
        let stored: Option<StoredChannel> = self.get(Key::channel(id)).await?;
        Ok(stored.map(|stored| stored.channel))
    }

    async fn put_channel(&self, channel: &Channel) -> Result<(), PutError> {
        let owner = AttributeValue::S(channel.merchant.to_string());
        let own = Condition::new("attribute_not_exists(pk) OR merchant = :owner", [(":owner", owner)]);
        let row = encode(Key::channel(&channel.id), ChannelRow { merchant: &channel.merchant, channel })?;
        let listed =
            encode(Key::listed_channel(&channel.merchant, &channel.id), ListedChannel { id: &channel.id })?;
        let writes = vec![self.write_put(row, Some(own))?, self.write_put(listed, None)?];
        match self.transact(None, writes).await {
            Ok(()) => Ok(()),
            Err(Cancelled::For(reasons))
                if reasons.iter().filter_map(reason).any(|reason| reason == Reason::Condition) =>
            {
                Err(PutError::Conflict)
            }
            Err(Cancelled::For(_) | Cancelled::TokenReused) => {
                Err(StoreError::Unavailable("the channel is being changed by others".into()).into())
            }
            Err(Cancelled::Failed(error)) => Err(error.into()),
        }
    }

    async fn list_channels(
        &self,
        merchant: &MerchantId,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<Channel>, ListError> {
        let partition = merchant_partition(merchant);
        let select = Select::starting_with(partition.clone(), CHANNEL_PREFIX.to_owned());
        let key_at =
            |sk: String| sk.starts_with(CHANNEL_PREFIX).then(|| Key { pk: partition.clone(), sk }.into_row());
        let scope = format!("{partition}#{CHANNEL_PREFIX}");
        let (rows, next) = self.page(&scope, "sk", (cursor, limit), select, key_at).await?;
        let id = |row| decode::<StoredListedChannel>(row).map(|listed| Key::channel(&listed.id));
        let rows = self.get_all(rows.into_iter().map(id).collect::<Result<_, _>>()?).await?;
        let channel = |row| decode::<StoredChannel>(row).map(|stored| stored.channel);
        let mut items: Vec<Channel> = rows.into_iter().map(channel).collect::<Result<_, _>>()?;
        items.sort_by(|one, other| one.id.cmp(&other.id));
        Ok(Page { items, next })
    }

    async fn products(&self, merchant: &MerchantId, skus: &[Sku]) -> Result<Vec<Product>, StoreError> {
        let mut wanted: Vec<&Sku> = skus.iter().collect();
        wanted.sort();
        wanted.dedup();
        let rows = self.get_all(wanted.into_iter().map(|sku| Key::product(merchant, sku)).collect()).await?;
        rows.into_iter().map(|row| decode::<StoredProduct>(row).map(|stored| stored.product)).collect()
    }

    async fn put_product(&self, merchant: &MerchantId, product: &Product) -> Result<(), StoreError> {
        let row = encode(Key::product(merchant, &product.sku), ProductRow { product })?;
        self.put(row, None).await?;
        Ok(())
    }

    async fn list_products(
        &self,
        merchant: &MerchantId,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<Product>, ListError> {
        let partition = merchant_partition(merchant);
        let select = Select::starting_with(partition.clone(), PRODUCT_PREFIX.to_owned());
        let key_at =
            |sk: String| sk.starts_with(PRODUCT_PREFIX).then(|| Key { pk: partition.clone(), sk }.into_row());
        let (rows, next) = self.page(&partition, "sk", (cursor, limit), select, key_at).await?;
        let product = |row| decode::<StoredProduct>(row).map(|stored| stored.product);
        Ok(Page { items: rows.into_iter().map(product).collect::<Result<_, _>>()?, next })
    }
}

//! The keys of the table. Parts are separated by `#`, which no identifier contains but a SKU, where it is
//! escaped; the only free texts in keys (references, facts, request keys) stand last.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;

use super::Row;
use crate::app::limit_store::{RegisteredKey, RegisteredKind};
use crate::app::ports::StoreError;
use crate::domain::fraud::{Mark, Sighting};
use crate::domain::ids::{ChannelId, LineId, MerchantId, OrderId, Sku};
use crate::domain::stock::StockKey;
use crate::domain::tally::TallyKey;

/// How many parts the index of due times has, so that no single partition takes every write.
pub(super) const DUE_SHARDS: u8 = 8;
/// How many partitions the ledger of a stock has. Each takes 1,000 write units a second, and a row in
/// a transaction takes two: a hot SKU must be able to write more rows than its counts are written.
pub const LEDGER_SHARDS: u8 = 16;

pub(super) const EVENT_PREFIX: &str = "EVENT#";
pub(super) const MAIL_PREFIX: &str = "MAIL#";
pub(super) const LEDGER_PREFIX: &str = "LEDGER#";
pub(super) const BACKORDER_PREFIX: &str = "BACKORDER#";
/// The partition that lists all merchants.
pub(super) const MERCHANTS: &str = "MERCHANT#";
pub(super) const CHANNEL_PREFIX: &str = "CHANNEL#";
pub(super) const PRODUCT_PREFIX: &str = "PRODUCT#";
pub(super) const RULES_PREFIX: &str = "RULES#";
pub(super) const PAGE_PREFIX: &str = "PAGE#";
pub(super) const SIGHTING_PREFIX: &str = "AT#";

/// The primary key of an item.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub(super) struct Key {
    pub(super) pk: String,
    pub(super) sk: String,
}

impl Key {
    pub(super) fn order(id: &OrderId) -> Self {
        Self { pk: order_partition(id), sk: "ORDER".to_owned() }
    }

    pub(super) fn event(id: &OrderId, seq: u64) -> Self {
        Self { pk: order_partition(id), sk: format!("{EVENT_PREFIX}{seq:08}") }
    }

    pub(super) fn sales(id: &OrderId, seq: u64) -> Self {
        Self { pk: order_partition(id), sk: format!("SALES#{seq:08}") }
    }

    pub(super) fn mail(id: &OrderId, fact: &str) -> Self {
        Self { pk: order_partition(id), sk: format!("{MAIL_PREFIX}{fact}") }
    }

    pub(super) fn stock(merchant: &MerchantId, key: &StockKey) -> Self {
        Self { pk: stock_partition(merchant, key), sk: "STOCK".to_owned() }
    }

    pub(super) fn ledger(merchant: &MerchantId, key: &StockKey, at: Timestamp, reference: &str) -> Self {
        let sk = format!("{LEDGER_PREFIX}{}#{reference}", sortable(at));
        Self { pk: ledger_partition(merchant, key, shard(reference, LEDGER_SHARDS)), sk }
    }

    pub(super) fn reference(merchant: &MerchantId, key: &StockKey, reference: &str) -> Self {
        Self { pk: stock_partition(merchant, key), sk: format!("REFERENCE#{reference}") }
    }

    pub(super) fn backorder(
        merchant: &MerchantId,
        key: &StockKey,
        received_at: Timestamp,
        (order, line): (&OrderId, LineId),
    ) -> Self {
        let sk = format!("{BACKORDER_PREFIX}{}#{order}#{:05}", sortable(received_at), line.0);
        Self { pk: stock_partition(merchant, key), sk }
    }

    pub(super) fn merchant(id: &MerchantId) -> Self {
        Self { pk: merchant_partition(id), sk: "MERCHANT".to_owned() }
    }

    /// The row that lists a merchant among all of them. No merchant's id is empty.
    pub(super) fn listed_merchant(id: &MerchantId) -> Self {
        Self { pk: MERCHANTS.to_owned(), sk: id.to_string() }
    }

    pub(super) fn product(merchant: &MerchantId, sku: &Sku) -> Self {
        Self { pk: merchant_partition(merchant), sk: format!("{PRODUCT_PREFIX}{}", part(sku)) }
    }

    pub(super) fn rules(merchant: &MerchantId, version: u32) -> Self {
        Self { pk: merchant_partition(merchant), sk: format!("{RULES_PREFIX}{version:010}") }
    }

    pub(super) fn channel(id: &ChannelId) -> Self {
        Self { pk: format!("CHANNEL#{id}"), sk: "CHANNEL".to_owned() }
    }

    /// The row that lists a channel among those of its merchant.
    pub(super) fn listed_channel(merchant: &MerchantId, id: &ChannelId) -> Self {
        Self { pk: merchant_partition(merchant), sk: format!("{CHANNEL_PREFIX}{id}") }
    }

    pub(super) fn payload(channel: &ChannelId, payload: &str) -> Self {
        Self { pk: payload_partition(channel), sk: payload.to_owned() }
    }

    pub(super) fn unopened(order: &OrderId) -> Self {
        Self { pk: order_partition(order), sk: "UNOPENED".to_owned() }
    }

    pub(super) fn upload(channel: &ChannelId, id: &str) -> Self {
        Self { pk: upload_partition(channel, id), sk: "UPLOAD".to_owned() }
    }

    pub(super) fn page(channel: &ChannelId, upload: &str, number: u32) -> Self {
        Self { pk: upload_partition(channel, upload), sk: format!("{PAGE_PREFIX}{number:06}") }
    }

    pub(super) fn salt(merchant: &MerchantId) -> Self {
        Self { pk: format!("SALT#{merchant}"), sk: "SALT".to_owned() }
    }

    pub(super) fn registered(merchant: &MerchantId, key: &RegisteredKey) -> Self {
        Self { pk: merchant_partition(merchant), sk: format!("{}{}", registered_prefix(key.kind), key.id) }
    }

    pub(super) fn tally(merchant: &MerchantId, key: &TallyKey) -> Self {
        Self { pk: tally_partition(merchant, key), sk: "TALLY".to_owned() }
    }

    pub(super) fn tally_reference(merchant: &MerchantId, key: &TallyKey, reference: &str) -> Self {
        Self { pk: tally_partition(merchant, key), sk: format!("REFERENCE#{reference}") }
    }

    pub(super) fn sighting(merchant: &MerchantId, mark: &Mark, sighting: &Sighting) -> Self {
        let sk = format!("{SIGHTING_PREFIX}{}#{}", sortable(sighting.at), sighting.order);
        Self { pk: sighting_partition(merchant, mark), sk }
    }

    pub(super) fn pace(channel: &ChannelId) -> Self {
        Self { pk: format!("PACE#{channel}"), sk: "PACE".to_owned() }
    }

    pub(super) fn answer(key: &str) -> Self {
        Self { pk: format!("IDEMPOTENCY#{key}"), sk: "ANSWER".to_owned() }
    }

    pub(super) fn into_row(self) -> Row {
        HashMap::from([
            ("pk".to_owned(), AttributeValue::S(self.pk)),
            ("sk".to_owned(), AttributeValue::S(self.sk)),
        ])
    }
}

pub(super) fn order_partition(id: &OrderId) -> String {
    format!("ORDER#{id}")
}

/// The order a partition belongs to.
pub(super) fn order_of(partition: &str) -> Result<OrderId, StoreError> {
    let id = partition.strip_prefix("ORDER#").and_then(|id| OrderId::new(id).ok());
    id.ok_or_else(|| StoreError::Corrupt(format!("{partition} is no key of an order")))
}

pub(super) fn stock_partition(merchant: &MerchantId, key: &StockKey) -> String {
    format!("STOCK#{merchant}#{}#{}", part(&key.sku), key.location)
}

/// A SKU as a part of a key. None contains `%23` itself.
fn part(sku: &Sku) -> String {
    sku.as_str().replace('#', "%23")
}

/// A part of the ledger of a stock.
fn ledger_partition(merchant: &MerchantId, key: &StockKey, shard: u8) -> String {
    format!("{}#{shard}", stock_partition(merchant, key))
}

/// Where the rows of a ledger are: in its parts, and beside the counts, where they all were at first.
pub(super) fn ledger_partitions(merchant: &MerchantId, key: &StockKey) -> Vec<String> {
    let parts = (0..LEDGER_SHARDS).map(|shard| ledger_partition(merchant, key, shard));
    parts.chain([stock_partition(merchant, key)]).collect()
}

pub(super) fn payload_partition(channel: &ChannelId) -> String {
    format!("PAYLOAD#{channel}")
}

pub(super) fn upload_partition(channel: &ChannelId, upload: &str) -> String {
    format!("UPLOAD#{channel}#{upload}")
}

pub(super) fn merchant_partition(id: &MerchantId) -> String {
    format!("MERCHANT#{id}")
}

/// How the keys of what merchants register of a kind begin.
pub(super) fn registered_prefix(kind: RegisteredKind) -> String {
    format!("{}#", kind.name())
}

fn tally_partition(merchant: &MerchantId, key: &TallyKey) -> String {
    format!("TALLY#{merchant}#{}#{}", key.kind.name(), key.subject)
}

pub(super) fn sighting_partition(merchant: &MerchantId, mark: &Mark) -> String {
    format!("SIGHTING#{merchant}#{}#{}", mark.kind.name(), mark.hash)
}

/// A moment as a key: as text it sorts as in time, because every one has nine decimals.
pub(super) fn sortable(at: Timestamp) -> String {
    format!("{at:.9}")
}

/// Where an order stands in lists: by time of receipt.
pub(super) fn received_key(received_at: Timestamp, id: &OrderId) -> String {
    format!("{}#{id}", sortable(received_at))
}

/// Where an order stands in the worklist: by when the first of what waits is due.
pub(super) fn work_key(due_at: Timestamp, id: &OrderId) -> String {
    format!("{}#{id}", sortable(due_at))
}

/// The part of the index of due times an order belongs to.
pub(super) fn due_shard(id: &OrderId) -> u8 {
    shard(id.as_str(), DUE_SHARDS)
}

/// The one of `shards` parts that `name` belongs to.
fn shard(name: &str, shards: u8) -> u8 {
    name.bytes().fold(0, u8::wrapping_add) % shards
}

/// The index key of a part of the due times.
pub(super) fn due_key(shard: u8) -> String {
    format!("DUE#{shard}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::LocationId;

    #[test]
    fn moments_sort_as_text_as_they_do_in_time() {
        let text = |at: &str| sortable(at.parse().unwrap());
        assert_eq!(text("2026-07-29T00:00:00Z"), "2026-07-29T00:00:00.000000000Z");
        assert!(text("2026-07-29T00:00:00Z") < text("2026-07-29T00:00:00.000000001Z"));
        assert!(text("2026-07-29T00:00:00.5Z") < text("2026-07-29T00:00:01Z"));
    }

    #[test]
    fn no_part_of_a_ledger_is_the_stock_of_another_product() {
        let stock = |sku: &str, location: &str| StockKey {
            sku: Sku::new(sku).unwrap(),
            location: LocationId::new(location).unwrap(),
        };
        let acme = MerchantId::new("acme").unwrap();
        let ledger = ledger_partition(&acme, &stock("TEE", "main"), 3);
        assert_eq!(ledger, "STOCK#acme#TEE#main#3");
        assert_ne!(ledger, stock_partition(&acme, &stock("TEE#main", "3")));
    }

    #[test]
    fn orders_spread_over_all_parts_of_the_due_times() {
        let merchant = MerchantId::new("acme").unwrap();
        let channel = ChannelId::new("shop").unwrap();
        let mut counts = [0_u32; DUE_SHARDS as usize];
        for n in 0..8_000 {
            counts[usize::from(due_shard(&OrderId::of(&merchant, &channel, &n.to_string())))] += 1;
        }
        assert!(counts.iter().all(|count| (800..1_200).contains(count)), "{counts:?}");
    }
}

//! What orders share: what merchants register, counts with bounds, and who was seen by what.

use aws_sdk_dynamodb::types::TransactWriteItem;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::keys::{
    Key, SIGHTING_PREFIX, merchant_partition, registered_prefix, sighting_partition, sortable,
};
use super::query::Select;
use super::transact::{Cancelled, Condition, Reason, number, reason};
use super::{DynamoStore, Put, Row, decode, encode};
use crate::app::limit_store::{
    Adjusted, LimitStore, Registered, RegisteredKey, RegisteredKind, Salt, Tally, TallyAdjustment,
};
use crate::app::ports::{ListError, Page, StoreError};
use crate::domain::fraud::{Mark, Seen, Sighting};
use crate::domain::ids::MerchantId;
use crate::domain::tally::{Bounds, TallyKey};

#[derive(Serialize)]
struct RegisteredRow<'a> {
    registered: &'a Registered,
}

#[derive(Deserialize)]
struct StoredRegistered {
    registered: Registered,
}

#[derive(Serialize, Deserialize)]
struct SaltRow {
    salt: Salt,
}

#[derive(Deserialize)]
struct StoredTally {
    pk: String,
    #[serde(flatten)]
    tally: StoredCounts,
}

#[derive(Deserialize)]
struct StoredCounts {
    amount: i64,
    /// Rows that only orders have changed have none.
    #[serde(default)]
    by_hand: i64,
}

#[derive(Serialize, Deserialize, PartialEq)]
struct AdjustmentRow {
    delta: i64,
}

#[derive(Serialize)]
struct SightingRow<'a> {
    sighting: &'a Sighting,
    expires_at: i64,
}

#[derive(Deserialize)]
struct StoredSighting {
    sighting: Sighting,
}

/// The condition that an amount is within its bounds; a count nobody has changed is nothing.
fn within(bounds: Bounds) -> Option<Condition> {
    let or_absent = |term: String, is_nothing_enough: bool| {
        if is_nothing_enough { format!("(attribute_not_exists(pk) OR {term})") } else { term }
    };
    let least = bounds.least.map(|least| {
        (or_absent("amount >= :least".to_owned(), least <= 0), (":least".to_owned(), number(least)))
    });
    let most = bounds
        .most
        .map(|most| (or_absent("amount <= :most".to_owned(), most >= 0), (":most".to_owned(), number(most))));
    let (terms, values): (Vec<_>, _) = least.into_iter().chain(most).unzip();
    (!terms.is_empty()).then(|| Condition { expression: terms.join(" AND "), values })
}

impl DynamoStore {
    /// What orders do to one count.
    pub(super) fn write_tally(
        &self,
        merchant: &MerchantId,
        key: &TallyKey,
        (bounds, delta): (Bounds, i64),
    ) -> Result<TransactWriteItem, StoreError> {
        self.write_add(Key::tally(merchant, key), [("amount", delta)], within(bounds))
    }

    /// The amount in the row that stood in the way of [`Self::write_tally`]; none is nothing.
    pub(super) fn read_amount(row: Option<Row>) -> Result<i64, StoreError> {
        row.map_or(Ok(0), |row| decode::<StoredTally>(row).map(|stored| stored.tally.amount))
    }

    /// That an order had a mark. It is forgotten when nothing looks at it any more.
    pub(super) fn write_sighting(
        &self,
        merchant: &MerchantId,
        mark: &Mark,
        sighting: &Sighting,
    ) -> Result<TransactWriteItem, StoreError> {
        let expires_at = (sighting.at + Seen::KEPT).as_second() + 1;
        let key = Key::sighting(merchant, mark, sighting);
        self.write_put(encode(key, SightingRow { sighting, expires_at })?, None)
    }
}

impl LimitStore for DynamoStore {
    async fn salt(&self, merchant: &MerchantId) -> Result<Salt, StoreError> {
        let key = || Key::salt(merchant);
        if let Some(SaltRow { salt }) = self.get(key()).await? {
            return Ok(salt);
        }
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(|error| StoreError::Unavailable(error.to_string().into()))?;
        let row = SaltRow { salt: Salt(hex::encode(bytes)) };
        match self.put(encode(key(), &row)?, Some(Condition::absent())).await? {
            Put::Done => Ok(row.salt),
            // Somebody was faster, and theirs counts.
            Put::Refused(known) => {
                let known = known.map(decode::<SaltRow>).transpose()?;
                let unread = || StoreError::Unavailable("the salt was not returned".into());
                known.map(|row| row.salt).ok_or_else(unread)
            }
        }
    }

    async fn registered(
        &self,
        merchant: &MerchantId,
        keys: &[RegisteredKey],
    ) -> Result<Vec<Registered>, StoreError> {
        let rows = self.get_all(keys.iter().map(|key| Key::registered(merchant, key)).collect()).await?;
        rows.into_iter().map(|row| decode::<StoredRegistered>(row).map(|stored| stored.registered)).collect()
    }

    async fn register(&self, merchant: &MerchantId, what: &Registered) -> Result<(), StoreError> {
        let row = encode(Key::registered(merchant, &what.key()), RegisteredRow { registered: what })?;
        self.put(row, None).await?;
        Ok(())
    }

    async fn unregister(&self, merchant: &MerchantId, key: &RegisteredKey) -> Result<(), StoreError> {
        let key = Key::registered(merchant, key).into_row();
        let request = self.client.delete_item().table_name(&self.table).set_key(Some(key));
        request.send().await.map_err(super::failed)?;
        Ok(())
    }

    async fn list_registered(
        &self,
        merchant: &MerchantId,
        kind: RegisteredKind,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<Registered>, ListError> {
        let (partition, prefix) = (merchant_partition(merchant), registered_prefix(kind));
        let scope = format!("{partition}#{prefix}");
        let select = Select::starting_with(partition.clone(), prefix.clone());
        let key_at =
            |sk: String| sk.starts_with(&prefix).then(|| Key { pk: partition.clone(), sk }.into_row());
        let (rows, next) = self.page(&scope, "sk", (cursor, limit), select, key_at).await?;
        let registered = |row| decode::<StoredRegistered>(row).map(|stored| stored.registered);
        Ok(Page { items: rows.into_iter().map(registered).collect::<Result<_, _>>()?, next })
    }

    async fn tallies(&self, merchant: &MerchantId, keys: &[TallyKey]) -> Result<Vec<Tally>, StoreError> {
        let mut wanted = keys.to_vec();
        wanted.sort();
        wanted.dedup();
        let rows = self.get_all(wanted.iter().map(|key| Key::tally(merchant, key)).collect()).await?;
        let mut known = std::collections::HashMap::with_capacity(rows.len());
        for row in rows {
            let StoredTally { pk, tally: StoredCounts { amount, by_hand } } = decode(row)?;
            known.insert(pk, Tally { amount, by_hand });
        }
        let tally = |key| known.get(&Key::tally(merchant, key).pk).copied().unwrap_or_default();
        Ok(keys.iter().map(tally).collect())
    }

    async fn adjust(&self, adjustment: &TallyAdjustment) -> Result<Adjusted, StoreError> {
        let TallyAdjustment { merchant, key, delta, .. } = adjustment;
        let booked = AdjustmentRow { delta: *delta };
        let reference = Key::tally_reference(merchant, key, &adjustment.reference);
        let bounds = Bounds { least: (*delta < 0).then_some(-delta), most: None };
        let amounts = [("amount", *delta), ("by_hand", *delta)];
        let writes = vec![
            self.write_put(encode(reference, &booked)?, Some(Condition::absent()))?,
            self.write_add(Key::tally(merchant, key), amounts, within(bounds))?,
        ];
        let reasons = match self.transact(None, writes).await {
            Ok(()) => return Ok(Adjusted::Done),
            Err(Cancelled::For(reasons)) => reasons,
            Err(Cancelled::TokenReused) => return Err(busy()),
            Err(Cancelled::Failed(error)) => return Err(error),
        };
        let failed = |n: usize| reasons.get(n).filter(|why| reason(why) == Some(Reason::Condition));
        if let Some(row) = failed(0).and_then(|why| why.item().cloned()) {
            let same = decode::<AdjustmentRow>(row)? == booked;
            return Ok(if same { Adjusted::AlreadyDone } else { Adjusted::ReferenceReused });
        }
        if failed(1).is_some() { Ok(Adjusted::BelowZero) } else { Err(busy()) }
    }

    async fn sightings(
        &self,
        merchant: &MerchantId,
        mark: &Mark,
        since: Timestamp,
        limit: usize,
    ) -> Result<Vec<Sighting>, StoreError> {
        let select = Select {
            index: None,
            condition: "pk = :partition AND sk >= :sort",
            partition: sighting_partition(merchant, mark),
            sort: Some(format!("{SIGHTING_PREFIX}{}", sortable(since))),
            newest_first: true,
            after: None,
            limit: Some(limit.max(1)),
        };
        let rows = self.query(select).await?;
        rows.into_iter().map(|row| decode::<StoredSighting>(row).map(|stored| stored.sighting)).collect()
    }
}

fn busy() -> StoreError {
    StoreError::Unavailable("the count is being changed by others".into())
}

//! The port of what orders share: what a merchant has registered, how the counts stand, and which
//! orders were recognised by what.

use std::future::Future;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::ports::{ListError, Page, StoreError};
use super::record::Cause;
use crate::domain::account::{Account, PointIssuer};
use crate::domain::fraud::{Blocked, Mark, Sighting};
use crate::domain::ids::MerchantId;
use crate::domain::promotion::Promotion;
use crate::domain::tally::TallyKey;

/// What a merchant registers, besides its products.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RegisteredKind {
    /// Promotion codes, by code.
    Promotion,
    /// Accounts of businesses, by id.
    Account,
    /// Issuers of points, by id.
    PointIssuer,
    /// The block list, by kind and hash of the mark.
    Blocked,
}

impl RegisteredKind {
    /// Its name in keys.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Promotion => "PROMOTION",
            Self::Account => "ACCOUNT",
            Self::PointIssuer => "POINT_ISSUER",
            Self::Blocked => "BLOCKED",
        }
    }
}

/// The key of something registered. Holds no personal data.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RegisteredKey {
    /// What.
    pub kind: RegisteredKind,
    /// Which.
    pub id: String,
}

impl RegisteredKey {
    /// The key of `id`.
    #[must_use]
    #[expect(clippy::needless_pass_by_value, reason = "a key is made of what is at hand")]
    pub fn new(kind: RegisteredKind, id: impl ToString) -> Self {
        Self { kind, id: id.to_string() }
    }

    /// The key of a mark on the block list.
    #[must_use]
    pub fn blocked(mark: &Mark) -> Self {
        Self::new(RegisteredKind::Blocked, format!("{}-{}", mark.kind.name(), mark.hash))
    }
}

/// Something a merchant has registered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", content = "is", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Registered {
    /// A promotion code.
    Promotion(Promotion),
    /// An account of a business.
    Account(Account),
    /// An issuer of points.
    PointIssuer(PointIssuer),
    /// An entry of the block list.
    Blocked(Blocked),
}

impl Registered {
    /// Its key.
    #[must_use]
    pub fn key(&self) -> RegisteredKey {
        match self {
            Self::Promotion(promotion) => RegisteredKey::new(RegisteredKind::Promotion, &promotion.code),
            Self::Account(account) => RegisteredKey::new(RegisteredKind::Account, &account.id),
            Self::PointIssuer(issuer) => RegisteredKey::new(RegisteredKind::PointIssuer, &issuer.id),
            Self::Blocked(blocked) => RegisteredKey::blocked(&blocked.mark),
        }
    }
}

/// A merchant's key for its marks: without it no hash tells whose it is.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Salt(pub String);

impl std::fmt::Debug for Salt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Salt(▒▒▒)")
    }
}

/// How a count stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// The count.
    pub amount: i64,
    /// What of it was booked by hand; the rest is of orders.
    pub by_hand: i64,
}

/// A change of a count that no order causes: points given or taken by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TallyAdjustment {
    /// Whose.
    pub merchant: MerchantId,
    /// Which.
    pub key: TallyKey,
    /// By how much.
    pub delta: i64,
    /// The slip: the same one changes the count once.
    pub reference: String,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub cause: Cause,
}

/// How an adjustment ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Adjusted {
    /// It was written.
    Done,
    /// The same reference with the same change was written before.
    AlreadyDone,
    /// The reference was used before for another change.
    ReferenceReused,
    /// There would be less than nothing.
    BelowZero,
}

/// Where it is kept. A merchant registers few of each kind; counts and sightings are many.
pub trait LimitStore: Send + Sync {
    /// The merchant's salt: made when it is first asked for, and then always the same.
    fn salt(&self, merchant: &MerchantId) -> impl Future<Output = Result<Salt, StoreError>> + Send;

    /// Those of `keys` that are registered, in any order. Keys must differ.
    fn registered(
        &self,
        merchant: &MerchantId,
        keys: &[RegisteredKey],
    ) -> impl Future<Output = Result<Vec<Registered>, StoreError>> + Send;

    /// Registers something, or changes it; the last one wins.
    fn register(
        &self,
        merchant: &MerchantId,
        what: &Registered,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Forgets something; whether it was there does not matter.
    fn unregister(
        &self,
        merchant: &MerchantId,
        key: &RegisteredKey,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// A page of what is registered of a kind, by its key.
    fn list_registered(
        &self,
        merchant: &MerchantId,
        kind: RegisteredKind,
        cursor: Option<&str>,
        limit: usize,
    ) -> impl Future<Output = Result<Page<Registered>, ListError>> + Send;

    /// How the counts stand, strongly consistent; nothing for those nobody has changed.
    fn tallies(
        &self,
        merchant: &MerchantId,
        keys: &[TallyKey],
    ) -> impl Future<Output = Result<Vec<Tally>, StoreError>> + Send;

    /// Changes a count by hand, never below nothing.
    fn adjust(
        &self,
        adjustment: &TallyAdjustment,
    ) -> impl Future<Output = Result<Adjusted, StoreError>> + Send;

    /// The orders that had the mark since then, the newest first, at most `limit`.
    fn sightings(
        &self,
        merchant: &MerchantId,
        mark: &Mark,
        since: Timestamp,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<Sighting>, StoreError>> + Send;
}

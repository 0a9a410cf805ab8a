//! Keeps what a merchant registers of what orders share: promotion codes, accounts, issuers of points,
//! the block list プロモーション・取引先・ポイント・ブロックリスト管理.

use jiff::Timestamp;

use super::access::{Permission, Principal};
use super::limit_store::{
    Adjusted, LimitStore, Registered, RegisteredKey, RegisteredKind, Tally, TallyAdjustment,
};
use super::manage_merchant::{ManageError, ManageMerchant};
use super::operate_order::Caller;
use super::ports::{Clock, MerchantStore, Page};
use super::screen::MAX_ISSUERS;
use crate::domain::account::{Account, PointIssuer};
use crate::domain::customer::Personal;
use crate::domain::fraud::{Blocked, Feature, Mark, MarkKind};
use crate::domain::ids::{AccountId, IssuerId, MerchantId, PromotionCode};
use crate::domain::limits::{credit, points};
use crate::domain::promotion::Promotion;
use crate::domain::tally::{TallyKey, TallyKind};

/// What is to be blocked, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// What.
    pub feature: Feature,
    /// Why.
    pub reason: Personal,
    /// Until when; for good when there is none.
    pub until: Option<Timestamp>,
}

/// Points to give to a customer, or to take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PointsSlip {
    /// Whose points.
    pub issuer: IssuerId,
    /// The customer, by mail address or phone number.
    pub customer: Feature,
    /// How many; taken when negative.
    pub points: i64,
    /// The slip: the same one counts once.
    pub reference: String,
}

impl<S: LimitStore + MerchantStore, C: Clock> ManageMerchant<S, C> {
    /// Registers a promotion code, or changes what it gives from now on.
    ///
    /// # Errors
    /// [`ManageError`].
    pub async fn save_promotion(
        &self,
        who: &Principal,
        merchant: &MerchantId,
        promotion: Promotion,
    ) -> Result<(), ManageError> {
        self.register(who, Permission::ManageCatalogue, merchant, Registered::Promotion(promotion)).await
    }

    /// A promotion code, and how often it was used as far as that is counted.
    ///
    /// # Errors
    /// [`ManageError`].
    pub async fn promotion(
        &self,
        who: &Principal,
        merchant: &MerchantId,
        code: &PromotionCode,
    ) -> Result<(Promotion, i64), ManageError> {
        who.require(Permission::Read, merchant)?;
        let promotion = self.known_promotion(merchant, code).await?;
        let uses = TallyKey::new(TallyKind::PromotionUses, &[code.as_str()]);
        Ok((promotion, self.tally(merchant, uses).await?.amount))
    }

    /// Ends a promotion code: orders placed from now on do not get it. Ending it again changes nothing.
    ///
    /// # Errors
    /// [`ManageError`].
    pub async fn end_promotion(
        &self,
        who: &Principal,
        merchant: &MerchantId,
        code: &PromotionCode,
    ) -> Result<Promotion, ManageError> {
        who.require(Permission::ManageCatalogue, merchant)?;
        let known = self.known_promotion(merchant, code).await?;
        let ended_at = known.ended_at.or_else(|| Some(self.clock.now()));
        let ended = Promotion { ended_at, ..known };
        self.store.register(merchant, &Registered::Promotion(ended.clone())).await?;
        Ok(ended)
    }

    async fn known_promotion(
        &self,
        merchant: &MerchantId,
        code: &PromotionCode,
    ) -> Result<Promotion, ManageError> {
        match self.known(merchant, RegisteredKey::new(RegisteredKind::Promotion, code)).await? {
            Some(Registered::Promotion(promotion)) => Ok(promotion),
            _ => Err(ManageError::NotFound("promotion code")),
        }
    }

    /// Registers an account of a business, or changes what was agreed.
    ///
    /// # Errors
    /// [`ManageError`].
    pub async fn save_account(
        &self,
        who: &Principal,
        merchant: &MerchantId,
        account: Account,
    ) -> Result<(), ManageError> {
        self.register(who, Permission::ManageMerchant, merchant, Registered::Account(account)).await
    }

    /// An account of a business, and the credit it uses.
    ///
    /// # Errors
    /// [`ManageError`].
    pub async fn account(
        &self,
        who: &Principal,
        merchant: &MerchantId,
        id: &AccountId,
    ) -> Result<(Account, i64), ManageError> {
        who.require(Permission::Read, merchant)?;
        match self.known(merchant, RegisteredKey::new(RegisteredKind::Account, id)).await? {
            Some(Registered::Account(account)) => {
                Ok((account, self.tally(merchant, credit(id)).await?.amount))
            }
            _ => Err(ManageError::NotFound("account")),
        }
    }

    /// Registers an issuer of points as the merchant's own, or changes what it gives.
    ///
    /// # Errors
    /// [`ManageError`].
    pub async fn save_issuer(
        &self,
        who: &Principal,
        merchant: &MerchantId,
        issuer: PointIssuer,
    ) -> Result<(), ManageError> {
        who.require(Permission::ManageMerchant, merchant)?;
        let kind = RegisteredKind::PointIssuer;
        let known = self.store.list_registered(merchant, kind, None, MAX_ISSUERS).await?.items;
        let what = Registered::PointIssuer(issuer);
        if known.len() >= MAX_ISSUERS && !known.iter().any(|other| other.key() == what.key()) {
            return Err(ManageError::TooMany("issuers of points", MAX_ISSUERS));
        }
        self.register(who, Permission::ManageMerchant, merchant, what).await
    }

    /// Gives points to a customer, or takes them, and returns how many there are then.
    ///
    /// # Errors
    /// [`ManageError`].
    pub async fn adjust_points(
        &self,
        caller: &Caller,
        merchant: &MerchantId,
        slip: PointsSlip,
    ) -> Result<i64, ManageError> {
        caller.principal.require(Permission::HandleMoney, merchant)?;
        let key = RegisteredKey::new(RegisteredKind::PointIssuer, &slip.issuer);
        self.known(merchant, key).await?.ok_or(ManageError::NotFound("issuer of points"))?;
        let customer = self.store.salt(merchant).await?.mark(&slip.customer).hash;
        let key = points(&slip.issuer, &customer);
        if slip.points != 0 {
            let adjustment = TallyAdjustment {
                merchant: merchant.clone(),
                key: key.clone(),
                delta: slip.points,
                reference: slip.reference,
                at: self.clock.now(),
                cause: caller.cause(),
            };
            match self.store.adjust(&adjustment).await? {
                Adjusted::Done | Adjusted::AlreadyDone => {}
                Adjusted::ReferenceReused => return Err(ManageError::ReferenceReused),
                Adjusted::BelowZero => return Err(ManageError::TooFewPoints),
            }
        }
        Ok(self.tally(merchant, key).await?.amount)
    }

    /// Blocks a mail address, a phone number, …: orders with it wait for a person.
    ///
    /// # Errors
    /// [`ManageError`].
    pub async fn block(
        &self,
        who: &Principal,
        merchant: &MerchantId,
        block: Block,
    ) -> Result<Blocked, ManageError> {
        who.require(Permission::Operate, merchant)?;
        let mark = self.store.salt(merchant).await?.mark(&block.feature);
        let Block { reason, until, .. } = block;
        let entry = Blocked {
            // All rooms of an address are blocked.
            mark: Mark { detail: None, ..mark },
            reason,
            by: who.subject.clone(),
            since: self.clock.now(),
            until,
        };
        let what = Registered::Blocked(entry.clone());
        self.register(who, Permission::Operate, merchant, what).await?;
        Ok(entry)
    }

    /// Takes an entry from the block list. Whether it was there does not matter.
    ///
    /// # Errors
    /// [`ManageError`].
    pub async fn unblock(
        &self,
        who: &Principal,
        merchant: &MerchantId,
        (kind, hash): (MarkKind, String),
    ) -> Result<(), ManageError> {
        who.require(Permission::JudgeFraud, merchant)?;
        let key = RegisteredKey::blocked(&Mark { kind, hash, detail: None });
        Ok(self.store.unregister(merchant, &key).await?)
    }

    /// A page of what is registered of a kind.
    ///
    /// # Errors
    /// [`ManageError`].
    pub async fn list_registered(
        &self,
        who: &Principal,
        merchant: &MerchantId,
        kind: RegisteredKind,
        (cursor, limit): (Option<&str>, usize),
    ) -> Result<Page<Registered>, ManageError> {
        who.require(Permission::Read, merchant)?;
        Ok(self.store.list_registered(merchant, kind, cursor, limit).await?)
    }

    async fn register(
        &self,
        who: &Principal,
        permission: Permission,
        merchant: &MerchantId,
        what: Registered,
    ) -> Result<(), ManageError> {
        who.require(permission, merchant)?;
        self.store.merchant(merchant).await?.ok_or(ManageError::NotFound("merchant"))?;
        Ok(self.store.register(merchant, &what).await?)
    }

    async fn known(
        &self,
        merchant: &MerchantId,
        key: RegisteredKey,
    ) -> Result<Option<Registered>, ManageError> {
        Ok(self.store.registered(merchant, &[key]).await?.into_iter().next())
    }

    async fn tally(&self, merchant: &MerchantId, key: TallyKey) -> Result<Tally, ManageError> {
        Ok(self.store.tallies(merchant, &[key]).await?.into_iter().next().unwrap_or_default())
    }
}

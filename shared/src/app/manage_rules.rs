//! Keeps a merchant's rules 店舗ルール: one version after the other, none of them ever changed.

use super::access::{Permission, Principal};
use super::manage_merchant::{ManageError, ManageMerchant};
use super::ports::{AnswerStore, Clock, MerchantStore, Page, StockStore, StoreError};
use crate::domain::ids::MerchantId;
use crate::domain::merchant::Merchant;
use crate::domain::rule_pack::{RulePack, RuleVersion};

impl<S: MerchantStore + StockStore + AnswerStore, C: Clock> ManageMerchant<S, C> {
    /// The rules by which a merchant's new orders are judged, or those of a `version`.
    ///
    /// # Errors
    /// [`ManageError`].
    pub async fn rules(
        &self,
        who: &Principal,
        id: &MerchantId,
        version: Option<u32>,
    ) -> Result<RuleVersion, ManageError> {
        who.require(Permission::Read, id)?;
        let merchant = self.existing(id).await?;
        match version {
            Some(version) if u64::from(version) != merchant.version => {
                self.store.rules(id, version).await?.ok_or(ManageError::NotFound("version of the rules"))
            }
            _ => Ok(self.rules_of(&merchant).await?),
        }
    }

    /// The rules that came with the settings of `merchant`; the standard ones when it saved none.
    pub(super) async fn rules_of(&self, merchant: &Merchant) -> Result<RuleVersion, StoreError> {
        let standard = RuleVersion::standard(merchant);
        Ok(self.store.rules(&merchant.id, standard.version).await?.unwrap_or(standard))
    }

    /// A page of all versions of a merchant's rules, the newest first.
    ///
    /// # Errors
    /// [`ManageError`].
    pub async fn rule_versions(
        &self,
        who: &Principal,
        id: &MerchantId,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<RuleVersion>, ManageError> {
        who.require(Permission::Read, id)?;
        self.existing(id).await?;
        Ok(self.store.list_rules(id, cursor, limit).await?)
    }

    /// Saves rules as a merchant's next version, for the orders that come from now on. With `expected`
    /// the version before must be that.
    ///
    /// # Errors
    /// [`ManageError`].
    pub async fn save_rules(
        &self,
        who: &Principal,
        id: &MerchantId,
        pack: RulePack,
        expected: Option<u64>,
    ) -> Result<RuleVersion, ManageError> {
        who.require(Permission::ManageMerchant, id)?;
        let merchant = self.existing(id).await?;
        if expected.is_some_and(|expected| expected != merchant.version) {
            return Err(ManageError::Changed);
        }
        let merchant = Merchant { policy: pack.policy.clone(), ..merchant };
        let merchant = self.save_next(who, merchant, pack).await?;
        Ok(self.rules_of(&merchant).await?)
    }
}

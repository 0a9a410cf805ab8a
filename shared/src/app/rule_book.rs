//! The rules a process has read 店舗ルール.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use super::ports::{MerchantStore, StoreError};
use crate::domain::ids::MerchantId;
use crate::domain::order::Order;
use crate::domain::rule_pack::RulePack;

/// How many packs a process keeps. Each is at most 64 KB as JSON.
const KEPT: usize = 64;

type Version = (MerchantId, u32);
type Packs = VecDeque<(Version, Arc<RulePack>)>;

/// The rules a process has read. A version never changes once it is saved, so each is read once, and
/// an order of a version that is known costs no call.
#[derive(Debug, Clone, Default)]
pub struct RuleBook {
    read: Arc<Mutex<Packs>>,
}

impl RuleBook {
    /// The rules `order` began with: it is judged by them to its end, whatever its merchant saves
    /// meanwhile.
    ///
    /// # Errors
    /// [`StoreError`] when they cannot be read.
    pub async fn of(&self, store: &impl MerchantStore, order: &Order) -> Result<Arc<RulePack>, StoreError> {
        let version = (order.merchant.clone(), order.policy.version);
        if let Some(known) = self.find(&version) {
            return Ok(known);
        }
        let saved = store.rules(&version.0, version.1).await?;
        let pack = saved.map_or_else(|| RulePack::standard(order.policy.clone()), |saved| saved.pack);
        let pack = Arc::new(pack);
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if read.len() >= KEPT {
            read.pop_front();
        }
        read.push_back((version, Arc::clone(&pack)));
        Ok(pack)
    }

    fn find(&self, version: &Version) -> Option<Arc<RulePack>> {
        let read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        let known = read.iter().find(|(known, _)| known == version);
        known.map(|(_, pack)| Arc::clone(pack))
    }
}

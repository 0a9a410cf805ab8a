//! Which mails went out.

use jiff::Timestamp;

use super::MemoryStore;
use crate::app::ports::{MailLog, MailRecord, MailStatus, StoreError};
use crate::domain::ids::OrderId;
use crate::testing::Call;

impl MailLog for MemoryStore {
    async fn begin(
        &self,
        order: &OrderId,
        fact: &str,
        now: Timestamp,
    ) -> Result<Option<MailRecord>, StoreError> {
        self.write(Call::Begin(order.clone(), fact.to_owned(), now), |state| {
            let key = (order.clone(), fact.to_owned());
            if let Some(begun) = state.mails.get(&key) {
                return Ok(Some(begun.clone()));
            }
            let record = MailRecord { fact: fact.to_owned(), begun_at: now, status: MailStatus::Sending };
            state.mails.insert(key, record);
            Ok(None)
        })
        .await
    }

    async fn finish(
        &self,
        order: &OrderId,
        fact: &str,
        status: Option<&MailStatus>,
    ) -> Result<(), StoreError> {
        self.write(Call::Finish(order.clone(), fact.to_owned(), status.cloned()), |state| {
            let key = (order.clone(), fact.to_owned());
            match status {
                None => drop(state.mails.remove(&key)),
                Some(status) => {
                    if let Some(record) = state.mails.get_mut(&key) {
                        record.status = status.clone();
                    }
                }
            }
            Ok(())
        })
        .await
    }

    async fn mails(&self, order: &OrderId) -> Result<Vec<MailRecord>, StoreError> {
        self.read(Call::Mails(order.clone()), |state| {
            let own = state.mails.iter().filter(|((of, _), _)| of == order);
            own.map(|(_, record)| record.clone()).collect()
        })
        .await
    }
}

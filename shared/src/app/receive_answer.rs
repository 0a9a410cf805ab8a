//! Takes in what channels answer to what they were told 連携結果.

use super::channel_drift::compare_with_channel;
use super::execute::{ExecuteError, execute, load};
use super::failure::Failure;
use super::operate_order::RequestError;
use super::ports::{Clock, MerchantStore, OrderStore};
use super::record::Cause;
use crate::domain::Command;
use crate::domain::drift::ChannelStatus;
use crate::domain::ids::{ChannelId, ReportId};
use crate::domain::merchant::Channel;
use crate::domain::order::Order;
use crate::domain::report::ReportAnswer;

/// What a channel's integration says about a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// Which report.
    pub report: ReportId,
    /// What came of it.
    pub answer: ReportAnswer,
    /// Where the order stands at the channel now, if the integration looked.
    pub status: Option<ChannelStatus>,
}

/// The door for channels' answers.
#[derive(Debug, Clone)]
pub struct ReceiveAnswer<S, C> {
    /// Orders and channels.
    pub store: S,
    /// The time.
    pub clock: C,
}

impl<S: OrderStore + MerchantStore, C: Clock> ReceiveAnswer<S, C> {
    /// The channel; `None` when there is none.
    ///
    /// # Errors
    /// [`Failure`] when that cannot be known.
    pub async fn channel(&self, id: &ChannelId) -> Result<Option<Channel>, Failure> {
        Ok(self.store.channel(id).await?)
    }

    /// Takes an answer over, and returns the order as it stands then. The same answer again changes
    /// nothing, and of several the furthest counts.
    ///
    /// # Errors
    /// [`RequestError`]; the answer was not taken then.
    pub async fn handle(
        &self,
        channel: &Channel,
        answered: &Answered,
        correlation: &str,
    ) -> Result<Order, RequestError> {
        let Answered { report, answer, status } = answered;
        let (id, event) = report.parts().ok_or(RequestError::NotFound("report"))?;
        let order = match load(&self.store, &id).await {
            Err(ExecuteError::NoSuchOrder(_)) => return Err(RequestError::NotFound("report")),
            other => other?,
        };
        // Another channel's order is none of this one's business.
        if order.channel != channel.id || order.merchant != channel.merchant || order.report(event).is_none()
        {
            return Err(RequestError::NotFound("report"));
        }
        let cause = Cause::of_channel(&channel.id, correlation);
        let command = Command::RecordReportAnswer { report: event, answer: answer.clone() };
        let executed = execute(&self.store, &self.clock, &id, &cause, &command).await?;
        match status {
            None => Ok(executed.order),
            Some(status) => Ok(compare_with_channel(&self.store, &self.clock, &id, &cause, *status).await?),
        }
    }
}

//! Tells the channel of an order what happened to it 連携: each fact once, in its platform's words.

use jiff::{SignedDuration, Timestamp};

use super::execute::{execute, load};
use super::failure::Failure;
use super::message::{Message, Stage, Subject};
use super::ports::{
    ChannelMessage, ChannelPace, ChannelReports, Clock, MerchantStore, OrderStore, OutgoingReport,
    ReportDialects,
};
use super::record::EventRecord;
use crate::domain::Command;
use crate::domain::event::{Event, EventKind};
use crate::domain::merchant::Channel;
use crate::domain::order::Order;
use crate::domain::report::{ANSWER_PATIENCE, Fact, FactKind, MAX_REPORTS, ReportCall, ReportStatus};

/// The version of the messages to channels this code writes.
pub const SCHEMA: u32 = 1;

/// The stage that tells channels.
#[derive(Debug, Clone)]
pub struct ReportChannel<S, R, D, C> {
    /// Orders, channels, and how often each may be called.
    pub store: S,
    /// The queue of what channels are told.
    pub reports: R,
    /// What platforms call things.
    pub dialects: D,
    /// The time.
    pub clock: C,
}

impl<S, R, D, C> ReportChannel<S, R, D, C>
where
    S: OrderStore + MerchantStore + ChannelPace,
    R: ChannelReports,
    D: ReportDialects,
    C: Clock,
{
    /// Tells the channel of the message's event, if its platform wants to know. It is told first and
    /// noted then: cut off in between it is told again, under the same id, which the integration
    /// knows. What it cannot be told becomes a ticket.
    ///
    /// # Errors
    /// [`Failure`], when it is to be tried again or can never be done.
    pub async fn handle(&self, message: &Message) -> Result<(), Failure> {
        let Subject::Order { order: id, seq, .. } = &message.subject else { return Ok(()) };
        let order = load(&self.store, id).await?;
        let channel = self.store.channel(&order.channel).await?;
        let channel = channel.ok_or_else(|| Failure::permanent(format!("{} is unknown", order.channel)))?;
        if !channel.reports.are_on(channel.kind) {
            return Ok(());
        }
        let mut record = self.record(&order, *seq).await?;
        if let Event::ChannelReportRepeated { report } = record.event {
            // A person wants an earlier event told again.
            record = self.record(&order, report).await?;
        }
        let Some(fact) = Fact::of(&record.event) else { return Ok(()) };
        if !is_news(&order, record.seq, fact.kind())
            || self.is_the_channels_own(&order, &record, &fact).await?
        {
            return Ok(());
        }
        if order.report(record.seq).is_none() && order.reports.len() >= MAX_REPORTS {
            return Err(Failure::permanent(format!("order {id} has told its channel too much already")));
        }
        let cause = message.cause(Stage::ReportChannel);
        let command = match self.dialects.write(&channel, &order, &fact) {
            Ok(calls) if calls.is_empty() => return Ok(()),
            Ok(calls) => self.tell(&order, &channel, record.seq, fact.kind(), calls).await?,
            Err(why) => Command::GiveUpReport { report: record.seq, fact: fact.kind(), why: why.to_string() },
        };
        execute(&self.store, &self.clock, id, &cause, &command).await?;
        Ok(())
    }

    async fn record(&self, order: &Order, seq: u64) -> Result<EventRecord, Failure> {
        let record = self.store.event(&order.id, seq).await?;
        record.ok_or_else(|| Failure::permanent(format!("order {} has no event {seq}", order.id)))
    }

    /// Gives the report to the queue, not before the channel may be called. Returns what notes it.
    async fn tell(
        &self,
        order: &Order,
        channel: &Channel,
        report: u64,
        fact: FactKind,
        calls: Vec<ReportCall>,
    ) -> Result<Command, Failure> {
        let (not_before, delay) =
            free_slot(&self.store, &self.clock, channel, u32::try_from(calls.len()).unwrap_or(u32::MAX))
                .await?;
        let attempt = order.report(report).map_or(1, |known| known.attempt);
        let outgoing = OutgoingReport {
            schema: SCHEMA,
            id: order.id.report(report),
            merchant: order.merchant.clone(),
            channel: channel.id.clone(),
            kind: channel.kind,
            order: order.id.clone(),
            order_number: order.number.clone(),
            fact,
            attempt,
            sequence: order.version,
            not_before,
            calls,
        };
        self.reports.tell(&ChannelMessage::Report(Box::new(outgoing)), delay).await?;
        Ok(Command::MarkReported { report, fact, answer_by: not_before + ANSWER_PATIENCE })
    }

    /// Whether the channel itself asked for the cancellation: it knows.
    async fn is_the_channels_own(
        &self,
        order: &Order,
        record: &EventRecord,
        fact: &Fact,
    ) -> Result<bool, Failure> {
        if !fact.kind().is_cancellation() {
            return Ok(false);
        }
        let history = self.store.history(&order.id).await?;
        let before = history.iter().take_while(|known| known.seq < record.seq);
        let asked = before.filter(|known| known.event.kind() == EventKind::CancelRequested).last();
        Ok(asked.is_some_and(|known| known.cause.is_of_channel(&order.channel)))
    }
}

/// Whether the channel is still to be told. That nothing stands against an order is news once.
fn is_news(order: &Order, event: u64, fact: FactKind) -> bool {
    let again = order.report(event).is_none_or(|report| report.status == ReportStatus::Repeated);
    let before = || order.reports.iter().any(|report| report.fact == fact && report.event != event);
    again && (fact != FactKind::Confirmed || !before())
}

/// When the channel may next be called so many times in a row, and how long that is from now.
///
/// # Errors
/// [`Failure`], when that cannot be known, or would be too long from now.
pub async fn free_slot(
    store: &impl ChannelPace,
    clock: &impl Clock,
    channel: &Channel,
    calls: u32,
) -> Result<(Timestamp, SignedDuration), Failure> {
    let now = clock.now();
    let taken =
        channel.reports.interval(channel.kind).saturating_mul(i32::try_from(calls).unwrap_or(i32::MAX));
    let slot = store.reserve(&channel.id, now, taken).await?;
    Ok((slot, slot.duration_since(now).max(SignedDuration::ZERO)))
}

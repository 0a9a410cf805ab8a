//! Asks a channel's integration for an order of which the channel has told us too little: a webhook
//! that only names it, a list that says less than each of its orders.

use super::failure::Failure;
use super::ports::{ChannelPace, ChannelReports, Clock, FetchOrder};
use super::report_channel::{SCHEMA, free_slot};
use crate::domain::merchant::Channel;

/// What to fetch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted<'a> {
    /// The channel's number or id of the order.
    pub order_number: &'a str,
    /// What of it; the whole order when empty.
    pub parts: Vec<String>,
    /// What tells this request from another one for the same order, such as the digest of the payload
    /// that led to it: the same request twice is fetched once.
    pub occasion: &'a str,
}

/// Asks for it, not before the channel may be called. The integration posts it as channels do.
///
/// # Errors
/// [`Failure`], when it is to be tried again.
pub async fn fetch_order(
    (store, reports): (&impl ChannelPace, &impl ChannelReports),
    clock: &impl Clock,
    channel: &Channel,
    wanted: Wanted<'_>,
) -> Result<(), Failure> {
    let (not_before, delay) = free_slot(store, clock, channel, 1).await?;
    let Wanted { order_number, parts, occasion } = wanted;
    let fetch = FetchOrder {
        schema: SCHEMA,
        id: format!("fetch.{}.{order_number}.{occasion}", channel.id),
        merchant: channel.merchant.clone(),
        channel: channel.id.clone(),
        kind: channel.kind,
        order_number: order_number.to_owned(),
        wanted: parts,
        not_before,
    };
    Ok(reports.fetch(fetch, delay).await?)
}

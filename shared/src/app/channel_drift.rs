//! Watches whether channels and we agree on where an order stands 状態差異.
//!
//! Whoever learns where an order stands at its channel, from a payload or from an answer to a report,
//! calls [`compare_with_channel`]. The comparison itself is [`compare`](crate::domain::drift::compare);
//! what lasts longer than its grace becomes a ticket when the order's clock strikes, and the ticket is
//! closed when both agree again, whoever moved.

use super::execute::{ExecuteError, execute};
use super::ports::{Clock, OrderStore};
use super::record::Cause;
use crate::domain::Command;
use crate::domain::drift::ChannelStatus;
use crate::domain::ids::OrderId;
use crate::domain::order::Order;

/// Compares the order with what its channel says, and returns it as it stands then. Hearing the same
/// again changes nothing.
///
/// # Errors
/// [`ExecuteError`]; nothing was noted then.
pub async fn compare_with_channel<S: OrderStore>(
    store: &S,
    clock: &impl Clock,
    id: &OrderId,
    cause: &Cause,
    status: ChannelStatus,
) -> Result<Order, ExecuteError> {
    let executed = execute(store, clock, id, cause, &Command::CompareWithChannel { status }).await?;
    Ok(executed.order)
}

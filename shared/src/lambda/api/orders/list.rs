//! Lists of orders.

use jiff::Timestamp;
use serde::Serialize;

use crate::app::ports::{OrderSummary, Page};
use crate::domain::money::Currency;
use crate::domain::order::OrderState;

/// A page of orders, the newest first.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct OrderList {
    /// The orders.
    pub orders: Vec<OrderListEntry>,
    /// Where the next page begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// A line of a list of orders.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct OrderListEntry {
    /// Its id.
    pub order: String,
    /// Where it came from.
    pub channel: String,
    /// The channel's own number of it.
    pub number: String,
    /// Where it stands.
    pub state: OrderState,
    /// What it costs now.
    pub total: i64,
    /// In which currency.
    pub currency: Currency,
    /// When we received it.
    pub received_at: Timestamp,
    /// How many holds are open.
    pub open_holds: usize,
    /// How many tickets are open.
    pub open_tickets: usize,
    /// How many call requests are open.
    pub open_calls: usize,
}

impl From<Page<OrderSummary>> for OrderList {
    fn from(page: Page<OrderSummary>) -> Self {
        Self { orders: page.items.into_iter().map(Into::into).collect(), next_cursor: page.next }
    }
}

impl From<OrderSummary> for OrderListEntry {
    fn from(order: OrderSummary) -> Self {
        Self {
            order: order.id.to_string(),
            channel: order.channel.to_string(),
            number: order.number,
            state: order.state,
            total: order.total.units(),
            currency: order.currency,
            received_at: order.received_at,
            open_holds: order.holds,
            open_tickets: order.tickets,
            open_calls: order.calls,
        }
    }
}

//! What orders share: promotion codes, accounts, points, the block list.

mod accounts;
mod blocks;
mod points;
mod promotions;

use serde::Serialize;
#[cfg(test)]
use serde::de::DeserializeOwned;
#[cfg(test)]
use serde_json::Value;

pub use self::accounts::{AccountBody, AccountView};
pub use self::blocks::{BlockBody, BlockView, BlockedBody, block_key};
pub use self::points::{PointIssuerBody, PointIssuerView, PointsBody, PointsView};
pub use self::promotions::{GivesBody, PromotionBody, PromotionView, promotion_code};
#[cfg(test)]
use crate::domain::intake::Impossible;

/// The most SKUs or channels a condition names.
const MAX_NAMES: usize = 50;

/// A page of what is registered.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct RegisteredList<T> {
    /// What is registered, by its key.
    pub items: Vec<T>,
    /// Where the next page begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// Which fields of a body are wrong.
#[cfg(test)]
fn wrong_fields<T: DeserializeOwned, R>(
    body: Value,
    read: impl FnOnce(T) -> Result<R, Vec<Impossible>>,
) -> Vec<String> {
    let defects = read(serde_json::from_value(body).unwrap()).err().unwrap_or_default();
    defects.into_iter().map(|defect| defect.field).collect()
}

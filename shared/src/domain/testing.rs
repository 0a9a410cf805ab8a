//! Orders to test with: a [`Draft`] says what is ordered, a [`Case`] tells what happens to it, and
//! after every step it checks what must always hold ([`invariants`]).
//!
//! ```text
//! given(an_order().paid_by(PaymentMethod::Card))
//!     .validated().in_stock().collected()
//!     .then_state(OrderState::Ready);
//! ```

#![expect(clippy::expect_used, clippy::panic, reason = "a test that cannot be set up must fail loudly")]

mod case;
mod draft;
pub mod invariants;
pub mod stages;

use jiff::Timestamp;

pub use self::case::{Case, given};
pub use self::draft::{Draft, an_order};
use super::customer::{Address, Personal};
use super::ids::{ChannelId, LocationId, MerchantId};
use super::money::Amount;

/// When every test begins: 2026-04-01, nine o'clock in Japan.
pub const START: Timestamp = Timestamp::constant(1_775_001_600, 0);

/// An amount of `units`.
#[must_use]
pub const fn yen(units: i64) -> Amount {
    Amount::new(units)
}

/// The merchant of every test.
///
/// # Panics
/// Never: it is an identifier.
#[must_use]
pub fn merchant() -> MerchantId {
    MerchantId::new("acme").expect("a merchant")
}

/// Its channel.
///
/// # Panics
/// Never: it is an identifier.
#[must_use]
pub fn channel() -> ChannelId {
    ChannelId::new("acme-shop").expect("a channel")
}

/// A location called `name`.
///
/// # Panics
/// When that is no identifier.
#[must_use]
pub fn location(name: &str) -> LocationId {
    LocationId::new(name).expect("a location")
}

/// An address that nothing is wrong with.
#[must_use]
pub fn address(name: &str) -> Address {
    Address {
        name: Personal::new(name),
        phone: Some(Personal::new("03-1234-5678")),
        country: "JP".to_owned(),
        postal_code: Personal::new("100-0001"),
        prefecture: Personal::new("東京都"),
        city: Personal::new("千代田区"),
        line1: Personal::new("千代田1-1"),
        line2: None,
        ..Address::default()
    }
}

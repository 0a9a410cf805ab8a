//! The dialects channels speak: bytes in, canonical orders or typed errors out. Pure.
//!
//! To add a dialect: a variant of [`ChannelKind`], a module with its wire structs and a `read` that
//! collects everything wrong in a `Defects`, an arm in [`read`], the header of its signature in
//! [`signature`], and real payloads under `samples/` with a line in the tests' table each.

mod amazon;
mod base;
mod csv;
mod eccube;
mod figures;
mod given;
pub mod json;
mod lenient;
mod logiless;
mod method;
mod nextengine;
pub mod outgoing;
mod payment;
mod place;
mod postal;
mod rakuten;
mod reader;
mod reading;
mod shopify;
pub mod signature;
mod table;
mod tree;
pub mod unmapped;
mod when;
mod wire;
mod woocommerce;
mod yahoo;

pub use reading::{ChannelError, ChannelOrder, ChannelStatus, Entry, Missing, Reading};
pub use table::Rows;

use sha2::{Digest, Sha256};

use crate::domain::customer::Language;
use crate::domain::intake::Intake;
use crate::domain::merchant::ChannelKind;

/// What a payload leaves open and the merchant's settings say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChannelDefaults {
    /// The language of mails when the payload names none.
    pub language: Language,
}

/// Reads what a channel of this kind sends.
///
/// # Errors
/// [`ChannelError::Malformed`] with the first place that has the wrong shape, or
/// [`ChannelError::Impossible`] with everything that is wrong (at most 100 defects), when it is one
/// order that is wrong. Of a payload of several orders, each [`Entry`] has its own error.
/// [`Intake::into_order`] finds what only the order as a whole can tell.
pub fn read(kind: ChannelKind, body: &[u8], defaults: &ChannelDefaults) -> Result<Reading, ChannelError> {
    match kind {
        ChannelKind::Json | ChannelKind::Manual => json::read(body, defaults),
        ChannelKind::Csv => csv::read(body, defaults),
        ChannelKind::Shopify => shopify::read(body, defaults),
        ChannelKind::Rakuten => rakuten::read(body, defaults),
        ChannelKind::Yahoo => yahoo::read(body, defaults),
        ChannelKind::Amazon => amazon::read(body, defaults),
        ChannelKind::WooCommerce => woocommerce::read(body, defaults),
        ChannelKind::Base => base::read(body, defaults),
        ChannelKind::EcCube => eccube::read(body, defaults),
        ChannelKind::NextEngine => nextengine::read(body, defaults),
        ChannelKind::Logiless => logiless::read(body, defaults),
    }
}

/// Opens a file of many orders, to be read one by one from the byte `from` on: where an earlier
/// reading of the same file has got to, or 0.
///
/// # Errors
/// [`ChannelError::Malformed`] when this kind of channel has no files, or the header is not one of its.
pub fn rows<'a>(
    kind: ChannelKind,
    body: &'a [u8],
    from: usize,
    defaults: &ChannelDefaults,
) -> Result<Rows<'a>, ChannelError> {
    let dialect = match kind {
        ChannelKind::Csv => &csv::DIALECT,
        ChannelKind::NextEngine => &nextengine::DIALECT,
        ChannelKind::Rakuten => &rakuten::DIALECT,
        ChannelKind::Json
        | ChannelKind::Manual
        | ChannelKind::Shopify
        | ChannelKind::Yahoo
        | ChannelKind::Amazon
        | ChannelKind::WooCommerce
        | ChannelKind::Base
        | ChannelKind::EcCube
        | ChannelKind::Logiless => {
            let message =
                format!("{} has no files of orders: only csv, nextengine and rakuten do", kind.name());
            return Err(ChannelError::Malformed { path: String::new(), message });
        }
    };
    table::rows(dialect, body, from, defaults)
}

/// Reads a payload that is one order to be opened, with its fingerprint: that of what the channel
/// itself says. What the merchant's settings fill in is no part of it, because they may change before
/// a repetition comes.
///
/// # Errors
/// As [`read`], and when the payload is not exactly one complete order.
pub fn read_one(
    kind: ChannelKind,
    body: &[u8],
    defaults: &ChannelDefaults,
) -> Result<(Intake, String), ChannelError> {
    let said = only(read(kind, body, &ChannelDefaults::default())?)?;
    Ok((only(read(kind, body, defaults)?)?, fingerprint(&said)))
}

fn only(reading: Reading) -> Result<Intake, ChannelError> {
    let count = reading.entries.len();
    let mut entries = reading.entries.into_iter();
    let (Some(entry), None) = (entries.next(), entries.next()) else {
        let message = format!("has {count} orders; send them one by one");
        return Err(ChannelError::Malformed { path: String::new(), message });
    };
    let said = entry.said?;
    let gaps = said.gaps();
    if gaps.is_empty() { Ok(said.order) } else { Err(ChannelError::Impossible(gaps)) }
}

/// The SHA-256 of the canonical order, in hex: two payloads that mean the same order have the
/// same one, whatever else in them differs.
#[must_use]
pub fn fingerprint(order: &Intake) -> String {
    digest_of(order)
}

/// The SHA-256 of something that was said, in hex.
#[must_use]
pub fn digest_of(said: &impl serde::Serialize) -> String {
    // Fields are written in the order of their declaration, and nothing in an intake can fail to be.
    let canonical = serde_json::to_vec(said).unwrap_or_default();
    hex::encode(Sha256::digest(canonical))
}

#[cfg(test)]
mod fixtures;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

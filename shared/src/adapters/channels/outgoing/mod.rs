//! What channels are told, each in the words of its platform 連携: an order and a fact in, the
//! platform's own calls out. Pure.
//!
//! A platform that wants to know nothing of a fact gets no call. What it wants to know and cannot be
//! told is [`Unreportable`], for a person to do there by hand. To add a platform: a module with its
//! table of carriers and a `write`, an arm in [`write`], and a snapshot of each fact in the tests.

mod amazon;
mod base;
mod eccube;
mod logiless;
mod nextengine;
mod parcel;
mod rakuten;
mod shopify;
mod webhook;
mod woocommerce;
mod xml;
mod yahoo;

use serde::Serialize;

use crate::domain::merchant::{Channel, ChannelKind};
use crate::domain::order::Order;
use crate::domain::report::{Fact, ReportCall, Unreportable};

/// The most bytes all bodies of a report may have together: a queue's message takes 256 KiB.
const MAX_BYTES: usize = 200 * 1024;

/// The calls that tell `channel` of `fact`, in the order they are to be made; none when its platform
/// does not want to know.
///
/// # Errors
/// [`Unreportable`], when it wants to know and cannot be told.
pub fn write(channel: &Channel, order: &Order, fact: &Fact) -> Result<Vec<ReportCall>, Unreportable> {
    let calls = match channel.kind {
        ChannelKind::Json | ChannelKind::Csv => webhook::write(order, fact),
        ChannelKind::Manual => Ok(Vec::new()),
        ChannelKind::Shopify => shopify::write(channel, order, fact),
        ChannelKind::Rakuten => rakuten::write(channel, order, fact),
        ChannelKind::Yahoo => yahoo::write(channel, order, fact),
        ChannelKind::Amazon => amazon::write(channel, order, fact),
        ChannelKind::WooCommerce => woocommerce::write(channel, order, fact),
        ChannelKind::Base => base::write(channel, order, fact),
        ChannelKind::EcCube => eccube::write(order, fact),
        ChannelKind::NextEngine => nextengine::write(order, fact),
        ChannelKind::Logiless => logiless::write(order, fact),
    }?;
    let bytes: usize = calls.iter().map(|call| call.body.len()).sum();
    if bytes > MAX_BYTES {
        return Err(cannot("the report is too large to be sent in one message."));
    }
    Ok(calls)
}

fn cannot(why: impl Into<String>) -> Unreportable {
    Unreportable(why.into())
}

/// A call with a JSON body.
fn json(operation: &str, method: &str, path: impl Into<String>, body: &impl Serialize) -> ReportCall {
    ReportCall {
        operation: operation.to_owned(),
        method: method.to_owned(),
        path: path.into(),
        content_type: "application/json".to_owned(),
        // Nothing in these bodies can fail to be written: texts, numbers, lists.
        body: serde_json::to_string(body).unwrap_or_default(),
        lookup: Vec::new(),
    }
}

/// A call with an XML document.
fn xml_call(operation: &str, path: &str, document: String) -> ReportCall {
    ReportCall {
        operation: operation.to_owned(),
        method: "POST".to_owned(),
        path: path.to_owned(),
        content_type: "application/xml".to_owned(),
        body: document,
        lookup: Vec::new(),
    }
}

#[cfg(test)]
mod tests;

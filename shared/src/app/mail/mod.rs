//! Customer mail メール: what a mail says, and the bytes that are handed to the mail service.
//!
//! Pure: no clock, no randomness, no I/O. The same facts give the same bytes, so a mail can be
//! rebuilt for a ticket exactly as it was sent.
//!
//! The words live in `shared/mails`:
//! - `<language>/<kind>.j2` – what this mail says (subject, opening, closing), one file each;
//! - `<language>/words.j2` – the vocabulary every mail of that language shares;
//! - `kinds/<kind>.j2` – which facts this mail shows, for every language;
//! - `mail.j2` – the skeleton: salutation, opening, facts, closing, footer;
//! - `text.j2`, `html.j2` – how the two parts look.

pub mod compose;
mod context;
mod mime;
mod money;
mod render;
mod templates;

pub use crate::domain::mail_address::{InvalidAddress, MailAddress};
pub use context::{
    Amount, AmountKind, CancelReason, Cancellation, Carrier, Delay, DelayReason, Delivery, Destination,
    Expiry, Item, Line, MailContext, MailKind, Notice, Order, Parcel, Party, PayAt, PaymentMethod,
    PaymentReceipt, PaymentRequest, RefundTo, Settlement, Shipment, Shop, StockOut, Tax, TimeSlot,
};
pub use mime::{Envelope, Mailbox, ORDER_NUMBER};
pub use money::money;
pub use render::{RenderError, RenderedMail, render};
pub(in crate::app) use render::{clean, date_text, folder, tidy};

#[cfg(test)]
mod tests;

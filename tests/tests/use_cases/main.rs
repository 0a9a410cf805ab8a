//! The use cases on the fakes: whole ways of orders, and what failures, deaths, duplicates,
//! disorder and simultaneity may not do to them.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking, in its helpers too"
)]

mod access;
mod at_once;
mod channels;
mod circumstances;
mod following;
mod limits;
mod looking_back;
mod mails;
mod moving;
mod poison;
mod repeated;
mod rules;
mod uploads;
mod verifying;
mod ways;
mod worklist;

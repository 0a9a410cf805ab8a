//! The use cases on the fakes: whole ways of orders, and what failures, deaths, duplicates,
//! disorder and simultaneity may not do to them.

mod access;
mod at_once;
mod circumstances;
mod mails;
mod poison;
mod repeated;
mod ways;

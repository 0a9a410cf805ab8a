//! The whole system in one process, seen from outside.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "tests")]

mod api;
mod bad_input;
mod demo;
mod load;
mod moving;
mod restart;
mod rules;
mod support;
mod upload;
mod worklist;

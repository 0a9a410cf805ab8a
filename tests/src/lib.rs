//! What the tests that see the system from outside have in common.

pub mod harness;
pub mod source;
pub mod template;

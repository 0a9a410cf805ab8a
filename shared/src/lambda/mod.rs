//! The edge of the Lambda functions.

pub mod api;

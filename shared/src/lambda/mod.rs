//! The edge to AWS Lambda: what every function needs around its use case.

pub mod api;
pub mod aws;
pub mod batch;
pub mod http;
pub mod identity;
pub mod metrics;
pub mod refusal;
pub mod routes;
pub mod run;
pub mod settings;
pub mod stream;
pub mod telemetry;

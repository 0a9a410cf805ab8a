//! The use cases: each loads, decides and commits through the ports. One file per stage or request.

pub mod failure;
pub mod message;
pub mod ports;
pub mod record;
pub mod relay_events;

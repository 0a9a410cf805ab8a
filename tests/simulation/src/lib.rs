//! The whole system in one process, from a seed, in virtual time: the functions as they are deployed,
//! over ports in memory that behave as AWS, the payment provider and the mail service do on a bad day.
//!
//! [`world::World`] lives through a storm of requests and faults, and checks after every step that
//! nothing is oversold, charged or sent twice, lost or told to the log. Then come days of calm in
//! which [`people`] do their part, and every order must come to its end.

pub mod chance;
pub mod channel;
pub mod checks;
pub mod faults;
pub mod functions;
pub mod logs;
pub mod people;
pub mod queues;
pub mod replay;
pub mod requests;
pub mod shop;
pub mod shrink;
pub mod world;

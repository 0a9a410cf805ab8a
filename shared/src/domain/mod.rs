//! The rules of order management, pure: no runtime, no AWS, no clock, no randomness.
//!
//! [`decide`] says what a command does to an order, [`evolve`] applies what happened. Everything
//! else in this module is the vocabulary those two speak.

#[macro_use]
mod names;

pub mod account;
pub mod address;
pub mod audit;
pub mod billing;
pub mod calls;
pub mod clocks;
pub mod command;
pub mod contact;
pub mod customer;
pub mod decide;
pub mod drift;
pub mod event;
pub mod evolve;
pub mod fraud;
pub mod ids;
pub mod intake;
pub mod japan;
pub mod kana;
pub mod limits;
pub mod mail_address;
pub mod mail_typos;
pub mod matter;
pub mod merchant;
pub mod money;
pub mod next_action;
pub mod order;
pub mod particulars;
pub mod past;
pub mod payment;
pub mod phone;
pub mod prefecture;
pub mod promotion;
pub mod rejection;
pub mod report;
pub mod rule_pack;
pub mod rules;
pub mod screening;
pub mod shipment;
#[cfg(any(test, feature = "testing"))]
pub mod state_map;
pub mod stock;
pub mod tally;
pub mod tax;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
#[cfg(test)]
mod tests;
pub mod text;
pub mod timers;
pub mod told;
pub mod validation;

pub use command::Command;
pub use decide::{Decision, decide};
pub use event::Event;
pub use evolve::evolve;
pub use order::{Order, OrderState};
pub use rejection::Rejection;

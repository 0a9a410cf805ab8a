//! What the domain must do, told as given, when, then; and what must hold whatever happens.

mod billing;
mod cancelling;
mod channel;
mod following;
mod fulfilment;
mod gates;
mod limits;
mod payments;
mod properties;
mod timers;

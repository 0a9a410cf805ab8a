//! Japanese addresses 住所: reading them, checking them, and proposing better ones.

mod check;
mod city;
mod code;
pub mod fold;
mod former;
mod islands;
mod kyoto;
mod lead;
mod locate;
mod near;
mod note;
mod number;
mod postal;
mod proposal;
mod read;
mod reading;
mod scan;
mod table;
mod town;
mod town_part;

pub use check::check;
pub use city::{City, CityForm};
pub use code::{Destination, PostalCode};
pub use proposal::{CorrectionReason, Proposal, Trust, propose};
pub use read::{LONGEST, read};
pub use reading::{AddressRemark, Reading, Step};
pub use town::Town;

#[cfg(test)]
mod tests;

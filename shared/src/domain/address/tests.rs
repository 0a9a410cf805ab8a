//! What addresses are read as.

mod fixtures;
mod properties;
mod proposals;
mod readings;
mod table;
mod unseen;

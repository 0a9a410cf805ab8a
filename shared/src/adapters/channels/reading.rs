//! What a payload says, in the domain's words: the dialects fill these in.

pub use crate::domain::told::{ChannelError, ChannelOrder, ChannelStatus, Entry, Missing, Reading};

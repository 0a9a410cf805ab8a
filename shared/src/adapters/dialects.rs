//! What platforms call what we tell them, as [`channels::outgoing`] writes it.

use super::channels;
use crate::app::ports::ReportDialects;
use crate::domain::merchant::Channel;
use crate::domain::order::Order;
use crate::domain::report::{Fact, ReportCall, Unreportable};

/// The dialects of all platforms.
#[derive(Debug, Clone, Copy, Default)]
pub struct Dialects;

impl ReportDialects for Dialects {
    fn write(&self, channel: &Channel, order: &Order, fact: &Fact) -> Result<Vec<ReportCall>, Unreportable> {
        channels::outgoing::write(channel, order, fact)
    }
}

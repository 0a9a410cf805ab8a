//! Puts addresses right 住所補正.

use jiff::Timestamp;

use super::message::Stage;
use crate::domain::address::{Trust, propose};
use crate::domain::decide::{Decision, decide};
use crate::domain::merchant::AddressCorrections;
use crate::domain::order::Order;
use crate::domain::{Command, Rejection};

/// The command to put the address of a ship group right, as far as `trust` goes; one that does nothing
/// where nothing is proposed.
///
/// # Errors
/// [`Rejection`] when there is no such ship group.
pub fn correction(order: &Order, ship_group: u8, trust: Trust, by: &str) -> Result<Command, Rejection> {
    let group = order.ship_groups.iter().find(|group| group.id == ship_group);
    let group = group.ok_or(Rejection::NoSuchShipGroup(ship_group))?;
    let (address, reasons) = match propose(&group.address, trust) {
        Some(proposal) => (proposal.address, proposal.reasons),
        None => (group.address.clone(), Vec::new()),
    };
    Ok(Command::CorrectAddress { ship_group, address, reasons, by: by.to_owned() })
}

/// Puts right what a rule may put right, where the merchant lets it. An address that the warehouse has
/// been given stays as it is.
#[must_use]
pub fn put_right(order: &Order, now: Timestamp) -> Decision {
    let mut decision = Decision { order: order.clone(), events: Vec::new(), movements: Vec::new() };
    let groups = match order.policy.address_corrections {
        AddressCorrections::Propose => &[],
        AddressCorrections::ApplySafe => order.ship_groups.as_slice(),
    };
    for group in groups {
        let command = correction(&decision.order, group.id, Trust::Safe, Stage::ValidateOrder.name());
        if let Ok(next) = command.and_then(|command| decide(&decision.order, &command, now)) {
            decision = decision.then(next);
        }
    }
    decision
}

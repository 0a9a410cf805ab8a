//! The stages in a world where everything goes well: stock is there and the provider approves.

use jiff::Timestamp;

use super::location;
use crate::domain::decide::{Collection, decide, next_collection, shortfall};
use crate::domain::event::Grant;
use crate::domain::order::{Line, Order, Validation};
use crate::domain::payment::{Operation, OperationOutcome};
use crate::domain::{Command, OrderState};

/// What the stages do next; `None` when all of them have done what they can.
#[must_use]
pub fn next(order: &Order, now: Timestamp) -> Option<Command> {
    candidates(order, now).into_iter().find(|command| has_effect(order, command, now))
}

/// Whether the command would change the order.
#[must_use]
pub fn has_effect(order: &Order, command: &Command, now: Timestamp) -> bool {
    decide(order, command, now).is_ok_and(|decision| !decision.is_already_done())
}

/// What each stage would ask of the order as it stands, whether it has an effect or not.
#[must_use]
pub fn candidates(order: &Order, now: Timestamp) -> Vec<Command> {
    let mut commands = Vec::new();
    if order.validation == Validation::Pending {
        commands.push(Command::Validate { findings: Vec::new() });
    }
    if shortfall(order).next().is_some() {
        let grants = grants(order, |line| line.quantities.open);
        commands.push(Command::Allocate { grants, shortages: Vec::new() });
    }
    commands.extend(collect(order, now));
    commands.push(Command::Cancel);
    commands.push(Command::Release);
    for shipment in &order.shipments {
        let id = || shipment.id.clone();
        commands.push(Command::MarkInstructed { shipment: id() });
        commands.push(Command::Ship { shipment: id() });
        commands.push(Command::Deliver { shipment: id() });
    }
    if order.state >= OrderState::Shipped {
        commands.push(Command::PostSales);
    }
    commands
}

/// What the money stage does next, the provider approving.
#[must_use]
pub fn collect(order: &Order, now: Timestamp) -> Option<Command> {
    Some(match next_collection(order, now)? {
        Collection::Request(payment) => Command::RequestPayment { payment },
        Collection::Ask(operation) | Collection::Look(operation) => {
            let outcome = approved(&operation);
            Command::RecordOperation { operation, outcome }
        }
    })
}

/// The provider does what it is asked.
#[must_use]
pub fn approved(operation: &Operation) -> OperationOutcome {
    let reference = format!("ref-{}", operation.key);
    OperationOutcome::Approved { amount: operation.amount, reference, valid_until: None }
}

/// Some units of each line, from where the line is served or else from `main`.
#[must_use]
pub fn grants(order: &Order, units: impl Fn(&Line) -> u32) -> Vec<Grant> {
    let grant = |line: &Line| Grant {
        line: line.id,
        location: line.location.clone().unwrap_or_else(|| location("main")),
        quantity: units(line),
    };
    order.lines.iter().map(grant).filter(|grant| grant.quantity > 0).collect()
}

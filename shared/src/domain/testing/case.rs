//! What happens to an order.

use jiff::{SignedDuration, Timestamp};

use super::draft::Draft;
use super::invariants::Ledger;
use super::{START, invariants, location, stages};
use crate::domain::decide::{Collection, Decision, decide, next_collection};
use crate::domain::event::{Event, EventKind, Grant};
use crate::domain::ids::{LineId, ShipmentId};
use crate::domain::money::Amount;
use crate::domain::order::{CancelReason, Line, Order, OrderState};
use crate::domain::payment::{Operation, OperationOutcome, Payment};
use crate::domain::rejection::Rejection;
use crate::domain::shipment::{Carrier, FulfilmentEvent, FulfilmentEventKind, LineQuantity, Tracking};
use crate::domain::{Command, evolve};

/// An order and all that has happened to it.
#[derive(Debug, Clone)]
#[must_use]
pub struct Case {
    /// As it stands.
    pub order: Order,
    /// What happened, and when.
    pub history: Vec<(Event, Timestamp)>,
    /// What it did to the stock.
    pub ledger: Ledger,
    /// The time.
    pub now: Timestamp,
    /// What the last command led to.
    last: Result<Vec<EventKind>, Rejection>,
}

/// The order was received a moment ago.
pub fn given(draft: Draft) -> Case {
    let order = draft.order();
    let received = Event::OrderReceived { order: Box::new(order.clone()) };
    Case {
        order,
        history: vec![(received, START)],
        ledger: Ledger::default(),
        now: START,
        last: Ok(vec![EventKind::OrderReceived]),
    }
}

impl Case {
    /// Gives the order a command, whatever comes of it.
    ///
    /// # Panics
    /// When what follows breaks an invariant.
    pub fn when(&mut self, command: &Command) -> &mut Self {
        match decide(&self.order, command, self.now) {
            Ok(decision) => self.take(command, decision),
            Err(rejection) => self.last = Err(rejection),
        }
        self
    }

    fn take(&mut self, command: &Command, decision: Decision) {
        let Decision { order, events, movements } = decision;
        self.ledger.book(&movements);
        invariants::check(&self.order, &order, &events, self.now);
        self.ledger.check(&order);
        self.ledger.count(&order, &events);
        self.ledger.check_tallies(&order);
        invariants::check_repetition(&order, command, self.now);
        self.last = Ok(events.iter().map(Event::kind).collect());
        self.history.extend(events.into_iter().map(|event| (event, self.now)));
        self.order = order;
    }

    /// Gives the order a command that must be accepted.
    ///
    /// # Panics
    /// When it is refused.
    pub fn does(&mut self, command: &Command) -> &mut Self {
        self.when(command);
        assert!(self.last.is_ok(), "{} was refused: {:?}", command.name(), self.last);
        self
    }

    // What the stages do.

    /// Validation found nothing.
    pub fn validated(&mut self) -> &mut Self {
        self.does(&Command::Validate { findings: Vec::new() })
    }

    /// There is stock for everything, in `main`.
    pub fn in_stock(&mut self) -> &mut Self {
        let grants = self.units(|line| line.quantities.open);
        self.does(&Command::Allocate { grants, shortages: Vec::new() })
    }

    /// There is stock for everything but `missing` units of `line`.
    pub fn short_of(&mut self, line: u16, missing: u32) -> &mut Self {
        let mut grants = self.units(|known| known.quantities.open);
        for grant in grants.iter_mut().filter(|grant| grant.line == LineId(line)) {
            grant.quantity -= missing;
        }
        grants.retain(|grant| grant.quantity > 0);
        let shortages = vec![Grant { line: LineId(line), location: location("main"), quantity: missing }];
        self.does(&Command::Allocate { grants, shortages })
    }

    /// Stock arrives for all units that wait.
    pub fn stock_arrives(&mut self) -> &mut Self {
        let grants = self.units(|line| line.quantities.backordered);
        self.does(&Command::FillBackorder { grants })
    }

    /// The money stage does all it can, and the provider approves.
    pub fn collected(&mut self) -> &mut Self {
        while let Some(command) = stages::collect(&self.order, self.now) {
            self.does(&command);
        }
        self
    }

    /// The customer is asked for the first payment.
    pub fn payment_requested(&mut self) -> &mut Self {
        self.does(&Command::RequestPayment { payment: self.order.id.payment(1) })
    }

    /// The provider gives this answer to what it is asked next.
    ///
    /// # Panics
    /// When nothing is to be asked.
    pub fn provider_answers(&mut self, outcome: OperationOutcome) -> &mut Self {
        let operation = self.asked().expect("something to ask of the provider");
        self.does(&Command::RecordOperation { operation, outcome })
    }

    /// What the provider is asked next.
    #[must_use]
    pub fn asked(&self) -> Option<Operation> {
        match next_collection(&self.order, self.now)? {
            Collection::Ask(operation) | Collection::Look(operation) => Some(operation),
            Collection::Request(_) => None,
        }
    }

    /// A deposit on the first payment comes in.
    pub fn deposited(&mut self, amount: i64, reference: &str) -> &mut Self {
        let command = Command::RecordDeposit {
            payment: self.order.id.payment(1),
            amount: Amount::new(amount),
            reference: reference.to_owned(),
            deposited_at: self.now,
        };
        self.does(&command)
    }

    /// A person gave back money of the first payment.
    pub fn refunded_by_hand(&mut self, amount: i64, reference: &str) -> &mut Self {
        let command = Command::RecordRefund {
            payment: self.order.id.payment(1),
            amount: Amount::new(amount),
            reference: reference.to_owned(),
        };
        self.when(&command)
    }

    /// What can leave is planned, and the warehouse told.
    pub fn released(&mut self) -> &mut Self {
        self.does(&Command::Release);
        for shipment in self.order.shipments.clone() {
            self.does(&Command::MarkInstructed { shipment: shipment.id });
        }
        self
    }

    /// The warehouse or the carrier reports about the `n`th shipment.
    pub fn reported(&mut self, n: usize, kind: FulfilmentEventKind) -> &mut Self {
        self.reported_with(n, kind, &[])
    }

    /// The same, naming Yamato tracking numbers.
    pub fn reported_with(&mut self, n: usize, kind: FulfilmentEventKind, numbers: &[&str]) -> &mut Self {
        let tracking = |number: &&str| Tracking { carrier: Carrier::Yamato, number: (*number).to_owned() };
        let report = FulfilmentEvent {
            occurred_at: self.now,
            kind,
            trackings: numbers.iter().map(tracking).collect(),
        };
        self.does(&Command::RecordFulfilment { shipment: self.shipment(n), report })
    }

    /// The carrier has the `n`th shipment, and the stage has taken notice.
    pub fn shipped(&mut self, n: usize) -> &mut Self {
        self.reported_with(n, FulfilmentEventKind::HandedOver, &["444413758703"]);
        self.does(&Command::Ship { shipment: self.shipment(n) })
    }

    /// The customer has the `n`th shipment, and the stage has taken notice.
    pub fn delivered(&mut self, n: usize) -> &mut Self {
        self.reported(n, FulfilmentEventKind::Delivered);
        self.does(&Command::Deliver { shipment: self.shipment(n) })
    }

    /// Everything is to be cancelled.
    pub fn cancel_requested(&mut self) -> &mut Self {
        self.cancel_requested_of(&[])
    }

    /// So many units of such lines are to be cancelled.
    pub fn cancel_requested_of(&mut self, units: &[(u16, u32)]) -> &mut Self {
        let units =
            units.iter().map(|(line, quantity)| LineQuantity { line: LineId(*line), quantity: *quantity });
        self.when(&Command::RequestCancel { lines: units.collect(), reason: CancelReason::Customer })
    }

    /// The cancellation stage does all it can.
    pub fn cancelled(&mut self) -> &mut Self {
        while decide(&self.order, &Command::Cancel, self.now).is_ok_and(|next| !next.is_already_done()) {
            self.does(&Command::Cancel);
        }
        self
    }

    /// All stages do what they can until nothing is left to do.
    pub fn stages_run(&mut self) -> &mut Self {
        while let Some(command) = stages::next(&self.order, self.now) {
            self.does(&command);
        }
        self
    }

    /// Time passes, and the clock is looked at.
    pub fn after(&mut self, hours: i64) -> &mut Self {
        self.now += SignedDuration::from_hours(hours);
        self.does(&Command::Tick)
    }

    // What must be so.

    /// The last command led to exactly this.
    ///
    /// # Panics
    /// When it did not.
    pub fn then(&mut self, events: &[EventKind]) -> &mut Self {
        assert_eq!(self.last.as_deref(), Ok(events));
        self
    }

    /// The last command had been done already.
    pub fn then_nothing(&mut self) -> &mut Self {
        self.then(&[])
    }

    /// The last command was refused with this code.
    ///
    /// # Panics
    /// When it was not.
    pub fn then_refused(&mut self, code: &str) -> &mut Self {
        assert_eq!(self.last.as_ref().map_err(Rejection::code), Err(code));
        self
    }

    /// The order stands there.
    ///
    /// # Panics
    /// When it does not.
    pub fn then_state(&mut self, state: OrderState) -> &mut Self {
        assert_eq!(self.order.state, state);
        self
    }

    /// These tickets are open, and no others.
    ///
    /// # Panics
    /// When they are not.
    pub fn then_open_tickets(&mut self, ids: &[&str]) -> &mut Self {
        let order = self.order.id.as_str();
        let open: Vec<_> =
            self.order.open_tickets().map(|ticket| ticket.id.replace(order, "ORDER")).collect();
        assert_eq!(open, ids);
        self
    }

    /// Replaying everything that happened gives the order as it stands.
    ///
    /// # Panics
    /// When it does not.
    pub fn then_history_agrees(&mut self) -> &mut Self {
        let history = self.history.iter().map(|(event, at)| (event, *at));
        assert_eq!(evolve::replay(history).as_ref(), Some(&self.order));
        self
    }

    /// How often this happened.
    #[must_use]
    pub fn count(&self, kind: EventKind) -> usize {
        self.history.iter().filter(|(event, _)| event.kind() == kind).count()
    }

    /// The `n`th payment, counted from 1.
    ///
    /// # Panics
    /// When there is none.
    #[must_use]
    pub fn payment(&self, n: usize) -> &Payment {
        self.order.payments.get(n - 1).unwrap_or_else(|| panic!("payment {n}"))
    }

    fn shipment(&self, n: usize) -> ShipmentId {
        self.order.id.shipment(n)
    }

    fn units(&self, of: impl Fn(&Line) -> u32) -> Vec<Grant> {
        stages::grants(&self.order, of)
    }
}

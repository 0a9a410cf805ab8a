//! Orders to test with: a [`Draft`] says what is ordered, a [`Case`] tells what happens to it, and
//! after every step it checks what must always hold ([`invariants`]).
//!
//! ```text
//! given(an_order().paid_by(PaymentMethod::Card))
//!     .validated().in_stock().collected()
//!     .then_state(OrderState::Ready);
//! ```

#![expect(clippy::expect_used, clippy::panic, reason = "a test that cannot be set up must fail loudly")]

pub mod invariants;
pub mod stages;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use self::invariants::Ledger;
use super::billing::{Declared, Discount, DiscountKind, FeeKind};
use super::customer::{Address, Customer, DesiredDelivery, Language, Personal};
use super::decide::{Collection, Decision, decide, next_collection};
use super::event::{Event, EventKind, Grant};
use super::ids::{ChannelId, LineId, LocationId, MerchantId, ShipmentId, Sku};
use super::intake::{Impossible, Intake, IntakeFee, IntakeLine, IntakePayment, IntakeShipGroup};
use super::merchant::{OrderPolicy, SalesPolicy, SplitPolicy};
use super::money::{Amount, Currency};
use super::order::{CancelReason, Order, OrderState};
use super::payment::{Operation, OperationOutcome, Payment, PaymentMethod};
use super::rejection::Rejection;
use super::shipment::{Carrier, FulfilmentEvent, FulfilmentEventKind, LineQuantity, Tracking};
use super::tax::{PriceBasis, TaxRate};
use super::{Command, evolve};

/// When every test begins: 2026-04-01, nine o'clock in Japan.
pub const START: Timestamp = Timestamp::constant(1_775_001_600, 0);

/// An amount of `units`.
#[must_use]
pub const fn yen(units: i64) -> Amount {
    Amount::new(units)
}

/// The merchant of every test.
///
/// # Panics
/// Never: it is an identifier.
#[must_use]
pub fn merchant() -> MerchantId {
    MerchantId::new("acme").expect("a merchant")
}

/// Its channel.
///
/// # Panics
/// Never: it is an identifier.
#[must_use]
pub fn channel() -> ChannelId {
    ChannelId::new("acme-shop").expect("a channel")
}

/// A location called `name`.
///
/// # Panics
/// When that is no identifier.
#[must_use]
pub fn location(name: &str) -> LocationId {
    LocationId::new(name).expect("a location")
}

/// An address that nothing is wrong with.
#[must_use]
pub fn address(name: &str) -> Address {
    Address {
        name: Personal::new(name),
        phone: Some(Personal::new("03-1234-5678")),
        country: "JP".to_owned(),
        postal_code: Personal::new("100-0001"),
        prefecture: Personal::new("東京都"),
        city: Personal::new("千代田区"),
        line1: Personal::new("千代田1-1"),
        line2: None,
    }
}

/// What a customer orders, of which merchant.
#[derive(Debug, Clone)]
#[must_use]
pub struct Draft {
    /// The order as the channel sends it.
    pub intake: Intake,
    /// How the merchant handles it.
    pub policy: OrderPolicy,
}

/// Two units at ¥1,000 to Tokyo, by card; the merchant sends everything together.
pub fn an_order() -> Draft {
    let intake = Intake {
        number: "1001".to_owned(),
        ordered_at: START,
        customer: Customer {
            name: Personal::new("山田太郎"),
            mail: Some(Personal::new("taro@example.com")),
            phone: Some(Personal::new("090-1234-5678")),
            language: Language::Ja,
        },
        currency: Currency::Jpy,
        basis: PriceBasis::TaxIncluded,
        ship_groups: vec![IntakeShipGroup {
            address: address("山田太郎"),
            desired: DesiredDelivery::default(),
        }],
        lines: Vec::new(),
        fees: Vec::new(),
        discounts: Vec::new(),
        payments: vec![IntakePayment { method: PaymentMethod::Card, amount: None, token: None }],
        declared: None,
        customer_note: None,
    };
    Draft { intake, policy: OrderPolicy::default() }.of(&[(2, 1_000)])
}

impl Draft {
    /// Lines of so many units at such a price each, instead of those there were.
    pub fn of(mut self, lines: &[(u32, i64)]) -> Self {
        self.intake.lines.clear();
        lines.iter().fold(self, |draft, (quantity, price)| draft.and(*quantity, *price))
    }

    /// One line more, at 10 %.
    ///
    /// # Panics
    /// Never: its SKU is an identifier.
    pub fn and(mut self, quantity: u32, price: i64) -> Self {
        let n = self.intake.lines.len() + 1;
        self.intake.lines.push(IntakeLine {
            ship_group: 0,
            sku: Sku::new(format!("SKU-{n}")).expect("a SKU"),
            title: format!("Product {n}"),
            unit_price: Amount::new(price),
            quantity,
            tax_rate: TaxRate::STANDARD,
            discount: Amount::ZERO,
        });
        self
    }

    /// The last line's tax rate.
    pub fn at(mut self, rate: TaxRate) -> Self {
        if let Some(line) = self.intake.lines.last_mut() {
            line.tax_rate = rate;
        }
        self
    }

    /// The last line goes to somebody else.
    pub fn to_another_address(mut self) -> Self {
        let group = IntakeShipGroup { address: address("山田花子"), desired: DesiredDelivery::default() };
        self.intake.ship_groups.push(group);
        if let Some(line) = self.intake.lines.last_mut() {
            line.ship_group = self.intake.ship_groups.len() - 1;
        }
        self
    }

    /// The last address gets its goods on that day.
    pub fn wanted_on(mut self, date: Date) -> Self {
        if let Some(group) = self.intake.ship_groups.last_mut() {
            group.desired.date = Some(date);
        }
        self
    }

    /// A fee, at 10 %.
    pub fn with_fee(mut self, kind: FeeKind, amount: i64) -> Self {
        self.intake.fees.push(IntakeFee { kind, amount: Amount::new(amount), tax_rate: TaxRate::STANDARD });
        self
    }

    /// A discount on the whole order.
    pub fn with_discount(mut self, kind: DiscountKind, amount: i64) -> Self {
        self.intake.discounts.push(Discount { kind, code: None, amount: Amount::new(amount) });
        self
    }

    /// Paid by `method` alone.
    pub fn paid_by(mut self, method: PaymentMethod) -> Self {
        self.intake.payments = vec![IntakePayment { method, amount: None, token: None }];
        self
    }

    /// `amount` of it paid by `method`, before the others.
    pub fn first_paid_by(mut self, method: PaymentMethod, amount: i64) -> Self {
        let payment = IntakePayment { method, amount: Some(Amount::new(amount)), token: None };
        self.intake.payments.insert(0, payment);
        self
    }

    /// From abroad, in US cents, tax on top, with the channel's own figures.
    pub fn abroad(mut self, total: i64, taxes: &[(TaxRate, i64)]) -> Self {
        self.intake.currency = Currency::Usd;
        self.intake.basis = PriceBasis::TaxExcluded;
        let taxes = taxes.iter().map(|(rate, tax)| (*rate, Amount::new(*tax))).collect();
        self.intake.declared = Some(Declared { total: Amount::new(total), taxes });
        self
    }

    /// The merchant sends what is there, and the rest when it comes.
    pub fn sent_as_available(mut self) -> Self {
        self.policy.split = SplitPolicy::AsAvailable;
        self
    }

    /// The merchant posts the sale when the goods have left.
    pub fn posted_when_shipped(mut self) -> Self {
        self.policy.sales = SalesPolicy::Shipped;
        self
    }

    /// The order, received by [`merchant`] from [`channel`].
    ///
    /// # Panics
    /// When the draft is impossible.
    #[must_use]
    pub fn order(self) -> Order {
        self.received().expect("a possible order")
    }

    /// The order, or why it cannot be one.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn received(self) -> Result<Order, Vec<Impossible>> {
        self.intake.into_order((merchant(), channel()), "f".repeat(64), &self.policy, START)
    }
}

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

    fn units(&self, of: impl Fn(&super::order::Line) -> u32) -> Vec<Grant> {
        stages::grants(&self.order, of)
    }
}

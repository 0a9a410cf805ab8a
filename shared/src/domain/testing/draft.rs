//! What is ordered.

use jiff::civil::Date;

use super::{START, address, channel, merchant};
use crate::domain::billing::{Declared, Discount, DiscountKind, FeeKind};
use crate::domain::customer::{Customer, DesiredDelivery, Language, Personal};
use crate::domain::ids::Sku;
use crate::domain::intake::{Impossible, Intake, IntakeFee, IntakeLine, IntakePayment, IntakeShipGroup};
use crate::domain::merchant::{OrderPolicy, SalesPolicy, SplitPolicy};
use crate::domain::money::{Amount, Currency};
use crate::domain::order::Order;
use crate::domain::particulars::{GroupParticulars, LineParticulars, Particulars};
use crate::domain::payment::PaymentMethod;
use crate::domain::tax::{PriceBasis, TaxRate};

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
            ..Customer::default()
        },
        currency: Currency::Jpy,
        basis: PriceBasis::TaxIncluded,
        ship_groups: vec![IntakeShipGroup {
            address: address("山田太郎"),
            desired: DesiredDelivery::default(),
            particulars: GroupParticulars::default(),
        }],
        lines: Vec::new(),
        fees: Vec::new(),
        discounts: Vec::new(),
        payments: vec![IntakePayment {
            method: PaymentMethod::Card,
            amount: None,
            token: None,
            awaited: false,
        }],
        declared: None,
        customer_note: None,
        particulars: Particulars::default(),
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
            particulars: LineParticulars::default(),
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
        let group = IntakeShipGroup {
            address: address("山田花子"),
            desired: DesiredDelivery::default(),
            particulars: GroupParticulars::default(),
        };
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
        self.intake.payments = vec![IntakePayment { method, amount: None, token: None, awaited: false }];
        self
    }

    /// `amount` of it paid by `method`, before the others.
    pub fn first_paid_by(mut self, method: PaymentMethod, amount: i64) -> Self {
        let payment =
            IntakePayment { method, amount: Some(Amount::new(amount)), token: None, awaited: false };
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

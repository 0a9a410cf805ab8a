//! The canonical order: what every channel's order becomes before it is accepted.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::billing::{Declared, Discount, DiscountKind, Fee, FeeKind};
use super::customer::{Address, Customer, DesiredDelivery, Personal};
use super::decide::ship_from;
use super::ids::{ChannelId, LineId, MerchantId, OrderId, Sku};
use super::merchant::OrderPolicy;
use super::money::{Amount, Currency};
use super::order::{Line, MAX_LINES, Order, OrderState, Quantities, ShipGroup, Validation};
use super::particulars::{GroupParticulars, LineParticulars, MAX_PARTICULARS, Particulars};
use super::payment::{Payment, PaymentMethod, PaymentStatus};
use super::screening::Screening;
use super::tax::{PriceBasis, TaxRate};
use super::told::Said;

/// The most ship groups, payments, fees or discounts of an order.
pub const MAX_PARTS: usize = 20;
/// The most units of a line.
pub const MAX_UNITS: u32 = 9_999;

/// A line as a channel ordered it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IntakeLine {
    /// Index into the ship groups, from 0.
    pub ship_group: usize,
    /// What.
    pub sku: Sku,
    /// The product's name as the customer saw it.
    pub title: String,
    /// Price of one unit.
    pub unit_price: Amount,
    /// How many units.
    pub quantity: u32,
    /// Its tax rate.
    pub tax_rate: TaxRate,
    /// A discount on this line alone, for all its units.
    pub discount: Amount,
    /// What else the channel says.
    #[serde(default, skip_serializing_if = "LineParticulars::is_empty")]
    pub particulars: LineParticulars,
}

/// A fee as a channel charged it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IntakeFee {
    /// What for.
    pub kind: FeeKind,
    /// How much.
    pub amount: Amount,
    /// Its tax rate.
    pub tax_rate: TaxRate,
}

/// A payment as a channel agreed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IntakePayment {
    /// How.
    pub method: PaymentMethod,
    /// How much; the rest of the total when `None`, which at most one payment may be.
    pub amount: Option<Amount>,
    /// The card token or the customer's reference at the provider.
    pub token: Option<Personal>,
    /// Whether the channel that settles it does not have the money yet: nothing leaves before it
    /// says so.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub awaited: bool,
}

/// Where a part of the order goes, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IntakeShipGroup {
    /// Where to.
    pub address: Address,
    /// When the customer wants it.
    pub desired: DesiredDelivery,
    /// What else the channel says.
    #[serde(default, skip_serializing_if = "GroupParticulars::is_empty")]
    pub particulars: GroupParticulars,
}

/// An order as a channel sent it, in our terms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intake {
    /// The channel's own number of it.
    pub number: String,
    /// When the customer ordered.
    pub ordered_at: Timestamp,
    /// Who ordered.
    pub customer: Customer,
    /// The currency of all amounts.
    pub currency: Currency,
    /// Whether prices contain tax.
    pub basis: PriceBasis,
    /// Where it goes; at least one.
    pub ship_groups: Vec<IntakeShipGroup>,
    /// What was ordered; at least one.
    pub lines: Vec<IntakeLine>,
    /// Fees.
    pub fees: Vec<IntakeFee>,
    /// Discounts on the whole order.
    pub discounts: Vec<Discount>,
    /// How it is paid; at least one.
    pub payments: Vec<IntakePayment>,
    /// The channel's own figures.
    pub declared: Option<Declared>,
    /// What the customer wrote.
    pub customer_note: Option<Personal>,
    /// What else the channel says.
    #[serde(default, skip_serializing_if = "Particulars::is_empty")]
    pub particulars: Particulars,
}

/// Why an order cannot be one, as a path into it and what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Impossible {
    /// Where.
    pub field: String,
    /// What is wrong and what to do.
    pub message: String,
}

fn impossible(field: impl Into<String>, message: impl Into<String>) -> Impossible {
    Impossible { field: field.into(), message: message.into() }
}

impl Intake {
    /// Turns the canonical order into an order of ours.
    ///
    /// `fingerprint` is the SHA-256 of the canonical order, in hex.
    ///
    /// # Errors
    /// Everything that makes the order impossible; what does not add up only once every part is
    /// right by itself.
    pub fn into_order(
        self,
        (merchant, channel): (MerchantId, ChannelId),
        fingerprint: String,
        policy: &OrderPolicy,
        now: Timestamp,
    ) -> Result<Order, Vec<Impossible>> {
        let wrong = self.defects();
        if !wrong.is_empty() {
            return Err(wrong);
        }
        // Only now: amounts out of range could not even be added up.
        let (discounts_of_lines, discounts_of_fees) = self.shares().map_err(|defect| vec![defect])?;
        let id = OrderId::of(&merchant, &channel, &self.number);
        let lines = (1..).zip(self.lines).zip(discounts_of_lines).map(|((n, line), discount)| Line {
            id: LineId(n),
            ship_group: group_number(line.ship_group),
            sku: line.sku,
            title: line.title,
            unit_price: line.unit_price,
            ordered: line.quantity,
            tax_rate: line.tax_rate,
            discount,
            quantities: Quantities { open: line.quantity, ..Quantities::default() },
            location: None,
            particulars: line.particulars,
        });
        let fees = self.fees.into_iter().zip(discounts_of_fees).map(|(fee, discount)| Fee {
            kind: fee.kind,
            amount: fee.amount,
            tax_rate: fee.tax_rate,
            discount,
        });
        let ship_groups = self.ship_groups.into_iter().enumerate().map(|(n, group)| ShipGroup {
            id: group_number(n),
            not_before: ship_from(&group.desired, policy.lead_time_days),
            address: group.address,
            desired: group.desired,
            particulars: group.particulars,
        });
        let mut order = Order {
            merchant,
            channel,
            number: self.number,
            fingerprint,
            said: Said::default(),
            version: 1,
            ordered_at: self.ordered_at,
            received_at: now,
            customer: self.customer,
            currency: self.currency,
            basis: self.basis,
            ship_groups: ship_groups.collect(),
            lines: lines.collect(),
            fees: fees.collect(),
            discounts: self.discounts,
            declared: self.declared,
            payments: Vec::new(),
            shipments: Vec::new(),
            state: OrderState::Received,
            state_since: now,
            validation: Validation::Pending,
            findings: Vec::new(),
            ready: false,
            sales_posted: false,
            holds: Vec::new(),
            tickets: Vec::new(),
            calls: Vec::new(),
            handlings: Vec::new(),
            notes: Vec::new(),
            customer_note: self.customer_note,
            particulars: self.particulars,
            screening: Screening::default(),
            cancellation: None,
            delays: Vec::new(),
            policy: policy.clone(),
            reports: Vec::new(),
            drift: None,
            past: None,
            money_since: None,
            id,
        };
        let total = order.billing().total;
        order.payments = payments(&order.id, self.payments, total).map_err(|defect| vec![defect])?;
        Ok(order)
    }

    fn defects(&self) -> Vec<Impossible> {
        let mut wrong = Vec::new();
        let mut check = |ok: bool, field: &str, message: &str| {
            if !ok {
                wrong.push(impossible(field, message));
            }
        };
        let number = &self.number;
        let plain = !number.is_empty() && number.len() <= 100 && !number.contains(char::is_control);
        check(plain, "number", "must be 1 to 100 characters without control characters");
        check((1..=MAX_LINES).contains(&self.lines.len()), "lines", "an order has 1 to 100 lines");
        let parts = |n: usize| (1..=MAX_PARTS).contains(&n);
        check(parts(self.ship_groups.len()), "ship_groups", "an order has 1 to 20 ship groups");
        check(parts(self.payments.len()), "payments", "an order has 1 to 20 payments");
        check(self.fees.len() <= MAX_PARTS, "fees", "an order has at most 20 fees");
        check(self.discounts.len() <= MAX_PARTS, "discounts", "an order has at most 20 discounts");
        for (i, line) in self.lines.iter().enumerate() {
            let at = |field: &str| format!("lines[{i}].{field}");
            check((1..=MAX_UNITS).contains(&line.quantity), &at("quantity"), "must be 1 to 9,999");
            check(in_range(line.unit_price), &at("unit_price"), AMOUNT_RULE);
            check(in_range(line.discount), &at("discount"), AMOUNT_RULE);
            check(
                line.ship_group < self.ship_groups.len(),
                &at("ship_group"),
                "names no ship group of the order",
            );
            check(line.title.chars().count() <= 500, &at("title"), "must be at most 500 characters");
        }
        for (i, fee) in self.fees.iter().enumerate() {
            check(in_range(fee.amount), &format!("fees[{i}].amount"), AMOUNT_RULE);
        }
        for (i, discount) in self.discounts.iter().enumerate() {
            check(in_range(discount.amount), &format!("discounts[{i}].amount"), AMOUNT_RULE);
        }
        for (i, payment) in self.payments.iter().enumerate() {
            let amount = payment.amount.unwrap_or_default();
            check(in_range(amount), &format!("payments[{i}].amount"), AMOUNT_RULE);
        }
        if let Some(declared) = &self.declared {
            check(in_range(declared.total), "declared.total", AMOUNT_RULE);
            check(declared.taxes.len() <= MAX_PARTS, "declared.taxes", "an order has at most 20 tax rates");
            for (i, (_, tax)) in declared.taxes.iter().enumerate() {
                check(in_range(*tax), &format!("declared.taxes[{i}]"), AMOUNT_RULE);
            }
        }
        let particulars = &self.particulars;
        let count = particulars.cautions.len().max(particulars.points_earned.len());
        check(count <= MAX_PARTICULARS, "particulars", "an order has at most 20 cautions and point issuers");
        let long = self.customer_note.as_ref().is_some_and(|note| note.reveal().chars().count() > 2_000);
        check(!long, "customer_note", "must be at most 2,000 characters");
        wrong
    }

    /// The share of every line and of every fee in the discounts, by largest remainder.
    fn shares(&self) -> Result<(Vec<Amount>, Vec<Amount>), Impossible> {
        let mut lines: Vec<Amount> = self.lines.iter().map(|line| line.discount).collect();
        let mut fees = vec![Amount::ZERO; self.fees.len()];
        let too_much = |i: usize| impossible(format!("discounts[{i}]"), "is more than what it lowers");
        for (i, discount) in self.discounts.iter().enumerate() {
            let left_of_lines =
                self.lines.iter().zip(&lines).map(|(line, taken)| line.unit_price * line.quantity - *taken);
            let mut weights: Vec<Amount> = left_of_lines.map(Amount::or_zero).collect();
            if discount.kind == DiscountKind::Points {
                weights.extend(self.fees.iter().zip(&fees).map(|(fee, taken)| fee.amount - *taken));
            }
            if discount.amount > weights.iter().copied().sum() {
                return Err(too_much(i));
            }
            let parts = discount.amount.split(&weights).ok_or_else(|| too_much(i))?;
            for (share, part) in lines.iter_mut().chain(&mut fees).zip(parts) {
                *share += part;
            }
        }
        let over =
            self.lines.iter().zip(&lines).position(|(line, share)| *share > line.unit_price * line.quantity);
        match over {
            Some(i) => Err(impossible(format!("lines[{i}].discount"), "is more than the line costs")),
            None => Ok((lines, fees)),
        }
    }
}

const AMOUNT_RULE: &str = "must be 0 to 1,000,000,000 of the currency's smallest unit";

fn in_range(amount: Amount) -> bool {
    (Amount::ZERO..=Amount::LIMIT).contains(&amount)
}

fn group_number(index: usize) -> u8 {
    u8::try_from(index + 1).unwrap_or(u8::MAX)
}

/// The payments of an order that costs `total`. What they sum to must be the total, because money
/// that belongs to no payment could never be collected.
fn payments(
    order: &OrderId,
    payments: Vec<IntakePayment>,
    total: Amount,
) -> Result<Vec<Payment>, Impossible> {
    let stated: Amount = payments.iter().filter_map(|payment| payment.amount).sum();
    let open = payments.iter().filter(|payment| payment.amount.is_none()).count();
    let rest = total - stated;
    if open > 1 {
        return Err(impossible("payments", "only one payment may leave out its amount"));
    }
    if rest < Amount::ZERO || (open == 0 && !rest.is_zero()) {
        return Err(impossible(
            "payments",
            format!("sum to {}, but the order costs {}", stated.units(), total.units()),
        ));
    }
    let payment = |(n, payment): (usize, IntakePayment)| {
        let amount = payment.amount.unwrap_or(rest);
        let settled = payment.method == PaymentMethod::ChannelSettled && !payment.awaited;
        Payment {
            id: order.payment(n),
            method: payment.method,
            amount,
            status: if settled { PaymentStatus::Captured } else { PaymentStatus::Pending },
            token: payment.token,
            reference: None,
            authorized: Amount::ZERO,
            valid_until: None,
            captured: if settled { amount } else { Amount::ZERO },
            refunded: Amount::ZERO,
            unknown: None,
            check_at: None,
            checks: 0,
            refused: Vec::new(),
            attempt: 0,
            refunds: 0,
            refund_references: Vec::new(),
            requested: None,
            deposits: Vec::new(),
        }
    };
    Ok((1..).zip(payments).map(payment).collect())
}

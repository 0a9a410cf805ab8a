//! From what both versions say of an order to the canonical order.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

use super::super::figures::{TaxSums, add_fee, rate_of, spread};
use super::super::lenient::Scalar;
use super::super::reader::Reader;
use super::super::{ChannelError, ChannelOrder, ChannelStatus};
use crate::domain::billing::FeeKind;
use crate::domain::customer::{Address, Customer, DesiredDelivery, Personal, TimeSlot};
use crate::domain::ids::Sku;
use crate::domain::intake::{Intake, IntakeFee, IntakeLine, IntakePayment, IntakeShipGroup};
use crate::domain::japan;
use crate::domain::money::{Amount, Currency};
use crate::domain::order::MAX_LINES;
use crate::domain::particulars::{Gift, GroupParticulars, LineParticulars, Particulars, PointsEarned};
use crate::domain::tax::{PriceBasis, TaxRate};

/// An order of either version, with its values read.
pub(super) struct Facts {
    pub(super) number: String,
    pub(super) ordered_at: Timestamp,
    pub(super) status: ChannelStatus,
    pub(super) by_amazon: bool,
    pub(super) customer: Customer,
    pub(super) address: Option<Address>,
    pub(super) items: Vec<Item>,
    /// What is charged for the order as a whole.
    pub(super) charges: Vec<Charge>,
    pub(super) total: Option<Amount>,
    pub(super) payments: Vec<IntakePayment>,
    pub(super) delivery_method: Option<String>,
    pub(super) note: Option<Personal>,
    pub(super) particulars: Particulars,
    /// The call that has the prices.
    pub(super) prices_in: &'static str,
}

/// What an order item says.
pub(super) struct Item {
    pub(super) sku: Sku,
    pub(super) title: String,
    pub(super) units: u32,
    /// What one unit costs, where it is stated.
    pub(super) unit_price: Option<Amount>,
    pub(super) charges: Vec<Charge>,
    pub(super) gift: Gift,
    pub(super) points: u32,
    pub(super) desired: DesiredDelivery,
    pub(super) particulars: LineParticulars,
}

/// What something is charged for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Goods,
    Shipping,
    Wrapping,
    CashOnDelivery,
    Other,
}

impl Part {
    /// The fee it is; none for the goods.
    const fn fee(self) -> Option<FeeKind> {
        match self {
            Self::Goods => None,
            Self::Shipping => Some(FeeKind::Shipping),
            Self::Wrapping => Some(FeeKind::Wrapping),
            Self::CashOnDelivery => Some(FeeKind::Payment),
            Self::Other => Some(FeeKind::Other),
        }
    }
}

/// What is charged for one thing, for all its units.
#[derive(Debug, Clone, Copy)]
pub(super) struct Charge {
    pub(super) part: Part,
    /// Before the discount; `None` when the price is not in the payload.
    pub(super) amount: Option<Amount>,
    pub(super) discount: Amount,
    pub(super) tax: Amount,
}

impl Charge {
    pub(super) const fn of(part: Part) -> Self {
        Self { part, amount: None, discount: Amount::ZERO, tax: Amount::ZERO }
    }

    fn net(&self) -> Amount {
        self.amount.unwrap_or_default() - self.discount
    }
}

/// The charge of a part, made where there is none yet.
pub(super) fn charge_of(charges: &mut Vec<Charge>, part: Part) -> Option<&mut Charge> {
    if !charges.iter().any(|charge| charge.part == part) {
        charges.push(Charge::of(part));
    }
    charges.iter_mut().find(|charge| charge.part == part)
}

/// How the prices of an order are meant.
struct Pricing {
    basis: PriceBasis,
    /// Whether any tax is stated.
    taxed: bool,
}

impl Pricing {
    /// Prices contain the tax when the total is their sum, and do not when it is more by the tax.
    fn of(facts: &Facts, currency: Currency) -> Self {
        let charges = || facts.items.iter().flat_map(|item| &item.charges).chain(&facts.charges);
        let sum: Amount = charges().map(Charge::net).sum();
        let tax: Amount = charges().map(|charge| charge.tax).sum();
        let taxed = tax.is_positive();
        let basis = match facts.total {
            Some(total) if taxed && total == sum + tax => PriceBasis::TaxExcluded,
            Some(total) if taxed && total == sum => PriceBasis::TaxIncluded,
            Some(_) | None if currency == Currency::Jpy => PriceBasis::TaxIncluded,
            Some(_) | None => PriceBasis::TaxExcluded,
        };
        Self { basis, taxed }
    }

    fn rate(&self, charge: &Charge, reader: &mut Reader) -> TaxRate {
        // Amazon names no tax on what it charges for cash on delivery.
        match rate_of(charge.tax, charge.net(), self.basis) {
            Some(rate) if self.taxed => rate,
            None if self.taxed && charge.part != Part::CashOnDelivery => TaxRate::EXEMPT,
            Some(_) | None => reader.assumed_rate(),
        }
    }
}

/// The canonical order.
pub(super) fn assemble(mut facts: Facts, mut reader: Reader) -> Result<ChannelOrder, ChannelError> {
    let pricing = Pricing::of(&facts, reader.currency);
    if facts.items.len() > MAX_LINES {
        reader.defects.add("OrderItems", format!("has more than {MAX_LINES} items"));
    }
    let mut taxes = TaxSums::default();
    let mut fees = Vec::new();
    for charge in facts.items.iter().flat_map(|item| &item.charges).chain(&facts.charges) {
        add_charge(&mut fees, charge, &pricing, &mut taxes, &mut reader);
    }
    let group = GroupParticulars {
        gift: gift(&facts.items),
        delivery_method: facts.delivery_method.take(),
        ..GroupParticulars::default()
    };
    let desired = facts.items.iter().find(|item| item.desired.date.is_some());
    let desired = desired.map(|item| item.desired.clone()).unwrap_or_default();
    let points: u32 = facts.items.iter().map(|item| item.points).fold(0, u32::saturating_add);
    if points > 0 {
        facts.particulars.points_earned.push(PointsEarned { issuer: "AMAZON".to_owned(), points });
    }
    let prices_in = facts.prices_in;
    let items = facts.items.into_iter().take(MAX_LINES).filter(|item| item.units > 0);
    let lines = items.map(|item| line(item, prices_in, &pricing, &mut taxes, &mut reader)).collect();
    let status = match facts.status {
        ChannelStatus::Pending | ChannelStatus::Open | ChannelStatus::PartiallyShipped if facts.by_amazon => {
            reader.caution("FULFILLED_BY_AMAZON", "Amazon ships the order: there is nothing to do here");
            ChannelStatus::Shipped
        }
        status @ (ChannelStatus::Pending
        | ChannelStatus::Open
        | ChannelStatus::PartiallyShipped
        | ChannelStatus::Shipped
        | ChannelStatus::Cancelled) => status,
    };
    let address = facts.address.unwrap_or_else(|| Address { country: "JP".to_owned(), ..Address::default() });
    let order = Intake {
        number: facts.number,
        ordered_at: facts.ordered_at,
        customer: facts.customer,
        currency: reader.currency,
        basis: pricing.basis,
        ship_groups: vec![IntakeShipGroup { address, desired, particulars: group }],
        lines,
        fees,
        discounts: Vec::new(),
        payments: facts.payments,
        declared: taxes.declared(facts.total),
        customer_note: facts.note,
        particulars: facts.particulars,
    };
    reader.finish(status, order)
}

fn line(
    item: Item,
    prices_in: &str,
    pricing: &Pricing,
    taxes: &mut TaxSums,
    reader: &mut Reader,
) -> IntakeLine {
    let goods = item.charges.iter().find(|charge| charge.part == Part::Goods);
    let goods = goods.copied().unwrap_or(Charge::of(Part::Goods));
    let (unit_price, rounding) = match (goods.amount, item.unit_price) {
        (Some(all), Some(each)) if each * item.units == all => (each, Amount::ZERO),
        (Some(all), _) => spread(all, item.units),
        (None, Some(each)) => (each, Amount::ZERO),
        (None, None) => {
            reader.lacks("lines[].unit_price", prices_in);
            (Amount::ZERO, Amount::ZERO)
        }
    };
    let goods = Charge { amount: Some(unit_price * item.units - rounding), ..goods };
    let tax_rate = pricing.rate(&goods, reader);
    taxes.add(tax_rate, goods.tax);
    IntakeLine {
        ship_group: 0,
        sku: item.sku,
        title: item.title,
        unit_price,
        quantity: item.units,
        tax_rate,
        discount: goods.discount + rounding,
        particulars: item.particulars,
    }
}

fn add_charge(
    fees: &mut Vec<IntakeFee>,
    charge: &Charge,
    pricing: &Pricing,
    taxes: &mut TaxSums,
    reader: &mut Reader,
) {
    let Some(kind) = charge.part.fee().filter(|_| charge.net().is_positive()) else { return };
    let tax_rate = pricing.rate(charge, reader);
    taxes.add(tax_rate, charge.tax);
    add_fee(fees, kind, charge.net(), tax_rate);
}

/// The wishes of all items, each once.
fn gift(items: &[Item]) -> Gift {
    let mut messages: Vec<&str> = Vec::new();
    for message in items.iter().filter_map(|item| item.gift.message.as_ref()) {
        if !messages.contains(&message.reveal()) {
            messages.push(message.reveal());
        }
    }
    let wrapping = items.iter().find_map(|item| item.gift.wrapping.clone());
    Gift { noshi: None, wrapping, message: Reader::note([messages.join("\n")]) }
}

/// The window of a delivery that was arranged with the customer: its first day, and the hours where
/// they are of one day. In Japan by the time there, elsewhere as Amazon writes it.
pub(super) fn window(from: &Scalar, to: &Scalar, currency: Currency) -> DesiredDelivery {
    let local = |at: &Scalar| {
        let at: Timestamp = at.get()?.parse().ok()?;
        Some(if currency == Currency::Jpy { japan::local(at) } else { Offset::UTC.to_datetime(at) })
    };
    let from = local(from).filter(|from| DesiredDelivery::is_possible_on(from.date()));
    let slot = from.zip(local(to)).filter(|(from, to)| from.date() == to.date());
    let slot = slot.map(|(from, to)| format!("{:02}{:02}", from.hour(), to.hour()));
    DesiredDelivery {
        date: from.map(DateTime::date),
        time_slot: slot.filter(|slot| TimeSlot::from_code(slot).is_some()),
    }
}

//! Our own JSON: the order as an integrator of any shop can send it.

mod model;

use jiff::civil::Date;

pub use self::model::*;
use super::wire::{
    Defects, MAIL, NAME, NOTE, PHONE, PLACE, POSTAL_CODE, TITLE, TOKEN, parse, tax_rate, tidy,
};
use super::{ChannelDefaults, ChannelError, ChannelOrder, Reading};
use crate::domain::billing::{Declared, Discount};
use crate::domain::customer::{Address, Customer, DesiredDelivery, Personal, TimeSlot};
use crate::domain::ids::Sku;
use crate::domain::intake::{Intake, IntakeFee, IntakeLine, IntakePayment, IntakeShipGroup, MAX_PARTS};
use crate::domain::money::{Amount, Currency};
use crate::domain::order::MAX_LINES;
use crate::domain::particulars::{
    Caution, Gift, GroupParticulars, LineParticulars, Particulars, PointsEarned, PurchaseOrder, Subscription,
    Temperature,
};
use crate::domain::payment::PaymentMethod;
use crate::domain::tax::TaxRate;

/// Reads an order in our own JSON.
///
/// # Errors
/// See [`super::read`].
pub(super) fn read(body: &[u8], defaults: &ChannelDefaults) -> Result<Reading, ChannelError> {
    let (order, unmapped): (NewOrder, _) = parse(body)?;
    Ok(Reading::of(read_order(&order, defaults)?, unmapped))
}

/// Takes an order over, with everything that is wrong with it.
pub(super) fn read_order(order: &NewOrder, defaults: &ChannelDefaults) -> Result<ChannelOrder, ChannelError> {
    let (status, updated_at) = (order.status, order.updated_at);
    let mut reader = Reader { currency: order.currency, defects: Defects::default() };
    let intake = Intake {
        number: reader.number(&order.number),
        ordered_at: reader.defects.moment("ordered_at", order.ordered_at),
        customer: reader.customer(&order.customer, defaults),
        currency: order.currency,
        basis: order.prices,
        ship_groups: reader.ship_groups(order),
        lines: reader.lines(order),
        fees: reader.fees(&order.fees),
        discounts: reader.discounts(&order.discounts),
        payments: reader.payments(&order.payments),
        declared: reader.declared(order),
        customer_note: reader.note(order.note.as_deref()),
        particulars: reader.particulars(order),
    };
    let order = reader.defects.finish(intake)?;
    Ok(ChannelOrder { status, updated_at, order, missing: Vec::new() })
}

struct Reader {
    currency: Currency,
    defects: Defects,
}

impl Reader {
    fn number(&mut self, number: &str) -> String {
        let number = self.defects.text("number", number, 100);
        if number.is_empty() {
            self.defects.add("number", "must not be empty: it is how a repetition is recognised");
        }
        number
    }

    fn customer(&mut self, customer: &NewCustomer, defaults: &ChannelDefaults) -> Customer {
        let home = customer.address.as_ref().map(|home| Box::new(self.address("customer.address", home)));
        let number = self.optional("customer.number", customer.number.as_deref());
        let defects = &mut self.defects;
        Customer {
            name: defects.personal("customer.name", Some(&customer.name), NAME).unwrap_or_default(),
            mail: defects.personal("customer.mail", customer.mail.as_deref(), MAIL),
            phone: defects.personal("customer.phone", customer.phone.as_deref(), PHONE),
            language: customer.language.unwrap_or(defaults.language),
            kana: defects.personal("customer.kana", customer.kana.as_deref(), NAME),
            company: defects.personal("customer.company", customer.company.as_deref(), NAME),
            number,
            address: home,
        }
    }

    fn ship_groups(&mut self, order: &NewOrder) -> Vec<IntakeShipGroup> {
        let several = !order.ship_groups.is_empty();
        match &order.ship_to {
            Some(_) if several => {
                self.defects.add("ship_to", "give either `ship_to` or `ship_groups`, not both");
                Vec::new()
            }
            Some(address) => {
                let address = self.address("ship_to", address);
                let desired = self.desired("", order.desired_date, order.time_slot.as_deref());
                let wishes = (order.gift.as_ref(), order.temperature, order.delivery_method.as_deref());
                vec![IntakeShipGroup { address, desired, particulars: self.wishes("", None, wishes) }]
            }
            None if several => {
                let of_all = [
                    ("desired_date", order.desired_date.is_some() || order.time_slot.is_some()),
                    ("gift", order.gift.is_some()),
                    ("temperature", order.temperature.is_some()),
                    ("delivery_method", order.delivery_method.is_some()),
                ];
                for (field, _) in of_all.into_iter().filter(|(_, given)| *given) {
                    self.defects.add(field, "with `ship_groups`, give it in each of them");
                }
                self.limit("ship_groups", order.ship_groups.len(), 1, MAX_PARTS);
                let groups = order.ship_groups.iter().take(MAX_PARTS).enumerate();
                groups.map(|(i, group)| self.ship_group(&format!("ship_groups[{i}]."), group)).collect()
            }
            None => {
                self.defects
                    .add("ship_to", "say where the goods go: `ship_to`, or `ship_groups` for several");
                Vec::new()
            }
        }
    }

    fn ship_group(&mut self, at: &str, group: &NewShipGroup) -> IntakeShipGroup {
        let wishes = (group.gift.as_ref(), group.temperature, group.delivery_method.as_deref());
        IntakeShipGroup {
            address: self.address(&format!("{at}ship_to"), &group.ship_to),
            desired: self.desired(at, group.desired_date, group.time_slot.as_deref()),
            particulars: self.wishes(at, group.reference.as_deref(), wishes),
        }
    }

    fn wishes(
        &mut self,
        at: &str,
        reference: Option<&str>,
        (gift, temperature, delivery_method): (Option<&NewGift>, Option<Temperature>, Option<&str>),
    ) -> GroupParticulars {
        let text = |text: &Option<String>| text.as_deref().map(str::to_owned);
        let (noshi, wrapping, message) = gift
            .map(|gift| (text(&gift.noshi), text(&gift.wrapping), text(&gift.message)))
            .unwrap_or_default();
        let wrapping = self.defects.personal(&format!("{at}gift.wrapping"), wrapping.as_deref(), TITLE);
        GroupParticulars {
            reference: self.optional(&format!("{at}reference"), reference),
            gift: Gift {
                noshi: self.defects.personal(&format!("{at}gift.noshi"), noshi.as_deref(), TITLE),
                wrapping: wrapping.as_ref().map(Personal::reveal).map(str::to_owned),
                message: self.lines_of_text(&format!("{at}gift.message"), message.as_deref()),
            },
            temperature: temperature.unwrap_or_default(),
            delivery_method: self.optional(&format!("{at}delivery_method"), delivery_method),
        }
    }

    fn address(&mut self, at: &str, address: &NewAddress) -> Address {
        let mut part = |field: &str, text: Option<&str>, max: usize| {
            self.defects.personal(&format!("{at}.{field}"), text, max)
        };
        Address {
            name: part("name", Some(&address.name), NAME).unwrap_or_default(),
            phone: part("phone", address.phone.as_deref(), PHONE),
            postal_code: part("postal_code", Some(&address.postal_code), POSTAL_CODE).unwrap_or_default(),
            prefecture: part("prefecture", Some(&address.prefecture), PLACE).unwrap_or_default(),
            city: part("city", Some(&address.city), PLACE).unwrap_or_default(),
            line1: part("line1", Some(&address.line1), PLACE).unwrap_or_default(),
            line2: part("line2", address.line2.as_deref(), PLACE),
            kana: part("kana", address.kana.as_deref(), NAME),
            company: part("company", address.company.as_deref(), NAME),
            country: self.defects.country(&format!("{at}.country"), &address.country),
        }
    }

    fn desired(&mut self, at: &str, date: Option<Date>, slot: Option<&str>) -> DesiredDelivery {
        if slot.is_some_and(|slot| TimeSlot::from_code(slot).is_none()) {
            let message = "must be two hours of the day, like \"0812\" for the morning or \"1416\"";
            self.defects.add(format!("{at}time_slot"), message);
        }
        let date = date.map(|date| self.defects.day(&format!("{at}desired_date"), date));
        DesiredDelivery { date, time_slot: slot.map(str::to_owned) }
    }

    fn lines(&mut self, order: &NewOrder) -> Vec<IntakeLine> {
        self.limit("lines", order.lines.len(), 1, MAX_LINES);
        let groups = order.ship_groups.len().max(1);
        let lines = order.lines.iter().take(MAX_LINES).enumerate();
        lines.filter_map(|(i, line)| self.line(&format!("lines[{i}]"), line, groups)).collect()
    }

    fn line(&mut self, at: &str, line: &NewLine, groups: usize) -> Option<IntakeLine> {
        let field = |name: &str| format!("{at}.{name}");
        let group = usize::try_from(line.ship_group.unwrap_or(1)).ok();
        let group = group.and_then(|group| group.checked_sub(1)).filter(|group| *group < groups);
        if group.is_none() {
            let message = format!("must be 1 to {groups}: the order has no other ship group");
            self.defects.add(field("ship_group"), message);
        }
        let sku = self.defects.take(&field("sku"), Sku::new(line.sku.trim()));
        Some(IntakeLine {
            ship_group: group.unwrap_or_default(),
            title: self.defects.text(&field("title"), &line.title, TITLE),
            unit_price: self.amount(&field("unit_price"), &line.unit_price),
            quantity: self.defects.units(&field("quantity"), line.quantity),
            tax_rate: self.tax_rate(&field("tax_rate"), &line.tax_rate),
            discount: line
                .discount
                .as_ref()
                .map(|it| self.amount(&field("discount"), it))
                .unwrap_or_default(),
            particulars: LineParticulars {
                reference: self.optional(&field("reference"), line.reference.as_deref()),
                choice: self.lines_of_text(&field("choice"), line.choice.as_deref()),
            },
            sku: sku?,
        })
    }

    fn fees(&mut self, fees: &[NewFee]) -> Vec<IntakeFee> {
        self.limit("fees", fees.len(), 0, MAX_PARTS);
        let fee = |(i, fee): (usize, &NewFee)| IntakeFee {
            kind: fee.kind,
            amount: self.amount(&format!("fees[{i}].amount"), &fee.amount),
            tax_rate: fee
                .tax_rate
                .as_ref()
                .map_or(TaxRate::STANDARD, |rate| self.tax_rate(&format!("fees[{i}].tax_rate"), rate)),
        };
        fees.iter().take(MAX_PARTS).enumerate().map(fee).collect()
    }

    fn discounts(&mut self, discounts: &[NewDiscount]) -> Vec<Discount> {
        self.limit("discounts", discounts.len(), 0, MAX_PARTS);
        let discount = |(i, discount): (usize, &NewDiscount)| Discount {
            kind: discount.kind,
            code: self.optional(&format!("discounts[{i}].code"), discount.code.as_deref()),
            amount: self.amount(&format!("discounts[{i}].amount"), &discount.amount),
        };
        discounts.iter().take(MAX_PARTS).enumerate().map(discount).collect()
    }

    fn payments(&mut self, payments: &[NewPayment]) -> Vec<IntakePayment> {
        self.limit("payments", payments.len(), 1, MAX_PARTS);
        let payments = payments.iter().take(MAX_PARTS).enumerate();
        payments.map(|(i, payment)| self.payment(&format!("payments[{i}]"), payment)).collect()
    }

    fn payment(&mut self, at: &str, payment: &NewPayment) -> IntakePayment {
        let token = self.defects.personal(&format!("{at}.token"), payment.token.as_deref(), TOKEN);
        if payment.method == PaymentMethod::Card && token.is_none() {
            self.defects.add(format!("{at}.token"), "a card payment needs the payment provider's token");
        }
        if payment.awaited && payment.method != PaymentMethod::ChannelSettled {
            self.defects.add(format!("{at}.awaited"), "only `CHANNEL_SETTLED` is waited for: leave it out");
        }
        IntakePayment {
            method: payment.method,
            amount: payment.amount.as_ref().map(|amount| self.amount(&format!("{at}.amount"), amount)),
            token,
            awaited: payment.awaited,
        }
    }

    fn declared(&mut self, order: &NewOrder) -> Option<Declared> {
        self.limit("taxes", order.taxes.len(), 0, MAX_PARTS);
        if order.total.is_none() && !order.taxes.is_empty() {
            self.defects.add("total", "give the total that the `taxes` belong to");
        }
        let mut taxes: Vec<(TaxRate, Amount)> = Vec::new();
        for (i, tax) in order.taxes.iter().take(MAX_PARTS).enumerate() {
            let field = format!("taxes[{i}].tax_rate");
            let rate = self.tax_rate(&field, &tax.tax_rate);
            if taxes.iter().any(|(other, _)| *other == rate) {
                self.defects.add(field, "give each rate once");
            }
            taxes.push((rate, self.amount(&format!("taxes[{i}].amount"), &tax.amount)));
        }
        Some(Declared { total: self.amount("total", order.total.as_ref()?), taxes })
    }

    fn note(&mut self, note: Option<&str>) -> Option<Personal> {
        self.lines_of_text("note", note)
    }

    /// A text of several lines.
    fn lines_of_text(&mut self, field: &str, text: Option<&str>) -> Option<Personal> {
        let text = tidy(text?, true);
        if text.chars().count() > NOTE {
            self.defects.add(field, format!("must be at most {NOTE} characters"));
        }
        (!text.is_empty()).then(|| text.into())
    }

    fn particulars(&mut self, order: &NewOrder) -> Particulars {
        self.limit("cautions", order.cautions.len(), 0, MAX_PARTS);
        self.limit("points_earned", order.points_earned.len(), 0, MAX_PARTS);
        let subscription = order.subscription.as_ref().map(|subscription| Subscription {
            contract: self.code("subscription.contract", &subscription.contract),
            cycle: self.optional("subscription.cycle", subscription.cycle.as_deref()),
            occurrence: subscription.occurrence,
            next_on: subscription.next_on.map(|day| self.defects.day("subscription.next_on", day)),
        });
        let purchase_order = order.purchase_order.as_ref().map(|purchase_order| PurchaseOrder {
            number: self.code("purchase_order.number", &purchase_order.number),
            account: self.optional("purchase_order.account", purchase_order.account.as_deref()),
        });
        let cautions = order.cautions.iter().take(MAX_PARTS).enumerate().map(|(i, caution)| Caution {
            code: self.code(&format!("cautions[{i}].code"), &caution.code),
            meaning: self.defects.text(&format!("cautions[{i}].meaning"), &caution.meaning, TITLE),
        });
        let cautions = cautions.collect();
        let points = order.points_earned.iter().take(MAX_PARTS).enumerate().map(|(i, earned)| PointsEarned {
            issuer: self.code(&format!("points_earned[{i}].issuer"), &earned.issuer),
            points: earned.points,
        });
        Particulars {
            kind: order.kind,
            subscription,
            purchase_order,
            cautions,
            points_earned: points.collect(),
            expected_lines: order.expected_lines,
            paid_by: None,
        }
    }

    /// A code that must not be empty.
    fn code(&mut self, field: &str, code: &str) -> String {
        let code = self.defects.text(field, code, TOKEN);
        if code.is_empty() {
            self.defects.add(field, "must not be empty");
        }
        code
    }

    fn amount(&mut self, field: &str, amount: &Decimal) -> Amount {
        self.defects.amount(field, &amount.0, self.currency)
    }

    fn tax_rate(&mut self, field: &str, percent: &Decimal) -> TaxRate {
        const PERCENT_PLACES: usize = 2;
        let rate = tax_rate(&percent.0.0, PERCENT_PLACES);
        if rate.is_none() {
            self.defects.add(field, "must be a percentage of 0 to 100, like 10 or 8");
        }
        rate.unwrap_or(TaxRate::STANDARD)
    }

    fn optional(&mut self, field: &str, text: Option<&str>) -> Option<String> {
        self.defects.personal(field, text, TOKEN).as_ref().map(Personal::reveal).map(str::to_owned)
    }

    fn limit(&mut self, field: &str, count: usize, least: usize, most: usize) {
        if !(least..=most).contains(&count) {
            self.defects.add(field, format!("has {count} entries, {least} to {most} are possible"));
        }
    }
}

#[cfg(test)]
mod tests;

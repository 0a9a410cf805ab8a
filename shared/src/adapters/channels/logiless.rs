//! LOGILESS's sales orders: one of them, a list, or what its API takes for a new one.
//!
//! - Prices may contain the tax on some lines and not on others (`tax_indicator`). Where they differ,
//!   those without are given theirs.
//! - A row of a list has no prices. With one line its price is what the subtotal says.
//! - Components of a set (`is_child`) are the warehouse's affair: the set is what the customer ordered.
//! - Addresses come in three parts: city, street and building.

mod wire;

use jiff::tz::Offset;

use self::wire::{Line, Order};
use super::figures::{TaxSums, add_fee, spread, stand_in};
use super::lenient::{Envelope, Scalar};
use super::payment::{self, Standing};
use super::postal::Place;
use super::reader::Reader;
use super::wire::A_GIFT;
use super::{ChannelDefaults, ChannelError, ChannelOrder, ChannelStatus, Reading};
use crate::domain::billing::{Discount, DiscountKind, FeeKind};
use crate::domain::customer::{Address, Customer, DesiredDelivery};
use crate::domain::intake::{Intake, IntakeFee, IntakeLine, IntakePayment, IntakeShipGroup};
use crate::domain::money::{Amount, Currency};
use crate::domain::order::MAX_LINES;
use crate::domain::particulars::{
    Gift, GroupParticulars, LineParticulars, OrderKind, Particulars, Subscription, Temperature,
};
use crate::domain::payment::PaymentMethod;
use crate::domain::tax::{PriceBasis, Rounding, TaxRate, tax_on};

const ENVELOPE: Envelope = Envelope {
    platform: "LOGILESS",
    wrappers: &["data", "sales_order", "sales_orders"],
    marks: &["code", "buyer_name1", "article_code"],
};

const DETAIL: &str = "GET sales_orders/<id>";

/// Reads an order or a list of them.
///
/// # Errors
/// See [`super::read`].
pub(super) fn read(body: &[u8], defaults: &ChannelDefaults) -> Result<Reading, ChannelError> {
    ENVELOPE.read(ENVELOPE.open(body)?, |order| read_order(order, defaults))
}

fn read_order(order: &Order, defaults: &ChannelDefaults) -> Result<ChannelOrder, ChannelError> {
    let mut reader = Reader::new(Currency::Jpy);
    let status = order.status(&mut reader);
    let basis = order.basis();
    let mut taxes = TaxSums::default();
    let lines = order.read_lines(status, basis, &mut taxes, &mut reader);
    let fees = order.fees(&mut reader);
    let discounts = order.discounts(&mut reader);
    let total = order.total(basis, &mut reader);
    if !fees.is_empty() {
        // The lines' taxes are not all of it.
        taxes = TaxSums::default();
    }
    let intake = Intake {
        number: reader.number("code", &order.code, DETAIL),
        ordered_at: reader.ordered_at("ordered_at", &order.ordered_at, Offset::constant(9), DETAIL),
        customer: order.customer(&mut reader, defaults),
        currency: Currency::Jpy,
        basis,
        ship_groups: vec![order.ship_group(&mut reader)],
        lines,
        fees,
        discounts,
        payments: vec![order.payment(&mut reader)],
        declared: taxes.declared(total),
        customer_note: Reader::note(order.buyer_comment.owned()),
        particulars: order.particulars(&mut reader),
    };
    reader.updated_at(&order.updated_at, Offset::constant(9));
    reader.finish(status, intake)
}

impl Order {
    fn status(&self, reader: &mut Reader) -> ChannelStatus {
        if self.waiting_for_confirmation.is_true() {
            reader.caution("WAITING_FOR_CONFIRMATION", "somebody has to confirm the order in LOGILESS");
        }
        if self.is_isolated_area.is_true() {
            reader.caution("ISOLATED_AREA", "the address is on an island or in another remote area");
        }
        if self.is_multiple_deliveries.is_true() {
            reader.caution("MULTIPLE_DELIVERIES", "LOGILESS sends the order in several parcels");
        }
        if self.authorization_status.text() == "AuthorizationFailure" {
            reader.caution("NOT_AUTHORIZED", "the order was not approved in LOGILESS");
            return ChannelStatus::Pending;
        }
        match (self.document_status.or(&self.status).text(), self.delivery_status.text()) {
            ("Cancel", _) | ("", "Cancel") => ChannelStatus::Cancelled,
            ("Shipped", _) | (_, "Shipped") => ChannelStatus::Shipped,
            (_, "PartlyShipped") => ChannelStatus::PartiallyShipped,
            ("WaitingForPayment", _) | (_, "Pending") => ChannelStatus::Pending,
            ("" | "Processing" | "WaitingForAllocation" | "WaitingForShipment", _) => ChannelStatus::Open,
            _ => {
                let meaning = "LOGILESS's status is none we know: nothing leaves before it is one";
                reader.caution("STATUS_UNKNOWN", meaning);
                ChannelStatus::Pending
            }
        }
    }

    /// Prices are without tax when those of all lines are.
    fn basis(&self) -> PriceBasis {
        let mut indicators = self.lines.iter().map(|line| line.tax_indicator.text());
        let excluded =
            !self.lines.is_empty() && indicators.all(|it| matches!(it, "TaxExcluded" | "Excluded"));
        if excluded { PriceBasis::TaxExcluded } else { PriceBasis::TaxIncluded }
    }

    fn read_lines(
        &self,
        status: ChannelStatus,
        basis: PriceBasis,
        taxes: &mut TaxSums,
        reader: &mut Reader,
    ) -> Vec<IntakeLine> {
        if self.lines.is_empty() {
            reader.lacks("lines", DETAIL);
        }
        if self.lines.len() > MAX_LINES {
            reader.defects.add("lines", format!("has more than {MAX_LINES} lines"));
        }
        let wanted = |line: &Line| {
            let cancelled = line.is_partial_cancel.is_true() || line.status.text() == "Cancel";
            !line.is_child.is_true() && (status == ChannelStatus::Cancelled || !cancelled)
        };
        let lines = self.lines.iter().take(MAX_LINES).enumerate().filter(|(_, line)| wanted(line));
        let lines =
            lines.filter_map(|(i, line)| self.line(&format!("lines[{i}]"), line, basis, taxes, reader));
        lines.collect()
    }

    fn line(
        &self,
        at: &str,
        line: &Line,
        basis: PriceBasis,
        taxes: &mut TaxSums,
        reader: &mut Reader,
    ) -> Option<IntakeLine> {
        let quantity = reader.units(&format!("{at}.quantity"), &line.quantity);
        let own = line.article_code.or(&line.article.code);
        let sku = reader.sku(at, own, stand_in("logiless", &[&line.id]))?;
        if quantity == 0 {
            return None;
        }
        let all = self.price(at, line, quantity, reader);
        let tax = reader.signed(&format!("{at}.tax_total"), &line.tax_total);
        let tax_rate = self.rate(at, line, reader);
        let tax = tax.unwrap_or_else(|| tax_on(all, tax_rate, basis, Rounding::Down)).or_zero();
        let without_tax = matches!(line.tax_indicator.text(), "TaxExcluded" | "Excluded");
        let added = if without_tax && basis == PriceBasis::TaxIncluded { tax } else { Amount::ZERO };
        let (unit_price, discount) = spread(all + added, quantity);
        if line.tax_total.get().is_some() {
            taxes.add(tax_rate, tax);
        }
        Some(IntakeLine {
            ship_group: 0,
            sku,
            title: Reader::title(line.article_name.text()),
            unit_price,
            quantity,
            tax_rate,
            discount,
            particulars: LineParticulars {
                reference: Reader::words(&line.id),
                choice: Reader::note(line.article_option.owned()),
            },
        })
    }

    /// What all units of a line cost.
    fn price(&self, at: &str, line: &Line, quantity: u32, reader: &mut Reader) -> Amount {
        if line.price.get().is_some() {
            return reader.amount(&format!("{at}.price"), &line.price) * quantity;
        }
        let subtotal = if self.lines.len() == 1 { line.subtotal.or(&self.subtotal) } else { &line.subtotal };
        if subtotal.get().is_none() {
            reader.lacks("lines[].unit_price", DETAIL);
        }
        reader.amount(&format!("{at}.subtotal"), subtotal)
    }

    fn rate(&self, at: &str, line: &Line, reader: &mut Reader) -> TaxRate {
        if line.tax_indicator.text() == "Exempt" {
            return TaxRate::EXEMPT;
        }
        let of_line = reader.percent(&format!("{at}.tax_rate"), &line.tax_rate);
        let of_order = || Scalar::get(&self.document_tax_rate).filter(|rate| *rate != "0");
        match of_line {
            Some(rate) => rate,
            None if of_order().is_some() => {
                reader.percent("document_tax_rate", &self.document_tax_rate).unwrap_or(TaxRate::STANDARD)
            }
            None => reader.assumed_rate(),
        }
    }

    fn fees(&self, reader: &mut Reader) -> Vec<IntakeFee> {
        let mut fees = Vec::new();
        let sundry = if self.payment_method.text() == "cod" { FeeKind::Payment } else { FeeKind::Other };
        let parts = [
            (FeeKind::Shipping, "delivery_fee", &self.delivery_fee),
            (sundry, "sundry_fee", &self.sundry_fee),
        ];
        for (kind, field, amount) in parts {
            add_fee(&mut fees, kind, reader.amount(field, amount), TaxRate::STANDARD);
        }
        fees
    }

    fn discounts(&self, reader: &mut Reader) -> Vec<Discount> {
        let parts = [
            (DiscountKind::Points, "use_point", &self.use_point),
            (DiscountKind::Coupon, "use_coupon", &self.use_coupon),
            (DiscountKind::Other, "discount", &self.discount),
        ];
        let discount =
            |(kind, field, amount)| Discount { kind, code: None, amount: reader.reduction(field, amount) };
        parts.map(discount).into()
    }

    /// The total, which rows of a list have only in parts.
    fn total(&self, basis: PriceBasis, reader: &mut Reader) -> Option<Amount> {
        if self.total.get().is_some() {
            return Some(reader.amount("total", &self.total));
        }
        let mut part = |field, amount| reader.reduction(field, amount);
        let _ = self.subtotal.get()?;
        let tax = match basis {
            PriceBasis::TaxIncluded => Amount::ZERO,
            PriceBasis::TaxExcluded => part("tax_total", &self.tax_total),
        };
        let charged = part("subtotal", &self.subtotal) + tax;
        let fees = part("delivery_fee", &self.delivery_fee) + part("sundry_fee", &self.sundry_fee);
        let taken_off = part("use_point", &self.use_point)
            + part("use_coupon", &self.use_coupon)
            + part("discount", &self.discount);
        Some((charged + fees - taken_off).or_zero())
    }

    fn buyer(&self) -> Place<'_> {
        Place {
            name: joined(&self.buyer_name1, &self.buyer_name2),
            kana: joined(&self.buyer_name_kana1, &self.buyer_name_kana2),
            phone: self.buyer_phone.text(),
            country: self.buyer_country.text(),
            postal_code: self.buyer_post_code.text(),
            prefecture: self.buyer_prefecture.text(),
            city: self.buyer_address1.text().to_owned(),
            line1: self.buyer_address2.text().to_owned(),
            line2: self.buyer_address3.text().to_owned(),
            ..Place::default()
        }
    }

    fn customer(&self, reader: &mut Reader, defaults: &ChannelDefaults) -> Customer {
        let home = self.buyer();
        let kana = Some(home.kana.as_str()).filter(|kana| !kana.is_empty());
        Customer {
            name: reader.name("buyer_name1", &home.name),
            mail: reader.mail("buyer_email", &self.buyer_email),
            phone: reader.phone("buyer_phone", &self.buyer_phone),
            language: defaults.language,
            kana: kana.map(|kana| reader.name("buyer_name_kana1", kana)),
            number: Reader::words(&self.customer_code),
            address: (!home.is_empty()).then(|| Box::new(home.read("buyer", reader))),
            ..Customer::default()
        }
    }

    fn ship_group(&self, reader: &mut Reader) -> IntakeShipGroup {
        let temperature = match self.delivery_temperature_control.text() {
            "Cold" => Temperature::Chilled,
            "Frozen" => Temperature::Frozen,
            _ => Temperature::Ambient,
        };
        let wrapping = Reader::words(&self.wrapping).filter(|wrapping| wrapping != "0");
        let wrapping = wrapping.or_else(|| self.gift.is_true().then(|| A_GIFT.to_owned()));
        IntakeShipGroup {
            address: self.ship_to(reader),
            desired: DesiredDelivery {
                date: reader.wanted_on(&self.delivery_preferred_date),
                time_slot: reader.wanted_in(&self.delivery_preferred_time_zone),
            },
            particulars: GroupParticulars {
                gift: Gift { noshi: Reader::note(self.noshi.owned()), wrapping, message: None },
                temperature,
                delivery_method: Reader::words(&self.delivery_method),
                ..GroupParticulars::default()
            },
        }
    }

    /// To the recipient, or to the buyer where there is none.
    fn ship_to(&self, reader: &mut Reader) -> Address {
        let recipient = Place {
            name: joined(&self.recipient_name1, &self.recipient_name2),
            kana: joined(&self.recipient_name_kana1, &self.recipient_name_kana2),
            phone: self.recipient_phone.text(),
            country: self.recipient_country.text(),
            postal_code: self.recipient_post_code.text(),
            prefecture: self.recipient_prefecture.text(),
            city: self.recipient_address1.text().to_owned(),
            line1: self.recipient_address2.text().to_owned(),
            line2: self.recipient_address3.text().to_owned(),
            ..Place::default()
        };
        let buyer = self.buyer();
        if recipient.is_empty() && buyer.is_empty() {
            reader.lacks("ship_groups[0].address", DETAIL);
        }
        let (at, place) = if recipient.is_empty() { ("buyer", buyer) } else { ("recipient", recipient) };
        place.read(at, reader)
    }

    fn payment(&self, reader: &mut Reader) -> IntakePayment {
        let name = self.payment_method.text();
        if name.is_empty() {
            reader.lacks("payments", DETAIL);
        }
        let waits = self.document_status.or(&self.status).text() == "WaitingForPayment";
        let known =
            payment::by_name(&[name]).or((name == "cash_payment").then_some(PaymentMethod::BankTransfer));
        // What a provider settles counts as paid once the order waits for it no longer.
        let standing = match self.incoming_payment_status.text() {
            "Paid" => Standing::Paid,
            "PartlyPaid" => Standing::Awaited,
            _ if waits || known.is_some() => Standing::Awaited,
            _ => Standing::Paid,
        };
        payment::payment(known, standing)
    }

    fn particulars(&self, reader: &mut Reader) -> Particulars {
        let subscription = self.subscription_id.owned().map(|contract| Subscription {
            contract,
            cycle: None,
            occurrence: self.subscription_delivery_number.text().parse().ok(),
            next_on: reader.wanted_on(&self.subscription_next_delivery_date),
        });
        Particulars {
            kind: if subscription.is_some() { OrderKind::Subscription } else { OrderKind::Normal },
            subscription,
            paid_by: Reader::words(&self.payment_method),
            ..Particulars::default()
        }
    }
}

fn joined(one: &Scalar, two: &Scalar) -> String {
    [one.text(), two.text()].join(" ").trim().to_owned()
}

#[cfg(test)]
mod tests;

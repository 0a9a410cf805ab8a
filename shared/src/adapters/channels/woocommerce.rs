//! WooCommerce's order of the REST API v3, which its webhooks send as well, alone or in a list.
//!
//! - Amounts are of all units of a line and never contain the tax, whatever `prices_include_tax` says:
//!   that tells what the customer saw, so where it is set the tax is put back into the prices.
//! - A line's `subtotal` is before coupons, its `total` after them. A coupon that lowers all lines in
//!   proportion is told as one discount with its code; otherwise each line has its own.
//! - Refunds name no units. What the shop gave back is a caution; the order stands as it was made.
//! - A negative fee is a discount.

mod money;
mod wire;

use jiff::tz::Offset;

use self::money::Prices;
use self::wire::{Meta, Order, Postal};
use super::lenient::{Envelope, Object, Scalar};
use super::payment::{self, Standing};
use super::postal::Place;
use super::reader::Reader;
use super::shopify::delivery::{self, Wish};
use super::wire::currency;
use super::{ChannelDefaults, ChannelError, ChannelOrder, ChannelStatus, Reading};
use crate::domain::customer::{Address, Customer, DesiredDelivery, Personal};
use crate::domain::intake::{Intake, IntakePayment, IntakeShipGroup};
use crate::domain::money::Currency;
use crate::domain::particulars::{GroupParticulars, Particulars};
use crate::domain::payment::PaymentMethod;
use crate::domain::tax::PriceBasis;

const ENVELOPE: Envelope = Envelope {
    platform: "WooCommerce",
    wrappers: &["order", "orders", "data", "create", "update"],
    marks: &["line_items", "order_key", "billing"],
};

/// Reads an order or a list of them.
///
/// # Errors
/// See [`super::read`].
pub(super) fn read(body: &[u8], defaults: &ChannelDefaults) -> Result<Reading, ChannelError> {
    ENVELOPE.read(ENVELOPE.open(body)?, |order| read_order(order, defaults))
}

fn read_order(order: &Order, defaults: &ChannelDefaults) -> Result<ChannelOrder, ChannelError> {
    const FETCH: &str = "GET orders/<id>";
    let mut reader = Reader::new(Currency::Jpy);
    match order.currency.get().map(currency) {
        Some(Some(currency)) => reader.currency = currency,
        Some(None) => reader.defects.add("currency", "must be one we know, such as JPY or USD"),
        None => reader.lacks("currency", FETCH),
    }
    if order.line_items.is_empty() && order.shipping_lines.is_empty() && order.fee_lines.is_empty() {
        reader.lacks("lines", FETCH);
    }
    let basis = order.basis(reader.currency);
    let status = order.status(&mut reader);
    let (gmt, local) = (&order.date_created_gmt, &order.date_created);
    // The shop's own time is told without its offset: Japan's, where the GMT is not told too.
    let (at, offset) = if gmt.get().is_some() { (gmt, Offset::UTC) } else { (local, Offset::constant(9)) };
    let mut prices = Prices::new(order, basis);
    let mut lines = prices.lines(&mut reader);
    let (fees, fee_discounts) = prices.fees(&mut reader);
    let mut discounts = prices.coupons(&mut lines, &mut reader);
    discounts.extend(fee_discounts);
    let total = order.total.get().map(|_| reader.amount("total", &order.total));
    if order.total.get().is_none() {
        reader.lacks("declared", FETCH);
    }
    let intake = Intake {
        number: reader.number("number", order.number.or(&order.id), FETCH),
        ordered_at: reader.ordered_at("date_created_gmt", at, offset, FETCH),
        customer: order.customer(&mut reader, defaults),
        currency: reader.currency,
        basis,
        ship_groups: vec![IntakeShipGroup {
            address: order.ship_to(&mut reader),
            desired: order.desired(&mut reader),
            particulars: GroupParticulars {
                delivery_method: order
                    .shipping_lines
                    .iter()
                    .find_map(|line| Reader::words(&line.method_title)),
                ..GroupParticulars::default()
            },
        }],
        lines,
        fees,
        discounts,
        payments: vec![order.payment(status)],
        declared: prices.taxes.declared(total),
        customer_note: order.note(),
        particulars: Particulars {
            paid_by: Reader::words(order.payment_method_title.or(&order.payment_method)),
            ..Particulars::default()
        },
    };
    reader.updated_at(&order.date_modified_gmt, Offset::UTC);
    reader.finish(status, intake)
}

impl Order {
    /// Prices without any tax are, in Japan, those of a shop that has not set up its taxes.
    fn basis(&self, currency: Currency) -> PriceBasis {
        let says_nonzero = |tax: &Scalar| tax.text().contains(|c| ('1'..='9').contains(&c));
        let untaxed = self.tax_lines.is_empty() && !says_nonzero(&self.total_tax);
        if self.prices_include_tax.is_true() || untaxed && currency == Currency::Jpy {
            PriceBasis::TaxIncluded
        } else {
            PriceBasis::TaxExcluded
        }
    }

    fn status(&self, reader: &mut Reader) -> ChannelStatus {
        if !self.refunds.is_empty() {
            reader.caution("REFUNDED", "the shop gave back money: see which goods are still to be sent");
        }
        let status = self.status.text();
        match status.strip_prefix("wc-").unwrap_or(status) {
            "processing" => ChannelStatus::Open,
            "pending" | "on-hold" | "on-hand" | "checkout-draft" | "auto-draft" | "draft" => {
                ChannelStatus::Pending
            }
            "completed" | "shipped" | "delivered" => ChannelStatus::Shipped,
            "cancelled" | "canceled" | "refunded" | "trash" => ChannelStatus::Cancelled,
            "failed" => {
                reader.caution("PAYMENT_FAILED", "the payment failed: the customer may try again");
                ChannelStatus::Pending
            }
            "partial-shipped" | "partially-shipped" => ChannelStatus::PartiallyShipped,
            "" => {
                reader.lacks("status", "GET orders/<id>");
                ChannelStatus::Pending
            }
            _ => {
                let meaning = "the shop's status is one of its own: nothing leaves before it is one we know";
                reader.caution("STATUS_UNKNOWN", meaning);
                ChannelStatus::Pending
            }
        }
    }

    fn customer(&self, reader: &mut Reader, defaults: &ChannelDefaults) -> Customer {
        let billing = &self.billing;
        let address = self.place("billing", billing);
        let name = if address.name.is_empty() { self.shipping.place().name } else { address.name.clone() };
        Customer {
            name: reader.name("billing", &name),
            mail: reader.mail("billing.email", &billing.email),
            phone: reader.phone("billing.phone", billing.phone.or(&self.shipping.phone)),
            language: defaults.language,
            company: billing.company.get().map(Personal::new),
            number: Reader::words(&self.customer_id).filter(|id| id != "0"),
            kana: Some(&address.kana)
                .filter(|kana| !kana.is_empty())
                .map(|kana| reader.name("billing", kana)),
            address: (!address.is_empty()).then(|| Box::new(address.read("billing", reader))),
        }
    }

    /// Where it goes: to the orderer where no other address is given.
    fn ship_to(&self, reader: &mut Reader) -> Address {
        let shipping = self.place("shipping", &self.shipping);
        if !shipping.is_empty() {
            let phone = self.shipping.phone.or(&self.billing.phone);
            return Place { phone: phone.text(), ..shipping }.read("shipping", reader);
        }
        self.place("billing", &self.billing).read("billing", reader)
    }

    /// An address with the reading of the name, which the plugin for Japanese shops has in it, or
    /// beside it in the order's `meta_data`.
    fn place<'a>(&'a self, which: &str, postal: &'a Postal) -> Place<'a> {
        let reading = |own: &'a Scalar, name: &str| {
            let key = format!("_{which}_yomigana_{name}");
            let noted = || self.meta_data.iter().find(|meta| meta.key.text() == key)?.value.get();
            own.get().or_else(noted).unwrap_or_default()
        };
        let last = reading(&postal.yomigana_last_name, "last_name");
        let first = reading(&postal.yomigana_first_name, "first_name");
        Place { kana: format!("{last} {first}").trim().to_owned(), ..postal.place() }
    }

    /// What the customer wrote, and what they answered to questions that the shop asks in Japanese:
    /// other `meta_data` are the plugins' own.
    fn note(&self) -> Option<Personal> {
        let asked =
            |meta: &&Object<Meta>| !meta.key.text().is_ascii() && delivery::wish(meta.key.text()).is_none();
        let answers = self.meta_data.iter().filter(asked).filter_map(|meta| meta.line());
        Reader::note(self.customer_note.owned().into_iter().chain(answers))
    }

    /// When the customer wants it, which plugins leave in the order's `meta_data`.
    fn desired(&self, reader: &mut Reader) -> DesiredDelivery {
        let mut desired = DesiredDelivery::default();
        for meta in self.meta_data.iter() {
            // Plugins hide what they add by an underscore.
            let name = meta.key.text().trim_start_matches('_');
            let name = name.strip_prefix("wc4jp-").unwrap_or(name).replace("time-zone", "time");
            match delivery::wish(&name) {
                Some(Wish::Date) => desired.date = reader.wanted_on(&meta.value),
                Some(Wish::Time) => desired.time_slot = reader.wanted_in(&meta.value),
                Some(Wish::DateAndTime) => desired = reader.wanted_at(&meta.value),
                None => {}
            }
        }
        desired
    }

    fn payment(&self, status: ChannelStatus) -> IntakePayment {
        let paid = self.date_paid_gmt.or(&self.date_paid).get().is_some();
        let id = self.payment_method.text();
        let standing = match status {
            _ if paid => Standing::Paid,
            ChannelStatus::Pending | ChannelStatus::Cancelled => Standing::Awaited,
            ChannelStatus::Open | ChannelStatus::PartiallyShipped | ChannelStatus::Shipped => Standing::Paid,
        };
        let by_id = match id {
            "bacs" | "cheque" => Some(PaymentMethod::BankTransfer),
            "cod" => Some(PaymentMethod::CashOnDelivery),
            _ => None,
        };
        payment::payment(
            by_id.or_else(|| payment::by_name(&[id, self.payment_method_title.text()])),
            standing,
        )
    }
}

impl Meta {
    /// The choice as a person reads it; `None` when it is empty, or hidden from people by the
    /// underscore that its name begins with.
    fn line(&self) -> Option<String> {
        let (name, value) = (self.display_key.or(&self.key), self.display_value.or(&self.value));
        let shown = !self.key.text().starts_with('_');
        Some(format!("{}: {}", name.get()?, value.get()?)).filter(|_| shown)
    }
}

impl Postal {
    fn place(&self) -> Place<'_> {
        let (first, last) = (self.first_name.text(), self.last_name.text());
        let abroad = self.country.get().is_some_and(|country| country != "JP");
        let names = if abroad { [first, last] } else { [last, first] };
        Place {
            name: names.join(" ").trim().to_owned(),
            company: self.company.text(),
            phone: self.phone.text(),
            country: self.country.text(),
            postal_code: self.postcode.text(),
            prefecture: self.state.text(),
            city: self.city.text().to_owned(),
            line1: self.address_1.text().to_owned(),
            line2: self.address_2.text().to_owned(),
            ..Place::default()
        }
    }
}

#[cfg(test)]
mod tests;

//! Shopify's order resource, as its webhooks (`orders/create`, `orders/updated`, `orders/cancelled`)
//! and its REST API send it: bare, as `{"order": …}` or `{"orders": […]}`. Those of the GraphQL API
//! are first put into the same words.
//!
//! - The number is `name` (`#1001`), what staff and customers see. A shop gives each only once, and
//!   a channel is one shop; should a shop reuse one, the fingerprint tells the two orders apart.
//! - `total_price` and `total_tax` are what the customer agreed to. Everything else may contradict
//!   them: `discount_codes` promise what `total_discounts` did not grant, lines are added to
//!   orders that keep their total. The contradictions are billed as stated and found by validation.
//! - What was refunded or edited away is not to be sent: the order is read as it stands now, by the
//!   `current_…` fields. Once nothing of it is left, it is read as it was made.
//! - Fields we have no use for are ignored; the payload itself is archived.

pub(super) mod delivery;
mod graphql;
mod parts;
mod payment;
mod tax;

use jiff::tz::Offset;
use serde::Deserialize;

use self::parts::{Attribute, Item, Person, Place, Refund, ShippingLine, TaxLine, allocated};
use self::tax::Taxes;
use super::figures::add_fee;
use super::lenient::{Envelope, List, Object, Scalar};
use super::reader::Reader;
use super::wire::{NOTE, currency, shorten, tidy};
use super::{ChannelDefaults, ChannelError, ChannelOrder, ChannelStatus, Reading};
use crate::domain::billing::{Discount, DiscountKind, FeeKind};
use crate::domain::customer::{Address, Customer, DesiredDelivery, Language, Personal};
use crate::domain::intake::{Intake, IntakeFee, IntakeLine, IntakeShipGroup, MAX_PARTS};
use crate::domain::money::{Amount, Currency};
use crate::domain::order::MAX_LINES;
use crate::domain::particulars::{GroupParticulars, LineParticulars, Particulars, PurchaseOrder};
use crate::domain::tax::{PriceBasis, TaxRate};

const ENVELOPE: Envelope = Envelope {
    platform: "Shopify",
    // Amazon EventBridge delivers webhooks as `{"detail": {"payload": {…}}}`.
    wrappers: &["order", "orders", "data", "detail", "payload", "nodes", "edges", "node"],
    marks: &["line_items", "order_number", "total_price", "lineItems", "totalPriceSet"],
};

const FETCH: &str = "GET orders/<id>.json";

// No `Debug` on the wire structs: they hold personal data in plain strings.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Wire {
    id: Scalar,
    name: Scalar,
    order_number: Scalar,
    created_at: Scalar,
    updated_at: Scalar,
    cancelled_at: Scalar,
    financial_status: Scalar,
    fulfillment_status: Scalar,
    gateway: Scalar,
    payment_gateway_names: List<Scalar>,
    reference: Scalar,
    currency: Scalar,
    taxes_included: Scalar,
    total_price: Scalar,
    current_total_price: Scalar,
    total_tax: Scalar,
    current_total_tax: Scalar,
    total_discounts: Scalar,
    current_total_discounts: Scalar,
    total_outstanding: Scalar,
    total_tip_received: Scalar,
    discount_codes: List<Object<DiscountCode>>,
    tax_lines: List<Object<TaxLine>>,
    line_items: List<Object<Item>>,
    shipping_lines: List<Object<ShippingLine>>,
    refunds: List<Object<Refund>>,
    email: Scalar,
    contact_email: Scalar,
    phone: Scalar,
    po_number: Scalar,
    customer_locale: Scalar,
    customer: Object<Person>,
    billing_address: Object<Place>,
    shipping_address: Object<Place>,
    note: Scalar,
    note_attributes: List<Object<Attribute>>,
    test: Scalar,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct DiscountCode {
    code: Scalar,
}

/// Reads an order or a list of them.
///
/// # Errors
/// See [`super::read`].
pub(super) fn read(body: &[u8], defaults: &ChannelDefaults) -> Result<Reading, ChannelError> {
    let mut documents = ENVELOPE.open(body)?;
    for order in documents.found.iter_mut().filter(|order| graphql::is_one(&order.fields)) {
        order.fields = graphql::as_rest(std::mem::take(&mut order.fields));
    }
    ENVELOPE.read(documents, |order| read_order(order, defaults))
}

fn read_order(order: &Wire, defaults: &ChannelDefaults) -> Result<ChannelOrder, ChannelError> {
    let mut reader = Reader::new(Currency::Jpy);
    match order.currency.get().map(currency) {
        Some(Some(currency)) => reader.currency = currency,
        Some(None) => reader.defects.add("currency", "must be one we know, such as JPY or USD"),
        None => reader.lacks("currency", FETCH),
    }
    let taxes = Taxes::of(order, &mut reader);
    let mut parser = Parser { is_over: order.is_over(), taxes, order, reader };
    let status = parser.status();
    let lines = parser.lines();
    let (fees, of_shipping) = parser.fees();
    let (desired, noted) = delivery::desired(&order.note_attributes);
    let total = parser.total();
    let intake = Intake {
        number: parser.number(),
        ordered_at: parser.reader.ordered_at("created_at", &order.created_at, Offset::UTC, FETCH),
        customer: parser.customer(defaults.language),
        currency: parser.reader.currency,
        basis: if order.taxes_included.is_true() { PriceBasis::TaxIncluded } else { PriceBasis::TaxExcluded },
        ship_groups: vec![parser.ship_group(desired)],
        discounts: parser.discounts(&lines, of_shipping),
        declared: parser.declared(total),
        payments: parser.payments(total),
        customer_note: parser.note(&noted),
        particulars: parser.particulars(),
        lines,
        fees,
    };
    parser.reader.updated_at(&order.updated_at, Offset::UTC);
    parser.reader.finish(status, intake)
}

impl Wire {
    /// Whether nothing of the order is left to be sent.
    fn is_over(&self) -> bool {
        let cancelled = self.cancelled_at.get().is_some();
        let left = |item: &Item| item.current_quantity.get().is_none_or(|units| units != "0");
        cancelled || !self.line_items.iter().any(|item| left(item))
    }
}

struct Parser<'a> {
    order: &'a Wire,
    /// Whether it is read as it was made, because nothing is left of it.
    is_over: bool,
    taxes: Taxes,
    reader: Reader,
}

impl Parser<'_> {
    fn status(&mut self) -> ChannelStatus {
        let order = self.order;
        if order.test.is_true() {
            self.reader.caution("TEST_ORDER", "a test order of the shop: nobody pays it");
        }
        let nothing_left = self.is_over && !order.line_items.is_empty();
        match (order.fulfillment_status.text(), order.financial_status.text()) {
            _ if order.cancelled_at.get().is_some() => ChannelStatus::Cancelled,
            ("fulfilled", _) => ChannelStatus::Shipped,
            ("partial", _) => ChannelStatus::PartiallyShipped,
            ("restocked", _) | (_, "refunded" | "voided") => ChannelStatus::Cancelled,
            _ if nothing_left => ChannelStatus::Cancelled,
            (_, "expired") => ChannelStatus::Pending,
            _ => ChannelStatus::Open,
        }
    }

    /// The figure as the order stands now, or as it was made when that is how it is read.
    fn now<'s>(&self, current: &'s Scalar, made: &'s Scalar) -> &'s Scalar {
        if self.is_over { made } else { current.or(made) }
    }

    fn total(&mut self) -> Option<Amount> {
        let total = self.now(&self.order.current_total_price, &self.order.total_price);
        if total.get().is_none() {
            self.reader.lacks("declared", FETCH);
        }
        // Without its currency, a figure says nothing.
        total.get().filter(|_| self.order.currency.get().is_some())?;
        Some(self.reader.amount("total_price", total))
    }

    fn number(&mut self) -> String {
        let name = &self.order.name;
        let number = self.order.order_number.get().map(|number| format!("#{number}"));
        match name.owned().or(number) {
            Some(number) => self.reader.defects.text("name", &number, 100),
            None => self.reader.number("name", name, FETCH),
        }
    }

    fn lines(&mut self) -> Vec<IntakeLine> {
        let count = self.order.line_items.len();
        if count == 0 {
            self.reader.lacks("lines", FETCH);
        }
        if count > MAX_LINES {
            let message = format!("has {count} lines, 1 to {MAX_LINES} are possible");
            self.reader.defects.add("line_items", message);
        }
        let items = self.order.line_items.iter().take(MAX_LINES).enumerate();
        items.filter_map(|(i, item)| self.line(&format!("line_items[{i}]"), item)).collect()
    }

    /// The units that were ordered.
    fn ordered(&mut self, at: &str, item: &Item) -> u32 {
        let field = format!("{at}.quantity");
        let units = self.reader.units(&field, &item.quantity);
        if units == 0 && item.quantity.get().is_none_or(|units| units == "0") {
            self.reader.defects.add(field, "must be 1 to 9,999");
        }
        units.max(1)
    }

    /// The units that are still to be sent, or have been: those not refunded and not edited away.
    fn wanted(&mut self, at: &str, item: &Item) -> u32 {
        let ordered = self.ordered(at, item);
        if self.is_over {
            return ordered;
        }
        if item.current_quantity.get().is_some() {
            return self.reader.units(&format!("{at}.current_quantity"), &item.current_quantity).min(ordered);
        }
        let refunds = self.order.refunds.iter().flat_map(|refund| refund.refund_line_items.iter());
        let of_it =
            refunds.filter(|refund| item.id.get().is_some() && refund.line_item_id.get() == item.id.get());
        let refunded: u32 = of_it.map(|refund| self.reader.units("refunds", &refund.quantity)).sum();
        ordered.saturating_sub(refunded)
    }

    fn line(&mut self, at: &str, item: &Item) -> Option<IntakeLine> {
        let unit_price = self.reader.amount(&format!("{at}.price"), &item.price);
        if item.price.get().is_none() {
            self.reader.lacks("lines[].unit_price", FETCH);
        }
        let (ordered, quantity) = (self.ordered(at, item), self.wanted(at, item));
        // The older `total_discount` is part of the allocations where there are any.
        let discount = if item.discount_allocations.is_empty() {
            self.reader.amount(&format!("{at}.total_discount"), &item.total_discount)
        } else {
            allocated(at, &item.discount_allocations, &mut self.reader)
        };
        let taxable = item.taxable.get().is_none_or(|taxable| taxable == "true");
        let tax_rate = self.rate(&format!("{at}.tax_lines"), &item.tax_lines, taxable);
        let sku = item.stock_keeping_unit(at, &mut self.reader)?;
        if quantity < ordered {
            let meaning = "goods were refunded or taken off the order: it is as it stands now";
            self.reader.caution("EDITED", meaning);
        }
        if item.requires_shipping.get() == Some("false") && quantity > 0 {
            self.reader.caution("NOTHING_TO_SHIP", format!("`{at}` is nothing that is shipped"));
        }
        let line = IntakeLine {
            ship_group: 0,
            sku,
            title: item.shown_title(),
            unit_price,
            quantity,
            tax_rate,
            discount: discount - discount.proportion(ordered - quantity, ordered),
            particulars: LineParticulars { reference: Reader::words(&item.id), choice: None },
        };
        (quantity > 0).then_some(line)
    }

    /// The fees, after their discounts, and the sum of those discounts.
    fn fees(&mut self) -> (Vec<IntakeFee>, Amount) {
        let count = self.order.shipping_lines.len();
        if count > MAX_PARTS {
            let message = format!("has {count} lines, {MAX_PARTS} are possible");
            self.reader.defects.add("shipping_lines", message);
        }
        let (mut fees, mut discounts) = (Vec::new(), Amount::ZERO);
        let lines = self.order.shipping_lines.iter().take(MAX_PARTS).enumerate();
        let is_over = self.is_over;
        for (i, shipping) in lines.filter(|(_, line)| is_over || !line.is_removed.is_true()) {
            let at = format!("shipping_lines[{i}]");
            let price = self.reader.amount(&format!("{at}.price"), &shipping.price);
            let discount = allocated(&at, &shipping.discount_allocations, &mut self.reader);
            let tax_rate = self.rate(&format!("{at}.tax_lines"), &shipping.tax_lines, true);
            discounts += discount;
            add_fee(&mut fees, shipping.fee_kind(), (price - discount).or_zero(), tax_rate);
        }
        let tip = self.reader.amount("total_tip_received", &self.order.total_tip_received);
        add_fee(&mut fees, FeeKind::Other, tip, TaxRate::EXEMPT);
        (fees, discounts)
    }

    /// What of `total_discounts` no line and no shipping line accounts for. It lowers the goods, and
    /// never by more than they cost: the total is stated anyway.
    fn discounts(&mut self, lines: &[IntakeLine], of_shipping: Amount) -> Vec<Discount> {
        let total = self.now(&self.order.current_total_discounts, &self.order.total_discounts);
        let total = self.reader.amount("total_discounts", total);
        let of_lines: Amount = lines.iter().map(|line| line.discount).sum();
        let goods: Amount = lines.iter().map(|line| line.unit_price * line.quantity - line.discount).sum();
        let amount = (total - of_shipping - of_lines).min(goods);
        let codes = || self.order.discount_codes.iter().filter_map(|discount| Reader::words(&discount.code));
        if !amount.is_positive() {
            let codes: Vec<String> = codes().collect();
            if total.is_positive() && !codes.is_empty() {
                let codes = codes.join(", ");
                let meaning = format!("what these codes take off is in the lines and the postage: {codes}");
                self.reader.caution("COUPONS", meaning);
            }
            return Vec::new();
        }
        let code = codes().next();
        let kind = if code.is_some() { DiscountKind::Coupon } else { DiscountKind::Other };
        vec![Discount { kind, code, amount }]
    }

    fn customer(&mut self, language: Language) -> Customer {
        let (order, person) = (self.order, &self.order.customer);
        let places = || [&order.billing_address, &order.shipping_address].into_iter();
        let country = places().find_map(|place| place.country_code()).unwrap_or("JP");
        let names = std::iter::once(person.full_name(country)).chain(places().map(|place| place.full_name()));
        let name = names.into_iter().find(|name| !name.is_empty()).unwrap_or_default();
        let mail = order.email.or(&order.contact_email).or(&person.email);
        let [billing, shipping] = [&order.billing_address.phone, &order.shipping_address.phone];
        let phone = order.phone.or(&person.phone).or(billing).or(shipping);
        let address = &order.billing_address;
        Customer {
            name: self.reader.name("customer", &name),
            mail: self.reader.mail("email", mail),
            phone: self.reader.phone("phone", phone),
            language: order.customer_locale.get().map_or(language, Language::from_tag),
            company: address.company(),
            number: Reader::words(&person.id),
            address: address.is_there().then(|| Box::new(address.read("billing_address", &mut self.reader))),
            ..Customer::default()
        }
    }

    /// The shipping address. An order without one (made by hand, or nothing to ship) gets an empty
    /// one, which validation holds until a person has completed it.
    fn ship_group(&mut self, desired: DesiredDelivery) -> IntakeShipGroup {
        let address: Address = self.order.shipping_address.read("shipping_address", &mut self.reader);
        let shipping = self.order.shipping_lines.iter().find(|line| line.fee_kind() == FeeKind::Shipping);
        let particulars = GroupParticulars {
            delivery_method: shipping.and_then(|line| Reader::words(&line.title)),
            ..GroupParticulars::default()
        };
        IntakeShipGroup { address, desired, particulars }
    }

    /// What the customer wrote, anywhere: nothing of it may be lost, so what is no delivery date or
    /// time is put below the note.
    fn note(&self, attributes: &[&Attribute]) -> Option<Personal> {
        let note = self.order.note.get().map(|note| tidy(note, true));
        let attributes = attributes.iter().filter_map(|attribute| attribute.line());
        let items = self.order.line_items.iter().take(MAX_LINES);
        let properties = items.flat_map(|item| item.property_lines());
        let all: Vec<String> = note.into_iter().chain(attributes).chain(properties).collect();
        (!all.is_empty()).then(|| shorten(all.join("\n"), NOTE).into())
    }

    fn particulars(&self) -> Particulars {
        let gateways: Vec<&str> = self.every_gateway().collect();
        let number = Reader::words(&self.order.po_number);
        Particulars {
            paid_by: (!gateways.is_empty()).then(|| Reader::title(&gateways.join(", "))),
            purchase_order: number.map(|number| PurchaseOrder { number, account: None }),
            ..Particulars::default()
        }
    }
}

#[cfg(test)]
mod tests;

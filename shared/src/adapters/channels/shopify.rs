//! Shopify's `orders/create` webhook: the order resource, bare or as `{"order": …}`.
//!
//! - The number is `name` (`#1001`), what staff and customers see. A shop gives each only once, and
//!   a channel is one shop; should a shop reuse one, the fingerprint tells the two orders apart.
//! - `total_price` and `total_tax` are what the customer agreed to. Everything else may contradict
//!   them: `discount_codes` promise what `total_discounts` did not grant, lines are added to
//!   orders that keep their total. The contradictions are billed as stated and found by validation.
//! - Fields we have no use for are ignored; the payload itself is archived.

mod delivery;
mod parts;
mod payment;
mod tax;

use jiff::Timestamp;
use serde::Deserialize;

use self::parts::{Allocation, Attribute, Item, Person, Place, ShippingLine, TaxLine};
use self::tax::Taxes;
use super::wire::{
    Defects, Figure, MAIL, NAME, NOTE, PHONE, TOKEN, currency, nullable, parse, shorten, tidy,
};
use super::{ChannelDefaults, ChannelError, ChannelOrder, Reading};
use crate::domain::billing::{Discount, DiscountKind};
use crate::domain::customer::{Address, Customer, Language, Personal};
use crate::domain::intake::{Intake, IntakeFee, IntakeLine, IntakeShipGroup, MAX_PARTS};
use crate::domain::money::{Amount, Currency};
use crate::domain::order::MAX_LINES;
use crate::domain::particulars::{GroupParticulars, LineParticulars, Particulars};
use crate::domain::tax::PriceBasis;

#[derive(Deserialize)]
struct Envelope {
    order: Option<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
struct Wrapped {
    order: Wire,
}

// No `Debug` on the wire structs: they hold personal data in plain strings.
#[derive(Deserialize)]
struct Wire {
    id: Option<Figure>,
    name: Option<String>,
    order_number: Option<Figure>,
    created_at: Option<Timestamp>,
    cancelled_at: Option<String>,
    financial_status: Option<String>,
    fulfillment_status: Option<String>,
    gateway: Option<String>,
    #[serde(default, deserialize_with = "nullable")]
    payment_gateway_names: Vec<String>,
    reference: Option<String>,
    currency: Option<String>,
    #[serde(default, deserialize_with = "nullable")]
    taxes_included: bool,
    total_price: Option<Figure>,
    total_tax: Option<Figure>,
    total_discounts: Option<Figure>,
    total_outstanding: Option<Figure>,
    #[serde(default, deserialize_with = "nullable")]
    discount_codes: Vec<DiscountCode>,
    #[serde(default, deserialize_with = "nullable")]
    tax_lines: Vec<TaxLine>,
    #[serde(default, deserialize_with = "nullable")]
    line_items: Vec<Item>,
    #[serde(default, deserialize_with = "nullable")]
    shipping_lines: Vec<ShippingLine>,
    email: Option<String>,
    contact_email: Option<String>,
    phone: Option<String>,
    customer_locale: Option<String>,
    customer: Option<Person>,
    billing_address: Option<Place>,
    shipping_address: Option<Place>,
    note: Option<String>,
    #[serde(default, deserialize_with = "nullable")]
    note_attributes: Vec<Attribute>,
}

#[derive(Deserialize)]
struct DiscountCode {
    code: Option<String>,
}

/// Reads the body of an `orders/create` webhook.
///
/// # Errors
/// See [`super::read`].
pub(super) fn read(body: &[u8], defaults: &ChannelDefaults) -> Result<Reading, ChannelError> {
    let (order, unmapped) = match parse::<Envelope>(body)?.0.order {
        Some(_) => {
            let (wrapped, unmapped) = parse::<Wrapped>(body)?;
            (wrapped.order, unmapped)
        }
        None => parse::<Wire>(body)?,
    };
    let mut defects = Defects::default();
    refuse_what_is_over(&order, &mut defects);
    let code = order.currency.as_deref().unwrap_or_default();
    let currency = currency(code).unwrap_or_else(|| {
        defects.add("currency", "must be one we know, such as JPY or USD");
        Currency::Jpy
    });
    let mut reader = Reader { currency, taxes: Taxes::of(&order, currency), order: &order, defects };
    let lines = reader.lines();
    let (fees, of_shipping) = reader.fees();
    let (desired, noted) = delivery::desired(&order.note_attributes);
    let intake = Intake {
        number: reader.number(),
        ordered_at: reader.ordered_at(),
        customer: reader.customer(defaults.language),
        currency,
        basis: if order.taxes_included { PriceBasis::TaxIncluded } else { PriceBasis::TaxExcluded },
        ship_groups: vec![IntakeShipGroup {
            address: reader.ship_to(),
            desired,
            particulars: GroupParticulars::default(),
        }],
        discounts: reader.discounts(&lines, of_shipping),
        declared: Some(reader.declared()),
        payments: reader.payments(),
        customer_note: reader.note(&noted),
        particulars: Particulars::default(),
        lines,
        fees,
    };
    Ok(Reading::of(ChannelOrder::open(reader.defects.finish(intake)?), unmapped))
}

/// An order that is over at Shopify must not begin with us.
fn refuse_what_is_over(order: &Wire, defects: &mut Defects) {
    if order.cancelled_at.is_some() {
        defects.add("cancelled_at", "the order was cancelled in Shopify: there is nothing to do");
    }
    if matches!(order.fulfillment_status.as_deref(), Some("fulfilled" | "partial")) {
        let message = "goods have left already: fulfil the rest of the order in Shopify";
        defects.add("fulfillment_status", message);
    }
}

struct Reader<'a> {
    order: &'a Wire,
    currency: Currency,
    taxes: Taxes,
    defects: Defects,
}

impl Reader<'_> {
    fn number(&mut self) -> String {
        let name = self.order.name.as_deref().map(str::trim).filter(|name| !name.is_empty());
        let number = self.order.order_number.as_ref().map(|number| format!("#{}", number.0));
        let Some(number) = name.map(str::to_owned).or(number) else {
            self.defects.add("name", "is missing: it is the order's number");
            return String::new();
        };
        self.defects.text("name", &number, 100)
    }

    fn ordered_at(&mut self) -> Timestamp {
        let Some(created_at) = self.order.created_at else {
            self.defects.add("created_at", "is missing: it is when the customer ordered");
            return Timestamp::UNIX_EPOCH;
        };
        self.defects.moment("created_at", created_at)
    }

    fn lines(&mut self) -> Vec<IntakeLine> {
        let count = self.order.line_items.len();
        if !(1..=MAX_LINES).contains(&count) {
            self.defects.add("line_items", format!("has {count} lines, 1 to {MAX_LINES} are possible"));
        }
        let items = self.order.line_items.iter().take(MAX_LINES).enumerate();
        items.filter_map(|(i, item)| self.line(&format!("line_items[{i}]"), item)).collect()
    }

    fn line(&mut self, at: &str, item: &Item) -> Option<IntakeLine> {
        let unit_price = self.required(&format!("{at}.price"), item.price.as_ref());
        let quantity = self.defects.units(&format!("{at}.quantity"), item.quantity.unwrap_or_default());
        // The older `total_discount` is part of the allocations where there are any.
        let discount = if item.discount_allocations.is_empty() {
            self.optional(&format!("{at}.total_discount"), item.total_discount.as_ref())
        } else {
            self.allocated(at, &item.discount_allocations)
        };
        let tax_rate = self.rate(&format!("{at}.tax_lines"), &item.tax_lines, item.taxable.unwrap_or(true));
        let Some(sku) = item.stock_keeping_unit() else {
            let message = "there is no SKU and no variant to name the product by: give it a SKU in Shopify";
            self.defects.add(format!("{at}.sku"), message);
            return None;
        };
        let title = item.shown_title();
        let reference = item.id.as_ref().map(|id| id.0.clone());
        let particulars = LineParticulars { reference, ..LineParticulars::default() };
        Some(IntakeLine { ship_group: 0, sku, title, unit_price, quantity, tax_rate, discount, particulars })
    }

    /// The fees, after their discounts, and the sum of those discounts.
    fn fees(&mut self) -> (Vec<IntakeFee>, Amount) {
        let count = self.order.shipping_lines.len();
        if count > MAX_PARTS {
            self.defects.add("shipping_lines", format!("has {count} lines, {MAX_PARTS} are possible"));
        }
        let (mut fees, mut discounts) = (Vec::new(), Amount::ZERO);
        for (i, shipping) in self.order.shipping_lines.iter().take(MAX_PARTS).enumerate() {
            let at = format!("shipping_lines[{i}]");
            let price = self.required(&format!("{at}.price"), shipping.price.as_ref());
            let discount = self.allocated(&at, &shipping.discount_allocations);
            let tax_rate = self.rate(&format!("{at}.tax_lines"), &shipping.tax_lines, true);
            discounts += discount;
            if price > discount {
                fees.push(IntakeFee { kind: shipping.fee_kind(), amount: price - discount, tax_rate });
            }
        }
        (fees, discounts)
    }

    /// What of `total_discounts` no line and no shipping line accounts for. It lowers the goods, and
    /// never by more than they cost: the total is stated anyway.
    fn discounts(&mut self, lines: &[IntakeLine], of_shipping: Amount) -> Vec<Discount> {
        let total = self.optional("total_discounts", self.order.total_discounts.as_ref());
        let of_lines: Amount = lines.iter().map(|line| line.discount).sum();
        let goods: Amount = lines.iter().map(|line| line.unit_price * line.quantity - line.discount).sum();
        let amount = (total - of_shipping - of_lines).min(goods);
        if !amount.is_positive() {
            return Vec::new();
        }
        let code = self.order.discount_codes.first().and_then(|discount| discount.code.as_deref());
        let kind = if code.is_some() { DiscountKind::Coupon } else { DiscountKind::Other };
        vec![Discount { kind, code: code.map(|code| shorten(tidy(code, false), TOKEN)), amount }]
    }

    fn customer(&mut self, language: Language) -> Customer {
        let order = self.order;
        let places = || order.billing_address.iter().chain(&order.shipping_address);
        let country = places().find_map(Place::country_code).unwrap_or("JP");
        let names = order.customer.iter().map(|person| person.full_name(country));
        let name = names.chain(places().map(Place::full_name)).find(|name| !name.is_empty());
        let person = order.customer.as_ref();
        let mails = [&order.email, &order.contact_email].into_iter().flatten();
        let mails = mails.chain(person.and_then(|person| person.email.as_ref()));
        let phones = order.phone.iter().chain(person.and_then(|person| person.phone.as_ref()));
        let phones = phones.chain(places().filter_map(|place| place.phone.as_ref()));
        let filled = |text: &&String| !text.trim().is_empty();
        let (mail, phone) = (mails.clone().find(filled), phones.clone().find(filled));
        let locale = order.customer_locale.as_deref().filter(|locale| !locale.is_empty());
        Customer {
            name: self.defects.personal("customer", name.as_deref(), NAME).unwrap_or_default(),
            mail: self.defects.personal("email", mail.map(String::as_str), MAIL),
            phone: self.defects.personal("phone", phone.map(String::as_str), PHONE),
            language: locale.map_or(language, Language::from_tag),
            ..Customer::default()
        }
    }

    /// The shipping address. An order without one (made by hand, or nothing to ship) gets an empty
    /// one, which validation holds until a person has completed it.
    fn ship_to(&mut self) -> Address {
        let nowhere = Place::default();
        self.order.shipping_address.as_ref().unwrap_or(&nowhere).read("shipping_address", &mut self.defects)
    }

    /// What the customer wrote, anywhere: nothing of it may be lost, so what is no delivery date or
    /// time is put below the note.
    fn note(&self, attributes: &[&Attribute]) -> Option<Personal> {
        let note = self.order.note.iter().map(|note| tidy(note, true));
        let attributes = attributes.iter().filter_map(|attribute| attribute.line());
        let properties = self.order.line_items.iter().take(MAX_LINES).flat_map(Item::property_lines);
        let all: Vec<String> =
            note.chain(attributes).chain(properties).filter(|text| !text.is_empty()).collect();
        (!all.is_empty()).then(|| shorten(all.join("\n"), NOTE).into())
    }

    fn required(&mut self, field: &str, figure: Option<&Figure>) -> Amount {
        if figure.is_none() {
            self.defects.add(field, "is missing");
        }
        self.optional(field, figure)
    }

    fn optional(&mut self, field: &str, figure: Option<&Figure>) -> Amount {
        figure.map(|figure| self.defects.amount(field, figure, self.currency)).unwrap_or_default()
    }

    fn allocated(&mut self, at: &str, allocations: &[Allocation]) -> Amount {
        let field = format!("{at}.discount_allocations");
        allocations.iter().map(|allocation| self.optional(&field, allocation.amount.as_ref())).sum()
    }
}

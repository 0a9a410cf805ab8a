//! The parts of Shopify's order resource, each with how it is read.

use serde::Deserialize;
use serde_json::Value;

use super::super::figures::stand_in;
use super::super::lenient::{List, Object, Scalar};
use super::super::postal;
use super::super::reader::Reader;
use super::super::wire::tidy;
use crate::domain::billing::FeeKind;
use crate::domain::customer::{Address, Personal};
use crate::domain::ids::Sku;
use crate::domain::money::Amount;

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct TaxLine {
    /// A fraction: 0.08 is 8 %.
    pub(super) rate: Scalar,
    pub(super) price: Scalar,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Allocation {
    pub(super) amount: Scalar,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Item {
    pub(super) id: Scalar,
    sku: Scalar,
    variant_id: Scalar,
    title: Scalar,
    /// The title with the variant's.
    name: Scalar,
    pub(super) price: Scalar,
    pub(super) quantity: Scalar,
    pub(super) current_quantity: Scalar,
    pub(super) taxable: Scalar,
    pub(super) requires_shipping: Scalar,
    pub(super) total_discount: Scalar,
    pub(super) discount_allocations: List<Object<Allocation>>,
    pub(super) tax_lines: List<Object<TaxLine>>,
    properties: List<Object<Attribute>>,
}

impl Item {
    /// The SKU, or a stand-in by the variant or, for an item typed in by hand, by the line.
    pub(super) fn stock_keeping_unit(&self, at: &str, reader: &mut Reader) -> Option<Sku> {
        let typed_in = || stand_in("shopify-item", &[&self.id]);
        reader.sku(at, &self.sku, stand_in("shopify", &[&self.variant_id]).or_else(typed_in))
    }

    pub(super) fn shown_title(&self) -> String {
        Reader::title(self.name.or(&self.title).text())
    }

    /// What the customer chose or wrote for this line, a text each.
    pub(super) fn property_lines(&self) -> impl Iterator<Item = String> {
        let title = self.shown_title();
        let lines = self.properties.iter().filter_map(|property| property.line());
        lines.map(move |line| format!("{title} – {line}"))
    }
}

/// What was given back or taken off the order.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Refund {
    pub(super) refund_line_items: List<Object<RefundLine>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct RefundLine {
    pub(super) line_item_id: Scalar,
    pub(super) quantity: Scalar,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct ShippingLine {
    pub(super) title: Scalar,
    pub(super) price: Scalar,
    pub(super) is_removed: Scalar,
    pub(super) discount_allocations: List<Object<Allocation>>,
    pub(super) tax_lines: List<Object<TaxLine>>,
}

impl ShippingLine {
    /// Apps charge for cash on delivery by a shipping line of its own, 代引手数料.
    pub(super) fn fee_kind(&self) -> FeeKind {
        if self.title.text().contains("手数料") { FeeKind::Payment } else { FeeKind::Shipping }
    }
}

/// The sum of the allocations.
pub(super) fn allocated(at: &str, allocations: &[Object<Allocation>], reader: &mut Reader) -> Amount {
    let field = format!("{at}.discount_allocations");
    allocations.iter().map(|allocation| reader.amount(&field, &allocation.amount)).sum()
}

/// A name and value that the shop's theme or an app added.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Attribute {
    name: Scalar,
    value: Value,
}

impl Attribute {
    pub(super) fn name(&self) -> String {
        tidy(self.name.text(), false)
    }

    pub(super) fn value(&self) -> String {
        match &self.value {
            Value::Null => String::new(),
            Value::String(text) => tidy(text, true),
            value @ (Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => {
                value.to_string()
            }
        }
    }

    /// The attribute as a person reads it; `None` when it is empty, or hidden from people by the
    /// underscore that its name begins with.
    pub(super) fn line(&self) -> Option<String> {
        let (name, value) = (self.name(), self.value());
        let shown = !name.is_empty() && !name.starts_with('_') && !value.is_empty();
        shown.then(|| format!("{name}: {value}"))
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Person {
    pub(super) id: Scalar,
    first_name: Scalar,
    last_name: Scalar,
    pub(super) email: Scalar,
    pub(super) phone: Scalar,
}

impl Person {
    pub(super) fn full_name(&self, country: &str) -> String {
        full_name(&self.first_name, &self.last_name, country)
    }
}

/// The family name first in Japan, last elsewhere.
fn full_name(first: &Scalar, last: &Scalar, country: &str) -> String {
    let names = if country == "JP" { [last, first] } else { [first, last] };
    names.map(Scalar::text).join(" ").trim().to_owned()
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Place {
    first_name: Scalar,
    last_name: Scalar,
    name: Scalar,
    company: Scalar,
    pub(super) phone: Scalar,
    country_code: Scalar,
    zip: Scalar,
    province: Scalar,
    province_code: Scalar,
    city: Scalar,
    address1: Scalar,
    address2: Scalar,
}

impl Place {
    pub(super) fn country_code(&self) -> Option<&str> {
        self.country_code.get()
    }

    pub(super) fn full_name(&self) -> String {
        let country = self.country_code().unwrap_or("JP");
        let parts = full_name(&self.first_name, &self.last_name, country);
        if parts.is_empty() { self.name.text().to_owned() } else { parts }
    }

    pub(super) fn company(&self) -> Option<Personal> {
        self.company.get().map(Personal::new)
    }

    pub(super) fn read(&self, at: &str, reader: &mut Reader) -> Address {
        // The code before the name, which Shopify gives in Latin letters.
        let japanese = self.country_code().unwrap_or("JP") == "JP";
        let prefecture = if japanese { self.province_code.or(&self.province) } else { &self.province };
        // A parcel for a firm alone has the firm's name.
        let person = Some(self.full_name()).filter(|name| !name.is_empty());
        let company = if person.is_some() { self.company.text() } else { "" };
        let place = postal::Place {
            name: person.unwrap_or_else(|| self.company.text().to_owned()),
            company,
            phone: self.phone.text(),
            country: self.country_code.text(),
            postal_code: self.zip.text(),
            prefecture: prefecture.text(),
            city: self.city.text().to_owned(),
            line1: self.address1.text().to_owned(),
            line2: self.address2.text().to_owned(),
            ..postal::Place::default()
        };
        place.read(at, reader)
    }

    pub(super) fn is_there(&self) -> bool {
        [&self.address1, &self.city, &self.zip].iter().any(|part| part.get().is_some())
    }
}

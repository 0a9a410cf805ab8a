//! EC-CUBE 4: the order as its web API gives it (GraphQL, or the same names in plain JSON), and the
//! notification of its webhook, `[{"entity": "order", "id": 12, "action": "updated"}]`.
//!
//! - A notification names an order and nothing more: everything else is
//!   [missing](super::reading::Missing). Both may come together, as `{"webhook": […], "order": {…}}`.
//! - Goods, postage, fees, discounts and points are all order items, told apart by their type. Goods
//!   mostly are without tax and have that of one unit beside them: prices are given with it.
//! - Each of the `Shippings` is a ship group.

mod items;
mod wire;

use jiff::tz::Offset;
use serde_json::Value;

use self::items::Figures;
use self::wire::{Order, Shipping};
use super::figures::{TaxSums, the_rest};
use super::lenient::{Documents, Envelope, Scalar};
use super::payment::{self, Standing};
use super::postal::Place;
use super::reader::Reader;
use super::wire::currency;
use super::{ChannelDefaults, ChannelError, ChannelOrder, ChannelStatus, Reading};
use crate::domain::customer::{Customer, DesiredDelivery, Personal};
use crate::domain::intake::{Intake, IntakePayment, IntakeShipGroup};
use crate::domain::money::Currency;
use crate::domain::particulars::{GroupParticulars, Particulars, PointsEarned};
use crate::domain::payment::PaymentMethod;
use crate::domain::tax::PriceBasis;

const ENVELOPE: Envelope = Envelope {
    platform: "EC-CUBE",
    wrappers: &["data", "order", "orders", "nodes", "edges", "node", "webhook"],
    marks: &["order_no", "OrderItems", "entity"],
};

const QUERY: &str = "the web API's query order(id: …)";

/// Reads notifications, orders, or both.
///
/// # Errors
/// See [`super::read`].
pub(super) fn read(body: &[u8], defaults: &ChannelDefaults) -> Result<Reading, ChannelError> {
    let mut documents = ENVELOPE.open(body)?;
    leave_out_others(&mut documents);
    ENVELOPE.read(documents, |order| read_order(order, defaults))
}

/// Leaves out notifications of products and customers, and those of orders that came along.
fn leave_out_others(documents: &mut Documents) {
    let id = |value: Option<&Value>| value.map(|id| id.to_string().trim_matches('"').to_owned());
    let orders = documents.found.iter().filter(|document| !document.fields.contains_key("entity"));
    let came: Vec<Option<String>> = orders.map(|document| id(document.fields.get("id"))).collect();
    documents.found.retain(|document| match document.fields.get("entity").and_then(Value::as_str) {
        Some("order") => !came.contains(&id(document.fields.get("id"))),
        Some(_) => false,
        None => true,
    });
}

fn read_order(order: &Order, defaults: &ChannelDefaults) -> Result<ChannelOrder, ChannelError> {
    let mut reader = Reader::new(Currency::Jpy);
    if let Some(code) = order.currency_code.get() {
        match currency(code) {
            Some(currency) => reader.currency = currency,
            None => reader.defects.add("currency_code", "must be one we know, such as JPY or USD"),
        }
    }
    let status = order.status(&mut reader);
    let figures = Figures::of(order, &mut reader);
    let total = order.payment_total.or(&order.total);
    if total.get().is_none() {
        reader.lacks("declared", QUERY);
    }
    let total = total.get().map(|_| reader.amount("payment_total", total));
    let ordered_at = order.order_date.or(&order.create_date);
    let intake = Intake {
        number: reader.number("order_no", order.order_no.or(&order.id), QUERY),
        ordered_at: reader.ordered_at("order_date", ordered_at, Offset::constant(9), QUERY),
        customer: order.customer(&mut reader, defaults),
        currency: reader.currency,
        basis: PriceBasis::TaxIncluded,
        ship_groups: order.ship_groups(&mut reader),
        lines: figures.lines,
        fees: figures.fees,
        discounts: figures.discounts,
        payments: vec![order.payment_of(&mut reader)],
        declared: TaxSums::default().declared(total),
        customer_note: Reader::note(order.message.owned()),
        particulars: order.particulars(),
    };
    reader.updated_at(&order.update_date, Offset::constant(9));
    reader.finish(status, intake)
}

impl Order {
    fn status(&self, reader: &mut Reader) -> ChannelStatus {
        let shipped = |shipping: &Shipping| shipping.shipping_date.get().is_some();
        let partly = self.shippings.iter().any(|shipping| shipped(shipping));
        match self.status.id.or(&self.status.name).text() {
            _ if self.action.text() == "deleted" => ChannelStatus::Cancelled,
            "1" | "4" | "6" | "新規受付" | "対応中" | "入金済み" if partly => {
                ChannelStatus::PartiallyShipped
            }
            "1" | "4" | "6" | "新規受付" | "対応中" | "入金済み" => ChannelStatus::Open,
            "2" | "7" | "8" | "入金待ち" | "決済処理中" | "購入処理中" => {
                ChannelStatus::Pending
            }
            "3" | "注文取消し" | "取消し" => ChannelStatus::Cancelled,
            "5" | "発送済み" => ChannelStatus::Shipped,
            "9" | "返品" => {
                reader.caution("RETURNED", "the goods came back");
                ChannelStatus::Shipped
            }
            "" => {
                reader.lacks("status", QUERY);
                ChannelStatus::Pending
            }
            _ => {
                let meaning = "the shop's status is one of its own: nothing leaves before it is one we know";
                reader.caution("STATUS_UNKNOWN", meaning);
                ChannelStatus::Pending
            }
        }
    }

    fn home(&self) -> Place<'_> {
        Place {
            name: joined(&self.name01, &self.name02),
            kana: joined(&self.kana01, &self.kana02),
            company: self.company_name.text(),
            phone: self.phone_number.text(),
            country: self.country.name.text(),
            postal_code: self.postal_code.text(),
            prefecture: self.prefecture.name.text(),
            line1: self.addr01.text().to_owned(),
            line2: self.addr02.text().to_owned(),
            ..Place::default()
        }
    }

    fn customer(&self, reader: &mut Reader, defaults: &ChannelDefaults) -> Customer {
        let home = self.home();
        let kana = Some(home.kana.as_str()).filter(|kana| !kana.is_empty());
        Customer {
            name: reader.name("name01", &home.name),
            mail: reader.mail("email", &self.email),
            phone: reader.phone("phone_number", &self.phone_number),
            language: defaults.language,
            kana: kana.map(|kana| reader.name("kana01", kana)),
            company: self.company_name.get().map(Personal::new),
            number: Reader::words(&self.customer.id),
            address: (!home.is_empty()).then(|| Box::new(home.read("order", reader))),
        }
    }

    /// One for each of the `Shippings`, or one to the orderer where there are none.
    fn ship_groups(&self, reader: &mut Reader) -> Vec<IntakeShipGroup> {
        if self.shippings.is_empty() {
            let home = self.home();
            reader.lacks("ship_groups[0].address", QUERY);
            let address = home.read("order", reader);
            let desired = DesiredDelivery::default();
            return vec![IntakeShipGroup { address, desired, particulars: GroupParticulars::default() }];
        }
        let groups = self.shippings.iter().enumerate();
        groups.map(|(i, shipping)| shipping.read(&format!("Shippings[{i}]"), reader)).collect()
    }

    fn payment_of(&self, reader: &mut Reader) -> IntakePayment {
        let name = self.payment_method.or(&self.payment.method).text();
        if name.is_empty() {
            reader.lacks("payments", QUERY);
        }
        let stands = self.status.id.or(&self.status.name).text();
        let paid = self.payment_date.get().is_some() || matches!(stands, "6" | "入金済み");
        match payment::by_name(&[name]) {
            Some(known) if !paid => payment::payment(Some(known), Standing::Awaited),
            Some(known) => payment::payment(Some(known), Standing::Paid),
            // The shop's payment plugin has it as soon as the order is received.
            None => {
                let awaited =
                    matches!(stands, "" | "2" | "7" | "8" | "入金待ち" | "決済処理中" | "購入処理中");
                the_rest(PaymentMethod::ChannelSettled, awaited && !paid)
            }
        }
    }

    fn particulars(&self) -> Particulars {
        let points = self.add_point.text().split('.').next().and_then(|points| points.parse().ok());
        let points = points.filter(|points| *points > 0);
        let earned = points.map(|points| PointsEarned { issuer: "SHOP".to_owned(), points });
        Particulars {
            paid_by: Reader::words(self.payment_method.or(&self.payment.method)),
            points_earned: earned.into_iter().collect(),
            ..Particulars::default()
        }
    }
}

impl Shipping {
    fn read(&self, at: &str, reader: &mut Reader) -> IntakeShipGroup {
        let place = Place {
            name: joined(&self.name01, &self.name02),
            kana: joined(&self.kana01, &self.kana02),
            company: self.company_name.text(),
            phone: self.phone_number.text(),
            country: self.country.name.text(),
            postal_code: self.postal_code.text(),
            prefecture: self.prefecture.name.text(),
            line1: self.addr01.text().to_owned(),
            line2: self.addr02.text().to_owned(),
            ..Place::default()
        };
        IntakeShipGroup {
            address: place.read(at, reader),
            desired: DesiredDelivery {
                date: reader.wanted_on(&self.shipping_delivery_date),
                time_slot: reader.wanted_in(&self.shipping_delivery_time),
            },
            particulars: GroupParticulars {
                reference: Reader::words(&self.id),
                delivery_method: Reader::words(&self.shipping_delivery_name),
                ..GroupParticulars::default()
            },
        }
    }
}

fn joined(one: &Scalar, two: &Scalar) -> String {
    [one.text(), two.text()].join(" ").trim().to_owned()
}

#[cfg(test)]
mod tests;

//! BASE: the list of orders (`orders`), one order (`orders/detail`) and the answer to a change of its
//! state (`orders/edit_status`).
//!
//! - Times are seconds since 1970; prices contain the tax.
//! - A row of the list has no lines and no address: they are [missing](super::reading::Missing).
//! - BASE has the customer's money, but for a transfer to the shop's own account (`bt`) and cash on
//!   delivery. A transfer that was too small (`shortage`) is awaited like one that has not come.
//! - Where postage stands differs: on the order, on its lines or on its items. What makes up the total
//!   is taken.
//! - A cancelled line is left out, unless the whole order was cancelled.

mod wire;

use jiff::tz::Offset;

use self::wire::{Item, Order, Postal};
use super::figures::{TaxSums, add_fee, spread, stand_in, the_rest};
use super::lenient::{Envelope, Scalar};
use super::payment::{self, Standing};
use super::postal::Place;
use super::reader::Reader;
use super::{ChannelDefaults, ChannelError, ChannelOrder, ChannelStatus, Reading};
use crate::domain::billing::{Discount, DiscountKind, FeeKind};
use crate::domain::customer::{Address, Customer, DesiredDelivery};
use crate::domain::intake::{Intake, IntakeFee, IntakeLine, IntakePayment, IntakeShipGroup};
use crate::domain::money::{Amount, Currency};
use crate::domain::order::MAX_LINES;
use crate::domain::particulars::{GroupParticulars, LineParticulars, OrderKind, Particulars, Subscription};
use crate::domain::payment::PaymentMethod;
use crate::domain::tax::{PriceBasis, TaxRate};

const ENVELOPE: Envelope =
    Envelope { platform: "BASE", wrappers: &["order", "orders"], marks: &["unique_key", "order_items"] };

const DETAIL: &str = "GET /1/orders/detail/<unique_key>";

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
    if order.order_items.is_empty() {
        reader.lacks("lines", DETAIL);
    }
    let total = order.total.get().map(|_| reader.amount("total", &order.total));
    let lines = order.lines(status, &mut reader);
    let figures = Figures::of(order, &lines, total, &mut reader);
    let intake = Intake {
        number: reader.number("unique_key", &order.unique_key, "GET /1/orders"),
        ordered_at: reader.ordered_at("ordered", &order.ordered, Offset::constant(9), DETAIL),
        customer: order.customer(&mut reader, defaults),
        currency: Currency::Jpy,
        basis: PriceBasis::TaxIncluded,
        ship_groups: vec![IntakeShipGroup {
            address: order.ship_to(&mut reader),
            desired: DesiredDelivery {
                date: reader.wanted_on(&order.delivery_date),
                time_slot: reader.wanted_in(&order.delivery_time_zone),
            },
            particulars: GroupParticulars {
                delivery_method: order.delivery_method(),
                ..GroupParticulars::default()
            },
        }],
        lines,
        fees: figures.fees,
        discounts: figures.discounts,
        payments: vec![order.payment(status, &mut reader)],
        declared: TaxSums::default().declared(total),
        customer_note: Reader::note(order.remark.owned()),
        particulars: order.particulars(),
    };
    reader.updated_at(&order.modified, Offset::constant(9));
    reader.finish(status, intake)
}

impl Order {
    fn status(&self, reader: &mut Reader) -> ChannelStatus {
        let partly = self.order_items.iter().any(|item| item.status.text() == "dispatched");
        match self.dispatch_status.text() {
            "unpaid" | "unshippable" => ChannelStatus::Pending,
            "ordered" if partly => ChannelStatus::PartiallyShipped,
            "ordered" => ChannelStatus::Open,
            "shipping" | "dispatched" => ChannelStatus::Shipped,
            "cancelled" => ChannelStatus::Cancelled,
            _ if self.cancelled.get().is_some() => ChannelStatus::Cancelled,
            _ if self.dispatched.get().is_some() => ChannelStatus::Shipped,
            "" => {
                reader.lacks("status", DETAIL);
                ChannelStatus::Pending
            }
            _ => {
                reader.caution(
                    "STATUS_UNKNOWN",
                    "BASE's status is none we know: nothing leaves before it is one",
                );
                ChannelStatus::Pending
            }
        }
    }

    fn lines(&self, status: ChannelStatus, reader: &mut Reader) -> Vec<IntakeLine> {
        if self.order_items.len() > MAX_LINES {
            reader.defects.add("order_items", format!("has more than {MAX_LINES} lines"));
        }
        let wanted = |item: &Item| status == ChannelStatus::Cancelled || item.status.text() != "cancelled";
        let items = self.order_items.iter().take(MAX_LINES).enumerate().filter(|(_, item)| wanted(item));
        items.filter_map(|(i, item)| item.read(&format!("order_items[{i}]"), reader)).collect()
    }

    fn customer(&self, reader: &mut Reader, defaults: &ChannelDefaults) -> Customer {
        let home = self.home();
        Customer {
            name: reader.name("last_name", &home.name),
            mail: reader.mail("mail_address", &self.mail_address),
            phone: reader.phone("tel", &self.tel),
            language: defaults.language,
            address: (!home.is_empty()).then(|| Box::new(home.read("order", reader))),
            ..Customer::default()
        }
    }

    fn home(&self) -> Place<'_> {
        Place {
            name: [self.last_name.text(), self.first_name.text()].join(" ").trim().to_owned(),
            phone: self.tel.text(),
            country: self.country.text(),
            postal_code: self.zip_code.text(),
            prefecture: self.prefecture.text(),
            line1: self.address.text().to_owned(),
            line2: self.address2.text().to_owned(),
            ..Place::default()
        }
    }

    /// To the receiver, or to the orderer where there is none.
    fn ship_to(&self, reader: &mut Reader) -> Address {
        let (receiver, home) = (self.order_receiver.place(&self.country), self.home());
        if receiver.is_empty() && home.is_empty() {
            reader.lacks("ship_groups[0].address", DETAIL);
        }
        let (at, place) = if receiver.is_empty() { ("order", home) } else { ("order_receiver", receiver) };
        place.read(at, reader)
    }

    fn delivery_method(&self) -> Option<String> {
        let of_lines = self.shipping_lines.iter().map(|line| &line.shipping_method);
        let of_items = self.order_items.iter().map(|item| &item.shipping_method);
        std::iter::once(&self.shipping_method).chain(of_lines).chain(of_items).find_map(Reader::words)
    }

    fn payment(&self, status: ChannelStatus, reader: &mut Reader) -> IntakePayment {
        let transactions = [
            &self.c_c_payment_transaction,
            &self.cvs_payment_transaction,
            &self.bt_payment_transaction,
            &self.atobarai_payment_transaction,
            &self.carrier_payment_transaction,
            &self.coin_payment_transaction,
        ];
        let stands = |standing| transactions.iter().any(|transaction| transaction.status.text() == standing);
        if stands("shortage") {
            reader.caution("SHORT_PAYMENT", "the customer transferred too little");
        }
        let awaited = status == ChannelStatus::Pending || stands("unpaid") || stands("shortage");
        let standing = if awaited { Standing::Awaited } else { Standing::Paid };
        match self.payment.text() {
            "bt" => payment::payment(Some(PaymentMethod::BankTransfer), standing),
            name if payment::by_name(&[name]) == Some(PaymentMethod::CashOnDelivery) => {
                the_rest(PaymentMethod::CashOnDelivery, false)
            }
            _ => the_rest(PaymentMethod::ChannelSettled, awaited),
        }
    }

    fn particulars(&self) -> Particulars {
        let subscription = self.subscription.unique_key.owned().map(|contract| Subscription {
            contract,
            cycle: None,
            occurrence: self.subscription.repeat_number.text().parse().ok(),
            next_on: None,
        });
        Particulars {
            kind: if subscription.is_some() { OrderKind::Subscription } else { OrderKind::Normal },
            subscription,
            paid_by: Reader::words(&self.payment),
            ..Particulars::default()
        }
    }
}

impl Postal {
    fn place<'a>(&'a self, country: &'a Scalar) -> Place<'a> {
        Place {
            name: [self.last_name.text(), self.first_name.text()].join(" ").trim().to_owned(),
            phone: self.tel.text(),
            country: self.country.or(country).text(),
            postal_code: self.zip_code.text(),
            prefecture: self.prefecture.text(),
            line1: self.address.text().to_owned(),
            line2: self.address2.text().to_owned(),
            ..Place::default()
        }
    }
}

impl Item {
    fn read(&self, at: &str, reader: &mut Reader) -> Option<IntakeLine> {
        let quantity = reader.units(&format!("{at}.amount"), &self.amount);
        let own = self.variation_identifier.or(&self.item_identifier).or(&self.identifier);
        let ids = [&self.item_id, &self.variation_id].map(Scalar::text);
        let id = stand_in("base", &[&self.item_id, &self.order_item_id]);
        // A variation's number alone could be another item's.
        let id = if ids.iter().all(|id| !["", "0"].contains(id)) {
            Some(format!("base-{}", ids.join("-")))
        } else {
            id
        };
        let sku = reader.sku(at, own, id)?;
        if quantity == 0 {
            return None;
        }
        let (unit_price, discount) = self.price(at, quantity, reader);
        let tax_rate = reader.percent(&format!("{at}.consumption_tax_rate"), &self.consumption_tax_rate);
        let options = self.options.iter().filter_map(|option| {
            let name = option.name.or(&option.option_name);
            Some(format!("{}: {}", name.get()?, option.value.or(&option.option_value).text()))
        });
        Some(IntakeLine {
            ship_group: 0,
            sku,
            title: Reader::title(&[self.title.text(), self.variation.text()].join(" ")),
            unit_price,
            quantity,
            tax_rate: tax_rate.unwrap_or_else(|| reader.assumed_rate()),
            discount,
            particulars: LineParticulars {
                reference: Reader::words(&self.order_item_id),
                choice: Reader::note(self.variation.owned().into_iter().chain(options)),
            },
        })
    }

    /// The price of a unit with its options, and what of it is only for the units to cost the same.
    fn price(&self, at: &str, quantity: u32, reader: &mut Reader) -> (Amount, Amount) {
        let price = reader.amount(&format!("{at}.price"), &self.price);
        let options =
            self.options.iter().filter_map(|option| reader.signed(&format!("{at}.options"), &option.price));
        let options: Amount = options.sum();
        let stated = if self.item_total.get().is_some() || self.option_total.get().is_some() {
            let goods = reader.signed(&format!("{at}.item_total"), &self.item_total);
            let options = reader.signed(&format!("{at}.option_total"), &self.option_total);
            Some(goods.unwrap_or(price * quantity) + options.unwrap_or_default())
        } else {
            reader.signed(&format!("{at}.total"), &self.total)
        };
        match stated {
            Some(all) if all != (price + options) * quantity => spread(all.or_zero(), quantity),
            Some(_) | None => ((price + options).or_zero(), Amount::ZERO),
        }
    }
}

/// What is charged and taken off beside the goods.
struct Figures {
    fees: Vec<IntakeFee>,
    discounts: Vec<Discount>,
}

impl Figures {
    fn of(order: &Order, lines: &[IntakeLine], total: Option<Amount>, reader: &mut Reader) -> Self {
        let goods: Amount = lines.iter().map(|line| line.unit_price * line.quantity - line.discount).sum();
        let cash = reader.amount("cod_fee", &order.cod_fee);
        let coupon = reader.reduction("order_discount.discount", &order.order_discount.discount);
        let coins = reader.reduction("order_header_coin.discount", &order.order_header_coin.discount);
        let adjusted = reader.signed("adjusted_amount", &order.order_amount_adjustment.adjusted_amount);
        let mut adjusted = adjusted.unwrap_or_default();
        let candidates = Self::postages(order, reader);
        let explains = |postage: Amount, adjusted: Amount| {
            total == Some(goods + postage + cash - coupon - coins + adjusted)
        };
        let with = candidates.iter().find(|postage| explains(**postage, adjusted));
        let without = || candidates.iter().find(|postage| explains(**postage, Amount::ZERO));
        let postage = match (with, without()) {
            (Some(postage), _) => *postage,
            (None, Some(postage)) => {
                let meaning = "the shop adjusted the amount, and the stated total does not contain it";
                reader.caution("ADJUSTED", meaning);
                adjusted = Amount::ZERO;
                *postage
            }
            (None, None) => {
                candidates.iter().copied().find(|postage| postage.is_positive()).unwrap_or_default()
            }
        };
        let mut fees = Vec::new();
        for (kind, amount) in
            [(FeeKind::Shipping, postage), (FeeKind::Payment, cash), (FeeKind::Other, adjusted)]
        {
            add_fee(&mut fees, kind, amount, TaxRate::STANDARD);
        }
        let code = |note: &Scalar| Reader::words(note);
        let discounts = [
            (DiscountKind::Coupon, code(&order.order_discount.note), coupon),
            (DiscountKind::Other, None, (-adjusted).or_zero()),
            (DiscountKind::Points, code(&order.order_header_coin.note), coins),
        ];
        let discounts = discounts.map(|(kind, code, amount)| Discount { kind, code, amount });
        Self { fees, discounts: discounts.into() }
    }

    /// What the postage may be: that of the order, of its shipping lines, or of its items.
    fn postages(order: &Order, reader: &mut Reader) -> [Amount; 4] {
        let of_order = reader.amount("shipping_fee", &order.shipping_fee);
        let of_lines = order.shipping_lines.iter();
        let of_lines = of_lines.map(|line| reader.amount("shipping_lines", &line.shipping_fee)).sum();
        let items = order.order_items.iter().filter(|item| item.status.text() != "cancelled");
        let of_items: Amount = items.map(|item| reader.amount("order_items", &item.shipping_fee)).sum();
        [of_order, of_lines, of_items, of_order + of_items]
    }
}

#[cfg(test)]
mod tests;

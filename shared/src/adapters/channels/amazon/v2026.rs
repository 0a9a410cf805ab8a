//! Orders of 2026-01-01. Which parts an answer has, the caller chooses by `includedData`.

mod wire;

use std::ops::Deref;

use jiff::tz::Offset;

use self::wire::{Breakdown, Order, OrderItem, Postal};
use super::super::figures::{stand_in, the_rest};
use super::super::lenient::Scalar;
use super::super::postal::Place;
use super::super::reader::Reader;
use super::super::{ChannelDefaults, ChannelError, ChannelOrder, ChannelStatus};
use super::assemble::{Charge, Facts, Item, Part, assemble, charge_of, window};
use super::{currency_of, status};
use crate::domain::customer::{Address, Customer, Personal};
use crate::domain::intake::IntakePayment;
use crate::domain::money::{Amount, Currency};
use crate::domain::particulars::{Gift, LineParticulars, OrderKind, Particulars, PurchaseOrder};
use crate::domain::payment::PaymentMethod;

/// Reads one order.
pub(super) fn read(order: &Order, defaults: &ChannelDefaults) -> Result<ChannelOrder, ChannelError> {
    let mut reader = Reader::new(Currency::Jpy);
    let prices = order.order_items.iter().map(|item| &*item.product.price.unit_price);
    let amounts = std::iter::once(&*order.proceeds.grand_total).chain(prices);
    match currency_of(amounts, order.sales_channel.marketplace_id.text()) {
        Some(currency) => reader.currency = currency,
        None => reader.defects.add("grandTotal.currencyCode", "must be one we know, such as JPY or USD"),
    }
    let by_amazon = order.fulfillment.fulfilled_by.text() == "AMAZON";
    let status = order.status(&mut reader);
    order.tell_oddities(&mut reader);
    reader.updated_at(&order.last_updated_time, Offset::UTC);
    let items = order.items(&mut reader);
    let total = order.proceeds.grand_total.read("proceeds.grandTotal", &mut reader);
    if total.is_none() {
        reader.lacks("declared", "getOrder with PROCEEDS");
    }
    let facts = Facts {
        number: reader.number("orderId", &order.order_id, "getOrder"),
        ordered_at: reader.ordered_at("createdTime", &order.created_time, Offset::UTC, "getOrder"),
        status,
        by_amazon,
        customer: order.customer(&mut reader, defaults),
        address: order.address(status, by_amazon, &mut reader),
        charges: order.charges(&items, &mut reader),
        items,
        total: total.map(Amount::or_zero),
        payments: order.payments(status, total, &mut reader),
        delivery_method: Reader::words(&order.fulfillment.fulfillment_service_level),
        note: order.note(),
        particulars: order.particulars(),
        prices_in: "getOrder with PROCEEDS",
    };
    assemble(facts, reader)
}

impl Order {
    fn status(&self, reader: &mut Reader) -> ChannelStatus {
        if self.fulfillment.fulfillment_status.get().is_none() {
            reader.lacks("status", "getOrder with FULFILLMENT");
            return ChannelStatus::Pending;
        }
        status(&self.fulfillment.fulfillment_status, reader)
    }

    fn is_of(&self, program: &str) -> bool {
        self.programs.iter().any(|of| of.text() == program)
    }

    fn tell_oddities(&self, reader: &mut Reader) {
        if self.order_items.is_empty() {
            reader.lacks("lines", "getOrder");
        }
        let asks = |item: &OrderItem| item.cancellation.cancellation_request.requester.get().is_some();
        for (n, _) in (1..).zip(self.order_items.iter()).filter(|(_, item)| asks(item)) {
            reader.caution("BUYER_CANCEL", format!("the buyer asks to cancel line {n}"));
        }
        if !self.associated_orders.is_empty() {
            reader.caution("REPLACEMENT", "the order replaces another one");
        }
        if self.is_of("IN_STORE_PICK_UP") {
            reader.caution("PICKUP", "the customer picks the order up in a store");
        }
    }

    fn customer(&self, reader: &mut Reader, defaults: &ChannelDefaults) -> Customer {
        let (buyer, address) = (&self.buyer, &self.recipient.delivery_address);
        Customer {
            name: reader.name("buyer.buyerName", buyer.buyer_name.or(&address.name).text()),
            mail: reader.mail("buyer.buyerEmail", &buyer.buyer_email),
            phone: reader.phone("recipient.deliveryAddress.phone", &address.phone),
            company: buyer.buyer_company_name.get().map(Personal::new),
            language: defaults.language,
            ..Customer::default()
        }
    }

    fn address(&self, status: ChannelStatus, by_amazon: bool, reader: &mut Reader) -> Option<Address> {
        let address = &self.recipient.delivery_address;
        let place = address.place();
        if place.is_empty() && address.name.get().is_none() {
            let over = matches!(status, ChannelStatus::Shipped | ChannelStatus::Cancelled);
            if !over && !by_amazon {
                reader.lacks("ship_groups[0].address", "getOrder with RECIPIENT");
            }
            return None;
        }
        Some(place.read("recipient.deliveryAddress", reader))
    }

    fn particulars(&self) -> Particulars {
        let of_an_item = |program: &str| {
            self.order_items.iter().any(|item| item.programs.iter().any(|of| of.text() == program))
        };
        let early = self.fulfillment.fulfillment_status.text() == "PENDING_AVAILABILITY";
        let kind = if early || self.is_of("PREORDER") {
            OrderKind::Preorder
        } else if of_an_item("SUBSCRIBE_AND_SAVE") {
            OrderKind::Subscription
        } else {
            OrderKind::Normal
        };
        let methods = self.payment.payment_executions.iter().map(|paid| paid.payment_method.text());
        let methods: Vec<&str> = methods.filter(|method| !method.is_empty()).collect();
        let number = Reader::words(&self.buyer.buyer_purchase_order_number);
        Particulars {
            kind,
            purchase_order: number.map(|number| PurchaseOrder { number, account: None }),
            paid_by: (!methods.is_empty()).then(|| Reader::title(&methods.join(", "))),
            ..Particulars::default()
        }
    }

    /// How the driver finds the customer.
    fn note(&self) -> Option<Personal> {
        let wishes = &self.recipient.delivery_preference;
        Reader::note(
            [&wishes.drop_off_location, &wishes.address_instruction].into_iter().filter_map(Scalar::owned),
        )
    }

    /// Amazon has the money, but for what the carrier collects. Gift cards and points may have paid a
    /// part of that beforehand.
    fn payments(
        &self,
        status: ChannelStatus,
        total: Option<Amount>,
        reader: &mut Reader,
    ) -> Vec<IntakePayment> {
        let collected = |method: &str| ["COD", "CashOnDelivery"].contains(&method);
        let paid = &self.payment.payment_executions;
        let constraint = |item: &OrderItem| {
            let constraints = &item.fulfillment.shipping.shipping_constraints;
            constraints.cash_on_delivery.text() == "MANDATORY"
        };
        let on_delivery = paid.iter().any(|paid| collected(paid.payment_method.text()))
            || paid.is_empty() && self.order_items.iter().any(|item| constraint(item));
        if !on_delivery {
            return vec![the_rest(PaymentMethod::ChannelSettled, status == ChannelStatus::Pending)];
        }
        let others = paid.iter().filter(|paid| !collected(paid.payment_method.text()));
        let before: Amount =
            others.filter_map(|paid| paid.payment_amount.read("paymentAmount", reader)).sum();
        let before = before.min(total.unwrap_or_default());
        let settled =
            IntakePayment { amount: Some(before), ..the_rest(PaymentMethod::ChannelSettled, false) };
        let collected = the_rest(PaymentMethod::CashOnDelivery, false);
        if before.is_positive() { vec![settled, collected] } else { vec![collected] }
    }

    fn items(&self, reader: &mut Reader) -> Vec<Item> {
        let items = self.order_items.iter().enumerate();
        items.filter_map(|(i, item)| item.read(&format!("orderItems[{i}]"), reader)).collect()
    }

    /// What the order as a whole is charged beyond what its items are: a tip for the driver, or
    /// everything when the items say nothing.
    fn charges(&self, items: &[Item], reader: &mut Reader) -> Vec<Charge> {
        let mut charges = charges("proceeds", &self.proceeds.breakdowns, reader);
        charges.retain_mut(|charge| {
            let of_items =
                items.iter().flat_map(|item| &item.charges).filter(|item| item.part == charge.part);
            let (mut amount, mut tax) = (Amount::ZERO, Amount::ZERO);
            for item in of_items {
                amount += item.amount.unwrap_or_default();
                tax += item.tax;
            }
            let rest = charge.amount.map(|all| (all - amount).or_zero());
            *charge =
                Charge { amount: rest, discount: Amount::ZERO, tax: (charge.tax - tax).or_zero(), ..*charge };
            charge.part != Part::Goods && rest.is_some_and(Amount::is_positive)
        });
        charges
    }
}

impl Postal {
    fn place(&self) -> Place<'_> {
        let more = [&self.address_line2, &self.address_line3].map(Scalar::text).join(" ");
        let city = self.city.or(&self.municipality).or(&self.district_or_county);
        Place {
            name: self.name.text().to_owned(),
            company: self.company_name.text(),
            phone: self.phone.text(),
            country: self.country_code.text(),
            postal_code: self.postal_code.text(),
            prefecture: self.state_or_region.text(),
            city: city.text().to_owned(),
            line1: self.address_line1.text().to_owned(),
            line2: more.trim().to_owned(),
            ..Place::default()
        }
    }
}

impl OrderItem {
    fn read(&self, at: &str, reader: &mut Reader) -> Option<Item> {
        let product = &self.product;
        let price = product.price.unit_price.read(&format!("{at}.product.price.unitPrice"), reader);
        let gift = &self.fulfillment.packing.gift_option;
        let wanted = &self.fulfillment.shipping.scheduled_delivery_window;
        Some(Item {
            sku: reader.sku(
                at,
                &product.seller_sku,
                stand_in("amazon", &[&product.asin, &self.order_item_id]),
            )?,
            title: Reader::title(product.title.text()),
            units: reader.units(&format!("{at}.quantityOrdered"), &self.quantity_ordered),
            unit_price: price.map(Amount::or_zero),
            charges: charges(&format!("{at}.proceeds"), &self.proceeds.breakdowns, reader),
            gift: Gift {
                noshi: None,
                wrapping: Reader::words(&gift.gift_wrap_level),
                message: Reader::note(gift.gift_message.owned()),
            },
            points: self.expense.points_cost.points_granted.points_number.text().parse().unwrap_or_default(),
            desired: window(&wanted.earliest_date_time, &wanted.latest_date_time, reader.currency),
            particulars: LineParticulars {
                reference: Reader::words(&self.order_item_id),
                choice: product.customization.customized_url.get().map(Personal::new),
            },
        })
    }
}

/// The charges that a breakdown tells. Taxes and discounts are details of what they are on; without
/// details they are on the goods.
fn charges(at: &str, breakdowns: &[impl Deref<Target = Breakdown>], reader: &mut Reader) -> Vec<Charge> {
    let mut charges = Vec::new();
    for breakdown in breakdowns {
        let kind = breakdown.kind.text();
        let subtotal = breakdown.subtotal.read(&format!("{at}.{kind}"), reader).unwrap_or_default();
        let (tax, discount) = (kind == "TAX", kind == "DISCOUNT");
        if !(tax || discount) {
            let Some(charge) = charge_of(&mut charges, part(kind)) else { continue };
            *charge.amount.get_or_insert_default() += subtotal.or_zero();
            continue;
        }
        let mut details: Vec<(Part, Amount)> = Vec::new();
        for detail in breakdown.detailed_breakdowns.iter() {
            let amount = detail.value.read(&format!("{at}.{kind}"), reader).unwrap_or_default();
            // The tax on the discount is a reduction of the tax on the goods.
            details.push((part(detail.subtype.text()), amount));
        }
        let told: Amount = details.iter().map(|(_, amount)| *amount).sum();
        details.push((Part::Goods, subtotal - told));
        for (part, amount) in details.into_iter().filter(|(_, amount)| !amount.is_zero()) {
            let Some(charge) = charge_of(&mut charges, part) else { continue };
            if tax {
                charge.tax += amount;
            } else {
                charge.discount += if amount < Amount::ZERO { -amount } else { amount };
            }
        }
    }
    charges
}

/// What a breakdown's type is a charge for.
fn part(kind: &str) -> Part {
    match kind {
        "ITEM" | "DISCOUNT" => Part::Goods,
        "SHIPPING" => Part::Shipping,
        "GIFT_WRAP" => Part::Wrapping,
        "COD_FEE" => Part::CashOnDelivery,
        _ => Part::Other,
    }
}

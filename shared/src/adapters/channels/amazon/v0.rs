//! Orders of v0, put together from the answers to its calls.

mod wire;

use jiff::tz::Offset;

use self::wire::{Order, OrderItem, Postal};
use super::super::figures::{stand_in, the_rest};
use super::super::lenient::{Object, Scalar};
use super::super::postal::Place;
use super::super::reader::Reader;
use super::super::wire::A_GIFT;
use super::super::{ChannelDefaults, ChannelError, ChannelOrder, ChannelStatus};
use super::assemble::{Charge, Facts, Item, Part, assemble, window};
use super::{Money, currency_of, status};
use crate::domain::customer::{Address, Customer, Personal};
use crate::domain::intake::IntakePayment;
use crate::domain::money::{Amount, Currency};
use crate::domain::particulars::{Gift, LineParticulars, OrderKind, Particulars, PurchaseOrder};
use crate::domain::payment::PaymentMethod;

/// Reads one order.
pub(super) fn read(order: &Order, defaults: &ChannelDefaults) -> Result<ChannelOrder, ChannelError> {
    let mut reader = Reader::new(Currency::Jpy);
    let prices = order.items().iter().map(|item| &*item.item_price);
    match currency_of(std::iter::once(&*order.order_total).chain(prices), order.marketplace_id.text()) {
        Some(currency) => reader.currency = currency,
        None => reader.defects.add("OrderTotal.CurrencyCode", "must be one we know, such as JPY or USD"),
    }
    let by_amazon = ["AFN", "AmazonFulfilled"].contains(&order.fulfillment_channel.text());
    let status = order.status(&mut reader);
    order.tell_oddities(&mut reader);
    reader.updated_at(&order.last_update_date, Offset::UTC);
    let kind = order.kind();
    let facts = Facts {
        number: reader.number("AmazonOrderId", &order.amazon_order_id, "getOrder"),
        ordered_at: reader.ordered_at("PurchaseDate", &order.purchase_date, Offset::UTC, "getOrder"),
        status,
        by_amazon,
        customer: order.customer(&mut reader, defaults),
        address: order.address(status, by_amazon, &mut reader),
        items: order.read_items(&mut reader),
        charges: Vec::new(),
        total: order.order_total.read("OrderTotal", &mut reader).map(Amount::or_zero),
        payments: order.payments(status, &mut reader),
        delivery_method: Reader::words(order.ship_service_level.or(&order.shipment_service_level_category)),
        note: order.note(),
        particulars: Particulars {
            kind,
            purchase_order: order.purchase_order(),
            paid_by: order.paid_by(),
            ..Particulars::default()
        },
        prices_in: "getOrderItems",
    };
    assemble(facts, reader)
}

impl Order {
    fn status(&self, reader: &mut Reader) -> ChannelStatus {
        if self.order_status.get().is_none() {
            reader.lacks("status", "getOrder");
            return ChannelStatus::Pending;
        }
        status(&self.order_status, reader)
    }

    fn kind(&self) -> OrderKind {
        let early = self.order_type.text() == "Preorder" || self.order_status.text() == "PendingAvailability";
        if early { OrderKind::Preorder } else { OrderKind::Normal }
    }

    fn tell_oddities(&self, reader: &mut Reader) {
        let items = self.items();
        for (n, _) in (1..).zip(items).filter(|(_, item)| item.asks_to_cancel()) {
            reader.caution("BUYER_CANCEL", format!("the buyer asks to cancel line {n}"));
        }
        if self.is_replacement_order.is_true() {
            reader.caution("REPLACEMENT", "the order replaces another one");
        }
        if self.is_picked_up.is_true() {
            reader.caution("PICKUP", "the customer picks the order up in a store");
        }
        if self.order_items.is_none() {
            reader.lacks("lines", "getOrderItems");
        } else if self.next_token.get().is_some() {
            reader.lacks("lines", "getOrderItems for the next page, as its NextToken says");
        }
        let counts = [&self.number_of_items_shipped, &self.number_of_items_unshipped];
        let told: u32 = counts.into_iter().filter_map(|count| count.text().parse::<u32>().ok()).sum();
        let came = items.iter().filter_map(|item| item.quantity_ordered.text().parse::<u32>().ok());
        let came = came.fold(0, u32::saturating_add);
        if self.order_items.is_some() && told > 0 && told != came {
            let meaning = format!("Amazon counts {told} units, the lines have {came}");
            reader.caution("UNITS_DIFFER", meaning);
        }
    }

    fn customer(&self, reader: &mut Reader, defaults: &ChannelDefaults) -> Customer {
        let buyer = &self.buyer_info;
        let name = buyer.buyer_name.or(&self.buyer_name).or(&self.shipping_address.name);
        let company = &buyer.buyer_tax_info.company_legal_name;
        Customer {
            name: reader.name("BuyerName", name.text()),
            mail: reader.mail("BuyerEmail", buyer.buyer_email.or(&self.buyer_email)),
            phone: reader.phone("ShippingAddress.Phone", &self.shipping_address.phone),
            company: company
                .or(&self.buyer_tax_info.company_legal_name)
                .or(&self.buyer_company_name)
                .get()
                .map(Personal::new),
            language: defaults.language,
            ..Customer::default()
        }
    }

    /// How to find the door, and where to leave the parcel.
    fn note(&self) -> Option<Personal> {
        let wishes = &self.delivery_preferences;
        let wishes = [&wishes.drop_off_location, &wishes.address_instructions];
        Reader::note(wishes.into_iter().filter_map(Scalar::owned))
    }

    fn purchase_order(&self) -> Option<PurchaseOrder> {
        let number = Reader::words(self.buyer_info.purchase_order_number.or(&self.purchase_order_number))?;
        Some(PurchaseOrder { number, account: None })
    }

    fn address(&self, status: ChannelStatus, by_amazon: bool, reader: &mut Reader) -> Option<Address> {
        let place = self.shipping_address.place();
        if place.is_empty() && !self.shipping_address.is_there() {
            let over = matches!(status, ChannelStatus::Shipped | ChannelStatus::Cancelled);
            if !over && !by_amazon {
                reader.lacks("ship_groups[0].address", "getOrderAddress");
            }
            return None;
        }
        Some(place.read("ShippingAddress", reader))
    }

    fn items(&self) -> &[Object<OrderItem>] {
        self.order_items.as_deref().unwrap_or_default()
    }

    fn read_items(&self, reader: &mut Reader) -> Vec<Item> {
        let items = self.items().iter().enumerate();
        items.filter_map(|(i, item)| item.read(&format!("OrderItems[{i}]"), reader)).collect()
    }

    fn paid_by(&self) -> Option<String> {
        let details: Vec<&str> = self.payment_method_details.iter().filter_map(Scalar::get).collect();
        let method = self.payment_method.get()?;
        let words =
            if details.is_empty() { method.to_owned() } else { format!("{method} ({})", details.join(", ")) };
        Some(Reader::title(&words))
    }

    /// Amazon has the money, but for what the carrier collects. Gift cards and points may have paid a
    /// part of that beforehand.
    fn payments(&self, status: ChannelStatus, reader: &mut Reader) -> Vec<IntakePayment> {
        if self.payment_method.get().is_none() {
            reader.lacks("payments", "getOrder");
        }
        if self.payment_method.text() != "COD" {
            return vec![the_rest(PaymentMethod::ChannelSettled, status == ChannelStatus::Pending)];
        }
        let others = self.payment_execution_detail.iter().filter(|paid| paid.payment_method.text() != "COD");
        let paid: Amount =
            others.filter_map(|paid| paid.payment.read("PaymentExecutionDetail", reader)).sum();
        let total = self.order_total.read("OrderTotal", reader).unwrap_or_default();
        let beforehand =
            IntakePayment { amount: Some(paid.min(total)), ..the_rest(PaymentMethod::ChannelSettled, false) };
        let collected = the_rest(PaymentMethod::CashOnDelivery, false);
        if paid.min(total).is_positive() { vec![beforehand, collected] } else { vec![collected] }
    }
}

impl Postal {
    fn is_there(&self) -> bool {
        self.name.get().is_some()
    }

    fn place(&self) -> Place<'_> {
        let more = [&self.address_line2, &self.address_line3].map(Scalar::text).join(" ");
        let city = [&self.municipality, &self.city, &self.district, &self.county].map(Scalar::get);
        Place {
            name: self.name.text().to_owned(),
            company: self.company_name.text(),
            phone: self.phone.text(),
            country: self.country_code.text(),
            postal_code: self.postal_code.text(),
            prefecture: self.state_or_region.text(),
            city: city.into_iter().flatten().next().unwrap_or_default().to_owned(),
            line1: self.address_line1.text().to_owned(),
            line2: more.trim().to_owned(),
            ..Place::default()
        }
    }
}

impl OrderItem {
    fn asks_to_cancel(&self) -> bool {
        self.buyer_requested_cancel.is_buyer_requested_cancel.is_true()
    }

    /// The item; none when the answer has only what the buyer wishes for one.
    fn read(&self, at: &str, reader: &mut Reader) -> Option<Item> {
        if self.asin.get().is_none() && self.seller_sku.get().is_none() {
            reader.lacks("lines", "getOrderItems");
        }
        let ids = [&self.asin, &self.order_item_id];
        let sku = match self.seller_sku.get().or(self.asin.get()).or(self.order_item_id.get()) {
            Some(_) => reader.sku(at, &self.seller_sku, stand_in("amazon", &ids))?,
            None => return None,
        };
        let wishes = &self.buyer_info;
        let wrapping = Reader::words(self.gift_wrap_level.or(&wishes.gift_wrap_level));
        let message = self.gift_message_text.or(&wishes.gift_message_text);
        let custom = &self.buyer_customized_info.customized_url;
        let custom = custom.or(&wishes.buyer_customized_info.customized_url);
        Some(Item {
            sku,
            title: Reader::title(self.title.text()),
            units: reader.units(&format!("{at}.QuantityOrdered"), &self.quantity_ordered),
            unit_price: None,
            charges: self.charges(at, reader),
            gift: Gift {
                noshi: None,
                wrapping: wrapping.or_else(|| self.is_gift.is_true().then(|| A_GIFT.to_owned())),
                message: Reader::note(message.owned()),
            },
            points: self.points_granted.points_number.text().parse().unwrap_or_default(),
            desired: window(
                &self.scheduled_delivery_start_date,
                &self.scheduled_delivery_end_date,
                reader.currency,
            ),
            particulars: LineParticulars {
                reference: Reader::words(&self.order_item_id),
                choice: custom.get().map(Personal::new),
            },
        })
    }

    fn charges(&self, at: &str, reader: &mut Reader) -> Vec<Charge> {
        let wishes = &self.buyer_info;
        let first = |here: &'_ Money| here.amount.get().is_some();
        let wrap: &Money =
            if first(&self.gift_wrap_price) { &self.gift_wrap_price } else { &wishes.gift_wrap_price };
        let wrap_tax: &Money =
            if first(&self.gift_wrap_tax) { &self.gift_wrap_tax } else { &wishes.gift_wrap_tax };
        let none = Money::default();
        let mut charge = |part, name: &str, price: &Money, tax: [&Money; 2], discount: &Money| {
            let mut read = |money: &Money| money.read(&format!("{at}.{name}"), reader);
            let amount = read(price).map(Amount::or_zero);
            let [tax, tax_of_discount] = tax.map(|money| read(money).unwrap_or_default());
            let discount = read(discount).unwrap_or_default();
            let discount = if discount < Amount::ZERO { -discount } else { discount };
            Charge { part, amount, discount, tax: (tax - tax_of_discount).or_zero() }
        };
        vec![
            charge(
                Part::Goods,
                "ItemPrice",
                &self.item_price,
                [&self.item_tax, &self.promotion_discount_tax],
                &self.promotion_discount,
            ),
            charge(
                Part::Shipping,
                "ShippingPrice",
                &self.shipping_price,
                [&self.shipping_tax, &self.shipping_discount_tax],
                &self.shipping_discount,
            ),
            charge(Part::CashOnDelivery, "CODFee", &self.cod_fee, [&none, &none], &self.cod_fee_discount),
            charge(Part::Wrapping, "GiftWrapPrice", wrap, [wrap_tax, &none], &none),
        ]
    }
}

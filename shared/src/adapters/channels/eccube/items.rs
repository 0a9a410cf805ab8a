//! The order items of EC-CUBE: goods, fees and discounts.

use super::super::figures::{add_fee, stand_in};
use super::super::lenient::{Object, Scalar};
use super::super::reader::Reader;
use super::QUERY;
use super::wire::{Order, OrderItem};
use crate::domain::billing::{Discount, DiscountKind, FeeKind};
use crate::domain::intake::{IntakeFee, IntakeLine, MAX_PARTS};
use crate::domain::money::Amount;
use crate::domain::order::MAX_LINES;
use crate::domain::particulars::LineParticulars;
use crate::domain::tax::{PriceBasis, Rounding, TaxRate, tax_on};

/// What the items of an order are in our terms.
#[derive(Default)]
pub(super) struct Figures {
    pub(super) lines: Vec<IntakeLine>,
    pub(super) fees: Vec<IntakeFee>,
    pub(super) discounts: Vec<Discount>,
}

/// What an item is 明細種別.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Goods,
    Fee(FeeKind),
    Discount(DiscountKind),
}

impl Figures {
    pub(super) fn of(order: &Order, reader: &mut Reader) -> Self {
        let mut figures = Self::default();
        let items = items(order);
        if items.len() > MAX_LINES + MAX_PARTS {
            reader.defects.add("OrderItems", format!("has more than {MAX_LINES} lines"));
        }
        for (i, (group, item)) in items.into_iter().take(MAX_LINES + MAX_PARTS).enumerate() {
            figures.add(&format!("OrderItems[{i}]"), group, item, reader);
        }
        if figures.lines.is_empty() {
            reader.lacks("lines", QUERY);
        }
        if figures.fees.is_empty() && figures.discounts.is_empty() {
            figures.add_sums(order, reader);
        }
        figures
    }

    fn add(&mut self, at: &str, group: usize, item: &OrderItem, reader: &mut Reader) {
        let field = format!("{at}.quantity");
        let quantity = if item.quantity.get().is_some() { reader.units(&field, &item.quantity) } else { 1 };
        let kind = item.kind();
        let price = item.price_with_tax(at, kind, reader);
        match kind {
            Kind::Goods if quantity > 0 => self.lines.extend(item.line(at, group, price, quantity, reader)),
            Kind::Goods => {}
            Kind::Fee(kind) if price >= Amount::ZERO => {
                add_fee(&mut self.fees, kind, price * quantity, item.rate(at, reader));
            }
            Kind::Fee(_) => self.take_off(DiscountKind::Other, item, price * quantity),
            Kind::Discount(kind) => self.take_off(kind, item, price * quantity),
        }
    }

    fn take_off(&mut self, kind: DiscountKind, item: &OrderItem, amount: Amount) {
        let amount = if amount < Amount::ZERO { -amount } else { amount };
        self.discounts.push(Discount { kind, code: Reader::words(&item.product_name), amount });
    }

    /// The order's own sums, where the items have none of it.
    fn add_sums(&mut self, order: &Order, reader: &mut Reader) {
        let fees = [
            (FeeKind::Shipping, "delivery_fee_total", &order.delivery_fee_total),
            (FeeKind::Payment, "charge", &order.charge),
        ];
        for (kind, field, amount) in fees {
            add_fee(&mut self.fees, kind, reader.amount(field, amount), TaxRate::STANDARD);
        }
        // What `discount` is made of, points may be a part of.
        let discount = reader.reduction("discount", &order.discount);
        let (kind, amount) = if discount.is_positive() {
            (DiscountKind::Other, discount)
        } else {
            (DiscountKind::Points, reader.reduction("use_point", &order.use_point))
        };
        self.discounts.push(Discount { kind, code: None, amount });
    }
}

/// All items with the index of their ship group, whether they stand below the order, below its
/// `Shippings`, or both.
fn items(order: &Order) -> Vec<(usize, &OrderItem)> {
    let group_of = |item: &OrderItem| {
        let named = |id: &Scalar, other: &Scalar| id.get().is_some() && id.get() == other.get();
        order.shippings.iter().position(|shipping| {
            named(&item.shipping.id, &shipping.id)
                || shipping.order_items.iter().any(|nested| named(&item.id, &nested.id))
        })
    };
    if order.order_items.is_empty() {
        let groups = order.shippings.iter().enumerate();
        let nested =
            groups.flat_map(|(i, shipping)| shipping.order_items.iter().map(move |item| (i, &**item)));
        return nested.collect();
    }
    let item = |item: &'_ Object<OrderItem>| group_of(item).unwrap_or_default();
    order.order_items.iter().map(|it| (item(it), &**it)).collect()
}

impl OrderItem {
    fn kind(&self) -> Kind {
        match self.kind.id.or(&self.kind.name).text() {
            "2" | "送料" => Kind::Fee(FeeKind::Shipping),
            "3" | "手数料" => Kind::Fee(FeeKind::Payment),
            "4" | "割引" => Kind::Discount(DiscountKind::Other),
            "5" | "税" => Kind::Fee(FeeKind::Other),
            "6" | "ポイント" => Kind::Discount(DiscountKind::Points),
            _ => Kind::Goods,
        }
    }

    fn rate(&self, at: &str, reader: &mut Reader) -> TaxRate {
        if matches!(self.tax_type.id.or(&self.tax_type.name).text(), "2" | "3" | "不課税" | "非課税") {
            return TaxRate::EXEMPT;
        }
        let rate = reader.percent(&format!("{at}.tax_rate"), &self.tax_rate);
        rate.unwrap_or_else(|| reader.assumed_rate())
    }

    /// The price of a unit with its tax. Goods are without theirs unless they say otherwise.
    fn price_with_tax(&self, at: &str, kind: Kind, reader: &mut Reader) -> Amount {
        let price = reader.signed(&format!("{at}.price"), &self.price).unwrap_or_default();
        let without_tax = match self.tax_display.id.or(&self.tax_display.name).text() {
            "1" | "税抜" => true,
            "" => kind == Kind::Goods && self.tax.get().is_some(),
            _ => false,
        };
        if !without_tax {
            return price;
        }
        let tax = reader.signed(&format!("{at}.tax"), &self.tax);
        let rate = self.rate(at, reader);
        price + tax.unwrap_or_else(|| tax_on(price, rate, PriceBasis::TaxExcluded, Rounding::HalfUp))
    }

    fn line(
        &self,
        at: &str,
        ship_group: usize,
        price: Amount,
        quantity: u32,
        reader: &mut Reader,
    ) -> Option<IntakeLine> {
        let own = self.product_code.or(&self.product_class.code);
        let ids = [&self.product_class.id, &self.product.id, &self.id];
        let sku = reader.sku(at, own, stand_in("eccube", &ids))?;
        let classes = [
            (&self.class_name1, &self.class_category_name1),
            (&self.class_name2, &self.class_category_name2),
        ];
        let choices = classes.into_iter().filter_map(|(class, category)| {
            let category = category.get()?;
            Some(class.get().map_or_else(|| category.to_owned(), |class| format!("{class}: {category}")))
        });
        Some(IntakeLine {
            ship_group,
            sku,
            title: Reader::title(self.product_name.text()),
            unit_price: price.or_zero(),
            quantity,
            tax_rate: self.rate(at, reader),
            discount: Amount::ZERO,
            particulars: LineParticulars {
                reference: Reader::words(&self.id),
                choice: Reader::note(choices),
            },
        })
    }
}

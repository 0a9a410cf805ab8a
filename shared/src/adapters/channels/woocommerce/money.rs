//! The figures of a WooCommerce order.

use super::super::figures::{TaxSums, add_fee, rate_of, spread, stand_in};
use super::super::lenient::{Object, Scalar};
use super::super::reader::Reader;
use super::super::wire::tax_rate;
use super::wire::{Item, Order, Tax};
use crate::domain::billing::{Discount, DiscountKind, FeeKind};
use crate::domain::customer::Personal;
use crate::domain::intake::{IntakeFee, IntakeLine};
use crate::domain::money::Amount;
use crate::domain::order::MAX_LINES;
use crate::domain::particulars::LineParticulars;
use crate::domain::tax::{PriceBasis, TaxRate};

/// What is read of an order's figures.
pub(super) struct Prices<'a> {
    order: &'a Order,
    basis: PriceBasis,
    pub(super) taxes: TaxSums,
    /// What of each line's discount is only for its units to cost the same.
    roundings: Vec<Amount>,
}

/// An amount in the order's basis, with the tax on it.
struct Taxed {
    amount: Amount,
    tax: Amount,
    rate: TaxRate,
}

impl<'a> Prices<'a> {
    pub(super) fn new(order: &'a Order, basis: PriceBasis) -> Self {
        Self { order, basis, taxes: TaxSums::default(), roundings: Vec::new() }
    }

    /// A line's total, which its shop states without tax.
    fn taxed(
        &self,
        at: &str,
        total: &Scalar,
        tax: &Scalar,
        taxes: &[Object<Tax>],
        reader: &mut Reader,
    ) -> Taxed {
        let total = reader.signed(&format!("{at}.total"), total).unwrap_or_default();
        let tax = reader.signed(&format!("{at}.total_tax"), tax).unwrap_or_default();
        let amount = self.in_basis(total, tax);
        let rate = self.rate_by_id(taxes).or_else(|| rate_of(tax, amount, self.basis));
        // A shop in Japan that has not set up its taxes has them in its prices.
        let untaxed = self.order.tax_lines.is_empty() && self.basis == PriceBasis::TaxIncluded;
        let rate = rate.unwrap_or_else(|| if untaxed { reader.assumed_rate() } else { TaxRate::EXEMPT });
        Taxed { amount, tax, rate }
    }

    fn in_basis(&self, net: Amount, tax: Amount) -> Amount {
        match self.basis {
            PriceBasis::TaxIncluded => net + tax,
            PriceBasis::TaxExcluded => net,
        }
    }

    /// The sum of the rates that are on a line, where the shop states each in percent.
    fn rate_by_id(&self, taxes: &[Object<Tax>]) -> Option<TaxRate> {
        let rate_of = |tax: &Object<Tax>| {
            let line = self.order.tax_lines.iter().find(|line| line.rate_id.get() == tax.id.get())?;
            tax_rate(line.rate_percent.get()?, 2).map(TaxRate::basis_points)
        };
        let on_it = taxes
            .iter()
            .filter(|tax| tax.total.get().is_some_and(|total| total.contains(|c| ('1'..='9').contains(&c))));
        let mut sum = None;
        for tax in on_it {
            sum = Some(u16::checked_add(sum.unwrap_or_default(), rate_of(tax)?)?);
        }
        sum.and_then(TaxRate::from_basis_points)
    }

    pub(super) fn lines(&mut self, reader: &mut Reader) -> Vec<IntakeLine> {
        let items = &self.order.line_items;
        if items.len() > MAX_LINES {
            reader.defects.add("line_items", format!("has more than {MAX_LINES} lines"));
        }
        let items = items.iter().take(MAX_LINES).enumerate();
        items.filter_map(|(i, item)| self.line(&format!("line_items[{i}]"), item, reader)).collect()
    }

    fn line(&mut self, at: &str, item: &Item, reader: &mut Reader) -> Option<IntakeLine> {
        let quantity = reader.units(&format!("{at}.quantity"), &item.quantity);
        let sku = reader.sku(
            at,
            &item.sku,
            stand_in("woocommerce", &[&item.variation_id, &item.product_id, &item.id]),
        )?;
        if quantity == 0 {
            return None;
        }
        let after = self.taxed(at, &item.total, &item.total_tax, &item.taxes, reader);
        let before = match reader.signed(&format!("{at}.subtotal"), &item.subtotal) {
            Some(net) => {
                let tax =
                    reader.signed(&format!("{at}.subtotal_tax"), &item.subtotal_tax).unwrap_or_default();
                self.in_basis(net, tax)
            }
            None if item.total.get().is_some() => after.amount,
            None => reader.amount(&format!("{at}.price"), &item.price) * quantity,
        };
        let after = Taxed { amount: if item.total.get().is_some() { after.amount } else { before }, ..after };
        let before = before.max(after.amount).or_zero();
        let (unit_price, rounding) = spread(before, quantity);
        self.taxes.add(after.rate, after.tax);
        self.roundings.push(rounding);
        let choices = item.meta_data.iter().filter_map(|meta| meta.line());
        Some(IntakeLine {
            ship_group: 0,
            sku,
            title: Reader::title(&unescape(item.name.text())),
            unit_price,
            quantity,
            tax_rate: after.rate,
            discount: before - after.amount.or_zero() + rounding,
            particulars: LineParticulars {
                reference: Reader::words(&item.id),
                choice: Reader::note(choices).map(|choice| Personal::new(choice.reveal())),
            },
        })
    }

    /// The fees, and the negative ones as discounts.
    pub(super) fn fees(&mut self, reader: &mut Reader) -> (Vec<IntakeFee>, Vec<Discount>) {
        let (mut fees, mut discounts) = (Vec::new(), Vec::new());
        let order = self.order;
        for (i, line) in order.shipping_lines.iter().enumerate() {
            let fee = self.taxed(
                &format!("shipping_lines[{i}]"),
                &line.total,
                &line.total_tax,
                &line.taxes,
                reader,
            );
            self.taxes.add(fee.rate, fee.tax);
            add_fee(&mut fees, FeeKind::Shipping, fee.amount, fee.rate);
        }
        for (i, line) in order.fee_lines.iter().enumerate() {
            let fee =
                self.taxed(&format!("fee_lines[{i}]"), &line.total, &line.total_tax, &line.taxes, reader);
            self.taxes.add(fee.rate, fee.tax);
            if fee.amount < Amount::ZERO {
                let code = Reader::words(&line.name);
                discounts.push(Discount { kind: DiscountKind::Other, code, amount: -fee.amount });
            } else {
                add_fee(&mut fees, fee_kind(line.name.text()), fee.amount, fee.rate);
            }
        }
        (fees, discounts)
    }

    /// The coupon as a discount of the order, if the lines are lowered as that would lower them.
    pub(super) fn coupons(&self, lines: &mut [IntakeLine], reader: &mut Reader) -> Vec<Discount> {
        let coupons = &self.order.coupon_lines;
        let codes: Vec<&str> = coupons.iter().filter_map(|coupon| coupon.code.get()).collect();
        let prices: Vec<Amount> = lines
            .iter()
            .zip(&self.roundings)
            .map(|(line, rounding)| line.unit_price * line.quantity - *rounding)
            .collect();
        let lowered: Vec<Amount> =
            lines.iter().zip(&self.roundings).map(|(line, rounding)| line.discount - *rounding).collect();
        let amount: Amount = lowered.iter().copied().sum();
        if codes.is_empty() || !amount.is_positive() {
            return Vec::new();
        }
        let in_proportion = amount.split(&prices).is_some_and(|split| split == lowered);
        if codes.len() > 1 || !in_proportion {
            let codes = codes.join(", ");
            reader.caution("COUPONS", format!("what these coupons take off is in the lines: {codes}"));
            return Vec::new();
        }
        for (line, rounding) in lines.iter_mut().zip(&self.roundings) {
            line.discount = *rounding;
        }
        let code = coupons.first().and_then(|coupon| Reader::words(&coupon.code));
        vec![Discount { kind: DiscountKind::Coupon, code, amount }]
    }
}

fn fee_kind(name: &str) -> FeeKind {
    let name = name.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| name.contains(word));
    if says(&["手数料", "代引", "cod", "cash on delivery"]) {
        FeeKind::Payment
    } else if says(&["ラッピング", "包装", "のし", "熨斗", "wrap"]) {
        FeeKind::Wrapping
    } else {
        FeeKind::Other
    }
}

/// A product's name without the entities that its shop writes for its special characters.
fn unescape(name: &str) -> String {
    let entities = [
        ("&ndash;", "–"),
        ("&#8211;", "–"),
        ("&mdash;", "—"),
        ("&quot;", "\""),
        ("&#039;", "'"),
        ("&#8217;", "’"),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&nbsp;", " "),
        ("&amp;", "&"),
    ];
    entities.into_iter().fold(name.to_owned(), |name, (entity, plain)| name.replace(entity, plain))
}

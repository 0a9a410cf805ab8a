//! The taxes of a Shopify order: which rate each line has, and what the channel says the tax is.

use super::super::figures::TaxSums;
use super::super::lenient::Object;
use super::super::reader::Reader;
use super::super::wire::tax_rate;
use super::parts::TaxLine;
use super::{Parser, Wire};
use crate::domain::billing::Declared;
use crate::domain::money::Amount;
use crate::domain::tax::TaxRate;

/// Shopify writes 8 % as 0.08: four decimals make basis points.
const FRACTION_PLACES: usize = 4;

/// Where the tax rates of an order are stated.
#[derive(Clone, Copy)]
pub(super) enum Taxes {
    /// On each line and shipping line; one that states none is exempt.
    PerItem,
    /// On the order alone: this is the rate of everything taxable.
    PerOrder(TaxRate),
    /// Nowhere, and there is no tax.
    None,
}

impl Taxes {
    pub(super) fn of(order: &Wire, reader: &mut Reader) -> Self {
        let of_lines = order.line_items.iter().map(|item| &item.tax_lines);
        let of_shipping = order.shipping_lines.iter().map(|shipping| &shipping.tax_lines);
        if of_lines.chain(of_shipping).any(|taxes| !taxes.is_empty()) {
            return Self::PerItem;
        }
        // Which line has which of several rates, the order alone does not say: most have the highest.
        let rates = order.tax_lines.iter().filter_map(|tax| tax_rate(tax.rate.text(), FRACTION_PLACES));
        match rates.max() {
            Some(rate) => Self::PerOrder(rate),
            None if reader.amount("total_tax", &order.total_tax).is_positive() => {
                Self::PerOrder(TaxRate::STANDARD)
            }
            None => Self::None,
        }
    }
}

impl Parser<'_> {
    /// The rate of a line with these taxes.
    pub(super) fn rate(&mut self, field: &str, own: &[Object<TaxLine>], taxable: bool) -> TaxRate {
        match self.taxes {
            Taxes::PerItem => self.sum_of_rates(field, own),
            Taxes::PerOrder(rate) if taxable => rate,
            Taxes::PerOrder(_) | Taxes::None => TaxRate::EXEMPT,
        }
    }

    /// Several taxes on one line, as of a state and a county, are one rate to us.
    fn sum_of_rates(&mut self, field: &str, taxes: &[Object<TaxLine>]) -> TaxRate {
        let rates =
            taxes.iter().map(|tax| tax_rate(tax.rate.text(), FRACTION_PLACES).map(TaxRate::basis_points));
        let sum = rates.into_iter().try_fold(0_u16, |sum, rate| sum.checked_add(rate?));
        sum.and_then(TaxRate::from_basis_points).unwrap_or_else(|| {
            let message = "must have rates of 0 to 1, like 0.08, that sum to no more than 1";
            self.reader.defects.add(field, message);
            TaxRate::STANDARD
        })
    }

    /// What the customer agreed to pay, and the tax in it by rate.
    pub(super) fn declared(&mut self, total: Option<Amount>) -> Option<Declared> {
        let order = self.order;
        let mut taxes = TaxSums::default();
        match self.taxes {
            Taxes::PerItem => {
                for (i, item) in order.line_items.iter().enumerate() {
                    let at = format!("line_items[{i}]");
                    let (ordered, wanted) = (self.ordered(&at, item), self.wanted(&at, item));
                    self.add_taxes(&at, &item.tax_lines, (wanted, ordered), &mut taxes);
                }
                for (i, line) in order.shipping_lines.iter().enumerate() {
                    let units = (u32::from(!line.is_removed.is_true()), 1);
                    self.add_taxes(&format!("shipping_lines[{i}]"), &line.tax_lines, units, &mut taxes);
                }
            }
            Taxes::PerOrder(_) if order.tax_lines.is_empty() => taxes.state(TaxRate::STANDARD, Amount::ZERO),
            Taxes::PerOrder(_) => {
                for (i, line) in order.tax_lines.iter().enumerate() {
                    self.add_taxes(
                        &format!("tax_lines[{i}]"),
                        std::slice::from_ref(line),
                        (1, 1),
                        &mut taxes,
                    );
                }
            }
            Taxes::None => {}
        }
        // The one figure that is no sum of parts wins wherever it can be placed.
        let total_tax = self.now(&order.current_total_tax, &order.total_tax);
        if total_tax.get().is_some() {
            taxes.correct(self.reader.amount("total_tax", total_tax));
        }
        taxes.declared(total)
    }

    /// The taxes of a line, as far as its units are still wanted.
    fn add_taxes(
        &mut self,
        at: &str,
        lines: &[Object<TaxLine>],
        (wanted, ordered): (u32, u32),
        taxes: &mut TaxSums,
    ) {
        let field = format!("{at}.tax_lines");
        if lines.is_empty() || wanted == 0 {
            return;
        }
        let rate = self.sum_of_rates(&field, lines);
        let tax: Amount = lines.iter().map(|tax| self.reader.amount(&field, &tax.price)).sum();
        taxes.state(rate, tax - tax.proportion(ordered - wanted, ordered));
    }
}

//! The taxes of a Shopify order: which rate each line has, and what the channel says the tax is.

use super::super::wire::tax_rate;
use super::parts::TaxLine;
use super::{Reader, Wire};
use crate::domain::billing::Declared;
use crate::domain::money::{Amount, Currency};
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
    pub(super) fn of(order: &Wire, currency: Currency) -> Self {
        let of_lines = order.line_items.iter().map(|item| &item.tax_lines);
        let of_shipping = order.shipping_lines.iter().map(|shipping| &shipping.tax_lines);
        if of_lines.chain(of_shipping).any(|taxes| !taxes.is_empty()) {
            return Self::PerItem;
        }
        // Which line has which of several rates, the order alone does not say: most have the highest.
        let rates = order.tax_lines.iter().filter_map(|tax| tax_rate(&tax.rate.0, FRACTION_PLACES));
        let total = order.total_tax.as_ref().and_then(|tax| currency.parse(&tax.0).ok());
        match rates.max() {
            Some(rate) => Self::PerOrder(rate),
            None if total.is_some_and(Amount::is_positive) => Self::PerOrder(TaxRate::STANDARD),
            None => Self::None,
        }
    }
}

impl Reader<'_> {
    /// The rate of a line with these taxes.
    pub(super) fn rate(&mut self, field: &str, own: &[TaxLine], taxable: bool) -> TaxRate {
        match self.taxes {
            Taxes::PerItem => self.sum_of_rates(field, own),
            Taxes::PerOrder(rate) if taxable => rate,
            Taxes::PerOrder(_) | Taxes::None => TaxRate::EXEMPT,
        }
    }

    /// Several taxes on one line, as of a state and a county, are one rate to us.
    fn sum_of_rates(&mut self, field: &str, taxes: &[TaxLine]) -> TaxRate {
        let rates = taxes.iter().map(|tax| tax_rate(&tax.rate.0, FRACTION_PLACES).map(TaxRate::basis_points));
        let sum = rates.into_iter().try_fold(0_u16, |sum, rate| sum.checked_add(rate?));
        sum.and_then(TaxRate::from_basis_points).unwrap_or_else(|| {
            self.defects.add(field, "must have rates of 0 to 1, like 0.08, that sum to no more than 1");
            TaxRate::STANDARD
        })
    }

    /// What the customer agreed to pay, and the tax in it by rate.
    pub(super) fn declared(&mut self) -> Declared {
        let order = self.order;
        let total = self.required("total_price", order.total_price.as_ref());
        let mut taxes = match self.taxes {
            Taxes::PerItem => {
                let lines = order.line_items.iter().map(|item| item.tax_lines.as_slice()).enumerate();
                let shipping = order.shipping_lines.iter().map(|line| line.tax_lines.as_slice()).enumerate();
                let lines = lines.map(|(i, taxes)| (format!("line_items[{i}].tax_lines"), taxes));
                let shipping = shipping.map(|(i, taxes)| (format!("shipping_lines[{i}].tax_lines"), taxes));
                self.by_rate(lines.chain(shipping))
            }
            Taxes::PerOrder(_) if order.tax_lines.is_empty() => vec![(TaxRate::STANDARD, Amount::ZERO)],
            Taxes::PerOrder(_) => {
                let lines = order.tax_lines.iter().map(std::slice::from_ref).enumerate();
                self.by_rate(lines.map(|(i, taxes)| (format!("tax_lines[{i}]"), taxes)))
            }
            Taxes::None => Vec::new(),
        };
        // The one figure that is no sum of parts wins wherever it can be placed.
        let total_tax = self.optional("total_tax", order.total_tax.as_ref());
        if let ([(_, tax)], true) = (taxes.as_mut_slice(), order.total_tax.is_some()) {
            *tax = total_tax;
        }
        Declared { total, taxes }
    }

    /// The taxes of each rate, summed; every entry is one line's.
    fn by_rate<'t>(
        &mut self,
        lines: impl Iterator<Item = (String, &'t [TaxLine])>,
    ) -> Vec<(TaxRate, Amount)> {
        let mut sums: Vec<(TaxRate, Amount)> = Vec::new();
        for (field, taxes) in lines.filter(|(_, taxes)| !taxes.is_empty()) {
            let rate = self.sum_of_rates(&field, taxes);
            let tax: Amount = taxes.iter().map(|tax| self.optional(&field, tax.price.as_ref())).sum();
            match sums.iter_mut().find(|(of, _)| *of == rate) {
                Some((_, sum)) => *sum += tax,
                None => sums.push((rate, tax)),
            }
        }
        sums
    }
}

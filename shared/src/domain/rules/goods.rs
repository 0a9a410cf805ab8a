//! Whether the goods are the merchant's, at its price, and not too many.

use std::collections::BTreeMap;

use super::Report;
use crate::domain::ids::Sku;
use crate::domain::merchant::Product;
use crate::domain::money::{Amount, Currency};
use crate::domain::order::{Line, Order};
use crate::domain::rule_pack::PriceTolerance;
use crate::domain::validation::FindingCode;

pub(super) fn check(order: &Order, products: &[Product], report: &mut Report<'_>) {
    for (i, line) in order.lines.iter().enumerate() {
        check_line(order, line, products, &format!("lines[{i}]"), report);
    }
    check_quantities(order, report);
}

fn check_line(order: &Order, line: &Line, products: &[Product], at: &str, report: &mut Report<'_>) {
    let Some(product) = products.iter().find(|product| product.sku == line.sku) else {
        let message =
            "The SKU is not in the catalogue: register the product, or correct the SKU at the channel.";
        report.find(FindingCode::UnknownProduct, format!("{at}.sku"), message);
        return;
    };
    // The catalogue is in yen, and an order from abroad may rightly be tax-exempt.
    if order.currency != Currency::Jpy {
        return;
    }
    if is_beyond(report.pack.thresholds.price_tolerance, line.unit_price, product.price) {
        let message = format!(
            "The channel sold it for {} yen, the catalogue says {}: correct whichever is wrong.",
            line.unit_price.units(),
            product.price.units()
        );
        report.find(FindingCode::PriceDiffers, format!("{at}.unit_price"), message);
    }
    let domestic = order.ship_groups.iter().all(|group| group.address.country == "JP");
    if domestic && line.tax_rate != product.tax_rate {
        let message = format!(
            "The channel taxes it at {} basis points, the catalogue says {}: correct whichever is wrong.",
            line.tax_rate.basis_points(),
            product.tax_rate.basis_points()
        );
        report.find(FindingCode::TaxDiffers, format!("{at}.tax_rate"), message);
    }
}

fn is_beyond(tolerance: PriceTolerance, sold: Amount, listed: Amount) -> bool {
    let percent = listed.proportion(u32::from(tolerance.percent), 100);
    let tolerated = percent.max(Amount::new(i64::from(tolerance.yen)));
    (sold - listed).max(listed - sold) > tolerated
}

/// Many units are a reseller, a slip of the pen or a fraud more often than few.
fn check_quantities(order: &Order, report: &mut Report<'_>) {
    let thresholds = &report.pack.thresholds;
    if let Some(most) = thresholds.units_per_line {
        for (i, line) in order.lines.iter().enumerate().filter(|(_, line)| line.ordered > most) {
            let message = format!("{} units, more than {most}: ask whether that is meant.", line.ordered);
            report.find(FindingCode::LargeQuantity, format!("lines[{i}].quantity"), message);
        }
    }
    if !thresholds.units_per_sku.is_empty() {
        // By SKU: where it first stands, and how many units there are.
        let mut units: BTreeMap<&Sku, (usize, u32)> = BTreeMap::new();
        for (i, line) in order.lines.iter().enumerate() {
            units.entry(&line.sku).or_insert((i, 0)).1 += line.ordered;
        }
        for (sku, (i, units)) in units {
            if let Some(usual) = thresholds.units_per_sku.get(sku).filter(|usual| units > **usual) {
                let message = format!("{units} units of {sku}, of which at most {usual} are usual.");
                report.find(FindingCode::UnusualQuantity, format!("lines[{i}].quantity"), message);
            }
        }
    }
    let units: u32 = order.lines.iter().map(|line| line.ordered).sum();
    if let Some(most) = thresholds.units_per_order.filter(|most| units > *most) {
        let message = format!("{units} units in all, more than {most}: ask whether that is meant.");
        report.find(FindingCode::LargeOrder, "lines", message);
    }
}

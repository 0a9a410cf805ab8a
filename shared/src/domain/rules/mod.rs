//! What validation checks of an order 検証ルール. Pure; one file per subject.
//!
//! Each subject says what it finds, the merchant's [`RulePack`] what that leads to: a blocking finding
//! opens its hold, a warning is only shown. No message holds personal data: findings are stored,
//! listed and logged. Everything is measured at the moment the order came in, so that an order is
//! judged the same however late.

mod address;
mod contact;
mod custom;
mod delivery;
mod figures;
mod goods;
mod note;
mod payment;
#[cfg(test)]
mod tests;

use super::merchant::Product;
use super::order::Order;
use super::rule_pack::{RulePack, Treatment};
use super::validation::{Finding, FindingCode, Severity};

/// Checks an order by the merchant's rules, and against `products`, the merchant's catalogue as far as
/// it knows the order's SKUs.
#[must_use]
pub fn check(order: &Order, products: &[Product], pack: &RulePack) -> Vec<Finding> {
    let mut report = Report { pack, findings: Vec::new() };
    figures::check_lines(order, &mut report);
    contact::check(order, &mut report);
    for (i, group) in order.ship_groups.iter().enumerate() {
        address::check(&group.address, &format!("ship_groups[{i}].address"), &mut report);
    }
    goods::check(order, products, &mut report);
    figures::check(order, &mut report);
    payment::check(order, &mut report);
    delivery::check(order, &mut report);
    note::check(order, &mut report);
    custom::check(order, &mut report);
    decided(order, report.findings)
}

/// What was found of an order elsewhere, treated as its merchant wants it.
#[must_use]
pub fn treat(order: &Order, findings: Vec<Finding>, pack: &RulePack) -> Vec<Finding> {
    decided(order, findings.into_iter().filter_map(|finding| pack.treated(finding)).collect())
}

fn decided(order: &Order, mut findings: Vec<Finding>) -> Vec<Finding> {
    for finding in findings.iter_mut().filter(|finding| is_decided(order, finding)) {
        finding.severity = Severity::Warning;
    }
    findings
}

/// Whether somebody has looked at this finding before and let the order go on: nobody has to decide
/// the same twice when something else is checked anew. An address may be another one by now.
fn is_decided(order: &Order, finding: &Finding) -> bool {
    let Severity::Blocking(code) = finding.severity else { return false };
    let is_same = |known: &Finding| {
        (known.code, &known.field, &known.message) == (finding.code, &finding.field, &finding.message)
    };
    let was_closed = order.holds.iter().any(|hold| hold.code == code && hold.closed.is_some());
    was_closed
        && !order.is_held_for(code)
        && !finding.field.starts_with("ship_groups[")
        && order.findings.iter().any(is_same)
}

/// What is found, each as the pack treats it.
struct Report<'a> {
    pack: &'a RulePack,
    findings: Vec<Finding>,
}

impl Report<'_> {
    /// Notes that `field` has what `code` says, unless the merchant does not want to know.
    fn find(&mut self, code: FindingCode, field: impl Into<String>, message: impl Into<String>) {
        self.treat(self.pack.treatment(code), code, field, message);
    }

    fn treat(
        &mut self,
        treatment: Treatment,
        code: FindingCode,
        field: impl Into<String>,
        message: impl Into<String>,
    ) {
        let severity = match treatment {
            Treatment::Off => return,
            Treatment::Warn => Severity::Warning,
            Treatment::Hold(hold) => Severity::Blocking(hold),
        };
        self.findings.push(Finding { code, severity, field: field.into(), message: message.into() });
    }
}

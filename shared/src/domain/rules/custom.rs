//! The merchant's own rules.

use super::Report;
use crate::domain::order::Order;
use crate::domain::rule_pack::Treatment;
use crate::domain::validation::FindingCode;

pub(super) fn check(order: &Order, report: &mut Report<'_>) {
    let pack = report.pack;
    for rule in pack.custom.iter().filter(|rule| rule.then != Treatment::Off && rule.when.fits(order)) {
        let message = format!("{}: {}", rule.name, rule.reason);
        report.treat(rule.then, FindingCode::CustomRule, format!("custom.{}", rule.name), message);
    }
}

//! The rules 店舗ルール a merchant's orders are judged by, as data: what each finding leads to, from
//! when on something is large, what is corrected, and what else the merchant wants stopped.
//!
//! Every version is kept as it was saved, and each order is judged by the one it began with.

mod condition;
mod fix;
mod thresholds;
mod treatment;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub(crate) use self::condition::comparable;
pub use self::condition::{Condition, CustomRule};
pub use self::fix::{ContactField, Correction, Fix, corrections};
pub use self::thresholds::{PriceTolerance, Thresholds};
pub use self::treatment::{Least, Treatment, least, standard};
use super::fraud::FraudRules;
use super::intake::Impossible;
use super::merchant::{Merchant, OrderPolicy};
use super::validation::{Finding, FindingCode, Severity};

/// The most bytes of a pack as JSON: a row of it stays far below what DynamoDB keeps.
pub const MAX_BYTES: usize = 64 * 1_024;
/// The most rules of a merchant's own.
pub const MAX_RULES: usize = 100;

/// A merchant's rules. What is left out is as it is for a merchant that never set anything; what is
/// unknown is refused, because half a rule would be another rule.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RulePack {
    /// How the stages handle an order.
    pub policy: OrderPolicy,
    /// What findings lead to, where that is not the [`standard`].
    pub treatments: BTreeMap<FindingCode, Treatment>,
    /// From when on something is large, late or unusual.
    pub thresholds: Thresholds,
    /// How fraud is scored.
    pub fraud: FraudRules,
    /// What may be corrected without asking.
    pub fixes: BTreeSet<Fix>,
    /// Rules of the merchant's own 個別ルール.
    pub custom: Vec<CustomRule>,
}

impl RulePack {
    /// The rules of a merchant that never set any, but for how its stages handle orders.
    #[must_use]
    pub fn standard(policy: OrderPolicy) -> Self {
        Self { policy, ..Self::default() }
    }

    /// What a finding leads to.
    #[must_use]
    pub fn treatment(&self, code: FindingCode) -> Treatment {
        self.treatments.get(&code).copied().unwrap_or_else(|| standard(code, &self.policy))
    }

    /// A finding that was judged already, as the merchant wants it; `None` when not at all. Where the
    /// merchant says nothing, it stays as it was judged.
    #[must_use]
    pub fn treated(&self, finding: Finding) -> Option<Finding> {
        let severity = match self.treatments.get(&finding.code) {
            None => finding.severity,
            Some(Treatment::Off) => return None,
            Some(Treatment::Warn) => Severity::Warning,
            Some(Treatment::Hold(hold)) => Severity::Blocking(*hold),
        };
        Some(Finding { severity, ..finding })
    }

    /// All that is wrong with it, each as a path into it and what is allowed.
    #[must_use]
    pub fn defects(&self) -> Vec<Impossible> {
        let mut defects = Defects::default();
        for (field, rule) in self.policy.defects() {
            defects.note(format!("policy.{field}"), rule);
        }
        for (code, treatment) in &self.treatments {
            if let Err(rule) = treatment.check_for(*code) {
                defects.note(format!("treatments.{}", code.name()), rule);
            }
        }
        self.thresholds.check(&mut defects);
        for (field, rule) in self.fraud.defects() {
            defects.note(format!("fraud.{field}"), rule);
        }
        condition::check(&self.custom, &mut defects);
        // Last: whoever has too many rules is told that first.
        let bytes = serde_json::to_vec(self).map_or(usize::MAX, |json| json.len());
        if defects.0.is_empty() && bytes > MAX_BYTES {
            defects
                .note("body", format!("the rules have {bytes} bytes as JSON; at most {MAX_BYTES} are kept"));
        }
        defects.0
    }
}

/// One version of a merchant's rules, never changed once it is saved. Its number is that of the
/// merchant's settings it came with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleVersion {
    /// Which.
    pub version: u32,
    /// When and by whom it was saved; none for the standard rules of a merchant that saved none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub saved: Option<Saved>,
    /// The rules.
    pub pack: RulePack,
}

/// When something was saved, and by whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Saved {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
}

impl RuleVersion {
    /// What comes with the settings of `merchant`: `pack`, but for its own policy.
    #[must_use]
    pub fn of(merchant: &Merchant, pack: RulePack, saved: Option<Saved>) -> Self {
        let version = u32::try_from(merchant.version).unwrap_or(u32::MAX);
        Self { version, saved, pack: RulePack { policy: merchant.policy.clone(), ..pack } }
    }

    /// What a merchant has that never saved any.
    #[must_use]
    pub fn standard(merchant: &Merchant) -> Self {
        Self::of(merchant, RulePack::default(), None)
    }
}

/// Collects what is wrong with a pack.
#[derive(Debug, Default)]
struct Defects(Vec<Impossible>);

impl Defects {
    fn note(&mut self, field: impl Into<String>, rule: impl Into<String>) {
        self.0.push(Impossible { field: field.into(), message: rule.into() });
    }

    fn check(&mut self, ok: bool, field: &str, rule: &str) {
        if !ok {
            self.note(field, rule);
        }
    }

    fn check_text(&mut self, text: &str, max: usize, field: &str) {
        let length = text.chars().count();
        let ok = (1..=max).contains(&length) && !text.contains(char::is_control) && !text.trim().is_empty();
        self.check(ok, field, &format!("must be 1 to {max} characters without control characters"));
    }
}

#[cfg(test)]
mod tests;

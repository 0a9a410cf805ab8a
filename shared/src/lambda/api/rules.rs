//! A merchant's rules 店舗ルール, and what they would change.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::merchants::{PolicyBody, same_fields};
use super::orders::FindingView;
use crate::app::dry_run::{Count, Difference, Shown, Trial};
use crate::app::ports::Page;
use crate::domain::fraud::FraudRules;
use crate::domain::ids::MerchantId;
use crate::domain::intake::Impossible;
use crate::domain::order::HoldCode;
use crate::domain::rule_pack::{CustomRule, Fix, RulePack, RuleVersion, Thresholds, Treatment};
use crate::domain::validation::{FindingCode, Severity};

/// A merchant's rules. What is left out is as it is for a merchant that never set anything.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RulesBody {
    /// How the stages handle an order.
    pub policy: PolicyBody,
    /// What findings lead to, where that is not the standard: `OFF`, `WARN`, or `{"HOLD": …}` with the
    /// hold it opens. What would lose money or cannot arrive is not switched off.
    pub treatments: BTreeMap<FindingCode, Treatment>,
    /// From when on something is large, late or unusual.
    pub thresholds: Thresholds,
    /// How fraud is scored.
    pub fraud: FraudRules,
    /// What may be corrected without asking.
    pub fixes: BTreeSet<Fix>,
    /// Rules of the merchant's own 個別ルール, at most 100. All of them are looked at.
    pub custom: Vec<CustomRule>,
}

impl From<RulesBody> for RulePack {
    fn from(RulesBody { policy, treatments, thresholds, fraud, fixes, custom }: RulesBody) -> Self {
        Self { policy: policy.into(), treatments, thresholds, fraud, fixes, custom }
    }
}

impl From<RulePack> for RulesBody {
    fn from(RulePack { policy, treatments, thresholds, fraud, fixes, custom }: RulePack) -> Self {
        Self { policy: policy.into(), treatments, thresholds, fraud, fixes, custom }
    }
}

impl RulesBody {
    /// The rules, checked.
    ///
    /// # Errors
    /// All that is wrong with them.
    pub fn read(self) -> Result<RulePack, Vec<Impossible>> {
        let pack = RulePack::from(self);
        let defects = pack.defects();
        if defects.is_empty() { Ok(pack) } else { Err(defects) }
    }
}

/// A version of a merchant's rules.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct RulesView {
    /// Whose.
    pub merchant: String,
    /// The version of the merchant's settings they came with; quote it in `If-Match` to change what you
    /// have seen. An order shows the one it is judged by as `settings_version`.
    pub version: u32,
    /// When it was saved; none for the standard rules of a merchant that saved none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub saved_at: Option<Timestamp>,
    /// By whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub saved_by: Option<String>,
    /// The rules, as they can be saved again.
    pub rules: RulesBody,
    /// What each finding leads to by these rules, the standard included.
    pub treatments_in_force: BTreeMap<FindingCode, Treatment>,
}

impl RulesView {
    /// What is shown of the rules of `merchant`.
    #[must_use]
    pub fn new(merchant: &MerchantId, RuleVersion { version, saved, pack }: RuleVersion) -> Self {
        let (saved_at, saved_by) = saved.map(|saved| (saved.at, saved.by)).unzip();
        // Each rule of the merchant's own says itself what it leads to.
        let codes = FindingCode::ALL.iter().filter(|code| **code != FindingCode::CustomRule);
        let treatments_in_force = codes.map(|code| (*code, pack.treatment(*code))).collect();
        let merchant = merchant.to_string();
        Self { merchant, version, saved_at, saved_by, rules: pack.into(), treatments_in_force }
    }
}

/// One of the versions of a merchant's rules.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct RuleVersionView {
    /// Which.
    pub version: u32,
    /// When it was saved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub saved_at: Option<Timestamp>,
    /// By whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub saved_by: Option<String>,
    /// How many treatments it changes.
    pub treatments: usize,
    /// How many rules of the merchant's own it has.
    pub custom: usize,
}

impl From<RuleVersion> for RuleVersionView {
    fn from(RuleVersion { version, saved, pack }: RuleVersion) -> Self {
        let (saved_at, saved_by) = saved.map(|saved| (saved.at, saved.by)).unzip();
        Self { version, saved_at, saved_by, treatments: pack.treatments.len(), custom: pack.custom.len() }
    }
}

/// A page of the versions of a merchant's rules, the newest first.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct RuleVersionList {
    /// The versions.
    pub versions: Vec<RuleVersionView>,
    /// Where the next page begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

impl From<Page<RuleVersion>> for RuleVersionList {
    fn from(page: Page<RuleVersion>) -> Self {
        Self { versions: page.items.into_iter().map(RuleVersionView::from).collect(), next_cursor: page.next }
    }
}

/// Rules to try, and on what.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DryRunBody {
    /// The rules.
    pub rules: RulesBody,
    /// On the orders of how many days, 1 to 90.
    pub days: u8,
    /// `next_cursor` of the last call: one call judges at most 1,000 orders.
    #[serde(default)]
    pub cursor: Option<String>,
}

impl DryRunBody {
    /// What is to be tried, checked.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn read(self) -> Result<Trial, Vec<Impossible>> {
        let Self { rules, days, cursor } = self;
        let pack = RulePack::from(rules);
        let mut defects: Vec<Impossible> = pack.defects();
        for defect in &mut defects {
            defect.field = format!("rules.{}", defect.field);
        }
        if !(1..=90).contains(&days) {
            defects.push(Impossible { field: "days".to_owned(), message: "must be 1 to 90".to_owned() });
        }
        if defects.is_empty() { Ok(Trial { pack, days, cursor }) } else { Err(defects) }
    }
}

/// A finding that both find and treat differently.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ChangedFinding {
    /// As the rules tried treat it.
    pub finding: FindingView,
    /// The hold it opens by the order's own rules; none for a warning.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hold_before: Option<HoldCode>,
}

/// An order that would be judged differently.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct DifferenceView {
    /// Its id.
    pub order: String,
    /// The channel's number of it.
    pub number: String,
    /// When it came in.
    pub received_at: Timestamp,
    /// The version of the rules it is judged by.
    pub settings_version: u32,
    /// What the rules tried would find and its own do not.
    pub gained: Vec<FindingView>,
    /// What its own find and the rules tried would not.
    pub lost: Vec<FindingView>,
    /// What both find and treat differently.
    pub changed: Vec<ChangedFinding>,
}

impl From<Difference> for DifferenceView {
    fn from(difference: Difference) -> Self {
        let Difference { order, number, received_at, version, gained, lost, changed } = difference;
        let changed = changed.iter().map(|(finding, before)| ChangedFinding {
            finding: finding.into(),
            hold_before: match before {
                Severity::Warning => None,
                Severity::Blocking(hold) => Some(*hold),
            },
        });
        Self {
            order: order.to_string(),
            number,
            received_at,
            settings_version: version,
            gained: gained.iter().map(FindingView::from).collect(),
            lost: lost.iter().map(FindingView::from).collect(),
            changed: changed.collect(),
        }
    }
}

/// How many findings there are.
#[derive(Debug, Clone, Copy, Serialize, utoipa::ToSchema)]
pub struct CountView {
    /// That stop their order.
    pub holds: u32,
    /// That are only shown.
    pub warnings: u32,
}

same_fields!(CountView = Count { holds, warnings });

/// How many findings there are of a code.
#[derive(Debug, Clone, Copy, Serialize, utoipa::ToSchema)]
pub struct CodeView {
    /// By the orders' own rules.
    pub before: CountView,
    /// By the rules tried.
    pub after: CountView,
}

/// What the rules would change. Nothing was stored.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct DryRunView {
    /// How many orders were judged, as they came in, against the catalogue of today.
    pub judged: usize,
    /// Those that would be judged differently, the newest first.
    pub orders: Vec<DifferenceView>,
    /// How many findings there are of each code.
    pub codes: BTreeMap<FindingCode, CodeView>,
    /// Where the next call begins; all orders were judged when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

impl From<Shown> for DryRunView {
    fn from(Shown { judged, differences, codes, next }: Shown) -> Self {
        let code = |(before, after): (Count, Count)| CodeView { before: before.into(), after: after.into() };
        Self {
            judged,
            orders: differences.into_iter().map(DifferenceView::from).collect(),
            codes: codes.into_iter().map(|(name, counts)| (name, code(counts))).collect(),
            next_cursor: next,
        }
    }
}

//! What channels are told, and what they answer.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Defects;
use crate::app::receive_answer::Answered;
use crate::domain::drift::ChannelStatus;
use crate::domain::ids::ReportId;
use crate::domain::intake::Impossible;
use crate::domain::order::Order;
use crate::domain::report::{CarrierCode, FactKind, Report, ReportAnswer, ReportSettings};

/// What came of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OutcomeBody {
    /// The platform took it, now or before.
    Accepted,
    /// The platform refuses it.
    Refused,
    /// The platform did not answer, and cannot be asked.
    Unknown,
}

/// What a channel's integration says about a report.
#[derive(Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerBody {
    /// What came of it.
    pub outcome: OutcomeBody,
    /// The platform's code of a refusal, up to 100 characters.
    #[serde(default)]
    pub code: Option<String>,
    /// The platform's words, up to 1,000 characters. Without personal data: staff see them in a ticket.
    #[serde(default)]
    pub message: Option<String>,
    /// Where the order stands at the channel now, if that was looked at.
    #[serde(default)]
    pub channel_status: Option<ChannelStatus>,
}

impl AnswerBody {
    /// The answer to `report`.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn read(self, report: ReportId) -> Result<Answered, Vec<Impossible>> {
        let mut defects = Defects::default();
        let Self { outcome, code, message, channel_status } = self;
        let answer = match outcome {
            OutcomeBody::Accepted => ReportAnswer::Accepted,
            OutcomeBody::Unknown => ReportAnswer::Unknown,
            OutcomeBody::Refused => {
                let code = code.unwrap_or_default();
                defects.check_text(&code, 100, "code");
                let message = message.unwrap_or_else(|| "without a reason".to_owned());
                defects.check_text(&message, 1_000, "message");
                ReportAnswer::Refused { code, message }
            }
        };
        defects.or(Answered { report, answer, status: channel_status })
    }
}

/// How a channel is told what happens to its orders.
#[derive(Debug, Clone, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ReportsBody {
    /// Whether it is told; when absent, shops' platforms are and our own formats are not.
    pub enabled: Option<bool>,
    /// The least milliseconds between two calls of the platform, 10 to 60,000; usual for its kind when absent.
    pub interval_ms: Option<u32>,
    /// The shop's account there: Yahoo's seller id, Amazon's merchant id; up to 100 characters.
    pub account: Option<String>,
    /// Codes of carriers that differ from the usual ones, or that only the shop knows.
    pub carriers: Vec<CarrierCode>,
}

impl From<ReportSettings> for ReportsBody {
    fn from(settings: ReportSettings) -> Self {
        let ReportSettings { enabled, interval_ms, account, carriers } = settings;
        Self { enabled, interval_ms, account, carriers }
    }
}

impl ReportsBody {
    /// The settings; what is wrong with them is added to `defects`.
    pub fn read(self, defects: &mut Defects) -> ReportSettings {
        let Self { enabled, interval_ms, account, carriers } = self;
        let in_range = interval_ms.is_none_or(|ms| (10..=60_000).contains(&ms));
        defects.check(in_range, "reports.interval_ms", "must be 10 to 60000");
        if let Some(account) = &account {
            defects.check_text(account, 100, "reports.account");
        }
        for (i, known) in carriers.iter().enumerate() {
            defects.check_text(&known.code, 50, &format!("reports.carriers[{i}].code"));
        }
        let distinct: BTreeSet<_> = carriers.iter().map(|known| known.carrier).collect();
        defects.check(distinct.len() == carriers.len(), "reports.carriers", "must not name a carrier twice");
        ReportSettings { enabled, interval_ms, account, carriers }
    }
}

/// Something a channel was told.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ReportView {
    /// Its id, by which the channel answers.
    pub report: String,
    /// The number of the event it tells of, by which it is repeated.
    pub event: u64,
    /// What it tells.
    pub fact: FactKind,
    /// How often it was to be told.
    pub attempt: u8,
    /// How it stands: SENT, REPEATED, IMPOSSIBLE, UNKNOWN, REFUSED or ACCEPTED, with the details.
    #[schema(value_type = Object)]
    pub outcome: Value,
    /// Since when.
    pub at: Timestamp,
}

impl ReportView {
    /// All that the channel of `order` was told.
    #[must_use]
    pub fn all(order: &Order) -> Vec<Self> {
        order.reports.iter().map(|report| Self::of(order, report)).collect()
    }

    fn of(order: &Order, report: &Report) -> Self {
        Self {
            report: order.id.report(report.event).to_string(),
            event: report.event,
            fact: report.fact,
            attempt: report.attempt,
            outcome: serde_json::to_value(&report.status).unwrap_or_default(),
            at: report.at,
        }
    }
}

/// In what a channel disagrees.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct DriftView {
    /// What it said last.
    pub channel_status: ChannelStatus,
    /// Since when it disagrees.
    pub since: Timestamp,
}

impl DriftView {
    /// In what the channel of `order` disagrees; `None` when it does not.
    #[must_use]
    pub fn of(order: &Order) -> Option<Self> {
        let drift = order.drift.as_ref()?;
        Some(Self { channel_status: drift.status, since: drift.since })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(body: Value) -> Result<Answered, Vec<String>> {
        let body: AnswerBody = serde_json::from_value(body).unwrap();
        let fields = |defects: Vec<Impossible>| defects.into_iter().map(|defect| defect.field).collect();
        body.read(ReportId::new("o.1").unwrap()).map_err(fields)
    }

    #[test]
    fn a_refusal_names_its_code() {
        assert_eq!(read(json!({ "outcome": "refused" })), Err(vec!["code".to_owned()]));
        let long = json!({ "outcome": "refused", "code": "E1", "message": "x".repeat(1_001) });
        assert_eq!(read(long), Err(vec!["message".to_owned()]));
        let refused = read(json!({ "outcome": "refused", "code": "E1" })).unwrap();
        assert!(matches!(refused.answer, ReportAnswer::Refused { code, .. } if code == "E1"));
    }

    #[test]
    fn an_answer_may_say_where_the_order_stands() {
        let answered = read(json!({ "outcome": "accepted", "channel_status": "SHIPPED" })).unwrap();
        assert_eq!(
            (answered.answer, answered.status),
            (ReportAnswer::Accepted, Some(ChannelStatus::Shipped))
        );
    }

    #[test]
    fn settings_are_checked() {
        let wrong = |body: Value| {
            let mut defects = Defects::default();
            let body: ReportsBody = serde_json::from_value(body).unwrap();
            drop(body.read(&mut defects));
            defects
                .or(())
                .err()
                .unwrap_or_default()
                .into_iter()
                .map(|defect| defect.field)
                .collect::<Vec<_>>()
        };
        let yamato = json!({ "carrier": "YAMATO", "code": "2" });
        assert_eq!(wrong(json!({ "interval_ms": 1_000, "account": "shop", "carriers": [yamato] })), [""; 0]);
        assert_eq!(wrong(json!({ "interval_ms": 9 })), ["reports.interval_ms"]);
        assert_eq!(wrong(json!({ "account": "" })), ["reports.account"]);
        assert_eq!(wrong(json!({ "carriers": [yamato, yamato] })), ["reports.carriers"]);
    }
}

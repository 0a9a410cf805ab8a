//! What an order takes of what orders share, and how risky it is.

use serde::Serialize;

use crate::domain::fraud::{Risk, Signal, Suspicion};
use crate::domain::screening::PointsEntry;
use crate::domain::tally::{Claim, TallyKind};

/// The points of one issuer.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct PointsEntryView {
    /// Whose points.
    pub issuer: String,
    /// How many paid for the order ポイント利用.
    pub used: i64,
    /// How many of them were given back.
    pub returned: i64,
    /// How many the order brought ポイント付与.
    pub earned: i64,
}

/// What the order has taken of a count.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ClaimView {
    /// What is counted.
    pub kind: TallyKind,
    /// Of which code, issuer or account. Customers are hashes.
    pub subject: String,
    /// How much it took.
    pub amount: i64,
    /// How much of it it gave back.
    pub returned: i64,
}

/// How risky an order is.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct RiskView {
    /// The sum of the weights.
    pub score: u16,
    /// What speaks against it, the heaviest first.
    pub signals: Vec<SuspicionView>,
}

/// A signal that speaks against an order.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct SuspicionView {
    /// Which.
    pub signal: Signal,
    /// What it counts.
    pub weight: u16,
    /// What was seen, and where.
    pub message: String,
}

impl From<PointsEntry> for PointsEntryView {
    fn from(entry: PointsEntry) -> Self {
        Self {
            issuer: entry.issuer,
            used: entry.used.units(),
            returned: entry.returned.units(),
            earned: entry.earned.units(),
        }
    }
}

impl From<&Claim> for ClaimView {
    fn from(claim: &Claim) -> Self {
        Self {
            kind: claim.key.kind,
            subject: claim.key.subject.clone(),
            amount: claim.amount,
            returned: claim.returned,
        }
    }
}

impl From<&Risk> for RiskView {
    fn from(risk: &Risk) -> Self {
        Self { score: risk.score, signals: risk.suspicions.iter().map(Into::into).collect() }
    }
}

impl From<&Suspicion> for SuspicionView {
    fn from(suspicion: &Suspicion) -> Self {
        Self { signal: suspicion.signal, weight: suspicion.weight, message: suspicion.message.clone() }
    }
}

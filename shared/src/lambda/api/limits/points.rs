//! Points, by their issuers.

use serde::{Deserialize, Serialize};

use super::MAX_NAMES;
use crate::app::limit_store::Registered;
use crate::app::manage_limits::PointsSlip;
use crate::domain::account::PointIssuer;
use crate::domain::customer::Personal;
use crate::domain::fraud::{Feature, MarkKind};
use crate::domain::ids::{ChannelId, IssuerId};
use crate::domain::intake::Impossible;
use crate::domain::money::Amount;
use crate::lambda::api::Defects;

/// An issuer of points of the merchant's own.
#[derive(Debug, Clone, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PointIssuerBody {
    /// The channels whose orders bring its points; all when there are none. At most 50.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    pub channels: Vec<ChannelId>,
    /// How many points for 10,000 yen of goods: 100 is 1 %. None when 0.
    #[serde(default)]
    pub earn_basis_points: u16,
}

impl From<PointIssuer> for PointIssuerBody {
    fn from(issuer: PointIssuer) -> Self {
        Self { channels: issuer.channels, earn_basis_points: issuer.earn_basis_points }
    }
}

impl PointIssuerBody {
    /// The issuer, checked.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn read(self, id: IssuerId) -> Result<PointIssuer, Vec<Impossible>> {
        let mut defects = Defects::default();
        let capitals = !id.as_str().contains(|c: char| c.is_ascii_lowercase());
        defects.check(capitals, "issuer", "must be in capitals, as orders are compared with it");
        defects.check(self.channels.len() <= MAX_NAMES, "channels", "must be at most 50");
        defects.check(self.earn_basis_points <= 10_000, "earn_basis_points", "must be 0 to 10000");
        defects.or(PointIssuer { id, channels: self.channels, earn_basis_points: self.earn_basis_points })
    }
}

/// What is shown of an issuer of points.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct PointIssuerView {
    /// Its id.
    pub issuer: String,
    /// The channels whose orders bring its points.
    pub channels: Vec<String>,
    /// How many points for 10,000 yen of goods.
    pub earn_basis_points: u16,
}

impl From<PointIssuer> for PointIssuerView {
    fn from(issuer: PointIssuer) -> Self {
        Self {
            issuer: issuer.id.into(),
            channels: issuer.channels.into_iter().map(String::from).collect(),
            earn_basis_points: issuer.earn_basis_points,
        }
    }
}

impl PointIssuerView {
    /// What is shown of it in a list.
    #[must_use]
    pub fn of_registered(registered: Registered) -> Option<Self> {
        if let Registered::PointIssuer(issuer) = registered { Some(issuer.into()) } else { None }
    }
}

/// Points for a customer, who is named by mail address or by phone number.
#[derive(Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PointsBody {
    /// The customer's mail address.
    #[serde(default)]
    pub mail: Option<String>,
    /// The customer's phone number, if orders come without a mail address.
    #[serde(default)]
    pub phone: Option<String>,
    /// How many; taken when negative; with 0 the balance is only told.
    pub points: i64,
    /// The slip: the same one counts once.
    #[schema(example = "campaign-2026-11")]
    pub reference: String,
}

impl PointsBody {
    /// The slip, checked.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn read(self, issuer: IssuerId) -> Result<PointsSlip, Vec<Impossible>> {
        let mut defects = Defects::default();
        let ok = self.points.abs() <= Amount::LIMIT.units();
        defects.check(ok, "points", "must be at most 1,000,000,000");
        defects.check_text(&self.reference, 100, "reference");
        let customer = match (&self.mail, &self.phone) {
            (Some(mail), None) => Feature::mail(mail),
            (None, Some(phone)) => Feature::phone(phone),
            (Some(_), Some(_)) | (None, None) => None,
        };
        let rule = "name the customer by a mail address, or by a phone number, not by both";
        defects.check(customer.is_some(), "mail", rule);
        let nobody = Feature { kind: MarkKind::Mail, text: Personal::default(), detail: None };
        let customer = customer.unwrap_or(nobody);
        defects.or(PointsSlip { issuer, customer, points: self.points, reference: self.reference })
    }
}

/// How many points a customer has.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct PointsView {
    /// How many.
    pub points: i64,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::lambda::api::limits::wrong_fields;

    #[test]
    fn who_gets_points_is_named_in_one_way() {
        let points = |body| wrong_fields(body, |body: PointsBody| body.read(IssuerId::new("OWN").unwrap()));
        assert_eq!(points(json!({ "mail": "a@example.com", "points": 1, "reference": "1" })), [""; 0]);
        for who in
            [json!({}), json!({ "mail": "a@example.com", "phone": "090" }), json!({ "mail": "nobody" })]
        {
            let mut body = who;
            (body["points"], body["reference"]) = (json!(1), json!("1"));
            assert_eq!(points(body), ["mail"]);
        }
    }
}

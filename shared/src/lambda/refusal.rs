//! What the use cases refuse, as the API tells it.

use super::http::Problem;
use crate::adapters::channels::signature::Unproven;
use crate::app::access::Denied;
use crate::app::idempotency::{KeyMissing, KeyReused};
use crate::app::manage_merchant::ManageError;
use crate::app::operate_order::RequestError;
use crate::app::payloads::{Outcome, Taken};
use crate::app::query_orders::QueryError;
use crate::app::receive_order::ReceiveError;
use crate::domain::intake::Impossible;

impl From<Denied> for Problem {
    fn from(denied: Denied) -> Self {
        Self::forbidden(match denied {
            Denied::Role => "none of your roles allows this; ask a supervisor",
            Denied::Merchant => "you do not work for this merchant",
        })
    }
}

impl From<KeyReused> for Problem {
    fn from(_: KeyReused) -> Self {
        let detail = "this Idempotency-Key was used for another request; use a new key for a new request";
        Self::conflict("IDEMPOTENCY_KEY_REUSED", detail)
    }
}

impl From<KeyMissing> for Problem {
    fn from(_: KeyMissing) -> Self {
        let detail = "cancelling some units twice cancels twice as many: send an Idempotency-Key, and the same \
                      one when you repeat this request";
        Self::bad_request("IDEMPOTENCY_KEY_REQUIRED", detail).and_field("Idempotency-Key", "is missing")
    }
}

impl From<Vec<Impossible>> for Problem {
    fn from(defects: Vec<Impossible>) -> Self {
        let problem =
            Self::unprocessable("IMPOSSIBLE", "the request is readable, but makes no sense; see errors");
        defects.into_iter().fold(problem, |problem, defect| problem.and_field(defect.field, defect.message))
    }
}

impl From<RequestError> for Problem {
    fn from(error: RequestError) -> Self {
        match error {
            RequestError::NotFound(what) => Self::not_found(what),
            RequestError::Denied(denied) => denied.into(),
            RequestError::Rejected(rejection) => rejection.into(),
            RequestError::KeyReused(reused) => reused.into(),
            RequestError::KeyMissing(missing) => missing.into(),
            RequestError::Failed(failure) => failure.into(),
        }
    }
}

impl From<Unproven> for Problem {
    fn from(_: Unproven) -> Self {
        Self::unauthorized()
    }
}

impl From<QueryError> for Problem {
    fn from(error: QueryError) -> Self {
        match error {
            QueryError::Denied(denied) => denied.into(),
            QueryError::List(error) => error.into(),
        }
    }
}

impl From<ReceiveError> for Problem {
    fn from(error: ReceiveError) -> Self {
        match error {
            ReceiveError::Refused(taken) => (*taken).into(),
            ReceiveError::KeyReused(reused) => reused.into(),
            ReceiveError::Failed(failure) => failure.into(),
        }
    }
}

impl From<Taken> for Problem {
    fn from(taken: Taken) -> Self {
        let problem = match taken.outcome {
            Outcome::Unreadable => {
                Self::bad_request("INVALID_BODY", "the body does not have the channel's shape")
            }
            Outcome::Incomplete => {
                let detail = "this is a part of an order; fetch the rest, and send all of it; see errors";
                Self::unprocessable("INCOMPLETE", detail)
            }
            Outcome::NumberReused => {
                let order = taken.order.map(|(order, _)| order.to_string()).unwrap_or_default();
                let detail =
                    format!("this number belongs to order {order}, which was ordered at another time");
                Self::conflict("ORDER_NUMBER_REUSED", detail)
            }
            Outcome::Impossible
            | Outcome::Opened
            | Outcome::Duplicate
            | Outcome::Updated
            | Outcome::Overtaken
            | Outcome::NotOpened
            | Outcome::Historic => {
                Self::unprocessable("IMPOSSIBLE", "the request is readable, but makes no sense; see errors")
            }
        };
        taken.errors.into_iter().fold(problem, |problem, error| problem.and_field(error.field, error.message))
    }
}

impl From<ManageError> for Problem {
    fn from(error: ManageError) -> Self {
        match error {
            ManageError::NotFound(what) => Self::not_found(what),
            ManageError::Denied(denied) => denied.into(),
            ManageError::Changed => {
                Self::conflict("CHANGED_MEANWHILE", "it was changed meanwhile; read it again and change that")
            }
            ManageError::ChannelTaken => {
                Self::conflict("CHANNEL_TAKEN", "another merchant has a channel with this id; choose another")
            }
            ManageError::ReferenceReused => Self::conflict(
                "REFERENCE_REUSED",
                "this reference was used for another change; use a new one for a new change",
            ),
            ManageError::KeyReused(reused) => reused.into(),
            ManageError::BelowZero => {
                Self::conflict("BELOW_ZERO", "that would leave fewer than 0 units; read the stock again")
            }
            ManageError::TooFewPoints => Self::conflict(
                "BELOW_ZERO",
                "the customer does not have so many points; ask for the balance with 0 points",
            ),
            ManageError::TooMany(what, most) => {
                Self::conflict("TOO_MANY", format!("a merchant has at most {most} {what}"))
            }
            ManageError::NoSuchLocation => {
                Self::unprocessable("NO_SUCH_LOCATION", "the merchant has no such location; see its settings")
            }
            ManageError::BadCursor => Self::invalid("cursor", "is not one this list gave out"),
            ManageError::Failed(failure) => failure.into(),
        }
    }
}

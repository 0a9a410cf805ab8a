//! Why a command was refused.

use super::ids::{LineId, LocationId, PaymentId, ShipmentId};
use super::order::{HoldCode, OrderState};

/// A business refusal: the command cannot be done, whoever repeats it. Its text tells a person
/// what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// The order has gone too far, or not far enough.
    #[error("not possible while the order is {}: {advice}", state.name())]
    WrongState {
        /// Where the order stands.
        state: OrderState,
        /// What to do instead.
        advice: &'static str,
    },
    /// The order has no such line.
    #[error("the order has no line {0}; see `lines` of the order")]
    NoSuchLine(LineId),
    /// The order has no such ship group.
    #[error("the order has no ship group {0}; see `ship_groups` of the order")]
    NoSuchShipGroup(u8),
    /// The order has no such shipment.
    #[error("the order has no shipment {0}; see `shipments` of the order")]
    NoSuchShipment(ShipmentId),
    /// The order has no such payment, or none the command fits.
    #[error("the order has no payment {0} that this fits; see `payments` of the order")]
    NoSuchPayment(PaymentId),
    /// No such hold is open.
    #[error("no {0:?} hold is open; see `holds` of the order")]
    NoSuchHold(HoldCode),
    /// No such ticket was opened.
    #[error("the order has no ticket {0}; see `tickets` of the order")]
    NoSuchTicket(String),
    /// Its channel was told no such thing.
    #[error("the channel was not told of event {0}; see `reports` of the order")]
    NoSuchReport(u64),
    /// More units than can still be had.
    #[error("line {line} has only {available} units left for this")]
    TooMany {
        /// Which line.
        line: LineId,
        /// How many there are.
        available: u32,
    },
    /// Stock of another location than the one the line is served from.
    #[error("line {line} is served from {location}, and from there alone")]
    OtherLocation {
        /// Which line.
        line: LineId,
        /// Where it is served from.
        location: LocationId,
    },
    /// Another cancellation is being carried out.
    #[error("a cancellation is under way; wait until it is done")]
    CancellationUnderWay,
    /// More money than there is.
    #[error("at most {available} is open here")]
    TooMuch {
        /// How much there is, in the currency's smallest unit.
        available: i64,
    },
    /// Money that is still owed to the customer: no ticket about it can be closed.
    #[error("the money is still owed; record the refund, and the ticket closes by itself")]
    RefundOwed,
    /// No money at all.
    #[error("the amount must be more than nothing")]
    NoAmount,
    /// The sale cannot be posted yet.
    #[error("the sale cannot be posted before the money is in")]
    NotPaid,
    /// A report does not fit the shipment.
    #[error("the shipment has not been handed over")]
    NotHandedOver,
    /// The same id with another content.
    #[error("{0} was used before with another content; use a new one")]
    IdReused(String),
    /// Too many remarks on one order.
    #[error("the order keeps at most 200 of these, and with all remarks and bookings no more than 64 KB")]
    TooManyRemarks,
}

impl Rejection {
    /// The refusal's stable code in the API.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::WrongState { .. } => "WRONG_STATE",
            Self::NoSuchLine(_) => "NO_SUCH_LINE",
            Self::NoSuchShipGroup(_) => "NO_SUCH_SHIP_GROUP",
            Self::NoSuchShipment(_) => "NO_SUCH_SHIPMENT",
            Self::NoSuchPayment(_) => "NO_SUCH_PAYMENT",
            Self::NoSuchHold(_) => "NO_SUCH_HOLD",
            Self::NoSuchTicket(_) => "NO_SUCH_TICKET",
            Self::NoSuchReport(_) => "NO_SUCH_REPORT",
            Self::TooMany { .. } => "TOO_MANY",
            Self::RefundOwed => "REFUND_OWED",
            Self::OtherLocation { .. } => "OTHER_LOCATION",
            Self::CancellationUnderWay => "CANCELLATION_UNDER_WAY",
            Self::TooMuch { .. } => "TOO_MUCH",
            Self::NoAmount => "NO_AMOUNT",
            Self::NotPaid => "NOT_PAID",
            Self::NotHandedOver => "NOT_HANDED_OVER",
            Self::IdReused(_) => "ID_REUSED",
            Self::TooManyRemarks => "TOO_MANY_REMARKS",
        }
    }
}

//! What a finding leads to.

use serde::{Deserialize, Serialize};

use crate::domain::merchant::{OrderPolicy, UnknownProductPolicy};
use crate::domain::order::HoldCode;
use crate::domain::validation::FindingCode;

/// What a finding leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Treatment {
    /// Nothing: it is not looked for.
    Off,
    /// It is shown.
    Warn,
    /// It stops the order with this hold.
    Hold(HoldCode),
}

/// The least a merchant may do about a finding, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Least {
    /// Nothing: it is the merchant's own affair.
    Off,
    /// Show it.
    Warn(&'static str),
    /// Stop the order.
    Hold(&'static str),
}

impl Treatment {
    /// The holds that rules may open. The others tell what other stages found.
    pub const HOLDS: [HoldCode; 15] = [
        HoldCode::AddressDefect,
        HoldCode::ContactDefect,
        HoldCode::UnknownProduct,
        HoldCode::AmountDefect,
        HoldCode::PartialImport,
        HoldCode::PaymentDefect,
        HoldCode::DeliveryDefect,
        HoldCode::Promotion,
        HoldCode::PointRecalc,
        HoldCode::PurchaseOrder,
        HoldCode::CreditLimit,
        HoldCode::Approval,
        HoldCode::CustomerNote,
        HoldCode::FraudReview,
        HoldCode::ClientDecision,
    ];

    /// Whether a rule may say this at all.
    ///
    /// # Errors
    /// What is allowed.
    pub(super) fn check(self) -> Result<(), String> {
        match self {
            Self::Hold(hold) if !Self::HOLDS.contains(&hold) => {
                let names = Self::HOLDS.map(HoldCode::name).join(", ");
                Err(format!("rules open no hold {}; they may open {names}", hold.name()))
            }
            Self::Off | Self::Warn | Self::Hold(_) => Ok(()),
        }
    }

    /// Whether `code` may be treated like this.
    ///
    /// # Errors
    /// What is allowed, and why.
    pub(super) fn check_for(self, code: FindingCode) -> Result<(), String> {
        if code == FindingCode::CustomRule {
            return Err("is said by `then` of each rule".to_owned());
        }
        // What came in part is known by this hold, and what is charged waits for it.
        if code == FindingCode::PartialImport && self != Self::Hold(HoldCode::PartialImport) {
            return Err(
                "must be HOLD PARTIAL_IMPORT: an order that lacks lines would leave incomplete".to_owned()
            );
        }
        match (least(code), self) {
            (Least::Hold(why), Self::Off | Self::Warn) => Err(format!("must be HOLD: {why}")),
            (Least::Warn(why), Self::Off) => Err(format!("must be WARN or HOLD: {why}")),
            (Least::Off | Least::Warn(_) | Least::Hold(_), _) => self.check(),
        }
    }
}

/// What a finding leads to where a merchant's rules do not say anything else.
#[must_use]
pub const fn standard(code: FindingCode, policy: &OrderPolicy) -> Treatment {
    match code {
        FindingCode::AddressIncomplete
        | FindingCode::HouseNumberMissing
        | FindingCode::PostalCodeUnknown
        | FindingCode::PostalCodeMismatch
        | FindingCode::PrefectureMismatch
        | FindingCode::CityUnknown
        | FindingCode::Unservable => Treatment::Hold(HoldCode::AddressDefect),
        FindingCode::Unreachable => Treatment::Hold(HoldCode::ContactDefect),
        FindingCode::PartialImport => Treatment::Hold(HoldCode::PartialImport),
        FindingCode::UnknownProduct => match policy.unknown_product {
            UnknownProductPolicy::Hold => Treatment::Hold(HoldCode::UnknownProduct),
            UnknownProductPolicy::Accept => Treatment::Warn,
        },
        FindingCode::CashAboveLimit | FindingCode::CashAbroad | FindingCode::ConvenienceStoreAboveLimit => {
            Treatment::Hold(HoldCode::PaymentDefect)
        }
        FindingCode::LargeQuantity
        | FindingCode::UnusualQuantity
        | FindingCode::LargeOrder
        | FindingCode::LargeAmount => Treatment::Hold(HoldCode::ClientDecision),
        FindingCode::CustomerNote => Treatment::Hold(HoldCode::CustomerNote),
        FindingCode::PromotionInvalid | FindingCode::PromotionExhausted => {
            Treatment::Hold(HoldCode::Promotion)
        }
        FindingCode::PointsShort => Treatment::Hold(HoldCode::PointRecalc),
        FindingCode::AccountUnknown | FindingCode::PurchaseOrderMissing => {
            Treatment::Hold(HoldCode::PurchaseOrder)
        }
        FindingCode::CreditExceeded => Treatment::Hold(HoldCode::CreditLimit),
        FindingCode::ApprovalNeeded => Treatment::Hold(HoldCode::Approval),
        FindingCode::FraudSuspected => Treatment::Hold(HoldCode::FraudReview),
        // Some providers know a card by the order's number.
        FindingCode::CardTokenMissing => Treatment::Off,
        FindingCode::CityRepeated
        | FindingCode::CityMisplaced
        | FindingCode::TownUnknown
        | FindingCode::RemoteIsland
        | FindingCode::PromotionDiffers
        | FindingCode::DestinationAbroad
        | FindingCode::NameMissing
        | FindingCode::ReadingInvalid
        | FindingCode::MailInvalid
        | FindingCode::MailSuspect
        | FindingCode::PhoneInvalid
        | FindingCode::PriceDiffers
        | FindingCode::TaxDiffers
        | FindingCode::TotalDiffers
        | FindingCode::PayLaterAboveLimit
        | FindingCode::DesiredDatePast
        | FindingCode::DesiredDateTooEarly
        | FindingCode::CustomRule => Treatment::Warn,
    }
}

/// What a merchant has to do about a finding at least: nobody may switch off what would lose money
/// or send goods that cannot arrive.
#[must_use]
pub const fn least(code: FindingCode) -> Least {
    match code {
        FindingCode::PartialImport => Least::Hold("an order that lacks lines would leave incomplete"),
        FindingCode::AddressIncomplete => Least::Hold("without a whole address no carrier delivers"),
        FindingCode::Unservable => Least::Hold("no carrier delivers there"),
        FindingCode::HouseNumberMissing
        | FindingCode::PostalCodeUnknown
        | FindingCode::PostalCodeMismatch
        | FindingCode::PrefectureMismatch
        | FindingCode::CityUnknown => Least::Warn("carriers send back what they cannot deliver"),
        FindingCode::CashAbroad | FindingCode::CashAboveLimit => {
            Least::Warn("no carrier takes the parcel, or nobody collects its money")
        }
        FindingCode::ConvenienceStoreAboveLimit => Least::Warn("the customer cannot pay it"),
        FindingCode::PayLaterAboveLimit => Least::Warn("nobody insures the money"),
        FindingCode::TotalDiffers | FindingCode::TaxDiffers => {
            Least::Warn("the amount billed or the tax posted may be wrong")
        }
        FindingCode::UnknownProduct => Least::Warn("nobody can ship what is in no catalogue"),
        FindingCode::Unreachable | FindingCode::MailInvalid => {
            Least::Warn("the customer is not told what happens to the order")
        }
        FindingCode::PromotionInvalid
        | FindingCode::PromotionExhausted
        | FindingCode::PromotionDiffers
        | FindingCode::PointsShort => Least::Warn("somebody has to pay what was promised"),
        FindingCode::AccountUnknown | FindingCode::CreditExceeded => Least::Warn("the money may never come"),
        FindingCode::FraudSuspected => Least::Warn("the goods may be lost, and their money with them"),
        FindingCode::CityRepeated
        | FindingCode::CityMisplaced
        | FindingCode::TownUnknown
        | FindingCode::RemoteIsland
        | FindingCode::PurchaseOrderMissing
        | FindingCode::ApprovalNeeded
        | FindingCode::DestinationAbroad
        | FindingCode::NameMissing
        | FindingCode::ReadingInvalid
        | FindingCode::MailSuspect
        | FindingCode::PhoneInvalid
        | FindingCode::PriceDiffers
        | FindingCode::LargeQuantity
        | FindingCode::UnusualQuantity
        | FindingCode::LargeOrder
        | FindingCode::LargeAmount
        | FindingCode::CardTokenMissing
        | FindingCode::DesiredDatePast
        | FindingCode::DesiredDateTooEarly
        | FindingCode::CustomerNote
        | FindingCode::CustomRule => Least::Off,
    }
}

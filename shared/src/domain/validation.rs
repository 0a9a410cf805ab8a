//! What validation found.

use serde::{Deserialize, Serialize};

use super::order::HoldCode;

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum FindingCode {
    /// A part of the address is missing or malformed.
    AddressIncomplete,
    /// The address has no house number.
    HouseNumberMissing,
    /// There is no such postal code.
    PostalCodeUnknown,
    /// The postal code belongs to another place.
    PostalCodeMismatch,
    /// The city is in another prefecture.
    PrefectureMismatch,
    /// There is no such city, or several.
    CityUnknown,
    /// Prefecture or city is written twice.
    CityRepeated,
    /// Prefecture, city or town stands in another field.
    CityMisplaced,
    /// Japan Post lists no such town.
    TownUnknown,
    /// 離島: a remote island.
    RemoteIsland,
    /// No carrier delivers there.
    Unservable,
    /// The destination is abroad.
    DestinationAbroad,
    /// No mail server accepts the address.
    MailInvalid,
    /// There is neither a usable mail address nor a phone number.
    Unreachable,
    /// The phone number is malformed.
    PhoneInvalid,
    /// The SKU is not in the catalogue.
    UnknownProduct,
    /// The price differs from the catalogue.
    PriceDiffers,
    /// The channel's tax differs from ours.
    TaxDiffers,
    /// The channel's total differs from ours.
    TotalDiffers,
    /// The customer wrote a note.
    CustomerNote,
    /// The channel says that the order has another number of lines.
    PartialImport,
    /// A promotion code of ours is not for this order.
    PromotionInvalid,
    /// A promotion code of ours was used as often as it may be.
    PromotionExhausted,
    /// The discount differs from what the code gives.
    PromotionDiffers,
    /// The customer has fewer points than the order uses.
    PointsShort,
    /// The order names an account that the merchant does not have, or in another currency.
    AccountUnknown,
    /// The account's orders must quote a purchase order number.
    PurchaseOrderMissing,
    /// The account would owe more than was agreed.
    CreditExceeded,
    /// The account's orders above an amount have to be approved.
    ApprovalNeeded,
    /// The order may be a fraud.
    FraudSuspected,
}

/// Whether a finding stops the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Severity {
    /// Shown, nothing more.
    Warning,
    /// Opens this hold.
    Blocking(HoldCode),
}

/// Something validation noticed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What.
    pub code: FindingCode,
    /// How bad.
    pub severity: Severity,
    /// Where, as a path into the order.
    pub field: String,
    /// What to do about it. Holds no personal data.
    pub message: String,
}

//! What validation found.

use serde::{Deserialize, Serialize};

use super::customer::Personal;
use super::order::HoldCode;

/// `CamelCase` as `SCREAMING_SNAKE_CASE`.
fn screaming(name: &str) -> String {
    let mut screaming = String::with_capacity(name.len() + 4);
    for c in name.chars() {
        if c.is_ascii_uppercase() && !screaming.is_empty() {
            screaming.push('_');
        }
        screaming.push(c.to_ascii_uppercase());
    }
    screaming
}

macro_rules! finding_codes {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// What is wrong.
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema,
        )]
        #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
        pub enum FindingCode {
            $($(#[$doc])* $name,)*
        }

        impl FindingCode {
            /// All codes.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The code's name in the API.
            #[must_use]
            pub fn name(self) -> String {
                screaming(match self { $(Self::$name => stringify!($name),)* })
            }
        }
    };
}

finding_codes! {
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
    /// The customer's own name is missing.
    NameMissing,
    /// The reading of a name is not in kana.
    ReadingInvalid,
    /// No mail server accepts the address.
    MailInvalid,
    /// The mail address has a slip of the pen in it.
    MailSuspect,
    /// The phone number is malformed.
    PhoneInvalid,
    /// There is neither a usable mail address nor a phone number.
    Unreachable,
    /// The channel announced another number of lines than came.
    PartialImport,
    /// The SKU is not in the catalogue.
    UnknownProduct,
    /// The price differs from the catalogue by more than the merchant tolerates.
    PriceDiffers,
    /// The channel's tax differs from ours.
    TaxDiffers,
    /// The channel's total differs from ours.
    TotalDiffers,
    /// More units of a line than the merchant takes without looking.
    LargeQuantity,
    /// More units of a SKU than are usual for it.
    UnusualQuantity,
    /// More units in all than the merchant takes without looking.
    LargeOrder,
    /// A higher total than the merchant takes without looking.
    LargeAmount,
    /// More than carriers collect in cash.
    CashAboveLimit,
    /// Cash on delivery abroad, which no carrier does.
    CashAbroad,
    /// More than a convenience store takes.
    ConvenienceStoreAboveLimit,
    /// More than the pay-later service insures.
    PayLaterAboveLimit,
    /// There is nothing to charge a card by.
    CardTokenMissing,
    /// The desired day was over before the order came.
    DesiredDatePast,
    /// The desired day is too near for the merchant's lead time.
    DesiredDateTooEarly,
    /// The customer wrote a note.
    CustomerNote,
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
    /// A rule of the merchant's own fits the order.
    CustomRule,
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
    /// Where, as a path into the order; of a rule of the merchant's own, `custom.` and its name.
    pub field: String,
    /// What to do about it. Holds no personal data.
    pub message: String,
}

impl Finding {
    /// What the person is told who has to close the hold it opens.
    #[must_use]
    pub fn reason(&self) -> Personal {
        Personal::new(format!("{}: {}", self.field, self.message))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_codes_name_is_the_one_it_is_stored_by() {
        for code in FindingCode::ALL {
            assert_eq!(serde_json::to_value(code).unwrap(), code.name());
        }
    }
}

//! Identifiers: each its own type, so that one is never passed for another.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Why a text is not an identifier.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind} must be 1 to {max} characters {rule}")]
pub struct InvalidId {
    kind: &'static str,
    max: usize,
    rule: &'static str,
}

/// `#` separates the parts of a stored key, so no identifier may contain it that stands beside another.
fn plain(kind: &'static str, max: usize, text: &str) -> Result<(), InvalidId> {
    let starts_well = text.starts_with(|c: char| c.is_ascii_alphanumeric());
    let plain = text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'));
    let rule = "of A-Z a-z 0-9 . _ - and begin with a letter or digit";
    if starts_well && plain && text.len() <= max { Ok(()) } else { Err(InvalidId { kind, max, rule }) }
}

/// Merchants name their products as they like. Only what looks like an encoded character (`%41`) would
/// make it doubtful how often a path is encoded.
fn product_code(kind: &'static str, max: usize, text: &str) -> Result<(), InvalidId> {
    let trimmed = text.trim() == text && !text.is_empty();
    let fits = trimmed && text.chars().count() <= max;
    let rule = "without control characters and a % before two hexadecimal digits, and neither begin nor end with a blank";
    let encoded =
        |three: &[u8]| matches!(three, [b'%', a, b] if a.is_ascii_hexdigit() && b.is_ascii_hexdigit());
    let printable = !text.contains(char::is_control) && !text.as_bytes().windows(3).any(encoded);
    if fits && printable { Ok(()) } else { Err(InvalidId { kind, max, rule }) }
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, $kind:literal, $max:literal) => {
        text_id!($(#[$doc])* $name, $kind, $max, plain);
    };
    ($(#[$doc:meta])* $name:ident, $kind:literal, $max:literal, $check:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Reads an identifier.
            ///
            /// # Errors
            /// [`InvalidId`] when the text is empty, too long or has other characters.
            pub fn new(text: impl Into<String>) -> Result<Self, InvalidId> {
                let text = text.into();
                $check($kind, $max, &text)?;
                Ok(Self(text))
            }

            /// The identifier as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;
            fn try_from(text: String) -> Result<Self, InvalidId> {
                Self::new(text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }
    };
}

text_id!(
    /// The client company お客様企業 whose orders these are. Every datum belongs to exactly one.
    MerchantId, "merchant", 32
);
text_id!(
    /// One shop of a merchant on one platform 店舗. Unique over the whole installation, because a
    /// platform's webhook carries nothing else to tell the merchant by.
    ChannelId, "channel", 48
);
text_id!(
    /// Stock keeping unit 商品コード, as the merchant names it.
    Sku, "sku", 128, product_code
);
text_id!(
    /// A place that holds stock 倉庫.
    LocationId, "location", 32
);
text_id!(
    /// A promotion code プロモーションコード of a merchant's own.
    PromotionCode, "promotion code", 40
);
text_id!(
    /// An account of a business customer 取引先.
    AccountId, "account", 40
);
text_id!(
    /// An issuer of points ポイント発行者.
    IssuerId, "issuer", 20
);
text_id!(
    /// An order 受注. Derived from the channel's own order number, so that a retry of the same
    /// order can only ever find the same id.
    OrderId, "order", 36
);
text_id!(
    /// A shipment 出荷 of an order: the order's id and a running number.
    ShipmentId, "shipment", 48
);
text_id!(
    /// A payment 決済 of an order: the order's id and a running number.
    PaymentId, "payment", 48
);
text_id!(
    /// A report to a channel: the order's id and the number of the event it tells of.
    ReportId, "report", 64
);

/// Namespace of the name-based order ids (RFC 9562, version 5).
const ORDER_NAMESPACE: Uuid = Uuid::from_u128(0x8a6e_3d4c_51f0_5b0e_9d2c_6a75_6368_7500);

impl OrderId {
    /// The id of the order that `channel` of `merchant` knows as `number`: always the same one.
    #[must_use]
    pub fn of(merchant: &MerchantId, channel: &ChannelId, number: &str) -> Self {
        // The separator cannot occur in the first two parts, so no two triples share a name.
        let name = format!("{merchant}#{channel}#{number}");
        Self(Uuid::new_v5(&ORDER_NAMESPACE, name.as_bytes()).to_string())
    }

    /// The id of this order's `n`th shipment, counted from 1.
    #[must_use]
    pub fn shipment(&self, n: usize) -> ShipmentId {
        ShipmentId(format!("{self}-S{n}"))
    }

    /// The id of this order's `n`th payment, counted from 1.
    #[must_use]
    pub fn payment(&self, n: usize) -> PaymentId {
        PaymentId(format!("{self}-P{n}"))
    }

    /// The id of the report about this order's event of that number.
    #[must_use]
    pub fn report(&self, event: u64) -> ReportId {
        ReportId(format!("{self}.{event}"))
    }

    fn owner_of(child: &str, mark: char) -> Option<Self> {
        let (order, number) = child.rsplit_once('-')?;
        let digits = number.strip_prefix(mark)?;
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        Self::new(order).ok()
    }
}

impl ShipmentId {
    /// The order this shipment belongs to; `None` if the text is no shipment id of ours.
    #[must_use]
    pub fn order(&self) -> Option<OrderId> {
        OrderId::owner_of(&self.0, 'S')
    }
}

impl ReportId {
    /// The order it is about, and the number of the event; `None` if the text is no report id of ours.
    #[must_use]
    pub fn parts(&self) -> Option<(OrderId, u64)> {
        let (order, event) = self.0.rsplit_once('.')?;
        Some((OrderId::new(order).ok()?, event.parse().ok()?))
    }
}

impl PaymentId {
    /// The order this payment belongs to; `None` if the text is no payment id of ours.
    #[must_use]
    pub fn order(&self) -> Option<OrderId> {
        OrderId::owner_of(&self.0, 'P')
    }
}

/// A line 明細 of an order, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LineId(pub u16);

impl fmt::Display for LineId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(number: &str) -> OrderId {
        OrderId::of(&MerchantId::new("acme").unwrap(), &ChannelId::new("acme-shop").unwrap(), number)
    }

    #[test]
    fn the_same_channel_order_always_has_the_same_id_and_another_has_another() {
        assert_eq!(order("1001"), order("1001"));
        assert_ne!(order("1001"), order("1002"));
    }

    #[test]
    fn a_shipment_and_a_payment_know_their_order() {
        let id = order("1001");
        assert_eq!(id.shipment(2).order(), Some(id.clone()));
        assert_eq!(id.payment(1).order(), Some(id.clone()));
        assert_eq!(ShipmentId::new(id.payment(1).as_str()).unwrap().order(), None);
        assert_eq!(ShipmentId::new("S1").unwrap().order(), None);
        assert_eq!(id.report(17).parts(), Some((id.clone(), 17)));
        assert_eq!(ReportId::new(id.as_str()).unwrap().parts(), None);
    }

    #[test]
    fn an_identifier_cannot_carry_a_key_separator_or_be_empty_or_endless() {
        for bad in ["", "a#b", "日本", "-a", " a", "a b", &"x".repeat(49)] {
            assert!(ChannelId::new(bad).is_err(), "{bad:?}");
        }
        assert!(ChannelId::new("Acme-shop_1.0").is_ok());
    }

    #[test]
    fn a_sku_is_what_merchants_call_their_products_and_still_part_of_a_key() {
        for bad in ["", "a%41", " a", "a ", "a\tb", &"湯".repeat(129)] {
            assert!(Sku::new(bad).is_err(), "{bad:?}");
        }
        for good in ["IPOD2008-GREEN_1.0", "TEE#2", "50%", "100%-綿", "湯呑 (大)/青", &"湯".repeat(128)]
        {
            assert!(Sku::new(good).is_ok(), "{good:?}");
        }
    }
}

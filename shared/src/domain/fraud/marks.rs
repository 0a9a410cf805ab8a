//! What orders are recognised by. Marks are keyed hashes, so that keys and lists hold no personal
//! data; what is hashed is made alike first, so that no other way of writing makes another customer.

use serde::{Deserialize, Serialize};

use crate::domain::customer::{Address, Personal};
use crate::domain::ids::ChannelId;
use crate::domain::order::Order;
use crate::domain::text::fold;

/// The most marks of an order: each is a row.
const MAX_FEATURES: usize = 16;

/// What a mark is of.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MarkKind {
    /// A mail address.
    Mail,
    /// The domain of a mail address.
    MailDomain,
    /// A phone number.
    Phone,
    /// A name.
    Name,
    /// A name with a postal code.
    NameAndPostalCode,
    /// An address without its room.
    Address,
    /// The provider's token of a card.
    Card,
    /// The channel's own number of the customer.
    Customer,
}

impl MarkKind {
    /// All kinds.
    pub const ALL: [Self; 8] = [
        Self::Mail,
        Self::MailDomain,
        Self::Phone,
        Self::Name,
        Self::NameAndPostalCode,
        Self::Address,
        Self::Card,
        Self::Customer,
    ];

    /// Its name in keys and in the API.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Mail => "MAIL",
            Self::MailDomain => "MAIL_DOMAIN",
            Self::Phone => "PHONE",
            Self::Name => "NAME",
            Self::NameAndPostalCode => "NAME_AND_POSTAL_CODE",
            Self::Address => "ADDRESS",
            Self::Card => "CARD",
            Self::Customer => "CUSTOMER",
        }
    }

    /// Whether it is remembered which orders had it.
    #[must_use]
    pub const fn is_remembered(self) -> bool {
        matches!(self, Self::Mail | Self::Phone | Self::Name | Self::Address | Self::Card)
    }

    /// Whether a merchant can block it.
    #[must_use]
    pub const fn can_be_blocked(self) -> bool {
        !matches!(self, Self::Name | Self::Card)
    }
}

/// What an order is recognised by, hashed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Mark {
    /// What it is of.
    pub kind: MarkKind,
    /// The keyed hash, in hex.
    pub hash: String,
    /// What tells orders apart that share it, hashed: of an address, the room.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// What an order is recognised by, before it is hashed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feature {
    /// What it is of.
    pub kind: MarkKind,
    /// The text, made alike.
    pub text: Personal,
    /// What tells orders apart that share it.
    pub detail: Option<Personal>,
}

impl Feature {
    fn of(kind: MarkKind, text: String) -> Option<Self> {
        (!text.is_empty()).then(|| Self { kind, text: text.into(), detail: None })
    }

    /// A mail address. What follows a `+` goes to the same person.
    #[must_use]
    pub fn mail(address: &str) -> Option<Self> {
        let address = fold(address).trim().to_lowercase();
        let (local, domain) = address.rsplit_once('@')?;
        let local = local.split('+').next().unwrap_or_default();
        Self::of(MarkKind::Mail, format!("{local}@{domain}"))
    }

    /// The domain of a mail address, or a domain.
    #[must_use]
    pub fn mail_domain(address: &str) -> Option<Self> {
        let address = fold(address).trim().to_lowercase();
        Self::of(MarkKind::MailDomain, address.rsplit('@').next().unwrap_or_default().to_owned())
    }

    /// A phone number; `+81` is the `0` before a Japanese one.
    #[must_use]
    pub fn phone(number: &str) -> Option<Self> {
        let number: String = fold(number).chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
        let number = number.strip_prefix("+81").map_or_else(|| number.clone(), |rest| format!("0{rest}"));
        Self::of(MarkKind::Phone, number)
    }

    /// The number a channel knows a customer by.
    #[must_use]
    pub fn customer(channel: &ChannelId, number: &str) -> Option<Self> {
        let number = number.trim();
        if number.is_empty() { None } else { Self::of(MarkKind::Customer, format!("{channel}|{number}")) }
    }

    /// A name, without spaces.
    #[must_use]
    pub fn name(name: &str) -> Option<Self> {
        Self::of(MarkKind::Name, without_spaces(name))
    }

    /// A name with a postal code.
    #[must_use]
    pub fn name_and_postal_code(name: &str, postal_code: &str) -> Option<Self> {
        let (name, code) = (without_spaces(name), digits(postal_code));
        if name.is_empty() || code.is_empty() {
            return None;
        }
        Self::of(MarkKind::NameAndPostalCode, format!("{name}|{code}"))
    }

    /// An address; its building and room tell apart who lives there.
    #[must_use]
    pub fn address(address: &Address) -> Option<Self> {
        let parts = [&address.postal_code, &address.prefecture, &address.city, &address.line1];
        let text: Vec<String> = parts.iter().map(|part| without_spaces(part.reveal())).collect();
        if address.line1.is_empty() {
            return None;
        }
        let room = address.line2.as_ref().map(|room| without_spaces(room.reveal()));
        let feature = Self::of(MarkKind::Address, text.concat().replace('-', ""))?;
        Some(Self { detail: room.filter(|room| !room.is_empty()).map(Personal::new), ..feature })
    }
}

fn without_spaces(text: &str) -> String {
    fold(text).chars().filter(|c| !c.is_whitespace()).collect::<String>().to_lowercase()
}

fn digits(text: &str) -> String {
    fold(text).chars().filter(char::is_ascii_digit).collect()
}

/// What the order is recognised by; who ordered first.
#[must_use]
pub fn features(order: &Order) -> Vec<Feature> {
    let customer = &order.customer;
    let mail = customer.mail.as_ref().map_or("", Personal::reveal);
    let phone = customer.phone.as_ref().map_or("", Personal::reveal);
    let mut all = vec![
        Feature::mail(mail),
        Feature::phone(phone),
        Feature::name(customer.name.reveal()),
        Feature::mail_domain(mail),
        customer.number.as_ref().and_then(|number| Feature::customer(&order.channel, number)),
    ];
    for group in &order.ship_groups {
        let address = &group.address;
        all.push(Feature::address(address));
        all.push(Feature::name_and_postal_code(address.name.reveal(), address.postal_code.reveal()));
        all.push(address.phone.as_ref().and_then(|phone| Feature::phone(phone.reveal())));
    }
    let tokens = order.payments.iter().filter_map(|payment| payment.token.as_ref());
    all.extend(tokens.map(|token| Feature::of(MarkKind::Card, token.reveal().to_owned())));
    let mut distinct: Vec<Feature> = Vec::new();
    for feature in all.into_iter().flatten() {
        if !distinct.contains(&feature) && distinct.len() < MAX_FEATURES {
            distinct.push(feature);
        }
    }
    distinct
}

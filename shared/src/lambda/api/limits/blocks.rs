//! The block list.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::app::limit_store::Registered;
use crate::app::manage_limits::Block;
use crate::domain::customer::Personal;
use crate::domain::fraud::{Blocked, Feature, MarkKind};
use crate::domain::ids::ChannelId;
use crate::domain::intake::Impossible;
use crate::lambda::api::Defects;
use crate::lambda::api::address::AddressBody;
use crate::lambda::http::Problem;

/// What is to be blocked.
#[derive(Clone, Deserialize, utoipa::ToSchema)]
#[serde(tag = "kind", rename_all = "SCREAMING_SNAKE_CASE", deny_unknown_fields)]
pub enum BlockedBody {
    /// A mail address.
    Mail {
        /// The address.
        mail: String,
    },
    /// All mail addresses of a domain.
    MailDomain {
        /// The domain.
        domain: String,
    },
    /// A phone number.
    Phone {
        /// The number.
        phone: String,
    },
    /// An address, with all its rooms.
    Address {
        /// The address.
        address: Box<AddressBody>,
    },
    /// A name with a postal code.
    NameAndPostalCode {
        /// The name.
        name: String,
        /// The postal code.
        postal_code: String,
    },
    /// The number a channel knows a customer by.
    Customer {
        /// The channel.
        #[schema(value_type = String)]
        channel: ChannelId,
        /// The number.
        number: String,
    },
}

/// An entry for the block list. What is blocked is kept as a hash: it is not shown again.
#[derive(Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BlockBody {
    /// What.
    pub blocked: BlockedBody,
    /// Why, up to 500 characters.
    pub reason: String,
    /// Until when; for good when absent.
    #[serde(default)]
    pub until: Option<Timestamp>,
}

impl BlockBody {
    /// The entry, checked.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn read(self) -> Result<Block, Vec<Impossible>> {
        let mut defects = Defects::default();
        defects.check_text(&self.reason, 500, "reason");
        let feature = match self.blocked {
            BlockedBody::Mail { mail } => Feature::mail(&mail),
            BlockedBody::MailDomain { domain } => Feature::mail_domain(&domain),
            BlockedBody::Phone { phone } => Feature::phone(&phone),
            BlockedBody::Address { address } => {
                Feature::address(&address.read("blocked.address", &mut defects))
            }
            BlockedBody::NameAndPostalCode { name, postal_code } => {
                Feature::name_and_postal_code(&name, &postal_code)
            }
            BlockedBody::Customer { channel, number } => Feature::customer(&channel, &number),
        };
        defects.check(feature.is_some(), "blocked", "is none of its kind; write it as orders have it");
        let nobody = Feature { kind: MarkKind::Mail, text: Personal::default(), detail: None };
        let feature = feature.unwrap_or(nobody);
        defects.or(Block { feature, reason: self.reason.into(), until: self.until })
    }
}

/// What is shown of an entry of the block list.
#[derive(Clone, Serialize, utoipa::ToSchema)]
pub struct BlockView {
    /// What kind.
    pub kind: MarkKind,
    /// The hash of what is blocked: with the kind, the entry's key.
    pub hash: String,
    /// Why.
    pub reason: String,
    /// Who blocked it.
    pub by: String,
    /// Since when.
    pub since: Timestamp,
    /// Until when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

impl From<Blocked> for BlockView {
    fn from(entry: Blocked) -> Self {
        Self {
            kind: entry.mark.kind,
            hash: entry.mark.hash,
            reason: entry.reason.reveal().to_owned(),
            by: entry.by,
            since: entry.since,
            until: entry.until,
        }
    }
}

impl BlockView {
    /// What is shown of it in a list.
    #[must_use]
    pub fn of_registered(registered: Registered) -> Option<Self> {
        if let Registered::Blocked(entry) = registered { Some(entry.into()) } else { None }
    }
}

/// The key of an entry of the block list, as it stands in a path.
///
/// # Errors
/// 400 when it cannot be one.
pub fn block_key(kind: &str, hash: String) -> Result<(MarkKind, String), Problem> {
    let kinds = MarkKind::ALL.into_iter().filter(|kind| kind.can_be_blocked());
    let kind = kinds.into_iter().find(|known| known.name() == kind);
    let kind = kind.ok_or_else(|| Problem::invalid("kind", "is no kind of the block list"))?;
    let ok = hash.len() <= 64 && hash.bytes().all(|b| b.is_ascii_hexdigit());
    if ok { Ok((kind, hash)) } else { Err(Problem::invalid("hash", "must be the hash the list shows")) }
}

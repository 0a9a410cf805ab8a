//! Mail addresses that can be sent to.

use std::{fmt, str::FromStr};

/// Octets in an address: the path of RFC 5321 §4.5.3.1.3 without its angle brackets.
const MAX_ADDRESS_OCTETS: usize = 254;
/// Octets before the `@` (RFC 5321 §4.5.3.1.1).
const MAX_LOCAL_OCTETS: usize = 64;
/// Octets between two dots of a domain (RFC 1035 §2.3.4).
const MAX_LABEL_OCTETS: usize = 63;

/// A mail address that a mail service accepts: RFC 5321 `Dot-string "@" Domain`, in ASCII.
///
/// Japanese mobile carriers once issued addresses such as `a..b@docomo.ne.jp` and `a.@ezweb.ne.jp`. Their
/// owners still use them, RFC 5321 refuses them, and so does SES: an order with one needs a person, so the
/// refusal is a value of its own ([`InvalidAddress::Dots`]).
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct MailAddress {
    text: String,
    at: usize,
}

/// Why a text is not a [`MailAddress`]. Never holds the text: an address is personal data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidAddress {
    /// There is no `@`.
    #[error("a mail address needs an @")]
    NoAt,
    /// More than 254 octets, or more than 64 before the `@`.
    #[error("the mail address is too long")]
    TooLong,
    /// A dot first, last, or beside another dot before the `@`: a real address of an old mobile phone, perhaps.
    #[error("dots before the @ may not be first, last or side by side")]
    Dots,
    /// Nothing, or a character that is not allowed, before the `@`.
    #[error("the part before the @ is empty or has a character that is not allowed")]
    LocalPart,
    /// What follows the `@` is not a host name with at least two labels.
    #[error("the part after the @ is not a domain name")]
    Domain,
}

impl MailAddress {
    /// The address as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What stands before the `@`.
    #[must_use]
    pub fn local_part(&self) -> &str {
        self.text.get(..self.at).unwrap_or_default()
    }

    /// What stands after the `@`.
    #[must_use]
    pub fn domain(&self) -> &str {
        self.text.get(self.at + 1..).unwrap_or_default()
    }
}

impl FromStr for MailAddress {
    type Err = InvalidAddress;

    /// Accepts an address exactly as written: nothing is trimmed, folded or converted.
    ///
    /// # Errors
    /// The [`InvalidAddress`] that says what is wrong with the first fault found.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (local, domain) = text.rsplit_once('@').ok_or(InvalidAddress::NoAt)?;
        if text.len() > MAX_ADDRESS_OCTETS || local.len() > MAX_LOCAL_OCTETS {
            return Err(InvalidAddress::TooLong);
        }
        if local.is_empty() || !local.bytes().all(|byte| is_atom_text(byte) || byte == b'.') {
            return Err(InvalidAddress::LocalPart);
        }
        if local.split('.').any(str::is_empty) {
            return Err(InvalidAddress::Dots);
        }
        if !is_domain(domain) {
            return Err(InvalidAddress::Domain);
        }
        Ok(Self { text: text.to_owned(), at: local.len() })
    }
}

/// `atext` of RFC 5322 §3.2.3.
fn is_atom_text(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte)
}

/// Two or more host name labels. The last one is not a number, which keeps bare IP addresses out.
fn is_domain(domain: &str) -> bool {
    let is_label = |label: &str| {
        (1..=MAX_LABEL_OCTETS).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    domain.rsplit_once('.').is_some_and(|(_, top)| {
        domain.split('.').all(is_label) && !top.bytes().all(|byte| byte.is_ascii_digit())
    })
}

impl fmt::Display for MailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Personal data: only the domain is shown.
impl fmt::Debug for MailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MailAddress(…@{})", self.domain())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ordinary_addresses_are_accepted_unchanged() {
        for text in [
            "hanako@example.jp",
            "hanako.yamada+shop@mail.example.co.jp",
            "o'brien_99@example.com",
            "0901234567@softbank.ne.jp",
            "2b3c@pc.fw.rakuten.ne.jp",
            "a@xn--wgv71a119e.jp",
        ] {
            let address: MailAddress = text.parse().unwrap();
            assert_eq!(address.as_str(), text);
            assert_eq!(format!("{}@{}", address.local_part(), address.domain()), text);
        }
    }

    #[test]
    fn addresses_a_mail_service_refuses_say_why() {
        let long_local = format!("{}@example.jp", "a".repeat(65));
        let long_domain = format!("a@{}jp", "abcdefgh.".repeat(30));
        let long_label = format!("a@{}.jp", "a".repeat(64));
        for (text, reason) in [
            ("", InvalidAddress::NoAt),
            ("hanako.example.jp", InvalidAddress::NoAt),
            ("a..b@docomo.ne.jp", InvalidAddress::Dots),
            (".ab@docomo.ne.jp", InvalidAddress::Dots),
            ("ab.@ezweb.ne.jp", InvalidAddress::Dots),
            ("@example.jp", InvalidAddress::LocalPart),
            ("ha nako@example.jp", InvalidAddress::LocalPart),
            ("a@b@example.jp", InvalidAddress::LocalPart),
            ("\"a..b\"@docomo.ne.jp", InvalidAddress::LocalPart),
            ("花子@example.jp", InvalidAddress::LocalPart),
            ("hanako\r\nBcc: x@example.jp", InvalidAddress::LocalPart),
            ("hanako@", InvalidAddress::Domain),
            ("hanako@localhost", InvalidAddress::Domain),
            ("hanako@example..jp", InvalidAddress::Domain),
            ("hanako@-example.jp", InvalidAddress::Domain),
            ("hanako@example.jp.", InvalidAddress::Domain),
            ("hanako@exa_mple.jp", InvalidAddress::Domain),
            ("hanako@192.0.2.1", InvalidAddress::Domain),
            ("hanako@日本.jp", InvalidAddress::Domain),
            ("hanako@example.jp ", InvalidAddress::Domain),
            (&long_local, InvalidAddress::TooLong),
            (&long_domain, InvalidAddress::TooLong),
            (&long_label, InvalidAddress::Domain),
        ] {
            assert_eq!(text.parse::<MailAddress>(), Err(reason), "{text}");
        }
    }

    #[test]
    fn a_logged_address_hides_its_owner() {
        let address: MailAddress = "hanako@example.jp".parse().unwrap();
        assert_eq!(format!("{address:?}"), "MailAddress(…@example.jp)");
    }

    proptest! {
        /// The MIME builder takes our addresses unchecked, so the two rules must agree in this direction.
        #[test]
        fn what_is_accepted_here_the_mime_library_accepts_too(
            text in "[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,70}@[a-z0-9.-]{1,80}",
        ) {
            if let Ok(address) = text.parse::<MailAddress>() {
                prop_assert!(lettre::Address::new(address.local_part(), address.domain()).is_ok());
            }
        }
    }
}

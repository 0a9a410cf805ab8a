//! The bytes of a mail.

use std::fmt;

use jiff::Timestamp;
use lettre::{
    Address,
    message::{
        Mailbox as LettreMailbox, Mailboxes, MultiPart, MultiPartKind, SinglePart,
        header::{Date, From, HeaderName, HeaderValue, MIME_VERSION_1_0, MessageId, ReplyTo, Subject, To},
    },
};
use uuid::Uuid;

use super::{InvalidAddress, MailAddress, RenderedMail, render};

/// The header that says which order a mail is about, for whoever handles the answers.
pub const ORDER_NUMBER: &str = "X-Order-Number";

/// Characters of a display name that are kept.
const MAX_NAME_CHARS: usize = 60;

/// A name and an address, as in `From` and `To`.
#[derive(Clone, PartialEq, Eq)]
pub struct Mailbox {
    name: String,
    address: MailAddress,
}

impl Mailbox {
    /// Pairs a display name, which may be empty, with an address. The name is made safe for a header:
    /// one line, no control or text-direction characters, 60 characters at most.
    ///
    /// # Errors
    /// [`InvalidAddress`] if no mail service would take the address.
    pub fn new(name: &str, address: &str) -> Result<Self, InvalidAddress> {
        Ok(Self {
            name: render::shortened(&render::single_line(name), MAX_NAME_CHARS),
            address: address.parse()?,
        })
    }

    /// The address alone, for the mail service's envelope.
    #[must_use]
    pub fn address(&self) -> &MailAddress {
        &self.address
    }

    /// [`MailAddress`] is the stricter rule of the two, so lettre need not check again.
    fn to_lettre(&self) -> LettreMailbox {
        let name = (!self.name.is_empty()).then(|| self.name.clone());
        LettreMailbox::new(name, Address::new_dangerous(self.address.local_part(), self.address.domain()))
    }
}

/// Personal data: like its address, without the name.
impl fmt::Debug for Mailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.address.fmt(f)
    }
}

/// Who sends a mail to whom, when, and on which occasion.
#[derive(Clone, Copy, Debug)]
pub struct Envelope<'a> {
    /// The shop, at a domain it may send from.
    pub from: &'a Mailbox,
    /// Where answers go: the shop's support.
    pub reply_to: &'a Mailbox,
    /// The customer.
    pub to: &'a Mailbox,
    /// The `Date` header; a time before 1970 is written as 1970.
    pub date: Timestamp,
    /// The business fact this mail reports. Together with the sender's domain it decides the
    /// `Message-ID`, so a mail built again for the same fact is recognised as the same mail.
    pub fact_id: &'a str,
    /// The number the customer knows the order by.
    pub order_number: &'a str,
}

impl Envelope<'_> {
    /// Builds the whole message (RFC 5322): `multipart/alternative`, UTF-8, every header encoded and folded.
    /// The same input gives the same bytes.
    #[must_use]
    pub fn seal(&self, mail: &RenderedMail) -> Vec<u8> {
        let domain = self.from.address.domain();
        let id = Uuid::new_v5(&Uuid::NAMESPACE_DNS, format!("{domain}/{}", self.fact_id).as_bytes()).simple();
        let mut message = MultiPart::builder()
            .header(From::from(Mailboxes::from(self.from.to_lettre())))
            .header(ReplyTo::from(Mailboxes::from(self.reply_to.to_lettre())))
            .header(To::from(Mailboxes::from(self.to.to_lettre())))
            .header(Subject::from(mail.subject.clone()))
            .header(MessageId::from(format!("<{id}@{domain}>")))
            .header(Date::new(self.date.max(Timestamp::UNIX_EPOCH).into()))
            .header(MIME_VERSION_1_0)
            .kind(MultiPartKind::Alternative)
            .boundary(id.to_string())
            .singlepart(SinglePart::plain(mail.text.clone()))
            .singlepart(SinglePart::html(mail.html.clone()));
        // RFC 3834: no out-of-office answer to a machine.
        let number = render::single_line(self.order_number);
        for (name, value) in [("Auto-Submitted", "auto-generated".to_owned()), (ORDER_NUMBER, number)] {
            let name = HeaderName::new_from_ascii_str(name);
            message.headers_mut().insert_raw(HeaderValue::new(name, value));
        }
        message.formatted()
    }
}

//! Writes to the customer 顧客連絡: at most one mail per business fact.

use jiff::{SignedDuration, Timestamp};

use super::execute::{execute, load};
use super::failure::{Failure, chain};
use super::mail::compose::{FactContext, compose};
use super::mail::{Envelope, MailContext, Mailbox, RenderedMail, render};
use super::message::{Message, Stage, Subject};
use super::ports::{
    Clock, MailError, MailLog, MailRecord, MailStatus, Mailer, MerchantStore, OrderStore, OutgoingMail,
};
use super::record::Cause;
use crate::domain::Command;
use crate::domain::merchant::Merchant;
use crate::domain::order::{Order, TicketKind};

/// How long a mail may be on its way before nobody believes any more that somebody else is just
/// sending it. Longer than the function may run.
const PATIENCE: SignedDuration = SignedDuration::from_mins(2);

/// The stage that writes mails.
#[derive(Debug, Clone)]
pub struct NotifyCustomer<S, M, C> {
    /// Orders, merchants, and which mails went out.
    pub store: S,
    /// The mail service.
    pub mailer: M,
    /// The time.
    pub clock: C,
}

impl<S: OrderStore + MerchantStore + MailLog, M: Mailer, C: Clock> NotifyCustomer<S, M, C> {
    /// Writes the mail that the message's event calls for, if it calls for one. It is noted before
    /// the mail service is asked, so it goes out at most once; if it remains unknown whether it
    /// went out, a ticket says so, and nobody sends it again unasked.
    ///
    /// # Errors
    /// [`Failure`], when it is to be tried again or can never be done.
    pub async fn handle(&self, message: &Message) -> Result<(), Failure> {
        let Subject::Order { order: id, seq, .. } = &message.subject else { return Ok(()) };
        let order = load(&self.store, id).await?;
        let Some(record) = self.store.event(id, *seq).await? else {
            return Err(Failure::permanent(format!("order {id} has no event {seq}")));
        };
        let merchant = self.store.merchant(&order.merchant).await?;
        let merchant =
            merchant.ok_or_else(|| Failure::permanent(format!("{} is unknown", order.merchant)))?;
        let facts = FactContext { order: &order, merchant: &merchant, record: &record };
        let cause = message.cause(Stage::NotifyCustomer);
        let now = self.clock.now();
        let Some(context) = compose(&facts) else { return self.give_up(&order, *seq, now, &cause).await };
        let fact = format!("{}:{seq}", context.kind().name());
        // What is wrong with the shop or with us is not noted as a mail the customer cannot get.
        let letter = Letter::write(&order, &merchant, &context)?;
        if let Some(begun) = self.store.begin(id, &fact, now).await? {
            return self.resume(&order, begun, now, &cause).await;
        }
        let outcome = match addressee(&order) {
            Ok(to) => self.mailer.send(&letter.seal(&order, &to, &message.id, now)).await,
            Err(reason) => Err(MailError::Refused(reason)),
        };
        let status = match outcome {
            Ok(message_id) => MailStatus::Sent { message_id },
            Err(MailError::Refused(reason)) => MailStatus::Refused { reason },
            Err(error @ MailError::Unknown(_)) => {
                tracing::warn!(
                    operation = Stage::NotifyCustomer.name(),
                    order.id = id.as_str(),
                    event.id = message.id,
                    correlation.id = message.correlation,
                    error = chain(&error),
                    "nobody knows whether the mail went out"
                );
                MailStatus::Unknown
            }
            Err(error @ MailError::NotSent(_)) => {
                self.store.finish(id, &fact, None).await?;
                return Err(Failure::retryable(error));
            }
        };
        self.conclude(&order, &fact, status, &cause).await
    }

    /// The event calls for no mail any more. One that was begun while it still did, and not ended, may
    /// have gone out.
    async fn give_up(&self, order: &Order, seq: u64, now: Timestamp, cause: &Cause) -> Result<(), Failure> {
        let of_event =
            |mail: &MailRecord| mail.fact.split_once(':').is_some_and(|(_, of)| of == seq.to_string());
        let mails = self.store.mails(&order.id).await?.into_iter();
        match { mails }.find(|mail| of_event(mail) && mail.status == MailStatus::Sending) {
            Some(begun) => self.resume(order, begun, now, cause).await,
            None => Ok(()),
        }
    }

    /// Somebody began this mail before: it went out, or it did not, or nobody knows.
    async fn resume(
        &self,
        order: &Order,
        begun: MailRecord,
        now: Timestamp,
        cause: &Cause,
    ) -> Result<(), Failure> {
        let status = match begun.status {
            MailStatus::Sent { .. } => return Ok(()),
            MailStatus::Sending if now.duration_since(begun.begun_at) < PATIENCE => {
                return Err(Failure::Retryable("the mail is being sent by somebody else".into()));
            }
            MailStatus::Sending => match addressee(order) {
                Ok(_) => MailStatus::Unknown,
                // What goes to nobody did not go out.
                Err(reason) => MailStatus::Refused { reason },
            },
            MailStatus::Unknown => MailStatus::Unknown,
            refused @ MailStatus::Refused { .. } => refused,
        };
        self.conclude(order, &begun.fact, status, cause).await
    }

    /// Notes how the mail ended, after the ticket it may need: cut off in between, the message
    /// comes again and finds the mail begun.
    async fn conclude(
        &self,
        order: &Order,
        fact: &str,
        status: MailStatus,
        cause: &Cause,
    ) -> Result<(), Failure> {
        let ticket = match &status {
            MailStatus::Sending | MailStatus::Sent { .. } => None,
            MailStatus::Refused { reason } => Some((
                TicketKind::MailUndeliverable,
                format!("{fact} was refused ({reason}); call the customer"),
            )),
            MailStatus::Unknown => Some((
                TicketKind::MailUnknown,
                format!("nobody knows whether {fact} went out; ask the customer before sending it again"),
            )),
        };
        if let Some((kind, detail)) = ticket {
            let open = Command::OpenTicket { kind, subject: fact.to_owned(), detail };
            execute(&self.store, &self.clock, &order.id, cause, &open).await?;
        }
        Ok(self.store.finish(&order.id, fact, Some(&status)).await?)
    }
}

/// Whom the mail goes to, or why it can go to nobody.
fn addressee(order: &Order) -> Result<Mailbox, String> {
    let address = order.customer.mail.as_ref().ok_or("the order has no mail address")?;
    Mailbox::new(order.customer.name.reveal(), address.reveal()).map_err(|error| error.to_string())
}

/// A mail without its addressee.
struct Letter {
    from: Mailbox,
    reply_to: Mailbox,
    rendered: RenderedMail,
}

impl Letter {
    fn write(order: &Order, merchant: &Merchant, context: &MailContext) -> Result<Self, Failure> {
        let of_shop = |what: &str, address: &str| {
            let broken = |error| Failure::permanent(format!("{what} of {}: {error}", merchant.id));
            Mailbox::new(&merchant.shop.name, address).map_err(broken)
        };
        let from = of_shop("mail_from", &merchant.shop.mail_from)?;
        let reply_to = of_shop("support_mail", &merchant.shop.support_mail)?;
        let unwritten =
            |error| Failure::permanent(format!("{} of {}: {error}", context.kind().name(), order.id));
        let rendered = render(order.customer.language, context).map_err(unwritten)?;
        Ok(Self { from, reply_to, rendered })
    }

    fn seal(&self, order: &Order, to: &Mailbox, fact_id: &str, now: Timestamp) -> OutgoingMail {
        let Self { from, reply_to, rendered } = self;
        let order_number = order.number.as_str();
        let envelope = Envelope { from, reply_to, to, date: now, fact_id, order_number };
        OutgoingMail {
            from: from.address().as_str().to_owned(),
            to: to.address().as_str().to_owned(),
            raw: envelope.seal(rendered),
        }
    }
}

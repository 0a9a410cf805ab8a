//! Writes to the customer 顧客連絡: at most one mail per business fact.

use jiff::{SignedDuration, Timestamp};

use super::execute::{execute, load};
use super::failure::{Failure, chain};
use super::mail::compose::{FactContext, compose};
use super::mail::{Envelope, MailContext, Mailbox, render};
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
        let Some(context) = compose(&facts) else { return Ok(()) };
        let fact = format!("{}:{seq}", context.kind().name());
        let cause = message.cause(Stage::NotifyCustomer);
        let now = self.clock.now();
        if let Some(begun) = self.store.begin(id, &fact, now).await? {
            return self.resume(&order, begun, now, &cause).await;
        }
        let outcome = match seal(&order, &merchant, &context, &message.id, now) {
            Ok(mail) => self.mailer.send(&mail).await,
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
            MailStatus::Sending | MailStatus::Unknown => MailStatus::Unknown,
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
            execute(&self.store, &self.clock, &order.id, cause, |_| Some(open.clone())).await?;
        }
        Ok(self.store.finish(&order.id, fact, Some(&status)).await?)
    }
}

/// The mail as the mail service takes it, or why it cannot be one.
fn seal(
    order: &Order,
    merchant: &Merchant,
    context: &MailContext,
    fact_id: &str,
    now: Timestamp,
) -> Result<OutgoingMail, String> {
    let address = order.customer.mail.as_ref().ok_or("the order has no mail address")?;
    let mailbox = |name: &str, address: &str| Mailbox::new(name, address).map_err(|error| error.to_string());
    let to = mailbox(order.customer.name.reveal(), address.reveal())?;
    let from = mailbox(&merchant.shop.name, &merchant.shop.mail_from)?;
    let reply_to = mailbox(&merchant.shop.name, &merchant.shop.support_mail)?;
    let rendered = render(order.customer.language, context).map_err(|error| error.to_string())?;
    let order_number = order.number.as_str();
    let envelope = Envelope { from: &from, reply_to: &reply_to, to: &to, date: now, fact_id, order_number };
    Ok(OutgoingMail {
        from: from.address().as_str().to_owned(),
        to: to.address().as_str().to_owned(),
        raw: envelope.seal(&rendered),
    })
}

//! The sandbox: a payment provider of our own that moves no money, for development, demonstrations
//! and tests of an integration. It has idempotency keys, as real providers do.
//!
//! The token of a payment chooses what happens when its authorization is asked for:
//!
//! | token | what happens |
//! |---|---|
//! | `tok_visa`, any other, none | approved; an authorization holds for 7 days |
//! | `tok_declined` | declined: `card_declined`, for pay-later `credit_refused` |
//! | `tok_declined_once` | declined like that; the next attempt, which has a key of its own, is approved |
//! | `tok_insufficient_funds` | declined: `insufficient_funds` |
//! | `tok_review` | in review 与信審査中; approved when looked up |
//! | `tok_review_declined` | in review; declined when looked up |
//! | `tok_timeout` | it happens, but the answer is lost: unknown; looking it up finds it |
//! | `tok_vanished` | the request is lost: unknown; looking it up finds nothing; asked again, approved |
//! | `tok_unreachable_once` | the provider is unavailable; asked again, approved |
//!
//! The same words behind the name of another operation strike that one instead: `tok_capture_timeout`,
//! `tok_refund_declined`, `tok_void_unreachable_once`; whatever is not struck is approved.
//!
//! Like a real provider it declines what does not fit its books: `invalid_amount`,
//! `no_such_authorization`, `authorization_expired`, `exceeds_authorized`, `exceeds_captured`,
//! `already_captured`, `already_voided`. A key that was used before is answered as the first time.

use std::collections::BTreeMap;
use std::future::Future;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::app::ports::{Clock, PaymentProvider, ProviderContext, ProviderUnavailable};
use crate::domain::money::Amount;
use crate::domain::payment::{Operation, OperationKind, OperationOutcome, PaymentMethod};

/// How long an authorization holds.
const AUTHORIZATION_HOLDS: Duration = Duration::from_hours(7 * 24);
/// How long the books of a payment are kept after the last change.
const BOOKS_KEPT: Duration = Duration::from_hours(180 * 24);

/// What the sandbox knows about one authorization and all that followed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Book {
    /// How often it was written; 0 when it never was.
    version: u64,
    authorized: Amount,
    captured: Amount,
    refunded: Amount,
    voided: bool,
    valid_until: Option<Timestamp>,
    /// The outcome under each idempotency key; `None` is a request that was lost once.
    operations: BTreeMap<String, Option<OperationOutcome>>,
}

/// Where the books are kept.
pub trait Books: Send + Sync {
    /// The book of an authorization; an empty one when there is none.
    fn open(&self, reference: &str) -> impl Future<Output = Result<Book, ProviderUnavailable>> + Send;

    /// Keeps a book that nobody else has kept since it was opened.
    fn keep(
        &self,
        reference: &str,
        book: &Book,
        now: Timestamp,
    ) -> impl Future<Output = Result<(), NotKept>> + Send;
}

/// A book could not be kept.
#[derive(Debug, thiserror::Error)]
pub enum NotKept {
    /// It is as it was before.
    #[error("the book was not written")]
    Surely(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The answer was lost.
    #[error("nobody knows whether the book was written")]
    Perhaps(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// The books in the table, under `SANDBOX#<the authorization's key>`, so that all functions see the
/// same ones.
#[derive(Clone)]
pub struct DynamoBooks {
    client: Client,
    table: String,
}

fn unavailable(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> ProviderUnavailable {
    ProviderUnavailable(source.into())
}

impl Books for DynamoBooks {
    async fn open(&self, reference: &str) -> Result<Book, ProviderUnavailable> {
        let item = self
            .client
            .get_item()
            .table_name(&self.table)
            .key("pk", AttributeValue::S(format!("SANDBOX#{reference}")))
            .key("sk", AttributeValue::S("BOOK".to_owned()))
            .consistent_read(true)
            .send()
            .await
            .map_err(unavailable)?
            .item;
        match item.as_ref().and_then(|item| item.get("book")).map(AttributeValue::as_s) {
            Some(Ok(book)) => serde_json::from_str(book).map_err(unavailable),
            Some(Err(_)) => Err(unavailable("a book of the sandbox cannot be read")),
            None => Ok(Book::default()),
        }
    }

    async fn keep(&self, reference: &str, book: &Book, now: Timestamp) -> Result<(), NotKept> {
        let text = serde_json::to_string(book).map_err(|error| NotKept::Surely(error.into()))?;
        let expires_at = (now + BOOKS_KEPT).as_second();
        let kept = self
            .client
            .put_item()
            .table_name(&self.table)
            .item("pk", AttributeValue::S(format!("SANDBOX#{reference}")))
            .item("sk", AttributeValue::S("BOOK".to_owned()))
            .item("version", AttributeValue::N(book.version.to_string()))
            .item("book", AttributeValue::S(text))
            .item("expires_at", AttributeValue::N(expires_at.to_string()))
            .condition_expression("attribute_not_exists(pk) OR version = :before")
            .expression_attribute_values(":before", AttributeValue::N((book.version - 1).to_string()))
            .send()
            .await;
        match kept {
            Ok(_) => Ok(()),
            // Refused, not broken down halfway.
            Err(error) if error.raw_response().is_some_and(|answer| answer.status().is_client_error()) => {
                Err(NotKept::Surely(error.into()))
            }
            Err(error) => Err(NotKept::Perhaps(error.into())),
        }
    }
}

/// The sandbox, with its books and a clock.
#[derive(Clone)]
pub struct Sandbox<C, B = DynamoBooks> {
    books: B,
    clock: C,
}

impl<C: Clock> Sandbox<C> {
    /// A sandbox that keeps its books in `table`.
    #[must_use]
    pub const fn new(client: Client, table: String, clock: C) -> Self {
        Self::with_books(DynamoBooks { client, table }, clock)
    }
}

impl<C: Clock, B: Books> Sandbox<C, B> {
    /// A sandbox that keeps its books elsewhere.
    #[must_use]
    pub const fn with_books(books: B, clock: C) -> Self {
        Self { books, clock }
    }

    async fn keep(&self, reference: &str, mut book: Book, now: Timestamp) -> Result<(), NotKept> {
        book.version += 1;
        self.books.keep(reference, &book, now).await
    }
}

impl<C: Clock, B: Books> PaymentProvider for Sandbox<C, B> {
    async fn perform(
        &self,
        operation: &Operation,
        context: &ProviderContext,
    ) -> Result<OperationOutcome, ProviderUnavailable> {
        let (reference, now) = (reference(operation, context), self.clock.now());
        let mut book = self.books.open(&reference).await?;
        let met = book.operations.get(&operation.key).cloned();
        if let Some(Some(outcome)) = met {
            return Ok(outcome);
        }
        let behaviour = if met.is_some() { Behaviour::Approve } else { Behaviour::of(operation, context) };
        let outcome = match behaviour {
            Behaviour::Vanish | Behaviour::Unreachable => None,
            Behaviour::Approve | Behaviour::LoseAnswer => Some(book.enter(operation, &reference, now)),
            Behaviour::Decline(code) => Some(OperationOutcome::Declined { code: code.to_owned() }),
            Behaviour::Review => Some(OperationOutcome::Review { reference: reference.clone() }),
        };
        book.operations.insert(operation.key.clone(), outcome.clone());
        match self.keep(&reference, book, now).await {
            Ok(()) => {}
            Err(error @ NotKept::Surely(_)) => return Err(unavailable(error)),
            Err(NotKept::Perhaps(_)) => return Ok(OperationOutcome::Unknown),
        }
        match (behaviour, outcome) {
            (Behaviour::Unreachable, _) => Err(unavailable("the sandbox plays dead once")),
            (Behaviour::LoseAnswer, _) | (_, None) => Ok(OperationOutcome::Unknown),
            (_, Some(outcome)) => Ok(outcome),
        }
    }

    async fn look(
        &self,
        operation: &Operation,
        context: &ProviderContext,
    ) -> Result<Option<OperationOutcome>, ProviderUnavailable> {
        let (reference, now) = (reference(operation, context), self.clock.now());
        let mut book = self.books.open(&reference).await?;
        let outcome = book.operations.get(&operation.key).cloned().flatten();
        if !matches!(outcome, Some(OperationOutcome::Review { .. })) {
            return Ok(outcome);
        }
        // Being asked is what ends a review.
        let decided = if context.token.as_ref().is_some_and(|token| token.reveal().ends_with("_declined")) {
            OperationOutcome::Declined { code: refusal(context).to_owned() }
        } else {
            book.enter(operation, &reference, now)
        };
        book.operations.insert(operation.key.clone(), Some(decided.clone()));
        self.keep(&reference, book, now).await.map_err(unavailable)?;
        Ok(Some(decided))
    }
}

/// The authorization an operation belongs to: the key it was authorized with.
fn reference(operation: &Operation, context: &ProviderContext) -> String {
    match (operation.kind, &context.reference) {
        (OperationKind::Capture | OperationKind::Void | OperationKind::Refund, Some(reference)) => {
            reference.clone()
        }
        (OperationKind::Authorize, _) | (_, None) => operation.key.clone(),
    }
}

/// How a card or a customer's credit is refused.
const fn refusal(context: &ProviderContext) -> &'static str {
    match context.method {
        PaymentMethod::PayLater => "credit_refused",
        PaymentMethod::Card
        | PaymentMethod::BankTransfer
        | PaymentMethod::ConvenienceStore
        | PaymentMethod::CashOnDelivery
        | PaymentMethod::ChannelSettled => "card_declined",
    }
}

/// What the token makes happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Behaviour {
    Approve,
    Decline(&'static str),
    Review,
    LoseAnswer,
    Vanish,
    Unreachable,
}

impl Behaviour {
    fn of(operation: &Operation, context: &ProviderContext) -> Self {
        let token =
            context.token.as_ref().and_then(|token| token.reveal().strip_prefix("tok_")).unwrap_or_default();
        let (struck, word) = match token.split_once('_') {
            Some(("capture", word)) => (OperationKind::Capture, word),
            Some(("void", word)) => (OperationKind::Void, word),
            Some(("refund", word)) => (OperationKind::Refund, word),
            _ => (OperationKind::Authorize, token),
        };
        if struck != operation.kind {
            return Self::Approve;
        }
        match word {
            "declined" => Self::Decline(refusal(context)),
            // A key ends with the number of the attempt.
            "declined_once" if operation.key.ends_with(":0") => Self::Decline(refusal(context)),
            "insufficient_funds" => Self::Decline("insufficient_funds"),
            "review" | "review_declined" => Self::Review,
            "timeout" => Self::LoseAnswer,
            "vanished" => Self::Vanish,
            "unreachable_once" => Self::Unreachable,
            _ => Self::Approve,
        }
    }
}

impl Book {
    /// Enters an operation that nothing else speaks against, if it fits what is in the book.
    fn enter(&mut self, operation: &Operation, reference: &str, now: Timestamp) -> OperationOutcome {
        let amount = operation.amount;
        if let Some(code) = self.objection(operation, now) {
            return OperationOutcome::Declined { code: code.to_owned() };
        }
        match operation.kind {
            OperationKind::Authorize => {
                self.authorized = amount;
                self.valid_until = Some(now + AUTHORIZATION_HOLDS);
            }
            OperationKind::Capture => self.captured += amount,
            OperationKind::Void => self.voided = true,
            OperationKind::Refund => self.refunded += amount,
        }
        let is_authorization = operation.kind == OperationKind::Authorize;
        OperationOutcome::Approved {
            amount,
            reference: if is_authorization { reference.to_owned() } else { operation.key.clone() },
            valid_until: self.valid_until.filter(|_| is_authorization),
        }
    }

    /// Why the operation does not fit what is in the book.
    fn objection(&self, operation: &Operation, now: Timestamp) -> Option<&'static str> {
        let amount = operation.amount;
        let rules: &[(bool, &'static str)] = match operation.kind {
            OperationKind::Authorize => &[],
            OperationKind::Capture => &[
                (self.valid_until.is_none(), "no_such_authorization"),
                (self.voided, "already_voided"),
                (self.valid_until.is_some_and(|until| until < now), "authorization_expired"),
                (self.captured + amount > self.authorized, "exceeds_authorized"),
            ],
            OperationKind::Void => &[
                (self.valid_until.is_none(), "no_such_authorization"),
                (self.voided, "already_voided"),
                (self.captured.is_positive(), "already_captured"),
            ],
            OperationKind::Refund => &[(self.refunded + amount > self.captured, "exceeds_captured")],
        };
        let amount_rule = (!amount.is_positive(), "invalid_amount");
        std::iter::once(&amount_rule).chain(rules).find(|(broken, _)| *broken).map(|(_, code)| *code)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::domain::ids::{ChannelId, MerchantId, OrderId};
    use crate::domain::money::Currency;

    #[derive(Default)]
    struct MemoryBooks(Mutex<BTreeMap<String, Book>>);

    impl Books for MemoryBooks {
        async fn open(&self, reference: &str) -> Result<Book, ProviderUnavailable> {
            Ok(self.0.lock().unwrap().get(reference).cloned().unwrap_or_default())
        }

        async fn keep(&self, reference: &str, book: &Book, _: Timestamp) -> Result<(), NotKept> {
            let mut books = self.0.lock().unwrap();
            assert_eq!(books.get(reference).map_or(0, |book| book.version) + 1, book.version);
            books.insert(reference.to_owned(), book.clone());
            Ok(())
        }
    }

    #[derive(Default)]
    struct Days(Mutex<i64>);

    impl Clock for &Days {
        fn now(&self) -> Timestamp {
            Timestamp::UNIX_EPOCH + Duration::from_hours(24 * u64::try_from(*self.0.lock().unwrap()).unwrap())
        }
    }

    /// A payment at the sandbox.
    struct Case<'a> {
        provider: Sandbox<&'a Days, MemoryBooks>,
        context: ProviderContext,
    }

    use OperationKind::{Authorize, Capture, Refund, Void};

    fn operation(kind: OperationKind, amount: i64, n: u8) -> Operation {
        let merchant = MerchantId::new("acme").unwrap();
        let payment = OrderId::of(&merchant, &ChannelId::new("shop").unwrap(), "1").payment(1);
        let key = format!("{payment}:{kind:?}:{n}");
        Operation { payment, kind, amount: Amount::new(amount), key }
    }

    impl<'a> Case<'a> {
        fn new(days: &'a Days, token: &str) -> Self {
            let context = ProviderContext {
                method: PaymentMethod::Card,
                token: Some(token.into()),
                reference: None,
                currency: Currency::Jpy,
            };
            Self { provider: Sandbox::with_books(MemoryBooks::default(), days), context }
        }

        async fn perform(&mut self, kind: OperationKind, amount: i64, n: u8) -> String {
            match self.provider.perform(&operation(kind, amount, n), &self.context).await {
                Ok(outcome) => self.told(outcome),
                Err(_) => "unavailable".to_owned(),
            }
        }

        async fn look(&mut self, kind: OperationKind, amount: i64, n: u8) -> String {
            match self.provider.look(&operation(kind, amount, n), &self.context).await.unwrap() {
                Some(outcome) => self.told(outcome),
                None => "nothing".to_owned(),
            }
        }

        /// The outcome in short; keeps the reference of an authorization, as the payment does.
        fn told(&mut self, outcome: OperationOutcome) -> String {
            match outcome {
                OperationOutcome::Approved { amount, reference, valid_until } => {
                    if valid_until.is_some() {
                        self.context.reference = Some(reference);
                    }
                    format!("approved {}", amount.units())
                }
                OperationOutcome::Declined { code } => code,
                OperationOutcome::Review { .. } => "review".to_owned(),
                OperationOutcome::Unknown => "unknown".to_owned(),
            }
        }
    }

    #[tokio::test]
    async fn a_payment_is_authorized_captured_and_given_back_within_its_books() {
        let days = Days::default();
        let mut case = Case::new(&days, "tok_visa");
        assert_eq!(case.perform(Authorize, 1_000, 0).await, "approved 1000");
        assert_eq!(case.perform(Capture, 1_001, 0).await, "exceeds_authorized");
        assert_eq!(case.perform(Capture, 900, 1).await, "approved 900");
        assert_eq!(case.perform(Void, 1_000, 0).await, "already_captured");
        assert_eq!(case.perform(Refund, 500, 0).await, "approved 500");
        assert_eq!(case.perform(Refund, 500, 1).await, "exceeds_captured");
        assert_eq!(case.perform(Refund, 400, 2).await, "approved 400");
        assert_eq!(case.perform(Refund, 0, 3).await, "invalid_amount");
    }

    #[tokio::test]
    async fn a_key_used_again_is_answered_as_the_first_time_and_does_nothing() {
        let days = Days::default();
        let mut case = Case::new(&days, "tok_visa");
        case.perform(Authorize, 1_000, 0).await;
        assert_eq!(case.perform(Capture, 1_000, 0).await, "approved 1000");
        assert_eq!(case.perform(Capture, 700, 0).await, "approved 1000");
        assert_eq!(case.look(Capture, 1_000, 0).await, "approved 1000");
        assert_eq!(case.perform(Refund, 1_000, 0).await, "approved 1000");
    }

    #[tokio::test]
    async fn an_authorization_holds_seven_days_and_not_beyond_a_void() {
        let days = Days::default();
        let mut case = Case::new(&days, "tok_visa");
        case.perform(Authorize, 1_000, 0).await;
        *days.0.lock().unwrap() = 8;
        assert_eq!(case.perform(Capture, 1_000, 0).await, "authorization_expired");
        assert_eq!(case.perform(Void, 1_000, 0).await, "approved 1000");
        assert_eq!(case.perform(Void, 1_000, 1).await, "already_voided");
        assert_eq!(case.perform(Capture, 1_000, 1).await, "already_voided");
    }

    #[tokio::test]
    async fn what_was_never_authorized_cannot_be_captured_or_voided() {
        let days = Days::default();
        let mut case = Case::new(&days, "tok_visa");
        assert_eq!(case.perform(Capture, 1_000, 0).await, "no_such_authorization");
        assert_eq!(case.perform(Void, 1_000, 0).await, "no_such_authorization");
        assert_eq!(case.look(Authorize, 1_000, 0).await, "nothing");
    }

    #[tokio::test]
    async fn every_token_does_what_the_table_says() {
        // The token, the answer, what looking it up finds then, and the answer to the same key again.
        for (token, answer, looked_up, again) in [
            ("tok_visa", "approved 1000", "approved 1000", "approved 1000"),
            ("anything", "approved 1000", "approved 1000", "approved 1000"),
            ("tok_declined", "card_declined", "card_declined", "card_declined"),
            ("tok_insufficient_funds", "insufficient_funds", "insufficient_funds", "insufficient_funds"),
            ("tok_review", "review", "approved 1000", "approved 1000"),
            ("tok_review_declined", "review", "card_declined", "card_declined"),
            ("tok_timeout", "unknown", "approved 1000", "approved 1000"),
            ("tok_vanished", "unknown", "nothing", "approved 1000"),
            ("tok_unreachable_once", "unavailable", "nothing", "approved 1000"),
        ] {
            let days = Days::default();
            let mut case = Case::new(&days, token);
            assert_eq!(case.perform(Authorize, 1_000, 0).await, answer, "{token}");
            assert_eq!(case.look(Authorize, 1_000, 0).await, looked_up, "{token}");
            assert_eq!(case.perform(Authorize, 1_000, 0).await, again, "{token}");
        }
    }

    #[tokio::test]
    async fn a_token_may_strike_another_operation() {
        let days = Days::default();
        let mut case = Case::new(&days, "tok_capture_timeout");
        assert_eq!(case.perform(Authorize, 1_000, 0).await, "approved 1000");
        assert_eq!(case.perform(Capture, 1_000, 0).await, "unknown");
        assert_eq!(case.look(Capture, 1_000, 0).await, "approved 1000");
        let mut case = Case::new(&days, "tok_refund_declined");
        case.perform(Authorize, 1_000, 0).await;
        case.perform(Capture, 1_000, 0).await;
        assert_eq!(case.perform(Refund, 1_000, 0).await, "card_declined");
    }

    #[tokio::test]
    async fn a_reviewed_authorization_can_be_captured_only_when_the_review_is_over() {
        let days = Days::default();
        let mut case = Case::new(&days, "tok_review");
        assert_eq!(case.perform(Authorize, 1_000, 0).await, "review");
        case.context.reference = Some(operation(Authorize, 1_000, 0).key);
        assert_eq!(case.perform(Capture, 1_000, 0).await, "no_such_authorization");
        assert_eq!(case.look(Authorize, 1_000, 0).await, "approved 1000");
        assert_eq!(case.perform(Capture, 1_000, 1).await, "approved 1000");
    }

    #[tokio::test]
    async fn pay_later_is_refused_as_a_credit_result() {
        let days = Days::default();
        let mut case = Case::new(&days, "tok_declined");
        case.context.method = PaymentMethod::PayLater;
        assert_eq!(case.perform(Authorize, 1_000, 0).await, "credit_refused");
    }
}

//! Mail through SES.

use std::error::Error;

use aws_sdk_ses::Client;
use aws_sdk_ses::config::retry::RetryConfig;
use aws_sdk_ses::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_ses::operation::send_raw_email::SendRawEmailError;
use aws_sdk_ses::primitives::Blob;
use aws_sdk_ses::types::RawMessage;

use crate::app::ports::{MailError, Mailer, OutgoingMail};

/// SES, with one configuration set.
#[derive(Clone)]
pub struct SesMailer {
    client: Client,
    configuration_set: String,
}

impl SesMailer {
    /// Sends with `configuration_set`. Takes the client's retries away: SES has no idempotency key,
    /// so a retry after a lost answer would send the mail twice.
    #[must_use]
    pub fn new(client: &Client, configuration_set: String) -> Self {
        let config = client.config().to_builder().retry_config(RetryConfig::disabled());
        Self { client: Client::from_conf(config.build()), configuration_set }
    }
}

impl Mailer for SesMailer {
    async fn send(&self, mail: &OutgoingMail) -> Result<String, MailError> {
        let raw = RawMessage::builder().data(Blob::new(mail.raw.clone())).build();
        let sent = self
            .client
            .send_raw_email()
            .source(&mail.from)
            .destinations(&mail.to)
            .configuration_set_name(&self.configuration_set)
            .raw_message(raw.map_err(|error| MailError::NotSent(error.into()))?)
            .send()
            .await
            .map_err(mail_error)?;
        Ok(sent.message_id().to_owned())
    }
}

/// What an error says about whether the mail went out. In doubt it is [`MailError::Unknown`]: a mail
/// that is missing shows as a ticket, a mail that came twice cannot be taken back.
#[expect(clippy::wildcard_enum_match_arm, reason = "SES may add variants; in doubt nobody knows")]
fn mail_error<R>(error: SdkError<SendRawEmailError, R>) -> MailError
where
    R: std::fmt::Debug + Send + Sync + 'static,
{
    match &error {
        SdkError::ConstructionFailure(_) => MailError::NotSent(error.into()),
        SdkError::DispatchFailure(failure) => {
            let connector = failure.as_connector_error();
            if failure.is_user() || connector.is_some_and(|error| never_connected(error)) {
                MailError::NotSent(error.into())
            } else {
                MailError::Unknown(error.into())
            }
        }
        SdkError::ServiceError(answer) => match refusal(answer.err()) {
            Answer::Refused(reason) => MailError::Refused(reason.to_owned()),
            Answer::NotNow => MailError::NotSent(code(answer.err()).into()),
            Answer::Unclear => MailError::Unknown(code(answer.err()).into()),
        },
        // The error's own text may quote it.
        SdkError::ResponseError(_) => MailError::Unknown("an answer that cannot be read".into()),
        // No answer in time, or a kind of error to come.
        _ => MailError::Unknown(error.into()),
    }
}

/// All that is told of an answer of SES, whose texts quote addresses.
fn code(error: &SendRawEmailError) -> String {
    format!("SES answers {}", error.code().unwrap_or("without a code"))
}

enum Answer {
    /// For good. Without SES's own text, which quotes addresses.
    Refused(&'static str),
    /// Surely not sent; it may be when something has changed.
    NotNow,
    /// SES itself does not say.
    Unclear,
}

#[expect(clippy::wildcard_enum_match_arm, reason = "SES may add variants; in doubt nobody knows")]
fn refusal(error: &SendRawEmailError) -> Answer {
    match error {
        SendRawEmailError::MessageRejected(_) => {
            Answer::Refused("SES rejects the content, or an address that is not verified (MessageRejected)")
        }
        // What the account lacks is no fault of the customer's address.
        SendRawEmailError::AccountSendingPausedException(_)
        | SendRawEmailError::MailFromDomainNotVerifiedException(_)
        | SendRawEmailError::ConfigurationSetDoesNotExistException(_)
        | SendRawEmailError::ConfigurationSetSendingPausedException(_) => Answer::NotNow,
        // What SES does not model. Codes are part of its contract, texts are not.
        other => match other.code() {
            Some("InvalidParameterValue" | "ValidationError") => {
                Answer::Refused("SES cannot read an address or the message (InvalidParameterValue)")
            }
            // Nothing is sent before the call is admitted: too many, or not allowed.
            Some(
                "Throttling"
                | "ThrottlingException"
                | "ServiceUnavailable"
                | "AccessDenied"
                | "AccessDeniedException"
                | "ExpiredToken"
                | "InvalidClientTokenId"
                | "SignatureDoesNotMatch",
            ) => Answer::NotNow,
            _ => Answer::Unclear,
        },
    }
}

/// Whether the connection failed before anything was sent over it.
fn never_connected(error: &(dyn Error + 'static)) -> bool {
    std::iter::successors(Some(error), |&error| error.source())
        .filter_map(|error| error.downcast_ref::<hyper_util::client::legacy::Error>())
        .any(hyper_util::client::legacy::Error::is_connect)
}

#[cfg(test)]
mod tests {
    use super::super::stub;
    use super::*;
    use crate::app::failure::chain;

    async fn send(client: &Client) -> Result<String, MailError> {
        let mail = OutgoingMail {
            from: "orders@shop.example".to_owned(),
            to: "suzuki@mail.example".to_owned(),
            raw: b"Subject: hello\r\n\r\nhello".to_vec(),
        };
        SesMailer::new(client, "juchu".to_owned()).send(&mail).await
    }

    /// What becomes of a mail at a service that answers once, and how often it was asked.
    async fn answered(status: u16, body: &'static str) -> Result<String, MailError> {
        let (aws, service) = stub::service(vec![Some((status, body))]);
        let result = send(&aws.ses()).await;
        // A retry would have found nobody, and the result would tell of that.
        assert_eq!(service.join().unwrap().len(), 1);
        result
    }

    const fn refusal_body() -> &'static str {
        "<ErrorResponse><Error><Type>Sender</Type><Code>MessageRejected</Code>\
         <Message>Email address is not verified: suzuki@mail.example</Message></Error></ErrorResponse>"
    }

    #[tokio::test]
    async fn a_mail_is_sent_with_its_configuration_set_and_known_by_its_id() {
        let body = "<SendRawEmailResponse><SendRawEmailResult><MessageId>m-1</MessageId></SendRawEmailResult>\
                    </SendRawEmailResponse>";
        let (aws, service) = stub::service(vec![Some((200, body))]);
        assert_eq!(send(&aws.ses()).await.unwrap(), "m-1");
        let asked = service.join().unwrap();
        for part in ["Action=SendRawEmail", "ConfigurationSetName=juchu", "suzuki%40mail.example"] {
            assert!(asked[0].body.contains(part), "{asked:?}");
        }
    }

    #[tokio::test]
    async fn a_rejected_mail_is_refused_without_quoting_the_address() {
        let error = answered(400, refusal_body()).await.unwrap_err();
        assert!(
            matches!(&error, MailError::Refused(reason) if reason.contains("MessageRejected")),
            "{error:?}"
        );
        assert!(!error.to_string().contains("suzuki"));
    }

    #[tokio::test]
    async fn what_was_surely_not_accepted_may_be_sent_later() {
        let denied = "<ErrorResponse><Error><Code>AccessDenied</Code>\
                      <Message>not allowed for suzuki@mail.example</Message></Error></ErrorResponse>";
        let error = answered(400, denied).await.unwrap_err();
        assert!(matches!(error, MailError::NotSent(_)), "{error:?}");
        assert_eq!(chain(&error), "the mail service is unavailable: SES answers AccessDenied");
        let throttled = "<ErrorResponse><Error><Code>Throttling</Code></Error></ErrorResponse>";
        let unverified =
            "<ErrorResponse><Error><Code>MailFromDomainNotVerifiedException</Code></Error></ErrorResponse>";
        for body in [throttled, unverified] {
            assert!(matches!(answered(400, body).await, Err(MailError::NotSent(_))), "{body}");
        }
        assert!(matches!(send(&stub::nobody().ses()).await, Err(MailError::NotSent(_))));
    }

    #[tokio::test]
    async fn an_answer_that_is_lost_or_unclear_leaves_the_mail_unknown_and_is_not_tried_again() {
        let broken = "<ErrorResponse><Error><Code>InternalFailure</Code>\
                      <Message>while sending to suzuki@mail.example</Message></Error></ErrorResponse>";
        let error = answered(500, broken).await.unwrap_err();
        assert!(matches!(error, MailError::Unknown(_)), "{error:?}");
        assert_eq!(chain(&error), "the mail service did not answer: SES answers InternalFailure");
        let error = answered(200, "suzuki@mail.example").await.unwrap_err();
        assert!(matches!(error, MailError::Unknown(_)), "{error:?}");
        assert!(!format!("{error:?}").contains("suzuki"));
        let (aws, service) = stub::service(vec![None]);
        assert!(matches!(send(&aws.ses()).await, Err(MailError::Unknown(_))));
        service.join().unwrap();
    }
}

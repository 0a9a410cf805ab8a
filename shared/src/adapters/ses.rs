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
            Answer::NotNow => MailError::NotSent(error.into()),
            Answer::Unclear => MailError::Unknown(error.into()),
        },
        // No answer in time, an answer that cannot be read, or a kind of error to come.
        _ => MailError::Unknown(error.into()),
    }
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
        SendRawEmailError::MailFromDomainNotVerifiedException(_) => {
            Answer::Refused("the sender's MAIL FROM domain is not verified (MailFromDomainNotVerified)")
        }
        SendRawEmailError::AccountSendingPausedException(_)
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

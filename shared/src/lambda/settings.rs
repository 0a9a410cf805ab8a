//! The settings of a function: its environment, read once at start.
//!
//! | variable | what | functions |
//! |---|---|---|
//! | `TABLE_NAME` | the table | all but `relay-events` |
//! | `ARCHIVE_BUCKET` | raw payloads, shipping instructions | `receive-order`, `take-upload`, `release-order` |
//! | `WAREHOUSE_QUEUE_URL` | what the warehouse is told | `release-order` |
//! | `CHANNEL_REPORTS_QUEUE_URL` | what the channels' integrations are told | `report-channel` |
//! | `DEAD_LETTER_QUEUE_URL` | where the function parks what can never succeed | the stages, `relay-events` |
//! | `QUEUE_URL_VALIDATE_ORDER`, … | the queue of each stage | `relay-events` |
//! | `MAIL_DOMAIN` | the domain all mails come from | `manage-merchant` |
//! | `MAIL_CONFIGURATION_SET` | the SES configuration set | `notify-customer` |
//! | `PAYMENT_PROVIDER` | `sandbox` | `collect-payment` |
//! | `RUST_LOG` | log filter, such as `info,juchu=debug` | all |
//! | `METRICS_NAMESPACE` | namespace of the metrics: the stack's name | all |
//! | `AWS_REGION`, `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN` | given by Lambda | all |
//! | `AWS_ENDPOINT_URL` | a local AWS instead of the real one | local only |

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;

use crate::app::message::Stage;

/// What is wrong with a setting.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// It is not set, or empty.
    #[error("the environment variable {0} is missing; infra/template.yaml sets it for this function")]
    Missing(String),
    /// Its value cannot be used.
    #[error("the environment variable {name} must be {expected}")]
    Invalid {
        /// Which variable.
        name: &'static str,
        /// What it must be.
        expected: &'static str,
    },
}

/// Who authorizes, captures, voids and refunds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProviderName {
    /// [`crate::adapters::sandbox`].
    Sandbox,
}

/// Where AWS is and who we are there. Without `Debug`: it holds the secret key.
#[derive(Clone)]
pub struct AwsSettings {
    /// The region.
    pub region: String,
    /// The access key's id.
    pub access_key_id: String,
    /// The secret key.
    pub secret_access_key: String,
    /// The session's token; Lambda always gives one, a local AWS none.
    pub session_token: Option<String>,
    /// A local AWS instead of the real one. Plain HTTP only to this machine or its private network.
    pub endpoint: Option<String>,
}

/// The environment as it was at start. Without `Debug`: it holds secrets.
pub struct Settings {
    values: HashMap<String, String>,
}

impl Settings {
    /// Reads the process's environment: the only place that does.
    #[must_use]
    pub fn from_environment() -> Self {
        // Not `vars()`, which panics at a variable that is not Unicode; no variable of ours is one.
        let text = |text: std::ffi::OsString| text.into_string().ok();
        Self::new(std::env::vars_os().filter_map(|(name, value)| Some((text(name)?, text(value)?))))
    }

    /// Settings from somewhere else than the environment.
    pub fn new(values: impl IntoIterator<Item = (String, String)>) -> Self {
        Self { values: values.into_iter().filter(|(_, value)| !value.is_empty()).collect() }
    }

    fn optional(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    fn required(&self, name: &str) -> Result<String, SettingsError> {
        self.values.get(name).cloned().ok_or_else(|| SettingsError::Missing(name.to_owned()))
    }

    /// The table's name.
    ///
    /// # Errors
    /// [`SettingsError`] naming the variable, as in all of these.
    pub fn table(&self) -> Result<String, SettingsError> {
        self.required("TABLE_NAME")
    }

    /// The bucket of raw payloads and documents.
    ///
    /// # Errors
    /// [`SettingsError`].
    pub fn archive_bucket(&self) -> Result<String, SettingsError> {
        self.required("ARCHIVE_BUCKET")
    }

    /// The warehouse's queue.
    ///
    /// # Errors
    /// [`SettingsError`].
    pub fn warehouse_queue(&self) -> Result<String, SettingsError> {
        self.required("WAREHOUSE_QUEUE_URL")
    }

    /// The queue of the channels' integrations.
    ///
    /// # Errors
    /// [`SettingsError`].
    pub fn channel_reports_queue(&self) -> Result<String, SettingsError> {
        self.required("CHANNEL_REPORTS_QUEUE_URL")
    }

    /// The function's own dead letter queue.
    ///
    /// # Errors
    /// [`SettingsError`].
    pub fn dead_letter_queue(&self) -> Result<String, SettingsError> {
        self.required("DEAD_LETTER_QUEUE_URL")
    }

    /// The queue of every stage.
    ///
    /// # Errors
    /// [`SettingsError`] for the first that is missing.
    pub fn stage_queues(&self) -> Result<BTreeMap<Stage, String>, SettingsError> {
        Stage::ALL.into_iter().map(|stage| Ok((stage, self.required(&queue_variable(stage))?))).collect()
    }

    /// The domain all mails come from: the mail service sends for no other.
    ///
    /// # Errors
    /// [`SettingsError`].
    pub fn mail_domain(&self) -> Result<String, SettingsError> {
        self.required("MAIL_DOMAIN")
    }

    /// The SES configuration set mails are sent with.
    ///
    /// # Errors
    /// [`SettingsError`].
    pub fn mail_configuration_set(&self) -> Result<String, SettingsError> {
        self.required("MAIL_CONFIGURATION_SET")
    }

    /// The payment provider.
    ///
    /// # Errors
    /// [`SettingsError`], also for a provider there is no adapter for.
    pub fn payment_provider(&self) -> Result<ProviderName, SettingsError> {
        match self.required("PAYMENT_PROVIDER")?.as_str() {
            "sandbox" => Ok(ProviderName::Sandbox),
            _ => Err(SettingsError::Invalid { name: "PAYMENT_PROVIDER", expected: "`sandbox`" }),
        }
    }

    /// The log filter; `info` unless set.
    #[must_use]
    pub fn log_filter(&self) -> &str {
        self.optional("RUST_LOG").unwrap_or("info")
    }

    /// The namespace of the metrics; `juchu` unless set.
    #[must_use]
    pub fn metrics_namespace(&self) -> &str {
        self.optional("METRICS_NAMESPACE").unwrap_or("juchu")
    }

    /// Where AWS is and who we are there.
    ///
    /// # Errors
    /// [`SettingsError`], also for an endpoint that would send the credentials in the clear.
    pub fn aws(&self) -> Result<AwsSettings, SettingsError> {
        let endpoint = self.optional("AWS_ENDPOINT_URL");
        if !endpoint.is_none_or(is_safe) {
            return Err(SettingsError::Invalid {
                name: "AWS_ENDPOINT_URL",
                expected: "an https URL, or an http URL of this machine or its private network",
            });
        }
        Ok(AwsSettings {
            region: self.required("AWS_REGION")?,
            access_key_id: self.required("AWS_ACCESS_KEY_ID")?,
            secret_access_key: self.required("AWS_SECRET_ACCESS_KEY")?,
            session_token: self.optional("AWS_SESSION_TOKEN").map(str::to_owned),
            endpoint: endpoint.map(str::to_owned),
        })
    }
}

/// The variable that holds the queue of `stage`: `QUEUE_URL_VALIDATE_ORDER`.
#[must_use]
pub fn queue_variable(stage: Stage) -> String {
    format!("QUEUE_URL_{}", stage.name().replace('-', "_").to_ascii_uppercase())
}

/// Whether requests to this endpoint cannot be read on the way.
fn is_safe(endpoint: &str) -> bool {
    let Ok(uri) = endpoint.parse::<http::Uri>() else { return false };
    match (uri.scheme_str(), uri.host()) {
        (Some("https"), Some(_)) => true,
        (Some("http"), Some(host)) => is_local(host),
        _ => false,
    }
}

/// This machine, a container beside it, or an address of a private network. LocalStack's public
/// name resolves to the first.
fn is_local(host: &str) -> bool {
    match host.trim_matches(['[', ']']).parse::<IpAddr>() {
        Ok(IpAddr::V4(ip)) => ip.is_loopback() || ip.is_private(),
        Ok(IpAddr::V6(ip)) => ip.is_loopback() || ip.is_unique_local(),
        Err(_) => !host.contains('.') || host.ends_with(".localhost") || host == "localhost.localstack.cloud",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(values: &[(&str, &str)]) -> Settings {
        Settings::new(values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
    }

    fn aws(endpoint: &str) -> Result<AwsSettings, SettingsError> {
        settings(&[
            ("AWS_REGION", "ap-northeast-1"),
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
            ("AWS_ENDPOINT_URL", endpoint),
        ])
        .aws()
    }

    #[test]
    fn a_missing_or_empty_setting_is_named() {
        let settings = settings(&[("ARCHIVE_BUCKET", "")]);
        assert_eq!(settings.table(), Err(SettingsError::Missing("TABLE_NAME".to_owned())));
        assert_eq!(settings.archive_bucket(), Err(SettingsError::Missing("ARCHIVE_BUCKET".to_owned())));
        assert!(settings.table().unwrap_err().to_string().contains("TABLE_NAME"));
    }

    #[test]
    fn every_stage_has_a_queue_variable_of_its_own() {
        let values = Stage::ALL.map(|stage| (queue_variable(stage), format!("http://q/{}", stage.name())));
        let queues = Settings::new(values.clone()).stage_queues().unwrap();
        assert_eq!(queues.len(), Stage::ALL.len());
        assert_eq!(queues.get(&Stage::PostSales).unwrap(), "http://q/post-sales");

        let [_, rest @ ..] = values;
        assert_eq!(
            Settings::new(rest).stage_queues(),
            Err(SettingsError::Missing("QUEUE_URL_TAKE_UPLOAD".to_owned()))
        );
    }

    #[test]
    fn credentials_never_go_in_the_clear_to_a_public_address() {
        for local in [
            "http://127.0.0.1:4566",
            "http://localhost:4566/",
            "http://[::1]:4566",
            "http://172.17.0.2:4566",
            "http://localstack:4566",
            "http://localhost.localstack.cloud:4566",
            "https://vpce-1.dynamodb.ap-northeast-1.vpce.amazonaws.com",
        ] {
            assert_eq!(aws(local).unwrap().endpoint.as_deref(), Some(local));
        }
        for bad in ["http://example.com", "http://8.8.8.8:80", "ftp://127.0.0.1", "127.0.0.1:4566", "…"] {
            assert!(
                matches!(aws(bad), Err(SettingsError::Invalid { name: "AWS_ENDPOINT_URL", .. })),
                "{bad}"
            );
        }
        assert!(aws("").unwrap().endpoint.is_none());
    }

    #[test]
    fn an_unknown_payment_provider_is_refused_at_start() {
        assert_eq!(
            settings(&[("PAYMENT_PROVIDER", "sandbox")]).payment_provider(),
            Ok(ProviderName::Sandbox)
        );
        assert!(settings(&[("PAYMENT_PROVIDER", "stripe")]).payment_provider().is_err());
    }
}

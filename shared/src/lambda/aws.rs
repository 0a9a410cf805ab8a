//! The AWS clients, built by hand so that a cold start pays only for what a function uses: no
//! profile files, no system trust store, no default credential chain (ADR 0005).

use std::time::Duration;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_http_client::{Builder, HttpClientError};
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SdkConfig;
use aws_types::app_name::AppName;
use aws_types::region::Region;

use super::settings::AwsSettings;

/// The certificates every AWS endpoint's certificate leads to.
const AMAZON_ROOTS: &[u8] = include_bytes!("amazon_roots.pem");

/// How long a connection may take to open.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);
/// How long an answer may take to begin.
const READ_TIMEOUT: Duration = Duration::from_secs(2);
/// How long one attempt may take.
const ATTEMPT_TIMEOUT: Duration = Duration::from_millis(2_500);
/// How long a call may take with its retries: below the functions' shortest timeout, 10 s, so that
/// the first call that hangs is reported. A second one gets the function killed, which does no harm:
/// whatever it was doing comes again.
const OPERATION_TIMEOUT: Duration = Duration::from_secs(6);
/// How often a call is tried.
const ATTEMPTS: u32 = 3;
/// How long the function may warm up before it starts without.
const WARM_UP_TIMEOUT: Duration = Duration::from_secs(1);

/// What all clients share: the region, the credentials, the timeouts and one pool of connections.
pub struct Aws {
    config: SdkConfig,
    is_local: bool,
}

impl Aws {
    /// Prepares the clients; nothing is connected yet.
    ///
    /// # Errors
    /// When the TLS stack does not take the embedded certificates.
    pub fn new(settings: &AwsSettings) -> Result<Self, HttpClientError> {
        // Fixed for the life of the process: Lambda starts a new one before they expire.
        let credentials = Credentials::new(
            settings.access_key_id.clone(),
            settings.secret_access_key.clone(),
            settings.session_token.clone(),
            None,
            "lambda",
        );
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .read_timeout(READ_TIMEOUT)
            .operation_attempt_timeout(ATTEMPT_TIMEOUT)
            .operation_timeout(OPERATION_TIMEOUT);
        let retries = RetryConfig::standard()
            .with_max_attempts(ATTEMPTS)
            .with_initial_backoff(Duration::from_millis(50))
            .with_max_backoff(Duration::from_millis(500));
        let trust = TrustStore::empty().with_pem_certificate(AMAZON_ROOTS);
        let http = Builder::new()
            .tls_provider(Provider::rustls(CryptoMode::Ring))
            .tls_context(TlsContext::builder().with_trust_store(trust).build()?);
        let mut config = SdkConfig::builder()
            .behavior_version(aws_sdk_dynamodb::config::BehaviorVersion::v2026_01_12())
            .region(Region::new(settings.region.clone()))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .timeout_config(timeouts.build())
            .retry_config(retries)
            .http_client(http.build_https());
        config.set_app_name(AppName::new("juchu").ok());
        config.set_endpoint_url(settings.endpoint.clone());
        Ok(Self { config: config.build(), is_local: settings.endpoint.is_some() })
    }

    /// A client of the table.
    #[must_use]
    pub fn dynamodb(&self) -> aws_sdk_dynamodb::Client {
        aws_sdk_dynamodb::Client::new(&self.config)
    }

    /// A client of the queues.
    #[must_use]
    pub fn sqs(&self) -> aws_sdk_sqs::Client {
        aws_sdk_sqs::Client::new(&self.config)
    }

    /// A client of the buckets.
    #[must_use]
    pub fn s3(&self) -> aws_sdk_s3::Client {
        // A local AWS has no name per bucket.
        let config = aws_sdk_s3::config::Builder::from(&self.config).force_path_style(self.is_local);
        aws_sdk_s3::Client::from_conf(config.build())
    }

    /// A client of the mail service.
    #[must_use]
    pub fn ses(&self) -> aws_sdk_ses::Client {
        aws_sdk_ses::Client::new(&self.config)
    }
}

/// Opens the first connection to the table, so that the first order does not wait for it: reads an
/// item that never exists, for half a read unit, because only a real call also warms the signer and
/// is within every function's policy. It cannot fail; without a network it gives up after a second.
///
/// S3 and SES have no call that is both allowed to the functions and without effect. They share the
/// TLS stack this warms; what remains to them is one handshake.
pub async fn warm_up_table(client: &aws_sdk_dynamodb::Client, table: &str) {
    let nothing = || AttributeValue::S("WARM#UP".to_owned());
    let call = client.get_item().table_name(table).key("pk", nothing()).key("sk", nothing()).send();
    if !matches!(tokio::time::timeout(WARM_UP_TIMEOUT, call).await, Ok(Ok(_))) {
        tracing::debug!("the table could not be reached while starting");
    }
}

/// Opens the first connection to the queues, for the function that has no table: sends an empty
/// batch, which SQS refuses without any effect. It cannot fail.
pub async fn warm_up_queue(client: &aws_sdk_sqs::Client, queue_url: &str) {
    let call = client.send_message_batch().queue_url(queue_url).set_entries(Some(Vec::new())).send();
    if tokio::time::timeout(WARM_UP_TIMEOUT, call).await.is_err() {
        tracing::debug!("the queue could not be reached while starting");
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use sha2::{Digest, Sha256};

    use super::*;

    /// Name, expiry and SHA-256 fingerprint, as published by Amazon Trust Services.
    const PUBLISHED: [(&str, &str, &str); 5] = [
        (
            "Amazon Root CA 1",
            "380117000000Z",
            "8ecde6884f3d87b1125ba31ac3fcb13d7016de7f57cc904fe1cb97c6ae98196e",
        ),
        (
            "Amazon Root CA 2",
            "400526000000Z",
            "1ba5b2aa8c65401a82960118f80bec4f62304d83cec4713a19c39c011ea46db4",
        ),
        (
            "Amazon Root CA 3",
            "400526000000Z",
            "18ce6cfe7bf14e60b2e347b8dfe868cb31d02ebb3ada271569f50343b46db3a4",
        ),
        (
            "Amazon Root CA 4",
            "400526000000Z",
            "e35d28419ed02025cfa69038cd623962458da5c695fbdea3c22b0bfb25897092",
        ),
        (
            "Starfield Services Root Certificate Authority - G2",
            "371231235959Z",
            "568d6905a2c88708a4b3025190edcfedb1974a606a13c6e5290fcb2ae63edab5",
        ),
    ];

    fn certificates() -> Vec<Vec<u8>> {
        let pem = std::str::from_utf8(AMAZON_ROOTS).unwrap();
        pem.split("-----BEGIN CERTIFICATE-----")
            .skip(1)
            .map(|rest| {
                let text = rest.split("-----END CERTIFICATE-----").next().unwrap();
                STANDARD.decode(text.replace('\n', "")).unwrap()
            })
            .collect()
    }

    /// Splits the first DER element off: (its content, what follows it).
    fn element(der: &[u8]) -> (&[u8], &[u8]) {
        let (length, header) = match der[1] {
            short @ 0..0x80 => (usize::from(short), 2),
            long => {
                let bytes = usize::from(long & 0x7f);
                (der[2..2 + bytes].iter().fold(0, |n, byte| n << 8 | usize::from(*byte)), 2 + bytes)
            }
        };
        (&der[header..header + length], &der[header + length..])
    }

    /// The end of the validity and the subject, both as DER content.
    fn expiry_and_subject(der: &[u8]) -> (&[u8], &[u8]) {
        let mut rest = element(element(der).0).0;
        for _ in ["version", "serial", "signature", "issuer"] {
            rest = element(rest).1;
        }
        let (validity, rest) = element(rest);
        (element(element(validity).1).0, element(rest).0)
    }

    #[test]
    fn the_embedded_roots_are_amazons_five_and_none_expires_before_the_end_of_2037() {
        let certificates = certificates();
        assert_eq!(certificates.len(), PUBLISHED.len());
        for (der, (name, until, fingerprint)) in certificates.iter().zip(PUBLISHED) {
            let (expiry, subject) = expiry_and_subject(der);
            assert!(subject.ends_with(name.as_bytes()), "{name}");
            assert_eq!(std::str::from_utf8(expiry).unwrap(), until, "{name}");
            assert_eq!(hex::encode(Sha256::digest(der)), fingerprint, "{name}");
        }
    }

    fn aws(endpoint: Option<&str>) -> Aws {
        Aws::new(&AwsSettings {
            region: "ap-northeast-1".to_owned(),
            access_key_id: "test".to_owned(),
            secret_access_key: "test".to_owned(),
            session_token: None,
            endpoint: endpoint.map(str::to_owned),
        })
        .unwrap()
    }

    #[tokio::test]
    async fn warming_up_without_a_network_neither_fails_nor_waits() {
        // Port 9 of this machine: nobody listens there.
        let aws = aws(Some("http://127.0.0.1:9"));
        let begun = std::time::Instant::now();
        warm_up_table(&aws.dynamodb(), "juchu").await;
        warm_up_queue(&aws.sqs(), "http://127.0.0.1:9/queue").await;
        assert!(begun.elapsed() < WARM_UP_TIMEOUT * 3);
    }

    #[tokio::test]
    async fn the_tls_stack_takes_the_embedded_roots() {
        // The certificates are parsed when the first call picks its connector.
        let aws = aws(Some("https://127.0.0.1:9"));
        warm_up_table(&aws.dynamodb(), "juchu").await;
    }

    #[test]
    fn a_call_with_all_its_retries_ends_before_the_shortest_function_timeout() {
        assert!(CONNECT_TIMEOUT < ATTEMPT_TIMEOUT && READ_TIMEOUT < ATTEMPT_TIMEOUT);
        assert!(ATTEMPT_TIMEOUT < OPERATION_TIMEOUT && OPERATION_TIMEOUT < Duration::from_secs(10));
    }
}

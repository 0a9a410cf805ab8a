//! The archive in a bucket.

use aws_sdk_s3::Client;
use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::primitives::ByteStream;

use crate::app::ports::{Archive, Unavailable};

/// The archive in one bucket.
#[derive(Clone)]
pub struct S3Archive {
    client: Client,
    bucket: String,
}

impl S3Archive {
    /// The archive in `bucket`.
    #[must_use]
    pub const fn new(client: Client, bucket: String) -> Self {
        Self { client, bucket }
    }
}

impl Archive for S3Archive {
    async fn keep(&self, key: &str, body: &[u8]) -> Result<(), Unavailable> {
        let call = self.client.put_object().bucket(&self.bucket).key(key).content_type(media_type(key));
        let kept = call.body(ByteStream::from(body.to_vec())).send().await;
        kept.map_err(unavailable)?;
        Ok(())
    }

    async fn read(&self, key: &str, (from, until): (u64, u64)) -> Result<Option<Vec<u8>>, Unavailable> {
        if from >= until {
            return Ok(Some(Vec::new()));
        }
        let call = self.client.get_object().bucket(&self.bucket).key(key);
        let got = match call.range(format!("bytes={from}-{}", until - 1)).send().await {
            Ok(got) => got,
            Err(error) if error.code() == Some("NoSuchKey") => return Ok(None),
            // It ends before.
            Err(error) if error.code() == Some("InvalidRange") => return Ok(Some(Vec::new())),
            Err(error) => return Err(unavailable(error)),
        };
        Ok(Some(got.body.collect().await.map_err(unavailable)?.to_vec()))
    }
}

fn unavailable(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Unavailable {
    Unavailable { what: "the archive", source: error.into() }
}

/// What a browser may take the document for.
fn media_type(key: &str) -> &'static str {
    match key.rsplit_once('.') {
        Some((_, "json")) => "application/json",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::super::stub;
    use super::*;

    #[tokio::test]
    async fn a_document_is_kept_under_its_key() {
        let (aws, service) = stub::service(vec![Some((200, ""))]);
        let archive = S3Archive::new(aws.s3(), "archive".to_owned());
        archive.keep("instructions/acme/o-1-S1.json", b"{\"schema\":1}").await.unwrap();
        let asked = service.join().unwrap();
        assert!(asked[0].line.starts_with("put /archive/instructions/acme/o-1-s1.json"), "{asked:?}");
        assert!(asked[0].headers.contains("content-type: application/json"));
        assert!(asked[0].body.contains("{\"schema\":1}"));
    }

    #[tokio::test]
    async fn a_part_of_a_document_is_asked_for_by_its_bytes() {
        let missing = "<Error><Code>NoSuchKey</Code></Error>";
        let (aws, service) = stub::service(vec![Some((206, "part")), Some((404, missing))]);
        let archive = S3Archive::new(aws.s3(), "archive".to_owned());
        assert_eq!(archive.read("payloads/1", (10, 14)).await.unwrap().as_deref(), Some(&b"part"[..]));
        assert_eq!(archive.read("payloads/2", (0, 4)).await.unwrap(), None);
        let asked = service.join().unwrap();
        assert!(asked[0].headers.contains("range: bytes=10-13"), "{asked:?}");
    }

    #[tokio::test]
    async fn a_bucket_out_of_reach_is_unavailable() {
        let archive = S3Archive::new(stub::nobody().s3(), "archive".to_owned());
        assert_eq!(archive.keep("k", b"").await.unwrap_err().to_string(), "the archive is unavailable");
    }
}

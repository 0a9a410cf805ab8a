//! The archive in a bucket.

use aws_sdk_s3::Client;
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
        kept.map_err(|error| Unavailable { what: "the archive", source: error.into() })?;
        Ok(())
    }
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
    async fn a_bucket_out_of_reach_is_unavailable() {
        let archive = S3Archive::new(stub::nobody().s3(), "archive".to_owned());
        assert_eq!(archive.keep("k", b"").await.unwrap_err().to_string(), "the archive is unavailable");
    }
}

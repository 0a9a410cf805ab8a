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

//! How a channel proves that a request is its own. Comparisons take the same time wherever the
//! first difference is.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hmac::{Hmac, KeyInit, Mac};
use http::HeaderMap;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq as _;

use crate::domain::merchant::{ChannelKind, ChannelSecret};

/// The header an API key comes in.
pub const API_KEY_HEADER: &str = "x-api-key";

/// Why a request is not proven to be the channel's own. Both are HTTP 401.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unproven {
    /// The proof is missing.
    #[error("the header `{header}` is missing")]
    Missing {
        /// Where it belongs.
        header: &'static str,
    },
    /// The proof is wrong.
    #[error("the header `{header}` does not prove that the request is this channel's own")]
    Wrong {
        /// Where it was found.
        header: &'static str,
    },
}

/// Checks that the holder of `secret` sent the request: an API key by its hash, a signature over
/// the raw body in the header of the channel's platform.
///
/// # Errors
/// [`Unproven`], when the proof is missing or wrong.
pub fn check(
    kind: ChannelKind,
    secret: &ChannelSecret,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<(), Unproven> {
    let header = match secret {
        ChannelSecret::ApiKey { .. } => API_KEY_HEADER,
        ChannelSecret::Unset if !kind.signs() => API_KEY_HEADER,
        ChannelSecret::Signature { .. } | ChannelSecret::Unset => signature_header(kind),
    };
    let proof = headers.get(header).ok_or(Unproven::Missing { header })?.as_bytes();
    let proven = match secret {
        ChannelSecret::ApiKey { sha256 } => is_key(sha256, proof),
        ChannelSecret::Signature { secret } => {
            decoded(kind, proof).is_some_and(|proof| is_signature(secret, body, &proof))
        }
        ChannelSecret::Unset => false,
    };
    if proven { Ok(()) } else { Err(Unproven::Wrong { header }) }
}

/// The header of a platform's signature, which is the HMAC-SHA256 of the raw body.
const fn signature_header(kind: ChannelKind) -> &'static str {
    match kind {
        ChannelKind::Shopify => "x-shopify-hmac-sha256",
        ChannelKind::WooCommerce => "x-wc-webhook-signature",
        ChannelKind::EcCube => "x-eccube-signature",
        ChannelKind::Json
        | ChannelKind::Csv
        | ChannelKind::Manual
        | ChannelKind::Rakuten
        | ChannelKind::Yahoo
        | ChannelKind::Amazon
        | ChannelKind::Base
        | ChannelKind::NextEngine
        | ChannelKind::Logiless => "x-juchu-hmac-sha256",
    }
}

/// The bytes of a signature: EC-CUBE writes them in hex, everybody else in base64.
fn decoded(kind: ChannelKind, signature: &[u8]) -> Option<Vec<u8>> {
    match kind {
        ChannelKind::EcCube => hex::decode(signature).ok(),
        ChannelKind::Json
        | ChannelKind::Csv
        | ChannelKind::Manual
        | ChannelKind::Shopify
        | ChannelKind::Rakuten
        | ChannelKind::Yahoo
        | ChannelKind::Amazon
        | ChannelKind::WooCommerce
        | ChannelKind::Base
        | ChannelKind::NextEngine
        | ChannelKind::Logiless => BASE64.decode(signature).ok(),
    }
}

/// What is kept of an API key: its SHA-256, in hex.
#[must_use]
pub fn key_hash(key: &str) -> String {
    hex::encode(Sha256::digest(key))
}

/// The base64 HMAC-SHA256 of `body`, as a channel signs it; empty when `secret` is, which proves
/// nothing.
#[must_use]
pub fn sign(secret: &str, body: &[u8]) -> String {
    mac(secret, body).map(|mac| BASE64.encode(mac.finalize().into_bytes())).unwrap_or_default()
}

fn is_key(sha256: &str, key: &[u8]) -> bool {
    let expected = hex::decode(sha256).unwrap_or_default();
    Sha256::digest(key).as_slice().ct_eq(&expected).into()
}

fn is_signature(secret: &str, body: &[u8], signature: &[u8]) -> bool {
    mac(secret, body).is_some_and(|mac| mac.verify_slice(signature).is_ok())
}

/// With an empty secret anybody could sign, so there is no MAC of one.
fn mac(secret: &str, body: &[u8]) -> Option<Hmac<Sha256>> {
    let secret = Some(secret).filter(|secret| !secret.is_empty())?;
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).ok()?;
    mac.update(body);
    Some(mac)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHOPIFY: &str = "x-shopify-hmac-sha256";

    fn signed_with(secret: &str) -> ChannelSecret {
        ChannelSecret::Signature { secret: secret.into() }
    }

    fn headers(name: &'static str, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(http::HeaderName::from_static(name), value.parse().unwrap())])
    }

    fn shopify(secret: &str, signature: &str, body: &[u8]) -> Result<(), Unproven> {
        check(ChannelKind::Shopify, &signed_with(secret), &headers(SHOPIFY, signature), body)
    }

    #[test]
    fn a_known_signature_is_accepted_and_every_other_refused() {
        // RFC 4231, test case 2.
        let signature = BASE64
            .encode(hex::decode("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843").unwrap());
        let body = b"what do ya want for nothing?";
        let wrong = Err(Unproven::Wrong { header: SHOPIFY });
        assert_eq!(sign("Jefe", body), signature);
        assert_eq!(shopify("Jefe", &signature, body), Ok(()));
        assert_eq!(shopify("Jefe", &signature, b"what do ya want for nothing"), wrong);
        assert_eq!(shopify("jefe", &signature, body), wrong);
        for bad in ["", "AAAA", "not base64", &signature[..43], &format!("{signature}AAAA")] {
            assert_eq!(shopify("Jefe", bad, body), wrong, "{bad:?}");
        }
    }

    #[test]
    fn an_empty_secret_proves_nothing() {
        let signature = BASE64
            .encode(Hmac::<Sha256>::new_from_slice(b"").unwrap().chain_update(b"{}").finalize().into_bytes());
        assert_eq!(shopify("", &signature, b"{}"), Err(Unproven::Wrong { header: SHOPIFY }));
        let no_hash = ChannelSecret::ApiKey { sha256: String::new() };
        let proof = headers(API_KEY_HEADER, "");
        assert!(check(ChannelKind::Json, &no_hash, &proof, b"").is_err());
    }

    #[test]
    fn a_channel_without_a_secret_takes_nothing() {
        let proof = headers(API_KEY_HEADER, "");
        assert!(check(ChannelKind::Json, &ChannelSecret::Unset, &proof, b"").is_err());
        let proof = headers(SHOPIFY, "");
        assert!(check(ChannelKind::Shopify, &ChannelSecret::Unset, &proof, b"").is_err());
    }

    #[test]
    fn an_api_key_is_checked_by_its_hash() {
        let secret = ChannelSecret::ApiKey { sha256: key_hash("k-123") };
        let key = |key| check(ChannelKind::Json, &secret, &headers(API_KEY_HEADER, key), b"{}");
        assert_eq!(key("k-123"), Ok(()));
        let wrong = Err(Unproven::Wrong { header: API_KEY_HEADER });
        assert_eq!(key("k-124"), wrong);
        assert_eq!(key(&key_hash("k-123")), wrong, "the hash is not the key");
    }

    #[test]
    fn a_missing_header_is_named() {
        let none = HeaderMap::new();
        assert_eq!(
            check(ChannelKind::Shopify, &signed_with("s"), &none, b"{}"),
            Err(Unproven::Missing { header: SHOPIFY })
        );
        let key = ChannelSecret::ApiKey { sha256: key_hash("k") };
        assert_eq!(
            check(ChannelKind::Json, &key, &none, b"{}"),
            Err(Unproven::Missing { header: API_KEY_HEADER })
        );
    }
}

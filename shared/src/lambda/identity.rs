//! Who asks: what the gateway verified, in our terms. Whether they may is for `app::access`.

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};

use super::http::{Claims, Problem, Request};
use crate::app::access::{Principal, Role, Scope};
use crate::app::idempotency::Repeatable;
use crate::app::operate_order::Caller;
use crate::domain::ids::MerchantId;

/// The member of staff who asks.
///
/// # Errors
/// 401 when the gateway verified nobody.
pub fn principal(request: &Request) -> Result<Principal, Problem> {
    let Claims { subject, groups, merchants } = request.claims()?;
    // A group or merchant we do not know gives no right, and takes none.
    let roles: BTreeSet<Role> = groups.into_iter().filter_map(Role::from_name).collect();
    let scope = if merchants.contains(&"*") {
        Scope::All
    } else {
        Scope::Of(merchants.into_iter().filter_map(|id| MerchantId::new(id).ok()).collect())
    };
    Ok(Principal { subject: subject.to_owned(), roles, scope })
}

/// The member of staff who asks, with what makes the request traceable and repeatable.
///
/// # Errors
/// 401 when the gateway verified nobody, 400 or 413 when the request cannot be read.
pub fn caller(request: &Request) -> Result<Caller, Problem> {
    let principal = principal(request)?;
    let repeatable = repeatable(request, &principal.subject)?;
    Ok(Caller { principal, correlation: request.correlation().to_owned(), repeatable })
}

/// The request as one that may be repeated, if it carries an `Idempotency-Key`. Keys of different
/// callers and routes are different keys.
///
/// # Errors
/// 400 or 413 when the key or the body cannot be read.
pub fn repeatable(request: &Request, who: &str) -> Result<Option<Repeatable>, Problem> {
    let Some(key) = request.idempotency_key()?.or_else(|| delivery_id(request)) else { return Ok(None) };
    let route = request.route();
    let key = digest([who.as_bytes(), route.as_bytes(), key.as_bytes()]);
    let path = request.raw_path();
    let request = digest([path.as_bytes(), &request.body()?]);
    Ok(Some(Repeatable { key, request }))
}

/// The id a platform gives each delivery of a webhook: it repeats the same one with the same id.
fn delivery_id(request: &Request) -> Option<&str> {
    let ids = ["x-shopify-webhook-id", "x-wc-webhook-delivery-id"].into_iter();
    ids.filter_map(|name| request.header(name)).find(|id| (1..=128).contains(&id.len()))
}

/// The SHA-256 of a payload, in hex: the same payload is the same document, and the same upload.
#[must_use]
pub fn payload_digest(payload: &[u8]) -> String {
    hex::encode(Sha256::digest(payload))
}

/// SHA-256 in hex over `parts`, each with its length, so that none can pass for another.
#[must_use]
pub fn digest<const N: usize>(parts: [&[u8]; N]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hex::encode(hash.finalize())
}

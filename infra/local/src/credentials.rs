//! Development credentials: secrets made once per data folder, and the tokens signed with them.

use std::collections::HashMap;
use std::fs;
use std::io::ErrorKind;

use anyhow::Context;
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::data_dir::{DataDir, write_whole};

/// Who signs the development tokens.
const ISSUER: &str = "juchu-development";
/// Whom they are for.
const AUDIENCE: &str = "juchu";
/// How long a token is good for. A restart makes new ones.
const LIFETIME: SignedDuration = SignedDuration::from_hours(7 * 24);

/// The roles a development token is made for: the system's own role is not among them.
pub const ROLES: [&str; 6] =
    ["SUPERVISOR", "BACK_OFFICE", "CALL_CENTER", "LOGISTICS", "CLIENT_USER", "AUDITOR"];

/// The secrets of one data folder. Without `Debug`, so that they are never logged.
#[derive(Clone, Serialize, Deserialize)]
pub struct Credentials {
    token_secret: String,
    /// The API key of the channel `demo-shop`.
    pub api_key: String,
    /// The secret the channel `demo-shopify` signs with.
    pub webhook_secret: String,
}

/// The claims of a token, as API Gateway hands them to a function: all of them text.
pub type Claims = HashMap<String, String>;

impl Credentials {
    /// Reads the secrets of the folder, or makes them.
    ///
    /// # Errors
    /// If they cannot be read or written.
    pub fn load(data: &DataDir) -> anyhow::Result<Self> {
        let path = data.join("secrets.json");
        match fs::read(&path) {
            Ok(json) => {
                serde_json::from_slice(&json).with_context(|| format!("cannot read {}", path.display()))
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let made = Self::random()?;
                write_whole(&path, &serde_json::to_vec_pretty(&made)?)?;
                Ok(made)
            }
            Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
        }
    }

    fn random() -> anyhow::Result<Self> {
        Ok(Self { token_secret: secret()?, api_key: secret()?, webhook_secret: secret()? })
    }

    /// A token of a member of staff with one role, for the merchants named (`*` for all).
    ///
    /// # Errors
    /// If it cannot be signed.
    pub fn token(&self, role: &str, merchants: &str, now: Timestamp) -> anyhow::Result<String> {
        let claims = json!({
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": format!("dev-{}", role.to_ascii_lowercase().replace('_', "-")),
            "iat": now.as_second(),
            "exp": (now + LIFETIME).as_second(),
            "cognito:groups": [role],
            "custom:merchants": merchants,
        });
        let key = EncodingKey::from_secret(self.token_secret.as_bytes());
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &key).context("cannot sign a token")
    }

    /// The claims of a token whose signature, issuer, audience and expiry are right; `None` for any
    /// other, as API Gateway's own authorizer tells nobody why.
    #[must_use]
    pub fn verify(&self, token: &str) -> Option<Claims> {
        let mut rules = Validation::new(Algorithm::HS256);
        rules.set_issuer(&[ISSUER]);
        rules.set_audience(&[AUDIENCE]);
        rules.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        rules.leeway = 0;
        let key = DecodingKey::from_secret(self.token_secret.as_bytes());
        let token = jsonwebtoken::decode::<HashMap<String, Value>>(token, &key, &rules).ok()?;
        Some(token.claims.into_iter().map(|(name, value)| (name, claim_text(&value))).collect())
    }
}

/// A claim as API Gateway writes it into the request: lists become `[A B]`.
fn claim_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => {
            format!("[{}]", items.iter().map(claim_text).collect::<Vec<_>>().join(" "))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => value.to_string(),
    }
}

/// 256 random bits, in hex.
fn secret() -> anyhow::Result<String> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).context("the system gives no random numbers")?;
    Ok(hex::encode(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        use juchu::app::ports::Clock;
        juchu::adapters::clock::SystemClock.now()
    }

    #[test]
    fn a_token_is_verified_into_the_claims_api_gateway_hands_over() {
        let credentials = Credentials::random().unwrap();
        let token = credentials.token("LOGISTICS", "demo", now()).unwrap();
        let claims = credentials.verify(&token).unwrap();
        assert_eq!(claims["sub"], "dev-logistics");
        assert_eq!(claims["cognito:groups"], "[LOGISTICS]");
        assert_eq!(claims["custom:merchants"], "demo");
    }

    #[test]
    fn an_expired_foreign_altered_or_unsigned_token_is_refused() {
        let credentials = Credentials::random().unwrap();
        let good = credentials.token("SUPERVISOR", "*", now()).unwrap();
        let expired =
            credentials.token("SUPERVISOR", "*", now() - LIFETIME - SignedDuration::from_secs(1)).unwrap();
        let foreign = Credentials::random().unwrap().token("SUPERVISOR", "*", now()).unwrap();
        let (head, rest) = good.split_once('.').unwrap();
        let (claims, signature) = rest.split_once('.').unwrap();
        // {"alg":"none"}
        let unsigned = format!("eyJhbGciOiJub25lIn0.{claims}.");
        let other_claims = credentials.token("AUDITOR", "demo", now()).unwrap();
        let altered = format!("{head}.{}.{signature}", other_claims.split('.').nth(1).unwrap());
        assert!(credentials.verify(&good).is_some());
        for bad in [expired.as_str(), &foreign, &unsigned, &altered, "", "a.b.c", "…"] {
            assert_eq!(credentials.verify(bad), None, "{bad}");
        }
        for (name, value) in [("iss", "https://evil.example"), ("aud", "another")] {
            let mut claims = json!({"iss": ISSUER, "aud": AUDIENCE, "sub": "x", "exp": 9_999_999_999_u64});
            claims[name] = json!(value);
            let key = EncodingKey::from_secret(credentials.token_secret.as_bytes());
            let token = jsonwebtoken::encode(&Header::default(), &claims, &key).unwrap();
            assert_eq!(credentials.verify(&token), None, "{name}");
        }
    }

    #[test]
    fn secrets_are_made_once_per_folder_and_readable_by_the_owner_alone() {
        let parent = tempfile::tempdir().unwrap();
        let data = DataDir::open(parent.path(), false).unwrap();
        let first = Credentials::load(&data).unwrap();
        let second = Credentials::load(&data).unwrap();
        assert_eq!(first.api_key, second.api_key);
        assert_ne!(first.api_key, first.webhook_secret);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(data.join("secrets.json")).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }
}

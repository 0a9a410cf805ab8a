//! What a newcomer is told: where everything is, and what to try.

use juchu::adapters::clock::SystemClock;
use juchu::app::ports::Clock;

use crate::credentials::ROLES;
use crate::data_dir::write_whole;
use crate::embedded::Embedded;
use crate::seed::{JSON_CHANNEL, MERCHANT, SHOPIFY_CHANNEL};

/// The order of the example.
const SAMPLE_ORDER: &str = include_str!("sample-order.json");

/// The greeting of a system that has just started.
pub struct Welcome;

impl Welcome {
    /// Writes the staff tokens and the sample order into the data folder, and says where they are.
    ///
    /// # Errors
    /// If they cannot be written.
    pub fn write(system: &Embedded) -> anyhow::Result<String> {
        let (data, credentials, url) = (system.data(), system.credentials(), system.url());
        let tokens = data.folder("tokens")?;
        for role in ROLES {
            let merchants = if role == "CLIENT_USER" { MERCHANT } else { "*" };
            let token = credentials.token(role, merchants, SystemClock.now())?;
            write_whole(&tokens.join(file_name(role)), token.as_bytes())?;
        }
        let sample = data.join("sample-order.json");
        write_whole(&sample, SAMPLE_ORDER.as_bytes())?;

        let roles = ROLES.map(file_name).join("  ");
        let (folder, tokens, sample) = (data.path().display(), tokens.display(), sample.display());
        let (api_key, secret) = (&credentials.api_key, &credentials.webhook_secret);
        Ok(format!(
            "juchu 受注: everything runs in this process and stays in {folder}

  API           {url}/openapi.json
  Mails, goods  {url}/dev

  Merchant      {MERCHANT}
  Channels      {JSON_CHANNEL}     X-Api-Key: {api_key}
                {SHOPIFY_CHANNEL}  webhook secret {secret}
  Staff tokens  {tokens}/
                {roles}

  Send an order, then see what became of it:

    curl -s {url}/v1/channels/{JSON_CHANNEL}/orders -H 'X-Api-Key: {api_key}' \\
      -H 'Content-Type: application/json' -d @'{sample}'

    curl -s '{url}/v1/orders?merchant={MERCHANT}' \\
      -H \"Authorization: Bearer $(cat '{tokens}/supervisor')\"

Ready at {url}  (Ctrl-C stops; the next start goes on where this one ended)"
        ))
    }
}

/// The file a role's token is in: `BACK_OFFICE` becomes `back-office`.
fn file_name(role: &str) -> String {
    role.to_ascii_lowercase().replace('_', "-")
}

//! Calls to the deployed API and to the emulator, in plain HTTP.

use std::time::Duration;

use anyhow::{Context, bail};
use serde_json::Value;
use ureq::Agent;
use ureq::http::Request;

/// Long enough for the first call of a function, which starts its process.
const TIMEOUT: Duration = Duration::from_secs(30);

fn agent(timeout: Duration) -> Agent {
    Agent::config_builder().http_status_as_error(false).timeout_global(Some(timeout)).build().into()
}

/// Whether a GET of `url` is answered with 200.
pub(crate) fn is_ok(url: &str) -> bool {
    agent(Duration::from_secs(2)).get(url).call().is_ok_and(|response| response.status() == 200)
}

/// Sends JSON as a member of staff.
pub(crate) fn send(method: &str, url: &str, token: &str, body: &Value) -> anyhow::Result<()> {
    let request = Request::builder()
        .method(method)
        .uri(url)
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/json")
        .body(body.to_string())?;
    let mut response = agent(TIMEOUT).run(request).with_context(|| format!("{method} {url}"))?;
    if !response.status().is_success() {
        let said = response.body_mut().read_to_string().unwrap_or_default();
        bail!("{method} {url} answered {}: {said}", response.status());
    }
    Ok(())
}

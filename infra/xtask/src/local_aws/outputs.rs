//! What is deployed and how to use it: `outputs.json`, for the demo, the end-to-end tests and people.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde_json::{Map, Value, json};

use super::seed::{MERCHANT, SHOP, SHOPIFY};
use super::short;

/// The addresses and secrets of a deployment:
/// `endpoint`, `given` (whether somebody else started what is there), `api`, `stack` (the template's outputs), `tokens` (by role), `merchant`,
/// `channels` (by id, with `api_key` or `secret`).
pub(crate) struct Outputs(Value);

impl Outputs {
    /// The file in a deployment's folder.
    pub(crate) fn path(folder: &Path) -> PathBuf {
        folder.join("outputs.json")
    }

    /// The outputs of a stack at `endpoint`, which we started or which was given.
    pub(crate) fn new(
        endpoint: &str,
        given: bool,
        stack: &Map<String, Value>,
        tokens: &BTreeMap<String, String>,
    ) -> anyhow::Result<Self> {
        // The URL AWS would give has the API's id as the first part of its host. Emulators take
        // the id in the path as well, and need no host name for that.
        let url = stack.get("ApiUrl").and_then(Value::as_str).context("the stack has no output ApiUrl")?;
        let host = url.split_once("://").map_or(url, |(_, host)| host);
        let id = host.split(['.', ':', '/']).next().unwrap_or_default();
        let api = format!("{endpoint}/_aws/execute-api/{id}/$default");
        Ok(Self(json!({
            "endpoint": endpoint, "given": given, "api": api, "stack": stack, "tokens": tokens,
        })))
    }

    /// Adds the shop.
    pub(crate) fn open_shop(&mut self, api_key: &str, secret: &str) {
        if let Some(outputs) = self.0.as_object_mut() {
            outputs.insert("merchant".to_owned(), json!(MERCHANT));
            let channels = json!({ SHOP: { "api_key": api_key }, SHOPIFY: { "secret": secret } });
            outputs.insert("channels".to_owned(), channels);
        }
    }

    /// Reads the file.
    pub(crate) fn load(folder: &Path) -> anyhow::Result<Self> {
        let path = Self::path(folder);
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        Ok(Self(serde_json::from_str(&text)?))
    }

    /// Writes the file, for its owner alone: it holds secrets.
    pub(crate) fn save(&self, folder: &Path) -> anyhow::Result<()> {
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(Self::path(folder))?;
        serde_json::to_writer_pretty(&mut file, &self.0)?;
        Ok(file.write_all(b"\n")?)
    }

    fn text(&self, pointer: &str) -> anyhow::Result<&str> {
        self.0
            .pointer(pointer)
            .and_then(Value::as_str)
            .with_context(|| format!("the outputs have no {pointer}"))
    }

    /// The emulator's URL.
    pub(crate) fn endpoint(&self) -> anyhow::Result<&str> {
        self.text("/endpoint")
    }

    /// The emulator's URL, if somebody else started it.
    pub(crate) fn given_endpoint(&self) -> Option<&str> {
        self.endpoint().ok().filter(|_| self.0.get("given") == Some(&Value::Bool(true)))
    }

    /// The table's name.
    pub(crate) fn table(&self) -> anyhow::Result<&str> {
        self.text("/stack/TableName")
    }

    /// The API's URL, without a slash at its end.
    pub(crate) fn api(&self) -> &str {
        self.text("/api").unwrap_or_default()
    }

    /// The token of a role.
    pub(crate) fn token(&self, role: &str) -> anyhow::Result<&str> {
        self.text(&format!("/tokens/{role}"))
    }

    /// Tells a person what to do next.
    pub(crate) fn print(&self, path: &Path, log: &Path) {
        let get = |pointer: &str| self.text(pointer).unwrap_or_default();
        let (api, endpoint) = (self.api(), get("/endpoint"));
        println!("\nDeployed.");
        println!("  API          {api}");
        println!("  description  {api}/openapi.json");
        println!("  all of it    {} (addresses, tokens, keys)", short(path));
        if self.given_endpoint().is_none() {
            println!("  mails        {endpoint}/_ministack/ses/messages");
            println!("  log          {}", short(log));
        }
        println!("\nTry it (tokens are good for an hour; `cargo xtask up` makes new ones):");
        println!(
            "  curl -g '{api}/v1/orders?merchant={MERCHANT}' -H \"Authorization: Bearer $(jq -r .tokens.SUPERVISOR {})\"",
            short(path)
        );
        println!("  cargo xtask demo");
        println!("  cargo xtask verify");
        println!("  cargo xtask logs receive-order");
        println!("  cargo xtask down");
    }
}

/// 128 random bits, in hex.
pub(crate) fn random_hex() -> anyhow::Result<String> {
    let mut bytes = [0; 16];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(format!("{:032x}", u128::from_be_bytes(bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outputs(url: &str) -> Outputs {
        let stack = Map::from_iter([("ApiUrl".to_owned(), json!(url))]);
        Outputs::new("http://127.0.0.1:4566", true, &stack, &BTreeMap::new()).unwrap()
    }

    #[test]
    fn the_api_is_reached_by_its_id_in_the_path() {
        let expected = "http://127.0.0.1:4566/_aws/execute-api/0000cafe/$default";
        for url in [
            "https://0000cafe.execute-api.ap-northeast-1.amazonaws.com",
            "http://0000cafe.execute-api.localhost:4566",
        ] {
            assert_eq!(outputs(url).api(), expected);
        }
    }

    #[test]
    fn the_outputs_survive_the_file_which_only_their_owner_reads() {
        use std::os::unix::fs::PermissionsExt;
        let folder = std::env::temp_dir().join(format!("juchu-outputs-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let mut written = outputs("https://0000cafe.example");
        written.open_shop("key", "secret");
        written.save(&folder).unwrap();
        let read = Outputs::load(&folder).unwrap();
        let mode = fs::metadata(Outputs::path(&folder)).unwrap().permissions().mode();
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(read.text("/channels/demo-shop/api_key").unwrap(), "key");
        assert_eq!(read.given_endpoint(), Some("http://127.0.0.1:4566"));
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn random_values_differ_and_have_a_fixed_length() {
        let (one, other) = (random_hex().unwrap(), random_hex().unwrap());
        assert_eq!((one.len(), other.len()), (32, 32));
        assert_ne!(one, other);
    }
}

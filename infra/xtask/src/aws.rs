//! The command line of AWS, spoken to an emulator and never to AWS itself.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Context;
use serde_json::Value;

use crate::process::{read, run};
use crate::tools::Set;
use crate::workspace::Workspace;

/// The region everything is in.
pub(crate) const REGION: &str = "ap-northeast-1";

/// The environment of whoever calls the emulator at `endpoint`, functions included. The keys are
/// the ones emulators accept.
pub(crate) fn environment(endpoint: &str) -> [(&'static str, &str); 7] {
    [
        ("AWS_ENDPOINT_URL", endpoint),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
        ("AWS_DEFAULT_REGION", REGION),
        ("AWS_REGION", REGION),
        ("AWS_EC2_METADATA_DISABLED", "true"),
        ("AWS_PAGER", ""),
    ]
}

/// `aws` for one endpoint.
pub(crate) struct Aws {
    program: PathBuf,
    endpoint: String,
}

impl Aws {
    /// Installs the command line.
    pub(crate) fn new(workspace: &Workspace, endpoint: &str) -> anyhow::Result<Self> {
        Ok(Self { program: Set::LocalAws.install(workspace)?.join("aws"), endpoint: endpoint.to_owned() })
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        // Given twice, because the commands of SQS look at the option only.
        command.args(arguments).args(["--endpoint-url", &self.endpoint]).envs(environment(&self.endpoint));
        // Somebody's own settings must not lead to a real account.
        for own in ["AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN"] {
            command.env_remove(own);
        }
        command.env("AWS_CONFIG_FILE", "/dev/null").env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null");
        command
    }

    /// Runs a command, showing what it prints.
    pub(crate) fn run(&self, arguments: &[&str]) -> anyhow::Result<()> {
        run(&mut self.command(arguments))
    }

    /// Runs a command and returns what it printed.
    pub(crate) fn read(&self, arguments: &[&str]) -> anyhow::Result<String> {
        read(&mut self.command(arguments))
    }

    /// Runs a command and returns its JSON answer; null for none.
    pub(crate) fn json(&self, arguments: &[&str]) -> anyhow::Result<Value> {
        let answer = read(self.command(arguments).args(["--output", "json"]))?;
        if answer.trim().is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_str(&answer)
            .with_context(|| format!("`aws {}` answered no JSON", arguments.join(" ")))
    }
}

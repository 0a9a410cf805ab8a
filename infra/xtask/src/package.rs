//! `cargo xtask package`: what `sam deploy` sends to AWS, built with pinned tools.

use clap::Args;

use crate::process::run as run_command;
use crate::tools::{Set, search_path};
use crate::workspace::Workspace;

#[derive(Args)]
pub(crate) struct Options {
    /// The environment in samconfig.toml
    #[arg(long, default_value = "dev")]
    config_env: String,
}

/// Builds all functions, optimized, as the template's `Architecture` wants them.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> anyhow::Result<()> {
    let compiler = Set::Lambda.install(workspace)?;
    let mut sam = Set::Sam.program(workspace, "sam")?;
    sam.args(["build", "--config-env", &options.config_env]).env("SAM_CLI_TELEMETRY", "0");
    run_command(sam.env("PATH", search_path(&[&compiler])?))
}

//! `cargo xtask verify`: whether everything that is stored of a merchant agrees, in any table.

use std::process::Command;

use clap::Args;

use crate::aws;
use crate::local_aws::LocalAws;
use crate::process::run as run_command;
use crate::workspace::Workspace;

#[derive(Args)]
pub(crate) struct Options {
    /// The merchant; the one `cargo xtask up` opened a shop for when left out
    merchant: Option<String>,
    /// A table of DynamoDB on AWS, with `AWS_REGION`, `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and perhaps
    /// `AWS_SESSION_TOKEN` in the environment. Without it, the table of what `cargo xtask up` deployed
    #[arg(long, value_name = "NAME")]
    table: Option<String>,
    /// Where that table is, if it is not on AWS
    #[arg(long, value_name = "URL", requires = "table")]
    endpoint: Option<String>,
}

/// Reads everything and prints what does not agree.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> anyhow::Result<()> {
    run_command(workspace.cargo().args(["build", "--locked", "--workspace", "--bins"]))?;
    let mut verify = Command::new(workspace.target().join("debug").join("juchu"));
    verify.arg("verify").args(&options.merchant);
    if let Some(table) = &options.table {
        verify.args(["--table", table]);
        verify.envs(options.endpoint.iter().map(|endpoint| ("AWS_ENDPOINT_URL", endpoint)));
    } else {
        let deployed = LocalAws::of_the_developer(workspace).outputs()?;
        verify.args(["--table", deployed.table()?]).envs(aws::environment(deployed.endpoint()?));
    }
    run_command(&mut verify)
}

//! `cargo xtask demo`: the embedded run's demo, against the deployed system.

use std::process::Command;

use crate::local_aws::{MAIL_FROM, Options, ensure_up};
use crate::process::run as run_command;
use crate::workspace::Workspace;

/// Brings the system up and takes the demo's orders through it.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> anyhow::Result<()> {
    let outputs = ensure_up(workspace, options)?;
    let mut demo = Command::new(workspace.target().join(options.build_folder()).join("juchu"));
    demo.args(["demo", "--mail-from", MAIL_FROM, "--api", outputs.api()]);
    run_command(demo.args(["--token", outputs.token("SUPERVISOR")?]))
}

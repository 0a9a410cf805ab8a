//! `cargo xtask demo`: the embedded run's demo, against the deployed system.

use std::process::Command;

use crate::local_aws::{MAIL_FROM, Options, Outputs, ensure_up};
use crate::process::run as run_command;
use crate::workspace::Workspace;

/// Brings the system up and takes the demo's orders through it.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> anyhow::Result<()> {
    play(workspace, options.build_folder(), &ensure_up(workspace, options)?)
}

/// Takes the demo's orders through a deployment, with the binary built into that folder of `target/`.
pub(crate) fn play(workspace: &Workspace, build_folder: &str, outputs: &Outputs) -> anyhow::Result<()> {
    let mut demo = Command::new(workspace.target().join(build_folder).join("juchu"));
    demo.args(["demo", "--mail-from", MAIL_FROM, "--api", outputs.api()]);
    run_command(demo.args(["--token", outputs.token("SUPERVISOR")?]))
}

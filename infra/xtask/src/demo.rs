//! `cargo xtask demo`: the embedded run's demo, against the deployed system.

use crate::local_aws::{MAIL_FROM, Options, ensure_up};
use crate::process::run as run_command;
use crate::workspace::Workspace;

/// Brings the system up and takes the demo's orders through it.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> anyhow::Result<()> {
    let outputs = ensure_up(workspace, options)?;
    let mut demo = workspace.cargo();
    demo.args(["run", "--quiet", "--package", "juchu-local", "--", "demo", "--mail-from", MAIL_FROM]);
    run_command(demo.args(["--api", outputs.api(), "--token", outputs.token("SUPERVISOR")?]))
}

//! `cargo xtask chaos`: the real processes, killed while orders go through them.

use std::path::Path;
use std::process::Command;

use clap::{Args, ValueEnum};

use crate::local_aws::{LocalAws, MAIL_FROM};
use crate::process::run as run_command;
use crate::workspace::Workspace;

#[derive(Args)]
pub(crate) struct Options {
    /// Only one of the two
    #[arg(long, value_name = "SYSTEM")]
    only: Option<System>,
    /// How many orders go to each system
    #[arg(long, default_value_t = 100)]
    orders: usize,
    /// How often the process is killed, and how often half of the functions' processes
    #[arg(long, default_value_t = 20)]
    kills: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum System {
    /// The whole system in one process
    Embedded,
    /// The functions on an emulator of AWS
    Deployed,
}

/// Has both systems go through it, the deployed one on an emulator of its own.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> anyhow::Result<()> {
    let Options { only, orders, kills } = *options;
    if only != Some(System::Deployed) {
        run_command(workspace.cargo().args(["build", "--locked", "--workspace", "--bins"]))?;
        run_command(&mut chaos(workspace, orders, kills))?;
    }
    if only != Some(System::Embedded) {
        let local = LocalAws::new(workspace, workspace.target().join("chaos"));
        local.for_a_while(|_| deployed(workspace, local.folder(), orders, kills))?;
    }
    Ok(())
}

/// Kills functions of the deployment in `folder`, whose emulator was started there.
pub(crate) fn deployed(
    workspace: &Workspace,
    folder: &Path,
    orders: usize,
    kills: usize,
) -> anyhow::Result<()> {
    let mut chaos = chaos(workspace, orders, kills);
    run_command(chaos.args(["--mail-from", MAIL_FROM, "--deployed"]).arg(folder))
}

fn chaos(workspace: &Workspace, orders: usize, kills: usize) -> Command {
    let mut chaos = Command::new(workspace.target().join("debug").join("juchu"));
    chaos.args(["chaos", "--orders", &orders.to_string(), "--kills", &kills.to_string()]);
    // Of every message that comes again it says so.
    chaos.env("RUST_LOG", "error");
    chaos
}

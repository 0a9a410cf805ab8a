//! `cargo xtask simulate`: the whole system from a seed, in virtual time, under faults.

use std::process::Command;

use clap::Args;

use crate::process::run as run_command;
use crate::workspace::Workspace;

/// What the tests demand: so many steps, and every fault in every function.
const FOR_TESTS: [&str; 5] = ["--seeds", "1", "--steps", "1000000", "--every-fault"];

#[derive(Args)]
pub(crate) struct Options {
    /// What the simulation takes: `--seeds N`, `--seed S`, `--trace`; `-- --help` lists all
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "ARGUMENTS")]
    arguments: Vec<String>,
}

pub(crate) fn run(workspace: &Workspace, options: &Options) -> anyhow::Result<()> {
    let mut simulate = built(workspace)?;
    run_command(simulate.args(&options.arguments))
}

pub(crate) fn test(workspace: &Workspace) -> anyhow::Result<()> {
    run_command(built(workspace)?.args(FOR_TESTS))
}

fn built(workspace: &Workspace) -> anyhow::Result<Command> {
    // All packages, as everywhere: cargo compiles the libraries anew for each other choice.
    run_command(workspace.cargo().args(["build", "--locked", "--workspace", "--bin", "simulate"]))?;
    Ok(Command::new(workspace.target().join("debug").join("simulate")))
}

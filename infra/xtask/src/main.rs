//! The project's tasks: `cargo xtask --help`.

mod addresses;
mod aws;
mod bugs;
mod chaos;
mod checks;
mod demo;
mod fuzz;
mod local_aws;
mod package;
mod process;
mod simulation;
mod tools;
mod verify;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::workspace::Workspace;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "The project's tasks", version)]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Check everything, end to end as well, installing below target/ what that needs
    Test(checks::Options),
    /// Deploy the whole system on an AWS emulator on this machine
    Up(local_aws::Options),
    /// Stop what `up` started
    Down,
    /// Take the demo's orders through the deployed system, bringing it up if need be
    Demo(local_aws::Options),
    /// Print what the deployed functions logged
    Logs(local_aws::logs::Options),
    /// Check whether everything that is stored agrees, in the deployed system or in any table
    Verify(verify::Options),
    /// Run the whole system from seeds, in virtual time, under faults
    Simulate(simulation::Options),
    /// Kill the real processes again and again while orders go through them, and check what is stored then
    Chaos(chaos::Options),
    /// Plant bugs, one at a time, and see whether the simulation notices
    Bugs(bugs::Options),
    /// Feed everything that reads what strangers send with bytes nobody would send
    Fuzz(fuzz::Options),
    /// Build the table of postal codes, cities and towns anew
    Addresses(addresses::Options),
    /// Build what `sam deploy` sends to AWS
    Package(package::Options),
}

fn main() -> ExitCode {
    if let Some(code) = fuzz::compile() {
        return code;
    }
    match carry_out(Cli::parse().task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Not returned from `main`, which would print a backtrace where what to do should stand.
            eprintln!("\nerror: {error}");
            error.chain().skip(1).for_each(|cause| eprintln!("  {cause}"));
            ExitCode::FAILURE
        }
    }
}

fn carry_out(task: Task) -> anyhow::Result<()> {
    let workspace = Workspace::find()?;
    match task {
        Task::Test(options) => checks::run(&workspace, &options),
        Task::Up(options) => local_aws::up(&workspace, &options),
        Task::Down => local_aws::down(&workspace),
        Task::Demo(options) => demo::run(&workspace, &options),
        Task::Logs(options) => local_aws::logs::run(&workspace, &options),
        Task::Verify(options) => verify::run(&workspace, &options),
        Task::Simulate(options) => simulation::run(&workspace, &options),
        Task::Chaos(options) => chaos::run(&workspace, &options),
        Task::Bugs(options) => bugs::run(&workspace, &options),
        Task::Fuzz(options) => fuzz::run(&workspace, &options),
        Task::Addresses(options) => addresses::run(&workspace, &options),
        Task::Package(options) => package::run(&workspace, &options),
    }
}

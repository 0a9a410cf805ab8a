//! `cargo xtask test`: all that must hold before a change lands. The quick checks come first, and
//! the first failure ends the run.

use std::collections::BTreeSet;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::bail;
use clap::{Args, ValueEnum};

use crate::local_aws::LocalAws;
use crate::process::{read, run as run_command};
use crate::simulation;
use crate::tools::Set;
use crate::workspace::Workspace;
use crate::{chaos, demo, fuzz};

/// How much chaos the end-to-end step makes; `cargo xtask chaos` makes as much as one likes.
const CHAOS_ORDERS: usize = 16;
const CHAOS_KILLS: usize = 4;

#[derive(Args)]
pub(crate) struct Options {
    /// Run only this step (can be given several times)
    #[arg(long, value_name = "STEP", conflicts_with = "skip")]
    only: Vec<Step>,
    /// Leave this step out (can be given several times)
    #[arg(long, value_name = "STEP")]
    skip: Vec<Step>,
    /// Print the steps and do nothing
    #[arg(long)]
    list: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Step {
    /// rustfmt has nothing to change
    Format,
    /// Every dependency is used, where it is declared, and is the same library in programs and in tests
    Dependencies,
    /// Bans, licences and sources of all dependencies
    Supply,
    /// cfn-lint and `sam validate --lint` accept the template
    Template,
    /// Clippy has nothing to say
    Clippy,
    /// The tests that need nothing but this machine
    Tests,
    /// A million steps of the whole system under every fault, from seeds
    Simulation,
    /// Every dialect of the channels, with bytes nobody would send
    Fuzz,
    /// The real binaries and the real template, deployed on an AWS emulator
    EndToEnd,
}

impl Step {
    fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }

    fn about(self) -> String {
        let about = self.to_possible_value().and_then(|value| value.get_help().map(ToString::to_string));
        about.unwrap_or_default()
    }

    fn run(self, workspace: &Workspace) -> anyhow::Result<()> {
        match self {
            Self::Format => run_command(workspace.cargo().args(["fmt", "--all", "--check"])),
            Self::Dependencies => {
                let mut shear = Set::Cargo.program(workspace, "cargo-shear")?;
                run_command(shear.args(["--locked", "--deny-warnings"]))?;
                compare_features(workspace)
            }
            Self::Supply => {
                let mut deny = Set::Cargo.program(workspace, "cargo-deny")?;
                deny.args(["--locked", "--config", ".config/deny.toml"]);
                run_command(deny.args(["check", "--hide-inclusion-graph", "bans", "licenses", "sources"]))
            }
            Self::Template => check_template(workspace),
            Self::Clippy => {
                let mut clippy = workspace.cargo();
                clippy.args(["clippy", "--locked", "--workspace", "--all-targets", "--", "-D", "warnings"]);
                run_command(&mut clippy)
            }
            Self::Tests => run_command(&mut nextest(workspace)?),
            Self::Simulation => simulation::test(workspace),
            Self::Fuzz => fuzz::test(workspace),
            Self::EndToEnd => test_end_to_end(workspace),
        }
    }
}

/// Refuses a library that has other features when tests are built: cargo would compile it twice, and
/// all that is built on it, the clients of AWS among them.
fn compare_features(workspace: &Workspace) -> anyhow::Result<()> {
    let of = |edges: &str| -> anyhow::Result<BTreeSet<String>> {
        let mut tree = workspace.cargo();
        tree.args(["tree", "--locked", "--workspace", "--prefix", "none", "--format", "{p} [{f}]"]);
        let tree = read(tree.args(["--edges", edges]))?;
        Ok(tree.lines().map(|line| line.trim_end_matches(" (*)").to_owned()).collect())
    };
    let (programs, tests) = (of("normal,build")?, of("normal,build,dev")?);
    let twice: Vec<&str> = programs.difference(&tests).map(String::as_str).collect();
    if !twice.is_empty() {
        bail!(
            "tests have other features of these libraries; name them all in Cargo.toml:\n{}",
            twice.join("\n")
        );
    }
    Ok(())
}

fn check_template(workspace: &Workspace) -> anyhow::Result<()> {
    run_command(Set::Sam.program(workspace, "cfn-lint")?.arg("infra/template.yaml"))?;
    let mut sam = Set::Sam.program(workspace, "sam")?;
    sam.args(["validate", "--lint", "--template-file", "infra/template.yaml"]);
    // A name it does not have to look up, and no report to its makers.
    run_command(sam.env("AWS_DEFAULT_REGION", crate::aws::REGION).env("SAM_CLI_TELEMETRY", "0"))
}

/// `cargo nextest run`, pinned, in the dev profile as everything here.
fn nextest(workspace: &Workspace) -> anyhow::Result<Command> {
    let mut nextest = Set::Cargo.program(workspace, "cargo-nextest")?;
    // The same packages for all steps: cargo compiles the libraries anew for each other choice.
    nextest.args(["nextest", "run", "--locked", "--workspace"]);
    if std::env::var_os("CI").is_some() {
        nextest.args(["--profile", "ci"]);
    }
    Ok(nextest)
}

fn test_end_to_end(workspace: &Workspace) -> anyhow::Result<()> {
    let local = LocalAws::new(workspace, workspace.target().join("end-to-end"));
    local.for_a_while(|outputs| {
        demo::play(workspace, "debug", outputs)?;
        let mut tests = nextest(workspace)?;
        tests.args(["--run-ignored", "only", "--filterset", "binary(end_to_end)"]);
        run_command(tests.env("JUCHU_OUTPUTS", local.outputs_path()))?;
        chaos::deployed(workspace, local.folder(), CHAOS_ORDERS, CHAOS_KILLS)
    })
}

/// Runs the chosen steps.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> anyhow::Result<()> {
    let chosen = |step: &Step| match options.only.as_slice() {
        [] => !options.skip.contains(step),
        only => only.contains(step),
    };
    let steps: Vec<Step> = Step::value_variants().iter().copied().filter(chosen).collect();
    if options.list {
        for step in steps {
            println!("{:14}{}", step.name(), step.about());
        }
        return Ok(());
    }
    let mut results = Vec::new();
    let begun = Instant::now();
    for (number, step) in (1..).zip(&steps) {
        println!("\n── {number}/{} {}: {}", steps.len(), step.name(), step.about());
        let step_begun = Instant::now();
        let result = step.run(workspace);
        results.push((*step, step_begun.elapsed(), result));
        if results.iter().any(|(.., result)| result.is_err()) {
            break;
        }
    }
    print_table(&steps, &results, begun.elapsed());
    for (step, _, result) in results {
        if let Err(error) = result {
            let again = format!("repeat it with: cargo xtask test --only {}", step.name());
            return Err(error.context(format!("{} failed; {again}", step.name())));
        }
    }
    if steps.is_empty() {
        bail!("no step is left to run");
    }
    Ok(())
}

fn print_table(steps: &[Step], results: &[(Step, Duration, anyhow::Result<()>)], total: Duration) {
    println!("\n── Summary");
    for step in steps {
        let (time, outcome) = match results.iter().find(|(done, ..)| done == step) {
            Some((_, time, Ok(()))) => (format!("{:.1} s", time.as_secs_f64()), "ok"),
            Some((_, time, Err(_))) => (format!("{:.1} s", time.as_secs_f64()), "FAILED"),
            None => ("-".to_owned(), "not run"),
        };
        println!("{:14}{time:>9}  {outcome}", step.name());
    }
    println!("{:14}{:>9}", "together", format!("{:.1} s", total.as_secs_f64()));
}

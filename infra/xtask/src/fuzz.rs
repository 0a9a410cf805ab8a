//! `cargo xtask fuzz`: libFuzzer on everything that reads what strangers send.
//!
//! On the stable toolchain: the compiler counts where the workspace's own crates go (a pass of LLVM
//! that any compiler has), and libFuzzer looks for bytes that go elsewhere. The libraries are those
//! that all builds share. A C++ compiler is needed, for libFuzzer itself.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, bail};
use clap::Args;

use crate::process::{read, run as run_command};
use crate::workspace::Workspace;

/// How long the tests fuzz each dialect.
const SECONDS_IN_TESTS: u32 = 5;

/// Tells this program that cargo calls it in place of the compiler.
const AS_COMPILER: &str = "JUCHU_COUNT_COVERAGE";

/// The crates that are to be watched.
const WATCHED: [&str; 2] = ["juchu", "fuzz"];

/// What makes the compiler count, as `cargo fuzz` asks for it.
const COUNT: [&str; 5] = [
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
];

#[derive(Args)]
pub(crate) struct Options {
    /// The kinds of channel to fuzz; all when none is named
    kinds: Vec<String>,
    /// How long each is fuzzed
    #[arg(long, default_value_t = 60)]
    seconds: u32,
}

/// As a step of the tests.
pub(crate) fn test(workspace: &Workspace) -> anyhow::Result<()> {
    run(workspace, &Options { kinds: Vec::new(), seconds: SECONDS_IN_TESTS })
}

/// Fuzzes one kind after the other, and stops at the first that breaks.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> anyhow::Result<()> {
    let program = build(workspace)?;
    let known = read(&mut Command::new(&program))?;
    let known: Vec<&str> = known.lines().collect();
    if let Some(unknown) = options.kinds.iter().find(|kind| !known.contains(&kind.as_str())) {
        bail!("there is no kind {unknown}; there are {}", known.join(", "));
    }
    let wanted = |kind: &&str| options.kinds.is_empty() || options.kinds.iter().any(|it| it == kind);
    known.into_iter().filter(wanted).try_for_each(|kind| fuzz(workspace, &program, kind, options.seconds))
}

fn fuzz(workspace: &Workspace, program: &Path, kind: &str, seconds: u32) -> anyhow::Result<()> {
    let folder = workspace.target().join("fuzz").join(kind);
    let (found, crashes) = (folder.join("corpus"), folder.join("crashes"));
    for folder in [&found, &crashes] {
        fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    }
    let samples = folder.join("samples");
    copy_samples(&workspace.root().join("shared/src/adapters/channels/samples"), kind, &samples)?;
    let mut fuzzer = Command::new(program);
    fuzzer.env("JUCHU_FUZZ", kind).current_dir(&crashes).args([&found, &samples]);
    fuzzer.args([format!("-max_total_time={seconds}"), "-timeout=10".into(), "-max_len=65536".into()]);
    fuzzer.args(["-rss_limit_mb=1024", "-print_final_stats=1"]);
    let output = fuzzer.output().context("the fuzzer cannot be started")?;
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        bail!("{said}\n{kind} breaks: what broke it is in {}", crashes.display());
    }
    let figure = |name: &str| said.lines().find_map(|line| line.strip_prefix(name)).unwrap_or("?").trim();
    let (inputs, new) = (figure("stat::number_of_executed_units:"), figure("stat::new_units_added:"));
    println!("{kind:12} {inputs:>9} inputs in {seconds} s, {new} of them went where none had gone");
    Ok(())
}

/// Real payloads are where new ones are best begun with.
fn copy_samples(from: &Path, kind: &str, to: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(to).with_context(|| format!("cannot create {}", to.display()))?;
    for sample in fs::read_dir(from).with_context(|| format!("cannot read {}", from.display()))? {
        let sample = sample?;
        let name = sample.file_name();
        if name.to_string_lossy().starts_with(&format!("{kind}_")) {
            fs::copy(sample.path(), to.join(&name))?;
        }
    }
    Ok(())
}

/// Builds the fuzzer with this program in the compiler's place.
fn build(workspace: &Workspace) -> anyhow::Result<PathBuf> {
    let ourselves = std::env::current_exe().context("this program does not know where it is")?;
    let mut cargo = workspace.cargo();
    cargo.args(["build", "--locked", "--workspace", "--bin", "fuzz"]);
    run_command(cargo.env("RUSTC_WORKSPACE_WRAPPER", ourselves).env(AS_COMPILER, "1"))?;
    Ok(workspace.target().join("debug/fuzz"))
}

/// Compiles as cargo asks, counting in the crates that are watched. `None` when cargo did not call.
pub(crate) fn compile() -> Option<ExitCode> {
    std::env::var_os(AS_COMPILER)?;
    let mut arguments = std::env::args_os().skip(1);
    let compiler = arguments.next()?;
    let arguments: Vec<_> = arguments.collect();
    let names = arguments.windows(2).filter(|pair| matches!(pair, [flag, _] if flag == "--crate-name"));
    let mut names = names.filter_map(|pair| pair.last()?.to_str());
    let watched = names.any(|name| WATCHED.contains(&name));
    let mut command = Command::new(compiler);
    command.args(&arguments).args(COUNT.iter().filter(|_| watched));
    let code = command.status().ok().and_then(|status| status.code()).and_then(|code| code.try_into().ok());
    Some(ExitCode::from(code.unwrap_or(1)))
}

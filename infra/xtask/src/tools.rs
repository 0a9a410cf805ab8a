//! Tools that are Python packages, or come as such: pinned, and installed into virtual environments
//! below `target/`, so that a machine needs only Rust and Python.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context;

use crate::process::{read, run};
use crate::workspace::{Workspace, forget_ourselves};

/// A set of tools with the file that pins it. Sets are apart because `up` should not have to wait
/// for what only the checks need.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Set {
    /// The emulator and the command line of AWS.
    LocalAws,
    /// `sam` and `cfn-lint`.
    Sam,
    /// `cargo-deny`, `cargo-nextest` and `cargo-shear`.
    Cargo,
    /// `cargo-lambda` and its linker.
    Lambda,
}

impl Set {
    const fn name(self) -> &'static str {
        match self {
            Self::LocalAws => "local-aws",
            Self::Sam => "sam",
            Self::Cargo => "cargo",
            Self::Lambda => "lambda",
        }
    }

    /// The folder of the set's programs, installed if they are not or if the pins have changed.
    pub(crate) fn install(self, workspace: &Workspace) -> anyhow::Result<PathBuf> {
        let pins = workspace.root().join("infra/xtask/requirements").join(self.name()).with_extension("txt");
        let folder = workspace.target().join("tools").join(self.name());
        let wanted = fs::read_to_string(&pins).with_context(|| format!("cannot read {}", pins.display()))?;
        // Written last: an interrupted installation starts again.
        let stamp = folder.join("installed.txt");
        if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
            return Ok(folder.join("bin"));
        }
        if folder.exists() {
            fs::remove_dir_all(&folder).with_context(|| format!("cannot remove {}", folder.display()))?;
        }
        check_python()?;
        run(Command::new("python3").args(["-m", "venv"]).arg(&folder))
            .context("Python made no virtual environment; on Debian and Ubuntu: apt install python3-venv")?;
        let mut pip = Command::new(folder.join("bin/pip"));
        pip.args(["install", "--quiet", "--disable-pip-version-check", "--no-deps", "--requirement"]);
        run(pip.arg(&pins)).with_context(|| format!("the tools of {} were not installed", pins.display()))?;
        fs::write(&stamp, wanted)?;
        Ok(folder.join("bin"))
    }

    /// One program of the set, in the workspace's root.
    pub(crate) fn program(self, workspace: &Workspace, name: &str) -> anyhow::Result<Command> {
        let mut command = Command::new(self.install(workspace)?.join(name));
        forget_ourselves(&mut command).current_dir(workspace.root());
        Ok(command)
    }
}

/// The search path with `folders` before it.
pub(crate) fn search_path(folders: &[&Path]) -> anyhow::Result<std::ffi::OsString> {
    let rest = std::env::var_os("PATH").unwrap_or_default();
    let all = folders.iter().map(PathBuf::from).chain(std::env::split_paths(&rest));
    Ok(std::env::join_paths(all)?)
}

fn check_python() -> anyhow::Result<()> {
    let ok = "import sys; sys.exit(sys.version_info < (3, 11))";
    read(Command::new("python3").args(["-c", ok]))
        .map(drop)
        .context("Python 3.11 or newer is needed as `python3`")
}

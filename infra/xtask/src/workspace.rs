//! Where things are.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context;
use serde_json::Value;

use crate::process::read;

/// The cargo workspace.
pub(crate) struct Workspace {
    root: PathBuf,
    target: PathBuf,
    functions: Vec<String>,
}

impl Workspace {
    /// Asks cargo.
    pub(crate) fn find() -> anyhow::Result<Self> {
        let metadata = read(Command::new(cargo()).args(["metadata", "--no-deps", "--format-version=1"]))?;
        let metadata: Value = serde_json::from_str(&metadata).context("cargo metadata is not JSON")?;
        let path = |key: &str| {
            let path = metadata.get(key).and_then(Value::as_str);
            path.map(PathBuf::from).with_context(|| format!("cargo metadata tells no {key}"))
        };
        let root = path("workspace_root")?;
        let in_functions = |package: &&Value| {
            let manifest = package.get("manifest_path").and_then(Value::as_str);
            manifest.is_some_and(|manifest| Path::new(manifest).starts_with(root.join("functions")))
        };
        let packages = metadata.get("packages").and_then(Value::as_array);
        let mut functions: Vec<String> = packages
            .into_iter()
            .flatten()
            .filter(in_functions)
            .filter_map(|package| package.get("name")?.as_str().map(str::to_owned))
            .collect();
        functions.sort();
        Ok(Self { target: path("target_directory")?, functions, root })
    }

    /// The folder of the workspace's `Cargo.toml`.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// The folder all that is built or installed goes to.
    pub(crate) fn target(&self) -> &Path {
        &self.target
    }

    /// The names of the Lambda functions: of their packages and binaries.
    pub(crate) fn functions(&self) -> &[String] {
        &self.functions
    }

    /// Cargo, in the workspace's root.
    pub(crate) fn cargo(&self) -> Command {
        let mut command = Command::new(cargo());
        forget_ourselves(&mut command).current_dir(&self.root);
        command
    }
}

/// Takes what cargo told this program about itself from the environment of `command`. Build scripts
/// that look at it would run anew after each build from a shell, and most of the workspace with them.
///
/// Where everything is built only once, what would help to build it again is not kept: it takes gigabytes.
pub(crate) fn forget_ourselves(command: &mut Command) -> &mut Command {
    if std::env::var_os("CI").is_some() {
        command.env("CARGO_INCREMENTAL", "0");
    }
    let told = |name: &str| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_");
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(told) {
            command.env_remove(name);
        }
    }
    command
}

/// The cargo that runs this.
fn cargo() -> std::ffi::OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

//! The whole system on an AWS emulator: the real template, the real binaries, its own small shop.

mod emulator;
mod http;
pub(crate) mod logs;
mod outputs;
mod seed;
mod stack;
mod staff;

use std::net::TcpListener;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;

use crate::aws::Aws;
use crate::workspace::Workspace;

pub(crate) use outputs::Outputs;
pub(crate) use seed::MAIL_FROM;

/// Where LocalStack listens as well, so that other tools find it.
const PORT: u16 = 4566;

#[derive(Args)]
pub(crate) struct Options {
    /// The port the emulator listens on
    #[arg(long, default_value_t = PORT)]
    port: u16,
    /// Deploy on the emulator that already runs at this URL (LocalStack or one like it), and start none
    #[arg(long, value_name = "URL", conflicts_with = "port")]
    endpoint: Option<String>,
    /// Deploy optimized binaries; they take minutes to build
    #[arg(long)]
    release: bool,
}

impl Options {
    /// An emulator where nobody else listens.
    pub(crate) fn on_a_free_port() -> anyhow::Result<Self> {
        let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        Ok(Self { port, endpoint: None, release: false })
    }

    /// The folder below `target/` the binaries are built into.
    pub(crate) const fn build_folder(&self) -> &'static str {
        if self.release { "release" } else { "debug" }
    }
}

/// A deployment on an emulator, and the folder all about it is kept in.
pub(crate) struct LocalAws<'a> {
    workspace: &'a Workspace,
    folder: PathBuf,
}

impl<'a> LocalAws<'a> {
    /// The deployment kept in `folder`.
    pub(crate) const fn new(workspace: &'a Workspace, folder: PathBuf) -> Self {
        Self { workspace, folder }
    }

    /// The one of `cargo xtask up`.
    pub(crate) fn of_the_developer(workspace: &'a Workspace) -> Self {
        Self::new(workspace, workspace.target().join("local-aws"))
    }

    /// What is deployed, and how to use it.
    pub(crate) fn outputs(&self) -> anyhow::Result<Outputs> {
        Outputs::load(&self.folder).context("nothing is deployed; `cargo xtask up` deploys it")
    }

    /// What the emulator and the functions printed.
    pub(crate) fn log(&self) -> PathBuf {
        self.folder.join(emulator::LOG)
    }

    /// The file that says what is deployed, and how to use it.
    pub(crate) fn outputs_path(&self) -> PathBuf {
        Outputs::path(&self.folder)
    }

    /// Builds, starts an emulator unless one is given or running, deploys and fills the shop.
    /// Doing so again brings a running deployment up to date.
    pub(crate) fn up(&self, options: &Options) -> anyhow::Result<Outputs> {
        std::fs::create_dir_all(&self.folder)?;
        stack::build(self.workspace, options.release)?;
        let binaries = self.workspace.target().join(options.build_folder());
        let endpoint = match &options.endpoint {
            Some(endpoint) => endpoint.trim_end_matches('/').to_owned(),
            None => emulator::start(self.workspace, &self.folder, options.port)?,
        };
        let aws = Aws::new(self.workspace, &endpoint)?;
        let stack = stack::deploy(&aws, self.workspace, &self.folder, &binaries)?;
        let tokens = staff::enrol(&aws, &stack)?;
        let outputs = Outputs::new(&endpoint, &stack, &tokens)?;
        let outputs = seed::fill(outputs)?;
        outputs.save(&self.folder)?;
        Ok(outputs)
    }

    /// Stops the emulator, if this deployment started one that still runs, and forgets the deployment.
    pub(crate) fn stop(&self) -> anyhow::Result<bool> {
        let stopped = emulator::stop(&self.folder)?;
        if self.outputs_path().exists() {
            std::fs::remove_file(self.outputs_path())?;
        }
        Ok(stopped)
    }
}

/// `cargo xtask up`
pub(crate) fn up(workspace: &Workspace, options: &Options) -> anyhow::Result<()> {
    let local = LocalAws::of_the_developer(workspace);
    local.up(options)?.print(&local.outputs_path(), &local.log());
    Ok(())
}

/// Brings the developer's deployment up unless it runs as `options` say.
pub(crate) fn ensure_up(workspace: &Workspace, options: &Options) -> anyhow::Result<Outputs> {
    LocalAws::of_the_developer(workspace).up(options)
}

/// `cargo xtask down`
pub(crate) fn down(workspace: &Workspace) -> anyhow::Result<()> {
    let stopped = LocalAws::of_the_developer(workspace).stop()?;
    println!("{}", if stopped { "Stopped; nothing is kept." } else { "Nothing to stop." });
    Ok(())
}

/// `path` as seen from where the user is, if it is below that.
fn short(path: &Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    path.strip_prefix(&here).unwrap_or(path).display().to_string()
}

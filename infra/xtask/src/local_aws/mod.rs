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
    /// The port the emulator listens on; 4566 the first time, then where it runs
    #[arg(long)]
    port: Option<u16>,
    /// Deploy on the emulator that already runs at this URL (LocalStack or one like it), and start none.
    /// It is the one to be used until `cargo xtask down`
    #[arg(long, value_name = "URL", conflicts_with = "port")]
    endpoint: Option<String>,
    /// Deploy optimized binaries; they take minutes to build
    #[arg(long)]
    release: bool,
}

impl Options {
    /// The emulator that runs at `endpoint`.
    const fn at(endpoint: String) -> Self {
        Self { port: None, endpoint: Some(endpoint), release: false }
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

    /// The folder it is kept in.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Starts an emulator where nobody else listens, deploys on it, does `work` there and stops it.
    pub(crate) fn for_a_while(
        &self,
        work: impl FnOnce(&Outputs) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        self.stop().context("an earlier run's emulator does not stop")?;
        // The two halves of `up`, so that deploying on an emulator that is given is tested as well.
        let endpoint = self.start_emulator()?;
        let worked = self.up(&Options::at(endpoint)).and_then(|outputs| work(&outputs));
        let stopped = self.stop();
        if worked.is_err() {
            println!("The emulator's log, with the functions' own: {}", self.log().display());
        }
        worked.and(stopped.map(drop))
    }

    /// What the emulator and the functions printed.
    fn log(&self) -> PathBuf {
        self.folder.join(emulator::LOG)
    }

    /// The file that says what is deployed, and how to use it.
    pub(crate) fn outputs_path(&self) -> PathBuf {
        Outputs::path(&self.folder)
    }

    /// Starts an emulator where nobody else listens, and returns its URL.
    fn start_emulator(&self) -> anyhow::Result<String> {
        let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        emulator::start(self.workspace, &self.folder, Some(port))
    }

    /// Builds, starts an emulator unless one is given or running, deploys and fills the shop.
    /// Doing so again brings a running deployment up to date.
    fn up(&self, options: &Options) -> anyhow::Result<Outputs> {
        stack::build(self.workspace, options.release)?;
        let binaries = self.workspace.target().join(options.build_folder());
        let given = options.endpoint.clone().or_else(|| self.endpoint_given_before(options));
        let endpoint = match &given {
            Some(endpoint) => endpoint.trim_end_matches('/').to_owned(),
            None => emulator::start(self.workspace, &self.folder, options.port)?,
        };
        std::fs::create_dir_all(&self.folder)?;
        let aws = Aws::new(self.workspace, &endpoint)?;
        let stack = stack::deploy(&aws, self.workspace, &self.folder, &binaries)?;
        let tokens = staff::enrol(&aws, &stack)?;
        let outputs = Outputs::new(&endpoint, given.is_some(), &stack, &tokens)?;
        let outputs = seed::fill(outputs)?;
        outputs.save(&self.folder)?;
        Ok(outputs)
    }

    /// The emulator somebody else started that was deployed on last time, unless a port asks for one
    /// of our own.
    fn endpoint_given_before(&self, options: &Options) -> Option<String> {
        let outputs = Outputs::load(&self.folder).ok().filter(|_| options.port.is_none())?;
        let endpoint = outputs.given_endpoint()?.to_owned();
        println!("Deploying on {endpoint} as before; `cargo xtask down` ends that");
        Some(endpoint)
    }

    /// Stops the emulator, if this deployment started one that still runs, or has the one that was
    /// given remove the stack, and forgets the deployment. Says what it did.
    fn stop(&self) -> anyhow::Result<&'static str> {
        let outputs = Outputs::load(&self.folder).ok();
        let given = outputs.as_ref().and_then(Outputs::given_endpoint);
        let removed = match given {
            Some(endpoint) => stack::remove(&Aws::new(self.workspace, endpoint)?).is_ok(),
            None => false,
        };
        let stopped = emulator::stop(&self.folder)?;
        if self.outputs_path().exists() {
            std::fs::remove_file(self.outputs_path())?;
        }
        Ok(match (given, stopped || removed) {
            (None, true) => "Stopped; nothing is kept.",
            (None, false) => "Nothing to stop.",
            (Some(_), true) => "The emulator removes it; it was not started here and goes on.",
            (Some(_), false) => "Forgotten; the emulator does not answer.",
        })
    }
}

/// `cargo xtask up`
pub(crate) fn up(workspace: &Workspace, options: &Options) -> anyhow::Result<()> {
    let local = LocalAws::of_the_developer(workspace);
    local.up(options)?.print(&local.outputs_path(), &local.log());
    Ok(())
}

/// Brings the developer's deployment up, or up to date.
pub(crate) fn ensure_up(workspace: &Workspace, options: &Options) -> anyhow::Result<Outputs> {
    LocalAws::of_the_developer(workspace).up(options)
}

/// `cargo xtask down`
pub(crate) fn down(workspace: &Workspace) -> anyhow::Result<()> {
    println!("{}", LocalAws::of_the_developer(workspace).stop()?);
    Ok(())
}

/// `path` as seen from where the user is, if it is below that.
fn short(path: &Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    path.strip_prefix(&here).unwrap_or(path).display().to_string()
}

//! The system in one process, killed and started again on its folder.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, ensure};
use juchu::domain::ids::MerchantId;

use super::aftermath::Aftermath;
use super::{Options, open, quiet, storm};
use crate::demo::world::MERCHANT;
use crate::embedded::{self, Embedded};
use crate::verify::verify;

/// More than any storm leaves.
const MANY: usize = 1_000_000;

/// This program, serving a data folder. Dropping it kills it.
struct Process(Child);

impl Process {
    /// Starts it, and waits until it is ready.
    fn start(data: &Path, port: u16) -> anyhow::Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["--port", &port.to_string(), "--data"]).arg(data).stdout(Stdio::piped());
        let mut process = Self(command.spawn()?);
        let output = process.0.stdout.take().context("the process has no output")?;
        let mut lines = BufReader::new(output).lines();
        ensure!(lines.any(|line| line.is_ok_and(|line| line.starts_with("Ready at "))), "it did not start");
        Ok(process)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts the system on an empty folder, kills it again and again, and looks at what it left. A folder
/// with something wrong in it is kept.
pub(super) async fn run(options: &Options) -> anyhow::Result<Aftermath> {
    let folder = tempfile::tempdir()?;
    let aftermath = run_in(folder.path().join("data"), options).await;
    if aftermath.as_ref().map_or(true, |aftermath| !aftermath.wrongs().is_empty()) {
        println!("It is kept in {}", folder.keep().display());
    }
    aftermath
}

async fn run_in(data: PathBuf, options: &Options) -> anyhow::Result<Aftermath> {
    let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
    let mut process = Some(Process::start(&data, port)?);
    let token = fs::read_to_string(data.join("tokens/supervisor"))?;
    let load = open(&format!("http://127.0.0.1:{port}"), token, options).await?;
    let strike = async || {
        // Dead before the next one starts: two never share a folder.
        drop(process.take());
        process = Some(Process::start(&data, port)?);
        Ok(())
    };
    let (played, ()) = tokio::try_join!(load.play(), storm(&load, options.kills, strike))?;
    drop(process);

    let system = Embedded::start(&embedded::Options { data, fresh: false, port }).await?;
    let ports = system.ports().clone();
    quiet(async || Ok(ports.queues.waiting()?)).await?;
    let mails = ports.mailbox.newest(MANY)?;
    let letters = ports.queues.dead_letters(MANY)?;
    let storm = format!("the process was killed {} times and started again each time", options.kills);
    let aftermath = Aftermath {
        verified: verify(ports.store, &MerchantId::new(MERCHANT)?).await?,
        mails: mails.into_iter().map(|mail| mail.order).collect(),
        dead_letters: letters
            .into_iter()
            .map(|letter| format!("{}: {}", letter.queue, letter.reason))
            .collect(),
        ..Aftermath::of(&load, load.look_again(played).await, storm)
    };
    system.stop().await;
    Ok(aftermath)
}

//! The emulator as a process of its own that outlives us.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::net::{TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use serde_json::{Value, json};

use super::{PORT, http, short};
use crate::aws;
use crate::process::read;
use crate::tools::Set;
use crate::workspace::Workspace;

/// What it prints, below the deployment's folder.
pub(crate) const LOG: &str = "ministack.log";
/// Its process and port, below the deployment's folder.
const STATE: &str = "ministack.json";

/// How long it may take to start: a second on an idle machine.
const STARTS_WITHIN: Duration = Duration::from_mins(1);
/// How long it may take to stop.
const STOPS_WITHIN: Duration = Duration::from_secs(10);

/// Starts it, unless it runs; returns its URL. Without a `port` it is where it runs, or on the usual one.
pub(crate) fn start(workspace: &Workspace, folder: &Path, port: Option<u16>) -> anyhow::Result<String> {
    fs::create_dir_all(folder)?;
    let running = running(folder)?;
    let port = port.or(running.map(|(_, runs_on)| runs_on)).unwrap_or(PORT);
    let endpoint = format!("http://127.0.0.1:{port}");
    if let Some((pid, runs_on)) = running {
        if runs_on != port {
            bail!("it already runs on port {runs_on}; `cargo xtask down` stops it");
        }
        if http::is_ok(&health(&endpoint)) {
            println!("ministack already runs on {endpoint} (process {pid})");
            return Ok(endpoint);
        }
        stop(folder)?;
    }
    if TcpListener::bind(("127.0.0.1", port)).is_err() {
        bail!(
            "port {port} is taken: choose another with --port, or deploy on the emulator that \
             listens there with --endpoint {endpoint}"
        );
    }
    let log = File::create(folder.join(LOG))?;
    let scratch = folder.join("tmp");
    fs::create_dir_all(&scratch)?;
    let mut ministack = Set::LocalAws.program(workspace, "ministack")?;
    ministack
        .envs(aws::environment(&endpoint))
        .env("GATEWAY_PORT", port.to_string())
        .env("BIND_HOST", "127.0.0.1")
        // The host in the queues' URLs.
        .env("MINISTACK_HOST", "127.0.0.1")
        .env("MINISTACK_REGION", aws::REGION)
        // Each function may do only what its own role in the template allows.
        .env("AUTH", "true")
        // Listeners that nothing here speaks to.
        .env("IOT_MTLS_ENABLED", "0")
        .env("SFTP_ENABLED", "0")
        .env("TMPDIR", &scratch)
        .stdin(Stdio::null())
        .stderr(log.try_clone()?)
        .stdout(log)
        // A group of its own: Ctrl-C in our terminal is not meant for it, and `stop` ends the whole group.
        .process_group(0);
    let mut child = ministack.spawn().context("ministack does not start")?;
    let state = json!({ "pid": child.id(), "port": port });
    fs::write(folder.join(STATE), state.to_string())?;
    let log = folder.join(LOG);
    let begun = Instant::now();
    while !http::is_ok(&health(&endpoint)) {
        if let Some(status) = child.try_wait()? {
            bail!("ministack ended ({status}); its log {}:\n{}", short(&log), fs::read_to_string(&log)?);
        }
        if begun.elapsed() > STARTS_WITHIN {
            stop(folder)?;
            bail!("ministack was not ready within {STARTS_WITHIN:?}; its log is {}", short(&log));
        }
        sleep(Duration::from_millis(100));
    }
    println!("ministack runs on {endpoint} (process {}) since {:.1?}", child.id(), begun.elapsed());
    Ok(endpoint)
}

/// Stops it, if it runs; tells whether it did.
pub(crate) fn stop(folder: &Path) -> anyhow::Result<bool> {
    let Some((pid, port)) = running(folder)? else { return Ok(false) };
    // The group, of which the functions' processes are: they do not end with their parent.
    let kill = |signal: &str| read(Command::new("kill").args([signal, "--", &format!("-{pid}")]));
    kill("-TERM")?;
    let begun = Instant::now();
    // The port and not the process: one that has ended stays listed until its parent looks.
    while TcpStream::connect(("127.0.0.1", port)).is_ok() {
        if begun.elapsed() > STOPS_WITHIN {
            kill("-KILL")?;
            break;
        }
        sleep(Duration::from_millis(50));
    }
    forget(folder)?;
    Ok(true)
}

/// The process and the port of the one that was started in `folder`, if it still runs.
fn running(folder: &Path) -> anyhow::Result<Option<(u64, u16)>> {
    let state = match fs::read_to_string(folder.join(STATE)) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        other => other?,
    };
    let state: Value = serde_json::from_str(&state).unwrap_or_default();
    let number = |key: &str| state.get(key).and_then(Value::as_u64);
    let (Some(pid), Some(port)) = (number("pid"), number("port")) else {
        bail!("{} is damaged; stop ministack by hand and remove the file", folder.join(STATE).display());
    };
    // The number may be another process's by now.
    let command = read(Command::new("ps").args(["-o", "command=", "-p", &pid.to_string()]));
    if command.is_ok_and(|command| command.contains("ministack")) {
        return Ok(Some((pid, u16::try_from(port)?)));
    }
    forget(folder)?;
    Ok(None)
}

fn forget(folder: &Path) -> anyhow::Result<()> {
    fs::remove_file(folder.join(STATE))?;
    let scratch = folder.join("tmp");
    if scratch.exists() {
        fs::remove_dir_all(scratch)?;
    }
    Ok(())
}

fn health(endpoint: &str) -> String {
    format!("{endpoint}/_ministack/health")
}

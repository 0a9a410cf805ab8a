//! Chaos: orders go through the system while its processes are killed as by `kill -9`, and whoever
//! calls it repeats what is not answered. Afterwards every order must be where it belongs, and all
//! that is stored must agree.

mod aftermath;
mod deployed;
mod embedded;
mod load;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use clap::Args;

use self::load::Load;
use crate::demo::api::Api;
use crate::demo::world::World;

/// How long a request is repeated, and how long an order may take for one step. A mail that was cut
/// off is known to be unknown after two minutes and one more delivery.
const PATIENCE: Duration = Duration::from_mins(6);
/// The longest pause before a strike, in milliseconds.
const LONGEST_CALM: u64 = 1_500;
/// The pause between two looks at what goes on.
const PAUSE: Duration = Duration::from_millis(100);
/// How long nothing may happen before all is over. The emulator looks at the stream every second.
const QUIET_FOR: Duration = Duration::from_secs(3);

/// How much, and what of.
#[derive(Args)]
pub struct Options {
    /// How many orders
    #[arg(long, default_value_t = 100)]
    orders: usize,
    /// How often the process is killed; of a deployed system, how often half of its functions are
    #[arg(long, default_value_t = 10)]
    kills: usize,
    /// The folder of a deployment on an emulator that `cargo xtask` started, instead of a system of
    /// its own in one process
    #[arg(long, value_name = "DIR")]
    deployed: Option<PathBuf>,
    /// The sender of that system's mails, which its mail service has to know
    #[arg(long, value_name = "ADDRESS", default_value = "orders@cha-no-iori.example")]
    mail_from: String,
}

/// Runs the chaos and prints what came of it. Fails when something was lost, doubled or oversold, or
/// an order is not where it should be.
///
/// # Errors
/// If the system cannot be started, killed or looked at.
pub async fn run(options: Options) -> anyhow::Result<ExitCode> {
    let begun = Instant::now();
    let aftermath = match &options.deployed {
        Some(folder) => deployed::run(folder, &options).await?,
        None => embedded::run(&options).await?,
    };
    println!("{aftermath}\nafter {:.1} s", begun.elapsed().as_secs_f64());
    Ok(if aftermath.wrongs().is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The shop on the system at `url`, and the orders that will go to it.
async fn open(url: &str, token: String, options: &Options) -> anyhow::Result<Load> {
    let api = Api::new(url, token).repeating_for(PATIENCE);
    Load::prepare(World::open(api, &options.mail_from, PATIENCE).await?, options.orders).await
}

/// Strikes so often, each time when some more of the orders have come to their end and a moment has
/// passed, so that all of it happens while there is work.
async fn storm(
    load: &Load,
    kills: usize,
    mut strike: impl AsyncFnMut() -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    for kill in 0..kills {
        while load.ended() * kills < kill * load.orders() {
            tokio::time::sleep(PAUSE).await;
        }
        tokio::time::sleep(Duration::from_millis(random()? % LONGEST_CALM)).await;
        strike().await?;
    }
    Ok(())
}

/// Waits until no message is `waiting` any more, and none has come for a while: what was written last
/// may still be on its way to the queues.
async fn quiet(mut waiting: impl AsyncFnMut() -> anyhow::Result<u64>) -> anyhow::Result<()> {
    let begun = Instant::now();
    let mut since = begun;
    while since.elapsed() < QUIET_FOR {
        let left = waiting().await?;
        if left > 0 {
            since = Instant::now();
        }
        ensure!(begun.elapsed() < PATIENCE, "{left} messages are still waiting after {PATIENCE:?}");
        tokio::time::sleep(PAUSE).await;
    }
    Ok(())
}

fn random() -> anyhow::Result<u64> {
    getrandom::u64().context("the system gives no random numbers")
}

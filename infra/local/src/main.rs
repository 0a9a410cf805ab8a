//! `juchu`: the whole system in one process, and a demonstration of it.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, Parser, Subcommand};
use juchu_local::demo::{self, Target};
use juchu_local::embedded::{Embedded, Options};
use juchu_local::welcome::Welcome;
use juchu_local::{addresses, bulk, channel, chaos, load, moving, replay, verify};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// The emulated DynamoDB takes JSON apart all day.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// juchu 受注: order management, all of it in this one process.
///
/// Serves the API on this machine, keeps everything in one folder, and sends no mail to anybody.
#[derive(Parser)]
#[command(name = "juchu", version, args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: Serve,
}

#[derive(Args)]
struct Serve {
    /// The folder that holds all data; created if there is none.
    #[arg(long, value_name = "DIR", default_value = ".juchu")]
    data: PathBuf,
    /// The API's port on 127.0.0.1; 0 takes any that is free.
    #[arg(long, default_value_t = 3000)]
    port: u16,
    /// Empty the data folder first.
    #[arg(long)]
    fresh: bool,
}

#[derive(Subcommand)]
enum Command {
    /// Put a set of orders through their whole lifecycle, and see whether each ends where it should.
    Demo(DemoArgs),
    /// Read addresses from standard input, one a line, and print what each is, as JSON.
    ///
    /// A postal code and a tab may stand before the address. Nothing is stored.
    Address,
    /// Kill the system again and again while orders go through it, and see whether anything is lost or doubled.
    Chaos(chaos::Options),
    /// Let far more orders come than usual, most of them for one SKU, and measure what that does.
    Load(load::Options),
    /// Take in a file of many orders, and measure how long that takes and how much memory.
    Bulk(bulk::Options),
    /// Show what a payload of a channel becomes, as JSON, without storing anything: `juchu channel rakuten < order.json`.
    Channel(channel::Options),
    /// Show an order as it was at a moment, and everything that made it so.
    Replay(replay::Options),
    /// Take out everything a merchant has, one JSON record a line: `juchu export acme > acme.ndjson`.
    Export(moving::ExportOptions),
    /// Take over such records, or past orders of any other system, from standard input: `juchu import acme < acme.ndjson`.
    ///
    /// Prints what became of each, one JSON document a line. The same file again changes nothing.
    Import(moving::ImportOptions),
    /// Check whether everything that is stored agrees: orders, events, mails, stock, ledger.
    Verify(verify::Options),
}

#[derive(Args)]
struct DemoArgs {
    /// Print one JSON document instead of text.
    #[arg(long)]
    json: bool,
    /// Use the system whose API is at this URL, instead of one of its own that is gone afterwards.
    #[arg(long, value_name = "URL", requires = "token")]
    api: Option<String>,
    /// A supervisor's token of that system, for all merchants.
    #[arg(long, requires = "api")]
    token: Option<String>,
    /// The sender of that system's mails, which its mail service has to know.
    #[arg(long, value_name = "ADDRESS", default_value = "orders@cha-no-iori.example")]
    mail_from: String,
}

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    start_logging();
    run(cli).await.unwrap_or_else(|error| {
        // Not returned, which would print a backtrace where what to do should stand.
        eprintln!("error: {error}");
        error.chain().skip(1).for_each(|cause| eprintln!("  {cause}"));
        ExitCode::FAILURE
    })
}

async fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    match cli.command {
        Some(Command::Demo(args)) => {
            let target = args.api.zip(args.token).map(|(api, token)| Target { api, token });
            demo::run(target, args.mail_from, args.json).await
        }
        Some(Command::Address) => {
            let (input, output) = (std::io::stdin().lock(), std::io::stdout().lock());
            addresses::run(input, output).map(|()| ExitCode::SUCCESS).context("the addresses cannot be read")
        }
        Some(Command::Chaos(options)) => chaos::run(options).await,
        Some(Command::Load(options)) => load::run(options).await,
        Some(Command::Bulk(options)) => bulk::run(options).await,
        Some(Command::Channel(options)) => channel::run(&options),
        Some(Command::Replay(options)) => replay::run(options).await.map(|()| ExitCode::SUCCESS),
        Some(Command::Export(options)) => moving::export(options).await.map(|()| ExitCode::SUCCESS),
        Some(Command::Import(options)) => moving::import(options).await,
        Some(Command::Verify(options)) => verify::run(options).await,
        None => serve(cli.serve).await,
    }
}

async fn serve(Serve { data, port, fresh }: Serve) -> anyhow::Result<ExitCode> {
    let system = Embedded::start(&Options { data, fresh, port }).await?;
    println!("{}", Welcome::write(&system)?);
    tokio::signal::ctrl_c().await?;
    system.stop().await;
    Ok(ExitCode::SUCCESS)
}

/// Logs to standard error, because standard output belongs to what was asked for.
#[expect(
    clippy::disallowed_methods,
    reason = "how a program on a terminal logs is no setting of the functions"
)]
fn start_logging() {
    let chosen = std::env::var("RUST_LOG").ok().and_then(|text| text.parse::<Targets>().ok());
    let chosen = chosen.unwrap_or_default();
    let level = chosen.default_level().unwrap_or(LevelFilter::WARN);
    // The database warns of every condition that does not hold; to us that is an everyday answer.
    let filter = chosen.with_default(level).with_target("dynoxide", LevelFilter::ERROR);
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    tracing_subscriber::registry().with(lines).with(filter).init();
}

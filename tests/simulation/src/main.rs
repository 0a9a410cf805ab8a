//! Runs the whole system from seeds: `cargo xtask simulate --help`.

use std::num::NonZero;
use std::process::ExitCode;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use clap::Parser;

use simulation::chance::Chance;
use simulation::faults::Coverage;
use simulation::replay::run_over_dynamo;
use simulation::shrink::shrink;
use simulation::world::{Run, World};

/// The seeds that broke something once.
const KEPT: &str = include_str!("../seeds.txt");

/// Lives through many storms and says what broke.
#[derive(Parser)]
struct Cli {
    /// How many seeds, one after the other
    #[arg(long, default_value_t = 1_000)]
    seeds: u64,
    /// The first of them
    #[arg(long, default_value_t = 1)]
    first: u64,
    /// Only this one
    #[arg(long, conflicts_with_all = ["seeds", "first"])]
    seed: Option<u64>,
    /// Print what happens, step by step
    #[arg(long, requires = "seed")]
    trace: bool,
    /// Go on with further seeds until there were so many steps
    #[arg(long, default_value_t = 0)]
    steps: u64,
    /// Do not look for a simpler run when one breaks
    #[arg(long)]
    no_shrink: bool,
    /// Fail when a fault that can hit a function never did
    #[arg(long)]
    every_fault: bool,
    /// Make every call of the store again on the real adapter over an emulator of DynamoDB, which
    /// has to answer alike
    #[arg(long)]
    over_dynamo: bool,
}

/// What all runs came to.
#[derive(Default)]
struct Sum {
    seeds: u64,
    steps: u64,
    orders: usize,
    /// How many calls of the store were made again.
    calls: usize,
    /// The first seed that broke something, and how.
    broken: Option<(u64, Run)>,
}

impl Sum {
    fn add(&mut self, seed: u64, (run, calls): (Run, usize)) {
        self.calls += calls;
        self.seeds += 1;
        self.steps += run.steps;
        self.orders += run.orders;
        if run.broken.is_some() {
            self.broken.get_or_insert((seed, run));
        }
    }

    fn is_enough(&self, cli: &Cli) -> bool {
        self.broken.is_some() || self.seeds >= cli.seeds && self.steps >= cli.steps
    }
}

fn main() -> anyhow::Result<ExitCode> {
    let cli = Cli::parse();
    simulation::logs::read()?;
    let (coverage, begun) = (Coverage::default(), Instant::now());
    if let Some(seed) = cli.seed {
        let (run, _) = run(seed, &cli, &coverage);
        run.trace.iter().for_each(|line| println!("{line}"));
        if run.broken.is_some() {
            report(seed, run, &cli);
            return Ok(ExitCode::FAILURE);
        }
        println!("seed {seed}: {} orders, {} steps, nothing broke", run.orders, run.steps);
        return Ok(ExitCode::SUCCESS);
    }
    let sum = run_all(&cli, &coverage);
    println!("{coverage}\n");
    print(&sum, &coverage, begun.elapsed());
    if let Some((seed, run)) = sum.broken {
        report(seed, run, &cli);
        return Ok(ExitCode::FAILURE);
    }
    let missing = coverage.missing();
    if cli.every_fault && !missing.is_empty() {
        println!("never happened: {missing:?}");
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}

/// Runs one seed after the other, the kept ones first, on every processor.
fn run_all(cli: &Cli, coverage: &Coverage) -> Sum {
    let kept = KEPT.lines().filter_map(|line| line.split_whitespace().next()?.parse().ok());
    let seeds = Mutex::new(kept.chain(cli.first..));
    let sum = Mutex::new(Sum::default());
    let threads = std::thread::available_parallelism().map_or(1, NonZero::get);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while !locked(&sum).is_enough(cli) {
                    let Some(seed) = locked(&seeds).next() else { return };
                    let run = run(seed, cli, coverage);
                    locked(&sum).add(seed, run);
                }
            });
        }
    });
    sum.into_inner().unwrap_or_else(PoisonError::into_inner)
}

/// Runs one seed. Tells too how many calls of the store were made again.
fn run(seed: u64, cli: &Cli, coverage: &Coverage) -> (Run, usize) {
    let world = World::new(Chance::of_seed(seed), coverage.clone(), cli.trace);
    if cli.over_dynamo { run_over_dynamo(world) } else { (world.run(), 0) }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn report(seed: u64, run: Run, cli: &Cli) {
    let steps = run.steps;
    let what = run.broken.as_ref().map(ToString::to_string).unwrap_or_default();
    println!("seed {seed} breaks after {steps} steps: {what}");
    if !cli.no_shrink && !cli.trace && !cli.over_dynamo {
        let shortest = shrink(run);
        println!("\nthe simplest run found that breaks alike, {} steps:", shortest.steps);
        shortest.trace.iter().for_each(|line| println!("{line}"));
        println!("{}", shortest.broken.map(|broken| broken.0).unwrap_or_default());
    }
    let over = if cli.over_dynamo { " --over-dynamo" } else { "" };
    println!("\nagain: cargo xtask simulate --seed {seed} --trace{over}");
}

fn print(sum: &Sum, coverage: &Coverage, took: Duration) {
    let millis = u64::try_from(took.as_millis()).unwrap_or(u64::MAX).max(1);
    println!(
        "{} seeds, {} orders, {} steps, {} faults in {:.1?}: {} steps per second, {}",
        sum.seeds,
        sum.orders,
        sum.steps,
        coverage.total(),
        took,
        sum.steps * 1_000 / millis,
        if sum.broken.is_some() { "and something broke" } else { "nothing broke" },
    );
    if sum.calls > 0 && sum.broken.is_none() {
        println!("{} calls of the store, answered alike by the real adapter", sum.calls);
    }
}

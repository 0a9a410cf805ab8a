//! A demonstration: a set of orders goes through the whole lifecycle, with everybody around the
//! system played over its HTTP API, and each is checked at its end.

pub mod api;
pub mod report;
pub mod stories;
pub mod world;

use std::process::ExitCode;
use std::time::Instant;

use indicatif::{ProgressBar, ProgressStyle};
use juchu::adapters::clock::SystemClock;
use juchu::app::ports::Clock;
use tokio::task::JoinSet;

use self::api::Api;
use self::report::Played;
use self::stories::Story;
use self::world::{PATIENCE, World};
use crate::embedded::{Embedded, Options};

/// A system that runs already.
pub struct Target {
    /// The URL of its API.
    pub api: String,
    /// A supervisor's token, for all merchants.
    pub token: String,
}

/// Runs the demonstration on `target`, or on a system of its own that is gone afterwards, and prints
/// what came of it. Fails when an order did not end where it should.
///
/// # Errors
/// If the system cannot be started, or the shop cannot be opened.
pub async fn run(target: Option<Target>, mail_from: String, json: bool) -> anyhow::Result<ExitCode> {
    let begun = Instant::now();
    let folder = tempfile::tempdir()?;
    let (own, api) = if let Some(Target { api, token }) = target {
        (None, Api::new(&api, token))
    } else {
        let options = Options { data: folder.path().join("data"), fresh: false, port: 0 };
        let system = Embedded::start(&options).await?;
        let token = system.credentials().token("SUPERVISOR", "*", SystemClock.now())?;
        let api = Api::new(&system.url(), token);
        (Some(system), api)
    };
    let played = play_all(World::open(api, &mail_from, PATIENCE).await?).await;
    let took = begun.elapsed();
    if json {
        println!("{}", report::json(&played, took));
    } else {
        for story in &played {
            println!("{}", report::way(story));
        }
        println!("{}", report::summary(&played, took));
    }
    if let Some(system) = own {
        system.stop().await;
    }
    let good = played.iter().all(|story| story.defects().is_empty());
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Plays all stories at the same time. The progress shows on a terminal only.
async fn play_all(world: World) -> Vec<Played> {
    let stories = stories::all();
    let style = ProgressStyle::with_template("{bar:28} {pos}/{len} {msg}");
    let bar = ProgressBar::new(stories.len() as u64)
        .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    let mut playing = JoinSet::new();
    for (place, story) in stories.into_iter().enumerate() {
        let world = world.clone();
        playing.spawn(async move { (place, play(story, world).await) });
    }
    let mut played = Vec::new();
    while let Some(ended) = playing.join_next().await {
        let Ok(ended) = ended else { continue };
        bar.set_message(ended.1.name);
        bar.inc(1);
        played.push(ended);
    }
    bar.finish_and_clear();
    played.sort_by_key(|(place, _)| *place);
    played.into_iter().map(|(_, story)| story).collect()
}

/// Plays a story.
pub async fn play(story: Story, world: World) -> Played {
    let order = (story.play)(world, story.end).await;
    Played::new(&story, order)
}

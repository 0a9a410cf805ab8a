//! Rebuilds `shared/data/japan_post.bin`, the table of all Japanese postal codes, cities and towns.

mod encode;
#[path = "../../../shared/src/domain/address/fold.rs"]
#[allow(
    dead_code,
    missing_docs,
    unreachable_pub,
    clippy::must_use_candidate,
    reason = "the very file the table is read with"
)]
mod fold;
mod source;

use std::path::PathBuf;

use anyhow::Context;
use clap::Args;

use crate::workspace::Workspace;

/// Where Japan Post's data is, as tables separated by tabs and compressed with gzip.
#[derive(Args)]
pub(crate) struct Options {
    /// Postal codes: `postal_code`, `jisx0402`, `prefecture`, `city`, `town`, `note`
    #[arg(long, value_name = "FILE.tsv.gz")]
    postal: PathBuf,
    /// Business codes: `postal_code`, `jis`, `prefecture`, `city`, `town`, `banchi`, `name`
    #[arg(long, value_name = "FILE.tsv.gz")]
    offices: PathBuf,
    /// The towns that have 丁目: `jisx0402`, `town`
    #[arg(long, value_name = "FILE.tsv.gz", default_value = "shared/data/jp_postal_chome.tsv.gz")]
    chome: PathBuf,
}

pub(crate) fn run(workspace: &Workspace, options: &Options) -> anyhow::Result<()> {
    let source = source::read(&options.postal, &options.offices, &workspace.root().join(&options.chome))?;
    let sections = encode::sections(&source)?;
    for (name, bytes) in &sections {
        println!("{name:>10} {:>9} bytes", bytes.len());
    }
    let table = encode::join(&sections)?;
    let target = workspace.root().join("shared/data/japan_post.bin");
    std::fs::write(&target, &table).with_context(|| format!("cannot write {}", target.display()))?;
    println!("{:>10} {:>9} bytes in {}", "all", table.len(), target.display());
    Ok(())
}

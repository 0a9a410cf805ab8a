//! What the deployed functions logged.

use clap::Args;

use super::{LocalAws, stack};
use crate::aws::Aws;
use crate::process::dim;
use crate::workspace::Workspace;

#[derive(Args)]
pub(crate) struct Options {
    /// One function, such as `receive-order`; all when left out
    function: Option<String>,
}

/// `cargo xtask logs`
pub(crate) fn run(workspace: &Workspace, options: &Options) -> anyhow::Result<()> {
    let outputs = LocalAws::of_the_developer(workspace).outputs()?;
    let aws = Aws::new(workspace, outputs.endpoint()?)?;
    let all = workspace.functions().iter().map(String::as_str);
    let functions: Vec<&str> = options.function.as_deref().map_or_else(|| all.collect(), |one| vec![one]);
    for function in functions {
        println!("{}", dim(&format!("── {function}")));
        let group = format!("/aws/lambda/{}-{function}", stack::NAME);
        let messages = ["--query", "events[].[message]", "--output", "text"];
        print!(
            "{}",
            aws.read(&[&["logs", "filter-log-events", "--log-group-name", &group][..], &messages].concat())?
        );
    }
    Ok(())
}

//! Builds the functions and deploys the template.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};
use serde_json::{Map, Value};

use super::seed::MAIL_FROM;
use crate::aws::Aws;
use crate::process::{read, run};
use crate::workspace::Workspace;

/// The stack's name, and the prefix of its functions' and queues' names.
pub(crate) const NAME: &str = "juchu-local";
/// The bucket the packages are uploaded to.
const BUCKET: &str = "juchu-deployments";

/// Builds all binaries. All at once, because cargo compiles the libraries anew for each other
/// choice of packages.
pub(crate) fn build(workspace: &Workspace, release: bool) -> anyhow::Result<()> {
    let mut cargo = workspace.cargo();
    cargo.args(["build", "--locked", "--workspace", "--bins"]);
    if release {
        cargo.arg("--release");
    }
    run(&mut cargo)
}

/// Deploys the template with those binaries and returns the stack's outputs.
pub(crate) fn deploy(
    aws: &Aws,
    workspace: &Workspace,
    folder: &Path,
    binaries: &Path,
) -> anyhow::Result<Map<String, Value>> {
    let stage = lay_out(workspace, folder, binaries)?;
    let template = text(&stage.join("infra/template.yaml"))?;
    let packaged = text(&stage.join("packaged.yaml"))?;
    if aws.read(&["s3api", "head-bucket", "--bucket", BUCKET]).is_err() {
        aws.read(&["s3", "mb", &format!("s3://{BUCKET}")])?;
    }
    let mut package = vec!["cloudformation", "package", "--template-file", &template];
    package.extend(["--s3-bucket", BUCKET, "--output-template-file", &packaged]);
    println!("Uploading {} functions", workspace.functions().len());
    aws.read(&package)?;

    let architecture = if cfg!(target_arch = "aarch64") { "arm64" } else { "x86_64" };
    let architecture = format!("Architecture={architecture}");
    let (_, domain) = MAIL_FROM.split_once('@').unwrap_or_default();
    let mail_domain = format!("MailDomain={domain}");
    let mut deploy = vec!["cloudformation", "deploy", "--template-file", &packaged, "--stack-name", NAME];
    // The bucket once more, because the template is too large to be sent along.
    deploy.extend(["--s3-bucket", BUCKET, "--no-fail-on-empty-changeset"]);
    deploy.extend(["--capabilities", "CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]);
    deploy.extend(["--parameter-overrides", "Environment=local", &architecture, &mail_domain]);
    if let Err(error) = aws.run(&deploy) {
        let failed =
            "StackEvents[?ends_with(ResourceStatus,'FAILED')].[LogicalResourceId,ResourceStatusReason]";
        let events = ["cloudformation", "describe-stack-events", "--stack-name", NAME, "--query", failed];
        return Err(error.context(aws.read(&events).unwrap_or_default()));
    }

    let described = aws.json(&["cloudformation", "describe-stacks", "--stack-name", NAME])?;
    let outputs = described.pointer("/Stacks/0/Outputs").and_then(Value::as_array);
    let pair = |output: &Value| {
        Some((output.get("OutputKey")?.as_str()?.to_owned(), output.get("OutputValue")?.clone()))
    };
    let outputs: Map<String, Value> = outputs.into_iter().flatten().filter_map(pair).collect();
    if outputs.is_empty() {
        bail!("the stack {NAME} has no outputs");
    }
    Ok(outputs)
}

/// Has the stack removed.
pub(crate) fn remove(aws: &Aws) -> anyhow::Result<()> {
    println!("Removing the stack {NAME}");
    aws.read(&["cloudformation", "delete-stack", "--stack-name", NAME])?;
    Ok(())
}

/// A copy of the template among folders that hold, for each function, only its binary: what its
/// `CodeUri` names becomes its package, as `sam build` would do it.
fn lay_out(workspace: &Workspace, folder: &Path, binaries: &Path) -> anyhow::Result<PathBuf> {
    let stage = folder.join("stage");
    fs::create_dir_all(stage.join("infra"))?;
    fs::copy(workspace.root().join("infra/template.yaml"), stage.join("infra/template.yaml"))?;
    for function in workspace.functions() {
        let code = stage.join("functions").join(function);
        fs::create_dir_all(&code)?;
        copy_stripped(&binaries.join(function), &code.join("bootstrap"))
            .with_context(|| format!("the function {function} cannot be packaged"))?;
    }
    Ok(stage)
}

/// Copies a binary, without its symbols where `strip` is installed: two thirds of a debug build,
/// and packing them takes longer than all the rest. What has not changed keeps its time, so that
/// its package keeps its digest and is not deployed again.
fn copy_stripped(binary: &Path, copy: &Path) -> anyhow::Result<()> {
    let built = fs::metadata(binary)?.modified()?;
    if fs::metadata(copy).and_then(|copy| copy.modified()).is_ok_and(|copied| copied == built) {
        return Ok(());
    }
    if read(Command::new("strip").arg("-o").arg(copy).arg(binary)).is_err() {
        fs::copy(binary, copy)?;
    }
    Ok(File::options().write(true).open(copy)?.set_modified(built)?)
}

fn text(path: &Path) -> anyhow::Result<String> {
    path.to_str().map(str::to_owned).with_context(|| format!("{} is not Unicode", path.display()))
}

//! `cargo xtask bugs`: whether the simulation is worth anything. Each of a list of deliberate bugs is
//! put into a copy of the sources, and the simulation has to notice every one.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, bail, ensure};
use clap::Args;

use crate::process::{read, run as run_command};
use crate::workspace::Workspace;

/// A bug: in `file`, the one place that reads `right` is made to read `wrong`.
struct Bug {
    name: &'static str,
    file: &'static str,
    right: &'static str,
    wrong: &'static str,
}

#[derive(Args)]
pub(crate) struct Options {
    /// Only the bugs whose names contain this
    #[arg(default_value = "")]
    name: String,
    /// How many seeds the simulation has to notice each
    #[arg(long, default_value_t = 500)]
    seeds: u32,
}

const BUGS: &[Bug] = &[
    Bug {
        name: "an older word of the channel undoes a newer one",
        file: "shared/src/domain/told.rs",
        right: "self.updated_at.zip(updated_at).is_some_and(|(said, word)| said > word)",
        wrong: "self.updated_at.zip(updated_at).is_some_and(|(said, word)| said > word && said < word)",
    },
    Bug {
        name: "a cancellation by the channel is noted and not done",
        file: "shared/src/domain/decide/follow.rs",
        right: "(ChannelStatus::Cancelled, _) => course.cancel(),",
        wrong: "(ChannelStatus::Cancelled, _) => {}",
    },
    Bug {
        name: "nobody is told of a parcel that had left when its channel cancelled",
        file: "shared/src/domain/decide/follow.rs",
        right: "if left > 0 {",
        wrong: "if left > u32::MAX / 2 {",
    },
    Bug {
        name: "an upload is said to have come further than it has",
        file: "shared/src/app/take_upload.rs",
        right: "let taken = self.take(door, upload, told).await?;",
        wrong: "let taken = self.take(door, upload, told).await.unwrap_or_default();",
    },
    Bug {
        name: "stock is promised without looking whether it is there",
        file: "shared/src/app/stock_effect.rs",
        right: "least_promisable: (taken > 0).then_some(taken),
            most_promisable: waits.then_some(taken),
            least_available: (taken + filled > 0).then_some(taken + filled),",
        wrong: "least_promisable: None,
            most_promisable: waits.then_some(taken),
            least_available: None.filter(|_: &i64| filled > 0),",
    },
    Bug {
        name: "a lost race counts as done",
        file: "shared/src/app/execute.rs",
        right: ") => Ok(Attempt::Again),",
        wrong: ") => {
            Ok(Attempt::Done(Box::new(Executed { order: before.clone(), records: Vec::new() })))
        }",
    },
    Bug {
        name: "a store that does not answer counts as done",
        file: "shared/src/app/execute.rs",
        right: "Err(CommitError::Store(error)) => Err(error.into()),",
        wrong: "Err(CommitError::Store(_)) => {
            Ok(Attempt::Done(Box::new(Executed { order: before.clone(), records: Vec::new() })))
        }",
    },
    Bug {
        name: "the answer to a repeatable request is not kept with the change",
        file: "shared/src/app/operate_order.rs",
        right: "answer(&decision.order)",
        wrong: "answer(&decision.order).filter(|_| false)",
    },
    Bug {
        name: "a mail that was begun before is sent",
        file: "shared/src/app/notify_customer.rs",
        right: "self.store.begin(id, &fact, now).await? {",
        wrong: "self.store.begin(id, &fact, now).await?.filter(|_| false) {",
    },
    Bug {
        name: "a mail nobody knows the fate of is sent again",
        file: "shared/src/app/notify_customer.rs",
        right: "Err(error @ MailError::Unknown(_)) => {",
        wrong: "Err(error @ MailError::Unknown(_)) => {
                self.store.finish(id, &fact, None).await?;
                if now > Timestamp::MIN {
                    return Err(Failure::retryable(error));
                }",
    },
    Bug {
        name: "nobody is told of a mail that was refused or may be lost",
        file: "shared/src/app/notify_customer.rs",
        right: "if let Some((kind, detail)) = ticket {",
        wrong: "if let Some((kind, detail)) = ticket.filter(|_| false) {",
    },
    Bug {
        name: "the customer's name is logged",
        file: "shared/src/app/notify_customer.rs",
        right: "let cause = message.cause(Stage::NotifyCustomer);",
        wrong: "let cause = message.cause(Stage::NotifyCustomer);
        tracing::info!(customer = order.customer.name.reveal(), \"a mail\");",
    },
    Bug {
        name: "what a queue did not take of a batch is forgotten",
        file: "shared/src/app/relay_events.rs",
        right: "relayed.missed.extend(missed.into_iter().filter_map(|at| positions.get(at)).copied());",
        wrong: "drop(missed);",
    },
    Bug {
        name: "a message that failed is not given back to its queue",
        file: "shared/src/lambda/batch.rs",
        right: "response.add_failure(message_id.unwrap_or_default());",
        wrong: "drop(message_id);",
    },
    Bug {
        name: "a message that cannot be read is thrown away",
        file: "shared/src/lambda/batch.rs",
        right: "let parked = parking.park(record.body.as_deref().unwrap_or_default(), reason).await;",
        wrong: "let parked: Result<(), crate::app::ports::Unavailable> = Ok(drop(parking));",
    },
    Bug {
        name: "a cancelled order's card stays blocked",
        file: "shared/src/domain/decide/payment.rs",
        right: "PaymentStatus::Authorized if target.is_zero() => ask(OperationKind::Void, payment.authorized),",
        wrong: "PaymentStatus::Authorized if target.is_zero() => None,",
    },
    Bug {
        name: "a deposit reported twice counts twice",
        file: "shared/src/domain/decide/payment.rs",
        right: "if payment.deposits.iter().any(|known| known == reference) {",
        wrong: "if payment.deposits.iter().any(|known| known == reference && amount.is_zero()) {",
    },
    Bug {
        name: "a timeout of the provider counts as a refusal",
        file: "shared/src/app/collect_payment.rs",
        right: "OperationOutcome::Unknown => self.look(order, operation).await,",
        wrong: "OperationOutcome::Unknown => Ok(OperationOutcome::Declined { code: \"TIMEOUT\".to_owned() }),",
    },
    Bug {
        name: "each attempt to take money has a key of its own",
        file: "shared/src/app/collect_payment.rs",
        right: "match self.provider.perform(operation, &context).await? {",
        wrong: "let key = format!(\"{}:{}\", operation.key, self.clock.now());
        match self.provider.perform(&Operation { key, ..operation.clone() }, &context).await? {",
    },
    Bug {
        name: "the warehouse is noted as told before it is",
        file: "shared/src/app/release_order.rs",
        right: "                self.warehouse.tell(&WarehouseMessage::ShippingInstruction(Box::new(instruction))).await?;
                let mark = Command::MarkInstructed { shipment: shipment.id.clone() };
                execute(&self.store, &self.clock, id, &cause, &mark).await?;",
        wrong: "                let mark = Command::MarkInstructed { shipment: shipment.id.clone() };
                execute(&self.store, &self.clock, id, &cause, &mark).await?;
                self.warehouse.tell(&WarehouseMessage::ShippingInstruction(Box::new(instruction))).await?;",
    },
    Bug {
        name: "cancelled units are given back to the stock twice",
        file: "shared/src/domain/decide/cancellation.rs",
        right: "(MovementKind::Release, units.allocated)]",
        wrong: "(MovementKind::Release, units.allocated * 2)]",
    },
    Bug {
        name: "cancelled units are not given back to the stock",
        file: "shared/src/domain/decide/cancellation.rs",
        right: "(MovementKind::Release, units.allocated)]",
        wrong: "(MovementKind::Release, 0)]",
    },
    Bug {
        name: "an order is judged by its merchant's newest rules",
        file: "shared/src/app/rule_book.rs",
        right: "let version = (order.merchant.clone(), order.policy.version);",
        wrong: "let newest = store.merchant(&order.merchant).await?.map(|merchant| merchant.policy.version);
        let version = (order.merchant.clone(), newest.unwrap_or(order.policy.version));",
    },
    Bug {
        name: "an order is judged by whatever rules of its merchant were read first",
        file: "shared/src/app/rule_book.rs",
        right: "find(|(known, _)| known == version)",
        wrong: "find(|(known, _)| known.0 == version.0)",
    },
    Bug {
        name: "what a cancelled order had claimed is never given back",
        file: "shared/src/domain/screening.rs",
        right: "if self.state == OrderState::Cancelled {
                        0
",
        wrong: "if self.state == OrderState::Cancelled {
                        claim.amount
",
    },
    Bug {
        name: "that a claim was given back is not noted, so it is given back again",
        file: "shared/src/domain/evolve.rs",
        right: "Event::ClaimsReturned { returns } => order.screening.give_back(returns),",
        wrong: "Event::ClaimsReturned { returns } => order.screening.give_back(returns.get(1..).unwrap_or_default()),",
    },
    Bug {
        name: "what orders share is looked at before it is taken, and not when it is",
        file: "shared/src/app/tally_effect.rs",
        right: "*bounds = bounds.then(*delta, change.bounds);",
        wrong: "*bounds = bounds.then(*delta, Bounds::default());",
    },
    Bug {
        name: "another order with a known number is taken for the same",
        file: "shared/src/app/receive_order/known.rs",
        right: "if word.told.ordered_at != known.ordered_at {",
        wrong: "if word.told.number != known.number {",
    },
    Bug {
        name: "a shipment leaves the stock as often as it is asked to",
        file: "shared/src/domain/decide/fulfilment.rs",
        right: "    if shipment.shipped {
        return Ok(Effects::none());
    }
    if !shipment.is_handed_over()",
        wrong: "    if !shipment.is_handed_over()",
    },
    Bug {
        name: "those that wait are not told of goods that arrive",
        file: "shared/src/app/stock_effect.rs",
        right: "delta.promisable() > 0",
        wrong: "delta.promisable() > 1_000_000",
    },
    Bug {
        name: "a channel's queue that did not take a report counts as told",
        file: "shared/src/app/report_channel.rs",
        right: "self.reports.tell(&ChannelMessage::Report(Box::new(outgoing)), delay).await?;",
        wrong: "drop(self.reports.tell(&ChannelMessage::Report(Box::new(outgoing)), delay).await);",
    },
    Bug {
        name: "a channel may be silent about a report for ever",
        file: "shared/src/domain/timers.rs",
        right: "dues.push((answer_by, Due::ReportAnswer(report.event)));",
        wrong: "dues.extend(Some((answer_by, Due::ReportAnswer(report.event))).filter(|_| false));",
    },
    Bug {
        name: "a provider that did not answer is never asked again",
        file: "shared/src/domain/timers.rs",
        right: "if let Some(at) = payment.check_at {",
        wrong: "if let Some(at) = payment.check_at.filter(|_| false) {",
    },
    Bug {
        name: "a call stays open when what it is about has ended",
        file: "shared/src/domain/decide/calls.rs",
        right: "let mut events: Vec<Event> = withdrawn(order).chain(answered(order)).collect();",
        wrong: "let mut events: Vec<Event> = withdrawn(order).take(0).chain(answered(order)).collect();",
    },
    Bug {
        name: "a customer who never answers is called for ever",
        file: "shared/src/domain/decide/calls.rs",
        right: "if call.attempts.len() + 1 >= usize::from(order.policy.call_attempts) {",
        wrong: "if call.attempts.len() + 1 > usize::from(order.policy.call_attempts) {",
    },
    Bug {
        name: "what is late is escalated with every tick",
        file: "shared/src/domain/evolve.rs",
        right: "order.handle(matter, |handling| handling.escalated_at = Some(at));",
        wrong: "order.handle(matter, |handling| handling.escalated_at = None);",
    },
    Bug {
        name: "what is late and given to somebody is never escalated",
        file: "shared/src/domain/timers.rs",
        right: "open.escalated_at.is_none());",
        wrong: "open.escalated_at.is_none() && open.assigned_to.is_none());",
    },
];

pub(crate) fn run(workspace: &Workspace, options: &Options) -> anyhow::Result<()> {
    let folder = workspace.target().join("bugs");
    let chosen = BUGS.iter().filter(|bug| bug.name.contains(&options.name));
    let (mut planted, mut missed) = (0, 0);
    for bug in chosen {
        copy_sources(workspace, &folder)?;
        plant(bug, &folder)?;
        planted += 1;
        if let Some(what) = simulate(workspace, &folder, options.seeds)? {
            println!("✔ {}\n    {what}", bug.name);
        } else {
            missed += 1;
            println!("✘ {}\n    not noticed", bug.name);
        }
    }
    ensure!(missed == 0, "{missed} of {planted} bugs were not noticed");
    println!("\nAll {planted} bugs were noticed.");
    Ok(())
}

/// A copy of all sources as they are now, with everything that was built of an earlier one kept.
fn copy_sources(workspace: &Workspace, folder: &Path) -> anyhow::Result<()> {
    let mut list = Command::new("git");
    list.current_dir(workspace.root()).args(["ls-files", "--cached", "--others", "--exclude-standard"]);
    for name in read(&mut list)?.lines() {
        let (from, to) = (workspace.root().join(name), folder.join(name));
        let Ok(content) = fs::read(&from) else { continue };
        // What is the same keeps its time, so that cargo does not compile it again.
        if fs::read(&to).is_ok_and(|known| known == content) {
            continue;
        }
        let parent = to.parent().context("a file without a folder")?;
        fs::create_dir_all(parent).and_then(|()| fs::write(&to, content)).with_context(|| name.to_owned())?;
    }
    Ok(())
}

fn plant(bug: &Bug, folder: &Path) -> anyhow::Result<()> {
    let path = folder.join(bug.file);
    let text = fs::read_to_string(&path).with_context(|| bug.file.to_owned())?;
    Ok(fs::write(&path, planted(bug, &text)?)?)
}

fn planted(bug: &Bug, text: &str) -> anyhow::Result<String> {
    if text.matches(bug.right).count() != 1 {
        bail!("{}: the place of the bug \"{}\" is not there once; adapt it in bugs.rs", bug.file, bug.name);
    }
    Ok(text.replace(bug.right, bug.wrong))
}

/// What the simulation says of the sources in `folder`; `None` when it notices nothing.
fn simulate(workspace: &Workspace, folder: &Path, seeds: u32) -> anyhow::Result<Option<String>> {
    let mut build = workspace.cargo();
    build.current_dir(folder).env("CARGO_TARGET_DIR", folder.join("target"));
    run_command(build.args(["build", "--quiet", "--locked", "--workspace", "--bin", "simulate"]))?;
    let mut simulation = Command::new(folder.join("target/debug/simulate"));
    let output = simulation.args(["--no-shrink", "--seeds", &seeds.to_string()]).output()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let line = |what: &str| text.lines().find(|line| line.contains(what)).map(str::to_owned);
    match (output.status.success(), line(" breaks after ")) {
        (true, _) => Ok(None),
        (false, Some(broken)) => {
            let ran = line(" steps per second").unwrap_or_default();
            let ran: Vec<&str> = ran.split(", ").take(3).collect();
            Ok(Some(format!("{}: {broken}", ran.join(", "))))
        }
        (false, None) => bail!("the simulation fails without saying why:\n{text}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bug_has_its_place_in_the_sources() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        for bug in BUGS {
            planted(bug, &fs::read_to_string(root.join(bug.file)).unwrap()).unwrap();
        }
    }
}

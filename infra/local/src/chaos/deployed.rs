//! The deployed system on an emulator of AWS, whose functions' processes are killed while it runs.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, ensure};
use juchu::adapters::dynamo::DynamoStore;
use juchu::app::verify::Verified;
use juchu::domain::ids::MerchantId;
use juchu::lambda::aws::Aws;
use juchu::lambda::settings::AwsSettings;
use serde_json::Value;

use super::aftermath::Aftermath;
use super::{Options, open, quiet, random, storm};
use crate::demo::world::MERCHANT;
use crate::verify::verify;

/// How long, in seconds, a message of a killed function stays invisible during the storm. The
/// template's minutes are right on AWS, where an invocation may still be running somewhere; here
/// they would only make the storm long.
const VISIBILITY: &str = "15";
/// What the emulator logs when a function ended before it answered.
const CUT_OFF: [&str; 2] = ["Runtime exited before returning a response", "bootstrap exited during init"];

/// The queues that the warehouse's system and the channels' integrations read, of which there are none here.
const OF_OTHERS: [&str; 2] = ["WarehouseQueueUrl", "ChannelReportsQueueUrl"];

/// A deployment of `cargo xtask`.
struct Deployment {
    folder: PathBuf,
    outputs: Value,
    emulator: u64,
    aws: Aws,
}

impl Deployment {
    fn find(folder: &Path) -> anyhow::Result<Self> {
        let read = |name: &str| -> anyhow::Result<Value> {
            let text = fs::read_to_string(folder.join(name))
                .with_context(|| format!("{} has no {name}", folder.display()))?;
            Ok(serde_json::from_str(&text)?)
        };
        let (outputs, emulator) = (read("outputs.json")?, read("ministack.json")?);
        let endpoint = outputs.get("endpoint").and_then(Value::as_str).context("no endpoint")?;
        let settings = AwsSettings {
            region: "ap-northeast-1".to_owned(),
            access_key_id: "test".to_owned(),
            secret_access_key: "test".to_owned(),
            session_token: None,
            endpoint: Some(endpoint.to_owned()),
        };
        let emulator = emulator.get("pid").and_then(Value::as_u64).context("the emulator has no process")?;
        Ok(Self { folder: folder.to_owned(), aws: Aws::new(&settings)?, outputs, emulator })
    }

    fn output(&self, pointer: &str) -> anyhow::Result<&str> {
        self.outputs.pointer(pointer).and_then(Value::as_str).with_context(|| format!("no output {pointer}"))
    }

    /// The URLs of the queues whose outputs end so.
    fn queues<'a>(&'a self, end: &'a str) -> impl Iterator<Item = &'a str> {
        let outputs = self.outputs.get("stack").and_then(Value::as_object).into_iter().flatten();
        let ours = move |name: &str| name.ends_with(end) && !OF_OTHERS.contains(&name);
        outputs.filter(move |(name, _)| ours(name)).filter_map(|(_, url)| url.as_str())
    }

    async fn shorten_visibility(&self) -> anyhow::Result<()> {
        for queue in self.queues("QueueUrl") {
            let set = self.aws.sqs().set_queue_attributes().queue_url(queue);
            set.attributes("VisibilityTimeout".into(), VISIBILITY).send().await?;
        }
        Ok(())
    }

    /// How many messages are in each of the queues whose outputs end so, handed out or not.
    async fn messages_in(&self, end: &str) -> anyhow::Result<BTreeMap<String, u64>> {
        let mut messages = BTreeMap::new();
        for queue in self.queues(end) {
            let attributes = self.aws.sqs().get_queue_attributes().queue_url(queue);
            let answer = attributes.attribute_names("All".into()).send().await?;
            let counts = answer.attributes.into_iter().flatten();
            let counts = counts.filter(|(name, _)| name.as_str().starts_with("ApproximateNumberOfMessages"));
            let count = counts.filter_map(|(_, count)| count.parse::<u64>().ok()).sum();
            messages.insert(queue.to_owned(), count);
        }
        Ok(messages)
    }

    async fn verify(&self) -> anyhow::Result<Verified> {
        let store = DynamoStore::new(self.aws.dynamodb(), self.output("/stack/TableName")?);
        verify(store, &MerchantId::new(MERCHANT)?).await
    }

    /// The text of each mail the emulator's SES took.
    async fn mails(&self) -> anyhow::Result<Vec<String>> {
        let url = format!("{}/_ministack/ses/messages", self.output("/endpoint")?);
        let answer: Value = reqwest::get(url).await?.json().await?;
        let accounts = answer.get("messages").and_then(Value::as_object).into_iter().flatten();
        let mails = accounts.filter_map(|(_, mails)| mails.as_array()).flatten();
        Ok(mails.filter_map(|mail| mail.get("BodyText")?.as_str().map(str::to_owned)).collect())
    }

    /// How often a function ended before it answered, as the emulator tells.
    fn cut_off(&self) -> anyhow::Result<usize> {
        let log = fs::read_to_string(self.folder.join("ministack.log"))?;
        let lines = log.lines().filter(|line| line.contains("WARNING") || line.contains("ERROR"));
        Ok(lines.filter(|line| CUT_OFF.iter().any(|words| line.contains(words))).count())
    }

    /// The processes of functions, which the emulator started.
    fn functions(&self) -> anyhow::Result<Vec<u64>> {
        let listed = Command::new("ps").args(["-A", "-o", "pid=,ppid=,command="]).output()?;
        let ours = |line: &str| {
            let mut words = line.split_whitespace();
            let (pid, parent): (u64, u64) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
            (parent == self.emulator && line.trim_end().ends_with("/bootstrap")).then_some(pid)
        };
        Ok(String::from_utf8_lossy(&listed.stdout).lines().filter_map(ours).collect())
    }

    /// Kills half of the functions' processes, whichever; says how many.
    fn strike(&self) -> anyhow::Result<usize> {
        let mut struck = Vec::new();
        for function in self.functions()? {
            if random()? % 2 == 0 {
                struck.push(function.to_string());
            }
        }
        // Fails when one of them has ended by itself, which is as good.
        Command::new("kill").arg("-KILL").args(&struck).output()?;
        Ok(struck.len())
    }
}

/// Sends the orders to the deployment in `folder`, kills its functions, and looks at what is there.
pub(super) async fn run(folder: &Path, options: &Options) -> anyhow::Result<Aftermath> {
    let deployment = Deployment::find(folder)?;
    ensure!(!deployment.functions()?.is_empty(), "no function runs on the emulator");
    deployment.shorten_visibility().await?;
    let load = open(deployment.output("/api")?, deployment.output("/tokens/SUPERVISOR")?.to_owned(), options);
    let load = load.await?;
    let before = deployment.verify().await?;
    let dead_before = deployment.messages_in("DeadLettersUrl").await?;
    let cut_off_before = deployment.cut_off()?;

    let mut killed = 0;
    let strike = async || {
        killed += deployment.strike()?;
        Ok(())
    };
    let (played, ()) = tokio::try_join!(load.play(), storm(&load, options.kills, strike))?;
    quiet(async || Ok(deployment.messages_in("QueueUrl").await?.into_values().sum())).await?;

    let mut dead = deployment.messages_in("DeadLettersUrl").await?;
    dead.retain(|queue, count| dead_before.get(queue) != Some(count));
    let cut_off = deployment.cut_off()?.saturating_sub(cut_off_before);
    let storm = format!(
        "{killed} processes of functions were killed in {} strikes, {cut_off} of them at work",
        options.kills
    );
    Ok(Aftermath {
        orders_before: before.orders,
        verified: deployment.verify().await?,
        mails: deployment.mails().await?,
        dead_letters: dead.into_keys().collect(),
        ..Aftermath::of(&load, load.look_again(played).await, storm)
    })
}

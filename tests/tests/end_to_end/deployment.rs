//! The deployed system as those around it see it: over HTTP, its queues and its mails.

use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use jiff::Timestamp;
use juchu::adapters::clock::SystemClock;
use juchu::app::message::Stage;
use juchu::app::ports::Clock;
use juchu::lambda::aws::Aws;
use juchu::lambda::settings::AwsSettings;
use juchu_tests::template::pascal_case;
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};

/// The channel of the shop that `cargo xtask up` opens.
pub(crate) const CHANNEL: &str = "demo-shop";
/// Its merchant.
pub(crate) const MERCHANT: &str = "demo";

/// How long anything may take: functions start a process each, on a machine that has other work.
const PATIENCE: Duration = Duration::from_mins(1);
/// The pause between two looks.
const PAUSE: Duration = Duration::from_millis(200);

/// A number that passes the carrier's check.
const TRACKING: &str = "444413758703";

/// A deployment.
pub(crate) struct Deployment {
    outputs: Value,
    http: Client,
}

impl Deployment {
    /// The one that `cargo xtask` made.
    pub(crate) fn find() -> anyhow::Result<Self> {
        let path = std::env::var_os("JUCHU_OUTPUTS").context(
            "JUCHU_OUTPUTS names no deployment; `cargo xtask test --only end-to-end` makes one and sets it",
        )?;
        let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        Ok(Self { outputs: serde_json::from_str(&text)?, http: Client::new() })
    }

    fn output(&self, pointer: &str) -> anyhow::Result<&str> {
        self.outputs.pointer(pointer).and_then(Value::as_str).with_context(|| format!("no output {pointer}"))
    }

    /// The name of the table.
    pub(crate) fn table(&self) -> anyhow::Result<&str> {
        self.output("/stack/TableName")
    }

    /// The URLs of a stage's queue and of its dead letter queue.
    pub(crate) fn queues(&self, stage: Stage) -> anyhow::Result<(&str, &str)> {
        let name = pascal_case(stage.name());
        Ok((
            self.output(&format!("/stack/{name}QueueUrl"))?,
            self.output(&format!("/stack/{name}DeadLettersUrl"))?,
        ))
    }

    // ---- the API -------------------------------------------------------------------------------

    async fn call(
        &self,
        method: Method,
        path: &str,
        header: (&str, String),
        body: Option<&Value>,
    ) -> anyhow::Result<(StatusCode, Value)> {
        let mut request = self.http.request(method, format!("{}{path}", self.output("/api")?));
        request = request.header(header.0, header.1);
        if let Some(body) = body {
            request = request.json(body);
        }
        let response = request.send().await?;
        let status = response.status();
        let text = response.text().await?;
        Ok((status, serde_json::from_str(&text).with_context(|| format!("{status}: {text}"))?))
    }

    /// A call as staff in `role`.
    pub(crate) async fn call_as(
        &self,
        role: &str,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> anyhow::Result<(StatusCode, Value)> {
        let token = self.output(&format!("/tokens/{role}"))?;
        self.call(method, path, ("authorization", format!("Bearer {token}")), body).await
    }

    /// A call with a token of one's own.
    pub(crate) async fn call_with_token(
        &self,
        token: &str,
        path: &str,
    ) -> anyhow::Result<(StatusCode, Value)> {
        self.call(Method::GET, path, ("authorization", format!("Bearer {token}")), None).await
    }

    /// What the shop's channel is answered to an order, with a key of one's own.
    pub(crate) async fn send_order(&self, key: &str, order: &Value) -> anyhow::Result<(StatusCode, Value)> {
        let path = format!("/v1/channels/{CHANNEL}/orders");
        self.call(Method::POST, &path, ("x-api-key", key.to_owned()), Some(order)).await
    }

    /// The channel sends an order: its id, and whether it was known.
    pub(crate) async fn place(&self, order: &Value) -> anyhow::Result<(String, bool)> {
        let key = self.output(&format!("/channels/{CHANNEL}/api_key"))?;
        let (status, reply) = self.send_order(key, order).await?;
        ensure!(status.is_success(), "the order was answered {status}: {reply}");
        let id = reply["order"].as_str().context("the reply names no order")?;
        Ok((id.to_owned(), reply["duplicate"] == true))
    }

    /// Reports or commands that must be accepted.
    pub(crate) async fn post_as(&self, role: &str, path: &str, body: &Value) -> anyhow::Result<Value> {
        let (status, reply) = self.call_as(role, Method::POST, path, Some(body)).await?;
        ensure!(status.is_success(), "POST {path} was answered {status}: {reply}");
        Ok(reply)
    }

    /// The order with all that belongs to it.
    pub(crate) async fn order(&self, id: &str) -> anyhow::Result<Value> {
        let (status, order) = self.call_as("AUDITOR", Method::GET, &format!("/v1/orders/{id}"), None).await?;
        ensure!(status == StatusCode::OK, "GET of order {id} was answered {status}: {order}");
        Ok(order)
    }

    /// Waits until the order is as `is` says.
    pub(crate) async fn until(
        &self,
        id: &str,
        what: &str,
        is: impl Fn(&Value) -> bool,
    ) -> anyhow::Result<Value> {
        let begun = Instant::now();
        loop {
            let order = self.order(id).await?;
            if is(&order) {
                return Ok(order);
            }
            if begun.elapsed() > PATIENCE {
                bail!("waited {PATIENCE:?} for {what}; the order is {order:#}");
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    // ---- bank, warehouse and carrier -----------------------------------------------------------

    /// The customer pays when the mail asks for it; the back office notes the deposit.
    pub(crate) async fn pay(&self, id: &str) -> anyhow::Result<()> {
        let asked = |order: &Value| mails_sent(order).contains(&"payment_request");
        let order = self.until(id, "the mail that asks for the money", asked).await?;
        let payment = &order["payments"][0];
        let deposit = json!({
            "payment": payment["payment"],
            "amount": payment["due"],
            "reference": format!("BANK-{id}"),
            "deposited_at": now(),
        });
        self.post_as("BACK_OFFICE", "/v1/payments/deposits", &deposit).await?;
        Ok(())
    }

    /// Warehouse and carrier report all that happens to the order's one shipment.
    pub(crate) async fn ship(&self, id: &str) -> anyhow::Result<()> {
        let instructed = |order: &Value| order["shipments"][0]["instructed"] == true;
        let order = self.until(id, "the shipping instruction", instructed).await?;
        let shipment = order["shipments"][0]["shipment"].as_str().context("the shipment has no id")?;
        for kind in
            ["ACKNOWLEDGED", "PICKED", "INSPECTED", "PACKED", "HANDED_OVER", "IN_TRANSIT", "DELIVERED"]
        {
            let mut report = json!({ "kind": kind, "occurred_at": now() });
            if kind == "HANDED_OVER" {
                report["trackings"] = json!([{ "carrier": "YAMATO", "number": TRACKING }]);
            }
            self.post_as("LOGISTICS", &format!("/v1/shipments/{shipment}/events"), &report).await?;
        }
        Ok(())
    }

    // ---- mails ---------------------------------------------------------------------------------

    /// The mails the service has sent about an order number, the oldest first.
    pub(crate) async fn mails(&self, number: &str) -> anyhow::Result<Vec<Value>> {
        let url = format!("{}/_ministack/ses/messages", self.output("/endpoint")?);
        let all: Value = self.http.get(url).send().await?.json().await?;
        let accounts = all["messages"].as_object().context("the emulator lists no mails")?;
        let mails = accounts.values().filter_map(Value::as_array).flatten();
        let about = |mail: &&Value| mail["BodyText"].as_str().is_some_and(|text| text.contains(number));
        Ok(mails.filter(about).cloned().collect())
    }

    // ---- AWS -----------------------------------------------------------------------------------

    /// AWS, as the owner of the account.
    pub(crate) fn aws(&self) -> anyhow::Result<Aws> {
        self.aws_as("test", "test", None)
    }

    fn aws_as(&self, id: &str, secret: &str, session_token: Option<String>) -> anyhow::Result<Aws> {
        Ok(Aws::new(&AwsSettings {
            region: "ap-northeast-1".to_owned(),
            access_key_id: id.to_owned(),
            secret_access_key: secret.to_owned(),
            session_token,
            endpoint: Some(self.output("/endpoint")?.to_owned()),
        })?)
    }

    /// AWS, as a function sees it: with the role the template gives it.
    pub(crate) async fn aws_as_function(&self, function: &str) -> anyhow::Result<Aws> {
        let url = format!(
            "{}/2015-03-31/functions/juchu-local-{function}/configuration",
            self.output("/endpoint")?
        );
        let request = self.http.get(url).header("authorization", credential("lambda"));
        let configuration: Value = request.send().await?.json().await?;
        let role = configuration["Role"].as_str().context("the function has no role")?;

        let form = format!("Action=AssumeRole&Version=2011-06-15&RoleSessionName=test&RoleArn={role}");
        let request = self.http.post(self.output("/endpoint")?).header("authorization", credential("sts"));
        let request = request.header("content-type", "application/x-www-form-urlencoded").body(form);
        let answer = request.send().await?.text().await?;
        let element = |name: &str| {
            let (_, rest) = answer.split_once(&format!("<{name}>"))?;
            rest.split_once('<').map(|(text, _)| text.to_owned())
        };
        let (id, secret) = (element("AccessKeyId"), element("SecretAccessKey"));
        let (id, secret) = id.zip(secret).with_context(|| format!("the role is not given out: {answer}"))?;
        self.aws_as(&id, &secret, element("SessionToken"))
    }
}

/// The account owner's credential for a service there is no client of in this workspace. Emulators
/// look at the key's id and not at the signature.
fn credential(service: &str) -> String {
    format!(
        "AWS4-HMAC-SHA256 Credential=test/20260101/ap-northeast-1/{service}/aws4_request, \
         SignedHeaders=host, Signature=none"
    )
}

/// The time.
pub(crate) fn now() -> Timestamp {
    SystemClock.now()
}

/// How often the timeline tells of an event.
pub(crate) fn happened(order: &Value, event: &str) -> usize {
    let timeline = order["timeline"].as_array().into_iter().flatten();
    timeline.filter(|entry| entry["event"]["type"] == event).count()
}

/// The kinds of the mails that were sent, sorted.
pub(crate) fn mails_sent(order: &Value) -> Vec<&str> {
    let sent = |mail: &&Value| mail["outcome"]["status"] == "SENT";
    let mails = order["mails"].as_array().into_iter().flatten().filter(sent);
    let mut kinds: Vec<&str> = mails.filter_map(|mail| mail["fact"].as_str()?.split(':').next()).collect();
    kinds.sort_unstable();
    kinds
}

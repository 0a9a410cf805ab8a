//! The real binary, killed again and again while it works: nothing is lost, nothing is done twice.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::support::{Caller, order};
use juchu_local::credentials::Credentials;
use juchu_local::mailbox::Mailbox;
use serde_json::{Value, json};

const ORDERS: usize = 10;

/// The running binary. Dropping it kills it.
pub(crate) struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts the binary, and waits for its last line.
pub(crate) fn run(data: &Path) -> (Running, Caller) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_juchu"))
        .args(["--port", "0", "--data"])
        .arg(data)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let running = Running(child);
    let ready = lines.find_map(|line| line.unwrap().strip_prefix("Ready at ").map(str::to_owned));
    let ready = ready.expect("it says that it is ready");
    let url = ready.split_whitespace().next().unwrap().to_owned();
    let secrets = std::fs::read(data.join("secrets.json")).unwrap();
    let credentials: Credentials = serde_json::from_slice(&secrets).unwrap();
    (running, Caller::new(url, credentials))
}

/// Sends an order as a shop does that is not sure whether it arrived: until somebody says yes.
async fn send(caller: &Caller, number: &str) -> Option<String> {
    let body = order(number, &[("TEA-100", 1)], &json!({ "method": "CARD", "token": "tok_visa" }));
    let request = caller.client.post(format!("{}/v1/channels/demo-shop/orders", caller.url));
    let request = request.header("x-api-key", &caller.credentials.api_key).json(&body);
    let answer: Value = request.send().await.ok()?.json().await.ok()?;
    answer["order"].as_str().map(str::to_owned)
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_moment_it_loses_nothing_and_repeats_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let mut ids: BTreeMap<String, Option<String>> = (0..ORDERS).map(|n| (format!("K-{n}"), None)).collect();

    // Killed while orders come in and the first stages work.
    for pause in [60, 250, 600] {
        let (running, caller) = run(&data);
        let sender = tokio::spawn({
            let numbers: Vec<String> = ids.keys().cloned().collect();
            async move {
                let mut sent = Vec::new();
                for number in numbers {
                    sent.push((number.clone(), send(&caller, &number).await));
                }
                sent
            }
        });
        tokio::time::sleep(Duration::from_millis(pause)).await;
        drop(running);
        for (number, id) in sender.await.unwrap() {
            let known = ids.get_mut(&number).unwrap();
            assert!(known.is_none() || id.is_none() || *known == id, "one order, one id");
            *known = known.take().or(id);
        }
    }
    let (running, caller) = run(&data);
    for (number, id) in &mut ids {
        *id = Some(send(&caller, number).await.unwrap());
    }
    let ids: Vec<String> = ids.into_values().flatten().collect();

    // Killed while the parcels leave, are charged and arrive.
    let shipping = tokio::spawn({
        let (caller, ids) = (caller.clone(), ids.clone());
        async move {
            for id in ids {
                caller.ship_and_deliver(&id).await;
            }
        }
    });
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    drop(running);
    // It fails when its system is gone; everything it reported is reported again below.
    let _ = shipping.await;

    let (running, caller) = run(&data);
    let mut units = 0;
    for id in &ids {
        caller.ship_and_deliver(id).await;
        let order = caller.until(id, |order| order["state"] == "COMPLETED").await;
        assert_eq!(order["payments"][0]["captured"], order["billing"]["total"], "charged exactly once");
        units += order["lines"][0]["shipped"].as_i64().unwrap();
    }
    let stock = &caller.get("/v1/stock/demo/TEA-100").await["stock"][0];
    assert_eq!(stock["on_hand"].as_i64().unwrap(), 200 - units);
    assert_eq!(stock["allocated"], 0);

    // At most one mail per fact; one that was cut off in the sending is on record as that.
    let cut_off = |order: &Value| {
        let mails = order["mails"].as_array().unwrap();
        mails.iter().filter(|mail| mail["outcome"]["status"] != "SENT").count()
    };
    let mut expected = 0;
    for id in &ids {
        let told = |order: &Value| order["mails"].as_array().unwrap().len() == 3;
        expected += 3 - cut_off(&caller.until(id, told).await);
    }
    let mails = Mailbox::new(data.join("mails"));
    let settled = || mails.newest(1_000).unwrap();
    let mut facts: BTreeMap<String, usize> = BTreeMap::new();
    for mail in settled() {
        *facts.entry(mail.message_id).or_default() += 1;
    }
    assert!(facts.values().all(|times| *times == 1), "{facts:?}");
    assert!(facts.len() >= expected, "{} mails, {expected} said to be sent", facts.len());
    drop(running);

    let verify = Command::new(env!("CARGO_BIN_EXE_juchu")).args(["verify", "--data"]).arg(&data).output();
    let verify = verify.unwrap();
    let told = String::from_utf8(verify.stdout).unwrap();
    assert!(verify.status.success() && told.contains(&format!("{ORDERS} orders")), "{told}");
}

#[test]
fn two_processes_never_share_a_folder_or_a_port() {
    let folder = tempfile::tempdir().unwrap();
    let (_running, caller) = run(&folder.path().join("data"));
    let port = caller.url.rsplit(':').next().unwrap().to_owned();
    let refused = |data: &str, port: &str| {
        let output = Command::new(env!("CARGO_BIN_EXE_juchu"))
            .args(["--port", port, "--data"])
            .arg(folder.path().join(data))
            .output()
            .unwrap();
        assert!(!output.status.success());
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(refused("data", "0").contains("in use by another juchu"));
    assert!(refused("other", &port).contains(&format!("port {port} is in use")));
}

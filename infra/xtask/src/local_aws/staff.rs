//! One member of staff per role in the stack's user pool, each with a token.

use std::collections::BTreeMap;
use std::thread::{ScopedJoinHandle, scope};

use anyhow::{Context, anyhow};
use serde_json::{Map, Value};

use super::outputs::random_hex;
use super::seed::MERCHANT;
use crate::aws::Aws;

/// Role, user name, and the merchants whose data they see.
const STAFF: [(&str, &str, &str); 7] = [
    ("CALL_CENTER", "call-center", "*"),
    ("BACK_OFFICE", "back-office", "*"),
    ("LOGISTICS", "logistics", "*"),
    ("CLIENT_USER", "client-user", MERCHANT),
    ("SUPERVISOR", "supervisor", "*"),
    ("AUDITOR", "auditor", "*"),
    ("SYSTEM", "system", "*"),
];

/// Enrols the staff where it is not yet, and returns a token for each role.
pub(crate) fn enrol(aws: &Aws, stack: &Map<String, Value>) -> anyhow::Result<BTreeMap<String, String>> {
    let output = |key: &str| {
        stack.get(key).and_then(Value::as_str).with_context(|| format!("the stack has no output {key}"))
    };
    let (pool, client) = (output("UserPoolId")?, output("UserPoolClientId")?);
    let known =
        aws.read(&["cognito-idp", "list-users", "--user-pool-id", pool, "--query", "Users[].Username"])?;
    println!("Enrolling {} members of staff", STAFF.len());
    // Side by side: each takes four calls of a program that is slow to start.
    scope(|threads| {
        let enrolled: Vec<ScopedJoinHandle<'_, _>> = STAFF
            .into_iter()
            .map(|(role, name, merchants)| {
                let is_new = !known.contains(&format!("\"{name}\""));
                threads.spawn(move || {
                    let person = Person { aws, pool, name };
                    if is_new {
                        person.create(role, merchants)?;
                    }
                    Ok((role.to_owned(), person.sign_in(client)?))
                })
            })
            .collect();
        enrolled.into_iter().map(|thread| thread.join().map_err(|_| anyhow!("enrolling panicked"))?).collect()
    })
}

struct Person<'a> {
    aws: &'a Aws,
    pool: &'a str,
    name: &'static str,
}

impl Person<'_> {
    fn call(&self, command: &str, arguments: &[&str]) -> anyhow::Result<String> {
        let whole = [&["cognito-idp", command, "--user-pool-id", self.pool], arguments].concat();
        self.aws.read(&whole)
    }

    fn create(&self, role: &str, merchants: &str) -> anyhow::Result<()> {
        let scope = format!("Name=custom:merchants,Value={merchants}");
        self.call(
            "admin-create-user",
            &["--username", self.name, "--user-attributes", &scope, "--message-action", "SUPPRESS"],
        )?;
        self.call("admin-add-user-to-group", &["--username", self.name, "--group-name", role])?;
        Ok(())
    }

    /// A token that is good for an hour. The password is new each time and told to nobody.
    fn sign_in(&self, client: &str) -> anyhow::Result<String> {
        let password = format!("Dev1-{}", random_hex()?);
        self.call(
            "admin-set-user-password",
            &["--username", self.name, "--password", &password, "--permanent"],
        )?;
        let parameters = format!("USERNAME={},PASSWORD={password}", self.name);
        let token = self.call(
            "admin-initiate-auth",
            &[
                &["--client-id", client, "--auth-flow", "ADMIN_USER_PASSWORD_AUTH"][..],
                &["--auth-parameters", &parameters],
                &["--query", "AuthenticationResult.IdToken", "--output", "text"],
            ]
            .concat(),
        )?;
        Ok(token.trim().to_owned())
    }
}

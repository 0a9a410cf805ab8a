//! The mail service of the embedded run: every mail is a file in a folder, and nobody gets one.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::Context;
use jiff::Timestamp;
use juchu::adapters::clock::SystemClock;
use juchu::app::mail::ORDER_NUMBER;
use juchu::app::ports::{Clock, MailError, Mailer, OutgoingMail};
use mailparse::{MailHeaderMap, ParsedMail};
use serde::Serialize;

use crate::data_dir::write_whole;

/// A folder of `.eml` files.
#[derive(Clone)]
pub struct Mailbox {
    folder: PathBuf,
    sent: Arc<AtomicU64>,
}

/// A mail as the developer's pages show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mail {
    /// Its file's name without `.eml`; newer mails have greater names.
    pub name: String,
    /// When it was sent.
    pub at: Timestamp,
    /// The recipient.
    pub to: String,
    /// What it is about.
    pub subject: String,
    /// The number of the order it is about; empty when it names none.
    pub order: String,
    /// The same for every mail that tells of the same fact.
    pub message_id: String,
    /// The text part.
    pub text: String,
    /// The HTML part.
    pub html: String,
    /// The whole message.
    #[serde(skip)]
    pub raw: Vec<u8>,
}

impl Mailbox {
    /// The mailbox in `folder`, which exists.
    #[must_use]
    pub fn new(folder: PathBuf) -> Self {
        Self { folder, sent: Arc::default() }
    }

    /// The names of the newest mails, the newest first.
    ///
    /// # Errors
    /// If the folder cannot be read.
    pub fn names(&self, limit: usize) -> anyhow::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let name = entry?.file_name();
            names.extend(name.to_str().and_then(|name| name.strip_suffix(".eml")).map(str::to_owned));
        }
        names.sort_unstable_by(|a, b| b.cmp(a));
        names.truncate(limit);
        Ok(names)
    }

    /// One mail; `None` when there is none of that name.
    ///
    /// # Errors
    /// If it is no mail.
    pub fn read(&self, name: &str) -> anyhow::Result<Option<Mail>> {
        // The name comes from a URL: it must not lead out of the folder.
        if name.is_empty() || !name.bytes().all(|b| b.is_ascii_digit() || b == b'-') {
            return Ok(None);
        }
        let path = self.folder.join(format!("{name}.eml"));
        if !path.is_file() {
            return Ok(None);
        }
        let raw = fs::read(&path)?;
        let parsed = mailparse::parse_mail(&raw).with_context(|| format!("{} is no mail", path.display()))?;
        let header = |name: &str| parsed.headers.get_first_value(name).unwrap_or_default();
        let at = name.split('-').next().and_then(|ms| Timestamp::from_millisecond(ms.parse().ok()?).ok());
        let mail = Mail {
            name: name.to_owned(),
            at: at.unwrap_or(Timestamp::UNIX_EPOCH),
            to: header("To"),
            subject: header("Subject"),
            order: header(ORDER_NUMBER),
            message_id: header("Message-ID"),
            text: part(&parsed, "text/plain"),
            html: part(&parsed, "text/html"),
            raw: Vec::new(),
        };
        Ok(Some(Mail { raw, ..mail }))
    }

    /// The newest mails, the newest first.
    ///
    /// # Errors
    /// If the folder cannot be read or holds something else.
    pub fn newest(&self, limit: usize) -> anyhow::Result<Vec<Mail>> {
        self.names(limit)?.iter().filter_map(|name| self.read(name).transpose()).collect()
    }
}

/// The first part of a type; empty when there is none.
fn part(mail: &ParsedMail<'_>, mime_type: &str) -> String {
    let found = mail.parts().find(|part| part.ctype.mimetype == mime_type);
    found.and_then(|part| part.get_body().ok()).unwrap_or_default()
}

impl Mailer for Mailbox {
    async fn send(&self, mail: &OutgoingMail) -> Result<String, MailError> {
        let ms = SystemClock.now().as_millisecond();
        let n = self.sent.fetch_add(1, Ordering::Relaxed);
        let name = format!("{ms:013}-{n:06}");
        write_whole(&self.folder.join(format!("{name}.eml")), &mail.raw)
            .map_err(|error| MailError::NotSent(Box::new(error)))?;
        Ok(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_sent_mail_can_be_read_in_all_its_parts_and_the_newest_comes_first() {
        let folder = tempfile::tempdir().unwrap();
        let mailbox = Mailbox::new(folder.path().to_owned());
        let raw = "To: =?utf-8?b?5bGx55Sw?= <hanako@example.jp>\r\n\
            Subject: =?utf-8?b?5rOo5paH?= 1001\r\nMessage-ID: <1@example.jp>\r\n\
            X-Order-Number: 1001\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n\
            --b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nhello\r\n\
            --b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>hello</p>\r\n--b--\r\n";
        let mail = OutgoingMail {
            from: "shop@example.jp".to_owned(),
            to: "hanako@example.jp".to_owned(),
            raw: raw.as_bytes().to_vec(),
        };
        let first = mailbox.send(&mail).await.unwrap();
        let second = mailbox.send(&mail).await.unwrap();
        assert_eq!(mailbox.names(9).unwrap(), [second, first.clone()]);
        let read = mailbox.read(&first).unwrap().unwrap();
        assert_eq!(read.to, "山田 <hanako@example.jp>");
        assert_eq!(read.subject, "注文 1001");
        assert_eq!(read.order, "1001");
        assert_eq!(read.text.trim(), "hello");
        assert_eq!(read.html.trim(), "<p>hello</p>");
        assert_eq!(read.raw, mail.raw);
    }

    #[test]
    fn a_name_never_leads_out_of_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let mailbox = Mailbox::new(folder.path().to_owned());
        for bad in ["", "..", "../secrets", "/etc/passwd", "1.eml", "１"] {
            assert_eq!(mailbox.read(bad).unwrap(), None, "{bad}");
        }
    }
}

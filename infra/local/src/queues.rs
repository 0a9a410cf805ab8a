//! Queues with the semantics of SQS in one SQLite file: a message is handed out at least once, is
//! invisible while somebody works on it, comes back when nobody reports success, and moves to the
//! dead letters when it was handed out too often. What was sent survives `kill -9`.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use juchu::adapters::clock::SystemClock;
use juchu::app::failure::Parking;
use juchu::app::message::{Message, Stage};
use juchu::app::ports::{Clock, StageQueues, Unavailable};
use rusqlite::{Connection, OptionalExtension, Row, params};
use tokio::sync::Notify;

/// How long a message is invisible to others once it was handed out, as in most of the template.
pub const VISIBILITY: SignedDuration = SignedDuration::from_secs(60);
/// How often a message is handed out before it becomes a dead letter, as in the template.
pub const MAX_RECEIVES: u32 = 50;

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS messages (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        queue TEXT NOT NULL,
        body TEXT NOT NULL,
        receives INTEGER NOT NULL DEFAULT 0,
        visible_at INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX IF NOT EXISTS messages_by_visibility ON messages (queue, visible_at);
    CREATE TABLE IF NOT EXISTS dead_letters (
        queue TEXT NOT NULL,
        body TEXT NOT NULL,
        reason TEXT NOT NULL,
        at INTEGER NOT NULL,
        PRIMARY KEY (queue, body, reason)
    ) STRICT;
    CREATE TABLE IF NOT EXISTS checkpoints (
        stream TEXT PRIMARY KEY,
        sequence_number TEXT NOT NULL
    ) STRICT;
";

/// A message that was handed out. Only the one it was handed out to last can delete it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The message.
    pub id: i64,
    /// How often it has been handed out, this time included.
    pub receives: u32,
    /// What was sent.
    pub body: String,
}

/// A message nobody will work on again by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// The queue it was in.
    pub queue: String,
    /// What was sent.
    pub body: String,
    /// Why it is here.
    pub reason: String,
    /// Since when.
    pub at: Timestamp,
}

/// All queues of one data folder. Calls take microseconds, because only a checkpoint of the
/// write-ahead log waits for the disk; so they are made from async code directly.
#[derive(Clone)]
pub struct Queues {
    connection: Arc<Mutex<Connection>>,
    bells: Arc<Mutex<HashMap<String, Arc<Notify>>>>,
}

impl Queues {
    /// Opens the queues in the file at `path`. Only one process does, so what a process that ended
    /// was working on becomes visible at once.
    ///
    /// # Errors
    /// If the file cannot be used.
    pub fn open(path: &Path) -> rusqlite::Result<Self> {
        let connection = Connection::open(path)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        // A crash of the process loses nothing. A power failure may lose the last messages together
        // with the stream's checkpoint, and they are sent again.
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        connection.execute_batch(SCHEMA)?;
        connection.execute("UPDATE messages SET visible_at = 0", [])?;
        Ok(Self { connection: Arc::new(Mutex::new(connection)), bells: Arc::default() })
    }

    /// Nothing is left half done by a panic: what was not committed is rolled back.
    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The bell that rings when a message comes into `queue`.
    pub fn bell(&self, queue: &str) -> Arc<Notify> {
        let mut bells = self.bells.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(bells.entry(queue.to_owned()).or_default())
    }

    /// Puts messages into `queue`, all of them or none.
    ///
    /// # Errors
    /// If they cannot be written.
    pub fn send(&self, queue: &str, bodies: &[String], now: Timestamp) -> rusqlite::Result<()> {
        {
            let mut connection = self.connection();
            let transaction = connection.transaction()?;
            for body in bodies {
                transaction
                    .prepare_cached("INSERT INTO messages (queue, body, visible_at) VALUES (?, ?, ?)")?
                    .execute(params![queue, body, now.as_millisecond()])?;
            }
            transaction.commit()?;
        }
        self.bell(queue).notify_waiters();
        Ok(())
    }

    /// Hands out up to `limit` messages of `queue` that are visible, the oldest first. Those that
    /// were handed out too often become dead letters instead.
    ///
    /// # Errors
    /// If the file cannot be read or written.
    pub fn receive(&self, queue: &str, limit: usize, now: Timestamp) -> rusqlite::Result<Vec<Delivery>> {
        let mut connection = self.connection();
        let transaction = connection.transaction()?;
        let at = now.as_millisecond();
        let exhausted = transaction
            .prepare_cached(
                "INSERT OR IGNORE INTO dead_letters (queue, body, reason, at)
                 SELECT queue, body, 'it failed ' || receives || ' times', ?3 FROM messages
                 WHERE queue = ?1 AND visible_at <= ?3 AND receives >= ?2",
            )?
            .execute(params![queue, MAX_RECEIVES, at])?;
        if exhausted > 0 {
            transaction.execute(
                "DELETE FROM messages WHERE queue = ?1 AND visible_at <= ?3 AND receives >= ?2",
                params![queue, MAX_RECEIVES, at],
            )?;
        }
        let deliveries = transaction
            .prepare_cached(
                "UPDATE messages SET receives = receives + 1, visible_at = ?3
                 WHERE id IN (
                     SELECT id FROM messages WHERE queue = ?1 AND visible_at <= ?2 ORDER BY id LIMIT ?4
                 ) RETURNING id, receives, body",
            )?
            .query_map(params![queue, at, at + VISIBILITY_MS, limit], delivery)?
            .collect::<rusqlite::Result<_>>()?;
        transaction.commit()?;
        Ok(deliveries)
    }

    /// Removes a message that was worked on. Says whether it was still this delivery's to remove.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn delete(&self, delivery: &Delivery) -> rusqlite::Result<bool> {
        let removed = self
            .connection()
            .prepare_cached("DELETE FROM messages WHERE id = ? AND receives = ?")?
            .execute(params![delivery.id, delivery.receives])?;
        Ok(removed == 1)
    }

    /// Makes a message visible again at `at`, unless it was handed out anew meanwhile.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn retry(&self, delivery: &Delivery, at: Timestamp) -> rusqlite::Result<()> {
        self.connection()
            .prepare_cached("UPDATE messages SET visible_at = ? WHERE id = ? AND receives = ?")?
            .execute(params![at.as_millisecond(), delivery.id, delivery.receives])?;
        Ok(())
    }

    /// When the next message of `queue` becomes visible, or became so.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn next_visible(&self, queue: &str) -> rusqlite::Result<Option<Timestamp>> {
        let at: Option<i64> = self
            .connection()
            .prepare_cached("SELECT MIN(visible_at) FROM messages WHERE queue = ?")?
            .query_row([queue], |row| row.get(0))?;
        Ok(at.and_then(|at| Timestamp::from_millisecond(at).ok()))
    }

    /// How many messages are in the queues, handed out or not.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn waiting(&self) -> rusqlite::Result<u64> {
        self.connection().query_row("SELECT COUNT(*) FROM messages", [], |row| row.get(0))
    }

    /// The dead letters, the newest first, at most `limit`.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn dead_letters(&self, limit: usize) -> rusqlite::Result<Vec<DeadLetter>> {
        self.connection()
            .prepare_cached(
                "SELECT queue, body, reason, at FROM dead_letters ORDER BY at DESC, rowid DESC LIMIT ?",
            )?
            .query_map([limit], dead_letter)?
            .collect()
    }

    fn bury(&self, letter: &DeadLetter) -> rusqlite::Result<()> {
        self.connection()
            .prepare_cached(
                "INSERT OR IGNORE INTO dead_letters (queue, body, reason, at) VALUES (?, ?, ?, ?)",
            )?
            .execute(params![letter.queue, letter.body, letter.reason, letter.at.as_millisecond()])?;
        Ok(())
    }

    /// How far `stream` has been read.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn checkpoint(&self, stream: &str) -> rusqlite::Result<Option<String>> {
        self.connection()
            .query_row("SELECT sequence_number FROM checkpoints WHERE stream = ?", [stream], |row| row.get(0))
            .optional()
    }

    /// Notes how far `stream` has been read. What was sent before is never lost without it.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn set_checkpoint(&self, stream: &str, sequence_number: &str) -> rusqlite::Result<()> {
        self.connection()
            .prepare_cached("INSERT OR REPLACE INTO checkpoints (stream, sequence_number) VALUES (?, ?)")?
            .execute([stream, sequence_number])?;
        Ok(())
    }
}

const VISIBILITY_MS: i64 = VISIBILITY.as_secs() * 1_000;

fn delivery(row: &Row<'_>) -> rusqlite::Result<Delivery> {
    Ok(Delivery { id: row.get(0)?, receives: row.get(1)?, body: row.get(2)? })
}

fn dead_letter(row: &Row<'_>) -> rusqlite::Result<DeadLetter> {
    Ok(DeadLetter {
        queue: row.get(0)?,
        body: row.get(1)?,
        reason: row.get(2)?,
        at: Timestamp::from_millisecond(row.get(3)?).unwrap_or(Timestamp::UNIX_EPOCH),
    })
}

fn unavailable(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Unavailable {
    Unavailable { what: "the queue", source: error.into() }
}

impl StageQueues for Queues {
    async fn send(&self, stage: Stage, messages: &[&Message]) -> Result<Vec<usize>, Unavailable> {
        let bodies: Result<Vec<String>, _> = messages.iter().map(serde_json::to_string).collect();
        Self::send(self, stage.name(), &bodies.map_err(unavailable)?, SystemClock.now())
            .map_err(unavailable)?;
        Ok(Vec::new())
    }
}

/// The dead letters of one queue.
pub struct Parked<'a> {
    /// Where they are.
    pub queues: &'a Queues,
    /// Of which queue.
    pub queue: &'static str,
}

impl Parking for Parked<'_> {
    async fn park(&self, body: &str, reason: &str) -> Result<(), Unavailable> {
        let letter = DeadLetter {
            queue: self.queue.to_owned(),
            body: body.to_owned(),
            reason: reason.to_owned(),
            at: SystemClock.now(),
        };
        self.queues.bury(&letter).map_err(unavailable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::constant(1_700_000_000, 0);

    fn queues(folder: &tempfile::TempDir) -> Queues {
        Queues::open(&folder.path().join("queues.sqlite")).unwrap()
    }

    fn send(queues: &Queues, bodies: &[&str]) {
        let bodies: Vec<String> = bodies.iter().map(|&body| body.to_owned()).collect();
        queues.send("q", &bodies, NOW).unwrap();
    }

    #[test]
    fn a_message_is_invisible_while_somebody_works_on_it_and_comes_back_afterwards() {
        let folder = tempfile::tempdir().unwrap();
        let queues = queues(&folder);
        send(&queues, &["a", "b"]);
        let first = queues.receive("q", 1, NOW).unwrap();
        assert_eq!((first[0].body.as_str(), first[0].receives), ("a", 1));
        let second = queues.receive("q", 10, NOW).unwrap();
        assert_eq!(second.len(), 1, "only the other one is visible");
        assert!(queues.delete(&second[0]).unwrap());
        assert_eq!(queues.next_visible("q").unwrap(), Some(NOW + VISIBILITY));

        let again = queues.receive("q", 10, NOW + VISIBILITY).unwrap();
        assert_eq!((again[0].body.as_str(), again[0].receives), ("a", 2));
        assert!(!queues.delete(&first[0]).unwrap(), "the first delivery is over");
        assert!(queues.delete(&again[0]).unwrap());
        assert_eq!(queues.waiting().unwrap(), 0);
        assert_eq!(queues.next_visible("q").unwrap(), None);
    }

    #[test]
    fn a_message_that_was_handed_out_too_often_becomes_a_dead_letter() {
        let folder = tempfile::tempdir().unwrap();
        let queues = queues(&folder);
        send(&queues, &["poison"]);
        for n in 1..=MAX_RECEIVES {
            let delivery = &queues.receive("q", 10, NOW).unwrap()[0];
            assert_eq!(delivery.receives, n);
            queues.retry(delivery, NOW).unwrap();
        }
        assert_eq!(queues.receive("q", 10, NOW).unwrap(), []);
        assert_eq!(queues.waiting().unwrap(), 0);
        let letters = queues.dead_letters(10).unwrap();
        assert_eq!(letters.len(), 1);
        assert_eq!((letters[0].queue.as_str(), letters[0].body.as_str()), ("q", "poison"));
        assert_eq!(letters[0].reason, format!("it failed {MAX_RECEIVES} times"));
    }

    #[test]
    fn what_a_dead_process_was_working_on_is_there_after_a_restart_and_the_checkpoint_too() {
        let folder = tempfile::tempdir().unwrap();
        let before = queues(&folder);
        send(&before, &["a"]);
        before.receive("q", 1, NOW).unwrap();
        before.set_checkpoint("s", "17").unwrap();
        // Forgotten, not closed: this is what a killed process leaves behind.
        std::mem::forget(before);
        let after = queues(&folder);
        assert_eq!(after.receive("q", 1, NOW).unwrap()[0].receives, 2);
        assert_eq!(after.checkpoint("s").unwrap().as_deref(), Some("17"));
        assert_eq!(after.checkpoint("t").unwrap(), None);
    }

    #[tokio::test]
    async fn parking_the_same_thing_twice_parks_it_once() {
        let folder = tempfile::tempdir().unwrap();
        let queues = queues(&folder);
        let parked = Parked { queues: &queues, queue: "q" };
        parked.park("{}", "unreadable").await.unwrap();
        parked.park("{}", "unreadable").await.unwrap();
        assert_eq!(queues.dead_letters(10).unwrap().len(), 1);
    }
}

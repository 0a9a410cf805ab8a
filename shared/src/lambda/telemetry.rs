//! Logs: one JSON object per line on standard output, with the field names of
//! `infra/docs/LOGGING.md`. What a line must never carry: names, addresses, mail addresses, phone
//! numbers, bodies, tokens.

use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use super::settings::Settings;
pub use crate::app::failure::chain;

/// Whether standard output is the function's log. It is somebody else's in a local run or a test.
static IS_LOGGING: AtomicBool = AtomicBool::new(false);

/// Starts logging as `RUST_LOG` says. A filter that cannot be read means `info`, with a warning.
/// Call it once.
pub fn init(settings: &Settings) {
    // `Targets` reads `info,juchu=debug` as `EnvFilter` does, without a regular expression engine.
    let filter = settings.log_filter().parse::<Targets>();
    let unreadable = filter.is_err();
    let filter = filter.unwrap_or_else(|_| Targets::new().with_default(LevelFilter::INFO));
    let set = subscriber(filter, std::io::stdout).try_init();
    IS_LOGGING.store(set.is_ok(), Ordering::Relaxed);
    if set.is_ok() && unreadable {
        tracing::warn!("RUST_LOG cannot be read; logging at `info`");
    }
}

/// The log: what passes `filter` goes to `writer`, one JSON object per line.
pub fn subscriber<W>(filter: Targets, writer: W) -> impl tracing::Subscriber + Send + Sync
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let lines = tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_ansi(false)
        .with_writer(writer);
    tracing_subscriber::registry().with(lines).with(filter)
}

/// Writes a finished line to the log that [`init`] started; without one, nowhere. A log that cannot
/// be written must not stop an order.
pub(super) fn write_line(line: &str) {
    if IS_LOGGING.load(Ordering::Relaxed) {
        let _ = writeln!(std::io::stdout().lock(), "{line}");
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_log_line_is_one_json_object_with_its_fields_at_the_top() {
        let lines = Lines::default();
        let writer = lines.clone();
        let log = subscriber("info,juchu=debug".parse().unwrap(), move || writer.clone());
        tracing::subscriber::with_default(log, || {
            tracing::info!(order.id = "o-1", duration_ms = 3, outcome = "done", "stage done");
            tracing::trace!("not shown");
        });
        let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
        let line: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(line["order.id"], "o-1");
        assert_eq!(line["duration_ms"], 3);
        assert_eq!(line["message"], "stage done");
        assert_eq!(line["level"], "INFO");
        assert!(line["timestamp"].is_string());
        assert!(!text.contains('\u{1b}'));
    }
}

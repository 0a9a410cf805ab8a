//! Metrics in the embedded metric format: a JSON line in the log, and no call to a service. The
//! namespace is the stack's; the dimensions are `operation`, the function's name, and `outcome`, and
//! nothing else, because each combination of values is a metric that is paid for.

use std::sync::OnceLock;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::settings::Settings;
use super::telemetry::write_line;
use crate::app::run_timers::Woken;

/// How the work on a message or request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// As it should.
    Done,
    /// The request was wrong, and the caller was told.
    Rejected,
    /// It will be, or may be, tried again.
    Retry,
    /// It was put aside for a person.
    Parked,
    /// We are at fault.
    Failed,
}

impl Outcome {
    /// The dimension's value.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Rejected => "rejected",
            Self::Retry => "retry",
            Self::Parked => "parked",
            Self::Failed => "failed",
        }
    }
}

/// Set once, at start.
static NAMESPACE: OnceLock<String> = OnceLock::new();

/// Metrics belong to the namespace that the settings name. Call it once.
pub(super) fn init(settings: &Settings) {
    NAMESPACE.get_or_init(|| settings.metrics_namespace().to_owned());
}

/// Where and when a metric is taken.
#[derive(Debug, Clone, Copy)]
struct Origin<'a> {
    namespace: &'a str,
    operation: &'a str,
    at: Timestamp,
}

impl<'a> Origin<'a> {
    #[expect(
        clippy::disallowed_methods,
        reason = "a metric says when it was taken; no decision depends on it"
    )]
    fn here(operation: &'a str) -> Self {
        Self { namespace: NAMESPACE.get().map_or("", String::as_str), operation, at: Timestamp::now() }
    }
}

/// The most values one line may carry of a metric.
const VALUES_PER_LINE: usize = 100;

/// Counts what ended in this way, with how long each took, in whole milliseconds.
pub fn count(operation: &str, outcome: Outcome, durations: &[Duration]) {
    for durations in durations.chunks(VALUES_PER_LINE) {
        write_line(&counted(Origin::here(operation), outcome, durations).to_string());
    }
}

/// Reports how many orders were found stalled in a run of the timers, how many were found to disagree
/// with their channel, and how many were due and could not be woken. Those found before have their
/// ticket and do not count again. Zero is
/// reported too: no report at all raises an alarm.
pub fn timers(operation: &str, woken: Woken) {
    write_line(&ran(Origin::here(operation), woken).to_string());
}

/// Reports how many orders a channel knows of that have not come.
pub fn missing(operation: &str, orders: usize) {
    let origin = Origin::here(operation);
    let metrics = json!([{ "Name": "MissingOrders", "Unit": "Count" }]);
    let line = json!({
        "_aws": directive(origin, &["operation"], &metrics),
        "operation": operation,
        "MissingOrders": orders,
    });
    write_line(&line.to_string());
}

fn counted(origin: Origin<'_>, outcome: Outcome, durations: &[Duration]) -> Value {
    let millis = durations.iter().map(|d| u64::try_from(d.as_millis()).unwrap_or(u64::MAX));
    json!({
        "_aws": directive(
            origin,
            &["operation", "outcome"],
            &json!([
                { "Name": "duration_ms", "Unit": "Milliseconds" },
                { "Name": "count", "Unit": "Count" },
            ]),
        ),
        "operation": origin.operation,
        "outcome": outcome.name(),
        "duration_ms": millis.collect::<Vec<_>>(),
        "count": durations.len(),
    })
}

fn ran(origin: Origin<'_>, woken: Woken) -> Value {
    let Woken { stalled, drifted, failed, due: _ } = woken;
    let metrics = json!([
        { "Name": "StalledOrders", "Unit": "Count" },
        { "Name": "ChannelDrift", "Unit": "Count" },
        { "Name": "UnwokenOrders", "Unit": "Count" },
    ]);
    json!({
        "_aws": directive(origin, &["operation"], &metrics),
        "operation": origin.operation,
        "StalledOrders": stalled,
        "ChannelDrift": drifted,
        "UnwokenOrders": failed,
    })
}

fn directive(origin: Origin<'_>, dimensions: &[&str], metrics: &Value) -> Value {
    json!({
        "Timestamp": origin.at.as_millisecond(),
        "CloudWatchMetrics": [
            { "Namespace": origin.namespace, "Dimensions": [dimensions], "Metrics": metrics },
        ],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(operation: &str) -> Origin<'_> {
        Origin { namespace: "juchu-dev", operation, at: Timestamp::constant(1_700_000_000, 0) }
    }

    #[test]
    fn a_metric_line_has_two_dimensions_and_a_duration_for_each_message() {
        let durations = [Duration::from_millis(12), Duration::from_micros(3_900)];
        let line = counted(origin("post-sales"), Outcome::Done, &durations);
        let expected = json!({
            "_aws": {
                "Timestamp": 1_700_000_000_000_i64,
                "CloudWatchMetrics": [{
                    "Namespace": "juchu-dev",
                    "Dimensions": [["operation", "outcome"]],
                    "Metrics": [
                        { "Name": "duration_ms", "Unit": "Milliseconds" },
                        { "Name": "count", "Unit": "Count" },
                    ],
                }],
            },
            "operation": "post-sales",
            "outcome": "done",
            "duration_ms": [12, 3],
            "count": 2,
        });
        assert_eq!(line, expected);
    }

    #[test]
    fn the_gauges_of_the_timers_have_the_operation_as_their_only_dimension() {
        let woken = Woken { due: 9, stalled: 0, drifted: 1, failed: 2 };
        let line = ran(origin("run-timers"), woken);
        assert_eq!(line["_aws"]["CloudWatchMetrics"][0]["Dimensions"], json!([["operation"]]));
        assert_eq!(line["operation"], "run-timers");
        let gauges = ["StalledOrders", "ChannelDrift", "UnwokenOrders"].map(|name| line[name].clone());
        assert_eq!(gauges, [json!(0), json!(1), json!(2)]);
    }

    #[test]
    fn the_namespace_is_that_of_the_settings() {
        init(&Settings::new([("METRICS_NAMESPACE".to_owned(), "juchu-dev".to_owned())]));
        assert_eq!(Origin::here("run-timers").namespace, "juchu-dev");
    }
}

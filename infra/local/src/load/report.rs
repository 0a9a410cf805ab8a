//! What a run measured, for people and for machines.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::Duration;

use hdrhistogram::Histogram;
use jiff::Timestamp;
use juchu::adapters::dynamo::LEDGER_SHARDS;
use serde::Serialize;

use super::accounts::{Books, Stored};
use super::arrivals::{Phase, Shape};
use super::sender::{Sending, Sent};

/// Transactions a second that DynamoDB lets touch one row: 1,000 write units of a partition, two for
/// each row of a transaction.
const TRANSACTIONS_PER_ROW: u64 = 500;

/// Everything that came of a run.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Whether all orders are accounted for and all books agree.
    pub ok: bool,
    /// What is not as it should be.
    pub defects: Vec<String>,
    /// Whether the books were read and audited, beside the orders.
    pub audited: bool,
    /// How much came when.
    pub shape: Shape,
    /// How many orders were sent.
    pub orders: usize,
    /// How many of them wait for stock.
    pub waiting: usize,
    /// How many requests were answered how; those that were not taken were repeated.
    pub answers: BTreeMap<String, u64>,
    /// How much later than at its time the first request of an order went out.
    pub late: Percentiles,
    /// The parts of the run.
    pub phases: Vec<PhaseReport>,
    /// The writes of the hot stock, if its row could be read.
    pub hot: Option<HotStock>,
    /// Time of the processor that the system took for each order, without that of sending it; if it
    /// ran in this process.
    pub cpu_per_order_us: Option<u64>,
}

/// A part of the run. All times count from the moment for which an order was scheduled.
#[derive(Debug, Serialize)]
pub struct PhaseReport {
    /// Which.
    pub phase: Phase,
    /// How many orders came in it.
    pub orders: usize,
    /// How many came each second.
    pub offered_per_second: f64,
    /// How many were done each second, until the last of them had its stock or knew that it waits.
    pub done_per_second: f64,
    /// Until the channel was told that the order is taken.
    pub answered: Percentiles,
    /// Until the order had its stock, or knew that it waits.
    pub stock_decided: Percentiles,
    /// Until the order had everything it needs; of those that do not wait.
    pub ready: Percentiles,
}

/// How often the counts of the hot stock were written, and what that means for `DynamoDB`.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct HotStock {
    /// Orders that changed them.
    pub orders: u64,
    /// Times they were written.
    pub writes: u64,
    /// Orders for each write.
    pub orders_per_write: f64,
    /// On paper, how many such orders a second `DynamoDB` takes.
    pub paper_orders_per_second: u64,
}

/// A distribution, in microseconds.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Percentiles {
    /// Of how many.
    pub count: u64,
    /// Half of them took at most this.
    pub p50_us: u64,
    /// 90 %.
    pub p90_us: u64,
    /// 99 %.
    pub p99_us: u64,
    /// 99.9 %.
    pub p99_9_us: u64,
    /// The longest.
    pub max_us: u64,
}

impl Percentiles {
    /// Of these durations, to three digits.
    ///
    /// # Errors
    /// Never: the histogram grows with what it is given.
    pub fn of(durations: impl Iterator<Item = Duration>) -> anyhow::Result<Self> {
        let mut histogram = Histogram::<u64>::new(3)?;
        for duration in durations {
            histogram.record(u64::try_from(duration.as_micros())?)?;
        }
        let at = |quantile| histogram.value_at_quantile(quantile);
        Ok(Self {
            count: histogram.len(),
            p50_us: at(0.5),
            p90_us: at(0.9),
            p99_us: at(0.99),
            p99_9_us: at(0.999),
            max_us: histogram.max(),
        })
    }
}

impl HotStock {
    /// What `writes` for `orders` mean.
    #[must_use]
    pub fn new(orders: u64, writes: u64) -> Self {
        let counts = (TRANSACTIONS_PER_ROW * orders).checked_div(writes).unwrap_or_default();
        let paper = counts.min(TRANSACTIONS_PER_ROW * u64::from(LEDGER_SHARDS));
        Self { orders, writes, orders_per_write: ratio(orders, writes), paper_orders_per_second: paper }
    }
}

impl Report {
    /// What came of sending, as the books tell it.
    ///
    /// # Errors
    /// Never.
    pub fn new(shape: Shape, sending: &Sending, books: &Books, defects: Vec<String>) -> anyhow::Result<Self> {
        let phase = |phase| PhaseReport::new(shape, phase, sending, books);
        let phases = Phase::ALL.into_iter().filter(|phase| shape.span(*phase).1 > 0);
        Ok(Self {
            ok: defects.is_empty(),
            defects,
            audited: false,
            shape,
            orders: sending.sent.len(),
            waiting: books.orders.values().filter(|order| order.waits()).count(),
            answers: sending.answers.clone(),
            late: Percentiles::of(sending.sent.iter().map(|sent| sent.late))?,
            phases: phases.map(phase).collect::<anyhow::Result<_>>()?,
            hot: None,
            cpu_per_order_us: None,
        })
    }
}

impl PhaseReport {
    fn new(shape: Shape, phase: Phase, sending: &Sending, books: &Books) -> anyhow::Result<Self> {
        let (begin, seconds) = shape.span(phase);
        let sent: Vec<&Sent> = sending.sent.iter().filter(|sent| sent.arrival.phase == phase).collect();
        let until = |moment: fn(&Stored) -> Option<Timestamp>| {
            sent.iter().filter_map(move |sent| {
                let at = moment(books.orders.get(sent.order.as_ref().ok()?)?)?;
                let due = sending.begun_at + sent.arrival.after;
                Some((sent.arrival.after, Duration::try_from(at.duration_since(due)).unwrap_or_default()))
            })
        };
        let last = until(Stored::stock_decided_at).map(|(after, took)| after + took).max();
        let took = last.unwrap_or_default().saturating_sub(Duration::from_secs(begin.into()));
        let milliseconds = u64::try_from(took.as_millis())?;
        Ok(Self {
            phase,
            orders: sent.len(),
            offered_per_second: ratio(sent.len() as u64, seconds.into()),
            done_per_second: ratio(sent.len() as u64 * 1_000, milliseconds),
            answered: Percentiles::of(sent.iter().map(|sent| sent.answered))?,
            stock_decided: Percentiles::of(until(Stored::stock_decided_at).map(|(_, took)| took))?,
            ready: Percentiles::of(until(Stored::ready_at).map(|(_, took)| took))?,
        })
    }

    fn write(&self, text: &mut String) {
        let Self { phase, orders, offered_per_second: offered, done_per_second: done, .. } = self;
        let name = match phase {
            Phase::Before => "before the surge",
            Phase::Surge => "in the surge",
            Phase::After => "after the surge",
        };
        let _ = writeln!(text, "\n{name}: {orders} orders, {offered:.1} a second, {done:.1} a second done");
        for (what, of) in [
            ("until answered", self.answered),
            ("until stock or waiting", self.stock_decided),
            ("until READY", self.ready),
        ] {
            let _ = writeln!(text, "  {}", of.line(what));
        }
    }
}

impl Percentiles {
    fn line(&self, what: &str) -> String {
        let Self { count, p50_us, p90_us, p99_us, p99_9_us, max_us } = *self;
        let [p50, p90, p99, p99_9, max] = [p50_us, p90_us, p99_us, p99_9_us, max_us].map(milliseconds);
        format!("{what:<24} {count:>7} {p50:>10} {p90:>10} {p99:>10} {p99_9:>10} {max:>10}")
    }
}

/// The report as text.
#[must_use]
pub fn text(report: &Report) -> String {
    let mut text = String::new();
    let Shape { seed, rate, surge, seconds, surge_seconds, hot } = report.shape;
    let _ = writeln!(
        text,
        "{rate} orders a second for {seconds} s, {surge} times as many for {surge_seconds} s of them; \
         {hot} % want the hot SKU; seed {seed}"
    );
    let answers = report.answers.iter().map(|(told, times)| format!("{times} × {told}"));
    let answers = answers.collect::<Vec<_>>().join(", ");
    let (orders, waiting) = (report.orders, report.waiting);
    let _ = writeln!(text, "{orders} orders sent, of which {waiting} wait for stock; answers: {answers}");
    let _ = writeln!(
        text,
        "\n{:<26} {:>7} {:>10} {:>10} {:>10} {:>10} {:>10}",
        "times in ms", "orders", "p50", "p90", "p99", "p99.9", "max"
    );
    let _ = writeln!(text, "  {}", report.late.line("sent after its time"));
    report.phases.iter().for_each(|phase| phase.write(&mut text));
    let _ = writeln!(text);
    if let Some(HotStock { orders, writes, orders_per_write, paper_orders_per_second }) = report.hot {
        let per_order = ratio(writes, orders);
        let _ = writeln!(
            text,
            "hot stock: written {writes} times for {orders} orders: {per_order:.3} writes an order, \
             {orders_per_write:.2} orders a write; on paper DynamoDB takes {paper_orders_per_second} such \
             orders a second"
        );
    }
    if let Some(cpu) = report.cpu_per_order_us {
        let _ = writeln!(text, "processor: {} ms an order", milliseconds(cpu));
    }
    for defect in &report.defects {
        let _ = writeln!(text, "✘ {defect}");
    }
    if report.ok {
        let audited = if report.audited { ", and everything that is stored agrees" } else { "" };
        let _ = writeln!(text, "✔ every order is accounted for{audited}");
    }
    text
}

/// Microseconds as milliseconds with one digit behind the point.
fn milliseconds(us: u64) -> String {
    let tenths = us.div_ceil(100);
    format!("{}.{}", tenths / 10, tenths % 10)
}

#[expect(clippy::float_arithmetic, clippy::cast_precision_loss, reason = "a figure for people")]
fn ratio(of: u64, by: u64) -> f64 {
    if by == 0 { 0.0 } else { of as f64 / by as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_of_every_duration_and_the_longest_is_exact() {
        let of = Percentiles::of((1..=1_000).map(Duration::from_micros)).unwrap();
        assert_eq!((of.count, of.p50_us, of.p90_us, of.p99_us, of.p99_9_us), (1_000, 500, 900, 990, 999));
        assert_eq!(of.max_us, 1_000);
        assert_eq!(Percentiles::of(std::iter::empty()).unwrap().max_us, 0);
    }

    #[test]
    fn the_paper_figure_is_that_of_the_counts_until_the_ledger_is_the_narrower() {
        assert_eq!(HotStock::new(100, 100).paper_orders_per_second, 500);
        assert_eq!(HotStock::new(100, 8).paper_orders_per_second, 6_250);
        assert_eq!(HotStock::new(100, 4).paper_orders_per_second, 8_000);
        assert_eq!(HotStock::new(0, 0).paper_orders_per_second, 0);
    }
}

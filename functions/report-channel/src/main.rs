//! Wires [`report_channel`] to AWS.

use juchu::adapters::channel_queue::SqsChannelReports;
use juchu::adapters::clock::SystemClock;
use juchu::adapters::dialects::Dialects;
use juchu::app::report_channel::ReportChannel;
use juchu::lambda::run::{self, Parts};

fn main() -> Result<(), run::Error> {
    let wire = |Parts { settings, aws, store }: Parts<'_>| {
        let reports = SqsChannelReports::new(aws.sqs(), settings.channel_reports_queue()?);
        Ok(ReportChannel { store, reports, dialects: Dialects, clock: SystemClock })
    };
    run::stage(wire, report_channel::handle)
}

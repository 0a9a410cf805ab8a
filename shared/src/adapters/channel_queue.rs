//! The queue that the integrations of the channels read.

use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::BuildError;
use aws_sdk_sqs::types::MessageAttributeValue;
use jiff::{SignedDuration, Timestamp};

use crate::app::ports::{ChannelMessage, ChannelReports, FetchOrder, OutgoingReport, Unavailable};

/// The longest a queue holds a message back. What lies further ahead says so in `not_before`.
const LONGEST_DELAY_S: i64 = 900;

/// The channels' queue.
#[derive(Clone)]
pub struct SqsChannelReports {
    client: Client,
    url: String,
}

impl SqsChannelReports {
    /// The queue at this URL.
    #[must_use]
    pub const fn new(client: Client, url: String) -> Self {
        Self { client, url }
    }
}

fn unavailable(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Unavailable {
    Unavailable { what: "the channels' queue", source: source.into() }
}

impl ChannelReports for SqsChannelReports {
    async fn tell(&self, message: &ChannelMessage, delay: SignedDuration) -> Result<(), Unavailable> {
        let body = serde_json::to_string(message).map_err(unavailable)?;
        let mut call = self.client.send_message().queue_url(&self.url).message_body(body);
        call = call.delay_seconds(delay_s(delay));
        for (name, value) in attributes(message) {
            call = call.message_attributes(name, attribute(value).map_err(unavailable)?);
        }
        call.send().await.map_err(unavailable)?;
        Ok(())
    }
}

/// Whole seconds, rather later than too early.
fn delay_s(delay: SignedDuration) -> i32 {
    let up = i64::from(delay.subsec_nanos() > 0);
    i32::try_from((delay.as_secs() + up).clamp(0, LONGEST_DELAY_S)).unwrap_or_default()
}

/// What an integration picks its messages by, without reading their bodies.
fn attributes(message: &ChannelMessage) -> [(&'static str, String); 6] {
    let (merchant, channel, kind, operation, number, not_before): (_, _, _, _, _, &Timestamp) = match message
    {
        ChannelMessage::Report(report) => {
            let OutgoingReport { merchant, channel, kind, fact, order_number, not_before, .. } = &**report;
            (merchant, channel, kind, fact.name(), order_number, not_before)
        }
        ChannelMessage::FetchOrder(fetch) => {
            let FetchOrder { merchant, channel, kind, order_number, not_before, .. } = fetch;
            (merchant, channel, kind, "FETCH_ORDER", order_number, not_before)
        }
    };
    [
        ("merchant", merchant.to_string()),
        ("channel", channel.to_string()),
        ("kind", kind.name().to_owned()),
        ("operation", operation.to_owned()),
        ("order_number", number.clone()),
        ("not_before", not_before.to_string()),
    ]
}

fn attribute(value: String) -> Result<MessageAttributeValue, BuildError> {
    MessageAttributeValue::builder().data_type("String").string_value(value).build()
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::super::stub;
    use super::*;
    use crate::domain::merchant::ChannelKind;
    use crate::domain::testing::{channel, merchant};

    fn fetch() -> FetchOrder {
        FetchOrder {
            schema: 1,
            id: "fetch.acme-shop.12".to_owned(),
            merchant: merchant(),
            channel: channel(),
            kind: ChannelKind::EcCube,
            order_number: "12".to_owned(),
            wanted: Vec::new(),
            not_before: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn a_queue_holds_back_for_a_quarter_of_an_hour_at_most() {
        let cases = [(-5_000, 0), (0, 0), (1, 1), (1_000, 1), (1_001, 2), (899_001, 900), (36_000_000, 900)];
        for (ms, seconds) in cases {
            assert_eq!(delay_s(SignedDuration::from_millis(ms)), seconds, "{ms} ms");
        }
    }

    #[tokio::test]
    async fn an_integration_can_pick_its_messages_by_their_attributes() {
        let (aws, service) = stub::service(vec![Some((200, "{}"))]);
        let queue = SqsChannelReports::new(aws.sqs(), "http://127.0.0.1/channel-reports".to_owned());
        queue.fetch(fetch(), SignedDuration::from_millis(1_500)).await.unwrap();
        let asked = service.join().unwrap();
        let sent: Value = serde_json::from_str(&asked[0].body).unwrap();
        assert_eq!(sent["DelaySeconds"], 2);
        let value = |name: &str| sent["MessageAttributes"][name]["StringValue"].as_str().unwrap().to_owned();
        assert_eq!(
            ["merchant", "channel", "kind", "operation", "order_number", "not_before"].map(value),
            ["acme", "acme-shop", "eccube", "FETCH_ORDER", "12", "1970-01-01T00:00:00Z"]
        );
        let read: ChannelMessage = serde_json::from_str(sent["MessageBody"].as_str().unwrap()).unwrap();
        assert_eq!(read, ChannelMessage::FetchOrder(fetch()));
    }

    #[tokio::test]
    async fn a_queue_out_of_reach_is_unavailable() {
        let queue = SqsChannelReports::new(stub::nobody().sqs(), "http://127.0.0.1/q".to_owned());
        assert!(queue.fetch(fetch(), SignedDuration::ZERO).await.is_err());
    }
}
